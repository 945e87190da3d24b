/* SPDX-License-Identifier: Apache-2.0 */
/* connections.h -- the open connections: which are too slow, and which have lost their client.
 *
 * Why         The HTTP library closes connections on which nothing moves, but a client that sends a
 *             byte now and then holds one for ever; and while a query runs nobody reads the socket,
 *             so that a client that gave up is not noticed. A sweep each second looks at both.
 * Rules       A request must begin within idle_timeout of the connection's last one, and its body,
 *             once slow_timeout has passed, must have come with SX_SLOW_RATE bytes a second.
 * Threads     Any; one lock. Closing is by shutdown(): the descriptor stays the library's. */
#ifndef SX_APP_SERVER_CONNECTIONS_H
#define SX_APP_SERVER_CONNECTIONS_H

#include "base/mem.h"
#include "os/sync.h"

#include <stdatomic.h>

#define SX_SLOW_RATE 1024 /* bytes a second */

enum sx_phase {
    SX_PHASE_IDLE,    /* between requests, or its head is coming */
    SX_PHASE_BODY,    /* the body is coming */
    SX_PHASE_WORKING, /* the answer is being made: the client is watched */
    SX_PHASE_SENDING,
};

struct sx_connection {
    struct sx_connection *next; /* guarded by the registry's lock */
    struct sx_connection *previous;
    int fd;
    bool is_charged;          /* by http.c: its memory counts in the budget */
    _Atomic int phase;        /* an enum sx_phase */
    _Atomic int64_t since_ns; /* when the phase began */
    _Atomic uint64_t body_received;
    void (*cancel)(void *context); /* guarded by the lock; NULL: nothing to cancel */
    void *cancel_context;
};

struct sx_connections {
    struct sx_mem *mem;
    struct sx_mutex mutex;
    struct sx_connection *first;
    size_t count;
    int64_t idle_timeout_ns;
    int64_t slow_timeout_ns;
    atomic_ulong slow_count; /* closed for being slow */
    atomic_ulong gone_count; /* clients that left before their answer */
    struct pollfd *polls;    /* scratch of the sweep */
    struct sx_connection **polled;
    size_t poll_capacity;
    size_t polled_capacity;
};

void sx_connections_init(struct sx_connections *connections, struct sx_mem *mem,
                         int64_t idle_timeout_ns, int64_t slow_timeout_ns);
void sx_connections_deinit(struct sx_connections *connections);

/* NULL: no memory. */
struct sx_connection *sx_connections_add(struct sx_connections *connections, int fd,
                                         int64_t now_ns);
void sx_connections_remove(struct sx_connections *connections, struct sx_connection *connection);
size_t sx_connections_count(struct sx_connections *connections);

void sx_connection_phase(struct sx_connection *connection, enum sx_phase phase, int64_t now_ns);

/* What to call when the client of a connection that is WORKING or SENDING has left (or all are to
 * be cancelled): once at most, with the registry's lock held. NULL takes it back. */
void sx_connections_watch(struct sx_connections *connections, struct sx_connection *connection,
                          void (*cancel)(void *context), void *context);

/* One sweep. */
void sx_connections_sweep(struct sx_connections *connections, int64_t now_ns);
/* Cancels whatever can be, of all connections. */
void sx_connections_cancel_all(struct sx_connections *connections);

#endif
