/* SPDX-License-Identifier: Apache-2.0 */
/* utf8.c -- see utf8.h. */
#include "base/utf8.h"

#define ASCII_MASK 0x8080808080808080u

static bool is_tail(uint8_t byte)
{
    return (byte & 0xc0) == 0x80;
}

/* Size of the valid code point of several bytes at p; 0: there is none. */
static size_t decode_long(const uint8_t *p, size_t left, uint32_t *rune)
{
    if (left < 2 || !is_tail(p[1]))
        return 0;
    if (p[0] >= 0xc2 && p[0] <= 0xdf) {
        *rune = (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3fu);
        return 2;
    }
    if (left < 3 || !is_tail(p[2]))
        return 0;
    if ((p[0] & 0xf0) == 0xe0) {
        *rune = (uint32_t)(p[0] & 0x0f) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
        return *rune >= 0x800 && (*rune < 0xd800 || *rune > 0xdfff) ? 3 : 0;
    }
    if (left < 4 || !is_tail(p[3]) || p[0] < 0xf0 || p[0] > 0xf4)
        return 0;
    *rune =
        (uint32_t)(p[0] & 0x07) << 18 | (p[1] & 0x3fu) << 12 | (p[2] & 0x3fu) << 6 | (p[3] & 0x3fu);
    return *rune >= 0x10000 && *rune <= SX_RUNE_MAX ? 4 : 0;
}

/* How many of the bytes from `i` on are ASCII. */
static size_t ascii_run(struct sx_bytes bytes, size_t i)
{
    size_t start = i;
    while (bytes.len - i >= 8 && !(sx_get_u64(bytes.ptr + i) & ASCII_MASK))
        i += 8;
    while (i < bytes.len && bytes.ptr[i] < 0x80)
        i++;
    return i - start;
}

/* Where the first byte that is not valid lies; bytes.len if none. */
static size_t valid_run(struct sx_bytes bytes)
{
    size_t i = 0;
    while ((i += ascii_run(bytes, i)) < bytes.len) {
        uint32_t rune;
        size_t size = decode_long(bytes.ptr + i, bytes.len - i, &rune);
        if (!size)
            break;
        i += size;
    }
    return i;
}

bool sx_utf8_valid(struct sx_bytes bytes)
{
    return valid_run(bytes) == bytes.len;
}

size_t sx_utf8_decode(struct sx_bytes bytes, uint32_t *rune)
{
    *rune = SX_RUNE_ERROR;
    if (!bytes.len)
        return 0;
    if (bytes.ptr[0] < 0x80) {
        *rune = bytes.ptr[0];
        return 1;
    }
    size_t size = decode_long(bytes.ptr, bytes.len, rune);
    if (size)
        return size;
    *rune = SX_RUNE_ERROR;
    return 1;
}

size_t sx_utf8_encode(uint8_t *p, uint32_t rune)
{
    if (rune > SX_RUNE_MAX || (rune >= 0xd800 && rune <= 0xdfff))
        rune = SX_RUNE_ERROR;
    size_t size = rune < 0x80 ? 1 : rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;
    static const uint8_t marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = size; i-- > 1; rune >>= 6)
        p[i] = (uint8_t)(0x80 | (rune & 0x3f));
    p[0] = (uint8_t)(marks[size] | rune);
    return size;
}

void sx_utf8_put_valid(struct sx_buf *out, struct sx_bytes bytes)
{
    while (bytes.len) {
        size_t size = valid_run(bytes);
        sx_buf_put(out, bytes.ptr, size);
        if (size == bytes.len)
            return;
        sx_buf_put(out, "\xef\xbf\xbd", 3);
        bytes = sx_bytes_make(bytes.ptr + size + 1, bytes.len - size - 1);
    }
}
