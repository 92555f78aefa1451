// From the photo and the network's small chroma to the coloured photo, in
// pieces of a row; numpy_way.py says the same in numpy, and in more words.

#include <algorithm>
#include <vector>

#include "round.h"

namespace {

// Planes of the network's size: L, U, V and the slopes of U and V.
enum { kLightness, kU, kV, kSlopeU, kSlopeV, kPlanes };

struct Small {
  const float* planes;
  int64_t rows, columns;
};

// Slopes are scaled bilinearly, all else bicubically.
struct Scaling {
  Axis cubic_rows, cubic_columns, linear_rows, linear_columns;
};

constexpr int kLanes = 8;  // numbers that are computed at once
constexpr int kRow = kWide + kLanes;

// How a piece of a row is made of a small row. Where a photo is larger than
// that, neighbours are sums of the same small pixels.
class Columns {
 public:
  void move(const Axis& axis, int64_t start, int count) {
    taps_ = axis.taps;
    weights_.resize(taps_ * kRow);
    runs_.clear();
    for (int i = 0; i < count; i++) {
      const int32_t first = axis.first[start + i];
      if (runs_.empty() || runs_.back().first != first)
        runs_.push_back({first, i, i});
      runs_.back().end = i + 1;
      for (int64_t tap = 0; tap < taps_; tap++)
        weights_[tap * kRow + i] = axis.weight[(start + i) * taps_ + tap];
    }
  }

  // `wide` has room for kRow: the last numbers of a run may be too many, and
  // the next one writes over them.
  void widen(const float* small, float* wide) const {
    if (taps_ == 4) return by<4>(small, wide);
    if (taps_ == 2) return by<2>(small, wide);
    by<0>(small, wide);
  }

 private:
  // 0: as many taps as there are.
  template <int constant>
  void by(const float* small, float* __restrict wide) const {
    const int64_t taps = constant ? constant : taps_;
    for (const Run& run : runs_)
      for (int i = run.begin; i < run.end; i += kLanes)
        for (int lane = i; lane < i + kLanes; lane++) {
          float sum = 0;
          for (int64_t tap = 0; tap < taps; tap++)
            sum += small[run.first + tap] * weights_[tap * kRow + lane];
          wide[lane] = sum;
        }
  }

  struct Run { int32_t first; int begin, end; };
  int64_t taps_ = 0;
  std::vector<float> weights_;
  std::vector<Run> runs_;
};

// Rows of the small planes, scaled to columns [start, start + count), as far
// as the current row of the photo needs them: a row comes once, then stays
// while it is in use.
class WideRows {
 public:
  WideRows(const Small& small, const Scaling& scaling)
      : small_(small), scaling_(scaling),
        slots_(std::max(scaling.cubic_rows.taps, scaling.linear_rows.taps)),
        kept_(kPlanes * slots_ * kRow), held_(kPlanes * slots_),
        rows_(slots_) {}

  void move(int64_t start, int count) {
    count_ = count;
    cubic_.move(scaling_.cubic_columns, start, count);
    linear_.move(scaling_.linear_columns, start, count);
    std::fill(held_.begin(), held_.end(), -1);
  }

  // One plane in a row of the photo.
  void scale(int plane, int64_t row, float* found) {
    const Axis& axis = is_cubic(plane) ? scaling_.cubic_rows
                                       : scaling_.linear_rows;
    const float* weight = axis.weight + row * axis.taps;
    for (int64_t tap = 0; tap < axis.taps; tap++)
      rows_[tap] = get(plane, axis.first[row] + tap);
    if (axis.taps == 4) return sum_rows<4>(weight, found);
    if (axis.taps == 2) return sum_rows<2>(weight, found);
    std::fill(found, found + count_, 0.f);
    for (int64_t tap = 0; tap < axis.taps; tap++)
      for (int i = 0; i < count_; i++)
        found[i] += weight[tap] * rows_[tap][i];
  }

 private:
  static bool is_cubic(int plane) { return plane < kSlopeU; }

  template <int taps>
  void sum_rows(const float* weight, float* __restrict found) {
    const float* rows[taps];
    std::copy_n(rows_.begin(), taps, rows);
    for (int i = 0; i < count_; i++) {
      float sum = weight[0] * rows[0][i];
      for (int tap = 1; tap < taps; tap++) sum += weight[tap] * rows[tap][i];
      found[i] = sum;
    }
  }

  const float* get(int plane, int64_t row) {
    const int64_t slot = plane * slots_ + row % slots_;
    float* wide = &kept_[slot * kRow];
    if (held_[slot] != row) {
      held_[slot] = row;
      const Columns& columns = is_cubic(plane) ? cubic_ : linear_;
      columns.widen(small_.planes + (plane * small_.rows + row)
                                        * small_.columns, wide);
    }
    return wide;
  }

  const Small& small_;
  const Scaling& scaling_;
  int64_t slots_;
  int count_ = 0;
  Columns cubic_, linear_;
  std::vector<float> kept_;
  std::vector<int64_t> held_;
  std::vector<const float*> rows_;
};

inline float to_unit(float value) { return smaller(larger(value, 0), 1); }

// CIELUV to sRGB in 0 to 1. What no screen can show moves towards grey.
void merge(const float* lightnesses, const float* us, const float* vs,
           int count, const White white, Channels& found) {
  const float* m = white.matrix;
  for (int i = 0; i < count; i++) {
    const float l = lightnesses[i], wide = 13 * l;
    // v' = V / 13 L + 0.4683 stays above 0.1: below 0 hues turn into their
    // opposites.
    const float least = (0.1f - 0.4683f) * wide;
    const float inside = least / smaller(vs[i], -1e-6f);
    const float factor = vs[i] < least ? inside : 1;
    // u', v' and 1 all times 13 L, as only their ratios matter.
    const float u = us[i] * factor + white.u * wide;
    const float v = vs[i] * factor + white.v * wide;
    const float y = luminance(l), share = y / larger(4 * v, 1e-6f);
    const float x = 9 * u * share, z = (12 * wide - 3 * u - 20 * v) * share;
    const float gray = to_unit(y);
    const float red = m[0] * x + m[1] * y + m[2] * z - gray;
    const float green = m[3] * x + m[4] * y + m[5] * z - gray;
    const float blue = m[6] * x + m[7] * y + m[8] * z - gray;
    // How far it may go from grey before one of them leaves 0 to 1.
    const float up = larger(larger(red, green), larger(blue, 1e-9f));
    const float down = larger(larger(-red, -green), larger(-blue, 1e-9f));
    const float room = 1 - gray;
    const bool first = room * down < gray * up;
    const float part = smaller(1, (first ? room : gray) / (first ? up : down));
    found.red[i] = to_unit(gray + red * part);
    found.green[i] = to_unit(gray + green * part);
    found.blue[i] = to_unit(gray + blue * part);
  }
  for (float* plane : {found.red, found.green, found.blue})
    for (int i = 0; i < count; i++) plane[i] = gamma(plane[i]);
}

// Chroma of a piece of a row: that of the small photo, and what its slope
// makes of the lightness that the small photo lacks.
void upscale(WideRows& wide, int64_t row, const float* lightnesses,
             int count, float* u, float* v) {
  float dim[kWide], slope[kWide];
  wide.scale(kLightness, row, dim);
  wide.scale(kU, row, u);
  wide.scale(kSlopeU, row, slope);
  for (int i = 0; i < count; i++) u[i] += slope[i] * (lightnesses[i] - dim[i]);
  wide.scale(kV, row, v);
  wide.scale(kSlopeV, row, slope);
  for (int i = 0; i < count; i++) v[i] += slope[i] * (lightnesses[i] - dim[i]);
}

template <class Pixel>
void paint(const Photo& photo, const Small& small, const Scaling& scaling,
           const Tables& tables, const White& white, int64_t first,
           int64_t last, int step, Pixel* painted) {
  const Pixel* pixels = static_cast<const Pixel*>(photo.pixels);
  WideRows wide(small, scaling);
  Gray<Pixel> gray;
  Channels color;
  float lightnesses[kWide], u[kWide], v[kWide];
  for (int64_t start = 0; start < photo.columns; start += kWide) {
    const int count = std::min<int64_t>(kWide, photo.columns - start);
    wide.move(start, count);
    for (int64_t row = first; row < last; row++) {
      const int64_t place = row * photo.columns + start;
      gray.find(pixels + place * photo.channels, count, photo.channels,
                tables, white, lightnesses);
      upscale(wide, row, lightnesses, count, u, v);
      merge(lightnesses, u, v, count, white, color);
      store(color, gray, count, tables, step, painted + step * place);
    }
  }
}

// Lightness at the size of the network: down the columns as rows come by,
// then along the few rows that are left.
template <class Pixel>
void shrink(const Photo& photo, const Axis& rows, const Axis& columns,
            const Tables& tables, const White& white, int64_t small_rows,
            int64_t small_columns, float* small) {
  const Pixel* pixels = static_cast<const Pixel*>(photo.pixels);
  std::vector<float> sums(small_rows * photo.columns);
  float lightnesses[kWide];
  for (int64_t start = 0; start < photo.columns; start += kWide) {
    const int count = std::min<int64_t>(kWide, photo.columns - start);
    int64_t oldest = 0;
    for (int64_t row = 0; row < photo.rows; row++) {
      const int64_t place = row * photo.columns + start;
      lightness_of(pixels + place * photo.channels, count, photo.channels,
                   tables, white, lightnesses);
      while (oldest < small_rows && rows.first[oldest] + rows.taps <= row)
        oldest++;
      for (int64_t to = oldest;
           to < small_rows && rows.first[to] <= row; to++) {
        const float w = rows.weight[to * rows.taps + row - rows.first[to]];
        float* sum = &sums[to * photo.columns + start];
        for (int i = 0; i < count; i++) sum[i] += w * lightnesses[i];
      }
    }
  }
  for (int64_t row = 0; row < small_rows; row++)
    for (int64_t column = 0; column < small_columns; column++) {
      const float* from = &sums[row * photo.columns + columns.first[column]];
      const float* weight = columns.weight + column * columns.taps;
      float sum = 0;
      for (int64_t tap = 0; tap < columns.taps; tap++)
        sum += weight[tap] * from[tap];
      *small++ = sum;
    }
}

}  // namespace

// Pixels are of the type that the compiler was told.
extern "C" __attribute__((visibility("default"))) void paint(
    Photo photo, Small small, const Scaling* scaling, Tables tables,
    const White* white, int64_t first, int64_t last, int64_t step,
    PIXEL* painted) {
  paint<PIXEL>(photo, small, *scaling, tables, *white, first, last, step,
               painted);
}

extern "C" __attribute__((visibility("default"))) void shrink(
    Photo photo, Axis rows, Axis columns, Tables tables, const White* white,
    int64_t small_rows, int64_t small_columns, float* small) {
  shrink<PIXEL>(photo, rows, columns, tables, *white, small_rows,
                small_columns, small);
}
