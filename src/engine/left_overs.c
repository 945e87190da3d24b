/* SPDX-License-Identifier: Apache-2.0 */
/* left_overs.c -- segment files that the manifest does not name: what a crash left behind.
 *
 * Why         A flush or merge that did not get to its edit leaves files; so does a replaced
 *             segment whose unlink was lost. They are taken away when that is certain, and left
 *             alone, told of, when not: recovery never deletes data that it does not understand.
 * Threads     Opening only. */
#include "base/error.h"
#include "engine/engine_priv.h"

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

/* Whether a file that the manifest does not name is certainly a left-over: not a whole segment; of
 * rows that the log still has; of a dropped policy; or of generations that segments of the manifest
 * cover. */
static bool certainly_left_over(struct sx_engine *engine, const char *path,
                                struct sx_segment_info *info, bool *whole)
{
    stria_error err = {0};
    stria_status st = sx_segment_peek(engine->os, path, info, &err);
    *whole = !st;
    if (st)
        return st == STRIA_CORRUPT;
    const struct sx_policy_store *store = sx_engine_store(engine, info->policy_id);
    if (!store || info->first_generation > engine->flushed_generation)
        return true;
    for (size_t i = 0; i < store->segment_count; i++) {
        const struct sx_segment_info *live = &store->segments[i]->info;
        bool overlaps_time = live->min_ts <= info->max_ts && live->max_ts >= info->min_ts;
        if (overlaps_time && live->first_generation <= info->last_generation &&
            live->last_generation >= info->first_generation)
            return true;
    }
    return false;
}

/* A reader in another process may be looking at a segment that was replaced before the last writer
 * ended. */
static bool keep_for_readers(struct sx_engine *engine, const char *path,
                             const struct sx_segment_info *info)
{
    uint64_t next_edit = sx_manifest_edit_seq(engine->manifest) + 1;
    if (!sx_readers_reading(engine) && !sx_readers_pin(engine, 0, next_edit))
        return false;
    struct sx_segment *segment =
        sx_segment_create(engine->os, &engine->mems[SX_ENGINE_MEM_SEGMENT], path, info);
    if (segment)
        sx_engine_keep_retired(engine, segment, next_edit);
    return true; /* without memory for it: the next open finds it */
}

static void remove_left_over(struct sx_engine *engine, const char *path)
{
    struct sx_segment_info info;
    stria_error err = {0};
    bool whole;
    if (!certainly_left_over(engine, path, &info, &whole))
        sx_event(&engine->events, STRIA_LEVEL_WARN, "unknown_segment",
                 "file=%s text=\"the manifest does not name it; it is left alone\"", path);
    else if (whole && keep_for_readers(engine, path, &info))
        return;
    else if (engine->os->ops->unlink(engine->os, path, &err))
        sx_event(&engine->events, STRIA_LEVEL_WARN, "unlink", "text=\"%s\"", err.text);
}

stria_status sx_engine_remove_left_overs(struct sx_engine *engine, stria_error *err)
{
    struct sx_mem *other = &engine->mems[SX_ENGINE_MEM_OTHER];
    struct orphans o = {.engine = engine};
    stria_status st = engine->os->ops->list(engine->os, engine->seg_dir, see_segment, &o, err);
    if (!st && o.failed)
        st = sx_mem_refused(other, o.capacity * sizeof *o.ids, err);
    for (size_t i = 0; i < o.count && !st; i++) {
        char *path = sx_engine_segment_path(engine, o.ids[i]);
        if (!path) {
            st = sx_mem_refused(other, 256, err);
            break;
        }
        /* Its id must not be given again, whatever becomes of it. */
        engine->counters.next_segment_id = SX_MAX(engine->counters.next_segment_id, o.ids[i] + 1);
        remove_left_over(engine, path);
        sx_mem_free(other, path);
    }
    sx_mem_free(other, o.ids);
    return st;
}
