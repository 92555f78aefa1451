// Blocked maps, and what stands beside each of their channels.
#pragma once
#include "common.h"

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

} // namespace
