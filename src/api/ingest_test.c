/* SPDX-License-Identifier: Apache-2.0 */
/* ingest_test.c -- stria_ingest: what is stored, what is rejected, what the report says. */
#include "api/ingest_context.h"

#include "api/api_fixture_test.h"

static void test_good_lines_are_stored_beside_bad_ones(void **state)
{
    (void)state;
    static const struct {
        const char *lines;
        stria_status status;
        uint64_t rows, samples, rejected;
        uint32_t problems;
        const char *stored;
    } rows[] = {
        {"", STRIA_OK, 0, 0, 0, 0, ""},
        {"# nothing\n\n", STRIA_OK, 0, 0, 0, 0, ""},
        {"m,k=1 a=1,b=2i 5\nm,k=1 a=2 6", STRIA_OK, 2, 3, 0, 0, "m,k=1: 5 1 2 6 2 -; "},
        {"m a=1 5\nbad\nm a=2 6", STRIA_PARTIAL, 2, 2, 1, 1, "m: 5 1 6 2; "},
        {"bad\nworse", STRIA_INVALID, 0, 0, 2, 2, ""},
        {"m a=1 5\nm a=2i 6", STRIA_PARTIAL, 1, 1, 1, 1, "m: 5 1; "},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct api_test t;
        api_init(&t);
        assert_int_equal(api_ingest(&t, rows[i].lines), rows[i].status);
        assert_int_equal(t.report.row_count, rows[i].rows);
        assert_int_equal(t.report.sample_count, rows[i].samples);
        assert_int_equal(t.report.rejected_row_count, rows[i].rejected);
        assert_int_equal(t.report.problem_count, rows[i].problems);
        assert_int_equal(t.report.text != NULL, rows[i].status != STRIA_OK);
        if (rows[i].status)
            assert_string_equal(t.err.text, t.report.text);
        assert_stored(&t, rows[i].stored);
        api_deinit(&t);
    }
}

static void test_precision_and_clock_give_the_times(void **state)
{
    (void)state;
    static const struct {
        stria_precision precision;
        const char *stored;
    } rows[] = {
        {STRIA_PRECISION_NS, "m: 7 1; "},           {STRIA_PRECISION_US, "m: 7000 1; "},
        {STRIA_PRECISION_MS, "m: 7000000 1; "},     {STRIA_PRECISION_S, "m: 7000000000 1; "},
        {STRIA_PRECISION_M, "m: 420000000000 1; "}, {STRIA_PRECISION_H, "m: 25200000000000 1; "},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct api_test t;
        api_init(&t);
        api_must(&t,
                 stria_ingest(t.db, "m a=1 7", 7,
                              STRIA_INGEST_OPTIONS(.database = "d", .precision = rows[i].precision),
                              NULL, &t.err));
        assert_stored(&t, rows[i].stored);
        api_deinit(&t);
    }
    struct api_test t;
    api_init(&t);
    api_must(&t, stria_ingest(t.db, "m a=1", 5,
                              STRIA_INGEST_OPTIONS(.database = "d", .now_ns = 123), NULL, &t.err));
    assert_stored(&t, "m: 123 1; ");
    api_deinit(&t);
}

static void test_wrong_calls_are_refused(void **state)
{
    (void)state;
    struct api_test t;
    api_init(&t);
    const stria_ingest_options wrong_size = {.struct_size = 1, .database = "d"};
    const struct {
        const stria_ingest_options *options;
        const char *data;
        stria_status status;
    } rows[] = {
        {NULL, "m a=1", STRIA_INVALID},
        {&wrong_size, "m a=1", STRIA_INVALID},
        {STRIA_INGEST_OPTIONS(.database = NULL), "m a=1", STRIA_INVALID},
        {STRIA_INGEST_OPTIONS(.database = "x"), "m a=1", STRIA_NOT_FOUND},
        {STRIA_INGEST_OPTIONS(.database = "d", .policy = "x"), "m a=1", STRIA_NOT_FOUND},
        {STRIA_INGEST_OPTIONS(.database = "d", .format = 1), "m a=1", STRIA_INVALID},
        {STRIA_INGEST_OPTIONS(.database = "d", .precision = 6), "m a=1", STRIA_INVALID},
        {STRIA_INGEST_OPTIONS(.database = "d", .durability = 3), "m a=1", STRIA_INVALID},
        {STRIA_INGEST_OPTIONS(.database = "d"), NULL, STRIA_INVALID},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        t.err = (stria_error){0};
        assert_int_equal(stria_ingest(t.db, rows[i].data, 5, rows[i].options, &t.report, &t.err),
                         rows[i].status);
        assert_int_equal(t.err.code, rows[i].status);
    }
    assert_int_equal(
        stria_ingest(NULL, "m a=1", 5, STRIA_INGEST_OPTIONS(.database = "d"), NULL, &t.err),
        STRIA_INVALID);
    assert_stored(&t, "");
    api_deinit(&t);
}

static void test_a_context_is_given_out_again_empty(void **state)
{
    (void)state;
    struct api_test t;
    api_init(&t);
    struct sx_ingest_context *first = sx_ingest_context_take(t.db);
    struct sx_ingest_context *second = sx_ingest_context_take(t.db);
    assert_non_null(first);
    assert_true(second && second != first);
    sx_ingest_context_give(t.db, first);
    sx_ingest_context_give(t.db, second);
    assert_int_equal(t.db->context_count, 2);
    assert_ptr_equal(sx_ingest_context_take(t.db), second); /* the warmest */
    sx_ingest_context_give(t.db, second);
    assert_int_equal(second->batch.row_count, 0);
    sx_ingest_contexts_free(t.db);
    assert_int_equal(t.db->context_count, 0);
    enum { MANY = 70 };
    struct sx_ingest_context *many[MANY];
    for (int i = 0; i < MANY; i++)
        many[i] = sx_ingest_context_take(t.db);
    for (int i = 0; i < MANY; i++)
        sx_ingest_context_give(t.db, many[i]);
    assert_int_equal(t.db->context_count, 64); /* not more are kept */
    api_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_lines_are_stored_beside_bad_ones),
        cmocka_unit_test(test_precision_and_clock_give_the_times),
        cmocka_unit_test(test_wrong_calls_are_refused),
        cmocka_unit_test(test_a_context_is_given_out_again_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
