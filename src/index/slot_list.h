/* SPDX-License-Identifier: Apache-2.0 */
/* slot_list.h -- a set of slots in memory: the series that have a tag value, or a measurement.
 *
 * Why         A series is in as many lists as it has tags, so their form decides what it costs:
 *             a single slot takes no memory, a few take 4 bytes each, many take 2 bytes each, or a
 *             bit, whichever is less. (CRoaring does the last two, but takes 144 bytes for one
 *             slot: docs/adr/0003-plain-bitsets.md.)
 * Algorithm   Up to SX_SLOT_LIST_FEW slots stand in an ascending array; beyond, slots are grouped
 *             by their upper 16 bits, and a group is an ascending array of lower bits, or, from
 *             4096 on, a bitmap of 8 KiB.
 * Invariants  A slot is in a list once at most. reserve() before add(), so that adding to several
 *             lists cannot fail half-way.
 * Threads     One owner. */
#ifndef SX_INDEX_SLOT_LIST_H
#define SX_INDEX_SLOT_LIST_H

#include "index/bitset.h"

#define SX_SLOT_LIST_FEW 256

/* Slots of one value of the upper 16 bits. */
struct sx_slot_group {
    uint16_t high;
    uint16_t capacity; /* of the array; 0: a bitmap */
    uint32_t count;
    union {
        uint16_t *lows;
        uint64_t *bits;
    } slots;
};

struct sx_slot_list {
    uint32_t count;
    uint32_t capacity; /* of `few` or `groups`; 0: `one` */
    union {
        uint32_t one;
        uint32_t *few;
        struct sx_slot_group *groups; /* ascending */
    } slots;
    uint32_t group_count; /* 0: not in groups */
};

/* Zeroed is empty. */
void sx_slot_list_deinit(struct sx_slot_list *list, struct sx_mem *mem);
/* Room for adding `slot`, which is not in the list; false: no memory. */
SX_MUST_CHECK bool sx_slot_list_reserve(struct sx_slot_list *list, struct sx_mem *mem,
                                        uint32_t slot);
void sx_slot_list_add(struct sx_slot_list *list, uint32_t slot);
/* Takes out a slot that is in the list (asserted), and gives back memory as it can. */
void sx_slot_list_remove(struct sx_slot_list *list, struct sx_mem *mem, uint32_t slot);

/* Adds all slots to `set`, in which there is room for them. */
void sx_slot_list_put(const struct sx_slot_list *list, struct sx_bitset *set);

#endif
