/* SPDX-License-Identifier: Apache-2.0 */
/* heap.h -- a binary heap of numbers, ordered by the times they stand for, as Go's container/heap.
 *
 * Why         Rows of equal time come out of the peer's merge in the order its heap leaves them in:
 *             clients see that order, so it is kept.
 * Source      The steps of Go's container/heap: push goes up from the end; pop swaps the first with
 *             the last and lets it sink.
 * Threads     One owner. */
#ifndef SX_INFLUXQL_HEAP_H
#define SX_INFLUXQL_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sx_iql_heap {
    uint32_t *items; /* room for as many as there will ever be */
    size_t count;
    const int64_t *times; /* of each item; changed by the owner before it is pushed */
    bool descending;
    /* Whether item a comes before b, of the same time; NULL: it does not. */
    bool (*comes_before)(void *owner, uint32_t a, uint32_t b);
    void *owner;
};

static inline bool sx_iql_heap_less(const struct sx_iql_heap *h, size_t i, size_t j)
{
    int64_t a = h->times[h->items[i]], b = h->times[h->items[j]];
    if (a != b)
        return h->descending ? a > b : a < b;
    return h->comes_before && h->comes_before(h->owner, h->items[i], h->items[j]);
}

static inline void sx_iql_heap_swap(struct sx_iql_heap *h, size_t i, size_t j)
{
    uint32_t t = h->items[i];
    h->items[i] = h->items[j];
    h->items[j] = t;
}

static inline void sx_iql_heap_down(struct sx_iql_heap *h, size_t i, size_t n)
{
    for (size_t child = 2 * i + 1; child < n; child = 2 * i + 1) {
        if (child + 1 < n && sx_iql_heap_less(h, child + 1, child))
            child++;
        if (!sx_iql_heap_less(h, child, i))
            return;
        sx_iql_heap_swap(h, i, child);
        i = child;
    }
}

/* Makes a heap of items in any order. */
static inline void sx_iql_heap_init(struct sx_iql_heap *h)
{
    for (size_t i = h->count / 2; i > 0; i--)
        sx_iql_heap_down(h, i - 1, h->count);
}

/* Takes the first item out; there must be one. */
static inline uint32_t sx_iql_heap_pop(struct sx_iql_heap *h)
{
    sx_iql_heap_swap(h, 0, --h->count);
    sx_iql_heap_down(h, 0, h->count);
    return h->items[h->count];
}

static inline void sx_iql_heap_push(struct sx_iql_heap *h, uint32_t item)
{
    size_t i = h->count++;
    h->items[i] = item;
    while (i > 0) {
        size_t parent = (i - 1) / 2;
        if (!sx_iql_heap_less(h, i, parent))
            return;
        sx_iql_heap_swap(h, i, parent);
        i = parent;
    }
}

#endif
