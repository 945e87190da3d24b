/* SPDX-License-Identifier: Apache-2.0 */
/* server.h -- the running server: the store, its settings, and what all requests share.
 *
 * Why         The routes get one pointer; sx_server_start() and stop keep the order in which the
 *             parts come and go.
 * Order       The store is opened before the first connection is taken, and closed after the last
 *             request is over. Locks: connections -> cursor; a stream's lock -> connections.
 * Threads     Members are immutable once it runs, or say how they are shared. */
#ifndef SX_APP_SERVER_SERVER_H
#define SX_APP_SERVER_SERVER_H

#include "app/server/connections.h"
#include "app/server/http.h"
#include "app/server/jobs.h"
#include "app/server/log.h"
#include "app/server/metrics.h"
#include "app/server/settings.h"
#include "stria.h"

#define SX_INFLUX_VERSION "1.8.10-stria." STRIA_VERSION_TEXT
#define SX_INFLUX_BUILD "OSS"

struct sx_server {
    struct sx_mem
        mem; /* what the server itself takes; bodies and answers also count in the store */
    const struct sx_settings *settings;
    stria *db;
    struct sx_log *log;
    struct sx_budget budget;
    struct sx_connections connections;
    struct sx_metrics metrics;
    struct sx_jobs writes;
    struct sx_jobs queries;
    struct sx_jobs others; /* what asks the store for figures */
    struct sx_http *http;
    uint64_t memory_size; /* of the whole process */
    int64_t started_ns;   /* UTC */
    int64_t started_mono_ns;
    uint8_t id_front[16]; /* of request ids: chance, the first 8 bytes of which are counted up */
    _Atomic uint64_t id_count;
    atomic_size_t active_count; /* requests that have begun and are not over */
    atomic_bool stopping;       /* no new requests: they are answered 503 */
    atomic_bool cancelling;     /* queries are ended as they begin */
    _Atomic int64_t failure_ns; /* when a failed request was logged last */
};

/* Starts to serve `db` on the listeners, whose descriptors become its own.
 * settings, log, db  borrowed until sx_server_stop().
 * Returns  OK, NOMEM, IO. On failure nothing is left open. */
SX_MUST_CHECK stria_status sx_server_start(struct sx_server *server,
                                           const struct sx_settings *settings, struct sx_log *log,
                                           stria *db, const struct sx_listener *listeners,
                                           size_t listener_count, stria_error *err);

/* From now on until the NULL the cursor is cancelled when the client of the connection leaves, or
 * the server stops. connection NULL: does nothing. */
void sx_server_watch(struct sx_server *server, struct sx_connection *connection,
                     stria_cursor *cursor);

/* One step of what has to be done each second. */
void sx_server_tick(struct sx_server *server);

/* Takes no more connections, and answers new requests on the open ones by 503. */
void sx_server_quiesce(struct sx_server *server);
/* Cancels running queries and waits for what still runs; then closes all connections. */
void sx_server_stop(struct sx_server *server);

#endif
