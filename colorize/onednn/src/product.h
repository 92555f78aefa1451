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

// The sums of a strip, row by row: of an array the compiler would spill all.
template <int ROWS> struct Sums {
    vec first{}, second{};
    Sums<ROWS - 1> rest;

    INLINE void add(const float *left, size_t row, vec one, vec two) {
        vec factor = spread(*left);
        first += factor * one, second += factor * two;
        rest.add(left + row, row, one, two);
    }
    INLINE void put(float *out, size_t row, bool add) const {
        vec *to = pixels(out);
        to[0] = add ? to[0] + first : first;
        to[1] = add ? to[1] + second : second;
        rest.put(out + row, row, add);
    }
};
template <> struct Sums<0> {
    void add(const float *, size_t, vec, vec) {}
    void put(float *, size_t, bool) const {}
};

template <int ROWS> void strip(const Operands &o) {
    Sums<ROWS> sums;
    const float *left = o.left, *right = o.right;
    for (int i = 0; i < o.steps; i++) {
        sums.add(left, o.left_row, pixels(right)[0], pixels(right)[1]);
        left += o.left_step, right += o.right_step;
    }
    sums.put(o.out, o.out_row, o.add);
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
