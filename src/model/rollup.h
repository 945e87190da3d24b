/* SPDX-License-Identifier: Apache-2.0 */
/* rollup.h -- rollups of a policy: aggregates of its rows by buckets of 5 minutes or an hour, kept
 * as rows of a policy of their own, and marks that say which windows they are good for.
 *
 * Why         A month of a chart needs a few thousand points; reading all rows for it is waste. But
 *             an aggregate that was made once is wrong as soon as a row comes late or goes: so each
 *             window has a mark that says which rows went into it.
 * Invariants  A mark is good as long as all sources that reach into its window are of generations
 *             up to the mark's; a tombstone that reaches into the window makes it stale. Marks
 *             ascend by window.
 * Threads     Marks that others may hold are never changed; the reference count is atomic. */
#ifndef SX_MODEL_ROLLUP_H
#define SX_MODEL_ROLLUP_H

#include "base/mem.h"

#include <stdatomic.h>

#define SX_ROLLUP_5M_NS ((int64_t)300 * 1000000000)
#define SX_ROLLUP_1H_NS ((int64_t)3600 * 1000000000)
#define SX_ROLLUPS_MAX 2 /* of a policy */

/* Rollups as a statement asks for them. */
struct sx_rollup_setting {
    int64_t interval_ns;
    int64_t duration_ns; /* how long they are kept; 0: for ever */
};

enum sx_rollup_flag {
    SX_ROLLUP_STALE = 1,   /* rows of the window were deleted since */
    SX_ROLLUP_FINAL = 2,   /* not to be made anew: rows of the window, or rollups, have expired */
    SX_ROLLUP_INEXACT = 4, /* queries cannot use it: a least or greatest value is -0 */
    SX_ROLLUP_GONE = 8,    /* of an edit: the mark is removed */
};

struct sx_rollup_mark {
    int64_t window_start; /* of the policy with the rows */
    uint64_t generation;  /* rows up to it went in */
    uint8_t flags;
};

struct sx_rollup_marks {
    _Atomic uint32_t reference_count;
    struct sx_mem *mem;
    size_t count, capacity;
    struct sx_rollup_mark items[];
};

struct sx_rollup_marks *sx_rollup_marks_acquire(struct sx_rollup_marks *marks); /* NULL: none */
void sx_rollup_marks_release(struct sx_rollup_marks *marks);                    /* likewise */

/* The number of the first mark whose window begins at a time or later. */
size_t sx_rollup_marks_from(const struct sx_rollup_marks *marks, int64_t window_start);
/* NULL: the window has none. */
const struct sx_rollup_mark *sx_rollup_marks_find(const struct sx_rollup_marks *marks,
                                                  int64_t window_start);

/* Puts a mark in, in the place of one of its window if there is one, or takes that out
 * (SX_ROLLUP_GONE). If others hold the marks, *marks becomes a copy. False: no memory. */
SX_MUST_CHECK bool sx_rollup_marks_put(struct sx_rollup_marks **marks, struct sx_mem *mem,
                                       const struct sx_rollup_mark *mark);

/* Whether there are rollups of an interval: "5m" or "1h"; NULL: there are not. */
const char *sx_rollup_name(int64_t interval_ns);

#endif
