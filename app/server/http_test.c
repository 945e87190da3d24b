/* SPDX-License-Identifier: Apache-2.0 */
/* http_test.c -- requests over real connections, with hooks of the test's own in place of routes:
 * how bodies come, are refused and dropped, and how answers are made and streamed. */
#include "app/server/http.h"

#include "app/server/http_client_test.h"
#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define BODY_SIZE_MAX 100000
#define STREAM_COUNT 50000 /* numbers in a streamed answer */

/* A server whose answers tell what it saw. Paths: /inline and /deferred echo the body; /stream
 * gives numbers, and sleeps before each thousand; /break breaks off; /drop drops the body. */
struct fixture {
    struct sx_mem mem;
    struct sx_log log;
    struct sx_connections connections;
    struct sx_budget budget;
    atomic_size_t reserved;
    atomic_size_t budget_size;
    struct sx_jobs jobs;
    struct sx_http *http;
    unsigned port;
    atomic_int begun, ended, closed;
};

struct numbers {
    struct fixture *fixture;
    struct sx_exchange *exchange;
    struct sx_job job;
    _Atomic long limit; /* numbers that may be given */
    long next;
    bool breaks, stopped;
};

static stria_status reserve(void *context, size_t size, stria_error *err)
{
    struct fixture *fixture = context;
    if (atomic_fetch_add(&fixture->reserved, size) + size <= fixture->budget_size)
        return STRIA_OK;
    atomic_fetch_sub(&fixture->reserved, size);
    return sx_fail(err, STRIA_NOMEM, "no more");
}

static void give_back(void *context, size_t size)
{
    struct fixture *fixture = context;
    atomic_fetch_sub(&fixture->reserved, size);
}

static void run_more(void *context)
{
    struct numbers *numbers = context;
    atomic_fetch_add(&numbers->limit, 1000);
    sx_exchange_wake(numbers->exchange);
}

static long read_numbers(void *stream, char *to, size_t size)
{
    struct numbers *numbers = stream;
    long used = 0;
    while (numbers->next < atomic_load(&numbers->limit) && (size_t)used + 16 < size)
        used += snprintf(to + used, 16, "%ld\n", numbers->next++);
    if (used)
        return used;
    if (numbers->next == STREAM_COUNT)
        return -1;
    if (numbers->stopped || (numbers->breaks && numbers->next == 3000))
        return -2;
    sx_exchange_sleep(numbers->exchange);
    numbers->job = (struct sx_job){.run = run_more, .context = numbers};
    if (!sx_jobs_put(&numbers->fixture->jobs, &numbers->job)) { /* the test is ending */
        numbers->stopped = true;
        sx_exchange_wake(numbers->exchange);
    }
    return 0;
}

static void close_numbers(void *stream)
{
    struct numbers *numbers = stream;
    atomic_fetch_add(&numbers->fixture->closed, 1);
    free(numbers);
}

static const struct sx_stream_ops numbers_ops = {.read = read_numbers, .close = close_numbers};

static void on_begin(void *context, struct sx_exchange *exchange)
{
    struct fixture *fixture = context;
    atomic_fetch_add(&fixture->begun, 1);
    assert_true(sx_exchange_split_target(exchange));
    exchange->server = fixture;
    exchange->is_deferred = strcmp(exchange->path, "/inline") != 0;
    if (strcmp(exchange->path, "/drop") == 0) {
        exchange->drops_body = true;
        sx_exchange_text(exchange, 404, "text/plain", "dropped");
    }
}

static void on_refuse(void *context, struct sx_exchange *exchange, enum sx_refusal why)
{
    (void)context;
    sx_exchange_text(exchange, why == SX_REFUSED_SIZE ? 413 : 503, "text/plain", "refused");
}

static void answer(struct sx_exchange *exchange)
{
    struct fixture *fixture = exchange->server;
    bool breaks = strcmp(exchange->path, "/break") == 0;
    sx_exchange_text(exchange, 200, "text/plain", NULL);
    if (!breaks && strcmp(exchange->path, "/stream") != 0) {
        sx_buf_put(&exchange->answer.body, exchange->body.ptr, exchange->body.size);
        return;
    }
    struct numbers *numbers = calloc(1, sizeof *numbers);
    numbers->fixture = fixture;
    numbers->exchange = exchange;
    numbers->breaks = breaks;
    exchange->answer.stream_ops = &numbers_ops;
    exchange->answer.stream = numbers;
}

static void run_job(void *context)
{
    struct sx_exchange *exchange = context;
    answer(exchange);
    sx_exchange_finish(exchange);
}

static void on_run(void *context, struct sx_exchange *exchange)
{
    struct fixture *fixture = context;
    if (!exchange->is_deferred) {
        answer(exchange);
        return;
    }
    exchange->job = (struct sx_job){.run = run_job, .context = exchange};
    if (!sx_jobs_put(&fixture->jobs, &exchange->job))
        run_job(exchange);
}

static void on_end(void *context, struct sx_exchange *exchange)
{
    (void)exchange;
    struct fixture *fixture = context;
    atomic_fetch_add(&fixture->ended, 1);
}

static struct fixture fixture;

static int begin(void **state)
{
    (void)state;
    memset(&fixture, 0, sizeof fixture);
    sx_mem_init(&fixture.mem, NULL, "test", 0);
    sx_log_init(&fixture.log, STDERR_FILENO, STRIA_LEVEL_INFO);
    sx_connections_init(&fixture.connections, &fixture.mem, INT64_C(60000000000),
                        INT64_C(60000000000));
    fixture.budget =
        (struct sx_budget){.context = &fixture, .reserve = reserve, .release = give_back};
    fixture.budget_size = 8 << 20;
    assert_int_equal(sx_jobs_init(&fixture.jobs, &fixture.mem, 3, NULL), STRIA_OK);
    const struct sx_http_options options = {.mem = &fixture.mem,
                                            .log = &fixture.log,
                                            .connections = &fixture.connections,
                                            .budget = &fixture.budget,
                                            .body_size_max = BODY_SIZE_MAX,
                                            .io_thread_count = 2,
                                            .connection_count_max = 100,
                                            .connection_memory_size = 65536,
                                            .idle_timeout_ns = INT64_C(60000000000)};
    const struct sx_http_hooks hooks = {
        .context = &fixture, .begin = on_begin, .refuse = on_refuse, .run = on_run, .end = on_end};
    const struct sx_address address = {.host = "127.0.0.1"};
    struct sx_listener listeners[SX_LISTENERS_MAX];
    size_t count = 0;
    assert_int_equal(sx_address_listen(&address, listeners, &count, NULL), STRIA_OK);
    fixture.port = (unsigned)strtoul(strrchr(listeners[0].text, ':') + 1, NULL, 10);
    assert_int_equal(sx_http_start(&options, &hooks, listeners, count, &fixture.http, NULL),
                     STRIA_OK);
    return 0;
}

static int end(void **state)
{
    (void)state;
    sx_http_quiesce(fixture.http);
    sx_jobs_stop(&fixture.jobs);
    sx_http_stop(fixture.http);
    sx_jobs_deinit(&fixture.jobs);
    assert_int_equal(atomic_load(&fixture.begun), atomic_load(&fixture.ended));
    assert_int_equal(atomic_load(&fixture.reserved), 0);
    assert_int_equal(sx_connections_count(&fixture.connections), 0);
    sx_connections_deinit(&fixture.connections);
    sx_mem_deinit(&fixture.mem);
    return 0;
}

static void fill(char *body, size_t size)
{
    for (size_t i = 0; i < size; i++)
        body[i] = (char)('a' + i % 26);
}

static void test_one_connection_serves_many_requests(void **state)
{
    (void)state;
    struct client client = client_open(fixture.port);
    for (int i = 0; i < 50; i++) {
        char body[20];
        (void)snprintf(body, sizeof body, "body %d", i);
        assert_true(client_ask(&client, "POST", i % 2 ? "/inline" : "/deferred", "", body));
        assert_int_equal(client.status, 200);
        assert_string_equal(client.body, body);
    }
    assert_int_equal(sx_connections_count(&fixture.connections), 1);
    client_close(&client);
}

static void test_requests_may_be_sent_ahead_of_answers(void **state)
{
    (void)state;
    struct client client = client_open(fixture.port);
    for (int i = 0; i < 10; i++)
        assert_true(client_request(&client, "POST", "/deferred", "", &"0123456789"[i], 1));
    for (int i = 0; i < 10; i++) {
        assert_true(client_answer(&client, false));
        assert_int_equal(client.status, 200);
        assert_int_equal(client.body[0], '0' + i);
    }
    client_close(&client);
}

static void test_a_body_may_come_in_any_pieces(void **state)
{
    (void)state;
    static char body[BODY_SIZE_MAX];
    static const size_t pieces[] = {1, 7, 1000, 65536, BODY_SIZE_MAX};
    fill(body, sizeof body);
    for (size_t i = 0; i < SX_COUNT_OF(pieces); i++) {
        size_t size = SX_MIN(sizeof body, pieces[i] * 2000);
        struct client client = client_open(fixture.port);
        char head[100];
        (void)snprintf(head, sizeof head,
                       "POST /deferred HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n", size);
        assert_true(client_text(&client, head));
        for (size_t at = 0; at < size; at += pieces[i])
            assert_true(client_send(&client, body + at, SX_MIN(pieces[i], size - at)));
        assert_true(client_answer(&client, false));
        assert_int_equal(client.body_size, size);
        assert_memory_equal(client.body, body, size);
        client_close(&client);
    }
}

static void test_a_chunked_body_is_put_together(void **state)
{
    (void)state;
    struct client client = client_open(fixture.port);
    assert_true(client_text(&client, "POST /deferred HTTP/1.1\r\nHost: x\r\n"
                                     "Transfer-Encoding: chunked\r\n\r\n"
                                     "5\r\nhello\r\n1;x=y\r\n \r\n"));
    assert_true(client_text(&client, "6\r\nworld!\r\n0\r\n\r\n"));
    assert_true(client_answer(&client, false));
    assert_int_equal(client.status, 200);
    assert_string_equal(client.body, "hello world!");
    assert_true(client_ask(&client, "POST", "/inline", "", "again"));
    assert_string_equal(client.body, "again");
    client_close(&client);
}

static void test_a_chunked_body_that_grows_too_large_is_refused_at_its_end(void **state)
{
    (void)state;
    static char chunk[10000];
    struct client client = client_open(fixture.port);
    assert_true(client_text(&client, "POST /deferred HTTP/1.1\r\nHost: x\r\n"
                                     "Transfer-Encoding: chunked\r\n\r\n"));
    for (int i = 0; i < 20; i++) {
        assert_true(client_text(&client, "2710\r\n"));
        assert_true(client_send(&client, chunk, sizeof chunk));
        assert_true(client_text(&client, "\r\n"));
    }
    assert_true(client_text(&client, "0\r\n\r\n"));
    assert_true(client_answer(&client, false));
    assert_int_equal(client.status, 413);
    assert_true(client_ask(&client, "POST", "/inline", "", "goes on"));
    assert_string_equal(client.body, "goes on");
    client_close(&client);
}

static void test_a_body_that_is_too_large_is_dropped_and_the_connection_goes_on(void **state)
{
    (void)state;
    static char body[3 * BODY_SIZE_MAX];
    struct client client = client_open(fixture.port);
    assert_true(client_request(&client, "POST", "/deferred", "", body, sizeof body));
    assert_true(client_answer(&client, false));
    assert_int_equal(client.status, 413);
    assert_true(client_ask(&client, "POST", "/drop", "", "not looked at"));
    assert_int_equal(client.status, 404);
    assert_string_equal(client.body, "dropped");
    assert_true(client_ask(&client, "POST", "/inline", "", "goes on"));
    assert_string_equal(client.body, "goes on");
    client_close(&client);
}

static void test_a_client_that_asks_first_is_answered_before_the_body(void **state)
{
    (void)state;
    struct client client = client_open(fixture.port);
    assert_true(client_text(&client, "POST /deferred HTTP/1.1\r\nHost: x\r\n"
                                     "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n"));
    assert_true(client_answer(&client, false));
    assert_int_equal(client.status, 100);
    assert_true(client_text(&client, "hello"));
    assert_true(client_answer(&client, false));
    assert_int_equal(client.status, 200);
    assert_string_equal(client.body, "hello");
    assert_true(client_text(&client, "POST /deferred HTTP/1.1\r\nHost: x\r\n"
                                     "Expect: 100-continue\r\nContent-Length: 300000\r\n\r\n"));
    assert_true(client_answer(&client, false));
    assert_int_equal(client.status, 413);
    client_close(&client);
}

static void test_without_memory_for_bodies_requests_are_refused(void **state)
{
    (void)state;
    static char body[BODY_SIZE_MAX];
    struct client client = client_open(fixture.port);
    fixture.budget_size = 65536 + 1000; /* the connection itself */
    assert_true(client_request(&client, "POST", "/deferred", "", body, sizeof body));
    assert_true(client_answer(&client, false));
    assert_int_equal(client.status, 503);
    assert_true(client_ask(&client, "POST", "/deferred", "", "small"));
    assert_int_equal(client.status, 200);
    client_close(&client);
}

static void test_an_answer_is_streamed_as_it_is_made(void **state)
{
    (void)state;
    struct client client = client_open(fixture.port);
    for (int round = 0; round < 3; round++) {
        assert_true(client_ask(&client, "GET", "/stream", "", ""));
        assert_int_equal(client.status, 200);
        const char *at = client.body;
        for (long i = 0; i < STREAM_COUNT; i++) {
            long number = 0; /* by hand: the sanitizers' strtol looks at all that follows */
            at += i > 0 && *at == '\n';
            for (; *at >= '0' && *at <= '9'; at++)
                number = number * 10 + (*at - '0');
            assert_int_equal(number, i);
        }
        assert_string_equal(at, "\n");
    }
    /* A connection's next request begins when the last one is over. */
    assert_true(client_ask(&client, "GET", "/inline", "", ""));
    assert_int_equal(atomic_load(&fixture.closed), 3);
    client_close(&client);
}

static void test_an_answer_that_breaks_off_has_no_end(void **state)
{
    (void)state;
    struct client client = client_open(fixture.port);
    assert_false(client_ask(&client, "GET", "/break", "", ""));
    assert_int_equal(client.status, 200);
    assert_true(client_is_closed(&client));
    client_close(&client);
}

static void test_clients_that_leave_in_the_middle_leave_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        struct client client = client_open(fixture.port);
        switch (i % 4) {
        case 0: /* in the head */
            (void)client_text(&client, "POST /deferred HTTP/1.1\r\nHo");
            break;
        case 1: /* in the body */
            (void)client_text(&client, "POST /deferred HTTP/1.1\r\nContent-Length: 50\r\n\r\nab");
            break;
        case 2: /* before the answer */
            (void)client_request(&client, "POST", "/deferred", "", "abc", 3);
            break;
        default: /* in the answer */
            (void)client_request(&client, "GET", "/stream", "", "", 0);
            (void)client_fill(&client);
            break;
        }
        client_close(&client);
    }
    struct client last = client_open(fixture.port);
    assert_true(client_ask(&last, "POST", "/inline", "", "alive"));
    assert_string_equal(last.body, "alive");
    client_close(&last);
}

static void test_head_has_no_body_and_long_targets_pass(void **state)
{
    (void)state;
    static char target[20001] = "/deferred?q=";
    struct client client = client_open(fixture.port);
    memset(target + strlen(target), 'x', sizeof target - 1 - strlen(target));
    assert_true(client_ask(&client, "GET", target, "", ""));
    assert_int_equal(client.status, 200);
    assert_true(client_ask(&client, "HEAD", "/inline", "", ""));
    assert_int_equal(client.status, 200);
    assert_true(client_ask(&client, "GET", "/inline", "", ""));
    assert_int_equal(client.status, 200);
    client_close(&client);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_one_connection_serves_many_requests),
        TEST(test_requests_may_be_sent_ahead_of_answers),
        TEST(test_a_body_may_come_in_any_pieces),
        TEST(test_a_chunked_body_is_put_together),
        TEST(test_a_chunked_body_that_grows_too_large_is_refused_at_its_end),
        TEST(test_a_body_that_is_too_large_is_dropped_and_the_connection_goes_on),
        TEST(test_a_client_that_asks_first_is_answered_before_the_body),
        TEST(test_without_memory_for_bodies_requests_are_refused),
        TEST(test_an_answer_is_streamed_as_it_is_made),
        TEST(test_an_answer_that_breaks_off_has_no_end),
        TEST(test_clients_that_leave_in_the_middle_leave_nothing),
        TEST(test_head_has_no_body_and_long_targets_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
