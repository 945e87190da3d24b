/* SPDX-License-Identifier: Apache-2.0 */
/* retention.c -- segments whose rows are all older than their policy keeps go, whole; by age, and
 * by the bytes that all segments of a policy take.
 *
 * Why         Unlinking costs nothing, rewriting does: a segment that is partly young stays.
 * Algorithm   Each policy has a time: what ends before it goes. By age that is now less the
 *             policy's duration. By size: the segments are gone through from the latest end to the
 *             earliest, and the first that does not fit any more, and all that end no later, go.
 *             The latest stays in any case.
 * Threads     The step takes its locks. */
#include "base/error.h"
#include "base/sort.h"
#include "engine/engine_priv.h"
#include "engine/rollup.h"

static int later_first(const void *a, const void *b, void *context)
{
    const struct sx_segment_info *x = &(*(struct sx_segment *const *)a)->info;
    const struct sx_segment_info *y = &(*(struct sx_segment *const *)b)->info;
    (void)context;
    return (x->max_ts < y->max_ts) - (x->max_ts > y->max_ts);
}

/* What ends at this time or before is too much; INT64_MIN: nothing is. False: no memory. */
static bool size_limit(struct sx_engine *engine, const struct sx_policy_store *store,
                       int64_t *last_gone)
{
    struct sx_mem *mem = &engine->mems[SX_ENGINE_MEM_OTHER];
    uint64_t limit = engine->options.retention_size, size = 0;
    *last_gone = INT64_MIN;
    for (size_t i = 0; i < store->segment_count; i++)
        size += store->segments[i]->info.file_size;
    if (limit == 0 || size <= limit || store->segment_count < 2)
        return true;
    struct sx_segment **sorted = sx_mem_alloc(mem, store->segment_count * sizeof *sorted);
    if (!sorted)
        return false;
    memcpy(sorted, store->segments, store->segment_count * sizeof *sorted);
    sx_sort(sorted, store->segment_count, sizeof *sorted, later_first, NULL);
    size = 0;
    for (size_t i = 0; i < store->segment_count; i++) {
        size += sorted[i]->info.file_size;
        if (size > limit && sorted[i]->info.max_ts < sorted[0]->info.max_ts) {
            *last_gone = sorted[i]->info.max_ts;
            break;
        }
    }
    sx_mem_free(mem, sorted);
    return true;
}

/* What of a policy ends at *last_gone or before goes. False: no memory. */
static bool limit_of(struct sx_engine *engine, const struct sx_policy_store *store, int64_t now,
                     int64_t *last_gone)
{
    const struct sx_policy *policy =
        sx_catalog_policy_by_id(engine->catalog, store->policy_id, NULL);
    bool ok = size_limit(engine, store, last_gone);
    if (policy && policy->duration_ns > 0 && now > INT64_MIN + policy->duration_ns)
        *last_gone = SX_MAX(*last_gone, now - policy->duration_ns - 1);
    return ok;
}

/* Appends what goes; *count of them. state_mutex held. */
static bool put_expired(struct sx_engine *engine, int64_t now, struct sx_buf *ops, size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < engine->store_count; i++) {
        const struct sx_policy_store *store = engine->stores[i];
        int64_t last_gone;
        if (!limit_of(engine, store, now, &last_gone))
            return false;
        for (size_t j = 0; j < store->segment_count && last_gone != INT64_MIN; j++) {
            if (store->segments[j]->info.max_ts > last_gone)
                continue;
            store->segments[j]->expired = true;
            sx_edit_put_number(ops, SX_OP_REMOVE_SEGMENT, store->segments[j]->info.segment_id);
            ++*count;
        }
    }
    return true;
}

/* Takes them out, or, if the edit failed, forgets that they were to go. state_mutex held. */
static void end_expired(struct sx_engine *engine, bool gone)
{
    for (size_t i = 0; i < engine->store_count; i++) {
        struct sx_policy_store *store = engine->stores[i];
        for (size_t j = store->segment_count; j-- > 0;) {
            bool expired = store->segments[j]->expired;
            store->segments[j]->expired = false;
            if (expired && gone)
                sx_engine_retire_segment(engine, store, j);
        }
    }
}

/* Windows that lose rows, or rollups: what there is of them is final. Before the edit that removes
 * segments, so that no crash comes between. manifest_mutex held. */
static stria_status commit_marks(struct sx_engine *engine, stria_error *err)
{
    struct sx_buf ops;
    stria_status st = STRIA_OK;
    sx_buf_init(&ops, &engine->mems[SX_ENGINE_MEM_OTHER], (size_t)16 << 20);
    sx_mutex_lock(&engine->state_mutex);
    sx_rollup_put_expired(engine, &ops);
    sx_mutex_unlock(&engine->state_mutex);
    if (ops.len || ops.failed)
        st = ops.failed ? sx_buf_refused(&ops, "manifest edit", err)
                        : sx_engine_commit_edit(engine, sx_buf_bytes(&ops), err);
    sx_buf_deinit(&ops);
    return st;
}

/* Takes out what expired; *count: how many segments. */
static stria_status expire(struct sx_engine *engine, size_t *count, stria_error *err)
{
    struct sx_buf ops;
    stria_status st = STRIA_OK;
    int64_t now = sx_os_now_ns(engine->os);
    sx_buf_init(&ops, &engine->mems[SX_ENGINE_MEM_OTHER], (size_t)16 << 20);
    sx_mutex_lock(&engine->state_mutex);
    if (!put_expired(engine, now, &ops, count))
        st = sx_mem_refused(&engine->mems[SX_ENGINE_MEM_OTHER], 4096, err);
    sx_mutex_unlock(&engine->state_mutex);
    if (*count && !st)
        st = commit_marks(engine, err);
    if (*count && !st)
        st = ops.failed ? sx_buf_refused(&ops, "manifest edit", err)
                        : sx_manifest_commit(engine->manifest, sx_buf_bytes(&ops), err);
    sx_mutex_lock(&engine->state_mutex);
    end_expired(engine, !st);
    sx_mutex_unlock(&engine->state_mutex);
    sx_buf_deinit(&ops);
    return st;
}

void sx_engine_retain_less(struct sx_engine *engine)
{
    atomic_store(&engine->flush_wanted, true);
    sx_pool_submit(engine->pool, &engine->flush_task);
    sx_pool_submit(engine->pool, &engine->care_task);
}

stria_status sx_engine_retention_step(struct sx_engine *engine, stria_error *err)
{
    stria_status st = STRIA_OK;
    /* A merge under way holds inputs that may expire: it must not bring them back. */
    sx_mutex_lock(&engine->job_mutex);
    if (!engine->merge && !engine->rollups.job) {
        size_t count;
        sx_mutex_lock(&engine->manifest_mutex);
        st = expire(engine, &count, err);
        if (count && !st) {
            atomic_fetch_add(&engine->counts.retention_segments, count);
            sx_event(&engine->events, STRIA_LEVEL_INFO, "retention", "segments=%zu", count);
        }
        sx_mutex_unlock(&engine->manifest_mutex);
    }
    sx_mutex_unlock(&engine->job_mutex);
    return st;
}
