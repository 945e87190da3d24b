/* SPDX-License-Identifier: Apache-2.0 */
/* nearest.h -- which of some names a mistyped one was meant to be.
 *
 * Why         "unknown key memroy; nearest: memory" saves a look into the manual.
 * Algorithm   Edit distance, two neighbours swapped counting once (optimal string alignment).
 * Threads     Pure. */
#ifndef SX_APP_SERVER_NEAREST_H
#define SX_APP_SERVER_NEAREST_H

#include "base/bytes.h"

#define SX_NEAREST_SIZE_MAX 64 /* longer names are not compared */

/* Edits that make b of a: at most SX_NEAREST_SIZE_MAX. */
unsigned sx_edit_distance(struct sx_bytes a, struct sx_bytes b);

/* The name, of `count`, that is nearest to `text`; NULL if none is near: more than a third of the
 * letters (at least 2) would have to change. */
const char *sx_nearest(struct sx_bytes text, const char *const *names, size_t count);

#endif
