/* SPDX-License-Identifier: Apache-2.0 */
/* hash.c -- see hash.h. Wraps xxHash. */
#include "base/hash.h"

#include <xxhash.h>

uint64_t sx_hash(struct sx_bytes bytes)
{
    return XXH3_64bits(bytes.ptr, bytes.len);
}

uint64_t sx_hash_seeded(struct sx_bytes bytes, uint64_t seed)
{
    return XXH3_64bits_withSeed(bytes.ptr, bytes.len, seed);
}
