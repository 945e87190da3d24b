/* SPDX-License-Identifier: Apache-2.0 */
/* series_set.h -- the series that a selector asks for, over all sources of a view, in key order.
 *
 * Algorithm   Each source tells its matching series by its own numbers; they are joined by key
 *             through a hash table and sorted.
 * Limits      Memory: key and about 60 bytes a series, from the request's budget.
 * Threads     One owner; the view must be held as long as the set. */
#ifndef SX_SCAN_SERIES_SET_H
#define SX_SCAN_SERIES_SET_H

#include "base/arena.h"
#include "base/map.h"
#include "model/request.h"
#include "model/selector.h"
#include "scan/view.h"

/* Where a series is: an ordinal of a segment, or a slot of a memtable. */
struct sx_scan_source {
    uint32_t source; /* its number in the view, ascending */
    uint32_t id;
};

struct sx_scan_series {
    struct sx_bytes key; /* canonical */
    uint64_t hash;
    const struct sx_scan_source *sources;
    uint32_t source_count;
};

struct sx_series_set {
    struct sx_mem *mem;
    struct sx_arena arena;
    struct sx_scan_series *series; /* sorted by key */
    size_t series_count, series_capacity;
};

/* Which series to list. */
enum sx_select_flag {
    SX_SELECT_IN_TIME =
        1, /* only those with rows near the selector's time range (chunk by chunk) */
};

/* Returns  OK; NOMEM; LIMIT (request->series_count_max: "max-select-series limit exceeded: (n/m)");
 * CANCELLED, TIMEOUT; CORRUPT, IO of a source. `set` is to be deinitialised in any case. */
stria_status sx_series_set_init(struct sx_series_set *set, struct sx_view *view,
                                const struct sx_selector *selector, unsigned flags,
                                struct sx_request *request, stria_error *err);
void sx_series_set_deinit(struct sx_series_set *set);

#endif
