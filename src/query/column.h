/* SPDX-License-Identifier: Apache-2.0 */
/* column.h -- a column that grows value by value: answers of operators, before they are read.
 *
 * Invariants  Bits of absent values and bits past the count are 0. Strings are not copied: what
 *             they point to must outlive the column, or be copied first.
 * Limits      Memory of the budget it was given.
 * Threads     One owner. */
#ifndef SX_QUERY_COLUMN_H
#define SX_QUERY_COLUMN_H

#include "base/arena.h"
#include "model/vector.h"

struct sx_column {
    struct sx_mem *mem;
    stria_type type;
    uint8_t *values; /* of sx_type_size each */
    size_t value_capacity;
    uint64_t *present;
    size_t word_capacity;
    size_t count;
    size_t absent_count;
};

void sx_column_init(struct sx_column *column, struct sx_mem *mem, stria_type type);
void sx_column_deinit(struct sx_column *column);
/* Empties it, keeps its storage, and changes its type. */
void sx_column_reset(struct sx_column *column, stria_type type);

/* Makes room for so many more values, which can then be put without failing. False: no memory. */
SX_MUST_CHECK bool sx_column_reserve(struct sx_column *column, size_t more);

/* Appends an absent value; room must be there. */
void sx_column_put_null(struct sx_column *column);
/* Appends a value of the column's type; room must be there. */
void sx_column_put(struct sx_column *column, const void *value);
/* Appends value i of a vector of the same type (or NONE: an absent one); room must be there. */
void sx_column_put_from(struct sx_column *column, const struct sx_vector *vector, size_t i);

/* Appends so many values that stand together; room must be there. */
void sx_column_put_many(struct sx_column *column, const void *values, size_t count);

/* Where value i stands. */
static inline const void *sx_column_at(const struct sx_column *column, size_t i)
{
    return column->values + i * sx_type_size(column->type);
}

static inline bool sx_column_has(const struct sx_column *column, size_t i)
{
    return column->absent_count == 0 || sx_bit_get(column->present, i);
}

/* A view of values from `first` (a multiple of 64) on. */
struct sx_vector sx_column_vector(const struct sx_column *column, size_t first);

/* Copies what a string points to into an arena; false: no memory. */
SX_MUST_CHECK bool sx_string_keep(struct sx_arena *arena, stria_bytes *string);

#endif
