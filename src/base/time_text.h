/* SPDX-License-Identifier: Apache-2.0 */
/* time_text.h -- times from and to text, in the forms InfluxQL's answers and literals have.
 *
 * Why         Clients compare these texts with the peer's, so they are those of Go's time package:
 *             RFC3339Nano out, with the fraction's trailing zeros left off; in, what Go accepts.
 * Format      out: 2006-01-02T15:04:05[.999999999](Z|+hh:mm|-hh:mm)
 *             in:  2006-01-02
 *                  2006-01-02 15:04:05[.999], one or more spaces between
 *                  2006-01-02T15:04:05[.999](Z|+hh:mm|-hh:mm), RFC 3339
 *             In, an hour may have one digit, and a fraction any number of them (those past the
 *             ninth are cut off) behind a point or a comma.
 * Threads     Pure. */
#ifndef SX_BASE_TIME_TEXT_H
#define SX_BASE_TIME_TEXT_H

#include "base/attr.h"
#include "base/bytes.h"
#include "stria.h"

#define SX_TIME_TEXT_MAX 36

/* A time as a text tells it: a wall clock, and what it is set to. */
struct sx_wall_time {
    int64_t seconds; /* since 1970-01-01T00:00:00 on the same clock */
    int32_t nanosecond;
    bool has_offset;  /* false: the text does not say; the caller's zone, or UTC */
    int32_t offset_s; /* east of UTC; 0 without has_offset */
};

/* Reads any of the forms; the whole text must match.
 * Returns  OK, or INVALID (no text in err: callers know what it was read for). */
SX_MUST_CHECK stria_status sx_time_read(struct sx_bytes text, struct sx_wall_time *out);

/* Whether a text has the look of a time, a date of ten characters at its front: what InfluxQL asks
 * before it calls a string a time (and a wrong one an invalid one). */
bool sx_time_looks_so(struct sx_bytes text);

/* Nanoseconds UTC of a wall clock that runs `offset_s` ahead of it; false: outside int64. */
SX_MUST_CHECK bool sx_wall_time_ns(const struct sx_wall_time *time, int32_t offset_s,
                                   int64_t *ts_ns);

/* Reads RFC 3339, with Z or an offset, as nanoseconds UTC.
 * Returns  OK; INVALID; LIMIT: outside 1677-09-21T00:12:43.145224192Z ..
 *          2262-04-11T23:47:16.854775807Z. */
SX_MUST_CHECK stria_status sx_time_parse(struct sx_bytes text, int64_t *ts_ns);

/* Each writes at p, which has room for SX_TIME_TEXT_MAX bytes, and returns the bytes written.
 * The first in UTC ("...Z"), the second on a clock that runs offset_s (within a day) ahead of it.
 * */
size_t sx_time_write(uint8_t *p, int64_t ts_ns);
size_t sx_time_write_at(uint8_t *p, int64_t ts_ns, int32_t offset_s);

/* The same of a time that may lie outside int64 nanoseconds, for texts about errors: in UTC, to the
 * second. Years -9999 to 99999. */
size_t sx_time_write_seconds(uint8_t *p, int64_t seconds);

#endif
