/* SPDX-License-Identifier: Apache-2.0 */
/* server_test.c -- a server under several clients at once, short of memory, and stopped at work. */
#include "app/server/server.h"

#include "app/server/server_fixture_test.h"

#define CLIENT_COUNT 6
#define ROUND_COUNT 40

struct worker {
    struct sx_thread *thread;
    unsigned index;
    unsigned good_count;
};

/* Writes and asks in turn, on one connection, with bodies of several sizes. */
static void work(void *context)
{
    struct worker *worker = context;
    struct client client = client_open(fixture.port);
    static const char *const targets[] = {"/query?q=SHOW+DATABASES", "/ping", "/metrics",
                                          "/health"};
    for (unsigned i = 0; i < ROUND_COUNT; i++) {
        char body[3000];
        size_t size = 0;
        for (unsigned row = 0; row <= i; row++)
            size += (size_t)snprintf(body + size, sizeof body - size, "m,w=%u v=%u %u\n",
                                     worker->index, row, i * 1000 + row);
        bool good = client_ask(&client, "POST", "/write?db=home", "", body);
        worker->good_count += good && client.status == 204;
        good = client_ask(&client, "GET", targets[i % SX_COUNT_OF(targets)], "", "");
        worker->good_count += good && client.status / 100 == 2;
    }
    client_close(&client);
}

static void create_database(void)
{
    (void)fixture_ask("POST", "/query?q=CREATE+DATABASE+home", "", "", 200);
}

static void test_several_clients_are_served_at_once(void **state)
{
    (void)state;
    struct worker workers[CLIENT_COUNT] = {0};
    struct sx_os *os = sx_os_posix();
    create_database();
    for (unsigned i = 0; i < CLIENT_COUNT; i++) {
        workers[i].index = i;
        assert_int_equal(os->ops->thread_start(os, work, &workers[i], &workers[i].thread, NULL),
                         STRIA_OK);
    }
    for (unsigned i = 0; i < CLIENT_COUNT; i++) {
        os->ops->thread_join(workers[i].thread);
        assert_int_equal(workers[i].good_count, 2 * ROUND_COUNT);
    }
    char wanted[100];
    (void)snprintf(wanted, sizeof wanted, "\nstria_samples_written_total %u\n",
                   CLIENT_COUNT * ROUND_COUNT * (ROUND_COUNT + 1) / 2);
    assert_non_null(strstr(fixture_ask("GET", "/metrics", "", "", 200), wanted));
}

static void test_without_memory_writes_are_put_off(void **state)
{
    (void)state;
    size_t taken = 0, step = (size_t)1 << 20;
    char *body = calloc(4 << 20, 1);
    create_database();
    while (!stria_memory_reserve(fixture.db, step, NULL))
        taken += step;
    struct client client = client_open(fixture.port);
    assert_true(client_request(&client, "POST", "/write?db=home", "", body, 4 << 20));
    assert_true(client_answer(&client, false));
    assert_int_equal(client.status, 503);
    assert_string_equal(client_header(&client, "Retry-After"), "1");
    assert_non_null(strstr(fixture_ask("GET", "/metrics", "", "", 200),
                           "stria_http_rejected_total{reason=\"memory\"} 1\n"));
    stria_memory_release(fixture.db, taken);
    assert_true(client_ask(&client, "POST", "/write?db=home", "", "m v=1 1"));
    assert_int_equal(client.status, 204);
    client_close(&client);
    free(body);
}

static void test_a_slow_client_is_cut_off(void **state)
{
    (void)state;
    struct client client = client_open(fixture.port);
    assert_true(client_text(&client, "POST /write?db=home HTTP/1.1\r\nHost: x\r\n"
                                     "Content-Length: 100\r\n\r\nabc"));
    /* Another connection's answer shows that the head above was seen. */
    while (sx_connections_count(&fixture.server.connections) == 0)
        (void)fixture_ask("GET", "/ping", "", "", 204);
    struct sx_connections *connections = &fixture.server.connections;
    int64_t later_ns = sx_os_mono_ns(sx_os_posix()) + INT64_C(3600000000000);
    sx_connections_sweep(connections, later_ns);
    assert_true(client_is_closed(&client));
    assert_true(atomic_load(&connections->slow_count) >= 1);
    sx_server_tick(&fixture.server);
    client_close(&client);
}

static void test_a_server_stops_while_clients_are_at_work(void **state)
{
    (void)state;
    static char body[100000];
    struct client clients[8];
    create_database();
    for (size_t i = 0; i < sizeof body; i += 10)
        memcpy(body + i, "m v=1 123\n", 10);
    for (size_t i = 0; i < SX_COUNT_OF(clients); i++) {
        clients[i] = client_open(fixture.port);
        size_t size = i % 2 ? sizeof body : sizeof body / 2;
        assert_true(client_text(&clients[i], "POST /write?db=home HTTP/1.1\r\nHost: x\r\n"
                                             "Content-Length: 100000\r\n\r\n"));
        assert_true(client_send(&clients[i], body, size));
    }
    fixture_stop();
    for (size_t i = 0; i < SX_COUNT_OF(clients); i++)
        client_close(&clients[i]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_several_clients_are_served_at_once),
        TEST(test_without_memory_writes_are_put_off),
        TEST(test_a_slow_client_is_cut_off),
        TEST(test_a_server_stops_while_clients_are_at_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
