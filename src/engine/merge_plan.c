/* SPDX-License-Identifier: Apache-2.0 */
/* merge_plan.c -- see merge_plan.h. */
#include "engine/merge_plan.h"

#include "base/error.h"
#include "base/sort.h"
#include "model/catalog.h"
#include "segment/chunks.h"

void sx_merge_plan_init(struct sx_merge_plan *plan, struct sx_mem *mem, int64_t window_ns)
{
    *plan = (struct sx_merge_plan){.mem = mem, .window_ns = window_ns};
}

void sx_merge_plan_deinit(struct sx_merge_plan *plan)
{
    if (!plan->mem)
        return;
    sx_mem_free(plan->mem, plan->windows);
    sx_mem_free(plan->mem, plan->spans);
    *plan = (struct sx_merge_plan){0};
}

static int compare_window(const void *item, const void *key, void *context)
{
    int64_t x = ((const struct sx_merge_window *)item)->start, y = *(const int64_t *)key;
    (void)context;
    return (x > y) - (x < y);
}

stria_status sx_merge_plan_add_window(struct sx_merge_plan *plan, int64_t ts, uint64_t size,
                                      stria_error *err)
{
    int64_t start = sx_window_start(ts, plan->window_ns);
    size_t i = sx_lower_bound(plan->windows, plan->window_count, sizeof *plan->windows, &start,
                              compare_window, NULL);
    if (i == plan->window_count || plan->windows[i].start != start) {
        if (!SX_GROW(plan->mem, plan->windows, plan->window_capacity, plan->window_count + 1))
            return sx_mem_refused(plan->mem, sizeof *plan->windows, err);
        memmove(&plan->windows[i + 1], &plan->windows[i],
                (plan->window_count - i) * sizeof *plan->windows);
        plan->windows[i] = (struct sx_merge_window){.start = start};
        plan->window_count++;
    }
    plan->windows[i].size += size;
    return STRIA_OK;
}

/* A stripe of several windows: by the rows of its groups, which never cross a window. */
static stria_status add_groups(struct sx_merge_plan *plan, struct sx_segment_cursor *cursor,
                               uint32_t stripe, uint64_t size, stria_error *err)
{
    uint32_t count = cursor->segment->stripes[stripe].group_count;
    uint64_t rows = 0;
    stria_status st = sx_segment_cursor_stripe(cursor, stripe, err);
    for (uint32_t i = 0; i < count && !st; i++)
        rows += cursor->groups[i].row_count;
    for (uint32_t i = 0; i < count && !st; i++)
        st = sx_merge_plan_add_window(plan, cursor->groups[i].min_ts,
                                      size * cursor->groups[i].row_count / SX_MAX(rows, 1), err);
    return st;
}

stria_status sx_merge_plan_add(struct sx_merge_plan *plan, struct sx_segment *segment,
                               stria_error *err)
{
    struct sx_segment_cursor cursor;
    stria_status st = sx_segment_pin(segment, err);
    if (st)
        return st;
    sx_segment_cursor_init(&cursor, segment, plan->mem);
    for (uint32_t i = 0; i < segment->stripe_count && !st; i++) {
        const struct sx_stripe *stripe = &segment->stripes[i];
        uint64_t size = 0;
        for (uint32_t r = 0; r < stripe->run_count; r++)
            size += stripe->runs[r].size;
        bool one = sx_window_start(stripe->min_ts, plan->window_ns) ==
                   sx_window_start(stripe->max_ts, plan->window_ns);
        st = one ? sx_merge_plan_add_window(plan, stripe->min_ts, size, err)
                 : add_groups(plan, &cursor, i, size, err);
    }
    sx_segment_cursor_deinit(&cursor);
    sx_segment_unpin(segment);
    return st;
}

int64_t sx_merge_window_last(int64_t start, int64_t window_ns)
{
    if (start == INT64_MIN)
        return sx_window_start(INT64_MIN + window_ns, window_ns) - 1;
    return start > INT64_MAX - window_ns ? INT64_MAX : start + window_ns - 1;
}

stria_status sx_merge_plan_finish(struct sx_merge_plan *plan, const struct sx_merge_plan_options *o,
                                  stria_error *err)
{
    uint64_t size = 0;
    bool is_open = false; /* the last span takes more windows */
    for (size_t i = 0; i < plan->window_count; i++) {
        const struct sx_merge_window *w = &plan->windows[i];
        int64_t last = sx_merge_window_last(w->start, plan->window_ns);
        bool alone = w->size >= o->span_size_min || last >= o->now_ns;
        struct sx_merge_span *span = is_open ? &plan->spans[plan->span_count - 1] : NULL;
        if (span && !alone && !(o->window_max && span->window_count >= o->window_max)) {
            span->max_ts = last;
            span->window_count++;
            size += w->size;
        } else {
            if (!SX_GROW(plan->mem, plan->spans, plan->span_capacity, plan->span_count + 1))
                return sx_mem_refused(plan->mem, sizeof *plan->spans, err);
            plan->spans[plan->span_count++] =
                (struct sx_merge_span){.min_ts = w->start, .max_ts = last, .window_count = 1};
            size = w->size;
        }
        is_open = !alone && size < o->span_size_min;
    }
    return STRIA_OK;
}
