/* SPDX-License-Identifier: Apache-2.0 */
/* sort_test.c -- orders of every kind and size, and the number of comparisons of the worst. */
#include "base/sort.h"

#include "base/attr.h"
#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT_MAX 20000

struct item {
    uint32_t key;
    uint32_t origin;
    char rest[20]; /* an odd size */
};

static int compare(const void *a, const void *b, void *context)
{
    uint32_t x = ((const struct item *)a)->key, y = ((const struct item *)b)->key;
    ++*(size_t *)context;
    return (x > y) - (x < y);
}

/* Keys that quicksorts stumble over. */
static uint32_t key_of(unsigned kind, uint32_t i, uint32_t count)
{
    switch (kind) {
    case 0:
        return i; /* sorted */
    case 1:
        return count - i; /* backwards */
    case 2:
        return 7; /* all the same */
    case 3:
        return (uint32_t)sx_hash_u64(i + 1); /* random */
    case 4:
        return i % 2; /* two values */
    case 5:
        return i < count / 2 ? i : count - i; /* up and down */
    case 6:
        return i % 16; /* sixteen ramps */
    default:
        return (i & 1 ? i : count / 2 + i / 2) ^ (i >> 3); /* against a median of three */
    }
}

static void check(unsigned kind, uint32_t count)
{
    static struct item items[COUNT_MAX];
    static bool seen[COUNT_MAX];
    size_t comparisons = 0, log = 1;
    for (uint32_t i = 0; i < count; i++)
        items[i] = (struct item){.key = key_of(kind, i, count), .origin = i};
    sx_sort(items, count, sizeof *items, compare, &comparisons);
    for (size_t n = count; n > 1; n /= 2)
        log++;
    assert_true(comparisons <= 6 * count * log);
    for (uint32_t i = 0; i < count; i++)
        seen[i] = false;
    for (uint32_t i = 0; i < count; i++) {
        assert_true(i == 0 || items[i - 1].key <= items[i].key);
        assert_false(seen[items[i].origin]); /* each item once, with its own key */
        seen[items[i].origin] = true;
        assert_int_equal(items[i].key, key_of(kind, items[i].origin, count));
    }
}

static void test_every_order_of_every_size_is_sorted(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < 8; kind++) {
        for (uint32_t count = 0; count < 200; count++)
            check(kind, count);
        check(kind, 1000);
        check(kind, COUNT_MAX);
    }
}

/* McIlroy's adversary: it decides the order while it is asked, so that any quicksort would need a
 * square of comparisons; the heap steps in. */
struct adversary {
    uint32_t values[COUNT_MAX];
    uint32_t solid, candidate, gas;
    size_t comparisons;
};

static int compare_against(const void *a, const void *b, void *context)
{
    struct adversary *adversary = context;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    adversary->comparisons++;
    if (adversary->values[x] == adversary->gas && adversary->values[y] == adversary->gas)
        adversary->values[x == adversary->candidate ? x : y] = adversary->solid++;
    if (adversary->values[x] == adversary->gas)
        adversary->candidate = x;
    else if (adversary->values[y] == adversary->gas)
        adversary->candidate = y;
    return (adversary->values[x] > adversary->values[y]) -
           (adversary->values[x] < adversary->values[y]);
}

static void test_no_order_needs_a_square_of_comparisons(void **state)
{
    (void)state;
    static struct adversary adversary;
    static uint32_t indexes[COUNT_MAX];
    adversary.gas = COUNT_MAX;
    for (uint32_t i = 0; i < COUNT_MAX; i++) {
        indexes[i] = i;
        adversary.values[i] = adversary.gas;
    }
    sx_sort(indexes, COUNT_MAX, sizeof *indexes, compare_against, &adversary);
    assert_true(adversary.comparisons < 6u * COUNT_MAX * 15);
    for (uint32_t i = 1; i < COUNT_MAX; i++)
        assert_true(adversary.values[indexes[i - 1]] <= adversary.values[indexes[i]]);
}

static int compare_bytes(const void *a, const void *b, void *context)
{
    return memcmp(a, b, *(const size_t *)context);
}

static void test_items_of_every_size_are_moved_whole(void **state)
{
    (void)state;
    for (size_t size = 1; size <= 256; size += size < 20 ? 1 : 59) {
        uint8_t *items = malloc(size * 100);
        for (size_t i = 0; i < size * 100; i++)
            items[i] = (uint8_t)sx_hash_u64(i / size * 1000 + i % size + 1);
        sx_sort(items, 100, size, compare_bytes, &size);
        for (size_t i = 1; i < 100; i++)
            assert_true(memcmp(items + (i - 1) * size, items + i * size, size) <= 0);
        free(items);
    }
}

static void test_the_lower_bound_is_the_first_not_before(void **state)
{
    (void)state;
    struct item items[50];
    size_t comparisons = 0;
    for (uint32_t i = 0; i < SX_COUNT_OF(items); i++)
        items[i] = (struct item){.key = i / 3 * 2}; /* 0 0 0 2 2 2 4 ... */
    for (size_t count = 0; count <= SX_COUNT_OF(items); count++)
        for (uint32_t key = 0; key < 40; key++) {
            struct item wanted = {.key = key};
            size_t expected = 0;
            while (expected < count && items[expected].key < key)
                expected++;
            assert_int_equal(
                sx_lower_bound(items, count, sizeof *items, &wanted, compare, &comparisons),
                expected);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_order_of_every_size_is_sorted),
        cmocka_unit_test(test_no_order_needs_a_square_of_comparisons),
        cmocka_unit_test(test_items_of_every_size_are_moved_whole),
        cmocka_unit_test(test_the_lower_bound_is_the_first_not_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
