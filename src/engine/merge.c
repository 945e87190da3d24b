/* SPDX-License-Identifier: Apache-2.0 */
/* merge.c -- fewer, larger segments: which to merge, and doing it.
 *
 * Algorithm   Tiered. When a policy has SX_MERGE_FAN_IN segments of level 0 they are merged, split
 *             by window, to level 1; when a window has SX_MERGE_FAN_IN segments of one level they
 *             are merged to the next. Inputs are always neighbours in the order of generations, so
 *             "newest wins" stays an order of numbers. A window that is over and quiet is sealed:
 *             merged into one run of segments with the strongest codecs.
 *             A job goes through its inputs window by window, in bounded steps, and becomes true
 *             with one manifest edit.
 * Invariants  The segments of one window have disjoint ranges of generations, or equal ones (pieces
 *             of one output, which have disjoint series).
 * Threads     The job is guarded by job_mutex. */
#include "base/error.h"
#include "base/sort.h"
#include "codec/column.h"
#include "engine/engine_priv.h"
#include "scan/key_merge.h"
#include "segment/chunks.h"

#include <inttypes.h>

#define ROWS_PER_STEP 65536
#define INPUTS_MAX 1024

struct sx_merge {
    uint32_t policy_id;
    int64_t window_ns;
    struct sx_segment **inputs; /* references, oldest first */
    size_t input_count;
    struct sx_segment_info info;      /* of the outputs */
    struct sx_tombstones *tombstones; /* a reference */
    struct sx_view *view;
    int64_t *windows; /* that the inputs have rows in, ascending */
    size_t window_count, window_capacity, next_window;
    bool begun; /* the members below are of windows[next_window] */
    struct sx_key_merge keys;
    struct sx_rewrite rewrite;
    struct sx_segment_info *outputs;
    size_t output_count, output_capacity;
    uint64_t row_count;
    bool keep_outputs; /* they live, or may turn out to */
};

static struct sx_mem *merge_mem(struct sx_engine *engine)
{
    return &engine->mems[SX_ENGINE_MEM_MERGE];
}

/* ---- choosing: state_mutex held ---- */

/* The only window a segment has rows in; INT64_MAX: it has several. */
static int64_t window_of(const struct sx_policy_store *store, const struct sx_segment *segment)
{
    int64_t first = sx_window_start(segment->info.min_ts, store->window_ns);
    return first == sx_window_start(segment->info.max_ts, store->window_ns) ? first : INT64_MAX;
}

struct choice {
    struct sx_policy_store *store;
    size_t picked[INPUTS_MAX]; /* indexes into the store's segments, ascending */
    size_t count;
    uint16_t level; /* of the output */
    enum sx_tier tier;
};

/* Level-0 segments from the oldest on. */
static bool choose_level0(struct sx_policy_store *store, size_t at_least, struct choice *choice)
{
    choice->count = 0;
    for (size_t i = 0; i < store->segment_count && choice->count < INPUTS_MAX; i++)
        if (store->segments[i]->info.level == 0)
            choice->picked[choice->count++] = i;
    choice->store = store;
    choice->level = 1;
    choice->tier = SX_TIER_HOT;
    return choice->count >= at_least && choice->count > 0;
}

/* Gathers the segments of one window above level 0; with `level`, only those of that level. */
static void gather_window(struct sx_policy_store *store, int64_t window, int level,
                          struct choice *choice)
{
    choice->store = store;
    choice->count = 0;
    for (size_t i = 0; i < store->segment_count && choice->count < INPUTS_MAX; i++) {
        const struct sx_segment_info *info = &store->segments[i]->info;
        if (info->level > 0 && window_of(store, store->segments[i]) == window &&
            (level < 0 || info->level == level))
            choice->picked[choice->count++] = i;
    }
}

/* Pieces of one output share their generations and count as one. */
static size_t run_count(const struct choice *choice)
{
    size_t count = 0;
    for (size_t i = 0; i < choice->count; i++) {
        struct sx_segment *const *segments = choice->store->segments;
        count += i == 0 || segments[choice->picked[i]]->info.last_generation !=
                               segments[choice->picked[i - 1]]->info.last_generation;
    }
    return count;
}

static bool choose_window(struct sx_policy_store *store, struct choice *choice)
{
    for (size_t i = 0; i < store->segment_count; i++) {
        const struct sx_segment_info *info = &store->segments[i]->info;
        int64_t window = window_of(store, store->segments[i]);
        if (info->level == 0 || window == INT64_MAX)
            continue;
        gather_window(store, window, info->level, choice);
        if (run_count(choice) >= SX_MERGE_FAN_IN) {
            choice->level = (uint16_t)(info->level + 1);
            choice->tier = SX_TIER_HOT;
            return true;
        }
    }
    return false;
}

/* Whether rows of level 0 reach into a window: then it is not quiet. */
static bool level0_reaches(const struct sx_policy_store *store, int64_t window)
{
    for (size_t i = 0; i < store->segment_count; i++) {
        const struct sx_segment_info *info = &store->segments[i]->info;
        if (info->level == 0 && info->max_ts >= window &&
            sx_window_start(info->min_ts, store->window_ns) <= window)
            return true;
    }
    return false;
}

/* Whether a window ended long enough ago. Windows may begin at INT64_MIN. */
static bool is_over(int64_t window, int64_t window_ns, int64_t now)
{
    int64_t span = window_ns + SX_SEAL_QUIET_NS;
    return now >= INT64_MIN + span && window <= now - span;
}

/* A window whose segments are not one sealed run. `force`: even if it is not over. */
static bool choose_seal(struct sx_engine *engine, struct sx_policy_store *store, bool force,
                        struct choice *choice)
{
    int64_t now = sx_os_now_ns(engine->os);
    for (size_t i = 0; i < store->segment_count; i++) {
        int64_t window = window_of(store, store->segments[i]);
        if (store->segments[i]->info.level == 0 || window == INT64_MAX)
            continue;
        gather_window(store, window, -1, choice);
        bool sealed = run_count(choice) == 1;
        uint16_t level = 0;
        for (size_t j = 0; j < choice->count; j++) {
            const struct sx_segment_info *info = &store->segments[choice->picked[j]]->info;
            sealed = sealed && info->tier == SX_TIER_SEALED;
            level = SX_MAX(level, info->level);
        }
        if (sealed)
            continue;
        if (!force && (level0_reaches(store, window) || !is_over(window, store->window_ns, now)))
            continue;
        choice->level = level;
        choice->tier = SX_TIER_SEALED;
        return true;
    }
    return false;
}

static bool choose(struct sx_engine *engine, stria_compact_until until, struct choice *choice)
{
    bool force = until == STRIA_COMPACT_SEAL;
    for (size_t i = 0; i < engine->store_count; i++)
        if (choose_level0(engine->stores[i], force ? 1 : SX_MERGE_FAN_IN, choice) ||
            (!force && choose_window(engine->stores[i], choice)))
            return true;
    for (size_t i = 0; i < engine->store_count; i++)
        if (choose_seal(engine, engine->stores[i], force, choice))
            return true;
    return false;
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
    sx_mem_free(mem, m->windows);
    sx_mem_free(mem, m->outputs);
    sx_mem_free(mem, m);
}

static struct sx_merge *merge_create(struct sx_engine *engine, const struct choice *choice)
{
    struct sx_mem *mem = merge_mem(engine);
    const struct sx_policy_store *store = choice->store;
    struct sx_merge *m = sx_mem_zalloc(mem, sizeof *m);
    if (!m)
        return NULL;
    m->policy_id = store->policy_id;
    m->window_ns = store->window_ns;
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

static stria_status add_window(struct sx_engine *engine, struct sx_merge *m, int64_t ts,
                               stria_error *err)
{
    int64_t window = sx_window_start(ts, m->window_ns);
    for (size_t i = m->window_count; i-- > 0;)
        if (m->windows[i] == window)
            return STRIA_OK;
    if (!SX_GROW(merge_mem(engine), m->windows, m->window_capacity, m->window_count + 1))
        return sx_mem_refused(merge_mem(engine), sizeof *m->windows, err);
    m->windows[m->window_count++] = window;
    return STRIA_OK;
}

static int compare_windows(const void *a, const void *b, void *context)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    (void)context;
    return (x > y) - (x < y);
}

/* Finds the windows of a segment: from its ends, from its stripes, or from its groups, as needed.
 * Groups never cross a window. */
static stria_status find_windows(struct sx_engine *engine, struct sx_merge *m,
                                 struct sx_segment *segment, stria_error *err)
{
    struct sx_segment_cursor cursor;
    stria_status st = sx_segment_load(segment, err);
    if (st)
        return st;
    sx_segment_cursor_init(&cursor, segment, merge_mem(engine));
    for (uint32_t i = 0; i < segment->stripe_count && !st; i++) {
        const struct sx_stripe *stripe = &segment->stripes[i];
        if (sx_window_start(stripe->min_ts, m->window_ns) ==
            sx_window_start(stripe->max_ts, m->window_ns)) {
            st = add_window(engine, m, stripe->min_ts, err);
            continue;
        }
        st = sx_segment_cursor_stripe(&cursor, i, err);
        for (uint32_t g = 0; g < stripe->group_count && !st; g++)
            st = add_window(engine, m, cursor.groups[g].min_ts, err);
    }
    sx_segment_cursor_deinit(&cursor);
    return st;
}

static stria_status begin_merge(struct sx_engine *engine, stria_compact_until until,
                                stria_error *err)
{
    struct choice *choice = sx_mem_alloc(merge_mem(engine), sizeof *choice);
    struct sx_merge *m = NULL;
    bool found;
    stria_status st = STRIA_OK;
    if (!choice)
        return sx_mem_refused(merge_mem(engine), sizeof *choice, err);
    sx_mutex_lock(&engine->state_mutex);
    found = choose(engine, until, choice);
    if (found)
        m = merge_create(engine, choice);
    sx_mutex_unlock(&engine->state_mutex);
    sx_mem_free(merge_mem(engine), choice);
    if (!found)
        return STRIA_OK;
    if (!m)
        return sx_mem_refused(merge_mem(engine), sizeof *m, err);
    struct sx_view_parts parts = {.policy_id = m->policy_id,
                                  .tombstones = m->tombstones,
                                  .segments = m->inputs,
                                  .segment_count = m->input_count};
    m->view = sx_view_create(merge_mem(engine), &parts);
    if (!m->view)
        st = sx_mem_refused(merge_mem(engine), sizeof *m->view, err);
    else
        m->info.tombstone_id = sx_view_last_tombstone(m->view);
    for (size_t i = 0; i < m->input_count && !st; i++)
        st = find_windows(engine, m, m->inputs[i], err);
    if (st) {
        sx_merge_destroy(engine, m);
        return st;
    }
    sx_sort(m->windows, m->window_count, sizeof *m->windows, compare_windows, NULL);
    engine->merge = m;
    return STRIA_OK;
}

/* ---- working ---- */

static stria_status begin_window(struct sx_engine *engine, struct sx_merge *m, stria_error *err)
{
    int64_t window = m->windows[m->next_window];
    int64_t last = window == INT64_MIN ? sx_window_start(INT64_MIN + m->window_ns, m->window_ns) - 1
                   : window > INT64_MAX - m->window_ns ? INT64_MAX
                                                       : window + m->window_ns - 1;
    struct sx_rewrite_options options = {.view = m->view,
                                         .mem = merge_mem(engine),
                                         .info = m->info,
                                         .window_ns = m->window_ns,
                                         .time_min_ns = window,
                                         .time_max_ns = last,
                                         .grid = true};
    m->begun = true;
    stria_status st = sx_rewrite_init(&m->rewrite, engine, &options, err);
    if (!st)
        st = sx_key_merge_init(&m->keys, m->view, merge_mem(engine), err);
    return st;
}

static stria_status end_window(struct sx_engine *engine, struct sx_merge *m, stria_error *err)
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
    sx_key_merge_deinit(&m->keys);
    sx_rewrite_deinit(rw, true);
    m->begun = false;
    m->next_window++;
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
            return end_window(engine, m, err);
        st = sx_rewrite_series(&m->rewrite, series, &count, err);
        if (st)
            return st;
        rows += count;
        m->row_count += count;
    }
    return STRIA_OK;
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
    sx_event(&engine->events, STRIA_LEVEL_INFO, "merge",
             "inputs=%zu outputs=%zu level=%u tier=%u rows=%" PRIu64 " bytes_in=%" PRIu64
             " bytes_out=%" PRIu64,
             m->input_count, m->output_count, m->info.level, m->info.tier, m->row_count, in, out);
}

/* Room in the store's list for the outputs; they may be more than the inputs. */
static bool make_room(struct sx_engine *engine, struct sx_policy_store *store, size_t count)
{
    return SX_GROW(&engine->mems[SX_ENGINE_MEM_OTHER], store->segments, store->segment_capacity,
                   store->segment_count + count);
}

static stria_status commit(struct sx_engine *engine, struct sx_merge *m, stria_error *err)
{
    struct sx_segment **outputs = NULL;
    struct sx_buf ops;
    sx_buf_init(&ops, merge_mem(engine), (size_t)64 << 20);
    stria_status st = make_outputs(engine, m, &outputs, err);
    if (!st && m->output_count)
        st = engine->os->ops->sync_dir(engine->os, engine->seg_dir, err);
    sx_mutex_lock(&engine->manifest_mutex);
    sx_mutex_lock(&engine->state_mutex);
    struct sx_policy_store *store = sx_engine_store(engine, m->policy_id);
    bool dropped = store == NULL;
    if (!st && store && !make_room(engine, store, m->output_count))
        st = sx_mem_refused(&engine->mems[SX_ENGINE_MEM_OTHER], m->output_count * 8, err);
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
    }
    sx_mutex_unlock(&engine->manifest_mutex);
    for (size_t i = 0; outputs && outputs[i]; i++)
        sx_segment_release(outputs[i]);
    sx_mem_free(merge_mem(engine), outputs);
    sx_buf_deinit(&ops);
    return st;
}

stria_status sx_engine_merge_step(struct sx_engine *engine, stria_compact_until until, bool *more,
                                  stria_error *err)
{
    stria_status st = STRIA_OK;
    bool done = false;
    sx_mutex_lock(&engine->job_mutex);
    if (!engine->merge)
        st = begin_merge(engine, until, err);
    struct sx_merge *m = engine->merge;
    *more = m != NULL;
    if (!st && m) {
        if (m->next_window < m->window_count) {
            if (!m->begun)
                st = begin_window(engine, m, err);
            if (!st)
                st = merge_series(engine, m, err);
        } else {
            st = commit(engine, m, err);
            done = true;
        }
        if (st || done) {
            engine->merge = NULL;
            sx_merge_destroy(engine, m);
        }
    }
    sx_mutex_unlock(&engine->job_mutex);
    if (done && !st)
        sx_engine_unlink_retired(engine, false);
    if (st) {
        *more = false;
        atomic_fetch_add(&engine->counts.merge_failures, 1);
        sx_event(&engine->events, STRIA_LEVEL_ERROR, "merge_failed", "text=\"%s\"",
                 err ? err->text : "");
    }
    return st;
}
