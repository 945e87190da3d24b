/* SPDX-License-Identifier: Apache-2.0 */
/* level_test.c -- SELECT from the rows to the answer: names alone, functions, both, of one series
 * and of several, by time and tags; and each allocation of them failing. */
#include "influxql/level.h"

#include "influxql/select_fixture_test.h"

static void test_names_alone_give_rows_by_time(void **state)
{
    (void)state;
    static const struct select_test_row rows[] = {
        {"SELECT f FROM cpu", "cpu(time,f) 0,1.5 0,10 5,0.5 10,2.5 15,-2 20,4 30,3"},
        {"SELECT f, i FROM cpu WHERE host = 'a'", "cpu(time,f,i) 0,1.5,3 10,2.5,-1 20,4, 40,,7"},
        {"SELECT * FROM mem", "mem(time,f,host,i) 10,8,a,1 25,9,a,"},
        {"SELECT f, host FROM cpu",
         "cpu(time,f,host) 0,1.5,a 0,10,b 5,0.5, 10,2.5,a 15,-2,b 20,4,a 30,3,b"},
        {"SELECT host FROM cpu", ""},
        {"SELECT none FROM cpu", ""},
        {"SELECT f, none FROM mem", "mem(time,f,none) 10,8, 25,9,"},
        {"SELECT f FROM cpu ORDER BY time DESC",
         "cpu(time,f) 30,3 20,4 15,-2 10,2.5 5,0.5 0,1.5 0,10"},
        {"SELECT f FROM cpu GROUP BY host", "cpu{host=}(time,f) 5,0.5; cpu{host=a}(time,f) 0,1.5 "
                                            "10,2.5 20,4; cpu{host=b}(time,f) 0,10 15,-2 30,3"},
        {"SELECT f FROM cpu GROUP BY *",
         "cpu{host=,region=eu}(time,f) 5,0.5; cpu{host=a,region=eu}(time,f) 0,1.5 10,2.5 20,4; "
         "cpu{host=b,region=us}(time,f) 0,10 15,-2 30,3"},
        {"SELECT s, b, u FROM cpu GROUP BY region",
         "cpu{region=eu}(time,s,b,u) 0,x,true, 10,y,,; cpu{region=us}(time,s,b,u) 0,,,7 15,,false, "
         "30,z,,"},
        {"SELECT f FROM none", ""},
        {"SELECT f FROM q.cpu", "cpu(time,f) 5,100"},
        {"SELECT f FROM p.cpu, q.cpu", "cpu(time,f) 0,1.5 0,10 5,100 5,0.5 10,2.5 15,-2 20,4 30,3"},
        {"SELECT f FROM cpu, mem",
         "cpu(time,f) 0,1.5 0,10 5,0.5 10,2.5 15,-2 20,4 30,3; mem(time,f) 10,8 25,9"},
        {"SELECT f FROM /./",
         "cpu(time,f) 0,1.5 0,10 5,0.5 10,2.5 15,-2 20,4 30,3; mem(time,f) 10,8 25,9"},
        {"SELECT f AS v, f FROM mem", "mem(time,v,f) 10,8,8 25,9,9"},
    };
    select_test_rows(rows, SX_COUNT_OF(rows));
}

static void test_functions_give_one_row_a_window(void **state)
{
    (void)state;
    static const struct select_test_row rows[] = {
        {"SELECT count(f) FROM cpu", "cpu(time,count) 0,7"},
        {"SELECT count(f), sum(i), mean(f), min(f), max(i), first(f), last(f), spread(i) FROM cpu",
         "cpu(time,count,sum,mean,min,max,first,last,spread) "
         "0,7,16,2.7857142857142856,-2,7,10,3,8"},
        {"SELECT stddev(f), median(f), mode(i), percentile(f, 50) FROM cpu",
         "cpu(time,stddev,median,mode,percentile) 0,3.728908942943218,2.5,-1,2.5"},
        {"SELECT mean(f) FROM cpu WHERE time >= 0 AND time < 50 GROUP BY time(10ns)",
         "cpu(time,mean) 0,4 10,0.25 20,4 30,3 40,"},
        {"SELECT sum(i) FROM cpu WHERE time >= 0 AND time < 50 GROUP BY time(20ns), host",
         "cpu{host=}(time,sum) 0,2 20, 40,; cpu{host=a}(time,sum) 0,2 20, 40,7; "
         "cpu{host=b}(time,sum) 0,5 20, 40,"},
        {"SELECT count(f) FROM cpu WHERE time >= 0 AND time < 50 GROUP BY time(20ns, 5ns)",
         "cpu(time,count) -15,2 5,4 25,1 45,0"},
        {"SELECT distinct(f) FROM cpu", "cpu(time,distinct) 0,1.5 0,10 0,0.5 0,2.5 0,-2 0,4 0,3"},
        {"SELECT count(distinct(i)) FROM cpu", "cpu(time,count) 0,5"},
        {"SELECT mean(*) FROM cpu", "cpu(time,mean_f,mean_i,mean_u) 0,2.7857142857142856,3.2,7"},
        {"SELECT count(s), first(s), last(b) FROM cpu", "cpu(time,count,first,last) 0,3,x,false"},
        {"SELECT sum(none) FROM cpu", ""},
        {"SELECT sum(none), sum(i) FROM cpu", "cpu(time,sum,sum_1) 0,,16"},
        {"SELECT mean(f) FROM cpu WHERE time > 100", ""},
        {"SELECT sum(f) FROM cpu GROUP BY region",
         "cpu{region=eu}(time,sum) 0,8.5; cpu{region=us}(time,sum) 0,11"},
        {"SELECT max(u), min(b) FROM cpu", "cpu(time,max,min) 0,7,false"},
        {"SELECT mean(f) FROM cpu WHERE time >= 0 AND time < 50 GROUP BY time(10ns) ORDER BY time "
         "DESC LIMIT 2",
         "cpu(time,mean) 40, 30,3"},
    };
    select_test_rows(rows, SX_COUNT_OF(rows));
}

static void test_selectors_keep_their_time_and_what_stands_beside(void **state)
{
    (void)state;
    static const struct select_test_row rows[] = {
        {"SELECT max(f) FROM cpu", "cpu(time,max) 0,10"},
        {"SELECT min(f), host FROM cpu", "cpu(time,min,host) 15,-2,b"},
        {"SELECT first(f), i, region FROM cpu", "cpu(time,first,i,region) 0,10,5,us"},
        {"SELECT last(f), s FROM cpu GROUP BY host",
         "cpu{host=}(time,last,s) 5,0.5,; cpu{host=a}(time,last,s) 20,4,; cpu{host=b}(time,last,s) "
         "30,3,z"},
        {"SELECT max(f) FROM cpu WHERE time >= 0 AND time < 50 GROUP BY time(20ns)",
         "cpu(time,max) 0,10 20,4 40,"},
        {"SELECT max(f), host FROM cpu WHERE time >= 0 AND time < 50 GROUP BY time(20ns)",
         "cpu(time,max,host) 0,10,b 20,4,a 40,,"},
        {"SELECT max(f), min(f) FROM cpu", "cpu(time,max,min) 0,10,-2"},
        {"SELECT percentile(f, 90), host FROM cpu", "cpu(time,percentile,host) 20,4,a"},
    };
    select_test_rows(rows, SX_COUNT_OF(rows));
}

static void test_fields_are_computed(void **state)
{
    (void)state;
    static const struct select_test_row rows[] = {
        {"SELECT f + i FROM cpu", "cpu(time,f_i) 0,4.5 0,15 5,2.5 10,1.5 15, 20, 30, 40,"},
        {"SELECT f * 2, i / 2, i % 2 FROM cpu WHERE host = 'a'",
         "cpu(time,f,i,i_1) 0,3,1.5,1 10,5,-0.5,-1 20,8,, 40,,3.5,1"},
        {"SELECT i & 1, i | 8, i ^ 3 FROM cpu WHERE host = 'a'",
         "cpu(time,i,i_1,i_2) 0,1,11,0 10,1,-1,-4 40,1,15,4"},
        {"SELECT mean(f) / max(i) FROM cpu", "cpu(time,mean_max) 0,0.3979591836734694"},
        {"SELECT -f FROM mem", "mem(time,f) 10,-8 25,-9"},
        {"SELECT f::integer, i::float FROM mem", "mem(time,f,i) 10,8,1 25,9,"},
        {"SELECT abs(f), sqrt(i), pow(i, 2) FROM cpu WHERE host = 'a'",
         "cpu(time,abs,sqrt,pow) 0,1.5,1.7320508075688772,9 10,2.5,,1 20,4,, "
         "40,,2.6457513110645907,49"},
        {"SELECT sum(f) + sum(none) FROM cpu", "cpu(time,sum_sum) 0,"},
        {"SELECT round(mean(f)) FROM cpu", "cpu(time,round) 0,3"},
        {"SELECT f / 0 FROM mem", "mem(time,f) 10,0 25,0"},
        {"SELECT s + f FROM cpu",
         "error: type error: s::string + f::float: incompatible types: string and float"},
    };
    select_test_rows(rows, SX_COUNT_OF(rows));
}

static void test_a_range_without_any_time_has_no_rows(void **state)
{
    (void)state;
    static const struct select_test_row rows[] = {
        {"SELECT f FROM cpu WHERE time >= 10 AND time <= 9", ""},
        {"SELECT count(f) FROM cpu WHERE time >= 10 AND time <= 9", ""},
        {"SELECT count(f), last(i) FROM cpu WHERE time > 10 AND time < 11 GROUP BY host", ""},
        {"SELECT sum(i) FROM cpu WHERE time >= 10 AND time <= 9 GROUP BY time(5ns) fill(0)", ""},
        {"SELECT max(f) FROM cpu WHERE time >= 20 AND time < 0 GROUP BY time(10ns) fill(none) "
         "ORDER BY time DESC LIMIT 2",
         ""},
        {"SELECT median(f) FROM cpu WHERE time >= 20 AND time < 0 GROUP BY time(10ns)", ""},
        {"SELECT max(m) FROM (SELECT mean(f) AS m FROM cpu WHERE time >= 10 AND time <= 9)", ""},
    };
    select_test_rows(rows, SX_COUNT_OF(rows));
}

/* As InfluxDB answers: a window that begins with time itself is shown at 0, and filling begins
 * there with the first point. */
static void test_the_first_window_of_all_is_shown_at_the_epoch(void **state)
{
    (void)state;
    static const struct select_test_row rows[] = {
        {"SELECT count(i), last(i) FROM q.start WHERE time <= 9 GROUP BY time(10m) fill(none)",
         "start(time,count,last) 0,2,2 0,1,3"},
        {"SELECT count(i), last(i) FROM q.start WHERE time >= -9223372036854775806 AND time <= 9 "
         "GROUP BY time(10m), host",
         "start{host=a}(time,count,last) 0,2,2; start{host=c}(time,count,last) 0,1,3"},
        {"SELECT count(i), last(i) FROM q.start WHERE time >= -9223372036854775805 AND time <= 9 "
         "GROUP BY time(10m), host",
         "start{host=a}(time,count,last) 0,1,2; start{host=c}(time,count,last) 0,1,3"},
        {"SELECT max(i) FROM q.start WHERE time >= -9223372036854775805 AND time <= 9 "
         "GROUP BY time(10m) fill(7) ORDER BY time DESC",
         "start(time,max) 0,3 0,2"},
        {"SELECT sum(i) FROM q.start WHERE time >= -9223372036854775805 AND "
         "time <= -9223372036000000000 GROUP BY time(1h) fill(0)",
         "start(time,sum) 0,2"},
        {"SELECT sum(i) FROM q.start WHERE time <= 9", "start(time,sum) 0,6"},
        {"SELECT sum(i) FROM q.start WHERE time >= -9223372036854775805 AND time <= 9",
         "start(time,sum) -9223372036854775805,5"},
        {"SELECT first(i) FROM q.start WHERE time <= 9",
         "start(time,first) -9223372036854775806,1"},
        {"SELECT count(i) FROM q.start WHERE time <= -9223372036854775800 GROUP BY time(1ns) "
         "fill(none)",
         "start(time,count) 0,1 -9223372036854775800,1"},
    };
    select_test_rows(rows, SX_COUNT_OF(rows));
}

static void test_windows_without_a_point_are_filled(void **state)
{
    (void)state;
    static const struct select_test_row rows[] = {
        {"SELECT mean(f) FROM mem WHERE time >= 0 AND time < 50 GROUP BY time(10ns)",
         "mem(time,mean) 0, 10,8 20,9 30, 40,"},
        {"SELECT mean(f) FROM mem WHERE time >= 0 AND time < 50 GROUP BY time(10ns) fill(none)",
         "mem(time,mean) 10,8 20,9"},
        {"SELECT mean(f) FROM mem WHERE time >= 0 AND time < 50 GROUP BY time(10ns) fill(previous)",
         "mem(time,mean) 0, 10,8 20,9 30,9 40,9"},
        {"SELECT mean(f) FROM mem WHERE time >= 0 AND time < 50 GROUP BY time(10ns) fill(linear)",
         "mem(time,mean) 0, 10,8 20,9 30, 40,"},
        {"SELECT mean(f) FROM mem WHERE time >= 0 AND time < 50 GROUP BY time(10ns) fill(7)",
         "mem(time,mean) 0,7 10,8 20,9 30,7 40,7"},
        {"SELECT count(f) FROM mem WHERE time >= 0 AND time < 50 GROUP BY time(10ns)",
         "mem(time,count) 0,0 10,1 20,1 30,0 40,0"},
        {"SELECT count(f) FROM mem WHERE time >= 0 AND time < 50 GROUP BY time(10ns) fill(3)",
         "mem(time,count) 0,3 10,1 20,1 30,3 40,3"},
        {"SELECT first(i), last(f) FROM mem WHERE time >= 0 AND time < 50 GROUP BY time(10ns) "
         "fill(previous)",
         "mem(time,first,last) 0,, 10,1,8 20,1,9 30,1,9 40,1,9"},
        {"SELECT mean(f), count(i) FROM cpu WHERE time >= 0 AND time < 50 GROUP BY time(20ns), "
         "host fill(0)",
         "cpu{host=}(time,mean,count) 0,0.5,1 20,0,0 40,0,0; cpu{host=a}(time,mean,count) 0,2,2 "
         "20,4,0 40,0,1; cpu{host=b}(time,mean,count) 0,4,1 20,3,0 40,0,0"},
        {"SELECT max(f) FROM mem WHERE time >= 0 AND time < 50 GROUP BY time(10ns) fill(linear) "
         "ORDER BY time DESC",
         "mem(time,max) 40, 30, 20,9 10,8 0,"},
        {"SELECT mean(f) FROM mem WHERE time >= 10 AND time <= 39 GROUP BY time(10ns)",
         "mem(time,mean) 10,8 20,9 30,"},
    };
    select_test_rows(rows, SX_COUNT_OF(rows));
}

static void test_limits_are_of_rows_and_of_series(void **state)
{
    (void)state;
    static const struct select_test_row rows[] = {
        {"SELECT f FROM cpu LIMIT 2", "cpu(time,f) 0,1.5 0,10"},
        {"SELECT f FROM cpu LIMIT 2 OFFSET 1", "cpu(time,f) 0,10 5,0.5"},
        {"SELECT f FROM cpu OFFSET 2", "cpu(time,f) 5,0.5"},
        {"SELECT f FROM cpu GROUP BY host LIMIT 1",
         "cpu{host=}(time,f) 5,0.5; cpu{host=a}(time,f) 0,1.5; cpu{host=b}(time,f) 0,10"},
        {"SELECT f FROM cpu GROUP BY host SLIMIT 1", "cpu{host=}(time,f) 5,0.5"},
        {"SELECT f FROM cpu GROUP BY host SLIMIT 1 SOFFSET 1",
         "cpu{host=a}(time,f) 0,1.5 10,2.5 20,4"},
        {"SELECT f FROM cpu GROUP BY host SOFFSET 1", ""},
        {"SELECT f FROM cpu GROUP BY host ORDER BY time DESC LIMIT 1 SLIMIT 2",
         "cpu{host=a}(time,f) 20,4; cpu{host=}(time,f) 5,0.5"},
        {"SELECT sum(f) FROM cpu WHERE time >= 0 AND time < 50 GROUP BY time(10ns) LIMIT 2",
         "cpu(time,sum) 0,12 10,0.5"},
        {"SELECT sum(f) FROM cpu WHERE time >= 0 AND time < 50 GROUP BY time(10ns) LIMIT 2 OFFSET "
         "3",
         "cpu(time,sum) 30,3 40,"},
        {"SELECT f FROM cpu GROUP BY * SLIMIT 1",
         "cpu{host=a,region=eu}(time,f) 0,1.5 10,2.5 20,4"},
    };
    select_test_rows(rows, SX_COUNT_OF(rows));
}

static void test_what_is_wrong_is_told_in_the_peers_words(void **state)
{
    (void)state;
    static const struct select_test_row rows[] = {
        {"SELECT mean(s) FROM cpu",
         "error: unsupported mean iterator type: *query.stringInterruptIterator"},
        {"SELECT sum(b) FROM cpu",
         "error: unsupported sum iterator type: *query.booleanInterruptIterator"},
        {"SELECT f FROM cpu WHERE time > now() GROUP BY time(1s)",
         "error: GROUP BY requires at least one aggregate function"},
        {"SELECT mean(f) FROM cpu GROUP BY time(0s)", "cpu(time,mean) 0,2.7857142857142856"},
        {"SELECT f FROM none.cpu", "error: retention policy not found: none"},
        {"SELECT f FROM nodb.p.cpu", "error: database not found: nodb"},
        {"SELECT f INTO x FROM cpu", "error: stria: SELECT INTO is not supported"},
        {"SELECT holt_winters(mean(f), 2, 2) FROM cpu WHERE time >= 0 AND time < 50 GROUP BY "
         "time(10ns)",
         "error: stria: the function holt_winters() is not supported"},
        {"SELECT mean(f), f FROM cpu",
         "error: mixing aggregate and non-aggregate queries is not supported"},
        {"SELECT top(s, 2) FROM cpu",
         "error: unsupported top iterator type: *query.stringInterruptIterator"},
        {"SELECT derivative(s) FROM cpu",
         "error: unsupported derivative iterator type: *query.stringInterruptIterator"},
    };
    select_test_rows(rows, SX_COUNT_OF(rows));
}

static void test_a_refused_allocation_fails_the_query_and_leaves_nothing(void **state)
{
    (void)state;
    static const char *const queries[] = {
        "SELECT * FROM cpu ORDER BY time DESC LIMIT 3",
        "SELECT f + i, s FROM cpu WHERE f > 1 AND host =~ /a/ GROUP BY region",
        "SELECT mean(f), max(i), median(f) FROM cpu WHERE time >= 0 AND time < 50 "
        "GROUP BY time(10ns), host fill(linear)",
        "SELECT last(s), host, f FROM cpu",
        "SELECT derivative(mean(f)), count(distinct(i)) FROM cpu WHERE time >= 0 AND time < 50 "
        "GROUP BY time(10ns) LIMIT 2",
        "SELECT top(f, host, 2), s FROM cpu",
        "SELECT sum(m) FROM (SELECT max(f) AS m, host FROM cpu GROUP BY region) WHERE m > 1",
        "SELECT moving_average(f, 2) FROM cpu GROUP BY * SLIMIT 2",
    };
    struct stored_test t;
    select_test_init(&t, SELECT_TEST_MIXED);
    for (size_t i = 0; i < SX_COUNT_OF(queries); i++)
        stored_test_sweep(&t, queries[i]);
    stored_test_deinit(&t);
}

static void test_limits_of_the_request_hold(void **state)
{
    (void)state;
    struct stored_test t;
    select_test_init(&t, SELECT_TEST_MIXED);
    t.request.row_count_max = 3;
    stored_test_assert(&t, "SELECT f FROM cpu", "error: the answer has more than 3 rows");
    t.request.row_count_max = 0;
    t.request.bucket_count_max = 4;
    stored_test_assert(&t,
                       "SELECT mean(f) FROM cpu WHERE time >= 0 AND time < 50 GROUP BY time(10ns)",
                       "error: max-select-buckets limit exceeded: (5/4)");
    t.request.bucket_count_max = 0;
    atomic_store(&t.request.cancelled, true);
    stored_test_assert(&t, "SELECT mean(f) FROM cpu", "error: query interrupted");
    atomic_store(&t.request.cancelled, false);
    stored_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_alone_give_rows_by_time),
        cmocka_unit_test(test_functions_give_one_row_a_window),
        cmocka_unit_test(test_selectors_keep_their_time_and_what_stands_beside),
        cmocka_unit_test(test_fields_are_computed),
        cmocka_unit_test(test_a_range_without_any_time_has_no_rows),
        cmocka_unit_test(test_the_first_window_of_all_is_shown_at_the_epoch),
        cmocka_unit_test(test_windows_without_a_point_are_filled),
        cmocka_unit_test(test_limits_are_of_rows_and_of_series),
        cmocka_unit_test(test_what_is_wrong_is_told_in_the_peers_words),
        cmocka_unit_test(test_a_refused_allocation_fails_the_query_and_leaves_nothing),
        cmocka_unit_test(test_limits_of_the_request_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
