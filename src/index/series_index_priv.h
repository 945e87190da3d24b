/* SPDX-License-Identifier: Apache-2.0 */
/* series_index_priv.h -- the insides of the index, shared by series_index.c, series_select.c and
 * series_index_types.c.
 *
 * Invariants  Guarded by `mutex`, but for slot_count and the atomics of a slot. */
#ifndef SX_INDEX_SERIES_INDEX_PRIV_H
#define SX_INDEX_SERIES_INDEX_PRIV_H

#include "base/segmented.h"
#include "index/series_index.h"

/* An ascending list of slots; a single one is kept in place of the pointer. */
struct sx_slot_list {
    uint32_t count, capacity; /* capacity 0: `one` */
    union {
        uint32_t one;
        uint32_t *many;
    } slots;
};

void sx_slot_list_deinit(struct sx_slot_list *list, struct sx_mem *mem);
/* Room for one more. */
SX_MUST_CHECK bool sx_slot_list_reserve(struct sx_slot_list *list, struct sx_mem *mem);
void sx_slot_list_add(struct sx_slot_list *list, uint32_t slot);

static inline const uint32_t *sx_slot_list_items(const struct sx_slot_list *list)
{
    return list->capacity ? list->slots.many : &list->slots.one;
}

struct sx_index_pair {
    uint8_t *bytes; /* key 00 value 00, escaped */
    uint32_t len, key_len;
    struct sx_slot_list slots;
};

struct sx_index_tag {
    uint8_t *name; /* escaped */
    size_t name_len;
    uint32_t *pairs; /* its values, in the order they came */
    size_t pair_count, pair_capacity;
};

struct sx_index_measurement {
    struct sx_measurement *measurement;
    struct sx_slot_list slots;
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
    struct sx_map series_map;
    struct sx_index_pair *pairs;
    size_t pair_count, pair_capacity;
    struct sx_map pair_map;
    struct sx_index_tag *tags;
    size_t tag_count, tag_capacity;
    struct sx_map tag_map;
    struct sx_index_measurement *measurements;
    size_t measurement_count, measurement_capacity;
    struct sx_map measurement_map;
};

/* By escaped name; SX_MAP_NONE: unknown, or no memory when it was to be made. Lock held. */
uint32_t sx_index_measurement(struct sx_series_index *index, struct sx_bytes escaped, bool make);
uint32_t sx_index_tag(struct sx_series_index *index, struct sx_bytes name, bool make);
/* A pair that is known, by its bytes. */
uint32_t sx_index_pair(struct sx_series_index *index, struct sx_bytes bytes);

#endif
