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

// Three planes as pixels of so many values.
template <int step, class Value, class Pixel>
void interleave(const Value* red, const Value* green, const Value* blue,
                int count, Pixel* __restrict to) {
  for (int i = 0; i < count; i++) {
    to[step * i] = red[i];
    to[step * i + 1] = green[i];
    to[step * i + 2] = blue[i];
    if (step == 4) to[step * i + 3] = 0;
  }
}

// Of bytes four at once, in half the time; the first is the lowest.
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "as of x86 and ARM");
template <>
inline void interleave<4>(const int32_t* red, const int32_t* green,
                          const int32_t* blue, int count,
                          uint8_t* __restrict to) {
  for (int i = 0; i < count; i++) {
    const int32_t pixel = red[i] | green[i] << 8 | blue[i] << 16;
    std::memcpy(to + 4 * i, &pixel, 4);
  }
}

template <class Value, class Pixel>
void interleave(const Value* red, const Value* green, const Value* blue,
                int count, int step, Pixel* to) {
  if (step == 4) interleave<4>(red, green, blue, count, to);
  else interleave<3>(red, green, blue, count, to);
}

// `to` has three values for a pixel, or four and the last is not used.
template <class Pixel>
void store(Channels& color, const Gray<Pixel>& gray, int count,
           const Tables& tables, int step, Pixel* to) {
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
  interleave(whole[0], whole[1], whole[2], count, step, to);
  for (int i = 0; wrongs; i++) {
    if (!wrong[i]) continue;
    const float levels[3] = {color.red[i], color.green[i], color.blue[i]};
    round_otherwise(levels, gray.level[i], tables, to + step * i);
    wrongs--;
  }
}

inline void store(Channels& color, const Gray<float>&, int count,
                  const Tables&, int step, float* to) {
  interleave(color.red, color.green, color.blue, count, step, to);
}
inline void store(Channels& color, const Gray<double>&, int count,
                  const Tables&, int step, double* to) {
  interleave(color.red, color.green, color.blue, count, step, to);
}

}  // namespace
