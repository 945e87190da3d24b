/* SPDX-License-Identifier: Apache-2.0 */
/* rollup_rows_test.c -- rows become buckets, and each bucket says what its values say. */
#include "engine/rollup_rows.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define BUCKET 10

static char text[4096];

static void put_value(size_t at, const struct sx_writer_column *column, uint32_t row)
{
    size_t len = strlen(text);
    if (column->present && !sx_bit_get(column->present, row))
        return;
    if (column->type == STRIA_FLOAT)
        (void)snprintf(text + len, sizeof text - len, "%s%.*s=%g", at ? "," : "",
                       (int)column->name.len, (const char *)column->name.ptr,
                       ((const double *)column->values)[row]);
    else
        (void)snprintf(text + len, sizeof text - len, "%s%.*s=%lld", at ? "," : "",
                       (int)column->name.len, (const char *)column->name.ptr,
                       (long long)((const int64_t *)column->values)[row]);
}

static const char *print(const struct sx_rollup_rows *rows)
{
    text[0] = 0;
    for (uint32_t i = 0; i < rows->block.row_count; i++) {
        size_t len = strlen(text);
        (void)snprintf(text + len, sizeof text - len, "%s%lld:", i ? " " : "",
                       (long long)rows->block.ts_ns[i]);
        for (size_t c = 0; c < rows->column_count; c++)
            put_value(c, &rows->columns[c], i);
    }
    return text;
}

static const struct sx_scan_column two[] = {{{(const uint8_t *)"f", 1}, STRIA_FLOAT},
                                            {{(const uint8_t *)"i", 1}, STRIA_INT}};

/* Rolls up rows of a float f and an integer i, handed over in pieces of `step`. */
static const char *roll_up(const int64_t *ts, const double *f, const int64_t *i,
                           const uint64_t *f_present, const uint64_t *i_present, uint32_t count,
                           uint32_t step, bool *inexact)
{
    struct sx_mem mem;
    struct sx_rollup_rows rows;
    stria_error err = {0};
    sx_mem_init(&mem, NULL, "test", 0);
    sx_rollup_rows_init(&rows, &mem, BUCKET);
    assert_int_equal(sx_rollup_rows_begin(&rows, two, 2, 100, &err), STRIA_OK);
    for (uint32_t first = 0; first < count; first += step) {
        uint64_t present[2] = {*f_present >> first, *i_present >> first};
        struct sx_vector columns[] = {{STRIA_FLOAT, f + first, &present[0]},
                                      {STRIA_INT, i + first, &present[1]}};
        struct sx_rows some = {.row_count = SX_MIN(step, count - first),
                               .column_count = 2,
                               .ts_ns = ts + first,
                               .columns = columns};
        sx_rollup_rows_feed(&rows, &some);
    }
    sx_rollup_rows_end(&rows);
    *inexact = rows.inexact;
    (void)print(&rows);
    sx_rollup_rows_deinit(&rows);
    sx_mem_deinit(&mem);
    return text;
}

static void test_a_bucket_has_the_aggregates_of_its_values(void **state)
{
    (void)state;
    static const int64_t ts[] = {-3, 1, 4, 9, 10, 33};
    static const double f[] = {2, 1, -5, 3, 7, (double)NAN};
    static const int64_t i[] = {1, 2, 3, 4, 5, INT64_MAX};
    uint64_t f_present = 0x3f, i_present = 0x39; /* i has no values at 1 and 4 */
    static const char expected[] =
        "-10:f_count=1,f_sum=2,f_min=2,f_max=2,f_first=2,f_last=2,f_first_ns=7,f_last_ns=7"
        ",i_count=1,i_sum=1,i_min=1,i_max=1,i_first=1,i_last=1,i_first_ns=7,i_last_ns=7 "
        "0:f_count=3,f_sum=-1,f_min=-5,f_max=3,f_first=1,f_last=3,f_first_ns=1,f_last_ns=9"
        ",i_count=1,i_sum=4,i_min=4,i_max=4,i_first=4,i_last=4,i_first_ns=9,i_last_ns=9 "
        "10:f_count=1,f_sum=7,f_min=7,f_max=7,f_first=7,f_last=7,f_first_ns=0,f_last_ns=0"
        ",i_count=1,i_sum=5,i_min=5,i_max=5,i_first=5,i_last=5,i_first_ns=0,i_last_ns=0 "
        "30:,i_count=1,i_sum=9223372036854775807,i_min=9223372036854775807,"
        "i_max=9223372036854775807,i_first=9223372036854775807,i_last=9223372036854775807,"
        "i_first_ns=3,i_last_ns=3";
    for (uint32_t step = 1; step <= 6; step++) {
        bool inexact;
        assert_string_equal(roll_up(ts, f, i, &f_present, &i_present, 6, step, &inexact), expected);
        assert_false(inexact);
    }
}

static void test_minus_zero_as_an_extreme_is_told(void **state)
{
    (void)state;
    static const int64_t ts[] = {0, 1}, i[] = {0, 0};
    const struct {
        double f[2];
        bool inexact;
    } cases[] = {{{0.0, 1}, false}, {{-0.0, 1}, true}, {{-1, -0.0}, true}, {{1, 2}, false}};
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        uint64_t present = 3;
        bool inexact;
        (void)roll_up(ts, cases[n].f, i, &present, &present, 2, 2, &inexact);
        assert_int_equal(inexact, cases[n].inexact);
    }
}

static void test_each_refused_allocation_is_told(void **state)
{
    (void)state;
    for (uint64_t size = 0;; size += 256) {
        struct sx_mem mem;
        struct sx_rollup_rows rows;
        stria_error err = {0};
        sx_mem_init(&mem, NULL, "test", size + 1);
        sx_rollup_rows_init(&rows, &mem, BUCKET);
        stria_status st = sx_rollup_rows_begin(&rows, two, 2, 100, &err);
        sx_rollup_rows_deinit(&rows);
        sx_mem_deinit(&mem);
        if (!st)
            break;
        assert_int_equal(st, STRIA_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_bucket_has_the_aggregates_of_its_values),
        cmocka_unit_test(test_minus_zero_as_an_extreme_is_told),
        cmocka_unit_test(test_each_refused_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
