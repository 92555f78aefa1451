// A 3 x 3 convolution of a map that was upscaled by repeating its pixels.
// Each of the nine taps is a 1 x 1 convolution of the small map; here its
// nine results are put together at the full size, and the other way round.
#include "common.h"

#include <algorithm>
#include <vector>

namespace {

// Which small pixel the one at + step, of `factor` times `size`, repeats.
inline bool source(int at, int step, int factor, int size, int &found) {
    int moved = at + step;
    found = moved / factor;
    return moved >= 0 && found < size;
}

} // namespace

// out (blocks, rows, columns, BLOCK) = the sum over `count` small maps;
// taps[i] is (9 * blocks, rows / factor, columns / factor, BLOCK).
EXPORT int spread_taps(int blocks, int rows, int columns, int count,
                       const float *const *taps, const int *factors,
                       float *out) {
    return guarded([&] {
#pragma omp parallel
        {
            std::vector<float> sums((size_t)3 * columns * BLOCK);
#pragma omp for collapse(2) schedule(static)
            for (int block = 0; block < blocks; block++)
                for (int y = 0; y < rows; y++) {
                    vec *to = pixels(
                        out + ((size_t)block * rows + y) * columns * BLOCK);
                    std::fill(to, to + columns, vec{});
                    for (int map = 0; map < count; map++) {
                        int k = factors[map], h = rows / k, w = columns / k;
                        std::fill(sums.begin(), sums.end(), 0.f);
                        for (int tap = 0; tap < 9; tap++) {
                            int i;
                            if (!source(y, tap / 3 - 1, k, h, i)) continue;
                            const vec *from = pixels(
                                taps[map] + (((size_t)tap * blocks + block)
                                             * h + i) * w * BLOCK);
                            vec *sum = pixels(&sums[0]) + tap % 3 * w;
                            for (int j = 0; j < w; j++) sum[j] += from[j];
                        }
                        const vec *left = pixels(&sums[0]);
                        const vec *middle = left + w, *right = middle + w;
                        for (int j = 0, x = 0; j < w; j++)
                            for (int part = 0; part < k; part++, x++) {
                                vec value = to[x] + middle[j];
                                if (x) value += left[part ? j : j - 1];
                                if (x + 1 < columns)
                                    value += right[part < k - 1 ? j : j + 1];
                                to[x] = value;
                            }
                    }
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
#pragma omp for collapse(2) schedule(static)
            for (int block = 0; block < blocks; block++)
                for (int i = 0; i < h; i++)
                    for (int dy = -1; dy <= 1; dy++) {
                        std::fill(sum, sum + columns, vec{});
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
