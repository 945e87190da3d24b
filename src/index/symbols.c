/* SPDX-License-Identifier: Apache-2.0 */
/* symbols.c -- the tags of the index and their values, which come and go with the series that have
 * them (series_index_priv.h). */
#include "base/hash.h"
#include "base/varint.h"
#include "model/series_key.h"
#include "index/series_index_priv.h"

#include <assert.h>

#define FIRST 1024

void sx_index_symbols_init(struct sx_series_index *ix)
{
    sx_segmented_init(&ix->symbols, ix->mem, sizeof(struct sx_symbol), FIRST);
    sx_segmented_init(&ix->lists, ix->mem, sizeof(struct sx_slot_list), FIRST);
    sx_table_init(&ix->symbol_table, ix->mem);
    sx_map_init(&ix->tag_map, ix->mem);
    ix->free_symbol = ix->free_list = SX_SYMBOL_NONE;
}

static struct sx_slot_list *list_at(const struct sx_series_index *ix, uint32_t number)
{
    return sx_segmented_at(&ix->lists, number);
}

/* Free lists of slots: the next one's number stands in `slots.one`. */
void sx_index_symbols_deinit(struct sx_series_index *ix)
{
    for (uint32_t i = 0; i < ix->list_count; i++)
        sx_slot_list_deinit(list_at(ix, i), ix->mem);
    for (size_t i = 0; i < ix->tag_count; i++)
        sx_mem_free(ix->mem, ix->tags[i].name);
    sx_segmented_deinit(&ix->lists);
    sx_segmented_deinit(&ix->symbols);
    sx_table_deinit(&ix->symbol_table);
    sx_map_deinit(&ix->tag_map);
    sx_mem_free(ix->mem, ix->tags);
}

/* ---- tags ---- */

static bool tag_equal(const void *owner, uint32_t value, const void *key)
{
    const struct sx_index_tag *tag = &((const struct sx_series_index *)owner)->tags[value];
    return sx_bytes_equal(sx_bytes_make(tag->name, tag->name_len), *(const struct sx_bytes *)key);
}

static uint64_t tag_hash(const void *owner, uint32_t value)
{
    const struct sx_index_tag *tag = &((const struct sx_series_index *)owner)->tags[value];
    return sx_hash(sx_bytes_make(tag->name, tag->name_len));
}

uint32_t sx_index_tag(const struct sx_series_index *ix, struct sx_bytes name)
{
    return sx_map_find(&ix->tag_map, sx_hash(name), tag_equal, ix, &name);
}

static uint32_t make_tag(struct sx_series_index *ix, struct sx_bytes name)
{
    uint32_t number = 0;
    while (number < ix->tag_count && ix->tags[number].name)
        number++;
    if (!sx_map_reserve(&ix->tag_map, ix->tag_map.count + 1, tag_hash, ix) ||
        !SX_GROW(ix->mem, ix->tags, ix->tag_capacity, (size_t)number + 1))
        return SX_MAP_NONE;
    uint8_t *copy = sx_mem_alloc(ix->mem, name.len + 1);
    if (!copy)
        return SX_MAP_NONE;
    memcpy(copy, name.ptr, name.len);
    ix->tag_count = SX_MAX(ix->tag_count, (size_t)number + 1);
    ix->tags[number] =
        (struct sx_index_tag){.name = copy, .name_len = name.len, .first = SX_SYMBOL_NONE};
    sx_map_put(&ix->tag_map, sx_hash(name), number);
    return number;
}

static void drop_tag(struct sx_series_index *ix, uint32_t number)
{
    struct sx_index_tag *tag = &ix->tags[number];
    sx_map_remove(&ix->tag_map, tag_hash(ix, number), number, tag_hash, ix);
    sx_mem_free(ix->mem, tag->name);
    *tag = (struct sx_index_tag){0};
}

/* ---- symbols ---- */

struct symbol_key {
    uint32_t tag;
    struct sx_bytes value;
};

static uint64_t symbol_hash(uint32_t tag, struct sx_bytes value)
{
    return sx_hash_seeded(value, tag);
}

struct sx_bytes sx_index_symbol_value(const struct sx_series_index *ix, uint32_t number)
{
    struct sx_bytes rest, value = {0};
    rest = sx_bytes_make(sx_byte_heap_at(&ix->heap, sx_index_symbol(ix, number)->place),
                         SX_BYTE_HEAP_BLOCK_MAX);
    (void)sx_sized_get(&rest, &value); /* written by ourselves: whole */
    return value;
}

static size_t block_size(struct sx_bytes value)
{
    uint8_t head[SX_VARINT_SIZE_MAX];
    return sx_varint_write(head, value.len) + value.len;
}

static bool symbol_equal(const void *owner, uint32_t number, const void *key)
{
    const struct sx_series_index *ix = owner;
    const struct symbol_key *k = key;
    return sx_index_symbol(ix, number)->tag == k->tag &&
           sx_bytes_equal(sx_index_symbol_value(ix, number), k->value);
}

uint32_t sx_index_find_symbol(const struct sx_series_index *ix, uint32_t tag, struct sx_bytes value)
{
    struct symbol_key key = {.tag = tag, .value = value};
    return sx_table_find(&ix->symbol_table, symbol_hash(tag, value), symbol_equal, ix, &key);
}

/* Puts the value into the heap; 0: no memory. */
static uint32_t store_value(struct sx_series_index *ix, struct sx_bytes value)
{
    uint32_t place = sx_byte_heap_alloc(&ix->heap, block_size(value));
    if (place == 0)
        return 0;
    uint8_t *p = sx_byte_heap_at(&ix->heap, place);
    p += sx_varint_write(p, value.len);
    if (value.len)
        memcpy(p, value.ptr, value.len);
    return place;
}

static uint32_t add_symbol(struct sx_series_index *ix, uint32_t tag, struct sx_bytes value)
{
    bool fresh = ix->free_symbol == SX_SYMBOL_NONE;
    uint32_t number = fresh ? ix->symbol_count : ix->free_symbol;
    if (!sx_table_reserve(&ix->symbol_table) || !sx_segmented_reserve(&ix->symbols, number))
        return SX_SYMBOL_NONE;
    uint32_t place = store_value(ix, value);
    if (place == 0)
        return SX_SYMBOL_NONE;
    struct sx_symbol *symbol = sx_index_symbol(ix, number);
    struct sx_index_tag *t = &ix->tags[tag];
    if (fresh)
        ix->symbol_count++;
    else
        ix->free_symbol = symbol->next;
    *symbol = (struct sx_symbol){.place = place,
                                 .tag = tag,
                                 .previous = SX_SYMBOL_NONE,
                                 .next = t->first,
                                 .slots = SX_SYMBOL_EMPTY};
    if (t->first != SX_SYMBOL_NONE)
        sx_index_symbol(ix, t->first)->previous = number;
    t->first = number;
    t->count++;
    sx_table_put(&ix->symbol_table, symbol_hash(tag, value), number);
    return number;
}

uint32_t sx_index_make_symbol(struct sx_series_index *ix, struct sx_bytes name,
                              struct sx_bytes value)
{
    uint32_t tag = sx_index_tag(ix, name);
    if (tag == SX_MAP_NONE)
        tag = make_tag(ix, name);
    if (tag == SX_MAP_NONE)
        return SX_SYMBOL_NONE;
    uint32_t number = sx_index_find_symbol(ix, tag, value);
    if (number == SX_SYMBOL_NONE)
        number = add_symbol(ix, tag, value);
    if (number == SX_SYMBOL_NONE && ix->tags[tag].count == 0)
        drop_tag(ix, tag);
    return number;
}

void sx_index_drop_symbol(struct sx_series_index *ix, uint32_t number)
{
    struct sx_symbol *symbol = sx_index_symbol(ix, number);
    struct sx_index_tag *tag = &ix->tags[symbol->tag];
    if (symbol->slots != SX_SYMBOL_EMPTY)
        return;
    struct sx_bytes value = sx_index_symbol_value(ix, number);
    sx_table_remove(&ix->symbol_table, symbol_hash(symbol->tag, value), number);
    sx_byte_heap_free(&ix->heap, symbol->place, block_size(value));
    if (symbol->previous != SX_SYMBOL_NONE)
        sx_index_symbol(ix, symbol->previous)->next = symbol->next;
    else
        tag->first = symbol->next;
    if (symbol->next != SX_SYMBOL_NONE)
        sx_index_symbol(ix, symbol->next)->previous = symbol->previous;
    if (--tag->count == 0)
        drop_tag(ix, symbol->tag);
    *symbol = (struct sx_symbol){.next = ix->free_symbol, .slots = SX_SYMBOL_EMPTY};
    ix->free_symbol = number;
}

void sx_index_symbols_move(struct sx_series_index *ix)
{
    for (uint32_t i = 0; i < ix->symbol_count; i++) {
        struct sx_symbol *symbol = sx_index_symbol(ix, i);
        if (symbol->place && sx_byte_heap_is_leaving(&ix->heap, symbol->place))
            symbol->place = sx_byte_heap_move(&ix->heap, symbol->place,
                                              block_size(sx_index_symbol_value(ix, i)));
    }
}

/* ---- their slots ---- */

/* A list that holds one slot; SX_SYMBOL_NONE: no memory. */
static uint32_t make_list(struct sx_series_index *ix, uint32_t slot)
{
    uint32_t number = ix->free_list;
    if (number != SX_SYMBOL_NONE) {
        ix->free_list = list_at(ix, number)->slots.one;
    } else {
        if (!sx_segmented_reserve(&ix->lists, ix->list_count))
            return SX_SYMBOL_NONE;
        number = ix->list_count++;
    }
    *list_at(ix, number) = (struct sx_slot_list){.count = 1, .slots = {.one = slot}};
    return number;
}

static void drop_list(struct sx_series_index *ix, uint32_t number)
{
    struct sx_slot_list *list = list_at(ix, number);
    sx_slot_list_deinit(list, ix->mem);
    list->slots.one = ix->free_list;
    ix->free_list = number;
}

bool sx_index_symbol_reserve(struct sx_series_index *ix, uint32_t number, uint32_t slot)
{
    struct sx_symbol *symbol = sx_index_symbol(ix, number);
    if (symbol->slots == SX_SYMBOL_EMPTY)
        return true;
    if (!(symbol->slots & SX_SYMBOL_LIST)) {
        uint32_t list = make_list(ix, symbol->slots);
        if (list == SX_SYMBOL_NONE)
            return false;
        symbol->slots = SX_SYMBOL_LIST | list;
    }
    return sx_slot_list_reserve(list_at(ix, symbol->slots & ~SX_SYMBOL_LIST), ix->mem, slot);
}

void sx_index_symbol_add(struct sx_series_index *ix, uint32_t number, uint32_t slot)
{
    struct sx_symbol *symbol = sx_index_symbol(ix, number);
    if (symbol->slots & SX_SYMBOL_LIST) {
        sx_slot_list_add(list_at(ix, symbol->slots & ~SX_SYMBOL_LIST), slot);
    } else {
        assert(symbol->slots == SX_SYMBOL_EMPTY);
        symbol->slots = slot;
    }
}

void sx_index_symbol_remove(struct sx_series_index *ix, uint32_t number, uint32_t slot)
{
    struct sx_symbol *symbol = sx_index_symbol(ix, number);
    if (symbol->slots & SX_SYMBOL_LIST) {
        uint32_t list_number = symbol->slots & ~SX_SYMBOL_LIST;
        struct sx_slot_list *list = list_at(ix, list_number);
        sx_slot_list_remove(list, ix->mem, slot);
        if (list->count > 1 || list->capacity)
            return;
        symbol->slots = list->count ? list->slots.one : SX_SYMBOL_EMPTY;
        drop_list(ix, list_number);
    } else {
        assert(symbol->slots == slot);
        symbol->slots = SX_SYMBOL_EMPTY;
    }
    sx_index_drop_symbol(ix, number);
}

void sx_index_symbol_put(const struct sx_series_index *ix, uint32_t number, struct sx_bitset *set)
{
    uint32_t slots = sx_index_symbol(ix, number)->slots;
    if (slots & SX_SYMBOL_LIST)
        sx_slot_list_put(list_at(ix, slots & ~SX_SYMBOL_LIST), set);
    else if (slots != SX_SYMBOL_EMPTY)
        sx_bitset_add(set, slots);
}

/* ---- limits ---- */

bool sx_series_index_tags_admit(struct sx_series_index *ix, struct sx_bytes key,
                                uint64_t values_max, struct sx_bytes *tag, struct sx_bytes *value)
{
    struct sx_bytes name = {0};
    bool admits = true;
    sx_mutex_lock(&ix->mutex);
    (void)sx_key_take(&key, &name);
    while (admits && sx_key_take(&key, &name) && sx_key_take(&key, value)) {
        uint32_t number = sx_index_tag(ix, name);
        *tag = name;
        admits = number == SX_MAP_NONE || ix->tags[number].count < values_max ||
                 sx_index_find_symbol(ix, number, *value) != SX_SYMBOL_NONE;
    }
    sx_mutex_unlock(&ix->mutex);
    return admits;
}
