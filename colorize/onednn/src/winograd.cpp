// 3 x 3 convolutions of stride 1 by Winograd's F(4x4, 3x3) or F(6x6, 3x3): a
// quarter or a fifth of the products. Lavin & Gray, "Fast Algorithms for
// Convolutional Neural Networks" (2016).
//
// Maps are cut into tiles of 4 x 4 or 6 x 6 pixels. Of some tiles at a time,
// as many as the caches hold, the 36 or 64 points that they become are written
// apart; each point is then one product of matrices, (tiles, depth in) by
// (depth in, depth out), and the products are transformed back.
#include "winograd.h"

#if !WINOGRAD_IS_OURS
bool winograd_pays(const Shape &) { return false; }
void winograd_forward(const Shape &, const float *, const float *,
                      const float *, float *, bool, bool) {}
void winograd_grad_inputs(const Shape &, const float *, const float *,
                          float *) {}
#else
#include "kept.h"
#include "pieces.h"

#include <algorithm>
#include <omp.h>
#include <vector>

namespace {

using winograd::Four;
using winograd::Six;

struct Finish {
    const float *bias;
    bool relu, sum;
};

// The way back from products to pixels, and what is done to these.
template <typename F>
void transform_outputs(const Team &team, const Tiles &t, const Points &from,
                       int first, int count, const Finish &finish,
                       float *maps) {
    team.share(t.blocks * count, [&](int i) {
        int block = i / count, row = i % count, y, x;
        vec *to = pixels(maps + t.locate(first + row, block, y, x));
        const float *load = from.at(0, row) + block * BLOCK;
        vec shift = finish.bias ? pixels(finish.bias)[block] : vec{};
        int below = t.rows - y, right = t.columns - x;
        winograd::square<F::SIDE, F::PIXELS, F::outputs>(
            [&](int v, int u) {
                return *pixels(load + (v * F::SIDE + u) * from.step);
            },
            [&](int v, int u, vec value) {
                if (v >= below || u >= right) return;
                vec *pixel = to + v * t.columns + u;
                value += shift;
                if (finish.sum) value += *pixel;
                if (finish.relu) value = value > 0 ? value : vec{};
                *pixel = value;
            });
    });
}

template <typename F>
void transform_kernels(const Kernels &k, const float *from, float *to) {
#pragma omp parallel for schedule(dynamic)
    for (int pane = 0; pane < k.wide(); pane += PANEL)
        for (int i = 0; i < 2 * k.deep(); i++) {
            int at = i / 2, lane = pane + i % 2 * BLOCK;
            vec given[9] = {};
            int some = at < k.depth ? std::min(BLOCK, k.lanes - lane) : 0;
            for (int c = 0; c < some; c++) {
                const float *one = from + (lane + c) * k.lane_step +
                                   at * k.depth_step;
                for (int i = 0; i < 9; i++)
                    given[i][c] = one[k.flipped ? 8 - i : i];
            }
            float *store = to + k.place(0, lane, at);
            size_t step = k.step();
            winograd::square<3, F::SIDE, F::kernels>(
                [&](int v, int u) { return given[v * 3 + u]; },
                [&](int v, int u, vec value) {
                    *pixels(store + (v * F::SIDE + u) * step) = value;
                });
        }
}

void multiply(const Team &team, const Kernels &k, const float *kernels,
              const Points &in, int rows, const Points &out, int most) {
    int panels = k.wide() / PANEL;
    team.share(k.points * panels, [&](int job) {
        int point = job / panels, lane = job % panels * PANEL;
        panel(rows, {in.at(point, 0), in.pitch, 1,
                     kernels + k.place(point, lane, 0), PANEL,
                     out.at(point, 0) + lane, out.pitch, k.deep(), false},
              most);
    });
}

template <typename F>
void convolve(const Shape &s, const Kernels &k, const float *in,
              const float *kernels, const Finish &finish, float *out) {
    Tiles from(F::PIXELS, s.batch, k.depth, s.rows, s.columns);
    Tiles to(F::PIXELS, s.batch, k.lanes, s.rows, s.columns);
    int threads = omp_get_max_threads();
    Cut cut = cut_for(k, from.count(), false, threads);
    size_t in_floats = Points::floats(k.points, cut.tiles, k.deep());
    size_t floats = in_floats + Points::floats(k.points, cut.tiles, k.wide());
    Buffer room((cut.shared ? 1 : threads) * floats * sizeof(float));
    int pieces = (from.count() + cut.tiles - 1) / cut.tiles;
#pragma omp parallel num_threads(threads)
    {
        Team all{threads}, me{1};
        const Team &team = cut.shared ? all : me;
        float *mine = room.floats() +
                      (cut.shared ? 0 : omp_get_thread_num() * floats);
        Points before(mine, cut.tiles, k.deep());
        Points after(mine + in_floats, cut.tiles, k.wide());
        (cut.shared ? me : all).share(pieces, [&](int piece) {
            int first = piece * cut.tiles;
            int count = std::min(cut.tiles, from.count() - first);
            transform_maps<F, F::SIDE, F::inputs>(team, from, in, first, count,
                                                  before);
            team.wait();
            multiply(team, k, kernels, before, count, after, F::SUMMED);
            team.wait();
            transform_outputs<F>(team, to, after, first, count, finish, out);
        });
    }
}

template <typename F>
void forward(const Shape &s, const float *in, const float *kernels,
             const float *bias, float *out, bool relu, bool sum) {
    Kernels k(F::POINTS, s, false);
    auto packed = packed_kernels(
        kernels, (size_t)s.out * s.in * 9, {F::POINTS, s.out, s.in},
        k.floats() * sizeof(float),
        [&](float *to) { transform_kernels<F>(k, kernels, to); });
    std::vector<float> shift(bias ? whole(s.out, BLOCK) : 0);
    if (bias) std::copy(bias, bias + s.out, shift.begin());
    convolve<F>(s, k, in, packed->floats(),
                {bias ? shift.data() : nullptr, relu, sum}, out);
}

template <typename F>
void grad_inputs(const Shape &s, const float *grad, const float *kernels,
                 float *in) {
    Kernels k(F::POINTS, s, true);
    Buffer packed(k.floats() * sizeof(float));
    transform_kernels<F>(k, kernels, packed.floats());
    convolve<F>(s, k, grad, packed.floats(), {nullptr, false, false}, in);
}

} // namespace

// How a photo is rounded must not hang on those beside it: what decides are
// the tiles of one. Of maps, those count that are no padding. Measured.
bool winograd_pays(const Shape &s) {
    Tiles tiles(Four::PIXELS, 1, s.in, s.rows, s.columns);
    return s.kernel_rows == 3 && s.kernel_columns == 3 &&
           tiles.count() >= 4 && s.in * s.out >= 256;
}

void winograd_forward(const Shape &s, const float *in, const float *kernels,
                      const float *bias, float *out, bool relu, bool sum) {
    auto way = six_pays(s) ? forward<Six> : forward<Four>;
    way(s, in, kernels, bias, out, relu, sum);
}

void winograd_grad_inputs(const Shape &s, const float *grad,
                          const float *kernels, float *in) {
    auto way = six_pays(s) ? grad_inputs<Six> : grad_inputs<Four>;
    way(s, grad, kernels, in);
}
#endif
