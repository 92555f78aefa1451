// Winograd's transforms F(4x4, 3x3) of one tile, BLOCK channels at a time.
//
// The six points are 0, a, -a, b, -b and infinity with a = sqrt(1/2) and
// b = sqrt(2): float32 keeps five times more digits than with 1 and 2.
// A map d of 6 x 6 pixels and a kernel g of 3 x 3 give 4 x 4 pixels
//     outputs(kernels(g) * inputs(d)),
// each transform done along the columns, then along the rows; products are
// taken element by element. Gradients use the transposed transforms.
#pragma once
#include "common.h"

namespace winograd {

const float a = .70710678118654752f, a3 = a / 2, b = 2 * a, b3 = 4 * a;

// One line of 6 pixels.
inline void inputs(const vec *d, vec *to) {
    vec even = d[4] - 2.f * d[2], odd = a * (d[3] - 2.f * d[1]);
    vec wide = d[4] - .5f * d[2], skew = b * (d[3] - .5f * d[1]);
    to[0] = d[0] - 2.5f * d[2] + d[4];
    to[1] = even + odd;
    to[2] = even - odd;
    to[3] = wide + skew;
    to[4] = wide - skew;
    to[5] = d[1] - 2.5f * d[3] + d[5];
}

// One line of 3 kernel weights.
inline void kernels(const vec *g, vec *to) {
    vec even = g[0] * (-1 / 1.5f) + g[2] * (-.5f / 1.5f);
    vec odd = g[1] * (-a / 1.5f);
    vec wide = g[0] * (1 / 6.f) + g[2] * (1 / 3.f), skew = g[1] * (b / 6);
    to[0] = g[0];
    to[1] = even + odd;
    to[2] = even - odd;
    to[3] = wide + skew;
    to[4] = wide - skew;
    to[5] = g[2];
}

// One line of 6 products to 4 pixels.
inline void outputs(const vec *m, vec *to) {
    vec even = m[1] + m[2], odd = m[1] - m[2];
    vec wide = m[3] + m[4], skew = m[3] - m[4];
    to[0] = m[0] + even + wide;
    to[1] = a * odd + b * skew;
    to[2] = .5f * even + 2.f * wide;
    to[3] = a3 * odd + b3 * skew + m[5];
}

// `outputs` transposed: a line of 4 pixels' gradients.
inline void outputs_back(const vec *g, vec *to) {
    vec even = g[0] + .5f * g[2], odd = a * g[1] + a3 * g[3];
    vec wide = g[0] + 2.f * g[2], skew = b * g[1] + b3 * g[3];
    to[0] = g[0];
    to[1] = even + odd;
    to[2] = even - odd;
    to[3] = wide + skew;
    to[4] = wide - skew;
    to[5] = g[3];
}

// `kernels` transposed: a line of 6 products' sums to 3 weights' gradients.
inline void kernels_back(const vec *u, vec *to) {
    vec even = u[1] + u[2], odd = u[1] - u[2];
    vec wide = u[3] + u[4], skew = u[3] - u[4];
    to[0] = u[0] + even * (-1 / 1.5f) + wide * (1 / 6.f);
    to[1] = odd * (-a / 1.5f) + skew * (b / 6);
    to[2] = even * (-.5f / 1.5f) + wide * (1 / 3.f) + u[5];
}

// A square of FROM x FROM to TO x TO. load(row, column) gives what goes in,
// store(row, column, value) takes what comes out.
template <int FROM, int TO, void (*LINE)(const vec *, vec *), typename Load,
          typename Store>
inline __attribute__((always_inline)) void square(Load load, Store store) {
    vec half[TO][FROM];
    for (int x = 0; x < FROM; x++) {
        vec line[FROM], done[TO];
        for (int y = 0; y < FROM; y++) line[y] = load(y, x);
        LINE(line, done);
        for (int y = 0; y < TO; y++) half[y][x] = done[y];
    }
    for (int y = 0; y < TO; y++) {
        vec done[TO];
        LINE(half[y], done);
        for (int x = 0; x < TO; x++) store(y, x, done[x]);
    }
}

} // namespace winograd
