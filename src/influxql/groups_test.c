/* SPDX-License-Identifier: Apache-2.0 */
/* groups_test.c -- the series of answers: by the tags grouped by, also of queries in queries. */
#include "influxql/groups.h"

#include "influxql/select_fixture_test.h"

static void test_series_are_told_apart_by_their_tags(void **state)
{
    (void)state;
    static const struct select_test_row rows[] = {
        {"SELECT sum(f) FROM cpu GROUP BY host, region",
         "cpu{host=,region=eu}(time,sum) 0,0.5; cpu{host=a,region=eu}(time,sum) 0,8; "
         "cpu{host=b,region=us}(time,sum) 0,11"},
        {"SELECT sum(f) FROM cpu GROUP BY region",
         "cpu{region=eu}(time,sum) 0,8.5; cpu{region=us}(time,sum) 0,11"},
        {"SELECT sum(f) FROM cpu GROUP BY region, none",
         "cpu{none=,region=eu}(time,sum) 0,8.5; cpu{none=,region=us}(time,sum) 0,11"},
        {"SELECT sum(f) FROM /./ GROUP BY host",
         "cpu{host=}(time,sum) 0,0.5; cpu{host=a}(time,sum) 0,8; cpu{host=b}(time,sum) 0,11; "
         "mem{host=a}(time,sum) 0,17"},
        {"SELECT sum(f) FROM cpu GROUP BY *",
         "cpu{host=,region=eu}(time,sum) 0,0.5; cpu{host=a,region=eu}(time,sum) 0,8; "
         "cpu{host=b,region=us}(time,sum) 0,11"},
        {"SELECT sum(s) FROM (SELECT sum(f) AS s FROM cpu GROUP BY host, region) GROUP BY region",
         "cpu{region=eu}(time,sum) 0,8.5; cpu{region=us}(time,sum) 0,11"},
        {"SELECT sum(s) FROM (SELECT sum(f) AS s FROM cpu GROUP BY host) GROUP BY region, host",
         "cpu{host=,region=eu}(time,sum) 0,0.5; cpu{host=a,region=eu}(time,sum) 0,8; "
         "cpu{host=b,region=us}(time,sum) 0,11"},
        {"SELECT s FROM (SELECT sum(f) AS s FROM cpu) GROUP BY region",
         "cpu{region=eu}(time,s) 0,8.5; cpu{region=us}(time,s) 0,11"},
        {"SELECT f FROM cpu GROUP BY region ORDER BY time DESC",
         "cpu{region=us}(time,f) 30,3 15,-2 0,10; cpu{region=eu}(time,f) 20,4 10,2.5 5,0.5 0,1.5"},
    };
    select_test_rows(rows, SX_COUNT_OF(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_series_are_told_apart_by_their_tags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
