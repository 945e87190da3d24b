/* SPDX-License-Identifier: Apache-2.0 */
/* segmented.h -- an array that grows without moving: items keep their address, readers need no
 * lock.
 *
 * Algorithm   The first four segments hold first_count / 4 items each, the next four twice as many
 *             each, and so on: at most a fifth of a large array is not used yet, and 88 pointers
 *             reach 4 G items. Place i is found by one count-leading-zeros. Items are born zeroed.
 * Threads     One thread grows it; any may read items below a count that was published to them. */
#ifndef SX_BASE_SEGMENTED_H
#define SX_BASE_SEGMENTED_H

#include "base/mem.h"

#define SX_SEGMENTED_COUNT 88

struct sx_segmented {
    struct sx_mem *mem;
    size_t item_size;
    unsigned unit_shift; /* the first segment holds 1 << unit_shift items */
    _Atomic(unsigned char *) segments[SX_SEGMENTED_COUNT];
};

/* Allocates nothing. first_count: a power of two, at least 1024. */
void sx_segmented_init(struct sx_segmented *array, struct sx_mem *mem, size_t item_size,
                       uint32_t first_count);
void sx_segmented_deinit(struct sx_segmented *array);

/* Makes item i exist; false: no memory, or i is beyond the limit. */
SX_MUST_CHECK bool sx_segmented_reserve(struct sx_segmented *array, uint32_t i);

/* The segment of item i, and its place there. */
static inline unsigned sx_segmented_place(const struct sx_segmented *array, uint32_t i,
                                          uint32_t *offset)
{
    uint32_t units = (i >> array->unit_shift) + 4;
    unsigned power = 29u - (unsigned)__builtin_clz(units); /* segments of 1 << power units */
    uint32_t quarter = units >> power;                     /* 4 to 7 */
    *offset = i - (((quarter << power) - 4) << array->unit_shift);
    return 4 * power + quarter - 4;
}

/* Item i, which must exist. */
static inline void *sx_segmented_at(const struct sx_segmented *array, uint32_t i)
{
    uint32_t offset;
    unsigned k = sx_segmented_place(array, i, &offset);
    return atomic_load_explicit(&array->segments[k], memory_order_acquire) +
           (size_t)offset * array->item_size;
}

/* Item i, or NULL if its segment does not exist. */
static inline void *sx_segmented_find(const struct sx_segmented *array, uint32_t i)
{
    uint32_t offset;
    unsigned k = sx_segmented_place(array, i, &offset);
    if (k >= SX_SEGMENTED_COUNT)
        return NULL;
    unsigned char *segment = atomic_load_explicit(&array->segments[k], memory_order_acquire);
    return segment ? segment + (size_t)offset * array->item_size : NULL;
}

#endif
