/* SPDX-License-Identifier: Apache-2.0 */
/* series_test.c -- rows of several series, merged by time. */
#include "influxql/series.h"

#include "influxql/select_fixture_test.h"

static void test_rows_of_one_time_come_in_the_order_of_the_text_beside_them(void **state)
{
    (void)state;
    static const struct select_test_row rows[] = {
        {"SELECT f, host FROM cpu WHERE time = 0", "cpu(time,f,host) 0,1.5,a 0,10,b"},
        {"SELECT f, host FROM cpu WHERE time = 0 ORDER BY time DESC",
         "cpu(time,f,host) 0,10,b 0,1.5,a"},
        {"SELECT f, host, region FROM cpu ORDER BY time DESC LIMIT 3",
         "cpu(time,f,host,region) 30,3,b,us 20,4,a,eu 15,-2,b,us"},
        {"SELECT f FROM cpu, q.cpu WHERE time = 5", "cpu(time,f) 5,0.5 5,100"},
        {"SELECT f, i, s FROM cpu WHERE time >= 10 AND time <= 30",
         "cpu(time,f,i,s) 10,2.5,-1,y 15,-2,, 20,4,, 30,3,,z"},
        {"SELECT f FROM cpu GROUP BY region",
         "cpu{region=eu}(time,f) 0,1.5 5,0.5 10,2.5 20,4; cpu{region=us}(time,f) 0,10 15,-2 30,3"},
        {"SELECT difference(f) FROM cpu GROUP BY region",
         "cpu{region=eu}(time,difference) 5,-1 10,2 20,1.5; cpu{region=us}(time,difference) 15,-12 "
         "30,5"},
        {"SELECT f FROM (SELECT f FROM cpu GROUP BY host LIMIT 1)",
         "cpu(time,f) 0,1.5 0,10 5,0.5 10,2.5 15,-2"},
        {"SELECT f FROM (SELECT f FROM cpu GROUP BY host LIMIT 1 OFFSET 1)", ""},
    };
    select_test_rows(rows, SX_COUNT_OF(rows));
}

/* Rows of 300 series and 40 times, each time in every other series: more than one batch of each. */
static void test_many_series_are_merged_by_time(void **state)
{
    (void)state;
    struct stored_test t;
    stored_test_init(&t);
    struct scan_test *p = &t.policies[0];
    struct sx_memtable *memtable = scan_test_begin_memtable(p);
    for (unsigned s = 0; s < 300; s++) {
        char key[20], fields[20];
        (void)snprintf(key, sizeof key, "m,s=%03u", s);
        for (unsigned i = 0; i < 40; i++) {
            (void)snprintf(fields, sizeof fields, "v2=%u", s * 100 + i);
            mem_test_row(&p->mt, key, (int64_t)i * 2 + (s & 1), fields);
        }
    }
    mem_test_commit_to(memtable, &p->mt.batch, 1);
    scan_test_view(p);
    stored_test_assert(&t, "SELECT count(v), sum(v) FROM m", "m(time,count,sum) 0,12000,179634000");
    stored_test_assert(&t, "SELECT count(v), sum(v) FROM (SELECT v FROM m)",
                       "m(time,count,sum) 0,12000,179634000");
    stored_test_assert(&t, "SELECT max(e), min(e) FROM (SELECT elapsed(v) AS e FROM m)",
                       "m(time,max,min) 0,1,0");
    stored_test_assert(&t, "SELECT v, s FROM m LIMIT 2 OFFSET 149",
                       "m(time,v,s) 0,29800,298 1,100,001");
    stored_test_assert(&t, "SELECT v, s FROM m ORDER BY time DESC LIMIT 1",
                       "m(time,v,s) 79,29939,299");
    stored_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_of_one_time_come_in_the_order_of_the_text_beside_them),
        cmocka_unit_test(test_many_series_are_merged_by_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
