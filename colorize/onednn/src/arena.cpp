// Memory for activations that is kept from call to call. Fresh pages cost
// as much as the arithmetic they are for: the kernel clears each of them.
#include "common.h"
#include "lock.h"

#include <iterator>
#include <map>
#include <sys/mman.h>
#include <unistd.h>

namespace {

class Arena {
public:
    void *take(size_t bytes) {
        Hold hold(lock_);
        if (!size_) reserve();
        bytes = (bytes + 4095) / 4096 * 4096 + 4096 * (bytes == 0);
        // Lowest address first keeps the high-water mark low.
        for (auto block = free_.begin(); block != free_.end(); ++block)
            if (block->second >= bytes) return split(block, bytes);
        throw std::bad_alloc();
    }

    void give(void *address) {
        Hold hold(lock_);
        auto live = live_.find((char *)address);
        if (live == live_.end()) return;
        auto block = free_.emplace(live->first, live->second).first;
        live_.erase(live);
        join(block);
        if (block != free_.begin()) join(std::prev(block));
    }

private:
    typedef std::map<char *, size_t>::iterator Block;

    // Address space for all of the machine's memory; pages come on use.
    void reserve() {
        size_t bytes = (size_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
        for (; bytes > ((size_t)1 << 26); bytes /= 2) {
            void *base = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                              -1, 0);
            if (base == MAP_FAILED) continue;
            madvise(base, bytes, MADV_HUGEPAGE);
            free_[(char *)base] = size_ = bytes;
            return;
        }
        throw std::bad_alloc();
    }

    void *split(Block block, size_t bytes) {
        char *address = block->first;
        size_t rest = block->second - bytes;
        auto hint = free_.erase(block);
        if (rest) free_.emplace_hint(hint, address + bytes, rest);
        live_[address] = bytes;
        return address;
    }

    void join(Block block) {
        auto after = std::next(block);
        if (after == free_.end() || block->first + block->second != after->first)
            return;
        block->second += after->second;
        free_.erase(after);
    }

    Lock lock_;
    size_t size_ = 0;
    std::map<char *, size_t> free_, live_;
};

// Never destroyed: arrays may outlive the library's own statics.
Arena &arena() {
    static Arena *one = new Arena;
    return *one;
}

} // namespace

void *arena_take(size_t bytes) { return arena().take(bytes); }
void arena_give(void *block) { arena().give(block); }

static thread_local char said[1024];

void say(const char *what) { snprintf(said, sizeof said, "%s", what); }

EXPORT const char *message() { return said; }
EXPORT int block() { return BLOCK; }
EXPORT void give(void *address) { arena_give(address); }
EXPORT int take(size_t bytes, void **address) {
    return guarded([&] { *address = arena_take(bytes); });
}
