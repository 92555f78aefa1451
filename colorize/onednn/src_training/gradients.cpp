// Gradients of the passes in ../src/planes.cpp and ../src/upscaled.cpp.
#include "sums.h"

#include <algorithm>
#include <vector>

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

// Each pixel that equals the largest gets its gradient, as in Theano.
EXPORT int max_pool_grad(const Maps *m, const float *x, const float *largest,
                         const float *grad, float *out) {
    return guarded([&] {
        Maps low{m->batch, m->blocks, m->rows / 2, m->columns / 2};
#pragma omp parallel for collapse(2) schedule(dynamic, 16)
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
#pragma omp parallel for collapse(2) schedule(dynamic, 16)
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

// The gradient of the taps of one small map from that of the output.
EXPORT int gather_taps(int blocks, int rows, int columns, int factor,
                       const float *grad, float *taps) {
    return guarded([&] {
        int h = rows / factor, w = columns / factor;
#pragma omp parallel
        {
            // One column of zeros on each side.
            std::vector<float> sums((size_t)(columns + 2) * BLOCK, 0.f);
            vec *sum = pixels(&sums[0]) + 1;
#pragma omp for collapse(2) schedule(dynamic)
            for (int block = 0; block < blocks; block++)
                for (int i = 0; i < h; i++)
                    for (int dy = -1; dy <= 1; dy++) {
                        clear(sum, columns);
                        int first = std::max(0, i * factor - dy);
                        int end = std::min(rows, (i + 1) * factor - dy);
                        for (int y = first; y < end; y++) {
                            const vec *from = pixels(
                                grad + ((size_t)block * rows + y) * columns
                                * BLOCK);
                            for (int x = 0; x < columns; x++)
                                sum[x] += from[x];
                        }
                        for (int dx = -1; dx <= 1; dx++) {
                            int tap = 3 * (dy + 1) + dx + 1;
                            vec *to = pixels(
                                taps + (((size_t)tap * blocks + block) * h
                                        + i) * w * BLOCK);
                            for (int j = 0; j < w; j++) {
                                const vec *from = sum + j * factor - dx;
                                vec total = from[0];
                                for (int part = 1; part < factor; part++)
                                    total += from[part];
                                to[j] = total;
                            }
                        }
                    }
        }
    });
}
