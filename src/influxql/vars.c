/* SPDX-License-Identifier: Apache-2.0 */
/* vars.c -- see vars.h. */
#include "influxql/vars.h"

stria_type sx_iql_var_type(const struct sx_iql_expr *var)
{
    return var->u.var.type == SX_IQL_TYPE_UNKNOWN ? STRIA_STRING
                                                  : sx_iql_vector_type(var->u.var.type);
}

uint32_t sx_iql_vars_find(const struct sx_iql_vars *vars, const struct sx_iql_expr *var)
{
    for (size_t i = 0; i < vars->count; i++)
        if (vars->items[i]->u.var.type == var->u.var.type &&
            sx_bytes_equal(vars->items[i]->u.var.name, var->u.var.name))
            return (uint32_t)i;
    return UINT32_MAX;
}

uint32_t sx_iql_vars_add(struct sx_iql_vars *vars, struct sx_mem *mem,
                         const struct sx_iql_expr *var)
{
    uint32_t at = sx_iql_vars_find(vars, var);
    if (at != UINT32_MAX)
        return at;
    if (!SX_GROW(mem, vars->items, vars->capacity, vars->count + 1))
        return UINT32_MAX;
    vars->items[vars->count] = var;
    return (uint32_t)vars->count++;
}

struct adding {
    struct sx_iql_vars *vars;
    struct sx_mem *mem;
    bool failed;
};

static bool visit(void *user, const struct sx_iql_expr *expr)
{
    struct adding *a = user;
    if (expr->kind == SX_IQL_EXPR_VAR && sx_iql_vars_add(a->vars, a->mem, expr) == UINT32_MAX)
        a->failed = true;
    return !a->failed;
}

bool sx_iql_vars_add_all(struct sx_iql_vars *vars, struct sx_mem *mem,
                         const struct sx_iql_expr *expr)
{
    struct adding adding = {.vars = vars, .mem = mem};
    return sx_iql_walk(mem, expr, visit, &adding) && !adding.failed;
}
