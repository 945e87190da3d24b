/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_line_protocol.c -- any bytes as line protocol: nothing crashes, rows are whole, and the two
 * parsers and the printer agree.
 *
 * Input       Byte 0: the precision; the rest: the text.
 * Checks      What a cache that knows the lines makes of the text (the fast parser) is what an
 *             empty one made of it (the careful parser). What is stored, printed as line protocol
 *             and parsed again prints the same. The batch keeps its invariants, and no line is
 *             lost: each is a row, a problem, blank or a comment. */
#include "base/hash.h"
#include "ingest/line_print.h"
#include "ingest/line_protocol.h"
#include "ingest/line_scan.h"
#include "model/series_key.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TEXT_SIZE_MAX ((size_t)1 << 26)

/* What became of a text, as texts. */
struct outcome {
    struct sx_buf rows;
    uint64_t left_out; /* of the rows: without a form in line protocol */
    size_t row_count;
    struct sx_ingest_problems problems;
};

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void check_run(const struct sx_batch *batch, const struct sx_batch_run *run, size_t row_at,
                      size_t *samples)
{
    require(run->schema < batch->schema_count && run->row_count > 0 && !run->has_presence);
    const struct sx_batch_schema *schema = &batch->schemas[run->schema];
    size_t size = sx_row_size(schema->column_count, false);
    require(run->offset + run->row_count * size <= batch->rows.len);
    for (uint32_t i = 0; i < run->row_count; i++) {
        const uint8_t *row = batch->rows.ptr + run->offset + i * size;
        int64_t ts_ns = (int64_t)sx_get_u64(row);
        require(ts_ns >= STRIA_TIME_MIN && ts_ns <= STRIA_TIME_MAX);
        require(sx_get_u32(row + SX_ROW_SERIES) < batch->series_count);
        require(row_at + i == 0 || batch->lines[row_at + i - 1] < batch->lines[row_at + i]);
        for (uint32_t j = 0; j < schema->column_count; j++) {
            uint64_t bits = sx_get_u64(row + SX_ROW_VALUES + j * 8);
            if (schema->columns[j].type == STRIA_STRING)
                require(bits < batch->strings.len);
            if (schema->columns[j].type == STRIA_BOOL)
                require(bits <= 1);
        }
        *samples += schema->column_count;
    }
}

static void check_batch(const struct sx_batch *batch)
{
    size_t rows = 0, samples = 0;
    for (size_t i = 0; i < batch->series_count; i++) {
        require(sx_key_valid(batch->series[i].key));
        require(batch->series[i].hash == sx_hash(batch->series[i].key));
    }
    for (size_t i = 0; i < batch->schema_count; i++)
        for (uint32_t j = 1; j < batch->schemas[i].column_count; j++)
            require(sx_bytes_compare(batch->schemas[i].columns[j - 1].name,
                                     batch->schemas[i].columns[j].name) < 0);
    for (size_t i = 0; i < batch->run_count; i++) {
        check_run(batch, &batch->runs[i], rows, &samples);
        rows += batch->runs[i].row_count;
    }
    require(rows == batch->row_count && samples == batch->sample_count);
}

/* How many lines a text has that are neither blank nor comments. */
static uint64_t count_lines(struct sx_bytes text)
{
    uint64_t count = 0;
    if (text.len == 0)
        return 0;
    const uint8_t *p = text.ptr, *end = text.ptr + text.len;
    for (;;) {
        p = sx_scan_white(p, end);
        if (p == end)
            return count;
        const uint8_t *stop = p;
        if (*p == '#')
            stop = sx_scan_any(p, end, '\n', '\n', '\n');
        else if (*p == '\r' && (end - p == 1 || p[1] == '\n'))
            stop = p + 1;
        else if (*p != '\n') {
            stop = sx_scan_line_end(p, end);
            count++;
        }
        p = stop < end ? stop + 1 : end;
    }
}

static void parse(struct sx_ingest_cache *cache, struct sx_mem *mem, struct sx_bytes text,
                  stria_precision precision, struct outcome *outcome)
{
    struct sx_batch batch;
    struct sx_line_protocol_options options = {.precision = precision,
                                               .now_ns = 1700000000123456789};
    sx_batch_init(&batch, mem);
    sx_buf_init(&outcome->rows, mem, TEXT_SIZE_MAX);
    sx_ingest_problems_init(&outcome->problems, mem);
    require(sx_line_protocol_parse(cache, text, &options, &batch, &outcome->problems, NULL) ==
            STRIA_OK);
    check_batch(&batch);
    require(sx_line_print_batch(&outcome->rows, &batch, &outcome->left_out, NULL) == STRIA_OK);
    outcome->row_count = batch.row_count;
    require(batch.row_count + outcome->problems.rejected_count == count_lines(text));
    sx_batch_deinit(&batch);
}

static void forget(struct outcome *outcome)
{
    sx_buf_deinit(&outcome->rows);
    sx_ingest_problems_deinit(&outcome->problems);
}

static bool same(const struct sx_buf *a, const struct sx_buf *b)
{
    return sx_bytes_equal(sx_buf_bytes(a), sx_buf_bytes(b));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    stria_precision precision = (stria_precision)(data[0] % 6);
    struct sx_bytes text = sx_bytes_make(data + 1, size - 1);
    struct sx_mem mem;
    struct outcome cold, warm, again;
    sx_mem_init(&mem, NULL, "fuzz", 0);
    struct sx_ingest_cache *cache = sx_ingest_cache_create(&mem);
    require(cache != NULL);

    parse(cache, &mem, text, precision, &cold);
    parse(cache, &mem, text, precision, &warm);
    require(same(&cold.rows, &warm.rows) && same(&cold.problems.text, &warm.problems.text));
    require(same(&cold.problems.reason, &warm.problems.reason));
    require(cold.row_count == warm.row_count);
    require(cold.problems.rejected_count == warm.problems.rejected_count);

    parse(cache, &mem, sx_buf_bytes(&cold.rows), STRIA_PRECISION_NS, &again);
    require(same(&cold.rows, &again.rows) && again.problems.rejected_count == 0);
    if (cold.left_out == 0)
        require(cold.row_count == again.row_count);
    forget(&again);
    forget(&warm);
    forget(&cold);
    sx_ingest_cache_destroy(cache);
    sx_mem_deinit(&mem);
    return 0;
}
