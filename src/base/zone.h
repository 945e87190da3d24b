/* SPDX-License-Identifier: Apache-2.0 */
/* zone.h -- the rules of one time zone: how far its clocks are ahead of UTC, and when they change.
 *
 * Why         InfluxQL's tz() cuts windows at local midnights. The C library knows one zone per
 *             process and reads the environment; here a zone is a value, made from bytes.
 * Source      RFC 9636 (TZif), versions 1 to 4: a table of transitions, and a rule in POSIX's form
 *             for the time after the last. Leap seconds of "right" files are passed over.
 * Limits      SX_ZONE_SIZE_MAX bytes of input. Times further than 10^14 s from 1970 are taken as
 *             that.
 * Threads     Immutable once made; any number may read. */
#ifndef SX_BASE_ZONE_H
#define SX_BASE_ZONE_H

#include "base/bytes.h"
#include "base/mem.h"
#include "stria.h"

#define SX_ZONE_SIZE_MAX ((size_t)1 << 20)

struct sx_zone;

/* A stretch of time without a change of clocks; neighbours may have equal offsets. */
struct sx_zone_span {
    int64_t begin_s;  /* UTC; INT64_MIN: for ever */
    int64_t end_s;    /* UTC, not inside; INT64_MAX: for ever */
    int32_t offset_s; /* clocks are so much ahead of UTC: positive in the east */
    bool is_dst;
};

/* Makes a zone of the bytes of a TZif file, which are not kept.
 * Returns  OK; CORRUPT: they break the format; LIMIT: too many bytes; NOMEM. */
SX_MUST_CHECK stria_status sx_zone_create(struct sx_mem *mem, struct sx_bytes tzif,
                                          struct sx_zone **zone, stria_error *err);
void sx_zone_destroy(struct sx_zone *zone); /* NULL is allowed */

/* The span that holds a time in seconds UTC. */
struct sx_zone_span sx_zone_span_at(const struct sx_zone *zone, int64_t utc_s);

/* The offset at a time in nanoseconds UTC; zone NULL is UTC. */
int32_t sx_zone_offset_s(const struct sx_zone *zone, int64_t ts_ns);

/* The time UTC at which local clocks show `local_s` (seconds since 1970-01-01T00:00 on them); zone
 * NULL is UTC. A local time that is skipped or shown twice is taken as Go's time.Date takes it:
 * with an offset of one of the two sides. */
int64_t sx_zone_utc_s(const struct sx_zone *zone, int64_t local_s);

#endif
