/* SPDX-License-Identifier: Apache-2.0 */
/* slot_list.c -- see slot_list.h. */
#include "index/slot_list.h"

#include <assert.h>
#include <string.h>

#define FEW_MIN 4
#define LOWS_MIN 8
#define LOWS_MAX 4096
#define WORDS (65536 / 64)

void sx_slot_list_deinit(struct sx_slot_list *list, struct sx_mem *mem)
{
    for (uint32_t i = 0; i < list->group_count; i++)
        sx_mem_free(mem, list->slots.groups[i].slots.lows);
    if (list->capacity)
        sx_mem_free(mem, list->slots.few);
    *list = (struct sx_slot_list){0};
}

/* The first of `count` ascending numbers that is not below `low`. */
static uint32_t low_at(const uint16_t *lows, uint32_t count, uint16_t low)
{
    uint32_t first = 0, end = count;
    if (count && lows[count - 1] < low)
        return count; /* mostly slots come in order */
    while (first < end) {
        uint32_t middle = first + (end - first) / 2;
        if (lows[middle] < low)
            first = middle + 1;
        else
            end = middle;
    }
    return first;
}

static uint32_t few_at(const struct sx_slot_list *list, uint32_t slot)
{
    uint32_t i = list->count;
    while (i && list->slots.few[i - 1] >= slot)
        i--;
    return i;
}

/* The group of `high`, or where it is to be. */
static uint32_t group_at(const struct sx_slot_list *list, uint32_t high)
{
    uint32_t i = list->group_count;
    while (i && list->slots.groups[i - 1].high >= high)
        i--;
    return i;
}

/* ---- groups ---- */

static bool to_bitmap(struct sx_slot_group *group, struct sx_mem *mem)
{
    uint64_t *bits = sx_mem_zalloc(mem, WORDS * sizeof *bits);
    if (!bits)
        return false;
    for (uint32_t i = 0; i < group->count; i++)
        bits[group->slots.lows[i] / 64] |= (uint64_t)1 << (group->slots.lows[i] % 64);
    sx_mem_free(mem, group->slots.lows);
    group->slots.bits = bits;
    group->capacity = 0;
    return true;
}

/* Room for one more in a group. */
static bool grow_group(struct sx_slot_group *group, struct sx_mem *mem)
{
    if (!group->capacity || group->count < group->capacity)
        return true;
    if (group->count >= LOWS_MAX)
        return to_bitmap(group, mem);
    uint32_t capacity = SX_MIN(group->capacity + group->capacity / 4u + 1, LOWS_MAX);
    uint16_t *lows = sx_mem_resize(mem, group->slots.lows, capacity * sizeof *lows);
    if (!lows)
        return false;
    group->slots.lows = lows;
    group->capacity = (uint16_t)capacity;
    return true;
}

/* A group for `high` at place i, if there is none. It may stay empty. */
static bool make_group(struct sx_slot_list *list, struct sx_mem *mem, uint32_t i, uint32_t high)
{
    if (i < list->group_count && list->slots.groups[i].high == high)
        return true;
    if (list->group_count == list->capacity) {
        uint32_t capacity = list->capacity + list->capacity / 2 + 1;
        struct sx_slot_group *groups =
            sx_mem_resize(mem, list->slots.groups, capacity * sizeof *groups);
        if (!groups)
            return false;
        list->slots.groups = groups;
        list->capacity = capacity;
    }
    uint16_t *lows = sx_mem_alloc(mem, LOWS_MIN * sizeof *lows);
    if (!lows)
        return false;
    struct sx_slot_group *at = &list->slots.groups[i];
    memmove(at + 1, at, (list->group_count - i) * sizeof *at);
    *at = (struct sx_slot_group){
        .high = (uint16_t)high, .capacity = LOWS_MIN, .slots = {.lows = lows}};
    list->group_count++;
    return true;
}

static void add_low(struct sx_slot_group *group, uint16_t low)
{
    if (group->capacity) {
        uint32_t i = low_at(group->slots.lows, group->count, low);
        assert(group->count < group->capacity);
        memmove(group->slots.lows + i + 1, group->slots.lows + i,
                (group->count - i) * sizeof *group->slots.lows);
        group->slots.lows[i] = low;
    } else {
        group->slots.bits[low / 64] |= (uint64_t)1 << (low % 64);
    }
    group->count++;
}

/* Back to an array when a bitmap has become much larger than that. */
static void to_array(struct sx_slot_group *group, struct sx_mem *mem)
{
    uint32_t capacity = LOWS_MAX / 2, count = 0;
    uint16_t *lows = sx_mem_alloc(mem, capacity * sizeof *lows);
    if (!lows)
        return;
    for (uint32_t i = 0; i < WORDS; i++)
        for (uint64_t word = group->slots.bits[i]; word; word &= word - 1)
            lows[count++] = (uint16_t)(i * 64 + (uint32_t)__builtin_ctzll(word));
    sx_mem_free(mem, group->slots.bits);
    group->slots.lows = lows;
    group->capacity = (uint16_t)capacity;
}

static void remove_low(struct sx_slot_group *group, struct sx_mem *mem, uint16_t low)
{
    if (!group->capacity) {
        assert(group->slots.bits[low / 64] >> (low % 64) & 1);
        group->slots.bits[low / 64] &= ~((uint64_t)1 << (low % 64));
        if (--group->count == LOWS_MAX / 4)
            to_array(group, mem);
        return;
    }
    uint32_t i = low_at(group->slots.lows, group->count, low);
    assert(i < group->count && group->slots.lows[i] == low);
    group->count--;
    memmove(group->slots.lows + i, group->slots.lows + i + 1,
            (group->count - i) * sizeof *group->slots.lows);
    if (group->capacity > 4 * LOWS_MIN && group->count < group->capacity / 2u) {
        uint32_t capacity = group->capacity / 4u * 3;
        uint16_t *lows = sx_mem_resize(mem, group->slots.lows, capacity * sizeof *lows);
        if (lows) {
            group->slots.lows = lows;
            group->capacity = (uint16_t)capacity;
        }
    }
}

/* ---- forms ---- */

/* From the array to groups, with room for none more. */
static bool to_groups(struct sx_slot_list *list, struct sx_mem *mem)
{
    struct sx_slot_list to = {0};
    bool ok = true;
    for (uint32_t i = 0; i < list->count && ok; i++) {
        uint32_t slot = list->slots.few[i], high = slot >> 16;
        ok = make_group(&to, mem, group_at(&to, high), high);
        struct sx_slot_group *group = ok ? &to.slots.groups[group_at(&to, high)] : NULL;
        ok = ok && grow_group(group, mem);
        if (ok)
            add_low(group, (uint16_t)slot);
    }
    if (!ok) {
        sx_slot_list_deinit(&to, mem);
        return false;
    }
    to.count = list->count;
    sx_mem_free(mem, list->slots.few);
    *list = to;
    return true;
}

bool sx_slot_list_reserve(struct sx_slot_list *list, struct sx_mem *mem, uint32_t slot)
{
    if (list->count == 0 && !list->capacity)
        return true;
    if (!list->group_count && list->count == SX_SLOT_LIST_FEW && !to_groups(list, mem))
        return false;
    if (list->group_count) {
        uint32_t i = group_at(list, slot >> 16);
        return make_group(list, mem, i, slot >> 16) && grow_group(&list->slots.groups[i], mem);
    }
    if (list->capacity && list->count < list->capacity)
        return true;
    uint32_t capacity =
        SX_MIN(SX_MAX(list->capacity + list->capacity / 2, FEW_MIN), SX_SLOT_LIST_FEW);
    uint32_t *few =
        sx_mem_resize(mem, list->capacity ? list->slots.few : NULL, capacity * sizeof *few);
    if (!few)
        return false;
    if (!list->capacity)
        few[0] = list->slots.one;
    list->slots.few = few;
    list->capacity = capacity;
    return true;
}

void sx_slot_list_add(struct sx_slot_list *list, uint32_t slot)
{
    if (list->group_count) {
        add_low(&list->slots.groups[group_at(list, slot >> 16)], (uint16_t)slot);
    } else if (list->capacity) {
        uint32_t i = few_at(list, slot);
        assert(list->count < list->capacity);
        memmove(list->slots.few + i + 1, list->slots.few + i,
                (list->count - i) * sizeof *list->slots.few);
        list->slots.few[i] = slot;
    } else {
        assert(list->count == 0);
        list->slots.one = slot;
    }
    list->count++;
}

/* One slot again stands in place of the pointer. */
static void to_one(struct sx_slot_list *list, struct sx_mem *mem)
{
    uint32_t slot = list->count ? list->slots.few[0] : 0;
    sx_mem_free(mem, list->slots.few);
    list->slots.one = slot;
    list->capacity = 0;
}

static void remove_from_groups(struct sx_slot_list *list, struct sx_mem *mem, uint32_t slot)
{
    uint32_t i = group_at(list, slot >> 16);
    struct sx_slot_group *group = &list->slots.groups[i];
    assert(i < list->group_count && group->high == slot >> 16);
    remove_low(group, mem, (uint16_t)slot);
    list->count--;
    if (group->count == 0) {
        sx_mem_free(mem, group->slots.lows);
        list->group_count--;
        memmove(group, group + 1, (list->group_count - i) * sizeof *group);
    }
    if (list->group_count == 0) {
        sx_mem_free(mem, list->slots.groups);
        *list = (struct sx_slot_list){0};
    }
}

void sx_slot_list_remove(struct sx_slot_list *list, struct sx_mem *mem, uint32_t slot)
{
    if (list->group_count) {
        remove_from_groups(list, mem, slot);
        return;
    }
    assert(list->count);
    list->count--;
    if (!list->capacity) {
        assert(list->slots.one == slot);
        return;
    }
    uint32_t i = 0;
    while (list->slots.few[i] != slot)
        i++;
    memmove(list->slots.few + i, list->slots.few + i + 1,
            (list->count - i) * sizeof *list->slots.few);
    if (list->count <= 1)
        to_one(list, mem);
}

void sx_slot_list_put(const struct sx_slot_list *list, struct sx_bitset *set)
{
    for (uint32_t g = 0; g < list->group_count; g++) {
        const struct sx_slot_group *group = &list->slots.groups[g];
        size_t first = (size_t)group->high << 16;
        if (group->capacity)
            for (uint32_t i = 0; i < group->count; i++)
                sx_bitset_add(set, first + group->slots.lows[i]);
        else
            for (size_t i = 0; i < WORDS; i++)
                if (group->slots.bits[i])
                    set->words[first / 64 + i] |= group->slots.bits[i];
    }
    if (list->group_count)
        return;
    const uint32_t *items = list->capacity ? list->slots.few : &list->slots.one;
    for (uint32_t i = 0; i < list->count; i++)
        sx_bitset_add(set, items[i]);
}
