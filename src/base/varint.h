/* SPDX-License-Identifier: Apache-2.0 */
/* varint.h -- small numbers in few bytes: LEB128, and zigzag for signed ones.
 *
 * Format      7 bits a byte, lowest first, bit 7 set on all but the last; at most 10 bytes. The
 *             tenth byte must be 0 or 1. 300 -> ac 02. Zigzag: 0, -1, 1, -2 -> 0, 1, 2, 3. Longer
 *             forms of a number than needed are accepted. */
#ifndef SX_BASE_VARINT_H
#define SX_BASE_VARINT_H

#include "base/buf.h"
#include "base/bytes.h"

#define SX_VARINT_SIZE_MAX 10

static inline uint64_t sx_zigzag(int64_t v)
{
    return ((uint64_t)v << 1) ^ (uint64_t)(v >> 63);
}

static inline int64_t sx_unzigzag(uint64_t v)
{
    return (int64_t)((v >> 1) ^ (0 - (v & 1)));
}

/* Writes v at p, which has room for 10 bytes; returns the bytes written. */
static inline size_t sx_varint_write(uint8_t *p, uint64_t v)
{
    size_t size = 0;
    while (v >= 0x80) {
        p[size++] = (uint8_t)(v | 0x80);
        v >>= 7;
    }
    p[size++] = (uint8_t)v;
    return size;
}

static inline void sx_buf_put_varint(struct sx_buf *buf, uint64_t v)
{
    uint8_t bytes[SX_VARINT_SIZE_MAX];
    sx_buf_put(buf, bytes, sx_varint_write(bytes, v));
}

static inline void sx_buf_put_zigzag(struct sx_buf *buf, int64_t v)
{
    sx_buf_put_varint(buf, sx_zigzag(v));
}

/* A length and the bytes. */
static inline void sx_buf_put_sized(struct sx_buf *buf, struct sx_bytes bytes)
{
    sx_buf_put_varint(buf, bytes.len);
    sx_buf_put_bytes(buf, bytes);
}

/* Takes a number off the front of *in; false: it is cut or over 64 bits. */
static inline bool sx_varint_get(struct sx_bytes *in, uint64_t *out)
{
    uint64_t v = 0;
    for (size_t i = 0; i < in->len && i < SX_VARINT_SIZE_MAX; i++) {
        uint8_t byte = in->ptr[i];
        if (i == 9 && byte > 1)
            return false;
        v |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (!(byte & 0x80)) {
            *out = v;
            in->ptr += i + 1;
            in->len -= i + 1;
            return true;
        }
    }
    return false;
}

static inline bool sx_zigzag_get(struct sx_bytes *in, int64_t *out)
{
    uint64_t v;
    if (!sx_varint_get(in, &v))
        return false;
    *out = sx_unzigzag(v);
    return true;
}

/* A number that must not be above `max`. */
static inline bool sx_varint_get_max(struct sx_bytes *in, uint64_t max, uint64_t *out)
{
    return sx_varint_get(in, out) && *out <= max;
}

/* A length and that many bytes, as a view into *in. */
static inline bool sx_sized_get(struct sx_bytes *in, struct sx_bytes *out)
{
    uint64_t len;
    return sx_varint_get(in, &len) && len <= in->len && sx_bytes_take(in, (size_t)len, out);
}

#endif
