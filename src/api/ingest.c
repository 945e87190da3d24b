/* SPDX-License-Identifier: Apache-2.0 */
/* ingest.c -- stria_ingest: bytes in a format -> rows in the engine, and the report. */
#include "api/ingest_context.h"
#include "api/report.h"
#include "api/store.h"
#include "base/error.h"
#include "codec/fpmode.h"
#include "ingest/peer_text.h"
#include "ingest/write_answer.h"

#define ANSWER_SIZE_MAX ((size_t)1 << 20)
#define CONFLICT_SIZE_MAX ((size_t)256 << 10)

struct ingest {
    stria *db;
    const stria_ingest_options *options;
    struct sx_catalog *catalog;
    const struct sx_database *database;
    const struct sx_policy *policy;
    struct sx_ingest_context *context;
    struct sx_write_result result;
    int64_t now_ns;
    stria_error *err;
};

static stria_status check_options(const stria_ingest_options *o, stria_error *err)
{
    if (!o || o->struct_size != sizeof *o)
        return sx_fail(err, STRIA_INVALID, "stria_ingest_options: missing or of another version");
    if (!o->database)
        return sx_fail(err, STRIA_INVALID, "database is required");
    if (o->format != STRIA_LINE_PROTOCOL)
        return sx_fail(err, STRIA_INVALID, "format is %d", (int)o->format);
    if (o->precision < STRIA_PRECISION_NS || o->precision > STRIA_PRECISION_H)
        return sx_fail(err, STRIA_INVALID, "precision is %d", (int)o->precision);
    if (o->durability < STRIA_DURABILITY_DEFAULT || o->durability > STRIA_ASYNC)
        return sx_fail(err, STRIA_INVALID, "durability is %d", (int)o->durability);
    return STRIA_OK;
}

static struct sx_outside_point outside_point(const struct sx_batch *batch,
                                             const struct sx_outside_row *row)
{
    static const enum sx_write_bound bounds[] = {
        [SX_OUTSIDE_RETENTION] = SX_BOUND_RETENTION,
        [SX_OUTSIDE_PAST] = SX_BOUND_PAST,
        [SX_OUTSIDE_FUTURE] = SX_BOUND_FUTURE,
    };
    return (struct sx_outside_point){.key = batch->series[row->series].key,
                                     .ts_ns = row->ts_ns,
                                     .bound = bounds[row->bound],
                                     .bound_ns = row->bound_ns};
}

/* The answer's text into *answer, which is empty when everything was stored. */
static stria_status make_answer(struct ingest *in, struct sx_buf *answer)
{
    const struct sx_write_result *r = &in->result;
    const struct sx_type_conflict *conflict = &r->conflict;
    struct sx_buf conflict_text;
    const char *asked = in->options->policy;
    sx_buf_init(&conflict_text, in->context->batch.mem, CONFLICT_SIZE_MAX);
    if (r->conflict_count)
        sx_peer_put_conflict(&conflict_text, conflict->measurement, conflict->field, conflict->type,
                             conflict->type_before);
    else if (r->limit_count)
        sx_buf_put_bytes(&conflict_text, r->limit_text);
    struct sx_write_outcome outcome = {.stored_count = r->row_count,
                                       .conflict_count = r->conflict_count + r->limit_count,
                                       .conflict_text = sx_buf_bytes(&conflict_text),
                                       .conflict_line =
                                           r->conflict_count ? r->conflict_line : r->limit_line,
                                       .outside_retention_count = r->outside_retention_count,
                                       .outside_window_count = r->outside_window_count,
                                       .duration_ns = in->policy->duration_ns};
    if (r->outside_retention_count + r->outside_window_count) {
        outcome.oldest = outside_point(&in->context->batch, &r->oldest);
        outcome.newest = outside_point(&in->context->batch, &r->newest);
    }
    struct sx_write_target target = {.database = in->database->name,
                                     .policy = in->policy->name,
                                     .policy_asked = sx_bytes_of(asked ? asked : "")};
    stria_status st = sx_write_answer(answer, &in->context->problems, &outcome, &target, in->err);
    sx_buf_deinit(&conflict_text);
    return st;
}

/* Parses and writes; what was rejected is in the context and in->result. */
static stria_status store(struct ingest *in, struct sx_bytes text)
{
    struct sx_line_protocol_options options = {.precision = in->options->precision,
                                               .now_ns = in->now_ns};
    struct sx_write_options write = {.durability = in->options->durability,
                                     .now_ns = in->options->now_ns};
    struct sx_batch *batch = &in->context->batch;
    stria_status st = sx_line_protocol_parse(in->context->cache, text, &options, batch,
                                             &in->context->problems, in->err);
    if (!st && batch->schema_count)
        st = sx_engine_write(in->db->engine, in->policy->id, batch, &write, &in->result, in->err);
    return st;
}

/* PARTIAL, INVALID or OK, by what the answer says. */
static stria_status judge(struct ingest *in, const struct sx_buf *answer)
{
    if (answer->len == 0)
        return STRIA_OK;
    stria_status code = in->result.row_count ? STRIA_PARTIAL : STRIA_INVALID;
    return sx_fail(in->err, code, "%.*s", (int)SX_MIN(answer->len, STRIA_ERROR_TEXT_MAX),
                   (const char *)answer->ptr);
}

static stria_status run(struct ingest *in, struct sx_bytes text, stria_report *report)
{
    struct sx_buf answer;
    in->context = sx_ingest_context_take(in->db);
    if (!in->context)
        return sx_mem_refused(sx_engine_mem(in->db->engine, SX_ENGINE_MEM_INGEST), 4096, in->err);
    sx_buf_init(&answer, in->context->batch.mem, ANSWER_SIZE_MAX);
    stria_status st = store(in, text);
    if (!st)
        st = make_answer(in, &answer);
    if (!st) {
        st = judge(in, &answer);
        sx_report_fill(report, &in->context->problems, &in->result, sx_buf_bytes(&answer));
    }
    sx_buf_deinit(&answer);
    sx_ingest_context_give(in->db, in->context);
    return st;
}

stria_status stria_ingest(stria *db, const void *data, size_t size,
                          const stria_ingest_options *options, stria_report *report,
                          stria_error *err)
{
    struct ingest in = {.db = db, .options = options, .err = err};
    stria_report_release(report);
    stria_status st = sx_store_check(db, err);
    if (!st)
        st = check_options(options, err);
    if (!st && !data && size)
        st = sx_fail(err, STRIA_INVALID, "data is NULL");
    if (st)
        return st;
    struct sx_fp_mode mode = sx_fp_mode_enter();
    in.now_ns = options->now_ns ? options->now_ns : sx_os_now_ns(db->os);
    in.catalog = sx_engine_catalog(db->engine);
    st = sx_catalog_find(in.catalog, sx_bytes_of(options->database), sx_bytes_of(options->policy),
                         &in.database, &in.policy, err);
    if (!st)
        st = run(&in, sx_bytes_make(data, size), report);
    sx_catalog_release(in.catalog);
    sx_fp_mode_leave(mode);
    return sx_ingest_end(db, st, err);
}
