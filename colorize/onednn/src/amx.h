// Convolutions on AMX, a processor's unit for products of matrices.
#pragma once
#include "common.h"

// Whether this library was compiled for it, and Linux lets us use it.
bool amx_runs();

// out = [relu](in * kernels [+ bias] [+ out])
void amx_forward(const Shape &s, const float *in, const float *kernels,
                 const float *bias, float *out, bool relu, bool sum);

// in = the gradient of the input
void amx_grad_inputs(const Shape &s, const float *grad, const float *kernels,
                     float *in);
