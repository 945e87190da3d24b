/* SPDX-License-Identifier: Apache-2.0 */
/* collector_test.c -- aggregates and selectors of one reading: ranges, limits, several series. */
#include "influxql/collector.h"

#include "influxql/select_fixture_test.h"

static void test_a_limit_reads_the_first_windows_alone(void **state)
{
    (void)state;
    static const struct select_test_row rows[] = {
        {"SELECT sum(f) FROM cpu WHERE time >= 0 AND time < 1000 GROUP BY time(5ns) fill(none) "
         "LIMIT 1",
         "cpu(time,sum) 0,11.5"},
        {"SELECT sum(f) FROM cpu WHERE time >= 0 AND time < 1000 GROUP BY time(5ns) fill(none) "
         "LIMIT 2 OFFSET 3",
         "cpu(time,sum) 15,-2 20,4"},
        {"SELECT sum(f) FROM cpu WHERE time >= -1000 AND time < 50 GROUP BY time(5ns) fill(none) "
         "LIMIT 3",
         "cpu(time,sum) 0,11.5 5,0.5 10,2.5"},
        {"SELECT sum(f) FROM cpu WHERE time >= -1000 AND time < 50 GROUP BY time(5ns) fill(none) "
         "ORDER BY time DESC LIMIT 2",
         "cpu(time,sum) 30,3 20,4"},
        {"SELECT sum(f), max(i) FROM cpu WHERE time >= 0 AND time < 1000 GROUP BY time(5ns), host "
         "fill(none) LIMIT 1",
         "cpu{host=}(time,sum,max) 5,0.5,2; cpu{host=a}(time,sum,max) 0,1.5,3; "
         "cpu{host=b}(time,sum,max) 0,10,5"},
        {"SELECT first(f) FROM cpu WHERE time >= 0 AND time < 1000 GROUP BY time(7ns) fill(none) "
         "LIMIT 2",
         "cpu(time,first) 0,10 7,2.5"},
        {"SELECT count(f) FROM cpu WHERE time >= 0 AND time < 1000 GROUP BY time(300ns) LIMIT 2",
         "cpu(time,count) 0,7 300,0"},
    };
    select_test_rows(rows, SX_COUNT_OF(rows));
}

static void test_first_and_last_alone_need_not_read_on(void **state)
{
    (void)state;
    static const struct select_test_row rows[] = {
        {"SELECT first(f) FROM cpu", "cpu(time,first) 0,10"},
        {"SELECT last(f) FROM cpu", "cpu(time,last) 30,3"},
        {"SELECT first(i), first(s) FROM cpu GROUP BY host",
         "cpu{host=}(time,first,first_1) 0,2,; cpu{host=a}(time,first,first_1) 0,3,x; "
         "cpu{host=b}(time,first,first_1) 0,5,z"},
        {"SELECT last(i), last(u) FROM cpu GROUP BY host",
         "cpu{host=}(time,last,last_1) 0,2,; cpu{host=a}(time,last,last_1) 0,7,; "
         "cpu{host=b}(time,last,last_1) 0,5,7"},
        {"SELECT last(f), host FROM cpu", "cpu(time,last,host) 30,3,b"},
        {"SELECT first(f), last(f) FROM cpu", "cpu(time,first,last) 0,10,3"},
        {"SELECT last(f) FROM cpu WHERE i > 2", "cpu(time,last) 0,10"},
        {"SELECT last(f) FROM cpu WHERE time < 16 GROUP BY *",
         "cpu{host=,region=eu}(time,last) 5,0.5; cpu{host=a,region=eu}(time,last) 10,2.5; "
         "cpu{host=b,region=us}(time,last) 15,-2"},
        {"SELECT last(*) FROM cpu", "cpu(time,last_b,last_f,last_i,last_s,last_u) 0,false,3,7,z,7"},
        {"SELECT first(f) FROM cpu ORDER BY time DESC", "cpu(time,first) 0,10"},
    };
    select_test_rows(rows, SX_COUNT_OF(rows));
}

static void test_calls_share_one_reading(void **state)
{
    (void)state;
    static const struct select_test_row rows[] = {
        {"SELECT sum(f), sum(f) + 1, mean(f) * 2, sum(f) / count(f) FROM cpu",
         "cpu(time,sum,sum_1,mean,sum_count) 0,19.5,20.5,5.571428571428571,2.7857142857142856"},
        {"SELECT difference(sum(f)), sum(f) FROM cpu WHERE time >= 0 AND time < 50 GROUP BY "
         "time(20ns)",
         "cpu(time,difference,sum) 0,,12.5 20,-5.5,7 40,,"},
        {"SELECT max(f) - min(f), spread(f) FROM cpu GROUP BY region",
         "cpu{region=eu}(time,max_min,spread) 0,3.5,3.5; cpu{region=us}(time,max_min,spread) "
         "0,12,12"},
        {"SELECT percentile(f, 10), percentile(f, 90) FROM cpu",
         "cpu(time,percentile,percentile_1) 0,-2,4"},
        {"SELECT count(f) FROM cpu, mem", "cpu(time,count) 0,7; mem(time,count) 0,2"},
        {"SELECT sum(f) FROM p.cpu, q.cpu", "cpu(time,sum) 0,119.5"},
    };
    select_test_rows(rows, SX_COUNT_OF(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_limit_reads_the_first_windows_alone),
        cmocka_unit_test(test_first_and_last_alone_need_not_read_on),
        cmocka_unit_test(test_calls_share_one_reading),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
