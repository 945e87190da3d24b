/* SPDX-License-Identifier: Apache-2.0 */
/* parse_expr.c -- see parse_priv.h: expressions.
 *
 * Algorithm   Operators are read from left to right; each new one is put into the tree on the right
 *             side of the last operator that binds less than it. So `a + b * c - d` becomes
 *             (a + (b * c)) - d, and a chain of equal operators grows down the left side. */
#include "influxql/parse_priv.h"

#include "base/int_text.h"
#include "base/regex.h"
#include "influxql/literal.h"

#include <assert.h>

static stria_status parse_operand(struct sx_iql_parser *p, const struct sx_iql_expr **out);

/* Stores a new node. */
static stria_status put_node(struct sx_iql_parser *p, struct sx_iql_expr node,
                             const struct sx_iql_expr **out)
{
    *out = sx_iql_expr_new(p->arena, node);
    return *out ? STRIA_OK : sx_iql_fail_memory(p);
}

/* ---- regular expressions -------------------------------------------------------------------- */

/* Checks the pattern, which is compiled when the query is planned. */
static stria_status put_regex(struct sx_iql_parser *p, struct sx_iql_lexeme lexeme,
                              const struct sx_iql_expr **out)
{
    struct sx_regex *regex;
    stria_status st = sx_regex_create(p->arena->mem, lexeme.text, &regex, p->err);
    sx_regex_destroy(regex);
    if (st == STRIA_SYNTAX)
        return sx_iql_fail_here(p, lexeme.pos, st);
    if (st)
        return st;
    return put_node(p, (struct sx_iql_expr){.kind = SX_IQL_EXPR_REGEX, .u.text = lexeme.text}, out);
}

stria_status sx_iql_parse_regex(struct sx_iql_parser *p, const struct sx_iql_expr **out)
{
    *out = NULL;
    if (sx_iql_is_white(sx_iql_lexer_peek(&p->lexer)))
        sx_iql_skip_white(p);
    uint32_t next = sx_iql_lexer_peek(&p->lexer);
    if (next == '$') { /* a parameter, which may be one */
        enum sx_iql_token token = sx_iql_next(p).token;
        sx_iql_unread(p);
        if (token != SX_IQL_REGEX)
            return STRIA_OK;
    } else if (next != '/') {
        return STRIA_OK;
    }
    struct sx_iql_lexeme found = sx_iql_next_regex(p);
    if (found.token == SX_IQL_BAD_REGEX)
        return sx_iql_fail_at(p, found.pos, "bad regex: ");
    if (found.token != SX_IQL_REGEX)
        return sx_iql_fail_found(p, found, "regex");
    return put_regex(p, found, out);
}

/* ---- calls and fields ----------------------------------------------------------------------- */

static stria_status lower_of(struct sx_iql_parser *p, struct sx_bytes name, struct sx_bytes *out)
{
    uint8_t *lower = sx_arena_alloc(p->arena, name.len);
    if (!lower)
        return sx_iql_fail_memory(p);
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.ptr[i];
        lower[i] = c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
    }
    *out = sx_bytes_make(lower, name.len);
    return STRIA_OK;
}

static stria_status parse_argument(struct sx_iql_parser *p, const struct sx_iql_expr **out)
{
    stria_status st = sx_iql_parse_regex(p, out);
    return st || *out ? st : sx_iql_parse_expression(p, out);
}

/* The name and the parenthesis were read. */
static stria_status parse_call(struct sx_iql_parser *p, struct sx_bytes name,
                               const struct sx_iql_expr **out)
{
    const struct sx_iql_expr **args = NULL;
    size_t count = 0;
    stria_status st = lower_of(p, name, &name);
    if (st)
        return st;
    const struct sx_iql_expr *arg;
    st = sx_iql_parse_regex(p, &arg);
    if (st)
        return st;
    if (!arg) {
        if (sx_iql_next(p).token == SX_IQL_RPAREN)
            return put_node(
                p, (struct sx_iql_expr){.kind = SX_IQL_EXPR_CALL, .u.call = {name, NULL, 0}}, out);
        sx_iql_unread(p);
        st = sx_iql_parse_expression(p, &arg);
    }
    for (;;) {
        if (st)
            return st;
        args = sx_iql_grow(p->arena, args, count, sizeof *args);
        if (!args)
            return sx_iql_fail_memory(p);
        args[count++] = arg;
        if (!sx_iql_accept(p, SX_IQL_COMMA))
            break;
        st = parse_argument(p, &arg);
    }
    struct sx_iql_lexeme end = sx_iql_next(p);
    if (end.token != SX_IQL_RPAREN)
        return sx_iql_fail_found(p, end, ")");
    return put_node(
        p, (struct sx_iql_expr){.kind = SX_IQL_EXPR_CALL, .u.call = {name, args, count}}, out);
}

static bool type_of_cast(struct sx_iql_lexeme lexeme, enum sx_iql_type *out)
{
    static const enum sx_iql_type casts[] = {SX_IQL_TYPE_FLOAT, SX_IQL_TYPE_INTEGER,
                                             SX_IQL_TYPE_UNSIGNED, SX_IQL_TYPE_STRING,
                                             SX_IQL_TYPE_BOOLEAN};
    for (size_t i = 0; i < SX_COUNT_OF(casts); i++)
        if (sx_iql_same_word(lexeme.text, sx_iql_type_name(casts[i]))) {
            *out = casts[i];
            return true;
        }
    return false;
}

/* What follows `::`. */
static stria_status parse_cast(struct sx_iql_parser *p, enum sx_iql_type *out)
{
    struct sx_iql_lexeme found = sx_iql_next(p);
    if (found.token == SX_IQL_FIELD)
        *out = SX_IQL_TYPE_ANY_FIELD;
    else if (found.token == SX_IQL_TAG)
        *out = SX_IQL_TYPE_TAG;
    else if (found.token != SX_IQL_IDENT)
        return sx_iql_fail_found(p, found, "float, integer, string, boolean, field, tag");
    else if (!type_of_cast(found, out))
        return sx_iql_fail_found(p, found, "float, integer, unsigned, string, boolean, field, tag");
    return STRIA_OK;
}

/* The parts of a path with dots between them. */
static stria_status join_path(struct sx_iql_parser *p, const struct sx_bytes *parts, size_t count,
                              struct sx_bytes *out)
{
    size_t len = count - 1;
    for (size_t i = 0; i < count; i++)
        len += parts[i].len;
    uint8_t *joined = sx_arena_alloc(p->arena, len);
    if (!joined)
        return sx_iql_fail_memory(p);
    *out = sx_bytes_make(joined, len);
    for (size_t i = 0; i < count; i++) {
        if (i)
            *joined++ = '.';
        if (parts[i].len)
            memcpy(joined, parts[i].ptr, parts[i].len);
        joined += parts[i].len;
    }
    return STRIA_OK;
}

static stria_status parse_var(struct sx_iql_parser *p, const struct sx_iql_expr **out)
{
    struct sx_bytes parts[3];
    size_t count;
    stria_status st = sx_iql_parse_path(p, parts, &count);
    if (st)
        return st;
    struct sx_iql_expr node = {.kind = SX_IQL_EXPR_VAR, .u.var = {.name = parts[0]}};
    if (count > 1)
        st = join_path(p, parts, count, &node.u.var.name);
    if (st)
        return st;
    if (sx_iql_next(p).token == SX_IQL_DOUBLE_COLON) {
        st = parse_cast(p, &node.u.var.type);
        if (st)
            return st;
    } else {
        sx_iql_unread(p);
    }
    return put_node(p, node, out);
}

/* The name was read. */
static stria_status parse_named(struct sx_iql_parser *p, struct sx_bytes name,
                                const struct sx_iql_expr **out)
{
    if (sx_iql_next(p).token == SX_IQL_LPAREN)
        return parse_call(p, name, out);
    sx_iql_unread(p);
    sx_iql_unread(p);
    return parse_var(p, out);
}

/* DISTINCT was read: `distinct(f)` or `distinct f`. */
static stria_status parse_distinct(struct sx_iql_parser *p, const struct sx_iql_expr **out)
{
    struct sx_iql_lexeme found = sx_iql_next(p);
    if (found.token == SX_IQL_LPAREN)
        return parse_call(p, SX_LITERAL("distinct"), out);
    if (found.token != SX_IQL_WS)
        return sx_iql_fail_found(p, found, "(, identifier");
    struct sx_iql_expr node = {.kind = SX_IQL_EXPR_DISTINCT};
    stria_status st = sx_iql_parse_name(p, &node.u.text);
    return st ? st : put_node(p, node, out);
}

static stria_status parse_wildcard(struct sx_iql_parser *p, const struct sx_iql_expr **out)
{
    struct sx_iql_expr node = {.kind = SX_IQL_EXPR_WILDCARD, .u.wildcard = SX_IQL_MUL};
    if (sx_iql_next(p).token != SX_IQL_DOUBLE_COLON) {
        sx_iql_unread(p);
    } else {
        struct sx_iql_lexeme found = sx_iql_next(p);
        if (found.token != SX_IQL_FIELD && found.token != SX_IQL_TAG)
            return sx_iql_fail_found(p, found, "field, tag");
        node.u.wildcard = found.token;
    }
    return put_node(p, node, out);
}

/* ---- literals ------------------------------------------------------------------------------- */

static stria_status put_number(struct sx_iql_parser *p, struct sx_iql_lexeme found,
                               const struct sx_iql_expr **out)
{
    struct sx_iql_expr node = {.kind = SX_IQL_EXPR_NUMBER};
    if (!sx_iql_parse_number(found.text, &node.u.number))
        return sx_iql_fail_at(p, found.pos, "unable to parse number");
    return put_node(p, node, out);
}

static stria_status put_integer(struct sx_iql_parser *p, struct sx_iql_lexeme found,
                                const struct sx_iql_expr **out)
{
    struct sx_iql_expr node = {.kind = SX_IQL_EXPR_INTEGER};
    if (sx_int_parse(found.text, &node.u.integer)) {
        node.kind = SX_IQL_EXPR_UNSIGNED;
        if (sx_uint_parse(found.text, &node.u.unsigned_integer))
            return sx_iql_fail_at(p, found.pos, "unable to parse integer");
    }
    return put_node(p, node, out);
}

static stria_status fail_bound(struct sx_iql_parser *p, struct sx_bytes text)
{
    if (p->lexer.refused)
        return sx_iql_fail_memory(p);
    if (text.len && text.ptr[0] == '$')
        (void)sx_bytes_take(&text, 1, &(struct sx_bytes){0});
    if (text.len == 0)
        return sx_fail(p->err, STRIA_SYNTAX, "empty bound parameter");
    return sx_fail(p->err, STRIA_SYNTAX, "missing parameter: %.*s",
                   (int)SX_MIN(text.len, STRIA_ERROR_TEXT_MAX), (const char *)text.ptr);
}

/* The operand after a sign: a literal takes it in; anything else is multiplied by it. */
static stria_status put_signed(struct sx_iql_parser *p, bool minus,
                               const struct sx_iql_expr *operand, const struct sx_iql_expr **out)
{
    struct sx_iql_expr node = *operand;
    switch (operand->kind) {
    case SX_IQL_EXPR_NUMBER:
        node.u.number = minus ? -node.u.number : node.u.number;
        return put_node(p, node, out);
    case SX_IQL_EXPR_INTEGER:
        node.u.integer = (int64_t)(minus ? 0 - (uint64_t)node.u.integer : (uint64_t)node.u.integer);
        return put_node(p, node, out);
    case SX_IQL_EXPR_UNSIGNED:
        if (minus && node.u.unsigned_integer != (uint64_t)1 << 63)
            return sx_fail(p->err, STRIA_SYNTAX, "constant -%llu underflows int64",
                           (unsigned long long)node.u.unsigned_integer);
        if (minus)
            node = (struct sx_iql_expr){.kind = SX_IQL_EXPR_INTEGER, .u.integer = INT64_MIN};
        return put_node(p, node, out);
    case SX_IQL_EXPR_DURATION:
        node.u.duration_ns = minus ? -node.u.duration_ns : node.u.duration_ns;
        return put_node(p, node, out);
    default:
        break;
    }
    const struct sx_iql_expr *one;
    stria_status st = put_node(
        p, (struct sx_iql_expr){.kind = SX_IQL_EXPR_INTEGER, .u.integer = minus ? -1 : 1}, &one);
    if (st)
        return st;
    *out = sx_iql_binary(p->arena, SX_IQL_MUL, one, operand);
    return *out ? STRIA_OK : sx_iql_fail_memory(p);
}

/* The sign was read. */
static stria_status parse_signed(struct sx_iql_parser *p, bool minus,
                                 const struct sx_iql_expr **out)
{
    struct sx_iql_lexeme found = sx_iql_next_word(p);
    switch (found.token) {
    case SX_IQL_NUMBER:
    case SX_IQL_INTEGER:
    case SX_IQL_DURATION_VALUE:
    case SX_IQL_LPAREN:
    case SX_IQL_IDENT:
        break;
    default:
        return sx_iql_fail_found(p, found, "identifier, number, duration, (");
    }
    sx_iql_unread(p);
    const struct sx_iql_expr *operand;
    stria_status st = parse_operand(p, &operand);
    return st ? st : put_signed(p, minus, operand, out);
}

static stria_status put_duration(struct sx_iql_parser *p, struct sx_bytes text,
                                 const struct sx_iql_expr **out)
{
    struct sx_iql_expr node = {.kind = SX_IQL_EXPR_DURATION};
    stria_status st = sx_iql_parse_duration(p, text, &node.u.duration_ns);
    return st ? st : put_node(p, node, out);
}

/* ---- operands and operators ----------------------------------------------------------------- */

/* The parenthesis was read. */
static stria_status parse_paren(struct sx_iql_parser *p, const struct sx_iql_expr **out)
{
    const struct sx_iql_expr *inner;
    stria_status st = sx_iql_parse_expression(p, &inner);
    if (!st)
        st = sx_iql_expect(p, SX_IQL_RPAREN);
    if (st)
        return st;
    return put_node(p, (struct sx_iql_expr){.kind = SX_IQL_EXPR_PAREN, .u.inner = inner}, out);
}

static stria_status parse_any_operand(struct sx_iql_parser *p, struct sx_iql_lexeme found,
                                      const struct sx_iql_expr **out)
{
    switch (found.token) {
    case SX_IQL_LPAREN:
        return parse_paren(p, out);
    case SX_IQL_IDENT:
        return parse_named(p, found.text, out);
    case SX_IQL_DISTINCT:
        return parse_distinct(p, out);
    case SX_IQL_STRING:
        return put_node(p, (struct sx_iql_expr){.kind = SX_IQL_EXPR_STRING, .u.text = found.text},
                        out);
    case SX_IQL_NUMBER:
        return put_number(p, found, out);
    case SX_IQL_INTEGER:
        return put_integer(p, found, out);
    case SX_IQL_TRUE:
    case SX_IQL_FALSE:
        return put_node(p,
                        (struct sx_iql_expr){.kind = SX_IQL_EXPR_BOOLEAN,
                                             .u.boolean = found.token == SX_IQL_TRUE},
                        out);
    case SX_IQL_DURATION_VALUE:
        return put_duration(p, found.text, out);
    case SX_IQL_MUL:
        return parse_wildcard(p, out);
    case SX_IQL_REGEX:
        return put_regex(p, found, out);
    case SX_IQL_BOUND_PARAM:
        return fail_bound(p, found.text);
    case SX_IQL_ADD:
    case SX_IQL_SUB:
        return parse_signed(p, found.token == SX_IQL_SUB, out);
    default:
        return sx_iql_fail_found(p, found, "identifier, string, number, bool");
    }
}

static stria_status parse_operand(struct sx_iql_parser *p, const struct sx_iql_expr **out)
{
    struct sx_iql_lexeme found = sx_iql_next_word(p);
    stria_status st = sx_iql_enter(p, found.pos);
    if (st)
        return st;
    st = parse_any_operand(p, found, out);
    sx_iql_leave(p);
    return st;
}

/* The right side of an operator; of =~ and !~ a regular expression. */
static stria_status parse_right(struct sx_iql_parser *p, enum sx_iql_token op,
                                const struct sx_iql_expr **out)
{
    if (op != SX_IQL_EQ_REGEX && op != SX_IQL_NEQ_REGEX)
        return parse_operand(p, out);
    stria_status st = sx_iql_parse_regex(p, out);
    if (st || *out)
        return st;
    return sx_iql_fail_found(p, sx_iql_next_word(p), "regex");
}

stria_status sx_iql_parse_expression(struct sx_iql_parser *p, const struct sx_iql_expr **out)
{
    stria_status st = parse_operand(p, out);
    while (!st) {
        assert(*out);
        enum sx_iql_token op = sx_iql_next_word(p).token;
        if (!sx_iql_token_is_operator(op)) {
            sx_iql_unread(p);
            return STRIA_OK;
        }
        const struct sx_iql_expr *right = NULL;
        st = parse_right(p, op, &right);
        if (st)
            return st;
        /* The nodes on the right side are not linked anywhere else yet: they may be changed. */
        const struct sx_iql_expr **slot = out;
        while ((*slot)->kind == SX_IQL_EXPR_BINARY &&
               sx_iql_token_precedence((*slot)->u.binary.op) < sx_iql_token_precedence(op))
            slot = &((struct sx_iql_expr *)*slot)->u.binary.right;
        *slot = sx_iql_binary(p->arena, op, *slot, right);
        if (!*slot)
            return sx_iql_fail_memory(p);
    }
    return st;
}
