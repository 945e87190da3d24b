/* SPDX-License-Identifier: Apache-2.0 */
/* scan_test.c -- which series are read, and what of their values can be shown. */
#include "influxql/scan.h"

#include "influxql/select_fixture_test.h"

static void test_the_series_that_are_meant_are_read(void **state)
{
    (void)state;
    static const struct select_test_row rows[] = {
        {"SELECT f FROM cpu WHERE time > 25", "cpu(time,f) 30,3"},
        {"SELECT f FROM cpu WHERE time > 25 GROUP BY host", "cpu{host=b}(time,f) 30,3"},
        {"SELECT f FROM cpu WHERE time < 5 GROUP BY host ORDER BY time DESC",
         "cpu{host=b}(time,f) 0,10; cpu{host=a}(time,f) 0,1.5"},
        {"SELECT f FROM cpu WHERE region = 'eu' GROUP BY *",
         "cpu{host=,region=eu}(time,f) 5,0.5; cpu{host=a,region=eu}(time,f) 0,1.5 10,2.5 20,4"},
        {"SELECT f FROM cpu WHERE region = 'eu' AND host != 'a'", "cpu(time,f) 5,0.5"},
        {"SELECT i FROM /cpu|mem/ WHERE host = 'a' GROUP BY host",
         "cpu{host=a}(time,i) 0,3 10,-1 40,7; mem{host=a}(time,i) 10,1"},
    };
    select_test_rows(rows, SX_COUNT_OF(rows));
}

static void test_values_that_no_answer_shows_are_absent(void **state)
{
    (void)state;
    static const struct seg_test_line lines[] = {
        {"m", 1, "f1=#7ff8000000000000 i2=1"},
        {"m", 2, "f1=#7ff0000000000000 i2=2"},
        {"m", 3, "f1=#fff0000000000000"},
        {"m", 4, "f1=4"},
    };
    struct stored_test t;
    stored_test_init(&t);
    scan_test_segment(&t.policies[0], lines, SX_COUNT_OF(lines));
    scan_test_view(&t.policies[0]);
    stored_test_assert(&t, "SELECT f, i FROM m", "m(time,f,i) 1,,1 2,,2 4,4,");
    stored_test_assert(&t, "SELECT count(f), max(f) FROM m", "m(time,count,max) 0,1,4");
    stored_test_deinit(&t);
}

static void test_a_field_of_several_types_is_read_as_the_strongest(void **state)
{
    (void)state;
    static const struct seg_test_line lines[] = {
        {"m", 1, "v2=7"},
        {"m", 2, "v1=1.5"},
        {"m", 3, "v5=text"},
    };
    struct stored_test t;
    stored_test_init(&t);
    scan_test_segment(&t.policies[0], lines, SX_COUNT_OF(lines));
    scan_test_view(&t.policies[0]);
    stored_test_assert(&t, "SELECT v FROM m", "m(time,v) 1,7 2,1.5");
    stored_test_assert(&t, "SELECT v::string FROM m", "m(time,v) 3,text");
    stored_test_assert(&t, "SELECT sum(v::integer) FROM m", "m(time,sum) 0,8");
    stored_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_series_that_are_meant_are_read),
        cmocka_unit_test(test_values_that_no_answer_shows_are_absent),
        cmocka_unit_test(test_a_field_of_several_types_is_read_as_the_strongest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
