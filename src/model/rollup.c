/* SPDX-License-Identifier: Apache-2.0 */
/* rollup.c -- see rollup.h. */
#include "model/rollup.h"

#include <stdlib.h>
#include <string.h>

#define CAPACITY_MIN 16

struct sx_rollup_marks *sx_rollup_marks_acquire(struct sx_rollup_marks *marks)
{
    if (marks)
        atomic_fetch_add_explicit(&marks->reference_count, 1, memory_order_relaxed);
    return marks;
}

void sx_rollup_marks_release(struct sx_rollup_marks *marks)
{
    if (marks && atomic_fetch_sub_explicit(&marks->reference_count, 1, memory_order_acq_rel) == 1)
        sx_mem_free(marks->mem, marks);
}

size_t sx_rollup_marks_from(const struct sx_rollup_marks *marks, int64_t window_start)
{
    size_t low = 0, high = marks ? marks->count : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (marks->items[middle].window_start < window_start)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct sx_rollup_mark *sx_rollup_marks_find(const struct sx_rollup_marks *marks,
                                                  int64_t window_start)
{
    size_t i = sx_rollup_marks_from(marks, window_start);
    return marks && i < marks->count && marks->items[i].window_start == window_start
               ? &marks->items[i]
               : NULL;
}

/* Makes *marks one that nobody else holds, with room for one more. */
static bool own(struct sx_rollup_marks **marks, struct sx_mem *mem)
{
    struct sx_rollup_marks *old = *marks;
    size_t count = old ? old->count : 0;
    if (old && atomic_load(&old->reference_count) == 1 && count < old->capacity)
        return true;
    size_t capacity = count < CAPACITY_MIN ? CAPACITY_MIN : count + count / 2;
    struct sx_rollup_marks *next =
        sx_mem_alloc(mem, sizeof *next + capacity * sizeof next->items[0]);
    if (!next)
        return false;
    atomic_init(&next->reference_count, 1);
    next->mem = mem;
    next->count = count;
    next->capacity = capacity;
    if (count)
        memcpy(next->items, old->items, count * sizeof next->items[0]);
    sx_rollup_marks_release(old);
    *marks = next;
    return true;
}

bool sx_rollup_marks_put(struct sx_rollup_marks **marks, struct sx_mem *mem,
                         const struct sx_rollup_mark *mark)
{
    bool known = sx_rollup_marks_find(*marks, mark->window_start) != NULL;
    bool gone = mark->flags & SX_ROLLUP_GONE;
    if (gone && !known)
        return true;
    if (!own(marks, mem))
        return false;
    struct sx_rollup_marks *m = *marks;
    size_t i = sx_rollup_marks_from(m, mark->window_start);
    if (gone) {
        memmove(&m->items[i], &m->items[i + 1], (--m->count - i) * sizeof m->items[0]);
        return true;
    }
    if (!known)
        memmove(&m->items[i + 1], &m->items[i], (m->count++ - i) * sizeof m->items[0]);
    m->items[i] = *mark;
    return true;
}

const char *sx_rollup_name(int64_t interval_ns)
{
    return interval_ns == SX_ROLLUP_5M_NS ? "5m" : interval_ns == SX_ROLLUP_1H_NS ? "1h" : NULL;
}
