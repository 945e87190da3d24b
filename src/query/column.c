/* SPDX-License-Identifier: Apache-2.0 */
/* column.c -- see column.h. */
#include "query/column.h"

#include <assert.h>

void sx_column_init(struct sx_column *column, struct sx_mem *mem, stria_type type)
{
    *column = (struct sx_column){.mem = mem, .type = type};
}

void sx_column_deinit(struct sx_column *column)
{
    if (!column->mem)
        return;
    sx_mem_free(column->mem, column->values);
    sx_mem_free(column->mem, column->present);
    *column = (struct sx_column){0};
}

void sx_column_reset(struct sx_column *column, stria_type type)
{
    size_t words = (column->count + 63) / 64;
    if (words)
        memset(column->present, 0, words * sizeof *column->present);
    if (type != column->type) /* the capacity is in bytes of the widest type */
        column->type = type;
    column->count = column->absent_count = 0;
}

bool sx_column_reserve(struct sx_column *column, size_t more)
{
    size_t need = column->count + more, old_words = column->word_capacity;
    if (!sx_mem_grow(column->mem, (void **)&column->values, &column->value_capacity,
                     need * sx_type_size(column->type), 1) ||
        !SX_GROW(column->mem, column->present, column->word_capacity, need / 64 + 1))
        return false;
    if (column->word_capacity > old_words)
        memset(column->present + old_words, 0,
               (column->word_capacity - old_words) * sizeof *column->present);
    return true;
}

void sx_column_put_null(struct sx_column *column)
{
    size_t size = sx_type_size(column->type);
    assert((column->count + 1) * size <= column->value_capacity);
    memset(column->values + column->count * size, 0, size);
    column->count++;
    column->absent_count++;
}

void sx_column_put(struct sx_column *column, const void *value)
{
    size_t size = sx_type_size(column->type);
    assert((column->count + 1) * size <= column->value_capacity);
    memcpy(column->values + column->count * size, value, size);
    sx_bit_set(column->present, column->count++);
}

void sx_column_put_from(struct sx_column *column, const struct sx_vector *vector, size_t i)
{
    if (vector->type == STRIA_NONE || !sx_vector_has(vector, i)) {
        sx_column_put_null(column);
        return;
    }
    assert(vector->type == column->type);
    sx_column_put(column, (const uint8_t *)vector->values + i * sx_type_size(vector->type));
}

void sx_column_put_many(struct sx_column *column, const void *values, size_t count)
{
    size_t size = sx_type_size(column->type);
    assert((column->count + count) * size <= column->value_capacity);
    if (count)
        memcpy(column->values + column->count * size, values, count * size);
    for (size_t end = column->count + count; column->count < end; column->count++)
        sx_bit_set(column->present, column->count);
}

struct sx_vector sx_column_vector(const struct sx_column *column, size_t first)
{
    assert(first % 64 == 0);
    return (struct sx_vector){.type = column->type,
                              .values = column->count ? sx_column_at(column, first) : NULL,
                              .present =
                                  column->absent_count ? column->present + first / 64 : NULL};
}

bool sx_string_keep(struct sx_arena *arena, stria_bytes *string)
{
    struct sx_bytes copy = sx_arena_dup(arena, sx_bytes_make(string->ptr, string->len));
    string->ptr = (const char *)copy.ptr;
    return copy.ptr != NULL;
}
