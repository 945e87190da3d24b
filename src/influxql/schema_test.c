/* SPDX-License-Identifier: Apache-2.0 */
/* schema_test.c -- databases, policies and measurements that sources name. */
#include "influxql/schema.h"

#include "influxql/select_fixture_test.h"

static void test_sources_name_what_is_stored(void **state)
{
    (void)state;
    static const struct select_test_row rows[] = {
        {"SELECT f FROM d.p.cpu WHERE f > 3", "cpu(time,f) 0,10 20,4"},
        {"SELECT f FROM d.q.cpu", "cpu(time,f) 5,100"},
        {"SELECT f FROM d..mem", "mem(time,f) 10,8 25,9"},
        {"SELECT f FROM q./c/", "cpu(time,f) 5,100"},
        {"SELECT f FROM /none/", ""},
        {"SELECT f FROM e..cpu", "error: default retention policy not set for: e"},
        {"SELECT f FROM e.p.cpu", "error: retention policy not found: p"},
        {"SELECT f FROM nodb..cpu", "error: database not found: nodb"},
        {"SELECT f FROM none.cpu", "error: retention policy not found: none"},
        {"SELECT f FROM (SELECT f FROM nodb..cpu)", "error: database not found: nodb"},
        {"SELECT f FROM mem, mem", "mem(time,f) 10,8 10,8 25,9 25,9"},
        {"SELECT f FROM cpu, q.cpu GROUP BY host",
         "cpu{host=}(time,f) 5,0.5; cpu{host=a}(time,f) 0,1.5 10,2.5 20,4; cpu{host=b}(time,f) "
         "0,10 15,-2 30,3; cpu{host=q}(time,f) 5,100"},
    };
    select_test_rows(rows, SX_COUNT_OF(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sources_name_what_is_stored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
