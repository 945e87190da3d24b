/* SPDX-License-Identifier: Apache-2.0 */
/* route_query.c -- /query: InfluxQL.
 *
 * Format      GET or POST; parameters in the URL, a form body or multipart parts: q (text, or a
 *             file part), db, rp, epoch, pretty, chunked, chunk_size, params (JSON), async; u and p
 *             are understood and mean nothing yet. A GET that changes something is carried out,
 *             with a warning, as with the peer.
 *             JSON, or CSV where Accept says so; gzip where Accept-Encoding does.
 * Threads     On a thread of the pool for queries. */
#include "app/server/header.h"
#include "app/server/json_in.h"
#include "app/server/multipart.h"
#include "app/server/query_answer.h"
#include "app/server/routes.h"
#include "base/error.h"
#include "base/int_text.h"

#include <string.h>

#define PARSE_FRONT "error parsing query: "

/* A body's parameters come before the URL's. What is wrong in a body is left out, as with the
 * peer. */
static stria_status read_params(struct sx_exchange *exchange, stria_error *err)
{
    stria_status st = STRIA_OK;
    struct sx_bytes type = sx_bytes_of(exchange->content_type);
    struct sx_body *body = &exchange->body;
    if (exchange->method == SX_METHOD_POST && body->size) {
        struct sx_bytes boundary = sx_multipart_boundary(type);
        if (boundary.len)
            st = sx_multipart_add(&exchange->params, body->ptr, body->size, boundary, err);
        else if (sx_header_is_type(type, "application/x-www-form-urlencoded"))
            st = sx_params_add_form(&exchange->params, body->ptr, body->size, err);
        if (st == STRIA_INVALID)
            st = STRIA_OK;
    }
    return st ? st : sx_exchange_url_params(exchange, err);
}

static bool find_query(const struct sx_params *params, struct sx_bytes *query)
{
    *query = sx_header_trim(sx_params_get(params, "q"));
    if (query->len)
        return true;
    const struct sx_param *file = sx_params_file(params, "q");
    if (!file)
        return false;
    *query = file->value;
    return true;
}

static struct sx_render_options render_options(const struct sx_params *params,
                                               enum sx_render_format format)
{
    enum sx_render_time otherwise = format == SX_RENDER_CSV ? SX_RENDER_NS : SX_RENDER_RFC3339;
    struct sx_bytes epoch = sx_header_trim(sx_params_get(params, "epoch"));
    struct sx_render_options options = {.format = format,
                                        .time = sx_render_time_of(epoch, otherwise),
                                        .pretty = sx_params_is(params, "pretty", "true")};
    if (sx_params_is(params, "chunked", "true")) {
        int64_t count;
        if (sx_int_parse(sx_params_get(params, "chunk_size"), &count) || count <= 0)
            count = SX_RENDER_CHUNK_ROW_COUNT;
        options.chunk_row_count = (uint64_t)count;
    }
    return options;
}

static stria_status check_names(const struct sx_params *params, stria_error *err)
{
    static const char *const names[] = {"db", "rp"};
    for (size_t i = 0; i < SX_COUNT_OF(names); i++) {
        struct sx_bytes value = sx_params_get(params, names[i]);
        if (value.len && memchr(value.ptr, 0, value.len))
            return sx_fail(err, STRIA_INVALID, "a NUL in %s", names[i]);
    }
    return STRIA_OK;
}

/* What a query is refused for before it runs, as the peer says it. */
static void put_parse_front(stria_error *err)
{
    if (err->code == STRIA_SYNTAX)
        sx_error_prefix(err, "error parsing query");
}

static stria_status open_cursor(struct sx_server *server, struct sx_exchange *exchange,
                                struct sx_bytes query, stria_cursor **cursor, stria_error *err)
{
    const struct sx_params *params = &exchange->params;
    const struct sx_settings *settings = server->settings;
    struct sx_query_params bound;
    sx_query_params_init(&bound, &server->mem);
    struct sx_bytes json = sx_params_get(params, "params");
    stria_status st = check_names(params, err);
    if (!st && json.len)
        st = sx_query_params_read(&bound, json, err);
    if (!st) {
        const char *database = sx_params_text(params, "db");
        st = stria_query(server->db, (const char *)query.ptr, query.len,
                         STRIA_QUERY_OPTIONS(.language = STRIA_INFLUXQL,
                                             .database = database[0] ? database : NULL,
                                             .policy = sx_params_text(params, "rp"),
                                             .now_ns = settings->test_now,
                                             .timeout_ms = settings->query_timeout / 1000000,
                                             .memory_size = settings->query_memory,
                                             .row_count_max = settings->query_rows,
                                             .params = bound.items, .param_count = bound.count,
                                             .warn_changes = exchange->method == SX_METHOD_GET),
                         cursor, err);
        if (st)
            put_parse_front(err);
    }
    sx_query_params_deinit(&bound);
    return st;
}

/* Carries out all statements for their effect. */
static stria_status drain(stria_cursor *cursor)
{
    const stria_statement *statement = NULL;
    stria_status st;
    do {
        const stria_table *table = NULL;
        const stria_batch *batch = NULL;
        st = stria_cursor_next_statement(cursor, &statement, NULL);
        while (statement && !st) {
            st = stria_cursor_next_series(cursor, &table, NULL);
            if (st || !table)
                break;
            do
                st = stria_cursor_next_batch(cursor, &batch, NULL);
            while (!st && batch);
        }
    } while (!st && statement);
    return st;
}

/* async=true: the client has its answer already. An entry without a descriptor stands for it among
 * the connections, so that a stop ends it. */
static void run_async(struct sx_server *server, stria_cursor *cursor)
{
    int64_t now_ns = sx_os_mono_ns(sx_os_posix());
    struct sx_connection *entry = sx_connections_add(&server->connections, -1, now_ns);
    if (entry)
        sx_connection_phase(entry, SX_PHASE_WORKING, now_ns);
    sx_server_watch(server, entry, cursor);
    stria_status st = drain(cursor);
    sx_server_watch(server, entry, NULL);
    if (entry)
        sx_connections_remove(&server->connections, entry);
    stria_cursor_close(cursor);
    if (st)
        sx_log(server->log, STRIA_LEVEL_WARN, "async_query", "status=%s", stria_status_name(st));
}

static void answer(struct sx_server *server, struct sx_exchange *exchange, stria_cursor *cursor)
{
    const char *content_type;
    enum sx_render_format format = sx_exchange_format(exchange, &content_type);
    struct sx_render_options options = render_options(&exchange->params, format);
    bool gzip = sx_header_accepts_coding(sx_bytes_of(exchange->accept_encoding), "gzip");
    exchange->answer.content_type = content_type;
    sx_query_answer_begin(server, exchange, cursor, &options, gzip);
}

void sx_route_query(struct sx_server *server, struct sx_exchange *exchange)
{
    stria_cursor *cursor = NULL;
    struct sx_bytes query = {0};
    stria_error err = {0};
    stria_status st = read_params(exchange, &err);
    bool is_async = sx_params_is(&exchange->params, "async", "true");
    if (!st && !find_query(&exchange->params, &query))
        st = sx_fail(&err, STRIA_INVALID, "missing required parameter \"q\"");
    if (!st)
        st = open_cursor(server, exchange, query, &cursor, &err);
    if (st)
        sx_exchange_failure(server, exchange, &err);
    else if (is_async)
        sx_exchange_text(exchange, 204, "application/json", NULL);
    else
        answer(server, exchange, cursor);
    sx_params_deinit(&exchange->params); /* they look into the body */
    sx_body_deinit(&exchange->body);
    sx_exchange_finish(exchange); /* it may be gone now */
    if (!st && is_async)
        run_async(server, cursor);
}
