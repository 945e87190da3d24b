/* SPDX-License-Identifier: Apache-2.0 */
/* sort.c -- see sort.h. */
#include "base/sort.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#define ITEM_SIZE_MAX 256
#define INSERTION_COUNT 16

struct sort {
    size_t size;
    sx_sort_compare compare;
    void *context;
};

static void swap(uint8_t *a, uint8_t *b, size_t size)
{
    uint8_t t[ITEM_SIZE_MAX];
    if (a == b)
        return;
    memcpy(t, a, size);
    memcpy(a, b, size);
    memcpy(b, t, size);
}

static void insertion_sort(const struct sort *s, uint8_t *items, size_t count)
{
    uint8_t t[ITEM_SIZE_MAX];
    for (size_t i = 1; i < count; i++) {
        size_t j = i;
        if (s->compare(items + i * s->size, items + (i - 1) * s->size, s->context) >= 0)
            continue;
        memcpy(t, items + i * s->size, s->size);
        while (j > 0 && s->compare(t, items + (j - 1) * s->size, s->context) < 0) {
            memcpy(items + j * s->size, items + (j - 1) * s->size, s->size);
            j--;
        }
        memcpy(items + j * s->size, t, s->size);
    }
}

static void sift_down(const struct sort *s, uint8_t *items, size_t root, size_t count)
{
    for (size_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count &&
            s->compare(items + child * s->size, items + (child + 1) * s->size, s->context) < 0)
            child++;
        if (s->compare(items + root * s->size, items + child * s->size, s->context) >= 0)
            return;
        swap(items + root * s->size, items + child * s->size, s->size);
    }
}

static void heap_sort(const struct sort *s, uint8_t *items, size_t count)
{
    for (size_t i = count / 2; i-- > 0;)
        sift_down(s, items, i, count);
    for (size_t i = count; i-- > 1;) {
        swap(items, items + i * s->size, s->size);
        sift_down(s, items, 0, i);
    }
}

/* Puts the median of first, middle and last into the first place. */
static void choose_pivot(const struct sort *s, uint8_t *items, size_t count)
{
    uint8_t *first = items, *middle = items + count / 2 * s->size,
            *last = items + (count - 1) * s->size;
    if (s->compare(middle, last, s->context) > 0)
        swap(middle, last, s->size);
    if (s->compare(first, last, s->context) > 0)
        swap(first, last, s->size);
    if (s->compare(first, middle, s->context) < 0)
        swap(first, middle, s->size);
}

static void sort_deep(const struct sort *s, uint8_t *items, size_t count, unsigned depth)
{
    while (count > INSERTION_COUNT) {
        if (depth-- == 0) {
            heap_sort(s, items, count);
            return;
        }
        choose_pivot(s, items, count);
        size_t i = 0, j = count;
        for (;;) {
            do
                i++;
            while (i < count && s->compare(items + i * s->size, items, s->context) < 0);
            do
                j--;
            while (s->compare(items + j * s->size, items, s->context) > 0);
            if (i >= j)
                break;
            swap(items + i * s->size, items + j * s->size, s->size);
        }
        swap(items, items + j * s->size, s->size);
        /* Recurse into the smaller side, so the stack stays logarithmic. */
        size_t right = count - j - 1;
        if (j < right) {
            sort_deep(s, items, j, depth);
            items += (j + 1) * s->size;
            count = right;
        } else {
            sort_deep(s, items + (j + 1) * s->size, right, depth);
            count = j;
        }
    }
    insertion_sort(s, items, count);
}

void sx_sort(void *items, size_t count, size_t size, sx_sort_compare compare, void *context)
{
    assert(size > 0 && size <= ITEM_SIZE_MAX);
    struct sort s = {.size = size, .compare = compare, .context = context};
    unsigned depth = 2;
    for (size_t n = count; n > 1; n /= 2)
        depth += 2;
    if (count > 1)
        sort_deep(&s, items, count, depth);
}

size_t sx_lower_bound(const void *items, size_t count, size_t size, const void *key,
                      sx_sort_compare compare, void *context)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare((const uint8_t *)items + middle * size, key, context) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
