/* SPDX-License-Identifier: Apache-2.0 */
/* view.h -- what a reader sees: the catalog and the sources of one policy, pinned.
 *
 * Why         Queries, merges and flushes all read through a view, so what they see cannot go away
 *             or change order under them.
 * Invariants  Sources are ordered from the oldest to the newest: a source's number is its rank, and
 *             where two have a value for the same series, time and column, the higher rank wins.
 * Threads     Immutable; the reference count is atomic. */
#ifndef SX_SCAN_VIEW_H
#define SX_SCAN_VIEW_H

#include "memtable/memtable.h"
#include "model/catalog.h"
#include "model/rollup.h"
#include "model/tombstone.h"
#include "segment/segment.h"

struct sx_source {
    struct sx_segment *segment; /* one of the two */
    struct sx_memtable *memtable;
};

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
    int64_t window_ns; /* of the policy's storage; 0: in views without rollups */
    struct sx_view_rollup rollups[SX_ROLLUPS_MAX];
    size_t rollup_count;
    size_t source_count;
    struct sx_source sources[];
};

/* What a view is made of; references are taken. */
struct sx_view_parts {
    struct sx_catalog *catalog; /* NULL: none */
    uint32_t policy_id;
    struct sx_series_index *index;      /* NULL: none */
    struct sx_tombstones *tombstones;   /* NULL: none */
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

/* Whether a tombstone masks rows of a source (of the series it speaks of). */
bool sx_view_masks(const struct sx_view *view, const struct sx_tombstone *tombstone,
                   uint32_t source);

#endif
