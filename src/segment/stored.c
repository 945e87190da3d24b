/* SPDX-License-Identifier: Apache-2.0 */
/* stored.c -- see stored.h. */
#include "segment/stored.h"

#include "base/error.h"

#define BYTES_MAX ((size_t)1 << 30)
#define BYTES_KEPT_MAX ((size_t)1 << 20)

void sx_stored_group_init(struct sx_stored_group *stored, struct sx_mem *mem)
{
    *stored = (struct sx_stored_group){.mem = mem};
    sx_buf_init(&stored->bytes, mem, BYTES_MAX);
}

void sx_stored_group_deinit(struct sx_stored_group *stored)
{
    if (!stored->mem)
        return;
    sx_mem_free(stored->mem, stored->chunks);
    sx_buf_deinit(&stored->bytes);
    *stored = (struct sx_stored_group){0};
}

stria_status sx_stored_group_find(struct sx_stored_group *stored, struct sx_segment_cursor *c,
                                  uint32_t group, stria_error *err)
{
    const struct sx_segment *segment = c->segment;
    const struct sx_segment_measurement *m =
        &segment->measurements[segment->stripes[c->stripe].measurement];
    stored->group = &c->groups[group];
    stored->chunk_count = 0;
    if (!SX_GROW(stored->mem, stored->chunks, stored->chunk_capacity, (size_t)m->column_count + 1))
        return sx_mem_refused(stored->mem, m->column_count * sizeof *stored->chunks, err);
    for (uint32_t i = 0; i < m->column_count; i++) {
        const struct sx_chunk *chunk;
        stria_status st = sx_segment_cursor_chunk(c, group, i, &chunk, err);
        if (st)
            return st;
        if (chunk)
            stored->chunks[stored->chunk_count++] =
                (struct sx_stored_chunk){.name = m->columns[i].name,
                                         .type = m->columns[i].type,
                                         .tables = c->columns[i].table_bytes,
                                         .chunk = *chunk};
    }
    return STRIA_OK;
}

stria_status sx_stored_group_read(struct sx_stored_group *stored, struct sx_segment_cursor *c,
                                  stria_error *err)
{
    if (stored->bytes.capacity > BYTES_KEPT_MAX) { /* of long strings, once */
        sx_buf_deinit(&stored->bytes);
        sx_buf_init(&stored->bytes, stored->mem, BYTES_MAX);
    }
    sx_buf_clear(&stored->bytes);
    if (stored->group->times.size == 0)
        return sx_segment_damaged(c->segment, stored->group->times.offset, "times of a chunk", err);
    stria_status st = sx_segment_read(c->segment, &stored->group->times, &stored->bytes, err);
    for (size_t i = 0; i < stored->chunk_count && !st; i++) {
        struct sx_stored_chunk *chunk = &stored->chunks[i];
        chunk->offset = stored->bytes.len;
        if (chunk->chunk.values.size)
            st = sx_segment_read(c->segment, &chunk->chunk.values, &stored->bytes, err);
    }
    return st;
}

struct sx_bytes sx_stored_times(const struct sx_stored_group *stored)
{
    return sx_bytes_make(stored->bytes.ptr, (size_t)stored->group->times.size);
}

struct sx_bytes sx_stored_bytes(const struct sx_stored_group *stored, size_t chunk)
{
    const struct sx_stored_chunk *c = &stored->chunks[chunk];
    return sx_bytes_make(stored->bytes.ptr + c->offset, (size_t)c->chunk.values.size);
}
