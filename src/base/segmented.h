/* SPDX-License-Identifier: Apache-2.0 */
/* segmented.h -- an array that grows without moving: items keep their address, readers need no
 * lock.
 *
 * Algorithm   Segment k holds first_count << k items, so 22 pointers reach 4 G items; place i is
 *             found by one count-leading-zeros. Items are born zeroed.
 * Threads     One thread grows it; any may read items below a count that was published to them. */
#ifndef SX_BASE_SEGMENTED_H
#define SX_BASE_SEGMENTED_H

#include "base/mem.h"

#define SX_SEGMENTED_COUNT 22

struct sx_segmented {
    struct sx_mem *mem;
    size_t item_size;
    uint32_t first_count; /* a power of two, at least 1 << 10 */
    _Atomic(unsigned char *) segments[SX_SEGMENTED_COUNT];
};

/* Allocates nothing. */
void sx_segmented_init(struct sx_segmented *array, struct sx_mem *mem, size_t item_size,
                       uint32_t first_count);
void sx_segmented_deinit(struct sx_segmented *array);

/* Makes item i exist; false: no memory, or i is beyond the limit. */
SX_MUST_CHECK bool sx_segmented_reserve(struct sx_segmented *array, uint32_t i);

static inline unsigned sx_segmented_place(const struct sx_segmented *array, uint32_t i,
                                          uint32_t *offset)
{
    uint32_t x = i / array->first_count + 1;
    unsigned k = 31u - (unsigned)__builtin_clz(x);
    *offset = i - array->first_count * (((uint32_t)1 << k) - 1);
    return k;
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
