/* SPDX-License-Identifier: Apache-2.0 */
/* select.h -- which series of a segment a selector asks for.
 *
 * Threads     Any; the segment must be held and loaded. */
#ifndef SX_SEGMENT_SELECT_H
#define SX_SEGMENT_SELECT_H

#include "index/bitset.h"
#include "model/request.h"
#include "model/selector.h"
#include "segment/segment.h"

/* The ordinals that a selector's measurement and tags ask for. `set` is initialised by the call,
 * from request->mem, also on failure; it stays empty (size 0) when the segment surely has none.
 * Returns  OK, CORRUPT, IO, NOMEM, LIMIT, CANCELLED, TIMEOUT. */
stria_status sx_segment_select(struct sx_segment *segment, const struct sx_selector *selector,
                               struct sx_request *request, struct sx_bitset *set, stria_error *err);

#endif
