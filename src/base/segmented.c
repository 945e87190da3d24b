/* SPDX-License-Identifier: Apache-2.0 */
/* segmented.c -- see segmented.h. */
#include "base/segmented.h"

#include <assert.h>

void sx_segmented_init(struct sx_segmented *array, struct sx_mem *mem, size_t item_size,
                       uint32_t first_count)
{
    assert(first_count >= 1024 && (first_count & (first_count - 1)) == 0);
    array->mem = mem;
    array->item_size = item_size;
    array->unit_shift = 29u - (unsigned)__builtin_clz(first_count);
    for (size_t i = 0; i < SX_SEGMENTED_COUNT; i++)
        atomic_init(&array->segments[i], NULL);
}

void sx_segmented_deinit(struct sx_segmented *array)
{
    for (size_t i = 0; i < SX_SEGMENTED_COUNT; i++) {
        if (array->mem)
            sx_mem_free(array->mem, atomic_load(&array->segments[i]));
        atomic_store(&array->segments[i], NULL);
    }
}

bool sx_segmented_reserve(struct sx_segmented *array, uint32_t i)
{
    uint32_t offset;
    unsigned k = sx_segmented_place(array, i, &offset);
    if (k >= SX_SEGMENTED_COUNT)
        return false;
    if (atomic_load_explicit(&array->segments[k], memory_order_relaxed))
        return true;
    size_t count = (size_t)1 << (array->unit_shift + k / 4);
    unsigned char *segment = sx_mem_zalloc(array->mem, count * array->item_size);
    if (!segment)
        return false;
    atomic_store_explicit(&array->segments[k], segment, memory_order_release);
    return true;
}
