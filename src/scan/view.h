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
#include "segment/segment.h"

struct sx_source {
    struct sx_segment *segment; /* one of the two */
    struct sx_memtable *memtable;
};

struct sx_view {
    struct sx_mem *mem;
    _Atomic uint32_t reference_count;
    struct sx_catalog *catalog;    /* NULL in views of flush and merge */
    struct sx_series_index *index; /* of the policy's memtables; NULL: none */
    uint32_t policy_id;
    size_t source_count;
    struct sx_source sources[];
};

/* Takes references to segments (sorted oldest first), then memtables (likewise), and the catalog
 * (may be NULL), and the index (likewise). NULL: no memory. */
struct sx_view *sx_view_create(struct sx_mem *mem, struct sx_catalog *catalog, uint32_t policy_id,
                               struct sx_series_index *index, struct sx_segment *const *segments,
                               size_t segment_count, struct sx_memtable *const *memtables,
                               size_t memtable_count);
struct sx_view *sx_view_acquire(struct sx_view *view);
void sx_view_release(struct sx_view *view); /* NULL is allowed */

#endif
