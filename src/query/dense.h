/* SPDX-License-Identifier: Apache-2.0 */
/* dense.h -- the values of a column that are there and wanted, closed up.
 *
 * Why         Kernels are plain loops over arrays: absent values and rows that a condition leaves
 *             out are taken out once, before any of them runs.
 * Algorithm   With nothing to take out the column's own array is used.
 * Threads     One owner. */
#ifndef SX_QUERY_DENSE_H
#define SX_QUERY_DENSE_H

#include "model/vector.h"

struct sx_dense {
    uint32_t count;
    const void *values;
    bool is_all; /* value i is that of row i; else: */
    uint16_t rows[SX_VECTOR_MAX];
    uint64_t words[SX_VECTOR_WORDS];  /* the rows that are in */
    uint16_t before[SX_VECTOR_WORDS]; /* rows in words before each */
    uint64_t storage[SX_VECTOR_MAX * sizeof(stria_bytes) / sizeof(uint64_t)];
};

/* Closes up a vector of `row_count` rows; `selected` (NULL: all) are the rows that are wanted. */
void sx_dense_make(struct sx_dense *dense, const struct sx_vector *vector, uint32_t row_count,
                   const uint64_t *selected);

/* How many values stand in rows before `row`. */
static inline uint32_t sx_dense_rank(const struct sx_dense *dense, uint32_t row)
{
    if (dense->is_all)
        return row;
    if (row / 64 == SX_VECTOR_WORDS)
        return dense->count;
    uint64_t below = dense->words[row / 64] & (((uint64_t)1 << (row % 64)) - 1);
    return dense->before[row / 64] + (uint32_t)__builtin_popcountll(below);
}

/* The row of value i. */
static inline uint32_t sx_dense_row(const struct sx_dense *dense, uint32_t i)
{
    return dense->is_all ? i : dense->rows[i];
}

#endif
