/* SPDX-License-Identifier: Apache-2.0 */
/* rows_record.c -- see rows_record.h. */
#include "wal/rows_record.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/varint.h"
#include "model/series_key.h"

void sx_rows_record_put(struct sx_buf *head, uint32_t policy_id, const struct sx_batch *batch,
                        const bool *defined, size_t strings_size)
{
    sx_buf_put_varint(head, policy_id);
    sx_buf_put_varint(head, batch->series_count);
    for (size_t i = 0; i < batch->series_count; i++) {
        sx_buf_put_varint(head, (uint64_t)batch->series[i].slot << 1 | (defined[i] ? 1 : 0));
        if (defined[i])
            sx_buf_put_sized(head, batch->series[i].key);
    }
    sx_buf_put_varint(head, batch->schema_count);
    for (size_t i = 0; i < batch->schema_count; i++) {
        const struct sx_batch_schema *schema = &batch->schemas[i];
        sx_buf_put_sized(head, schema->measurement);
        sx_buf_put_varint(head, schema->column_count);
        for (uint32_t j = 0; j < schema->column_count; j++) {
            sx_buf_put_u8(head, (uint8_t)schema->columns[j].type);
            sx_buf_put_sized(head, schema->columns[j].name);
        }
    }
    sx_buf_put_varint(head, batch->run_count);
    for (size_t i = 0; i < batch->run_count; i++) {
        const struct sx_batch_run *run = &batch->runs[i];
        sx_buf_put_varint(head, (uint64_t)run->schema << 1 | (run->has_presence ? 1 : 0));
        sx_buf_put_varint(head, run->row_count);
    }
    sx_buf_put_varint(head, strings_size);
}

/* One decoding under way; `in` is what is left. */
struct get {
    struct sx_bytes in;
    const uint8_t *start;
    struct sx_batch *batch;
    stria_error *err;
};

static stria_status corrupt(struct get *get, const char *what)
{
    return sx_fail(get->err, STRIA_CORRUPT, "rows record: bad %s at byte %zu", what,
                   (size_t)(get->in.ptr - get->start));
}

static stria_status no_memory(struct get *get)
{
    return sx_mem_refused(get->batch->mem, 0, get->err);
}

static stria_status get_series(struct get *get)
{
    uint64_t count;
    /* Every entry takes a byte at least, so a count beyond what is left is a lie. */
    if (!sx_varint_get_max(&get->in, get->in.len, &count))
        return corrupt(get, "series count");
    for (uint64_t i = 0; i < count; i++) {
        uint64_t v;
        struct sx_bytes key = {0};
        if (!sx_varint_get_max(&get->in, (uint64_t)UINT32_MAX << 1, &v))
            return corrupt(get, "slot");
        if ((v & 1) && (!sx_sized_get(&get->in, &key) || !sx_key_valid(key)))
            return corrupt(get, "series key");
        if (!sx_batch_add_series(get->batch, key, v & 1 ? sx_hash(key) : 0, NULL))
            return no_memory(get);
        get->batch->series[i].slot = (uint32_t)(v >> 1);
    }
    return STRIA_OK;
}

static int compare_columns(const struct sx_batch_column *a, const struct sx_batch_column *b)
{
    int order = sx_bytes_compare(a->name, b->name);
    return order ? order : (int)a->type - (int)b->type;
}

static stria_status get_schema(struct get *get)
{
    struct sx_bytes measurement, name, type;
    uint64_t count;
    if (!sx_sized_get(&get->in, &measurement))
        return corrupt(get, "measurement");
    if (!sx_varint_get_max(&get->in, SX_COLUMN_COUNT_MAX, &count) || count == 0)
        return corrupt(get, "column count");
    struct sx_batch_column *columns = sx_arena_array(&get->batch->arena, count, sizeof *columns);
    if (!columns)
        return no_memory(get);
    for (uint64_t i = 0; i < count; i++) {
        if (!sx_bytes_take(&get->in, 1, &type) || !sx_sized_get(&get->in, &name))
            return corrupt(get, "column");
        columns[i] = (struct sx_batch_column){.name = name, .type = (stria_type)type.ptr[0]};
        if (columns[i].type < STRIA_FLOAT || columns[i].type > STRIA_STRING)
            return corrupt(get, "column type");
        if (i && compare_columns(&columns[i - 1], &columns[i]) >= 0)
            return corrupt(get, "order of columns");
    }
    if (!sx_batch_add_schema(get->batch, measurement, columns, (uint32_t)count))
        return no_memory(get);
    return STRIA_OK;
}

/* Runs come before their rows: their offsets follow from the row sizes; *rows_size is the sum. */
static stria_status get_runs(struct get *get, size_t *rows_size)
{
    struct sx_batch *batch = get->batch;
    uint64_t count;
    if (!sx_varint_get_max(&get->in, get->in.len, &count))
        return corrupt(get, "run count");
    *rows_size = 0;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t v, row_count;
        if (!sx_varint_get(&get->in, &v) || v >> 1 >= batch->schema_count)
            return corrupt(get, "schema of a run");
        if (!sx_varint_get_max(&get->in, get->in.len, &row_count) || row_count == 0)
            return corrupt(get, "row count of a run");
        if (!SX_GROW(batch->mem, batch->runs, batch->run_capacity, batch->run_count + 1))
            return no_memory(get);
        struct sx_batch_run *run = &batch->runs[batch->run_count++];
        *run = (struct sx_batch_run){.schema = (uint32_t)(v >> 1),
                                     .row_count = (uint32_t)row_count,
                                     .offset = *rows_size,
                                     .has_presence = v & 1};
        size_t size = sx_row_size(batch->schemas[run->schema].column_count, run->has_presence);
        if (row_count > SX_BATCH_SIZE_MAX / size || *rows_size > SX_BATCH_SIZE_MAX)
            return corrupt(get, "row count of a run");
        *rows_size += row_count * size;
        batch->row_count += row_count;
    }
    return STRIA_OK;
}

/* The strings of a row must lie in the heap; `presence`: its words, NULL: it has every column. */
static stria_status check_strings(struct get *get, const struct sx_batch_schema *schema,
                                  const uint8_t *presence, const uint8_t *values)
{
    const struct sx_buf *heap = &get->batch->strings;
    for (uint32_t i = 0; i < schema->column_count; i++) {
        struct sx_bytes rest, text;
        if (schema->columns[i].type != STRIA_STRING ||
            (presence && !(sx_get_u64(presence + i / 64 * 8) >> (i % 64) & 1)))
            continue;
        uint64_t offset = sx_get_u64(values + (size_t)i * 8);
        if (offset >= heap->len)
            return corrupt(get, "string of a row");
        rest = sx_bytes_make(heap->ptr + offset, heap->len - (size_t)offset);
        if (!sx_sized_get(&rest, &text))
            return corrupt(get, "string of a row");
    }
    return STRIA_OK;
}

/* Every row must name a series of the table and strings of the heap; counts the samples. */
static stria_status check_rows(struct get *get)
{
    struct sx_batch *batch = get->batch;
    for (size_t i = 0; i < batch->run_count; i++) {
        const struct sx_batch_run *run = &batch->runs[i];
        const struct sx_batch_schema *schema = &batch->schemas[run->schema];
        size_t size = sx_row_size(schema->column_count, run->has_presence);
        size_t presence = run->has_presence ? sx_presence_size(schema->column_count) : 0;
        const uint8_t *row = batch->rows.ptr + run->offset;
        for (uint32_t j = 0; j < run->row_count; j++, row += size) {
            if (sx_get_u32(row + SX_ROW_SERIES) >= batch->series_count)
                return corrupt(get, "series of a row");
            stria_status st = check_strings(get, schema, presence ? row + SX_ROW_VALUES : NULL,
                                            row + SX_ROW_VALUES + presence);
            if (st)
                return st;
            if (!presence)
                batch->sample_count += schema->column_count;
            for (size_t k = 0; k < presence; k += 8) {
                uint64_t word = sx_get_u64(row + SX_ROW_VALUES + k);
                size_t left = schema->column_count - k * 8;
                if (left < 64 && word >> left)
                    return corrupt(get, "presence of a row");
                batch->sample_count += (size_t)__builtin_popcountll(word);
            }
        }
    }
    return STRIA_OK;
}

stria_status sx_rows_record_get(struct sx_bytes payload, struct sx_rows_record *record,
                                struct sx_batch *batch, stria_error *err)
{
    struct get get = {.in = payload, .start = payload.ptr, .batch = batch, .err = err};
    uint64_t policy_id, schema_count, string_size;
    size_t rows_size = 0;
    struct sx_bytes strings;
    if (!sx_varint_get_max(&get.in, UINT32_MAX, &policy_id))
        return corrupt(&get, "policy");
    record->policy_id = (uint32_t)policy_id;
    stria_status st = get_series(&get);
    if (st)
        return st;
    if (!sx_varint_get_max(&get.in, get.in.len, &schema_count))
        return corrupt(&get, "schema count");
    for (uint64_t i = 0; i < schema_count; i++) {
        st = get_schema(&get);
        if (st)
            return st;
    }
    st = get_runs(&get, &rows_size);
    if (st)
        return st;
    if (!sx_varint_get_max(&get.in, get.in.len, &string_size) ||
        !sx_bytes_take(&get.in, (size_t)string_size, &strings))
        return corrupt(&get, "string heap");
    if (get.in.len != rows_size)
        return corrupt(&get, "size of the rows");
    sx_buf_put_bytes(&batch->strings, strings);
    sx_buf_put_bytes(&batch->rows, get.in);
    if (batch->strings.failed || batch->rows.failed)
        return no_memory(&get);
    return check_rows(&get);
}
