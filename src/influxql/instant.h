/* SPDX-License-Identifier: Apache-2.0 */
/* instant.h -- times as literals of a query: parsed from strings, added to, compared, shown.
 *
 * Why         '9999-12-31' is a good literal whose nanoseconds do not fit 64 bits, and the peer
 *             says "time 9999-12-31T00:00:00Z overflows time literal" only where it is used as a
 *             bound. So literals are seconds and nanoseconds, as in Go's time.Time, whose rules
 *             these are.
 * Limits      Adding stops about 11,700 years from 1970.
 * Threads     Pure. */
#ifndef SX_INFLUXQL_INSTANT_H
#define SX_INFLUXQL_INSTANT_H

#include "base/buf.h"
#include "base/bytes.h"

struct sx_zone;

struct sx_iql_instant {
    int64_t s;                  /* since 1970-01-01T00:00:00Z */
    int32_t ns;                 /* 0 to 999,999,999 */
    int32_t offset_s;           /* how it is shown without a zone: seconds east of UTC */
    const struct sx_zone *zone; /* how it is shown; NULL: offset_s counts */
};

struct sx_iql_instant sx_iql_instant_of_ns(int64_t ns);
/* The nanoseconds modulo 2^64, as the peer has them. */
int64_t sx_iql_instant_ns(struct sx_iql_instant t);
struct sx_iql_instant sx_iql_instant_add(struct sx_iql_instant t, int64_t duration_ns);
/* a - b in nanoseconds, at most INT64_MAX and at least INT64_MIN. */
int64_t sx_iql_instant_sub(struct sx_iql_instant a, struct sx_iql_instant b);
int sx_iql_instant_compare(struct sx_iql_instant a, struct sx_iql_instant b);
/* How far t is behind the last multiple of `interval_ns` counted from the start of the year 1; 0
 * for intervals below 1. */
int64_t sx_iql_instant_remainder(struct sx_iql_instant t, int64_t interval_ns);

/* Parses a date, a date and time, or RFC 3339; without an offset in the text it is local time of
 * `zone` (NULL: UTC). False: "invalid timestamp string". */
bool sx_iql_instant_parse(struct sx_bytes text, const struct sx_zone *zone,
                          struct sx_iql_instant *out);

/* Appends RFC 3339: in UTC with as much of the fraction as is needed, or in the time's own zone
 * without a fraction. */
void sx_iql_instant_put_utc(struct sx_buf *out, struct sx_iql_instant t);
void sx_iql_instant_put_local(struct sx_buf *out, struct sx_iql_instant t);

#endif
