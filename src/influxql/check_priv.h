/* SPDX-License-Identifier: Apache-2.0 */
/* check_priv.h -- what check.c (SELECT as a whole), check_field.c and check_function.c share. */
#ifndef SX_INFLUXQL_CHECK_PRIV_H
#define SX_INFLUXQL_CHECK_PRIV_H

#include "influxql/check.h"

/* The fields of one SELECT while they are checked. */
struct sx_iql_field_check {
    struct sx_arena *arena;
    stria_error *err;
    struct sx_iql_checked *checked; /* what is found out */
    bool may_be_wildcard;           /* of the field at hand: no operator was met on the way down */
};

/* Checks one field, reduced, and everything in it. */
stria_status sx_iql_check_field(struct sx_iql_field_check *check, const struct sx_iql_expr *expr);

/* Checks a call that is none of math, and its arguments. */
stria_status sx_iql_check_function(struct sx_iql_field_check *check,
                                   const struct sx_iql_expr *expr);

#endif
