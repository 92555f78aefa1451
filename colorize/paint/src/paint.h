// What Python hands over; compiled.py has the same in ctypes.
#pragma once

#include <cstdint>

// A photo of `channels` (1 or 3) values a pixel, rows one after the other.
struct Photo {
  const void* pixels;
  int64_t rows, columns, channels;
};

// How one axis is scaled: output i is the sum over k of weight[i][k] times
// input first[i] + k, which is never outside.
struct Axis {
  const int32_t* first;
  const float* weight;
  int64_t taps;
};

// Of an integer type, by level: L, what R, G and B give to Y in units of
// 2**-30, and the first Y of each grey. No tables for floats.
struct Tables {
  const float* lightness;
  const int32_t* shares;
  const int32_t* bounds;
  int64_t levels;
};

// Of CIELUV: u' and v' of white, XYZ to linear sRGB, weights of Y.
struct White {
  float u, v, matrix[9], weights[3];
};
