/* SPDX-License-Identifier: Apache-2.0 */
/* input_test.c -- queries of the answers of queries. */
#include "influxql/input.h"

#include "influxql/select_fixture_test.h"

static void test_a_query_reads_the_answer_of_another(void **state)
{
    (void)state;
    static const struct select_test_row rows[] = {
        {"SELECT f FROM (SELECT f FROM cpu)",
         "cpu(time,f) 0,1.5 0,10 5,0.5 10,2.5 15,-2 20,4 30,3"},
        {"SELECT m FROM (SELECT max(f) AS m FROM cpu GROUP BY host)",
         "cpu(time,m) 0,10 5,0.5 20,4"},
        {"SELECT mean(m) FROM (SELECT max(f) AS m FROM cpu GROUP BY host)",
         "cpu(time,mean) 0,4.833333333333333"},
        {"SELECT sum(max) FROM (SELECT max(f) FROM cpu GROUP BY host) GROUP BY host",
         "cpu{host=}(time,sum) 0,0.5; cpu{host=a}(time,sum) 0,4; cpu{host=b}(time,sum) 0,10"},
        {"SELECT max, host FROM (SELECT max(f) FROM cpu GROUP BY host)",
         "cpu(time,max,host) 0,10,b 5,0.5, 20,4,a"},
        {"SELECT f FROM (SELECT f, i FROM cpu) WHERE i > 2", "cpu(time,f) 0,1.5 0,10 40,"},
        {"SELECT mean(f) FROM (SELECT f FROM cpu, mem)",
         "cpu(time,mean) 0,2.7857142857142856; mem(time,mean) 0,8.5"},
        {"SELECT count(none) FROM (SELECT f FROM cpu)", ""},
        {"SELECT f FROM (SELECT f FROM cpu GROUP BY host LIMIT 1)",
         "cpu(time,f) 0,1.5 0,10 5,0.5 10,2.5 15,-2"},
        {"SELECT sum(d) FROM (SELECT difference(f) AS d FROM cpu GROUP BY host)",
         "cpu(time,sum) 0,-4.5"},
        {"SELECT x * 2 FROM (SELECT f + i AS x FROM cpu)",
         "cpu(time,x) 0,9 0,30 5,5 10,3 15, 20, 30, 40,"},
        {"SELECT sum(c) FROM (SELECT count(f) AS c FROM cpu GROUP BY time(10ns), host) WHERE time "
         ">= 0 AND time < 50 GROUP BY time(20ns)",
         "cpu(time,sum) 0,5 20,2 40,"},
        {"SELECT f FROM (SELECT f FROM mem), (SELECT f FROM q.cpu)",
         "cpu(time,f) 5,100; mem(time,f) 10,8 25,9"},
        {"SELECT max(top) FROM (SELECT top(f, host, 2) FROM cpu)", "cpu(time,max) 0,10"},
        {"SELECT f FROM (SELECT f FROM cpu) WHERE host = 'a'", ""},
        {"SELECT f FROM (SELECT f FROM cpu GROUP BY host) WHERE host = 'a'",
         "cpu(time,f) 0,1.5 10,2.5 20,4"},
        {"SELECT f::integer FROM (SELECT f FROM mem)", "mem(time,f) 10,8 25,9"},
        {"SELECT s FROM (SELECT last(s) AS s FROM cpu GROUP BY host)", "cpu(time,s) 10,y 30,z"},
    };
    select_test_rows(rows, SX_COUNT_OF(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_query_reads_the_answer_of_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
