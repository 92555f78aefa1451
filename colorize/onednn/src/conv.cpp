// Convolutions of stride 1: on AMX, by oneDNN, or by our own kernels.
#include "amx.h"
#include "conv.h"
#include "kept.h"
#include "lock.h"
#include "narrow.h"
#include "onednn.h"
#include "winograd.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <memory>
#include <omp.h>

// Others do the arithmetic; O1 has this file compiled sooner.
#pragma GCC push_options
#pragma GCC optimize("O1")

namespace {

enum Direction { FORWARD, INPUTS, WEIGHTS };
enum Flags { BIAS = 1, RELU = 2, SUM = 4 };

int whole(int depth) { return (depth + BLOCK - 1) / BLOCK * BLOCK; }

const dnnl_format_tag_t kBlocked = BLOCK == 16 ? dnnl_nChw16c : dnnl_nChw8c;

enum Way { ONEDNN, WINOGRAD, NARROW, AMX_TILES };

struct Plan {
    Way way = ONEDNN; // of our own, nothing else is set
    bool alone = false; // threads must not run it at the same time
    Desc in{}, out{}, weights{}, plain{}, bias{}, scratch{};
    Held<dnnl_primitive> run, pack;
};

struct Maker {
    Shape s;
    int flags;
    dnnl_alg_kind_t how;
    Desc in, out, any, bias{};
    dnnl_dims_t ones{1, 1}, pad;
    Held<dnnl_primitive_attr> attr = made(dnnl_primitive_attr_create);

    Maker(const Shape &shape, int flags_, dnnl_alg_kind_t how_)
        : s(shape), flags(flags_), how(how_),
          pad{s.kernel_rows / 2, s.kernel_columns / 2} {
        auto depth_in = whole(s.in), depth_out = whole(s.out);
        in = described({s.batch, depth_in, s.rows, s.columns}, kBlocked);
        out = described({s.batch, depth_out, s.rows, s.columns}, kBlocked);
        any = described({depth_out, depth_in, s.kernel_rows,
                         s.kernel_columns}, dnnl_format_tag_any);
        if (flags & BIAS) bias = described({depth_out}, dnnl_x);
        check(dnnl_primitive_attr_set_scratchpad_mode(
            attr.get(), dnnl_scratchpad_mode_user));
    }

    Held<dnnl_primitive_desc> with(const dnnl_convolution_desc_t &desc,
                                   const dnnl_primitive_desc *hint) {
        return made(dnnl_primitive_desc_create, &desc, attr.get(), cpu(),
                    hint);
    }

    // Not for inference: Winograd would then want kernels transformed ahead,
    // which takes longer (73 ms for 512 x 512) than the convolution itself.
    Held<dnnl_primitive_desc> forward() {
        auto after = made(dnnl_post_ops_create);
        if (flags & SUM) check(dnnl_post_ops_append_sum(after.get(), 1));
        if (flags & RELU)
            check(dnnl_post_ops_append_eltwise(after.get(), 1,
                                               dnnl_eltwise_relu, 0, 0));
        check(dnnl_primitive_attr_set_post_ops(attr.get(), after.get()));
        dnnl_convolution_desc_t desc;
        check(dnnl_convolution_forward_desc_init(
            &desc, dnnl_forward_training, how, &in, &any,
            flags & BIAS ? &bias : nullptr, &out, ones, pad, pad));
        return with(desc, nullptr);
    }

    Held<dnnl_primitive_desc> backward(Direction direction) {
        dnnl_convolution_desc_t desc;
        check(direction == INPUTS
                  ? dnnl_convolution_backward_data_desc_init(
                        &desc, how, &in, &any, &out, ones, pad, pad)
                  : dnnl_convolution_backward_weights_desc_init(
                        &desc, how, &in, &any, nullptr, &out, ones, pad,
                        pad));
        return with(desc, forward().get());
    }

    // Packing goes from our OIHW kernels, for a gradient back to them.
    void pack(Plan &plan, bool back) {
        if (dnnl_memory_desc_equal(&plan.weights, &plan.plain)) return;
        const Desc *from = &plan.plain, *to = &plan.weights;
        if (back) std::swap(from, to);
        plan.pack = reorder(from, to);
    }

    Plan make(Direction direction) {
        auto desc = direction == FORWARD ? forward() : backward(direction);
        auto asked = [&](dnnl_query_t what) {
            return *dnnl_primitive_desc_query_md(desc.get(), what, 0);
        };
        Plan plan;
        plan.in = in, plan.out = out, plan.bias = bias;
        plan.plain = described({whole(s.out), whole(s.in), s.kernel_rows,
                                s.kernel_columns}, dnnl_oihw);
        plan.scratch = asked(dnnl_query_scratchpad_md);
        plan.weights = asked(direction == WEIGHTS ? dnnl_query_diff_weights_md
                                                  : dnnl_query_weights_md);
        plan.run = made(dnnl_primitive_create, desc.get());
        pack(plan, direction == WEIGHTS);
        return plan;
    }
};

Plan ours(Way way) {
    Plan plan;
    plan.way = way;
    return plan;
}

// Winograd does 3x3 kernels with 2.25 to 5 times fewer products.
// oneDNN's own are overlooked by convolution_auto, and refuse some shapes.
Plan make_plan(Direction direction, const Shape &shape, int flags) {
    // Impossible shapes are left to oneDNN, which says so.
    bool possible = std::min({shape.batch, shape.in, shape.out, shape.rows,
                              shape.columns}) > 0;
    if (possible && amx_runs() && direction != WEIGHTS) return ours(AMX_TILES);
    if (possible && direction == FORWARD && narrow_pays(shape))
        return ours(NARROW);
    if (possible && winograd_pays(shape)) return ours(WINOGRAD);
    if (!WINOGRAD_IS_OURS && shape.kernel_rows == 3 &&
        shape.kernel_columns == 3) {
        try {
            auto plan = Maker(shape, flags, dnnl_convolution_winograd)
                .make(direction);
            plan.alone = true;
            return plan;
        } catch (const Refusal &refusal) {
            if (refusal.status != dnnl_unimplemented) throw;
        }
    }
    return Maker(shape, flags, dnnl_convolution_direct).make(direction);
}

typedef std::array<int, 10> Key;

// Plans are made once per shape and number of threads, which oneDNN divides
// the work by; photos of ever new sizes must not pile up.
std::shared_ptr<const Plan> plan_for(Direction direction, const Shape &s,
                                     int flags) {
    static auto *plans = new std::map<Key, std::shared_ptr<const Plan>>;
    static Lock lock;
    Key key{direction, flags, s.batch, s.in, s.out, s.rows, s.columns,
            s.kernel_rows, s.kernel_columns, omp_get_max_threads()};
    Hold hold(lock);
    auto found = plans->find(key);
    if (found != plans->end()) return found->second;
    if (plans->size() >= 1024) plans->clear();
    auto plan = std::make_shared<const Plan>(make_plan(direction, s, flags));
    (*plans)[key] = plan;
    return plan;
}

// Kernels with zeros up to whole blocks, and back.
void pad_kernels(const Shape &s, const float *from, float *to) {
    size_t area = s.kernel_rows * s.kernel_columns;
    std::memset(to, 0, 4 * area * whole(s.in) * whole(s.out));
    for (int o = 0; o < s.out; o++)
        std::memcpy(to + o * area * whole(s.in), from + o * area * s.in,
                    4 * area * s.in);
}

void crop_kernels(const Shape &s, const float *from, float *to) {
    size_t area = s.kernel_rows * s.kernel_columns;
    for (int o = 0; o < s.out; o++)
        std::memcpy(to + o * area * s.in, from + o * area * whole(s.in),
                    4 * area * s.in);
}

bool fits(const Shape &s) {
    return whole(s.in) == s.in && whole(s.out) == s.out;
}

// oneDNN's Winograd kernels give wrong values when two threads run one
// primitive: plans that are `alone` wait here for one another.
Lock turn;

// The plan's weights, packed from OIHW.
void pack_weights(const Plan &plan, const Shape &s, const float *kernels,
                  float *packed) {
    Buffer padded(fits(s) ? 0 : bytes(plan.plain));
    if (!fits(s)) {
        pad_kernels(s, kernels, padded.floats());
        kernels = padded.floats();
    }
    if (plan.pack)
        run(plan.pack, {{DNNL_ARG_FROM, plan.plain, kernels},
                        {DNNL_ARG_TO, plan.weights, packed}});
    else
        std::memcpy(packed, kernels, bytes(plan.plain));
}

void unpack_weights(const Plan &plan, const Shape &s, const float *packed,
                    float *kernels) {
    Buffer padded(fits(s) ? 0 : bytes(plan.plain));
    float *plain = fits(s) ? kernels : padded.floats();
    if (plan.pack)
        run(plan.pack, {{DNNL_ARG_FROM, plan.weights, packed},
                        {DNNL_ARG_TO, plan.plain, plain}});
    else
        std::memcpy(plain, packed, bytes(plan.plain));
    if (!fits(s)) crop_kernels(s, plain, kernels);
}

} // namespace

// Binary digits that a convolution keeps of each factor: two bfloat16 have 8
// each, and the sign of the second.
EXPORT int digits() { return amx_runs() ? 17 : 24; }

// Threads that may convolve at the same time: of oneDNN's Winograd kernels one
// has its turn.
EXPORT int lanes() {
    return amx_runs() || WINOGRAD_IS_OURS ? omp_get_max_threads() : 1;
}

// Of OpenMP, for the thread that calls this.
EXPORT void use_threads(int count) { omp_set_num_threads(count); }

// out = [relu](in * kernels [+ bias] [+ out])
EXPORT int conv_forward(const Shape *s, const float *in, const float *kernels,
                        const float *bias, float *out, int relu, int sum) {
    return guarded([&] {
        int flags = (bias ? BIAS : 0) | (relu ? RELU : 0) | (sum ? SUM : 0);
        auto plan = plan_for(FORWARD, *s, flags);
        if (plan->way == AMX_TILES)
            return amx_forward(*s, in, kernels, bias, out, relu, sum);
        if (plan->way == WINOGRAD)
            return winograd_forward(*s, in, kernels, bias, out, relu, sum);
        if (plan->way == NARROW)
            return narrow_forward(*s, in, kernels, bias, out, relu, sum);
        Hold hold(turn, plan->alone);
        auto packed = packed_kernels(
            kernels,
            (size_t)s->out * s->in * s->kernel_rows * s->kernel_columns,
            {s->batch, s->in, s->out, s->rows, s->columns, s->kernel_rows,
             s->kernel_columns, flags},
            bytes(plan->weights),
            [&](float *to) { pack_weights(*plan, *s, kernels, to); });
        Buffer scratch(bytes(plan->scratch));
        float shift[bias ? whole(s->out) : 1];
        if (bias) {
            std::fill(shift, shift + whole(s->out), 0.f);
            std::copy(bias, bias + s->out, shift);
        }
        run(plan->run, {{DNNL_ARG_SRC, plan->in, in},
                        {DNNL_ARG_WEIGHTS, plan->weights, packed->data()},
                        {DNNL_ARG_BIAS, plan->bias, bias ? shift : nullptr},
                        {DNNL_ARG_DST, plan->out, out},
                        {DNNL_ARG_SCRATCHPAD, plan->scratch,
                         scratch.data()}});
    });
}

// Whether there is conv_doubled, see amx.h.
EXPORT int doubles() { return amx_runs(); }

EXPORT int conv_doubled(const Shape *s, const float *in, const float *kernels,
                        float *out, int sum) {
    return guarded([&] { amx_doubled(*s, in, kernels, out, sum); });
}

EXPORT int conv_grad_inputs(const Shape *s, const float *grad,
                            const float *kernels, float *in) {
    return guarded([&] {
        auto plan = plan_for(INPUTS, *s, 0);
        if (plan->way == AMX_TILES)
            return amx_grad_inputs(*s, grad, kernels, in);
        if (plan->way == WINOGRAD)
            return winograd_grad_inputs(*s, grad, kernels, in);
        Hold hold(turn, plan->alone);
        Buffer packed(bytes(plan->weights));
        Buffer scratch(bytes(plan->scratch));
        pack_weights(*plan, *s, kernels, packed.floats());
        run(plan->run, {{DNNL_ARG_DIFF_DST, plan->out, grad},
                        {DNNL_ARG_WEIGHTS, plan->weights, packed.data()},
                        {DNNL_ARG_DIFF_SRC, plan->in, in},
                        {DNNL_ARG_SCRATCHPAD, plan->scratch,
                         scratch.data()}});
    });
}

bool winograd_grads_weights(const Shape &s) {
    return plan_for(WEIGHTS, s, 0)->way == WINOGRAD;
}

void onednn_grad_weights(const Shape &s, const float *in, const float *grad,
                         float *kernels) {
    auto plan = plan_for(WEIGHTS, s, 0);
    Hold hold(turn, plan->alone);
    Buffer packed(bytes(plan->weights));
    Buffer scratch(bytes(plan->scratch));
    run(plan->run, {{DNNL_ARG_SRC, plan->in, in},
                    {DNNL_ARG_DIFF_DST, plan->out, grad},
                    {DNNL_ARG_DIFF_WEIGHTS, plan->weights, packed.data()},
                    {DNNL_ARG_SCRATCHPAD, plan->scratch, scratch.data()}});
    unpack_weights(*plan, s, packed.floats(), kernels);
}

// (batch, channel, row, column) of any positive strides to blocked.
EXPORT int to_blocked(const int64_t *shape, const int64_t *strides,
                      float *plain, float *packed) {
    return guarded([&] {
        Desc outer, inner;
        check(dnnl_memory_desc_init_by_strides(&outer, 4, shape, dnnl_f32,
                                               strides));
        check(dnnl_memory_desc_init_by_tag(&inner, 4, shape, dnnl_f32,
                                           kBlocked));
        run(reorder(&outer, &inner),
            {{DNNL_ARG_FROM, outer, plain}, {DNNL_ARG_TO, inner, packed}});
    });
}

#pragma GCC pop_options
