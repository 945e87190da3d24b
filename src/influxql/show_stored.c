/* SPDX-License-Identifier: Apache-2.0 */
/* show_stored.c -- SHOW TAG KEYS, TAG VALUES and FIELD KEYS; see open.h.
 *
 * Invariants  Tag keys and values are those of all policies, of the peer's shards that the range of
 *             time touches; fields are those of one policy.
 * Limits      The answer is held in the request's memory before it is read. */
#include "base/error.h"
#include "influxql/check.h"
#include "influxql/print.h"
#include "influxql/show.h"
#include "model/type.h"

static stria_status refused(struct sx_iql_showing *s, stria_error *err)
{
    return sx_mem_refused(s->mem, sizeof(struct sx_iql_expr), err);
}

static struct sx_bytes bytes_of(stria_bytes text)
{
    return sx_bytes_make(text.ptr, text.len);
}

/* Conditions of listings of tags are comparisons of tags. */
static stria_status check_tags_only(struct sx_iql_showing *s, stria_error *err)
{
    const struct sx_iql_expr *complex;
    if (!sx_iql_show_find_complex(s, &complex))
        return refused(s, err);
    if (!complex)
        return STRIA_OK;
    return sx_iql_fail_expr(s->mem, err, complex, "Expression too complex for metaquery: ");
}

/* ---- tag keys ------------------------------------------------------------------------------- */

static stria_status add_key(struct sx_iql_showing *s, const struct sx_iql_measurement *m,
                            struct sx_bytes key, stria_error *err)
{
    bool wanted;
    stria_status st = sx_iql_show_key(s, key, &wanted, err);
    return st || !wanted ? st : sx_iql_show_add(s, m->name, key, SX_LITERAL(""), err);
}

static stria_status visit_tag_keys(struct sx_iql_showing *s, struct sx_iql_measurement *m,
                                   stria_error *err)
{
    struct sx_iql_listing listing;
    const struct sx_iql_listed *listed = NULL;
    stria_status st = STRIA_OK;
    if (!s->condition && !s->has_time && (!m->view->tombstones || !m->view->tombstones->count)) {
        st = sx_iql_schema_tags(&s->schema, m, err);
        for (size_t i = 0; i < m->tag_key_count && !st; i++)
            st = add_key(s, m, m->tag_keys[i], err);
        return st;
    }
    st = sx_iql_show_list(s, &listing, m, s->condition, true, err);
    while (!st && !(st = sx_iql_listing_next(&listing, &listed, err)) && listed) {
        if (listed->by_rows)
            st = sx_iql_show_undecided(s, m, "SHOW TAG KEYS", err);
        for (size_t i = 0; i < listed->tags.count && !st && !listed->by_rows; i++)
            st = add_key(s, m, bytes_of(listed->tags.items[i].key), err);
    }
    sx_iql_listing_deinit(&listing);
    return st;
}

/* ---- tag values ----------------------------------------------------------------------------- */

#define VALUE SX_LITERAL("value")

static bool find_value(void *user, const struct sx_iql_expr *expr)
{
    bool *found = user;
    *found = *found || (expr->kind == SX_IQL_EXPR_VAR && sx_bytes_equal(expr->u.var.name, VALUE));
    return !*found;
}

/* The condition with the tag `key` where it says `value`; NULL: no memory. */
static const struct sx_iql_expr *with_key(struct sx_arena *arena, const struct sx_iql_expr *expr,
                                          struct sx_bytes key)
{
    if (expr->kind == SX_IQL_EXPR_VAR)
        return sx_bytes_equal(expr->u.var.name, VALUE) ? sx_iql_var(arena, key, SX_IQL_TYPE_TAG)
                                                       : expr;
    if (expr->kind == SX_IQL_EXPR_PAREN) {
        const struct sx_iql_expr *inner = with_key(arena, expr->u.inner, key);
        return inner ? sx_iql_paren(arena, inner) : NULL;
    }
    if (expr->kind != SX_IQL_EXPR_BINARY)
        return expr;
    const struct sx_iql_expr **spine = sx_iql_spine(arena, expr), *left, *right;
    left = spine ? with_key(arena, spine[0]->u.binary.left, key) : NULL;
    for (uint32_t i = 0; left && i < expr->u.binary.spine; i++) {
        right = with_key(arena, spine[i]->u.binary.right, key);
        left = right ? sx_iql_binary(arena, spine[i]->u.binary.op, left, right) : NULL;
    }
    return left;
}

static stria_status add_values(struct sx_iql_showing *s, const struct sx_iql_measurement *m,
                               const struct sx_iql_tags *tags, stria_error *err)
{
    stria_status st = STRIA_OK;
    for (size_t i = 0; i < tags->count && !st; i++) {
        struct sx_bytes key = bytes_of(tags->items[i].key);
        bool wanted;
        st = sx_iql_show_key(s, key, &wanted, err);
        if (!st && wanted)
            st = sx_iql_show_add(s, m->name, key, bytes_of(tags->items[i].value), err);
    }
    return st;
}

/* The values of one key, for a condition that speaks of the value. */
static stria_status add_values_of(struct sx_iql_showing *s, const struct sx_iql_measurement *m,
                                  struct sx_bytes key, stria_error *err)
{
    struct sx_iql_listing listing;
    const struct sx_iql_listed *listed = NULL;
    const struct sx_iql_expr *condition = with_key(&s->arena, s->condition, key);
    if (!condition)
        return refused(s, err);
    stria_status st = sx_iql_show_list(s, &listing, m, condition, true, err);
    while (!st && !(st = sx_iql_listing_next(&listing, &listed, err)) && listed) {
        struct sx_bytes value = sx_iql_tag_value(&listed->tags, key);
        if (value.len && !listed->by_rows)
            st = sx_iql_show_add(s, m->name, key, value, err);
    }
    sx_iql_listing_deinit(&listing);
    return st;
}

/* Whether the condition says `value` and means that of the tag that is listed. */
static stria_status speaks_of_value(struct sx_iql_showing *s, struct sx_iql_measurement *m,
                                    bool *does, stria_error *err)
{
    *does = false;
    if (!sx_iql_walk(s->mem, s->condition, find_value, does))
        return refused(s, err);
    stria_status st = *does ? sx_iql_schema_tags(&s->schema, m, err) : STRIA_OK;
    for (size_t i = 0; i < m->tag_key_count && *does; i++)
        *does = !sx_bytes_equal(m->tag_keys[i], VALUE);
    return st;
}

static stria_status visit_tag_values(struct sx_iql_showing *s, struct sx_iql_measurement *m,
                                     stria_error *err)
{
    struct sx_iql_listing listing;
    const struct sx_iql_listed *listed = NULL;
    bool of_value;
    stria_status st = speaks_of_value(s, m, &of_value, err);
    for (size_t i = 0; of_value && i < m->tag_key_count && !st; i++) {
        bool wanted;
        st = sx_iql_show_key(s, m->tag_keys[i], &wanted, err);
        if (!st && wanted)
            st = add_values_of(s, m, m->tag_keys[i], err);
    }
    if (st || of_value)
        return st;
    st = sx_iql_show_list(s, &listing, m, s->condition, true, err);
    while (!st && !(st = sx_iql_listing_next(&listing, &listed, err)) && listed)
        st = listed->by_rows ? sx_iql_show_undecided(s, m, "SHOW TAG VALUES", err)
                             : add_values(s, m, &listed->tags, err);
    sx_iql_listing_deinit(&listing);
    return st;
}

/* ---- fields --------------------------------------------------------------------------------- */

static stria_status visit_fields(struct sx_iql_showing *s, struct sx_iql_measurement *m,
                                 stria_error *err)
{
    bool alive;
    stria_status st = sx_iql_show_alive(s, m, &alive, err);
    for (size_t i = 0; !st && alive && i < m->stored->column_count; i++) {
        const struct sx_view_column *column = &m->stored->columns[i];
        st =
            sx_iql_show_add(s, m->name, column->name, sx_bytes_of(sx_type_name(column->type)), err);
    }
    return st;
}

/* ---- opening -------------------------------------------------------------------------------- */

static stria_status open_tag_values(struct sx_iql_showing *s,
                                    const struct sx_iql_statement *statement,
                                    struct sx_table_source **source, stria_error *err)
{
    const struct sx_database *database;
    stria_status st = STRIA_OK;
    if (!s->show->sources.count || !s->show->sources.items[0].database.len)
        st = sx_iql_find_database(s->context, s->show->database, &database, err);
    if (!st)
        st = sx_iql_check_named(statement, err);
    if (!st)
        st = check_tags_only(s, err);
    if (!st)
        st = sx_iql_show_each(s, SX_IQL_POLICY_ALL, visit_tag_values, err);
    return st ? st : sx_iql_show_tables(s, "key", "value", source, err);
}

static stria_status open_list(struct sx_iql_showing *s, const struct sx_iql_statement *statement,
                              struct sx_table_source **source, stria_error *err)
{
    stria_status st;
    switch (statement->kind) {
    case SX_IQL_STATEMENT_SHOW_TAG_KEYS:
        st = check_tags_only(s, err);
        if (!st)
            st = sx_iql_show_each(s, SX_IQL_POLICY_ALL, visit_tag_keys, err);
        return st ? st : sx_iql_show_tables(s, "tagKey", NULL, source, err);
    case SX_IQL_STATEMENT_SHOW_TAG_VALUES:
        return open_tag_values(s, statement, source, err);
    default:
        st = sx_iql_show_each(s, SX_IQL_POLICY_DEFAULT, visit_fields, err);
        return st ? st : sx_iql_show_tables(s, "fieldKey", "fieldType", source, err);
    }
}

stria_status sx_iql_open_stored(const struct sx_iql_statement *statement,
                                const struct sx_iql_context *context,
                                struct sx_table_source **source, stria_error *err)
{
    struct sx_iql_showing s;
    stria_status st = sx_iql_showing_init(&s, &statement->u.show, context, err);
    if (!st)
        st = open_list(&s, statement, source, err);
    sx_iql_showing_deinit(&s);
    return st;
}
