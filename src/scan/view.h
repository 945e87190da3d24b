/* SPDX-License-Identifier: Apache-2.0 */
/* view.h -- what a reader sees: the catalog and the sources of one policy, pinned.
 *
 * Why         Queries, merges and flushes all read through a view, so what they see cannot go away
 *             or change order under them.
 *             Making one does not depend on the number of segments: they share the list of the
 *             moment.
 * Invariants  Sources are ordered from the oldest to the newest: a source's number is its rank, and
 *             where two have a value for the same series, time and column, the higher rank wins.
 * Threads     Any: it is immutable, but for atomic counts and bits. */
#ifndef SX_SCAN_VIEW_H
#define SX_SCAN_VIEW_H

#include "memtable/memtable.h"
#include "model/catalog.h"
#include "model/rollup.h"
#include "model/tombstone.h"
#include "segment/segment.h"

/* The segments of a policy at one moment, oldest first. Views of that moment share it. */
struct sx_segment_list {
    struct sx_mem *mem;
    _Atomic uint32_t reference_count;
    size_t count;
    struct sx_time_span { /* of each segment: looked through before any segment is touched */
        int64_t min_ts, max_ts;
    } * spans;
    struct sx_segment *segments[];
};

/* References to the segments are taken. NULL: no memory. */
struct sx_segment_list *sx_segment_list_create(struct sx_mem *mem,
                                               struct sx_segment *const *segments, size_t count);
struct sx_segment_list *sx_segment_list_acquire(struct sx_segment_list *list);
void sx_segment_list_release(struct sx_segment_list *list); /* NULL is allowed */

/* Rollups of the policy, at the same moment. */
struct sx_view_rollup {
    int64_t interval_ns;
    struct sx_rollup_marks *marks; /* NULL: none */
    struct sx_view *view;          /* of the policy that holds them */
};

struct sx_view {
    struct sx_mem *mem;
    _Atomic uint32_t reference_count;
    struct sx_catalog *catalog;       /* NULL in views of flush and merge */
    struct sx_series_index *index;    /* of the policy's memtables; NULL: none */
    struct sx_tombstones *tombstones; /* NULL: none */
    uint32_t policy_id;
    /* The index knows the types of all fields of all sources; it may know others. */
    bool index_knows_types;
    int64_t window_ns; /* of the policy's storage; 0: in views without rollups */
    struct sx_view_rollup rollups[SX_ROLLUPS_MAX];
    size_t rollup_count;
    size_t source_count;
    struct sx_segment_list *list; /* the first sources */
    _Atomic uint64_t *pinned;     /* a bit for each segment: the view has pinned it */
    struct sx_memtable *memtables[];
};

/* What a source is: one of the two, the other is NULL. */
static inline struct sx_segment *sx_view_segment(const struct sx_view *view, size_t source)
{
    return source < view->list->count ? view->list->segments[source] : NULL;
}

static inline struct sx_memtable *sx_view_memtable(const struct sx_view *view, size_t source)
{
    return source < view->list->count ? NULL : view->memtables[source - view->list->count];
}

/* What a view is made of; references are taken. */
struct sx_view_parts {
    struct sx_catalog *catalog; /* NULL: none */
    uint32_t policy_id;
    struct sx_series_index *index;    /* NULL: none */
    struct sx_tombstones *tombstones; /* NULL: none */
    bool index_knows_types;
    struct sx_segment_list *list;       /* NULL: the segments that follow */
    struct sx_segment *const *segments; /* oldest first */
    size_t segment_count;
    struct sx_memtable *const *memtables; /* oldest first; newer than every segment */
    size_t memtable_count;
};

/* Adds the rollups of an interval to a view that nobody else has yet; `rollups` is taken over. */
void sx_view_add_rollups(struct sx_view *view, int64_t window_ns, int64_t interval_ns,
                         struct sx_rollup_marks *marks, struct sx_view *rollups);

/* NULL: no memory. */
struct sx_view *sx_view_create(struct sx_mem *mem, const struct sx_view_parts *parts);
struct sx_view *sx_view_acquire(struct sx_view *view);
void sx_view_release(struct sx_view *view); /* NULL is allowed */
/* The id of the newest tombstone; 0: none. */
uint64_t sx_view_last_tombstone(const struct sx_view *view);

/* Loads a segment of the view, which stays loaded as long as the view. Returns as
 * sx_segment_load. */
stria_status sx_view_load(struct sx_view *view, size_t source, stria_error *err);

/* The first source from `source` on that is a segment with rows near the times, both inclusive;
 * source_count: there is none. */
size_t sx_view_next_segment(const struct sx_view *view, size_t source, int64_t time_min_ns,
                            int64_t time_max_ns);

/* Whether a tombstone masks rows of a source (of the series it speaks of). */
bool sx_view_masks(const struct sx_view *view, const struct sx_tombstone *tombstone,
                   uint32_t source);

#endif
