/* SPDX-License-Identifier: Apache-2.0 */
/* merge.c -- fewer, larger segments: carrying out what merge_choose.h chose.
 *
 * Algorithm   A job goes through its inputs span by span (merge_plan.h), series by series, in
 *             bounded steps, and becomes true with one manifest edit. What need not change is
 *             copied as it is stored (rewrite_copy.c).
 * Invariants  The segments that overlap in time have disjoint ranges of generations, or equal ones
 *             (pieces of one output, which have disjoint series).
 * Threads     The job is guarded by job_mutex. */
#include "base/error.h"
#include "engine/budget.h"
#include "engine/merge_choose.h"
#include "engine/merge_plan.h"
#include "engine/rollup.h"
#include "scan/damage.h"
#include "scan/key_merge.h"

#include <inttypes.h>

#define ROWS_PER_STEP 65536
#define NO_MEMORY_REST_NS ((int64_t)10 * 1000 * 1000 * 1000)

struct sx_merge {
    uint32_t policy_id;
    int64_t window_ns;
    bool keep_whole;            /* all spans are one */
    struct sx_segment **inputs; /* references, oldest first */
    size_t input_count, run_count;
    struct sx_segment_info info;      /* of the outputs */
    struct sx_tombstones *tombstones; /* a reference */
    struct sx_request request;        /* takes no damage */
    struct sx_view *view;
    struct sx_merge_plan plan;
    size_t index_size_max; /* of one output */
    size_t next_span;
    bool begun; /* the members below are of plan.spans[next_span] */
    struct sx_key_merge keys;
    struct sx_rewrite rewrite;
    struct sx_segment_info *outputs;
    size_t output_count, output_capacity;
    uint64_t row_count;
    uint64_t copied_size; /* of chunks that were not decoded */
    uint64_t size_max;    /* of the outputs: what of the inputs is not deleted */
    uint64_t paced_size;  /* of what was written, that the rate has heard of */
    bool keep_outputs;    /* they live, or may turn out to */
};

static struct sx_mem *merge_mem(struct sx_engine *engine)
{
    return &engine->mems[SX_ENGINE_MEM_MERGE];
}

/* ---- beginning ---- */

void sx_merge_destroy(struct sx_engine *engine, struct sx_merge *m)
{
    struct sx_mem *mem = merge_mem(engine);
    if (!m)
        return;
    if (m->begun) {
        sx_key_merge_deinit(&m->keys);
        sx_rewrite_deinit(&m->rewrite, false);
    }
    for (size_t i = 0; !m->keep_outputs && i < m->output_count; i++) {
        char *path = sx_engine_segment_path(engine, m->outputs[i].segment_id);
        if (path)
            (void)engine->os->ops->unlink(engine->os, path, NULL);
        sx_mem_free(&engine->mems[SX_ENGINE_MEM_OTHER], path);
    }
    sx_view_release(m->view);
    sx_tombstones_release(m->tombstones);
    for (size_t i = 0; i < m->input_count; i++)
        sx_segment_release(m->inputs[i]);
    sx_mem_free(mem, m->inputs);
    sx_merge_plan_deinit(&m->plan);
    sx_mem_free(mem, m->outputs);
    sx_mem_free(mem, m);
}

static struct sx_merge *merge_create(struct sx_engine *engine, const struct sx_merge_choice *choice)
{
    struct sx_mem *mem = merge_mem(engine);
    const struct sx_policy_store *store = choice->store;
    struct sx_merge *m = sx_mem_zalloc(mem, sizeof *m);
    if (!m)
        return NULL;
    m->policy_id = store->policy_id;
    m->window_ns = store->window_ns;
    m->keep_whole = choice->keep_whole;
    m->size_max = choice->size;
    m->run_count = choice->run_count;
    sx_merge_plan_init(&m->plan, mem, store->window_ns);
    m->tombstones = sx_tombstones_acquire(store->tombstones);
    m->inputs = sx_mem_alloc(mem, choice->count * sizeof *m->inputs);
    if (!m->inputs) {
        sx_mem_free(mem, m);
        return NULL;
    }
    m->info = (struct sx_segment_info){.policy_id = store->policy_id,
                                       .level = choice->level,
                                       .tier = (uint8_t)choice->tier,
                                       .first_generation = UINT64_MAX,
                                       .first_seq = UINT64_MAX};
    for (size_t i = 0; i < choice->count; i++) {
        struct sx_segment *segment = store->segments[choice->picked[i]];
        m->inputs[m->input_count++] = sx_segment_acquire(segment);
        m->info.first_generation = SX_MIN(m->info.first_generation, segment->info.first_generation);
        m->info.last_generation = SX_MAX(m->info.last_generation, segment->info.last_generation);
        m->info.first_seq = SX_MIN(m->info.first_seq, segment->info.first_seq);
        m->info.last_seq = SX_MAX(m->info.last_seq, segment->info.last_seq);
    }
    return m;
}

/* Reads what the inputs have where, and cuts the output along time. */
static stria_status make_plan(struct sx_engine *engine, struct sx_merge *m, stria_error *err)
{
    struct sx_merge_plan_options options = {.now_ns = sx_os_now_ns(engine->os),
                                            .span_size_min = SX_SPAN_SIZE_MIN};
    stria_status st = STRIA_OK;
    sx_mutex_lock(&engine->state_mutex);
    const struct sx_policy_store *store = sx_engine_store(engine, m->policy_id);
    if (store)
        options.window_max = sx_merge_window_max(engine, store);
    sx_mutex_unlock(&engine->state_mutex);
    for (size_t i = 0; i < m->input_count && !st; i++) {
        stria_error what = {0};
        st = sx_merge_plan_add(&m->plan, m->inputs[i], &what);
        if (st)
            st = sx_leave_out(&m->request, m->inputs[i], &what, err);
    }
    if (!st)
        st = sx_merge_plan_finish(&m->plan, &options, err);
    return st;
}

static stria_status prepare(struct sx_engine *engine, struct sx_merge *m, stria_error *err)
{
    struct sx_view_parts parts = {.policy_id = m->policy_id,
                                  .tombstones = m->tombstones,
                                  .segments = m->inputs,
                                  .segment_count = m->input_count};
    m->view = sx_view_create(merge_mem(engine), &parts);
    if (!m->view)
        return sx_mem_refused(merge_mem(engine), sizeof *m->view, err);
    m->info.tombstone_id = sx_view_last_tombstone(m->view);
    m->index_size_max = sx_budget_merge_index_max(engine);
    stria_status st = make_plan(engine, m, err);
    if (!st && m->keep_whole && m->plan.span_count) {
        struct sx_merge_span *first = &m->plan.spans[0];
        first->min_ts = INT64_MIN; /* whatever stripes say of their times, which may be wrong */
        first->max_ts = INT64_MAX;
        first->window_count = (uint32_t)m->plan.window_count;
        m->plan.span_count = 1;
    }
    return st;
}

/* Makes what is due the merge at hand; it may have failed already. */
static stria_status begin_merge(struct sx_engine *engine, enum sx_merge_aim aim, stria_error *err)
{
    struct sx_merge_choice choice;
    struct sx_merge *m = NULL;
    sx_merge_choice_init(&choice, merge_mem(engine));
    sx_engine_check_disk(engine, true);
    sx_mutex_lock(&engine->state_mutex);
    bool found = sx_merge_choose(engine, aim, &choice);
    if (found)
        m = merge_create(engine, &choice);
    sx_mutex_unlock(&engine->state_mutex);
    bool refused = choice.no_memory || (found && !m);
    sx_merge_choice_deinit(&choice);
    if (refused)
        return sx_mem_refused(merge_mem(engine), sizeof *m, err);
    if (!found)
        return STRIA_OK;
    engine->merge = m;
    atomic_store(&engine->merge_claim_size, m->size_max);
    return prepare(engine, m, err);
}

/* ---- working ---- */

static stria_status begin_span(struct sx_engine *engine, struct sx_merge *m, stria_error *err)
{
    const struct sx_merge_span *span = &m->plan.spans[m->next_span];
    struct sx_rewrite_options options = {.view = m->view,
                                         .mem = merge_mem(engine),
                                         .info = m->info,
                                         .window_ns = m->window_ns,
                                         .time_min_ns = span->min_ts,
                                         .time_max_ns = span->max_ts,
                                         .grid = true,
                                         .window_count = span->window_count,
                                         .copy = !m->request.on_damage,
                                         .index_size_max = m->index_size_max};
    m->begun = true;
    stria_status st = sx_rewrite_init(&m->rewrite, engine, &options, err);
    if (!st)
        st = sx_key_merge_init(&m->keys, m->view, m->request.on_damage != NULL, merge_mem(engine),
                               err);
    return st;
}

static stria_status end_span(struct sx_engine *engine, struct sx_merge *m, stria_error *err)
{
    struct sx_rewrite *rw = &m->rewrite;
    stria_status st = sx_rewrite_finish(rw, err);
    if (!st && !SX_GROW(merge_mem(engine), m->outputs, m->output_capacity,
                        m->output_count + rw->output_count + 1))
        st = sx_mem_refused(merge_mem(engine), rw->output_count * sizeof *m->outputs, err);
    if (st)
        return st;
    for (size_t i = 0; i < rw->output_count; i++)
        m->outputs[m->output_count++] = rw->outputs[i];
    m->copied_size += rw->copied_size;
    sx_key_merge_deinit(&m->keys);
    sx_rewrite_deinit(rw, true);
    m->begun = false;
    m->next_span++;
    return STRIA_OK;
}

static stria_status merge_series(struct sx_engine *engine, struct sx_merge *m, stria_error *err)
{
    uint64_t rows = 0, visited = 0;
    while (rows < ROWS_PER_STEP && visited++ < ROWS_PER_STEP) {
        const struct sx_scan_series *series;
        uint64_t count;
        stria_status st = sx_key_merge_next(&m->keys, &series, err);
        if (st)
            return st;
        if (!series)
            return end_span(engine, m, err);
        st = sx_rewrite_series(&m->rewrite, series, &count, err);
        if (st)
            return st;
        rows += count;
        m->row_count += count;
    }
    return STRIA_OK;
}

/* Tells the rate what the step wrote, so that the next one waits for its turn. */
static void pace(struct sx_engine *engine, struct sx_merge *m)
{
    uint64_t size = 0;
    for (size_t i = 0; i < m->output_count; i++)
        size += m->outputs[i].file_size;
    for (size_t i = 0; m->begun && i < m->rewrite.output_count; i++)
        size += m->rewrite.outputs[i].file_size;
    if (m->begun && m->rewrite.writer)
        size += sx_segment_writer_size(m->rewrite.writer);
    if (size <= m->paced_size)
        return;
    int64_t now = sx_os_mono_ns(engine->os);
    int64_t wait_ns = sx_rate_take(&engine->merge_rate, size - m->paced_size, now);
    m->paced_size = size;
    atomic_store(&engine->merge_claim_size, m->size_max - SX_MIN(size, m->size_max));
    atomic_store(&engine->merge_not_before_ns, wait_ns ? now + wait_ns : 0);
}

/* ---- the commit ---- */

/* Puts the outputs in place of the inputs. state_mutex held; room was made. */
static void replace(struct sx_engine *engine, struct sx_policy_store *store, struct sx_merge *m,
                    struct sx_segment **outputs)
{
    for (size_t i = store->segment_count; i-- > 0;)
        for (size_t j = 0; j < m->input_count; j++)
            if (store->segments[i] == m->inputs[j]) {
                sx_engine_retire_segment(engine, store, i);
                break;
            }
    for (size_t i = 0; i < m->output_count; i++)
        if (sx_engine_add_segment(engine, store, outputs[i]))
            outputs[i] = NULL; /* moved */
}

static stria_status make_outputs(struct sx_engine *engine, const struct sx_merge *m,
                                 struct sx_segment ***outputs, stria_error *err)
{
    *outputs = sx_mem_zalloc(merge_mem(engine), (m->output_count + 1) * sizeof **outputs);
    if (!*outputs)
        return sx_mem_refused(merge_mem(engine), m->output_count * sizeof **outputs, err);
    for (size_t i = 0; i < m->output_count; i++) {
        char *path = sx_engine_segment_path(engine, m->outputs[i].segment_id);
        if (path)
            (*outputs)[i] = sx_segment_create(engine->os, &engine->mems[SX_ENGINE_MEM_SEGMENT],
                                              path, &m->outputs[i]);
        sx_mem_free(&engine->mems[SX_ENGINE_MEM_OTHER], path);
        if (!(*outputs)[i])
            return sx_mem_refused(merge_mem(engine), sizeof ***outputs, err);
    }
    return STRIA_OK;
}

static void count_merge(struct sx_engine *engine, const struct sx_merge *m)
{
    uint64_t in = 0, out = 0;
    for (size_t i = 0; i < m->input_count; i++)
        in += m->inputs[i]->info.file_size;
    for (size_t i = 0; i < m->output_count; i++) {
        out += m->outputs[i].file_size;
        atomic_fetch_add(&engine->counts.written_samples, m->outputs[i].sample_count);
    }
    atomic_fetch_add(&engine->counts.merges, 1);
    atomic_fetch_add(&engine->counts.merge_bytes_in, in);
    atomic_fetch_add(&engine->counts.merge_bytes_out, out);
    atomic_fetch_add(&engine->counts.merge_bytes_copied, m->copied_size);
    sx_event(&engine->events, STRIA_LEVEL_INFO, "merge",
             "inputs=%zu outputs=%zu level=%u tier=%u rows=%" PRIu64 " bytes_in=%" PRIu64
             " bytes_out=%" PRIu64 " bytes_copied=%" PRIu64,
             m->input_count, m->output_count, m->info.level, m->info.tier, m->row_count, in, out,
             m->copied_size);
}

/* Room in the store's list for the outputs; they may be more than the inputs. */
static bool make_room(struct sx_engine *engine, struct sx_policy_store *store, size_t count)
{
    return SX_GROW(&engine->mems[SX_ENGINE_MEM_OTHER], store->segments, store->segment_capacity,
                   store->segment_count + count);
}

/* Rollups stay good. An edit of its own: should it fail they only count as stale until they are
 * made anew. */
static void carry_marks(struct sx_engine *engine, const struct sx_buf *marks)
{
    stria_error err = {0};
    if (marks->len && !marks->failed)
        (void)sx_engine_commit_edit(engine, sx_buf_bytes(marks), &err);
}

static stria_status commit(struct sx_engine *engine, struct sx_merge *m, stria_error *err)
{
    struct sx_segment **outputs = NULL;
    struct sx_buf ops, marks;
    sx_buf_init(&ops, merge_mem(engine), (size_t)64 << 20);
    sx_buf_init(&marks, merge_mem(engine), (size_t)16 << 20);
    stria_status st = make_outputs(engine, m, &outputs, err);
    if (!st && m->output_count)
        st = engine->os->ops->sync_dir(engine->os, engine->seg_dir, err);
    sx_mutex_lock(&engine->manifest_mutex);
    sx_mutex_lock(&engine->state_mutex);
    struct sx_policy_store *store = sx_engine_store(engine, m->policy_id);
    bool dropped = store == NULL;
    if (!st && store && !make_room(engine, store, m->output_count))
        st = sx_mem_refused(&engine->mems[SX_ENGINE_MEM_OTHER], m->output_count * 8, err);
    if (!st && store)
        sx_rollup_put_carried(engine, store, m->outputs, m->output_count, &marks);
    sx_mutex_unlock(&engine->state_mutex);
    if (!st && !dropped) {
        for (size_t i = 0; i < m->output_count; i++)
            sx_edit_put_segment(&ops, &m->outputs[i]);
        for (size_t i = 0; i < m->input_count; i++)
            sx_edit_put_number(&ops, SX_OP_REMOVE_SEGMENT, m->inputs[i]->info.segment_id);
        sx_edit_put_counters(&ops, &engine->counters);
        if (ops.failed)
            st = sx_buf_refused(&ops, "manifest edit", err);
        if (!st)
            st = sx_manifest_commit(engine->manifest, sx_buf_bytes(&ops), err);
        m->keep_outputs = !st || sx_manifest_broken(engine->manifest);
    }
    if (!st && !dropped) {
        sx_mutex_lock(&engine->state_mutex);
        /* The policy may not go while manifest_mutex is held. */
        replace(engine, store, m, outputs);
        sx_mutex_unlock(&engine->state_mutex);
        count_merge(engine, m);
        carry_marks(engine, &marks);
    }
    sx_mutex_unlock(&engine->manifest_mutex);
    for (size_t i = 0; outputs && outputs[i]; i++)
        sx_segment_release(outputs[i]);
    sx_mem_free(merge_mem(engine), outputs);
    sx_buf_deinit(&ops);
    sx_buf_deinit(&marks);
    return st;
}

/* A merge found no memory: one of half as many runs is tried next, if there can be; else merges
 * rest for a while. Whether one is tried. After each that is done, one run more may be. */
static bool try_fewer_runs(struct sx_engine *engine, size_t run_count)
{
    if (run_count <= 2) {
        int64_t now = sx_os_mono_ns(engine->os);
        atomic_store(&engine->merge_not_before_ns, now + NO_MEMORY_REST_NS);
        return false;
    }
    engine->merge_runs_max = run_count / 2;
    sx_event(&engine->events, STRIA_LEVEL_INFO, "merge_made_smaller", "runs=%zu were too many",
             run_count);
    return true;
}

/* The merge at hand has ended. */
static stria_status end_merge(struct sx_engine *engine, stria_status st)
{
    struct sx_merge *m = engine->merge;
    engine->merge = NULL;
    atomic_store(&engine->merge_claim_size, 0);
    if (st == STRIA_NOMEM && try_fewer_runs(engine, m->run_count))
        st = STRIA_OK;
    else if (!st && engine->merge_runs_max)
        engine->merge_runs_max++;
    sx_merge_destroy(engine, m);
    return st;
}

stria_status sx_engine_merge_step(struct sx_engine *engine, enum sx_merge_aim aim, bool *more,
                                  stria_error *err)
{
    stria_error what = {0}; /* what failed may be made good */
    stria_status st = STRIA_OK;
    bool done = false;
    sx_mutex_lock(&engine->job_mutex);
    if (!engine->merge && !engine->rollups.job)
        st = begin_merge(engine, aim, &what);
    struct sx_merge *m = engine->merge;
    *more = m != NULL;
    if (!st && !m && (aim != SX_MERGE_RECLAIM || engine->rollups.job))
        st = sx_rollup_step(engine, aim == SX_MERGE_ALL, more, &what);
    if (!st && m) {
        if (m->next_span < m->plan.span_count) {
            if (!m->begun)
                st = begin_span(engine, m, &what);
            if (!st)
                st = merge_series(engine, m, &what);
            pace(engine, m);
        } else {
            st = commit(engine, m, &what);
            done = true;
        }
    }
    if (m && (st || done))
        st = end_merge(engine, st);
    sx_mutex_unlock(&engine->job_mutex);
    if (done && !st)
        sx_engine_unlink_retired(engine, false);
    if (st) {
        *more = false;
        atomic_fetch_add(&engine->counts.merge_failures, 1);
        sx_event(&engine->events, STRIA_LEVEL_ERROR, "merge_failed", "text=\"%s\"", what.text);
        sx_error_copy(err, &what);
    }
    return st;
}

/* ---- mending ---- */

/* Told to nobody: the caller has checked the segment, and told of each damage. */
static void ignore_damage(void *context, const stria_error *what)
{
    (void)context;
    (void)what;
}

/* The one segment as the input of a merge that goes on where it is damaged. */
static stria_status begin_mending(struct sx_engine *engine, struct sx_segment *segment,
                                  struct sx_merge **out, stria_error *err)
{
    struct sx_merge_choice choice;
    struct sx_merge *m = NULL;
    sx_merge_choice_init(&choice, merge_mem(engine));
    sx_mutex_lock(&engine->state_mutex);
    struct sx_policy_store *store = sx_engine_store(engine, segment->info.policy_id);
    size_t picked = 0;
    while (store && picked < store->segment_count && store->segments[picked] != segment)
        picked++;
    if (store && picked < store->segment_count) {
        choice.store = store;
        choice.picked = &picked;
        choice.count = 1;
        choice.level = segment->info.level;
        choice.tier = (enum sx_tier)segment->info.tier;
        choice.keep_whole = true;
        m = merge_create(engine, &choice);
    }
    sx_mutex_unlock(&engine->state_mutex);
    *out = m;
    if (!m)
        return sx_mem_refused(merge_mem(engine), sizeof *m, err);
    m->request.on_damage = ignore_damage;
    return prepare(engine, m, err);
}

stria_status sx_engine_mend_segment(struct sx_engine *engine, struct sx_segment *segment,
                                    stria_error *err)
{
    struct sx_merge *m = NULL;
    stria_error local = {0};
    sx_mutex_lock(&engine->job_mutex);
    stria_status st = begin_mending(engine, segment, &m, &local);
    while (!st && m->next_span < m->plan.span_count) {
        if (!m->begun)
            st = begin_span(engine, m, &local);
        m->rewrite.request.on_damage = ignore_damage;
        if (!st)
            st = merge_series(engine, m, &local);
    }
    if (m && (st == STRIA_CORRUPT || st == STRIA_VERSION || st == STRIA_NOT_FOUND)) {
        /* Without its keys nothing of it says whose it is. */
        if (m->begun) {
            sx_key_merge_deinit(&m->keys);
            sx_rewrite_deinit(&m->rewrite, false);
            m->begun = false;
        }
        st = STRIA_OK;
    }
    if (!st)
        st = commit(engine, m, &local);
    sx_merge_destroy(engine, m);
    sx_mutex_unlock(&engine->job_mutex);
    if (st)
        sx_error_copy(err, &local);
    return st;
}
