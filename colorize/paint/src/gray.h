// The grey of a piece of a row and its lightness, by the type of its pixels.
#pragma once

#include "curves.h"
#include "paint.h"

namespace {

// Columns that are computed together: their buffers stay in the first cache.
constexpr int kWide = 256;

constexpr float kUnit = 1.f / (1 << 30);  // of Y in whole numbers

template <class Pixel>
int32_t whole_luminance(const Pixel* pixel, const Tables& tables) {
  return tables.shares[pixel[0]] + tables.shares[tables.levels + pixel[1]]
         + tables.shares[2 * tables.levels + pixel[2]];
}

// Y of colours, 0 to 1.
template <class Pixel>
float luminance_of(const Pixel* pixel, const Tables& tables, const White&) {
  return whole_luminance(pixel, tables) * kUnit;
}
template <class Pixel>
float real_luminance(const Pixel* pixel, const White& white) {
  return white.weights[0] * linear(pixel[0])
         + white.weights[1] * linear(pixel[1])
         + white.weights[2] * linear(pixel[2]);
}
inline float luminance_of(const float* pixel, const Tables&,
                          const White& white) {
  return real_luminance(pixel, white);
}
inline float luminance_of(const double* pixel, const Tables&,
                          const White& white) {
  return real_luminance(pixel, white);
}

// L of grey, 0 to 100.
template <class Pixel>
float gray_lightness(Pixel pixel, const Tables& tables) {
  return tables.lightness[pixel];
}
inline float gray_lightness(float pixel, const Tables&) {
  return lightness(linear(pixel));
}
inline float gray_lightness(double pixel, const Tables&) {
  return lightness(linear(pixel));
}

template <class Pixel>
void lightness_of(const Pixel* from, int count, int channels,
                  const Tables& tables, const White& white, float* found) {
  if (channels == 1)
    for (int i = 0; i < count; i++) found[i] = gray_lightness(from[i], tables);
  else
    for (int i = 0; i < count; i++)
      found[i] = lightness(luminance_of(from + 3 * i, tables, white));
}

// Integers: grey is a level, and all else stands in tables by it.
template <class Pixel>
struct Gray {
  int32_t level[kWide];

  void find(const Pixel* from, int count, int channels, const Tables& tables,
            const White&, float* lightnesses) {
    if (channels == 1)
      for (int i = 0; i < count; i++) level[i] = from[i];
    else
      of_colors(from, count, tables);
    for (int i = 0; i < count; i++)
      lightnesses[i] = tables.lightness[level[i]];
  }

  // The level n with bounds[n] <= Y < bounds[n + 1].
  void of_colors(const Pixel* from, int count, const Tables& tables) {
    const float most = tables.levels - 1;
    for (int i = 0; i < count; i++) {
      const int32_t y = whole_luminance(from + 3 * i, tables);
      int32_t n = std::rint(most * gamma(y * kUnit));
      n += y >= tables.bounds[n + 1];
      level[i] = n - (y < tables.bounds[n]);
    }
  }
};

// Floats: 0 to 1, with no level that would have to be met.
template <class Pixel>
struct RealGray {
  void find(const Pixel* from, int count, int channels, const Tables& tables,
            const White& white, float* lightnesses) {
    lightness_of(from, count, channels, tables, white, lightnesses);
  }
};
template <> struct Gray<float> : RealGray<float> {};
template <> struct Gray<double> : RealGray<double> {};

}  // namespace
