/* SPDX-License-Identifier: Apache-2.0 */
/* refusal.h -- what a server's refusal of a write says about its points.
 *
 * Source      The sentences of InfluxDB 1.x: "unable to parse '<line>': <reason>" for each line
 *             that cannot be read, joined by line feeds, "dropped=<count>" for points that may not
 *             be stored; "partial write: " before them when others were stored.
 * Threads     Pure. */
#ifndef SX_APP_CLIENT_REFUSAL_H
#define SX_APP_CLIENT_REFUSAL_H

#include "base/bytes.h"

/* How many points or lines it says were not stored. */
uint64_t sx_refusal_count(struct sx_bytes text);

/* Takes the first sentence off the front of *text, without "partial write: "; empty at the end. */
struct sx_bytes sx_refusal_take(struct sx_bytes *text);

#endif
