// Batch norm while it learns: moments of a batch, and gradients.
#include "sums.h"

#include <algorithm>
#include <vector>

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
#pragma omp parallel for collapse(2) schedule(dynamic, 16)
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
