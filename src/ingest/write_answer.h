/* SPDX-License-Identifier: Apache-2.0 */
/* write_answer.h -- what a write is answered with, in the words of InfluxDB 1.12.
 *
 * Why         Clients decide by these sentences whether to send again (see "partial write" in
 *             Telegraf), so they are the peer's to the letter, on its 1.x and its 2.x paths alike.
 * Algorithm   The peer tells one thing only, the first of: no line could be parsed; points were
 *             refused for their tags or fields (the first such reason, the sum of all); points lie
 *             outside of what the policy keeps; some lines could not be parsed.
 * Threads     Pure. */
#ifndef SX_INGEST_WRITE_ANSWER_H
#define SX_INGEST_WRITE_ANSWER_H

#include "ingest/problems.h"

/* Which bound of the policy a point was outside of. */
enum sx_write_bound {
    SX_BOUND_RETENTION = 0, /* older than the policy keeps */
    SX_BOUND_PAST = 1,      /* before the past limit */
    SX_BOUND_FUTURE = 2,    /* after the future limit */
};

struct sx_outside_point {
    struct sx_bytes key; /* canonical */
    int64_t ts_ns;
    enum sx_write_bound bound;
    int64_t bound_ns;
};

/* What became of the points that could be parsed, besides those in sx_ingest_problems. */
struct sx_write_outcome {
    uint64_t stored_count;
    /* Points whose fields contradict what is stored. */
    uint64_t conflict_count;
    struct sx_bytes conflict_text; /* of the first: sx_peer_put_conflict() */
    uint64_t conflict_line;        /* its line, 1-based */
    /* Points outside of what the policy keeps, or lets in. */
    uint64_t outside_retention_count;
    uint64_t outside_window_count;
    struct sx_outside_point oldest, newest; /* of all those; by time */
    int64_t duration_ns;                    /* of the policy */
};

struct sx_write_target {
    struct sx_bytes database;
    struct sx_bytes policy;       /* its name */
    struct sx_bytes policy_asked; /* as the request named it; empty: the default */
};

/* Appends the answer to `text`; nothing when everything was stored. When `text` is too small, what
 * is cut is the middle: the listing of problems.
 * Returns  OK, NOMEM. */
stria_status sx_write_answer(struct sx_buf *text, const struct sx_ingest_problems *problems,
                             const struct sx_write_outcome *outcome,
                             const struct sx_write_target *target, stria_error *err);

#endif
