// Passes over blocked arrays: batch norm, ReLU, pooling, upscaling.
// Each reads and writes memory once; all cores share the rows.
#include "common.h"

#include <algorithm>
#include <vector>

namespace {

struct Maps {
    int batch, blocks, rows, columns;
    size_t row() const { return (size_t)columns * BLOCK; }
    size_t plane() const { return (size_t)rows * row(); }
    int planes() const { return batch * blocks; }
};

inline vec load(const float *values, int block) {
    return values ? pixels(values)[block] : vec{};
}

inline vec rectified(vec value) { return value > 0 ? value : vec{}; }

// Sums per channel of what each row gives, over the batch and the rows.
// Rows are summed in float32, further in float64.
template <int COUNT, typename Row>
void channel_sums(const Maps &m, double *const *totals, Row row) {
    std::vector<double> partial((size_t)m.planes() * COUNT * BLOCK, 0.);
#pragma omp parallel for schedule(static)
    for (int plane = 0; plane < m.planes(); plane++) {
        double *mine = &partial[(size_t)plane * COUNT * BLOCK];
        for (int y = 0; y < m.rows; y++) {
            vec sums[COUNT] = {};
            row(plane % m.blocks, plane * m.plane() + y * m.row(), sums);
            for (int k = 0; k < COUNT; k++)
                for (int c = 0; c < BLOCK; c++)
                    mine[k * BLOCK + c] += sums[k][c];
        }
    }
    for (int k = 0; k < COUNT; k++)
        std::fill(totals[k], totals[k] + m.blocks * BLOCK, 0.);
    for (int plane = 0; plane < m.planes(); plane++)
        for (int k = 0; k < COUNT; k++)
            for (int c = 0; c < BLOCK; c++)
                totals[k][plane % m.blocks * BLOCK + c] +=
                    partial[((size_t)plane * COUNT + k) * BLOCK + c];
}

} // namespace

// out = [relu](x * scale + shift [+ small, repeated factor times a side]);
// scale and shift may be missing.
EXPORT int affine(const Maps *m, const float *x, const float *scale,
                  const float *shift, const float *small, int factor,
                  int relu, float *out) {
    return guarded([&] {
        Maps low{m->batch, m->blocks, m->rows / factor, m->columns / factor};
#pragma omp parallel for collapse(2) schedule(static)
        for (int plane = 0; plane < m->planes(); plane++)
            for (int y = 0; y < m->rows; y++) {
                int block = plane % m->blocks;
                vec a = scale ? load(scale, block) : spread(1);
                vec b = load(shift, block);
                size_t at = plane * m->plane() + y * m->row();
                const vec *from = pixels(x + at);
                vec *to = pixels(out + at);
                if (small) {
                    const vec *add =
                        pixels(small + plane * low.plane() +
                               y / factor * low.row());
                    for (int j = 0, i = 0; j < low.columns; j++)
                        for (int k = 0; k < factor; k++, i++)
                            to[i] = from[i] * a + b + add[j];
                } else if (relu) {
                    for (int i = 0; i < m->columns; i++)
                        to[i] = rectified(from[i] * a + b);
                } else {
                    for (int i = 0; i < m->columns; i++)
                        to[i] = from[i] * a + b;
                }
            }
    });
}

// Mean and variance of each channel.
EXPORT int moments(const Maps *m, const float *x, double *mean,
                   double *variance) {
    return guarded([&] {
        // Taking some pixel away first keeps the digits of the variance.
        std::vector<float> origin(m->blocks * BLOCK);
        for (int b = 0; b < m->blocks; b++)
            std::copy(x + b * m->plane(), x + b * m->plane() + BLOCK,
                      &origin[b * BLOCK]);
        double *totals[2] = {mean, variance};
        channel_sums<2>(*m, totals, [&](int block, size_t at, vec *sums) {
            vec zero = load(&origin[0], block);
            const vec *from = pixels(x + at);
            for (int i = 0; i < m->columns; i++) {
                vec value = from[i] - zero;
                sums[0] += value;
                sums[1] += value * value;
            }
        });
        double count = (double)m->batch * m->rows * m->columns;
        for (int c = 0; c < m->blocks * BLOCK; c++) {
            double centre = mean[c] / count;
            variance[c] = std::max(0., variance[c] / count - centre * centre);
            mean[c] = centre + origin[c];
        }
    });
}

// Sums of z and of z * (x - mean), z being the gradient where the ReLU of
// x * scale + shift lets it through.
EXPORT int norm_grad_sums(const Maps *m, const float *x, const float *grad,
                          const float *scale, const float *shift,
                          const float *mean, int relu, double *plain,
                          double *centred) {
    return guarded([&] {
        double *totals[2] = {plain, centred};
        channel_sums<2>(*m, totals, [&](int block, size_t at, vec *sums) {
            vec a = load(scale, block), b = load(shift, block);
            vec centre = load(mean, block);
            const vec *from = pixels(x + at), *g = pixels(grad + at);
            for (int i = 0; i < m->columns; i++) {
                vec z = g[i];
                if (relu) z = from[i] * a + b > 0 ? z : vec{};
                sums[0] += z;
                sums[1] += z * (from[i] - centre);
            }
        });
    });
}

// out = z * scale + x * slope + level, z as above.
EXPORT int norm_grad(const Maps *m, const float *x, const float *grad,
                     const float *scale, const float *shift,
                     const float *slope, const float *level, int relu,
                     float *out) {
    return guarded([&] {
#pragma omp parallel for collapse(2) schedule(static)
        for (int plane = 0; plane < m->planes(); plane++)
            for (int y = 0; y < m->rows; y++) {
                int block = plane % m->blocks;
                vec a = load(scale, block), b = load(shift, block);
                vec c = load(slope, block), d = load(level, block);
                size_t at = plane * m->plane() + y * m->row();
                const vec *from = pixels(x + at), *g = pixels(grad + at);
                vec *to = pixels(out + at);
                for (int i = 0; i < m->columns; i++) {
                    vec z = g[i];
                    if (relu) z = from[i] * a + b > 0 ? z : vec{};
                    to[i] = z * a + from[i] * c + d;
                }
            }
    });
}

// out = (first [+ second]) where y is above 0, and its channel sums.
// Without y everywhere, and without out only the sums.
EXPORT int relu_grad(const Maps *m, const float *y, const float *first,
                     const float *second, float *out, double *sums) {
    return guarded([&] {
        double *totals[1] = {sums};
        channel_sums<1>(*m, totals, [&](int, size_t at, vec *sum) {
            const vec *one = pixels(first + at);
            const vec *two = second ? pixels(second + at) : nullptr;
            const vec *mine = y ? pixels(y + at) : nullptr;
            vec *to = out ? pixels(out + at) : nullptr;
            for (int i = 0; i < m->columns; i++) {
                vec z = two ? one[i] + two[i] : one[i];
                if (mine) z = mine[i] > 0 ? z : vec{};
                if (to) to[i] = z;
                sum[0] += z;
            }
        });
    });
}

// The largest of each 2 x 2 pixels; a last odd row or column is left out.
EXPORT int max_pool(const Maps *m, const float *x, float *out) {
    return guarded([&] {
        Maps low{m->batch, m->blocks, m->rows / 2, m->columns / 2};
#pragma omp parallel for collapse(2) schedule(static)
        for (int plane = 0; plane < m->planes(); plane++)
            for (int y = 0; y < low.rows; y++) {
                const float *at = x + plane * m->plane() + 2 * y * m->row();
                const vec *upper = pixels(at), *lower = pixels(at + m->row());
                vec *to = pixels(out + plane * low.plane() + y * low.row());
                for (int i = 0; i < low.columns; i++) {
                    vec left = upper[2 * i] > lower[2 * i]
                        ? upper[2 * i] : lower[2 * i];
                    vec right = upper[2 * i + 1] > lower[2 * i + 1]
                        ? upper[2 * i + 1] : lower[2 * i + 1];
                    to[i] = left > right ? left : right;
                }
            }
    });
}

// Each pixel that equals the largest gets its gradient, as in Theano.
EXPORT int max_pool_grad(const Maps *m, const float *x, const float *largest,
                         const float *grad, float *out) {
    return guarded([&] {
        Maps low{m->batch, m->blocks, m->rows / 2, m->columns / 2};
#pragma omp parallel for collapse(2) schedule(static)
        for (int plane = 0; plane < m->planes(); plane++)
            for (int y = 0; y < m->rows; y++) {
                size_t at = plane * m->plane() + y * m->row();
                const vec *from = pixels(x + at);
                vec *to = pixels(out + at);
                size_t below = plane * low.plane() + y / 2 * low.row();
                for (int i = 0; i < m->columns; i++) {
                    vec g = {};
                    if (i / 2 < low.columns && y / 2 < low.rows)
                        g = from[i] == pixels(largest + below)[i / 2]
                            ? pixels(grad + below)[i / 2] : vec{};
                    to[i] = g;
                }
            }
    });
}

// Sums of factor x factor pixels: the gradient of upscaling.
EXPORT int box_sum(const Maps *m, const float *x, int factor, float *out) {
    return guarded([&] {
        Maps low{m->batch, m->blocks, m->rows / factor, m->columns / factor};
#pragma omp parallel for collapse(2) schedule(static)
        for (int plane = 0; plane < m->planes(); plane++)
            for (int y = 0; y < low.rows; y++) {
                vec *to = pixels(out + plane * low.plane() + y * low.row());
                clear(to, low.columns);
                for (int k = 0; k < factor; k++) {
                    const vec *from =
                        pixels(x + plane * m->plane() +
                               (y * factor + k) * m->row());
                    for (int i = 0; i < low.columns; i++)
                        for (int l = 0; l < factor; l++)
                            to[i] += from[i * factor + l];
                }
            }
    });
}

// Blocked to `depth` channels, a plane of pixels each. A square of pixels is
// turned at a time: planes of some sizes share their places in the caches.
EXPORT int from_blocked(const Maps *m, const float *x, int depth,
                        float *out) {
    return guarded([&] {
        size_t area = (size_t)m->rows * m->columns;
#pragma omp parallel for collapse(2) schedule(static)
        for (int plane = 0; plane < m->planes(); plane++)
            for (size_t from = 0; from < area; from += BLOCK) {
                int first = plane % m->blocks * BLOCK;
                int channels = std::min(BLOCK, depth - first);
                int count = std::min<size_t>(BLOCK, area - from);
                const float *square = x + plane * m->plane() + from * BLOCK;
                float *to = out + from +
                            ((size_t)plane / m->blocks * depth + first) * area;
                for (int c = 0; c < channels; c++)
                    for (int i = 0; i < count; i++)
                        to[c * area + i] = square[i * BLOCK + c];
            }
    });
}
