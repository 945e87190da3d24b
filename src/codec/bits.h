/* SPDX-License-Identifier: Apache-2.0 */
/* bits.h -- numbers of a few bits one after another, lowest bit first.
 *
 * Format      Bit k of the stream is bit k % 8 of byte k / 8. Three numbers of 3 bits, 5, 1, 7, are
 *             the bytes cd 01: 111 001 101 read from the right.
 * Threads     Pure. */
#ifndef SX_CODEC_BITS_H
#define SX_CODEC_BITS_H

#include "base/bytes.h"

/* Bytes that `count` numbers of `width` bits take. */
static inline size_t sx_bits_size(size_t count, unsigned width)
{
    return (count * width + 7) / 8;
}

/* Number of bits that v needs; 0 for 0. */
static inline unsigned sx_bit_width(uint64_t v)
{
    return v ? 64 - (unsigned)__builtin_clzll(v) : 0;
}

/* Bytes that v takes as a varint, and as a zigzag varint (base/varint.h). */
static inline unsigned sx_varint_size(uint64_t v)
{
    return (sx_bit_width(v | 1) + 6) / 7;
}

static inline unsigned sx_zigzag_size(int64_t v)
{
    return sx_varint_size(((uint64_t)v << 1) ^ (uint64_t)(v >> 63));
}

/* The lowest `width` (0 to 64) bits set. */
static inline uint64_t sx_bit_mask(unsigned width)
{
    return width < 64 ? ((uint64_t)1 << width) - 1 : UINT64_MAX;
}

/* Writes bits to bytes that the caller has zeroed and that are large enough. */
struct sx_bit_writer {
    uint8_t *bytes;
    uint64_t held; /* bits not yet written */
    unsigned held_count;
    size_t size; /* bytes written */
};

static inline void sx_bits_put(struct sx_bit_writer *writer, uint64_t v, unsigned width)
{
    v &= sx_bit_mask(width);
    writer->held |= v << writer->held_count;
    unsigned count = writer->held_count + width;
    if (count >= 64) {
        sx_put_u64(writer->bytes + writer->size, writer->held);
        writer->size += 8;
        unsigned taken = 64 - writer->held_count;
        writer->held = taken < 64 ? v >> taken : 0;
        count -= 64;
    }
    writer->held_count = count;
}

/* Writes what is held, filled up with zero bits to a byte. */
static inline void sx_bits_flush(struct sx_bit_writer *writer)
{
    for (; writer->held_count;
         writer->held_count -= writer->held_count < 8 ? writer->held_count : 8) {
        writer->bytes[writer->size++] = (uint8_t)writer->held;
        writer->held >>= 8;
    }
}

/* 8 bytes from `offset` on, those past the end read as 0. */
static inline uint64_t sx_bits_word(struct sx_bytes in, size_t offset)
{
    if (offset + 8 <= in.len)
        return sx_get_u64(in.ptr + offset);
    uint64_t v = 0;
    for (size_t i = offset; i < in.len; i++)
        v |= (uint64_t)in.ptr[i] << (8 * (i - offset));
    return v;
}

/* `width` (0 to 64) bits from bit `position` on; bits past the end read as 0. */
static inline uint64_t sx_bits_get(struct sx_bytes in, size_t position, unsigned width)
{
    size_t offset = position / 8;
    unsigned shift = (unsigned)(position % 8);
    uint64_t v = sx_bits_word(in, offset) >> shift;
    if (shift && shift + width > 64)
        v |= sx_bits_word(in, offset + 8) << (64 - shift);
    return v & sx_bit_mask(width);
}

#define SX_BITS_UNPACK_MAX 256

/* Reads `count` (0 to SX_BITS_UNPACK_MAX) numbers of `width` bits from the beginning of `in`; bits
 * past its end read as 0. */
void sx_bits_unpack(uint64_t *out, struct sx_bytes in, size_t count, unsigned width);

#endif
