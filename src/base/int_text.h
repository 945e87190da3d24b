/* SPDX-License-Identifier: Apache-2.0 */
/* int_text.h -- whole numbers from and to decimal text.
 *
 * Why         Timestamps and counters are most of what line protocol carries; the C library's
 *             functions want NUL-terminated strings and look at the locale.
 * Format      Unsigned: digit+. Signed: [+-] digit+. Leading zeros are allowed, as in Go.
 * Threads     Pure. */
#ifndef SX_BASE_INT_TEXT_H
#define SX_BASE_INT_TEXT_H

#include "base/attr.h"
#include "base/bytes.h"
#include "stria.h"

#define SX_INT_TEXT_MAX 20 /* bytes of the longest: -9223372036854775808, 18446744073709551615 */

/* Takes the longest number off the front of *in.
 * Returns  OK; INVALID: no number begins there, *in is unchanged; LIMIT: it does not fit, *in is
 *          behind it and *out is the nearest number that does. */
SX_MUST_CHECK stria_status sx_uint_take(struct sx_bytes *in, uint64_t *out);
SX_MUST_CHECK stria_status sx_int_take(struct sx_bytes *in, int64_t *out);

/* The number that the whole of `text` is: the same statuses, INVALID also when anything follows. */
SX_MUST_CHECK stria_status sx_uint_parse(struct sx_bytes text, uint64_t *out);
SX_MUST_CHECK stria_status sx_int_parse(struct sx_bytes text, int64_t *out);

/* Writes v at p, which has room for SX_INT_TEXT_MAX bytes, without a NUL; returns the bytes
 * written. */
size_t sx_uint_write(uint8_t *p, uint64_t v);
size_t sx_int_write(uint8_t *p, int64_t v);

/* Writes exactly `count` digits (at most 20) of v, with leading zeros; higher digits are lost. */
void sx_digits_write(uint8_t *p, uint64_t v, unsigned count);

/* The digits that v has: 1 for 0. */
unsigned sx_digits_count(uint64_t v);

#endif
