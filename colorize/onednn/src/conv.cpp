// Convolutions of stride 1: on AMX, by oneDNN, or by our own Winograd kernels.
// These do the arithmetic; O1 has this file compiled sooner.
#pragma GCC optimize("O1")
#include "amx.h"
#include "kept.h"
#include "winograd.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <omp.h>
#include <oneapi/dnnl/dnnl.hpp>
#include <unordered_map>

using namespace dnnl;
typedef memory::data_type dt;
typedef memory::format_tag tag;

namespace {

enum Direction { FORWARD, INPUTS, WEIGHTS };
enum Flags { BIAS = 1, RELU = 2, SUM = 4 };

int whole(int depth) { return (depth + BLOCK - 1) / BLOCK * BLOCK; }

const engine &cpu() {
    static engine *one = new engine(engine::kind::cpu, 0);
    return *one;
}

tag blocked() { return BLOCK == 16 ? tag::nChw16c : tag::nChw8c; }

enum Way { ONEDNN, WINOGRAD, AMX_TILES };

struct Plan {
    Way way = ONEDNN; // of ours, winograd.h or amx.h, nothing else is set
    memory::desc in, out, weights, plain, bias, scratch;
    primitive run, pack;
};

struct Maker {
    Shape s;
    int flags;
    algorithm how;
    memory::desc in, out, any, bias;
    memory::dims ones{1, 1}, pad;
    primitive_attr attr;

    Maker(const Shape &shape, int flags_, algorithm how_)
        : s(shape), flags(flags_), how(how_) {
        auto depth_in = whole(s.in), depth_out = whole(s.out);
        in = {{s.batch, depth_in, s.rows, s.columns}, dt::f32, blocked()};
        out = {{s.batch, depth_out, s.rows, s.columns}, dt::f32, blocked()};
        any = {{depth_out, depth_in, s.kernel_rows, s.kernel_columns},
               dt::f32, tag::any};
        if (flags & BIAS) bias = {{depth_out}, dt::f32, tag::x};
        pad = {s.kernel_rows / 2, s.kernel_columns / 2};
        attr.set_scratchpad_mode(scratchpad_mode::user);
    }

    // Not for inference: Winograd would then want kernels transformed ahead,
    // which takes longer (73 ms for 512 x 512) than the convolution itself.
    convolution_forward::primitive_desc forward() {
        const prop_kind kind = prop_kind::forward_training;
        post_ops after;
        if (flags & SUM) after.append_sum(1.f);
        if (flags & RELU)
            after.append_eltwise(1.f, algorithm::eltwise_relu, 0.f, 0.f);
        primitive_attr with = attr;
        with.set_post_ops(after);
        if (flags & BIAS)
            return {{kind, how, in, any, bias, out, ones, pad, pad},
                    with, cpu()};
        return {{kind, how, in, any, out, ones, pad, pad}, with, cpu()};
    }

    template <typename Desc> void fill(Plan &plan, const Desc &desc) {
        plan.scratch = desc.scratchpad_desc();
        plan.in = in, plan.out = out, plan.bias = bias;
        plan.plain = {any.dims(), dt::f32, tag::oihw};
    }

    // Packing goes from our OIHW kernels, for a gradient back to them.
    void pack(Plan &plan, bool back) {
        if (plan.weights == plan.plain) return;
        memory plain(plan.plain, cpu(), nullptr);
        memory packed(plan.weights, cpu(), nullptr);
        plan.pack = back ? reorder(packed, plain) : reorder(plain, packed);
    }

    Plan make(Direction direction) {
        Plan plan;
        if (direction == FORWARD) {
            auto desc = forward();
            fill(plan, desc);
            plan.weights = desc.weights_desc();
            plan.run = convolution_forward(desc);
        } else if (direction == INPUTS) {
            typedef convolution_backward_data back;
            back::primitive_desc desc(
                {how, in, any, out, ones, pad, pad}, attr, cpu(),
                forward());
            fill(plan, desc);
            plan.weights = desc.weights_desc();
            plan.run = back(desc);
        } else {
            typedef convolution_backward_weights back;
            back::primitive_desc desc(
                {how, in, any, out, ones, pad, pad}, attr, cpu(),
                forward());
            fill(plan, desc);
            plan.weights = desc.diff_weights_desc();
            plan.run = back(desc);
        }
        pack(plan, direction == WEIGHTS);
        return plan;
    }
};

// Winograd does 3x3 kernels with 2.25 to 4 times fewer products; oneDNN
// refuses it where it has no such kernel (float32 without AVX-512) and
// convolution_auto overlooks it.
Plan make_plan(Direction direction, const Shape &shape, int flags) {
    // Impossible shapes are left to oneDNN, which says so.
    if (amx_runs() && direction != WEIGHTS && shape.rows > 0 &&
        shape.columns > 0) {
        Plan plan;
        plan.way = AMX_TILES;
        return plan;
    }
    if (shape.kernel_rows == 3 && shape.kernel_columns == 3) {
        try {
            return Maker(shape, flags, algorithm::convolution_winograd)
                .make(direction);
        } catch (const error &refusal) {
            if (refusal.status != dnnl_unimplemented) throw;
        }
        if (winograd_pays(shape)) {
            Plan plan;
            plan.way = WINOGRAD;
            return plan;
        }
    }
    return Maker(shape, flags, algorithm::convolution_direct).make(direction);
}

typedef std::array<int, 9> Key;

// Plans are made once per shape; photos of ever new sizes must not pile up.
std::shared_ptr<const Plan> plan_for(Direction direction, const Shape &s,
                                     int flags) {
    static auto *plans = new std::map<Key, std::shared_ptr<const Plan>>;
    static auto *lock = new std::mutex;
    Key key{direction, flags, s.batch, whole(s.in), whole(s.out), s.rows,
            s.columns, s.kernel_rows, s.kernel_columns};
    std::lock_guard<std::mutex> hold(*lock);
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

// One convolution at a time: the Winograd kernels give wrong values when
// two threads run one primitive, and each run keeps every core busy anyway.
std::mutex &turn() {
    static auto *one = new std::mutex;
    return *one;
}

memory wrap(const memory::desc &desc, const void *data) {
    return memory(desc, cpu(), const_cast<void *>(data));
}

// The plan's weights, packed from OIHW.
void pack_weights(const Plan &plan, const Shape &s, const float *kernels,
                  float *packed, stream &queue) {
    Buffer padded(fits(s) ? 0 : plan.plain.get_size());
    if (!fits(s)) {
        pad_kernels(s, kernels, padded.floats());
        kernels = padded.floats();
    }
    if (!plan.pack) {
        std::memcpy(packed, kernels, plan.plain.get_size());
        return;
    }
    plan.pack.execute(queue, {{DNNL_ARG_FROM, wrap(plan.plain, kernels)},
                              {DNNL_ARG_TO, wrap(plan.weights, packed)}});
    queue.wait();
}

void unpack_weights(const Plan &plan, const Shape &s, const float *packed,
                    float *kernels, stream &queue) {
    Buffer padded(fits(s) ? 0 : plan.plain.get_size());
    float *plain = fits(s) ? kernels : padded.floats();
    if (plan.pack) {
        plan.pack.execute(queue, {{DNNL_ARG_FROM, wrap(plan.weights, packed)},
                                  {DNNL_ARG_TO, wrap(plan.plain, plain)}});
        queue.wait();
    } else {
        std::memcpy(plain, packed, plan.plain.get_size());
    }
    if (!fits(s)) crop_kernels(s, plain, kernels);
}

} // namespace

// Binary digits that a convolution keeps of each factor: two bfloat16 have 8
// each, and the sign of the second.
EXPORT int digits() { return amx_runs() ? 17 : 24; }

// Threads that may convolve at the same time: on oneDNN one has its turn.
EXPORT int lanes() { return amx_runs() ? omp_get_max_threads() : 1; }

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
        std::lock_guard<std::mutex> hold(turn());
        stream queue(cpu());
        auto packed = packed_kernels(
            kernels,
            (size_t)s->out * s->in * s->kernel_rows * s->kernel_columns,
            {s->batch, s->in, s->out, s->rows, s->columns, s->kernel_rows,
             s->kernel_columns, flags},
            plan->weights.get_size(), [&](float *to) {
                pack_weights(*plan, *s, kernels, to, queue);
            });
        Buffer scratch(plan->scratch.get_size());
        float shift[bias ? whole(s->out) : 1];
        if (bias) {
            std::fill(shift, shift + whole(s->out), 0.f);
            std::copy(bias, bias + s->out, shift);
        }
        std::unordered_map<int, memory> arguments{
            {DNNL_ARG_SRC, wrap(plan->in, in)},
            {DNNL_ARG_WEIGHTS, wrap(plan->weights, packed->data())},
            {DNNL_ARG_DST, wrap(plan->out, out)},
            {DNNL_ARG_SCRATCHPAD, wrap(plan->scratch, scratch.data())}};
        if (bias) arguments[DNNL_ARG_BIAS] = wrap(plan->bias, shift);
        plan->run.execute(queue, arguments);
        queue.wait();
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
        std::lock_guard<std::mutex> hold(turn());
        stream queue(cpu());
        Buffer packed(plan->weights.get_size());
        Buffer scratch(plan->scratch.get_size());
        pack_weights(*plan, *s, kernels, packed.floats(), queue);
        plan->run.execute(
            queue, {{DNNL_ARG_DIFF_DST, wrap(plan->out, grad)},
                    {DNNL_ARG_WEIGHTS, wrap(plan->weights, packed.data())},
                    {DNNL_ARG_DIFF_SRC, wrap(plan->in, in)},
                    {DNNL_ARG_SCRATCHPAD,
                     wrap(plan->scratch, scratch.data())}});
        queue.wait();
    });
}

EXPORT int conv_grad_weights(const Shape *s, const float *in,
                             const float *grad, float *kernels) {
    return guarded([&] {
        auto plan = plan_for(WEIGHTS, *s, 0);
        if (plan->way == WINOGRAD)
            return winograd_grad_weights(*s, in, grad, kernels);
        std::lock_guard<std::mutex> hold(turn());
        stream queue(cpu());
        Buffer packed(plan->weights.get_size());
        Buffer scratch(plan->scratch.get_size());
        plan->run.execute(
            queue, {{DNNL_ARG_SRC, wrap(plan->in, in)},
                    {DNNL_ARG_DIFF_DST, wrap(plan->out, grad)},
                    {DNNL_ARG_DIFF_WEIGHTS,
                     wrap(plan->weights, packed.data())},
                    {DNNL_ARG_SCRATCHPAD,
                     wrap(plan->scratch, scratch.data())}});
        queue.wait();
        unpack_weights(*plan, *s, packed.floats(), kernels, queue);
    });
}

// (batch, channel, row, column) of any positive strides to blocked.
EXPORT int to_blocked(const int64_t *shape, const int64_t *strides,
                      float *plain, float *packed) {
    return guarded([&] {
        memory::dims dims(shape, shape + 4), steps(strides, strides + 4);
        memory outer(memory::desc(dims, dt::f32, steps), cpu(), plain);
        memory inner(memory::desc(dims, dt::f32, blocked()), cpu(), packed);
        stream queue(cpu());
        reorder(outer, inner).execute(queue, outer, inner);
        queue.wait();
    });
}
