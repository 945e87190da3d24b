/* SPDX-License-Identifier: Apache-2.0 */
/* connections_test.c -- who is closed for being slow, and whose query ends because nobody waits. */
#include "app/server/connections.h"

#include "base/attr.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000000)
#define IDLE (180 * SECOND)
#define SLOW (30 * SECOND)

struct fixture {
    struct sx_mem mem;
    struct sx_connections connections;
    struct sx_connection *connection;
    int pair[2]; /* ours, the client's */
};

static void begin(struct fixture *fixture)
{
    sx_mem_init(&fixture->mem, NULL, "test", 0);
    sx_connections_init(&fixture->connections, &fixture->mem, IDLE, SLOW);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fixture->pair), 0);
    fixture->connection = sx_connections_add(&fixture->connections, fixture->pair[0], 0);
    assert_non_null(fixture->connection);
}

static void end(struct fixture *fixture)
{
    sx_connections_remove(&fixture->connections, fixture->connection);
    assert_int_equal(sx_connections_count(&fixture->connections), 0);
    sx_connections_deinit(&fixture->connections);
    (void)close(fixture->pair[0]);
    (void)close(fixture->pair[1]);
    sx_mem_deinit(&fixture->mem);
}

/* Whether the client sees the end of the connection. */
static bool is_closed(const struct fixture *fixture)
{
    struct pollfd fd = {.fd = fixture->pair[1], .events = POLLIN};
    return poll(&fd, 1, 0) == 1;
}

static void test_a_slow_client_is_closed_when_its_time_is_up(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum sx_phase phase;
        int64_t age_ns;
        uint64_t received;
        bool closed;
    } rows[] = {
        {"idle, young", SX_PHASE_IDLE, IDLE, 0, false},
        {"idle, a head that trickles", SX_PHASE_IDLE, IDLE + 11 * SECOND, 0, true},
        {"body, young", SX_PHASE_BODY, SLOW, 0, false},
        {"body, nothing came", SX_PHASE_BODY, SLOW + SECOND, 0, true},
        {"body, a little too slow", SX_PHASE_BODY, 40 * SECOND, 40 * SX_SLOW_RATE - 1, true},
        {"body, fast enough", SX_PHASE_BODY, 40 * SECOND, 40 * SX_SLOW_RATE, false},
        {"working", SX_PHASE_WORKING, 86400 * SECOND, 0, false},
        {"sending", SX_PHASE_SENDING, 86400 * SECOND, 0, false},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct fixture fixture;
        begin(&fixture);
        print_message("row %s\n", rows[i].name);
        sx_connection_phase(fixture.connection, rows[i].phase, 5 * SECOND);
        atomic_store(&fixture.connection->body_received, rows[i].received);
        sx_connections_sweep(&fixture.connections, 5 * SECOND + rows[i].age_ns);
        sx_connections_sweep(&fixture.connections, 5 * SECOND + rows[i].age_ns);
        assert_int_equal(is_closed(&fixture), rows[i].closed);
        assert_int_equal(atomic_load(&fixture.connections.slow_count), rows[i].closed);
        end(&fixture);
    }
}

static void count_call(void *context)
{
    ++*(int *)context;
}

static void test_a_client_that_left_cancels_once(void **state)
{
    (void)state;
    struct fixture fixture;
    int calls = 0;
    begin(&fixture);
    sx_connection_phase(fixture.connection, SX_PHASE_WORKING, 0);
    sx_connections_watch(&fixture.connections, fixture.connection, count_call, &calls);
    sx_connections_sweep(&fixture.connections, SECOND);
    assert_int_equal(calls, 0);
    assert_int_equal(close(fixture.pair[1]), 0);
    fixture.pair[1] = -1;
    sx_connections_sweep(&fixture.connections, 2 * SECOND);
    sx_connections_sweep(&fixture.connections, 3 * SECOND);
    assert_int_equal(calls, 1);
    assert_int_equal(atomic_load(&fixture.connections.gone_count), 1);
    end(&fixture);
}

static void test_what_is_not_watched_any_more_is_not_cancelled(void **state)
{
    (void)state;
    struct fixture fixture;
    int calls = 0;
    begin(&fixture);
    sx_connections_watch(&fixture.connections, fixture.connection, count_call, &calls);
    sx_connections_watch(&fixture.connections, fixture.connection, NULL, NULL);
    assert_int_equal(shutdown(fixture.pair[1], SHUT_WR), 0);
    sx_connections_sweep(&fixture.connections, SECOND);
    sx_connections_cancel_all(&fixture.connections);
    assert_int_equal(calls, 0);
    end(&fixture);
}

static void test_all_are_cancelled_at_a_stop(void **state)
{
    (void)state;
    struct fixture fixture;
    int calls = 0;
    begin(&fixture);
    struct sx_connection *other = sx_connections_add(&fixture.connections, fixture.pair[1], 0);
    sx_connections_watch(&fixture.connections, fixture.connection, count_call, &calls);
    sx_connections_watch(&fixture.connections, other, count_call, &calls);
    assert_int_equal(sx_connections_count(&fixture.connections), 2);
    sx_connections_cancel_all(&fixture.connections);
    sx_connections_cancel_all(&fixture.connections);
    assert_int_equal(calls, 2);
    sx_connections_remove(&fixture.connections, other);
    end(&fixture);
}

static void test_without_memory_a_sweep_still_closes(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    struct sx_mem_fault fault = {.countdown = 1, .for_ever = true};
    fixture.mem.fault = &fault;
    assert_null(sx_connections_add(&fixture.connections, fixture.pair[1], 0));
    sx_connections_sweep(&fixture.connections, 2 * IDLE);
    assert_true(is_closed(&fixture));
    fixture.mem.fault = NULL;
    end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_slow_client_is_closed_when_its_time_is_up),
        cmocka_unit_test(test_a_client_that_left_cancels_once),
        cmocka_unit_test(test_what_is_not_watched_any_more_is_not_cancelled),
        cmocka_unit_test(test_all_are_cancelled_at_a_stop),
        cmocka_unit_test(test_without_memory_a_sweep_still_closes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
