/* SPDX-License-Identifier: Apache-2.0 */
/* query_answer_test.c -- answers larger than a part: whole, packed, read slowly, or not to the end.
 */
#include "app/server/query_answer.h"

#include "app/server/server_fixture_test.h"
#include "base/compress.h"

#define STATEMENT_COUNT 60000
#define STATEMENT "SHOW+DATABASES%3B"
#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"

/* A form with so many statements that their answer is megabytes. */
static char *make_form(void)
{
    size_t size = strlen(STATEMENT);
    char *form = malloc(3 + STATEMENT_COUNT * size);
    memcpy(form, "q=", 2);
    for (size_t i = 0; i < STATEMENT_COUNT; i++)
        memcpy(form + 2 + i * size, STATEMENT, size);
    form[2 + STATEMENT_COUNT * size - 3] = 0; /* no ; behind the last */
    return form;
}

/* Behind the next "{"statement_id":" from `at` on; NULL: there is none. By hand, as is the reading
 * of numbers: the sanitizers' memmem, strstr and strtol look at all that follows each time. */
static const char *next_result(const char *at, const char *last)
{
    static const char front[] = "{\"statement_id\":";
    for (; last - at >= 16; at++) {
        if (*at == '{' && memcmp(at, front, 16) == 0)
            return at + 16;
    }
    return NULL;
}

static long read_number(const char *at)
{
    long number = 0;
    for (; *at >= '0' && *at <= '9'; at++)
        number = number * 10 + (*at - '0');
    return number;
}

/* Every statement has its result, in order, and nothing follows. */
static void check_answer(const char *answer, size_t size)
{
    const char *at = answer, *last = answer + size;
    assert_int_equal(strncmp(answer, "{\"results\":[{\"statement_id\":0", 29), 0);
    for (long i = 0; i < STATEMENT_COUNT; i++) {
        at = next_result(at, last);
        assert_non_null(at);
        assert_int_equal(read_number(at), i);
    }
    assert_null(next_result(at, last));
    assert_memory_equal(last - 3, "]}\n", 3);
    assert_true(size > 5 * SX_ANSWER_PART_SIZE);
}

static void test_a_large_answer_comes_whole(void **state)
{
    (void)state;
    char *form = make_form();
    struct client client = client_open(fixture.port);
    for (int i = 0; i < 2; i++) {
        assert_true(client_ask(&client, "POST", "/query", FORM, form));
        assert_int_equal(client.status, 200);
        assert_string_equal(client_header(&client, "Transfer-Encoding"), "chunked");
        check_answer(client.body, client.body_size);
    }
    client_close(&client);
    free(form);
}

static void test_a_large_answer_is_packed_in_one_stream(void **state)
{
    (void)state;
    char *form = make_form();
    struct sx_mem mem;
    struct sx_buf out;
    struct sx_inflate *inflate;
    struct client client = client_open(fixture.port);
    assert_true(client_ask(&client, "POST", "/query", FORM "Accept-Encoding: gzip\r\n", form));
    assert_int_equal(client.status, 200);
    assert_string_equal(client_header(&client, "Content-Encoding"), "gzip");
    sx_mem_init(&mem, NULL, "test", 0);
    sx_buf_init(&out, &mem, 1 << 26);
    assert_int_equal(sx_inflate_create(&mem, SX_STREAM_GZIP, &inflate, NULL), STRIA_OK);
    struct sx_bytes packed = sx_bytes_make(client.body, client.body_size);
    assert_int_equal(sx_inflate_put(inflate, packed, &out, NULL), STRIA_OK);
    assert_int_equal(sx_inflate_end(inflate, NULL), STRIA_OK);
    size_t size = out.len;
    sx_buf_put_u8(&out, 0);
    check_answer((const char *)out.ptr, size);
    sx_inflate_destroy(inflate);
    sx_buf_deinit(&out);
    sx_mem_deinit(&mem);
    client_close(&client);
    free(form);
}

static int begin_with_one_thread(void **state)
{
    (void)state;
    fixture_prepare();
    fixture.settings.query_threads = 1;
    fixture_start();
    return 0;
}

static void test_clients_that_do_not_read_keep_no_thread(void **state)
{
    (void)state;
    char *form = make_form();
    struct client slow[4];
    for (size_t i = 0; i < SX_COUNT_OF(slow); i++) {
        slow[i] = client_open_with(fixture.port, 65536);
        assert_true(client_request(&slow[i], "POST", "/query", FORM, form, strlen(form)));
    }
    /* There is one thread for queries; all of these are answered in between. */
    for (int i = 0; i < 20; i++)
        (void)fixture_ask("GET", "/query?q=SHOW+DATABASES", "", "", 200);
    for (size_t i = 0; i < SX_COUNT_OF(slow); i++) {
        assert_true(client_answer(&slow[i], false));
        check_answer(slow[i].body, slow[i].body_size);
        client_close(&slow[i]);
    }
    free(form);
}

static void test_clients_that_leave_give_everything_back(void **state)
{
    (void)state;
    char *form = make_form();
    for (int i = 0; i < 12; i++) {
        struct client client = client_open(fixture.port);
        assert_true(client_request(&client, "POST", "/query", FORM, form, strlen(form)));
        for (int reads = 0; reads < i % 4; reads++)
            (void)client_fill(&client);
        client_close(&client);
    }
    (void)fixture_ask("GET", "/query?q=SHOW+DATABASES", "", "", 200);
    free(form);
}

static void test_a_stop_breaks_answers_off(void **state)
{
    (void)state;
    char *form = make_form();
    struct client clients[4];
    for (size_t i = 0; i < SX_COUNT_OF(clients); i++) {
        clients[i] = client_open(fixture.port);
        assert_true(client_request(&clients[i], "POST", "/query", FORM, form, strlen(form)));
    }
    assert_true(client_fill(&clients[0])); /* at least one answer has begun */
    fixture_stop();
    for (size_t i = 0; i < SX_COUNT_OF(clients); i++)
        client_close(&clients[i]);
    free(form);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_large_answer_comes_whole),
        TEST(test_a_large_answer_is_packed_in_one_stream),
        cmocka_unit_test_setup_teardown(test_clients_that_do_not_read_keep_no_thread,
                                        begin_with_one_thread, fixture_end),
        TEST(test_clients_that_leave_give_everything_back),
        TEST(test_a_stop_breaks_answers_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
