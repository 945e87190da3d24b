/* SPDX-License-Identifier: Apache-2.0 */
/* bitset_test.c -- sets of small numbers against arrays of booleans. */
#include "index/bitset.h"

#include "base/golden_test.h"
#include "codec/generators.h"

static struct test_mem memory;

static const size_t sizes[] = {0, 1, 63, 64, 65, 127, 128, 129, 1000};

static void assert_set(const struct sx_bitset *set, const bool *want)
{
    size_t count = 0;
    for (size_t i = 0; i < set->size; i++) {
        assert_int_equal(sx_bitset_has(set, i), want[i]);
        count += want[i];
    }
    assert_int_equal(sx_bitset_count(set), count);
    for (size_t from = 0; from <= set->size + 1; from++) {
        size_t next = from;
        while (next < set->size && !want[next])
            next++;
        assert_int_equal(sx_bitset_next(set, from), SX_MIN(next, set->size));
    }
    if (set->size % 64) /* bits at and beyond the size are 0 */
        assert_int_equal(set->words[set->size / 64] >> (set->size % 64), 0);
}

static void fill_random(struct sx_bitset *set, bool *want, struct sx_random *random)
{
    for (size_t i = 0; i < set->size; i++) {
        want[i] = sx_random_below(random, 3) == 0;
        if (want[i])
            sx_bitset_add(set, i);
    }
}

static void test_sets_of_all_sizes_behave_as_arrays_of_booleans(void **state)
{
    (void)state;
    struct sx_random random = {1};
    for (size_t s = 0; s < SX_COUNT_OF(sizes); s++)
        for (int op = 0; op < 5; op++) {
            struct sx_bitset a, b;
            bool x[1000] = {false}, y[1000] = {false};
            assert_true(sx_bitset_init(&a, &memory.mem, sizes[s]));
            assert_true(sx_bitset_init(&b, &memory.mem, sizes[s]));
            assert_set(&a, x);
            fill_random(&a, x, &random);
            fill_random(&b, y, &random);
            assert_set(&a, x);
            for (size_t i = 0; i < sizes[s]; i++)
                x[i] = op == 0   ? x[i] && y[i]
                       : op == 1 ? x[i] || y[i]
                       : op == 2 ? x[i] && !y[i]
                                 : op == 3;
            if (op == 0)
                sx_bitset_and(&a, &b);
            else if (op == 1)
                sx_bitset_or(&a, &b);
            else if (op == 2)
                sx_bitset_and_not(&a, &b);
            else if (op == 3)
                sx_bitset_fill(&a);
            else
                sx_bitset_clear(&a);
            assert_set(&a, x);
            assert_set(&b, y);
            sx_bitset_deinit(&a);
            sx_bitset_deinit(&b);
            sx_bitset_deinit(&b); /* twice does no harm */
        }
}

static void test_ranges_of_all_places_and_lengths_are_added(void **state)
{
    (void)state;
    struct sx_bitset set;
    assert_true(sx_bitset_init(&set, &memory.mem, 200));
    for (size_t first = 0; first <= 200; first += first < 130 ? 1 : 7)
        for (size_t count = 0; first + count <= 200; count++) {
            bool want[200];
            sx_bitset_clear(&set);
            sx_bitset_add_range(&set, first, count);
            for (size_t i = 0; i < 200; i++)
                want[i] = i >= first && i < first + count;
            assert_int_equal(sx_bitset_count(&set), count);
            for (size_t i = 0; i < 200; i++)
                assert_int_equal(sx_bitset_has(&set, i), want[i]);
        }
    sx_bitset_deinit(&set);
}

static void test_no_memory_is_told(void **state)
{
    (void)state;
    struct sx_bitset set;
    test_mem_arm(&memory, 1);
    assert_false(sx_bitset_init(&set, &memory.mem, 100));
    assert_true(test_mem_fired(&memory));
    sx_bitset_deinit(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sets_of_all_sizes_behave_as_arrays_of_booleans),
        cmocka_unit_test(test_ranges_of_all_places_and_lengths_are_added),
        cmocka_unit_test(test_no_memory_is_told),
    };
    test_mem_init(&memory);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    test_mem_deinit(&memory);
    return failed;
}
