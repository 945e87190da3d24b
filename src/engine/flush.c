/* SPDX-License-Identifier: Apache-2.0 */
/* flush.c -- ending a generation, and writing the oldest ended one to segments.
 *
 * Algorithm   A flush is a job of bounded steps: for each policy its series in key order go through
 *             a rewrite; then the folder is synced and one manifest edit makes the segments and the
 *             end of the generation true. Only then its memtables and log files go. Generations are
 *             flushed in their order, so that "newest wins" stays an order of numbers.
 * Threads     The job is guarded by flush_mutex. */
#include "base/error.h"
#include "base/hash.h"
#include "engine/engine_priv.h"
#include "engine/rollup.h"

#include <inttypes.h>

#define ROWS_PER_STEP 65536
#define LOG_PART_OF_DISK 8

/* One policy's part of the flush. */
struct sx_flush {
    struct sx_generation *generation; /* a reference */
    size_t table;                     /* being written */
    bool begun;                       /* the members below are of that table */
    struct sx_view *view;
    struct sx_series_index *index;
    uint32_t *slots; /* sorted by key */
    size_t slot_count, next_slot;
    struct sx_rewrite rewrite;
    struct sx_buf key;
    /* finished, of all tables */
    struct sx_segment_info *outputs;
    size_t output_count, output_capacity;
    uint64_t row_count;
    bool in_doubt; /* the commit failed, but may turn out to be true: the outputs must stay */
};

/* ---- rotation ---- */

/* Puts the new generation in place of the active one, which joins the frozen. state_mutex held. */
static void publish(struct sx_engine *engine, struct sx_generation *next)
{
    struct sx_generation *old = engine->active;
    old->next = NULL;
    *engine->frozen_last = old;
    engine->frozen_last = &old->next;
    engine->frozen_count++;
    engine->active = next;
    sx_cond_broadcast(&engine->state_changed);
}

stria_status sx_engine_rotate_locked(struct sx_engine *engine, stria_error *err)
{
    stria_status st = STRIA_OK;
    sx_mutex_lock(&engine->state_mutex);
    struct sx_generation *active = sx_generation_acquire(engine->active);
    sx_mutex_unlock(&engine->state_mutex);
    if (sx_generation_row_count(active) == 0)
        goto done;
    struct sx_generation *next = sx_generation_create(engine, active->number + 1);
    if (!next) {
        st = sx_mem_refused(&engine->mems[SX_ENGINE_MEM_OTHER], sizeof *next, err);
        goto done;
    }
    st = sx_wal_rotate(engine->wal, next->number, err);
    if (st) {
        sx_generation_release(next);
        goto done;
    }
    sx_mutex_lock(&engine->state_mutex);
    publish(engine, next);
    sx_mutex_unlock(&engine->state_mutex);
    atomic_store(&engine->flush_wanted, false);
done:
    sx_generation_release(active);
    return st;
}

stria_status sx_engine_rotate(struct sx_engine *engine, stria_error *err)
{
    sx_mutex_lock(&engine->rotate_mutex);
    stria_status st = sx_engine_rotate_locked(engine, err);
    sx_mutex_unlock(&engine->rotate_mutex);
    return st;
}

/* Most bytes of a generation's log. Segments are a tenth of it and less: on a small disk, and most
 * of all on one that is full, the log must not be what takes the room. */
static uint64_t log_size_max(struct sx_engine *engine)
{
    uint64_t most = 4 * engine->memtable_size;
    uint64_t reserve = atomic_load(&engine->disk_reserve_size);
    int disk = atomic_load(&engine->disk_state);
    if (disk == SX_DISK_READ_ONLY)
        return SX_MIN(most, SX_WAL_FILE_SIZE_MIN);
    if (disk == SX_DISK_LOW)
        return SX_MIN(most, SX_MAX(reserve / 2, SX_WAL_FILE_SIZE_MIN));
    uint64_t total = atomic_load(&engine->disk_total_size);
    return total ? SX_MIN(most, SX_MAX(total / LOG_PART_OF_DISK, SX_WAL_FILE_SIZE_MIN)) : most;
}

bool sx_engine_flush_due(struct sx_engine *engine)
{
    sx_mutex_lock(&engine->state_mutex);
    struct sx_generation *active = engine->active ? sx_generation_acquire(engine->active) : NULL;
    bool due = engine->frozen && !engine->frozen->replaying;
    sx_mutex_unlock(&engine->state_mutex);
    if (!due && active) {
        uint64_t logged = sx_wal_generation_bytes(engine->wal);
        int64_t age = sx_os_mono_ns(engine->os) - active->created_ns;
        bool wanted = atomic_load(&engine->flush_wanted) && sx_generation_row_count(active) > 0;
        due = wanted || sx_generation_size(active) >= engine->memtable_size ||
              logged >= log_size_max(engine) ||
              (age >= SX_FLUSH_AGE_NS && logged >= SX_FLUSH_AGE_BYTES);
    }
    sx_generation_release(active);
    return due;
}

/* ---- the job ---- */

static void end_table(struct sx_engine *engine, struct sx_flush *f, bool keep)
{
    struct sx_mem *mem = &engine->mems[SX_ENGINE_MEM_FLUSH];
    sx_rewrite_deinit(&f->rewrite, keep);
    sx_view_release(f->view);
    sx_series_index_release(f->index);
    sx_mem_free(mem, f->slots);
    sx_buf_deinit(&f->key);
    f->view = NULL;
    f->index = NULL;
    f->slots = NULL;
    f->begun = false;
}

static void flush_destroy(struct sx_engine *engine, struct sx_flush *f, bool keep)
{
    struct sx_mem *mem = &engine->mems[SX_ENGINE_MEM_FLUSH];
    if (!f)
        return;
    keep = keep || f->in_doubt;
    if (f->begun)
        end_table(engine, f, false);
    for (size_t i = 0; !keep && i < f->output_count; i++) {
        char *path = sx_engine_segment_path(engine, f->outputs[i].segment_id);
        if (path)
            (void)engine->os->ops->unlink(engine->os, path, NULL);
        sx_mem_free(&engine->mems[SX_ENGINE_MEM_OTHER], path);
    }
    sx_mem_free(mem, f->outputs);
    sx_generation_release(f->generation);
    sx_mem_free(mem, f);
}

/* The i-th table of a generation; *table is not referenced: the generation holds its memtable. A
 * writer that comes too late may still add (empty) tables. */
static bool get_table(struct sx_generation *generation, size_t i, struct sx_generation_table *table)
{
    sx_mutex_lock(&generation->mutex);
    bool found = i < generation->table_count;
    if (found)
        *table = generation->tables[i];
    sx_mutex_unlock(&generation->mutex);
    return found;
}

static stria_status begin_table(struct sx_engine *engine, struct sx_flush *f,
                                const struct sx_generation_table *table, stria_error *err)
{
    struct sx_mem *mem = &engine->mems[SX_ENGINE_MEM_FLUSH];
    struct sx_memtable *memtable = table->memtable;
    struct sx_tombstones *tombstones = NULL;
    int64_t window_ns = 0;
    sx_mutex_lock(&engine->state_mutex);
    const struct sx_policy_store *store = sx_engine_store(engine, table->policy_id);
    if (store) {
        window_ns = store->window_ns;
        tombstones = sx_tombstones_acquire(store->tombstones);
    }
    sx_mutex_unlock(&engine->state_mutex);
    f->begun = true;
    sx_buf_init(&f->key, mem, 4 * 65536);
    f->slot_count = f->next_slot = 0;
    if (!window_ns)
        return STRIA_OK; /* the policy was dropped: nothing to write */
    f->index = sx_series_index_acquire(sx_memtable_index(memtable));
    struct sx_view_parts parts = {.policy_id = table->policy_id,
                                  .index = f->index,
                                  .tombstones = tombstones,
                                  .memtables = &memtable,
                                  .memtable_count = 1};
    f->view = sx_view_create(mem, &parts);
    sx_tombstones_release(tombstones);
    if (!f->view)
        return sx_mem_refused(mem, sizeof *f->view, err);
    stria_status st = sx_memtable_slots(memtable, mem, &f->slots, &f->slot_count, err);
    if (!st && !sx_series_index_sort(f->index, mem, f->slots, f->slot_count))
        st = sx_mem_refused(mem, f->slot_count * 20, err);
    struct sx_rewrite_options options = {
        .view = f->view,
        .mem = mem,
        .window_ns = window_ns,
        .time_min_ns = INT64_MIN,
        .time_max_ns = INT64_MAX,
        .info = {.policy_id = table->policy_id,
                 .first_generation = f->generation->number,
                 .last_generation = f->generation->number},
    };
    options.info.tombstone_id = sx_view_last_tombstone(f->view);
    sx_memtable_seqs(memtable, &options.info.first_seq, &options.info.last_seq);
    if (!st)
        st = sx_rewrite_init(&f->rewrite, engine, &options, err);
    return st;
}

/* Writes series until the step's share is done; *done: the table is. */
static stria_status write_series(struct sx_flush *f, bool *done, stria_error *err)
{
    uint64_t rows = 0;
    stria_status st = STRIA_OK;
    while (f->next_slot < f->slot_count && rows < ROWS_PER_STEP && !st) {
        uint32_t slot = f->slots[f->next_slot++];
        struct sx_scan_source where = {.source = 0, .id = slot};
        uint64_t count;
        sx_buf_clear(&f->key);
        sx_series_index_key(f->index, slot, &f->key);
        if (f->key.failed)
            return sx_buf_refused(&f->key, "series key", err);
        struct sx_scan_series series = {.key = sx_buf_bytes(&f->key),
                                        .hash = sx_series_index_slot(f->index, slot)->hash,
                                        .sources = &where,
                                        .source_count = 1};
        st = sx_rewrite_series(&f->rewrite, &series, &count, err);
        rows += count;
        f->row_count += count;
    }
    *done = f->next_slot >= f->slot_count;
    if (!st && *done && f->slot_count)
        st = sx_rewrite_finish(&f->rewrite, err);
    return st;
}

/* Moves the finished segments of a table to those of the flush. */
static stria_status take_outputs(struct sx_engine *engine, struct sx_flush *f, stria_error *err)
{
    struct sx_mem *mem = &engine->mems[SX_ENGINE_MEM_FLUSH];
    struct sx_rewrite *rw = &f->rewrite;
    if (!SX_GROW(mem, f->outputs, f->output_capacity, f->output_count + rw->output_count + 1))
        return sx_mem_refused(mem, rw->output_count * sizeof *f->outputs, err);
    for (size_t i = 0; i < rw->output_count; i++)
        f->outputs[f->output_count++] = rw->outputs[i];
    end_table(engine, f, true);
    return STRIA_OK;
}

/* ---- the commit ---- */

/* Types that came since the last commit; state_mutex held. */
static void put_types(struct sx_engine *engine, struct sx_buf *out)
{
    for (size_t i = 0; i < engine->store_count; i++)
        sx_engine_put_types(engine->stores[i], engine->stores[i]->policy_id, false, out);
}

/* Makes the structs of the new segments, so that publishing cannot fail. *segments has one for each
 * output; those of dropped policies are NULL. */
static stria_status make_segments(struct sx_engine *engine, const struct sx_flush *f,
                                  struct sx_segment ***segments, stria_error *err)
{
    struct sx_mem *mem = &engine->mems[SX_ENGINE_MEM_FLUSH];
    *segments = sx_mem_zalloc(mem, (f->output_count + 1) * sizeof **segments);
    if (!*segments)
        return sx_mem_refused(mem, f->output_count * sizeof **segments, err);
    for (size_t i = 0; i < f->output_count; i++) {
        char *path = sx_engine_segment_path(engine, f->outputs[i].segment_id);
        if (path)
            (*segments)[i] = sx_segment_create(engine->os, &engine->mems[SX_ENGINE_MEM_SEGMENT],
                                               path, &f->outputs[i]);
        sx_mem_free(&engine->mems[SX_ENGINE_MEM_OTHER], path);
        if (!(*segments)[i])
            return sx_mem_refused(mem, sizeof ***segments, err);
    }
    return STRIA_OK;
}

/* Room in the stores' lists for the outputs, so that publishing cannot fail. state_mutex held;
 * while manifest_mutex is held too, nobody else adds to the lists. */
static stria_status reserve_places(struct sx_engine *engine, const struct sx_flush *f,
                                   stria_error *err)
{
    struct sx_mem *other = &engine->mems[SX_ENGINE_MEM_OTHER];
    for (size_t i = 0; i < f->output_count; i++) {
        struct sx_policy_store *store = sx_engine_store(engine, f->outputs[i].policy_id);
        if (store && !SX_GROW(other, store->segments, store->segment_capacity,
                              store->segment_count + f->output_count))
            return sx_mem_refused(other, f->output_count * sizeof *store->segments, err);
    }
    return STRIA_OK;
}

/* The edit that makes the flush true. manifest_mutex held. */
static void put_flush(struct sx_engine *engine, const struct sx_flush *f, struct sx_buf *ops)
{
    sx_mutex_lock(&engine->state_mutex);
    for (size_t i = 0; i < f->output_count; i++)
        if (sx_engine_store(engine, f->outputs[i].policy_id)) {
            sx_edit_put_segment(ops, &f->outputs[i]);
            engine->counters.next_seq =
                SX_MAX(engine->counters.next_seq, f->outputs[i].last_seq + 1);
        }
    put_types(engine, ops);
    sx_mutex_unlock(&engine->state_mutex);
    sx_edit_put_counters(ops, &engine->counters);
    sx_edit_put_number(ops, SX_OP_FLUSHED, f->generation->number);
}

/* manifest_mutex held. */
static stria_status commit_edit(struct sx_engine *engine, struct sx_flush *f, stria_error *err)
{
    struct sx_buf ops;
    sx_mutex_lock(&engine->state_mutex);
    stria_status st = reserve_places(engine, f, err);
    sx_mutex_unlock(&engine->state_mutex);
    if (st)
        return st;
    sx_buf_init(&ops, &engine->mems[SX_ENGINE_MEM_FLUSH], (size_t)64 << 20);
    put_flush(engine, f, &ops);
    if (ops.failed)
        st = sx_buf_refused(&ops, "manifest edit", err);
    if (!st) {
        st = sx_manifest_commit(engine->manifest, sx_buf_bytes(&ops), err);
        f->in_doubt = st && sx_manifest_broken(engine->manifest);
    }
    sx_mutex_lock(&engine->state_mutex);
    for (size_t i = 0; st && i < engine->store_count; i++)
        sx_series_index_types_lost(engine->stores[i]->index);
    sx_mutex_unlock(&engine->state_mutex);
    sx_buf_deinit(&ops);
    return st;
}

/* Takes the flushed generation off the list of frozen ones. state_mutex held. */
static void unlist(struct sx_engine *engine, struct sx_generation *generation)
{
    struct sx_generation **at = &engine->frozen;
    while (*at != generation)
        at = &(*at)->next;
    *at = generation->next;
    if (!*at)
        engine->frozen_last = at;
    engine->frozen_count--;
}

/* Shows the segments in place of the memtables. Those of policies that were dropped meanwhile stay
 * in `segments`. manifest_mutex held; cannot fail. */
static void publish_segments(struct sx_engine *engine, struct sx_flush *f,
                             struct sx_segment **segments)
{
    sx_mutex_lock(&engine->state_mutex);
    for (size_t i = 0; i < f->output_count; i++) {
        struct sx_policy_store *store = sx_engine_store(engine, f->outputs[i].policy_id);
        if (store && sx_engine_add_segment(engine, store, segments[i]))
            segments[i] = NULL; /* moved */
    }
    engine->flushed_generation = f->generation->number;
    unlist(engine, f->generation);
    sx_cond_broadcast(&engine->state_changed);
    sx_mutex_unlock(&engine->state_mutex);
    sx_generation_release(f->generation); /* that of the list */
}

static void count_flush(struct sx_engine *engine, const struct sx_flush *f)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < f->output_count; i++) {
        bytes += f->outputs[i].file_size;
        atomic_fetch_add(&engine->counts.written_samples, f->outputs[i].sample_count);
    }
    atomic_fetch_add(&engine->counts.flushes, 1);
    atomic_fetch_add(&engine->counts.flush_bytes, bytes);
    atomic_fetch_add(&engine->counts.flush_rows, f->row_count);
    sx_event(&engine->events, STRIA_LEVEL_INFO, "flush",
             "generation=%" PRIu64 " rows=%" PRIu64 " segments=%zu bytes=%" PRIu64,
             f->generation->number, f->row_count, f->output_count, bytes);
}

static stria_status commit(struct sx_engine *engine, struct sx_flush *f, stria_error *err)
{
    struct sx_mem *mem = &engine->mems[SX_ENGINE_MEM_FLUSH];
    struct sx_segment **segments = NULL;
    stria_status st = make_segments(engine, f, &segments, err);
    if (!st && f->output_count)
        st = engine->os->ops->sync_dir(engine->os, engine->seg_dir, err);
    sx_mutex_lock(&engine->manifest_mutex);
    if (!st)
        st = commit_edit(engine, f, err);
    if (!st) {
        publish_segments(engine, f, segments);
        count_flush(engine, f);
    }
    sx_mutex_unlock(&engine->manifest_mutex);
    if (!st)
        sx_engine_release_log(engine);
    for (size_t i = 0; segments && i < f->output_count; i++) {
        if (!st && segments[i]) /* of a dropped policy: no edit names it */
            (void)engine->os->ops->unlink(engine->os, segments[i]->path, NULL);
        sx_segment_release(segments[i]);
    }
    sx_mem_free(mem, segments);
    return st;
}

/* ---- steps ---- */

static stria_status begin_flush(struct sx_engine *engine, stria_error *err)
{
    struct sx_mem *mem = &engine->mems[SX_ENGINE_MEM_FLUSH];
    sx_mutex_lock(&engine->state_mutex);
    bool whole = engine->frozen && !engine->frozen->replaying;
    struct sx_generation *oldest = whole ? sx_generation_acquire(engine->frozen) : NULL;
    sx_mutex_unlock(&engine->state_mutex);
    if (!oldest)
        return STRIA_OK;
    engine->flush = sx_mem_zalloc(mem, sizeof *engine->flush);
    if (!engine->flush) {
        sx_generation_release(oldest);
        return sx_mem_refused(mem, sizeof *engine->flush, err);
    }
    engine->flush->generation = oldest;
    return STRIA_OK;
}

static stria_status step(struct sx_engine *engine, struct sx_flush *f, bool *done, stria_error *err)
{
    struct sx_generation_table table;
    stria_status st = STRIA_OK;
    *done = false;
    if (get_table(f->generation, f->table, &table)) {
        bool table_done = false;
        if (!f->begun)
            st = begin_table(engine, f, &table, err);
        if (!st)
            st = write_series(f, &table_done, err);
        if (!st && table_done) {
            st = take_outputs(engine, f, err);
            f->table++;
        }
        return st;
    }
    *done = true;
    return commit(engine, f, err);
}

stria_status sx_engine_flush_step(struct sx_engine *engine, bool *more, stria_error *err)
{
    bool done = false;
    stria_status st = STRIA_OK;
    sx_mutex_lock(&engine->flush_mutex);
    if (!engine->flush)
        st = begin_flush(engine, err);
    if (!st && engine->flush) {
        st = step(engine, engine->flush, &done, err);
        if (st || done) {
            flush_destroy(engine, engine->flush, !st);
            engine->flush = NULL;
        }
    }
    sx_mutex_lock(&engine->state_mutex);
    *more = !st && engine->frozen && !engine->frozen->replaying;
    sx_mutex_unlock(&engine->state_mutex);
    sx_mutex_unlock(&engine->flush_mutex);
    if (st) {
        atomic_fetch_add(&engine->counts.flush_failures, 1);
        sx_event(&engine->events, STRIA_LEVEL_ERROR, "flush_failed", "text=\"%s\"",
                 err ? err->text : "");
    }
    return st;
}

stria_status sx_engine_pass_empty_generations(struct sx_engine *engine, stria_error *err)
{
    uint64_t last = engine->active->number - 1;
    struct sx_buf ops;
    if (engine->frozen_count || engine->flushed_generation >= last)
        return STRIA_OK;
    sx_buf_init(&ops, &engine->mems[SX_ENGINE_MEM_OTHER], 4096);
    sx_edit_put_number(&ops, SX_OP_FLUSHED, last);
    stria_status st = ops.failed ? sx_buf_refused(&ops, "manifest edit", err)
                                 : sx_manifest_commit(engine->manifest, sx_buf_bytes(&ops), err);
    sx_buf_deinit(&ops);
    if (st)
        return st;
    engine->flushed_generation = last;
    return STRIA_OK;
}

void sx_engine_abort_jobs(struct sx_engine *engine)
{
    flush_destroy(engine, engine->flush, false);
    engine->flush = NULL;
    sx_merge_destroy(engine, engine->merge);
    engine->merge = NULL;
    sx_rollup_abort(engine);
}
