/* SPDX-License-Identifier: Apache-2.0 */
/* hiding.h -- whether a delete hides all that a source has of a series or a measurement.
 *
 * Why         Listings show a series only while it has rows: one whose rows are all deleted must
 *             not be listed until a merge takes them out of the files.
 * Limits      Rows hidden by two deletes together, but by neither alone, still count as there until
 *             a merge has applied them.
 * Threads     One owner. */
#ifndef SX_SCAN_HIDING_H
#define SX_SCAN_HIDING_H

#include "scan/view.h"

struct sx_hiding {
    struct sx_mem *mem;
    const struct sx_view *view; /* held by the caller */
    struct sx_regex_scratch *scratch;
    struct sx_buf text;
};

void sx_hiding_init(struct sx_hiding *hiding, struct sx_mem *mem, const struct sx_view *view);
void sx_hiding_deinit(struct sx_hiding *hiding); /* of a zeroed one as well */

/* Whether nothing is deleted, so that there is nothing to ask. */
static inline bool sx_hiding_none(const struct sx_hiding *hiding)
{
    return !hiding->view->tombstones || hiding->view->tombstones->count == 0;
}

/* Whether one delete hides every row that the source has of the series `key` (canonical) between
 * two times, both inclusive.
 * Returns  OK, NOMEM, LIMIT (a regular expression takes too many steps). */
stria_status sx_hiding_series(struct sx_hiding *hiding, uint32_t source, struct sx_bytes key,
                              int64_t min_ts, int64_t max_ts, bool *hidden, stria_error *err);

/* The same for all series of a measurement (escaped, as in a key), whichever they are. */
stria_status sx_hiding_measurement(struct sx_hiding *hiding, uint32_t source,
                                   struct sx_bytes escaped, int64_t min_ts, int64_t max_ts,
                                   bool *hidden, stria_error *err);

#endif
