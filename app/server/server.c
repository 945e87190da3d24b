/* SPDX-License-Identifier: Apache-2.0 */
/* server.c -- see server.h. */
#include "app/server/server.h"

#include "app/server/process.h"
#include "app/server/routes.h"
#include "base/error.h"

#include <unistd.h>

static stria_status reserve(void *context, size_t size, stria_error *err)
{
    return stria_memory_reserve(context, size, err);
}

static void give_back(void *context, size_t size)
{
    stria_memory_release(context, size);
}

static stria_status start_threads(struct sx_server *server, stria_error *err)
{
    const struct sx_settings *settings = server->settings;
    stria_status st =
        sx_jobs_init(&server->writes, &server->mem, (size_t)settings->write_threads, err);
    if (!st)
        st = sx_jobs_init(&server->queries, &server->mem, (size_t)settings->query_threads, err);
    if (!st)
        st = sx_jobs_init(&server->others, &server->mem, 1, err);
    return st;
}

static void end_all(struct sx_server *server)
{
    sx_jobs_deinit(&server->writes);
    sx_jobs_deinit(&server->queries);
    sx_jobs_deinit(&server->others);
    sx_connections_deinit(&server->connections);
    sx_mem_deinit(&server->mem);
}

stria_status sx_server_start(struct sx_server *server, const struct sx_settings *settings,
                             struct sx_log *log, stria *db, const struct sx_listener *listeners,
                             size_t listener_count, stria_error *err)
{
    struct sx_os *os = sx_os_posix();
    *server = (struct sx_server){
        .settings = settings,
        .log = log,
        .db = db,
        .budget = {.context = db, .reserve = reserve, .release = give_back},
        .started_ns = sx_os_now_ns(os),
        .started_mono_ns = sx_os_mono_ns(os),
    };
    sx_mem_init(&server->mem, NULL, "server", 0);
    sx_connections_init(&server->connections, &server->mem, settings->idle_timeout,
                        settings->slow_timeout);
    stria_status st = os->ops->random(os, server->id_front, sizeof server->id_front, err);
    if (!st)
        st = start_threads(server, err);
    if (st) {
        for (size_t i = 0; i < listener_count; i++)
            (void)close(listeners[i].fd);
        end_all(server);
        return st;
    }
    const struct sx_http_options options = {
        .mem = &server->mem,
        .log = log,
        .connections = &server->connections,
        .budget = &server->budget,
        .body_size_max = settings->body_size,
        .io_thread_count = (unsigned)settings->io_threads,
        .connection_count_max = (unsigned)settings->connections,
        .connection_memory_size = (size_t)settings->header_size,
        .idle_timeout_ns = settings->idle_timeout,
    };
    const struct sx_http_hooks hooks = sx_routes_hooks(server);
    st = sx_http_start(&options, &hooks, listeners, listener_count, &server->http, err);
    if (st)
        end_all(server);
    return st;
}

static void cancel_cursor(void *cursor)
{
    stria_cursor_cancel(cursor);
}

void sx_server_watch(struct sx_server *server, struct sx_connection *connection,
                     stria_cursor *cursor)
{
    if (!connection)
        return;
    sx_connections_watch(&server->connections, connection, cursor ? cancel_cursor : NULL, cursor);
    /* Either this sees that all are being cancelled, or who cancels sees the cursor. */
    if (cursor && atomic_load(&server->cancelling))
        stria_cursor_cancel(cursor);
}

void sx_server_tick(struct sx_server *server)
{
    sx_connections_sweep(&server->connections, sx_os_mono_ns(sx_os_posix()));
    sx_process_heap_trim(server->memory_size);
}

void sx_server_quiesce(struct sx_server *server)
{
    atomic_store(&server->stopping, true);
    sx_http_quiesce(server->http);
}

void sx_server_stop(struct sx_server *server)
{
    sx_server_quiesce(server);
    atomic_store(&server->cancelling, true);
    sx_connections_cancel_all(&server->connections);
    /* After this no connection is asleep: each was woken by the job it waited for, and no job can
     * be queued any more. */
    sx_jobs_stop(&server->writes);
    sx_jobs_stop(&server->queries);
    sx_jobs_stop(&server->others);
    sx_http_stop(server->http);
    end_all(server);
}
