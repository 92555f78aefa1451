// Sums over all pixels of a channel.
#pragma once
#include "../src/maps.h"

#include <algorithm>
#include <vector>

namespace {

// Sums per channel of what each row gives, over the batch and the rows.
// Rows are summed in float32, further in float64.
template <int COUNT, typename Row>
void channel_sums(const Maps &m, double *const *totals, Row row) {
    std::vector<double> partial((size_t)m.planes() * COUNT * BLOCK, 0.);
#pragma omp parallel for schedule(dynamic)
    for (int plane = 0; plane < m.planes(); plane++) {
        double *mine = &partial[(size_t)plane * COUNT * BLOCK];
        for (int y = 0; y < m.rows; y++) {
            vec sums[COUNT] = {};
            row(plane % m.blocks, plane * m.plane() + y * m.row(), sums);
            for (int k = 0; k < COUNT; k++)
                for (int c = 0; c < BLOCK; c++)
                    mine[k * BLOCK + c] += sums[k][c];
        }
    }
    for (int k = 0; k < COUNT; k++)
        std::fill(totals[k], totals[k] + m.blocks * BLOCK, 0.);
    for (int plane = 0; plane < m.planes(); plane++)
        for (int k = 0; k < COUNT; k++)
            for (int c = 0; c < BLOCK; c++)
                totals[k][plane % m.blocks * BLOCK + c] +=
                    partial[((size_t)plane * COUNT + k) * BLOCK + c];
}

} // namespace
