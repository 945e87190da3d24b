/* SPDX-License-Identifier: Apache-2.0 */
/* series_cache.h -- from the raw bytes of `measurement,tags` to the series they name.
 *
 * Why         A known series costs one hash and one comparison of raw bytes; and as sources repeat
 *             their series in one order, the entry that followed last time is tried first, and then
 *             the comparison is all. Only what is new is unescaped, sorted and checked.
 * Invariants  Each canonical key is one sx_series, however many ways it was written.
 * Threads     One owner. Entries live, in place, until the cache is cleared. */
#ifndef SX_INGEST_SERIES_CACHE_H
#define SX_INGEST_SERIES_CACHE_H

#include "base/map.h"
#include "ingest/schema_cache.h"

struct sx_series {
    struct sx_bytes key; /* canonical */
    uint64_t hash;
    struct sx_series_hint hint;
    uint32_t batch_index; /* where it was last put; the batch tells whether it is still there */
    struct sx_measurement *measurement;
};

/* One way in which a series is written. */
struct sx_raw_series {
    struct sx_bytes raw; /* up to, without, the space before the fields */
    uint64_t hash;       /* of the raw bytes */
    struct sx_series *series;
    const struct sx_shape *shape; /* of the last line of it; NULL: none yet */
    struct sx_raw_series *next;   /* what followed last time; NULL: nothing yet */
};

struct sx_series_cache {
    struct sx_mem *mem;
    struct sx_arena arena;
    struct sx_map raw_map, key_map;
    struct sx_raw_series **raws;
    struct sx_series **series;
    size_t raw_count, series_count;
    size_t raw_capacity, series_capacity;
};

void sx_series_cache_init(struct sx_series_cache *cache, struct sx_mem *mem);
void sx_series_cache_deinit(struct sx_series_cache *cache);
void sx_series_cache_clear(struct sx_series_cache *cache);

/* The entry of raw bytes, or NULL. */
struct sx_raw_series *sx_series_cache_find(const struct sx_series_cache *cache,
                                           struct sx_bytes raw);

/* Adds raw bytes that are not there, with what they mean. All bytes are copied. NULL: no memory. */
struct sx_raw_series *sx_series_cache_add(struct sx_series_cache *cache, struct sx_bytes raw,
                                          struct sx_bytes key, struct sx_measurement *measurement);

#endif
