/* SPDX-License-Identifier: Apache-2.0 */
/* rollup_ranges.c -- see rollup_ranges.h. */
#include "scan/rollup_ranges.h"

#include "base/error.h"

void sx_rollup_ranges_deinit(struct sx_rollup_ranges *ranges)
{
    if (ranges->mem)
        sx_mem_free(ranges->mem, ranges->items);
    *ranges = (struct sx_rollup_ranges){0};
}

/* Rules out the windows that a source may have rows in that did not go into the rollups. */
static void rule_out(const struct sx_view *view, const struct sx_rollup_marks *marks, size_t source,
                     uint8_t *bad)
{
    int64_t min_ts, max_ts;
    uint64_t generation = UINT64_MAX;
    const struct sx_segment *segment = sx_view_segment(view, source);
    if (segment) {
        min_ts = segment->info.min_ts;
        max_ts = segment->info.max_ts;
        generation = segment->info.last_generation;
    } else if (!sx_memtable_times(sx_view_memtable(view, source), &min_ts, &max_ts)) {
        return;
    }
    for (size_t i = sx_rollup_marks_from(marks, sx_window_start(min_ts, view->window_ns));
         i < marks->count && marks->items[i].window_start <= max_ts; i++)
        bad[i] = bad[i] || marks->items[i].generation < generation;
}

/* And those whose rollups are damaged: then the rows are better. */
static void rule_damaged_out(const struct sx_view *view, size_t which, uint8_t *bad)
{
    const struct sx_rollup_marks *marks = view->rollups[which].marks;
    const struct sx_view *rollups = view->rollups[which].view;
    for (size_t i = 0; i < rollups->source_count; i++) {
        const struct sx_segment *segment = sx_view_segment(rollups, i);
        if (!segment || !atomic_load(&segment->damage))
            continue;
        int64_t first = sx_window_start(segment->info.min_ts, view->window_ns);
        for (size_t k = sx_rollup_marks_from(marks, first);
             k < marks->count && marks->items[k].window_start <= segment->info.max_ts; k++)
            bad[k] = 1;
    }
}

static bool add_range(struct sx_rollup_ranges *ranges, int64_t min_ns, int64_t max_ns)
{
    struct sx_rollup_range *last = ranges->count ? &ranges->items[ranges->count - 1] : NULL;
    if (last && last->max_ns == min_ns - 1) {
        last->max_ns = max_ns;
        return true;
    }
    if (!SX_GROW(ranges->mem, ranges->items, ranges->capacity, ranges->count + 1))
        return false;
    ranges->items[ranges->count++] = (struct sx_rollup_range){min_ns, max_ns};
    return true;
}

stria_status sx_rollup_ranges_init(struct sx_rollup_ranges *ranges, struct sx_mem *mem,
                                   const struct sx_view *view, size_t which, stria_error *err)
{
    const struct sx_rollup_marks *marks = view->rollups[which].marks;
    *ranges = (struct sx_rollup_ranges){.mem = mem};
    if (!marks || !marks->count)
        return STRIA_OK;
    uint8_t *bad = sx_mem_zalloc(mem, marks->count);
    bool good = bad != NULL;
    for (size_t i = 0; good && i < view->source_count; i++)
        rule_out(view, marks, i, bad);
    if (good)
        rule_damaged_out(view, which, bad);
    for (size_t i = 0; good && i < marks->count; i++) {
        const struct sx_rollup_mark *mark = &marks->items[i];
        if (bad[i] || (mark->flags & (SX_ROLLUP_STALE | SX_ROLLUP_INEXACT)) ||
            mark->window_start > INT64_MAX - view->window_ns)
            continue;
        good = add_range(ranges, mark->window_start, mark->window_start + view->window_ns - 1);
    }
    sx_mem_free(mem, bad);
    return good ? STRIA_OK : sx_mem_refused(mem, marks->count, err);
}
