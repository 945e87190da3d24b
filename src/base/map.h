/* SPDX-License-Identifier: Apache-2.0 */
/* map.h -- hash table from a 64-bit hash to a 32-bit number (an index into the owner's array).
 *
 * Why         Keys live in the owner's arrays in many shapes; the table stores only hash bits and
 *             an index, 8 bytes a cell, and asks the owner whether a candidate is equal.
 * Algorithm   Open addressing, linear probing, load at most 7/8, cells {upper hash bits,
 *             index + 1}; deletion shifts later cells back, so there are no tombstones.
 * Threads     One owner. */
#ifndef SX_BASE_MAP_H
#define SX_BASE_MAP_H

#include "base/mem.h"

struct sx_map_cell {
    uint32_t tag;   /* upper 32 bits of the hash */
    uint32_t value; /* the number + 1; 0: empty */
};

struct sx_map {
    struct sx_mem *mem;
    struct sx_map_cell *cells;
    size_t capacity; /* a power of two, or 0 */
    size_t count;
};

/* Whether item `value` of the owner equals the key looked for. */
typedef bool (*sx_map_equal)(const void *owner, uint32_t value, const void *key);
/* The hash of item `value`, for growing. */
typedef uint64_t (*sx_map_hash)(const void *owner, uint32_t value);

#define SX_MAP_NONE UINT32_MAX

void sx_map_init(struct sx_map *map, struct sx_mem *mem);
void sx_map_deinit(struct sx_map *map);
/* Empties it and keeps its storage. */
void sx_map_clear(struct sx_map *map);

/* The number stored for the key, or SX_MAP_NONE. */
uint32_t sx_map_find(const struct sx_map *map, uint64_t hash, sx_map_equal equal, const void *owner,
                     const void *key);
/* Makes room so that `count` items in all can be put without failing. `rehash` tells the hash of
 * the items stored. */
SX_MUST_CHECK bool sx_map_reserve(struct sx_map *map, size_t count, sx_map_hash rehash,
                                  const void *owner);
/* Stores `value` (not SX_MAP_NONE) for a key that is not in the table; room must have been reserved
 * (asserted). */
void sx_map_put(struct sx_map *map, uint64_t hash, uint32_t value);
/* Removes the cell of `value`, which must be there under `hash` (asserted). */
void sx_map_remove(struct sx_map *map, uint64_t hash, uint32_t value, sx_map_hash rehash,
                   const void *owner);

#endif
