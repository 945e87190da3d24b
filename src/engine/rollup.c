/* SPDX-License-Identifier: Apache-2.0 */
/* rollup.c -- see rollup.h: one window after the other. rollup_scan.c says which. */
#include "engine/rollup.h"

#include "base/error.h"
#include "engine/merge_plan.h"
#include "engine/rollup_priv.h"
#include "engine/rollup_rows.h"
#include "scan/key_merge.h"

#include <inttypes.h>

#define ROWS_PER_STEP 65536
#define SCAN_PAUSE_NS ((int64_t)10 * 1000000000)

struct sx_rollup_job {
    struct sx_rollup_task task;
    uint32_t policy_id; /* with the rows */
    int64_t interval_ns;
    int64_t window_last;
    int64_t cut_ns; /* groups end at its multiples */
    struct sx_view *view;
    struct sx_rollup_mark mark;  /* as it is to be */
    uint64_t rollups_generation; /* of the segments that are written */
    struct sx_key_merge keys;
    struct sx_rewrite rewrite;
    struct sx_rollup_rows rows;
    bool done; /* all series were read */
    bool keep; /* the files live, or may turn out to */
};

static struct sx_mem *job_mem(struct sx_engine *engine)
{
    return &engine->mems[SX_ENGINE_MEM_MERGE];
}

void sx_rollup_destroy(struct sx_engine *engine, struct sx_rollup_job *job)
{
    if (!job)
        return;
    sx_key_merge_deinit(&job->keys);
    sx_rewrite_deinit(&job->rewrite, job->keep);
    sx_rollup_rows_deinit(&job->rows);
    sx_view_release(job->view);
    sx_mem_free(job_mem(engine), job);
}

void sx_rollup_abort(struct sx_engine *engine)
{
    sx_rollup_destroy(engine, engine->rollups.job);
    sx_mem_free(job_mem(engine), engine->rollups.tasks);
    engine->rollups = (struct sx_rollups){0};
}

/* ---- beginning ------------------------------------------------------------------------------ */

bool sx_rollup_reaches(const struct sx_segment_info *info, int64_t start, int64_t last)
{
    return info->min_ts <= last && info->max_ts >= start;
}

/* Whether a segment with rollups holds those of the window and nothing else: then it goes when they
 * are made anew. Those that stay are of earlier generations than the new ones; rollups count
 * generations by themselves. */
static bool is_alone(const struct sx_rollup_job *job, const struct sx_segment_info *info)
{
    return info->min_ts >= job->task.window_start && info->max_ts <= job->window_last;
}

/* Rollups of several windows that are one window of theirs are sealed when they are all there. */
static uint8_t tier_of(const struct sx_policy_store *rows, const struct sx_policy_store *rollup)
{
    return rows->window_ns < rollup->window_ns ? SX_TIER_HOT : SX_TIER_SEALED;
}

/* The view of the window's rows, and what the job has to know of both policies. state_mutex held.
 * False: no memory, or (*gone) there is nothing to do. */
static bool gather(struct sx_engine *engine, struct sx_rollup_job *job,
                   struct sx_segment_info *info, bool *gone)
{
    const struct sx_policy_store *rollup = sx_engine_store(engine, job->task.rollup_id);
    const struct sx_policy_store *rows = rollup ? sx_engine_store(engine, rollup->rollup_of) : NULL;
    int64_t start = job->task.window_start;
    *gone = !rows;
    if (!rows)
        return false;
    job->policy_id = rows->policy_id;
    job->interval_ns = rollup->rollup_ns;
    job->cut_ns = rollup->window_ns;
    job->window_last = sx_merge_window_last(start, rows->window_ns);
    job->mark.window_start = start;
    struct sx_segment **segments =
        sx_mem_alloc(job_mem(engine), (rows->segment_count + 1) * sizeof *segments);
    if (!segments)
        return false;
    struct sx_view_parts parts = {
        .policy_id = rows->policy_id, .tombstones = rows->tombstones, .segments = segments};
    *info = (struct sx_segment_info){.policy_id = rollup->policy_id,
                                     .level = 1,
                                     .tier = tier_of(rows, rollup),
                                     .first_generation = 1,
                                     .first_seq = 1,
                                     .last_seq = 1};
    for (size_t i = 0; i < rows->segment_count; i++) {
        if (!sx_rollup_reaches(&rows->segments[i]->info, start, job->window_last))
            continue;
        segments[parts.segment_count++] = rows->segments[i];
        job->mark.generation =
            SX_MAX(job->mark.generation, rows->segments[i]->info.last_generation);
    }
    for (size_t i = 0; i < rollup->segment_count; i++)
        if (sx_rollup_reaches(&rollup->segments[i]->info, start, job->window_last) &&
            !is_alone(job, &rollup->segments[i]->info))
            info->first_generation =
                SX_MAX(info->first_generation, rollup->segments[i]->info.last_generation + 1);
    info->last_generation = info->first_generation;
    if (rollup->tombstones && rollup->tombstones->count)
        info->tombstone_id = rollup->tombstones->items[rollup->tombstones->count - 1].id;
    job->rollups_generation = info->first_generation;
    job->view = sx_view_create(job_mem(engine), &parts);
    sx_mem_free(job_mem(engine), segments);
    return job->view != NULL;
}

static stria_status begin(struct sx_engine *engine, const struct sx_rollup_task *task,
                          stria_error *err)
{
    struct sx_rollup_job *job = sx_mem_zalloc(job_mem(engine), sizeof *job);
    struct sx_segment_info info;
    bool gone = false;
    if (!job)
        return sx_mem_refused(job_mem(engine), sizeof *job, err);
    job->task = *task;
    sx_mutex_lock(&engine->state_mutex);
    bool good = gather(engine, job, &info, &gone);
    sx_mutex_unlock(&engine->state_mutex);
    if (!good) {
        sx_rollup_destroy(engine, job);
        return gone ? STRIA_OK : sx_mem_refused(job_mem(engine), sizeof(struct sx_view), err);
    }
    struct sx_rewrite_options options = {.view = job->view,
                                         .mem = job_mem(engine),
                                         .info = info,
                                         .window_ns = job->cut_ns,
                                         .time_min_ns = task->window_start,
                                         .time_max_ns = job->window_last};
    sx_rollup_rows_init(&job->rows, job_mem(engine), job->interval_ns);
    stria_status st = sx_rewrite_init(&job->rewrite, engine, &options, err);
    if (!st)
        st = sx_key_merge_init(&job->keys, job->view, false, job_mem(engine), err);
    if (st)
        sx_rollup_destroy(engine, job);
    else
        engine->rollups.job = job;
    return st;
}

/* ---- working -------------------------------------------------------------------------------- */

/* Writes what came of a series, cut where the windows of its policy end. */
static stria_status write_rows(struct sx_rollup_job *job, stria_error *err)
{
    const struct sx_block *block = &job->rows.block;
    uint32_t count = block->row_count;
    stria_status st = STRIA_OK;
    for (uint32_t first = 0; first < count && !st;) {
        uint32_t end = first + 1;
        int64_t window = sx_window_start(block->ts_ns[first], job->cut_ns);
        while (end < count && sx_window_start(block->ts_ns[end], job->cut_ns) == window)
            end++;
        if (first == 0 && end == count)
            return sx_rewrite_put(&job->rewrite, block->ts_ns, count, job->rows.columns,
                                  job->rows.column_count, err);
        st = sx_rollup_rows_write(&job->rows, &job->rewrite, first, end - first, err);
        first = end;
    }
    return st;
}

static stria_status roll_up(struct sx_rollup_job *job, const struct sx_scan_series *series,
                            uint64_t *row_count, stria_error *err)
{
    const struct sx_rows *rows;
    uint32_t column_count;
    stria_status st = sx_rewrite_begin(&job->rewrite, series, err);
    if (st)
        return st;
    const struct sx_scan_column *columns = sx_reader_columns(job->rewrite.reader, &column_count);
    int64_t length = job->window_last - job->task.window_start + 1;
    st = sx_rollup_rows_begin(&job->rows, columns, column_count,
                              (uint32_t)(length / job->interval_ns), err);
    while (!st) {
        st = sx_reader_next(job->rewrite.reader, &rows, err);
        if (st || !rows)
            break;
        sx_rollup_rows_feed(&job->rows, rows);
        *row_count += rows->row_count;
    }
    if (st)
        return st;
    sx_rollup_rows_end(&job->rows);
    if (job->rows.inexact)
        job->mark.flags |= SX_ROLLUP_INEXACT;
    if (job->rows.block.row_count)
        st = write_rows(job, err);
    return st ? st : sx_rewrite_end(&job->rewrite, err);
}

static stria_status work(struct sx_rollup_job *job, stria_error *err)
{
    uint64_t rows = 0, visited = 0;
    while (rows < ROWS_PER_STEP && visited++ < ROWS_PER_STEP) {
        const struct sx_scan_series *series;
        stria_status st = sx_key_merge_next(&job->keys, &series, err);
        if (st)
            return st;
        if (!series) {
            job->done = true;
            return sx_rewrite_finish(&job->rewrite, err);
        }
        st = roll_up(job, series, &rows, err);
        if (st)
            return st;
    }
    return STRIA_OK;
}

/* ---- the commit ----------------------------------------------------------------------------- */

/* Whether rows of the window were deleted since the job began: what it read is not true any more.
 */
static bool was_overtaken(const struct sx_rollup_job *job, const struct sx_policy_store *rows)
{
    uint64_t seen = sx_view_last_tombstone(job->view);
    for (size_t i = 0; rows->tombstones && i < rows->tombstones->count; i++) {
        const struct sx_tombstone *t = &rows->tombstones->items[i];
        if (t->id > seen && t->time_min_ns <= job->window_last &&
            t->time_max_ns >= job->task.window_start)
            return true;
    }
    return false;
}

/* Takes the window's old rollups out, where segments hold nothing else; else they are hidden.
 * Removals come last: they cannot fail, nor be undone. state_mutex held. */
static void put_old_out(const struct sx_rollup_job *job, const struct sx_policy_store *rollup,
                        bool remove, struct sx_counters *counters, struct sx_buf *ops)
{
    int64_t start = job->task.window_start, last = job->window_last;
    bool shared = false;
    for (size_t i = 0; i < rollup->segment_count; i++) {
        const struct sx_segment_info *info = &rollup->segments[i]->info;
        bool alone = is_alone(job, info);
        shared = shared || (!alone && sx_rollup_reaches(info, start, last));
        if (alone && remove)
            sx_edit_put_number(ops, SX_OP_REMOVE_SEGMENT, info->segment_id);
    }
    if (!shared || remove)
        return;
    struct sx_tombstone tombstone = {.id = counters->next_tombstone_id++,
                                     .generation = job->rollups_generation,
                                     .policy_id = rollup->policy_id,
                                     .all_measurements = true,
                                     .time_min_ns = start,
                                     .time_max_ns = last};
    sx_edit_put_tombstone(ops, &tombstone);
}

static void put_edit(struct sx_engine *engine, const struct sx_rollup_job *job,
                     const struct sx_policy_store *rollup, struct sx_buf *ops)
{
    struct sx_counters counters = engine->counters;
    const struct sx_rewrite *rw = &job->rewrite;
    put_old_out(job, rollup, false, &counters, ops);
    for (size_t i = 0; i < rw->output_count; i++)
        sx_edit_put_segment(ops, &rw->outputs[i]);
    sx_edit_put_rollup(ops, rollup->policy_id, &job->mark);
    sx_edit_put_counters(ops, &counters);
    put_old_out(job, rollup, true, &counters, ops);
}

static void tell(struct sx_engine *engine, const struct sx_rollup_job *job)
{
    uint64_t size = 0, rows = 0;
    for (size_t i = 0; i < job->rewrite.output_count; i++) {
        size += job->rewrite.outputs[i].file_size;
        rows += job->rewrite.outputs[i].row_count;
    }
    atomic_fetch_add(&engine->counts.rollups, 1);
    atomic_fetch_add(&engine->counts.rollup_bytes, size);
    int64_t now = sx_os_mono_ns(engine->os);
    int64_t wait_ns = sx_rate_take(&engine->merge_rate, size, now);
    atomic_store(&engine->merge_not_before_ns, wait_ns ? now + wait_ns : 0);
    sx_event(&engine->events, STRIA_LEVEL_INFO, "rollup",
             "interval=%s window=%" PRId64 " rows=%" PRIu64 " bytes=%" PRIu64,
             sx_rollup_name(job->interval_ns), job->task.window_start, rows, size);
}

static stria_status commit(struct sx_engine *engine, struct sx_rollup_job *job, stria_error *err)
{
    stria_status st = STRIA_OK;
    struct sx_buf ops;
    sx_buf_init(&ops, job_mem(engine), (size_t)64 << 20);
    if (job->rewrite.output_count)
        st = engine->os->ops->sync_dir(engine->os, engine->seg_dir, err);
    sx_mutex_lock(&engine->manifest_mutex);
    sx_mutex_lock(&engine->state_mutex);
    const struct sx_policy_store *rollup = sx_engine_store(engine, job->task.rollup_id);
    const struct sx_policy_store *rows = sx_engine_store(engine, job->policy_id);
    bool wanted = !st && rollup && rows && !was_overtaken(job, rows);
    if (wanted)
        put_edit(engine, job, rollup, &ops);
    sx_mutex_unlock(&engine->state_mutex);
    if (wanted) {
        st = ops.failed ? sx_buf_refused(&ops, "manifest edit", err)
                        : sx_engine_commit_edit(engine, sx_buf_bytes(&ops), err);
        job->keep = !st || sx_manifest_broken(engine->manifest);
        if (!st)
            tell(engine, job);
    }
    sx_mutex_unlock(&engine->manifest_mutex);
    sx_buf_deinit(&ops);
    return st;
}

/* ---- steps ---------------------------------------------------------------------------------- */

static stria_status next_job(struct sx_engine *engine, bool force, bool *more, stria_error *err)
{
    struct sx_rollups *r = &engine->rollups;
    int64_t now = sx_os_mono_ns(engine->os);
    if (r->task_at < r->task_count) {
        *more = true;
        return begin(engine, &r->tasks[r->task_at++], err);
    }
    if (!force && now < r->not_before_ns)
        return STRIA_OK;
    r->task_at = r->task_count = 0;
    stria_status st = sx_rollup_scan(engine, force, err);
    *more = !st && r->task_count > 0;
    if (!*more)
        r->not_before_ns = now + SCAN_PAUSE_NS;
    return st;
}

stria_status sx_rollup_step(struct sx_engine *engine, bool force, bool *more, stria_error *err)
{
    struct sx_rollups *r = &engine->rollups;
    struct sx_rollup_job *job = r->job;
    stria_status st;
    *more = job != NULL;
    if (!job) {
        st = next_job(engine, force, more, err);
    } else if (!job->done) {
        st = work(job, err);
    } else {
        st = commit(engine, job, err);
        r->job = NULL;
        sx_rollup_destroy(engine, job);
        job = NULL;
    }
    if (!st)
        return STRIA_OK;
    if (job && r->job == job) {
        r->job = NULL;
        sx_rollup_destroy(engine, job);
    }
    *more = false;
    r->not_before_ns = sx_os_mono_ns(engine->os) + SCAN_PAUSE_NS;
    return st;
}
