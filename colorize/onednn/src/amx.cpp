// Direct convolutions on AMX. Winograd's transforms would enlarge what the
// split of amx_tiles.h rounds off.
#include "amx.h"
#include "amx_kernels.h"

#ifndef WITH_AMX
bool amx_runs() { return false; }
void amx_forward(const Shape &, const float *, const float *, const float *,
                 float *, bool, bool) {}
void amx_grad_inputs(const Shape &, const float *, const float *, float *) {}
void amx_doubled(const Shape &, const float *, const float *, float *, bool) {}
#else
#include "kept.h"

#include <omp.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace {

// Of a core's own cache, for the pixels of a strip.
const size_t ROOM = 1 << 19;

// The pixels that are made: all, or one of each square of `factor` x `factor`.
struct Grid {
    int factor, down, across;
};

// What becomes of the sums, and where they go.
struct Finish {
    const Shape &s;
    const float *bias;
    bool relu, sum;
    Grid grid;

    // 16 pixels of a row and block, as many of them as there are.
    void run(const float *sums, int block, int y, int x, float *photo) const {
        size_t row = ((size_t)block * s.rows + y) * grid.factor + grid.down;
        float *to = photo + (row * s.columns * grid.factor +
                             x * grid.factor + grid.across) * BLOCK;
        __m512 shift = _mm512_loadu_ps(bias + block * BLOCK);
        int count = std::min(ROWS, s.columns - x);
        for (int i = 0; i < count; i++, to += grid.factor * BLOCK) {
            __m512 value = _mm512_load_ps(sums + i * BLOCK) + shift;
            if (sum) value += _mm512_loadu_ps(to);
            if (relu) value = _mm512_max_ps(value, _mm512_setzero_ps());
            _mm512_storeu_ps(to, value);
        }
    }
};

// The rows of a strip, of one panel.
void rows_of(const Strip &strip, const Kernels &k, const bf16 *kernels,
             int panel, int first, int rows, const Finish &finish,
             float *photo) {
    alignas(64) float sums[4 * ROWS * BLOCK];
    const bf16 *mine = kernels + panel * k.step();
    int halves = std::min(2, parts(k.lanes, BLOCK) - 2 * panel);
    for (int y = 0; y < rows; y += 2)
        for (int x = 0; x < strip.s.columns; x += ROWS) {
            int height = std::min(2, rows - y);
            auto work = height > 1
                ? halves > 1 ? products<2, 2> : products<2, 1>
                : halves > 1 ? products<1, 2> : products<1, 1>;
            work(strip, k.rows, k.columns, mine, y + finish.grid.down,
                 x + finish.grid.across, sums);
            for (int i = 0; i < height; i++)
                for (int half = 0; half < halves; half++)
                    finish.run(sums + (2 * i + half) * ROWS * BLOCK,
                               2 * panel + half, first + y + i, x, photo);
        }
}

// Rows at a time: what a core's cache holds, and work for every core.
int strip_rows(const Shape &s) {
    size_t row = Strip(s, 1, nullptr).bytes() / s.kernel_rows;
    int rows = std::max<int>(ROOM / row - s.kernel_rows + 1, 2);
    int threads = omp_get_max_threads();
    int strips = std::max(parts(s.rows, rows), parts(threads, s.batch));
    return parts(parts(s.rows, strips), 2) * 2;
}

// Has all threads fill strips of the photos and work on them.
template <typename Work>
void in_strips(const Shape &s, const float *in, Work work) {
    int rows = strip_rows(s), strips = parts(s.rows, rows);
    size_t photo = (size_t)parts(s.in, BLOCK) * s.rows * s.columns * BLOCK;
    size_t bytes = Strip(s, rows, nullptr).bytes();
    int threads = std::min(omp_get_max_threads(), s.batch * strips);
    Buffer room(bytes * threads);
#pragma omp parallel num_threads(threads)
    {
        Tiles tiles;
        Strip strip(s, rows, (bf16 *)room.data() + bytes / sizeof(bf16) *
                                                       omp_get_thread_num());
#pragma omp for schedule(dynamic)
        for (int i = 0; i < s.batch * strips; i++) {
            int first = i % strips * rows;
            int some = std::min(rows, s.rows - first);
            strip.fill(in + i / strips * photo, first, some);
            work(strip, i / strips, first, some);
        }
    }
}

size_t out_photo(const Shape &s) {
    return (size_t)parts(s.out, BLOCK) * s.rows * s.columns * BLOCK;
}

// s.in maps become s.out ones, by kernels that were packed.
void convolve(const Shape &s, const Kernels &k, const float *in,
              const bf16 *kernels, const Finish &finish, float *out) {
    in_strips(s, in, [&](const Strip &strip, int photo, int first, int rows) {
        for (int panel = 0; panel < k.panels(); panel++)
            rows_of(strip, k, kernels, panel, first, rows, finish,
                    out + photo * out_photo(s));
    });
}

} // namespace

bool amx_runs() {
    // Linux wants to be asked, once in a process (its asm/prctl.h):
    // ARCH_REQ_XCOMP_PERM for XFEATURE_XTILEDATA.
    static const bool granted = !syscall(SYS_arch_prctl, 0x1023, 18);
    return granted;
}

void amx_forward(const Shape &s, const float *in, const float *kernels,
                 const float *bias, float *out, bool relu, bool sum) {
    Kernels k(s, false);
    auto packed = packed_kernels(
        kernels, (size_t)s.out * s.in * k.taps,
        {s.out, s.in, s.kernel_rows, s.kernel_columns}, k.bytes(),
        [&](float *to) { Packer(k, kernels, (bf16 *)to).pack(); });
    std::vector<float> shift(parts(s.out, BLOCK) * BLOCK);
    if (bias) std::copy(bias, bias + s.out, shift.begin());
    convolve(s, k, in, (const bf16 *)packed->data(),
             {s, shift.data(), relu, sum, {1, 0, 0}}, out);
}

void amx_grad_inputs(const Shape &s, const float *grad, const float *kernels,
                     float *in) {
    Shape back = s;
    std::swap(back.in, back.out);
    Kernels k(s, true);
    Buffer packed(k.bytes());
    Packer(k, kernels, (bf16 *)packed.data()).pack();
    std::vector<float> none(parts(s.in, BLOCK) * BLOCK);
    convolve(back, k, grad, (const bf16 *)packed.data(),
             {back, none.data(), false, false, {1, 0, 0}}, in);
}

void amx_doubled(const Shape &s, const float *in, const float *kernels,
                 float *out, bool sum) {
    Shape part = s;
    part.kernel_rows = part.kernel_columns = 2;
    Kernels k(part, false);
    size_t count = (size_t)s.out * s.in * k.taps;
    size_t size = k.bytes() / sizeof(bf16);
    auto packed = packed_kernels(
        kernels, 4 * count, {s.out, s.in}, 4 * k.bytes(), [&](float *to) {
            for (int i = 0; i < 4; i++)
                Packer(k, kernels + i * count, (bf16 *)to + i * size).pack();
        });
    std::vector<float> none(parts(s.out, BLOCK) * BLOCK);
    in_strips(s, in, [&](const Strip &strip, int photo, int first, int rows) {
        // The four of a panel write pixels between one another's.
        for (int i = 0; i < 4 * k.panels(); i++)
            rows_of(strip, k, (const bf16 *)packed->data() + i % 4 * size,
                    i / 4, first, rows,
                    {s, none.data(), false, sum, {2, i / 2 % 2, i % 2}},
                    out + 4 * photo * out_photo(s));
    });
}
#endif
