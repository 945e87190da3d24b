/* SPDX-License-Identifier: Apache-2.0 */
/* node_buffer.c -- points that a node puts together; see node.h. */
#include "influxql/node.h"

#include <assert.h>

#define WORDS_SIZE (SX_VECTOR_WORDS * sizeof(uint64_t))

bool sx_iql_buffer_init(struct sx_iql_buffer *b, struct sx_mem *mem, stria_type type,
                        const stria_type *beside_types, uint32_t beside_count)
{
    *b = (struct sx_iql_buffer){
        .mem = mem, .type = type, .beside_types = beside_types, .beside_count = beside_count};
    b->ts_ns = sx_mem_alloc(mem, SX_VECTOR_MAX * sizeof *b->ts_ns);
    b->values = sx_mem_zalloc(mem, SX_VECTOR_MAX * sizeof(stria_bytes));
    b->present = sx_mem_zalloc(mem, WORDS_SIZE);
    b->beside_values = sx_mem_zalloc(mem, (beside_count + 1) * sizeof *b->beside_values);
    b->beside_present = sx_mem_zalloc(mem, (beside_count + 1) * sizeof *b->beside_present);
    b->vectors = sx_mem_zalloc(mem, (beside_count + 1) * sizeof *b->vectors);
    if (!b->ts_ns || !b->values || !b->present || !b->beside_values || !b->beside_present ||
        !b->vectors)
        return false;
    for (uint32_t i = 0; i < beside_count; i++) {
        size_t size = beside_types[i] == STRIA_NONE ? 8 : sx_type_size(beside_types[i]);
        b->beside_values[i] = sx_mem_zalloc(mem, SX_VECTOR_MAX * size);
        b->beside_present[i] = sx_mem_zalloc(mem, WORDS_SIZE);
        if (!b->beside_values[i] || !b->beside_present[i])
            return false;
    }
    return true;
}

void sx_iql_buffer_deinit(struct sx_iql_buffer *b)
{
    if (!b->mem)
        return;
    for (uint32_t i = 0; i < b->beside_count; i++) {
        if (b->beside_values)
            sx_mem_free(b->mem, b->beside_values[i]);
        if (b->beside_present)
            sx_mem_free(b->mem, b->beside_present[i]);
    }
    sx_mem_free(b->mem, b->ts_ns);
    sx_mem_free(b->mem, b->values);
    sx_mem_free(b->mem, b->present);
    sx_mem_free(b->mem, b->beside_values);
    sx_mem_free(b->mem, b->beside_present);
    sx_mem_free(b->mem, b->vectors);
    *b = (struct sx_iql_buffer){0};
}

void sx_iql_buffer_clear(struct sx_iql_buffer *b, const struct sx_iql_group *group)
{
    b->group = group;
    b->row_count = 0;
    memset(b->present, 0, WORDS_SIZE);
    for (uint32_t i = 0; i < b->beside_count; i++)
        memset(b->beside_present[i], 0, WORDS_SIZE);
}

void sx_iql_buffer_put(struct sx_iql_buffer *b, int64_t ts_ns, const void *value)
{
    uint32_t at = b->row_count++;
    assert(at < SX_VECTOR_MAX);
    b->ts_ns[at] = ts_ns;
    if (!value || b->type == STRIA_NONE)
        return;
    size_t size = sx_type_size(b->type);
    memcpy(b->values + at * size, value, size);
    sx_bit_set(b->present, at);
}

void sx_iql_buffer_put_from(struct sx_iql_buffer *b, int64_t ts_ns, const void *value,
                            const struct sx_iql_points *points, uint32_t i)
{
    uint32_t at = b->row_count;
    sx_iql_buffer_put(b, ts_ns, value);
    for (uint32_t k = 0; k < b->beside_count; k++) {
        const struct sx_vector *from = &points->beside[k];
        if (from->type == STRIA_NONE || !sx_vector_has(from, i))
            continue;
        size_t size = sx_type_size(from->type);
        memcpy(b->beside_values[k] + at * size, (const uint8_t *)from->values + i * size, size);
        sx_bit_set(b->beside_present[k], at);
    }
}

static void gather(uint8_t *values, uint64_t *present, const struct sx_vector *from,
                   const uint16_t *rows, uint32_t count)
{
    if (from->type == STRIA_NONE)
        return;
    if (from->type == STRIA_STRING) {
        for (uint32_t i = 0; i < count; i++)
            ((stria_bytes *)(void *)values)[i] = ((const stria_bytes *)from->values)[rows[i]];
    } else if (from->type == STRIA_BOOL) {
        for (uint32_t i = 0; i < count; i++)
            values[i] = ((const uint8_t *)from->values)[rows[i]];
    } else {
        for (uint32_t i = 0; i < count; i++)
            ((uint64_t *)(void *)values)[i] = ((const uint64_t *)from->values)[rows[i]];
    }
    for (uint32_t i = 0; i < count; i++)
        present[i / 64] |= (uint64_t)sx_vector_has(from, rows[i]) << (i % 64);
}

void sx_iql_buffer_gather(struct sx_iql_buffer *b, const struct sx_iql_points *points,
                          const uint16_t *rows, uint32_t count)
{
    sx_iql_buffer_clear(b, points->group);
    b->row_count = count;
    for (uint32_t i = 0; i < count; i++)
        b->ts_ns[i] = points->ts_ns[rows[i]];
    gather(b->values, b->present, &points->value, rows, count);
    for (uint32_t k = 0; k < b->beside_count; k++)
        gather(b->beside_values[k], b->beside_present[k], &points->beside[k], rows, count);
}

/* The bits of a column, or NULL when all rows have a value. */
static const uint64_t *bits_of(const uint64_t *present, uint32_t row_count)
{
    uint32_t whole = row_count / 64;
    for (uint32_t i = 0; i < whole; i++)
        if (present[i] != UINT64_MAX)
            return present;
    uint64_t rest = ((uint64_t)1 << (row_count % 64)) - 1;
    return row_count % 64 && (present[whole] & rest) != rest ? present : NULL;
}

const struct sx_iql_points *sx_iql_buffer_points(struct sx_iql_buffer *b)
{
    if (b->row_count == 0)
        return NULL;
    for (uint32_t i = 0; i < b->beside_count; i++)
        b->vectors[i] = (struct sx_vector){.type = b->beside_types[i],
                                           .values = b->beside_values[i],
                                           .present = bits_of(b->beside_present[i], b->row_count)};
    b->points = (struct sx_iql_points){.group = b->group,
                                       .row_count = b->row_count,
                                       .ts_ns = b->ts_ns,
                                       .value = {.type = b->type,
                                                 .values = b->values,
                                                 .present = bits_of(b->present, b->row_count)},
                                       .beside = b->vectors};
    return &b->points;
}
