/* SPDX-License-Identifier: Apache-2.0 */
/* where.c -- see where.h. */
#include "influxql/where.h"

#include "base/error.h"
#include "base/regex.h"

enum node_kind {
    NODE_TRUE,
    NODE_FALSE,
    NODE_AND,
    NODE_OR,
    NODE_EQUAL,     /* tag = value */
    NODE_NOT_EQUAL, /* tag != value */
    NODE_REGEX,     /* tag =~ regex */
    NODE_NOT_REGEX,
    NODE_BOTH,  /* the series has both tags */
    NODE_ONE,   /* it has the first, not the second */
    NODE_FIELD, /* decided row by row */
};

struct node {
    enum node_kind kind;
    struct node **children;
    size_t count;
    struct sx_bytes key, value;
    struct sx_regex *regex;
    const struct sx_iql_expr *expr; /* FIELD */
    uint32_t number;                /* of a FIELD */
};

/* What is left of the condition for some series, and the program for it. */
struct rest {
    struct sx_bytes code; /* nodes and numbers */
    struct sx_iql_program *program;
};

struct sx_iql_where {
    struct sx_arena *arena;
    struct sx_mem *mem;
    const struct sx_iql_measurement *measurement;
    struct sx_iql_vars *vars;
    struct node *root;
    struct node **fields; /* the FIELD nodes by number */
    size_t field_count, field_capacity;
    struct sx_regex **regexes;
    size_t regex_count, regex_capacity;
    const struct sx_tag_expr *tags;
    struct rest *rests;
    size_t rest_count, rest_capacity;
    struct sx_buf code;
    struct sx_regex_scratch *scratch;
};

struct making {
    struct sx_iql_where *where;
    stria_error *err;
};

static stria_status refused(struct making *m)
{
    return sx_mem_refused(m->where->mem, sizeof(struct node), m->err);
}

struct sx_bytes sx_iql_tag_value(const struct sx_iql_tags *tags, struct sx_bytes key)
{
    for (size_t i = 0; i < tags->count; i++)
        if (sx_bytes_equal(sx_bytes_make(tags->items[i].key.ptr, tags->items[i].key.len), key))
            return sx_bytes_make(tags->items[i].value.ptr, tags->items[i].value.len);
    return (struct sx_bytes){0};
}

/* ---- leaves --------------------------------------------------------------------------------- */

static stria_status new_node(struct making *m, struct node node, struct node **out)
{
    *out = sx_arena_alloc(m->where->arena, sizeof **out);
    if (!*out)
        return refused(m);
    **out = node;
    return STRIA_OK;
}

static stria_status field_node(struct making *m, const struct sx_iql_expr *expr, struct node **out)
{
    struct sx_iql_where *w = m->where;
    if (!SX_GROW(w->mem, w->fields, w->field_capacity, w->field_count + 1) ||
        !sx_iql_vars_add_all(w->vars, w->mem, expr))
        return refused(m);
    stria_status st = new_node(
        m, (struct node){.kind = NODE_FIELD, .expr = expr, .number = (uint32_t)w->field_count},
        out);
    if (!st)
        w->fields[w->field_count++] = *out;
    return st;
}

static bool is_field(const struct making *m, const struct sx_iql_expr *var)
{
    enum sx_iql_type type = var->u.var.type;
    if (sx_bytes_equal(var->u.var.name, SX_LITERAL("_name")))
        return false;
    if (type == SX_IQL_TYPE_UNKNOWN)
        return sx_iql_field_type(m->where->measurement, var->u.var.name) != STRIA_NONE;
    return type != SX_IQL_TYPE_TAG;
}

static stria_status string_node(struct making *m, enum sx_iql_token op, struct sx_bytes key,
                                struct sx_bytes value, struct node **out)
{
    bool equal = op == SX_IQL_EQ;
    if (sx_bytes_equal(key, SX_LITERAL("_name"))) {
        bool same = sx_bytes_equal(value, m->where->measurement->name);
        bool good = (equal && same) || (op == SX_IQL_NEQ && !same);
        return new_node(m, (struct node){.kind = good ? NODE_TRUE : NODE_FALSE}, out);
    }
    return new_node(
        m, (struct node){.kind = equal ? NODE_EQUAL : NODE_NOT_EQUAL, .key = key, .value = value},
        out);
}

static stria_status regex_node(struct making *m, enum sx_iql_token op, struct sx_bytes key,
                               struct sx_bytes pattern, struct node **out)
{
    struct sx_iql_where *w = m->where;
    struct sx_regex *regex;
    bool is_name = sx_bytes_equal(key, SX_LITERAL("_name")), matches = false;
    if (!w->scratch && !(w->scratch = sx_regex_scratch_create(w->mem)))
        return refused(m);
    if (!SX_GROW(w->mem, w->regexes, w->regex_capacity, w->regex_count + 1))
        return refused(m);
    stria_status st = sx_regex_create(w->mem, pattern, &regex, m->err);
    if (st)
        return st;
    w->regexes[w->regex_count++] = regex;
    if (is_name) {
        st = sx_regex_match(regex, w->scratch, w->measurement->name, &matches, m->err);
        bool good = matches == (op == SX_IQL_EQ_REGEX);
        return st ? st : new_node(m, (struct node){.kind = good ? NODE_TRUE : NODE_FALSE}, out);
    }
    return new_node(m,
                    (struct node){.kind = op == SX_IQL_EQ_REGEX ? NODE_REGEX : NODE_NOT_REGEX,
                                  .key = key,
                                  .regex = regex},
                    out);
}

/* A comparison. */
static stria_status leaf(struct making *m, const struct sx_iql_expr *expr, struct node **out)
{
    const struct sx_iql_expr *key = expr->u.binary.left, *value = expr->u.binary.right;
    enum sx_iql_token op = expr->u.binary.op;
    if (key->kind == SX_IQL_EXPR_BINARY || value->kind == SX_IQL_EXPR_BINARY)
        return field_node(m, expr, out);
    if (key->kind != SX_IQL_EXPR_VAR) {
        const struct sx_iql_expr *t = key;
        key = value;
        value = t;
    }
    if (key->kind != SX_IQL_EXPR_VAR || is_field(m, key) ||
        (value->kind == SX_IQL_EXPR_VAR && is_field(m, value)))
        return field_node(m, expr, out);
    switch (value->kind) {
    case SX_IQL_EXPR_STRING:
        return string_node(m, op, key->u.var.name, value->u.text, out);
    case SX_IQL_EXPR_REGEX:
        return regex_node(m, op, key->u.var.name, value->u.text, out);
    case SX_IQL_EXPR_VAR:
        return new_node(m,
                        (struct node){.kind = op == SX_IQL_EQ ? NODE_BOTH : NODE_ONE,
                                      .key = key->u.var.name,
                                      .value = value->u.var.name},
                        out);
    default:
        return field_node(m, expr, out);
    }
}

/* ---- AND and OR ----------------------------------------------------------------------------- */

static bool is_logical(const struct sx_iql_expr *expr)
{
    return expr->u.binary.op == SX_IQL_AND || expr->u.binary.op == SX_IQL_OR;
}

static stria_status make(struct making *m, const struct sx_iql_expr *expr, struct node **out);

/* A chain of AND and OR, from the left: what has the same operator becomes one node. */
static stria_status chain(struct making *m, const struct sx_iql_expr *expr, struct node **out)
{
    struct sx_arena *arena = m->where->arena;
    size_t length = expr->u.binary.spine, first = 0;
    const struct sx_iql_expr **spine = sx_iql_spine(arena, expr);
    if (!spine)
        return refused(m);
    while (!is_logical(spine[first]))
        first++;
    struct node *left;
    stria_status st = make(m, first ? spine[first - 1] : spine[0]->u.binary.left, &left);
    for (size_t i = first; i < length && !st;) {
        enum sx_iql_token op = spine[i]->u.binary.op;
        size_t end = i;
        while (end < length && spine[end]->u.binary.op == op)
            end++;
        size_t count = end - i + 1;
        struct node **children = sx_arena_array(arena, count, sizeof *children);
        if (!children)
            return refused(m);
        children[0] = left;
        for (size_t k = 1; k < count && !st; k++)
            st = make(m, spine[i + k - 1]->u.binary.right, &children[k]);
        if (!st)
            st = new_node(m,
                          (struct node){.kind = op == SX_IQL_AND ? NODE_AND : NODE_OR,
                                        .children = children,
                                        .count = count},
                          &left);
        i = end;
    }
    *out = left;
    return st;
}

static stria_status make(struct making *m, const struct sx_iql_expr *expr, struct node **out)
{
    switch (expr->kind) {
    case SX_IQL_EXPR_PAREN:
        return make(m, expr->u.inner, out);
    case SX_IQL_EXPR_BINARY:
        return is_logical(expr) ? chain(m, expr, out) : leaf(m, expr, out);
    case SX_IQL_EXPR_BOOLEAN:
        return new_node(m, (struct node){.kind = expr->u.boolean ? NODE_TRUE : NODE_FALSE}, out);
    default:
        return new_node(m, (struct node){.kind = NODE_FALSE}, out);
    }
}

/* ---- for the index -------------------------------------------------------------------------- */

static stria_status join(struct making *m, enum sx_tag_expr_kind kind,
                         const struct sx_tag_expr **items, size_t count,
                         const struct sx_tag_expr **out)
{
    if (count == 1) {
        *out = items[0];
        return STRIA_OK;
    }
    struct sx_tag_expr *expr = sx_arena_zalloc(m->where->arena, sizeof *expr);
    *out = expr;
    if (!expr)
        return refused(m);
    expr->kind = kind; /* halves: depth must not grow with the length of a list */
    stria_status st = join(m, kind, items, count / 2, &expr->left);
    return st ? st : join(m, kind, items + count / 2, count - count / 2, &expr->right);
}

static stria_status tag_expr_of(struct making *m, const struct node *node,
                                const struct sx_tag_expr **out);

static stria_status list_expr_of(struct making *m, const struct node *node,
                                 const struct sx_tag_expr **out)
{
    const struct sx_tag_expr **items = sx_arena_array(m->where->arena, node->count, sizeof *items);
    size_t count = 0;
    stria_status st = items ? STRIA_OK : refused(m);
    for (size_t i = 0; i < node->count && !st; i++) {
        const struct sx_tag_expr *expr;
        st = tag_expr_of(m, node->children[i], &expr);
        if (!st && expr)
            items[count++] = expr;
        else if (node->kind == NODE_OR)
            return st; /* one side may be true of any series */
    }
    if (st || count == 0)
        return st;
    return join(m, node->kind == NODE_AND ? SX_TAG_AND : SX_TAG_OR, items, count, out);
}

/* *out is NULL where nothing can be said. */
static stria_status tag_expr_of(struct making *m, const struct node *node,
                                const struct sx_tag_expr **out)
{
    static const struct sx_tag_expr false_expr = {.kind = SX_TAG_FALSE};
    struct sx_tag_expr match = {
        .kind = SX_TAG_MATCH, .key = node->key, .value = node->value, .regex = node->regex};
    *out = NULL;
    switch (node->kind) {
    case NODE_FALSE:
        *out = &false_expr;
        return STRIA_OK;
    case NODE_AND:
    case NODE_OR:
        return list_expr_of(m, node, out);
    case NODE_EQUAL:
        match.op = STRIA_MATCH_EQUAL;
        break;
    case NODE_NOT_EQUAL:
        match.op = STRIA_MATCH_NOT_EQUAL;
        break;
    case NODE_REGEX:
        match.op = STRIA_MATCH_REGEX;
        break;
    case NODE_NOT_REGEX:
        match.op = STRIA_MATCH_NOT_REGEX;
        break;
    default:
        return STRIA_OK;
    }
    struct sx_tag_expr *expr = sx_arena_alloc(m->where->arena, sizeof *expr);
    if (!expr)
        return refused(m);
    *expr = match;
    *out = expr;
    return STRIA_OK;
}

const struct sx_tag_expr *sx_iql_where_tags(const struct sx_iql_where *where)
{
    return where->tags;
}

/* ---- making and unmaking -------------------------------------------------------------------- */

stria_status sx_iql_where_create(struct sx_arena *arena, struct sx_mem *mem,
                                 const struct sx_iql_expr *condition,
                                 const struct sx_iql_measurement *measurement,
                                 struct sx_iql_vars *vars, struct sx_iql_where **out,
                                 stria_error *err)
{
    struct sx_iql_where *w = sx_mem_zalloc(mem, sizeof *w);
    struct making m = {.where = w, .err = err};
    *out = NULL;
    if (!w)
        return sx_mem_refused(mem, sizeof *w, err);
    w->arena = arena;
    w->mem = mem;
    w->measurement = measurement;
    w->vars = vars;
    sx_buf_init(&w->code, mem, 1 << 24);
    stria_status st = condition ? make(&m, condition, &w->root)
                                : new_node(&m, (struct node){.kind = NODE_TRUE}, &w->root);
    if (!st)
        st = tag_expr_of(&m, w->root, &w->tags);
    if (st) {
        sx_iql_where_destroy(w);
        return st;
    }
    *out = w;
    return STRIA_OK;
}

void sx_iql_where_destroy(struct sx_iql_where *w)
{
    if (!w)
        return;
    for (size_t i = 0; i < w->regex_count; i++)
        sx_regex_destroy(w->regexes[i]);
    for (size_t i = 0; i < w->rest_count; i++)
        sx_iql_program_destroy(w->rests[i].program);
    sx_mem_free(w->mem, w->regexes);
    sx_mem_free(w->mem, w->fields);
    sx_mem_free(w->mem, w->rests);
    sx_buf_deinit(&w->code);
    sx_regex_scratch_destroy(w->scratch);
    sx_mem_free(w->mem, w);
}

/* ---- series --------------------------------------------------------------------------------- */

enum decision { DECIDED_FALSE, DECIDED_TRUE, DECIDED_BY_ROWS };

#define CODE_END UINT32_MAX /* of a list; CODE_END - 1: AND begins, CODE_END - 2: OR begins */
#define CODE_AND (UINT32_MAX - 1)
#define CODE_OR (UINT32_MAX - 2)

static stria_status decide(struct sx_iql_where *w, const struct node *node,
                           const struct sx_iql_tags *tags, enum decision *out, stria_error *err);

static stria_status decide_list(struct sx_iql_where *w, const struct node *node,
                                const struct sx_iql_tags *tags, enum decision *out,
                                stria_error *err)
{
    enum decision ends = node->kind == NODE_AND ? DECIDED_FALSE : DECIDED_TRUE;
    size_t begin = w->code.len;
    bool by_rows = false;
    stria_status st = STRIA_OK;
    sx_buf_put_u32(&w->code, node->kind == NODE_AND ? CODE_AND : CODE_OR);
    for (size_t i = 0; i < node->count && !st; i++) {
        enum decision d;
        st = decide(w, node->children[i], tags, &d, err);
        by_rows = by_rows || d == DECIDED_BY_ROWS;
        if (!st && d == ends) {
            w->code.len = begin;
            *out = ends;
            return STRIA_OK;
        }
    }
    sx_buf_put_u32(&w->code, CODE_END);
    *out = by_rows ? DECIDED_BY_ROWS : ends == DECIDED_FALSE ? DECIDED_TRUE : DECIDED_FALSE;
    if (!by_rows)
        w->code.len = begin;
    return st;
}

/* What the tags of a series say; what they leave open is appended to w->code. */
static stria_status decide(struct sx_iql_where *w, const struct node *node,
                           const struct sx_iql_tags *tags, enum decision *out, stria_error *err)
{
    bool is = false;
    stria_status st = STRIA_OK;
    struct sx_bytes value = sx_iql_tag_value(tags, node->key);
    switch (node->kind) {
    case NODE_AND:
    case NODE_OR:
        return decide_list(w, node, tags, out, err);
    case NODE_FIELD:
        sx_buf_put_u32(&w->code, node->number);
        *out = DECIDED_BY_ROWS;
        return STRIA_OK;
    case NODE_TRUE:
    case NODE_FALSE:
        is = node->kind == NODE_TRUE;
        break;
    case NODE_EQUAL:
    case NODE_NOT_EQUAL:
        is = sx_bytes_equal(value, node->value) == (node->kind == NODE_EQUAL);
        break;
    case NODE_REGEX:
    case NODE_NOT_REGEX:
        st = sx_regex_match(node->regex, w->scratch, value, &is, err);
        is = is == (node->kind == NODE_REGEX);
        break;
    default:
        is = value.len &&
             (sx_iql_tag_value(tags, node->value).len != 0) == (node->kind == NODE_BOTH);
        break;
    }
    *out = is ? DECIDED_TRUE : DECIDED_FALSE;
    return st;
}

/* The expression that code stands for; *at moves behind it. NULL: no memory. */
static const struct sx_iql_expr *expr_of(const struct sx_iql_where *w, struct sx_bytes code,
                                         size_t *at)
{
    uint32_t word = sx_get_u32(code.ptr + *at);
    *at += 4;
    if (word < CODE_OR)
        return w->fields[word]->expr;
    enum sx_iql_token op = word == CODE_AND ? SX_IQL_AND : SX_IQL_OR;
    const struct sx_iql_expr *left = NULL;
    while (sx_get_u32(code.ptr + *at) != CODE_END) {
        const struct sx_iql_expr *right = expr_of(w, code, at);
        left = left && right ? sx_iql_binary(w->arena, op, left, right) : right;
        if (!left)
            return NULL;
    }
    *at += 4;
    return left;
}

static int find_var(void *user, const struct sx_iql_expr *expr, stria_type *type)
{
    uint32_t at;
    if (expr->kind != SX_IQL_EXPR_VAR)
        return -1;
    at = sx_iql_vars_find(user, expr);
    *type = sx_iql_var_type(expr);
    return at == UINT32_MAX ? -1 : (int)at;
}

/* The program for the code at hand, made if it is new. */
static stria_status program_of(struct sx_iql_where *w, const struct sx_iql_vars *vars,
                               struct sx_iql_program **out, stria_error *err)
{
    struct sx_bytes code = sx_buf_bytes(&w->code);
    size_t at = 0;
    for (size_t i = 0; i < w->rest_count; i++)
        if (code.ptr && sx_bytes_equal(w->rests[i].code, code)) {
            *out = w->rests[i].program;
            return STRIA_OK;
        }
    code = sx_arena_dup(w->arena, code);
    const struct sx_iql_expr *expr = code.ptr ? expr_of(w, code, &at) : NULL;
    if (!expr || !SX_GROW(w->mem, w->rests, w->rest_capacity, w->rest_count + 1))
        return sx_mem_refused(w->mem, code.len, err);
    struct sx_iql_symbols symbols = {
        .find = find_var, .user = (void *)(uintptr_t)vars, .divides_whole = true};
    stria_status st = sx_iql_program_create(w->arena, w->mem, expr, &symbols, out, err);
    if (!st)
        w->rests[w->rest_count++] = (struct rest){.code = code, .program = *out};
    return st;
}

stria_status sx_iql_where_series(struct sx_iql_where *w, const struct sx_iql_vars *vars,
                                 const struct sx_iql_tags *tags, bool *none,
                                 struct sx_iql_program **filter, stria_error *err)
{
    enum decision decision = DECIDED_FALSE;
    *filter = NULL;
    sx_buf_clear(&w->code);
    stria_status st = decide(w, w->root, tags, &decision, err);
    *none = decision == DECIDED_FALSE;
    if (st || decision != DECIDED_BY_ROWS)
        return st;
    return w->code.failed ? sx_buf_refused(&w->code, "condition", err)
                          : program_of(w, vars, filter, err);
}
