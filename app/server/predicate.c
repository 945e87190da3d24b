/* SPDX-License-Identifier: Apache-2.0 */
/* predicate.c -- see predicate.h. */
#include "app/server/predicate.h"

#include "base/error.h"

#include <string.h>

#define FOUND_SIZE_MAX 100 /* of a token in an error's text */

enum token_kind {
    TOKEN_END,
    TOKEN_NAME, /* a key or a value */
    TOKEN_STRING,
    TOKEN_REGEX,
    TOKEN_NUMBER,
    TOKEN_AND,
    TOKEN_OR,
    TOKEN_EQUAL,
    TOKEN_EQUAL_REGEX,
    TOKEN_OTHER_OPERATOR, /* != and !~ */
    TOKEN_ORDER,          /* < <= > >= */
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_UNKNOWN, /* any other byte; a quoted text without its end */
};

struct token {
    enum token_kind kind;
    size_t offset;
    struct sx_bytes source; /* as it stands in the text */
    struct sx_bytes text;   /* of names, strings and regular expressions: what it means */
};

struct reader {
    struct sx_arena *arena;
    struct sx_bytes in;
    size_t end; /* where the predicate ends */
    size_t at;
    struct token token; /* the next one */
    stria_status st;
    stria_error *err;
};

/* ---- tokens --------------------------------------------------------------------------------- */

static bool is_letter(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static uint8_t peek(const struct reader *r, size_t ahead)
{
    return r->at + ahead < r->in.len ? r->in.ptr[r->at + ahead] : 0;
}

static bool is_word(struct sx_bytes text, const char *lower)
{
    size_t i = 0;
    for (; i < text.len && lower[i]; i++)
        if ((text.ptr[i] | 0x20) != (uint8_t)lower[i])
            return false;
    return i == text.len && !lower[i];
}

/* The token is `size` bytes long. */
static void take(struct reader *r, enum token_kind kind, size_t size)
{
    r->token.kind = kind;
    r->token.source = r->token.text = sx_bytes_make(r->in.ptr + r->at, size);
    r->at += size;
}

static void take_word(struct reader *r)
{
    size_t size = 1;
    while (is_letter(peek(r, size)) || is_digit(peek(r, size)))
        size++;
    take(r, TOKEN_NAME, size);
    if (is_word(r->token.source, "and"))
        r->token.kind = TOKEN_AND;
    else if (is_word(r->token.source, "or"))
        r->token.kind = TOKEN_OR;
}

static void take_number(struct reader *r)
{
    size_t size = 1;
    while (is_letter(peek(r, size)) || is_digit(peek(r, size)) || peek(r, size) == '.')
        size++;
    take(r, TOKEN_NUMBER, size);
}

/* What a backslash and `c` stand for between `quote`s; 0: they may not stand there. */
static uint8_t unescape(uint8_t c, uint8_t quote)
{
    if (c == 'n')
        return '\n';
    return c == quote || c == '\\' ? c : 0;
}

/* Copies what stands between quotes. False: an escape that there is not. */
static bool copy_unescaped(struct sx_bytes in, uint8_t quote, struct sx_bytes *text, uint8_t *out)
{
    size_t len = 0;
    for (size_t i = 0; i < in.len; i++) {
        uint8_t c = in.ptr[i];
        bool escaped = c == '\\' && i + 1 < in.len && (quote != '/' || in.ptr[i + 1] == '/');
        if (escaped)
            c = quote == '/' ? '/' : unescape(in.ptr[++i], quote);
        i += escaped && quote == '/';
        if (escaped && !c)
            return false;
        out[len++] = c;
    }
    *text = sx_bytes_make(out, len);
    return true;
}

/* A text between quotes, or a regular expression between slashes, where only \/ is an escape. */
static void take_quoted(struct reader *r, enum token_kind kind, uint8_t quote)
{
    size_t size = 1;
    for (; peek(r, size) && peek(r, size) != quote && peek(r, size) != '\n'; size++)
        size += peek(r, size) == '\\' && peek(r, size + 1) && peek(r, size + 1) != '\n';
    if (peek(r, size) != quote) {
        take(r, TOKEN_UNKNOWN, SX_MIN(size, r->in.len - r->at));
        return;
    }
    uint8_t *out = sx_arena_alloc(r->arena, size);
    take(r, kind, size + 1);
    struct sx_bytes inner = sx_bytes_make(r->token.source.ptr + 1, size - 1);
    if (!out)
        r->st = sx_mem_refused(r->arena->mem, size, r->err);
    else if (!copy_unescaped(inner, quote, &r->token.text, out))
        r->token.kind = TOKEN_UNKNOWN;
}

static void take_operator(struct reader *r)
{
    uint8_t c = peek(r, 0), next = peek(r, 1);
    if (c == '=')
        take(r, next == '~' ? TOKEN_EQUAL_REGEX : TOKEN_EQUAL, next == '~' ? 2 : 1);
    else if ((c == '!' && (next == '=' || next == '~')) || (c == '<' && next == '>'))
        take(r, TOKEN_OTHER_OPERATOR, 2);
    else if (c == '<' || c == '>')
        take(r, TOKEN_ORDER, next == '=' ? 2 : 1);
    else
        take(r, c == '(' ? TOKEN_OPEN : c == ')' ? TOKEN_CLOSE : TOKEN_UNKNOWN, 1);
}

/* Steps on to the next token. `regex`: a slash begins a regular expression. */
static void next(struct reader *r, bool regex)
{
    while (r->at < r->in.len && memchr(" \t\r\n", r->in.ptr[r->at], 4))
        r->at++;
    uint8_t c = peek(r, 0);
    r->token = (struct token){.offset = r->at};
    if (r->at == r->in.len)
        take(r, TOKEN_END, 0);
    else if (c == '"')
        take_quoted(r, TOKEN_NAME, c);
    else if (c == '\'')
        take_quoted(r, TOKEN_STRING, c);
    else if (c == '/' && regex)
        take_quoted(r, TOKEN_REGEX, c);
    else if (is_letter(c))
        take_word(r);
    else if (is_digit(c) || ((c == '-' || c == '+') && is_digit(peek(r, 1))))
        take_number(r);
    else
        take_operator(r);
}

/* ---- errors --------------------------------------------------------------------------------- */

static void expect(struct reader *r, const char *what)
{
    size_t line = 1, column = 1;
    for (size_t i = 0; i < r->token.offset; i++) {
        uint8_t c = r->in.ptr[i];
        line += c == '\n';
        column = c == '\n' ? 1 : column + ((c & 0xc0) != 0x80);
    }
    bool is_end = r->token.kind == TOKEN_END;
    struct sx_bytes found = is_end ? SX_LITERAL("EOF") : r->token.source;
    if (!r->st)
        r->st = sx_fail(r->err, STRIA_SYNTAX, "found %.*s, expected %s at line %zu, char %zu",
                        (int)SX_MIN(found.len, FOUND_SIZE_MAX), (const char *)found.ptr, what, line,
                        column);
}

/* With the peer what stands behind the predicate is still in the parentheses. */
static void refuse_open(struct reader *r)
{
    r->token = (struct token){.kind = TOKEN_END, .offset = r->in.len};
    expect(r, ")");
}

static void refuse(struct reader *r, stria_status code, const char *text)
{
    if (!r->st)
        r->st = sx_fail(r->err, code, "%s", text);
}

static void refuse_field(struct reader *r)
{
    refuse(r, STRIA_INVALID, "fields not supported in WHERE clause during deletion");
}

static void refuse_operator(struct reader *r)
{
    refuse(r, STRIA_UNSUPPORTED, "predicate only supports equality operators and conjunctions");
}

/* ---- terms ---------------------------------------------------------------------------------- */

static void add_measurement(struct reader *r, struct sx_predicate *p, enum token_kind op,
                            stria_bytes name)
{
    if (op != TOKEN_EQUAL) {
        refuse_operator(r);
        return;
    }
    p->is_nothing =
        p->is_nothing || (p->has_measurement &&
                          !sx_bytes_equal(sx_bytes_make(name.ptr, name.len),
                                          sx_bytes_make(p->measurement.ptr, p->measurement.len)));
    p->has_measurement = true;
    p->measurement = name;
}

static void add(struct reader *r, struct sx_predicate *p, struct sx_bytes key, enum token_kind op,
                struct sx_bytes value)
{
    stria_bytes text = {.ptr = (const char *)value.ptr, .len = value.len};
    if (sx_bytes_equal(key, SX_LITERAL("_measurement")))
        add_measurement(r, p, op, text);
    else if (sx_bytes_equal(key, SX_LITERAL("_field")))
        refuse_field(r);
    else if (is_word(key, "time"))
        refuse(r, STRIA_INVALID, "time is compared by start and stop, not in the predicate");
    else if (p->matcher_count == p->capacity)
        refuse(r, STRIA_LIMIT, "the predicate has too many terms");
    else
        p->matchers[p->matcher_count++] =
            (stria_matcher){.key = {.ptr = (const char *)key.ptr, .len = key.len},
                            .op = op == TOKEN_EQUAL ? STRIA_MATCH_EQUAL : STRIA_MATCH_REGEX,
                            .value = text};
}

static void read_value(struct reader *r, struct sx_predicate *p, struct sx_bytes key,
                       enum token_kind op)
{
    bool wants_regex = op == TOKEN_EQUAL_REGEX;
    enum token_kind kind = r->token.kind;
    if (wants_regex && kind != TOKEN_REGEX)
        expect(r, "regex");
    else if (kind == TOKEN_NUMBER || is_word(r->token.source, "true") ||
             is_word(r->token.source, "false"))
        refuse_field(r);
    else if (kind == TOKEN_REGEX || kind == TOKEN_STRING || kind == TOKEN_NAME)
        add(r, p, key, op, r->token.text);
    else
        expect(r, "identifier, string, number, bool");
}

static void read_term(struct reader *r, struct sx_predicate *p)
{
    struct sx_bytes key = r->token.text;
    if (r->token.kind != TOKEN_NAME) {
        expect(r, "identifier, string, number, bool");
        return;
    }
    next(r, false);
    enum token_kind op = r->token.kind;
    if (op == TOKEN_OTHER_OPERATOR)
        refuse_operator(r);
    else if (op == TOKEN_ORDER)
        refuse_field(r);
    else if (op != TOKEN_EQUAL && op != TOKEN_EQUAL_REGEX)
        expect(r, "=, =~");
    if (r->st)
        return;
    next(r, op == TOKEN_EQUAL_REGEX);
    if (!r->st)
        read_value(r, p, key, op);
    if (!r->st)
        next(r, false);
}

/* Whether the predicate is over, at what was put behind it. */
static bool is_over(const struct reader *r)
{
    if (r->end == r->in.len)
        return r->token.kind == TOKEN_END;
    return r->token.kind == TOKEN_AND && r->token.offset == r->end + 1;
}

static void read_all(struct reader *r, struct sx_predicate *p)
{
    size_t depth = 0;
    next(r, false);
    while (!r->st) {
        for (; !r->st && r->token.kind == TOKEN_OPEN; depth++)
            next(r, false);
        if (!r->st)
            read_term(r, p);
        for (; !r->st && r->token.kind == TOKEN_CLOSE && depth; depth--)
            next(r, false);
        if (r->st || (!depth && is_over(r)))
            return;
        if (r->token.kind == TOKEN_OR)
            refuse_operator(r);
        else if (r->token.kind != TOKEN_AND)
            expect(r, depth ? ")" : "AND");
        else if (!is_over(r))
            next(r, false);
        else
            refuse_open(r);
    }
}

stria_status sx_predicate_read(struct sx_predicate *predicate, struct sx_arena *arena,
                               struct sx_bytes text, size_t size, stria_error *err)
{
    struct reader r = {.arena = arena, .in = text, .end = size, .err = err};
    size_t count = 0;
    *predicate = (struct sx_predicate){0};
    for (size_t i = 0; i < size; i++)
        count += text.ptr[i] == '=';
    predicate->capacity = SX_MIN(count, (size_t)SX_PREDICATE_MATCHERS_MAX);
    predicate->matchers =
        sx_arena_array(arena, predicate->capacity + 1, sizeof *predicate->matchers);
    if (!predicate->matchers)
        return sx_mem_refused(arena->mem, predicate->capacity * sizeof *predicate->matchers, err);
    read_all(&r, predicate);
    return r.st;
}
