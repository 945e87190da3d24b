/* SPDX-License-Identifier: Apache-2.0 */
/* duration_text.h -- lengths of time from and to text: InfluxQL's form, and Go's for listings.
 *
 * Format      InfluxQL: [-] (digit+ unit)+, units ns u µ ms s m h d w: 10m, 1h30m, 7d.
 *             Go: 168h0m0s, 1m30s, 1.5s, 20ms, 0s.
 * Threads     Pure. */
#ifndef SX_BASE_DURATION_TEXT_H
#define SX_BASE_DURATION_TEXT_H

#include "base/attr.h"
#include "base/bytes.h"
#include "stria.h"

#define SX_DURATION_TEXT_MAX 32

/* Nanoseconds of a duration in InfluxQL's form.
 * Returns  OK; INVALID ("invalid duration"); LIMIT: more than int64 nanoseconds ("overflowed
 *          duration 99999999w: choose a smaller duration or INF"), with the part that is too much.
 *          */
SX_MUST_CHECK stria_status sx_duration_parse(struct sx_bytes text, int64_t *ns, stria_error *err);

/* Each writes at p, which has room for SX_DURATION_TEXT_MAX bytes, and returns the bytes written.
 * influx  One number with the largest unit that divides it: 7d is 1w, 90m is 90m, 0 is 0s.
 * go      Go's time.Duration: hours, minutes and seconds, or one smaller unit below a second. */
size_t sx_duration_write_influx(uint8_t *p, int64_t ns);
size_t sx_duration_write_go(uint8_t *p, int64_t ns);

#endif
