/* SPDX-License-Identifier: Apache-2.0 */
/* connections.c -- see connections.h. */
#include "app/server/connections.h"

#include "base/error.h"

#include <poll.h>
#include <sys/socket.h>

#define NS_PER_SECOND INT64_C(1000000000)
/* What a request's head may take beyond the wait for it. */
#define HEAD_TIMEOUT_NS (10 * NS_PER_SECOND)

void sx_connections_init(struct sx_connections *connections, struct sx_mem *mem,
                         int64_t idle_timeout_ns, int64_t slow_timeout_ns)
{
    *connections = (struct sx_connections){
        .mem = mem, .idle_timeout_ns = idle_timeout_ns, .slow_timeout_ns = slow_timeout_ns};
    sx_mutex_init(&connections->mutex);
}

void sx_connections_deinit(struct sx_connections *connections)
{
    sx_mem_free(connections->mem, connections->polls);
    sx_mem_free(connections->mem, connections->polled);
    sx_mutex_deinit(&connections->mutex);
}

struct sx_connection *sx_connections_add(struct sx_connections *connections, int fd, int64_t now_ns)
{
    struct sx_connection *made = sx_mem_zalloc(connections->mem, sizeof *made);
    if (!made)
        return NULL;
    made->fd = fd;
    sx_connection_phase(made, SX_PHASE_IDLE, now_ns);
    sx_mutex_lock(&connections->mutex);
    made->next = connections->first;
    if (made->next)
        made->next->previous = made;
    connections->first = made;
    connections->count++;
    sx_mutex_unlock(&connections->mutex);
    return made;
}

void sx_connections_remove(struct sx_connections *connections, struct sx_connection *connection)
{
    sx_mutex_lock(&connections->mutex);
    if (connection->previous)
        connection->previous->next = connection->next;
    else
        connections->first = connection->next;
    if (connection->next)
        connection->next->previous = connection->previous;
    connections->count--;
    sx_mutex_unlock(&connections->mutex);
    sx_mem_free(connections->mem, connection);
}

size_t sx_connections_count(struct sx_connections *connections)
{
    sx_mutex_lock(&connections->mutex);
    size_t count = connections->count;
    sx_mutex_unlock(&connections->mutex);
    return count;
}

void sx_connection_phase(struct sx_connection *connection, enum sx_phase phase, int64_t now_ns)
{
    atomic_store_explicit(&connection->since_ns, now_ns, memory_order_relaxed);
    atomic_store_explicit(&connection->body_received, 0, memory_order_relaxed);
    /* Pairs with the acquire of the sweep: it must not see the phase with the time of another. */
    atomic_store_explicit(&connection->phase, (int)phase, memory_order_release);
}

void sx_connections_watch(struct sx_connections *connections, struct sx_connection *connection,
                          void (*cancel)(void *context), void *context)
{
    sx_mutex_lock(&connections->mutex);
    connection->cancel = cancel;
    connection->cancel_context = context;
    sx_mutex_unlock(&connections->mutex);
}

static void cancel(struct sx_connection *connection)
{
    void (*call)(void *) = connection->cancel;
    connection->cancel = NULL;
    if (call)
        call(connection->cancel_context);
}

static bool is_slow(const struct sx_connections *connections,
                    const struct sx_connection *connection, int64_t now_ns)
{
    enum sx_phase phase =
        (enum sx_phase)atomic_load_explicit(&connection->phase, memory_order_acquire);
    int64_t age_ns = now_ns - atomic_load_explicit(&connection->since_ns, memory_order_relaxed);
    uint64_t received = atomic_load_explicit(&connection->body_received, memory_order_relaxed);
    switch (phase) {
    case SX_PHASE_IDLE:
        return age_ns > connections->idle_timeout_ns + HEAD_TIMEOUT_NS;
    case SX_PHASE_BODY:
        return age_ns > connections->slow_timeout_ns &&
               received / SX_SLOW_RATE < (uint64_t)(age_ns / NS_PER_SECOND);
    case SX_PHASE_WORKING:
    case SX_PHASE_SENDING:
        break;
    }
    return false;
}

/* Looks for clients that left; those of connections[0..count). */
static void poll_clients(struct sx_connections *connections, size_t count)
{
    if (!count || poll(connections->polls, count, 0) <= 0)
        return;
    for (size_t i = 0; i < count; i++) {
        if (!(connections->polls[i].revents & (POLLHUP | POLLERR | POLLRDHUP)))
            continue;
        if (connections->polled[i]->cancel)
            atomic_fetch_add_explicit(&connections->gone_count, 1, memory_order_relaxed);
        cancel(connections->polled[i]);
    }
}

void sx_connections_sweep(struct sx_connections *connections, int64_t now_ns)
{
    sx_mutex_lock(&connections->mutex);
    bool room = SX_GROW(connections->mem, connections->polls, connections->poll_capacity,
                        SX_MAX(connections->count, 1)) &&
                SX_GROW(connections->mem, connections->polled, connections->polled_capacity,
                        SX_MAX(connections->count, 1));
    size_t count = 0;
    for (struct sx_connection *at = connections->first; at; at = at->next) {
        if (is_slow(connections, at, now_ns)) {
            atomic_fetch_add_explicit(&connections->slow_count, 1, memory_order_relaxed);
            sx_connection_phase(at, SX_PHASE_SENDING, now_ns); /* once is enough */
            (void)shutdown(at->fd, SHUT_RDWR);
        }
        if (room && at->cancel) {
            connections->polled[count] = at;
            connections->polls[count++] = (struct pollfd){.fd = at->fd, .events = POLLRDHUP};
        }
    }
    poll_clients(connections, count);
    sx_mutex_unlock(&connections->mutex);
}

void sx_connections_cancel_all(struct sx_connections *connections)
{
    sx_mutex_lock(&connections->mutex);
    for (struct sx_connection *at = connections->first; at; at = at->next)
        cancel(at);
    sx_mutex_unlock(&connections->mutex);
}
