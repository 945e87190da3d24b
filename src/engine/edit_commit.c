/* SPDX-License-Identifier: Apache-2.0 */
/* edit_commit.c -- changes of the catalog and deletes: true on disk and in memory, or in neither.
 *
 * Algorithm   What applying the edit may change in memory is noted before, the edit is committed,
 *             then applied. Should memory be refused half-way, what was noted is put back and a
 *             fresh manifest is begun that does not have the edit.
 * Threads     manifest_mutex is held, so nobody else changes what is noted. */
#include "base/error.h"
#include "engine/engine_priv.h"

/* References to what is there before. Types that a drop of a measurement forgets are not among it:
 * they are forgotten last, and without memory. */
struct undo {
    struct sx_catalog *catalog;
    struct sx_counters counters;
    struct sx_tombstones **tombstones; /* of stores[i] */
    struct sx_rollup_marks **marks;    /* likewise */
    uint32_t *policy_ids;              /* likewise */
    size_t store_count;
};

static void forget_undo(struct sx_engine *engine, struct undo *undo)
{
    struct sx_mem *other = &engine->mems[SX_ENGINE_MEM_OTHER];
    for (size_t i = 0; i < undo->store_count; i++) {
        sx_tombstones_release(undo->tombstones[i]);
        sx_rollup_marks_release(undo->marks[i]);
    }
    sx_catalog_release(undo->catalog);
    sx_mem_free(other, undo->tombstones);
    sx_mem_free(other, undo->marks);
    sx_mem_free(other, undo->policy_ids);
}

static stria_status note_undo(struct sx_engine *engine, struct undo *undo, stria_error *err)
{
    struct sx_mem *other = &engine->mems[SX_ENGINE_MEM_OTHER];
    sx_mutex_lock(&engine->state_mutex);
    size_t count = engine->store_count;
    *undo = (struct undo){
        .catalog = sx_catalog_acquire(engine->catalog),
        .counters = engine->counters,
        .tombstones = sx_mem_zalloc(other, (count + 1) * sizeof *undo->tombstones),
        .marks = sx_mem_zalloc(other, (count + 1) * sizeof *undo->marks),
        .policy_ids = sx_mem_zalloc(other, (count + 1) * sizeof *undo->policy_ids),
    };
    bool ok = undo->tombstones && undo->marks && undo->policy_ids;
    for (size_t i = 0; ok && i < count; i++) {
        undo->policy_ids[i] = engine->stores[i]->policy_id;
        undo->tombstones[i] = sx_tombstones_acquire(engine->stores[i]->tombstones);
        undo->marks[i] = sx_rollup_marks_acquire(engine->stores[i]->marks);
        undo->store_count = i + 1;
    }
    sx_mutex_unlock(&engine->state_mutex);
    if (ok)
        return STRIA_OK;
    forget_undo(engine, undo);
    return sx_mem_refused(other, count * sizeof *undo->tombstones, err);
}

/* Takes out what the edit added; its files are the caller's. */
static void take_segments_out(struct sx_engine *engine, struct sx_policy_store *store)
{
    uint64_t edit_seq = sx_manifest_edit_seq(engine->manifest);
    for (size_t i = store->segment_count; i-- > 0;) {
        struct sx_segment *segment = store->segments[i];
        if (segment->added_edit != edit_seq)
            continue;
        store->level0_count -= segment->info.level == 0;
        memmove(&store->segments[i], &store->segments[i + 1],
                (--store->segment_count - i) * sizeof *store->segments);
        sx_segment_release(segment);
    }
}

/* state_mutex held. Needs no memory. (Stores that are gone cannot be put back, but they go last and
 * nothing behind that fails.) */
static void roll_back(struct sx_engine *engine, struct undo *undo)
{
    for (size_t i = engine->store_count; i-- > 0;) {
        struct sx_policy_store *store = engine->stores[i];
        size_t j = 0;
        while (j < undo->store_count && undo->policy_ids[j] != store->policy_id)
            j++;
        if (j == undo->store_count) { /* it is new */
            sx_engine_drop_store(engine, store->policy_id);
            continue;
        }
        sx_tombstones_release(store->tombstones);
        store->tombstones = sx_tombstones_acquire(undo->tombstones[j]);
        sx_rollup_marks_release(store->marks);
        store->marks = sx_rollup_marks_acquire(undo->marks[j]);
        take_segments_out(engine, store);
    }
    sx_catalog_release(engine->catalog);
    engine->catalog = sx_catalog_acquire(undo->catalog);
    engine->counters = undo->counters;
}

stria_status sx_engine_commit_edit(struct sx_engine *engine, struct sx_bytes operations,
                                   stria_error *err)
{
    struct undo undo;
    stria_status st = note_undo(engine, &undo, err);
    if (st)
        return st;
    st = sx_manifest_commit(engine->manifest, operations, err);
    if (!st) {
        sx_mutex_lock(&engine->state_mutex);
        st = sx_engine_apply_edit(engine, operations, err);
        if (st)
            roll_back(engine, &undo);
        sx_mutex_unlock(&engine->state_mutex);
        if (st)
            sx_manifest_revoke(engine->manifest);
    }
    forget_undo(engine, &undo);
    return st;
}

stria_status sx_engine_mend_manifest(struct sx_engine *engine, stria_error *err)
{
    stria_status st = STRIA_OK;
    if (!sx_manifest_broken(engine->manifest))
        return STRIA_OK;
    sx_mutex_lock(&engine->manifest_mutex);
    if (sx_manifest_broken(engine->manifest))
        st = sx_manifest_begin(engine->manifest, engine->store_uuid, err);
    sx_mutex_unlock(&engine->manifest_mutex);
    return st;
}
