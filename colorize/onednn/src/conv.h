// What conv.cpp has for the gradients of kernels, which src_training knows.
// Both may throw.
#pragma once
#include "common.h"

// Whether they are Winograd's.
VISIBLE bool winograd_grads_weights(const Shape &s);

// kernels = their gradient by oneDNN, where they are not
VISIBLE void onednn_grad_weights(const Shape &s, const float *in,
                                 const float *grad, float *kernels);
