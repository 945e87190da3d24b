/* SPDX-License-Identifier: Apache-2.0 */
/* routes_test.c -- paths, methods, and what all answers have in common: headers, formats,
 * errors. */
#include "app/server/routes.h"

#include "app/server/server_fixture_test.h"

static void test_a_path_and_a_method_choose_the_answer(void **state)
{
    (void)state;
    static const struct {
        const char *method, *target;
        unsigned status;
        const char *body, *allow; /* NULL: not looked at, no header */
    } rows[] = {
        {"GET", "/ping", 204, "", NULL},
        {"HEAD", "/ping", 204, "", NULL},
        {"POST", "/ping", 405, "Method Not Allowed\n", "GET, HEAD"},
        {"OPTIONS", "/ping", 405, "Method Not Allowed\n", "GET, HEAD"},
        {"GET", "/ping/", 404, "404 page not found\n", NULL},
        {"GET", "/status", 204, "", NULL},
        {"POST", "/status", 405, "Method Not Allowed\n", "GET, HEAD"},
        {"HEAD", "/health", 405, "", "GET, OPTIONS"},
        {"OPTIONS", "/health", 200, "", NULL},
        {"GET", "/write", 405, "Method Not Allowed\n", "OPTIONS, POST"},
        {"OPTIONS", "/write", 200, "", NULL},
        {"PUT", "/query", 405, "Method Not Allowed\n", "GET, OPTIONS, POST"},
        {"PATCH", "/query", 405, "Method Not Allowed\n", "GET, OPTIONS, POST"},
        {"BREW", "/query", 405, "Method Not Allowed\n", "GET, OPTIONS, POST"},
        {"GET", "/nosuch", 404, "404 page not found\n", NULL},
        {"POST", "/api/v3/write_lp?db=x", 404, "404 page not found\n", NULL},
        {"GET", "/%zz", 400, "400 Bad Request\n", NULL},
        {"GET", "/a%00b", 400, "400 Bad Request\n", NULL},
        {"GET", "/%70ing", 204, "", NULL},
        {"HEAD", "/", 200, "", NULL},
    };
    struct client client = client_open(fixture.port);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        print_message("row %s %s\n", rows[i].method, rows[i].target);
        assert_true(client_ask(&client, rows[i].method, rows[i].target, "", ""));
        assert_int_equal(client.status, rows[i].status);
        assert_string_equal(client.body, rows[i].body);
        const char *allow = client_header(&client, "Allow");
        if (rows[i].allow)
            assert_string_equal(allow, rows[i].allow);
        else
            assert_null(allow);
        assert_string_equal(client_header(&client, "X-Influxdb-Version"), SX_INFLUX_VERSION);
        assert_string_equal(client_header(&client, "X-Influxdb-Build"), "OSS");
    }
    client_close(&client);
}

static void test_an_unknown_path_has_a_hint(void **state)
{
    (void)state;
    struct client client = client_open(fixture.port);
    assert_true(client_ask(&client, "POST", "/api/v1/query", "", "a body that is dropped"));
    assert_int_equal(client.status, 404);
    assert_non_null(strstr(client_header(&client, "X-Stria-Hint"), "/query"));
    client_close(&client);
}

static void test_request_ids_are_echoed_or_made(void **state)
{
    (void)state;
    struct client client = client_open(fixture.port);
    char first[100];
    assert_true(client_ask(&client, "GET", "/ping", "X-Request-Id: my-id-1\r\n", ""));
    assert_string_equal(client_header(&client, "X-Request-Id"), "my-id-1");
    assert_string_equal(client_header(&client, "Request-Id"), "my-id-1");
    assert_true(client_ask(&client, "GET", "/ping", "Request-Id: other\r\n", ""));
    assert_string_equal(client_header(&client, "X-Request-Id"), "other");
    assert_true(client_ask(&client, "GET", "/ping", "", ""));
    (void)snprintf(first, sizeof first, "%s", client_header(&client, "Request-Id"));
    assert_int_equal(strlen(first), 36);
    assert_int_equal(first[14], '4');
    assert_true(client_ask(&client, "GET", "/ping", "", ""));
    assert_string_not_equal(client_header(&client, "Request-Id"), first);
    client_close(&client);
}

static void test_an_origin_is_allowed_where_a_route_answers(void **state)
{
    (void)state;
    struct client client = client_open(fixture.port);
    assert_true(client_ask(&client, "OPTIONS", "/query", "Origin: http://ui.example:3000\r\n", ""));
    assert_int_equal(client.status, 200);
    assert_string_equal(client_header(&client, "Access-Control-Allow-Origin"),
                        "http://ui.example:3000");
    assert_string_equal(client_header(&client, "Access-Control-Allow-Methods"),
                        "DELETE, GET, OPTIONS, POST, PUT, PATCH");
    assert_true(client_ask(&client, "GET", "/ping", "Origin: null\r\n", ""));
    assert_string_equal(client_header(&client, "Access-Control-Allow-Origin"), "null");
    assert_true(client_ask(&client, "OPTIONS", "/ping", "Origin: x\r\n", ""));
    assert_null(client_header(&client, "Access-Control-Allow-Origin"));
    assert_true(client_ask(&client, "GET", "/nosuch", "Origin: x\r\n", ""));
    assert_null(client_header(&client, "Access-Control-Allow-Origin"));
    assert_true(client_ask(&client, "GET", "/ping", "", ""));
    assert_null(client_header(&client, "Access-Control-Allow-Origin"));
    client_close(&client);
}

static void test_an_error_comes_in_the_form_the_client_wants(void **state)
{
    (void)state;
    static const struct {
        const char *target, *headers, *type, *body;
    } rows[] = {
        {"/write", "", "application/json", "{\"error\":\"database is required\"}\n"},
        {"/write?pretty=true", "", "application/json",
         "{\n    \"error\": \"database is required\"\n}\n"},
        {"/write", "Accept: text/csv\r\n", "text/csv", "error\ndatabase is required\n"},
        {"/write", "Accept: application/csv\r\n", "application/csv",
         "error\ndatabase is required\n"},
        {"/write", "Accept: application/x-msgpack\r\n", "application/json",
         "{\"error\":\"database is required\"}\n"},
    };
    struct client client = client_open(fixture.port);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        assert_true(client_ask(&client, "POST", rows[i].target, rows[i].headers, "m v=1"));
        assert_int_equal(client.status, 400);
        assert_string_equal(client.body, rows[i].body);
        assert_string_equal(client_header(&client, "Content-Type"), rows[i].type);
        assert_string_equal(client_header(&client, "X-Influxdb-Error"), "database is required");
        assert_null(client_header(&client, "X-Platform-Error-Code"));
    }
    client_close(&client);
}

static void test_every_status_has_its_http_status(void **state)
{
    (void)state;
    static const struct {
        stria_status status;
        unsigned http;
    } rows[] = {
        {STRIA_OK, 200},      {STRIA_NOMEM, 503},       {STRIA_IO, 500},
        {STRIA_CORRUPT, 500}, {STRIA_INVALID, 400},     {STRIA_LIMIT, 400},
        {STRIA_BUSY, 503},    {STRIA_LOCKED, 500},      {STRIA_NOT_FOUND, 404},
        {STRIA_EXISTS, 400},  {STRIA_DISK_FULL, 507},   {STRIA_READ_ONLY, 507},
        {STRIA_SYNTAX, 400},  {STRIA_CONFLICT, 400},    {STRIA_CANCELLED, 503},
        {STRIA_TIMEOUT, 503}, {STRIA_UNSUPPORTED, 501}, {STRIA_VERSION, 500},
        {STRIA_PARTIAL, 400}, {STRIA_INTERNAL, 500},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++)
        assert_int_equal(sx_http_status_of(rows[i].status), rows[i].http);
}

static void test_a_server_that_stops_refuses_new_requests(void **state)
{
    (void)state;
    struct client client = client_open(fixture.port);
    assert_true(client_ask(&client, "GET", "/health", "", ""));
    assert_int_equal(client.status, 200);
    sx_server_quiesce(&fixture.server);
    assert_true(client_ask(&client, "GET", "/query?q=SHOW+DATABASES", "", ""));
    assert_int_equal(client.status, 503);
    assert_string_equal(client.body, "{\"error\":\"the server is stopping\"}\n");
    struct client other = client_open(fixture.port);
    assert_int_equal(other.fd, -1);
    client_close(&client);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_path_and_a_method_choose_the_answer),
        TEST(test_an_unknown_path_has_a_hint),
        TEST(test_request_ids_are_echoed_or_made),
        TEST(test_an_origin_is_allowed_where_a_route_answers),
        TEST(test_an_error_comes_in_the_form_the_client_wants),
        cmocka_unit_test(test_every_status_has_its_http_status),
        TEST(test_a_server_that_stops_refuses_new_requests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
