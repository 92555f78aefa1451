// 3 x 3 convolutions of stride 1 by Winograd's F(4x4, 3x3): a quarter of
// the products. Lavin & Gray, "Fast Algorithms for Convolutional Neural
// Networks" (2016).
//
// Maps are cut into tiles of 4 x 4 pixels. Of some tiles at a time, as many
// as the caches hold, the 36 transformed pixels are written apart; each of
// the 36 is then one product of matrices, (tiles, depth in) by (depth in,
// depth out), and the products are transformed back.
#include "winograd.h"

#if BLOCK == 16
// AVX-512: oneDNN has its own, and these take a second to compile.
bool winograd_pays(const Shape &) { return false; }
void winograd_forward(const Shape &, const float *, const float *,
                      const float *, float *, bool, bool) {}
void winograd_grad_inputs(const Shape &, const float *, const float *,
                          float *) {}
void winograd_grad_weights(const Shape &, const float *, const float *,
                           float *) {}
#else
#include "kept.h"
#include "pieces.h"
#include "product.h"
#include "team.h"
#include "winograd_tiles.h"

#include <algorithm>
#include <omp.h>
#include <vector>

namespace {

const size_t MIB = 1 << 20;

// Rows 0 ... count of `to` are the transformed tiles from `first` on.
void transform_inputs(const Team &team, const Tiles &t, const float *maps,
                      int first, int count, const Points &to) {
    int begin = team.begin(t.blocks * count), end = team.end(t.blocks * count);
    for (int i = begin; i < end; i++) {
        int block = i / count, row = i % count, y, x;
        const vec *from = pixels(maps + t.locate(first + row, block, y, x));
        float *store = to.at(0, row) + block * BLOCK;
        auto write = [&](int v, int u, vec value) {
            *pixels(store + (v * 6 + u) * to.step) = value;
        };
        from -= t.columns + 1;
        if (y && x && y + 5 <= t.rows && x + 5 <= t.columns) {
            winograd::square<6, 6, winograd::inputs>(
                [&](int v, int u) { return from[v * t.columns + u]; }, write);
        } else {
            winograd::square<6, 6, winograd::inputs>(
                [&](int v, int u) {
                    bool inside = y + v >= 1 && y + v <= t.rows &&
                                  x + u >= 1 && x + u <= t.columns;
                    return inside ? from[v * t.columns + u] : vec{};
                }, write);
        }
    }
}

// The same of the gradient of a convolution's output, tiles of 4 x 4.
void transform_gradient(const Team &team, const Tiles &t, const float *maps,
                        int first, int count, const Points &to) {
    int begin = team.begin(t.blocks * count), end = team.end(t.blocks * count);
    for (int i = begin; i < end; i++) {
        int block = i / count, row = i % count, y, x;
        const vec *from = pixels(maps + t.locate(first + row, block, y, x));
        float *store = to.at(0, row) + block * BLOCK;
        winograd::square<4, 6, winograd::outputs_back>(
            [&](int v, int u) {
                bool inside = y + v < t.rows && x + u < t.columns;
                return inside ? from[v * t.columns + u] : vec{};
            },
            [&](int v, int u, vec value) {
                *pixels(store + (v * 6 + u) * to.step) = value;
            });
    }
}

struct Finish {
    const float *bias;
    bool relu, sum;
};

// The way back from products to pixels, and what is done to these.
void transform_outputs(const Team &team, const Tiles &t, const Points &from,
                       int first, int count, const Finish &finish,
                       float *maps) {
    int begin = team.begin(t.blocks * count), end = team.end(t.blocks * count);
    for (int i = begin; i < end; i++) {
        int block = i / count, row = i % count, y, x;
        vec *to = pixels(maps + t.locate(first + row, block, y, x));
        const float *load = from.at(0, row) + block * BLOCK;
        vec shift = finish.bias ? pixels(finish.bias)[block] : vec{};
        int below = t.rows - y, right = t.columns - x;
        winograd::square<6, 4, winograd::outputs>(
            [&](int v, int u) {
                return *pixels(load + (v * 6 + u) * from.step);
            },
            [&](int v, int u, vec value) {
                if (v >= below || u >= right) return;
                vec *pixel = to + v * t.columns + u;
                value += shift;
                if (finish.sum) value += *pixel;
                if (finish.relu) value = value > 0 ? value : vec{};
                *pixel = value;
            });
    }
}

// Kernels (lane, depth, 3, 3) as they are walked: the lanes are the maps
// that come out. Flipped and with in and out exchanged for the gradient.
struct Kernels {
    int lanes, depth;
    size_t lane_step, depth_step;
    bool flipped;

    Kernels(const Shape &s, bool back)
        : lanes(back ? s.in : s.out), depth(back ? s.out : s.in),
          lane_step(back ? 9 : (size_t)s.in * 9),
          depth_step(back ? (size_t)s.in * 9 : 9), flipped(back) {}

    int wide() const { return whole(lanes, PANEL); }
    int deep() const { return whole(depth, BLOCK); }
    // Floats of a point; the padding keeps the points' places in the caches
    // apart.
    size_t step() const { return (size_t)wide() * deep() + 16; }
    size_t floats() const { return POINTS * step(); }
    // The panels of a point, (panel, depth, channel in the panel).
    size_t place(int point, int lane, int at) const {
        return point * step() +
               (size_t)lane / PANEL * PANEL * deep() + at * PANEL +
               lane % PANEL;
    }
};

void transform_kernels(const Kernels &k, const float *from, float *to) {
#pragma omp parallel for schedule(static)
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
            winograd::square<3, 6, winograd::kernels>(
                [&](int v, int u) { return given[v * 3 + u]; },
                [&](int v, int u, vec value) {
                    *pixels(store + (v * 6 + u) * step) = value;
                });
        }
}

// How a convolution is cut: tiles at a time, and whether each thread takes
// tiles of its own or all threads share one piece.
struct Cut {
    int tiles;
    bool shared;
};

// Few kernels leave room for the tiles in a core's own cache. Many come
// from memory at each piece, which then has to be large. Measured.
Cut cut_for(int tiles, int deep, int wide, bool shared) {
    size_t kernels = sizeof(float) * POINTS * deep * wide;
    size_t a_tile = sizeof(float) * POINTS * (deep + wide + 32);
    shared = shared || kernels > 3 * MIB;
    size_t room = MIB * 2 / 5;
    if (shared) room = std::min(std::max(kernels / 2, 3 * MIB), 16 * MIB);
    int at_once = std::max<int>(room / a_tile, shared ? 48 : 24);
    if (!shared) {
        int threads = omp_get_max_threads();
        at_once = std::min(at_once, (tiles + threads - 1) / threads);
    }
    at_once = std::min(at_once, tiles);
    return {whole(at_once, STRIP), shared};
}

void multiply(const Team &team, const Kernels &k, const float *kernels,
              const Points &in, int rows, const Points &out) {
    int panels = k.wide() / PANEL, jobs = POINTS * panels;
    for (int job = team.begin(jobs); job < team.end(jobs); job++) {
        int point = job / panels, lane = job % panels * PANEL;
        panel(rows, {in.at(point, 0), in.pitch, 1,
                     kernels + k.place(point, lane, 0), PANEL,
                     out.at(point, 0) + lane, out.pitch, k.deep(), false});
    }
}

void convolve(const Tiles &from, const Tiles &to, const Kernels &k,
              const float *in, const float *kernels, const Finish &finish,
              float *out) {
    Cut cut = cut_for(from.count(), k.deep(), k.wide(), false);
    size_t in_floats = Points::floats(cut.tiles, k.deep());
    size_t floats = in_floats + Points::floats(cut.tiles, k.wide());
    int threads = omp_get_max_threads();
    Buffer room((cut.shared ? 1 : threads) * floats * sizeof(float));
    int pieces = (from.count() + cut.tiles - 1) / cut.tiles;
#pragma omp parallel num_threads(threads)
    {
        Team all{omp_get_thread_num(), omp_get_num_threads()}, me{0, 1};
        const Team &team = cut.shared ? all : me;
        float *mine = room.floats() + (cut.shared ? 0 : all.rank * floats);
        Points before(mine, cut.tiles, k.deep());
        Points after(mine + in_floats, cut.tiles, k.wide());
        int piece = cut.shared ? 0 : all.begin(pieces);
        int end = cut.shared ? pieces : all.end(pieces);
        for (; piece < end; piece++) {
            int first = piece * cut.tiles;
            int count = std::min(cut.tiles, from.count() - first);
            transform_inputs(team, from, in, first, count, before);
            team.wait();
            multiply(team, k, kernels, before, count, after);
            team.wait();
            transform_outputs(team, to, after, first, count, finish, out);
        }
    }
}

// sums (+)= before' * after, over the rows, for each point.
void multiply_gradients(const Team &team, const Kernels &k,
                        const Points &before, const Points &after, int rows,
                        bool add, float *sums) {
    int panels = k.wide() / PANEL, jobs = POINTS * panels;
    for (int job = team.begin(jobs); job < team.end(jobs); job++) {
        int point = job / panels, lane = job % panels * PANEL;
        panel(k.deep(), {before.at(point, 0), 1, before.pitch,
                         after.at(point, 0) + lane, after.pitch,
                         sums + k.place(point, lane, 0), PANEL, rows, add});
    }
}

// The way back from the points' sums to the gradient of the kernels.
void transform_sums(const Team &team, const Kernels &k, const float *sums,
                    float *kernels) {
    int count = whole(k.lanes, BLOCK) / BLOCK * k.depth;
    for (int i = team.begin(count); i < team.end(count); i++) {
        int lane = i / k.depth * BLOCK, at = i % k.depth;
        const float *load = sums + k.place(0, lane, at);
        float *store = kernels + lane * k.lane_step + at * k.depth_step;
        int some = std::min(BLOCK, k.lanes - lane);
        winograd::square<6, 3, winograd::kernels_back>(
            [&](int v, int u) {
                return *pixels(load + (v * 6 + u) * k.step());
            },
            [&](int v, int u, vec value) {
                for (int c = 0; c < some; c++)
                    store[c * k.lane_step + v * 3 + u] = value[c];
            });
    }
}

} // namespace

bool winograd_pays(const Shape &s) {
    int tiles = s.batch * ((s.rows + 3) / 4) * ((s.columns + 3) / 4);
    return s.kernel_rows == 3 && s.kernel_columns == 3 && tiles >= 20 &&
           whole(s.in, BLOCK) * whole(s.out, BLOCK) >= 256;
}

void winograd_forward(const Shape &s, const float *in, const float *kernels,
                      const float *bias, float *out, bool relu, bool sum) {
    Kernels k(s, false);
    auto packed = packed_kernels(
        kernels, (size_t)s.out * s.in * 9, {s.out, s.in},
        k.floats() * sizeof(float),
        [&](float *to) { transform_kernels(k, kernels, to); });
    std::vector<float> shift(bias ? whole(s.out, BLOCK) : 0);
    if (bias) std::copy(bias, bias + s.out, shift.begin());
    convolve(Tiles(s.batch, s.in, s.rows, s.columns),
             Tiles(s.batch, s.out, s.rows, s.columns), k, in, packed->floats(),
             {bias ? shift.data() : nullptr, relu, sum}, out);
}

void winograd_grad_inputs(const Shape &s, const float *grad,
                          const float *kernels, float *in) {
    Kernels k(s, true);
    Buffer packed(k.floats() * sizeof(float));
    transform_kernels(k, kernels, packed.floats());
    convolve(Tiles(s.batch, s.out, s.rows, s.columns),
             Tiles(s.batch, s.in, s.rows, s.columns), k, grad,
             packed.floats(), {nullptr, false, false}, in);
}

void winograd_grad_weights(const Shape &s, const float *in,
                           const float *grad, float *kernels) {
    Tiles from(s.batch, s.in, s.rows, s.columns);
    Tiles to(s.batch, s.out, s.rows, s.columns);
    Kernels k(s, false);
    int at_once = cut_for(from.count(), k.deep(), k.wide(), true).tiles;
    size_t before_floats = Points::floats(at_once, k.deep());
    size_t after_floats = Points::floats(at_once, k.wide());
    Buffer room((before_floats + after_floats) * sizeof(float));
    Buffer sums(k.floats() * sizeof(float));
    Points before(room.floats(), at_once, k.deep());
    Points after(room.floats() + before_floats, at_once, k.wide());
    // A panel's second half stays empty with an odd number of blocks.
    std::fill(after.data, after.data + after_floats, 0.f);
#pragma omp parallel
    {
        Team team{omp_get_thread_num(), omp_get_num_threads()};
        for (int first = 0; first < from.count(); first += at_once) {
            int count = std::min(at_once, from.count() - first);
            transform_inputs(team, from, in, first, count, before);
            transform_gradient(team, to, grad, first, count, after);
            team.wait();
            multiply_gradients(team, k, before, after, count, first > 0,
                               sums.floats());
            team.wait();
        }
        transform_sums(team, k, sums.floats(), kernels);
    }
}
#endif
