/* SPDX-License-Identifier: Apache-2.0 */
/* capture.c -- see capture.h. */
#include "engine/capture.h"

#include "base/error.h"
#include "engine/engine_priv.h"

#include <inttypes.h>
#include <stdio.h>

#define STATE_SIZE_MAX ((size_t)256 << 20)

/* ---- what a state consists of ---- */

/* Takes references to all segments. The state cannot change meanwhile. */
static stria_status take_segments(struct sx_capture *c, stria_error *err)
{
    struct sx_engine *engine = c->engine;
    size_t count = 0;
    sx_mutex_lock(&engine->state_mutex);
    for (size_t i = 0; i < engine->store_count; i++)
        count += engine->stores[i]->segment_count;
    c->segments = sx_mem_alloc(c->mem, (count + 1) * sizeof *c->segments);
    for (size_t i = 0; c->segments && i < engine->store_count; i++) {
        const struct sx_policy_store *store = engine->stores[i];
        for (size_t j = 0; j < store->segment_count; j++)
            c->segments[c->segment_count++] =
                (struct sx_capture_segment){.segment = sx_segment_acquire(store->segments[j]),
                                            .set_aside = store->segments[j]->set_aside};
    }
    sx_mutex_unlock(&engine->state_mutex);
    return c->segments ? STRIA_OK : sx_mem_refused(c->mem, count * sizeof *c->segments, err);
}

/* Lists the log files of the generations after `flushed` up to `last`. */
static stria_status take_logs(struct sx_capture *c, struct sx_wal *wal, uint64_t flushed,
                              uint64_t last, stria_error *err)
{
    struct sx_wal_place place;
    uint64_t file_no = 0;
    while (sx_wal_next_place(wal, flushed, last, file_no, &place)) {
        if (!SX_GROW(c->mem, c->logs, c->log_capacity, c->log_count + 1))
            return sx_mem_refused(c->mem, c->log_capacity * sizeof place, err);
        c->logs[c->log_count++] = place;
        file_no = place.file_no;
    }
    return STRIA_OK;
}

static stria_status take_state(struct sx_capture *c, stria_error *err)
{
    memcpy(c->store_uuid, c->engine->store_uuid, sizeof c->store_uuid);
    sx_engine_put_stored(c->engine, &c->state);
    if (c->state.failed)
        return sx_buf_refused(&c->state, "manifest", err);
    return take_segments(c, err);
}

/* ---- a writer ---- */

/* manifest_mutex and rotate_mutex held. */
static stria_status take_of_writer(struct sx_capture *c, stria_error *err)
{
    struct sx_engine *engine = c->engine;
    stria_status st = sx_engine_rotate_locked(engine, err);
    if (st)
        return st;
    /* Before the flushed generation is read: see sx_engine_release_log(). */
    atomic_fetch_add(&engine->readers.holds, 1);
    c->log_held = c->logs_finished = true;
    sx_mutex_lock(&engine->state_mutex);
    uint64_t flushed = engine->flushed_generation, last = engine->active->number - 1;
    sx_mutex_unlock(&engine->state_mutex);
    st = take_state(c, err);
    return st ? st : take_logs(c, engine->wal, flushed, last, err);
}

static stria_status begin_of_writer(struct sx_capture *c, stria_error *err)
{
    struct sx_engine *engine = c->engine;
    stria_status st = sx_engine_mend_manifest(engine, err);
    if (st)
        return st;
    sx_mutex_lock(&engine->rotate_mutex);
    sx_mutex_lock(&engine->manifest_mutex); /* no edit between the log's cut and the state */
    st = take_of_writer(c, err);
    sx_mutex_unlock(&engine->manifest_mutex);
    sx_mutex_unlock(&engine->rotate_mutex);
    return st;
}

/* ---- a reader ---- */

static stria_status open_log(const struct sx_capture *c, struct sx_wal **wal, stria_error *err)
{
    static const struct sx_event_sink silent;
    struct sx_wal_options options = {.os = c->engine->os,
                                     .mem = &c->engine->mems[SX_ENGINE_MEM_WAL],
                                     .dir = c->engine->wal_dir,
                                     .store_id = sx_get_u64(c->store_uuid),
                                     .read_only = true,
                                     .events = &silent};
    return sx_wal_open(&options, wal, err);
}

/* The reader's mutex is held, so what it shows stays. */
static stria_status take_of_reader(struct sx_capture *c, stria_error *err)
{
    struct sx_engine *engine = c->engine;
    const struct sx_replay_result *end = &engine->readers.log_end;
    struct sx_wal *wal = NULL;
    stria_status st = take_state(c, err);
    if (!st)
        st = open_log(c, &wal, err);
    if (!st)
        st = take_logs(c, wal, engine->flushed_generation, end->end_generation, err);
    (void)sx_wal_close(wal, NULL);
    while (!st && c->log_count && c->logs[c->log_count - 1].file_no > end->end_file_no)
        c->log_count--;
    if (!st && c->log_count)
        c->logs[c->log_count - 1].size = end->end_offset;
    return st;
}

/* Whether the files that were copied still are what they were. */
static stria_status check_logs(const struct sx_capture *c, stria_error *err)
{
    struct sx_wal *wal = NULL;
    stria_status st = open_log(c, &wal, err);
    for (size_t i = 0; i < c->log_count && !st; i++) {
        struct sx_wal_place place;
        if (!sx_wal_next_place(wal, 0, UINT64_MAX, c->logs[i].file_no - 1, &place) ||
            place.file_no != c->logs[i].file_no || place.name_no != c->logs[i].name_no)
            st = sx_fail(err, STRIA_BUSY, "%s: the log was used again while it was copied; retry",
                         c->engine->path);
    }
    (void)sx_wal_close(wal, NULL);
    return st;
}

/* ---- both ---- */

stria_status sx_capture_begin(struct sx_engine *engine, struct sx_capture *c, stria_error *err)
{
    *c = (struct sx_capture){.engine = engine, .mem = &engine->mems[SX_ENGINE_MEM_OTHER]};
    sx_buf_init(&c->state, c->mem, STATE_SIZE_MAX);
    if (!engine->options.read_only)
        return begin_of_writer(c, err);
    stria_status st = sx_engine_begin_read_log(engine, err);
    if (st)
        return st;
    c->reading = c->log_held = true;
    return take_of_reader(c, err);
}

stria_status sx_capture_release_log(struct sx_capture *c, stria_error *err)
{
    struct sx_engine *engine = c->engine;
    stria_status st = STRIA_OK;
    if (!c->log_held)
        return STRIA_OK;
    c->log_held = false;
    if (!engine->options.read_only) {
        atomic_fetch_sub(&engine->readers.holds, 1);
        return STRIA_OK;
    }
    st = check_logs(c, err);
    sx_engine_end_read_log(engine);
    return st;
}

void sx_capture_end(struct sx_capture *c)
{
    (void)sx_capture_release_log(c, NULL);
    if (c->reading)
        sx_engine_end_read(c->engine);
    for (size_t i = 0; i < c->segment_count; i++)
        sx_segment_release(c->segments[i].segment);
    sx_mem_free(c->mem, c->segments);
    sx_mem_free(c->mem, c->logs);
    sx_buf_deinit(&c->state);
    *c = (struct sx_capture){0};
}

bool sx_capture_log_path(const char *dir, const struct sx_wal_place *place, char *path)
{
    int size = snprintf(path, SX_PATH_MAX, "%s/wal/%08" PRIx32 ".wal", dir, place->name_no);
    return size > 0 && size < SX_PATH_MAX;
}
