/* SPDX-License-Identifier: Apache-2.0 */
/* problems.h -- what a text of rows had to leave out, and why, in the peer's words.
 *
 * Why         One bad line must not cost the others, and its writer must learn which and why. The
 *             peer tells two kinds apart: lines that cannot be parsed, and points that parse but
 *             may not be stored ("dropped"); their texts never mix in one answer (write_answer.h).
 * Limits      The first STRIA_PROBLEMS_MAX are kept one by one; the joined text is cut at
 *             SX_PROBLEM_TEXT_MAX bytes. All are counted.
 * Threads     One owner. */
#ifndef SX_INGEST_PROBLEMS_H
#define SX_INGEST_PROBLEMS_H

#include "base/buf.h"
#include "base/mem.h"
#include "stria.h"

#define SX_PROBLEM_TEXT_MAX ((size_t)1 << 20)

struct sx_ingest_problem {
    uint64_t line;     /* 1-based */
    stria_status code; /* SYNTAX, INVALID, CONFLICT, LIMIT */
    bool dropped;      /* the text lies in dropped_text, not in text */
    size_t text_offset;
    size_t text_len;
};

/* Why a point that parses is not stored, in the order in which the peer looks. */
enum sx_drop_rank {
    SX_DROP_TAG = 0,   /* a tag named time: looked for in all points first */
    SX_DROP_FIELD = 1, /* fields: looked at point by point */
};

struct sx_ingest_problems {
    struct sx_mem *mem;
    struct sx_ingest_problem *items; /* the first STRIA_PROBLEMS_MAX */
    size_t item_count, item_capacity;
    uint64_t rejected_count; /* lines of which nothing is stored: unparsed or dropped */
    struct sx_buf text;      /* "unable to parse '<line>': reason" of each unparsed line, by LF */
    struct sx_buf dropped_text; /* texts of those items that were dropped, joined by LF */
    uint64_t dropped_count;
    /* The one reason the peer would give for the dropped points, and whence it is. A field may be
     * stripped although its point is stored: then there is a reason and dropped_count may be 0. */
    struct sx_buf reason;
    uint64_t reason_line; /* 0: none */
    enum sx_drop_rank reason_rank;
};

void sx_ingest_problems_init(struct sx_ingest_problems *problems, struct sx_mem *mem);
void sx_ingest_problems_deinit(struct sx_ingest_problems *problems);
/* Forgets all problems and keeps the storage. */
void sx_ingest_problems_clear(struct sx_ingest_problems *problems);

/* The text of one of its items; lives until the problems change. */
struct sx_bytes sx_ingest_problem_text(const struct sx_ingest_problems *problems,
                                       const struct sx_ingest_problem *item);

/* Records a line that cannot be parsed. `text`: the line without its end. False: no memory. */
SX_MUST_CHECK bool sx_ingest_problems_refuse(struct sx_ingest_problems *problems, uint64_t line,
                                             stria_status code, struct sx_bytes text,
                                             struct sx_bytes reason);

/* Records a point that parses and is not stored. False: no memory. */
SX_MUST_CHECK bool sx_ingest_problems_drop(struct sx_ingest_problems *problems, uint64_t line,
                                           stria_status code, enum sx_drop_rank rank,
                                           struct sx_bytes reason);

/* Records that a part of a stored point was left out. False: no memory. */
SX_MUST_CHECK bool sx_ingest_problems_strip(struct sx_ingest_problems *problems, uint64_t line,
                                            struct sx_bytes reason);

#endif
