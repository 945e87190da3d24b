/* SPDX-License-Identifier: Apache-2.0 */
/* query_test.c -- stria_query, stria_scan and the walk: wrong calls, parameters, limits. */
#include "api/api_fixture_test.h"

static void test_wrong_calls_are_refused(void **state)
{
    (void)state;
    struct api_test t;
    stria_cursor *cursor;
    const stria_statement *statement;
    const stria_table *table;
    const stria_batch *batch;
    api_init(&t);
    const stria_query_options wrong_size = {.struct_size = 1};
    const stria_scan_options wrong_scan = {.struct_size = 1, .database = "d"};
    stria_param nameless = {.type = STRIA_INT}, timely = {.name = "a", .type = STRIA_TIME};
    stria_matcher matcher = {.op = (stria_match_op)7};
    const stria_query_options *wrong[] = {
        &wrong_size,
        STRIA_QUERY_OPTIONS(.language = (stria_language)3),
        STRIA_QUERY_OPTIONS(.params = &nameless, .param_count = 1),
        STRIA_QUERY_OPTIONS(.params = &timely, .param_count = 1),
    };
    for (size_t i = 0; i < SX_COUNT_OF(wrong); i++) {
        cursor = (stria_cursor *)1;
        assert_int_equal(stria_query(t.db, "SHOW DATABASES", 14, wrong[i], &cursor, &t.err),
                         STRIA_INVALID);
        assert_null(cursor);
    }
    assert_int_equal(stria_query(t.db, NULL, 5, NULL, &cursor, &t.err), STRIA_INVALID);
    assert_int_equal(stria_query(NULL, "", 0, NULL, &cursor, &t.err), STRIA_INVALID);
    assert_int_equal(stria_query(t.db, "", 0, NULL, NULL, &t.err), STRIA_INVALID);
    const stria_scan_options *wrong_scans[] = {
        NULL, &wrong_scan, STRIA_SCAN_OPTIONS(.database = NULL),
        STRIA_SCAN_OPTIONS(.database = "d", .matchers = &matcher, .matcher_count = 1)};
    for (size_t i = 0; i < SX_COUNT_OF(wrong_scans); i++)
        assert_int_equal(stria_scan(t.db, wrong_scans[i], &cursor, &t.err), STRIA_INVALID);
    assert_int_equal(stria_scan(t.db, wrong_scans[0], NULL, &t.err), STRIA_INVALID);
    assert_int_equal(stria_cursor_next_statement(NULL, &statement, &t.err), STRIA_INVALID);
    assert_int_equal(stria_cursor_next_series(NULL, &table, &t.err), STRIA_INVALID);
    assert_int_equal(stria_cursor_next_batch(NULL, &batch, &t.err), STRIA_INVALID);
    stria_cursor_cancel(NULL);
    stria_cursor_close(NULL);
    api_deinit(&t);
}

static void test_a_table_needs_its_statement(void **state)
{
    (void)state;
    struct api_test t;
    stria_cursor *cursor;
    const stria_table *table;
    api_init(&t);
    api_must(&t, stria_query(t.db, "SHOW DATABASES", 14, NULL, &cursor, &t.err));
    assert_int_equal(stria_cursor_next_series(cursor, &table, &t.err), STRIA_INVALID);
    assert_string_equal(t.err.text, "no statement was begun");
    stria_cursor_close(cursor);
    api_deinit(&t);
}

static void test_parameters_stand_for_values(void **state)
{
    (void)state;
    struct api_test t;
    stria_cursor *cursor;
    char name[] = "low";
    stria_param param = {.name = name, .type = STRIA_FLOAT, .value.f64 = 1.5};
    static const char text[] = "SELECT a FROM m WHERE a > $low";
    api_init(&t);
    api_must(&t, api_ingest(&t, "m a=1 1\nm a=2 2\nm a=3 3"));
    api_must(&t,
             stria_query(t.db, text, sizeof text - 1,
                         STRIA_QUERY_OPTIONS(.database = "d", .params = &param, .param_count = 1),
                         &cursor, &t.err));
    memset(name, 'x', 3); /* it was copied */
    api_read(&t, cursor);
    assert_string_equal(t.text, "m: 2 2 3 3; ");
    api_deinit(&t);
}

static void test_an_answer_may_be_limited(void **state)
{
    (void)state;
    struct api_test t;
    stria_cursor *cursor;
    static const char text[] = "SELECT a FROM m";
    api_init(&t);
    api_must(&t, api_ingest(&t, "m a=1 1\nm a=2 2\nm a=3 3"));
    for (uint64_t max = 1; max < 5; max++) {
        api_must(&t, stria_query(t.db, text, sizeof text - 1,
                                 STRIA_QUERY_OPTIONS(.database = "d", .row_count_max = max),
                                 &cursor, &t.err));
        api_read(&t, cursor);
        assert_int_equal(strchr(t.text, '!') != NULL, max < 3);
    }
    api_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrong_calls_are_refused),
        cmocka_unit_test(test_a_table_needs_its_statement),
        cmocka_unit_test(test_parameters_stand_for_values),
        cmocka_unit_test(test_an_answer_may_be_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
