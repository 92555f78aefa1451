// From class scores to chroma, held together by a guided filter over their
// probabilities; coherence/guided.py and systems/decodings.py say the same in
// numpy, and in more words.

#include <algorithm>
#include <vector>

#include "curves.h"
#include "scores.h"

namespace {

using Floats = std::vector<float>;

// Windows around every `step`th pixel of an axis and around its last, and the
// way back from these places to pixels.
struct Places {
  Places(int64_t length, int64_t radius, int64_t step) {
    for (int64_t pixel = 0; pixel < length; pixel += step)
      place.push_back(pixel);
    if (place.back() != length - 1) place.push_back(length - 1);
    for (int64_t each : place)
      share.push_back(1.f / (std::min(each + radius, length - 1) + 1
                             - std::max<int64_t>(each - radius, 0)));
    const int64_t count = place.size(), near = radius / step;
    for (int64_t i = 0; i < count; i++)
      near_share.push_back(1.f / (std::min(i + near, count - 1) + 1
                                  - std::max<int64_t>(i - near, 0)));
    for (int64_t pixel = 0; pixel < length; pixel++) {
      const int32_t i = std::min(pixel / step, std::max<int64_t>(count - 2,
                                                                 0));
      left.push_back(i);
      right.push_back(std::min<int64_t>(i + 1, count - 1));
      part.push_back(count == 1 ? 0 : float(pixel - place[i])
                                          / (place[i + 1] - place[i]));
    }
  }

  int64_t count() const { return place.size(); }

  std::vector<int64_t> place;
  Floats share, near_share;  // of a pixel, or a place, in its window
  std::vector<int32_t> left, right;  // of a pixel: places beside it
  Floats part;                       // how far it is to the right one
};

// Sums of the 2 * radius + 1 values around each of `count`. There are
// `radius` zeros before and behind these, and all are overwritten.
void sum_windows(float* padded, int64_t count, int64_t radius, float* sums) {
  const int64_t width = 2 * radius + 1;
  std::fill(sums, sums + count, 0.f);
  // Sums of 1, 2, 4 … values, of which the window is made.
  for (int64_t size = 1, start = 0; size <= width; size *= 2) {
    if (width & size) {
      for (int64_t i = 0; i < count; i++) sums[i] += padded[i + start];
      start += size;
    }
    const int64_t whole = count + width - 2 * size;
    for (int64_t i = 0; i < whole; i++) padded[i] += padded[i + size];
  }
}

// Planes of one photo and their lines over its lightness.
class Lines {
 public:
  explicit Lines(const Guide& guide)
      : guide_(guide), rows_(guide.rows, guide.radius, guide.step),
        columns_(guide.columns, guide.radius, guide.step),
        sums_(guide.columns + 2 * guide.radius), lights_(sums_.size()),
        windows_(guide.columns), size_(rows_.count() * columns_.count()),
        level_(size_), variance_(size_), slope_(size_), start_(size_),
        wide_slope_(rows_.count() * guide.columns),
        wide_start_(wide_slope_.size()) {
    average(guide.lightness, level_.data(), variance_.data());
    for (int64_t i = 0; i < size_; i++)
      variance_[i] = larger(variance_[i] - level_[i] * level_[i], 0)
                     + guide.epsilon;
  }

  // Fit those of a plane.
  void fit(const float* plane) {
    average(plane, start_.data(), slope_.data());
    for (int64_t i = 0; i < size_; i++) {
      slope_[i] = (slope_[i] - start_[i] * level_[i]) / variance_[i];
      start_[i] -= slope_[i] * level_[i];
    }
    widen(slope_.data(), wide_slope_.data());
    widen(start_.data(), wide_start_.data());
  }

  // What they say about a row of pixels, by `use` of column and value.
  template <class Use>
  void row(int64_t row, Use use) const {
    const int64_t columns = guide_.columns;
    const float* light = guide_.lightness + row * columns;
    const int64_t above = rows_.left[row] * columns;
    const int64_t below = rows_.right[row] * columns;
    const float *slope = &wide_slope_[above], *slope2 = &wide_slope_[below];
    const float *start = &wide_start_[above], *start2 = &wide_start_[below];
    const float part = rows_.part[row];
    for (int64_t i = 0; i < columns; i++)
      use(i, (slope[i] + part * (slope2[i] - slope[i])) * light[i]
             + start[i] + part * (start2[i] - start[i]));
  }

 private:
  // Means at all places, of a plane and of its product with the lightness.
  void average(const float* plane, float* means, float* products) {
    const int64_t columns = guide_.columns, radius = guide_.radius;
    for (int64_t i = 0; i < rows_.count(); i++) {
      std::fill(sums_.begin(), sums_.end(), 0.f);
      std::fill(lights_.begin(), lights_.end(), 0.f);
      const int64_t first = std::max<int64_t>(rows_.place[i] - radius, 0);
      const int64_t last = std::min(rows_.place[i] + radius, guide_.rows - 1);
      int64_t k = 0;
      for (; k + 32 <= columns; k += 32) down<32>(plane, first, last, k);
      for (; k + 8 <= columns; k += 8) down<8>(plane, first, last, k);
      for (; k < columns; k++) down<1>(plane, first, last, k);
      along(sums_, i, means + i * columns_.count());
      along(lights_, i, products + i * columns_.count());
    }
  }

  // Sums over rows of a few columns, which stay in registers.
  template <int64_t count>
  void down(const float* plane, int64_t first, int64_t last, int64_t column) {
    float sum[count] = {}, light[count] = {};
    for (int64_t row = first; row <= last; row++) {
      const float* from = plane + row * guide_.columns + column;
      const float* by = guide_.lightness + row * guide_.columns + column;
      for (int64_t k = 0; k < count; k++) {
        sum[k] += from[k];
        light[k] += from[k] * by[k];
      }
    }
    std::copy(sum, sum + count, &sums_[guide_.radius + column]);
    std::copy(light, light + count, &lights_[guide_.radius + column]);
  }

  // Means of a row of places, of the sums of their rows.
  void along(Floats& sums, int64_t row, float* means) {
    sum_windows(sums.data(), guide_.columns, guide_.radius, windows_.data());
    for (int64_t i = 0; i < columns_.count(); i++)
      means[i] = windows_[columns_.place[i]]
                 * (rows_.share[row] * columns_.share[i]);
  }

  // Means over the places in a window, for all columns of the photo.
  void widen(const float* values, float* wide) {
    const int64_t count = columns_.count(), columns = guide_.columns;
    const int64_t near = guide_.radius / guide_.step;
    for (int64_t i = 0; i < rows_.count(); i++) {
      std::fill(sums_.begin(), sums_.end(), 0.f);
      const int64_t last = std::min(i + near, rows_.count() - 1);
      for (int64_t row = std::max<int64_t>(i - near, 0); row <= last; row++)
        for (int64_t k = 0; k < count; k++)
          sums_[near + k] += values[row * count + k];
      sum_windows(sums_.data(), count, near, windows_.data());
      for (int64_t k = 0; k < count; k++)
        windows_[k] *= rows_.near_share[i] * columns_.near_share[k];
      float* to = wide + i * columns;
      for (int64_t k = 0; k < columns; k++) {
        const float left = windows_[columns_.left[k]];
        to[k] = left + columns_.part[k] * (windows_[columns_.right[k]] - left);
      }
    }
  }

  const Guide& guide_;
  Places rows_, columns_;
  Floats sums_, lights_, windows_;
  int64_t size_;
  Floats level_, variance_, slope_, start_, wide_slope_, wide_start_;
};

constexpr int64_t kPiece = 256;  // pixels that stay in the first caches

// Softmax over the bins of all pixels; planes come to lie `far` apart.
void to_chances(const float* scores, const float* more, int64_t bins,
                int64_t pixels, int64_t far, float* chances) {
  const float to_two = 1.4426950408889634f;  // log2 e
  float most[kPiece], sum[kPiece];
  for (int64_t first = 0; first < pixels; first += kPiece) {
    const int64_t count = std::min(kPiece, pixels - first);
    std::fill(most, most + count, -3e38f);
    std::fill(sum, sum + count, 0.f);
    for (int64_t bin = 0; bin < bins; bin++) {
      const float* from = scores + bin * pixels + first;
      float* __restrict to = chances + bin * far + first;
      for (int64_t i = 0; i < count; i++) {
        to[i] = to_two * (from[i] + more[bin]);
        most[i] = larger(most[i], to[i]);
      }
    }
    for (int64_t bin = 0; bin < bins; bin++) {
      float* __restrict to = chances + bin * far + first;
      for (int64_t i = 0; i < count; i++)
        sum[i] += to[i] = two_to(to[i] - most[i]);
    }
    for (int64_t i = 0; i < count; i++) sum[i] = 1 / sum[i];
    for (int64_t bin = 0; bin < bins; bin++) {
      float* __restrict to = chances + bin * far + first;
      for (int64_t i = 0; i < count; i++) to[i] *= sum[i];
    }
  }
}

// Means of a bin where the lightness of pixels is between two levels.
void between(const float* mean, const float* rise, int64_t levels,
             const float* light, int64_t count, float* __restrict found) {
  const float last = levels - 1, most = larger(last - 1, 0);
  for (int64_t i = 0; i < count; i++) {
    const float place = smaller(larger(light[i] * (last / 100), 0), last);
    const int32_t below = smaller(place, most);
    found[i] = mean[below] + (place - below) * rise[below];
  }
}

// Pixels side by side that belong to one region.
struct Run {
  int64_t first, end;
  int32_t region;
};

float total(const float* from, int64_t count) {
  float parts[16] = {}, sum = 0;
  int64_t i = 0;
  for (; i + 16 <= count; i += 16)
    for (int64_t k = 0; k < 16; k++) parts[k] += from[i + k];
  for (; i < count; i++) sum += from[i];
  for (float part : parts) sum += part;
  return sum;
}

}  // namespace

// Each of `count` planes with its mean over each region. of: by pixel the
// number of its region, from 1; 0 stays as it is.
extern "C" __attribute__((visibility("default"))) void average(
    const float* planes, int64_t count, int64_t pixels, const int32_t* of,
    int64_t regions, float* found) {
  std::vector<Run> runs;
  std::vector<double> size(regions + 1), sum(regions + 1);
  for (int64_t i = 0; i < pixels;) {
    const int64_t first = i;
    while (i < pixels && of[i] == of[first]) i++;
    if (of[first]) runs.push_back({first, i, of[first]});
    size[of[first]] += i - first;
  }
  for (int64_t plane = 0; plane < count; plane++) {
    const float* from = planes + plane * pixels;
    float* to = found + plane * pixels;
    std::copy(from, from + pixels, to);
    std::fill(sum.begin(), sum.end(), 0.);
    for (const Run& run : runs)
      sum[run.region] += total(from + run.first, run.end - run.first);
    for (const Run& run : runs)
      std::fill(to + run.first, to + run.end,
                float(sum[run.region] / size[run.region]));
  }
}

// Chroma of one channel. more: added to the scores of each bin. means: what
// bins stand for at each of `levels` levels of L, (bin, level). power: of
// probabilities, 1 / temperature. chances: room for planes of all bins, `far`
// apart.
extern "C" __attribute__((visibility("default"))) void decode(
    const float* scores, const float* more, const float* means, int64_t bins,
    int64_t levels, Guide guide, float power, float* chances, int64_t far,
    float* chroma) {
  const float least = 1e-6f;  // a filter may undershoot
  const int64_t pixels = guide.rows * guide.columns;
  to_chances(scores, more, bins, pixels, far, chances);
  Floats sums(pixels), rise(levels), own(guide.columns);
  std::fill(chroma, chroma + pixels, 0.f);
  Lines lines(guide);
  for (int64_t bin = 0; bin < bins; bin++) {
    lines.fit(&chances[bin * far]);
    const float* mean = means + bin * levels;
    for (int64_t i = 0; i + 1 < levels; i++) rise[i] = mean[i + 1] - mean[i];
    for (int64_t row = 0; row < guide.rows; row++) {
      const int64_t first = row * guide.columns;
      float* __restrict to = chroma + first;
      float* __restrict sum = &sums[first];
      const float* mine = own.data();
      between(mean, rise.data(), levels, guide.lightness + first,
              guide.columns, own.data());
      lines.row(row, [=](int64_t i, float chance) {
        const float weight = power_of(larger(chance, least), power);
        to[i] += mine[i] * weight;
        sum[i] += weight;
      });
    }
  }
  for (int64_t i = 0; i < pixels; i++) chroma[i] /= sums[i];
}
