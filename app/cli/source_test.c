/* SPDX-License-Identifier: Apache-2.0 */
/* source_test.c -- directories and servers opened, asked and told, in the same way. */
#include "app/cli/source.h"

#include "app/cli/scratch_test.h"
#include "app/client/reply_server_test.h"

static struct sx_mem mem;

static int begin(void **state)
{
    sx_mem_init(&mem, NULL, "test", 0);
    return scratch_begin(state);
}

static int end(void **state)
{
    sx_mem_deinit(&mem);
    return scratch_end(state);
}

static stria_status tell(struct sx_source *source, const char *text, stria_error *err)
{
    return sx_source_execute(source, &(struct sx_question){.text = sx_bytes_of(text)}, err);
}

static void test_a_directory_is_opened_for_reading_only_if_it_is_there(void **state)
{
    (void)state;
    struct sx_source source;
    stria_error err = {0};
    char *path = scratch_path("store");
    assert_int_equal(sx_source_open_read(&source, &mem, path, &err), STRIA_NOT_FOUND);
    assert_int_equal(sx_source_open_write(&source, &mem, path, STRIA_OPTIONS(.threads = 0), &err),
                     STRIA_OK);
    assert_int_equal(tell(&source, "CREATE DATABASE home", &err), STRIA_OK);
    assert_int_equal(tell(&source, "CREATE", &err), STRIA_SYNTAX);
    struct sx_source reader;
    assert_int_equal(sx_source_open_read(&reader, &mem, path, &err), STRIA_OK);
    assert_true(reader.read_only);
    assert_int_equal(tell(&reader, "CREATE DATABASE other", &err), STRIA_READ_ONLY);
    assert_int_equal(sx_source_close(&reader, NULL), STRIA_OK);
    assert_int_equal(sx_source_close(&source, NULL), STRIA_OK);
    assert_int_equal(sx_source_close(&source, NULL), STRIA_OK);
}

static void test_a_server_is_told_by_post_and_its_errors_come_back(void **state)
{
    (void)state;
    static const char *const replies[] = {
        REPLY("200 OK", "{\"results\":[{\"statement_id\":0}]}\n"),
        REPLY("200 OK", "{\"results\":[{\"statement_id\":0,\"error\":\"no such thing\"}]}\n"),
        REPLY("400 Bad Request", "{\"error\":\"error parsing query: found EOF\"}\n"),
    };
    struct reply_server server;
    struct sx_source source;
    stria_error err = {0};
    char url[64];
    reply_server_start(&server, replies, 3, 0);
    (void)snprintf(url, sizeof url, "127.0.0.1:%d", server.port);
    assert_int_equal(sx_source_open_url(&source, &mem, url, &err), STRIA_OK);
    assert_int_equal(tell(&source, "CREATE DATABASE x", &err), STRIA_OK);
    assert_int_equal(tell(&source, "DROP DATABASE x", &err), STRIA_INVALID);
    assert_string_equal(err.text, "no such thing");
    assert_int_equal(tell(&source, "DROP", &err), STRIA_INVALID);
    assert_string_equal(err.text, "error parsing query: found EOF");
    assert_int_equal(sx_source_close(&source, NULL), STRIA_OK);
    reply_server_stop(&server);
    expect_in(server.requests[0], "POST /query?q=CREATE%20DATABASE%20x&epoch=ns&chunked=true ");
}

static void test_names_are_quoted_as_influxql_wants_them(void **state)
{
    (void)state;
    struct sx_buf out;
    char storage[64];
    sx_buf_init_fixed(&out, storage, sizeof storage);
    sx_put_quoted_name(&out, SX_LITERAL("my \"db\"\\\n"));
    sx_buf_put_u8(&out, 0);
    assert_string_equal(storage, "\"my \\\"db\\\"\\\\\\n\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_directory_is_opened_for_reading_only_if_it_is_there),
        cmocka_unit_test(test_a_server_is_told_by_post_and_its_errors_come_back),
        cmocka_unit_test(test_names_are_quoted_as_influxql_wants_them),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
