// oneDNN's C interface, its handles held and its refusals thrown: that of C++
// takes the compiler twice as long.
#pragma once
#include "common.h"

#include <array>
#include <initializer_list>
#include <memory>
#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_debug.h>

typedef dnnl_memory_desc_t Desc;

struct Refusal : Refused {
    dnnl_status_t status;
    explicit Refusal(dnnl_status_t why)
        : Refused("oneDNN: %s", dnnl_status2str(why)), status(why) {}
};

inline void check(dnnl_status_t status) {
    if (status != dnnl_success) throw Refusal(status);
}

struct Destroy {
    void operator()(dnnl_primitive *p) { dnnl_primitive_destroy(p); }
    void operator()(dnnl_primitive_desc *p) { dnnl_primitive_desc_destroy(p); }
    void operator()(dnnl_primitive_attr *p) { dnnl_primitive_attr_destroy(p); }
    void operator()(dnnl_post_ops *p) { dnnl_post_ops_destroy(p); }
    void operator()(dnnl_memory *p) { dnnl_memory_destroy(p); }
    void operator()(dnnl_stream *p) { dnnl_stream_destroy(p); }
};

template <typename T> using Held = std::unique_ptr<T, Destroy>;

// What one of oneDNN's functions makes, its first argument.
template <typename T, typename... Types, typename... Given>
Held<T> made(dnnl_status_t (*create)(T **, Types...), Given... given) {
    T *found = nullptr;
    check(create(&found, given...));
    return Held<T>(found);
}

inline dnnl_engine_t cpu() {
    static dnnl_engine_t one = [] {
        dnnl_engine_t found;
        check(dnnl_engine_create(&found, dnnl_cpu, 0));
        return found;
    }();
    return one;
}

inline Desc described(std::initializer_list<dnnl_dim_t> sides,
                      dnnl_format_tag_t tag) {
    Desc found;
    check(dnnl_memory_desc_init_by_tag(&found, sides.size(), sides.begin(),
                                       dnnl_f32, tag));
    return found;
}

// Copies from one layout to another.
inline Held<dnnl_primitive> reorder(const Desc *from, const Desc *to) {
    auto desc = made(dnnl_reorder_primitive_desc_create, from, cpu(), to,
                     cpu(), nullptr);
    return made(dnnl_primitive_create, desc.get());
}

inline size_t bytes(const Desc &desc) {
    return dnnl_memory_desc_get_size(&desc);
}

struct Argument {
    int name;
    const Desc &desc;
    const void *data; // none: there is no such argument
};

inline void run(const Held<dnnl_primitive> &primitive,
                std::initializer_list<Argument> given) {
    auto queue = made(dnnl_stream_create, cpu(),
                      (unsigned)dnnl_stream_default_flags);
    std::array<Held<dnnl_memory>, 5> memories;
    std::array<dnnl_exec_arg_t, 5> arguments;
    int count = 0;
    for (auto &each : given) {
        if (!each.data) continue;
        memories[count] = made(dnnl_memory_create, &each.desc, cpu(),
                               const_cast<void *>(each.data));
        arguments[count] = {each.name, memories[count].get()};
        count++;
    }
    check(dnnl_primitive_execute(primitive.get(), queue.get(), count,
                                 arguments.data()));
    check(dnnl_stream_wait(queue.get()));
}
