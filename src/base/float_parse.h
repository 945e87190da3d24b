/* SPDX-License-Identifier: Apache-2.0 */
/* float_parse.h -- the double nearest to a decimal text, always correctly rounded.
 *
 * Why         What comes back must be what went in, to the last bit, under any locale and rounding
 *             mode of the host; and it is the hottest function of line protocol.
 * Format      [+-] (digit+ [. digit*] | . digit+) [(e|E) [+-] digit+]
 *             "63.7", "-1e+3", ".5", "1."; neither infinity nor NaN nor hexadecimal.
 * Threads     Pure. */
#ifndef SX_BASE_FLOAT_PARSE_H
#define SX_BASE_FLOAT_PARSE_H

#include "base/attr.h"
#include "base/bytes.h"
#include "stria.h"

/* Takes the longest number off the front of *in ("1e" is 1 with "e" left).
 * Returns  OK (numbers too small become 0 or subnormal); INVALID: no number begins there, *in is
 *          unchanged; LIMIT: it is too large, *in is behind it and *out is an infinity. */
SX_MUST_CHECK stria_status sx_float_take(struct sx_bytes *in, double *out);

/* The number that the whole of `text` is: the same statuses, INVALID also when anything follows. */
SX_MUST_CHECK stria_status sx_float_parse(struct sx_bytes text, double *out);

#endif
