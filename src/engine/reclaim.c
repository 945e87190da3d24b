/* SPDX-License-Identifier: Apache-2.0 */
/* reclaim.c -- how much of each segment is deleted, so that space can be given back.
 *
 * Algorithm   For each segment that tombstones may mask, the index of the segment tells which of
 *             its series they speak of. None: the manifest notes that they are applied, and no byte
 *             is written. A fifth or more: merge_choose.h has it written anew. Else the deleted
 *             rows go with the next merge, or when space is asked for (STRIA_COMPACT_RECLAIM).
 * Threads     One at a time (job_mutex); no lock is held while files are read. */
#include "base/error.h"
#include "engine/engine_priv.h"
#include "segment/select.h"

static int64_t mono_ns(void *clock)
{
    return sx_os_mono_ns(clock);
}

struct subject {
    struct sx_segment *segment; /* a reference; NULL: nothing is to be looked at */
    struct sx_tombstones *tombstones;
    uint64_t last_tombstone;
};

/* The next segment that was not looked at since the last delete. state_mutex held. */
static struct subject next_subject(struct sx_engine *engine)
{
    for (size_t i = 0; i < engine->store_count; i++) {
        const struct sx_policy_store *store = engine->stores[i];
        const struct sx_tombstones *list = store->tombstones;
        if (!list || !list->count)
            continue;
        uint64_t last = list->items[list->count - 1].id;
        for (size_t j = 0; j < store->segment_count; j++) {
            struct sx_segment *segment = store->segments[j];
            if (segment->reclaim_checked < last && atomic_load(&segment->tombstone_id) < last &&
                !atomic_load(&segment->damage))
                return (struct subject){.segment = sx_segment_acquire(segment),
                                        .tombstones = sx_tombstones_acquire(store->tombstones),
                                        .last_tombstone = last};
        }
    }
    return (struct subject){0};
}

static bool reach_all(const struct sx_tombstone *t, const struct sx_segment_info *info)
{
    return t->time_min_ns <= info->min_ts && t->time_max_ns >= info->max_ts;
}

/* Adds the series of the segment that a tombstone speaks of. */
static stria_status add_series(struct sx_segment *segment, const struct sx_tombstone *t,
                               struct sx_request *request, struct sx_bitset *all, stria_error *err)
{
    struct sx_bitset some = {0};
    struct sx_selector selector = {.policy_id = t->policy_id,
                                   .all_measurements = t->all_measurements,
                                   .measurement = t->measurement,
                                   .measurement_regex = t->compiled,
                                   .measurement_regex_not = t->measurement_regex_not,
                                   .tags = t->tags,
                                   .time_min_ns = t->time_min_ns,
                                   .time_max_ns = t->time_max_ns};
    stria_status st = sx_segment_select(segment, &selector, request, &some, err);
    if (!st && some.size == all->size)
        sx_bitset_or(all, &some);
    sx_bitset_deinit(&some);
    return st;
}

/* What share of the segment's series is deleted, wholly or in part. */
static stria_status look(struct sx_engine *engine, const struct subject *subject, unsigned *percent,
                         bool *any, stria_error *err)
{
    struct sx_segment *segment = subject->segment;
    struct sx_request request = {
        .mem = &engine->mems[SX_ENGINE_MEM_MERGE], .mono_ns = mono_ns, .clock = engine->os};
    struct sx_bitset whole = {0}, part = {0};
    stria_status st = sx_segment_pin(segment, err);
    if (st)
        return st;
    size_t count = segment->info.series_count;
    if (!sx_bitset_init(&whole, request.mem, count) || !sx_bitset_init(&part, request.mem, count))
        st = sx_mem_refused(request.mem, count / 4, err);
    for (size_t i = 0; i < subject->tombstones->count && !st; i++) {
        const struct sx_tombstone *t = &subject->tombstones->items[i];
        if (sx_engine_masks(t, segment))
            st = add_series(segment, t, &request, reach_all(t, &segment->info) ? &whole : &part,
                            err);
    }
    if (!st) {
        size_t whole_count = sx_bitset_count(&whole), part_count = sx_bitset_count(&part);
        /* Of series that are deleted in part, half is a fair guess. */
        *percent = (unsigned)(100 * (whole_count + part_count / 2) / SX_MAX(count, 1));
        *any = whole_count + part_count > 0;
        if (*any)
            *percent = SX_MIN(SX_MAX(*percent, 1), 100);
    }
    sx_bitset_deinit(&whole);
    sx_bitset_deinit(&part);
    sx_segment_unpin(segment);
    return st;
}

/* No row is masked: the segment is as if it had been written after the deletes. */
static stria_status note_applied(struct sx_engine *engine, const struct subject *subject,
                                 stria_error *err)
{
    struct sx_buf ops;
    sx_buf_init(&ops, &engine->mems[SX_ENGINE_MEM_OTHER], 4096);
    sx_edit_put_applied(&ops, subject->segment->info.segment_id, subject->last_tombstone);
    sx_mutex_lock(&engine->manifest_mutex);
    stria_status st = ops.failed ? sx_buf_refused(&ops, "manifest edit", err)
                                 : sx_engine_commit_edit(engine, sx_buf_bytes(&ops), err);
    sx_mutex_unlock(&engine->manifest_mutex);
    sx_buf_deinit(&ops);
    return st;
}

stria_status sx_engine_reclaim_step(struct sx_engine *engine, bool *more, stria_error *err)
{
    unsigned percent = 0;
    bool any = true;
    sx_mutex_lock(&engine->job_mutex);
    sx_mutex_lock(&engine->state_mutex);
    struct subject subject = next_subject(engine);
    sx_mutex_unlock(&engine->state_mutex);
    *more = subject.segment != NULL;
    if (!subject.segment) {
        sx_mutex_unlock(&engine->job_mutex);
        return STRIA_OK;
    }
    stria_status st = look(engine, &subject, &percent, &any, err);
    if (st == STRIA_CORRUPT || st == STRIA_IO || st == STRIA_NOT_FOUND)
        atomic_fetch_or(&subject.segment->damage,
                        atomic_load(&subject.segment->loaded) ? SX_DAMAGE_PART : SX_DAMAGE_WHOLE);
    else if (!st && !any)
        st = note_applied(engine, &subject, err);
    if (!st) {
        sx_mutex_lock(&engine->state_mutex);
        subject.segment->deleted_percent = percent;
        subject.segment->reclaim_checked = subject.last_tombstone;
        sx_mutex_unlock(&engine->state_mutex);
    }
    sx_segment_release(subject.segment);
    sx_tombstones_release(subject.tombstones);
    sx_mutex_unlock(&engine->job_mutex);
    return st;
}
