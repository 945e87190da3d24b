/* SPDX-License-Identifier: Apache-2.0 */
/* route_info.c -- the small answers: /ping, /status, /health, /ready, / and the refusal of Flux. */
#include "app/render/json.h"
#include "app/server/routes.h"
#include "base/duration_text.h"
#include "base/time_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define JSON "application/json"

static bool is_stopping(struct sx_server *server)
{
    return atomic_load_explicit(&server->stopping, memory_order_relaxed);
}

void sx_route_ping(struct sx_server *server, struct sx_exchange *exchange)
{
    (void)server;
    (void)sx_exchange_url_params(exchange, NULL);
    struct sx_bytes verbose = sx_params_get(&exchange->params, "verbose");
    if (!verbose.len || sx_bytes_equal(verbose, SX_LITERAL("0")) ||
        sx_bytes_equal(verbose, SX_LITERAL("false")))
        sx_exchange_text(exchange, 204, NULL, NULL);
    else
        sx_exchange_text(exchange, 200, JSON, "{\"version\":\"" SX_INFLUX_VERSION "\"}\n");
}

void sx_route_status(struct sx_server *server, struct sx_exchange *exchange)
{
    (void)server;
    sx_exchange_text(exchange, 204, NULL, NULL);
}

/* What the store says of its disk. */
struct disk {
    char state[16]; /* "ok", "low", "read_only", "failed" */
    uint64_t free_size, reserve_size;
};

static void note_disk(void *user, const stria_stat *stat)
{
    struct disk *disk = user;
    if (strcmp(stat->name, "disk_state") == 0 && stat->value > 0)
        (void)snprintf(disk->state, sizeof disk->state, "%s", stat->label_value);
    else if (strcmp(stat->name, "disk_free_bytes") == 0)
        disk->free_size = (uint64_t)stat->value;
    else if (strcmp(stat->name, "disk_reserve_bytes") == 0)
        disk->reserve_size = (uint64_t)stat->value;
}

static void put_disk(struct sx_json *json, const struct disk *disk, bool writable)
{
    char text[160];
    struct sx_buf message;
    sx_buf_init_fixed(&message, text, sizeof text);
    sx_buf_printf(&message, "%s: %" PRIu64 " bytes are free, writes need %" PRIu64, disk->state,
                  disk->free_size, disk->reserve_size);
    sx_json_open(json, '{');
    sx_json_key(json, "message");
    sx_json_string(json, sx_buf_bytes(&message));
    sx_json_key(json, "name");
    sx_json_text(json, "disk");
    sx_json_key(json, "status");
    sx_json_text(json, writable ? "pass" : "fail");
    sx_json_close(json, '}');
}

void sx_route_health(struct sx_server *server, struct sx_exchange *exchange)
{
    struct disk disk = {.state = "ok"};
    stria_error err = {0};
    struct sx_json json;
    if (stria_stats(server->db, note_disk, &disk, &err))
        disk = (struct disk){.state = "ok"}; /* no memory to look: nothing is known */
    bool stopping = is_stopping(server);
    bool writable = strcmp(disk.state, "ok") == 0 || strcmp(disk.state, "low") == 0;
    bool good = !stopping && writable;
    sx_exchange_text(exchange, good ? 200 : 503, JSON, NULL);
    sx_json_init(&json, &exchange->answer.body, false);
    sx_json_open(&json, '{');
    sx_json_key(&json, "checks");
    sx_json_open(&json, '[');
    if (strcmp(disk.state, "ok") != 0)
        put_disk(&json, &disk, writable);
    sx_json_close(&json, ']');
    sx_json_key(&json, "message");
    sx_json_text(&json, good       ? "ready for queries and writes"
                        : stopping ? "stopping"
                                   : "ready for queries, not for writes");
    sx_json_key(&json, "name");
    sx_json_text(&json, "influxdb");
    sx_json_key(&json, "status");
    sx_json_text(&json, good ? "pass" : "fail");
    sx_json_key(&json, "version");
    sx_json_text(&json, SX_INFLUX_VERSION);
    sx_json_close(&json, '}');
    sx_buf_put_u8(&exchange->answer.body, '\n');
}

void sx_route_ready(struct sx_server *server, struct sx_exchange *exchange)
{
    uint8_t started[SX_TIME_TEXT_MAX], up[SX_DURATION_TEXT_MAX];
    int64_t up_ns = sx_os_mono_ns(sx_os_posix()) - server->started_mono_ns;
    size_t started_size = sx_time_write(started, server->started_ns / 1000000000 * 1000000000);
    size_t up_size = sx_duration_write_go(up, up_ns / 1000000000 * 1000000000);
    struct sx_json json;
    sx_exchange_text(exchange, 200, JSON, NULL);
    sx_json_init(&json, &exchange->answer.body, false);
    sx_json_open(&json, '{');
    sx_json_key(&json, "status");
    sx_json_text(&json, "ready");
    sx_json_key(&json, "started");
    sx_json_string(&json, sx_bytes_make(started, started_size));
    sx_json_key(&json, "up");
    sx_json_string(&json, sx_bytes_make(up, up_size));
    sx_json_close(&json, '}');
    sx_buf_put_u8(&exchange->answer.body, '\n');
}

void sx_route_query_v2(struct sx_server *server, struct sx_exchange *exchange)
{
    (void)server;
    static const char text[] =
        "Flux is not supported by Stria; use InfluxQL at /query or PromQL at /api/v1/query (bucket "
        "\"db/rp\" = database db, policy rp)";
    struct sx_json json;
    sx_exchange_text(exchange, 501, JSON, NULL);
    sx_json_init(&json, &exchange->answer.body, false);
    sx_json_open(&json, '{');
    sx_json_key(&json, "code");
    sx_json_text(&json, "not implemented");
    sx_json_key(&json, "message");
    sx_json_text(&json, text);
    sx_json_key(&json, "error");
    sx_json_text(&json, text);
    sx_json_close(&json, '}');
    sx_buf_put_u8(&exchange->answer.body, '\n');
    sx_exchange_header(exchange, "X-Influxdb-Error", text);
    sx_exchange_header(exchange, "X-Platform-Error-Code", "not implemented");
}

/* The address that the client used, if it can stand in a page and in a command as it is. */
static const char *address_used(const struct sx_exchange *exchange)
{
    static const char good[] =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:[]";
    const char *host = exchange->host;
    bool usable = host && host[0] && host[strspn(host, good)] == 0;
    return usable ? host : "127.0.0.1:8086";
}

void sx_route_root(struct sx_server *server, struct sx_exchange *exchange)
{
    (void)server;
    const char *host = address_used(exchange);
    sx_exchange_text(
        exchange, 200, "text/html; charset=utf-8",
        "<!DOCTYPE html>\n"
        "<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Stria</title></head><body>\n"
        "<h1>Stria " STRIA_VERSION_TEXT "</h1>\n"
        "<p>A time-series database. Make a database, write to it, ask it:</p>\n"
        "<pre>\n");
    sx_buf_printf(&exchange->answer.body,
                  "curl -X POST 'http://%s/query' --data-urlencode 'q=CREATE DATABASE home'\n"
                  "curl 'http://%s/write?db=home' --data-binary 'room,floor=2 temperature=21.5'\n"
                  "curl -G 'http://%s/query?db=home' --data-urlencode 'q=SELECT * FROM room'\n",
                  host, host, host);
    sx_buf_put_text(&exchange->answer.body,
                    "</pre>\n"
                    "<p><a href=\"/health\">health</a> <a href=\"/metrics\">metrics</a></p>\n"
                    "</body></html>\n");
}
