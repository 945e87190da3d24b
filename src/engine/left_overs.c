/* SPDX-License-Identifier: Apache-2.0 */
/* left_overs.c -- segment files that the manifest does not name: what a crash left behind.
 *
 * Why         A flush or merge that did not get to its edit leaves files; so does a replaced
 *             segment whose unlink was lost. They are taken away when that is certain, and left
 *             alone, told of, when not: recovery never deletes data that it does not understand.
 * Algorithm   If a file is missing that the manifest names, or the log is damaged, then the
 *             manifest may be the one that is wrong (its end was cut, say), and nothing is certain.
 * Threads     Opening only. */
#include "base/error.h"
#include "base/file_number.h"
#include "base/sort.h"
#include "engine/copy.h"
#include "engine/engine_priv.h"

#include <inttypes.h>
#include <stdio.h>

/* Ids of segments. */
struct ids {
    struct sx_mem *mem;
    uint64_t *items;
    size_t count, capacity;
    bool failed;
};

static bool add_id(struct ids *ids, uint64_t id)
{
    ids->failed = ids->failed || !SX_GROW(ids->mem, ids->items, ids->capacity, ids->count + 1);
    if (!ids->failed)
        ids->items[ids->count++] = id;
    return !ids->failed;
}

static int compare_ids(const void *a, const void *b, void *context)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    (void)context;
    return (x > y) - (x < y);
}

static bool has_id(const struct ids *ids, uint64_t id)
{
    size_t i = sx_lower_bound(ids->items, ids->count, sizeof id, &id, compare_ids, NULL);
    return i < ids->count && ids->items[i] == id;
}

static bool see_file(void *context, const char *name, bool is_directory)
{
    uint64_t id;
    return is_directory || !sx_file_number(name, 16, ".seg", &id) || add_id(context, id);
}

/* Fills both lists, sorted: the files that are there, and the segments that the manifest names. */
static stria_status list_ids(struct sx_engine *engine, struct ids *files, struct ids *named,
                             stria_error *err)
{
    stria_status st = engine->os->ops->list(engine->os, engine->seg_dir, see_file, files, err);
    for (size_t i = 0; i < engine->store_count && !named->failed; i++)
        for (size_t j = 0; j < engine->stores[i]->segment_count && !named->failed; j++)
            (void)add_id(named, engine->stores[i]->segments[j]->info.segment_id);
    if (!st && (files->failed || named->failed))
        st = sx_mem_refused(files->mem, files->capacity * sizeof *files->items, err);
    sx_sort(files->items, files->count, sizeof *files->items, compare_ids, NULL);
    sx_sort(named->items, named->count, sizeof *named->items, compare_ids, NULL);
    return st;
}

/* Whether all segments of the manifest have their files; tells of those that do not. */
static bool all_found(struct sx_engine *engine, const struct ids *files, const struct ids *named)
{
    bool all = true;
    for (size_t i = 0; i < named->count; i++)
        if (!has_id(files, named->items[i])) {
            all = false;
            sx_event(&engine->events, STRIA_LEVEL_ERROR, "segment_missing",
                     "file=%s/%016" PRIx64 ".seg", engine->seg_dir, named->items[i]);
        }
    return all;
}

/* Whether a file that the manifest does not name is a left-over, given that the manifest is not
 * wrong: its id was given out before the last edit; it is not a whole segment; its rows are still
 * in the log, or in segments that the manifest names; or its policy was dropped, or holds rollups,
 * which can be made again. */
static bool is_left_over(struct sx_engine *engine, uint64_t id, uint64_t next_id, const char *path)
{
    struct sx_segment_info info;
    stria_error err = {0};
    if (id < next_id)
        return true;
    stria_status st = sx_segment_peek(engine->os, path, &info, &err);
    if (st)
        return st == STRIA_CORRUPT;
    const struct sx_policy_store *store = sx_engine_store(engine, info.policy_id);
    if (!store || store->rollup_of || info.first_generation > engine->flushed_generation)
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

/* A reader in another process may be looking at a segment that was replaced before the last writer
 * ended: it joins the retired ones then. */
static bool keep_for_readers(struct sx_engine *engine, const char *path)
{
    struct sx_segment_info info;
    uint64_t next_edit = sx_manifest_edit_seq(engine->manifest) + 1;
    if ((!sx_readers_reading(engine) && !sx_readers_pin(engine, 0, next_edit)) ||
        sx_segment_peek(engine->os, path, &info, NULL))
        return false;
    struct sx_segment *segment =
        sx_segment_create(engine->os, &engine->mems[SX_ENGINE_MEM_SEGMENT], path, &info);
    if (segment)
        sx_engine_keep_retired(engine, segment, next_edit);
    return true; /* without memory for it: the next open finds it */
}

static stria_status look_at(struct sx_engine *engine, uint64_t id, uint64_t next_id, bool certain,
                            stria_error *err)
{
    struct sx_mem *other = &engine->mems[SX_ENGINE_MEM_OTHER];
    char *path = sx_engine_segment_path(engine, id);
    stria_error local = {0};
    if (!path)
        return sx_mem_refused(other, 256, err);
    /* The id must not be given again, whatever becomes of the file. */
    engine->counters.next_segment_id = SX_MAX(engine->counters.next_segment_id, id + 1);
    if (!certain || !is_left_over(engine, id, next_id, path))
        sx_event(&engine->events, STRIA_LEVEL_WARN, "unknown_segment",
                 "file=%s text=\"the manifest does not name it; it is left alone\"", path);
    else if (!keep_for_readers(engine, path) && engine->os->ops->unlink(engine->os, path, &local))
        sx_event(&engine->events, STRIA_LEVEL_WARN, "unlink", "text=\"%s\"", local.text);
    sx_mem_free(other, path);
    return STRIA_OK;
}

stria_status sx_engine_remove_left_overs(struct sx_engine *engine, stria_error *err)
{
    struct sx_mem *other = &engine->mems[SX_ENGINE_MEM_OTHER];
    struct ids files = {.mem = other}, named = {.mem = other};
    uint64_t next_id = engine->counters.next_segment_id;
    stria_status st = list_ids(engine, &files, &named, err);
    bool certain =
        !st && all_found(engine, &files, &named) && atomic_load(&engine->counts.log_damage) == 0;
    for (size_t i = 0; i < files.count && !st; i++)
        if (!has_id(&named, files.items[i]))
            st = look_at(engine, files.items[i], next_id, certain, err);
    sx_mem_free(other, files.items);
    sx_mem_free(other, named.items);
    return st;
}

void sx_engine_clear_restoring(struct sx_os *os, struct sx_mem *mem, const char *path)
{
    static const char *const parts[] = {"/manifest", "/wal", "/seg", "/damaged", ""};
    char part[SX_PATH_MAX];
    struct sx_file_info info;
    if (snprintf(part, sizeof part, "%s/" SX_RESTORING, path) >= (int)sizeof part ||
        os->ops->stat(os, part, &info, NULL))
        return;
    for (size_t i = 0; i < SX_COUNT_OF(parts); i++)
        if (snprintf(part, sizeof part, "%s/" SX_RESTORING "%s", path, parts[i]) < (int)sizeof part)
            sx_copy_remove_folder(os, mem, part);
}
