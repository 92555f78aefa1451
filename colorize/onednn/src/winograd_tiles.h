// Winograd's transforms of one tile, BLOCK channels at a time.
//
// A map d of SIDE x SIDE pixels and a kernel g of 3 x 3 give PIXELS x PIXELS
//     outputs(kernels(g) * inputs(d)),
// each transform done along the columns, then along the rows; products are
// taken element by element. Gradients use the transposed transforms.
// Each function here takes one line. SUMMED: the most products that are added
// up in one go.
#pragma once
#include "common.h"

namespace winograd {

// What a point and its negative give: all but 0 and infinity come in pairs.
inline void pair(vec even, vec odd, vec *to) {
    to[0] = even + odd;
    to[1] = even - odd;
}

// F(4x4, 3x3). The points are 0, a, -a, b, -b and infinity with a = sqrt(1/2)
// and b = sqrt(2): float32 keeps five times more digits than with 1 and 2.
struct Four {
    static const int PIXELS = 4, SIDE = 6, POINTS = SIDE * SIDE;
    static const int SUMMED = 1 << 20;
    static constexpr float a = .70710678118654752f, a3 = a / 2, b = 2 * a,
                           b3 = 4 * a;

    static void inputs(const vec *d, vec *to) {
        to[0] = d[0] - 2.5f * d[2] + d[4];
        pair(d[4] - 2.f * d[2], a * (d[3] - 2.f * d[1]), to + 1);
        pair(d[4] - .5f * d[2], b * (d[3] - .5f * d[1]), to + 3);
        to[5] = d[1] - 2.5f * d[3] + d[5];
    }

    static void kernels(const vec *g, vec *to) {
        to[0] = g[0];
        pair(g[0] * (-1 / 1.5f) + g[2] * (-.5f / 1.5f), g[1] * (-a / 1.5f),
             to + 1);
        pair(g[0] * (1 / 6.f) + g[2] * (1 / 3.f), g[1] * (b / 6), to + 3);
        to[5] = g[2];
    }

    static void outputs(const vec *m, vec *to) {
        vec even = m[1] + m[2], odd = m[1] - m[2];
        vec wide = m[3] + m[4], skew = m[3] - m[4];
        to[0] = m[0] + even + wide;
        to[1] = a * odd + b * skew;
        to[2] = .5f * even + 2.f * wide;
        to[3] = a3 * odd + b3 * skew + m[5];
    }

    // `outputs` transposed: of pixels' gradients.
    static void outputs_back(const vec *g, vec *to) {
        to[0] = g[0];
        pair(g[0] + .5f * g[2], a * g[1] + a3 * g[3], to + 1);
        pair(g[0] + 2.f * g[2], b * g[1] + b3 * g[3], to + 3);
        to[5] = g[3];
    }

    // `kernels` transposed: sums of products to weights' gradients.
    static void kernels_back(const vec *u, vec *to) {
        vec even = u[1] + u[2], odd = u[1] - u[2];
        vec wide = u[3] + u[4], skew = u[3] - u[4];
        to[0] = u[0] + even * (-1 / 1.5f) + wide * (1 / 6.f);
        to[1] = odd * (-a / 1.5f) + skew * (b / 6);
        to[2] = even * (-.5f / 1.5f) + wide * (1 / 3.f) + u[5];
    }
};

// F(6x6, 3x3) at 0, 1, -1, 2, -2, 1/2, -1/2 and infinity. Of a hundred other
// choices none was better, and yet errors are four times those of Four. They
// come from long sums, so these are cut, which halves them.
struct Six {
    static const int PIXELS = 6, SIDE = 8, POINTS = SIDE * SIDE;
    static const int SUMMED = 32;

    static void inputs(const vec *d, vec *to) {
        to[0] = d[0] - d[6] + 5.25f * (d[4] - d[2]);
        pair(d[2] + d[6] - 4.25f * d[4], d[1] + d[5] - 4.25f * d[3], to + 1);
        pair(d[6] + .25f * d[2] - 1.25f * d[4],
             .5f * d[1] - 2.5f * d[3] + 2.f * d[5], to + 3);
        pair(d[6] + 4.f * d[2] - 5.f * d[4],
             2.f * d[1] - 2.5f * d[3] + .5f * d[5], to + 5);
        to[7] = d[7] - d[1] + 5.25f * (d[3] - d[5]);
    }

    static void kernels(const vec *g, vec *to) {
        to[0] = g[0];
        pair((g[0] + g[2]) * (-2 / 9.f), g[1] * (-2 / 9.f), to + 1);
        pair(g[0] * (1 / 90.f) + g[2] * (2 / 45.f), g[1] * (1 / 45.f), to + 3);
        pair(g[0] * (32 / 45.f) + g[2] * (8 / 45.f), g[1] * (16 / 45.f),
             to + 5);
        to[7] = g[2];
    }

    static void outputs(const vec *m, vec *to) {
        vec even = m[1] + m[2], odd = m[1] - m[2];
        vec wide = m[3] + m[4], skew = m[3] - m[4];
        vec near = m[5] + m[6], slant = m[5] - m[6];
        to[0] = m[0] + even + wide + near;
        to[1] = odd + 2.f * skew + .5f * slant;
        to[2] = even + 4.f * wide + .25f * near;
        to[3] = odd + 8.f * skew + .125f * slant;
        to[4] = even + 16.f * wide + .0625f * near;
        to[5] = odd + 32.f * skew + .03125f * slant + m[7];
    }

    static void outputs_back(const vec *g, vec *to) {
        to[0] = g[0];
        pair(g[0] + g[2] + g[4], g[1] + g[3] + g[5], to + 1);
        pair(g[0] + 4.f * g[2] + 16.f * g[4],
             2.f * g[1] + 8.f * g[3] + 32.f * g[5], to + 3);
        pair(g[0] + .25f * g[2] + .0625f * g[4],
             .5f * g[1] + .125f * g[3] + .03125f * g[5], to + 5);
        to[7] = g[5];
    }

    static void kernels_back(const vec *u, vec *to) {
        vec even = (u[1] + u[2]) * (-2 / 9.f);
        vec odd = (u[1] - u[2]) * (-2 / 9.f);
        vec wide = u[3] + u[4], skew = u[3] - u[4];
        vec near = u[5] + u[6], slant = u[5] - u[6];
        to[0] = u[0] + even + wide * (1 / 90.f) + near * (32 / 45.f);
        to[1] = odd + skew * (1 / 45.f) + slant * (16 / 45.f);
        to[2] = even + wide * (2 / 45.f) + near * (8 / 45.f) + u[7];
    }
};

// A square of FROM x FROM to TO x TO. load(row, column) gives what goes in,
// store(row, column, value) takes what comes out.
template <int FROM, int TO, void (*LINE)(const vec *, vec *), typename Load,
          typename Store>
INLINE void square(Load load, Store store) {
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
