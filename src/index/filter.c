/* SPDX-License-Identifier: Apache-2.0 */
/* filter.c -- see filter.h. */
#include "index/filter.h"

#include "base/hash.h"

#define BITS_PER_KEY 12

static const uint32_t salts[8] = {0x47b6137bu, 0x44974d91u, 0x8824ad5bu, 0xa2b7289du,
                                  0x705495c7u, 0x2df1424bu, 0x9efc4947u, 0x5c6bfb31u};

size_t sx_filter_size(size_t key_count)
{
    size_t bits = SX_FILTER_BLOCK_SIZE * 8;
    return (key_count * BITS_PER_KEY + bits - 1) / bits * SX_FILTER_BLOCK_SIZE;
}

static size_t block_offset(size_t size, uint64_t hash)
{
    return (size_t)((hash >> 32) * (size / SX_FILTER_BLOCK_SIZE) >> 32) * SX_FILTER_BLOCK_SIZE;
}

void sx_filter_add(uint8_t *filter, size_t size, uint64_t hash)
{
    uint8_t *block = filter + block_offset(size, hash);
    for (size_t i = 0; i < 8; i++) {
        uint32_t bit = (uint32_t)hash * salts[i] >> 27;
        sx_put_u32(block + 4 * i, sx_get_u32(block + 4 * i) | (uint32_t)1 << bit);
    }
}

bool sx_filter_has(struct sx_bytes filter, uint64_t hash)
{
    if (filter.len < SX_FILTER_BLOCK_SIZE)
        return true;
    const uint8_t *block = filter.ptr + block_offset(filter.len, hash);
    for (size_t i = 0; i < 8; i++) {
        uint32_t bit = (uint32_t)hash * salts[i] >> 27;
        if (!(sx_get_u32(block + 4 * i) >> bit & 1))
            return false;
    }
    return true;
}

uint64_t sx_filter_pair_hash(struct sx_bytes key, struct sx_bytes value)
{
    return sx_hash_seeded(value, sx_hash(key));
}
