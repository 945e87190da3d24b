/* SPDX-License-Identifier: Apache-2.0 */
/* json_reader.c -- see json_reader.h. */
#include "app/client/json_reader.h"

#include "base/error.h"
#include "base/utf8.h"

#include <inttypes.h>

void sx_json_reader_init(struct sx_json_reader *reader, struct sx_mem *mem, sx_json_read read,
                         void *context)
{
    *reader = (struct sx_json_reader){.read = read, .context = context};
    sx_buf_init(&reader->token, mem, SX_JSON_TOKEN_MAX);
}

void sx_json_reader_deinit(struct sx_json_reader *reader)
{
    sx_buf_deinit(&reader->token);
}

static stria_status wrong(const struct sx_json_reader *reader, const char *what, stria_error *err)
{
    return sx_fail(err, STRIA_IO, "what the server sent is not JSON: %s at byte %" PRIu64, what,
                   reader->offset);
}

/* The next byte without taking it; *byte is -1 at the end of the input. */
static stria_status peek(struct sx_json_reader *reader, int *byte, stria_error *err)
{
    if (reader->at == reader->filled) {
        reader->at = 0;
        reader->filled = 0;
        stria_status st = reader->read(reader->context, reader->bytes, sizeof reader->bytes,
                                       &reader->filled, err);
        if (st)
            return st;
        if (!reader->filled) {
            *byte = -1;
            return STRIA_OK;
        }
    }
    *byte = reader->bytes[reader->at];
    return STRIA_OK;
}

/* Takes the byte that was peeked at. */
static void take(struct sx_json_reader *reader)
{
    reader->at++;
    reader->offset++;
}

static stria_status next_byte(struct sx_json_reader *reader, int *byte, stria_error *err)
{
    stria_status st = peek(reader, byte, err);
    if (!st && *byte < 0)
        return wrong(reader, "it ends too early", err);
    if (!st)
        take(reader);
    return st;
}

static stria_status skip_white(struct sx_json_reader *reader, int *byte, stria_error *err)
{
    stria_status st;
    while (!(st = peek(reader, byte, err)) &&
           (*byte == ' ' || *byte == '\n' || *byte == '\r' || *byte == '\t'))
        take(reader);
    return st;
}

/* ---- strings ---- */

static int hex_digit(int byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    if (byte >= 'a' && byte <= 'f')
        return byte - 'a' + 10;
    return byte >= 'A' && byte <= 'F' ? byte - 'A' + 10 : -1;
}

static stria_status read_unit(struct sx_json_reader *reader, uint32_t *unit, stria_error *err)
{
    *unit = 0;
    for (int i = 0; i < 4; i++) {
        int byte;
        stria_status st = next_byte(reader, &byte, err);
        if (st)
            return st;
        if (hex_digit(byte) < 0)
            return wrong(reader, "a bad \\u escape", err);
        *unit = *unit << 4 | (uint32_t)hex_digit(byte);
    }
    return STRIA_OK;
}

static void put_rune(struct sx_json_reader *reader, uint32_t rune)
{
    uint8_t *p = sx_buf_reserve(&reader->token, SX_RUNE_SIZE_MAX) ? reader->token.ptr : NULL;
    if (p)
        reader->token.len += sx_utf8_encode(p + reader->token.len, rune);
}

static bool is_surrogate(uint32_t unit, bool low)
{
    return (unit & 0xfc00) == (low ? 0xdc00u : 0xd800u);
}

/* What follows \u. A high half waits for its low one, which must come in the next escape. */
static stria_status read_rune(struct sx_json_reader *reader, uint32_t *high, stria_error *err)
{
    uint32_t unit;
    stria_status st = read_unit(reader, &unit, err);
    if (st)
        return st;
    if (*high && is_surrogate(unit, true)) {
        put_rune(reader, 0x10000 + ((*high & 0x3ff) << 10 | (unit & 0x3ff)));
        *high = 0;
        return STRIA_OK;
    }
    if (*high)
        put_rune(reader, SX_RUNE_ERROR);
    *high = is_surrogate(unit, false) ? unit : 0;
    if (!*high)
        put_rune(reader, is_surrogate(unit, true) ? SX_RUNE_ERROR : unit);
    return STRIA_OK;
}

static stria_status read_escape(struct sx_json_reader *reader, uint32_t *high, stria_error *err)
{
    static const char letters[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
    int byte;
    stria_status st = next_byte(reader, &byte, err);
    if (st)
        return st;
    if (byte == 'u')
        return read_rune(reader, high, err);
    const char *letter = byte ? strchr(letters, byte) : NULL;
    if (!letter)
        return wrong(reader, "a bad escape", err);
    if (*high)
        put_rune(reader, SX_RUNE_ERROR);
    *high = 0;
    sx_buf_put_u8(&reader->token, (uint8_t)bytes[letter - letters]);
    return STRIA_OK;
}

/* Takes plain bytes of a string as far as they are at hand. */
static void take_plain(struct sx_json_reader *reader)
{
    size_t from = reader->at, at = from;
    while (at < reader->filled && reader->bytes[at] != '"' && reader->bytes[at] != '\\' &&
           reader->bytes[at] >= 0x20)
        at++;
    sx_buf_put(&reader->token, reader->bytes + from, at - from);
    reader->offset += at - from;
    reader->at = at;
}

/* The string whose quote was taken. */
static stria_status read_string(struct sx_json_reader *reader, stria_error *err)
{
    uint32_t high = 0;
    for (;;) {
        int byte;
        stria_status st = next_byte(reader, &byte, err);
        if (!st && byte == '\\')
            st = read_escape(reader, &high, err);
        if (st)
            return st;
        if (byte == '\\')
            continue;
        if (high)
            put_rune(reader, SX_RUNE_ERROR);
        high = 0;
        if (byte == '"')
            return STRIA_OK;
        if (byte < 0x20)
            return wrong(reader, "a control character in a string", err);
        sx_buf_put_u8(&reader->token, (uint8_t)byte);
        take_plain(reader);
    }
}

/* ---- numbers and words ---- */

static bool is_digit(int byte)
{
    return byte >= '0' && byte <= '9';
}

/* Checks a number of RFC 8259's form. */
static bool is_number(struct sx_bytes text)
{
    if (text.len == 0)
        return false;
    const uint8_t *p = text.ptr, *end = p + text.len, *from;
    p += p < end && *p == '-';
    from = p;
    while (p < end && is_digit(*p))
        p++;
    if (p == from || (*from == '0' && p - from > 1))
        return false;
    if (p < end && *p == '.') {
        from = ++p;
        while (p < end && is_digit(*p))
            p++;
        if (p == from)
            return false;
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        p += p < end && (*p == '+' || *p == '-');
        from = p;
        while (p < end && is_digit(*p))
            p++;
        if (p == from)
            return false;
    }
    return p == end;
}

/* A number or a word: all bytes that may be in one. */
static stria_status read_plain(struct sx_json_reader *reader, struct sx_json_token *token,
                               stria_error *err)
{
    static const struct {
        const char *word;
        enum sx_json_kind kind;
    } words[] = {{"true", SX_JSON_TRUE}, {"false", SX_JSON_FALSE}, {"null", SX_JSON_NULL}};
    int byte;
    stria_status st;
    while (!(st = peek(reader, &byte, err)) &&
           (is_digit(byte) || (byte >= 'a' && byte <= 'z') || byte == '-' || byte == '+' ||
            byte == '.' || byte == 'E')) {
        sx_buf_put_u8(&reader->token, (uint8_t)byte);
        take(reader);
    }
    if (st)
        return st;
    token->text = sx_buf_bytes(&reader->token);
    token->kind = SX_JSON_NUMBER;
    for (size_t i = 0; i < SX_COUNT_OF(words); i++)
        if (sx_bytes_equal(token->text, sx_bytes_of(words[i].word))) {
            token->kind = words[i].kind;
            return STRIA_OK;
        }
    return is_number(token->text) ? STRIA_OK : wrong(reader, "an unknown word", err);
}

/* ---- structure ---- */

static stria_status open_level(struct sx_json_reader *reader, uint8_t bracket, stria_error *err)
{
    if (reader->depth == SX_JSON_DEPTH_MAX)
        return sx_fail(err, STRIA_LIMIT, "what the server sent is nested deeper than %d levels",
                       SX_JSON_DEPTH_MAX);
    reader->open[reader->depth++] = bracket;
    reader->comma = false;
    return STRIA_OK;
}

static void value_ends(struct sx_json_reader *reader)
{
    reader->comma = reader->depth > 0;
}

static stria_status read_value(struct sx_json_reader *reader, int byte, struct sx_json_token *token,
                               stria_error *err)
{
    stria_status st;
    switch (byte) {
    case '{':
    case '[':
        take(reader);
        token->kind = byte == '{' ? SX_JSON_OBJECT : SX_JSON_ARRAY;
        return open_level(reader, (uint8_t)byte, err);
    case '"':
        take(reader);
        token->kind = SX_JSON_STRING;
        st = read_string(reader, err);
        break;
    default:
        st = read_plain(reader, token, err);
    }
    if (!st && reader->token.failed)
        st = sx_buf_refused(&reader->token, "a value of the server's answer", err);
    token->text = sx_buf_bytes(&reader->token);
    value_ends(reader);
    return st;
}

static stria_status read_key(struct sx_json_reader *reader, struct sx_json_token *token,
                             stria_error *err)
{
    int byte;
    token->kind = SX_JSON_KEY;
    stria_status st = read_string(reader, err);
    if (!st)
        st = skip_white(reader, &byte, err);
    if (!st && byte != ':')
        st = wrong(reader, "no colon behind a key", err);
    if (st)
        return st;
    take(reader);
    if (reader->token.failed)
        return sx_buf_refused(&reader->token, "a key of the server's answer", err);
    token->text = sx_buf_bytes(&reader->token);
    reader->colon = true;
    return STRIA_OK;
}

/* The end of the level, or what separates items; *ended: the level was left. */
static stria_status between(struct sx_json_reader *reader, int *byte, struct sx_json_token *token,
                            bool *ended, stria_error *err)
{
    bool object = reader->open[reader->depth - 1] == '{';
    if (*byte < 0)
        return wrong(reader, "it ends too early", err);
    *ended = *byte == (object ? '}' : ']');
    if (*ended) {
        take(reader);
        token->kind = object ? SX_JSON_OBJECT_END : SX_JSON_ARRAY_END;
        reader->depth--;
        value_ends(reader);
        return STRIA_OK;
    }
    if (!reader->comma)
        return STRIA_OK;
    if (*byte != ',')
        return wrong(reader, "no comma between two values", err);
    take(reader);
    reader->comma = false;
    stria_status st = skip_white(reader, byte, err);
    if (!st && (*byte == '}' || *byte == ']'))
        st = wrong(reader, "nothing behind a comma", err);
    return st;
}

stria_status sx_json_next(struct sx_json_reader *reader, struct sx_json_token *token,
                          stria_error *err)
{
    int byte;
    bool ended = false;
    *token = (struct sx_json_token){.kind = SX_JSON_END};
    sx_buf_clear(&reader->token);
    stria_status st = skip_white(reader, &byte, err);
    if (st)
        return st;
    if (reader->depth && !reader->colon)
        st = between(reader, &byte, token, &ended, err);
    if (st || ended)
        return st;
    if (byte < 0)
        return reader->depth ? wrong(reader, "it ends too early", err) : STRIA_OK;
    if (reader->depth && reader->open[reader->depth - 1] == '{' && !reader->colon) {
        if (byte != '"')
            return wrong(reader, "a key that is no string", err);
        take(reader);
        return read_key(reader, token, err);
    }
    reader->colon = false;
    return read_value(reader, byte, token, err);
}

stria_status sx_json_skip(struct sx_json_reader *reader, const struct sx_json_token *token,
                          stria_error *err)
{
    if (token->kind != SX_JSON_OBJECT && token->kind != SX_JSON_ARRAY)
        return STRIA_OK;
    size_t depth = reader->depth - 1;
    struct sx_json_token next;
    stria_status st;
    do
        st = sx_json_next(reader, &next, err);
    while (!st && reader->depth > depth);
    return st;
}
