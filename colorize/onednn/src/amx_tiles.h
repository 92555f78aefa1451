// Products of matrices on AMX, which multiplies tiles of 16 x 32 bfloat16.
//
// Bfloat16 has 8 digits of float32's 24. So every factor is cut into a high
// and a low part, x = high + low, 17 digits together (the low one has a sign
// of its own), and a product takes three of AMX's: high high + high low + low
// high, summed in float32. Henry, Tang & Heinecke, "Leveraging the bfloat16
// Artificial Intelligence Datatype For Higher-Precision Computations" (2019).
// Of random values, results are within 1e-5 of the largest.
#pragma once
#include "common.h"

#ifdef WITH_AMX
#include <algorithm>
#include <immintrin.h>

namespace {

typedef uint16_t bf16;
// Rows of a tile: pixels side by side, or channels that come out.
const int ROWS = 16;
// Channels that one product of tiles sums over.
const int GROUP = 32;
// Channels that are made together: two tiles side by side.
const int PANEL = 2 * ROWS;
// Values of a tile.
const int TILE = ROWS * GROUP;
// A pixel's high and low parts of a group, side by side.
const int PIXEL = 2 * GROUP;
inline int parts(int count, int unit) { return (count + unit - 1) / unit; }

// Eight tiles of 16 rows, 64 bytes each.
struct alignas(64) Config {
    uint8_t palette = 1, start = 0, reserved[14] = {};
    uint16_t bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
    uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

// A thread's use of the tiles.
struct Tiles {
    Tiles() {
        // GCC 12 believes that only 8 bytes of it are read, and may not write
        // the others of a local one.
        static const Config config{};
        _tile_loadconfig(&config);
    }
    ~Tiles() { _tile_release(); }
};

inline __m512 widen(__m256i half) {
    return (__m512)_mm512_slli_epi32(_mm512_cvtepu16_epi32(half), 16);
}

inline __m256i narrow(__m512 values) {
    return (__m256i)_mm512_cvtneps_pbh(values);
}

// 16 channels of a pixel to their high and low parts.
inline void split(__m512 values, bf16 *to) {
    __m256i high = narrow(values);
    _mm256_storeu_si256((__m256i *)to, high);
    _mm256_storeu_si256((__m256i *)(to + GROUP),
                        narrow(values - widen(high)));
}

// A strip of an input's rows, (group, row, column, PIXEL), with zeros around.
struct Strip {
    const Shape &s;
    int groups, pitch, height;
    bf16 *data;

    Strip(const Shape &shape, int rows, bf16 *data_)
        : s(shape), groups(parts(s.in, GROUP)),
          pitch(parts(s.columns, ROWS) * ROWS + s.kernel_columns - 1),
          height(rows + s.kernel_rows - 1), data(data_) {}

    size_t bytes() const {
        return (size_t)groups * height * pitch * PIXEL * sizeof(bf16);
    }
    bf16 *at(int group, int y, int x) const {
        return data + (((size_t)group * height + y) * pitch + x) * PIXEL;
    }

    // Rows `first` to first + rows, and their neighbours.
    void fill(const float *photo, int first, int rows) const {
        int above = s.kernel_rows / 2, blocks = parts(s.in, BLOCK);
        for (int block = 0; block < 2 * groups; block++)
            for (int y = 0; y < rows + s.kernel_rows - 1; y++) {
                int row = first + y - above;
                bool there = block < blocks && row >= 0 && row < s.rows;
                const float *from = photo +
                    ((size_t)block * s.rows + row) * s.columns * BLOCK;
                line(there ? from : nullptr,
                     at(block / 2, y, 0) + block % 2 * BLOCK);
            }
        // GCC does not know that _tile_loadd reads these.
        asm volatile("" ::: "memory");
    }

    void line(const float *from, bf16 *to) const {
        int left = s.kernel_columns / 2, end = from ? left + s.columns : 0;
        for (int x = 0; x < pitch; x++, to += PIXEL) {
            bool there = x >= left && x < end;
            split(there ? _mm512_loadu_ps(from + (x - left) * BLOCK)
                        : _mm512_setzero_ps(), to);
        }
    }
};

// Of two rows of 16 pixels, or of one, in tiles 4 and 5.
template <int HEIGHT> void load_pixels(const bf16 *from, size_t below) {
    const int across = PIXEL * sizeof(bf16);
    _tile_loadd(4, from, across);
    if (HEIGHT > 1) _tile_loadd(5, from + below, across);
}

// Of a panel, or of half of one, in tiles 6 and 7.
template <int HALVES> void load_kernels(const bf16 *from) {
    _tile_loadd(6, from, 64);
    if (HALVES > 1) _tile_loadd(7, from + TILE, 64);
}

// Their products are added to tiles 0 to 3.
template <int HEIGHT, int HALVES> void multiply() {
    _tile_dpbf16ps(0, 4, 6);
    if (HALVES > 1) _tile_dpbf16ps(1, 4, 7);
    if (HEIGHT > 1) _tile_dpbf16ps(2, 5, 6);
    if (HEIGHT > 1 && HALVES > 1) _tile_dpbf16ps(3, 5, 7);
}

// The sums of one or two rows of 16 pixels, one or two tiles of kernels.
template <int HEIGHT, int HALVES>
void products(const Strip &strip, int kernel_rows, int kernel_columns,
              const bf16 *kernels, int y, int x, float *sums) {
    const size_t below = (size_t)strip.pitch * PIXEL;
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (int g = 0; g < strip.groups; g++)
        for (int v = 0; v < kernel_rows; v++)
            for (int u = 0; u < kernel_columns; u++) {
                const bf16 *high = strip.at(g, y + v, x + u);
                load_kernels<HALVES>(kernels);
                load_pixels<HEIGHT>(high + GROUP, below); // the low parts
                multiply<HEIGHT, HALVES>();
                load_pixels<HEIGHT>(high, below);
                multiply<HEIGHT, HALVES>();
                load_kernels<HALVES>(kernels + 2 * TILE); // the low parts
                multiply<HEIGHT, HALVES>();
                kernels += 4 * TILE;
            }
    _tile_stored(0, sums, 64);
    if (HALVES > 1) _tile_stored(1, sums + 256, 64);
    if (HEIGHT > 1) _tile_stored(2, sums + 512, 64);
    if (HEIGHT > 1 && HALVES > 1) _tile_stored(3, sums + 768, 64);
}

} // namespace
#endif
