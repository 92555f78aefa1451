// Our own Winograd convolutions; on a Zen 5, faster than oneDNN's for AVX-512.
#pragma once
#include "common.h"

// Not beside AMX, which is faster still: they take a second to compile. Where
// the system does not let us use it, oneDNN's have to do.
#ifdef WITH_AMX
#define WINOGRAD_IS_OURS 0
#else
#define WINOGRAD_IS_OURS 1
#endif

// Whether it is faster than a direct convolution: not where the kernels'
// transforms, which do not depend on the map's size, are most of the work.
bool winograd_pays(const Shape &s);

// out = [relu](in * kernels [+ bias] [+ out])
void winograd_forward(const Shape &s, const float *in, const float *kernels,
                      const float *bias, float *out, bool relu, bool sum);

// in = the gradient of the input
void winograd_grad_inputs(const Shape &s, const float *grad,
                          const float *kernels, float *in);
