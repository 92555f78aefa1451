// Passes over blocked arrays: batch norm, ReLU, pooling, upscaling.
// Each reads and writes memory once; all cores share the rows.
#include "maps.h"

#include <algorithm>

namespace {

inline vec rectified(vec value) { return value > 0 ? value : vec{}; }

} // namespace

// out = [relu](x * scale + shift [+ small, repeated factor times a side]);
// scale and shift may be missing.
EXPORT int affine(const Maps *m, const float *x, const float *scale,
                  const float *shift, const float *small, int factor,
                  int relu, float *out) {
    return guarded([&] {
        Maps low{m->batch, m->blocks, m->rows / factor, m->columns / factor};
#pragma omp parallel for collapse(2) schedule(dynamic, 16)
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

// The largest of each 2 x 2 pixels; a last odd row or column is left out.
EXPORT int max_pool(const Maps *m, const float *x, float *out) {
    return guarded([&] {
        Maps low{m->batch, m->blocks, m->rows / 2, m->columns / 2};
#pragma omp parallel for collapse(2) schedule(dynamic, 16)
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

// Blocked to `depth` channels, a plane of pixels each. A square of pixels is
// turned at a time: planes of some sizes share their places in the caches.
EXPORT int from_blocked(const Maps *m, const float *x, int depth,
                        float *out) {
    return guarded([&] {
        size_t area = (size_t)m->rows * m->columns;
#pragma omp parallel for collapse(2) schedule(dynamic, 256)
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
