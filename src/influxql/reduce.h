/* SPDX-License-Identifier: Apache-2.0 */
/* reduce.h -- an expression with everything computed that does not depend on data.
 *
 * Threads     Pure but for the arena. */
#ifndef SX_INFLUXQL_REDUCE_H
#define SX_INFLUXQL_REDUCE_H

#include "influxql/ast.h"

/* What is known before a query runs. */
struct sx_iql_known {
    bool has_now;
    int64_t now_ns;             /* now() */
    bool has_math;              /* math functions of constants are computed */
    const struct sx_zone *zone; /* of times in strings; NULL: UTC */
};

/* Computes what can be; parentheses around the whole are taken off.
 * expr     NULL gives NULL.
 * known    NULL: nothing is known, and calls stay as they are.
 * False    no memory. */
SX_MUST_CHECK bool sx_iql_reduce(struct sx_arena *arena, const struct sx_iql_expr *expr,
                                 const struct sx_iql_known *known, const struct sx_iql_expr **out);

/* The same with parentheses around the whole kept, if something with an operator is in them. */
SX_MUST_CHECK bool sx_iql_reduce_inner(struct sx_arena *arena, const struct sx_iql_expr *expr,
                                       const struct sx_iql_known *known,
                                       const struct sx_iql_expr **out);

/* `left op right`, both of which are reduced. */
SX_MUST_CHECK bool sx_iql_reduce_pair(struct sx_arena *arena, enum sx_iql_token op,
                                      const struct sx_iql_expr *left,
                                      const struct sx_iql_expr *right,
                                      const struct sx_iql_known *known,
                                      const struct sx_iql_expr **out);

#endif
