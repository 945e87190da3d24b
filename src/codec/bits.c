/* SPDX-License-Identifier: Apache-2.0 */
/* bits.c -- see bits.h. */
#include "codec/bits.h"

#include <assert.h>

/* The bytes are copied to where 16 more may be read, so that each number is one load and a
 * shift. */
void sx_bits_unpack(uint64_t *out, struct sx_bytes in, size_t count, unsigned width)
{
    uint8_t copy[SX_BITS_UNPACK_MAX * 8 + 16];
    size_t size = sx_bits_size(count, width), known = size < in.len ? size : in.len;
    uint64_t mask = sx_bit_mask(width);
    assert(count <= SX_BITS_UNPACK_MAX && width <= 64);
    if (known)
        memcpy(copy, in.ptr, known);
    memset(copy + known, 0, size - known + 16);
    if (width <= 56) {
        for (size_t i = 0, position = 0; i < count; i++, position += width)
            out[i] = sx_get_u64(copy + position / 8) >> (position % 8) & mask;
        return;
    }
    for (size_t i = 0, position = 0; i < count; i++, position += width) {
        unsigned shift = (unsigned)(position % 8);
        uint64_t v = sx_get_u64(copy + position / 8) >> shift;
        if (shift)
            v |= sx_get_u64(copy + position / 8 + 8) << (64 - shift);
        out[i] = v & mask;
    }
}
