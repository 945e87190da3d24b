/* SPDX-License-Identifier: Apache-2.0 */
/* show_test.c -- SHOW statements over two policies with rows in segments and memtables: every
 * clause, what deletes leave, the peer's words for what is wrong. */
#include "influxql/show.h"

#include "influxql/stored_fixture_test.h"

/* Policy p: cpu and "disk a" in a segment, cpu and mem in a memtable; q: cpu and net. */
static void fill(struct stored_test *t)
{
    static const struct seg_test_line segment[] = {
        {"cpu,host=a,region=eu", 10, "v1=1 n2=1"},
        {"cpu,host=b,region=us", 150, "v1=1"},
        {"disk a,host=a,path=/x y", 20, "free2=5 v5=text"},
    };
    static const struct seg_test_line memtable[] = {
        {"cpu,host=c", 310, "v1=2"},
        {"mem", 40, "value1=1 value2=2"},
        {"cpu,host=a,region=eu", 350, "v1=3"},
    };
    static const struct seg_test_line other[] = {
        {"cpu,host=q,region=eu", 10, "load1=1"},
        {"net,value=x", 10, "rx2=1"},
    };
    stored_test_init(t);
    scan_test_segment(&t->policies[0], segment, SX_COUNT_OF(segment));
    scan_test_memtable(&t->policies[0], memtable, SX_COUNT_OF(memtable));
    scan_test_segment(&t->policies[1], other, SX_COUNT_OF(other));
    for (size_t i = 0; i < STORED_POLICIES; i++)
        scan_test_view(&t->policies[i]);
}

struct row {
    const char *statement, *want;
};

static void assert_all(struct stored_test *t, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        stored_test_assert(t, rows[i].statement, rows[i].want);
}

#define ASSERT_ALL(t, rows) assert_all(t, rows, SX_COUNT_OF(rows))

static void test_measurements_are_those_of_all_policies(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"SHOW MEASUREMENTS", "measurements(name) cpu disk a mem net"},
        {"SHOW MEASUREMENTS LIMIT 2", "measurements(name) cpu disk a"},
        {"SHOW MEASUREMENTS LIMIT 2 OFFSET 3", "measurements(name) net"},
        {"SHOW MEASUREMENTS OFFSET 4", ""},
        {"SHOW MEASUREMENTS ON e", ""},
        {"SHOW MEASUREMENTS ON nodb", ""},
        {"SHOW MEASUREMENTS WITH MEASUREMENT = mem", "measurements(name) mem"},
        {"SHOW MEASUREMENTS WITH MEASUREMENT =~ /^[cd]/", "measurements(name) cpu disk a"},
        {"SHOW MEASUREMENTS WITH MEASUREMENT = none", ""},
        {"SHOW MEASUREMENTS WHERE host = 'a'", "measurements(name) cpu disk a"},
        {"SHOW MEASUREMENTS WHERE host = 'q'", "measurements(name) cpu"},
        {"SHOW MEASUREMENTS WHERE host != 'q'", "measurements(name) disk a"},
        {"SHOW MEASUREMENTS WHERE host != 'none'", "measurements(name) cpu disk a"},
        {"SHOW MEASUREMENTS WHERE host =~ /[bc]/", "measurements(name) cpu"},
        {"SHOW MEASUREMENTS WHERE host !~ /[bc]/", "measurements(name) disk a"},
        {"SHOW MEASUREMENTS WHERE host = ''", ""},
        {"SHOW MEASUREMENTS WHERE host = 'none' OR value = 'x'", "measurements(name) net"},
        {"SHOW MEASUREMENTS WHERE (host = 'a' OR value = 'x') AND region = 'eu'",
         "measurements(name) cpu"},
        {"SHOW MEASUREMENTS WITH MEASUREMENT =~ /c|d/ WHERE host = 'a' LIMIT 1 OFFSET 1",
         "measurements(name) disk a"},
        {"SHOW MEASUREMENTS WHERE _name = 'mem' OR region = 'us'", "measurements(name) cpu mem"},
        {"SHOW MEASUREMENTS WHERE v > 1", "error: invalid tag comparison operator"},
        {"SHOW MEASUREMENTS WHERE host = 1", "error: right side of '=' must be a tag value string"},
        {"SHOW MEASUREMENTS WHERE 'a' = host", "error: left side of '=' must be a tag key"},
        {"SHOW MEASUREMENTS WHERE time > 0",
         "error: SHOW MEASUREMENTS doesn't support time in WHERE clause"},
        {"SHOW MEASUREMENTS ON d.q",
         "measurements(name,database,retention policy) cpu,d,q net,d,q"},
        {"SHOW MEASUREMENTS ON d.* LIMIT 3 OFFSET 1",
         "measurements(name,database,retention policy) disk a,d,p mem,d,p cpu,d,q"},
        {"SHOW MEASUREMENTS ON *.* WHERE region = 'us'",
         "measurements(name,database,retention policy) cpu,d,p"},
        {"SHOW MEASUREMENTS ON d.none", "error: retention policy not found: none"},
        {"SHOW MEASUREMENTS ON nodb.p", "error: database not found: nodb"},
    };
    struct stored_test t;
    fill(&t);
    ASSERT_ALL(&t, rows);
    t.database = "";
    stored_test_assert(&t, "SHOW MEASUREMENTS", "error: database name required");
    stored_test_assert(&t, "SHOW MEASUREMENTS ON d LIMIT 1", "measurements(name) cpu");
    stored_test_deinit(&t);
}

static void test_tag_keys_are_those_of_the_series_that_are_meant(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"SHOW TAG KEYS", "cpu(tagKey) host region; disk a(tagKey) host path; net(tagKey) value"},
        {"SHOW TAG KEYS FROM cpu, mem", "cpu(tagKey) host region"},
        {"SHOW TAG KEYS FROM /^[dn]/ LIMIT 1", "disk a(tagKey) host; net(tagKey) value"},
        {"SHOW TAG KEYS OFFSET 1", "cpu(tagKey) region; disk a(tagKey) path"},
        {"SHOW TAG KEYS WHERE host = 'c'", "cpu(tagKey) host"},
        {"SHOW TAG KEYS WHERE region = ''",
         "cpu(tagKey) host; disk a(tagKey) host path; net(tagKey) value"},
        {"SHOW TAG KEYS WITH KEY = region", "cpu(tagKey) region"},
        {"SHOW TAG KEYS WITH KEY != host",
         "cpu(tagKey) region; disk a(tagKey) path; net(tagKey) value"},
        {"SHOW TAG KEYS WITH KEY =~ /^(h|v)/",
         "cpu(tagKey) host; disk a(tagKey) host; net(tagKey) value"},
        {"SHOW TAG KEYS WITH KEY !~ /./", ""},
        {"SHOW TAG KEYS FROM cpu WITH KEY IN (region, none)", "cpu(tagKey) region"},
        {"SHOW TAG KEYS FROM q.cpu", "cpu(tagKey) host region"},
        {"SHOW TAG KEYS FROM d.q.net", "net(tagKey) value"},
        {"SHOW TAG KEYS FROM p.net", ""},
        /* Shards have 100 ns here: only c is in the one that begins at 300. */
        {"SHOW TAG KEYS FROM p.cpu WHERE time > 380 AND host = 'b'", ""},
        {"SHOW TAG KEYS FROM p.cpu WHERE time > 380 AND host = 'c'", "cpu(tagKey) host"},
        {"SHOW TAG KEYS WHERE time > 400", ""},
        {"SHOW TAG KEYS FROM cpu WHERE v > 1",
         "error: Expression too complex for metaquery: v > 1"},
        {"SHOW TAG KEYS FROM cpu WHERE v = 1",
         "error: stria: a field in the WHERE clause of SHOW TAG KEYS is not supported"},
        {"SHOW TAG KEYS FROM none.cpu", "error: retention policy not found: none"},
        {"SHOW TAG KEYS ON none", "error: database not found: none"},
    };
    struct stored_test t;
    fill(&t);
    ASSERT_ALL(&t, rows);
    t.database = "";
    stored_test_assert(&t, "SHOW TAG KEYS", "error: database name required");
    stored_test_deinit(&t);
}

static void test_tag_values_are_listed_by_key_and_value(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"SHOW TAG VALUES WITH KEY = host",
         "cpu(key,value) host,a host,b host,c host,q; disk a(key,value) host,a"},
        {"SHOW TAG VALUES FROM cpu WITH KEY IN (region, host) LIMIT 3 OFFSET 3",
         "cpu(key,value) host,q region,eu region,us"},
        {"SHOW TAG VALUES WITH KEY =~ /^p/", "disk a(key,value) path,/x y"},
        {"SHOW TAG VALUES FROM cpu WITH KEY = host WHERE region = 'eu'",
         "cpu(key,value) host,a host,q"},
        {"SHOW TAG VALUES FROM q.cpu WITH KEY = host", "cpu(key,value) host,q"},
        {"SHOW TAG VALUES FROM p.cpu WITH KEY = host WHERE time > 100 AND time < 190",
         "cpu(key,value) host,b"},
        {"SHOW TAG VALUES FROM p.cpu WITH KEY = host WHERE time = 199", "cpu(key,value) host,b"},
        {"SHOW TAG VALUES FROM cpu WITH KEY =~ /./ WHERE value = 'eu' OR value = 'b'",
         "cpu(key,value) host,b region,eu"},
        {"SHOW TAG VALUES WITH KEY = host WHERE (value =~ /[ab]/) AND host != 'b'",
         "cpu(key,value) host,a; disk a(key,value) host,a"},
        {"SHOW TAG VALUES WITH KEY = host WHERE value = 5", ""},
        /* There it is a tag of its own. */
        {"SHOW TAG VALUES FROM net WITH KEY = value WHERE value = 'x'", "net(key,value) value,x"},
        {"SHOW TAG VALUES WITH KEY = none", ""},
        {"SHOW TAG VALUES FROM cpu WITH KEY = host WHERE v >= 5",
         "error: Expression too complex for metaquery: v >= 5"},
        {"SHOW TAG VALUES FROM cpu WITH KEY = host WHERE v = 5",
         "error: stria: a field in the WHERE clause of SHOW TAG VALUES is not supported"},
        {"SHOW TAG VALUES FROM q.cpu, p.cpu WITH KEY = host",
         "error: only one retention policy allowed in SHOW TAG VALUES query: \"p\", \"q\""},
        {"SHOW TAG VALUES ON none WITH KEY = host", "error: database not found: none"},
    };
    struct stored_test t;
    fill(&t);
    ASSERT_ALL(&t, rows);
    stored_test_deinit(&t);
}

static void test_fields_and_series_are_those_of_one_policy(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"SHOW FIELD KEYS",
         "cpu(fieldKey,fieldType) n,integer v,float; disk a(fieldKey,fieldType) free,integer "
         "v,string; mem(fieldKey,fieldType) value,float value,integer"},
        {"SHOW FIELD KEYS FROM /m/, cpu LIMIT 1 OFFSET 1",
         "cpu(fieldKey,fieldType) v,float; mem(fieldKey,fieldType) value,integer"},
        {"SHOW FIELD KEYS FROM q.net", "net(fieldKey,fieldType) rx,integer"},
        {"SHOW FIELD KEYS FROM net", ""},
        {"SHOW FIELD KEYS ON e", "error: default retention policy not set for: e"},
        {"SHOW SERIES", "(key) cpu,host=a,region=eu cpu,host=b,region=us cpu,host=c "
                        "disk\\ a,host=a,path=/x\\ y mem"},
        {"SHOW SERIES FROM q.cpu", "(key) cpu,host=q,region=eu"},
        {"SHOW SERIES LIMIT 2 OFFSET 2", "(key) cpu,host=c disk\\ a,host=a,path=/x\\ y"},
        {"SHOW SERIES OFFSET 5", ""},
        {"SHOW SERIES WHERE region != ''", "(key) cpu,host=a,region=eu cpu,host=b,region=us"},
        {"SHOW SERIES FROM cpu, mem WHERE host !~ /[ab]/", "(key) cpu,host=c mem"},
        /* Times are those of rows. */
        {"SHOW SERIES WHERE time > 40", "(key) cpu,host=a,region=eu cpu,host=b,region=us "
                                        "cpu,host=c"},
        {"SHOW SERIES WHERE time > 10 AND time < 350", "(key) cpu,host=b,region=us cpu,host=c "
                                                       "disk\\ a,host=a,path=/x\\ y mem"},
        {"SHOW SERIES FROM cpu WHERE time = 350 AND region = 'eu'", "(key) cpu,host=a,region=eu"},
        {"SHOW SERIES WHERE time > now()", ""},
        {"SHOW SERIES WHERE v > 1", "error: invalid tag comparison operator"},
        {"SHOW SERIES FROM cpu WHERE v = 1",
         "error: stria: a field in the WHERE clause of SHOW SERIES is not supported"},
        {"SHOW SERIES FROM none.cpu", "error: retention policy not found: none"},
    };
    struct stored_test t;
    fill(&t);
    ASSERT_ALL(&t, rows);
    t.policy = "q"; /* of the request */
    stored_test_assert(&t, "SHOW SERIES", "(key) cpu,host=q,region=eu net,value=x");
    stored_test_deinit(&t);
}

static void test_series_come_in_the_order_of_their_texts(void **state)
{
    (void)state;
    static const struct seg_test_line lines[] = {
        {"m,k=a b", 1, "v1=1"},  {"m,k=a,z=1", 1, "v1=1"}, {"m,k=a", 1, "v1=1"},
        {"m,k=a!b", 1, "v1=1"},  {"m,k=a[", 1, "v1=1"},    {"m,k-x=1", 1, "v1=1"},
        {"m,k=\x01", 1, "v1=1"}, {"m", 1, "v1=1"},         {"a b", 1, "v1=1"},
    };
    struct stored_test t;
    stored_test_init(&t);
    scan_test_memtable(&t.policies[0], lines, SX_COUNT_OF(lines));
    for (size_t i = 0; i < STORED_POLICIES; i++)
        scan_test_view(&t.policies[i]);
    stored_test_assert(&t, "SHOW SERIES",
                       "(key) a\\ b m m,k-x=1 m,k=\x01 m,k=a m,k=a!b m,k=a,z=1 m,k=a[ m,k=a\\ b");
    stored_test_assert(&t, "SHOW SERIES FROM m, /a/, /./ LIMIT 2", "(key) a\\ b m");
    stored_test_deinit(&t);
}

static void test_many_series_come_in_batches(void **state)
{
    (void)state;
    struct stored_test t;
    stored_test_init(&t);
    struct scan_test *p = &t.policies[0];
    struct sx_memtable *memtable = scan_test_begin_memtable(p);
    for (int i = 0; i < 2500; i++) {
        char series[32];
        (void)snprintf(series, sizeof series, "m%d,k=%04d", i % 2, i / 2);
        mem_test_row(&p->mt, series, 1, "v1=1");
        mem_test_commit_to(memtable, &p->mt.batch, (uint64_t)i + 1);
    }
    for (size_t i = 0; i < STORED_POLICIES; i++)
        scan_test_view(&t.policies[i]);
    (void)stored_test_run(&t, stored_test_parse(&t, "SHOW SERIES"), 0);
    size_t rows = 0;
    for (size_t i = 0; i < t.out.len; i++)
        rows += t.out.ptr[i] == ' ';
    assert_int_equal(rows, 2500);
    stored_test_assert(&t, "SHOW SERIES LIMIT 3 OFFSET 1248",
                       "(key) m0,k=1248 m0,k=1249 m1,k=0000");
    stored_test_assert(&t, "SHOW SERIES OFFSET 2499", "(key) m1,k=1249");
    (void)stored_test_run(&t, stored_test_parse(&t, "SHOW SERIES LIMIT 1025"), 0);
    assert_memory_equal(t.out.ptr + t.out.len - 9, "m0,k=1024", 9);
    stored_test_deinit(&t);
}

static void test_cardinalities_count_what_the_lists_list(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"SHOW SERIES CARDINALITY", "(cardinality estimation) 7"},
        {"SHOW SERIES CARDINALITY ON none", "(cardinality estimation) 0"},
        {"SHOW SERIES EXACT CARDINALITY FROM cpu, /c/", "cpu(count) 3"},
        {"SHOW MEASUREMENT EXACT CARDINALITY FROM cpu, /c/, mem", "(count) 2"},
        {"SHOW SERIES CARDINALITY FROM cpu", "cpu(cardinality estimation) 3"},
        {"SHOW SERIES EXACT CARDINALITY", "cpu(count) 3; disk a(count) 1; mem(count) 1"},
        {"SHOW SERIES EXACT CARDINALITY WHERE host = 'a'", "cpu(count) 1; disk a(count) 1"},
        {"SHOW SERIES EXACT CARDINALITY FROM cpu GROUP BY region",
         "cpu{region=}(count) 1; cpu{region=eu}(count) 1; cpu{region=us}(count) 1"},
        {"SHOW SERIES EXACT CARDINALITY OFFSET 1", ""},
        {"SHOW SERIES EXACT CARDINALITY WHERE time > 0",
         "error: SHOW SERIES EXACT CARDINALITY doesn't support time in WHERE clause"},
        {"SHOW SERIES EXACT CARDINALITY WHERE v = 1",
         "error: stria: a field in the WHERE clause of SHOW CARDINALITY is not supported"},
        {"SHOW SERIES EXACT CARDINALITY GROUP BY time(1h)",
         "error: stria: GROUP BY of anything but tags in SHOW CARDINALITY is not supported"},
        {"SHOW MEASUREMENT CARDINALITY", "(cardinality estimation) 4"},
        {"SHOW MEASUREMENT EXACT CARDINALITY", "(count) 3"},
        {"SHOW MEASUREMENT EXACT CARDINALITY GROUP BY path, host",
         "{host=,path=}(count) 1; {host=a,path=}(count) 1; {host=a,path=/x y}(count) 1; "
         "{host=b,path=}(count) 1; {host=c,path=}(count) 1"},
        {"SHOW MEASUREMENT EXACT CARDINALITY FROM /none/", ""},
        {"SHOW TAG KEY CARDINALITY", "cpu(count) 2; disk a(count) 2"},
        {"SHOW TAG KEY EXACT CARDINALITY FROM cpu GROUP BY host",
         "cpu{host=a}(count) 2; cpu{host=b}(count) 2; cpu{host=c}(count) 1"},
        {"SHOW TAG VALUES CARDINALITY WITH KEY = host", "cpu(count) 3; disk a(count) 1"},
        {"SHOW TAG VALUES EXACT CARDINALITY FROM cpu WITH KEY =~ /./", "cpu(count) 5"},
        {"SHOW FIELD KEY CARDINALITY", "cpu(count) 2; disk a(count) 2; mem(count) 1"},
        {"SHOW FIELD KEY EXACT CARDINALITY FROM cpu GROUP BY host", "cpu{host=}(count) 2"},
        {"SHOW FIELD KEY EXACT CARDINALITY FROM cpu WHERE host = 'a'", ""},
        {"SHOW FIELD KEY EXACT CARDINALITY FROM cpu WHERE host != 'a'", "cpu(count) 2"},
        {"SHOW FIELD KEY CARDINALITY ON none", "error: database not found: none"},
    };
    struct stored_test t;
    fill(&t);
    ASSERT_ALL(&t, rows);
    t.database = "";
    stored_test_assert(&t, "SHOW SERIES CARDINALITY", "error: database name required");
    stored_test_deinit(&t);
}

static void test_what_is_deleted_is_not_shown(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"SHOW MEASUREMENTS ON d.p", "measurements(name,database,retention policy) cpu,d,p"},
        {"SHOW MEASUREMENTS WHERE host = 'a'", ""},
        {"SHOW TAG KEYS FROM p.cpu", "cpu(tagKey) host region"},
        {"SHOW TAG VALUES FROM p././ WITH KEY = host", "cpu(key,value) host,b host,c"},
        {"SHOW SERIES", "(key) cpu,host=b,region=us cpu,host=c"},
        {"SHOW FIELD KEYS", "cpu(fieldKey,fieldType) n,integer v,float"},
        {"SHOW SERIES EXACT CARDINALITY", "cpu(count) 2"},
        {"SHOW FIELD KEY EXACT CARDINALITY", "cpu(count) 2"},
    };
    struct stored_test t;
    fill(&t);
    struct scan_test *p = &t.policies[0];
    scan_test_delete(p, "mem", "", INT64_MIN, INT64_MAX, 3);
    /* Two deletes together take all rows of cpu,host=a. */
    scan_test_delete(p, "cpu", "region=eu", INT64_MIN, 100, 3);
    scan_test_delete(p, "cpu", "host=a", 90, INT64_MAX, 3);
    scan_test_delete(p, NULL, "host=a", 20, 20, 3);
    scan_test_view(p);
    ASSERT_ALL(&t, rows);
    stored_test_deinit(&t);
}

static void test_there_are_no_users_queries_or_subscriptions(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"SHOW USERS", "(user,admin)"},
        {"SHOW GRANTS FOR ann", "error: user not found"},
        {"SHOW CONTINUOUS QUERIES", "d(name,query); e(name,query)"},
        {"SHOW SUBSCRIPTIONS", ""},
        {"DROP CONTINUOUS QUERY c ON d", ""},
        {"DROP SUBSCRIPTION s ON d.p", "error: subscription not found"},
        {"DROP SUBSCRIPTION s ON none.p", "error: database not found: none"},
        {"DROP USER ann", "error: user not found"},
        {"GRANT READ ON d TO ann", "error: user not found"},
        {"GRANT ALL PRIVILEGES TO ann", "error: user not found"},
        {"REVOKE ALL ON d FROM ann", "error: user not found"},
        {"REVOKE ALL PRIVILEGES FROM ann", "error: user not found"},
        {"SET PASSWORD FOR ann = 'x'", "error: user not found"},
        {"KILL QUERY 18446744073709551615", "error: no such query id: 18446744073709551615"},
        {"SHOW DATABASES", "databases(name) d e"},
        {"CREATE SUBSCRIPTION s ON d.p DESTINATIONS ALL 'http://x'",
         "error: stria: CREATE SUBSCRIPTION is not supported"},
        {"CREATE USER ann WITH PASSWORD 'x'", "error: stria: CREATE USER is not supported"},
        {"DROP SHARD 3", "error: stria: DROP SHARD is not supported"},
    };
    struct stored_test t;
    fill(&t);
    ASSERT_ALL(&t, rows);
    stored_test_deinit(&t);
}

static stria_status rejected(void *context,
                             stria_status (*each)(void *user, const struct sx_rejected_rows *rows,
                                                  stria_error *err),
                             void *user, stria_error *err)
{
    static const struct sx_rejected_rows rows[] = {
        {"tag_values", 1, {(const uint8_t *)"cpu", 3}, {(const uint8_t *)"request", 7}, 12345},
        {"series", 77, {(const uint8_t *)"mem", 3}, {(const uint8_t *)"", 0}, 1},
    };
    (void)context;
    stria_status st = STRIA_OK;
    for (size_t i = 0; i < SX_COUNT_OF(rows) && !st; i++)
        st = each(user, &rows[i], err);
    return st;
}

static void test_limits_of_series_tell_what_they_rejected(void **state)
{
    (void)state;
    struct stored_test t;
    fill(&t);
    stored_test_assert(&t, "SHOW SERIES LIMITS",
                       "series limits(database,limit,measurement,tag,rejected); "
                       "limits(database,max_series,max_new_series,max_tag_values) d,0,0,0 e,0,0,0");
    t.provider.rejected = rejected;
    t.provider.series_limits = (const uint64_t[SX_LIMIT_KIND_COUNT]){9, 8, 7};
    t.databases[1].limits[SX_LIMIT_SERIES] = SX_LIMIT_OF_STORE;
    t.databases[1].limits[SX_LIMIT_TAG_VALUES] = 5;
    stored_test_assert(&t, "show series Limits",
                       "series limits(database,limit,measurement,tag,rejected) "
                       "d,tag_values,cpu,request,12345 ,series,mem,,1; "
                       "limits(database,max_series,max_new_series,max_tag_values) d,0,0,0 e,9,0,5");
    stored_test_sweep(&t, "SHOW SERIES LIMITS");
    stored_test_deinit(&t);
}

static void test_a_lack_of_memory_anywhere_is_an_error(void **state)
{
    (void)state;
    static const char *const statements[] = {
        "SHOW MEASUREMENTS WITH MEASUREMENT =~ /./ WHERE host =~ /a/ OR value = 'x'",
        "SHOW MEASUREMENTS ON *.*",
        "SHOW TAG KEYS WITH KEY =~ /./ WHERE host != 'none' AND time > 0",
        "SHOW TAG KEYS",
        "SHOW TAG VALUES WITH KEY IN (host, path) WHERE (value = 'a') OR value =~ /b/",
        "SHOW FIELD KEYS",
        "SHOW SERIES FROM /./ WHERE time > 40 AND host !~ /x/",
        "SHOW SERIES EXACT CARDINALITY GROUP BY host, region",
        "SHOW FIELD KEY CARDINALITY",
        "SHOW MEASUREMENT CARDINALITY",
        "SHOW CONTINUOUS QUERIES",
        "SHOW RETENTION POLICIES",
    };
    struct stored_test t;
    fill(&t);
    scan_test_delete(&t.policies[0], "cpu", "host=a", 90, INT64_MAX, 3);
    scan_test_view(&t.policies[0]);
    for (size_t i = 0; i < SX_COUNT_OF(statements); i++)
        stored_test_sweep(&t, statements[i]);
    stored_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_measurements_are_those_of_all_policies),
        cmocka_unit_test(test_tag_keys_are_those_of_the_series_that_are_meant),
        cmocka_unit_test(test_tag_values_are_listed_by_key_and_value),
        cmocka_unit_test(test_fields_and_series_are_those_of_one_policy),
        cmocka_unit_test(test_series_come_in_the_order_of_their_texts),
        cmocka_unit_test(test_many_series_come_in_batches),
        cmocka_unit_test(test_cardinalities_count_what_the_lists_list),
        cmocka_unit_test(test_what_is_deleted_is_not_shown),
        cmocka_unit_test(test_there_are_no_users_queries_or_subscriptions),
        cmocka_unit_test(test_limits_of_series_tell_what_they_rejected),
        cmocka_unit_test(test_a_lack_of_memory_anywhere_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
