// Class scores of each pixel: cross-entropy, its gradient, the best class.
#include "../src/common.h"

#include <cmath>
#include <limits>
#include <vector>

namespace {

struct Scores {
    int batch, blocks, rows, columns, classes;
    size_t area() const { return (size_t)rows * columns; }
    // The row of a class in an array of whole blocks.
    const float *row(const float *values, int c) const {
        return values + (size_t)c * blocks * BLOCK;
    }
};

// exp to a few units in the last place, for values up to 0 (Cephes's polynomial).
inline vec exponential(vec x) {
    const float magic = 12582912.f; // its last bits are a rounded sum's
    vec given = x;
    x = x > -87.f ? x : spread(-87.f);
    vec shifted = x * 1.44269504f + magic;
    mask power = (mask)shifted - 0x4B400000;
    vec whole = shifted - magic;
    vec r = x - whole * 0.693359375f + whole * 2.12194440e-4f;
    vec p = r * 1.9875691500e-4f + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    vec value = p * r * r + r + 1.f;
    value = (vec)((mask)value + (power << 23));
    return given > -87.f ? value : vec{}; // denormal numbers are slow
}

inline mask lanes() {
    mask lane;
    for (int c = 0; c < BLOCK; c++) lane[c] = c;
    return lane;
}

// All of a block's channels made one, half of them at a time.
template <typename Values, typename Join>
inline Values fold(Values v, Join join) {
    for (int apart = BLOCK / 2; apart; apart /= 2)
        v = join(v, __builtin_shuffle(v, lanes() ^ apart));
    return v;
}

inline float largest(vec v) {
    return fold(v, [](vec a, vec b) { return a > b ? a : b; })[0];
}

inline float total(vec v) {
    return fold(v, [](vec a, vec b) { return a + b; })[0];
}

// Scores of one pixel, -inf past the last class; gives the largest.
inline float fetch(const Scores &s, const float *at, vec *mine) {
    vec best = spread(-std::numeric_limits<float>::infinity()), low = best;
    for (int b = 0; b < s.blocks; b++) {
        vec value = *pixels(at + b * s.area() * BLOCK);
        mine[b] = lanes() < s.classes - b * BLOCK ? value : low;
        best = mine[b] > best ? mine[b] : best;
    }
    return largest(best);
}

// mine becomes exp(mine - top); gives the sum.
inline float raise(const Scores &s, float top, vec *mine) {
    vec sum = {};
    for (int b = 0; b < s.blocks; b++) {
        mine[b] = exponential(mine[b] - top);
        sum += mine[b];
    }
    return total(sum);
}

// Calls one(pixel number, its first score, room for all of its scores).
template <typename One> void each_pixel(const Scores &s, One one) {
#pragma omp parallel
    {
        std::vector<float> room((size_t)s.blocks * BLOCK);
        vec *mine = pixels(&room[0]);
#pragma omp for schedule(dynamic, 1024)
        for (int64_t i = 0; i < (int64_t)(s.batch * s.area()); i++) {
            size_t photo = i / s.area(), at = i % s.area();
            one(i, (photo * s.blocks * s.area() + at) * BLOCK, mine);
        }
    }
}

void check(const Scores &s, const int32_t *target) {
    for (size_t i = 0; i < s.batch * s.area(); i++)
        if (target[i] < 0 || target[i] >= s.classes)
            throw Refused("class %d in the target", target[i]);
}

inline size_t place(const Scores &s, size_t first, int c) {
    return first + c / BLOCK * s.area() * BLOCK + c % BLOCK;
}

// Sum over the classes of soft * (level - score), for one pixel.
inline float missing(const Scores &s, const float *at, const float *soft,
                     float level) {
    vec sum = {};
    for (int b = 0; b < s.blocks; b++)
        sum += pixels(soft)[b] *
               (level - *pixels(at + b * s.area() * BLOCK));
    return total(sum);
}

} // namespace

// Mean over the pixels of -log softmax(scores)[target], or, with a row of
// whole blocks per class in `soft`, of the sum over the classes of
// -soft[target] * log softmax(scores).
EXPORT int cross_entropy(const Scores *s, const float *scores,
                         const int32_t *target, const float *soft,
                         double *mean) {
    return guarded([&] {
        check(*s, target);
        std::vector<float> losses(s->batch * s->area());
        each_pixel(*s, [&](size_t i, size_t first, vec *mine) {
            float top = fetch(*s, scores + first, mine);
            float level = std::log(raise(*s, top, mine)) + top;
            losses[i] = soft ? missing(*s, scores + first,
                                        s->row(soft, target[i]), level)
                              : level - scores[place(*s, first, target[i])];
        });
        double sum = 0;
        for (float loss : losses) sum += loss;
        *mean = sum / losses.size();
    });
}

// Its gradient times weight: weight * (softmax(scores) - one-hot target), or
// weight * (sum of soft[target] * softmax(scores) - soft[target]).
EXPORT int cross_entropy_grad(const Scores *s, const float *scores,
                              const int32_t *target, const float *soft,
                              float weight, float *out) {
    return guarded([&] {
        each_pixel(*s, [&](size_t i, size_t first, vec *mine) {
            float top = fetch(*s, scores + first, mine);
            float factor = weight / raise(*s, top, mine);
            const float *row = soft ? s->row(soft, target[i]) : nullptr;
            vec all = {};
            for (int b = 0; row && b < s->blocks; b++) all += pixels(row)[b];
            if (row) factor *= total(all);
            for (int b = 0; b < s->blocks; b++) {
                vec value = mine[b] * factor;
                if (row) value -= pixels(row)[b] * weight;
                *pixels(out + first + b * s->area() * BLOCK) = value;
            }
            if (!row) out[place(*s, first, target[i])] -= weight;
        });
    });
}

// The first class of the largest score.
EXPORT int best_class(const Scores *s, const float *scores, int64_t *out) {
    return guarded([&] {
        each_pixel(*s, [&](size_t i, size_t at, vec *mine) {
            vec top = spread(fetch(*s, scores + at, mine));
            mask found = lanes() - lanes() + s->classes;
            for (int b = s->blocks - 1; b >= 0; b--)
                found = mine[b] == top ? lanes() + b * BLOCK : found;
            int first = fold(found, [](mask a, mask b) {
                return a < b ? a : b;
            })[0];
            out[i] = first < s->classes ? first : 0; // all are NaN
        });
    });
}
