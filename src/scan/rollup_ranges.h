/* SPDX-License-Identifier: Apache-2.0 */
/* rollup_ranges.h -- the stretches of time for which a view's rollups say what its rows say.
 *
 * Algorithm   A window's rollups are good if their mark is, and nothing that may have rows in the
 *             window is newer than the mark: no segment of a later generation, no memtable; and if
 *             no damage is known of them.
 * Threads     One owner; the view must be held. */
#ifndef SX_SCAN_ROLLUP_RANGES_H
#define SX_SCAN_ROLLUP_RANGES_H

#include "scan/view.h"

struct sx_rollup_range {
    int64_t min_ns, max_ns; /* inclusive; whole windows */
};

struct sx_rollup_ranges {
    struct sx_mem *mem;
    struct sx_rollup_range *items; /* ascending, with gaps between them */
    size_t count, capacity;
};

/* Finds those of view->rollups[which]. To be deinitialised in any case. Returns OK, NOMEM. */
stria_status sx_rollup_ranges_init(struct sx_rollup_ranges *ranges, struct sx_mem *mem,
                                   const struct sx_view *view, size_t which, stria_error *err);
void sx_rollup_ranges_deinit(struct sx_rollup_ranges *ranges); /* of a zeroed one as well */

#endif
