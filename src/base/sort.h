/* SPDX-License-Identifier: Apache-2.0 */
/* sort.h -- sorting with a context and without hidden memory.
 *
 * Why         qsort has no context argument in C17 and glibc's allocates behind the accountant.
 * Algorithm   Introsort: median-of-three quicksort, insertion sort for short runs, heapsort when
 *             the recursion gets deep; O(n log n) always, O(log n) stack, not stable.
 * Threads     Touches only its arguments. */
#ifndef SX_BASE_SORT_H
#define SX_BASE_SORT_H

#include <stddef.h>

/* <0, 0, >0 as a comes before, with, after b. */
typedef int (*sx_sort_compare)(const void *a, const void *b, void *context);

/* Sorts `count` items of `size` bytes (at most 256). */
void sx_sort(void *items, size_t count, size_t size, sx_sort_compare compare, void *context);

/* Index of the first item that is not before `key`, in sorted items; `count` if none.
 * compare(item, key, context). */
size_t sx_lower_bound(const void *items, size_t count, size_t size, const void *key,
                      sx_sort_compare compare, void *context);

#endif
