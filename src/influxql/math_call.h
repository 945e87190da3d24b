/* SPDX-License-Identifier: Apache-2.0 */
/* math_call.h -- the math functions of InfluxQL, on constants.
 *
 * Why         `WHERE v > sqrt(16)` and `SELECT f * abs(-2)` are folded before anything runs.
 * Threads     Pure. */
#ifndef SX_INFLUXQL_MATH_CALL_H
#define SX_INFLUXQL_MATH_CALL_H

#include "influxql/ast.h"

/* How many arguments the math function `name` takes; 0: it is none. */
size_t sx_iql_math_arity(struct sx_bytes name);

/* Evaluates a call whose arguments are all literals. *out is a NUMBER, an INTEGER, or NIL where the
 * arguments have no numeric value.
 * False: it is no math function, or one with another number of arguments. */
bool sx_iql_math_call(struct sx_bytes name, const struct sx_iql_expr *const *args, size_t arg_count,
                      struct sx_iql_expr *out);

#endif
