/* SPDX-License-Identifier: Apache-2.0 */
/* chunks.c -- see chunks.h. */
#include "segment/chunks.h"

#include "base/error.h"
#include "base/varint.h"
#include "codec/column.h"
#include "model/vector.h"

#include <inttypes.h>

#define BLOCK_SIZE_MAX ((size_t)1 << 30)
#define BYTES_KEPT_MAX ((size_t)256 << 10)
#define ARENA_SIZE 4096 /* a reader of years has a cursor for each of hundreds of segments */

void sx_segment_cursor_init(struct sx_segment_cursor *c, struct sx_segment *segment,
                            struct sx_mem *mem)
{
    *c = (struct sx_segment_cursor){.segment = segment, .mem = mem, .stripe = UINT32_MAX};
    sx_arena_init(&c->arena, mem, ARENA_SIZE);
    sx_buf_init(&c->block, mem, BLOCK_SIZE_MAX);
    sx_buf_init(&c->bytes, mem, BLOCK_SIZE_MAX);
    sx_buf_init(&c->dense, mem, BLOCK_SIZE_MAX);
}

static void close_tables(struct sx_segment_cursor *c)
{
    for (uint32_t i = 0; i < c->column_count; i++) {
        sx_tables_close(c->columns[i].tables);
        c->columns[i].tables = NULL;
    }
}

void sx_segment_cursor_trim(struct sx_segment_cursor *c)
{
    close_tables(c);
    sx_mem_free(c->mem, c->times);
    c->times = NULL;
    c->times_capacity = c->times_count = 0;
    sx_buf_deinit(&c->block);
    sx_buf_deinit(&c->bytes);
    sx_buf_deinit(&c->dense);
    sx_buf_init(&c->block, c->mem, BLOCK_SIZE_MAX);
    sx_buf_init(&c->bytes, c->mem, BLOCK_SIZE_MAX);
    sx_buf_init(&c->dense, c->mem, BLOCK_SIZE_MAX);
}

/* Lets go of the stripe at hand. */
static void forget_stripe(struct sx_segment_cursor *c)
{
    close_tables(c);
    c->column_count = 0;
    c->stripe = UINT32_MAX;
    sx_arena_reset(&c->arena);
}

void sx_segment_cursor_deinit(struct sx_segment_cursor *c)
{
    if (!c->mem)
        return;
    forget_stripe(c);
    sx_arena_deinit(&c->arena);
    sx_buf_deinit(&c->block);
    sx_buf_deinit(&c->bytes);
    sx_buf_deinit(&c->dense);
    sx_mem_free(c->mem, c->times);
    *c = (struct sx_segment_cursor){0};
}

void sx_segment_stripes_of(const struct sx_segment *segment, const struct sx_segment_measurement *m,
                           uint32_t series, uint32_t *first, uint32_t *count)
{
    /* The first stripe that begins behind the series; those before it that begin with it, and the
     * one before those, may have it. */
    uint32_t low = m->first_stripe, high = m->first_stripe + m->stripe_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (segment->stripes[middle].first_series <= series)
            low = middle + 1;
        else
            high = middle;
    }
    uint32_t end = low;
    while (low > m->first_stripe && segment->stripes[low - 1].first_series == series)
        low--;
    if (low > m->first_stripe)
        low--;
    *first = low;
    *count = end - low;
}

/* Whether groups are sorted by series and time, and do not overlap. */
static bool are_in_order(const struct sx_group *groups, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++)
        if (groups[i].series == groups[i - 1].series && groups[i].min_ts <= groups[i - 1].max_ts)
            return false;
    return true;
}

stria_status sx_segment_cursor_stripe(struct sx_segment_cursor *c, uint32_t number,
                                      stria_error *err)
{
    if (c->stripe == number)
        return STRIA_OK;
    struct sx_segment *s = c->segment;
    const struct sx_stripe *stripe = &s->stripes[number];
    const struct sx_segment_measurement *m = &s->measurements[stripe->measurement];
    forget_stripe(c);
    c->groups = sx_arena_array(&c->arena, stripe->group_count, sizeof *c->groups);
    c->columns = sx_arena_zalloc(&c->arena, m->column_count * sizeof *c->columns);
    if (!c->groups || !c->columns)
        return sx_mem_refused(c->mem, stripe->group_count * sizeof *c->groups, err);
    c->column_count = m->column_count;
    sx_buf_clear(&c->block);
    stria_status st = sx_segment_read(s, &stripe->runs[0].directory, &c->block, err);
    if (st)
        return st;
    if (!sx_groups_get(sx_buf_bytes(&c->block), c->groups, stripe->group_count,
                       stripe->first_series, stripe->runs[0].offset, s->info.file_size) ||
        !are_in_order(c->groups, stripe->group_count))
        return sx_segment_damaged(s, stripe->runs[0].directory.offset, "directory of a stripe",
                                  err);
    /* Whose stripes these are is told from the first series of each: it must be right. */
    uint32_t end = m->first_series + m->series_count;
    if (c->groups[0].series != stripe->first_series ||
        c->groups[stripe->group_count - 1].series >= end)
        return sx_segment_damaged(s, stripe->runs[0].directory.offset, "series of a stripe", err);
    c->stripe = number;
    return STRIA_OK;
}

static stria_status load_column(struct sx_segment_cursor *c, uint32_t column, stria_error *err)
{
    struct sx_segment *s = c->segment;
    const struct sx_stripe *stripe = &s->stripes[c->stripe];
    struct sx_column_chunks *chunks = &c->columns[column];
    const struct sx_run *run = NULL;
    for (uint32_t i = 1; i < stripe->run_count && !run; i++)
        if (stripe->runs[i].column == column)
            run = &stripe->runs[i];
    chunks->loaded = true;
    if (!run)
        return STRIA_OK;
    chunks->loaded = false;
    sx_buf_clear(&c->block);
    stria_status st = sx_segment_read(s, &run->directory, &c->block, err);
    if (st)
        return st;
    stria_type type = s->measurements[stripe->measurement].columns[column].type;
    struct sx_bytes in = sx_buf_bytes(&c->block), tables;
    if (!sx_chunk_tables_get(&in, &tables))
        return sx_segment_damaged(s, run->directory.offset, "directory of a column", err);
    size_t count_max = sx_chunks_max(in.len, stripe->group_count);
    chunks->chunks = sx_arena_array(&c->arena, count_max, sizeof *chunks->chunks);
    if (!chunks->chunks)
        return sx_mem_refused(c->mem, count_max * sizeof *chunks->chunks, err);
    if (!sx_chunks_get(in, type, c->groups, stripe->group_count, run->offset, s->info.file_size,
                       chunks->chunks, &chunks->chunk_count))
        return sx_segment_damaged(s, run->directory.offset, "directory of a column", err);
    for (size_t i = 0; i < chunks->chunk_count; i++)
        chunks->chunks[i].column = column;
    chunks->table_bytes = sx_arena_dup(&c->arena, tables);
    if (!chunks->table_bytes.ptr)
        return sx_mem_refused(c->mem, tables.len, err);
    chunks->loaded = true;
    return STRIA_OK;
}

stria_status sx_segment_cursor_chunk(struct sx_segment_cursor *c, uint32_t group, uint32_t column,
                                     const struct sx_chunk **chunk, stria_error *err)
{
    struct sx_column_chunks *chunks = &c->columns[column];
    *chunk = NULL;
    if (!chunks->loaded) {
        stria_status st = load_column(c, column, err);
        if (st)
            return st;
    }
    size_t low = 0, high = chunks->chunk_count;
    /* Where every group has the column, its chunk stands at the group's own place. */
    if (group < high && chunks->chunks[group].group == group) {
        *chunk = &chunks->chunks[group];
        return STRIA_OK;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (chunks->chunks[middle].group < group)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < chunks->chunk_count && chunks->chunks[low].group == group)
        *chunk = &chunks->chunks[low];
    return STRIA_OK;
}

/* Tells what is wrong with a chunk: damage with its place, and of an unknown form the place,
 * too. */
static stria_status bad_chunk(const struct sx_segment *s, const struct sx_block_ref *ref,
                              const char *what, stria_status st, stria_error *err)
{
    if (st == STRIA_CORRUPT)
        return sx_segment_damaged(s, ref->offset, what, err);
    if (st == STRIA_VERSION)
        sx_error_prefix(err, "%s: %s at %" PRIu64, s->path, what, ref->offset);
    return st;
}

static bool times_ascend(const int64_t *ts, uint32_t count)
{
    bool ok = true;
    for (uint32_t i = 1; i < count; i++)
        ok &= ts[i] > ts[i - 1];
    return ok;
}

stria_status sx_segment_cursor_times(struct sx_segment_cursor *c, uint32_t number,
                                     const int64_t **ts_ns, stria_error *err)
{
    const struct sx_group *group = &c->groups[number];
    struct sx_segment *s = c->segment;
    bool at_hand = c->times_count == group->row_count &&
                   c->times_ref.offset == group->times.offset &&
                   c->times_ref.size == group->times.size;
    if (!at_hand) {
        c->times_count = 0;
        if (!SX_GROW(c->mem, c->times, c->times_capacity, group->row_count))
            return sx_mem_refused(c->mem, group->row_count * sizeof *c->times, err);
        sx_buf_clear(&c->bytes);
        stria_status st = sx_segment_read(s, &group->times, &c->bytes, err);
        if (!st)
            st = sx_column_decode(sx_buf_bytes(&c->bytes), STRIA_TIME, c->times, group->row_count,
                                  NULL, err);
        if (st)
            return bad_chunk(s, &group->times, "times of a chunk", st, err);
        if (!times_ascend(c->times, group->row_count))
            return sx_segment_damaged(s, group->times.offset, "times that do not ascend", err);
        c->times_ref = group->times;
        c->times_count = group->row_count;
    }
    if (c->times[0] != group->min_ts || c->times[group->row_count - 1] != group->max_ts)
        return sx_segment_damaged(s, group->times.offset, "times unlike those of the directory",
                                  err);
    *ts_ns = c->times;
    return STRIA_OK;
}

/* ---- values ---- */

static void set_ones(uint64_t *present, uint32_t count)
{
    for (uint32_t i = 0; i < (count + 63) / 64; i++)
        present[i] = ~(uint64_t)0;
    if (count % 64)
        present[count / 64] = ((uint64_t)1 << (count % 64)) - 1;
}

static bool copy_strings(stria_bytes *values, uint32_t count, struct sx_arena *arena)
{
    for (uint32_t i = 0; i < count; i++) {
        struct sx_bytes copy = sx_arena_dup(arena, sx_bytes_make(values[i].ptr, values[i].len));
        if (!copy.ptr)
            return false;
        values[i].ptr = (const char *)copy.ptr;
    }
    return true;
}

/* Spreads the values of present rows to their rows; bits: 1 byte a row. */
static void spread(stria_type type, const uint8_t *bits, uint32_t first, uint32_t count,
                   const uint8_t *dense, void *values, uint64_t *present)
{
    size_t size = sx_type_size(type), next = 0;
    uint8_t *out = values;
    for (uint32_t i = 0; i < first; i++)
        next += bits[i];
    memset(present, 0, (count + 63) / 64 * sizeof *present);
    for (uint32_t i = 0; i < count; i++) {
        if (bits[first + i]) {
            memcpy(out + i * size, dense + next++ * size, size);
            sx_bit_set(present, i);
        } else {
            memset(out + i * size, 0, size);
        }
    }
}

/* Makes the tables of a column ready, if it has any. */
static stria_status tables_of(struct sx_segment_cursor *c, uint32_t column,
                              const struct sx_tables **tables, stria_error *err)
{
    struct sx_column_chunks *chunks = &c->columns[column];
    stria_status st = STRIA_OK;
    if (!chunks->tables)
        st = sx_tables_open(chunks->table_bytes, false, c->mem, &chunks->tables, err);
    *tables = chunks->tables;
    return st;
}

/* Puts the column of a chunk into c->bytes. A constant that statistics tell all of has none: it is
 * made as it would have been stored. */
static stria_status read_values(struct sx_segment_cursor *c, const struct sx_chunk *chunk,
                                stria_type type, stria_error *err)
{
    sx_buf_clear(&c->bytes);
    if (chunk->values.size)
        return sx_segment_read(c->segment, &chunk->values, &c->bytes, err);
    sx_column_put_constant(&c->bytes, type, chunk->stats.first);
    return c->bytes.failed ? sx_buf_refused(&c->bytes, "values of a chunk", err) : STRIA_OK;
}

static stria_status sparse_values(struct sx_segment_cursor *c, const struct sx_chunk *chunk,
                                  uint32_t row_count, stria_type type, uint32_t first,
                                  uint32_t count, const struct sx_tables *tables, void *values,
                                  uint64_t *present, struct sx_arena *strings, stria_error *err)
{
    uint8_t bits[SX_COLUMN_VALUES_MAX];
    struct sx_bytes in = sx_buf_bytes(&c->bytes), presence;
    uint32_t ones = 0;
    if (!sx_sized_get(&in, &presence))
        return sx_fail(err, STRIA_CORRUPT, "presence of a chunk");
    stria_status st = sx_column_decode(presence, STRIA_BOOL, bits, row_count, NULL, err);
    for (uint32_t i = 0; !st && i < row_count; i++)
        ones += bits[i];
    if (!st && ones != chunk->stats.count)
        st = sx_fail(err, STRIA_CORRUPT, "presence of a chunk");
    if (st)
        return st;
    sx_buf_clear(&c->dense);
    uint8_t *dense = sx_buf_extend(&c->dense, ones * sx_type_size(type));
    if (!dense)
        return sx_buf_refused(&c->dense, "values of a chunk", err);
    st = sx_column_decode_shared(in, type, ones, 0, ones, tables, dense, strings, err);
    if (!st && type == STRIA_STRING && !copy_strings((stria_bytes *)(void *)dense, ones, strings))
        st = sx_mem_refused(c->mem, ones, err);
    if (!st)
        spread(type, bits, first, count, dense, values, present);
    return st;
}

/* Chunks of long strings may take megabytes: a reader of many segments has a cursor for each, and
 * must not keep the packed bytes of all of them. */
static void let_go_of_many_bytes(struct sx_segment_cursor *c)
{
    if (c->bytes.capacity <= BYTES_KEPT_MAX)
        return;
    sx_buf_deinit(&c->bytes);
    sx_buf_init(&c->bytes, c->mem, BLOCK_SIZE_MAX);
}

stria_status sx_segment_cursor_values(struct sx_segment_cursor *c, const struct sx_chunk *chunk,
                                      uint32_t row_count, stria_type type, uint32_t first,
                                      uint32_t count, void *values, uint64_t *present,
                                      bool *all_present, struct sx_arena *strings, stria_error *err)
{
    const struct sx_tables *tables;
    stria_status st = read_values(c, chunk, type, err);
    if (!st)
        st = tables_of(c, chunk->column, &tables, err);
    *all_present = !chunk->has_absent;
    if (!st && chunk->has_absent) {
        st = sparse_values(c, chunk, row_count, type, first, count, tables, values, present,
                           strings, err);
    } else if (!st) {
        st = sx_column_decode_shared(sx_buf_bytes(&c->bytes), type, row_count, first, count, tables,
                                     values, strings, err);
        if (!st && type == STRIA_STRING && !copy_strings(values, count, strings))
            st = sx_mem_refused(c->mem, count, err);
        set_ones(present, count);
    }
    let_go_of_many_bytes(c);
    return bad_chunk(c->segment, &chunk->values, "values of a chunk", st, err);
}

/* ---- totals ---- */

stria_status sx_segment_cursor_totals(struct sx_segment_cursor *c, const struct sx_chunk *chunk,
                                      uint32_t row_count, stria_type type,
                                      const struct sx_column_ranges *ranges, unsigned want,
                                      struct sx_column_totals *out, stria_error *err)
{
    const struct sx_tables *tables;
    for (size_t i = 0; i < ranges->count; i++)
        out[i] = (struct sx_column_totals){0};
    if (chunk->has_absent || (type != STRIA_FLOAT && type != STRIA_INT && type != STRIA_UINT))
        return STRIA_OK;
    stria_status st = read_values(c, chunk, type, err);
    if (!st)
        st = tables_of(c, chunk->column, &tables, err);
    if (!st)
        st = sx_column_aggregate_ranges(sx_buf_bytes(&c->bytes), type, row_count, ranges, tables,
                                        want, out, err);
    return bad_chunk(c->segment, &chunk->values, "values of a chunk", st, err);
}
