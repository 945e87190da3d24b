/* SPDX-License-Identifier: Apache-2.0 */
/* node_test.c -- functions that go from point to point, and those that choose points. */
#include "influxql/node.h"

#include "influxql/select_fixture_test.h"

static void test_steps_go_from_point_to_point(void **state)
{
    (void)state;
    static const struct select_test_row rows[] = {
        {"SELECT difference(f) FROM cpu WHERE host = 'a'", "cpu(time,difference) 10,1 20,1.5"},
        {"SELECT derivative(f, 10ns) FROM cpu WHERE host = 'a'",
         "cpu(time,derivative) 10,1 20,1.5"},
        {"SELECT non_negative_difference(f) FROM cpu",
         "cpu(time,non_negative_difference) 10,2 20,6"},
        {"SELECT non_negative_derivative(f, 1ns) FROM cpu",
         "cpu(time,non_negative_derivative) 10,0.4 20,1.2"},
        {"SELECT cumulative_sum(i) FROM cpu", "cpu(time,cumulative_sum) 0,3 0,8 5,10 10,9 40,16"},
        {"SELECT moving_average(f, 2) FROM cpu",
         "cpu(time,moving_average) 0,5.75 5,5.25 10,1.5 15,0.25 20,1 30,3.5"},
        {"SELECT elapsed(f) FROM cpu", "cpu(time,elapsed) 0,0 5,5 10,5 15,5 20,5 30,10"},
        {"SELECT elapsed(s, 5ns) FROM cpu", "cpu(time,elapsed) 10,2 30,4"},
        {"SELECT integral(f, 10ns) FROM mem", "mem(time,integral) 0,12.75"},
        {"SELECT integral(f, 10ns) FROM mem WHERE time >= 0 AND time < 40 GROUP BY time(20ns)",
         "mem(time,integral) 0,8.333333333333332 20,4.416666666666666"},
        {"SELECT difference(mean(f)) FROM cpu WHERE time >= 0 AND time < 50 GROUP BY time(10ns)",
         "cpu(time,difference) 10,-3.75 20,3.75 30,-1"},
        {"SELECT derivative(sum(f)) FROM cpu WHERE time >= 0 AND time < 50 GROUP BY time(10ns) "
         "fill(0)",
         "cpu(time,derivative) 0,12 10,-11.5 20,3.5 30,-1 40,-3"},
        {"SELECT cumulative_sum(count(f)) FROM cpu WHERE time >= 0 AND time < 50 GROUP BY "
         "time(20ns), host",
         "cpu{host=}(time,cumulative_sum) 0,1 20,1 40,1; cpu{host=a}(time,cumulative_sum) 0,2 20,3 "
         "40,3; cpu{host=b}(time,cumulative_sum) 0,2 20,3 40,3"},
        {"SELECT moving_average(max(f), 2) FROM cpu WHERE time >= 0 AND time < 50 GROUP BY "
         "time(10ns) fill(previous)",
         "cpu(time,moving_average) 10,6.25 20,3.25 30,3.5 40,3"},
        {"SELECT difference(f) FROM cpu GROUP BY host ORDER BY time DESC",
         "cpu{host=b}(time,difference) 15,-5 0,12; cpu{host=a}(time,difference) 10,-1.5 0,-1"},
        {"SELECT difference(u) FROM cpu", ""},
        {"SELECT moving_average(f, 100) FROM cpu", ""},
    };
    select_test_rows(rows, SX_COUNT_OF(rows));
}

static void test_some_points_are_chosen(void **state)
{
    (void)state;
    static const struct select_test_row rows[] = {
        {"SELECT top(f, 1) FROM cpu", "cpu(time,top) 0,10"},
        {"SELECT top(f, 3), host FROM cpu", "cpu(time,top,host) 0,10,b 20,4,a 30,3,b"},
        {"SELECT bottom(f, 2) FROM cpu", "cpu(time,bottom) 5,0.5 15,-2"},
        {"SELECT top(f, host, 2) FROM cpu", "cpu(time,top,host) 0,10,b 20,4,a"},
        {"SELECT top(f, region, host, 5), i FROM cpu",
         "cpu(time,top,region,host,i) 0,10,us,b,5 5,0.5,eu,,2 20,4,eu,a,"},
        {"SELECT bottom(i, region, 2) FROM cpu GROUP BY host",
         "cpu{host=}(time,bottom,region) 5,2,eu; cpu{host=a}(time,bottom,region) 10,-1,eu; "
         "cpu{host=b}(time,bottom,region) 0,5,us"},
        {"SELECT top(f, 2) FROM cpu WHERE time >= 0 AND time < 50 GROUP BY time(20ns)",
         "cpu(time,top) 0,10 10,2.5 20,4 30,3"},
        {"SELECT top(f, host, 1) FROM cpu WHERE time >= 0 AND time < 50 GROUP BY time(20ns)",
         "cpu(time,top,host) 0,10,b 20,4,a"},
        {"SELECT top(f, 2) FROM cpu ORDER BY time DESC", "cpu(time,top) 20,4 0,10"},
        {"SELECT top(f, 100) FROM mem", "mem(time,top) 10,8 25,9"},
        {"SELECT top(f, none, 2) FROM cpu", "cpu(time,top,none) 0,10,"},
        {"SELECT top(f, i, 2) FROM cpu", "cpu(time,top,i) 0,10,5 20,4,"},
        {"SELECT sample(f, 10) FROM mem", "mem(time,sample) 10,8 25,9"},
        {"SELECT sample(s, 2), host FROM cpu WHERE host = 'a'",
         "cpu(time,sample,host) 0,x,a 10,y,a"},
        {"SELECT abs(bottom(f, host, 2)) FROM cpu", "cpu(time,abs) 5,0.5 15,2"},
        {"SELECT top(u, 2) FROM cpu", "cpu(time,top) 0,7"},
        {"SELECT bottom(m, host, 2) FROM (SELECT max(f) AS m FROM cpu GROUP BY host)",
         "cpu(time,bottom,host) 5,0.5, 20,4,a"},
    };
    select_test_rows(rows, SX_COUNT_OF(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps_go_from_point_to_point),
        cmocka_unit_test(test_some_points_are_chosen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
