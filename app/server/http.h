/* SPDX-License-Identifier: Apache-2.0 */
/* http.h -- HTTP over libmicrohttpd: connections, requests with their bodies, answers.
 *
 * Why         The library's callbacks run on the few threads that serve all connections, so none of
 *             them may wait. Bodies are collected here; then the connection is put to sleep, a
 *             thread of a pool does the work, and the connection is woken with its answer. A
 *             streamed answer sleeps in the same way whenever its next part is not made yet.
 * Bodies      One that is not wanted (no such route, too large, no memory) is read and dropped, so
 *             that the client can read the answer and go on with the connection; only when it
 *             asked first (Expect: 100-continue), or is larger than SX_DROP_SIZE_MAX, is it
 *             answered before the body and closed.
 * Memory      A connection's buffers count in the budget for as long as it is open; where they did
 *             not fit, its requests with bodies are refused.
 * Threads     start and stop: one. The hooks: any of the I/O threads. */
#ifndef SX_APP_SERVER_HTTP_H
#define SX_APP_SERVER_HTTP_H

#include "app/server/address.h"
#include "app/server/connections.h"
#include "app/server/exchange.h"
#include "app/server/log.h"

#define SX_DROP_SIZE_MAX ((uint64_t)64 << 20)

enum sx_refusal {
    SX_REFUSED_SIZE,   /* the body is larger than allowed */
    SX_REFUSED_MEMORY, /* no memory for it */
};

struct sx_http_hooks {
    void *context;
    /* The head is there. Chooses the route; may prepare the answer already, and says then whether
     * the body is to be dropped. */
    void (*begin)(void *context, struct sx_exchange *exchange);
    /* Prepares the answer to a body that is refused. */
    void (*refuse)(void *context, struct sx_exchange *exchange, enum sx_refusal why);
    /* The body is there. Deferred: the exchange is its own until sx_exchange_finish(), which may
     * be called before this returns. Else the answer is prepared on return. */
    void (*run)(void *context, struct sx_exchange *exchange);
    /* The exchange is over (answered, or its client has left), and about to go. */
    void (*end)(void *context, struct sx_exchange *exchange);
};

struct sx_http_options {
    struct sx_mem *mem;
    struct sx_log *log;
    struct sx_connections *connections;
    const struct sx_budget *budget; /* of bodies */
    uint64_t body_size_max;
    unsigned io_thread_count; /* for each listener */
    unsigned connection_count_max;
    size_t connection_memory_size; /* of each; counts in the budget */
    int64_t idle_timeout_ns;
};

/* Takes requests on the listeners, whose descriptors it owns from now on. Everything is borrowed.
 * Returns  OK, NOMEM, IO (the library could not start). */
SX_MUST_CHECK stria_status sx_http_start(const struct sx_http_options *options,
                                         const struct sx_http_hooks *hooks,
                                         const struct sx_listener *listeners, size_t listener_count,
                                         struct sx_http **http, stria_error *err);
/* Takes no more connections; those that are open go on. */
void sx_http_quiesce(struct sx_http *http);
/* Closes all connections and frees it. No exchange may be asleep. NULL is allowed. */
void sx_http_stop(struct sx_http *http);

/* A deferred exchange is answered: its connection wakes. From any thread, once. */
void sx_exchange_finish(struct sx_exchange *exchange);
/* For streams: sleep from inside read, wake from anywhere after it. */
void sx_exchange_sleep(struct sx_exchange *exchange);
void sx_exchange_wake(struct sx_exchange *exchange);

#endif
