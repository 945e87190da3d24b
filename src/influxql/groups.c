/* SPDX-License-Identifier: Apache-2.0 */
/* groups.c -- see groups.h. */
#include "influxql/groups.h"

#include "base/hash.h"

struct key {
    struct sx_bytes name;
    const struct sx_bytes *values;
    size_t count;
    uint64_t hash;
};

static uint64_t hash_of(struct sx_bytes name, const struct sx_bytes *values, size_t count)
{
    uint64_t hash = sx_hash(name);
    for (size_t i = 0; i < count; i++)
        hash = sx_hash_seeded(values[i], hash);
    return hash;
}

static bool group_equal(const void *owner, uint32_t value, const void *key)
{
    const struct sx_iql_group *group = ((const struct sx_iql_groups *)owner)->items[value];
    const struct key *k = key;
    if (group->hash != k->hash || !sx_bytes_equal(group->name, k->name))
        return false;
    for (size_t i = 0; i < k->count; i++)
        if (!sx_bytes_equal(group->values[i], k->values[i]))
            return false;
    return true;
}

static uint64_t group_hash(const void *owner, uint32_t value)
{
    return ((const struct sx_iql_groups *)owner)->items[value]->hash;
}

stria_status sx_iql_groups_init(struct sx_iql_groups *groups, struct sx_mem *mem,
                                const struct sx_iql_block *block, struct sx_iql_groups *outer,
                                stria_error *err)
{
    *groups = (struct sx_iql_groups){.mem = mem, .block = block, .outer = outer};
    sx_arena_init(&groups->arena, mem, 0);
    sx_map_init(&groups->map, mem);
    if (!outer)
        return STRIA_OK;
    const struct sx_iql_block *around = outer->block;
    groups->outer_tags =
        sx_arena_array(&groups->arena, around->tag_count, sizeof *groups->outer_tags);
    if (!groups->outer_tags)
        return sx_mem_refused(mem, around->tag_count * sizeof *groups->outer_tags, err);
    for (size_t i = 0, k = 0; i < around->tag_count; i++, k++) {
        while (!sx_bytes_equal(block->tags[k], around->tags[i])) /* both are sorted */
            k++;
        groups->outer_tags[i] = k;
    }
    return STRIA_OK;
}

void sx_iql_groups_deinit(struct sx_iql_groups *groups)
{
    if (!groups->mem)
        return;
    sx_mem_free(groups->mem, groups->items);
    sx_map_deinit(&groups->map);
    sx_arena_deinit(&groups->arena);
    *groups = (struct sx_iql_groups){0};
}

static stria_status find(struct sx_iql_groups *groups, struct sx_bytes name,
                         const struct sx_bytes *values, const struct sx_iql_group **out,
                         stria_error *err);

/* The group of the block around that a group goes into. */
static stria_status find_outer(struct sx_iql_groups *groups, struct sx_iql_group *group,
                               stria_error *err)
{
    if (!groups->outer)
        return STRIA_OK;
    size_t count = groups->outer->block->tag_count;
    struct sx_bytes *values = sx_arena_array(&groups->arena, count, sizeof *values);
    if (!values)
        return sx_mem_refused(groups->mem, count * sizeof *values, err);
    for (size_t i = 0; i < count; i++)
        values[i] = group->values[groups->outer_tags[i]];
    return find(groups->outer, group->name, values, &group->outer, err);
}

static stria_status find(struct sx_iql_groups *groups, struct sx_bytes name,
                         const struct sx_bytes *values, const struct sx_iql_group **out,
                         stria_error *err)
{
    size_t count = groups->block->tag_count;
    struct key key = {
        .name = name, .values = values, .count = count, .hash = hash_of(name, values, count)};
    uint32_t at = sx_map_find(&groups->map, key.hash, group_equal, groups, &key);
    if (at != SX_MAP_NONE) {
        *out = groups->items[at];
        return STRIA_OK;
    }
    struct sx_iql_group *group = sx_arena_zalloc(&groups->arena, sizeof *group);
    struct sx_bytes *copies = sx_arena_array(&groups->arena, count, sizeof *copies);
    bool good = group && copies && groups->count < SX_MAP_NONE - 1 &&
                SX_GROW(groups->mem, groups->items, groups->capacity, groups->count + 1) &&
                sx_map_reserve(&groups->map, groups->count + 1, group_hash, groups);
    for (size_t i = 0; i < count && good; i++) {
        copies[i] = sx_arena_dup(&groups->arena, values[i]);
        good = copies[i].ptr != NULL;
    }
    if (good) {
        group->name = sx_arena_dup(&groups->arena, name);
        good = group->name.ptr != NULL;
    }
    if (!good)
        return sx_mem_refused(groups->mem, sizeof *group, err);
    group->values = copies;
    group->hash = key.hash;
    stria_status st = find_outer(groups, group, err);
    if (st)
        return st;
    groups->items[groups->count] = group;
    sx_map_put(&groups->map, key.hash, (uint32_t)groups->count++);
    *out = group;
    return STRIA_OK;
}

stria_status sx_iql_groups_of(struct sx_iql_groups *groups, struct sx_bytes name,
                              const struct sx_iql_tags *tags, const struct sx_iql_group **group,
                              stria_error *err)
{
    const struct sx_iql_block *block = groups->block;
    struct sx_bytes few[16] = {{0}}, *values = few;
    if (block->tag_count > SX_COUNT_OF(few)) {
        values = sx_mem_alloc(groups->mem, block->tag_count * sizeof *values);
        if (!values)
            return sx_mem_refused(groups->mem, block->tag_count * sizeof *values, err);
    }
    for (size_t i = 0; i < block->tag_count; i++)
        values[i] = sx_iql_tag_value(tags, block->tags[i]);
    stria_status st = find(groups, name, values, group, err);
    if (values != few)
        sx_mem_free(groups->mem, values);
    return st;
}

int sx_iql_group_compare(const struct sx_iql_group *a, const struct sx_iql_group *b,
                         size_t tag_count)
{
    int order = sx_bytes_compare(a->name, b->name);
    for (size_t i = 0; i < tag_count && order == 0; i++)
        order = sx_bytes_compare(a->values[i], b->values[i]);
    return order;
}

const struct sx_iql_group *sx_iql_group_outermost(const struct sx_iql_group *group)
{
    while (group->outer)
        group = group->outer;
    return group;
}
