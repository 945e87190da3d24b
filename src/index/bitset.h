/* SPDX-License-Identifier: Apache-2.0 */
/* bitset.h -- a set of small numbers (slots, ordinals): one bit each.
 *
 * Why         Selecting series is a few AND, OR and NOT over sets of at most some million numbers:
 *             125 kB per million, a few microseconds an operation, and no allocation behind the
 *             accountant's back (docs/adr/0003-plain-bitsets.md).
 * Invariants  Bits at and beyond `size` are 0.
 * Threads     One owner. */
#ifndef SX_INDEX_BITSET_H
#define SX_INDEX_BITSET_H

#include "base/mem.h"

struct sx_bitset {
    struct sx_mem *mem;
    uint64_t *words;
    size_t size; /* numbers 0 .. size - 1 */
};

/* An empty set; false: no memory. */
SX_MUST_CHECK bool sx_bitset_init(struct sx_bitset *set, struct sx_mem *mem, size_t size);
void sx_bitset_deinit(struct sx_bitset *set);

static inline bool sx_bitset_has(const struct sx_bitset *set, size_t i)
{
    return set->words[i / 64] >> (i % 64) & 1;
}

static inline void sx_bitset_add(struct sx_bitset *set, size_t i)
{
    set->words[i / 64] |= (uint64_t)1 << (i % 64);
}

/* Adds [first, first + count). */
void sx_bitset_add_range(struct sx_bitset *set, size_t first, size_t count);
/* a = a AND b, a OR b, a AND NOT b; sizes are equal (asserted). */
void sx_bitset_and(struct sx_bitset *a, const struct sx_bitset *b);
void sx_bitset_or(struct sx_bitset *a, const struct sx_bitset *b);
void sx_bitset_and_not(struct sx_bitset *a, const struct sx_bitset *b);
void sx_bitset_fill(struct sx_bitset *set);
void sx_bitset_clear(struct sx_bitset *set);
size_t sx_bitset_count(const struct sx_bitset *set);
/* The first number >= from in the set, or set->size. */
size_t sx_bitset_next(const struct sx_bitset *set, size_t from);

#endif
