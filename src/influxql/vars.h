/* SPDX-License-Identifier: Apache-2.0 */
/* vars.h -- the names that a query reads of each row, each once: they become numbered columns.
 *
 * Threads     One owner. */
#ifndef SX_INFLUXQL_VARS_H
#define SX_INFLUXQL_VARS_H

#include "influxql/program.h"

struct sx_iql_vars {
    const struct sx_iql_expr **items; /* VAR */
    size_t count, capacity;
};

/* The number of a name with its type, added if it is new; UINT32_MAX: no memory. The list is freed
 * with sx_mem_free(mem, vars->items). */
uint32_t sx_iql_vars_add(struct sx_iql_vars *vars, struct sx_mem *mem,
                         const struct sx_iql_expr *var);
/* The number, or UINT32_MAX: it is not there. */
uint32_t sx_iql_vars_find(const struct sx_iql_vars *vars, const struct sx_iql_expr *var);

/* Adds every name in an expression; false: no memory. */
SX_MUST_CHECK bool sx_iql_vars_add_all(struct sx_iql_vars *vars, struct sx_mem *mem,
                                       const struct sx_iql_expr *expr);

/* The type of a name's column: a name that is no field is taken for a tag. */
stria_type sx_iql_var_type(const struct sx_iql_expr *var);

#endif
