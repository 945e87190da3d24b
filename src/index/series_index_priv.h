/* SPDX-License-Identifier: Apache-2.0 */
/* series_index_priv.h -- the insides of the index, shared by series_index.c (slots), symbols.c
 * (tags and their values), series_select.c, series_sort.c and series_index_types.c.
 *
 * Locks       `mutex` guards slots, symbols and lists (but for slot_count and the atomics of a
 *             slot); `names_mutex`, taken after it, guards the map of measurements and what is in
 *             them but their slots: so a write to known series never waits for a selection. A
 *             measurement, once made, stays where it is, and its names never change. */
#ifndef SX_INDEX_SERIES_INDEX_PRIV_H
#define SX_INDEX_SERIES_INDEX_PRIV_H

#include "base/map.h"
#include "base/segmented.h"
#include "index/byte_heap.h"
#include "index/series_index.h"
#include "index/slot_list.h"
#include "index/table.h"

#define SX_SYMBOL_NONE UINT32_MAX

/* A value of a tag. It lives as long as some slot has it. */
struct sx_symbol {
    uint32_t place; /* in the heap: varint length, escaped value; 0: the symbol is free */
    uint32_t tag;
    uint32_t previous, next; /* values of the same tag; SX_SYMBOL_NONE ends. Free ones: next */
    uint32_t slots;          /* the slot that has it; or SX_SYMBOL_LIST | number of its list */
};

#define SX_SYMBOL_LIST 0x80000000u
#define SX_SYMBOL_EMPTY 0x7fffffffu

struct sx_index_tag {
    uint8_t *name; /* escaped; NULL: the number is free */
    size_t name_len;
    uint32_t first; /* of its values */
    uint32_t count; /* of its values */
};

struct sx_index_measurement {
    struct sx_measurement *measurement; /* immutable */
    struct sx_slot_list slots;          /* guarded by `mutex` */
};

struct sx_series_index {
    struct sx_mem *mem;
    _Atomic uint32_t reference_count;
    uint32_t policy_id;
    uint32_t index_id;
    int64_t window_ns;
    struct sx_mutex mutex;
    struct sx_segmented slots; /* of struct sx_slot: they never move, so hints need no lock */
    _Atomic size_t slot_count;
    uint32_t free_slot; /* first of those that were given back; SX_SLOT_NONE: none */
    uint32_t hand;      /* where eviction goes on */
    struct sx_table series;
    struct sx_byte_heap heap;
    struct sx_segmented symbols; /* of struct sx_symbol */
    uint32_t symbol_count, free_symbol;
    struct sx_table symbol_table;
    struct sx_segmented lists; /* of struct sx_slot_list, of symbols that several slots have */
    uint32_t list_count, free_list;
    struct sx_index_tag *tags;
    size_t tag_count, tag_capacity;
    struct sx_map tag_map;
    struct sx_mutex names_mutex;
    struct sx_segmented measurements; /* of struct sx_index_measurement */
    _Atomic uint32_t measurement_count;
    struct sx_map measurement_map;
};

/* By escaped name; SX_MAP_NONE: unknown, or no memory when it was to be made. names_mutex held. */
uint32_t sx_index_measurement(struct sx_series_index *index, struct sx_bytes escaped, bool make);

static inline struct sx_index_measurement *
sx_index_measurement_at(const struct sx_series_index *index, uint32_t id)
{
    return sx_segmented_at(&index->measurements, id);
}

/* How many there are: those below are whole. */
static inline uint32_t sx_index_measurement_count(const struct sx_series_index *index)
{
    return atomic_load_explicit(&index->measurement_count, memory_order_acquire);
}

static inline struct sx_symbol *sx_index_symbol(const struct sx_series_index *index,
                                                uint32_t number)
{
    return sx_segmented_at(&index->symbols, number);
}

/* ---- symbols.c ---- */

void sx_index_symbols_init(struct sx_series_index *index);
void sx_index_symbols_deinit(struct sx_series_index *index);
/* By escaped name; SX_MAP_NONE: unknown. */
uint32_t sx_index_tag(const struct sx_series_index *index, struct sx_bytes name);
/* A symbol that is known, by tag and escaped value; SX_SYMBOL_NONE: unknown. */
uint32_t sx_index_find_symbol(const struct sx_series_index *index, uint32_t tag,
                              struct sx_bytes value);
/* The symbol, made if need be; SX_SYMBOL_NONE: no memory. One that gets no slot must be dropped. */
uint32_t sx_index_make_symbol(struct sx_series_index *index, struct sx_bytes name,
                              struct sx_bytes value);
/* Frees a symbol that no slot has; nothing if one does. */
void sx_index_drop_symbol(struct sx_series_index *index, uint32_t number);
/* The escaped value; it lives until the heap is changed. */
struct sx_bytes sx_index_symbol_value(const struct sx_series_index *index, uint32_t number);
/* Room for `slot` among the slots of a symbol; false: no memory. */
SX_MUST_CHECK bool sx_index_symbol_reserve(struct sx_series_index *index, uint32_t number,
                                           uint32_t slot);
void sx_index_symbol_add(struct sx_series_index *index, uint32_t number, uint32_t slot);
/* Takes the slot out, and drops the symbol if it was the last. */
void sx_index_symbol_remove(struct sx_series_index *index, uint32_t number, uint32_t slot);
void sx_index_symbol_put(const struct sx_series_index *index, uint32_t number,
                         struct sx_bitset *set);
/* Moves the values out of sparse chunks (byte_heap.h). */
void sx_index_symbols_move(struct sx_series_index *index);

/* ---- series_index.c ---- */

/* A walk over the symbols of a slot, in the order of its tags. */
struct sx_tag_walk {
    const uint8_t *next;
    uint32_t left;
};

struct sx_tag_walk sx_index_tags_of(const struct sx_series_index *index,
                                    const struct sx_slot *slot);

static inline bool sx_tag_walk_next(struct sx_tag_walk *walk, uint32_t *symbol)
{
    uint32_t v = 0;
    unsigned shift = 0;
    uint8_t byte;
    if (walk->left == 0)
        return false;
    walk->left--;
    do {
        byte = *walk->next++;
        v |= (uint32_t)(byte & 0x7f) << shift;
        shift += 7;
    } while (byte & 0x80);
    *symbol = v;
    return true;
}

#endif
