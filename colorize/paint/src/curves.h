// Powers, and with them the curves of sRGB and CIE L*, for whole registers:
// no table, no call, no branch, so that loops around them become vectors.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

namespace {

inline int32_t bits(float value) {
  int32_t found;
  std::memcpy(&found, &value, 4);
  return found;
}

inline float from_bits(int32_t value) {
  float found;
  std::memcpy(&found, &value, 4);
  return found;
}

// By value, not by reference as std has them: so loops become vectors.
inline float smaller(float a, float b) { return a < b ? a : b; }
inline float larger(float a, float b) { return a > b ? a : b; }

// 2 to a power of -126 to 127; to less as to the least of them.
inline float two_to(float power) {
  const float wanted = larger(power, -126), whole = std::rint(wanted);
  // 2**part = e**(ln 2 * part), and |f| < 0.35.
  const float f = (wanted - whole) * 0.69314718055994531f;
  const float e = 1 + f * (1 + f * (1 / 2.f + f * (1 / 6.f + f * (1 / 24.f
                    + f * (1 / 120.f + f * (1 / 720.f))))));
  return from_bits(bits(e) + (int32_t(whole) << 23));
}

// x to a power in 0 to 3, within three units in the last place for x in
// 0.003 to 1: 2 ** (power * log2 x), each by its series around 1 and 0.
inline float power_of(float x, float power) {
  // x = m * 2**exponent with m within a factor sqrt(2) of 1.
  const int32_t root_half = 0x3f3504f3;
  const int32_t exponent = (bits(x) - root_half) >> 23;
  const float m = from_bits(bits(x) - (exponent << 23));
  // ln m = 2 artanh((m - 1) / (m + 1)), and |s| < 0.172.
  const float s = (m - 1) / (m + 1), t = s * s;
  const float series = 1 + t * (1 / 3.f + t * (1 / 5.f + t * (1 / 7.f
                         + t * (1 / 9.f))));
  const float two_over_ln2 = 2.8853900817779268f;
  return two_to(power * exponent + power * two_over_ln2 * s * series);
}

// The transfer function of sRGB, IEC 61966-2-1, and its inverse. What a power
// makes of 0 is finite, and not used.
inline float gamma(float linear) {
  const float curve = 1.055f * power_of(linear, 1 / 2.4f) - 0.055f;
  return linear > 0.0031308f ? curve : 12.92f * linear;
}

inline float linear(float value) {
  const float curve = power_of((value + 0.055f) * (1 / 1.055f), 2.4f);
  return value > 0.04045f ? curve : value * (1 / 12.92f);
}

// L of Y and Y of L, CIE 1976.
inline float lightness(float luminance) {
  const float curve = 116 * power_of(luminance, 1 / 3.f) - 16;
  return luminance > 0.008856f ? curve : 903.3f * luminance;
}

inline float luminance(float lightness) {
  const float root = (lightness + 16) * (1 / 116.f);
  return lightness > 8 ? root * root * root : lightness * (1 / 903.3f);
}

}  // namespace
