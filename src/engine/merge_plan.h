/* SPDX-License-Identifier: Apache-2.0 */
/* merge_plan.h -- how the output of a merge is cut along time: one segment per window where there
 * is enough in it, several windows in one segment where there is not.
 *
 * Why         Files of one window let retention unlink them and queries pass them over. But rows
 *             that come late, or years that are imported series by series, touch a thousand windows
 *             with little in each: a file for each would be a thousand tiny files at every merge.
 *             They stay together until, by further merges, there is enough for files of their own.
 * Example     Windows of 40 MB, 1 MB, 2 MB, 3 MB, 50 MB, with a minimum of 4 MiB: three segments,
 *             of the first, of the next three, and of the last.
 * Invariants  Spans ascend and do not overlap; each begins and ends at window boundaries. A window
 *             that is not over has a span of its own: else today would hold yesterday back from
 *             being sealed.
 * Threads     One owner. */
#ifndef SX_ENGINE_MERGE_PLAN_H
#define SX_ENGINE_MERGE_PLAN_H

#include "segment/segment.h"

#define SX_SPAN_SIZE_MIN ((uint64_t)4 << 20)

struct sx_merge_window {
    int64_t start;
    uint64_t size; /* bytes of the inputs' chunks in it, about */
};

struct sx_merge_span {
    int64_t min_ts, max_ts; /* inclusive */
    uint32_t window_count;
};

struct sx_merge_plan {
    struct sx_mem *mem;
    int64_t window_ns;
    struct sx_merge_window *windows; /* that the inputs have rows in, ascending */
    size_t window_count, window_capacity;
    struct sx_merge_span *spans;
    size_t span_count, span_capacity;
};

struct sx_merge_plan_options {
    int64_t now_ns;         /* wall clock: windows that end later are not over */
    uint64_t span_size_min; /* windows with less are put together */
    uint32_t window_max;    /* most windows of one span; 0: no limit */
};

/* The last time of the window that begins at `start` (as sx_window_start() tells it). */
int64_t sx_merge_window_last(int64_t start, int64_t window_ns);

void sx_merge_plan_init(struct sx_merge_plan *plan, struct sx_mem *mem, int64_t window_ns);
void sx_merge_plan_deinit(struct sx_merge_plan *plan); /* of a zeroed one as well */

/* Adds what a segment has in which windows. Returns OK, CORRUPT, IO, NOT_FOUND, NOMEM. */
stria_status sx_merge_plan_add(struct sx_merge_plan *plan, struct sx_segment *segment,
                               stria_error *err);
/* Adds so many bytes in the window of a time. Returns OK, NOMEM. */
stria_status sx_merge_plan_add_window(struct sx_merge_plan *plan, int64_t ts, uint64_t size,
                                      stria_error *err);
/* Makes the spans. Returns OK, NOMEM. */
stria_status sx_merge_plan_finish(struct sx_merge_plan *plan,
                                  const struct sx_merge_plan_options *options, stria_error *err);

#endif
