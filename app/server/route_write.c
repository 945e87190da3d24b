/* SPDX-License-Identifier: Apache-2.0 */
/* route_write.c -- /write and /api/v2/write: line protocol into the store.
 *
 * Format      /write?db=NAME[&rp=NAME][&precision=n|ns|u|ms|s|m|h][&consistency=...]
 *             /api/v2/write?bucket=DB[/POLICY][&precision=ns|us|ms|s][&org=...]
 *             204 when all is stored; else the peer's status and text. The good lines of a body are
 *             stored even if others are not.
 * Threads     On a thread of the pool for writes, which waits until the rows are on disk. */
#include "app/server/bucket.h"
#include "app/server/go_text.h"
#include "app/server/header.h"
#include "app/server/routes.h"
#include "app/server/unpack.h"
#include "base/error.h"

#include <assert.h>
#include <string.h>

struct target {
    const char *database;
    const char *policy;
    stria_precision precision;
};

struct precision_name {
    const char *name;
    stria_precision precision;
};

static const struct precision_name names_v1[] = {
    {"", STRIA_PRECISION_NS},  {"n", STRIA_PRECISION_NS},  {"ns", STRIA_PRECISION_NS},
    {"u", STRIA_PRECISION_US}, {"ms", STRIA_PRECISION_MS}, {"s", STRIA_PRECISION_S},
    {"m", STRIA_PRECISION_M},  {"h", STRIA_PRECISION_H},
};
static const struct precision_name names_v2[] = {
    {"", STRIA_PRECISION_NS},   {"ns", STRIA_PRECISION_NS}, {"us", STRIA_PRECISION_US},
    {"ms", STRIA_PRECISION_MS}, {"s", STRIA_PRECISION_S},
};

static bool find_precision(struct sx_bytes text, const struct precision_name *names, size_t count,
                           stria_precision *precision)
{
    for (size_t i = 0; i < count; i++) {
        if (sx_bytes_equal(text, sx_bytes_of(names[i].name))) {
            *precision = names[i].precision;
            return true;
        }
    }
    return false;
}

/* A value that becomes a C string must hold no NUL. */
static stria_status check_name(struct sx_bytes name, stria_error *err)
{
    if (name.len && memchr(name.ptr, 0, name.len))
        return sx_fail(err, STRIA_INVALID, "a name with a NUL in it");
    return STRIA_OK;
}

static stria_status read_target_v1(const struct sx_params *params, struct target *target,
                                   stria_error *err)
{
    struct sx_bytes precision = sx_params_get(params, "precision");
    if (!find_precision(precision, names_v1, SX_COUNT_OF(names_v1), &target->precision))
        return sx_fail(err, STRIA_INVALID, "invalid precision \"%.100s\" (use n, u, ms, s, m or h)",
                       (const char *)precision.ptr);
    struct sx_bytes database = sx_params_get(params, "db"), policy = sx_params_get(params, "rp");
    if (!database.len)
        return sx_fail(err, STRIA_INVALID, "database is required");
    target->database = (const char *)database.ptr;
    target->policy = (const char *)policy.ptr;
    stria_status st = check_name(database, err);
    return st ? st : check_name(policy, err);
}

static stria_status read_target_v2(const struct sx_params *params, struct target *target,
                                   stria_error *err)
{
    struct sx_bytes precision = sx_params_get(params, "precision");
    if (!find_precision(precision, names_v2, SX_COUNT_OF(names_v2), &target->precision))
        return sx_fail(err, STRIA_INVALID, "invalid precision \"%.100s\" (use ns, us, ms or s)",
                       (const char *)precision.ptr);
    struct sx_bucket bucket = {0};
    stria_status st = sx_bucket_read(params, &bucket, err);
    target->database = bucket.database;
    target->policy = bucket.policy;
    return st;
}

/* Stria has one copy; the levels of a cluster are understood, and mean nothing. */
static stria_status check_consistency(const struct sx_params *params, stria_error *err)
{
    static const char *const levels[] = {"", "any", "one", "quorum", "all"};
    struct sx_bytes level = sx_params_get(params, "consistency");
    for (size_t i = 0; i < SX_COUNT_OF(levels); i++) {
        if (sx_header_equal(level, levels[i]))
            return STRIA_OK;
    }
    return sx_fail(err, STRIA_INVALID, "invalid consistency level");
}

/* The peer quotes a database here, as Go's %q does, and answers 404; for a policy it is 500. */
static void answer_not_found(struct sx_exchange *exchange, const struct target *target,
                             const stria_error *err)
{
    char text[STRIA_ERROR_TEXT_MAX];
    struct sx_buf out;
    if (strncmp(err->text, "database not found", 18) != 0) {
        sx_exchange_error(exchange, 500, err->text);
        return;
    }
    assert(target->database);
    sx_buf_init_fixed(&out, text, sizeof text);
    sx_buf_put_text(&out, "database not found: ");
    sx_go_put_quoted(&out, sx_bytes_of(target->database));
    sx_exchange_error_bytes(exchange, 404, sx_buf_bytes(&out));
}

static void answer_failure(struct sx_server *server, struct sx_exchange *exchange,
                           const struct target *target, const stria_report *report,
                           const stria_error *err)
{
    if (report->text) /* may be longer than an error's text */
        sx_exchange_error_bytes(exchange, sx_http_status_of(err->code),
                                sx_bytes_make(report->text, report->text_size));
    else if (err->code == STRIA_NOT_FOUND)
        answer_not_found(exchange, target, err);
    else
        sx_exchange_failure(server, exchange, err);
}

static void store(struct sx_server *server, struct sx_exchange *exchange,
                  const struct target *target, struct sx_bytes text)
{
    stria_report report = {0};
    stria_error err = {0};
    stria_status st = stria_ingest(
        server->db, text.ptr, text.len,
        STRIA_INGEST_OPTIONS(.format = STRIA_LINE_PROTOCOL, .database = target->database,
                             .policy = target->policy, .precision = target->precision,
                             .now_ns = server->settings->test_now),
        &report, &err);
    sx_metrics_add(&server->metrics.rejected_rows, report.rejected_row_count);
    if (st)
        answer_failure(server, exchange, target, &report, &err);
    else
        sx_exchange_text(exchange, 204, "application/json", NULL);
    stria_report_release(&report);
}

static void unpack_and_store(struct sx_server *server, struct sx_exchange *exchange,
                             const struct target *target)
{
    struct sx_unpacked unpacked;
    stria_error err = {0};
    size_t max = (size_t)server->settings->decoded_size;
    struct sx_bytes body = sx_bytes_make(exchange->body.ptr, exchange->body.size);
    stria_status st = sx_unpack_gzip(&server->mem, &server->budget, body, max, &unpacked, &err);
    sx_body_deinit(&exchange->body);
    if (st == STRIA_LIMIT) {
        sx_metrics_reject(&server->metrics, SX_REJECTED_DECODED_SIZE);
        sx_exchange_error(exchange, 413, "Request Entity Too Large");
    } else if (st) {
        sx_exchange_failure(server, exchange, &err);
    } else {
        store(server, exchange, target, sx_buf_bytes(&unpacked.bytes));
    }
    sx_unpacked_deinit(&unpacked);
}

static void write_body(struct sx_server *server, struct sx_exchange *exchange,
                       stria_status (*read_target)(const struct sx_params *, struct target *,
                                                   stria_error *))
{
    struct target target = {0};
    stria_error err = {0};
    stria_status st = sx_exchange_url_params(exchange, &err);
    if (!st)
        st = read_target(&exchange->params, &target, &err);
    if (!st)
        st = check_consistency(&exchange->params, &err);
    if (st)
        sx_exchange_failure(server, exchange, &err);
    else if (exchange->content_encoding && strcmp(exchange->content_encoding, "gzip") == 0)
        unpack_and_store(server, exchange, &target);
    else
        store(server, exchange, &target, sx_bytes_make(exchange->body.ptr, exchange->body.size));
    sx_body_deinit(&exchange->body);
    sx_exchange_finish(exchange);
}

void sx_route_write(struct sx_server *server, struct sx_exchange *exchange)
{
    write_body(server, exchange, read_target_v1);
}

void sx_route_write_v2(struct sx_server *server, struct sx_exchange *exchange)
{
    write_body(server, exchange, read_target_v2);
}
