/* SPDX-License-Identifier: Apache-2.0 */
/* vector.h -- rows on their way out: plain arrays, one per column, of up to SX_VECTOR_MAX rows.
 *
 * Why         Kernels are loops over arrays; a batch is small enough to stay in cache.
 * Format      Values by type: double, int64_t, uint64_t, uint8_t (bool), stria_bytes (string),
 *             int64_t (time). present: bit i % 64 of word i / 64, NULL when every row has a value;
 *             bits past the row count are 0. The value of an absent row is unspecified but
 *             readable.
 * Threads     As their owner says. */
#ifndef SX_MODEL_VECTOR_H
#define SX_MODEL_VECTOR_H

#include "base/bytes.h"
#include "stria.h"

#define SX_VECTOR_MAX 1024
#define SX_VECTOR_WORDS (SX_VECTOR_MAX / 64)

struct sx_vector {
    stria_type type;
    const void *values;
    const uint64_t *present;
};

struct sx_rows {
    uint32_t row_count;
    uint32_t column_count;
    const int64_t *ts_ns; /* ascending, or descending if asked so; no time twice in a series */
    const struct sx_vector *columns;
};

/* Bytes of one value of a type in a vector. */
static inline size_t sx_type_size(stria_type type)
{
    return type == STRIA_BOOL ? 1 : type == STRIA_STRING ? sizeof(stria_bytes) : 8;
}

static inline bool sx_bit_get(const uint64_t *words, size_t i)
{
    return words[i / 64] >> (i % 64) & 1;
}

static inline void sx_bit_set(uint64_t *words, size_t i)
{
    words[i / 64] |= (uint64_t)1 << (i % 64);
}

/* Whether row i of a vector has a value. */
static inline bool sx_vector_has(const struct sx_vector *vector, size_t i)
{
    return !vector->present || sx_bit_get(vector->present, i);
}

#endif
