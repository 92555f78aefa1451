// Our own convolutions to one or two maps, as U and V are.
#pragma once
#include "common.h"

// Whether it is faster than a convolution that fills whole blocks of maps.
bool narrow_pays(const Shape &s);

// out = [relu](in * kernels [+ bias] [+ out])
void narrow_forward(const Shape &s, const float *in, const float *kernels,
                    const float *bias, float *out, bool relu, bool sum);
