/* SPDX-License-Identifier: Apache-2.0 */
/* batch.c -- see batch.h. */
#include "model/batch.h"

#include "base/varint.h"

#define KEEP_SIZE ((size_t)4 << 20) /* larger storage is given back by clear */
#define STRINGS_SIZE_MAX ((size_t)256 << 20)

void sx_batch_init(struct sx_batch *batch, struct sx_mem *mem)
{
    *batch = (struct sx_batch){.mem = mem};
    sx_arena_init(&batch->arena, mem, 16384);
    sx_buf_init(&batch->rows, mem, SX_BATCH_SIZE_MAX);
    sx_buf_init(&batch->strings, mem, STRINGS_SIZE_MAX);
}

void sx_batch_deinit(struct sx_batch *batch)
{
    if (!batch->mem)
        return;
    sx_mem_free(batch->mem, batch->series);
    sx_mem_free(batch->mem, batch->schemas);
    sx_mem_free(batch->mem, batch->runs);
    sx_mem_free(batch->mem, batch->lines);
    sx_buf_deinit(&batch->rows);
    sx_buf_deinit(&batch->strings);
    sx_arena_deinit(&batch->arena);
    *batch = (struct sx_batch){0};
}

void sx_batch_clear(struct sx_batch *batch)
{
    if (batch->rows.capacity > KEEP_SIZE || batch->strings.capacity > KEEP_SIZE) {
        struct sx_mem *mem = batch->mem;
        sx_batch_deinit(batch);
        sx_batch_init(batch, mem);
        return;
    }
    sx_arena_reset(&batch->arena);
    sx_buf_clear(&batch->rows);
    sx_buf_clear(&batch->strings);
    batch->series_count = batch->schema_count = batch->run_count = 0;
    batch->row_count = batch->sample_count = 0;
}

bool sx_batch_add_series(struct sx_batch *batch, struct sx_bytes key, uint64_t hash,
                         struct sx_series_hint *hint)
{
    if (!SX_GROW(batch->mem, batch->series, batch->series_capacity, batch->series_count + 1))
        return false;
    batch->series[batch->series_count++] =
        (struct sx_batch_series){.key = key, .hash = hash, .hint = hint};
    return true;
}

bool sx_batch_add_schema(struct sx_batch *batch, struct sx_bytes measurement,
                         const struct sx_batch_column *columns, uint32_t column_count)
{
    if (!SX_GROW(batch->mem, batch->schemas, batch->schema_capacity, batch->schema_count + 1))
        return false;
    batch->schemas[batch->schema_count++] = (struct sx_batch_schema){
        .measurement = measurement, .columns = columns, .column_count = column_count};
    return true;
}

uint8_t *sx_batch_add_row(struct sx_batch *batch, uint32_t schema, bool has_presence, int64_t ts_ns,
                          uint32_t series, uint32_t line)
{
    struct sx_batch_run *run = batch->run_count ? &batch->runs[batch->run_count - 1] : NULL;
    if (!SX_GROW(batch->mem, batch->lines, batch->line_capacity, batch->row_count + 1))
        return NULL;
    if (!run || run->schema != schema || run->has_presence != has_presence) {
        if (!SX_GROW(batch->mem, batch->runs, batch->run_capacity, batch->run_count + 1))
            return NULL;
        run = &batch->runs[batch->run_count];
        *run = (struct sx_batch_run){
            .schema = schema, .offset = batch->rows.len, .has_presence = has_presence};
        batch->run_count++;
    }
    uint32_t column_count = batch->schemas[schema].column_count;
    size_t size = sx_row_size(column_count, has_presence);
    uint8_t *row = sx_buf_extend(&batch->rows, size);
    if (!row) {
        if (run->row_count == 0)
            batch->run_count--;
        return NULL;
    }
    memset(row + SX_ROW_VALUES, 0, size - SX_ROW_VALUES);
    sx_put_u64(row + SX_ROW_TIME, (uint64_t)ts_ns);
    sx_put_u32(row + SX_ROW_SERIES, series);
    batch->lines[batch->row_count++] = line;
    run->row_count++;
    return row + SX_ROW_VALUES;
}

bool sx_batch_add_string(struct sx_batch *batch, struct sx_bytes text, uint64_t *word)
{
    *word = batch->strings.len;
    sx_buf_put_sized(&batch->strings, text);
    return !batch->strings.failed;
}

struct sx_bytes sx_batch_string(const struct sx_batch *batch, uint64_t word)
{
    struct sx_bytes rest = {0}, text = {0};
    if (word < batch->strings.len)
        rest = sx_bytes_make(batch->strings.ptr + word, batch->strings.len - (size_t)word);
    (void)sx_sized_get(&rest, &text);
    return text;
}
