/* SPDX-License-Identifier: Apache-2.0 */
/* client_test.c -- requests and answers against a server of a few lines on a free port: what goes
 * over the wire, refusals and their meaning, retries, streams and cancelling. */
#include "app/client/client.h"

#include "app/client/answer.h"
#include "app/client/reply_server_test.h"

static struct sx_client *connect_to(struct sx_mem *mem, const struct reply_server *server,
                                    const char *user, const char *path)
{
    struct sx_client *client;
    char url[128];
    (void)snprintf(url, sizeof url, "http://%s127.0.0.1:%d%s", user, server->port, path);
    assert_int_equal(sx_client_create(mem, url, &client, NULL), STRIA_OK);
    return client;
}

static void test_ping_tells_the_version(void **state)
{
    (void)state;
    static const char *const replies[] = {NO_CONTENT, REPLY("200 OK", "hello")};
    struct sx_mem mem;
    struct reply_server server;
    char version[16];
    stria_error err = {0};
    sx_mem_init(&mem, NULL, "test", 0);
    reply_server_start(&server, replies, 2, 0);
    struct sx_client *client = connect_to(&mem, &server, "joe:p%40ss@", "/influx/");
    assert_int_equal(sx_client_ping(client, version, 7, NULL), STRIA_OK);
    assert_string_equal(version, "1.8.10");
    assert_int_equal(sx_client_ping(client, version, sizeof version, &err), STRIA_IO);
    assert_non_null(strstr(err.text, "neither Stria nor InfluxDB"));
    assert_null(strstr(sx_client_name(client), "joe"));
    assert_non_null(strstr(sx_client_name(client), "/influx"));
    sx_client_destroy(client);
    reply_server_stop(&server);
    assert_non_null(strstr(server.requests[0], "GET /influx/ping HTTP/1.1\r\n"));
    assert_non_null(strstr(server.requests[0], "Authorization: Basic am9lOnBAc3M=\r\n"));
    sx_mem_deinit(&mem);
}

static void test_a_query_goes_into_the_url_and_its_body_comes_back(void **state)
{
    (void)state;
    static const char *const replies[] = {REPLY("200 OK", "{\"results\":[]}\n"),
                                          REPLY("200 OK", "")};
    struct sx_mem mem;
    struct reply_server server;
    char bytes[64];
    size_t got;
    sx_mem_init(&mem, NULL, "test", 0);
    reply_server_start(&server, replies, 2, 0);
    struct sx_client *client = connect_to(&mem, &server, "", "");
    const struct sx_client_query query = {
        .text = SX_LITERAL("SHOW \"a&b\""), .database = "my db", .epoch = "ns", .chunked = true};
    assert_int_equal(sx_client_query(client, &query, NULL), STRIA_OK);
    assert_int_equal(sx_client_read(client, bytes, sizeof bytes, &got, NULL), STRIA_OK);
    assert_int_equal(got, 15);
    assert_memory_equal(bytes, "{\"results\":[]}\n", 15);
    assert_int_equal(sx_client_read(client, bytes, sizeof bytes, &got, NULL), STRIA_OK);
    assert_int_equal(got, 0);
    sx_client_end(client);
    const struct sx_client_query change = {
        .text = SX_LITERAL("CREATE DATABASE x"), .may_change = true, .policy = "week"};
    assert_int_equal(sx_client_query(client, &change, NULL), STRIA_OK);
    sx_client_end(client);
    sx_client_destroy(client);
    reply_server_stop(&server);
    assert_non_null(strstr(server.requests[0], "GET /query?q=SHOW%20%22a%26b%22&db=my%20db&"
                                               "epoch=ns&chunked=true HTTP/1.1\r\n"));
    assert_non_null(
        strstr(server.requests[1], "POST /query?q=CREATE%20DATABASE%20x&rp=week HTTP/1.1\r\n"));
    sx_mem_deinit(&mem);
}

static void test_a_body_larger_than_memory_is_held_back_and_read_in_pieces(void **state)
{
    (void)state;
    enum { SIZE = 5000000 };
    static const char *const replies[] = {REPLY("200 OK", "")};
    struct sx_mem mem;
    struct reply_server server;
    char bytes[10000];
    size_t got, total = 0;
    sx_mem_init(&mem, NULL, "test", 0);
    reply_server_start(&server, replies, 1, SIZE);
    struct sx_client *client = connect_to(&mem, &server, "", "");
    assert_int_equal(sx_client_query(client, &(struct sx_client_query){0}, NULL), STRIA_OK);
    while (sx_client_read(client, bytes, sizeof bytes, &got, NULL) == STRIA_OK && got)
        total += got;
    assert_int_equal(total, SIZE);
    assert_true(atomic_load(&mem.size_max) < 2000000);
    sx_client_destroy(client);
    reply_server_stop(&server);
    sx_mem_deinit(&mem);
}

static const struct refusal_row {
    const char *reply;
    stria_status st;
    const char *text;
} refusal_rows[] = {
    {REPLY("400 Bad Request", "{\"error\":\"unable to parse 'x': missing fields\"}\n"),
     STRIA_INVALID, "unable to parse 'x': missing fields"},
    {REPLY("400 Bad Request", "{\"error\":\"partial write: field type conflict dropped=1\"}\n"),
     STRIA_PARTIAL, "partial write: field type conflict dropped=1"},
    {REPLY("404 Not Found", "{\"error\":\"database not found: \\\"x\\\"\"}\n"), STRIA_NOT_FOUND,
     "database not found: \"x\""},
    {REPLY("413 Request Entity Too Large", "{\"error\":\"Request Entity Too Large\"}"), STRIA_LIMIT,
     "Request Entity Too Large"},
    {REPLY("503 Service Unavailable", "<b>busy</b>\n"), STRIA_BUSY, "<b>busy</b>"},
    {REPLY("507 Insufficient Storage", "{\"error\":\"disk\"}"), STRIA_DISK_FULL, "disk"},
    {REPLY("401 Unauthorized", "{\"error\":\"authorization failed\"}"), STRIA_INVALID,
     "authorization failed"},
};

static void test_refusals_have_a_meaning_and_the_servers_words(void **state)
{
    (void)state;
    const char *replies[SX_COUNT_OF(refusal_rows)];
    struct sx_mem mem;
    struct reply_server server;
    sx_mem_init(&mem, NULL, "test", 0);
    for (size_t i = 0; i < SX_COUNT_OF(refusal_rows); i++)
        replies[i] = refusal_rows[i].reply;
    reply_server_start(&server, replies, SX_COUNT_OF(refusal_rows), 0);
    struct sx_client *client = connect_to(&mem, &server, "", "");
    for (size_t i = 0; i < SX_COUNT_OF(refusal_rows); i++) {
        stria_error err = {0};
        const struct sx_client_write write = {.text = SX_LITERAL("m v=1\n"), .database = "x"};
        print_message("%s\n", refusal_rows[i].text);
        assert_int_equal(sx_client_write(client, &write, &err), refusal_rows[i].st);
        assert_string_equal(err.text, refusal_rows[i].text);
        assert_true(sx_bytes_equal(sx_client_refusal(client), sx_bytes_of(refusal_rows[i].text)));
    }
    sx_client_destroy(client);
    reply_server_stop(&server);
    sx_mem_deinit(&mem);
}

static void test_a_busy_server_is_asked_again(void **state)
{
    (void)state;
    static const char *const replies[] = {REPLY("503 Service Unavailable", "{\"error\":\"busy\"}"),
                                          REPLY("429 Too Many Requests", "{\"error\":\"busy\"}"),
                                          NO_CONTENT};
    struct sx_mem mem;
    struct reply_server server;
    sx_mem_init(&mem, NULL, "test", 0);
    reply_server_start(&server, replies, 3, 0);
    struct sx_client *client = connect_to(&mem, &server, "", "");
    const struct sx_client_write write = {
        .text = SX_LITERAL("m v=1 7\n"), .database = "x", .precision = "s", .retry_ms = 60000};
    assert_int_equal(sx_client_write(client, &write, NULL), STRIA_OK);
    sx_client_destroy(client);
    reply_server_stop(&server);
    assert_int_equal(atomic_load(&server.request_count), 3);
    for (size_t i = 0; i < 3; i++) {
        assert_non_null(strstr(server.requests[i], "POST /write?db=x&precision=s HTTP/1.1\r\n"));
        assert_non_null(strstr(server.requests[i], "\r\n\r\nm v=1 7\n"));
    }
    sx_mem_deinit(&mem);
}

struct canceller {
    struct sx_client *client;
    struct reply_server *server;
};

static void *cancel_soon(void *context)
{
    struct canceller *canceller = context;
    while (atomic_load(&canceller->server->request_count) == 0)
        (void)usleep(1000);
    sx_client_cancel(canceller->client);
    return NULL;
}

static void test_a_waiting_request_can_be_cancelled_and_another_made(void **state)
{
    (void)state;
    static const char *const replies[] = {"", NO_CONTENT};
    struct sx_mem mem;
    struct reply_server server;
    pthread_t thread;
    char version[16];
    stria_error err = {0};
    sx_mem_init(&mem, NULL, "test", 0);
    reply_server_start(&server, replies, 2, 0);
    struct canceller canceller = {connect_to(&mem, &server, "", ""), &server};
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, &canceller), 0);
    assert_int_equal(
        sx_client_query(canceller.client, &(struct sx_client_query){.text = SX_LITERAL("q")}, &err),
        STRIA_CANCELLED);
    (void)pthread_join(thread, NULL);
    assert_int_equal(sx_client_ping(canceller.client, version, 16, NULL), STRIA_CANCELLED);
    sx_client_resume(canceller.client);
    assert_int_equal(sx_client_ping(canceller.client, version, 16, NULL), STRIA_OK);
    sx_client_destroy(canceller.client);
    reply_server_stop(&server);
    sx_mem_deinit(&mem);
}

static void test_an_answer_that_breaks_off_is_an_error(void **state)
{
    (void)state;
    static const char *const replies[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"results\":[{\"statement_id\":0,"};
    struct sx_mem mem;
    struct reply_server server;
    struct sx_answer *answer;
    const stria_statement *statement;
    const stria_table *table;
    stria_error err = {0};
    sx_mem_init(&mem, NULL, "test", 0);
    reply_server_start(&server, replies, 1, 0);
    struct sx_client *client = connect_to(&mem, &server, "", "");
    assert_int_equal(sx_client_query(client, &(struct sx_client_query){0}, NULL), STRIA_OK);
    assert_int_equal(sx_answer_create(&mem, sx_client_read, client, &answer, NULL), STRIA_OK);
    assert_int_equal(sx_answer_next_statement(answer, &statement, &err), STRIA_OK);
    assert_int_equal(sx_answer_next_series(answer, &table, &err), STRIA_IO);
    assert_non_null(strstr(err.text, "127.0.0.1"));
    sx_answer_destroy(answer);
    sx_client_destroy(client);
    reply_server_stop(&server);
    sx_mem_deinit(&mem);
}

static void test_a_server_that_is_not_there_is_told_with_its_address(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct reply_server server;
    char version[16];
    stria_error err = {0};
    sx_mem_init(&mem, NULL, "test", 0);
    reply_server_start(&server, NULL, 0, 0);
    reply_server_stop(&server); /* nothing listens on its port now */
    struct sx_client *client = connect_to(&mem, &server, "", "");
    assert_int_equal(sx_client_ping(client, version, sizeof version, &err), STRIA_IO);
    assert_non_null(strstr(err.text, sx_client_name(client)));
    sx_client_destroy(client);
    sx_mem_deinit(&mem);
}

static void test_urls_are_completed_or_refused(void **state)
{
    (void)state;
    static const struct {
        const char *url, *name;
    } rows[] = {
        {"localhost", "http://localhost:8086"},
        {"ftp.example.com:9", "http://ftp.example.com:9"},
        {"http://h/", "http://h:8086"},
        {"https://u:p@h:80/base/?q=1#x", "https://h:80/base"},
        {"http://[::1]", "http://[::1]:8086"},
        {"ftp://h", NULL},
        {"http://", NULL},
        {"", NULL},
        {"http://h:99999", NULL},
    };
    struct sx_mem mem;
    sx_mem_init(&mem, NULL, "test", 0);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_client *client;
        print_message("%s\n", rows[i].url);
        assert_int_equal(sx_client_create(&mem, rows[i].url, &client, NULL),
                         rows[i].name ? STRIA_OK : STRIA_INVALID);
        if (rows[i].name)
            assert_string_equal(sx_client_name(client), rows[i].name);
        sx_client_destroy(client);
    }
    sx_mem_deinit(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ping_tells_the_version),
        cmocka_unit_test(test_a_query_goes_into_the_url_and_its_body_comes_back),
        cmocka_unit_test(test_a_body_larger_than_memory_is_held_back_and_read_in_pieces),
        cmocka_unit_test(test_refusals_have_a_meaning_and_the_servers_words),
        cmocka_unit_test(test_a_busy_server_is_asked_again),
        cmocka_unit_test(test_a_waiting_request_can_be_cancelled_and_another_made),
        cmocka_unit_test(test_an_answer_that_breaks_off_is_an_error),
        cmocka_unit_test(test_a_server_that_is_not_there_is_told_with_its_address),
        cmocka_unit_test(test_urls_are_completed_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
