/* SPDX-License-Identifier: Apache-2.0 */
/* route_delete.c -- /api/v2/delete: takes rows away, as InfluxDB 1.8 and later do it for clients of
 * InfluxDB 2.
 *
 * Format      POST /api/v2/delete?bucket=DB[/POLICY]
 *             {"start":"1970-01-01T00:00:00Z","stop":"...","predicate":"_measurement=\"m\""}
 *             start is inside the range, stop is not; without a predicate all series are meant.
 *             200 without a body, also when nothing matches; else the peer's status and text.
 *             The peer deletes from all policies of a database, we from the one that is named. A
 *             field that is compared with a text is taken for a tag that no series has.
 * Threads     On a thread of the pool for queries. */
#include "app/server/bucket.h"
#include "app/server/go_text.h"
#include "app/server/json_in.h"
#include "app/server/predicate.h"
#include "app/server/routes.h"
#include "base/error.h"
#include "base/time_text.h"

enum { START, STOP, PREDICATE, TEXT_COUNT };

struct deletion {
    struct sx_arena arena;
    struct sx_bucket bucket;
    struct sx_bytes texts[TEXT_COUNT];
    int64_t times[2]; /* of START and STOP */
    int32_t offsets[2];
    struct sx_buf condition; /* the predicate, and what the peer puts behind it */
    struct sx_predicate predicate;
    struct sx_buf refusal; /* what is wrong with the request; empty: nothing */
};

static const char *const names[TEXT_COUNT] = {"start", "stop", "predicate"};

/* ---- refusals ------------------------------------------------------------------------------- */

/* Whether an error is about what was asked for, and not about the store's state. */
static bool is_refusal(stria_status st)
{
    return st == STRIA_INVALID || st == STRIA_SYNTAX || st == STRIA_NOT_FOUND ||
           st == STRIA_UNSUPPORTED || st == STRIA_LIMIT;
}

static void say(struct deletion *d, const char *front, const stria_error *err)
{
    if (is_refusal(err->code))
        sx_buf_printf(&d->refusal, "delete - %s%s", front, err->text);
}

static void put_named(struct sx_buf *out, const char *name, struct sx_bytes value)
{
    sx_buf_put_text(out, name);
    sx_go_put_quoted(out, value);
}

/* What was asked for. */
static void put_request(struct deletion *d)
{
    struct sx_buf *out = &d->refusal;
    put_named(out, "database: ", sx_bytes_of(d->bucket.database));
    put_named(out, ", retention policy: ", sx_bytes_of(d->bucket.policy));
    put_named(out, ", start: ", d->texts[START]);
    put_named(out, ", stop: ", d->texts[STOP]);
    put_named(out, ", predicate: ", d->texts[PREDICATE]);
}

static void say_all(struct deletion *d, const char *front, const stria_error *err)
{
    if (!is_refusal(err->code))
        return;
    sx_buf_put_text(&d->refusal, "delete - ");
    put_request(d);
    sx_buf_printf(&d->refusal, ", error: %s%s", front, err->text);
}

/* ---- the request ---------------------------------------------------------------------------- */

static stria_status read_bucket(struct deletion *d, struct sx_server *server,
                                struct sx_exchange *exchange, stria_error *err)
{
    stria_status st = sx_exchange_url_params(exchange, err);
    if (!st)
        st = sx_bucket_read(&exchange->params, &d->bucket, err);
    if (st) {
        say(d, "bucket: ", err);
        return st;
    }
    st = sx_bucket_resolve(server->db, &d->bucket, &d->arena, err);
    if (st)
        say(d, "", err);
    return st;
}

static stria_status read_time(struct deletion *d, int which, stria_error *err)
{
    stria_status st = sx_go_time_parse(d->texts[which], &d->times[which], &d->offsets[which], err);
    if (!st)
        return STRIA_OK;
    sx_buf_printf(&d->refusal, "delete - invalid format for %s field ", names[which]);
    sx_go_put_quoted(&d->refusal, d->texts[which]);
    sx_buf_printf(&d->refusal, ", please use RFC3339Nano: %s", err->text);
    return st;
}

static stria_status read_body(struct deletion *d, const struct sx_body *body, stria_error *err)
{
    stria_status st = sx_json_in_texts(&d->arena, sx_bytes_make(body->ptr, body->size),
                                       "DeleteBody", names, TEXT_COUNT, d->texts, err);
    for (int i = START; i <= STOP && !st; i++)
        if (!d->texts[i].len)
            st = sx_fail(err, STRIA_INVALID, "%s field in RFC3339Nano format required", names[i]);
    if (st) {
        say(d, "", err);
        return st;
    }
    st = read_time(d, START, err);
    return st ? st : read_time(d, STOP, err);
}

static void put_time(struct deletion *d, const char *front, int which)
{
    uint8_t text[SX_TIME_TEXT_MAX];
    size_t size = sx_time_write_at(text, d->times[which], d->offsets[which]);
    sx_buf_printf(&d->condition, "%s'%.*s'", front, (int)size, (const char *)text);
}

static stria_status read_predicate(struct deletion *d, stria_error *err)
{
    size_t size = d->texts[PREDICATE].len;
    if (!size)
        return STRIA_OK;
    sx_buf_put_bytes(&d->condition, d->texts[PREDICATE]);
    put_time(d, " AND time >= ", START);
    put_time(d, " AND time < ", STOP);
    if (d->condition.failed)
        return sx_buf_refused(&d->condition, "predicate", err);
    stria_status st =
        sx_predicate_read(&d->predicate, &d->arena, sx_buf_bytes(&d->condition), size, err);
    if (st == STRIA_SYNTAX) {
        sx_buf_put_text(&d->refusal, "delete - cannot parse predicate ");
        sx_go_put_quoted(&d->refusal, sx_buf_bytes(&d->condition));
        sx_buf_printf(&d->refusal, ": %s", err->text);
    } else if (st == STRIA_UNSUPPORTED) {
        say(d, "", err);
        sx_buf_put_text(&d->refusal, ". ");
        put_request(d);
    } else if (st) {
        say_all(d, "shard 1: ", err);
    }
    return st;
}

/* ---- carrying it out ------------------------------------------------------------------------ */

static stria_status carry_out(struct deletion *d, struct sx_server *server, stria_error *err)
{
    const struct sx_predicate *p = &d->predicate;
    if (d->times[START] >= d->times[STOP] || p->is_nothing)
        return STRIA_OK;
    int64_t last = d->times[STOP] - (d->times[STOP] != INT64_MAX);
    /* stria_delete() takes a range of the moment 0 alone for no range at all. */
    stria_status st = STRIA_OK;
    if (d->times[START] == 0 && last == 0)
        st = sx_fail(err, STRIA_UNSUPPORTED,
                     "the first nanosecond of 1970 cannot be deleted alone here; use DELETE at "
                     "/query");
    if (!st)
        st = stria_delete(
            server->db,
            STRIA_DELETE_OPTIONS(.database = d->bucket.database, .policy = d->bucket.policy,
                                 .measurement = p->has_measurement ? &p->measurement : NULL,
                                 .matchers = p->matchers, .matcher_count = p->matcher_count,
                                 .time_min_ns = d->times[START], .time_max_ns = last),
            NULL, err);
    if (st)
        say_all(d, "", err);
    return st;
}

void sx_route_delete_v2(struct sx_server *server, struct sx_exchange *exchange)
{
    struct deletion d = {0};
    stria_error err = {0};
    sx_arena_init(&d.arena, &server->mem, 0);
    sx_buf_init(&d.condition, &server->mem, 2 * SX_QUERY_PARAMS_SIZE_MAX);
    sx_buf_init(&d.refusal, &server->mem, 8 * SX_QUERY_PARAMS_SIZE_MAX);
    stria_status st = read_bucket(&d, server, exchange, &err);
    if (!st)
        st = read_body(&d, &exchange->body, &err);
    if (!st)
        st = read_predicate(&d, &err);
    if (!st)
        st = carry_out(&d, server, &err);
    if (st && d.refusal.len && !d.refusal.failed)
        sx_exchange_error_bytes(exchange, st == STRIA_NOT_FOUND ? 404 : 400,
                                sx_buf_bytes(&d.refusal));
    else if (st)
        sx_exchange_failure(server, exchange, &err);
    else
        sx_exchange_text(exchange, 200, "application/json", NULL);
    sx_buf_deinit(&d.refusal);
    sx_buf_deinit(&d.condition);
    sx_arena_deinit(&d.arena);
    sx_body_deinit(&exchange->body);
    sx_exchange_finish(exchange);
}
