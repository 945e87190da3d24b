/* SPDX-License-Identifier: Apache-2.0 */
/* open.c -- opening a store: folder, lock, manifest, log.
 *
 * Format      docs/FORMAT.md "Directory". DIR/LOCK (byte 0 is locked by the one writer),
 *             DIR/readers (for readers in other processes), DIR/manifest, DIR/seg, DIR/wal. A
 *             folder that holds other things is refused, so that a mistyped path harms nobody.
 * Recovery    1. lock; 2. the true manifest gives catalog, segments, types, and the last flushed
 *             generation; 3. segment files that it does not name are taken away if they are
 *             certainly left-overs; 4. the log's later generations are read back into memtables; 5.
 *             a new generation and a new manifest are begun. Dying anywhere in it and starting over
 *             gives the same state.
 * Threads     One: nobody else knows the engine yet. */
#include "base/error.h"
#include "engine/budget.h"
#include "engine/replay_later.h"

#include <inttypes.h>
#include <stdio.h>

#define MEMORY_DEFAULT ((uint64_t)256 << 20)
#define MEMORY_MIN ((uint64_t)16 << 20)
#define MEMTABLE_SIZE_MAX ((uint64_t)512 << 20)

/* ---- making and unmaking the struct ---- */

static char *join(struct sx_engine *engine, const char *name)
{
    size_t size = strlen(engine->options.path) + strlen(name) + 2;
    char *path = sx_mem_alloc(&engine->mems[SX_ENGINE_MEM_OTHER], size);
    if (path)
        (void)snprintf(path, size, "%s%s%s", engine->options.path, *name ? "/" : "", name);
    return path;
}

static int64_t event_now_ns(void *clock)
{
    return sx_os_now_ns(clock);
}

static void destroy(struct sx_engine *engine)
{
    struct sx_mem *other = &engine->mems[SX_ENGINE_MEM_OTHER];
    sx_pool_destroy(engine->pool);
    sx_engine_abort_jobs(engine);
    (void)sx_wal_close(engine->replay_wal, NULL);
    (void)sx_wal_close(engine->wal, NULL);
    while (engine->frozen) {
        struct sx_generation *generation = engine->frozen;
        engine->frozen = generation->next;
        sx_generation_release(generation);
    }
    sx_generation_release(engine->active);
    while (engine->store_count)
        sx_engine_drop_store(engine, engine->stores[0]->policy_id);
    for (size_t i = 0; i < engine->retired_count; i++)
        sx_segment_release(engine->retired[i].segment);
    sx_manifest_destroy(engine->manifest);
    sx_catalog_release(engine->catalog);
    sx_readers_deinit(engine);
    sx_file_close(engine->lock_file);
    sx_mem_free(other, engine->stores);
    sx_mem_free(other, engine->retired);
    sx_mem_free(other, engine->kept_logs);
    sx_mem_free(other, engine->path);
    sx_mem_free(other, engine->wal_dir);
    sx_mem_free(other, engine->seg_dir);
    sx_mem_free(other, engine->manifest_dir);
    sx_mutex_deinit(&engine->rotate_mutex);
    sx_mutex_deinit(&engine->gate.mutex);
    sx_cond_deinit(&engine->gate.changed);
    sx_rate_deinit(&engine->merge_rate);
    sx_mutex_deinit(&engine->manifest_mutex);
    sx_mutex_deinit(&engine->state_mutex);
    sx_mutex_deinit(&engine->flush_mutex);
    sx_mutex_deinit(&engine->job_mutex);
    sx_mutex_deinit(&engine->tick_mutex);
    sx_cond_deinit(&engine->state_changed);
    sx_cond_deinit(&engine->tick_changed);
    sx_series_limits_deinit(engine);
    sx_segment_files_deinit(&engine->segment_files);
    sx_segment_loads_deinit(&engine->segment_loads);
    sx_budget_deinit(engine);
    struct sx_mem root = engine->root; /* the engine is its own last allocation */
    struct sx_mem *mem = &root;
    sx_mem_free(mem, engine);
}

static stria_status create(const struct sx_engine_options *options, struct sx_engine **out,
                           stria_error *err)
{
    struct sx_mem root;
    sx_mem_init(&root, NULL, "store",
                (size_t)(options->memory_size ? options->memory_size : MEMORY_DEFAULT));
    root.fault = options->fault;
    struct sx_engine *engine = sx_mem_zalloc(&root, sizeof *engine);
    if (!engine)
        return sx_mem_refused(&root, sizeof *engine, err);
    sx_mem_init(&engine->root, NULL, "store", 0);
    engine->root = root;
    sx_budget_init(engine);
    engine->options = *options;
    sx_series_limits_init(engine);
    sx_segment_files_init(&engine->segment_files, SX_OPEN_FILES_MAX);
    sx_segment_loads_init(&engine->segment_loads, sx_budget_loads_max(engine));
    engine->os = options->os;
    engine->process_id = options->os->ops->process_id(options->os);
    engine->events = options->events;
    engine->events.now_ns = event_now_ns;
    engine->events.clock = options->os;
    engine->opened_ns = sx_os_mono_ns(options->os);
    engine->frozen_last = &engine->frozen;
    sx_readers_init(&engine->readers);
    sx_mutex_init(&engine->rotate_mutex);
    sx_mutex_init(&engine->gate.mutex);
    sx_cond_init(&engine->gate.changed);
    sx_rate_init(&engine->merge_rate, options->merge_bytes_per_s, options->merge_bytes_per_s,
                 sx_os_mono_ns(options->os));
    sx_mutex_init(&engine->manifest_mutex);
    sx_mutex_init(&engine->state_mutex);
    sx_mutex_init(&engine->flush_mutex);
    sx_mutex_init(&engine->job_mutex);
    sx_mutex_init(&engine->tick_mutex);
    sx_cond_init(&engine->state_changed);
    sx_cond_init(&engine->tick_changed);
    uint64_t memory = atomic_load(&engine->root.limit);
    engine->memtable_size =
        options->memtable_size ? options->memtable_size : SX_MIN(memory / 8, MEMTABLE_SIZE_MAX);
    engine->tombstones_max = SX_TOMBSTONES_MAX;
    engine->counters = sx_counters_first();
    engine->path = join(engine, "");
    engine->wal_dir = join(engine, "wal");
    engine->seg_dir = join(engine, "seg");
    engine->manifest_dir = join(engine, "manifest");
    engine->catalog = sx_catalog_copy(&engine->mems[SX_ENGINE_MEM_OTHER], NULL, 0, 0);
    if (!engine->path || !engine->wal_dir || !engine->seg_dir || !engine->manifest_dir ||
        !engine->catalog) {
        stria_status st = sx_mem_refused(&engine->mems[SX_ENGINE_MEM_OTHER], 256, err);
        destroy(engine);
        return st;
    }
    *out = engine;
    return STRIA_OK;
}

/* ---- the folder ---- */

struct contents {
    bool has_manifest;
    bool has_other;
    char other[64];
};

static bool see_name(void *context, const char *name, bool is_directory)
{
    struct contents *contents = context;
    static const char *const own[] = {"LOCK", "readers", "wal", "seg", "damaged", SX_RESTORING};
    (void)is_directory;
    if (strcmp(name, "manifest") == 0) {
        contents->has_manifest = true;
        return true;
    }
    for (size_t i = 0; i < SX_COUNT_OF(own); i++)
        if (strcmp(name, own[i]) == 0)
            return true;
    if (strcmp(name, "lost+found") != 0 && !contents->has_other) {
        contents->has_other = true;
        (void)snprintf(contents->other, sizeof contents->other, "%s", name);
    }
    return true;
}

static void parent_of(const char *path, char *parent, size_t size)
{
    (void)snprintf(parent, size, "%s", path);
    size_t len = strlen(parent);
    while (len > 1 && parent[len - 1] == '/')
        parent[--len] = 0;
    char *slash = strrchr(parent, '/');
    if (!slash)
        (void)snprintf(parent, size, ".");
    else if (slash == parent)
        parent[1] = 0;
    else
        *slash = 0;
}

static stria_status make_dir(struct sx_engine *engine, const char *path, stria_error *err)
{
    stria_status st = engine->os->ops->mkdir(engine->os, path, err);
    return st == STRIA_EXISTS ? STRIA_OK : st;
}

/* Makes what a store's folder holds, and its name in the folder above, durable. */
static stria_status make_dirs(struct sx_engine *engine, stria_error *err)
{
    char parent[SX_PATH_MAX];
    struct sx_os *os = engine->os;
    stria_status st = make_dir(engine, engine->path, err);
    parent_of(engine->path, parent, sizeof parent);
    if (!st)
        st = os->ops->sync_dir(os, parent, err);
    if (!st)
        st = make_dir(engine, engine->wal_dir, err);
    if (!st)
        st = make_dir(engine, engine->seg_dir, err);
    if (!st)
        st = make_dir(engine, engine->manifest_dir, err);
    return st;
}

static bool see_data(void *context, const char *name, bool is_directory)
{
    const char *dot = strrchr(name, '.');
    if (!is_directory && dot && (strcmp(dot, ".seg") == 0 || strcmp(dot, ".wal") == 0))
        *(bool *)context = true;
    return true;
}

/* Whether the folder holds segments or log files. Folders that are not there hold none. */
static stria_status find_data(struct sx_engine *engine, bool *data, stria_error *err)
{
    struct sx_os *os = engine->os;
    *data = false;
    stria_status st = os->ops->list(os, engine->seg_dir, see_data, data, err);
    if (!st || st == STRIA_NOT_FOUND)
        st = os->ops->list(os, engine->wal_dir, see_data, data, err);
    return st == STRIA_NOT_FOUND ? STRIA_OK : st;
}

static stria_status lost_manifest(const struct sx_engine *engine, stria_error *err)
{
    return sx_fail(err, STRIA_CORRUPT, "%s: there is data but no manifest; nothing was changed",
                   engine->path);
}

/* Looks whether the folder is a store, may become one, or is something else. */
static stria_status check_folder(struct sx_engine *engine, stria_error *err)
{
    struct sx_os *os = engine->os;
    struct sx_file_info info;
    struct contents contents = {0};
    bool data = false;
    stria_status st = os->ops->stat(os, engine->path, &info, err);
    if (st == STRIA_NOT_FOUND) {
        if (engine->options.read_only || engine->options.must_exist)
            return sx_fail(err, STRIA_NOT_FOUND, "%s: there is no store", engine->path);
        return STRIA_OK;
    }
    if (st)
        return st;
    if (!info.is_directory)
        return sx_fail(err, STRIA_INVALID, "%s: is not a folder", engine->path);
    st = os->ops->list(os, engine->path, see_name, &contents, err);
    if (st)
        return st;
    if (contents.has_manifest)
        return STRIA_OK;
    if (contents.has_other)
        return sx_fail(err, STRIA_INVALID,
                       "%s: is not a store and not empty ('%s' is in it); nothing was changed",
                       engine->path, contents.other);
    st = find_data(engine, &data, err);
    if (!st && data && !engine->options.rebuild_manifest)
        st = lost_manifest(engine, err);
    if (!st && (engine->options.read_only || engine->options.must_exist))
        st = sx_fail(err, STRIA_NOT_FOUND, "%s: there is no store", engine->path);
    return st;
}

static stria_status take_lock(struct sx_engine *engine, stria_error *err)
{
    struct sx_mem *other = &engine->mems[SX_ENGINE_MEM_OTHER];
    struct sx_os *os = engine->os;
    char *lock_path = join(engine, "LOCK");
    stria_status st = lock_path ? STRIA_OK : sx_mem_refused(other, 256, err);
    if (!st)
        st = sx_os_open(os, lock_path, SX_OPEN_WRITE | SX_OPEN_CREATE, &engine->lock_file, err);
    if (!st)
        st = os->ops->lock(engine->lock_file, 0, 1, true, err);
    if (st == STRIA_LOCKED)
        st = sx_fail(err, STRIA_LOCKED, "%s: another process has the store open for writing",
                     engine->path);
    if (!st)
        st = sx_readers_open(engine, err);
    sx_mem_free(other, lock_path);
    return st;
}

/* ---- the whole ---- */

static stria_status make_manifest(struct sx_engine *engine, stria_error *err)
{
    struct sx_manifest_options options = {.os = engine->os,
                                          .mem = &engine->mems[SX_ENGINE_MEM_OTHER],
                                          .dir = engine->manifest_dir,
                                          .events = &engine->events,
                                          .put_state = sx_engine_put_state,
                                          .context = engine};
    return sx_manifest_create(&options, &engine->manifest, err);
}

static stria_status read_manifest(struct sx_engine *engine, struct sx_manifest_result *result,
                                  stria_error *err)
{
    stria_status st = make_manifest(engine, err);
    if (!st)
        st = sx_manifest_read(engine->manifest, sx_engine_apply_edit, engine, result, err);
    if (st)
        return st;
    if (result->found)
        memcpy(engine->store_uuid, result->store_uuid, 16);
    return STRIA_OK;
}

/* A store without a manifest that can be read is one whose first opening did not get far, unless
 * there is data: then the manifest is lost, and nothing may be taken for new; a repair makes one
 * from the data. */
static stria_status read_or_invent_manifest(struct sx_engine *engine,
                                            struct sx_manifest_result *result, stria_error *err)
{
    stria_error local = {0};
    bool data;
    stria_status st = read_manifest(engine, result, &local);
    if ((st && st != STRIA_CORRUPT) || (!st && result->found)) {
        sx_error_copy(err, &local);
        return st;
    }
    stria_status found = find_data(engine, &data, err);
    if (found)
        return found;
    if (data && engine->options.rebuild_manifest)
        return sx_engine_rebuild_manifest(engine, err);
    if (st && (data || engine->options.must_exist)) {
        sx_error_copy(err, &local);
        return st;
    }
    if (data)
        return lost_manifest(engine, err);
    if (engine->options.must_exist)
        return sx_fail(err, STRIA_NOT_FOUND, "%s: there is no store", engine->path);
    return engine->os->ops->random(engine->os, engine->store_uuid, 16, err);
}

static stria_status open_for_writing(struct sx_engine *engine, stria_error *err)
{
    struct sx_manifest_result result = {0};
    stria_status st = make_dirs(engine, err);
    if (!st)
        st = take_lock(engine, err);
    if (!st)
        st = engine->os->ops->sync_dir(engine->os, engine->path, err);
    if (!st)
        st = read_or_invent_manifest(engine, &result, err);
    if (!st)
        st = sx_manifest_begin(engine->manifest, engine->store_uuid, err);
    if (!st)
        st = sx_engine_open_log(engine, err);
    /* Only now: what a process that was killed had written as the truth is durable, and whether the
     * log has all that it should is known. */
    if (!st)
        st = sx_engine_remove_left_overs(engine, err);
    if (!st)
        sx_engine_clear_restoring(engine->os, &engine->mems[SX_ENGINE_MEM_OTHER], engine->path);
    if (!st)
        st = sx_engine_start_background(engine, err);
    if (!st)
        st = sx_replay_later_start(engine, err);
    return st;
}

static stria_status open_for_reading(struct sx_engine *engine, stria_error *err)
{
    bool data;
    stria_status st = sx_readers_open(engine, err);
    if (!st)
        st = make_manifest(engine, err);
    if (!st)
        st = sx_engine_begin_read(engine, err);
    if (st == STRIA_NOT_FOUND && find_data(engine, &data, NULL) == STRIA_OK && data)
        st = lost_manifest(engine, err);
    if (st)
        return st;
    sx_engine_end_read(engine); /* each query begins its own */
    return sx_pool_create(engine->os, &engine->mems[SX_ENGINE_MEM_OTHER],
                          engine->options.thread_count, &engine->pool, err);
}

stria_status sx_engine_open(const struct sx_engine_options *options, struct sx_engine **out,
                            stria_error *err)
{
    struct sx_engine *engine = NULL;
    *out = NULL;
    if (options->memory_size && options->memory_size < MEMORY_MIN)
        return sx_fail(err, STRIA_INVALID,
                       "memory_size is %" PRIu64 ": at least %" PRIu64 " are needed",
                       options->memory_size, MEMORY_MIN);
    stria_status st = create(options, &engine, err);
    if (st)
        return st;
    st = check_folder(engine, err);
    if (!st)
        st = options->read_only ? open_for_reading(engine, err) : open_for_writing(engine, err);
    if (st) {
        sx_engine_stop_background(engine);
        destroy(engine);
        return st;
    }
    *out = engine;
    return STRIA_OK;
}

stria_status sx_engine_close(struct sx_engine *engine, stria_error *err)
{
    stria_status st = STRIA_OK;
    if (!engine)
        return STRIA_OK;
    sx_engine_stop_background(engine);
    if (!engine->options.read_only) {
        if (!sx_wal_failed(engine->wal))
            st = sx_wal_sync(engine->wal, err);
        if (!st && !sx_wal_failed(engine->wal) && !sx_readers_reading(engine))
            sx_wal_shrink(engine->wal);
        sx_engine_unlink_retired(engine, true);
        if (!st && atomic_load(&engine->disk_state) == SX_DISK_OK)
            sx_manifest_shorten(engine->manifest);
    }
    destroy(engine);
    return st;
}
