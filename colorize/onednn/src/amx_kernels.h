// Kernels packed into the tiles of amx_tiles.h.
#pragma once
#include "amx_tiles.h"

#ifdef WITH_AMX
namespace {

// Kernels (lane, depth, row, column): the lanes are the maps that come out.
// Flipped and with in and out exchanged for the gradient of the input.
struct Kernels {
    int lanes, depth, rows, columns, taps, groups;
    size_t lane_step, depth_step;
    bool flipped;

    Kernels(const Shape &s, bool back)
        : lanes(back ? s.in : s.out), depth(back ? s.out : s.in),
          rows(s.kernel_rows), columns(s.kernel_columns),
          taps(rows * columns),
          groups(parts(depth, GROUP)),
          lane_step((size_t)taps * (back ? 1 : s.in)),
          depth_step((size_t)taps * (back ? s.in : 1)), flipped(back) {}

    int panels() const { return parts(lanes, PANEL); }
    // Of a panel, (group, tap, high and low, two tiles).
    size_t step() const { return (size_t)taps * groups * 4 * TILE; }
    size_t bytes() const { return panels() * step() * sizeof(bf16); }
};

// Kernels as tiles: a row is a pair of channels in, by 16 lanes.
struct Packer {
    const Kernels &k;
    const float *from;
    bf16 *to;
    __m512i places, mingle;

    Packer(const Kernels &kernels, const float *from_, bf16 *to_)
        : k(kernels), from(from_), to(to_) {
        alignas(64) int32_t steps[16];
        alignas(64) uint16_t pairs[32];
        for (int i = 0; i < 16; i++) {
            steps[i] = i * k.lane_step;
            pairs[2 * i] = i, pairs[2 * i + 1] = 16 + i;
        }
        places = _mm512_load_si512(steps);
        mingle = _mm512_load_si512(pairs);
    }

    __m512 gather(int lane, int depth, int tap) const {
        int some = std::min(ROWS, k.lanes - lane);
        if (some <= 0 || depth >= k.depth) return _mm512_setzero_ps();
        return _mm512_mask_i32gather_ps(
            _mm512_setzero_ps(), (__mmask16)((1u << some) - 1), places,
            from + lane * k.lane_step + depth * k.depth_step +
                (k.flipped ? k.taps - 1 - tap : tap), sizeof(float));
    }

    void store(__m256i even, __m256i odd, bf16 *row) const {
        __m512i both = _mm512_inserti64x4(_mm512_castsi256_si512(even), odd,
                                          1);
        _mm512_storeu_si512(row, _mm512_permutexvar_epi16(mingle, both));
    }

    void pair(int lane, int depth, int tap, bf16 *row) const {
        __m512 even = gather(lane, depth, tap);
        __m512 odd = gather(lane, depth + 1, tap);
        __m256i high = narrow(even), other = narrow(odd);
        store(high, other, row);
        store(narrow(even - widen(high)), narrow(odd - widen(other)),
              row + 2 * TILE);
    }

    void pack() const {
#pragma omp parallel for collapse(2) schedule(static)
        for (int half = 0; half < 2 * k.panels(); half++)
            for (int group = 0; group < k.groups; group++)
                for (int row = 0; row < ROWS; row++)
                    for (int tap = 0; tap < k.taps; tap++)
                        pair(half * ROWS, group * GROUP + 2 * row, tap,
                             to + half / 2 * k.step() +
                                 ((size_t)group * k.taps + tap) * 4 * TILE +
                                 half % 2 * TILE + row * GROUP);
    }
};

} // namespace
#endif
