/* SPDX-License-Identifier: Apache-2.0 */
/* series_sort.c -- slots in the order of their keys (series_index.h).
 *
 * Why         A flush of a million series wants them sorted, and writers must not wait for that: so
 *             the lock is held only to fetch 8 bytes of sort key for some hundred items at a time.
 * Algorithm   MSD: items are sorted by 8 bytes, runs of equal ones by the next 8, and so on. First
 *             the values of the tags that the slots have are ranked: by tag, then by their bytes,
 *             four at first, then eight at a time. Then the slots are sorted by the ranks of their
 *             measurement and first value, then by those of two values at a time.
 *             The bytes of a key are compared so: values have no byte 0, so a value that ends is
 *             padded with zeros and comes first; ranks count from 1, and 0 is no more tags.
 * Limits      16 bytes an item; recursion goes into the smaller runs only, so it is log n deep. */
#include "base/sort.h"
#include "index/series_index_priv.h"
#include "model/series_key.h"

#define FETCH_STEP 256                      /* items in one hold of the lock */
#define LEVEL_MAX (SX_KEY_SIZE_MAX / 8 + 2) /* no two keys are equal for so long */

struct item {
    uint64_t key;
    uint32_t id; /* a symbol, or a slot */
};

struct sorter {
    struct sx_series_index *ix;
    uint32_t *tag_ranks, *measurement_ranks;
    uint32_t *symbol_ranks;
    /* The sort key of an item at a level; the lock is held. */
    uint64_t (*key)(const struct sorter *sorter, uint32_t id, unsigned level);
};

static int compare_items(const void *a, const void *b, void *context)
{
    uint64_t x = ((const struct item *)a)->key, y = ((const struct item *)b)->key;
    (void)context;
    return (x > y) - (x < y);
}

static void fetch_keys(const struct sorter *s, struct item *items, size_t count, unsigned level)
{
    for (size_t i = 0; i < count;) {
        size_t end = SX_MIN(i + FETCH_STEP, count);
        sx_mutex_lock(&s->ix->mutex);
        for (; i < end; i++)
            items[i].key = s->key(s, items[i].id, level);
        sx_mutex_unlock(&s->ix->mutex);
    }
}

static size_t run_end(const struct item *items, size_t count, size_t first)
{
    size_t end = first + 1;
    while (end < count && items[end].key == items[first].key)
        end++;
    return end;
}

static void sort_items(const struct sorter *s, struct item *items, size_t count, unsigned level)
{
    while (count > 1 && level < LEVEL_MAX) {
        size_t largest = 0, largest_end = 0;
        fetch_keys(s, items, count, level++);
        sx_sort(items, count, sizeof *items, compare_items, NULL);
        for (size_t i = 0, end; i < count; i = end) {
            end = run_end(items, count, i);
            if (end - i > largest_end - largest) {
                largest = i;
                largest_end = end;
            }
        }
        for (size_t i = 0, end; i < count; i = end) {
            end = run_end(items, count, i);
            if (i != largest && end - i > 1)
                sort_items(s, items + i, end - i, level);
        }
        items += largest;
        count = largest_end - largest;
    }
}

/* ---- tags and measurements, which are few ---- */

static int compare_tags(const void *a, const void *b, void *context)
{
    const struct sx_series_index *ix = context;
    const struct sx_index_tag *x = &ix->tags[*(const uint32_t *)a],
                              *y = &ix->tags[*(const uint32_t *)b];
    return sx_bytes_compare(sx_bytes_make(x->name, x->name ? x->name_len : 0),
                            sx_bytes_make(y->name, y->name ? y->name_len : 0));
}

static int compare_measurements(const void *a, const void *b, void *context)
{
    const struct sx_series_index *ix = context;
    return sx_bytes_compare(
        sx_index_measurement_at(ix, *(const uint32_t *)a)->measurement->escaped,
        sx_index_measurement_at(ix, *(const uint32_t *)b)->measurement->escaped);
}

/* ranks[i]: the place of thing i in the sorted order. NULL: no memory. The lock is held. */
static uint32_t *rank_names(struct sx_series_index *ix, struct sx_mem *mem, size_t count,
                            sx_sort_compare compare)
{
    uint32_t *order = sx_mem_alloc(mem, (count + 1) * sizeof *order);
    uint32_t *ranks = sx_mem_alloc(mem, (count + 1) * sizeof *ranks);
    if (order && ranks) {
        for (size_t i = 0; i < count; i++)
            order[i] = (uint32_t)i;
        sx_sort(order, count, sizeof *order, compare, ix);
        for (size_t i = 0; i < count; i++)
            ranks[order[i]] = (uint32_t)i;
    } else {
        sx_mem_free(mem, ranks);
        ranks = NULL;
    }
    sx_mem_free(mem, order);
    return ranks;
}

/* ---- values ---- */

/* `count` bytes of a value from `offset` on, the first the highest. */
static uint64_t bytes_at(struct sx_bytes value, size_t offset, size_t count)
{
    uint64_t v = 0;
    for (size_t i = 0; i < count; i++)
        v = v << 8 | (offset + i < value.len ? value.ptr[offset + i] : 0);
    return v;
}

static uint64_t symbol_key(const struct sorter *s, uint32_t id, unsigned level)
{
    struct sx_bytes value = sx_index_symbol_value(s->ix, id);
    if (level)
        return bytes_at(value, 4 + (size_t)(level - 1) * 8, 8);
    return (uint64_t)s->tag_ranks[sx_index_symbol(s->ix, id)->tag] << 32 | bytes_at(value, 0, 4);
}

/* Marks the values that the slots have. */
static void mark_symbols(struct sx_series_index *ix, const uint32_t *slots, size_t count,
                         struct sx_bitset *used)
{
    for (size_t i = 0; i < count;) {
        size_t end = SX_MIN(i + FETCH_STEP, count);
        sx_mutex_lock(&ix->mutex);
        for (; i < end; i++) {
            struct sx_tag_walk walk = sx_index_tags_of(ix, sx_series_index_slot(ix, slots[i]));
            uint32_t symbol;
            while (sx_tag_walk_next(&walk, &symbol))
                sx_bitset_add(used, symbol);
        }
        sx_mutex_unlock(&ix->mutex);
    }
}

/* Ranks the values that the slots have, from 1 on, into s->symbol_ranks. */
static bool rank_symbols(struct sorter *s, struct sx_mem *mem, const uint32_t *slots, size_t count)
{
    struct sx_bitset used = {0};
    struct item *items = NULL;
    sx_mutex_lock(&s->ix->mutex);
    size_t symbol_count = s->ix->symbol_count; /* those of the slots exist already */
    sx_mutex_unlock(&s->ix->mutex);
    s->symbol_ranks = sx_mem_alloc(mem, (symbol_count + 1) * sizeof *s->symbol_ranks);
    bool ok = s->symbol_ranks && sx_bitset_init(&used, mem, symbol_count);
    if (ok) {
        mark_symbols(s->ix, slots, count, &used);
        items = sx_mem_alloc(mem, (sx_bitset_count(&used) + 1) * sizeof *items);
        ok = items != NULL;
    }
    if (ok) {
        size_t n = 0;
        for (size_t i = sx_bitset_next(&used, 0); i < symbol_count;
             i = sx_bitset_next(&used, i + 1))
            items[n++].id = (uint32_t)i;
        s->key = symbol_key;
        sort_items(s, items, n, 0);
        for (size_t i = 0; i < n; i++)
            s->symbol_ranks[items[i].id] = (uint32_t)i + 1;
    }
    sx_mem_free(mem, items);
    sx_bitset_deinit(&used);
    return ok;
}

/* ---- slots ---- */

/* Level 0: measurement and value 0; level n: values 2n - 1 and 2n. */
static uint64_t slot_key(const struct sorter *s, uint32_t id, unsigned level)
{
    const struct sx_slot *slot = sx_series_index_slot(s->ix, id);
    struct sx_tag_walk walk = sx_index_tags_of(s->ix, slot);
    uint32_t symbol;
    uint64_t ranks[2] = {0, 0};
    for (unsigned skip = level ? 2 * level - 1 : 0; skip && sx_tag_walk_next(&walk, &symbol);)
        skip--;
    size_t first = 0;
    if (level == 0)
        ranks[first++] = s->measurement_ranks[slot->measurement];
    for (size_t i = first; i < 2 && sx_tag_walk_next(&walk, &symbol); i++)
        ranks[i] = s->symbol_ranks[symbol];
    return ranks[0] << 32 | ranks[1];
}

bool sx_series_index_sort(struct sx_series_index *ix, struct sx_mem *mem, uint32_t *slots,
                          size_t count)
{
    struct sorter s = {.ix = ix};
    struct item *items = NULL;
    sx_mutex_lock(&ix->mutex);
    s.tag_ranks = rank_names(ix, mem, ix->tag_count, compare_tags);
    s.measurement_ranks = rank_names(ix, mem, sx_index_measurement_count(ix), compare_measurements);
    sx_mutex_unlock(&ix->mutex);
    bool ok = s.tag_ranks && s.measurement_ranks && rank_symbols(&s, mem, slots, count);
    if (ok) {
        items = sx_mem_alloc(mem, (count + 1) * sizeof *items);
        ok = items != NULL;
    }
    if (ok) {
        for (size_t i = 0; i < count; i++)
            items[i].id = slots[i];
        s.key = slot_key;
        sort_items(&s, items, count, 0);
        for (size_t i = 0; i < count; i++)
            slots[i] = items[i].id;
    }
    sx_mem_free(mem, items);
    sx_mem_free(mem, s.tag_ranks);
    sx_mem_free(mem, s.measurement_ranks);
    sx_mem_free(mem, s.symbol_ranks);
    return ok;
}
