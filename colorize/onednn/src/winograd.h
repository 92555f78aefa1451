// Our own Winograd convolutions, for processors where oneDNN has none.
#pragma once
#include "common.h"

// Whether it is faster than a direct convolution: not where the kernels'
// transforms, which do not depend on the map's size, are most of the work.
bool winograd_pays(const Shape &s);

// out = [relu](in * kernels [+ bias] [+ out])
void winograd_forward(const Shape &s, const float *in, const float *kernels,
                      const float *bias, float *out, bool relu, bool sum);

// in = the gradient of the input
void winograd_grad_inputs(const Shape &s, const float *grad,
                          const float *kernels, float *in);
