/* SPDX-License-Identifier: Apache-2.0 */
/* value_text.h -- the values that people type and read: times, counts, and near words.
 *
 * Format      time   a time or date as InfluxQL writes it (UTC), nanoseconds since 1970 as a
 *             number,
 *                    now, or now-DURATION: 2024-05-01T10:00:00Z, 2024-05-01, now-1h30m
 * Threads     Pure. */
#ifndef SX_APP_CLI_VALUE_TEXT_H
#define SX_APP_CLI_VALUE_TEXT_H

#include "base/buf.h"
#include "base/bytes.h"

/* `now_ns`: what now is. Returns OK, INVALID, LIMIT (outside the times that can be stored). */
SX_MUST_CHECK stria_status sx_moment_parse(struct sx_bytes text, int64_t now_ns, int64_t *ts_ns);

/* Three digits and a unit, rounded down: 1234567 is "1.23 M", 999 is "999". */
void sx_put_count(struct sx_buf *out, uint64_t count);
/* The same of bytes, with 1024: 1288490188 is "1.20 GiB", 100 is "100 B". */
void sx_put_size(struct sx_buf *out, uint64_t size);
/* All digits, in groups of three: 1,234,567. */
void sx_put_grouped(struct sx_buf *out, uint64_t count);
/* Seconds with three digits behind the point, "0.042 s"; from 100 s on "1m42s". */
void sx_put_elapsed(struct sx_buf *out, int64_t duration_ns);

/* A word among many, for telling what somebody may have meant. */
struct sx_near_word {
    const char *typed;
    const char *word; /* the nearest so far; NULL: none is near */
    unsigned distance;
};
/* Looks at one more word: near are those that `typed` begins, and those within a third of edits. */
void sx_near_word_offer(struct sx_near_word *near, const char *word);

#endif
