/* SPDX-License-Identifier: Apache-2.0 */
/* json.c -- see json.h. */
#include "app/render/json.h"

#include "base/int_text.h"
#include "base/utf8.h"

#define INDENT 4

/* For each byte below 0x80 that is not written as it is: the letter behind \, or u. */
static const char escapes[128] = {
    ['\b'] = 'b',  ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r', ['"'] = '"',
    ['\\'] = '\\', ['<'] = 'u',  ['>'] = 'u',  ['&'] = 'u',  [0x00] = 'u', [0x01] = 'u',
    [0x02] = 'u',  [0x03] = 'u', [0x04] = 'u', [0x05] = 'u', [0x06] = 'u', [0x07] = 'u',
    [0x0b] = 'u',  [0x0e] = 'u', [0x0f] = 'u', [0x10] = 'u', [0x11] = 'u', [0x12] = 'u',
    [0x13] = 'u',  [0x14] = 'u', [0x15] = 'u', [0x16] = 'u', [0x17] = 'u', [0x18] = 'u',
    [0x19] = 'u',  [0x1a] = 'u', [0x1b] = 'u', [0x1c] = 'u', [0x1d] = 'u', [0x1e] = 'u',
    [0x1f] = 'u',
};

static uint8_t *put_unicode(uint8_t *p, uint32_t rune)
{
    static const char digits[] = "0123456789abcdef";
    *p++ = '\\';
    *p++ = 'u';
    for (int shift = 12; shift >= 0; shift -= 4)
        *p++ = (uint8_t)digits[rune >> shift & 15];
    return p;
}

static uint8_t *put_ascii(uint8_t *p, uint8_t byte)
{
    char letter = escapes[byte];
    if (letter == 'u')
        return put_unicode(p, byte);
    *p++ = '\\';
    *p++ = (uint8_t)letter;
    return p;
}

/* nul_pairs: C0 80 stands for a NUL. */
static void put_string(struct sx_buf *out, struct sx_bytes value, bool nul_pairs)
{
    if (value.len > (SIZE_MAX - 2) / SX_JSON_STRING_GROWTH ||
        !sx_buf_reserve(out, value.len * SX_JSON_STRING_GROWTH + 2)) {
        out->failed = true;
        return;
    }
    uint8_t *p = out->ptr + out->len;
    *p++ = '"';
    for (size_t i = 0; i < value.len;) {
        uint8_t byte = value.ptr[i];
        if (byte < 0x80) {
            if (SX_LIKELY(!escapes[byte]))
                *p++ = byte;
            else
                p = put_ascii(p, byte);
            i++;
            continue;
        }
        if (nul_pairs && byte == 0xc0 && i + 1 < value.len && value.ptr[i + 1] == 0x80) {
            p = put_unicode(p, 0);
            i += 2;
            continue;
        }
        uint32_t rune;
        size_t size = sx_utf8_decode(sx_bytes_make(value.ptr + i, value.len - i), &rune);
        if (size == 1 || rune == 0x2028 || rune == 0x2029) {
            p = put_unicode(p, rune);
        } else {
            memcpy(p, value.ptr + i, size);
            p += size;
        }
        i += size;
    }
    *p++ = '"';
    out->len = (size_t)(p - out->ptr);
}

void sx_json_put_string(struct sx_buf *out, struct sx_bytes value)
{
    put_string(out, value, false);
}

static void put_line(struct sx_json *json)
{
    size_t size = 1 + (size_t)INDENT * json->depth;
    uint8_t *p = sx_buf_extend(json->out, size);
    if (!p)
        return;
    p[0] = '\n';
    memset(p + 1, ' ', size - 1);
}

void sx_json_item(struct sx_json *json)
{
    if (!json->first)
        sx_buf_put_u8(json->out, ',');
    if (json->pretty && json->depth)
        put_line(json);
    json->first = false;
}

static void put_colon(struct sx_json *json)
{
    sx_buf_put(json->out, ": ", json->pretty ? 2 : 1);
}

void sx_json_key(struct sx_json *json, const char *name)
{
    sx_json_item(json);
    sx_buf_put_u8(json->out, '"');
    sx_buf_put_text(json->out, name);
    sx_buf_put_u8(json->out, '"');
    put_colon(json);
}

void sx_json_key_bytes(struct sx_json *json, struct sx_bytes name)
{
    sx_json_item(json);
    sx_json_put_string(json->out, name);
    put_colon(json);
}

void sx_json_open(struct sx_json *json, char bracket)
{
    sx_buf_put_u8(json->out, (uint8_t)bracket);
    json->depth++;
    json->first = true;
}

void sx_json_close(struct sx_json *json, char bracket)
{
    json->depth--;
    if (json->pretty && !json->first)
        put_line(json);
    sx_buf_put_u8(json->out, (uint8_t)bracket);
    json->first = false;
}

void sx_json_string(struct sx_json *json, struct sx_bytes value)
{
    sx_json_put_string(json->out, value);
}

void sx_json_text(struct sx_json *json, const char *value)
{
    put_string(json->out, sx_bytes_of(value), true);
}

void sx_json_uint(struct sx_json *json, uint64_t value)
{
    uint8_t text[SX_INT_TEXT_MAX];
    sx_buf_put(json->out, text, sx_uint_write(text, value));
}

void sx_json_bool(struct sx_json *json, bool value)
{
    sx_buf_put_text(json->out, value ? "true" : "false");
}
