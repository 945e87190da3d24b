/* SPDX-License-Identifier: Apache-2.0 */
/* loads.h -- which segments stay loaded: no more than so many bytes of their parts, those used of
 * late.
 *
 * Why         What a segment keeps in memory once it was loaded is some kilobytes, more with many
 *             series: of ten thousand segments that is more than all queries need.
 * Algorithm   A clock, as for open files (files.h): a segment that is pinned again is marked; the
 *             hand goes round when there is too much, takes marks away, and lets go what has none
 *             and is pinned by nobody. It is loaded again when it is needed again.
 * Invariants  What is pinned stays. When all is pinned there is more than allowed; the budget of
 *             the segments counts it.
 * Threads     Any, on all calls but init and deinit. */
#ifndef SX_SEGMENT_LOADS_H
#define SX_SEGMENT_LOADS_H

#include "os/sync.h"

#include <stdbool.h>
#include <stddef.h>

struct sx_segment;

struct sx_segment_loads {
    struct sx_mutex mutex; /* guards the ring */
    struct sx_segment *hand;
    size_t count;
    size_t size, size_max; /* bytes of those in the ring */
};

void sx_segment_loads_init(struct sx_segment_loads *loads, size_t size_max);
void sx_segment_loads_deinit(struct sx_segment_loads *loads); /* all segments are gone */

/* Takes note of a segment that was loaded, and lets others go until `size_max` bytes are left. */
void sx_segment_loads_add(struct sx_segment_loads *loads, struct sx_segment *segment);
/* Lets go of what nobody uses until so many bytes are left; whether it let anything go. */
bool sx_segment_loads_trim(struct sx_segment_loads *loads, size_t size_max);
/* Its parts are gone, or will be. */
void sx_segment_loads_remove(struct sx_segment_loads *loads, struct sx_segment *segment);

#endif
