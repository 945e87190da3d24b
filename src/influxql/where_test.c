/* SPDX-License-Identifier: Apache-2.0 */
/* where_test.c -- conditions: what tags decide, what is left to the rows, and the peer's rules
 * about what is not there. */
#include "influxql/where.h"

#include "influxql/select_fixture_test.h"

static void test_tags_and_fields_decide(void **state)
{
    (void)state;
    static const struct select_test_row rows[] = {
        {"SELECT f FROM cpu WHERE host = 'a'", "cpu(time,f) 0,1.5 10,2.5 20,4"},
        {"SELECT f FROM cpu WHERE host != 'a'", "cpu(time,f) 0,10 5,0.5 15,-2 30,3"},
        {"SELECT f FROM cpu WHERE host = ''", "cpu(time,f) 5,0.5"},
        {"SELECT f FROM cpu WHERE host =~ /[ab]/", "cpu(time,f) 0,1.5 0,10 10,2.5 15,-2 20,4 30,3"},
        {"SELECT f FROM cpu WHERE host !~ /a/", "cpu(time,f) 0,10 5,0.5 15,-2 30,3"},
        {"SELECT f FROM cpu WHERE host =~ /^$/", "cpu(time,f) 5,0.5"},
        {"SELECT f FROM cpu WHERE f > 2", "cpu(time,f) 0,10 10,2.5 20,4 30,3"},
        {"SELECT f FROM cpu WHERE f >= 2.5 AND f <= 4", "cpu(time,f) 10,2.5 20,4 30,3"},
        {"SELECT f FROM cpu WHERE i = 3 OR host = 'b'", "cpu(time,f) 0,1.5 0,10 15,-2 30,3"},
        {"SELECT f FROM cpu WHERE host = 'a' AND (f < 2 OR i < 0)", "cpu(time,f) 0,1.5 10,2.5"},
        {"SELECT f FROM cpu WHERE s = 'x'", "cpu(time,f) 0,1.5"},
        {"SELECT f FROM cpu WHERE s =~ /[xz]/", "cpu(time,f) 0,1.5 30,3"},
        {"SELECT f FROM cpu WHERE s != 'x'", "cpu(time,f) 10,2.5 30,3"},
        {"SELECT f FROM cpu WHERE b = true", "cpu(time,f) 0,1.5"},
        {"SELECT f FROM cpu WHERE u = 7", "cpu(time,f) 0,10"},
        {"SELECT f FROM cpu WHERE i / 2 = 1", "cpu(time,f) 0,1.5 5,0.5"},
        {"SELECT f FROM cpu WHERE f + i > 4", "cpu(time,f) 0,1.5 0,10"},
        {"SELECT f FROM cpu WHERE none = 'a'", ""},
        {"SELECT f FROM cpu WHERE none = ''",
         "cpu(time,f) 0,1.5 0,10 5,0.5 10,2.5 15,-2 20,4 30,3"},
        {"SELECT f FROM cpu WHERE none = 1", ""},
        {"SELECT f FROM cpu WHERE host = region", "cpu(time,f) 0,1.5 0,10 10,2.5 15,-2 20,4 30,3"},
        {"SELECT f FROM cpu WHERE host", "error: invalid condition expression: host"},
        {"SELECT f FROM cpu WHERE f = 'x'", ""},
        {"SELECT f FROM cpu WHERE true", "cpu(time,f) 0,1.5 0,10 5,0.5 10,2.5 15,-2 20,4 30,3"},
        {"SELECT f FROM cpu WHERE false", ""},
        {"SELECT f FROM cpu WHERE 1 = 1", "cpu(time,f) 0,1.5 0,10 5,0.5 10,2.5 15,-2 20,4 30,3"},
        {"SELECT f FROM cpu WHERE time = 15", "cpu(time,f) 15,-2"},
        {"SELECT f FROM cpu WHERE time > 5 AND time <= 20 AND host = 'a'",
         "cpu(time,f) 10,2.5 20,4"},
        {"SELECT f FROM cpu WHERE host = 'a' OR time = 15", ""},
        {"SELECT count(f) FROM cpu WHERE i > 0 GROUP BY host",
         "cpu{host=}(time,count) 0,1; cpu{host=a}(time,count) 0,1; cpu{host=b}(time,count) 0,1"},
        {"SELECT f FROM cpu WHERE _name = 'cpu'",
         "cpu(time,f) 0,1.5 0,10 5,0.5 10,2.5 15,-2 20,4 30,3"},
        {"SELECT f FROM cpu WHERE host > 'a'", "cpu(time,f) 0,10 5,0.5 15,-2 30,3"},
    };
    select_test_rows(rows, SX_COUNT_OF(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tags_and_fields_decide),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
