// 3 x 3 convolutions of stride 1 to two maps at most. A vector holds channels
// that come in, not those that go out, most of which would be padding; its
// sum over the channels is taken at the end.
#include "maps.h"
#include "narrow.h"

#include <omp.h>
#include <vector>

namespace {

const int OUT = 2, TAPS = 9;
// Pixels at a time: their sums take 12 of AVX2's 16 registers.
const int ABREAST = 6;

struct Narrow {
    int out;
    Maps from;
    std::vector<float> kernels; // (block, tap, OUT, BLOCK)

    Narrow(const Shape &s, const float *given)
        : out(s.out),
          from{s.batch, (s.in + BLOCK - 1) / BLOCK, s.rows, s.columns},
          kernels((size_t)from.blocks * TAPS * OUT * BLOCK) {
        for (int o = 0; o < s.out; o++)
            for (int i = 0; i < s.in; i++)
                for (int tap = 0; tap < TAPS; tap++)
                    kernels[place(i / BLOCK, tap) + o * BLOCK + i % BLOCK] =
                        given[(o * s.in + i) * TAPS + tap];
    }

    size_t place(int block, int tap) const {
        return (size_t)(block * TAPS + tap) * OUT * BLOCK;
    }

    // What one block of channels adds to COUNT pixels, by rows top to bottom
    // and columns left to right of the kernel, the last of each left out.
    // `in` is the pixel up and left of the first.
    template <int COUNT>
    INLINE void add(const vec *in, int block, int top, int bottom, int left,
                    int right, vec *to) const {
        vec sums[COUNT][OUT] = {};
        for (int v = top; v < bottom; v++)
            for (int u = left; u < right; u++) {
                const vec *given = in + v * from.columns + u;
                const vec *factor = pixels(&kernels[place(block, 3 * v + u)]);
                for (int i = 0; i < COUNT; i++)
                    for (int o = 0; o < OUT; o++)
                        sums[i][o] += given[i] * factor[o];
            }
        for (int i = 0; i < COUNT; i++)
            for (int o = 0; o < OUT; o++) to[i * OUT + o] += sums[i][o];
    }

    // The kernel's rows and columns that lie outside the map are left out.
    void add_row(const float *map, int block, int y, vec *sums) const {
        int columns = from.columns, x = 0;
        const vec *in = pixels(map) + (y - 1) * columns - 1;
        int top = y == 0, bottom = y + 1 == from.rows ? 2 : 3;
        while (x < columns) {
            vec *to = sums + x * OUT;
            if (x > 0 && x + ABREAST < columns) {
                add<ABREAST>(in + x, block, top, bottom, 0, 3, to);
                x += ABREAST;
            } else {
                int right = x + 1 == columns ? 2 : 3;
                add<1>(in + x, block, top, bottom, x == 0, right, to);
                x++;
            }
        }
    }

    vec pixel(const vec *sums, const float *bias) const {
        vec value = {};
        for (int o = 0; o < out; o++) {
            value[o] = bias ? bias[o] : 0;
            for (int i = 0; i < BLOCK; i++) value[o] += sums[o][i];
        }
        return value;
    }
};

} // namespace

bool narrow_pays(const Shape &s) {
    return s.kernel_rows == 3 && s.kernel_columns == 3 && s.out <= OUT &&
           s.in >= BLOCK;
}

void narrow_forward(const Shape &s, const float *in, const float *kernels,
                    const float *bias, float *out, bool relu, bool sum) {
    Narrow narrow(s, kernels);
    size_t length = (size_t)s.columns * OUT * BLOCK;
    int threads = omp_get_max_threads();
    Buffer room(threads * length * sizeof(float));
#pragma omp parallel num_threads(threads)
    {
        vec *sums = pixels(room.floats() + omp_get_thread_num() * length);
#pragma omp for schedule(dynamic, 4)
        for (int row = 0; row < s.batch * s.rows; row++) {
            int photo = row / s.rows, blocks = narrow.from.blocks;
            clear(sums, s.columns * OUT);
            for (int block = 0; block < blocks; block++)
                narrow.add_row(
                    in + (photo * blocks + block) * narrow.from.plane(),
                    block, row % s.rows, sums);
            vec *to = pixels(out) + (size_t)row * s.columns;
            for (int x = 0; x < s.columns; x++, to++) {
                vec value = narrow.pixel(sums + x * OUT, bias);
                if (sum) value += *to;
                if (relu) value = value > 0 ? value : vec{};
                *to = value;
            }
        }
    }
}
