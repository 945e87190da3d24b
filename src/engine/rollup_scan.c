/* SPDX-License-Identifier: Apache-2.0 */
/* rollup_scan.c -- see rollup.h: which windows are to be made, and what becomes of marks.
 *
 * Algorithm   Segments that reach into windows that lack a good mark are asked in which windows
 *             they have rows at all: a flush with two late rows may reach over years. Of those
 *             windows the ones that are over, quiet, whole and still to be kept become tasks.
 *             Marks of the others get the generation of the newest such segment: it has nothing
 *             there.
 * Threads     job_mutex held; state_mutex is taken, and not held while files are read. */
#include "base/error.h"
#include "base/sort.h"
#include "engine/merge_plan.h"
#include "engine/rollup.h"
#include "engine/rollup_priv.h"
#include "scan/damage.h"

#define UNKNOWN UINT64_MAX

struct scan {
    struct sx_engine *engine;
    struct sx_mem *mem;
    const struct sx_policy_store *rows, *rollup;
    uint32_t rollup_id;
    size_t which; /* of a policy's rollups */
    bool force;
    int64_t now, kept_from;       /* rollups of earlier times are not kept */
    struct sx_segment **segments; /* to be asked; references */
    size_t segment_count;
    struct sx_merge_plan plan; /* the windows that they have rows in */
};

/* ---- marks ---------------------------------------------------------------------------------- */

static size_t which_of(int64_t interval_ns)
{
    return interval_ns == SX_ROLLUP_1H_NS;
}

static int64_t last_of(const struct sx_policy_store *rows, const struct sx_rollup_mark *mark)
{
    return sx_merge_window_last(mark->window_start, rows->window_ns);
}

/* The highest generation of what may have rows in the window of a mark; UNKNOWN: some of it is
 * damaged. */
static uint64_t generation_in(const struct sx_policy_store *rows, const struct sx_rollup_mark *mark)
{
    uint64_t generation = 0;
    for (size_t i = 0; i < rows->segment_count; i++) {
        const struct sx_segment *segment = rows->segments[i];
        if (!sx_rollup_reaches(&segment->info, mark->window_start, last_of(rows, mark)))
            continue;
        if (atomic_load(&segment->damage))
            return UNKNOWN;
        generation = SX_MAX(generation, segment->info.last_generation);
    }
    return generation;
}

/* Calls for each pair of a segment and a mark whose window it reaches into. */
static void each_reached(const struct sx_policy_store *rows, const struct sx_rollup_marks *marks,
                         const struct sx_segment_info *info,
                         void (*each)(void *user, const struct sx_segment_info *info, size_t mark),
                         void *user)
{
    int64_t first = sx_window_start(info->min_ts, rows->window_ns);
    for (size_t i = sx_rollup_marks_from(marks, first);
         marks && i < marks->count && marks->items[i].window_start <= info->max_ts; i++)
        each(user, info, i);
}

struct behind {
    const struct sx_rollup_marks *marks;
    bool any;
    uint8_t *stale; /* by mark; NULL: nobody asks */
};

static void note_behind(void *user, const struct sx_segment_info *info, size_t mark)
{
    struct behind *b = user;
    if (b->marks->items[mark].generation >= info->last_generation)
        return;
    b->any = true;
    if (b->stale)
        b->stale[mark] = 1;
}

size_t sx_rollup_stale_count(struct sx_engine *engine, const struct sx_policy_store *rollup)
{
    const struct sx_policy_store *rows = sx_engine_store(engine, rollup->rollup_of);
    const struct sx_rollup_marks *marks = rollup->marks;
    size_t count = 0;
    if (!marks || !rows)
        return 0;
    struct sx_mem *mem = &engine->mems[SX_ENGINE_MEM_OTHER];
    struct behind behind = {.marks = marks, .stale = sx_mem_zalloc(mem, marks->count + 1)};
    for (size_t i = 0; behind.stale && i < rows->segment_count; i++)
        each_reached(rows, marks, &rows->segments[i]->info, note_behind, &behind);
    for (size_t i = 0; i < marks->count; i++)
        count += (marks->items[i].flags & SX_ROLLUP_STALE) || (behind.stale && behind.stale[i]);
    sx_mem_free(mem, behind.stale);
    return count;
}

void sx_rollup_put_carried(struct sx_engine *engine, const struct sx_policy_store *store,
                           const struct sx_segment_info *outputs, size_t output_count,
                           struct sx_buf *ops)
{
    for (size_t i = 0; i < engine->store_count; i++) {
        const struct sx_policy_store *rollup = engine->stores[i];
        if (rollup->rollup_of != store->policy_id)
            continue;
        for (size_t j = 0; rollup->marks && j < rollup->marks->count; j++) {
            struct sx_rollup_mark mark = rollup->marks->items[j];
            uint64_t generation = mark.generation;
            for (size_t k = 0; k < output_count; k++)
                if (sx_rollup_reaches(&outputs[k], mark.window_start, last_of(store, &mark)))
                    generation = SX_MAX(generation, outputs[k].last_generation);
            if (generation == mark.generation || generation_in(store, &mark) > mark.generation)
                continue;
            mark.generation = generation;
            sx_edit_put_rollup(ops, rollup->policy_id, &mark);
        }
    }
}

void sx_rollup_put_copied(struct sx_engine *engine, const struct sx_policy_store *rollup,
                          uint32_t policy_id, uint64_t generation, struct sx_buf *ops)
{
    const struct sx_policy_store *rows = sx_engine_store(engine, rollup->rollup_of);
    for (size_t i = 0; rows && rollup->marks && i < rollup->marks->count; i++) {
        struct sx_rollup_mark mark = rollup->marks->items[i];
        bool good =
            !(mark.flags & SX_ROLLUP_STALE) && generation_in(rows, &mark) <= mark.generation;
        if (!good && !(mark.flags & SX_ROLLUP_FINAL))
            continue; /* they are made anew */
        if (!good)
            mark.flags |= SX_ROLLUP_STALE;
        mark.generation = generation;
        sx_edit_put_rollup(ops, policy_id, &mark);
    }
}

/* ---- retention ------------------------------------------------------------------------------ */

struct expiring {
    int64_t start, last;
    bool any_left, any_gone;
};

/* Widens a stretch of time by what of a store expires. */
static void add_expired(const struct sx_policy_store *store, int64_t *min_ts, int64_t *max_ts)
{
    for (size_t i = 0; i < store->segment_count; i++)
        if (store->segments[i]->expired) {
            *min_ts = SX_MIN(*min_ts, store->segments[i]->info.min_ts);
            *max_ts = SX_MAX(*max_ts, store->segments[i]->info.max_ts);
        }
}

static void look(struct expiring *e, const struct sx_policy_store *store)
{
    for (size_t i = 0; i < store->segment_count; i++) {
        const struct sx_segment *segment = store->segments[i];
        if (!sx_rollup_reaches(&segment->info, e->start, e->last))
            continue;
        e->any_gone = e->any_gone || segment->expired;
        e->any_left = e->any_left || !segment->expired;
    }
}

/* What becomes of a mark. */
static uint8_t expired_flags(const struct sx_policy_store *rows,
                             const struct sx_policy_store *rollup,
                             const struct sx_rollup_mark *mark)
{
    struct expiring of_rows = {.start = mark->window_start, .last = last_of(rows, mark)};
    struct expiring of_rollup = of_rows;
    uint8_t flags = mark->flags;
    look(&of_rows, rows);
    look(&of_rollup, rollup);
    if (of_rows.any_gone)
        flags |= SX_ROLLUP_FINAL;
    if (of_rollup.any_gone)
        flags |= SX_ROLLUP_FINAL | SX_ROLLUP_STALE;
    if (!of_rows.any_left && !of_rollup.any_left)
        flags |= SX_ROLLUP_GONE;
    return flags;
}

void sx_rollup_put_expired(struct sx_engine *engine, struct sx_buf *ops)
{
    for (size_t i = 0; i < engine->store_count; i++) {
        const struct sx_policy_store *rollup = engine->stores[i];
        const struct sx_policy_store *rows =
            rollup->rollup_of ? sx_engine_store(engine, rollup->rollup_of) : NULL;
        int64_t min_ts = INT64_MAX, max_ts = INT64_MIN;
        if (!rows || !rollup->marks)
            continue;
        add_expired(rows, &min_ts, &max_ts);
        add_expired(rollup, &min_ts, &max_ts);
        size_t j = sx_rollup_marks_from(rollup->marks, sx_window_start(min_ts, rows->window_ns));
        for (; j < rollup->marks->count && rollup->marks->items[j].window_start <= max_ts; j++) {
            struct sx_rollup_mark mark = rollup->marks->items[j];
            mark.flags = expired_flags(rows, rollup, &mark);
            if (mark.flags != rollup->marks->items[j].flags)
                sx_edit_put_rollup(ops, rollup->policy_id, &mark);
        }
    }
}

/* ---- which segments to ask ------------------------------------------------------------------ */

/* Whether a segment may have rows in windows without a good mark. */
static bool is_to_be_asked(const struct scan *s, const struct sx_segment *segment)
{
    struct behind behind = {.marks = s->rollup->marks};
    if (atomic_load(&segment->damage))
        return false;
    if (segment->rolled_up[s->which] != s->rollup_id)
        return true;
    each_reached(s->rows, s->rollup->marks, &segment->info, note_behind, &behind);
    return behind.any;
}

/* state_mutex held. False: no memory. */
static bool list_segments(struct scan *s)
{
    s->segments = sx_mem_alloc(s->mem, (s->rows->segment_count + 1) * sizeof(struct sx_segment *));
    for (size_t i = 0; s->segments && i < s->rows->segment_count; i++)
        if (is_to_be_asked(s, s->rows->segments[i]))
            s->segments[s->segment_count++] = sx_segment_acquire(s->rows->segments[i]);
    return s->segments != NULL;
}

static stria_status ask_segments(struct scan *s, int64_t window_ns, stria_error *err)
{
    struct sx_request request = {.mem = s->mem}; /* takes no damage */
    stria_status st = STRIA_OK;
    sx_merge_plan_init(&s->plan, s->mem, window_ns);
    for (size_t i = 0; i < s->segment_count && !st; i++) {
        const struct sx_segment_info *info = &s->segments[i]->info;
        stria_error what = {0};
        bool one =
            sx_window_start(info->min_ts, window_ns) == sx_window_start(info->max_ts, window_ns);
        st = one ? sx_merge_plan_add_window(&s->plan, info->min_ts, info->file_size, &what)
                 : sx_merge_plan_add(&s->plan, s->segments[i], &what);
        if (st)
            st = sx_leave_out(&request, s->segments[i], &what, err);
    }
    return st;
}

static int compare_window(const void *item, const void *key, void *context)
{
    int64_t x = ((const struct sx_merge_window *)item)->start, y = *(const int64_t *)key;
    (void)context;
    return (x > y) - (x < y);
}

static bool is_in_plan(const struct scan *s, int64_t start)
{
    size_t i = sx_lower_bound(s->plan.windows, s->plan.window_count, sizeof *s->plan.windows,
                              &start, compare_window, NULL);
    return i < s->plan.window_count && s->plan.windows[i].start == start;
}

/* ---- which windows to make ------------------------------------------------------------------ */

/* Whether a window's rollups may be made now: it is over, and all of it is whole and was left alone
 * for a while. state_mutex held. */
static bool may_be_made(const struct scan *s, int64_t start)
{
    int64_t last = sx_merge_window_last(start, s->rows->window_ns);
    if (start == INT64_MIN || last == INT64_MAX || start < s->kept_from)
        return false;
    if (!s->force && (last >= s->now || s->now - last < SX_SEAL_QUIET_NS))
        return false;
    for (size_t i = 0; i < s->rows->segment_count; i++) {
        const struct sx_segment *segment = s->rows->segments[i];
        if (!sx_rollup_reaches(&segment->info, start, last))
            continue;
        if (atomic_load(&segment->damage))
            return false;
        if (!s->force && segment->info.tier != SX_TIER_SEALED &&
            s->now - segment->info.created_ns < SX_SEAL_QUIET_NS)
            return false;
    }
    return true;
}

/* False: no memory. */
static bool add_task(struct scan *s, int64_t start)
{
    struct sx_rollups *r = &s->engine->rollups;
    if (!SX_GROW(s->mem, r->tasks, r->task_capacity, r->task_count + 1))
        return false;
    r->tasks[r->task_count++] =
        (struct sx_rollup_task){.rollup_id = s->rollup_id, .window_start = start};
    return true;
}

/* Windows with rows that have no mark, or a mark from before those rows. *all_marked: each has one.
 */
static bool add_windows(struct scan *s, bool *all_marked)
{
    bool good = true;
    *all_marked = true;
    for (size_t i = 0; i < s->plan.window_count && good; i++) {
        int64_t start = s->plan.windows[i].start;
        const struct sx_rollup_mark *mark = sx_rollup_marks_find(s->rollup->marks, start);
        *all_marked = *all_marked && mark;
        if (mark && ((mark->flags & (SX_ROLLUP_FINAL | SX_ROLLUP_STALE)) ||
                     generation_in(s->rows, mark) <= mark->generation))
            continue;
        if (may_be_made(s, start))
            good = add_task(s, start);
    }
    return good;
}

/* Windows whose rows were deleted in part; and marks that are behind for nothing. */
static bool look_at_marks(struct scan *s, struct sx_buf *ops)
{
    const struct sx_rollup_marks *marks = s->rollup->marks;
    if (!marks || !marks->count)
        return true;
    struct behind behind = {.marks = marks, .stale = sx_mem_zalloc(s->mem, marks->count)};
    bool good = behind.stale != NULL;
    for (size_t i = 0; good && i < s->segment_count; i++)
        each_reached(s->rows, marks, &s->segments[i]->info, note_behind, &behind);
    for (size_t i = 0; good && i < marks->count; i++) {
        struct sx_rollup_mark mark = marks->items[i];
        if ((mark.flags & SX_ROLLUP_STALE) && !(mark.flags & SX_ROLLUP_FINAL)) {
            if (may_be_made(s, mark.window_start))
                good = add_task(s, mark.window_start);
            continue;
        }
        if (!behind.stale[i] || is_in_plan(s, mark.window_start))
            continue;
        uint64_t generation = generation_in(s->rows, &mark);
        if (generation == UNKNOWN)
            continue;
        mark.generation = generation;
        sx_edit_put_rollup(ops, s->rollup_id, &mark);
    }
    sx_mem_free(s->mem, behind.stale);
    return good;
}

/* Whether the segments that reach into windows with marks are still those that were asked: only
 * flushes may have come meanwhile. */
static bool is_still_whole(const struct scan *s)
{
    size_t at = 0;
    for (size_t i = 0; i < s->rows->segment_count; i++) {
        if (!is_to_be_asked(s, s->rows->segments[i]))
            continue;
        if (at == s->segment_count || s->segments[at++] != s->rows->segments[i])
            return false;
    }
    return true;
}

/* manifest_mutex and state_mutex held: what the segments told becomes tasks and marks. */
static stria_status conclude(struct scan *s, struct sx_buf *ops, stria_error *err)
{
    bool all_marked = false;
    s->rollup = sx_engine_store(s->engine, s->rollup_id);
    s->rows = s->rollup ? sx_engine_store(s->engine, s->rollup->rollup_of) : NULL;
    if (!s->rows || !is_still_whole(s))
        return STRIA_OK; /* the next scan sees more */
    if (!add_windows(s, &all_marked) || !look_at_marks(s, ops))
        return sx_mem_refused(s->mem, sizeof(struct sx_rollup_task), err);
    for (size_t i = 0; all_marked && i < s->segment_count; i++)
        s->segments[i]->rolled_up[s->which] = s->rollup_id;
    return STRIA_OK;
}

static stria_status commit_marks(struct scan *s, stria_error *err)
{
    struct sx_engine *engine = s->engine;
    struct sx_buf ops;
    sx_buf_init(&ops, s->mem, (size_t)16 << 20);
    sx_mutex_lock(&engine->manifest_mutex);
    sx_mutex_lock(&engine->state_mutex);
    stria_status st = conclude(s, &ops, err);
    sx_mutex_unlock(&engine->state_mutex);
    if (!st && (ops.len || ops.failed))
        st = ops.failed ? sx_buf_refused(&ops, "manifest edit", err)
                        : sx_engine_commit_edit(engine, sx_buf_bytes(&ops), err);
    sx_mutex_unlock(&engine->manifest_mutex);
    sx_buf_deinit(&ops);
    return st;
}

/* state_mutex held; false: the store holds no rollups that can be made. */
static bool begin(struct scan *s, size_t store)
{
    s->rollup = s->engine->stores[store];
    s->rows = s->rollup->rollup_of ? sx_engine_store(s->engine, s->rollup->rollup_of) : NULL;
    if (!s->rows || s->rows->window_ns % s->rollup->rollup_ns ||
        s->rows->window_ns / s->rollup->rollup_ns > SX_COLUMN_VALUES_MAX)
        return false;
    const struct sx_policy *policy =
        sx_catalog_policy_by_id(s->engine->catalog, s->rollup->policy_id, NULL);
    s->kept_from = INT64_MIN;
    if (policy && policy->duration_ns > 0 && s->now > INT64_MIN + policy->duration_ns)
        s->kept_from = s->now - policy->duration_ns;
    s->rollup_id = s->rollup->policy_id;
    s->which = which_of(s->rollup->rollup_ns);
    return true;
}

static stria_status scan_store(struct sx_engine *engine, size_t store, bool force, bool *end,
                               stria_error *err)
{
    struct scan s = {.engine = engine,
                     .mem = &engine->mems[SX_ENGINE_MEM_MERGE],
                     .force = force,
                     .now = sx_os_now_ns(engine->os)};
    stria_status st = STRIA_OK;
    int64_t window_ns = 0;
    sx_mutex_lock(&engine->state_mutex);
    *end = store >= engine->store_count;
    bool found = !*end && begin(&s, store);
    if (found) {
        window_ns = s.rows->window_ns;
        if (!list_segments(&s))
            st = sx_mem_refused(s.mem, sizeof(struct sx_segment *), err);
    }
    sx_mutex_unlock(&engine->state_mutex);
    if (!st && found)
        st = ask_segments(&s, window_ns, err);
    if (!st && found)
        st = commit_marks(&s, err);
    for (size_t i = 0; i < s.segment_count; i++)
        sx_segment_release(s.segments[i]);
    sx_mem_free(s.mem, s.segments);
    sx_merge_plan_deinit(&s.plan);
    return st;
}

stria_status sx_rollup_scan(struct sx_engine *engine, bool force, stria_error *err)
{
    stria_status st = STRIA_OK;
    bool end = false;
    for (size_t i = 0; !st && !end; i++)
        st = scan_store(engine, i, force, &end, err);
    return st;
}
