/* SPDX-License-Identifier: Apache-2.0 */
/* line_value.c -- see line_value.h.
 *
 * Source      Which fault a bad number has follows InfluxDB 1.12, whose answers clients match. */
#include "ingest/line_value.h"

#include "base/int_text.h"

#define FAULT_TOKEN_MAX 4096 /* of a number in a text; longer ones are cut */

static bool is_number_start(uint8_t byte)
{
    return (uint8_t)(byte - '0') < 10 || byte == '.' || byte == '-' || byte == 'n' || byte == 'N';
}

const uint8_t *sx_value_take_bool(const uint8_t *p, const uint8_t *end, struct sx_line_value *value)
{
    static const struct spelling {
        const char *text;
        bool value;
    } spellings[] = {
        /* The long ones first: "t" begins them too. */
        {"true", true},   {"True", true}, {"TRUE", true}, {"false", false}, {"False", false},
        {"FALSE", false}, {"t", true},    {"T", true},    {"f", false},     {"F", false},
    };
    struct sx_bytes rest = sx_bytes_make(p, (size_t)(end - p));
    for (size_t i = 0; i < SX_COUNT_OF(spellings); i++) {
        struct sx_bytes text = sx_bytes_of(spellings[i].text);
        if (sx_bytes_starts_with(rest, text)) {
            *value = (struct sx_line_value){.type = STRIA_BOOL, .bits = spellings[i].value};
            return p + text.len;
        }
    }
    return NULL;
}

/* An integer whose suffix is cut off; its digits are known to be digits. */
static enum sx_value_fault parse_integer(struct sx_bytes number, char suffix,
                                         struct sx_line_value *value)
{
    if (suffix == 'u') {
        uint64_t v;
        stria_status status = sx_uint_parse(number, &v);
        if (status)
            return status == STRIA_LIMIT ? SX_VALUE_UINT_RANGE : SX_VALUE_NUMBER;
        *value = (struct sx_line_value){.type = STRIA_UINT, .bits = v};
        return SX_VALUE_OK;
    }
    int64_t v;
    stria_status status = sx_int_parse(number, &v);
    if (status)
        return status == STRIA_LIMIT ? SX_VALUE_INT_RANGE : SX_VALUE_NUMBER;
    *value = (struct sx_line_value){.type = STRIA_INT, .bits = (uint64_t)v};
    return SX_VALUE_OK;
}

/* Whether the bytes could be a float to the peer: then a bad one is an "invalid float", and
 * otherwise an "invalid number". It asks for digits, one point, and e anywhere with a sign behind
 * it. */
static bool looks_like_float(struct sx_bytes token)
{
    size_t i = token.ptr[0] == '-', points = 0, others = 0;
    for (; i < token.len; i++) {
        uint8_t byte = token.ptr[i], before = i ? token.ptr[i - 1] : 0;
        bool exponent = (byte == 'e' || byte == 'E') && i > 0;
        bool sign = (byte == '+' || byte == '-') && (before == 'e' || before == 'E');
        points += byte == '.';
        others += byte != '.';
        if (!exponent && !sign && byte != '.' && (uint8_t)(byte - '0') > 9)
            return false;
    }
    return others > 0 && points <= 1;
}

static enum sx_value_fault parse_number(struct sx_bytes token, struct sx_line_value *value)
{
    uint8_t last = token.ptr[token.len - 1];
    if (last == 'i' || last == 'u')
        return parse_integer(sx_bytes_make(token.ptr, token.len - 1), (char)last, value);
    double number;
    stria_status status = sx_float_parse(token, &number);
    if (status)
        return looks_like_float(token) ? SX_VALUE_FLOAT : SX_VALUE_NUMBER;
    *value = (struct sx_line_value){.type = STRIA_FLOAT, .bits = sx_bits_of_f64(number)};
    return SX_VALUE_OK;
}

enum sx_value_fault sx_value_parse(struct sx_bytes token, struct sx_line_value *value)
{
    if (token.len && is_number_start(token.ptr[0]))
        return parse_number(token, value);
    const uint8_t *end = token.ptr + token.len;
    return token.len && sx_value_take_bool(token.ptr, end, value) == end ? SX_VALUE_OK
                                                                         : SX_VALUE_BOOLEAN;
}

void sx_value_fault_put(struct sx_buf *out, enum sx_value_fault fault, struct sx_bytes token)
{
    static const char *const texts[] = {
        [SX_VALUE_NUMBER] = "invalid number",
        [SX_VALUE_FLOAT] = "invalid float",
        [SX_VALUE_BOOLEAN] = "invalid boolean",
    };
    if (fault < SX_VALUE_INT_RANGE) {
        sx_buf_put_text(out, texts[fault]);
        return;
    }
    bool is_int = fault == SX_VALUE_INT_RANGE;
    struct sx_bytes number = sx_bytes_make(token.ptr, SX_MIN(token.len - 1, FAULT_TOKEN_MAX));
    sx_buf_put_text(out, is_int ? "unable to parse integer " : "unable to parse unsigned ");
    sx_buf_put_bytes(out, number);
    sx_buf_put_text(out,
                    is_int ? ": strconv.ParseInt: parsing \"" : ": strconv.ParseUint: parsing \"");
    sx_buf_put_bytes(out, number);
    sx_buf_put_text(out, "\": value out of range");
}

/* The size of the piece that stands for itself: up to and with a backslash that stands for itself,
 * or before one that does not. */
static size_t plain_size(struct sx_bytes raw)
{
    const uint8_t *p = raw.ptr, *end = raw.ptr + raw.len;
    for (;;) {
        p = sx_scan_any(p, end, '\\', '\\', '\\');
        if (p == end)
            return raw.len;
        if (end - p > 1 && (p[1] == '"' || p[1] == '\\'))
            return (size_t)(p - raw.ptr);
        p++;
    }
}

bool sx_value_put_string(struct sx_buf *out, struct sx_bytes raw)
{
    if (!sx_buf_reserve(out, raw.len))
        return false;
    while (raw.len) {
        size_t plain = plain_size(raw);
        sx_buf_put(out, raw.ptr, plain);
        if (plain == raw.len)
            break;
        sx_buf_put_u8(out, raw.ptr[plain + 1]);
        raw.ptr += plain + 2;
        raw.len -= plain + 2;
    }
    return !out->failed;
}

size_t sx_value_string_size(struct sx_bytes raw)
{
    size_t size = 0;
    while (raw.len) {
        size_t plain = plain_size(raw);
        size += plain + (plain < raw.len);
        plain = SX_MIN(plain + 2, raw.len);
        raw.ptr += plain;
        raw.len -= plain;
    }
    return size;
}
