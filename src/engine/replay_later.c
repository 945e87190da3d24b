/* SPDX-License-Identifier: Apache-2.0 */
/* replay_later.c -- see replay_later.h. */
#include "engine/replay_later.h"

#include "base/error.h"
#include "engine/log_replay.h"

#include <inttypes.h>

#define ROOM_WAIT_NS ((int64_t)100000000)
#define ROOM_TRIES 100 /* then memory does not come by flushing */

/* ---- the first reading ---- */

static void count_damage(void *context, const char *path, uint64_t offset, const char *text)
{
    struct sx_engine *engine = context;
    (void)path;
    (void)offset;
    (void)text;
    atomic_fetch_add(&engine->counts.log_damage, 1);
}

/* Records come in the order of their generations; opening has no other thread. */
static stria_status note_record(void *context, const struct sx_replay_record *record,
                                stria_error *err)
{
    struct sx_engine *engine = context;
    struct sx_generation *last = engine->frozen;
    while (last && last->next)
        last = last->next;
    if (last && last->number == record->generation)
        return STRIA_OK;
    struct sx_generation *generation = sx_generation_create(engine, record->generation);
    if (!generation)
        return sx_mem_refused(&engine->mems[SX_ENGINE_MEM_OTHER], sizeof *generation, err);
    generation->replaying = true;
    *engine->frozen_last = generation;
    engine->frozen_last = &generation->next;
    engine->frozen_count++;
    return STRIA_OK;
}

stria_status sx_replay_later_scan(struct sx_engine *engine, struct sx_replay_result *result,
                                  stria_error *err)
{
    struct sx_replay_options options = {.mem = &engine->mems[SX_ENGINE_MEM_WAL],
                                        .events = &engine->events,
                                        .each = note_record,
                                        .on_damage = count_damage,
                                        .context = engine};
    stria_status st = sx_wal_read(engine->wal, engine->flushed_generation, &options, result, err);
    engine->replaying = engine->frozen_count > 0;
    atomic_store(&engine->counts.replayed_bytes, result->byte_count);
    if (!st && (result->frame_count || result->damage_count))
        sx_event(&engine->events, result->damage_count ? STRIA_LEVEL_ERROR : STRIA_LEVEL_INFO,
                 "recovery",
                 "frames=%" PRIu64 " bytes=%" PRIu64 " cut_frames=%" PRIu64 " damaged=%" PRIu64,
                 result->frame_count, result->byte_count, result->cut_count, result->damage_count);
    return st;
}

stria_status sx_replay_later_prepare(struct sx_engine *engine, stria_error *err)
{
    struct sx_wal_options options = {.os = engine->os,
                                     .mem = &engine->mems[SX_ENGINE_MEM_WAL],
                                     .dir = engine->wal_dir,
                                     .store_id = sx_get_u64(engine->store_uuid),
                                     .read_only = true};
    return engine->replaying ? sx_wal_open(&options, &engine->replay_wal, err) : STRIA_OK;
}

/* ---- the second ---- */

struct later {
    struct sx_log_replay replay;
    struct sx_replay_result result;
};

/* The generations before `number` are whole: they may be flushed. */
static void show_until(struct sx_engine *engine, uint64_t number)
{
    bool any = false;
    sx_mutex_lock(&engine->state_mutex);
    for (struct sx_generation *g = engine->frozen; g && g->number < number; g = g->next) {
        any = any || g->replaying;
        g->replaying = false;
    }
    sx_mutex_unlock(&engine->state_mutex);
    if (any)
        sx_engine_kick(engine);
}

/* Waits for a flush to give memory back. */
static void wait_for_memory(struct sx_engine *engine)
{
    sx_engine_kick(engine);
    sx_mutex_lock(&engine->state_mutex);
    if (!atomic_load(&engine->closing))
        (void)sx_cond_wait_ns(&engine->state_changed, &engine->state_mutex, ROOM_WAIT_NS);
    sx_mutex_unlock(&engine->state_mutex);
}

static stria_status read_record(void *context, const struct sx_replay_record *record,
                                stria_error *err)
{
    struct later *later = context;
    struct sx_engine *engine = later->replay.engine;
    stria_status st = STRIA_NOMEM;
    if (later->replay.generation && later->replay.generation->number != record->generation) {
        sx_log_replay_forget(&later->replay); /* once it is shown, it may be flushed and go */
        show_until(engine, record->generation);
    }
    for (int i = 0; st == STRIA_NOMEM && i < ROOM_TRIES; i++) {
        if (atomic_load(&engine->closing))
            return sx_fail(err, STRIA_CANCELLED, "the store is being closed");
        if (i)
            wait_for_memory(engine);
        st = sx_log_replay_record(&later->replay, record, err);
    }
    return st;
}

static void tell_end(struct sx_engine *engine, const struct later *later, stria_status st,
                     const stria_error *err)
{
    sx_mutex_lock(&engine->state_mutex);
    engine->replaying = false;
    engine->replay_status = st;
    engine->replay_error = *err;
    atomic_store(&engine->replay_failed, st != STRIA_OK);
    sx_cond_broadcast(&engine->state_changed);
    sx_mutex_unlock(&engine->state_mutex);
    if (st == STRIA_CANCELLED)
        return;
    if (st)
        sx_event(&engine->events, STRIA_LEVEL_ERROR, "replay_failed", "text=\"%s\"", err->text);
    else
        sx_event(&engine->events, STRIA_LEVEL_INFO, "replay", "rows=%" PRIu64 " lost_rows=%" PRIu64,
                 (uint64_t)atomic_load(&engine->counts.replayed_rows),
                 later->replay.lost_row_count);
}

static void read_back(void *context)
{
    struct sx_engine *engine = context;
    struct later later = {0};
    stria_error err = {0};
    sx_log_replay_init(&later.replay, engine);
    later.replay.in_background = true;
    struct sx_replay_options options = {
        .mem = &engine->mems[SX_ENGINE_MEM_WAL], .each = read_record, .context = &later};
    sx_mutex_lock(&engine->state_mutex);
    uint64_t flushed = engine->flushed_generation;
    sx_mutex_unlock(&engine->state_mutex);
    stria_status st = sx_wal_read(engine->replay_wal, flushed, &options, &later.result, &err);
    sx_log_replay_forget(&later.replay);
    if (!st)
        show_until(engine, UINT64_MAX);
    tell_end(engine, &later, st, &err);
    sx_log_replay_deinit(&later.replay);
}

stria_status sx_replay_later_start(struct sx_engine *engine, stria_error *err)
{
    if (!engine->replaying)
        return STRIA_OK;
    return engine->os->ops->thread_start(engine->os, read_back, engine, &engine->replay_thread,
                                         err);
}

void sx_replay_later_stop(struct sx_engine *engine)
{
    if (!engine->replay_thread)
        return;
    sx_mutex_lock(&engine->state_mutex);
    sx_cond_broadcast(&engine->state_changed);
    sx_mutex_unlock(&engine->state_mutex);
    engine->os->ops->thread_join(engine->replay_thread);
    engine->replay_thread = NULL;
}

/* ---- those who wait ---- */

stria_status sx_engine_await_replay(struct sx_engine *engine, stria_error *err)
{
    while (engine->replaying && !atomic_load(&engine->closing))
        sx_cond_wait(&engine->state_changed, &engine->state_mutex);
    if (!engine->replay_status)
        return STRIA_OK;
    sx_error_copy(err, &engine->replay_error);
    return engine->replay_status;
}
