/* SPDX-License-Identifier: Apache-2.0 */
/* show_test.c -- answers of a server as the command line shows them. */
#include "app/cli/show.h"

#include "app/cli/scratch_test.h"
#include "app/client/reply_server_test.h"

#define TWO_ROWS                                                                                   \
    "{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"m\",\"columns\":[\"time\",\"v\"],"  \
    "\"values\":[[1000000000,1],[2000000000,2.5]]}]}]}\n"

static int query(const struct reply_server *server, const char *format)
{
    char url[64];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d", server->port);
    return RUN("query", "--url", url, "--db", "home", "--format", format, "SELECT v FROM m");
}

static void test_an_answer_is_shown_in_each_format(void **state)
{
    (void)state;
    static const struct {
        const char *format, *text;
    } rows[] = {
        {"table", "name: m\ntime                    v\n--------------------  ---\n"
                  "1970-01-01T00:00:01Z    1\n1970-01-01T00:00:02Z  2.5\n"},
        {"csv", "name,tags,time,v\nm,,1970-01-01T00:00:01Z,1\nm,,1970-01-01T00:00:02Z,2.5\n"},
        {"json", "{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"m\",\"columns\":"
                 "[\"time\",\"v\"],\"values\":[[\"1970-01-01T00:00:01Z\",1],"
                 "[\"1970-01-01T00:00:02Z\",2.5]]}]}]}\n"},
        {"jsonl", "{\"name\":\"m\",\"row\":{\"time\":\"1970-01-01T00:00:01Z\",\"v\":1}}\n"
                  "{\"name\":\"m\",\"row\":{\"time\":\"1970-01-01T00:00:02Z\",\"v\":2.5}}\n"},
    };
    static const char *const replies[] = {REPLY("200 OK", TWO_ROWS), REPLY("200 OK", TWO_ROWS),
                                          REPLY("200 OK", TWO_ROWS), REPLY("200 OK", TWO_ROWS)};
    struct reply_server server;
    reply_server_start(&server, replies, 4, 0);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        assert_int_equal(query(&server, rows[i].format), SX_EXIT_OK);
        assert_string_equal(scratch_out, rows[i].text);
        assert_string_equal(scratch_err, "");
    }
    reply_server_stop(&server);
}

static void test_a_failed_statement_is_in_the_answer_and_the_status(void **state)
{
    (void)state;
    static const char *const replies[] = {
        REPLY("200 OK", "{\"results\":[{\"statement_id\":0,\"error\":\"no \\\"m\\\"\"}]}\n"),
        REPLY("500 Internal Server Error", "{\"error\":\"out of order\"}\n"),
    };
    struct reply_server server;
    reply_server_start(&server, replies, 2, 0);
    assert_int_equal(query(&server, "table"), SX_EXIT_FAILED);
    assert_string_equal(scratch_out, "error: no \"m\"\n");
    assert_string_equal(scratch_err, "stria query: no \"m\"\n");
    assert_int_equal(query(&server, "table"), SX_EXIT_FAILED);
    assert_string_equal(scratch_out, "");
    assert_string_equal(scratch_err, "stria query: out of order\n");
    reply_server_stop(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_answer_is_shown_in_each_format),
        cmocka_unit_test(test_a_failed_statement_is_in_the_answer_and_the_status),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
