/* SPDX-License-Identifier: Apache-2.0 */
/* lexer.c -- see lexer.h.
 *
 * Algorithm   Characters are read through a ring of three, so that up to three can be read again,
 *             and each remembers its position. Texts of tokens are views of the query; only strings
 *             with escapes, CR or bad UTF-8 are rebuilt in a scratch buffer and copied to the
 *             arena. */
#include "influxql/lexer.h"

#include "base/utf8.h"

#include <assert.h>

#define MICRO_SIGN 0xb5u

void sx_iql_lexer_init(struct sx_iql_lexer *lexer, struct sx_arena *arena, struct sx_bytes text)
{
    *lexer = (struct sx_iql_lexer){.arena = arena, .text = text};
    /* An invalid byte becomes three. */
    sx_buf_init(&lexer->scratch, arena->mem, text.len * 3 + 8);
}

void sx_iql_lexer_deinit(struct sx_iql_lexer *lexer)
{
    sx_buf_deinit(&lexer->scratch);
}

/* ---- characters ----------------------------------------------------------------------------- */

/* The character read last (and not unread). */
static const struct sx_iql_rune *current(const struct sx_iql_lexer *lexer)
{
    return &lexer->ring[(lexer->newest + 3 - lexer->unread) % 3];
}

static uint32_t read_rune(struct sx_iql_lexer *lexer)
{
    if (lexer->unread) {
        lexer->unread--;
        return current(lexer)->code;
    }
    struct sx_iql_rune rune = {.pos = lexer->pos, .offset = lexer->offset};
    if (lexer->offset < lexer->text.len) {
        struct sx_bytes rest =
            sx_bytes_make(lexer->text.ptr + lexer->offset, lexer->text.len - lexer->offset);
        size_t size = sx_utf8_decode(rest, &rune.code);
        assert(rune.code);
        if (rune.code == '\r') {
            rune.code = '\n';
            size += rest.len > 1 && rest.ptr[1] == '\n';
        }
        lexer->offset += size;
    }
    lexer->newest = (lexer->newest + 1) % 3;
    lexer->ring[lexer->newest] = rune;
    if (rune.code == '\n')
        lexer->pos = (struct sx_iql_pos){.line = rune.pos.line + 1};
    else if (!lexer->at_end)
        lexer->pos.column++;
    if (!rune.code)
        lexer->at_end = true;
    return rune.code;
}

static void unread_rune(struct sx_iql_lexer *lexer)
{
    assert(lexer->unread < 3);
    lexer->unread++;
}

/* The offset of the character that read_rune() would return. */
static size_t next_offset(const struct sx_iql_lexer *lexer)
{
    if (!lexer->unread)
        return lexer->offset;
    return lexer->ring[(lexer->newest + 4 - lexer->unread) % 3].offset;
}

static struct sx_bytes view(const struct sx_iql_lexer *lexer, size_t from, size_t to)
{
    return sx_bytes_make(lexer->text.ptr + from, to - from);
}

static void put_utf8(struct sx_buf *out, uint32_t code)
{
    uint8_t bytes[SX_RUNE_SIZE_MAX];
    sx_buf_put(out, bytes, sx_utf8_encode(bytes, code));
}

/* What the scratch buffer holds, kept. */
static struct sx_bytes keep_scratch(struct sx_iql_lexer *lexer)
{
    struct sx_bytes kept = {.ptr = (const uint8_t *)""};
    if (lexer->scratch.failed)
        lexer->refused = true;
    else if (lexer->scratch.len)
        kept = sx_arena_dup(lexer->arena, sx_buf_bytes(&lexer->scratch));
    if (!kept.ptr) {
        lexer->refused = true;
        kept = (struct sx_bytes){.ptr = (const uint8_t *)""};
    }
    return kept;
}

uint32_t sx_iql_lexer_peek(struct sx_iql_lexer *lexer)
{
    uint32_t code = read_rune(lexer);
    if (code)
        unread_rune(lexer);
    return code;
}

/* ---- texts ---------------------------------------------------------------------------------- */

/* A text under way: a view of the query until something in it must be changed. */
struct quoted {
    size_t begin;
    bool changed;
};

static void begin_quoted(struct sx_iql_lexer *lexer, struct quoted *quoted)
{
    *quoted = (struct quoted){.begin = next_offset(lexer)};
    sx_buf_clear(&lexer->scratch);
}

/* From here on the text differs from the query, whose character at `offset` comes next. */
static void change_quoted(struct sx_iql_lexer *lexer, struct quoted *quoted, size_t offset)
{
    if (quoted->changed)
        return;
    quoted->changed = true;
    sx_buf_put_bytes(&lexer->scratch, view(lexer, quoted->begin, offset));
}

/* Appends the character read last as it is. */
static void add_to_quoted(struct sx_iql_lexer *lexer, struct quoted *quoted)
{
    const struct sx_iql_rune *rune = current(lexer);
    if (rune->code == SX_RUNE_ERROR) /* perhaps an invalid byte */
        change_quoted(lexer, quoted, rune->offset);
    if (quoted->changed)
        put_utf8(&lexer->scratch, rune->code);
}

static struct sx_bytes end_quoted(struct sx_iql_lexer *lexer, struct quoted *quoted, size_t end)
{
    return quoted->changed ? keep_scratch(lexer) : view(lexer, quoted->begin, end);
}

/* The text of a bad escape, backslash and character. At the end of the query the peer's text has a
 * NUL, which the texts of errors cannot carry: it is written as the two bytes c0 80. */
static struct sx_bytes bad_escape(struct sx_iql_lexer *lexer, uint32_t code)
{
    sx_buf_clear(&lexer->scratch);
    sx_buf_put_u8(&lexer->scratch, '\\');
    if (code)
        put_utf8(&lexer->scratch, code);
    else
        sx_buf_put(&lexer->scratch, "\xc0\x80", 2);
    return keep_scratch(lexer);
}

/* The quote was read. */
static struct sx_iql_lexeme scan_string(struct sx_iql_lexer *lexer)
{
    uint32_t ending = current(lexer)->code;
    unread_rune(lexer);
    struct sx_iql_lexeme out = {.token = SX_IQL_STRING, .pos = current(lexer)->pos};
    read_rune(lexer);
    struct quoted quoted;
    begin_quoted(lexer, &quoted);
    for (;;) {
        uint32_t code = read_rune(lexer);
        size_t offset = current(lexer)->offset;
        if (code == ending) {
            out.text = end_quoted(lexer, &quoted, offset);
            return out;
        }
        if (!code || code == '\n') {
            out.token = SX_IQL_BAD_STRING;
            out.text = end_quoted(lexer, &quoted, offset);
            return out;
        }
        if (code != '\\') {
            add_to_quoted(lexer, &quoted);
            continue;
        }
        change_quoted(lexer, &quoted, offset);
        code = read_rune(lexer);
        if (code != 'n' && code != '\\' && code != '"' && code != '\'') {
            out.token = SX_IQL_BAD_ESCAPE;
            out.pos = current(lexer)->pos;
            out.text = bad_escape(lexer, code);
            return out;
        }
        put_utf8(&lexer->scratch, code == 'n' ? '\n' : code);
    }
}

struct sx_iql_lexeme sx_iql_lexer_regex(struct sx_iql_lexer *lexer)
{
    struct sx_iql_lexeme out = {.token = SX_IQL_REGEX, .pos = current(lexer)->pos};
    struct quoted quoted;
    bool begins = read_rune(lexer) == '/';
    begin_quoted(lexer, &quoted);
    for (uint32_t code = begins ? read_rune(lexer) : 0; code && code != '\n';
         code = read_rune(lexer)) {
        size_t offset = current(lexer)->offset;
        if (code == '/') {
            out.text = end_quoted(lexer, &quoted, offset);
            return out;
        }
        if (code == '\\') {
            code = read_rune(lexer);
            if (!code)
                break;
            if (code == '/') {
                change_quoted(lexer, &quoted, offset);
            } else {
                unread_rune(lexer);
                if (quoted.changed)
                    sx_buf_put_u8(&lexer->scratch, '\\');
                continue;
            }
        }
        add_to_quoted(lexer, &quoted);
    }
    out.token = SX_IQL_BAD_REGEX;
    out.text = sx_bytes_make("", 0);
    return out;
}

static bool is_name_rune(uint32_t c)
{
    return sx_iql_is_letter(c) || sx_iql_is_digit(c) || c == '_';
}

/* Of a name that holds a quoted part only that part counts, as with the peer. */
static struct sx_iql_lexeme scan_name(struct sx_iql_lexer *lexer, bool may_be_keyword)
{
    size_t begin = next_offset(lexer);
    read_rune(lexer);
    struct sx_iql_lexeme out = {.token = SX_IQL_IDENT, .pos = current(lexer)->pos};
    unread_rune(lexer);
    uint32_t code;
    do {
        code = read_rune(lexer);
    } while (is_name_rune(code));
    if (code == '"') {
        struct sx_iql_lexeme string = scan_string(lexer);
        if (string.token != SX_IQL_STRING)
            return string;
        out.text = string.text;
        return out;
    }
    out.text = view(lexer, begin, current(lexer)->offset);
    if (code)
        unread_rune(lexer);
    if (may_be_keyword && (out.token = sx_iql_token_lookup(out.text)) != SX_IQL_IDENT)
        out.text = sx_bytes_make("", 0);
    return out;
}

static void skip_digits(struct sx_iql_lexer *lexer)
{
    while (sx_iql_is_digit(read_rune(lexer)))
        ;
    unread_rune(lexer);
}

static bool is_unit_rune(uint32_t c)
{
    return sx_iql_is_letter(c) || c == MICRO_SIGN;
}

/* The first character, a digit or the dot before one, was read. */
static struct sx_iql_lexeme scan_number(struct sx_iql_lexer *lexer)
{
    size_t begin = current(lexer)->offset;
    struct sx_iql_lexeme out = {.token = SX_IQL_NUMBER, .pos = current(lexer)->pos};
    unread_rune(lexer);
    skip_digits(lexer);
    size_t end = next_offset(lexer);
    uint32_t code = read_rune(lexer);
    if (code == '.') {
        if (sx_iql_is_digit(read_rune(lexer))) {
            skip_digits(lexer);
            end = next_offset(lexer);
        } else {
            unread_rune(lexer); /* the dot stays read: `1.` is a number */
        }
    } else if (is_unit_rune(code)) {
        out.token = SX_IQL_DURATION_VALUE;
        do {
            code = read_rune(lexer);
        } while (is_unit_rune(code) || sx_iql_is_digit(code));
        end = current(lexer)->offset;
        unread_rune(lexer);
    } else {
        out.token = SX_IQL_INTEGER;
        unread_rune(lexer);
    }
    out.text = view(lexer, begin, end);
    return out;
}

/* The first white character was read. */
static struct sx_iql_lexeme scan_white(struct sx_iql_lexer *lexer)
{
    struct sx_iql_lexeme out = {.token = SX_IQL_WS, .pos = current(lexer)->pos};
    size_t begin = current(lexer)->offset;
    uint32_t code;
    do {
        code = read_rune(lexer);
    } while (sx_iql_is_white(code));
    out.text = view(lexer, begin, current(lexer)->offset);
    if (code)
        unread_rune(lexer);
    if (!memchr(out.text.ptr, '\r', out.text.len))
        return out;
    sx_buf_clear(&lexer->scratch);
    for (size_t i = 0; i < out.text.len; i++) {
        bool cr = out.text.ptr[i] == '\r';
        if (cr && i + 1 < out.text.len && out.text.ptr[i + 1] == '\n')
            i++;
        sx_buf_put_u8(&lexer->scratch, cr ? '\n' : out.text.ptr[i]);
    }
    out.text = keep_scratch(lexer);
    return out;
}

/* ---- tokens --------------------------------------------------------------------------------- */

/* `-` or `--`, a comment to the end of the line. */
static enum sx_iql_token scan_minus(struct sx_iql_lexer *lexer)
{
    if (read_rune(lexer) != '-') {
        unread_rune(lexer);
        return SX_IQL_SUB;
    }
    for (uint32_t code = read_rune(lexer); code && code != '\n';)
        code = read_rune(lexer);
    return SX_IQL_COMMENT;
}

/* `/` or a comment between slash-star and star-slash; ILLEGAL when that does not end. */
static enum sx_iql_token scan_slash(struct sx_iql_lexer *lexer)
{
    if (read_rune(lexer) != '*') {
        unread_rune(lexer);
        return SX_IQL_DIV;
    }
    bool star = false;
    for (uint32_t code = read_rune(lexer); code; code = read_rune(lexer)) {
        if (star && code == '/')
            return SX_IQL_COMMENT;
        star = code == '*';
    }
    return SX_IQL_ILLEGAL;
}

/* `first` alone, or with one of two characters after it. */
static enum sx_iql_token scan_pair(struct sx_iql_lexer *lexer, enum sx_iql_token alone,
                                   char second_a, enum sx_iql_token with_a, char second_b,
                                   enum sx_iql_token with_b)
{
    uint32_t code = read_rune(lexer);
    if (second_a && code == (uint32_t)second_a)
        return with_a;
    if (second_b && code == (uint32_t)second_b)
        return with_b;
    unread_rune(lexer);
    return alone;
}

static enum sx_iql_token scan_symbol(struct sx_iql_lexer *lexer, uint32_t code)
{
    switch (code) {
    case 0:
        return SX_IQL_EOF;
    case '+':
        return SX_IQL_ADD;
    case '-':
        return scan_minus(lexer);
    case '*':
        return SX_IQL_MUL;
    case '/':
        return scan_slash(lexer);
    case '%':
        return SX_IQL_MOD;
    case '&':
        return SX_IQL_BITWISE_AND;
    case '|':
        return SX_IQL_BITWISE_OR;
    case '^':
        return SX_IQL_BITWISE_XOR;
    case '=':
        return scan_pair(lexer, SX_IQL_EQ, '~', SX_IQL_EQ_REGEX, 0, SX_IQL_EQ);
    case '!':
        return scan_pair(lexer, SX_IQL_ILLEGAL, '=', SX_IQL_NEQ, '~', SX_IQL_NEQ_REGEX);
    case '>':
        return scan_pair(lexer, SX_IQL_GT, '=', SX_IQL_GTE, 0, SX_IQL_GT);
    case '<':
        return scan_pair(lexer, SX_IQL_LT, '=', SX_IQL_LTE, '>', SX_IQL_NEQ);
    case '(':
        return SX_IQL_LPAREN;
    case ')':
        return SX_IQL_RPAREN;
    case ',':
        return SX_IQL_COMMA;
    case ';':
        return SX_IQL_SEMICOLON;
    case ':':
        return scan_pair(lexer, SX_IQL_COLON, ':', SX_IQL_DOUBLE_COLON, 0, SX_IQL_COLON);
    default:
        return SX_IQL_ILLEGAL;
    }
}

/* `$name`; the text keeps the dollar sign, which no quoted name has in the query. */
static struct sx_iql_lexeme scan_bound(struct sx_iql_lexer *lexer)
{
    struct sx_iql_pos pos = current(lexer)->pos;
    struct sx_iql_lexeme out = scan_name(lexer, false);
    struct sx_bytes name = out.text;
    sx_buf_clear(&lexer->scratch);
    sx_buf_put_u8(&lexer->scratch, '$');
    sx_buf_put_bytes(&lexer->scratch, name);
    out.text = keep_scratch(lexer);
    out.pos = pos;
    if (out.token == SX_IQL_IDENT)
        out.token = SX_IQL_BOUND_PARAM;
    return out;
}

struct sx_iql_lexeme sx_iql_lexer_next(struct sx_iql_lexer *lexer)
{
    uint32_t code = read_rune(lexer);
    if (sx_iql_is_white(code))
        return scan_white(lexer);
    if (sx_iql_is_letter(code) || code == '_' || code == '"') {
        unread_rune(lexer);
        return scan_name(lexer, true);
    }
    if (sx_iql_is_digit(code))
        return scan_number(lexer);
    struct sx_iql_lexeme out = {.pos = current(lexer)->pos, .text = {.ptr = (const uint8_t *)""}};
    size_t begin = current(lexer)->offset;
    if (code == '\'')
        return scan_string(lexer);
    if (code == '$')
        return scan_bound(lexer);
    if (code == '.') {
        code = read_rune(lexer);
        unread_rune(lexer);
        if (sx_iql_is_digit(code))
            return scan_number(lexer);
        out.token = SX_IQL_DOT;
        return out;
    }
    out.token = scan_symbol(lexer, code);
    if (out.token == SX_IQL_ILLEGAL && code != '/') {
        out.text = view(lexer, begin, next_offset(lexer));
        if (code == SX_RUNE_ERROR) {
            sx_buf_clear(&lexer->scratch);
            put_utf8(&lexer->scratch, code);
            out.text = keep_scratch(lexer);
        }
    }
    return out;
}
