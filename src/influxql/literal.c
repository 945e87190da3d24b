/* SPDX-License-Identifier: Apache-2.0 */
/* literal.c -- see literal.h. */
#include "influxql/literal.h"

#include "base/duration_text.h"
#include "base/float_format.h"
#include "base/float_parse.h"
#include "influxql/lexer.h"

#include <math.h>

#define SECOND_NS 1000000000

/* ---- names and strings ---------------------------------------------------------------------- */

static bool is_plain_name(struct sx_bytes name)
{
    if (name.len == 0 || sx_iql_token_lookup(name) != SX_IQL_IDENT)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.ptr[i];
        if (!sx_iql_is_letter(c) && c != '_' && (i == 0 || !sx_iql_is_digit(c)))
            return false;
    }
    return true;
}

/* Appends text with a backslash before backslashes and `quote`, and line feeds as \n. */
static void put_escaped(struct sx_buf *out, struct sx_bytes text, uint8_t quote)
{
    size_t plain = 0; /* where the part that is copied as it is begins */
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];
        if (c != '\n' && c != '\\' && c != quote)
            continue;
        sx_buf_put(out, text.ptr + plain, i - plain);
        sx_buf_put_u8(out, '\\');
        sx_buf_put_u8(out, c == '\n' ? 'n' : c);
        plain = i + 1;
    }
    if (plain < text.len)
        sx_buf_put(out, text.ptr + plain, text.len - plain);
}

static void put_quoted(struct sx_buf *out, struct sx_bytes text, uint8_t quote)
{
    sx_buf_put_u8(out, quote);
    put_escaped(out, text, quote);
    sx_buf_put_u8(out, quote);
}

void sx_iql_put_name(struct sx_buf *out, struct sx_bytes name)
{
    if (is_plain_name(name))
        sx_buf_put_bytes(out, name);
    else
        put_quoted(out, name, '"');
}

void sx_iql_put_path(struct sx_buf *out, const struct sx_bytes *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool last = i + 1 == count;
        if (last)
            sx_iql_put_name(out, parts[i]);
        else if (parts[i].len || i == 0)
            put_quoted(out, parts[i], '"');
        if (!last)
            sx_buf_put_u8(out, '.');
    }
}

void sx_iql_put_string(struct sx_buf *out, struct sx_bytes text)
{
    put_quoted(out, text, '\'');
}

void sx_iql_put_regex(struct sx_buf *out, struct sx_bytes pattern)
{
    sx_buf_put_u8(out, '/');
    size_t plain = 0;
    for (size_t i = 0; i < pattern.len; i++) {
        if (pattern.ptr[i] != '/')
            continue;
        sx_buf_put(out, pattern.ptr + plain, i - plain);
        sx_buf_put_u8(out, '\\');
        plain = i;
    }
    if (plain < pattern.len)
        sx_buf_put(out, pattern.ptr + plain, pattern.len - plain);
    sx_buf_put_u8(out, '/');
}

/* ---- numbers -------------------------------------------------------------------------------- */

void sx_iql_put_number(struct sx_buf *out, double value)
{
    uint8_t text[SX_FLOAT_PLAIN_TEXT_MAX];
    size_t size = sx_float_write_plain(text, value);
    sx_buf_put(out, text, size);
    if (isfinite(value) && !memchr(text, '.', size))
        sx_buf_put_text(out, ".0");
}

bool sx_iql_parse_number(struct sx_bytes text, double *out)
{
    struct sx_bytes word = text;
    bool minus = word.len && word.ptr[0] == '-';
    if (minus || (word.len && word.ptr[0] == '+'))
        word = sx_bytes_make(word.ptr + 1, word.len - 1);
    if (sx_bytes_equal(word, SX_LITERAL("NaN"))) {
        *out = (double)NAN;
        return true;
    }
    if (sx_bytes_equal(word, SX_LITERAL("Inf"))) {
        *out = minus ? -(double)INFINITY : (double)INFINITY;
        return true;
    }
    return sx_float_parse(text, out) == STRIA_OK;
}

/* ---- durations ------------------------------------------------------------------------------ */

void sx_iql_put_duration(struct sx_buf *out, int64_t ns)
{
    uint8_t text[SX_DURATION_TEXT_MAX];
    sx_buf_put(out, text, sx_duration_write_influx(text, ns));
}

void sx_iql_put_clock_duration(struct sx_buf *out, int64_t ns)
{
    uint8_t text[SX_DURATION_TEXT_MAX];
    if (ns % SECOND_NS)
        sx_iql_put_duration(out, ns);
    else
        sx_buf_put(out, text, sx_duration_write_go(text, ns));
}
