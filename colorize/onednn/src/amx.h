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

// out [+]= the 3 x 3 convolution of `in`, its rows and columns repeated
// twice; s is that of `in` itself. To pixels of even or odd rows and columns
// it is 2 x 2: kernels (row, column, out, in, 2, 2).
void amx_doubled(const Shape &s, const float *in, const float *kernels,
                 float *out, bool sum);
