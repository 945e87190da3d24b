/* SPDX-License-Identifier: Apache-2.0 */
/* background.c -- work that nobody waits for: when flushes and merges run, syncs of asynchronous
 * writes, the state of the disk.
 *
 * Algorithm   Everything is a step: with threads a pool runs them by priority and a ticker looks
 *             every 50 ms what is due; without threads sx_engine_poll() does one step a call.
 *             Disk: what is free counts without what is claimed: the flush of what is in memory
 *             takes at most as much as its log, and a merge as much as its inputs. Below the
 *             reserve writes are refused (and nothing else); above twice the reserve they are
 *             taken again. Below four times the reserve it is low: generations are kept small, and
 *             merges give back what they can. So a flush finds room, and what the log needs for a
 *             delete stays in the reserve.
 * Example     100 MiB free, 30 MiB of log not flushed, a merge of 20 MiB of which it wrote 5: 55
 *             MiB count. With a reserve of 32 MiB that is low; at 31 writes are refused.
 * Threads     As engine.h says. */
#include "base/error.h"
#include "engine/budget.h"
#include "engine/replay_later.h"

#include <inttypes.h>

#define TICK_NS ((int64_t)50000000)
#define CARE_NS ((int64_t)1000000000)
/* Between two looks at a disk that is not low. Where it is, every write looks. */
#define DISK_LOOK_NS ((int64_t)50000000)
#define LOG_REST_NS ((int64_t)10000000000)
#define MERGE_STEPS_MAX 4
#define LOOKS_MAX 32 /* at segments with deletes, at a time */
#define LOG_FILE_PART_OF_DISK 64
#define RESERVE_MIN ((uint64_t)32 << 20)
#define RESERVE_MAX ((uint64_t)1 << 30)

/* ---- may it be written? ---- */

static uint64_t reserve_of(const struct sx_engine *engine, const struct sx_space *space)
{
    if (engine->options.disk_reserve_size)
        return engine->options.disk_reserve_size;
    uint64_t part = space->total_size / 50;
    return SX_MIN(SX_MAX(part, RESERVE_MIN), RESERVE_MAX);
}

static const char *state_name(int state)
{
    static const char *const names[] = {"ok", "low", "read_only", "failed"};
    return names[state];
}

uint64_t sx_engine_disk_claims(const struct sx_engine *engine)
{
    uint64_t log = engine->wal ? sx_wal_live_bytes(engine->wal) : 0;
    return log + atomic_load(&engine->merge_claim_size);
}

void sx_engine_check_disk(struct sx_engine *engine, bool now)
{
    struct sx_space space;
    int64_t mono = sx_os_mono_ns(engine->os);
    int old = atomic_load(&engine->disk_state), state = old;
    if (!now && old == SX_DISK_OK && mono - atomic_load(&engine->disk_checked_ns) < DISK_LOOK_NS)
        return;
    atomic_store(&engine->disk_checked_ns, mono);
    if (engine->os->ops->space(engine->os, engine->path, &space, NULL))
        return;
    uint64_t reserve = reserve_of(engine, &space), claims = sx_engine_disk_claims(engine);
    uint64_t left = space.free_size - SX_MIN(claims, space.free_size);
    atomic_store(&engine->disk_total_size, space.total_size);
    atomic_store(&engine->disk_free_size, space.free_size);
    atomic_store(&engine->disk_reserve_size, reserve);
    if (left < reserve)
        state = SX_DISK_READ_ONLY;
    else if (left >= 2 * reserve)
        state = left < 4 * reserve ? SX_DISK_LOW : SX_DISK_OK;
    else if (old != SX_DISK_READ_ONLY)
        state = SX_DISK_LOW;
    if (state == old)
        return;
    atomic_store(&engine->disk_state, state);
    sx_event(&engine->events, state == SX_DISK_READ_ONLY ? STRIA_LEVEL_ERROR : STRIA_LEVEL_WARN,
             "disk_state", "state=%s free=%" PRIu64 " claimed=%" PRIu64 " reserve=%" PRIu64,
             state_name(state), space.free_size, claims, reserve);
    if (state > old && engine->pool) { /* what can go goes now, not at the next look */
        sx_pool_submit(engine->pool, &engine->care_task);
        sx_pool_submit(engine->pool, &engine->flush_task);
    }
}

struct sx_disk_waste sx_engine_disk_waste(struct sx_engine *engine)
{
    struct sx_disk_waste waste = {.snapshot_size = atomic_load(&engine->counts.snapshot_bytes)};
    sx_mutex_lock(&engine->state_mutex);
    for (size_t i = 0; i < engine->store_count; i++)
        for (size_t j = 0; j < engine->stores[i]->segment_count; j++) {
            const struct sx_segment *segment = engine->stores[i]->segments[j];
            waste.deleted_size += segment->info.file_size / 100 * segment->deleted_percent;
        }
    for (size_t i = 0; i < engine->retired_count; i++)
        waste.retired_size += engine->retired[i].segment->info.file_size;
    sx_mutex_unlock(&engine->state_mutex);
    return waste;
}

static stria_status refuse_for_disk(struct sx_engine *engine, stria_error *err)
{
    const struct sx_disk_waste waste = sx_engine_disk_waste(engine);
    return sx_fail(err, STRIA_DISK_FULL,
                   "the disk is nearly full: %" PRIu64
                   " bytes are free, and writes are refused until it is %" PRIu64
                   "; deleted rows take %" PRIu64 " bytes that merges give back, replaced segments "
                   "that are still read %" PRIu64 ", those that snapshots keep %" PRIu64,
                   atomic_load(&engine->disk_free_size),
                   2 * atomic_load(&engine->disk_reserve_size) + sx_engine_disk_claims(engine),
                   waste.deleted_size, waste.retired_size, waste.snapshot_size);
}

stria_status sx_engine_check_writable(struct sx_engine *engine, stria_error *err)
{
    if (engine->options.read_only)
        return sx_fail(err, STRIA_READ_ONLY, "the store was opened for reading only");
    stria_status st = sx_wal_check(engine->wal, err);
    if (st)
        return st;
    if (atomic_load(&engine->replay_failed))
        return sx_fail(err, STRIA_READ_ONLY,
                       "the log could not be read back; the store must be opened again");
    /* A drop that may turn out to be true later would take these rows with it. */
    st = sx_engine_mend_manifest(engine, err);
    if (st)
        return st;
    sx_engine_check_disk(engine, false);
    if (atomic_load(&engine->disk_state) == SX_DISK_READ_ONLY)
        return refuse_for_disk(engine, err);
    return STRIA_OK;
}

/* ---- steps as tasks ---- */

static bool run_merge(void *context);

/* Merge steps that are due after a step of a flush, lest flushed segments pile up: a thread that
 * has nothing else to do runs them as well. */
static size_t merge_debt(struct sx_engine *engine)
{
    size_t most = 0;
    sx_mutex_lock(&engine->state_mutex);
    for (size_t i = 0; i < engine->store_count; i++)
        most = SX_MAX(most, engine->stores[i]->level0_count);
    sx_mutex_unlock(&engine->state_mutex);
    size_t debt = SX_MIN(most / SX_LEVEL0_MAX, MERGE_STEPS_MAX);
    return debt && sx_pool_thread_count(engine->pool) > 1 ? debt - 1 : debt;
}

static bool run_flush(void *context)
{
    struct sx_engine *engine = context;
    bool more = false;
    stria_error err = {0};
    sx_mutex_lock(&engine->state_mutex);
    bool none_frozen = engine->frozen_count == 0;
    bool replaying = engine->frozen && engine->frozen->replaying;
    sx_mutex_unlock(&engine->state_mutex);
    if (replaying)
        return false; /* it comes again when the generation is whole */
    if (none_frozen && (!sx_engine_flush_due(engine) || sx_engine_rotate(engine, &err)))
        return false;
    if (sx_engine_flush_step(engine, &more, &err))
        return false; /* the ticker tries again */
    if (more && sx_pool_thread_count(engine->pool) > 1)
        sx_pool_submit(engine->pool, &engine->merge_task);
    for (size_t debt = more ? merge_debt(engine) : 0; debt > 0 && run_merge(engine);)
        debt--;
    if (!more) {
        sx_pool_submit(engine->pool, &engine->merge_task);
        sx_pool_submit(engine->pool, &engine->evict_task);
    }
    return more;
}

static bool run_merge(void *context)
{
    struct sx_engine *engine = context;
    bool more = false;
    stria_error err = {0};
    if (sx_os_mono_ns(engine->os) < atomic_load(&engine->merge_not_before_ns))
        return false; /* the ticker comes again */
    atomic_store(&engine->merge_not_before_ns, 0);
    return !sx_engine_merge_step(context, SX_MERGE_DUE, &more, &err) && more;
}

/* The log's next file: made before a writer has to wait for it. */
static bool run_log_file(void *context)
{
    struct sx_engine *engine = context;
    stria_error err = {0};
    bool made;
    if (atomic_load(&engine->disk_state) >= SX_DISK_LOW)
        return false; /* a writer makes a small one when it must */
    if (sx_wal_prepare_file(engine->wal, &made, &err)) {
        atomic_store(&engine->log_file_not_before_ns, sx_os_mono_ns(engine->os) + CARE_NS);
        sx_event(&engine->events, STRIA_LEVEL_WARN, "log_file", "text=\"%s\"", err.text);
    }
    return false;
}

static bool run_evict(void *context)
{
    return sx_budget_evict_step(context);
}

/* Log files are written ahead of need and kept for later: as much as the disk has room for. */
static void fit_log(struct sx_engine *engine)
{
    uint64_t total = atomic_load(&engine->disk_total_size);
    if (total)
        sx_wal_limit_files(engine->wal, total / LOG_FILE_PART_OF_DISK);
    if (atomic_load(&engine->disk_state) >= SX_DISK_LOW)
        sx_wal_trim(engine->wal);
}

/* Merges that give back what was deleted wait for this. */
static void look_at_deletes(struct sx_engine *engine)
{
    stria_error err = {0};
    bool more = true;
    for (unsigned i = 0; i < LOOKS_MAX && more && !atomic_load(&engine->closing); i++)
        if (sx_engine_reclaim_step(engine, &more, &err)) {
            sx_event(&engine->events, STRIA_LEVEL_WARN, "reclaim", "text=\"%s\"", err.text);
            return;
        }
}

/* Once nobody has written for a while, the log says that its last frame is durable. */
static void end_log(struct sx_engine *engine)
{
    stria_error err = {0};
    int64_t now = sx_os_mono_ns(engine->os);
    uint64_t written = sx_wal_written_bytes(engine->wal);
    if (written != engine->log_seen_bytes) {
        engine->log_seen_bytes = written;
        engine->log_rests_since_ns = now;
    } else if (now - engine->log_rests_since_ns >= LOG_REST_NS && sx_wal_end(engine->wal, &err)) {
        engine->log_rests_since_ns = now;
        sx_event(&engine->events, STRIA_LEVEL_WARN, "log_end", "text=\"%s\"", err.text);
    }
}

static bool run_care(void *context)
{
    struct sx_engine *engine = context;
    stria_error err = {0};
    sx_engine_check_disk(engine, false);
    (void)run_log_file(engine);
    if (sx_engine_retention_step(engine, &err))
        sx_event(&engine->events, STRIA_LEVEL_WARN, "retention", "text=\"%s\"", err.text);
    if (sx_engine_forget_spent_tombstones(engine, &err))
        sx_event(&engine->events, STRIA_LEVEL_WARN, "tombstones", "text=\"%s\"", err.text);
    look_at_deletes(engine);
    if (sx_engine_set_aside_lost(engine, &err))
        sx_event(&engine->events, STRIA_LEVEL_WARN, "set_aside", "text=\"%s\"", err.text);
    sx_engine_unlink_retired(engine, false);
    sx_engine_release_log(engine);
    fit_log(engine);
    end_log(engine);
    return false;
}

void sx_engine_kick(struct sx_engine *engine)
{
    sx_pool_submit(engine->pool, &engine->flush_task);
}

static void sync_if_due(struct sx_engine *engine)
{
    stria_error err = {0};
    if (sx_wal_sync_due(engine->wal) && sx_wal_sync(engine->wal, &err))
        sx_event(&engine->events, STRIA_LEVEL_ERROR, "log_sync", "text=\"%s\"", err.text);
}

static void tick(void *context)
{
    struct sx_engine *engine = context;
    int64_t last_care = 0;
    sx_mutex_lock(&engine->tick_mutex);
    while (!atomic_load(&engine->closing)) {
        (void)sx_cond_wait_ns(&engine->tick_changed, &engine->tick_mutex, TICK_NS);
        if (atomic_load(&engine->closing))
            break;
        sx_mutex_unlock(&engine->tick_mutex);
        sync_if_due(engine);
        int64_t now = sx_os_mono_ns(engine->os);
        if (now >= atomic_load(&engine->log_file_not_before_ns) && sx_wal_wants_file(engine->wal))
            sx_pool_submit(engine->pool, &engine->log_file_task);
        int64_t merge_at = atomic_load(&engine->merge_not_before_ns);
        if (merge_at && now >= merge_at)
            sx_pool_submit(engine->pool, &engine->merge_task);
        if (now - last_care >= CARE_NS) {
            last_care = now;
            sx_pool_submit(engine->pool, &engine->care_task);
            sx_pool_submit(engine->pool, &engine->flush_task);
            sx_pool_submit(engine->pool, &engine->merge_task);
            sx_pool_submit(engine->pool, &engine->evict_task);
        }
        sx_mutex_lock(&engine->tick_mutex);
    }
    sx_mutex_unlock(&engine->tick_mutex);
}

stria_status sx_engine_start_background(struct sx_engine *engine, stria_error *err)
{
    sx_task_init(&engine->flush_task, SX_PRIORITY_FLUSH, run_flush, engine);
    sx_task_init(&engine->log_file_task, SX_PRIORITY_FLUSH, run_log_file, engine);
    sx_task_init(&engine->merge_task, SX_PRIORITY_MERGE, run_merge, engine);
    sx_task_init(&engine->evict_task, SX_PRIORITY_MERGE, run_evict, engine);
    sx_task_init(&engine->care_task, SX_PRIORITY_RECLAIM, run_care, engine);
    sx_engine_check_disk(engine, true);
    fit_log(engine);
    stria_status st = sx_pool_create(engine->os, &engine->mems[SX_ENGINE_MEM_OTHER],
                                     engine->options.thread_count, &engine->pool, err);
    if (!st && engine->options.thread_count)
        st = engine->os->ops->thread_start(engine->os, tick, engine, &engine->ticker, err);
    if (!st)
        sx_engine_kick(engine);
    return st;
}

void sx_engine_stop_background(struct sx_engine *engine)
{
    atomic_store(&engine->closing, true);
    if (engine->ticker) {
        sx_mutex_lock(&engine->tick_mutex);
        sx_cond_broadcast(&engine->tick_changed);
        sx_mutex_unlock(&engine->tick_mutex);
        engine->os->ops->thread_join(engine->ticker);
        engine->ticker = NULL;
    }
    sx_replay_later_stop(engine);
    if (engine->pool)
        sx_pool_stop(engine->pool);
}

stria_status sx_engine_poll(struct sx_engine *engine, bool *more, stria_error *err)
{
    (void)err;
    if (!engine->options.read_only) {
        sync_if_due(engine);
        if (sx_engine_flush_due(engine))
            sx_engine_kick(engine);
        if (!sx_pool_run_one(engine->pool)) {
            /* Nothing urgent: look after the rest, and whether a merge is due. */
            (void)run_care(engine);
            if (run_merge(engine))
                sx_pool_submit(engine->pool, &engine->merge_task);
        }
    }
    *more = sx_pool_has_queued(engine->pool);
    return STRIA_OK;
}

/* ---- on demand ---- */

static stria_status flush_all(struct sx_engine *engine, stria_error *err)
{
    bool more = true;
    sx_mutex_lock(&engine->state_mutex);
    stria_status st = sx_engine_await_replay(engine, err);
    sx_mutex_unlock(&engine->state_mutex);
    if (!st)
        st = sx_engine_rotate(engine, err);
    sx_mutex_lock(&engine->state_mutex);
    more = engine->frozen_count > 0;
    sx_mutex_unlock(&engine->state_mutex);
    while (!st && more)
        st = sx_engine_flush_step(engine, &more, err);
    return st;
}

stria_status sx_engine_compact(struct sx_engine *engine, stria_compact_until until,
                               stria_compact_report *report, stria_error *err)
{
    struct sx_counts *counts = &engine->counts;
    uint64_t in = atomic_load(&counts->merge_bytes_in), out = atomic_load(&counts->merge_bytes_out);
    uint64_t copied = atomic_load(&counts->merge_bytes_copied);
    uint64_t flushed = atomic_load(&counts->flush_bytes);
    uint64_t samples = atomic_load(&counts->written_samples);
    if (engine->options.read_only)
        return sx_fail(err, STRIA_READ_ONLY, "the store was opened for reading only");
    static const enum sx_merge_aim aims[] = {[STRIA_COMPACT_MERGE] = SX_MERGE_DUE,
                                             [STRIA_COMPACT_SEAL] = SX_MERGE_ALL,
                                             [STRIA_COMPACT_RECLAIM] = SX_MERGE_RECLAIM};
    stria_status st = flush_all(engine, err);
    for (bool more = until == STRIA_COMPACT_RECLAIM; !st && more;)
        st = sx_engine_reclaim_step(engine, &more, err);
    for (bool more = until != STRIA_COMPACT_FLUSH; !st && more;) {
        st = sx_engine_merge_step(engine, aims[until], &more, err);
        if (!st && until == STRIA_COMPACT_RECLAIM && !engine->merge)
            sx_engine_unlink_retired(engine, true); /* before the next needs room */
    }
    if (!st)
        st = sx_engine_forget_spent_tombstones(engine, err);
    if (!st)
        sx_engine_unlink_retired(engine, true);
    if (report)
        *report = (stria_compact_report){
            .sample_count = atomic_load(&counts->written_samples) - samples,
            .bytes_in = atomic_load(&counts->merge_bytes_in) - in,
            .bytes_out = atomic_load(&counts->merge_bytes_out) - out +
                         atomic_load(&counts->flush_bytes) - flushed,
            .bytes_copied = atomic_load(&counts->merge_bytes_copied) - copied};
    return st;
}
