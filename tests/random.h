/* SPDX-License-Identifier: Apache-2.0 */
/* random.h -- numbers that a seed fixes, for tests that print their seed.
 *
 * Source      SplitMix64 (Steele, Lea, Flood 2014). */
#ifndef SX_TESTS_RANDOM_H
#define SX_TESTS_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

static inline uint64_t random_next(uint64_t *state)
{
    uint64_t x = *state += 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

/* 0 .. bound - 1; bound > 0. */
static inline uint32_t random_below(uint64_t *state, uint32_t bound)
{
    return (uint32_t)(random_next(state) >> 33) % bound;
}

/* True once in `n` times. */
static inline bool random_once_in(uint64_t *state, uint32_t n)
{
    return random_below(state, n) == 0;
}

#endif
