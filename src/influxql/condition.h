/* SPDX-License-Identifier: Apache-2.0 */
/* condition.h -- a WHERE clause, taken apart into a range of time and all the rest.
 *
 * Why         The range decides what is read at all; the rest is evaluated on series and rows.
 * Threads     Pure but for the arena. */
#ifndef SX_INFLUXQL_CONDITION_H
#define SX_INFLUXQL_CONDITION_H

#include "base/error.h"
#include "influxql/reduce.h"

/* Both ends are inclusive. */
struct sx_iql_range {
    bool has_min, has_max;
    struct sx_iql_instant min, max;
};

/* Splits a condition. As with the peer, bounds of time hold for the whole condition, wherever in it
 * they stand: OR with a bound is the same as AND with it.
 * condition  NULL: none.
 * rest       out: what is left, reduced; NULL: nothing.
 * Returns    OK; INVALID in the peer's words; NOMEM. */
SX_MUST_CHECK stria_status sx_iql_split_condition(struct sx_arena *arena,
                                                  const struct sx_iql_expr *condition,
                                                  const struct sx_iql_known *known,
                                                  const struct sx_iql_expr **rest,
                                                  struct sx_iql_range *range, stria_error *err);

/* The part of a range that another has, too. */
struct sx_iql_range sx_iql_range_meet(struct sx_iql_range a, struct sx_iql_range b);

/* The ends as nanoseconds; of an open end the smallest or largest time there is. A bound one beyond
 * the ends of int64 wraps around, as with the peer. */
int64_t sx_iql_range_min_ns(struct sx_iql_range range);
int64_t sx_iql_range_max_ns(struct sx_iql_range range);

#endif
