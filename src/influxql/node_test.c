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

static void test_technical_functions_follow_the_peer(void **state)
{
    (void)state;
    static const struct select_test_row rows[] = {
        {"SELECT exponential_moving_average(f, 2) FROM cpu",
         "cpu(time,exponential_moving_average) 0,7.166666666666666 5,2.7222222222222223 "
         "10,2.574074074074074 15,-0.475308641975309 20,2.5082304526748964 30,2.8360768175582987"},
        {"SELECT exponential_moving_average(f, 3, 0, 'simple') FROM cpu",
         "cpu(time,exponential_moving_average) 0,1.5 0,5.75 5,4 10,3.25 15,0.625 20,2.3125 "
         "30,2.65625"},
        {"SELECT double_exponential_moving_average(f, 2, 0) FROM cpu",
         "cpu(time,double_exponential_moving_average) 0,1.5 0,9.055555555555555 "
         "5,1.8703703703703707 10,2.2407407407407405 15,-1.6028806584362147 20,3.1268861454046633 "
         "30,3.1515775034293547"},
        {"SELECT double_exponential_moving_average(f, 2, -1, 'simple') FROM cpu",
         "cpu(time,double_exponential_moving_average) 5,0.5 10,1.8888888888888884 "
         "15,-1.6851851851851847 20,3.1111111111111107 30,3.1502057613168724"},
        {"SELECT triple_exponential_moving_average(f, 2, 0, 'simple') FROM cpu",
         "cpu(time,triple_exponential_moving_average) 0,1.5 0,5.75 5,-1.25 10,1.8888888888888884 "
         "15,-1.8950617283950613 20,3.6337448559670777 30,3.2242798353909468"},
        {"SELECT triple_exponential_derivative(f, 2) FROM cpu",
         "cpu(time,triple_exponential_derivative) 5,-7.3732718894009 10,-14.593698175787717 "
         "15,-52.98813376483278 20,17.622762735199604 30,28.9244375081285"},
        {"SELECT relative_strength_index(f, 2) FROM cpu",
         "cpu(time,relative_strength_index) 5,39.36170212765957 10,51.694915254237294 "
         "15,26.991150442477874 20,67.8988326848249 30,57.21311475409836"},
        {"SELECT relative_strength_index(f, 2, 0, 'simple') FROM cpu",
         "cpu(time,relative_strength_index) 0,100 0,100 5,51.282051282051285 10,62.74509803921569 "
         "15,30.47619047619048 20,70.68273092369478 30,59.25925925925925"},
        {"SELECT kaufmans_efficiency_ratio(f, 2, 0) FROM cpu",
         "cpu(time,kaufmans_efficiency_ratio) 0,1 0,1 5,0.05555555555555555 10,0.6521739130434783 "
         "15,0.38461538461538464 20,0.14285714285714285 30,0.7142857142857143"},
        {"SELECT kaufmans_adaptive_moving_average(f, 2, 0) FROM cpu",
         "cpu(time,kaufmans_adaptive_moving_average) 0,0.6666666666666664 0,5.277777777777777 "
         "5,9.908819830737587 10,8.359984759497076 15,7.4515942921405305 20,7.373375714124627 "
         "30,6.303418145493836"},
        {"SELECT chande_momentum_oscillator(f, 2) FROM cpu",
         "cpu(time,chande_momentum_oscillator) 0,100 5,-5.555555555555555 10,-65.21739130434783 "
         "15,-38.46153846153847 20,14.285714285714285 30,71.42857142857143"},
        {"SELECT chande_momentum_oscillator(f, 2, 2, 'exponential') FROM cpu",
         "cpu(time,chande_momentum_oscillator) 5,-21.276595744680858 10,3.3898305084745735 "
         "15,-46.01769911504426 20,35.79766536964981 30,14.426229508196725"},
        {"SELECT exponential_moving_average(i, 100) FROM cpu", ""},
        {"SELECT kaufmans_efficiency_ratio(s, 2) FROM cpu",
         "error: unsupported kaufmans efficiency ratio iterator type: "
         "*query.stringInterruptIterator"},
        {"SELECT exponential_moving_average(mean(f), 2) FROM cpu WHERE time >= 0 AND time < 50 "
         "GROUP BY time(10ns) fill(none)",
         "cpu(time,exponential_moving_average) 10,1.5 20,3.1666666666666665 30,3.0555555555555554"},
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
        cmocka_unit_test(test_technical_functions_follow_the_peer),
        cmocka_unit_test(test_some_points_are_chosen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
