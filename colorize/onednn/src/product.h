// Products of small matrices, as many rows at a time as registers hold.
#pragma once
#include "common.h"

#include <algorithm>

namespace {

// Columns of a panel: two registers side by side.
const int PANEL = 2 * BLOCK;
// Rows of a strip: their sums take 12 of AVX2's 16 registers, 24 of 32.
const int STRIP = BLOCK == 16 ? 12 : 6;

// A strip of a product: out[row] (+)= sum over i of left(row, i) * right[i],
// each right[i] and out[row] being a panel.
struct Operands {
    const float *left;
    size_t left_row, left_step;
    const float *right;
    size_t right_step;
    float *out;
    size_t out_row;
    int steps;
    bool add;
};

template <int ROWS> void strip(const Operands &o) {
    vec sums[ROWS][2] = {};
    const float *left = o.left, *right = o.right;
    for (int i = 0; i < o.steps; i++) {
        vec first = pixels(right)[0], second = pixels(right)[1];
        for (int r = 0; r < ROWS; r++) {
            vec factor = spread(left[r * o.left_row]);
            sums[r][0] += factor * first;
            sums[r][1] += factor * second;
        }
        left += o.left_step, right += o.right_step;
    }
    for (int r = 0; r < ROWS; r++) {
        vec *to = pixels(o.out + r * o.out_row);
        to[0] = o.add ? to[0] + sums[r][0] : sums[r][0];
        to[1] = o.add ? to[1] + sums[r][1] : sums[r][1];
    }
}

// strip<1> ... strip<STRIP>
template <int ROWS> struct Strips {
    static void run(int rows, const Operands &o) {
        if (rows == ROWS) strip<ROWS>(o);
        else Strips<ROWS - 1>::run(rows, o);
    }
};
template <> struct Strips<0> {
    static void run(int, const Operands &) {}
};

// All rows of a panel. Sums are cut into parts of so many steps, as errors of
// rounding grow with the root of their length.
void panel(int rows, Operands o, int most) {
    for (int row = 0; row < rows; row += STRIP) {
        Operands part = o;
        for (int at = 0; at < o.steps; at += most, part.add = true) {
            part.steps = std::min(most, o.steps - at);
            Strips<STRIP>::run(std::min(STRIP, rows - row), part);
            part.left += part.steps * o.left_step;
            part.right += part.steps * o.right_step;
        }
        o.left += STRIP * o.left_row, o.out += STRIP * o.out_row;
    }
}

} // namespace
