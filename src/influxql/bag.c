/* SPDX-License-Identifier: Apache-2.0 */
/* bag.c -- see bag.h. */
#include "influxql/bag.h"

#include "base/hash.h"
#include "base/sort.h"

void sx_iql_bag_init(struct sx_iql_bag *bag, struct sx_mem *mem)
{
    *bag = (struct sx_iql_bag){.mem = mem};
    sx_arena_init(&bag->arena, mem, 16384);
    sx_map_init(&bag->map, mem);
}

void sx_iql_bag_deinit(struct sx_iql_bag *bag)
{
    if (!bag->mem)
        return;
    sx_map_deinit(&bag->map);
    sx_mem_free(bag->mem, bag->items);
    sx_arena_deinit(&bag->arena);
    *bag = (struct sx_iql_bag){0};
}

static int compare(const void *a, const void *b, void *context)
{
    const struct sx_iql_triple *x = a, *y = b;
    (void)context;
    int order = sx_bytes_compare(x->name, y->name);
    if (!order)
        order = sx_bytes_compare(x->first, y->first);
    return order ? order : sx_bytes_compare(x->second, y->second);
}

static bool equal(const void *owner, uint32_t value, const void *key)
{
    const struct sx_iql_triple *item = &((const struct sx_iql_bag *)owner)->items[value];
    const struct sx_iql_triple *wanted = key;
    return item->hash == wanted->hash && compare(item, wanted, NULL) == 0;
}

static uint64_t hash_of(const void *owner, uint32_t value)
{
    return ((const struct sx_iql_bag *)owner)->items[value].hash;
}

bool sx_iql_bag_add(struct sx_iql_bag *bag, struct sx_bytes name, struct sx_bytes first,
                    struct sx_bytes second)
{
    struct sx_iql_triple item = {.name = name, .first = first, .second = second, .count = 1};
    uint64_t hashes[3] = {sx_hash(name), sx_hash(first), sx_hash(second)};
    item.hash = sx_hash(sx_bytes_make(hashes, sizeof hashes));
    uint32_t known = sx_map_find(&bag->map, item.hash, equal, bag, &item);
    if (known != SX_MAP_NONE) {
        bag->items[known].count++;
        return true;
    }
    bool same_name = bag->count && sx_bytes_equal(bag->items[bag->count - 1].name, name);
    item.name = same_name ? bag->items[bag->count - 1].name : sx_arena_dup(&bag->arena, name);
    item.first = sx_arena_dup(&bag->arena, first);
    item.second = sx_arena_dup(&bag->arena, second);
    if (!item.name.ptr || !item.first.ptr || !item.second.ptr || bag->count >= SX_MAP_NONE ||
        !sx_map_reserve(&bag->map, bag->count + 1, hash_of, bag) ||
        !SX_GROW(bag->mem, bag->items, bag->capacity, bag->count + 1))
        return false;
    sx_map_put(&bag->map, item.hash, (uint32_t)bag->count);
    bag->items[bag->count++] = item;
    return true;
}

void sx_iql_bag_sort(struct sx_iql_bag *bag)
{
    if (bag->count > 1)
        sx_sort(bag->items, bag->count, sizeof *bag->items, compare, NULL);
}

size_t sx_iql_bag_end(const struct sx_iql_bag *bag, size_t begin, bool both)
{
    const struct sx_iql_triple *first = &bag->items[begin];
    size_t end = begin + 1;
    while (end < bag->count && sx_bytes_equal(bag->items[end].name, first->name) &&
           (!both || sx_bytes_equal(bag->items[end].first, first->first)))
        end++;
    return end;
}
