/* SPDX-License-Identifier: Apache-2.0 */
/* map.c -- see map.h. */
#include "base/map.h"

#include <assert.h>
#include <string.h>

#define MAP_CAPACITY_MIN 16

void sx_map_init(struct sx_map *map, struct sx_mem *mem)
{
    *map = (struct sx_map){.mem = mem};
}

void sx_map_deinit(struct sx_map *map)
{
    if (map->mem)
        sx_mem_free(map->mem, map->cells);
    *map = (struct sx_map){0};
}

void sx_map_clear(struct sx_map *map)
{
    if (map->cells)
        memset(map->cells, 0, map->capacity * sizeof *map->cells);
    map->count = 0;
}

static uint32_t tag_of(uint64_t hash)
{
    return (uint32_t)(hash >> 32);
}

uint32_t sx_map_find(const struct sx_map *map, uint64_t hash, sx_map_equal equal, const void *owner,
                     const void *key)
{
    if (map->count == 0)
        return SX_MAP_NONE;
    size_t mask = map->capacity - 1;
    uint32_t tag = tag_of(hash);
    for (size_t i = (size_t)hash & mask;; i = (i + 1) & mask) {
        struct sx_map_cell cell = map->cells[i];
        if (cell.value == 0)
            return SX_MAP_NONE;
        if (cell.tag == tag && equal(owner, cell.value - 1, key))
            return cell.value - 1;
    }
}

static void put_cell(struct sx_map_cell *cells, size_t capacity, uint64_t hash, uint32_t value)
{
    size_t mask = capacity - 1;
    size_t i = (size_t)hash & mask;
    while (cells[i].value)
        i = (i + 1) & mask;
    cells[i] = (struct sx_map_cell){.tag = tag_of(hash), .value = value + 1};
}

bool sx_map_reserve(struct sx_map *map, size_t count, sx_map_hash rehash, const void *owner)
{
    size_t capacity = map->capacity ? map->capacity : MAP_CAPACITY_MIN;
    while (count > capacity / 8 * 7) {
        if (capacity > SIZE_MAX / 4)
            return false;
        capacity *= 2;
    }
    if (capacity == map->capacity)
        return true;
    struct sx_map_cell *cells = sx_mem_zalloc(map->mem, capacity * sizeof *cells);
    if (!cells)
        return false;
    for (size_t i = 0; i < map->capacity; i++)
        if (map->cells[i].value)
            put_cell(cells, capacity, rehash(owner, map->cells[i].value - 1),
                     map->cells[i].value - 1);
    sx_mem_free(map->mem, map->cells);
    map->cells = cells;
    map->capacity = capacity;
    return true;
}

void sx_map_put(struct sx_map *map, uint64_t hash, uint32_t value)
{
    assert(value != SX_MAP_NONE);
    assert(map->count < map->capacity / 8 * 7);
    put_cell(map->cells, map->capacity, hash, value);
    map->count++;
}

void sx_map_remove(struct sx_map *map, uint64_t hash, uint32_t value, sx_map_hash rehash,
                   const void *owner)
{
    size_t mask = map->capacity - 1;
    size_t hole = (size_t)hash & mask;
    while (map->cells[hole].value != value + 1) {
        assert(map->cells[hole].value);
        hole = (hole + 1) & mask;
    }
    for (size_t i = (hole + 1) & mask; map->cells[i].value; i = (i + 1) & mask) {
        size_t home = (size_t)rehash(owner, map->cells[i].value - 1) & mask;
        /* The cell may move back into the hole unless its home lies after the hole. */
        if (((i - home) & mask) >= ((i - hole) & mask)) {
            map->cells[hole] = map->cells[i];
            hole = i;
        }
    }
    map->cells[hole] = (struct sx_map_cell){0};
    map->count--;
}
