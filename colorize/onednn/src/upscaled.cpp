// A 3 x 3 convolution of a map that was upscaled by repeating its pixels.
// Each of the nine taps is a 1 x 1 convolution of the small map; here its
// nine results are put together at the full size.
#include "common.h"

#include <algorithm>
#include <vector>

namespace {

// The taps of one small map: (9 * blocks, rows, columns, BLOCK), and how
// often its pixels are repeated.
struct Taps {
    const float *values;
    int blocks, factor, rows, columns;

    const vec *row(int tap, int block, int y) const {
        return pixels(values + (((size_t)tap * blocks + block) * rows + y) *
                                   columns * BLOCK);
    }
    // Whether row y of the output has other neighbours than y - 1 has.
    bool anew(int y) const {
        return y % factor < 2 || y % factor == factor - 1;
    }
    // The kernel's three rows added up, its columns still apart.
    void add_rows(int block, int y, vec *sums) const {
        clear(sums, 3 * columns);
        for (int tap = 0; tap < 9; tap++) {
            int moved = y + tap / 3 - 1, i = moved / factor;
            if (moved < 0 || i >= rows) continue;
            const vec *from = row(tap, block, i);
            vec *sum = sums + tap % 3 * columns;
            for (int j = 0; j < columns; j++) sum[j] += from[j];
        }
    }
    // The three columns added up, to a row of the output.
    void add_columns(const vec *sums, vec *to) const {
        const vec *left = sums, *middle = left + columns;
        const vec *right = middle + columns;
        for (int j = 0; j < columns; j++) {
            vec first = middle[j] + right[j], last = middle[j] + left[j];
            vec inner = first + left[j];
            if (j) first += left[j - 1];
            if (j + 1 < columns) last += right[j + 1];
            *to++ += first;
            for (int part = 2; part < factor; part++) *to++ += inner;
            *to++ += last;
        }
    }
};

} // namespace

// out (blocks, rows, columns, BLOCK) = the sum over `count` small maps;
// taps[i] is (9 * blocks, rows / factor, columns / factor, BLOCK), factors
// are 2 or more.
EXPORT int spread_taps(int blocks, int rows, int columns, int count,
                       const float *const *taps, const int *factors,
                       float *out) {
    return guarded([&] {
        std::vector<Taps> maps;
        for (int i = 0; i < count; i++)
            maps.push_back({taps[i], blocks, factors[i], rows / factors[i],
                            columns / factors[i]});
        int most = *std::max_element(factors, factors + count);
#pragma omp parallel
        {
            std::vector<float> room((size_t)count * 3 * columns * BLOCK);
#pragma omp for collapse(2) schedule(dynamic)
            for (int block = 0; block < blocks; block++)
                for (int top = 0; top < rows; top += most)
                    for (int y = top; y < std::min(top + most, rows); y++) {
                        vec *to = pixels(out) +
                                  ((size_t)block * rows + y) * columns;
                        clear(to, columns);
                        for (int map = 0; map < count; map++) {
                            vec *sums = pixels(&room[0]) + map * 3 * columns;
                            if (y == top || maps[map].anew(y))
                                maps[map].add_rows(block, y, sums);
                            maps[map].add_columns(sums, to);
                        }
                    }
        }
    });
}
