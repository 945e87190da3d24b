/* SPDX-License-Identifier: Apache-2.0 */
/* rows_test.c -- columns of rows through handles: all types, absent values, wrong calls. */
#include "api/api_fixture_test.h"

static stria_series *open_series(struct api_test *t, const char *measurement, const char *host)
{
    stria_series *series = NULL;
    stria_tag tag = {{"host", 4}, {host, host ? strlen(host) : 0}};
    api_must(t,
             stria_series_open(t->db,
                               STRIA_SERIES_KEY(.database = "d",
                                                .measurement = {measurement, strlen(measurement)},
                                                .tags = &tag, .tag_count = host ? 1 : 0),
                               &series, &t->err));
    return series;
}

static void test_columns_of_all_types_become_rows(void **state)
{
    (void)state;
    struct api_test t;
    static const double f[] = {1.5, 2.5, 3.5};
    static const int64_t i[] = {-1, -2, -3}, ts[] = {10, 20, 30};
    static const uint64_t u[] = {7, 8, UINT64_C(9)};
    static const uint8_t b[] = {1, 0, 1};
    static const stria_bytes s[] = {{"x", 1}, {"", 0}, {"three", 5}};
    static const uint64_t first_two = 3, none = 0;
    const stria_column columns[] = {
        {"z", STRIA_STRING, s, NULL}, {"a", STRIA_FLOAT, f, &first_two}, {"c", STRIA_UINT, u, NULL},
        {"b", STRIA_INT, i, NULL},    {"d", STRIA_BOOL, b, NULL},        {"e", STRIA_INT, i, &none},
    };
    api_init(&t);
    stria_series *x = open_series(&t, "m", "x"), *y = open_series(&t, "n", NULL);
    stria_series *const series[] = {x, y, x};
    api_must(&t,
             stria_write_rows(t.db,
                              STRIA_ROWS(.row_count = 3, .series = series, .ts_ns = ts,
                                         .columns = columns, .column_count = SX_COUNT_OF(columns)),
                              &t.report, &t.err));
    assert_int_equal(t.report.row_count, 3);
    assert_int_equal(t.report.sample_count, 14);
    /* A column of which no value is there is none. */
    assert_stored(&t, "m,host=x: 10 1.5 -1 7 1 x 30 - -3 9 1 three; n: 20 2.5 -2 8 0 ; ");
    stria_series_close(x);
    stria_series_close(y);
    stria_series_close(NULL);
    api_deinit(&t);
}

static void test_rows_of_numbers_alone_take_the_short_way(void **state)
{
    (void)state;
    struct api_test t;
    enum { COUNT = 1000 };
    static double values[COUNT];
    static int64_t ts[COUNT];
    static stria_series *series[COUNT];
    stria_series *two[2];
    const stria_column column = {"v", STRIA_FLOAT, values, NULL};
    api_init(&t);
    two[0] = open_series(&t, "m", "0");
    two[1] = open_series(&t, "m", "1");
    for (int i = 0; i < COUNT; i++) {
        values[i] = i;
        ts[i] = i;
        series[i] = two[i / 3 % 2];
    }
    api_must(&t, stria_write_rows(t.db,
                                  STRIA_ROWS(.row_count = COUNT, .series = series, .ts_ns = ts,
                                             .columns = &column, .column_count = 1),
                                  &t.report, &t.err));
    assert_int_equal(t.report.row_count, COUNT);
    api_query(&t, "SELECT count(v), max(v) FROM m GROUP BY host");
    assert_string_equal(t.text, "m,host=0: 0 501 998; m,host=1: 0 499 999; ");
    stria_series_close(two[0]);
    stria_series_close(two[1]);
    api_deinit(&t);
}

static void test_rows_without_a_value_are_left_out(void **state)
{
    (void)state;
    struct api_test t;
    static const double f[] = {1, 2};
    static const int64_t ts[] = {1, 2};
    static const uint64_t second = 2;
    const stria_column column = {"a", STRIA_FLOAT, f, &second};
    api_init(&t);
    stria_series *x = open_series(&t, "m", "x");
    stria_series *const series[] = {x, x};
    api_must(&t, stria_write_rows(t.db,
                                  STRIA_ROWS(.row_count = 2, .series = series, .ts_ns = ts,
                                             .columns = &column, .column_count = 1),
                                  &t.report, &t.err));
    assert_int_equal(t.report.row_count, 1);
    assert_stored(&t, "m,host=x: 2 2; ");
    stria_series_close(x);
    api_deinit(&t);
}

static void test_a_conflict_rejects_its_rows(void **state)
{
    (void)state;
    struct api_test t;
    static const int64_t i[] = {1}, ts[] = {1};
    const stria_column column = {"a", STRIA_INT, i, NULL};
    api_init(&t);
    api_must(&t, api_ingest(&t, "m a=1.5 1"));
    stria_series *x = open_series(&t, "m", "x");
    assert_int_equal(stria_write_rows(t.db,
                                      STRIA_ROWS(.row_count = 1, .series = &x, .ts_ns = ts,
                                                 .columns = &column, .column_count = 1),
                                      &t.report, &t.err),
                     STRIA_CONFLICT);
    assert_int_equal(t.report.rejected_row_count, 1);
    assert_non_null(t.report.text);
    assert_stored(&t, "m: 1 1.5; ");
    stria_series_close(x);
    api_deinit(&t);
}

static void test_wrong_rows_are_refused_whole(void **state)
{
    (void)state;
    struct api_test t;
    static const double f[] = {1, 2};
    static const int64_t ts[] = {1, 2}, early[] = {1, INT64_MIN};
    const stria_column good = {"a", STRIA_FLOAT, f, NULL}, nameless = {"", STRIA_FLOAT, f, NULL},
                       empty = {"a", STRIA_FLOAT, NULL, NULL}, timely = {"a", STRIA_TIME, ts, NULL},
                       twice[] = {good, good};
    api_init(&t);
    stria_series *x = open_series(&t, "m", "x");
    stria_series *const series[] = {x, x};
    stria_series *const missing[] = {x, NULL};
    const stria_rows wrong_size = {.struct_size = 1};
    const stria_rows *rows[] = {
        NULL,
        &wrong_size,
        STRIA_ROWS(.row_count = 2, .series = series, .ts_ns = ts, .columns = &nameless,
                   .column_count = 1),
        STRIA_ROWS(.row_count = 2, .series = series, .ts_ns = ts, .columns = &empty,
                   .column_count = 1),
        STRIA_ROWS(.row_count = 2, .series = series, .ts_ns = ts, .columns = &timely,
                   .column_count = 1),
        STRIA_ROWS(.row_count = 2, .series = series, .ts_ns = ts, .columns = twice,
                   .column_count = 2),
        STRIA_ROWS(.row_count = 2, .series = series, .ts_ns = early, .columns = &good,
                   .column_count = 1),
        STRIA_ROWS(.row_count = 2, .series = missing, .ts_ns = ts, .columns = &good,
                   .column_count = 1),
        STRIA_ROWS(.row_count = 2, .series = NULL, .ts_ns = ts, .columns = &good,
                   .column_count = 1),
        STRIA_ROWS(.row_count = 2, .series = series, .ts_ns = ts, .columns = &good,
                   .column_count = 0),
        STRIA_ROWS(.row_count = 2, .series = series, .ts_ns = ts, .columns = &good,
                   .column_count = 1, .durability = 8),
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++)
        assert_int_equal(stria_write_rows(t.db, rows[i], &t.report, &t.err), STRIA_INVALID);
    assert_stored(&t, "");
    stria_series_close(x);
    api_deinit(&t);
}

static void test_wrong_keys_open_no_handle(void **state)
{
    (void)state;
    struct api_test t;
    static char long_value[70000];
    memset(long_value, 'v', sizeof long_value);
    stria_tag twice[] = {{{"a", 1}, {"1", 1}}, {{"a", 1}, {"2", 1}}};
    stria_tag long_tag = {{"a", 1}, {long_value, sizeof long_value}};
    const stria_series_key wrong_size = {.struct_size = 1, .database = "d"};
    const struct {
        const stria_series_key *key;
        stria_status status;
    } rows[] = {
        {NULL, STRIA_INVALID},
        {&wrong_size, STRIA_INVALID},
        {STRIA_SERIES_KEY(.database = NULL, .measurement = {"m", 1}), STRIA_INVALID},
        {STRIA_SERIES_KEY(.database = "x", .measurement = {"m", 1}), STRIA_NOT_FOUND},
        {STRIA_SERIES_KEY(.database = "d", .measurement = {"m", 1}, .tag_count = 1), STRIA_INVALID},
        {STRIA_SERIES_KEY(.database = "d", .measurement = {"m", 1}, .tags = twice, .tag_count = 2),
         STRIA_INVALID},
        {STRIA_SERIES_KEY(.database = "d", .measurement = {"m", 1}, .tags = &long_tag,
                          .tag_count = 1),
         STRIA_LIMIT},
    };
    api_init(&t);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        stria_series *series = (stria_series *)1;
        assert_int_equal(stria_series_open(t.db, rows[i].key, &series, &t.err), rows[i].status);
        assert_null(series);
    }
    api_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns_of_all_types_become_rows),
        cmocka_unit_test(test_rows_of_numbers_alone_take_the_short_way),
        cmocka_unit_test(test_rows_without_a_value_are_left_out),
        cmocka_unit_test(test_a_conflict_rejects_its_rows),
        cmocka_unit_test(test_wrong_rows_are_refused_whole),
        cmocka_unit_test(test_wrong_keys_open_no_handle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
