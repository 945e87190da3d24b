/* SPDX-License-Identifier: Apache-2.0 */
/* open.c -- stria_open, stria_close and the calls that pass straight on to the engine. */
#include "api/ingest_context.h"
#include "api/store.h"
#include "base/error.h"
#include "codec/fpmode.h"

stria_status sx_store_check(const stria *db, stria_error *err)
{
    if (!db)
        return sx_fail(err, STRIA_INVALID, "the store is NULL");
    if (db->os->ops->process_id(db->os) != db->process_id)
        return sx_fail(err, STRIA_INVALID, "the store was opened by another process (fork)");
    return STRIA_OK;
}

static stria_status engine_options(const char *path, const stria_options *o,
                                   struct sx_engine_options *options, stria_error *err)
{
    static const stria_options defaults = {.struct_size = sizeof defaults};
    if (!path || !*path)
        return sx_fail(err, STRIA_INVALID, "the path is empty");
    if (!o)
        o = &defaults;
    if (o->struct_size != sizeof *o)
        return sx_fail(err, STRIA_INVALID, "stria_options: struct_size is %u, not %zu",
                       o->struct_size, sizeof *o);
    if (o->durability < STRIA_DURABILITY_DEFAULT || o->durability > STRIA_ASYNC)
        return sx_fail(err, STRIA_INVALID, "durability is %d", (int)o->durability);
    *options = (struct sx_engine_options){
        .os = sx_os_posix(),
        .path = path,
        .memory_size = o->memory_size,
        .memtable_size = o->memtable_size,
        .disk_reserve_size = o->disk_reserve_size,
        .merge_bytes_per_s = o->merge_bytes_per_s,
        .retention_size = o->retention_size,
        .seal_without_entropy = o->seal_without_entropy,
        .thread_count = o->threads,
        .series_max = o->series_max,
        .new_series_max = o->new_series_max,
        .tag_values_max = o->tag_values_max,
        .durability = o->durability,
        .read_only = o->read_only,
        .must_exist = o->must_exist,
        .events = {.on_event = o->on_event, .user = o->user},
    };
    return STRIA_OK;
}

stria_status stria_open(const char *path, const stria_options *options, stria **out,
                        stria_error *err)
{
    struct sx_engine_options engine_opts;
    struct sx_engine *engine = NULL;
    if (!out)
        return sx_fail(err, STRIA_INVALID, "db is NULL");
    *out = NULL;
    stria_status st = engine_options(path, options, &engine_opts, err);
    struct sx_fp_mode mode = sx_fp_mode_enter();
    if (!st)
        st = sx_engine_open(&engine_opts, &engine, err);
    sx_fp_mode_leave(mode);
    if (st)
        return st;
    stria *db = sx_mem_zalloc(sx_engine_mem(engine, SX_ENGINE_MEM_OTHER), sizeof *db);
    if (!db) {
        st = sx_mem_refused(sx_engine_mem(engine, SX_ENGINE_MEM_OTHER), sizeof *db, err);
        (void)sx_engine_close(engine, NULL);
        return st;
    }
    db->engine = engine;
    db->os = engine_opts.os;
    db->process_id = db->os->ops->process_id(db->os);
    sx_mutex_init(&db->mutex);
    *out = db;
    return STRIA_OK;
}

stria_status stria_close(stria *db, stria_error *err)
{
    if (!db)
        return STRIA_OK;
    stria_status st = sx_store_check(db, err);
    if (st)
        return st;
    struct sx_engine *engine = db->engine;
    sx_ingest_contexts_free(db);
    sx_mutex_deinit(&db->mutex);
    sx_mem_free(sx_engine_mem(engine, SX_ENGINE_MEM_OTHER), db);
    struct sx_fp_mode mode = sx_fp_mode_enter();
    st = sx_engine_close(engine, err);
    sx_fp_mode_leave(mode);
    return st;
}

stria_status stria_poll(stria *db, bool *more, stria_error *err)
{
    bool due = false;
    stria_status st = sx_store_check(db, err);
    struct sx_fp_mode mode = sx_fp_mode_enter();
    if (!st)
        st = sx_engine_poll(db->engine, &due, err);
    sx_fp_mode_leave(mode);
    if (more)
        *more = due;
    return st;
}

stria_status stria_memory_reserve(stria *db, size_t size, stria_error *err)
{
    stria_status st = sx_store_check(db, err);
    if (st)
        return st;
    struct sx_mem *mem = sx_engine_mem(db->engine, SX_ENGINE_MEM_HOST);
    return sx_mem_reserve(mem, size) ? STRIA_OK : sx_mem_refused(mem, size, err);
}

void stria_memory_release(stria *db, size_t size)
{
    if (db)
        sx_mem_release(sx_engine_mem(db->engine, SX_ENGINE_MEM_HOST), size);
}

stria_status stria_compact(stria *db, stria_compact_until until, stria_compact_report *report,
                           stria_error *err)
{
    if (report)
        *report = (stria_compact_report){0};
    stria_status st = sx_store_check(db, err);
    if (!st && (until < STRIA_COMPACT_FLUSH || until > STRIA_COMPACT_RECLAIM))
        st = sx_fail(err, STRIA_INVALID, "until is %d", (int)until);
    struct sx_fp_mode mode = sx_fp_mode_enter();
    if (!st)
        st = sx_engine_compact(db->engine, until, report, err);
    sx_fp_mode_leave(mode);
    return st;
}

stria_status stria_stats(stria *db, void (*each)(void *user, const stria_stat *stat), void *user,
                         stria_error *err)
{
    stria_status st = sx_store_check(db, err);
    if (!st && !each)
        st = sx_fail(err, STRIA_INVALID, "each is NULL");
    return st ? st : sx_engine_stats(db->engine, each, user, err);
}
