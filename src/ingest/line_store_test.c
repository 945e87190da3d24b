/* SPDX-License-Identifier: Apache-2.0 */
/* line_store_test.c -- tests of what the parser makes of the batch and keeps in its cache. */
#include "ingest/parse_fixture_test.h"

#include "base/hash.h"
#include "model/series_key.h"

#include <stdlib.h>

static void test_series_and_schemas_are_in_a_batch_once(void **state)
{
    (void)state;
    struct parser parser;
    parser_open(&parser);
    for (int i = 0; i < 3; i++) {
        parser_take(&parser, "m,a=1,b=2 v=1,w=2 1\nm,b=2,a=1 w=1,v=2 2\nm,a=1 v=1 3\n"
                             "m,a=1,b=2 w=1,v=2 4\nm,a=1 v=1,v=2,w=3 5\n");
        assert_int_equal(parser.batch.row_count, 5);
        assert_int_equal(parser.batch.series_count, 2);
        assert_int_equal(parser.batch.schema_count, 2);
        assert_int_equal(parser.batch.run_count, 3);
        assert_int_equal(parser.batch.sample_count, 9);
        for (size_t j = 0; j < parser.batch.series_count; j++) {
            const struct sx_batch_series *series = &parser.batch.series[j];
            assert_true(sx_key_valid(series->key));
            assert_true(series->hash == sx_hash(series->key));
            assert_int_equal(series->hint->slot, i ? 7 + j : 0);
            series->hint->slot = (uint32_t)(7 + j); /* as the engine would */
        }
    }
    parser_close(&parser);
}

static void test_a_second_text_is_appended(void **state)
{
    (void)state;
    struct parser parser;
    struct sx_buf rows;
    struct sx_line_protocol_options options = {.now_ns = TEST_NOW_NS};
    parser_open(&parser);
    parser_take(&parser, "m,t=a v=\"x\" 1\nm,t=b v=\"y\" 2");
    assert_int_equal(sx_line_protocol_parse(parser.cache, SX_LITERAL("m,t=b v=\"z\" 3\nn v=1 4"),
                                            &options, &parser.batch, &parser.problems, NULL),
                     STRIA_OK);
    parser_print(&parser, &rows);
    assert_text(&rows, "m,t=a v=\"x\" 1\nm,t=b v=\"y\" 2\nm,t=b v=\"z\" 3\nn v=1 4\n");
    assert_int_equal(parser.batch.series_count, 3);
    assert_int_equal(parser.batch.schema_count, 2);
    sx_buf_deinit(&rows);
    parser_close(&parser);
}

static void test_two_batches_of_one_cache_do_not_mix(void **state)
{
    (void)state;
    struct parser parser;
    struct sx_batch other;
    struct sx_line_protocol_options options = {.now_ns = TEST_NOW_NS};
    parser_open(&parser);
    sx_batch_init(&other, &parser.mem);
    parser_take(&parser, "m,t=a v=1 1\nm,t=b v=1 2");
    assert_int_equal(sx_line_protocol_parse(parser.cache, SX_LITERAL("m,t=b v=2 3\nm,t=a v=2 4"),
                                            &options, &other, &parser.problems, NULL),
                     STRIA_OK);
    assert_int_equal(other.series_count, 2);
    assert_int_equal(other.schema_count, 1);
    assert_ptr_equal(other.series[0].hint, parser.batch.series[1].hint);
    struct sx_buf rows;
    parser_print(&parser, &rows);
    assert_text(&rows, "m,t=a v=1 1\nm,t=b v=1 2\n");
    sx_buf_deinit(&rows);
    sx_batch_deinit(&other);
    parser_close(&parser);
}

static void test_rows_and_problems_know_their_lines(void **state)
{
    (void)state;
    struct parser parser;
    parser_open(&parser);
    for (int warm = 0; warm < 2; warm++) {
        parser_take(&parser,
                    "m v=1 1\n\n# c\nm s=\"a\nb\n\" 2\r\nbad\nm s=\"\\\n\" 3\nm v=x\nm v=4\n"
                    "m v=\"\n");
        static const uint32_t lines[] = {1, 4, 8, 11};
        static const uint64_t problems[] = {7, 10, 12};
        assert_int_equal(parser.batch.row_count, SX_COUNT_OF(lines));
        assert_memory_equal(parser.batch.lines, lines, sizeof lines);
        assert_int_equal(parser.problems.item_count, SX_COUNT_OF(problems));
        for (size_t i = 0; i < SX_COUNT_OF(problems); i++)
            assert_int_equal(parser.problems.items[i].line, problems[i]);
    }
    parser_close(&parser);
}

/* Lines m,id=<i>,pad=<pad> v=<i>i <i>, for i = 0 .. count - 1 times step, modulo count. */
static struct sx_bytes many_series(size_t count, size_t step, size_t pad_size)
{
    char *text = malloc(count * (pad_size + 80)), *p = text;
    assert_non_null(text);
    for (size_t i = 0; i < count; i++) {
        size_t id = i * step % count;
        p += snprintf(p, 40, "m,id=%zu,pad=", id);
        memset(p, 'p', pad_size);
        p += pad_size;
        p += snprintf(p, 40, " v=%zui %zu\n", id, i);
    }
    return sx_bytes_make(text, (size_t)(p - text));
}

/* Whether row i is of series `id` and says so. */
static void check_row(const struct sx_batch *batch, size_t i, size_t id)
{
    char want[32];
    int len = snprintf(want, sizeof want, "m%cid%c%zu%c", 0, 0, id, 0);
    const uint8_t *row = batch->rows.ptr + i * sx_row_size(1, false);
    const struct sx_batch_series *series = &batch->series[sx_get_u32(row + SX_ROW_SERIES)];
    assert_int_equal(row_value(batch, i, 0), id);
    assert_true(sx_bytes_starts_with(series->key, sx_bytes_make(want, (size_t)len)));
}

static void test_a_hundred_thousand_series_in_any_order(void **state)
{
    (void)state;
    enum { COUNT = 100000 };
    static const size_t steps[] = {1, 1, 7, 99991};
    struct parser parser;
    parser_open(&parser);
    for (size_t i = 0; i < SX_COUNT_OF(steps); i++) {
        struct sx_bytes text = many_series(COUNT, steps[i], 1);
        assert_int_equal(parser_run(&parser, text, STRIA_PRECISION_NS), STRIA_OK);
        assert_int_equal(parser.batch.row_count, COUNT);
        assert_int_equal(parser.batch.series_count, COUNT);
        for (size_t j = 0; j < COUNT; j += 13)
            check_row(&parser.batch, j, j * steps[i] % COUNT);
        free((void *)(uintptr_t)text.ptr);
    }
    parser_close(&parser);
}

static void test_a_full_cache_is_emptied_by_the_next_empty_batch(void **state)
{
    (void)state;
    struct parser parser;
    struct sx_bytes text = many_series(50000, 3, 400);
    struct sx_line_protocol_options options = {.now_ns = TEST_NOW_NS};
    parser_open(&parser);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(parser_run(&parser, text, STRIA_PRECISION_NS), STRIA_OK);
        assert_int_equal(parser.batch.row_count, 50000);
        for (size_t j = 0; j < 50000; j += 7)
            check_row(&parser.batch, j, j * 3 % 50000);
        size_t full = sx_mem_size(&parser.mem);
        assert_true(full > SX_INGEST_CACHE_SIZE_MAX);
        /* Not by one that is not empty: its keys are in the cache. */
        assert_int_equal(sx_line_protocol_parse(parser.cache, SX_LITERAL("m,id=7 v=7i 7"), &options,
                                                &parser.batch, &parser.problems, NULL),
                         STRIA_OK);
        assert_int_equal(parser.batch.series_count, 50001);
        check_row(&parser.batch, 50000, 7);
        check_row(&parser.batch, 3, 9);
        parser_take(&parser, "m,id=7 v=7i 7");
        check_row(&parser.batch, 0, 7);
        assert_true(sx_mem_size(&parser.mem) < full - SX_INGEST_CACHE_SIZE_MAX);
    }
    sx_batch_clear(&parser.batch);
    sx_ingest_cache_clear(parser.cache);
    parser_take(&parser, "m,id=8 v=8i 8");
    check_row(&parser.batch, 0, 8);
    free((void *)(uintptr_t)text.ptr);
    parser_close(&parser);
}

static void test_a_full_batch_is_told_and_its_rows_are_whole(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t rows_max, strings_max, row_count;
    } rows[] = {
        {"rows", 3 * 28, 1000, 3},
        {"strings", 1000, 12, 3},
        {"neither", 1000, 1000, 5},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++)
        for (int warm = 0; warm < 2; warm++) {
            struct parser parser;
            stria_error err = {0};
            struct sx_line_protocol_options options = {.now_ns = TEST_NOW_NS};
            struct sx_bytes text = SX_LITERAL("m a=1,s=\"xxx\" 1\nm a=2,s=\"xxx\" 2\nm "
                                              "a=3,s=\"xxx\" 3\nm a=4,s=\"xxx\" 4\nm a=5,s=\"\" 5");
            print_message("%s, %s\n", rows[i].name, warm ? "warm" : "cold");
            parser_open(&parser);
            if (warm)
                parser_take(&parser, "m a=1,s=\"\" 1");
            /* Empty buffers: one that has room already does not look at its maximum. */
            sx_batch_deinit(&parser.batch);
            sx_batch_init(&parser.batch, &parser.mem);
            parser.batch.rows.max = rows[i].rows_max;
            parser.batch.strings.max = rows[i].strings_max;
            stria_status status = sx_line_protocol_parse(parser.cache, text, &options,
                                                         &parser.batch, &parser.problems, &err);
            assert_int_equal(status, rows[i].row_count < 5 ? STRIA_LIMIT : STRIA_OK);
            assert_int_equal(err.code, status);
            assert_int_equal(parser.batch.row_count, rows[i].row_count);
            struct sx_buf printed;
            parser_print(&parser, &printed);
            assert_bytes(sx_bytes_make(printed.ptr, 16), "m a=1,s=\"xxx\" 1\n", 16);
            sx_buf_deinit(&printed);
            parser_close(&parser);
        }
}

static void test_refused_allocations_leave_whole_rows_and_a_usable_cache(void **state)
{
    (void)state;
    static const char text[] =
        "cpu,host=a\\ b,dc=x v=1.5,w=2i 1\ncpu,dc=x,host=a\\ b w=2i,v=1.5 2\nbad\n"
        "log,t=a s=\"one\\\"two\",n=7u 3\nlog,t=a n=7u,s=\"three\" 4\nm time=1,v=1 5\n"
        "m,time=x v=1 6\nm v=1,v=t 7\nm v=2 8\ncpu,host=a\\ b,dc=x v=1.5,w=3i 9\n";
    bool fired = true;
    for (int64_t n = 1; fired; n++) {
        struct parser parser;
        struct sx_mem_fault fault = {.countdown = n};
        stria_error err = {0};
        struct sx_line_protocol_options options = {.now_ns = TEST_NOW_NS};
        parser_open(&parser);
        parser.mem.fault = &fault;
        stria_status status = sx_line_protocol_parse(parser.cache, sx_bytes_of(text), &options,
                                                     &parser.batch, &parser.problems, &err);
        fired = atomic_load(&fault.fired);
        assert_int_equal(status, fired ? STRIA_NOMEM : STRIA_OK);
        assert_int_equal(status, err.code);
        atomic_store(&fault.countdown, -1);
        struct sx_buf rows;
        parser_print(&parser, &rows);
        if (!fired)
            assert_int_equal(parser.problems.rejected_count, 3);
        sx_buf_deinit(&rows);
        parser_take(&parser, text);
        assert_int_equal(parser.batch.row_count, 7);
        assert_int_equal(parser.batch.series_count, 3);
        assert_int_equal(parser.problems.rejected_count, 3);
        assert_int_equal(parser.problems.dropped_count, 2);
        parser_close(&parser);
        assert_true(n < 500);
    }
}

static void test_a_refused_allocation_makes_no_cache(void **state)
{
    (void)state;
    bool fired = true;
    for (int64_t n = 1; fired; n++) {
        struct sx_mem mem;
        struct sx_mem_fault fault = {.countdown = n};
        sx_mem_init(&mem, NULL, "test", 0);
        mem.fault = &fault;
        struct sx_ingest_cache *cache = sx_ingest_cache_create(&mem);
        fired = atomic_load(&fault.fired);
        assert_int_equal(cache == NULL, fired);
        sx_ingest_cache_destroy(cache);
        sx_mem_deinit(&mem);
        assert_true(n < 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_series_and_schemas_are_in_a_batch_once),
        cmocka_unit_test(test_a_second_text_is_appended),
        cmocka_unit_test(test_two_batches_of_one_cache_do_not_mix),
        cmocka_unit_test(test_rows_and_problems_know_their_lines),
        cmocka_unit_test(test_a_hundred_thousand_series_in_any_order),
        cmocka_unit_test(test_a_full_cache_is_emptied_by_the_next_empty_batch),
        cmocka_unit_test(test_a_full_batch_is_told_and_its_rows_are_whole),
        cmocka_unit_test(test_refused_allocations_leave_whole_rows_and_a_usable_cache),
        cmocka_unit_test(test_a_refused_allocation_makes_no_cache),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
