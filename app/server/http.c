/* SPDX-License-Identifier: Apache-2.0 */
/* http.c -- see http.h. */
#include "app/server/http.h"

#include "app/server/header.h"
#include "base/error.h"
#include "base/int_text.h"

#include <microhttpd.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define STREAM_BLOCK_SIZE ((size_t)64 << 10)
#define BODY_SIZE_MAX ((size_t)1 << 40) /* of an answer; what it holds is bounded by who makes it */
#define COPY_SIZE_MAX 512               /* smaller answers are copied by the library */
/* Of a body whose size is told so much is reserved at once; more only as it really comes. */
#define BODY_ROOM_MAX ((uint64_t)1 << 20)
#define THREAD_STACK_SIZE ((size_t)512 << 10)

struct sx_http {
    struct sx_http_options options;
    struct sx_http_hooks hooks;
    struct MHD_Daemon *daemons[SX_LISTENERS_MAX];
    size_t daemon_count;
    bool quiesced;
};

static int64_t mono_ns(void)
{
    return sx_os_mono_ns(sx_os_posix());
}

/* ---- life of an exchange -------------------------------------------------------------------- */

/* The request line is there: the exchange begins. */
static void *on_target(void *context, const char *uri, struct MHD_Connection *handle)
{
    struct sx_http *http = context;
    struct sx_mem *mem = http->options.mem;
    size_t size = strlen(uri);
    struct sx_exchange *made = sx_mem_zalloc(mem, sizeof *made);
    char *target = made ? sx_mem_alloc(mem, size + 1) : NULL;
    if (!target) {
        sx_mem_free(mem, made);
        return NULL;
    }
    memcpy(target, uri, size + 1);
    made->http = http;
    made->handle = handle;
    made->target = target;
    made->target_size = size;
    atomic_init(&made->references, 1);
    sx_body_init(&made->body, mem, http->options.budget);
    sx_params_init(&made->params, mem);
    sx_buf_init(&made->answer.body, mem, BODY_SIZE_MAX);
    return made;
}

/* Also called by the library when it frees an answer that holds the exchange. */
static void release(void *context)
{
    struct sx_exchange *exchange = context;
    struct sx_mem *mem = exchange->http->options.mem;
    if (atomic_fetch_sub_explicit(&exchange->references, 1, memory_order_acq_rel) > 1)
        return;
    const struct sx_budget *budget = exchange->http->options.budget;
    sx_buf_deinit(&exchange->answer.body);
    if (exchange->answer_reserved)
        budget->release(budget->context, exchange->answer_reserved);
    sx_params_deinit(&exchange->params);
    sx_body_deinit(&exchange->body);
    sx_mem_free(mem, exchange->target);
    sx_mem_free(mem, exchange);
}

static void on_completed(void *context, struct MHD_Connection *handle, void **exchange_at,
                         enum MHD_RequestTerminationCode why)
{
    (void)handle;
    (void)why;
    struct sx_http *http = context;
    struct sx_exchange *exchange = *exchange_at;
    *exchange_at = NULL;
    if (!exchange)
        return;
    if (exchange->answer.stream_ops)
        exchange->answer.stream_ops->close(exchange->answer.stream);
    if (exchange->head_seen)
        http->hooks.end(http->hooks.context, exchange);
    if (exchange->connection)
        sx_connection_phase(exchange->connection, SX_PHASE_IDLE, mono_ns());
    release(exchange);
}

static void on_connection(void *context, struct MHD_Connection *handle, void **connection_at,
                          enum MHD_ConnectionNotificationCode what)
{
    struct sx_http *http = context;
    const struct sx_budget *budget = http->options.budget;
    size_t size = http->options.connection_memory_size;
    struct sx_connection *connection = *connection_at;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CONNECTION_FD);
        if (info)
            connection = sx_connections_add(http->options.connections, info->connect_fd, mono_ns());
        if (connection)
            connection->is_charged = !budget->reserve(budget->context, size, NULL);
        *connection_at = connection;
    } else if (connection) {
        if (connection->is_charged)
            budget->release(budget->context, size);
        sx_connections_remove(http->options.connections, connection);
        *connection_at = NULL;
    }
}

/* ---- answers -------------------------------------------------------------------------------- */

static ssize_t read_stream(void *context, uint64_t position, char *to, size_t size)
{
    (void)position;
    struct sx_exchange *exchange = context;
    long count = exchange->answer.stream_ops->read(exchange->answer.stream, to, size);
    if (count >= 0)
        return count;
    return count == -1 ? MHD_CONTENT_READER_END_OF_STREAM : MHD_CONTENT_READER_END_WITH_ERROR;
}

static struct MHD_Response *make_response(struct sx_exchange *exchange)
{
    struct sx_answer *answer = &exchange->answer;
    struct MHD_Response *made;
    if (!answer->stream_ops && answer->body.len <= COPY_SIZE_MAX)
        return MHD_create_response_from_buffer(answer->body.len,
                                               answer->body.len ? (void *)answer->body.ptr : "",
                                               MHD_RESPMEM_MUST_COPY);
    atomic_fetch_add_explicit(&exchange->references, 1, memory_order_relaxed);
    if (answer->stream_ops)
        made = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK_SIZE, read_stream,
                                                 exchange, release);
    else
        made = MHD_create_response_from_buffer_with_free_callback_cls(
            answer->body.len, answer->body.ptr, release, exchange);
    if (!made)
        release(exchange);
    return made;
}

static enum MHD_Result queue(struct sx_exchange *exchange)
{
    struct sx_answer *answer = &exchange->answer;
    if (answer->body.failed) /* no memory for an answer that is made in one piece */
        return MHD_NO;
    struct MHD_Response *response = make_response(exchange);
    if (!response)
        return MHD_NO;
    enum MHD_Result ok = MHD_YES;
    if (answer->content_type)
        ok = MHD_add_response_header(response, "Content-Type", answer->content_type);
    for (size_t i = 0; i < answer->header_count && ok == MHD_YES; i++)
        ok = MHD_add_response_header(response, answer->headers[i].name, answer->headers[i].value);
    if (exchange->connection)
        sx_connection_phase(exchange->connection, SX_PHASE_SENDING, mono_ns());
    if (ok == MHD_YES)
        ok = MHD_queue_response(exchange->handle, answer->status, response);
    MHD_destroy_response(response); /* ours; the connection holds its own */
    return ok;
}

void sx_exchange_finish(struct sx_exchange *exchange)
{
    exchange->is_ready = true;
    MHD_resume_connection(exchange->handle);
}

void sx_exchange_sleep(struct sx_exchange *exchange)
{
    MHD_suspend_connection(exchange->handle);
}

void sx_exchange_wake(struct sx_exchange *exchange)
{
    MHD_resume_connection(exchange->handle);
}

/* ---- requests ------------------------------------------------------------------------------- */

static const char *header_of(struct MHD_Connection *handle, const char *name)
{
    return MHD_lookup_connection_value(handle, MHD_HEADER_KIND, name);
}

static void read_head(struct sx_exchange *exchange, const char *method)
{
    struct MHD_Connection *handle = exchange->handle;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(handle, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    exchange->connection = info ? info->socket_context : NULL;
    exchange->begin_ns = mono_ns();
    exchange->method = sx_method_of(method);
    exchange->accept = header_of(handle, "Accept");
    exchange->accept_encoding = header_of(handle, "Accept-Encoding");
    exchange->content_type = header_of(handle, "Content-Type");
    exchange->content_encoding = header_of(handle, "Content-Encoding");
    exchange->origin = header_of(handle, "Origin");
    exchange->host = header_of(handle, "Host");
    exchange->request_id = header_of(handle, "X-Request-Id");
    if (!exchange->request_id || !exchange->request_id[0])
        exchange->request_id = header_of(handle, "Request-Id");
    const char *length = header_of(handle, "Content-Length");
    exchange->has_length = length && !sx_uint_parse(sx_bytes_of(length), &exchange->length);
    const char *expect = header_of(handle, "Expect");
    exchange->expects_continue = expect && sx_header_equal(sx_bytes_of(expect), "100-continue");
}

static void refuse(struct sx_exchange *exchange, enum sx_refusal why)
{
    struct sx_http_hooks *hooks = &exchange->http->hooks;
    sx_body_deinit(&exchange->body);
    exchange->drops_body = true;
    hooks->refuse(hooks->context, exchange, why);
}

static enum MHD_Result begin(struct sx_exchange *exchange, const char *method)
{
    struct sx_http *http = exchange->http;
    read_head(exchange, method);
    exchange->head_seen = true;
    if (exchange->connection)
        sx_connection_phase(exchange->connection, SX_PHASE_BODY, exchange->begin_ns);
    http->hooks.begin(http->hooks.context, exchange);
    if (!exchange->drops_body && !(exchange->connection && exchange->connection->is_charged)) {
        refuse(exchange, SX_REFUSED_MEMORY);
    } else if (exchange->has_length && !exchange->drops_body) {
        if (exchange->length > http->options.body_size_max)
            refuse(exchange, SX_REFUSED_SIZE);
        else if (sx_body_reserve(&exchange->body, (size_t)SX_MIN(exchange->length, BODY_ROOM_MAX),
                                 NULL))
            refuse(exchange, SX_REFUSED_MEMORY);
    }
    if (exchange->drops_body && exchange->is_ready &&
        (exchange->expects_continue || exchange->length > SX_DROP_SIZE_MAX))
        return queue(exchange);
    return MHD_YES;
}

static enum MHD_Result take_body(struct sx_exchange *exchange, const char *bytes, size_t *size)
{
    struct sx_http *http = exchange->http;
    exchange->body_received += *size;
    if (exchange->connection)
        atomic_store_explicit(&exchange->connection->body_received, exchange->body_received,
                              memory_order_relaxed);
    if (exchange->drops_body) {
        if (exchange->body_received > http->options.body_size_max + SX_DROP_SIZE_MAX)
            return MHD_NO;
    } else {
        uint64_t max = exchange->has_length ? exchange->length : http->options.body_size_max;
        stria_status st = sx_body_append(&exchange->body, bytes, *size, (size_t)max, NULL);
        if (st)
            refuse(exchange, st == STRIA_LIMIT ? SX_REFUSED_SIZE : SX_REFUSED_MEMORY);
    }
    *size = 0;
    return MHD_YES;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *handle, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **exchange_at)
{
    (void)handle;
    (void)url;
    (void)version;
    struct sx_http *http = context;
    struct sx_exchange *exchange = *exchange_at;
    if (!exchange)
        return MHD_NO;
    if (!exchange->head_seen)
        return begin(exchange, method);
    if (*upload_size)
        return take_body(exchange, upload, upload_size);
    if (exchange->is_ready)
        return queue(exchange);
    if (exchange->connection)
        sx_connection_phase(exchange->connection, SX_PHASE_WORKING, mono_ns());
    if (exchange->is_deferred) {
        MHD_suspend_connection(exchange->handle);
        http->hooks.run(http->hooks.context, exchange); /* it may be answered, even gone, now */
        return MHD_YES;
    }
    http->hooks.run(http->hooks.context, exchange);
    return queue(exchange);
}

/* ---- start and stop ------------------------------------------------------------------------- */

static void on_message(void *context, const char *format, va_list args) SX_FORMAT(2, 0);
static void on_message(void *context, const char *format, va_list args)
{
    struct sx_http *http = context;
    char text[300], value[320];
    (void)vsnprintf(text, sizeof text, format, args);
    sx_log(http->options.log, STRIA_LEVEL_DEBUG, "http", "text=%s",
           sx_log_value(value, sizeof value, text));
}

static struct MHD_Daemon *start_daemon(struct sx_http *http, int fd)
{
    const struct sx_http_options *options = &http->options;
    unsigned threads = options->io_thread_count > 1 ? options->io_thread_count : 0;
    unsigned idle_s = (unsigned)(options->idle_timeout_ns / 1000000000);
    return MHD_start_daemon(
        MHD_USE_AUTO_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL,
        on_request, http, MHD_OPTION_EXTERNAL_LOGGER, on_message, http, MHD_OPTION_LISTEN_SOCKET,
        fd, MHD_OPTION_URI_LOG_CALLBACK, on_target, http, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
        http, MHD_OPTION_NOTIFY_CONNECTION, on_connection, http, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        options->connection_memory_size, MHD_OPTION_CONNECTION_LIMIT, options->connection_count_max,
        MHD_OPTION_CONNECTION_TIMEOUT, SX_MAX(idle_s, 1), MHD_OPTION_THREAD_POOL_SIZE, threads,
        MHD_OPTION_THREAD_STACK_SIZE, THREAD_STACK_SIZE, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
        MHD_OPTION_END);
}

stria_status sx_http_start(const struct sx_http_options *options, const struct sx_http_hooks *hooks,
                           const struct sx_listener *listeners, size_t listener_count,
                           struct sx_http **http, stria_error *err)
{
    *http = NULL;
    struct sx_http *made = sx_mem_zalloc(options->mem, sizeof *made);
    if (!made)
        return sx_mem_refused(options->mem, sizeof *made, err);
    made->options = *options;
    made->hooks = *hooks;
    for (size_t i = 0; i < listener_count; i++) {
        made->daemons[i] = start_daemon(made, listeners[i].fd);
        if (!made->daemons[i]) {
            sx_http_stop(made);
            for (; i < listener_count; i++)
                (void)close(listeners[i].fd);
            return sx_fail(err, STRIA_IO, "the HTTP library cannot serve %s", listeners[i].text);
        }
        made->daemon_count++;
    }
    *http = made;
    return STRIA_OK;
}

void sx_http_quiesce(struct sx_http *http)
{
    for (size_t i = 0; i < http->daemon_count && !http->quiesced; i++) {
        int fd = MHD_quiesce_daemon(http->daemons[i]);
        if (fd >= 0)
            (void)close(fd);
    }
    http->quiesced = true;
}

void sx_http_stop(struct sx_http *http)
{
    if (!http)
        return;
    for (size_t i = 0; i < http->daemon_count; i++)
        MHD_stop_daemon(http->daemons[i]);
    sx_mem_free(http->options.mem, http);
}
