/* SPDX-License-Identifier: Apache-2.0 */
/* routes.h -- which path does what, and what all answers have in common.
 *
 * Why         Paths, methods and answers are InfluxDB's, because its clients compare them.
 * Threads     The hooks run on I/O threads; a route's run on a thread of its pool. */
#ifndef SX_APP_SERVER_ROUTES_H
#define SX_APP_SERVER_ROUTES_H

#include "app/render/render.h"
#include "app/server/server.h"

#define SX_METHOD_BIT(method) (1u << SX_METHOD_##method)

/* Where a route runs. */
enum sx_worker {
    SX_WORKER_NONE, /* on the I/O thread: it waits for nothing */
    SX_WORKER_WRITES,
    SX_WORKER_QUERIES,
    SX_WORKER_OTHERS,
};

struct sx_route {
    const char *path;
    enum sx_route_id id;
    unsigned methods;    /* bits; OPTIONS among them: it is answered for cross-origin requests */
    const char *allowed; /* the same as a header's value */
    enum sx_worker worker;
    bool takes_body;
    void (*run)(struct sx_server *server, struct sx_exchange *exchange);
};

/* The hooks for http.c; `server` is their context. */
struct sx_http_hooks sx_routes_hooks(struct sx_server *server);

/* The route of a path; NULL: there is none. */
const struct sx_route *sx_route_find(const char *path);

/* ---- for the routes -------------------------------------------------------------------------- */

/* Reads the URL's parameters into exchange->params, behind what is there; once.
 * Returns  OK; LIMIT, NOMEM: what was read before counts. */
stria_status sx_exchange_url_params(struct sx_exchange *exchange, stria_error *err);

/* The form the client wants its answer in, and the content type of that. */
enum sx_render_format sx_exchange_format(const struct sx_exchange *exchange,
                                         const char **content_type);

/* Prepares {"error":"text"} (or CSV) and X-Influxdb-Error. */
void sx_exchange_error(struct sx_exchange *exchange, unsigned status, const char *text);
void sx_exchange_error_bytes(struct sx_exchange *exchange, unsigned status, struct sx_bytes text);
/* The same from a failed call: the status that fits its code, Retry-After where it makes sense, and
 * what is counted as rejected. */
void sx_exchange_failure(struct sx_server *server, struct sx_exchange *exchange,
                         const stria_error *err);
/* The HTTP status for a code. */
unsigned sx_http_status_of(stria_status status);

/* The routes. */
void sx_route_write(struct sx_server *server, struct sx_exchange *exchange);
void sx_route_write_v2(struct sx_server *server, struct sx_exchange *exchange);
void sx_route_delete_v2(struct sx_server *server, struct sx_exchange *exchange);
void sx_route_query(struct sx_server *server, struct sx_exchange *exchange);
void sx_route_query_v2(struct sx_server *server, struct sx_exchange *exchange);
void sx_route_ping(struct sx_server *server, struct sx_exchange *exchange);
void sx_route_status(struct sx_server *server, struct sx_exchange *exchange);
void sx_route_health(struct sx_server *server, struct sx_exchange *exchange);
void sx_route_ready(struct sx_server *server, struct sx_exchange *exchange);
void sx_route_root(struct sx_server *server, struct sx_exchange *exchange);
void sx_route_metrics(struct sx_server *server, struct sx_exchange *exchange);

#endif
