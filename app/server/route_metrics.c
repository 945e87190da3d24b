/* SPDX-License-Identifier: Apache-2.0 */
/* route_metrics.c -- /metrics: the server's and the store's figures for Prometheus. */
#include "app/server/process.h"
#include "app/server/routes.h"

static void put_one(struct sx_buf *out, const char *name, const char *help, const char *type,
                    double number)
{
    sx_metrics_put_head(out, name, help, type);
    sx_metrics_put(out, name, NULL, NULL, number);
}

static void put_jobs(struct sx_buf *out, struct sx_server *server)
{
    static const char *const names[] = {"http_jobs_queued", "http_jobs_running"};
    static const char *const helps[] = {"Requests that wait for a thread.",
                                        "Requests that are carried out."};
    size_t counts[2][2];
    sx_jobs_count(&server->writes, &counts[0][0], &counts[1][0]);
    sx_jobs_count(&server->queries, &counts[0][1], &counts[1][1]);
    for (size_t i = 0; i < 2; i++) {
        sx_metrics_put_head(out, names[i], helps[i], "gauge");
        sx_metrics_put(out, names[i], "pool", "writes", (double)counts[i][0]);
        sx_metrics_put(out, names[i], "pool", "queries", (double)counts[i][1]);
    }
}

static void put_process(struct sx_buf *out, struct sx_server *server)
{
    sx_metrics_put_head(out, "build_info", "The version that runs.", "gauge");
    sx_metrics_put(out, "build_info", "version", stria_version(), 1);
    put_one(out, "uptime_seconds", "Time since the start.", "gauge",
            (double)(sx_os_mono_ns(sx_os_posix()) - server->started_mono_ns) / 1e9);
    put_one(out, "resident_memory_bytes", "Memory the process holds.", "gauge",
            (double)sx_process_resident());
    put_one(out, "memory_limit_bytes", "What the process may take (--memory).", "gauge",
            (double)server->memory_size);
    put_one(out, "server_memory_bytes", "Memory of the HTTP server.", "gauge",
            (double)sx_mem_size(&server->mem));
    sx_metrics_put_head(out, "log_lines_total", "Lines of the log that tell of trouble.",
                        "counter");
    sx_metrics_put(out, "log_lines_total", "level", "error",
                   (double)atomic_load(&server->log->error_count));
    sx_metrics_put(out, "log_lines_total", "level", "warn",
                   (double)atomic_load(&server->log->warn_count));
}

static void put_connections(struct sx_buf *out, struct sx_server *server)
{
    put_one(out, "http_connections", "Open connections.", "gauge",
            (double)sx_connections_count(&server->connections));
    put_one(out, "http_slow_clients_total", "Connections closed because the client was too slow.",
            "counter", (double)atomic_load(&server->connections.slow_count));
    put_one(out, "http_gone_clients_total", "Queries ended because their client left.", "counter",
            (double)atomic_load(&server->connections.gone_count));
}

void sx_route_metrics(struct sx_server *server, struct sx_exchange *exchange)
{
    struct sx_buf *out = &exchange->answer.body;
    struct sx_metrics_store store = {.out = out};
    stria_error err = {0};
    sx_exchange_text(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", NULL);
    put_process(out, server);
    put_connections(out, server);
    put_jobs(out, server);
    sx_metrics_write(&server->metrics, out);
    if (stria_stats(server->db, sx_metrics_put_stat, &store, &err))
        sx_exchange_failure(server, exchange, &err);
    sx_exchange_finish(exchange);
}
