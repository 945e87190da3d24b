/* SPDX-License-Identifier: Apache-2.0 */
/* parse_fixture_test.h -- what the tests of line protocol share: a parser at work, and looking at
 * rows. */
#ifndef SX_INGEST_PARSE_FIXTURE_TEST_H
#define SX_INGEST_PARSE_FIXTURE_TEST_H

#include "ingest/line_print.h"
#include "ingest/line_protocol.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define TEST_NOW_NS 1700000000123456789

struct parser {
    struct sx_mem mem;
    struct sx_ingest_cache *cache;
    struct sx_batch batch;
    struct sx_ingest_problems problems;
};

static inline void parser_open(struct parser *parser)
{
    sx_mem_init(&parser->mem, NULL, "test", 0);
    parser->cache = sx_ingest_cache_create(&parser->mem);
    assert_non_null(parser->cache);
    sx_batch_init(&parser->batch, &parser->mem);
    sx_ingest_problems_init(&parser->problems, &parser->mem);
}

static inline void parser_close(struct parser *parser)
{
    sx_ingest_problems_deinit(&parser->problems);
    sx_batch_deinit(&parser->batch);
    sx_ingest_cache_destroy(parser->cache);
    sx_mem_deinit(&parser->mem); /* asserts that nothing was lost */
}

/* Parses into an empty batch. */
static inline stria_status parser_run(struct parser *parser, struct sx_bytes text,
                                      stria_precision precision)
{
    stria_error err = {0};
    sx_batch_clear(&parser->batch);
    sx_ingest_problems_clear(&parser->problems);
    struct sx_line_protocol_options options = {.precision = precision, .now_ns = TEST_NOW_NS};
    stria_status status = sx_line_protocol_parse(parser->cache, text, &options, &parser->batch,
                                                 &parser->problems, &err);
    assert_int_equal(status, err.code);
    return status;
}

static inline void parser_take(struct parser *parser, const char *text)
{
    assert_int_equal(parser_run(parser, sx_bytes_of(text), STRIA_PRECISION_NS), STRIA_OK);
}

/* The rows of the batch as line protocol in canonical order of tags and fields. */
static inline void parser_print(struct parser *parser, struct sx_buf *out)
{
    uint64_t left_out;
    sx_buf_init(out, &parser->mem, (size_t)1 << 30);
    assert_int_equal(sx_line_print_batch(out, &parser->batch, &left_out, NULL), STRIA_OK);
    assert_int_equal(left_out, 0);
}

static inline void assert_bytes(struct sx_bytes got, const char *want, size_t len)
{
    if (got.len != len || (len && memcmp(got.ptr, want, len) != 0))
        fail_msg("got  %.*s\nwant %.*s", (int)got.len, (const char *)got.ptr, (int)len, want);
}

static inline void assert_text(const struct sx_buf *got, const char *want)
{
    assert_bytes(sx_buf_bytes(got), want, strlen(want));
}

/* Parses a text, cold and then with a cache that knows it, and compares what both times is stored,
 * as it prints, and what is refused. */
static inline void assert_parses(struct parser *parser, const char *text, const char *rows,
                                 const char *problems)
{
    for (int i = 0; i < 2; i++) {
        struct sx_buf printed;
        parser_take(parser, text);
        parser_print(parser, &printed);
        assert_text(&printed, rows);
        sx_buf_deinit(&printed);
        assert_text(&parser->problems.text, problems);
    }
}

/* The bits of column `column` of row `row`; the batch has one run and no presence words. */
static inline uint64_t row_value(const struct sx_batch *batch, size_t row, size_t column)
{
    assert_int_equal(batch->run_count, 1);
    const struct sx_batch_schema *schema = &batch->schemas[batch->runs[0].schema];
    assert_true(row < batch->row_count && column < schema->column_count);
    const uint8_t *at = batch->rows.ptr + row * sx_row_size(schema->column_count, false);
    return sx_get_u64(at + SX_ROW_VALUES + column * 8);
}

static inline int64_t row_time(const struct sx_batch *batch, size_t row)
{
    assert_int_equal(batch->run_count, 1);
    const struct sx_batch_schema *schema = &batch->schemas[batch->runs[0].schema];
    return (int64_t)sx_get_u64(batch->rows.ptr + row * sx_row_size(schema->column_count, false));
}

#endif
