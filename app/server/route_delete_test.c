/* SPDX-License-Identifier: Apache-2.0 */
/* route_delete_test.c -- /api/v2/delete, and the buckets it names. */
#include "app/server/bucket.h"
#include "app/server/server_fixture_test.h"

#define DAY "\"start\":\"1970-01-01T00:00:00Z\",\"stop\":\"1970-01-02T00:00:00Z\""
#define ALL "/query?db=home&epoch=ns&q=SELECT+v+FROM+home.%22autogen%22.m,home.other.m"

static int begin(void **state)
{
    (void)fixture_begin(state);
    (void)fixture_ask("POST",
                      "/query?q=CREATE+DATABASE+home%3BCREATE+RETENTION+POLICY+other+ON+home+"
                      "DURATION+0s+REPLICATION+1%3BCREATE+DATABASE+%22a%5C%22b%22",
                      "", "", 200);
    (void)fixture_ask("POST", "/write?db=home", "", "m,t=a v=1 1\nm,t=b v=2 2\nm,t=a v=3 9", 204);
    (void)fixture_ask("POST", "/write?db=home&rp=other", "", "m,t=a v=4 4", 204);
    return 0;
}

static void expect_values(const char *values)
{
    const char *text = fixture_ask("GET", ALL, "", "", 200);
    const char *found = strstr(text, "\"values\":");
    print_message("wanted %s got %s\n", values, text);
    if (*values)
        assert_true(found && strncmp(found + 9, values, strlen(values)) == 0);
    else
        assert_null(found);
}

static void test_rows_of_one_policy_go(void **state)
{
    (void)state;
    expect_values("[[1,1],[2,2],[4,4],[9,3]]");
    (void)fixture_ask("POST", "/api/v2/delete?bucket=home", "",
                      "{" DAY ",\"predicate\":\"t=\\\"b\\\"\"}", 200);
    expect_values("[[1,1],[4,4],[9,3]]");
    (void)fixture_ask("POST", "/api/v2/delete?org=o&bucket=home/autogen", "",
                      "{\"start\":\"1970-01-01T00:00:00.000000001Z\","
                      "\"stop\":\"1970-01-01T00:00:00.000000009Z\"}",
                      200);
    expect_values("[[4,4],[9,3]]");
    (void)fixture_ask("POST", "/api/v2/delete?bucket=home", "",
                      "{" DAY ",\"predicate\":\"_measurement=m and t=~/^b/\"}", 200);
    (void)fixture_ask("POST", "/api/v2/delete?bucket=home", "",
                      "{" DAY ",\"predicate\":\"_measurement=m and _measurement=n\"}", 200);
    expect_values("[[4,4],[9,3]]");
    assert_string_equal(fixture_ask("POST", "/api/v2/delete?bucket=home/other", "",
                                    "{\"start\":\"0001-01-01T00:00:00Z\","
                                    "\"stop\":\"9999-01-01T00:00:00Z\"}",
                                    200),
                        "");
    expect_values("[[9,3]]");
}

static void test_an_empty_range_is_nothing(void **state)
{
    (void)state;
    (void)fixture_ask("POST", "/api/v2/delete?bucket=home", "",
                      "{\"start\":\"1970-01-02T00:00:00Z\",\"stop\":\"1970-01-01T00:00:00Z\"}",
                      200);
    (void)fixture_ask("POST", "/api/v2/delete?bucket=home", "",
                      "{\"start\":\"1970-01-01T00:00:00Z\",\"stop\":\"1970-01-01T00:00:00Z\"}",
                      200);
    const char *text = fixture_ask("POST", "/api/v2/delete?bucket=home", "",
                                   "{\"start\":\"1970-01-01T00:00:00Z\","
                                   "\"stop\":\"1970-01-01T00:00:00.000000001Z\"}",
                                   400);
    assert_non_null(strstr(text, "error: the first nanosecond of 1970 cannot be deleted alone"));
    expect_values("[[1,1],[2,2],[4,4],[9,3]]");
}

static const struct row {
    const char *bucket, *body;
    unsigned status;
    const char *error; /* what the text has in it */
} rows[] = {
    {"", "{}", 404, "delete - bucket: bucket name \\\"\\\" is missing a slash"},
    {"/x", "{}", 404, "delete - bucket: bucket name \\\"/x\\\" is in db/rp form but has"},
    {"a%00b", "{}", 400, "delete - bucket: a name with a NUL in it"},
    {"nodb", "{}", 404, "delete - database not found: \\\"nodb\\\"\""},
    {"home/norp", "{}", 404, "delete - retention policy not found in \\\"home\\\": \\\"norp\\\"\""},
    {"a%22b/norp", "{}", 404, "delete - retention policy not found in"},
    {"home", "", 400, "delete - cannot parse request body: unexpected end of JSON input\""},
    {"home", "{bad", 400, "body: invalid character 'b' looking for beginning of object key string"},
    {"home", "{} x", 400, "invalid character 'x' after top-level value"},
    {"home", "[]", 400, "json: cannot unmarshal array into Go value of type httpd.DeleteBody\""},
    {"home", "{\"start\":1}", 400, "into Go struct field DeleteBody.start of type string\""},
    {"home", "null", 400, "delete - start field in RFC3339Nano format required\""},
    {"home", "{\"start\":\"x\"}", 400, "delete - stop field in RFC3339Nano format required\""},
    {"home", "{\"start\":\"x\",\"stop\":\"y\"}", 400,
     "delete - invalid format for start field \\\"x\\\", please use RFC3339Nano: parsing time "},
    {"home", "{" DAY ",\"predicate\":\"t!='a'\"}", 400,
     "delete - predicate only supports equality operators and conjunctions. database: "
     "\\\"home\\\", retention policy: \\\"autogen\\\", start: \\\"1970-01-01T00:00:00Z\\\", stop: "
     "\\\"1970-01-02T00:00:00Z\\\", predicate: \\\"t!='a'\\\"\""},
    {"home", "{" DAY ",\"predicate\":\"t=\"}", 400,
     "delete - cannot parse predicate \\\"t= AND time \\u003e= '1970-01-01T00:00:00Z' AND time "
     "\\u003c '1970-01-02T00:00:00Z'\\\": found AND, expected identifier, string, number, bool at "
     "line 1, char 4\""},
    {"home", "{" DAY ",\"predicate\":\"v=1\"}", 400,
     "predicate: \\\"v=1\\\", error: shard 1: fields not supported in WHERE clause during"},
    {"home", "{" DAY ",\"predicate\":\"t=~/(/\"}", 400, "predicate: \\\"t=~/(/\\\", error: "},
};

static void test_what_is_wrong_is_told_as_by_the_peer(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        char target[100];
        (void)snprintf(target, sizeof target, "/api/v2/delete?bucket=%s", rows[i].bucket);
        const char *text = fixture_ask("POST", target, "", rows[i].body, rows[i].status);
        print_message("row %s %s: %s\n", rows[i].bucket, rows[i].body, text);
        assert_non_null(strstr(text, rows[i].error));
    }
    assert_string_equal(fixture_ask("GET", "/api/v2/delete?bucket=home", "", "", 405),
                        "Method Not Allowed\n");
    expect_values("[[1,1],[2,2],[4,4],[9,3]]");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, fixture_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_rows_of_one_policy_go),
        TEST(test_an_empty_range_is_nothing),
        TEST(test_what_is_wrong_is_told_as_by_the_peer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
