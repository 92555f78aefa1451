// Packed kernels that are kept while their values stay the same.
#pragma once
#include "common.h"

#include <functional>
#include <memory>
#include <vector>

// Kernels as a convolution wants them.
//
// kernels: count values, in the user's order; layout: what their packed form
// depends on besides; bytes: its size; pack: writes it.
// Values are compared, all of them, so an update in place is never missed;
// only of those that were said to stay (settle) the address is enough.
std::shared_ptr<Buffer> packed_kernels(
    const float *kernels, size_t count, const std::vector<int> &layout,
    size_t bytes, const std::function<void(float *)> &pack);
