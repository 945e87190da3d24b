/* SPDX-License-Identifier: Apache-2.0 */
/* wide.h -- 128-bit products and counts of zero bits, which C17 has no words for.
 *
 * Why         Text of numbers needs the whole product of two 64-bit numbers; compilers that know a
 *             128-bit type make one instruction of it, others get four products. */
#ifndef SX_BASE_WIDE_H
#define SX_BASE_WIDE_H

#include <stdint.h>

struct sx_u128 {
    uint64_t high;
    uint64_t low;
};

/* a * b */
static inline struct sx_u128 sx_mul_u64(uint64_t a, uint64_t b)
{
#if defined(__SIZEOF_INT128__)
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    return (struct sx_u128){.high = (uint64_t)(product >> 64), .low = (uint64_t)product};
#else
    uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
    uint64_t low = a0 * b0, middle = a1 * b0 + (low >> 32), other = a0 * b1 + (uint32_t)middle;
    return (struct sx_u128){.high = a1 * b1 + (middle >> 32) + (other >> 32),
                            .low = other << 32 | (uint32_t)low};
#endif
}

/* Zero bits above the highest one bit; v must not be 0. */
static inline unsigned sx_leading_zeros(uint64_t v)
{
#if defined(__GNUC__)
    return (unsigned)__builtin_clzll(v);
#else
    unsigned count = 0;
    for (; !(v >> 63); v <<= 1)
        count++;
    return count;
#endif
}

/* Zero bits below the lowest one bit; v must not be 0. */
static inline unsigned sx_trailing_zeros(uint64_t v)
{
#if defined(__GNUC__)
    return (unsigned)__builtin_ctzll(v);
#else
    unsigned count = 0;
    for (; !(v & 1); v >>= 1)
        count++;
    return count;
#endif
}

#endif
