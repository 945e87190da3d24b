/* SPDX-License-Identifier: Apache-2.0 */
/* repair.c -- see repair.h. */
#include "engine/repair.h"

#include "base/error.h"
#include "engine/engine_priv.h"
#include "segment/check.h"

#include <inttypes.h>
#include <stdio.h>

struct repair {
    const struct sx_repair_options *options;
    struct sx_engine *engine;
    char file[32]; /* being checked */
    uint64_t mended_count;
};

static void found(void *context, stria_status code, uint64_t offset, const char *text)
{
    struct repair *r = context;
    if (r->options->found)
        r->options->found(r->options->context, code, r->file, offset, text);
}

/* The segments there are now, held. */
static stria_status list_segments(struct sx_engine *engine, struct sx_segment ***list,
                                  size_t *count, stria_error *err)
{
    struct sx_mem *mem = &engine->mems[SX_ENGINE_MEM_OTHER];
    size_t room = 1;
    *count = 0;
    sx_mutex_lock(&engine->state_mutex);
    for (size_t i = 0; i < engine->store_count; i++)
        room += engine->stores[i]->segment_count;
    *list = sx_mem_alloc(mem, room * sizeof **list);
    for (size_t i = 0; *list && i < engine->store_count; i++)
        for (size_t j = 0; j < engine->stores[i]->segment_count; j++)
            (*list)[(*count)++] = sx_segment_acquire(engine->stores[i]->segments[j]);
    sx_mutex_unlock(&engine->state_mutex);
    return *list ? STRIA_OK : sx_mem_refused(mem, room * sizeof **list, err);
}

static stria_status mend(struct repair *r, struct sx_segment *segment, stria_error *err)
{
    struct sx_segment_check check = {.found = found, .context = r};
    (void)snprintf(r->file, sizeof r->file, "seg/%016" PRIx64 ".seg", segment->info.segment_id);
    stria_status st = sx_segment_check(segment, &r->engine->mems[SX_ENGINE_MEM_MERGE], &check, err);
    if (st || check.found_count == 0)
        return st;
    st = sx_engine_put_by(r->engine, segment->path, err);
    if (!st)
        st = sx_engine_mend_segment(r->engine, segment, err);
    r->mended_count += !st;
    return st;
}

static stria_status mend_all(struct repair *r, stria_error *err)
{
    struct sx_segment **list = NULL;
    size_t count;
    stria_status st = list_segments(r->engine, &list, &count, err);
    for (size_t i = 0; i < count; i++) {
        if (!st)
            st = mend(r, list[i], err);
        sx_segment_release(list[i]);
    }
    sx_mem_free(&r->engine->mems[SX_ENGINE_MEM_OTHER], list);
    return st;
}

/* What is read back from the log goes into segments, so that no damaged log file is needed. */
static stria_status flush_all(struct sx_engine *engine, stria_error *err)
{
    return sx_engine_compact(engine, STRIA_COMPACT_FLUSH, NULL, err);
}

stria_status sx_repair(const struct sx_repair_options *options, uint64_t *mended_count,
                       stria_error *err)
{
    struct repair r = {.options = options};
    struct sx_engine_options open = {.os = options->os,
                                     .path = options->path,
                                     .memory_size = options->memory_size,
                                     .must_exist = !options->rebuild_manifest,
                                     .rebuild_manifest = options->rebuild_manifest};
    *mended_count = 0;
    stria_status st = sx_engine_open(&open, &r.engine, err);
    if (st)
        return st;
    if (options->rebuild_manifest && options->found)
        options->found(
            options->context, STRIA_CORRUPT, "manifest", 0,
            "made anew from the segments: names of databases and retention policies, and "
            "deletes that were not carried out yet, are lost; all is in the database "
            "\"recovered\"");
    r.mended_count += options->rebuild_manifest;
    st = flush_all(r.engine, err);
    if (!st)
        st = mend_all(&r, err);
    stria_status closed = sx_engine_close(r.engine, st ? NULL : err);
    *mended_count = r.mended_count;
    return st ? st : closed;
}
