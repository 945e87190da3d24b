/* SPDX-License-Identifier: Apache-2.0 */
/* damage.h -- going on without what cannot be read.
 *
 * Why         A bad sector must cost the values that were on it and not the query, nor the file;
 *             but whoever asked must be told. A merge, which would lose the rest for good, is
 *             stopped instead, and leaves the segment alone from then on.
 * Threads     Any. */
#ifndef SX_SCAN_DAMAGE_H
#define SX_SCAN_DAMAGE_H

#include "model/request.h"
#include "segment/segment.h"

/* A part of a segment could not be read, as *what says. Notes it at the segment and tells it to the
 * request.
 * Returns  OK: go on without it. Else the code of *what, which is copied to *err: the request does
 *          not take damage, or what failed is no damage (no memory, say). */
stria_status sx_leave_out(struct sx_request *request, struct sx_segment *segment,
                          const stria_error *what, stria_error *err);

#endif
