/* SPDX-License-Identifier: Apache-2.0 */
/* query.c -- stria_query, stria_scan and the walk over their answers. */
#include "api/ingest_context.h"
#include "api/store.h"
#include "base/error.h"
#include "base/zone.h"
#include "codec/fpmode.h"
#include "exec/cursor.h"

static stria_status check_params(const stria_query_options *o, stria_error *err)
{
    for (size_t i = 0; i < o->param_count; i++) {
        const stria_param *p = &o->params[i];
        if (!p->name)
            return sx_fail(err, STRIA_INVALID, "parameter %zu has no name", i);
        if (p->type < STRIA_NONE || p->type > STRIA_STRING)
            return sx_fail(err, STRIA_INVALID, "parameter '%s' is of type %d", p->name,
                           (int)p->type);
    }
    return STRIA_OK;
}

stria_status stria_query(stria *db, const char *text, size_t size,
                         const stria_query_options *options, stria_cursor **cursor,
                         stria_error *err)
{
    static const stria_query_options defaults = {.struct_size = sizeof defaults};
    if (!cursor)
        return sx_fail(err, STRIA_INVALID, "cursor is NULL");
    *cursor = NULL;
    stria_status st = sx_store_check(db, err);
    if (!options)
        options = &defaults;
    if (!st && options->struct_size != sizeof *options)
        st = sx_fail(err, STRIA_INVALID, "stria_query_options: of another version");
    if (!st && !text && size)
        st = sx_fail(err, STRIA_INVALID, "text is NULL");
    if (!st && options->language != STRIA_INFLUXQL)
        st = sx_fail(err, STRIA_INVALID, "language is %d", (int)options->language);
    if (!st)
        st = check_params(options, err);
    struct sx_fp_mode mode = sx_fp_mode_enter();
    if (!st) {
        sx_ingest_contexts_trim(db);
        st = sx_cursor_query(db->engine, sx_bytes_make(text, size), options, cursor, err);
    }
    sx_fp_mode_leave(mode);
    return st;
}

stria_status stria_scan(stria *db, const stria_scan_options *options, stria_cursor **cursor,
                        stria_error *err)
{
    if (!cursor)
        return sx_fail(err, STRIA_INVALID, "cursor is NULL");
    *cursor = NULL;
    stria_status st = sx_store_check(db, err);
    if (!st && (!options || options->struct_size != sizeof *options))
        st = sx_fail(err, STRIA_INVALID, "stria_scan_options: missing or of another version");
    if (!st && options && !options->database)
        st = sx_fail(err, STRIA_INVALID, "database is required");
    for (size_t i = 0; !st && options && i < options->matcher_count; i++)
        if (options->matchers[i].op < STRIA_MATCH_EQUAL ||
            options->matchers[i].op > STRIA_MATCH_NOT_REGEX)
            st = sx_fail(err, STRIA_INVALID, "matcher %zu: op is %d", i,
                         (int)options->matchers[i].op);
    struct sx_fp_mode mode = sx_fp_mode_enter();
    if (!st) {
        sx_ingest_contexts_trim(db);
        st = sx_cursor_scan(db->engine, options, cursor, err);
    }
    sx_fp_mode_leave(mode);
    return st;
}

stria_status stria_cursor_next_statement(stria_cursor *cursor, const stria_statement **statement,
                                         stria_error *err)
{
    if (!cursor || !statement)
        return sx_fail(err, STRIA_INVALID, "cursor or statement is NULL");
    struct sx_fp_mode mode = sx_fp_mode_enter();
    stria_status st = sx_cursor_next_statement(cursor, statement, err);
    sx_fp_mode_leave(mode);
    return st;
}

stria_status stria_cursor_next_series(stria_cursor *cursor, const stria_table **table,
                                      stria_error *err)
{
    if (!cursor || !table)
        return sx_fail(err, STRIA_INVALID, "cursor or table is NULL");
    struct sx_fp_mode mode = sx_fp_mode_enter();
    stria_status st = sx_cursor_next_series(cursor, table, err);
    sx_fp_mode_leave(mode);
    return st;
}

stria_status stria_cursor_next_batch(stria_cursor *cursor, const stria_batch **batch,
                                     stria_error *err)
{
    if (!cursor || !batch)
        return sx_fail(err, STRIA_INVALID, "cursor or batch is NULL");
    struct sx_fp_mode mode = sx_fp_mode_enter();
    stria_status st = sx_cursor_next_batch(cursor, batch, err);
    sx_fp_mode_leave(mode);
    return st;
}

int32_t stria_zone_offset(const stria_zone *zone, int64_t ts_ns)
{
    return sx_zone_offset_s((const struct sx_zone *)(const void *)zone, ts_ns);
}

void stria_cursor_cancel(stria_cursor *cursor)
{
    sx_cursor_cancel(cursor);
}

void stria_cursor_close(stria_cursor *cursor)
{
    sx_cursor_close(cursor);
}
