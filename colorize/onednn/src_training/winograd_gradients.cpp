// Gradients of kernels by ../src/winograd.cpp's transforms, transposed, where
// these are what convolves.
#include "../src/conv.h"
#include "../src/winograd.h"

#if WINOGRAD_IS_OURS
#include "../src/pieces.h"

#include <algorithm>
#include <omp.h>

namespace {

// sums (+)= before' * after, over the rows, for each point.
void multiply(const Team &team, const Kernels &k, const Points &before,
              const Points &after, int rows, bool add, int most,
              float *sums) {
    int panels = k.wide() / PANEL;
    team.share(k.points * panels, [&](int job) {
        int point = job / panels, lane = job % panels * PANEL;
        panel(k.deep(), {before.at(point, 0), 1, before.pitch,
                         after.at(point, 0) + lane, after.pitch,
                         sums + k.place(point, lane, 0), PANEL, rows, add},
              most);
    });
}

// The way back from the points' sums to the gradient of the kernels.
template <typename F>
void transform_sums(const Team &team, const Kernels &k, const float *sums,
                    float *kernels) {
    int count = whole(k.lanes, BLOCK) / BLOCK * k.depth;
    team.share(count, [&](int i) {
        int lane = i / k.depth * BLOCK, at = i % k.depth;
        const float *load = sums + k.place(0, lane, at);
        float *store = kernels + lane * k.lane_step + at * k.depth_step;
        int some = std::min(BLOCK, k.lanes - lane);
        winograd::square<F::SIDE, 3, F::kernels_back>(
            [&](int v, int u) {
                return *pixels(load + (v * F::SIDE + u) * k.step());
            },
            [&](int v, int u, vec value) {
                for (int c = 0; c < some; c++)
                    store[c * k.lane_step + v * 3 + u] = value[c];
            });
    });
}

template <typename F>
void by(const Shape &s, const float *in, const float *grad, float *kernels) {
    Tiles from(F::PIXELS, s.batch, s.in, s.rows, s.columns);
    Tiles to(F::PIXELS, s.batch, s.out, s.rows, s.columns);
    Kernels k(F::POINTS, s, false);
    int at_once = cut_for(k, from.count(), true, 1).tiles;
    size_t before_floats = Points::floats(k.points, at_once, k.deep());
    size_t after_floats = Points::floats(k.points, at_once, k.wide());
    Buffer room((before_floats + after_floats) * sizeof(float));
    Buffer sums(k.floats() * sizeof(float));
    Points before(room.floats(), at_once, k.deep());
    Points after(room.floats() + before_floats, at_once, k.wide());
    // A panel's second half stays empty with an odd number of blocks.
    std::fill(after.data, after.data + after_floats, 0.f);
#pragma omp parallel
    {
        Team team{omp_get_num_threads()};
        for (int first = 0; first < from.count(); first += at_once) {
            int count = std::min(at_once, from.count() - first);
            transform_maps<F, F::SIDE, F::inputs>(team, from, in, first, count,
                                                  before);
            transform_maps<F, F::PIXELS, F::outputs_back>(
                team, to, grad, first, count, after);
            team.wait();
            multiply(team, k, before, after, count, first > 0, F::SUMMED,
                     sums.floats());
            team.wait();
        }
        transform_sums<F>(team, k, sums.floats(), kernels);
    }
}

void grad_weights(const Shape &s, const float *in, const float *grad,
                  float *kernels) {
    if (!winograd_grads_weights(s))
        return onednn_grad_weights(s, in, grad, kernels);
    auto way = six_pays(s) ? by<winograd::Six> : by<winograd::Four>;
    way(s, in, grad, kernels);
}

} // namespace
#else
static void grad_weights(const Shape &s, const float *in, const float *grad,
                         float *kernels) {
    onednn_grad_weights(s, in, grad, kernels);
}
#endif

// kernels = the gradient of the kernels
EXPORT int conv_grad_weights(const Shape *s, const float *in,
                             const float *grad, float *kernels) {
    return guarded([&] { grad_weights(*s, in, grad, kernels); });
}
