// How the threads of a parallel region share work.
#pragma once
#include <algorithm>

namespace {

// Not inlined: a team that is alone and one that is not call it, and to
// compile work twice would take the compiler twice as long.
template <typename Body>
__attribute__((noinline)) void run_all(int begin, int end, const Body &body) {
    for (int i = begin; i < end; i++) body(i);
}

// Threads that share work; alone, one does all of it. Who is done takes more:
// other programs may hold one of them up.
struct Team {
    int size;

    // body(i) for all i below count, without waiting for one another.
    template <typename Body> void share(int count, const Body &body) const {
        if (size == 1) return run_all(0, count, body);
        int some = 1 + count / (16 * size);
#pragma omp for schedule(dynamic) nowait
        for (int begin = 0; begin < count; begin += some)
            run_all(begin, std::min(begin + some, count), body);
    }
    void wait() const {
        if (size > 1) {
#pragma omp barrier
        }
    }
};

} // namespace
