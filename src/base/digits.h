/* SPDX-License-Identifier: Apache-2.0 */
/* digits.h -- eight decimal digits at a time: what the readers of numbers share.
 *
 * Algorithm   The bytes lie in one 64-bit number, the first digit lowest. Neighbours are joined
 *             three times: digits to pairs, pairs to fours, fours to eight. "12345678" -> 12345678
 *             */
#ifndef SX_BASE_DIGITS_H
#define SX_BASE_DIGITS_H

#include "base/wide.h"

#include <stdbool.h>
#include <stdint.h>

static inline bool sx_is_digit(uint8_t byte)
{
    return (uint8_t)(byte - '0') <= 9;
}

/* 0 if all eight bytes are digits; else the lowest bit set lies in the first byte that is none. The
 * upper half of a digit is 3, and stays so when 6 is added. */
static inline uint64_t sx_digits8_others(uint64_t bytes)
{
    const uint64_t threes = 0x3030303030303030u, sixes = 0x0606060606060606u;
    return ((bytes ^ threes) | ((bytes + sixes) ^ threes)) & 0xf0f0f0f0f0f0f0f0u;
}

static inline uint32_t sx_digits8_value(uint64_t bytes)
{
    bytes &= 0x0f0f0f0f0f0f0f0fu;
    bytes = (bytes * 10 + (bytes >> 8)) & 0x00ff00ff00ff00ffu;
    bytes = (bytes * 100 + (bytes >> 16)) & 0x0000ffff0000ffffu;
    return (uint32_t)(bytes * 10000 + (bytes >> 32));
}

/* The value of the first `count` (1 to 8) of eight bytes, which are digits. */
static inline uint32_t sx_digits_value(uint64_t bytes, unsigned count)
{
    return sx_digits8_value(bytes << (64 - 8 * count));
}

#endif
