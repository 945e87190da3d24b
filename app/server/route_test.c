/* SPDX-License-Identifier: Apache-2.0 */
/* route_test.c -- what the routes do with a real store: writes, queries, and the small answers. */
#include "app/server/routes.h"

#include "app/server/server_fixture_test.h"
#include "base/compress.h"

static const char *query(const char *text)
{
    char body[1000];
    (void)snprintf(body, sizeof body, "q=%s", text);
    return fixture_ask("POST", "/query?db=home",
                       "Content-Type: application/x-www-form-urlencoded\r\n", body, 200);
}

static int begin(void **state)
{
    int failed = fixture_begin(state);
    (void)query("CREATE DATABASE home");
    return failed;
}

static void test_a_write_is_answered_as_by_the_peer(void **state)
{
    (void)state;
    static const struct {
        const char *target, *body;
        unsigned status;
        const char *answer, *code; /* code: X-Platform-Error-Code */
    } rows[] = {
        {"/write?db=home", "m v=1 1", 204, "", NULL},
        {"/write?db=home", "", 204, "", NULL},
        {"/write?db=home&u=x&p=y&nosuch=1", "m v=1 1", 204, "", NULL},
        {"/write?db=%68ome&db=nodb", "m v=1 1", 204, "", NULL},
        {"/write", "m v=1 1", 400, "{\"error\":\"database is required\"}\n", NULL},
        {"/write?bucket=home", "m v=1", 400, "{\"error\":\"database is required\"}\n", NULL},
        {"/write?db=nodb", "m v=1 1", 404, "{\"error\":\"database not found: \\\"nodb\\\"\"}\n",
         NULL},
        {"/write?db=no%22db", "m v=1 1", 404,
         "{\"error\":\"database not found: \\\"no\\\\\\\"db\\\"\"}\n", NULL},
        {"/write?db=home&rp=norp", "m v=1 1", 500,
         "{\"error\":\"retention policy not found: norp\"}\n", NULL},
        {"/write?db=home", "broken", 400,
         "{\"error\":\"unable to parse 'broken': missing fields\"}\n", NULL},
        {"/write?db=home&precision=x", "m v=1 1", 400,
         "{\"error\":\"invalid precision \\\"x\\\" (use n, u, ms, s, m or h)\"}\n", NULL},
        {"/write?db=home&precision=us", "m v=1 1", 400,
         "{\"error\":\"invalid precision \\\"us\\\" (use n, u, ms, s, m or h)\"}\n", NULL},
        {"/write?db=home&precision=h", "m v=1 1", 204, "", NULL},
        {"/write?db=home&consistency=ONE", "m v=1 1", 204, "", NULL},
        {"/write?db=home&consistency=two", "m v=1 1", 400,
         "{\"error\":\"invalid consistency level\"}\n", NULL},
        {"/write?db=a%00b", "m v=1 1", 400, "{\"error\":\"a name with a NUL in it\"}\n", NULL},
        {"/api/v2/write?bucket=home", "m v=2 2", 204, "", NULL},
        {"/api/v2/write?bucket=home/autogen&org=o", "m v=2 2", 204, "", NULL},
        {"/api/v2/write?bucket=home/", "m v=2 2", 204, "", NULL},
        {"/api/v2/write?bucket=home/norp", "m v=2 2", 500,
         "{\"error\":\"retention policy not found: norp\"}\n", "internal error"},
        {"/api/v2/write?bucket=nodb/autogen", "m v=2 2", 404,
         "{\"error\":\"database not found: \\\"nodb\\\"\"}\n", "not found"},
        {"/api/v2/write", "m v=2 2", 404,
         "{\"error\":\"bucket name \\\"\\\" is missing a slash; not in "
         "\\\"database/retention-policy\\\" format\"}\n",
         "not found"},
        {"/api/v2/write?bucket=/rp", "m v=2 2", 404,
         "{\"error\":\"bucket name \\\"/rp\\\" is in db/rp form but has an empty database\"}\n",
         "not found"},
        {"/api/v2/write?bucket=home&precision=m", "m v=2 2", 400,
         "{\"error\":\"invalid precision \\\"m\\\" (use ns, us, ms or s)\"}\n", "invalid"},
        {"/api/v2/write?bucket=home&precision=us", "m v=2 2", 204, "", NULL},
    };
    struct client client = client_open(fixture.port);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        print_message("row %s\n", rows[i].target);
        assert_true(client_ask(&client, "POST", rows[i].target, "", rows[i].body));
        assert_string_equal(client.body, rows[i].answer);
        assert_int_equal(client.status, rows[i].status);
        assert_string_equal(client_header(&client, "Content-Type"), "application/json");
        const char *code = client_header(&client, "X-Platform-Error-Code");
        if (rows[i].code)
            assert_string_equal(code, rows[i].code);
        else
            assert_null(code);
    }
    client_close(&client);
}

static void pack(struct sx_mem *mem, struct sx_buf *out, const char *text)
{
    struct sx_deflate *deflate;
    assert_int_equal(sx_deflate_create(mem, SX_STREAM_GZIP, 6, &deflate, NULL), STRIA_OK);
    assert_int_equal(sx_deflate_put(deflate, sx_bytes_of(text), out, NULL), STRIA_OK);
    assert_int_equal(sx_deflate_end(deflate, out, NULL), STRIA_OK);
    sx_deflate_destroy(deflate);
}

static void test_a_gzip_body_is_unpacked_or_refused(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_buf body;
    struct client client = client_open(fixture.port);
    static const char headers[] = "Content-Encoding: gzip\r\n";
    sx_mem_init(&mem, NULL, "test", 0);
    sx_buf_init(&body, &mem, 1 << 20);
    pack(&mem, &body, "gz v=1 1\ngz v= 2");
    assert_true(client_request(&client, "POST", "/write?db=home", headers, body.ptr, body.len));
    assert_true(client_answer(&client, false));
    assert_int_equal(client.status, 400);
    assert_non_null(strstr(client.body, "unable to parse 'gz v= 2': missing field value"));
    assert_true(client_request(&client, "POST", "/write?db=home", headers, body.ptr, body.len - 5));
    assert_true(client_answer(&client, false));
    assert_int_equal(client.status, 400);
    assert_string_equal(client.body, "{\"error\":\"unexpected EOF\"}\n");
    assert_true(client_ask(&client, "POST", "/write?db=home", headers, "not gzip at all"));
    assert_int_equal(client.status, 400);
    assert_string_equal(client.body, "{\"error\":\"gzip: invalid header\"}\n");
    assert_true(client_ask(&client, "POST", "/write?db=home", "Content-Encoding: br\r\n", "b v=1"));
    assert_int_equal(client.status, 204);
    client_close(&client);
    sx_buf_deinit(&body);
    sx_mem_deinit(&mem);
}

static void test_a_bomb_is_refused(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_buf body, text;
    struct client client = client_open(fixture.port);
    sx_mem_init(&mem, NULL, "test", 0);
    sx_buf_init(&body, &mem, 1 << 24);
    sx_buf_init(&text, &mem, 1 << 24);
    fixture.settings.decoded_size = 100000;
    while (text.len < 200000)
        sx_buf_put_text(&text, "m v=1 1\n");
    sx_buf_put_u8(&text, 0);
    pack(&mem, &body, (const char *)text.ptr);
    assert_true(client_request(&client, "POST", "/write?db=home", "Content-Encoding: gzip\r\n",
                               body.ptr, body.len));
    assert_true(client_answer(&client, false));
    assert_int_equal(client.status, 413);
    assert_string_equal(client.body, "{\"error\":\"Request Entity Too Large\"}\n");
    client_close(&client);
    sx_buf_deinit(&text);
    sx_buf_deinit(&body);
    sx_mem_deinit(&mem);
}

#define SHOWN                                                                                      \
    "{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"databases\",\"columns\":"           \
    "[\"name\"],\"values\":[[\"home\"]]}]}]}\n"
#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"
#define MISSING "{\"error\":\"missing required parameter \\\"q\\\"\"}\n"

static void test_a_query_may_come_in_url_form_or_file(void **state)
{
    (void)state;
    static const struct {
        const char *method, *target, *headers, *body;
        unsigned status;
        const char *answer;
    } rows[] = {
        {"GET", "/query?q=SHOW+DATABASES", "", "", 200, SHOWN},
        {"GET", "/query?q=%20SHOW%20DATABASES%0A", "", "", 200, SHOWN},
        {"POST", "/query?q=SHOW+DATABASES", "", "", 200, SHOWN},
        {"POST", "/query", FORM, "q=SHOW+DATABASES", 200, SHOWN},
        {"POST", "/query?q=bad", FORM, "q=SHOW+DATABASES", 200, SHOWN},
        {"POST", "/query", "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n",
         "q=SHOW+DATABASES", 200, SHOWN},
        {"POST", "/query", "Content-Type: multipart/form-data; boundary=XX\r\n",
         "--XX\r\nContent-Disposition: form-data; name=\"q\"; filename=\"q.txt\"\r\n\r\n"
         "SHOW DATABASES\r\n--XX--\r\n",
         200, SHOWN},
        {"POST", "/query", "Content-Type: multipart/form-data; boundary=XX\r\n",
         "--XX\r\nContent-Disposition: form-data; name=\"q\"\r\n\r\nSHOW DATABASES\r\n--XX--", 200,
         SHOWN},
        {"GET", "/query?q=SHOW+DATABASES&u=x&p=y&nosuch=1", "Authorization: Basic eDp5\r\n", "",
         200, SHOWN},
        {"GET", "/query", "", "", 400, MISSING},
        {"GET", "/query?q=", "", "", 400, MISSING},
        {"GET", "/query?q=%zz", "", "", 400, MISSING},
        {"GET", "/query?db=home;q=SHOW+DATABASES", "", "", 400, MISSING},
        {"POST", "/query", "", "q=SHOW+DATABASES", 400, MISSING},
        {"POST", "/query", "Content-Type: application/json\r\n", "{\"q\":\"SHOW DATABASES\"}", 400,
         MISSING},
        {"POST", "/query", "Content-Type: multipart/form-data; boundary=XX\r\n", "--XX\r\nbroken",
         400, MISSING},
        {"GET", "/query?q=SHOW+NOTHING&pretty=true", "", "", 400, NULL},
        {"GET", "/query?q=SELECT+v+FROM+m+WHERE+t='a%5C", "", "", 400,
         "{\"error\":\"error parsing query: found \\\\\\u0000, expected identifier, string, "
         "number, "
         "bool at line 1, char 28\"}\n"},
        {"GET", "/query?q=create+database++%22two%22", "", "", 200,
         "{\"results\":[{\"statement_id\":0,\"messages\":[{\"level\":\"warning\",\"text\":"
         "\"deprecated use of 'CREATE DATABASE two' in a read only context, please use a POST "
         "request instead\"}]}]}\n"},
        {"POST", "/query?q=DROP+DATABASE+two", "", "", 200,
         "{\"results\":[{\"statement_id\":0}]}\n"},
        {"POST", "/query?q=CREATE+DATABASE+later&async=true", "", "", 204, ""},
    };
    struct client client = client_open(fixture.port);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        print_message("row %s %s\n", rows[i].method, rows[i].target);
        assert_true(
            client_ask(&client, rows[i].method, rows[i].target, rows[i].headers, rows[i].body));
        if (rows[i].answer)
            assert_string_equal(client.body, rows[i].answer);
        assert_int_equal(client.status, rows[i].status);
        assert_string_equal(client_header(&client, "Content-Type"), "application/json");
    }
    assert_non_null(strstr(client.head, "204"));
    client_close(&client);
}

static void test_the_form_of_an_answer_is_chosen(void **state)
{
    (void)state;
    static const struct {
        const char *target, *headers, *type, *answer;
    } rows[] = {
        {"/query?q=SHOW+DATABASES", "Accept: text/csv\r\n", "text/csv",
         "name,tags,name\ndatabases,,home\n"},
        {"/query?q=SHOW+DATABASES", "Accept: */*\r\n", "application/json", SHOWN},
        {"/query?q=SHOW+DATABASES&pretty=TRUE", "", "application/json", SHOWN},
        {"/query?q=SHOW+DATABASES&chunked=true&chunk_size=x", "", "application/json", SHOWN},
        {"/query?q=SHOW+DATABASES&pretty=true", "", "application/json",
         "{\n    \"results\": [\n        {\n            \"statement_id\": 0,\n"
         "            \"series\": [\n                {\n"
         "                    \"name\": \"databases\",\n"
         "                    \"columns\": [\n                        \"name\"\n"
         "                    ],\n                    \"values\": [\n"
         "                        [\n                            \"home\"\n"
         "                        ]\n                    ]\n                }\n"
         "            ]\n        }\n    ]\n}\n"},
    };
    struct client client = client_open(fixture.port);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        assert_true(client_ask(&client, "GET", rows[i].target, rows[i].headers, ""));
        assert_int_equal(client.status, 200);
        assert_string_equal(client.body, rows[i].answer);
        assert_string_equal(client_header(&client, "Content-Type"), rows[i].type);
    }
    client_close(&client);
}

static void test_wrong_parameters_of_a_query_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *target, *answer;
    } rows[] = {
        {"/query?q=SHOW+DATABASES&params=%7Bbad",
         "{\"error\":\"error parsing query parameters: invalid character 'b' looking for beginning "
         "of object key string\"}\n"},
        {"/query?q=SHOW+DATABASES&params=%5B1%5D",
         "{\"error\":\"error parsing query parameters: json: cannot unmarshal array into Go value "
         "of type map[string]interface {}\"}\n"},
        {"/query?q=SHOW+DATABASES&db=a%00b", "{\"error\":\"a NUL in db\"}\n"},
        {"/query?q=nonsense",
         "{\"error\":\"error parsing query: found nonsense, expected SELECT, DELETE, SHOW, CREATE, "
         "DROP, EXPLAIN, GRANT, REVOKE, ALTER, SET, KILL at line 1, char 1\"}\n"},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++)
        assert_string_equal(fixture_ask("GET", rows[i].target, "", "", 400), rows[i].answer);
}

static int begin_with_a_full_disk(void **state)
{
    (void)state;
    fixture_prepare();
    fixture.settings.disk_reserve = UINT64_C(1) << 59;
    fixture_start();
    return 0;
}

static void test_health_and_writes_tell_that_the_disk_is_full(void **state)
{
    (void)state;
    const char *health = fixture_ask("GET", "/health", "", "", 503);
    assert_non_null(strstr(health, "{\"checks\":[{\"message\":\"read_only: "));
    assert_non_null(strstr(health, " bytes are free, writes need 576460752303423488\",\"name\":"
                                   "\"disk\",\"status\":\"fail\"}],\"message\":\"ready for "
                                   "queries, not for writes\""));
    (void)fixture_ask("POST", "/query?q=CREATE+DATABASE+d", "", "", 200);
    assert_non_null(strstr(fixture_ask("POST", "/write?db=d", "", "m v=1 1", 507),
                           "the disk is nearly full: "));
    assert_non_null(strstr(fixture_ask("GET", "/metrics", "", "", 200),
                           "stria_disk_state{state=\"read_only\"} 1\n"));
}

static void test_the_small_answers(void **state)
{
    (void)state;
    assert_string_equal(fixture_ask("GET", "/ping?verbose=true", "", "", 200),
                        "{\"version\":\"" SX_INFLUX_VERSION "\"}\n");
    assert_string_equal(fixture_ask("GET", "/ping?verbose=0", "", "", 204), "");
    assert_string_equal(fixture_ask("GET", "/health", "", "", 200),
                        "{\"checks\":[],\"message\":\"ready for queries and writes\",\"name\":"
                        "\"influxdb\",\"status\":\"pass\",\"version\":\"" SX_INFLUX_VERSION
                        "\"}\n");
    const char *ready = fixture_ask("GET", "/ready", "", "", 200);
    assert_int_equal(strncmp(ready, "{\"status\":\"ready\",\"started\":\"2", 29), 0);
    const char *flux = fixture_ask("POST", "/api/v2/query?org=o", "", "buckets()", 501);
    assert_non_null(
        strstr(flux, "{\"code\":\"not implemented\",\"message\":\"Flux is not supported"));
    assert_non_null(strstr(fixture_ask("GET", "/", "", "", 200), "curl -G 'http://x/query?"));
    struct client client = client_open(fixture.port);
    assert_true(client_text(&client, "GET / HTTP/1.1\r\nHost: a'<b>\r\n\r\n"));
    assert_true(client_answer(&client, false));
    assert_non_null(strstr(client.body, "curl -G 'http://127.0.0.1:8086/query?"));
    client_close(&client);
}

static void test_metrics_tell_of_server_and_store(void **state)
{
    (void)state;
    (void)fixture_ask("POST", "/write?db=home", "", "m v=1 1", 204);
    (void)fixture_ask("POST", "/write?db=home", "", "bad\nm v=2i 2", 400);
    const char *text = fixture_ask("GET", "/metrics", "", "", 200);
    static const char *const wanted[] = {
        "\nstria_http_requests_total{route=\"/write\",status=\"204\"} 1\n",
        "\nstria_build_info{version=\"",
        "\nstria_uptime_seconds ",
        "\nstria_resident_memory_bytes ",
        "\nstria_http_connections ",
        "\nstria_http_jobs_queued{pool=\"writes\"} 0\n",
        "\nstria_samples_written_total 1\n",
        "\nstria_http_rejected_rows_total 2\n",
    };
    for (size_t i = 0; i < SX_COUNT_OF(wanted); i++) {
        print_message("row %s\n", wanted[i]);
        assert_non_null(strstr(text, wanted[i]));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, fixture_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_write_is_answered_as_by_the_peer),
        TEST(test_a_gzip_body_is_unpacked_or_refused),
        TEST(test_a_bomb_is_refused),
        TEST(test_a_query_may_come_in_url_form_or_file),
        TEST(test_the_form_of_an_answer_is_chosen),
        TEST(test_wrong_parameters_of_a_query_are_told),
        cmocka_unit_test_setup_teardown(test_health_and_writes_tell_that_the_disk_is_full,
                                        begin_with_a_full_disk, fixture_end),
        TEST(test_the_small_answers),
        TEST(test_metrics_tell_of_server_and_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
