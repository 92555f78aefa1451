// From colours in 0 to 1 to pixels: color/rounding.py tells why it is so.
#pragma once

#include "gray.h"

namespace {

struct Channels {
  float red[kWide], green[kWide], blue[kWide];
};

inline bool fits(const Tables& tables, int32_t y, int32_t level) {
  return (y >= tables.bounds[level]) & (y < tables.bounds[level + 1]);
}

// The nearest of the eight ways to round down or up that have the grey;
// where none has it, what is there stays.
template <class Pixel>
void round_otherwise(const float color[3], int32_t level,
                     const Tables& tables, Pixel* to) {
  const int32_t most = tables.levels - 1;
  float nearest = 4;
  for (int way = 0; way < 8; way++) {
    int32_t tried[3];
    float far = 0;
    for (int c = 0; c < 3; c++) {
      const int32_t up = int32_t(color[c]) + (way >> (2 - c) & 1);
      tried[c] = up < most ? up : most;
      far += (tried[c] - color[c]) * (tried[c] - color[c]);
    }
    const int32_t y = whole_luminance(tried, tables);
    if (far < nearest && fits(tables, y, level)) {
      nearest = far;
      for (int c = 0; c < 3; c++) to[c] = tried[c];
    }
  }
}

template <class Pixel>
void store(Channels& color, const Gray<Pixel>& gray, int count,
           const Tables& tables, Pixel* __restrict to) {
  const float most = tables.levels - 1;
  const int32_t* red = tables.shares;
  const int32_t* green = red + tables.levels;
  const int32_t* blue = green + tables.levels;
  int32_t whole[3][kWide], wrong[kWide], wrongs = 0;
  for (int i = 0; i < count; i++) {
    whole[0][i] = std::rint(color.red[i] *= most);
    whole[1][i] = std::rint(color.green[i] *= most);
    whole[2][i] = std::rint(color.blue[i] *= most);
  }
  for (int i = 0; i < count; i++) {
    const int32_t y = red[whole[0][i]] + green[whole[1][i]]
                      + blue[whole[2][i]];
    wrong[i] = !fits(tables, y, gray.level[i]);
    wrongs += wrong[i];
  }
  for (int i = 0; i < count; i++)
    for (int c = 0; c < 3; c++) to[3 * i + c] = whole[c][i];
  for (int i = 0; wrongs; i++) {
    if (!wrong[i]) continue;
    const float levels[3] = {color.red[i], color.green[i], color.blue[i]};
    round_otherwise(levels, gray.level[i], tables, to + 3 * i);
    wrongs--;
  }
}

template <class Pixel>
void store_real(const Channels& color, int count, Pixel* to) {
  for (int i = 0; i < count; i++) {
    to[3 * i] = color.red[i];
    to[3 * i + 1] = color.green[i];
    to[3 * i + 2] = color.blue[i];
  }
}
void store(Channels& color, const Gray<float>&, int count, const Tables&,
           float* to) { store_real(color, count, to); }
void store(Channels& color, const Gray<double>&, int count, const Tables&,
           double* to) { store_real(color, count, to); }

}  // namespace
