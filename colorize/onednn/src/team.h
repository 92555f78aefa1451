// How the threads of a parallel region share work.
#pragma once
#include <cstdint>

// Threads that share work, each its part; alone, one does all of it.
struct Team {
    int rank, size;

    // This thread's part of 0 ... count.
    int begin(int count) const { return (int64_t)count * rank / size; }
    int end(int count) const { return (int64_t)count * (rank + 1) / size; }
    void wait() const {
        if (size > 1) {
#pragma omp barrier
        }
    }
};
