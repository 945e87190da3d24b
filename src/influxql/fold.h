/* SPDX-License-Identifier: Apache-2.0 */
/* fold.h -- two literals and an operator to one literal.
 *
 * Why         `time > now() - 1h` and `v > 2 * 3` are computed once, before anything runs; the
 *             rules (what a string plus a duration is, that an integer plus a duration is a time)
 *             are the peer's.
 * Threads     Pure. */
#ifndef SX_INFLUXQL_FOLD_H
#define SX_INFLUXQL_FOLD_H

#include "influxql/ast.h"

/* Computes `left op right` into *out. Strings that look like times are local times of `zone`.
 * *left and *right may be changed to the kind they were brought to, also when false is returned:
 * there is no such operation, and the expression stays as it is. Strings that are joined are copied
 * to the arena; *refused is set when that fails. */
bool sx_iql_fold(struct sx_arena *arena, enum sx_iql_token op, struct sx_iql_expr *left,
                 struct sx_iql_expr *right, const struct sx_zone *zone, struct sx_iql_expr *out,
                 bool *refused);

/* A double to int64 as the peer's machine does it: towards zero, and INT64_MIN for what does not
 * fit. */
int64_t sx_iql_integer_of(double value);

#endif
