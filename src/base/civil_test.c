/* SPDX-License-Identifier: Apache-2.0 */
/* civil_test.c -- dates: known days, and every day of 800 years in turn. */
#include "base/civil.h"

#include "base/attr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct row {
    struct sx_date date;
    int64_t days;
    unsigned weekday;
} rows[] = {
    {{1970, 1, 1}, 0, 4},         {{1969, 12, 31}, -1, 3},    {{2000, 2, 29}, 11016, 2},
    {{2000, 3, 1}, 11017, 3},     {{2024, 3, 5}, 19787, 2},   {{1677, 9, 21}, -106752, 2},
    {{2262, 4, 11}, 106751, 5},   {{1900, 2, 28}, -25509, 3}, {{1900, 3, 1}, -25508, 4},
    {{0, 1, 1}, -719528, 6},      {{0, 3, 1}, -719468, 3},    {{-1, 12, 31}, -719529, 5},
    {{9999, 12, 31}, 2932896, 5}, {{-400, 3, 1}, -865565, 3},
};

static void test_known_dates(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_date date = sx_date_of_days(rows[i].days);
        assert_int_equal(sx_days_of_date(rows[i].date), rows[i].days);
        assert_int_equal(date.year, rows[i].date.year);
        assert_int_equal(date.month, rows[i].date.month);
        assert_int_equal(date.day, rows[i].date.day);
        assert_int_equal(sx_weekday(rows[i].days), rows[i].weekday);
    }
}

static void test_each_day_follows_the_one_before(void **state)
{
    (void)state;
    struct sx_date date = {.year = 1600, .month = 1, .day = 1};
    int64_t days = sx_days_of_date(date);
    while (date.year < 2400) {
        struct sx_date back = sx_date_of_days(days);
        assert_int_equal(sx_days_of_date(date), days);
        assert_true(back.year == date.year && back.month == date.month && back.day == date.day);
        days++;
        if (date.day++ < sx_days_in_month(date.year, date.month))
            continue;
        date.day = 1;
        if (date.month++ < 12)
            continue;
        date.month = 1;
        date.year++;
    }
    assert_int_equal(days, sx_days_of_date((struct sx_date){1600, 1, 1}) + 2 * 146097);
}

static void test_leap_years(void **state)
{
    (void)state;
    assert_int_equal(sx_days_in_month(2024, 2), 29);
    assert_int_equal(sx_days_in_month(2023, 2), 28);
    assert_int_equal(sx_days_in_month(1900, 2), 28);
    assert_int_equal(sx_days_in_month(2000, 2), 29);
    assert_int_equal(sx_days_in_month(2024, 4), 30);
    assert_int_equal(sx_days_in_month(2024, 12), 31);
}

static void test_division_rounds_down(void **state)
{
    (void)state;
    assert_int_equal(sx_floor_div(-1, 86400), -1);
    assert_int_equal(sx_floor_div(-86400, 86400), -1);
    assert_int_equal(sx_floor_mod(-1, 86400), 86399);
    assert_int_equal(sx_floor_mod(-86400, 86400), 0);
    assert_true(sx_floor_div(INT64_MIN, 1000000000) == -9223372037);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_dates),
        cmocka_unit_test(test_each_day_follows_the_one_before),
        cmocka_unit_test(test_leap_years),
        cmocka_unit_test(test_division_rounds_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
