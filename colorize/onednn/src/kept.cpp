// Prediction packs the same kernels at every call: with one photo that is a
// tenth of its time. Training changes them all the time and must not pay for
// copies. So kernels are kept from the second time on that a few samples of
// them are seen, and found again by comparing all of their values.
#include "kept.h"

#include <algorithm>
#include <cstring>
#include <list>
#include <mutex>
#include <unordered_set>

namespace {

const size_t LIMIT = (size_t)256 << 20;
const size_t SAMPLES = 64;

struct Kept {
    size_t hash;
    std::shared_ptr<Buffer> values, packed;
    size_t count, bytes;

    size_t total() const { return count * sizeof(float) + bytes; }
};

size_t mixed(size_t hash, uint32_t value) {
    return (hash ^ value) * 0x9E3779B97F4A7C15u + (hash >> 29);
}

// Of the layout and of samples, the last value among them.
size_t hash_of(const float *kernels, size_t count,
               const std::vector<int> &layout) {
    size_t hash = count;
    for (int number : layout) hash = mixed(hash, number);
    for (size_t i = 1; count && i <= SAMPLES; i++) {
        uint32_t bits;
        std::memcpy(&bits, kernels + (count * i - 1) / SAMPLES, sizeof bits);
        hash = mixed(hash, bits);
    }
    return hash;
}

bool same(const float *one, const float *other, size_t count) {
    const int64_t piece = 1 << 18;
    int different = 0;
#pragma omp parallel for reduction(| : different)
    for (int64_t at = 0; at < (int64_t)count; at += piece)
        different |= 0 != std::memcmp(
            one + at, other + at,
            sizeof(float) * std::min<int64_t>(piece, count - at));
    return !different;
}

// The newest first.
class Shelf {
public:
    std::shared_ptr<Buffer> find(size_t hash, const float *kernels,
                                 size_t count) {
        Kept found;
        {
            std::lock_guard<std::mutex> hold(lock_);
            for (auto each = kept_.begin(); each != kept_.end(); ++each)
                if (each->hash == hash && each->count == count) {
                    kept_.splice(kept_.begin(), kept_, each);
                    found = *each;
                    break;
                }
        }
        if (!found.packed || !same(found.values->floats(), kernels, count))
            return nullptr;
        return found.packed;
    }

    // Whether such kernels were here before.
    bool again(size_t hash) {
        std::lock_guard<std::mutex> hold(lock_);
        if (seen_.size() > 4096) seen_.clear();
        return !seen_.insert(hash).second;
    }

    void keep(const Kept &one) {
        std::lock_guard<std::mutex> hold(lock_);
        kept_.remove_if([&](const Kept &old) { return old.hash == one.hash; });
        kept_.push_front(one);
        size_t total = 0;
        for (auto each = kept_.begin(); each != kept_.end();) {
            total += each->total();
            each = total > LIMIT ? kept_.erase(each) : std::next(each);
        }
    }

private:
    std::mutex lock_;
    std::list<Kept> kept_;
    std::unordered_set<size_t> seen_;
};

Shelf &shelf() {
    static Shelf *one = new Shelf;
    return *one;
}

} // namespace

std::shared_ptr<Buffer> packed_kernels(
    const float *kernels, size_t count, const std::vector<int> &layout,
    size_t bytes, const std::function<void(float *)> &pack) {
    size_t hash = hash_of(kernels, count, layout);
    auto found = shelf().find(hash, kernels, count);
    if (found) return found;
    auto packed = std::make_shared<Buffer>(bytes);
    pack(packed->floats());
    if (shelf().again(hash)) {
        size_t size = count * sizeof(float);
        auto values = std::make_shared<Buffer>(size);
        std::memcpy(values->floats(), kernels, size);
        shelf().keep({hash, values, packed, count, bytes});
    }
    return packed;
}
