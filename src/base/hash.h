/* SPDX-License-Identifier: Apache-2.0 */
/* hash.h -- the one hash of Stria: XXH3, 64 bits. Stored (hashes, filters), so never changed.
 *
 * Source      xxHash, XXH3_64bits_withSeed; the library guarantees the result since 0.8.0. */
#ifndef SX_BASE_HASH_H
#define SX_BASE_HASH_H

#include "base/bytes.h"

uint64_t sx_hash(struct sx_bytes bytes);
uint64_t sx_hash_seeded(struct sx_bytes bytes, uint64_t seed);

/* Spreads the bits of a number that is already well distributed or small (a finaliser). */
static inline uint64_t sx_hash_u64(uint64_t x)
{
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93u;
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93u;
    x ^= x >> 32;
    return x;
}

#endif
