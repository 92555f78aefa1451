// A mutex and who holds it: reading <mutex> takes the compiler longer than
// reading any file here.
#pragma once
#include <pthread.h>

class Lock {
public:
    Lock() = default;
    Lock(const Lock &) = delete;
    Lock &operator=(const Lock &) = delete;
    void take() { pthread_mutex_lock(&mutex_); }
    void leave() { pthread_mutex_unlock(&mutex_); }

private:
    pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
};

// Until the end of its scope.
class Hold {
public:
    explicit Hold(Lock &lock, bool wanted = true)
        : lock_(wanted ? &lock : nullptr) {
        if (lock_) lock_->take();
    }
    ~Hold() {
        if (lock_) lock_->leave();
    }
    Hold(const Hold &) = delete;
    Hold &operator=(const Hold &) = delete;

private:
    Lock *lock_;
};
