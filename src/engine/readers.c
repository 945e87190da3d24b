/* SPDX-License-Identifier: Apache-2.0 */
/* readers.c -- see readers.h: the locks in DIR/readers. */
#include "engine/readers.h"

#include "base/error.h"
#include "engine/engine_priv.h"
#include "engine/log_replay.h"

#include <stdio.h>

#define READING ((uint64_t)0) /* the byte of those who read the manifest and the log */
#define LOG_WAIT_NS ((int64_t)60000000000)
#define LOCK_TRIES 200 /* a writer's question takes microseconds */
#define LOCK_PAUSE_NS ((int64_t)100000)

void sx_readers_init(struct sx_readers *readers)
{
    *readers = (struct sx_readers){0};
    sx_mutex_init(&readers->mutex);
}

void sx_readers_deinit(struct sx_engine *engine)
{
    struct sx_readers *readers = &engine->readers;
    if (readers->replay)
        sx_log_replay_deinit(readers->replay);
    sx_mem_free(&engine->mems[SX_ENGINE_MEM_OTHER], readers->replay);
    sx_file_close(readers->file);
    sx_mutex_deinit(&readers->mutex);
}

stria_status sx_readers_open(struct sx_engine *engine, stria_error *err)
{
    char path[SX_PATH_MAX];
    bool writer = !engine->options.read_only;
    unsigned flags = writer ? SX_OPEN_WRITE | SX_OPEN_CREATE : SX_OPEN_READ;
    int size = snprintf(path, sizeof path, "%s/readers", engine->path);
    if (size < 0 || (size_t)size >= sizeof path)
        return sx_fail(err, STRIA_INVALID, "%s: the path is too long", engine->path);
    stria_status st =
        sx_os_open(engine->os, path, flags, &engine->readers.file, writer ? err : NULL);
    return writer ? st : STRIA_OK;
}

/* ---- a writer's questions ---- */

/* Whether a lock stands in [first, end), or that cannot be known. */
static bool is_locked(const struct sx_engine *engine, uint64_t first, uint64_t end)
{
    struct sx_file *file = engine->readers.file;
    if (!file || first >= end)
        return false;
    if (engine->os->ops->lock(file, first, end - first, true, NULL))
        return true;
    (void)engine->os->ops->unlock(file, first, end - first, NULL);
    return false;
}

bool sx_readers_reading(struct sx_engine *engine)
{
    return is_locked(engine, READING, READING + 1);
}

bool sx_readers_pin(struct sx_engine *engine, uint64_t added_edit, uint64_t removed_edit)
{
    return is_locked(engine, SX_MAX(added_edit, READING + 1), removed_edit);
}

void sx_engine_release_log(struct sx_engine *engine)
{
    struct sx_readers *readers = &engine->readers;
    sx_mutex_lock(&engine->state_mutex);
    uint64_t generation = engine->flushed_generation;
    bool held = atomic_load(&readers->holds) > 0;
    sx_mutex_unlock(&engine->state_mutex);
    if (held || generation == atomic_load(&readers->released_generation))
        return;
    bool low = atomic_load(&engine->disk_state) >= SX_DISK_LOW;
    if (!low && sx_readers_reading(engine)) {
        int64_t now = SX_MAX(sx_os_mono_ns(engine->os), 1), since = 0;
        (void)atomic_compare_exchange_strong(&readers->log_kept_since_ns, &since, now);
        if (now - (since ? since : now) < LOG_WAIT_NS)
            return;
    }
    atomic_store(&readers->log_kept_since_ns, 0);
    atomic_store(&readers->released_generation, generation);
    sx_wal_release(engine->wal, generation);
}

/* ---- a reader's locks ---- */

/* False: reading goes on without. */
static bool hold(struct sx_engine *engine, uint64_t byte)
{
    struct sx_file *file = engine->readers.file;
    for (unsigned i = 0; file && i < LOCK_TRIES; i++) {
        stria_status st = engine->os->ops->lock(file, byte, 1, false, NULL);
        if (st != STRIA_LOCKED)
            return st == STRIA_OK;
        engine->os->ops->sleep_ns(engine->os, LOCK_PAUSE_NS); /* a writer is asking */
    }
    return false;
}

static void let_go(struct sx_engine *engine, uint64_t byte)
{
    (void)engine->os->ops->unlock(engine->readers.file, byte, 1, NULL);
}

/* Moves the pin to the lowest edit that is still needed. The reader's mutex held. */
static void move_pin(struct sx_engine *engine, uint64_t needed)
{
    struct sx_readers *readers = &engine->readers;
    bool wanted = readers->user_count > 0;
    if (wanted && readers->pinned && readers->pinned_edit == needed)
        return;
    bool had = readers->pinned;
    uint64_t old = readers->pinned_edit;
    if (wanted) {
        if (!hold(engine, needed))
            return; /* an older pin serves as well */
        readers->pinned = true;
        readers->pinned_edit = needed;
    } else {
        readers->pinned = false;
    }
    if (had)
        let_go(engine, old);
}

stria_status sx_engine_begin_read_log(struct sx_engine *engine, stria_error *err)
{
    struct sx_readers *readers = &engine->readers;
    sx_mutex_lock(&readers->mutex);
    readers->reading = hold(engine, READING);
    sx_mutex_lock(&engine->state_mutex);
    stria_status st = sx_readers_refresh(engine, err);
    uint64_t needed = sx_readers_forget_retired(engine);
    sx_mutex_unlock(&engine->state_mutex);
    if (!st) {
        readers->user_count++;
        move_pin(engine, needed);
    }
    if (st)
        sx_engine_end_read_log(engine);
    return st;
}

void sx_engine_end_read_log(struct sx_engine *engine)
{
    struct sx_readers *readers = &engine->readers;
    if (readers->reading)
        let_go(engine, READING);
    sx_mutex_unlock(&readers->mutex);
}

stria_status sx_engine_begin_read(struct sx_engine *engine, stria_error *err)
{
    if (!engine->options.read_only)
        return STRIA_OK;
    stria_status st = sx_engine_begin_read_log(engine, err);
    if (!st)
        sx_engine_end_read_log(engine);
    return st;
}

void sx_engine_end_read(struct sx_engine *engine)
{
    struct sx_readers *readers = &engine->readers;
    if (!engine->options.read_only)
        return;
    sx_mutex_lock(&readers->mutex);
    readers->user_count--;
    sx_mutex_lock(&engine->state_mutex);
    uint64_t needed = sx_readers_forget_retired(engine);
    sx_mutex_unlock(&engine->state_mutex);
    move_pin(engine, needed);
    sx_mutex_unlock(&readers->mutex);
}
