// What every file here shares: error hand-over, memory and the block size.
// A blocked array is (batch, channel / BLOCK, row, column, BLOCK) float32,
// its last channels zero where the depth is no multiple of BLOCK.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <new>

#ifndef BLOCK
#define BLOCK 16
#endif

// AMX, where the processor has it; compilers before GCC 11 do not know it.
#if defined(AMX) && defined(__AMX_BF16__) && defined(__AVX512BF16__)
#define WITH_AMX
#endif

// batch, channels in, channels out, rows, columns, kernel rows, columns.
// Depths are rounded up to whole blocks in the arrays.
struct Shape {
    int batch, in, out, rows, columns, kernel_rows, kernel_columns;
};

// What the kernels of training, a library of their own, call, too.
#define VISIBLE __attribute__((visibility("default")))
#define EXPORT extern "C" VISIBLE

#define INLINE inline __attribute__((always_inline))

// One pixel's channels of one block; numpy promises no alignment.
typedef float vec __attribute__((vector_size(4 * BLOCK), aligned(4)));
typedef int32_t mask __attribute__((vector_size(4 * BLOCK), aligned(4)));

inline const vec *pixels(const float *p) { return (const vec *)p; }
inline vec *pixels(float *p) { return (vec *)p; }
inline vec spread(float value) { return value - vec{}; }

// Not std::fill: a template's argument forgets that vec need not be aligned.
inline void clear(vec *first, int count) {
    for (int i = 0; i < count; i++) first[i] = vec{};
}

VISIBLE void *arena_take(size_t bytes);
VISIBLE void arena_give(void *block);

// A buffer that goes back to the arena at the end of its scope.
class Buffer {
public:
    explicit Buffer(size_t bytes) : data_(arena_take(bytes)) {}
    ~Buffer() { arena_give(data_); }
    Buffer(const Buffer &) = delete;
    Buffer &operator=(const Buffer &) = delete;
    float *floats() { return static_cast<float *>(data_); }
    double *doubles() { return static_cast<double *>(data_); }
    void *data() { return data_; }

private:
    void *data_;
};

// A refusal that message() tells; <string> takes the compiler longer than this
// file.
class Refused : public std::exception {
public:
    template <typename Value> Refused(const char *format, Value value) {
        snprintf(text_, sizeof text_, format, value);
    }
    const char *what() const noexcept override { return text_; }

private:
    char text_[128];
};

VISIBLE void say(const char *what);

// Runs body; 0 when it went well, 1 an error, 2 out of memory.
template <typename Body> int guarded(Body body) {
    try {
        body();
        return 0;
    } catch (const std::bad_alloc &) {
        say("out of memory");
        return 2;
    } catch (const std::exception &error) {
        say(error.what());
        return 1;
    }
}
