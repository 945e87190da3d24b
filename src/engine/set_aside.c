/* SPDX-License-Identifier: Apache-2.0 */
/* set_aside.c -- segments that cannot be opened: a mark in the manifest, and an event.
 *
 * Why         Queries find the damage; the mark makes it known to operators and to the next start,
 *             and keeps merges away from the file, which is left where it is. When it can be read
 *             again (it was put back from a backup) the mark goes by itself. */
#include "base/error.h"
#include "engine/engine_priv.h"

#include <inttypes.h>

static bool is_lost(const struct sx_segment *segment)
{
    return (atomic_load(&segment->damage) & SX_DAMAGE_WHOLE) && !atomic_load(&segment->loaded);
}

/* Appends what changes. manifest_mutex and state_mutex held. */
static void put_changes(struct sx_engine *engine, struct sx_buf *ops)
{
    for (size_t i = 0; i < engine->store_count; i++)
        for (size_t j = 0; j < engine->stores[i]->segment_count; j++) {
            const struct sx_segment *segment = engine->stores[i]->segments[j];
            bool lost = is_lost(segment);
            if (lost == segment->set_aside)
                continue;
            sx_edit_put_number(ops, lost ? SX_OP_SET_ASIDE : SX_OP_TAKE_BACK,
                               segment->info.segment_id);
            sx_event(&engine->events, lost ? STRIA_LEVEL_ERROR : STRIA_LEVEL_INFO,
                     lost ? "segment_set_aside" : "segment_taken_back", "file=%s", segment->path);
        }
}

stria_status sx_engine_set_aside_lost(struct sx_engine *engine, stria_error *err)
{
    struct sx_buf ops;
    stria_status st = STRIA_OK;
    sx_buf_init(&ops, &engine->mems[SX_ENGINE_MEM_OTHER], (size_t)1 << 20);
    sx_mutex_lock(&engine->manifest_mutex);
    sx_mutex_lock(&engine->state_mutex);
    put_changes(engine, &ops);
    sx_mutex_unlock(&engine->state_mutex);
    if (ops.failed)
        st = sx_buf_refused(&ops, "manifest edit", err);
    else if (ops.len)
        st = sx_engine_commit_edit(engine, sx_buf_bytes(&ops), err);
    sx_mutex_unlock(&engine->manifest_mutex);
    sx_buf_deinit(&ops);
    return st;
}
