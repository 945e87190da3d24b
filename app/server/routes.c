/* SPDX-License-Identifier: Apache-2.0 */
/* routes.c -- see routes.h. */
#include "app/server/routes.h"

#include "app/server/header.h"
#include "base/error.h"

#include <assert.h>
#include <string.h>

#define TEXT_PLAIN "text/plain; charset=utf-8"
#define LOG_PAUSE_NS INT64_C(1000000000)
#define GET SX_METHOD_BIT(GET)
#define HEAD SX_METHOD_BIT(HEAD)
#define POST SX_METHOD_BIT(POST)
#define OPTIONS SX_METHOD_BIT(OPTIONS)

static const struct sx_route routes[] = {
    {"/write", SX_ROUTE_WRITE, POST | OPTIONS, "OPTIONS, POST", SX_WORKER_WRITES, true,
     sx_route_write},
    {"/api/v2/write", SX_ROUTE_WRITE_V2, POST | OPTIONS, "OPTIONS, POST", SX_WORKER_WRITES, true,
     sx_route_write_v2},
    {"/api/v2/delete", SX_ROUTE_DELETE_V2, POST | OPTIONS, "OPTIONS, POST", SX_WORKER_QUERIES, true,
     sx_route_delete_v2},
    {"/query", SX_ROUTE_QUERY, GET | POST | OPTIONS, "GET, OPTIONS, POST", SX_WORKER_QUERIES, true,
     sx_route_query},
    {"/api/v2/query", SX_ROUTE_QUERY_V2, POST | OPTIONS, "OPTIONS, POST", SX_WORKER_NONE, true,
     sx_route_query_v2},
    {"/ping", SX_ROUTE_PING, GET | HEAD, "GET, HEAD", SX_WORKER_NONE, false, sx_route_ping},
    {"/status", SX_ROUTE_STATUS, GET | HEAD, "GET, HEAD", SX_WORKER_NONE, false, sx_route_status},
    {"/health", SX_ROUTE_HEALTH, GET | OPTIONS, "GET, OPTIONS", SX_WORKER_NONE, false,
     sx_route_health},
    {"/ready", SX_ROUTE_READY, GET | HEAD, "GET, HEAD", SX_WORKER_NONE, false, sx_route_ready},
    {"/metrics", SX_ROUTE_METRICS, GET | HEAD, "GET, HEAD", SX_WORKER_OTHERS, false,
     sx_route_metrics},
    {"/", SX_ROUTE_ROOT, GET | HEAD, "GET, HEAD", SX_WORKER_NONE, false, sx_route_root},
};

const struct sx_route *sx_route_find(const char *path)
{
    for (size_t i = 0; i < SX_COUNT_OF(routes); i++) {
        if (strcmp(routes[i].path, path) == 0)
            return &routes[i];
    }
    return NULL;
}

/* ---- answers -------------------------------------------------------------------------------- */

stria_status sx_exchange_url_params(struct sx_exchange *exchange, stria_error *err)
{
    char *query = exchange->query;
    exchange->query = NULL;
    return query ? sx_params_add_form(&exchange->params, query, strlen(query), err) : STRIA_OK;
}

enum sx_render_format sx_exchange_format(const struct sx_exchange *exchange,
                                         const char **content_type)
{
    static const char *const types[] = {"application/json", "application/csv", "text/csv"};
    int choice = sx_header_accept(sx_bytes_of(exchange->accept), types, (int)SX_COUNT_OF(types));
    *content_type = types[choice < 0 ? 0 : choice];
    return choice < 1 ? SX_RENDER_JSON : SX_RENDER_CSV;
}

/* The code of an error of the 2.x paths, which their clients look at. */
static const char *platform_code(unsigned status)
{
    switch (status) {
    case 400:
        return "invalid";
    case 401:
        return "unauthorized";
    case 403:
        return "forbidden";
    case 404:
        return "not found";
    case 405:
        return "method not allowed";
    case 413:
        return "request too large";
    case 422:
        return "unprocessable entity";
    case 429:
        return "too many requests";
    case 501:
        return "not implemented";
    case 503:
        return "unavailable";
    default:
        return "internal error";
    }
}

/* The bytes C0 80 of a text stand for a NUL of what was sent. */
void sx_exchange_error(struct sx_exchange *exchange, unsigned status, const char *text)
{
    uint8_t bytes[STRIA_ERROR_TEXT_MAX];
    size_t size = 0;
    for (const char *c = text; *c && size < sizeof bytes; c++) {
        bool pair = (uint8_t)c[0] == 0xc0 && (uint8_t)c[1] == 0x80;
        bytes[size++] = pair ? 0 : (uint8_t)*c;
        c += pair;
    }
    sx_exchange_error_bytes(exchange, status, sx_bytes_make(bytes, size));
}

void sx_exchange_error_bytes(struct sx_exchange *exchange, unsigned status, struct sx_bytes text)
{
    const char *content_type;
    enum sx_render_format format = sx_exchange_format(exchange, &content_type);
    (void)sx_exchange_url_params(exchange, NULL);
    bool pretty = sx_params_is(&exchange->params, "pretty", "true");
    sx_exchange_text(exchange, status, content_type, NULL);
    sx_render_error(&exchange->answer.body, format, pretty, text);
    char *header = exchange->answer.error_header;
    (void)sx_header_text(header, sizeof exchange->answer.error_header, text);
    if (header[0])
        sx_exchange_header(exchange, "X-Influxdb-Error", header);
    if (exchange->route && strncmp(exchange->route->path, "/api/v2/", 8) == 0)
        sx_exchange_header(exchange, "X-Platform-Error-Code", platform_code(status));
}

unsigned sx_http_status_of(stria_status status)
{
    switch (status) {
    case STRIA_OK:
        return 200;
    case STRIA_INVALID:
    case STRIA_SYNTAX:
    case STRIA_CONFLICT:
    case STRIA_PARTIAL:
    case STRIA_EXISTS:
    case STRIA_LIMIT:
        return 400;
    case STRIA_NOT_FOUND:
        return 404;
    case STRIA_NOMEM:
    case STRIA_BUSY:
    case STRIA_CANCELLED:
    case STRIA_TIMEOUT:
        return 503;
    case STRIA_UNSUPPORTED:
        return 501;
    case STRIA_DISK_FULL:
    case STRIA_READ_ONLY:
        return 507;
    case STRIA_IO:
    case STRIA_CORRUPT:
    case STRIA_LOCKED:
    case STRIA_VERSION:
    case STRIA_INTERNAL:
        break;
    }
    return 500;
}

/* A line a second at most: when memory or disk are out, every request fails. */
static void log_failure(struct sx_server *server, const struct sx_exchange *exchange,
                        const stria_error *err)
{
    int64_t now_ns = sx_os_mono_ns(sx_os_posix());
    int64_t last_ns = atomic_load(&server->failure_ns);
    if (last_ns && now_ns - last_ns < LOG_PAUSE_NS)
        return;
    if (!atomic_compare_exchange_strong(&server->failure_ns, &last_ns, now_ns))
        return;
    char text[STRIA_ERROR_TEXT_MAX + 16];
    sx_log(server->log, STRIA_LEVEL_WARN, "request_failed", "path=%s status=%s text=%s",
           exchange->route ? exchange->route->path : "?", stria_status_name(err->code),
           sx_log_value(text, sizeof text, err->text));
}

void sx_exchange_failure(struct sx_server *server, struct sx_exchange *exchange,
                         const stria_error *err)
{
    unsigned status = sx_http_status_of(err->code);
    if (err->code == STRIA_NOMEM)
        sx_metrics_reject(&server->metrics, SX_REJECTED_MEMORY);
    else if (err->code == STRIA_BUSY)
        sx_metrics_reject(&server->metrics, SX_REJECTED_BUSY);
    else if (err->code == STRIA_DISK_FULL || err->code == STRIA_READ_ONLY)
        sx_metrics_reject(&server->metrics, SX_REJECTED_DISK);
    if (status >= 500 && err->code != STRIA_UNSUPPORTED)
        log_failure(server, exchange, err);
    sx_exchange_error(exchange, status, err->text);
    if (status == 503)
        sx_exchange_header(exchange, "Retry-After", "1");
}

/* ---- hooks ---------------------------------------------------------------------------------- */

/* A version 4 UUID that is never given twice: chance, counted up. */
static void make_request_id(struct sx_server *server, char *out)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t bytes[16];
    uint64_t count = atomic_fetch_add_explicit(&server->id_count, 1, memory_order_relaxed);
    memcpy(bytes, server->id_front, sizeof bytes);
    sx_put_u64(bytes, sx_get_u64(bytes) + count);
    bytes[6] = (uint8_t)(0x40 | (bytes[6] & 0x0f));
    bytes[8] = (uint8_t)(0x80 | (bytes[8] & 0x3f));
    for (size_t i = 0; i < sizeof bytes; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *out++ = '-';
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    *out = 0;
}

static void add_common_headers(struct sx_server *server, struct sx_exchange *exchange)
{
    if (!exchange->request_id || !exchange->request_id[0]) {
        make_request_id(server, exchange->own_request_id);
        exchange->request_id = exchange->own_request_id;
    }
    sx_exchange_header(exchange, "X-Influxdb-Version", SX_INFLUX_VERSION);
    sx_exchange_header(exchange, "X-Influxdb-Build", SX_INFLUX_BUILD);
    sx_exchange_header(exchange, "Request-Id", exchange->request_id);
    sx_exchange_header(exchange, "X-Request-Id", exchange->request_id);
}

static void add_origin_headers(struct sx_exchange *exchange)
{
    if (!exchange->origin || !exchange->origin[0])
        return;
    sx_exchange_header(exchange, "Access-Control-Allow-Origin", exchange->origin);
    sx_exchange_header(exchange, "Access-Control-Allow-Methods",
                       "DELETE, GET, OPTIONS, POST, PUT, PATCH");
    sx_exchange_header(exchange, "Access-Control-Allow-Headers",
                       "Accept, Accept-Encoding, Authorization, Content-Length, Content-Type, "
                       "User-Agent, X-CSRF-Token, X-HTTP-Method-Override");
    sx_exchange_header(exchange, "Access-Control-Expose-Headers",
                       "Date, X-InfluxDB-Version, X-InfluxDB-Build");
}

/* The peer's text stays as it is; where to look stands in a header. */
static void answer_unknown(struct sx_exchange *exchange)
{
    sx_exchange_text(exchange, 404, TEXT_PLAIN, "404 page not found\n");
    sx_exchange_header(
        exchange, "X-Stria-Hint",
        "paths: /write /query /api/v2/write /api/v2/delete /ping /health /ready /status /metrics; "
        "examples at /");
}

static void begin(void *context, struct sx_exchange *exchange)
{
    struct sx_server *server = context;
    exchange->server = server;
    atomic_fetch_add(&server->active_count, 1);
    add_common_headers(server, exchange);
    bool good = sx_exchange_split_target(exchange);
    const struct sx_route *route = good ? sx_route_find(exchange->path) : NULL;
    exchange->route = route;
    if (!good) {
        sx_exchange_text(exchange, 400, TEXT_PLAIN, "400 Bad Request\n");
    } else if (!route) {
        answer_unknown(exchange);
    } else if (!(route->methods & 1u << exchange->method)) {
        sx_exchange_text(exchange, 405, TEXT_PLAIN, "Method Not Allowed\n");
        sx_exchange_header(exchange, "Allow", route->allowed);
    } else {
        add_origin_headers(exchange);
        if (exchange->method == SX_METHOD_OPTIONS)
            sx_exchange_text(exchange, 200, NULL, NULL);
        else if (atomic_load(&server->stopping))
            sx_exchange_error(exchange, 503, "the server is stopping");
        exchange->is_deferred = route->worker != SX_WORKER_NONE;
    }
    exchange->drops_body = exchange->is_ready || (route && !route->takes_body);
}

static void refuse(void *context, struct sx_exchange *exchange, enum sx_refusal why)
{
    struct sx_server *server = context;
    if (why == SX_REFUSED_SIZE) {
        sx_metrics_reject(&server->metrics, SX_REJECTED_BODY_SIZE);
        sx_exchange_error(exchange, 413, "Request Entity Too Large");
        return;
    }
    sx_metrics_reject(&server->metrics, SX_REJECTED_MEMORY);
    sx_exchange_error(exchange, 503, "no memory for the request's body; retry later");
    sx_exchange_header(exchange, "Retry-After", "1");
}

static void run_job(void *context)
{
    struct sx_exchange *exchange = context;
    exchange->route->run(exchange->server, exchange);
}

static void run(void *context, struct sx_exchange *exchange)
{
    struct sx_server *server = context;
    struct sx_jobs *jobs = NULL;
    switch (exchange->route->worker) {
    case SX_WORKER_NONE:
        exchange->route->run(server, exchange);
        return;
    case SX_WORKER_WRITES:
        jobs = &server->writes;
        break;
    case SX_WORKER_QUERIES:
        jobs = &server->queries;
        break;
    case SX_WORKER_OTHERS:
        jobs = &server->others;
        break;
    }
    exchange->job = (struct sx_job){.run = run_job, .context = exchange};
    if (!sx_jobs_put(jobs, &exchange->job)) {
        sx_exchange_error(exchange, 503, "the server is stopping");
        sx_exchange_finish(exchange);
    }
}

static void end(void *context, struct sx_exchange *exchange)
{
    struct sx_server *server = context;
    int64_t duration_ns = sx_os_mono_ns(sx_os_posix()) - exchange->begin_ns;
    enum sx_route_id id = exchange->route ? exchange->route->id : SX_ROUTE_UNKNOWN;
    sx_metrics_request(&server->metrics, id, exchange->answer.status, duration_ns);
    sx_metrics_add(&server->metrics.received_bytes, exchange->body_received);
    sx_metrics_add(&server->metrics.sent_bytes, exchange->answer.body.len);
    atomic_fetch_sub(&server->active_count, 1);
}

struct sx_http_hooks sx_routes_hooks(struct sx_server *server)
{
    return (struct sx_http_hooks){
        .context = server, .begin = begin, .refuse = refuse, .run = run, .end = end};
}
