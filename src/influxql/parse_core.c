/* SPDX-License-Identifier: Apache-2.0 */
/* parse_core.c -- see parse_priv.h: the stream of tokens, its errors, and small parts of
 * statements. */
#include "influxql/parse_priv.h"

#include "base/duration_text.h"
#include "base/int_text.h"
#include "influxql/literal.h"
#include "influxql/params.h"

#include <assert.h>
#include <stdio.h>

/* ---- tokens --------------------------------------------------------------------------------- */

static struct sx_iql_lexeme read_token(struct sx_iql_parser *p,
                                       struct sx_iql_lexeme (*read)(struct sx_iql_lexer *))
{
    if (p->unread) {
        p->unread--;
        return p->ring[(p->newest + 3 - p->unread) % 3];
    }
    struct sx_iql_lexeme lexeme = read(&p->lexer);
    if (lexeme.token == SX_IQL_BOUND_PARAM && !p->lexer.refused &&
        !sx_iql_param_bind(p->arena, p->options->params, p->options->param_count, &lexeme))
        p->lexer.refused = true;
    p->newest = (p->newest + 1) % 3;
    p->ring[p->newest] = lexeme;
    return lexeme;
}

struct sx_iql_lexeme sx_iql_next(struct sx_iql_parser *p)
{
    return read_token(p, sx_iql_lexer_next);
}

struct sx_iql_lexeme sx_iql_next_regex(struct sx_iql_parser *p)
{
    return read_token(p, sx_iql_lexer_regex);
}

struct sx_iql_lexeme sx_iql_next_word(struct sx_iql_parser *p)
{
    struct sx_iql_lexeme lexeme;
    do {
        lexeme = sx_iql_next(p);
    } while (lexeme.token == SX_IQL_WS || lexeme.token == SX_IQL_COMMENT);
    return lexeme;
}

void sx_iql_unread(struct sx_iql_parser *p)
{
    assert(p->unread < 3);
    p->unread++;
}

bool sx_iql_accept(struct sx_iql_parser *p, enum sx_iql_token token)
{
    if (sx_iql_next_word(p).token == token)
        return true;
    sx_iql_unread(p);
    return false;
}

void sx_iql_skip_white(struct sx_iql_parser *p)
{
    if (sx_iql_next(p).token != SX_IQL_WS)
        sx_iql_unread(p);
}

/* ---- errors --------------------------------------------------------------------------------- */

stria_status sx_iql_fail_here(struct sx_iql_parser *p, struct sx_iql_pos pos, stria_status status)
{
    if (!p->err)
        return status;
    size_t len = strlen(p->err->text);
    snprintf(p->err->text + len, sizeof p->err->text - len, " at line %u, char %u", pos.line + 1,
             pos.column + 1);
    return status;
}

stria_status sx_iql_fail_at(struct sx_iql_parser *p, struct sx_iql_pos pos, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    sx_fail_v(p->err, STRIA_SYNTAX, format, args);
    va_end(args);
    return sx_iql_fail_here(p, pos, STRIA_SYNTAX);
}

stria_status sx_iql_fail_found(struct sx_iql_parser *p, struct sx_iql_lexeme found,
                               const char *expected)
{
    if (p->lexer.refused)
        return sx_iql_fail_memory(p);
    struct sx_bytes text =
        found.text.len ? found.text : sx_bytes_of(sx_iql_token_name(found.token));
    int len = (int)SX_MIN(text.len, STRIA_ERROR_TEXT_MAX);
    return sx_iql_fail_at(p, found.pos, "found %.*s, expected %s", len, (const char *)text.ptr,
                          expected);
}

stria_status sx_iql_expect(struct sx_iql_parser *p, enum sx_iql_token token)
{
    struct sx_iql_lexeme found = sx_iql_next_word(p);
    if (found.token != token)
        return sx_iql_fail_found(p, found, sx_iql_token_name(token));
    return STRIA_OK;
}

stria_status sx_iql_enter(struct sx_iql_parser *p, struct sx_iql_pos pos)
{
    if (p->depth == SX_IQL_DEPTH_MAX) {
        sx_fail(p->err, STRIA_LIMIT, "query is nested deeper than %d levels", SX_IQL_DEPTH_MAX);
        return sx_iql_fail_here(p, pos, STRIA_LIMIT);
    }
    p->depth++;
    return STRIA_OK;
}

void sx_iql_leave(struct sx_iql_parser *p)
{
    p->depth--;
}

void *sx_iql_grow(struct sx_arena *arena, void *items, size_t count, size_t item_size)
{
    /* Arrays have room for 4, 8, 16, ... items. */
    if (count && (count < 4 || (count & (count - 1))))
        return items;
    void *larger = sx_arena_array(arena, count ? count * 2 : 4, item_size);
    if (larger && count)
        memcpy(larger, items, count * item_size);
    return larger;
}

/* ---- names and strings ---------------------------------------------------------------------- */

static stria_status parse_text(struct sx_iql_parser *p, enum sx_iql_token token,
                               struct sx_bytes *out)
{
    struct sx_iql_lexeme found = sx_iql_next_word(p);
    if (found.token != token)
        return sx_iql_fail_found(p, found, token == SX_IQL_IDENT ? "identifier" : "string");
    *out = found.text;
    return STRIA_OK;
}

stria_status sx_iql_parse_name(struct sx_iql_parser *p, struct sx_bytes *out)
{
    return parse_text(p, SX_IQL_IDENT, out);
}

stria_status sx_iql_parse_string(struct sx_iql_parser *p, struct sx_bytes *out)
{
    return parse_text(p, SX_IQL_STRING, out);
}

stria_status sx_iql_parse_list(struct sx_iql_parser *p, enum sx_iql_token token,
                               struct sx_bytes **items, size_t *count)
{
    *items = NULL;
    *count = 0;
    do {
        struct sx_bytes text;
        stria_status st = parse_text(p, token, &text);
        if (st)
            return st;
        *items = sx_iql_grow(p->arena, *items, *count, sizeof **items);
        if (!*items)
            return sx_iql_fail_memory(p);
        (*items)[(*count)++] = text;
    } while (sx_iql_accept(p, SX_IQL_COMMA));
    return STRIA_OK;
}

static stria_status fail_long_path(struct sx_iql_parser *p, const struct sx_bytes *parts,
                                   size_t count)
{
    struct sx_buf text;
    sx_buf_init(&text, p->arena->mem, SIZE_MAX / 2);
    sx_iql_put_path(&text, parts, count);
    stria_status st;
    if (text.failed)
        st = sx_iql_fail_memory(p);
    else
        st = sx_iql_fail_at(p, (struct sx_iql_pos){0}, "too many segments in %.*s",
                            (int)SX_MIN(text.len, STRIA_ERROR_TEXT_MAX), (const char *)text.ptr);
    sx_buf_deinit(&text);
    return st;
}

stria_status sx_iql_parse_path(struct sx_iql_parser *p, struct sx_bytes parts[3], size_t *count)
{
    struct sx_bytes *items = NULL;
    *count = 0;
    for (bool more = true; more;) {
        struct sx_bytes part = {.ptr = (const uint8_t *)""};
        bool empty = *count && sx_iql_lexer_peek(&p->lexer) == '.';
        stria_status st = empty ? STRIA_OK : sx_iql_parse_name(p, &part);
        if (st)
            return st;
        items = sx_iql_grow(p->arena, items, *count, sizeof *items);
        if (!items)
            return sx_iql_fail_memory(p);
        items[(*count)++] = part;
        more = sx_iql_next(p).token == SX_IQL_DOT;
        if (!more)
            sx_iql_unread(p);
        uint32_t next = more ? sx_iql_lexer_peek(&p->lexer) : 0;
        if (next == '/' || next == ':')
            more = false;
    }
    if (*count > 3)
        return fail_long_path(p, items, *count);
    memcpy(parts, items, *count * sizeof *parts);
    return STRIA_OK;
}

/* ---- numbers and durations ------------------------------------------------------------------ */

stria_status sx_iql_parse_duration(struct sx_iql_parser *p, struct sx_bytes text, int64_t *out)
{
    if (!sx_duration_parse(text, out, p->err))
        return STRIA_OK;
    if (p->err)
        p->err->code = STRIA_SYNTAX;
    return STRIA_SYNTAX;
}

stria_status sx_iql_parse_plain_duration(struct sx_iql_parser *p, int64_t *out)
{
    struct sx_iql_lexeme found = sx_iql_next_word(p);
    if (found.token != SX_IQL_DURATION_VALUE)
        return sx_iql_fail_found(p, found, "duration");
    stria_status st = sx_iql_parse_duration(p, found.text, out);
    return st ? sx_iql_fail_here(p, found.pos, st) : STRIA_OK;
}

stria_status sx_iql_parse_duration_or_inf(struct sx_iql_parser *p, int64_t *out)
{
    *out = 0;
    if (sx_iql_accept(p, SX_IQL_INF))
        return STRIA_OK;
    return sx_iql_parse_plain_duration(p, out);
}

/* An error of Go's strconv, which the peer shows as it is. */
static stria_status fail_number(struct sx_iql_parser *p, struct sx_iql_lexeme found,
                                const char *function, bool too_large)
{
    return sx_iql_fail_at(p, found.pos, "strconv.%s: parsing \"%.*s\": %s", function,
                          (int)SX_MIN(found.text.len, STRIA_ERROR_TEXT_MAX),
                          (const char *)found.text.ptr,
                          too_large ? "value out of range" : "invalid syntax");
}

stria_status sx_iql_parse_count(struct sx_iql_parser *p, int64_t *out)
{
    struct sx_iql_lexeme found = sx_iql_next_word(p);
    if (found.token != SX_IQL_INTEGER)
        return sx_iql_fail_found(p, found, "integer");
    stria_status st = sx_int_parse(found.text, out);
    if (st)
        return fail_number(p, found, "Atoi", st == STRIA_LIMIT);
    if (*out < 1 || *out > INT32_MAX)
        return sx_iql_fail_at(p, found.pos, "invalid value %lld: must be 1 <= n <= %d",
                              (long long)*out, INT32_MAX);
    return STRIA_OK;
}

stria_status sx_iql_parse_id(struct sx_iql_parser *p, uint64_t *out)
{
    struct sx_iql_lexeme found = sx_iql_next_word(p);
    if (found.token != SX_IQL_INTEGER)
        return sx_iql_fail_found(p, found, "integer");
    stria_status st = sx_uint_parse(found.text, out);
    if (st)
        return fail_number(p, found, "ParseUint", st == STRIA_LIMIT);
    return STRIA_OK;
}
