/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_rows_record.c -- any bytes as a rows record of the log: what decodes is a well-formed batch,
 * and encodes to a record that says the same. */
#include "wal/rows_record.h"

#include "base/varint.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
    if (!good)
        abort();
}

/* Strings of a row are whole in the heap. */
static void check_string(const struct sx_batch *b, uint64_t word)
{
    struct sx_bytes text;
    check(word < b->strings.len);
    struct sx_bytes rest = sx_bytes_make(b->strings.ptr + word, b->strings.len - (size_t)word);
    check(sx_sized_get(&rest, &text));
}

static void check_run(const struct sx_batch *b, const struct sx_batch_run *run)
{
    check(run->schema < b->schema_count);
    const struct sx_batch_schema *schema = &b->schemas[run->schema];
    size_t row_size = sx_row_size(schema->column_count, run->has_presence);
    check(run->offset <= b->rows.len && run->row_count <= (b->rows.len - run->offset) / row_size);
    for (uint32_t i = 0; i < run->row_count; i++) {
        const uint8_t *row = b->rows.ptr + run->offset + i * row_size;
        const uint8_t *words = row + row_size - 8 * (size_t)schema->column_count;
        check(sx_get_u32(row + SX_ROW_SERIES) < b->series_count);
        for (uint32_t c = 0; c < schema->column_count; c++)
            if (schema->columns[c].type == STRIA_STRING && !run->has_presence)
                check_string(b, sx_get_u64(words + 8 * (size_t)c));
    }
}

static void round_trip(const struct sx_batch *b, uint32_t policy_id, struct sx_mem *mem)
{
    struct sx_buf record;
    struct sx_batch again;
    struct sx_rows_record head;
    bool *defined = sx_mem_zalloc(mem, b->series_count + 1);
    check(defined != NULL);
    for (size_t i = 0; i < b->series_count; i++)
        defined[i] = b->series[i].key.len > 0;
    sx_buf_init(&record, mem, (size_t)64 << 20);
    sx_rows_record_put(&record, policy_id, b, defined, b->strings.len);
    sx_buf_put_bytes(&record, sx_buf_bytes(&b->strings));
    sx_buf_put_bytes(&record, sx_buf_bytes(&b->rows));
    check(!record.failed);
    sx_batch_init(&again, mem);
    check(sx_rows_record_get(sx_buf_bytes(&record), &head, &again, NULL) == STRIA_OK);
    check(head.policy_id == policy_id && again.row_count == b->row_count);
    check(again.rows.len == b->rows.len && again.series_count == b->series_count);
    check(b->rows.len == 0 || memcmp(again.rows.ptr, b->rows.ptr, b->rows.len) == 0);
    sx_batch_deinit(&again);
    sx_buf_deinit(&record);
    sx_mem_free(mem, defined);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sx_mem mem;
    struct sx_batch batch;
    struct sx_rows_record record;
    sx_mem_init(&mem, NULL, "fuzz", 0);
    sx_batch_init(&batch, &mem);
    stria_status st = sx_rows_record_get(sx_bytes_make(data, size), &record, &batch, NULL);
    check(st == STRIA_OK || st == STRIA_CORRUPT);
    if (st == STRIA_OK) {
        size_t rows = 0;
        for (size_t i = 0; i < batch.run_count; i++) {
            check_run(&batch, &batch.runs[i]);
            rows += batch.runs[i].row_count;
        }
        check(rows == batch.row_count);
        round_trip(&batch, record.policy_id, &mem);
    }
    sx_batch_deinit(&batch);
    sx_mem_deinit(&mem);
    return 0;
}
