/* SPDX-License-Identifier: Apache-2.0 */
/* block_names.c -- the names of an answer's columns; see block.h. */
#include "base/hash.h"
#include "base/map.h"
#include "influxql/block.h"

#include <inttypes.h>

bool sx_iql_is_top_bottom(const struct sx_iql_expr *expr)
{
    return expr->kind == SX_IQL_EXPR_CALL &&
           (sx_bytes_equal(expr->u.call.name, SX_LITERAL("top")) ||
            sx_bytes_equal(expr->u.call.name, SX_LITERAL("bottom")));
}

/* ---- the name of a field -------------------------------------------------------------------- */

struct joining {
    struct sx_buf *out;
    bool any;
};

static bool join_name(void *user, const struct sx_iql_expr *expr)
{
    struct joining *j = user;
    struct sx_bytes name;
    if (expr->kind == SX_IQL_EXPR_VAR)
        name = expr->u.var.name;
    else if (expr->kind == SX_IQL_EXPR_CALL)
        name = expr->u.call.name;
    else
        return true;
    if (j->any)
        sx_buf_put_u8(j->out, '_');
    sx_buf_put_bytes(j->out, name);
    j->any = true;
    return false;
}

void sx_iql_put_field_name(struct sx_buf *out, const struct sx_iql_field *field)
{
    const struct sx_iql_expr *expr = field->expr;
    struct joining joining = {.out = out};
    if (field->alias.len) {
        sx_buf_put_bytes(out, field->alias);
        return;
    }
    while (expr->kind == SX_IQL_EXPR_PAREN)
        expr = expr->u.inner;
    if (expr->kind != SX_IQL_EXPR_VAR && expr->kind != SX_IQL_EXPR_CALL &&
        expr->kind != SX_IQL_EXPR_BINARY)
        return;
    if (!sx_iql_walk(out->mem, expr, join_name, &joining))
        out->failed = true;
}

/* ---- all columns ---------------------------------------------------------------------------- */

/* Names that were given, with the number the next double of each gets. */
struct given {
    struct sx_bytes name;
    uint64_t count;
};

struct naming {
    struct sx_arena *arena;
    struct sx_map map;
    struct given *given;
    size_t given_count, given_capacity;
    struct sx_buf text;
};

static uint64_t given_hash(const void *owner, uint32_t value)
{
    return sx_hash(((const struct naming *)owner)->given[value].name);
}

static bool given_equal(const void *owner, uint32_t value, const void *key)
{
    const struct sx_bytes *name = key;
    return sx_bytes_equal(((const struct naming *)owner)->given[value].name, *name);
}

static struct given *find_given(struct naming *n, struct sx_bytes name)
{
    uint32_t at = sx_map_find(&n->map, sx_hash(name), given_equal, n, &name);
    return at == SX_MAP_NONE ? NULL : &n->given[at];
}

static bool add_given(struct naming *n, struct sx_bytes name, uint64_t count)
{
    struct sx_mem *mem = n->arena->mem;
    struct given *known = find_given(n, name);
    if (known) {
        known->count = count;
        return true;
    }
    if (!SX_GROW(mem, n->given, n->given_capacity, n->given_count + 1) ||
        !sx_map_reserve(&n->map, n->given_count + 1, given_hash, n))
        return false;
    n->given[n->given_count] = (struct given){.name = name, .count = count};
    sx_map_put(&n->map, sx_hash(name), (uint32_t)n->given_count++);
    return true;
}

/* A name nobody has: the field's own, or with the first number that is free. */
static bool give_name(struct naming *n, const struct sx_iql_field *field, struct sx_bytes *out)
{
    sx_buf_clear(&n->text);
    sx_iql_put_field_name(&n->text, field);
    size_t base_len = n->text.len;
    struct given *known = n->text.failed ? NULL : find_given(n, sx_buf_bytes(&n->text));
    uint64_t count = known ? known->count : 0;
    for (bool taken = known != NULL; taken && !n->text.failed; count++) {
        n->text.len = base_len;
        sx_buf_printf(&n->text, "_%" PRIu64, count);
        taken = find_given(n, sx_buf_bytes(&n->text)) != NULL;
        if (!taken && known)
            known->count = count + 1;
    }
    if (n->text.failed)
        return false;
    *out = sx_arena_dup(n->arena, sx_buf_bytes(&n->text));
    return out->ptr && add_given(n, *out, 1);
}

/* The fields that have columns: top() and bottom() bring their arguments along. */
static bool list_fields(struct sx_arena *arena, const struct sx_iql_select *select,
                        struct sx_iql_field **fields, size_t *count)
{
    size_t most = 0;
    for (size_t i = 0; i < select->field_count; i++)
        most += 1 + (sx_iql_is_top_bottom(select->fields[i].expr)
                         ? select->fields[i].expr->u.call.arg_count
                         : 0);
    *fields = sx_arena_array(arena, most, sizeof **fields);
    *count = 0;
    for (size_t i = 0; *fields && i < select->field_count; i++) {
        const struct sx_iql_expr *expr = select->fields[i].expr;
        (*fields)[(*count)++] = select->fields[i];
        if (select->target || !sx_iql_is_top_bottom(expr))
            continue;
        for (size_t k = 1; k < expr->u.call.arg_count; k++)
            if (expr->u.call.args[k]->kind == SX_IQL_EXPR_VAR)
                (*fields)[(*count)++] = (struct sx_iql_field){.expr = expr->u.call.args[k]};
    }
    return *fields != NULL;
}

stria_status sx_iql_name_columns(struct sx_arena *arena, const struct sx_iql_select *select,
                                 struct sx_bytes time_name, struct sx_bytes **names, size_t *count,
                                 stria_error *err)
{
    struct naming n = {.arena = arena};
    struct sx_iql_field *fields;
    size_t field_count;
    bool good = list_fields(arena, select, &fields, &field_count);
    sx_map_init(&n.map, arena->mem);
    sx_buf_init(&n.text, arena->mem, 1 << 24);
    *names = good ? sx_arena_zalloc(arena, (field_count + 1) * sizeof **names) : NULL;
    *count = field_count + 1;
    good = *names != NULL;
    if (good)
        (*names)[0] = time_name;
    for (size_t i = 0; good && i < field_count; i++) /* aliases have their names whatever comes */
        if (fields[i].alias.len) {
            (*names)[i + 1] = fields[i].alias;
            good = add_given(&n, fields[i].alias, 1);
        }
    for (size_t i = 0; good && i < field_count; i++)
        if (!fields[i].alias.len)
            good = give_name(&n, &fields[i], &(*names)[i + 1]);
    sx_mem_free(arena->mem, n.given);
    sx_map_deinit(&n.map);
    sx_buf_deinit(&n.text);
    return good ? STRIA_OK : sx_mem_refused(arena->mem, field_count * sizeof **names, err);
}
