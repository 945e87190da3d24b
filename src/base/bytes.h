/* SPDX-License-Identifier: Apache-2.0 */
/* bytes.h -- a view of bytes that somebody else owns, and little-endian numbers in bytes.
 *
 * Why         Every format of Stria is bytes in little-endian order, read and written through these
 *             functions, so that files travel between machines; compilers turn each into one move.
 * Invariants  A view with len 0 may have any ptr, also NULL; never pass its ptr to memcpy then: the
 *             functions here check. */
#ifndef SX_BASE_BYTES_H
#define SX_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct sx_bytes {
    const uint8_t *ptr;
    size_t len;
};

/* A view of a string literal, without its NUL. */
#define SX_LITERAL(text)                                                                           \
    ((struct sx_bytes){.ptr = (const uint8_t *)("" text), .len = sizeof(text) - 1})

static inline struct sx_bytes sx_bytes_make(const void *ptr, size_t len)
{
    return (struct sx_bytes){.ptr = ptr, .len = len};
}

/* A view of a NUL-terminated string; NULL gives an empty view. */
static inline struct sx_bytes sx_bytes_of(const char *text)
{
    return sx_bytes_make(text, text ? strlen(text) : 0);
}

static inline bool sx_bytes_equal(struct sx_bytes a, struct sx_bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Order of bytes as unsigned numbers; a prefix comes first. <0, 0, >0. */
static inline int sx_bytes_compare(struct sx_bytes a, struct sx_bytes b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len ? memcmp(a.ptr, b.ptr, len) : 0;
    if (order)
        return order;
    return (a.len > b.len) - (a.len < b.len);
}

static inline bool sx_bytes_starts_with(struct sx_bytes a, struct sx_bytes prefix)
{
    return a.len >= prefix.len && (prefix.len == 0 || memcmp(a.ptr, prefix.ptr, prefix.len) == 0);
}

/* Takes `len` bytes off the front of *in. False, and *in unchanged, when it has fewer. */
static inline bool sx_bytes_take(struct sx_bytes *in, size_t len, struct sx_bytes *out)
{
    if (in->len < len)
        return false;
    *out = sx_bytes_make(in->ptr, len);
    in->ptr += len;
    in->len -= len;
    return true;
}

static inline uint16_t sx_get_u16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t sx_get_u32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t sx_get_u64(const uint8_t *p)
{
    return (uint64_t)sx_get_u32(p) | (uint64_t)sx_get_u32(p + 4) << 32;
}

static inline void sx_put_u16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

static inline void sx_put_u32(uint8_t *p, uint32_t v)
{
    sx_put_u16(p, (uint16_t)v);
    sx_put_u16(p + 2, (uint16_t)(v >> 16));
}

static inline void sx_put_u64(uint8_t *p, uint64_t v)
{
    sx_put_u32(p, (uint32_t)v);
    sx_put_u32(p + 4, (uint32_t)(v >> 32));
}

/* The bits of a double as a number, and back; never through floating-point registers. */
static inline uint64_t sx_bits_of_f64(double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

static inline double sx_f64_of_bits(uint64_t bits)
{
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

#endif
