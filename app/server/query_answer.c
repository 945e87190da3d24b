/* SPDX-License-Identifier: Apache-2.0 */
/* query_answer.c -- see query_answer.h. */
#include "app/server/query_answer.h"

#include "app/server/routes.h"
#include "base/compress.h"
#include "base/error.h"

#define GZIP_LEVEL 1

struct sx_query_answer {
    struct sx_server *server;
    struct sx_exchange *exchange; /* not to be touched once `closed` */
    _Atomic unsigned references;
    struct sx_job job;
    struct sx_render *render;   /* of the one job that runs, as are the next two */
    struct sx_deflate *deflate; /* NULL: not packed */
    struct sx_buf plain;        /* what is to be packed */
    size_t reserved;

    struct sx_mutex mutex;
    stria_cursor *cursor; /* guarded by mutex, as is all below; NULL: the query is over */
    struct sx_buf parts[2];
    unsigned front;
    size_t front_at;
    bool producing; /* a job is queued or runs; it alone touches the back part */
    bool back_full;
    bool made;     /* nothing follows the back part */
    bool failed;   /* the answer breaks off behind it */
    bool sleeping; /* the connection waits for the job */
    bool closed;
};

static void release(struct sx_query_answer *answer)
{
    struct sx_server *server = answer->server;
    if (atomic_fetch_sub_explicit(&answer->references, 1, memory_order_acq_rel) > 1)
        return;
    sx_render_destroy(answer->render);
    stria_cursor_close(answer->cursor);
    sx_deflate_destroy(answer->deflate);
    sx_buf_deinit(&answer->plain);
    sx_buf_deinit(&answer->parts[0]);
    sx_buf_deinit(&answer->parts[1]);
    if (answer->reserved)
        server->budget.release(server->budget.context, answer->reserved);
    sx_mutex_deinit(&answer->mutex);
    sx_mem_free(&server->mem, answer);
}

/* The query is over: what it holds of the store is given back at once. */
static void end_query(struct sx_query_answer *answer)
{
    sx_mutex_lock(&answer->mutex);
    stria_cursor *cursor = answer->cursor;
    answer->cursor = NULL;
    if (!answer->closed)
        sx_server_watch(answer->server, answer->exchange->connection, NULL);
    sx_mutex_unlock(&answer->mutex);
    stria_cursor_close(cursor);
}

/* Makes the next part in `out`. */
static stria_status produce(struct sx_query_answer *answer, struct sx_buf *out, bool *made,
                            stria_error *err)
{
    struct sx_buf *to = answer->deflate ? &answer->plain : out;
    stria_status st = sx_render_next(answer->render, to, SX_ANSWER_PART_SIZE, made, err);
    if (!st && answer->deflate) {
        st = sx_deflate_put(answer->deflate, sx_buf_bytes(to), out, err);
        if (!st && *made)
            st = sx_deflate_end(answer->deflate, out, err);
        sx_buf_clear(to);
    }
    if (st || *made)
        end_query(answer);
    return st;
}

static void run_job(void *context)
{
    struct sx_query_answer *answer = context;
    stria_error err;
    bool made = false;
    /* The front does not change while a job runs. */
    stria_status st = produce(answer, &answer->parts[!answer->front], &made, &err);
    if (st)
        sx_log(answer->server->log, STRIA_LEVEL_WARN, "answer_broken", "status=%s",
               stria_status_name(st));
    sx_mutex_lock(&answer->mutex);
    answer->producing = false;
    answer->back_full = true;
    answer->made = made;
    answer->failed = st != STRIA_OK;
    if (answer->sleeping && !answer->closed)
        sx_exchange_wake(answer->exchange);
    answer->sleeping = false;
    sx_mutex_unlock(&answer->mutex);
    release(answer);
}

/* Has the back part filled. Called with the lock. */
static void start_job(struct sx_query_answer *answer)
{
    answer->producing = true;
    atomic_fetch_add_explicit(&answer->references, 1, memory_order_relaxed);
    answer->job = (struct sx_job){.run = run_job, .context = answer};
    if (sx_jobs_put(&answer->server->queries, &answer->job))
        return;
    answer->producing = false; /* the server is stopping */
    answer->failed = true;
    answer->back_full = true;
    (void)atomic_fetch_sub_explicit(&answer->references, 1, memory_order_relaxed);
}

/* Puts the full back part in front. Called with the lock. */
static void turn(struct sx_query_answer *answer)
{
    sx_buf_clear(&answer->parts[answer->front]);
    answer->front = !answer->front;
    answer->front_at = 0;
    answer->back_full = false;
    if (!answer->made && !answer->failed)
        start_job(answer);
}

static long read_answer(void *stream, char *to, size_t size)
{
    struct sx_query_answer *answer = stream;
    long count = 0;
    sx_mutex_lock(&answer->mutex);
    while (answer->front_at == answer->parts[answer->front].len && answer->back_full)
        turn(answer);
    struct sx_buf *front = &answer->parts[answer->front];
    if (answer->front_at < front->len) {
        count = (long)SX_MIN(size, front->len - answer->front_at);
        memcpy(to, front->ptr + answer->front_at, (size_t)count);
        answer->front_at += (size_t)count;
        sx_metrics_add(&answer->server->metrics.sent_bytes, (uint64_t)count);
    } else if (answer->producing) {
        answer->sleeping = true;
        sx_exchange_sleep(answer->exchange);
    } else {
        count = answer->failed ? -2 : -1;
    }
    sx_mutex_unlock(&answer->mutex);
    return count;
}

static void close_answer(void *stream)
{
    struct sx_query_answer *answer = stream;
    sx_mutex_lock(&answer->mutex);
    answer->closed = true;
    if (answer->cursor) {
        stria_cursor_cancel(answer->cursor);
        sx_server_watch(answer->server, answer->exchange->connection, NULL);
    }
    sx_mutex_unlock(&answer->mutex);
    release(answer);
}

static const struct sx_stream_ops stream_ops = {.read = read_answer, .close = close_answer};

/* The whole answer is in the first part. */
static stria_status give_whole(struct sx_query_answer *answer, stria_error *err)
{
    struct sx_server *server = answer->server;
    struct sx_exchange *exchange = answer->exchange;
    size_t size = answer->parts[0].capacity;
    stria_status st = server->budget.reserve(server->budget.context, size, err);
    if (st)
        return st;
    exchange->answer_reserved = size;
    sx_buf_deinit(&exchange->answer.body);
    exchange->answer.body = answer->parts[0];
    answer->parts[0] = (struct sx_buf){0};
    release(answer);
    return STRIA_OK;
}

static stria_status give_stream(struct sx_query_answer *answer, stria_error *err)
{
    struct sx_server *server = answer->server;
    struct sx_exchange *exchange = answer->exchange;
    size_t size = (answer->deflate ? 3 : 2) * SX_ANSWER_PART_SIZE;
    stria_status st = server->budget.reserve(server->budget.context, size, err);
    if (st)
        return st;
    answer->reserved = size;
    sx_mutex_lock(&answer->mutex);
    exchange->answer.stream_ops = &stream_ops;
    exchange->answer.stream = answer;
    start_job(answer);
    sx_mutex_unlock(&answer->mutex);
    return STRIA_OK;
}

static stria_status create(struct sx_server *server, struct sx_exchange *exchange,
                           stria_cursor *cursor, struct sx_query_answer **answer, stria_error *err)
{
    struct sx_query_answer *made = sx_mem_zalloc(&server->mem, sizeof *made);
    if (!made) {
        stria_cursor_close(cursor);
        return sx_mem_refused(&server->mem, sizeof *made, err);
    }
    made->server = server;
    made->exchange = exchange;
    made->cursor = cursor;
    atomic_init(&made->references, 1);
    sx_mutex_init(&made->mutex);
    sx_buf_init(&made->plain, &server->mem, SX_ANSWER_PART_SIZE_MAX);
    sx_buf_init(&made->parts[0], &server->mem, SX_ANSWER_PART_SIZE_MAX);
    sx_buf_init(&made->parts[1], &server->mem, SX_ANSWER_PART_SIZE_MAX);
    *answer = made;
    return STRIA_OK;
}

void sx_query_answer_begin(struct sx_server *server, struct sx_exchange *exchange,
                           stria_cursor *cursor, const struct sx_render_options *options, bool gzip)
{
    struct sx_query_answer *answer = NULL;
    struct sx_row_source source = sx_row_source_of_cursor(cursor);
    stria_error err = {0};
    bool made = false;
    stria_status st = create(server, exchange, cursor, &answer, &err);
    if (!st)
        sx_server_watch(server, exchange->connection, cursor);
    if (!st)
        st = sx_render_create(&server->mem, &source, options, &answer->render, &err);
    if (!st && gzip)
        st = sx_deflate_create(&server->mem, SX_STREAM_GZIP, GZIP_LEVEL, &answer->deflate, &err);
    if (!st)
        st = produce(answer, &answer->parts[0], &made, &err);
    if (!st)
        st = made ? give_whole(answer, &err) : give_stream(answer, &err);
    if (!st) {
        exchange->answer.status = 200;
        if (gzip)
            sx_exchange_header(exchange, "Content-Encoding", "gzip");
        return;
    }
    if (answer) {
        end_query(answer);
        release(answer);
    }
    sx_exchange_failure(server, exchange, &err);
}
