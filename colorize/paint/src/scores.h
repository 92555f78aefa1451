// What Python hands over; scores.py has the same in ctypes.
#pragma once

#include <cstdint>

// Lightness that planes of its size shall follow.
struct Guide {
  const float* lightness;
  int64_t rows, columns, radius, step;
  float epsilon;
};
