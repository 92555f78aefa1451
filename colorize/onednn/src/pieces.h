// What a Winograd convolution is cut into: tiles, their points, kernels and
// pieces of work; which tiles pay; the way from maps to points.
#pragma once
#include "product.h"
#include "team.h"
#include "winograd_tiles.h"

namespace {

inline int whole(int depth, int unit) {
    return (depth + unit - 1) / unit * unit;
}

// The tiles of a batch of maps, of so many pixels a side, numbered through.
struct Tiles {
    int side, batch, blocks, rows, columns, down, across;

    Tiles(int side_, int batch_, int depth, int rows_, int columns_)
        : side(side_), batch(batch_), blocks(whole(depth, BLOCK) / BLOCK),
          rows(rows_), columns(columns_), down((rows_ + side_ - 1) / side_),
          across((columns_ + side_ - 1) / side_) {}

    int count() const { return batch * down * across; }

    // First pixel of a tile: its row and column, and its place in memory.
    size_t locate(int tile, int block, int &y, int &x) const {
        int photo = tile / (down * across);
        y = tile / across % down * side, x = tile % across * side;
        return (((size_t)photo * blocks + block) * rows * columns +
                (size_t)y * columns + x) * BLOCK;
    }
};

// Matrices of the points, (row, depth) each. The padding keeps rows out of
// one another's way in the caches.
struct Points {
    float *data;
    size_t pitch, step;

    Points(float *data_, int rows, int depth)
        : data(data_), pitch(depth + 16), step(rows * pitch + 16) {}
    float *at(int point, int row) const {
        return data + point * step + row * pitch;
    }
    static size_t floats(int points, int rows, int depth) {
        return (size_t)points * (rows * (depth + 16) + 16);
    }
};

// Kernels (lane, depth, 3, 3) as they are walked: the lanes are the maps
// that come out. Flipped and with in and out exchanged for the gradient.
struct Kernels {
    int points, lanes, depth;
    size_t lane_step, depth_step;
    bool flipped;

    Kernels(int points_, const Shape &s, bool back)
        : points(points_), lanes(back ? s.in : s.out),
          depth(back ? s.out : s.in),
          lane_step(back ? 9 : (size_t)s.in * 9),
          depth_step(back ? (size_t)s.in * 9 : 9), flipped(back) {}

    int wide() const { return whole(lanes, PANEL); }
    int deep() const { return whole(depth, BLOCK); }
    // Floats of a point; the padding keeps the points' places in the caches
    // apart.
    size_t step() const { return (size_t)wide() * deep() + 16; }
    size_t floats() const { return points * step(); }
    // The panels of a point, (panel, depth, channel in the panel).
    size_t place(int point, int lane, int at) const {
        return point * step() +
               (size_t)lane / PANEL * PANEL * deep() + at * PANEL +
               lane % PANEL;
    }
};

// How a convolution is cut: tiles at a time, and whether each thread takes
// tiles of its own or all threads share one piece.
struct Cut {
    int tiles;
    bool shared;
};

// Few kernels leave room for the tiles in a core's own cache. Many come
// from memory at each piece, which then has to be large. Measured.
inline Cut cut_for(const Kernels &k, int tiles, bool shared, int threads) {
    const size_t mib = 1 << 20;
    size_t kernels = k.floats() * sizeof(float);
    size_t a_tile = sizeof(float) * k.points * (k.deep() + k.wide() + 32);
    shared = shared || k.deep() * k.wide() > 160 * 128;
    size_t room = mib * 2 / 5;
    if (shared) room = std::min(std::max(kernels / 2, 3 * mib), 16 * mib);
    int at_once = std::max<int>(room / a_tile, shared ? 48 : 24);
    if (!shared)
        at_once = std::min(at_once, (tiles + threads - 1) / threads);
    return {whole(std::min(at_once, tiles), STRIP), shared};
}

// What a photo takes with tiles of one kind, in products of a point: to fetch
// the kernels takes as long as some forty tiles' products. Measured.
template <typename F> size_t work(const Shape &s) {
    Tiles tiles(F::PIXELS, 1, s.in, s.rows, s.columns);
    return (size_t)F::POINTS * (tiles.count() + 40);
}

// Larger tiles take a fifth less where few of them stand over the map's edge.
// Their kernels take twice the memory: so deep layers, which have the largest,
// keep the smaller tiles. Of one photo, as in winograd_pays().
inline bool six_pays(const Shape &s) {
    return whole(s.in, BLOCK) * whole(s.out, BLOCK) <= 256 * 256 &&
           work<winograd::Six>(s) < work<winograd::Four>(s);
}

// Rows 0 ... count of `to` are the transformed tiles from `first` on, squares
// of FROM pixels a side; those beyond a tile's own stand around it.
template <typename F, int FROM, void (*LINE)(const vec *, vec *)>
void transform_maps(const Team &team, const Tiles &t, const float *maps,
                    int first, int count, const Points &to) {
    const int margin = (FROM - F::PIXELS) / 2;
    team.share(t.blocks * count, [&](int i) {
        int block = i / count, row = i % count, y, x;
        const vec *from = pixels(maps + t.locate(first + row, block, y, x));
        from -= margin * (t.columns + 1), y -= margin, x -= margin;
        float *store = to.at(0, row) + block * BLOCK;
        auto write = [&](int v, int u, vec value) {
            *pixels(store + (v * F::SIDE + u) * to.step) = value;
        };
        if (y >= 0 && x >= 0 && y + FROM <= t.rows && x + FROM <= t.columns) {
            winograd::square<FROM, F::SIDE, LINE>(
                [&](int v, int u) { return from[v * t.columns + u]; }, write);
        } else {
            winograd::square<FROM, F::SIDE, LINE>(
                [&](int v, int u) {
                    bool inside = y + v >= 0 && y + v < t.rows &&
                                  x + u >= 0 && x + u < t.columns;
                    return inside ? from[v * t.columns + u] : vec{};
                }, write);
        }
    });
}

} // namespace
