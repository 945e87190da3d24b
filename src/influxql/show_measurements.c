/* SPDX-License-Identifier: Apache-2.0 */
/* show_measurements.c -- SHOW MEASUREMENTS; see open.h.
 *
 * Algorithm   As with the peer, a comparison is about a measurement as a whole: host = 'a' holds if
 *             some series has that value, host != 'a' if none has; neither, if no series has the
 *             tag at all. AND and OR join those.
 * Threads     One owner. */
#include "base/error.h"
#include "base/regex.h"
#include "base/sort.h"
#include "influxql/show.h"

/* A comparison. */
struct leaf {
    enum sx_iql_token op;
    struct sx_bytes key, value;
    struct sx_regex *regex;
    bool is_name; /* compares the name of the measurement */
    /* of the measurement at hand */
    bool has_key, matched;
};

enum code { CODE_LEAF, CODE_AND, CODE_OR };

struct naming {
    struct sx_iql_showing showing;
    struct sx_regex_scratch *scratch;
    struct leaf *leaves;
    size_t leaf_count, leaf_capacity;
    bool of_tags; /* some leaf compares a tag */
    /* The condition in postfix order; leaves in theirs. */
    uint8_t *codes;
    size_t code_count, code_capacity;
    bool *stack;
    /* of all policies */
    struct sx_iql_measurement **measurements;
    size_t count, capacity;
};

static stria_status refused(struct naming *n, stria_error *err)
{
    return sx_mem_refused(n->showing.mem, sizeof(struct leaf), err);
}

/* ---- the condition -------------------------------------------------------------------------- */

static stria_status put_code(struct naming *n, enum code code, stria_error *err)
{
    if (!SX_GROW(n->showing.mem, n->codes, n->code_capacity, n->code_count + 1))
        return refused(n, err);
    n->codes[n->code_count++] = (uint8_t)code;
    return STRIA_OK;
}

static bool is_regex_op(enum sx_iql_token op)
{
    return op == SX_IQL_EQ_REGEX || op == SX_IQL_NEQ_REGEX;
}

static stria_status check_leaf(const struct sx_iql_expr *expr, stria_error *err)
{
    enum sx_iql_token op = expr->kind == SX_IQL_EXPR_BINARY ? expr->u.binary.op : SX_IQL_EOF;
    if (op != SX_IQL_EQ && op != SX_IQL_NEQ && !is_regex_op(op))
        return sx_fail(err, STRIA_INVALID, "invalid tag comparison operator");
    if (expr->u.binary.left->kind != SX_IQL_EXPR_VAR)
        return sx_fail(err, STRIA_INVALID, "left side of '%s' must be a tag key",
                       sx_iql_token_name(op));
    if (is_regex_op(op) && expr->u.binary.right->kind != SX_IQL_EXPR_REGEX)
        return sx_fail(err, STRIA_INVALID, "right side of '%s' must be a regular expression",
                       sx_iql_token_name(op));
    if (!is_regex_op(op) && expr->u.binary.right->kind != SX_IQL_EXPR_STRING)
        return sx_fail(err, STRIA_INVALID, "right side of '%s' must be a tag value string",
                       sx_iql_token_name(op));
    return STRIA_OK;
}

static stria_status put_leaf(struct naming *n, const struct sx_iql_expr *expr, stria_error *err)
{
    stria_status st = check_leaf(expr, err);
    if (st)
        return st;
    struct leaf leaf = {.op = expr->u.binary.op,
                        .key = expr->u.binary.left->u.var.name,
                        .value = expr->u.binary.right->u.text};
    leaf.is_name = sx_bytes_equal(leaf.key, SX_LITERAL("_name"));
    n->of_tags = n->of_tags || !leaf.is_name;
    if (!SX_GROW(n->showing.mem, n->leaves, n->leaf_capacity, n->leaf_count + 1))
        return refused(n, err);
    if (is_regex_op(leaf.op)) {
        if (!n->scratch && !(n->scratch = sx_regex_scratch_create(n->showing.mem)))
            return refused(n, err);
        st = sx_regex_create(n->showing.mem, leaf.value, &leaf.regex, err);
    }
    if (st)
        return st;
    n->leaves[n->leaf_count++] = leaf;
    return put_code(n, CODE_LEAF, err);
}

static stria_status compile(struct naming *n, const struct sx_iql_expr *expr, stria_error *err)
{
    if (expr->kind == SX_IQL_EXPR_PAREN)
        return compile(n, expr->u.inner, err);
    if (expr->kind != SX_IQL_EXPR_BINARY ||
        (expr->u.binary.op != SX_IQL_AND && expr->u.binary.op != SX_IQL_OR))
        return put_leaf(n, expr, err);
    const struct sx_iql_expr **spine = sx_iql_spine(&n->showing.arena, expr);
    if (!spine)
        return refused(n, err);
    size_t first = 0; /* the chain goes on below the logical ones, in a comparison */
    while (spine[first]->u.binary.op != SX_IQL_AND && spine[first]->u.binary.op != SX_IQL_OR)
        first++;
    stria_status st = compile(n, first ? spine[first - 1] : spine[0]->u.binary.left, err);
    for (size_t i = first; i < expr->u.binary.spine && !st; i++) {
        st = compile(n, spine[i]->u.binary.right, err);
        if (!st)
            st = put_code(n, spine[i]->u.binary.op == SX_IQL_AND ? CODE_AND : CODE_OR, err);
    }
    return st;
}

static bool evaluate(const struct naming *n)
{
    size_t depth = 0, next = 0;
    for (size_t i = 0; i < n->code_count; i++) {
        if (n->codes[i] == CODE_LEAF) {
            const struct leaf *leaf = &n->leaves[next++];
            bool positive = leaf->op == SX_IQL_EQ || leaf->op == SX_IQL_EQ_REGEX;
            n->stack[depth++] = leaf->has_key && leaf->matched == positive;
            continue;
        }
        depth--;
        n->stack[depth - 1] = n->codes[i] == CODE_AND ? n->stack[depth - 1] && n->stack[depth]
                                                      : n->stack[depth - 1] || n->stack[depth];
    }
    return depth == 0 || n->stack[0];
}

static stria_status look_at(struct naming *n, struct leaf *leaf, struct sx_bytes text,
                            stria_error *err)
{
    bool matches = false;
    stria_status st = STRIA_OK;
    if (leaf->regex)
        st = sx_regex_match(leaf->regex, n->scratch, text, &matches, err);
    else
        matches = sx_bytes_equal(leaf->value, text);
    leaf->has_key = true;
    leaf->matched = leaf->matched || matches;
    return st;
}

/* ---- measurements --------------------------------------------------------------------------- */

static stria_status collect(struct sx_iql_showing *s, struct sx_iql_measurement *m,
                            stria_error *err)
{
    struct naming *n = (struct naming *)(void *)s; /* its first member */
    bool alive = true;
    stria_status st = n->of_tags ? STRIA_OK : sx_iql_show_alive(s, m, &alive, err);
    if (st || !alive)
        return st;
    if (!SX_GROW(s->mem, n->measurements, n->capacity, n->count + 1))
        return refused(n, err);
    n->measurements[n->count++] = m;
    return STRIA_OK;
}

/* Goes through the series of a measurement; *any: there are some. */
static stria_status look_at_series(struct naming *n, const struct sx_iql_measurement *m, bool *any,
                                   stria_error *err)
{
    struct sx_iql_listing listing;
    const struct sx_iql_listed *listed = NULL;
    stria_status st = sx_iql_show_list(&n->showing, &listing, m, NULL, false, err);
    while (!st && !(st = sx_iql_listing_next(&listing, &listed, err)) && listed) {
        *any = true;
        for (size_t i = 0; i < n->leaf_count && !st; i++) {
            struct sx_bytes value = sx_iql_tag_value(&listed->tags, n->leaves[i].key);
            if (value.len && !n->leaves[i].is_name)
                st = look_at(n, &n->leaves[i], value, err);
        }
    }
    sx_iql_listing_deinit(&listing);
    return st;
}

/* Whether the measurements [begin, end), which have one name, are wanted. */
static stria_status is_wanted(struct naming *n, size_t begin, size_t end, bool *wanted,
                              stria_error *err)
{
    bool any = !n->of_tags;
    stria_status st = STRIA_OK;
    for (size_t i = 0; i < n->leaf_count && !st; i++) {
        n->leaves[i].has_key = n->leaves[i].matched = false;
        if (n->leaves[i].is_name)
            st = look_at(n, &n->leaves[i], n->measurements[begin]->name, err);
    }
    for (size_t i = begin; n->of_tags && i < end && !st; i++)
        st = look_at_series(n, n->measurements[i], &any, err);
    *wanted = any && evaluate(n);
    return st;
}

static int compare_names(const void *a, const void *b, void *context)
{
    (void)context;
    return sx_bytes_compare((*(struct sx_iql_measurement *const *)a)->name,
                            (*(struct sx_iql_measurement *const *)b)->name);
}

/* Puts the wanted ones of the collected measurements into the bag, and forgets them all. */
static stria_status choose(struct naming *n, stria_error *err)
{
    stria_status st = STRIA_OK;
    if (n->count > 1)
        sx_sort(n->measurements, n->count, sizeof *n->measurements, compare_names, NULL);
    for (size_t begin = 0, end; begin < n->count && !st; begin = end) {
        bool wanted;
        for (end = begin + 1; end < n->count; end++)
            if (compare_names(&n->measurements[begin], &n->measurements[end], NULL) != 0)
                break;
        st = is_wanted(n, begin, end, &wanted, err);
        if (!st && wanted)
            st = sx_iql_show_add(&n->showing, n->measurements[begin]->name, SX_LITERAL(""),
                                 SX_LITERAL(""), err);
    }
    n->count = 0;
    return st;
}

/* ---- tables --------------------------------------------------------------------------------- */

static stria_status names_table(struct naming *n, struct sx_table_source **source, stria_error *err)
{
    struct sx_iql_bag *bag = &n->showing.bag;
    size_t from, to;
    struct sx_literal_tables *tables = sx_literal_tables_create(n->showing.mem);
    if (!tables)
        return refused(n, err);
    sx_iql_bag_sort(bag);
    sx_iql_show_limit(&n->showing.show->limits, bag->count, &from, &to);
    if (from < to) {
        sx_literal_tables_begin(tables, SX_LITERAL("measurements"), NULL, 0);
        sx_literal_tables_column(tables, "name", STRIA_STRING);
    }
    for (size_t i = from; i < to; i++)
        sx_literal_tables_string(tables, bag->items[i].name);
    return sx_iql_show_finish(tables, source, err);
}

/* ON d: all policies of a database; there is no error if there is no such database. */
static stria_status open_database(struct naming *n, struct sx_table_source **source,
                                  stria_error *err)
{
    struct sx_iql_showing *s = &n->showing;
    const struct sx_database *database;
    stria_status st = sx_iql_show_database(s, &database, err);
    if (!st && database)
        st = sx_iql_show_each(s, SX_IQL_POLICY_ALL, collect, err);
    if (!st)
        st = choose(n, err);
    return st ? st : names_table(n, source, err);
}

/* A row of ON d.p and its kin, if it is in the limits. */
struct row_count {
    size_t seen, given;
};

static void put_row(struct naming *n, struct sx_literal_tables *tables, struct row_count *rows,
                    struct sx_bytes name, const struct sx_database *database,
                    const struct sx_policy *policy)
{
    const struct sx_iql_limits *limits = &n->showing.show->limits;
    if (rows->seen++ < (size_t)SX_MAX(limits->offset, 0) ||
        (limits->limit > 0 && rows->given >= (size_t)limits->limit))
        return;
    if (rows->given++ == 0) {
        sx_literal_tables_begin(tables, SX_LITERAL("measurements"), NULL, 0);
        sx_literal_tables_column(tables, "name", STRIA_STRING);
        sx_literal_tables_column(tables, "database", STRIA_STRING);
        sx_literal_tables_column(tables, "retention policy", STRIA_STRING);
    }
    sx_literal_tables_string(tables, name);
    sx_literal_tables_string(tables, database->name);
    sx_literal_tables_string(tables, policy->name);
}

static stria_status add_policy(struct naming *n, struct sx_literal_tables *tables,
                               struct row_count *rows, const struct sx_database *database,
                               const struct sx_policy *policy, stria_error *err)
{
    struct sx_iql_showing *s = &n->showing;
    struct sx_iql_measurement **list;
    size_t count;
    stria_status st = sx_iql_schema_policy(&s->schema, policy->id, &list, &count, err);
    for (size_t i = 0; !st && i < count; i++)
        st = collect(s, list[i], err);
    sx_iql_bag_deinit(&s->bag);
    sx_iql_bag_init(&s->bag, s->mem);
    if (!st)
        st = choose(n, err);
    sx_iql_bag_sort(&s->bag);
    for (size_t i = 0; i < s->bag.count && !st; i++)
        put_row(n, tables, rows, s->bag.items[i].name, database, policy);
    return st;
}

static stria_status add_database(struct naming *n, struct sx_literal_tables *tables,
                                 struct row_count *rows, const struct sx_database *database,
                                 stria_error *err)
{
    const struct sx_iql_show *show = n->showing.show;
    stria_status st = STRIA_OK;
    if (!show->any_policy && !sx_database_policy(database, show->policy))
        return sx_fail(err, STRIA_NOT_FOUND, "retention policy not found: %.*s",
                       (int)show->policy.len, (const char *)show->policy.ptr);
    for (size_t i = 0; i < database->policy_count && !st; i++)
        if (show->any_policy || sx_bytes_equal(database->policies[i].name, show->policy))
            st = add_policy(n, tables, rows, database, &database->policies[i], err);
    return st;
}

/* ON d.p, ON d.*, ON *.*: with the database and the policy beside each name. */
static stria_status open_policies(struct naming *n, struct sx_table_source **source,
                                  stria_error *err)
{
    const struct sx_iql_context *context = n->showing.context;
    const struct sx_catalog *catalog = context->views->catalog;
    const struct sx_database *database;
    struct row_count rows = {0};
    stria_status st = STRIA_OK;
    struct sx_literal_tables *tables = sx_literal_tables_create(n->showing.mem);
    if (!tables)
        return refused(n, err);
    if (n->showing.show->any_database) {
        for (size_t i = 0; i < catalog->database_count && !st; i++)
            st = add_database(n, tables, &rows, &catalog->databases[i], err);
    } else {
        st = sx_iql_find_database(context, n->showing.show->database, &database, err);
        if (!st)
            st = add_database(n, tables, &rows, database, err);
    }
    if (!st)
        return sx_iql_show_finish(tables, source, err);
    sx_table_source_destroy(sx_literal_tables_source(tables));
    return st;
}

/* WITH MEASUREMENT, which is a comparison of the name. */
static stria_status put_with(struct naming *n, stria_error *err)
{
    const struct sx_iql_source *with = &n->showing.show->sources.items[0];
    struct sx_iql_expr name = {.kind = SX_IQL_EXPR_VAR, .u.var.name = SX_LITERAL("_name")};
    struct sx_iql_expr text = {.kind = SX_IQL_EXPR_STRING, .u.text = with->name};
    struct sx_iql_expr compare = {.kind = SX_IQL_EXPR_BINARY,
                                  .u.binary = {.op = with->regex ? SX_IQL_EQ_REGEX : SX_IQL_EQ,
                                               .left = &name,
                                               .right = with->regex ? with->regex : &text}};
    return put_leaf(n, &compare, err);
}

static stria_status prepare(struct naming *n, stria_error *err)
{
    const struct sx_iql_showing *s = &n->showing;
    stria_status st = STRIA_OK;
    if (s->show->sources.count)
        st = put_with(n, err);
    if (!st && s->condition)
        st = compile(n, s->condition, err);
    if (!st && s->condition && s->show->sources.count)
        st = put_code(n, CODE_AND, err);
    if (st)
        return st;
    n->stack = sx_mem_alloc(s->mem, n->code_count + 1);
    return n->stack ? STRIA_OK : refused(n, err);
}

stria_status sx_iql_open_measurements(const struct sx_iql_show *show,
                                      const struct sx_iql_context *context,
                                      struct sx_table_source **source, stria_error *err)
{
    struct naming n = {0};
    struct sx_iql_show whole = *show; /* the name is looked at here */
    stria_status st = sx_iql_showing_init(&n.showing, show, context, err);
    if (!st)
        st = prepare(&n, err);
    whole.sources = (struct sx_iql_sources){0};
    n.showing.show = &whole;
    if (!st)
        st = show->policy.len || show->any_policy ? open_policies(&n, source, err)
                                                  : open_database(&n, source, err);
    for (size_t i = 0; i < n.leaf_count; i++)
        sx_regex_destroy(n.leaves[i].regex);
    sx_regex_scratch_destroy(n.scratch);
    sx_mem_free(context->request->mem, n.leaves);
    sx_mem_free(context->request->mem, n.codes);
    sx_mem_free(context->request->mem, n.stack);
    sx_mem_free(context->request->mem, n.measurements);
    sx_iql_showing_deinit(&n.showing);
    return st;
}
