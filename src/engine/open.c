/* SPDX-License-Identifier: Apache-2.0 */
/* open.c -- opening a store: folder, lock, manifest, log.
 *
 * Format      docs/FORMAT.md "Directory". DIR/LOCK (byte 0 is locked by the one writer), DIR/readers (for
 *             readers in other processes), DIR/manifest, DIR/seg, DIR/wal. A folder that holds other things
 *             is refused, so that a mistyped path harms nobody.
 * Recovery    1. lock; 2. the true manifest gives catalog, segments, types, and the last flushed generation;
 *             3. segment files that it does not name are taken away if they are certainly left-overs;
 *             4. the log's later generations are read back into memtables; 5. a new generation and a new
 *             manifest are begun. Dying anywhere in it and starting over gives the same state.
 * Threads     One: nobody else knows the engine yet. */
#include "base/error.h"
#include "base/hash.h"
#include "engine/engine_priv.h"
#include "wal/rows_record.h"

#include <inttypes.h>
#include <stdio.h>

#define MEMORY_DEFAULT ((uint64_t)256 << 20)
#define MEMORY_MIN ((uint64_t)16 << 20)
#define MEMTABLE_SIZE_MAX ((uint64_t)512 << 20)

static const char *const mem_names[SX_ENGINE_MEM_COUNT] = {
    [SX_ENGINE_MEM_INGEST] = "ingest",     [SX_ENGINE_MEM_QUERY] = "query",
    [SX_ENGINE_MEM_HOST] = "host",         [SX_ENGINE_MEM_MEMTABLE] = "memtable",
    [SX_ENGINE_MEM_INDEX] = "index",       [SX_ENGINE_MEM_SEGMENT] = "segment",
    [SX_ENGINE_MEM_WAL] = "wal",           [SX_ENGINE_MEM_MERGE] = "merge",
    [SX_ENGINE_MEM_OTHER] = "other",
};

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
    (void)sx_wal_close(engine->wal, NULL);
    sx_manifest_destroy(engine->manifest);
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
    sx_catalog_release(engine->catalog);
    sx_file_close(engine->lock_file);
    sx_mem_free(other, engine->stores);
    sx_mem_free(other, engine->retired);
    sx_mem_free(other, engine->kept_logs);
    sx_mem_free(other, engine->path);
    sx_mem_free(other, engine->wal_dir);
    sx_mem_free(other, engine->seg_dir);
    sx_mem_free(other, engine->manifest_dir);
    sx_mutex_deinit(&engine->rotate_mutex);
    sx_mutex_deinit(&engine->manifest_mutex);
    sx_mutex_deinit(&engine->state_mutex);
    sx_mutex_deinit(&engine->job_mutex);
    sx_mutex_deinit(&engine->tick_mutex);
    sx_cond_deinit(&engine->state_changed);
    sx_cond_deinit(&engine->tick_changed);
    for (size_t i = 0; i < SX_ENGINE_MEM_COUNT; i++)
        sx_mem_deinit(&engine->mems[i]);
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
    for (size_t i = 0; i < SX_ENGINE_MEM_COUNT; i++)
        sx_mem_init(&engine->mems[i], &engine->root, mem_names[i], 0);
    engine->options = *options;
    engine->os = options->os;
    engine->process_id = options->os->ops->process_id(options->os);
    engine->events = options->events;
    engine->events.now_ns = event_now_ns;
    engine->events.clock = options->os;
    engine->opened_ns = sx_os_mono_ns(options->os);
    engine->frozen_last = &engine->frozen;
    sx_mutex_init(&engine->rotate_mutex);
    sx_mutex_init(&engine->manifest_mutex);
    sx_mutex_init(&engine->state_mutex);
    sx_mutex_init(&engine->job_mutex);
    sx_mutex_init(&engine->tick_mutex);
    sx_cond_init(&engine->state_changed);
    sx_cond_init(&engine->tick_changed);
    uint64_t memory = atomic_load(&engine->root.limit);
    engine->memtable_size = options->memtable_size
                                ? options->memtable_size
                                : SX_MIN(memory / 8, MEMTABLE_SIZE_MAX);
    engine->counters = (struct sx_counters){
        .next_segment_id = 1, .next_database_id = 1, .next_policy_id = 1, .next_seq = 1};
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
    static const char *const own[] = {"LOCK", "readers", "wal", "seg"};
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

/* Looks whether the folder is a store, may become one, or is something else. */
static stria_status check_folder(struct sx_engine *engine, bool *is_store, stria_error *err)
{
    struct sx_os *os = engine->os;
    struct sx_file_info info;
    struct contents contents = {0};
    stria_status st = os->ops->stat(os, engine->path, &info, err);
    *is_store = false;
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
    *is_store = contents.has_manifest;
    if (!*is_store && contents.has_other)
        return sx_fail(err, STRIA_INVALID,
                       "%s: is not a store and not empty ('%s' is in it); nothing was changed",
                       engine->path, contents.other);
    if (!*is_store && (engine->options.read_only || engine->options.must_exist))
        return sx_fail(err, STRIA_NOT_FOUND, "%s: there is no store", engine->path);
    return STRIA_OK;
}

static stria_status take_lock(struct sx_engine *engine, stria_error *err)
{
    struct sx_mem *other = &engine->mems[SX_ENGINE_MEM_OTHER];
    struct sx_os *os = engine->os;
    struct sx_file *readers = NULL;
    char *lock_path = join(engine, "LOCK"), *readers_path = join(engine, "readers");
    stria_status st = STRIA_OK;
    if (!lock_path || !readers_path)
        st = sx_mem_refused(other, 256, err);
    if (!st)
        st = sx_os_open(os, lock_path, SX_OPEN_WRITE | SX_OPEN_CREATE, &engine->lock_file, err);
    if (!st)
        st = os->ops->lock(engine->lock_file, 0, 1, true, err);
    if (st == STRIA_LOCKED)
        st = sx_fail(err, STRIA_LOCKED, "%s: another process has the store open for writing",
                     engine->path);
    if (!st)
        st = sx_os_open(os, readers_path, SX_OPEN_WRITE | SX_OPEN_CREATE, &readers, err);
    sx_file_close(readers);
    sx_mem_free(other, lock_path);
    sx_mem_free(other, readers_path);
    return st;
}

/* ---- the manifest ---- */

static stria_status add_database(struct sx_engine *engine, const struct sx_edit_item *item,
                                 stria_error *err)
{
    struct sx_mem *other = &engine->mems[SX_ENGINE_MEM_OTHER];
    struct sx_catalog *next = sx_catalog_copy(other, engine->catalog, 1, 0);
    if (!next)
        return sx_mem_refused(other, sizeof *next, err);
    struct sx_database *db = &next->databases[next->database_count];
    *db = (struct sx_database){.id = item->database_id, .name = sx_arena_dup(&next->arena, item->name)};
    db->policies = sx_arena_array(&next->arena, 1, sizeof *db->policies);
    if (!db->name.ptr || !db->policies) {
        sx_catalog_release(next);
        return sx_mem_refused(other, item->name.len, err);
    }
    next->database_count++;
    sx_catalog_release(engine->catalog);
    engine->catalog = next;
    return STRIA_OK;
}

static struct sx_database *database_by_id(struct sx_catalog *catalog, uint32_t id)
{
    for (size_t i = 0; i < catalog->database_count; i++)
        if (catalog->databases[i].id == id)
            return &catalog->databases[i];
    return NULL;
}

static stria_status put_policy(struct sx_engine *engine, const struct sx_edit_item *item,
                               stria_error *err)
{
    struct sx_mem *other = &engine->mems[SX_ENGINE_MEM_OTHER];
    struct sx_catalog *next = sx_catalog_copy(other, engine->catalog, 0, 1);
    if (!next)
        return sx_mem_refused(other, sizeof *next, err);
    struct sx_database *db = database_by_id(next, item->database_id);
    struct sx_policy policy = item->policy;
    policy.name = sx_arena_dup(&next->arena, item->policy.name);
    stria_status st = STRIA_OK;
    if (!db)
        st = sx_fail(err, STRIA_CORRUPT, "policy %u of the unknown database %u", policy.id,
                     item->database_id);
    else if (!policy.name.ptr)
        st = sx_mem_refused(other, item->policy.name.len, err);
    if (st) {
        sx_catalog_release(next);
        return st;
    }
    size_t i = 0;
    while (i < db->policy_count && db->policies[i].id != policy.id)
        i++;
    bool is_new = i == db->policy_count;
    db->policies[i] = policy;
    db->policy_count += is_new;
    sx_catalog_release(engine->catalog);
    engine->catalog = next;
    return is_new && !sx_engine_store(engine, policy.id) ? sx_engine_add_store(engine, &policy, err)
                                                         : STRIA_OK;
}

static stria_status drop_policy(struct sx_engine *engine, uint32_t policy_id, stria_error *err)
{
    struct sx_mem *other = &engine->mems[SX_ENGINE_MEM_OTHER];
    struct sx_catalog *next = sx_catalog_copy(other, engine->catalog, 0, 0);
    if (!next)
        return sx_mem_refused(other, sizeof *next, err);
    for (size_t i = 0; i < next->database_count; i++) {
        struct sx_database *db = &next->databases[i];
        for (size_t j = 0; j < db->policy_count; j++)
            if (db->policies[j].id == policy_id) {
                memmove(&db->policies[j], &db->policies[j + 1],
                        (--db->policy_count - j) * sizeof *db->policies);
                if (db->default_policy_id == policy_id)
                    db->default_policy_id = 0;
                break;
            }
    }
    sx_catalog_release(engine->catalog);
    engine->catalog = next;
    sx_engine_drop_store(engine, policy_id);
    return STRIA_OK;
}

static stria_status drop_database(struct sx_engine *engine, uint32_t id, stria_error *err)
{
    struct sx_mem *other = &engine->mems[SX_ENGINE_MEM_OTHER];
    struct sx_catalog *next = sx_catalog_copy(other, engine->catalog, 0, 0);
    if (!next)
        return sx_mem_refused(other, sizeof *next, err);
    struct sx_database *db = database_by_id(next, id);
    if (db) {
        for (size_t i = 0; i < db->policy_count; i++)
            sx_engine_drop_store(engine, db->policies[i].id);
        size_t i = (size_t)(db - next->databases);
        memmove(db, db + 1, (--next->database_count - i) * sizeof *db);
    }
    sx_catalog_release(engine->catalog);
    engine->catalog = next;
    return STRIA_OK;
}

static stria_status set_default(struct sx_engine *engine, const struct sx_edit_item *item,
                                stria_error *err)
{
    struct sx_mem *other = &engine->mems[SX_ENGINE_MEM_OTHER];
    struct sx_catalog *next = sx_catalog_copy(other, engine->catalog, 0, 0);
    if (!next)
        return sx_mem_refused(other, sizeof *next, err);
    struct sx_database *db = database_by_id(next, item->database_id);
    if (db)
        db->default_policy_id = item->policy_id;
    sx_catalog_release(engine->catalog);
    engine->catalog = next;
    return STRIA_OK;
}

static stria_status add_segment(struct sx_engine *engine, const struct sx_segment_info *info,
                                stria_error *err)
{
    struct sx_mem *mem = &engine->mems[SX_ENGINE_MEM_SEGMENT];
    struct sx_policy_store *store = sx_engine_store(engine, info->policy_id);
    if (!store)
        return sx_fail(err, STRIA_CORRUPT, "segment %" PRIu64 " of the unknown policy %u",
                       info->segment_id, info->policy_id);
    char *path = sx_engine_segment_path(engine, info->segment_id);
    struct sx_segment *segment = path ? sx_segment_create(engine->os, mem, path, info) : NULL;
    sx_mem_free(&engine->mems[SX_ENGINE_MEM_OTHER], path);
    if (!segment)
        return sx_mem_refused(mem, sizeof *segment, err);
    if (!sx_engine_add_segment(engine, store, segment)) {
        sx_segment_release(segment);
        return sx_mem_refused(mem, 64, err);
    }
    engine->counters.next_segment_id =
        SX_MAX(engine->counters.next_segment_id, info->segment_id + 1);
    engine->counters.next_seq = SX_MAX(engine->counters.next_seq, info->last_seq + 1);
    return STRIA_OK;
}

/* While opening nobody reads: a removed segment needs no waiting, only its file is a left-over. */
static void remove_segment(struct sx_engine *engine, uint64_t segment_id)
{
    for (size_t i = 0; i < engine->store_count; i++) {
        struct sx_policy_store *store = engine->stores[i];
        for (size_t j = 0; j < store->segment_count; j++)
            if (store->segments[j]->info.segment_id == segment_id) {
                sx_segment_release(store->segments[j]);
                memmove(&store->segments[j], &store->segments[j + 1],
                        (--store->segment_count - j) * sizeof *store->segments);
                return;
            }
    }
}

static stria_status keep_log(struct sx_engine *engine, uint64_t file_no, stria_error *err)
{
    struct sx_mem *other = &engine->mems[SX_ENGINE_MEM_OTHER];
    for (size_t i = 0; i < engine->kept_log_count; i++)
        if (engine->kept_logs[i] == file_no)
            return STRIA_OK;
    if (!SX_GROW(other, engine->kept_logs, engine->kept_log_capacity, engine->kept_log_count + 1))
        return sx_mem_refused(other, sizeof file_no, err);
    engine->kept_logs[engine->kept_log_count++] = file_no;
    return STRIA_OK;
}

static stria_status apply_item(struct sx_engine *engine, const struct sx_edit_item *item,
                               stria_error *err)
{
    const struct sx_edit_type *type = &item->type;
    struct sx_policy_store *store;
    switch (item->op) {
    case SX_OP_SNAPSHOT_END:
        return STRIA_OK;
    case SX_OP_COUNTERS:
        engine->counters = item->counters;
        return STRIA_OK;
    case SX_OP_ADD_SEGMENT:
        return add_segment(engine, &item->segment, err);
    case SX_OP_REMOVE_SEGMENT:
        remove_segment(engine, item->number);
        return STRIA_OK;
    case SX_OP_FLUSHED:
        engine->flushed_generation = SX_MAX(engine->flushed_generation, item->number);
        return STRIA_OK;
    case SX_OP_CREATE_DATABASE:
        return add_database(engine, item, err);
    case SX_OP_DROP_DATABASE:
        return drop_database(engine, item->database_id, err);
    case SX_OP_PUT_POLICY:
        return put_policy(engine, item, err);
    case SX_OP_DROP_POLICY:
        return drop_policy(engine, item->policy_id, err);
    case SX_OP_DEFAULT_POLICY:
        return set_default(engine, item, err);
    case SX_OP_TYPE:
        store = sx_engine_store(engine, type->policy_id);
        return store ? sx_series_index_note_type(store->index, type->measurement, type->field,
                                                 type->type, type->first_window,
                                                 type->last_window, false, err)
                     : STRIA_OK;
    case SX_OP_KEEP_LOG:
        return keep_log(engine, item->number, err);
    }
    return sx_fail(err, STRIA_INTERNAL, "operation %d of the manifest", (int)item->op);
}

stria_status sx_engine_apply_edit(void *context, struct sx_bytes operations, stria_error *err)
{
    struct sx_edit_item item;
    bool end = false;
    stria_status st = STRIA_OK;
    while (!st) {
        st = sx_edit_take(&operations, &item, &end, err);
        if (st || end)
            break;
        st = apply_item(context, &item, err);
    }
    return st;
}

static stria_status read_manifest(struct sx_engine *engine, struct sx_manifest_result *result,
                                  stria_error *err)
{
    struct sx_manifest_options options = {.os = engine->os,
                                          .mem = &engine->mems[SX_ENGINE_MEM_OTHER],
                                          .dir = engine->manifest_dir,
                                          .events = &engine->events,
                                          .put_state = sx_engine_put_state,
                                          .context = engine};
    stria_status st = sx_manifest_create(&options, &engine->manifest, err);
    if (!st)
        st = sx_manifest_read(engine->manifest, sx_engine_apply_edit, engine, result, err);
    if (st)
        return st;
    if (result->found)
        memcpy(engine->store_uuid, result->store_uuid, 16);
    else if (engine->options.read_only || engine->options.must_exist)
        return sx_fail(err, STRIA_NOT_FOUND, "%s: there is no store", engine->path);
    else
        return engine->os->ops->random(engine->os, engine->store_uuid, 16, err);
    return STRIA_OK;
}

/* ---- left-over segments ---- */

struct orphans {
    struct sx_engine *engine;
    uint64_t *ids;
    size_t count, capacity;
    bool failed;
};

static bool see_segment(void *context, const char *name, bool is_directory)
{
    struct orphans *o = context;
    uint64_t id = 0;
    size_t i = 0;
    for (; i < 16; i++) {
        char c = name[i];
        if (c >= '0' && c <= '9')
            id = id << 4 | (uint64_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            id = id << 4 | (uint64_t)(c - 'a' + 10);
        else
            return true;
    }
    if (is_directory || strcmp(name + i, ".seg") != 0)
        return true;
    for (size_t s = 0; s < o->engine->store_count; s++)
        for (size_t j = 0; j < o->engine->stores[s]->segment_count; j++)
            if (o->engine->stores[s]->segments[j]->info.segment_id == id)
                return true;
    o->failed = !SX_GROW(&o->engine->mems[SX_ENGINE_MEM_OTHER], o->ids, o->capacity, o->count + 1);
    if (!o->failed)
        o->ids[o->count++] = id;
    return !o->failed;
}

/* Whether a file that the manifest does not name is certainly a left-over: not a whole segment; of rows
 * that the log still has; of a dropped policy; or of generations that segments of the manifest cover. */
static bool certainly_left_over(struct sx_engine *engine, const char *path)
{
    struct sx_segment_info info;
    stria_error err = {0};
    stria_status st = sx_segment_peek(engine->os, path, &info, &err);
    if (st)
        return st == STRIA_CORRUPT;
    const struct sx_policy_store *store = sx_engine_store(engine, info.policy_id);
    if (!store || info.first_generation > engine->flushed_generation)
        return true;
    for (size_t i = 0; i < store->segment_count; i++) {
        const struct sx_segment_info *live = &store->segments[i]->info;
        bool overlaps_time = live->min_ts <= info.max_ts && live->max_ts >= info.min_ts;
        if (overlaps_time && live->first_generation <= info.last_generation &&
            live->last_generation >= info.first_generation)
            return true;
    }
    return false;
}

static stria_status remove_left_overs(struct sx_engine *engine, stria_error *err)
{
    struct sx_mem *other = &engine->mems[SX_ENGINE_MEM_OTHER];
    struct orphans o = {.engine = engine};
    stria_status st = engine->os->ops->list(engine->os, engine->seg_dir, see_segment, &o, err);
    if (!st && o.failed)
        st = sx_mem_refused(other, o.capacity * sizeof *o.ids, err);
    for (size_t i = 0; i < o.count && !st; i++) {
        char *path = sx_engine_segment_path(engine, o.ids[i]);
        stria_error local = {0};
        if (!path) {
            st = sx_mem_refused(other, 256, err);
            break;
        }
        /* Its id must not be given again, whatever becomes of it. */
        engine->counters.next_segment_id = SX_MAX(engine->counters.next_segment_id, o.ids[i] + 1);
        if (!certainly_left_over(engine, path))
            sx_event(&engine->events, STRIA_LEVEL_WARN, "unknown_segment",
                     "file=%s text=\"the manifest does not name it; it is left alone\"", path);
        else if (engine->os->ops->unlink(engine->os, path, &local))
            sx_event(&engine->events, STRIA_LEVEL_WARN, "unlink", "text=\"%s\"", local.text);
        sx_mem_free(other, path);
    }
    sx_mem_free(other, o.ids);
    return st;
}

/* ---- the log ---- */

/* The slots of one generation's log -> those of the index. */
struct slot_map {
    uint64_t generation;
    uint32_t policy_id;
    uint32_t *slots; /* SX_SLOT_NONE: not defined */
    size_t count, capacity;
};

struct replay {
    struct sx_engine *engine;
    struct sx_generation *generation; /* being filled; in the list of frozen ones */
    struct slot_map *maps;
    size_t map_count, map_capacity;
    struct sx_batch batch;
    uint64_t lost_row_count; /* rows whose series was defined in a damaged frame */
};

static struct slot_map *map_of(struct replay *r, uint32_t policy_id)
{
    for (size_t i = 0; i < r->map_count; i++)
        if (r->maps[i].policy_id == policy_id)
            return &r->maps[i];
    if (!SX_GROW(&r->engine->mems[SX_ENGINE_MEM_OTHER], r->maps, r->map_capacity, r->map_count + 1))
        return NULL;
    r->maps[r->map_count] = (struct slot_map){.policy_id = policy_id};
    return &r->maps[r->map_count++];
}

static void forget_maps(struct replay *r)
{
    for (size_t i = 0; i < r->map_count; i++)
        sx_mem_free(&r->engine->mems[SX_ENGINE_MEM_OTHER], r->maps[i].slots);
    r->map_count = 0;
}

static bool define_slot(struct replay *r, struct slot_map *map, uint32_t number, uint32_t slot)
{
    size_t old = map->count;
    if (number >= old) {
        if (!SX_GROW(&r->engine->mems[SX_ENGINE_MEM_OTHER], map->slots, map->capacity,
                     (size_t)number + 1))
            return false;
        map->count = (size_t)number + 1;
        for (size_t i = old; i < map->count; i++)
            map->slots[i] = SX_SLOT_NONE;
    }
    map->slots[number] = slot;
    return true;
}

static stria_status begin_generation(struct replay *r, uint64_t number, stria_error *err)
{
    struct sx_engine *engine = r->engine;
    if (r->generation && r->generation->number == number)
        return STRIA_OK;
    forget_maps(r);
    struct sx_generation *generation = sx_generation_create(engine, number);
    if (!generation)
        return sx_mem_refused(&engine->mems[SX_ENGINE_MEM_OTHER], sizeof *generation, err);
    *engine->frozen_last = generation;
    engine->frozen_last = &generation->next;
    engine->frozen_count++;
    r->generation = generation;
    return STRIA_OK;
}

/* Gives the series of a decoded batch their slots; *known: all have one. */
static stria_status resolve_series(struct replay *r, struct sx_policy_store *store, bool *known,
                                   stria_error *err)
{
    struct sx_batch *b = &r->batch;
    struct slot_map *map = map_of(r, store->policy_id);
    *known = true;
    if (!map)
        return sx_mem_refused(&r->engine->mems[SX_ENGINE_MEM_OTHER], sizeof *map, err);
    for (size_t i = 0; i < b->series_count; i++) {
        struct sx_batch_series *series = &b->series[i];
        uint32_t number = series->slot;
        if (series->key.len) {
            stria_status st = sx_series_index_resolve(store->index, series->key, series->hash, NULL,
                                                      &series->slot, err);
            if (st)
                return st;
            if (!define_slot(r, map, number, series->slot))
                return sx_mem_refused(&r->engine->mems[SX_ENGINE_MEM_OTHER], number, err);
        } else {
            series->slot = number < map->count ? map->slots[number] : SX_SLOT_NONE;
            *known = *known && series->slot != SX_SLOT_NONE;
        }
    }
    return STRIA_OK;
}

static stria_status resolve_schemas(struct replay *r, struct sx_policy_store *store, stria_error *err)
{
    struct sx_batch *b = &r->batch;
    for (size_t i = 0; i < b->schema_count; i++) {
        const struct sx_schema *schema;
        stria_status st = sx_series_index_schema(store->index, &b->schemas[i], &schema, err);
        if (st)
            return st;
        b->schemas[i].resolved = schema;
    }
    return STRIA_OK;
}

/* The types of logged rows are true, whatever else is known. */
static stria_status note_types(struct replay *r, struct sx_policy_store *store, stria_error *err)
{
    struct sx_batch *b = &r->batch;
    for (size_t i = 0; i < b->run_count; i++) {
        const struct sx_batch_run *run = &b->runs[i];
        const struct sx_batch_schema *schema = &b->schemas[run->schema];
        size_t size = sx_row_size(schema->column_count, run->has_presence);
        const uint8_t *row = b->rows.ptr + run->offset;
        int64_t last = INT64_MAX;
        for (uint32_t j = 0; j < run->row_count; j++, row += size) {
            int64_t window =
                sx_window_start((int64_t)sx_get_u64(row + SX_ROW_TIME), store->window_ns);
            if (j && window == last)
                continue;
            last = window;
            for (uint32_t c = 0; c < schema->column_count; c++) {
                stria_status st = sx_series_index_note_type(
                    store->index, schema->measurement, schema->columns[c].name,
                    schema->columns[c].type, window, window, true, err);
                if (st)
                    return st;
            }
        }
    }
    return STRIA_OK;
}

/* Reserves and applies without a log: it is there already. */
static stria_status apply_batch(struct replay *r, struct sx_policy_store *store, uint64_t seq,
                                stria_error *err)
{
    struct sx_memtable_place place;
    struct sx_memtable *memtable = NULL;
    stria_status st = sx_generation_memtable(r->engine, r->generation, store->policy_id,
                                             store->index, &memtable, err);
    if (!st)
        st = sx_memtable_reserve(memtable, &r->batch, &place, err);
    if (!st)
        sx_memtable_apply(memtable, &r->batch, &place, seq);
    sx_memtable_release(memtable);
    return st;
}

static stria_status replay_record(void *context, const struct sx_replay_record *record,
                                  stria_error *err)
{
    struct replay *r = context;
    struct sx_rows_record rows;
    bool known;
    sx_batch_clear(&r->batch);
    stria_status st = sx_rows_record_get(record->payload, &rows, &r->batch, err);
    if (!st)
        st = begin_generation(r, record->generation, err);
    if (st)
        return st;
    struct sx_policy_store *store = sx_engine_store(r->engine, rows.policy_id);
    if (!store || r->batch.row_count == 0)
        return STRIA_OK; /* the policy was dropped since */
    size_t row_count = r->batch.row_count;
    st = resolve_series(r, store, &known, err);
    if (!st && !known) {
        r->lost_row_count += row_count;
        return STRIA_OK;
    }
    if (!st)
        st = resolve_schemas(r, store, err);
    if (!st)
        st = note_types(r, store, err);
    if (!st)
        st = apply_batch(r, store, record->seq, err);
    if (!st)
        atomic_fetch_add(&r->engine->counts.replayed_rows, row_count);
    return st;
}

static void note_damage(void *context, const char *path, uint64_t offset, const char *text)
{
    struct replay *r = context;
    (void)path;
    (void)offset;
    (void)text;
    atomic_fetch_add(&r->engine->counts.log_damage, 1);
}

static stria_status replay_log(struct sx_engine *engine, struct sx_replay_result *result,
                               stria_error *err)
{
    struct replay r = {.engine = engine};
    sx_batch_init(&r.batch, &engine->mems[SX_ENGINE_MEM_INGEST]);
    struct sx_replay_options options = {.mem = &engine->mems[SX_ENGINE_MEM_WAL],
                                        .events = &engine->events,
                                        .each = replay_record,
                                        .on_damage = note_damage,
                                        .context = &r};
    stria_status st = sx_wal_read(engine->wal, engine->flushed_generation, &options, result, err);
    forget_maps(&r);
    sx_mem_free(&engine->mems[SX_ENGINE_MEM_OTHER], r.maps);
    sx_batch_deinit(&r.batch);
    atomic_store(&engine->counts.replayed_bytes, result->byte_count);
    if (!st && (result->frame_count || result->damage_count))
        sx_event(&engine->events, result->damage_count ? STRIA_LEVEL_ERROR : STRIA_LEVEL_INFO,
                 "recovery",
                 "frames=%" PRIu64 " rows=%" PRIu64 " bytes=%" PRIu64 " cut_frames=%" PRIu64
                 " damaged=%" PRIu64 " lost_rows=%" PRIu64,
                 result->frame_count, (uint64_t)atomic_load(&engine->counts.replayed_rows),
                 result->byte_count, result->cut_count, result->damage_count, r.lost_row_count);
    return st;
}

static stria_status open_log(struct sx_engine *engine, stria_error *err)
{
    struct sx_replay_result result;
    struct sx_wal_options options = {.os = engine->os,
                                     .mem = &engine->mems[SX_ENGINE_MEM_WAL],
                                     .dir = engine->wal_dir,
                                     .store_id = sx_get_u64(engine->store_uuid),
                                     .read_only = engine->options.read_only,
                                     .events = &engine->events};
    stria_status st = sx_wal_open(&options, &engine->wal, err);
    if (!st)
        st = replay_log(engine, &result, err);
    if (st || engine->options.read_only)
        return st;
    engine->counters.next_seq = SX_MAX(engine->counters.next_seq, result.next_seq);
    uint64_t number = SX_MAX(engine->flushed_generation, result.last_generation) + 1;
    engine->active = sx_generation_create(engine, number);
    if (!engine->active)
        return sx_mem_refused(&engine->mems[SX_ENGINE_MEM_OTHER], sizeof *engine->active, err);
    return sx_wal_start(engine->wal, number, engine->counters.next_seq, &result, err);
}

/* ---- the whole ---- */

static stria_status open_for_writing(struct sx_engine *engine, bool is_store, stria_error *err)
{
    struct sx_manifest_result result;
    stria_status st = make_dirs(engine, err);
    if (!st)
        st = take_lock(engine, err);
    if (!st)
        st = engine->os->ops->sync_dir(engine->os, engine->path, err);
    if (!st)
        st = read_manifest(engine, &result, err);
    /* A manifest folder without any manifest is a store whose first opening did not get far, unless
     * there is data: then the manifest is lost, and nothing may be taken for new. */
    if (!st && is_store && !result.found)
        sx_event(&engine->events, STRIA_LEVEL_INFO, "first_open", "path=%s", engine->path);
    if (!st && result.found)
        st = remove_left_overs(engine, err);
    if (!st)
        st = sx_manifest_begin(engine->manifest, engine->store_uuid, err);
    if (!st)
        st = open_log(engine, err);
    if (!st)
        st = sx_engine_start_background(engine, err);
    return st;
}

static stria_status open_for_reading(struct sx_engine *engine, stria_error *err)
{
    struct sx_manifest_result result;
    stria_status st = read_manifest(engine, &result, err);
    if (!st)
        st = open_log(engine, err);
    if (!st)
        st = sx_pool_create(engine->os, &engine->mems[SX_ENGINE_MEM_OTHER],
                            engine->options.thread_count, &engine->pool, err);
    return st;
}

stria_status sx_engine_open(const struct sx_engine_options *options, struct sx_engine **out,
                            stria_error *err)
{
    struct sx_engine *engine = NULL;
    bool is_store;
    *out = NULL;
    if (options->memory_size && options->memory_size < MEMORY_MIN)
        return sx_fail(err, STRIA_INVALID, "memory_size is %" PRIu64 ": at least %" PRIu64 " are needed",
                       options->memory_size, MEMORY_MIN);
    stria_status st = create(options, &engine, err);
    if (st)
        return st;
    st = check_folder(engine, &is_store, err);
    if (!st)
        st = options->read_only ? open_for_reading(engine, err)
                                : open_for_writing(engine, is_store, err);
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
        sx_engine_unlink_retired(engine, true);
    }
    destroy(engine);
    return st;
}
