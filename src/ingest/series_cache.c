/* SPDX-License-Identifier: Apache-2.0 */
/* series_cache.c -- see series_cache.h. */
#include "ingest/series_cache.h"

#include "base/hash.h"

#define ARENA_BLOCK_SIZE 65536

void sx_series_cache_init(struct sx_series_cache *cache, struct sx_mem *mem)
{
    *cache = (struct sx_series_cache){.mem = mem};
    sx_arena_init(&cache->arena, mem, ARENA_BLOCK_SIZE);
    sx_map_init(&cache->raw_map, mem);
    sx_map_init(&cache->key_map, mem);
}

void sx_series_cache_deinit(struct sx_series_cache *cache)
{
    sx_map_deinit(&cache->raw_map);
    sx_map_deinit(&cache->key_map);
    sx_mem_free(cache->mem, cache->raws);
    sx_mem_free(cache->mem, cache->series);
    sx_arena_deinit(&cache->arena);
}

void sx_series_cache_clear(struct sx_series_cache *cache)
{
    struct sx_mem *mem = cache->mem;
    sx_series_cache_deinit(cache);
    sx_series_cache_init(cache, mem);
}

static bool raw_equal(const void *owner, uint32_t value, const void *key)
{
    const struct sx_series_cache *cache = owner;
    return sx_bytes_equal(cache->raws[value]->raw, *(const struct sx_bytes *)key);
}

static uint64_t raw_hash(const void *owner, uint32_t value)
{
    return ((const struct sx_series_cache *)owner)->raws[value]->hash;
}

static bool key_equal(const void *owner, uint32_t value, const void *key)
{
    const struct sx_series_cache *cache = owner;
    return sx_bytes_equal(cache->series[value]->key, *(const struct sx_bytes *)key);
}

static uint64_t key_hash(const void *owner, uint32_t value)
{
    return ((const struct sx_series_cache *)owner)->series[value]->hash;
}

struct sx_raw_series *sx_series_cache_find(const struct sx_series_cache *cache, struct sx_bytes raw)
{
    uint32_t found = sx_map_find(&cache->raw_map, sx_hash(raw), raw_equal, cache, &raw);
    return found == SX_MAP_NONE ? NULL : cache->raws[found];
}

/* The series of a canonical key, made if need be; NULL: no memory. */
static struct sx_series *intern_series(struct sx_series_cache *cache, struct sx_bytes key,
                                       struct sx_measurement *measurement)
{
    uint64_t hash = sx_hash(key);
    uint32_t found = sx_map_find(&cache->key_map, hash, key_equal, cache, &key);
    if (found != SX_MAP_NONE)
        return cache->series[found];
    size_t count = cache->series_count;
    struct sx_series *series = sx_arena_alloc(&cache->arena, sizeof *series);
    struct sx_bytes copy = sx_arena_dup(&cache->arena, key);
    if (!series || !copy.ptr ||
        !SX_GROW(cache->mem, cache->series, cache->series_capacity, count + 1) ||
        !sx_map_reserve(&cache->key_map, count + 1, key_hash, cache))
        return NULL;
    *series = (struct sx_series){
        .key = copy, .hash = hash, .batch_index = UINT32_MAX, .measurement = measurement};
    cache->series[cache->series_count++] = series;
    sx_map_put(&cache->key_map, hash, (uint32_t)count);
    return series;
}

struct sx_raw_series *sx_series_cache_add(struct sx_series_cache *cache, struct sx_bytes raw,
                                          struct sx_bytes key, struct sx_measurement *measurement)
{
    struct sx_series *series = intern_series(cache, key, measurement);
    if (!series)
        return NULL;
    size_t count = cache->raw_count;
    struct sx_raw_series *entry = sx_arena_alloc(&cache->arena, sizeof *entry);
    struct sx_bytes copy = sx_arena_dup(&cache->arena, raw);
    if (!entry || !copy.ptr || !SX_GROW(cache->mem, cache->raws, cache->raw_capacity, count + 1) ||
        !sx_map_reserve(&cache->raw_map, count + 1, raw_hash, cache))
        return NULL;
    *entry = (struct sx_raw_series){.raw = copy, .hash = sx_hash(raw), .series = series};
    cache->raws[cache->raw_count++] = entry;
    sx_map_put(&cache->raw_map, entry->hash, (uint32_t)count);
    return entry;
}
