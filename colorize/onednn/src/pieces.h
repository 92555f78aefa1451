// What a Winograd convolution is cut into: tiles, and matrices of points.
#pragma once
#include "common.h"

namespace {

const int POINTS = 36;

inline int whole(int depth, int unit) {
    return (depth + unit - 1) / unit * unit;
}

// The tiles of a batch of maps, numbered through.
struct Tiles {
    int batch, blocks, rows, columns, down, across;

    Tiles(int batch_, int depth, int rows_, int columns_)
        : batch(batch_), blocks(whole(depth, BLOCK) / BLOCK), rows(rows_),
          columns(columns_), down((rows_ + 3) / 4),
          across((columns_ + 3) / 4) {}

    int count() const { return batch * down * across; }

    // First pixel of a tile: its row and column, and its place in memory.
    size_t locate(int tile, int block, int &y, int &x) const {
        int photo = tile / (down * across);
        y = tile / across % down * 4, x = tile % across * 4;
        return (((size_t)photo * blocks + block) * rows * columns +
                (size_t)y * columns + x) * BLOCK;
    }
};

// Matrices of the 36 points, (row, depth) each. The padding keeps rows out
// of one another's way in the caches.
struct Points {
    float *data;
    size_t pitch, step;

    Points(float *data_, int rows, int depth)
        : data(data_), pitch(depth + 16), step(rows * pitch) {}
    float *at(int point, int row) const {
        return data + point * step + row * pitch;
    }
    static size_t floats(int rows, int depth) {
        return (size_t)POINTS * rows * (depth + 16);
    }
};

} // namespace
