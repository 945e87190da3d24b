/* SPDX-License-Identifier: Apache-2.0 */
/* table_test.c -- numbers by hash: against a plain array, while it grows and shrinks. */
#include "index/table.h"

#include "base/golden_test.h"
#include "base/hash.h"
#include "codec/generators.h"

#define NUMBERS 4000

/* Number i has the key i; `hashes` tells its hash. */
struct owner {
    uint64_t hashes[NUMBERS];
};

static bool is_key(const void *owner, uint32_t value, const void *key)
{
    (void)owner;
    return value == *(const uint32_t *)key;
}

static uint32_t find(const struct sx_table *table, const struct owner *owner, uint32_t key)
{
    return sx_table_find(table, owner->hashes[key], is_key, owner, &key);
}

static void assert_same(const struct sx_table *table, const struct owner *owner, const bool *in)
{
    size_t count = 0;
    for (uint32_t i = 0; i < NUMBERS; i++) {
        assert_int_equal(find(table, owner, i), in[i] ? i : SX_TABLE_NONE);
        count += in[i];
    }
    assert_int_equal(table->count, count);
}

static void test_numbers_are_found_whatever_comes_and_goes(void **state)
{
    (void)state;
    /* How the hashes lie: far apart, all in one place, at the end so that they go round. */
    static const struct {
        const char *name;
        uint64_t and, or ;
    } rows[] = {
        {"spread", UINT64_MAX, 0},
        {"in one place", 0x00000000ffffffffu, 0},
        {"sixteen places", 0xf000000000000000u, 0},
        {"at the end", 0x00000000ffffffffu, 0xfffffff000000000u},
    };
    for (size_t r = 0; r < SX_COUNT_OF(rows); r++) {
        struct test_mem memory;
        struct sx_table table;
        static struct owner owner;
        static bool in[NUMBERS];
        struct sx_random random = {r + 1};
        print_message("row %s\n", rows[r].name);
        test_mem_init(&memory);
        sx_table_init(&table, &memory.mem);
        memset(in, 0, sizeof in);
        size_t numbers = r == 0 ? NUMBERS : 300;
        for (uint32_t i = 0; i < NUMBERS; i++)
            owner.hashes[i] = (sx_hash_u64(i + 1) & rows[r].and) | rows[r].or ;
        for (size_t step = 0; step < 6 * numbers; step++) {
            uint32_t i = (uint32_t)sx_random_below(&random, numbers);
            /* First more come than go, then more go than come. */
            bool add = sx_random_below(&random, 10) < (step < 3 * numbers ? 7u : 2u);
            if (add && !in[i]) {
                assert_true(sx_table_reserve(&table));
                sx_table_put(&table, owner.hashes[i], i);
                in[i] = true;
            } else if (!add && in[i]) {
                sx_table_remove(&table, owner.hashes[i], i);
                in[i] = false;
            }
            if (step % 97 == 0)
                sx_table_trim(&table);
            if (step % 701 == 0)
                assert_same(&table, &owner, in);
        }
        assert_same(&table, &owner, in);
        sx_table_deinit(&table);
        test_mem_deinit(&memory);
    }
}

static void test_an_entry_takes_9_to_14_bytes_and_less_numbers_take_less(void **state)
{
    (void)state;
    struct test_mem memory;
    struct sx_table table;
    test_mem_init(&memory);
    sx_table_init(&table, &memory.mem);
    for (uint32_t i = 0; i < 100000; i++) {
        assert_true(sx_table_reserve(&table));
        sx_table_put(&table, sx_hash_u64(i), i);
        if (i >= 1000)
            assert_in_range(sx_mem_size(&memory.mem), 9 * (i + 1), 14 * (i + 1));
    }
    for (uint32_t i = 0; i < 99000; i++)
        sx_table_remove(&table, sx_hash_u64(i), i);
    sx_table_trim(&table);
    assert_true(sx_mem_size(&memory.mem) < 16 * 1000);
    sx_table_deinit(&table);
    assert_int_equal(sx_mem_size(&memory.mem), 0);
    test_mem_deinit(&memory);
}

static void test_a_refused_resize_changes_nothing(void **state)
{
    (void)state;
    struct test_mem memory;
    struct sx_table table;
    static struct owner owner;
    bool in[NUMBERS] = {false};
    test_mem_init(&memory);
    sx_table_init(&table, &memory.mem);
    test_mem_arm(&memory, 1);
    assert_false(sx_table_reserve(&table));
    for (uint32_t i = 0; i < NUMBERS; i++)
        owner.hashes[i] = sx_hash_u64(i);
    for (uint32_t i = 0; i < 1000; i++) {
        test_mem_arm(&memory, 1);
        if (!sx_table_reserve(&table)) {
            assert_same(&table, &owner, in);
            assert_true(sx_table_reserve(&table)); /* the fault has fired */
        }
        sx_table_put(&table, owner.hashes[i], i);
        in[i] = true;
    }
    for (uint32_t i = 0; i < 990; i++) {
        sx_table_remove(&table, owner.hashes[i], i);
        in[i] = false;
    }
    test_mem_arm(&memory, 1);
    sx_table_trim(&table);
    assert_true(test_mem_fired(&memory));
    assert_same(&table, &owner, in);
    sx_table_deinit(&table);
    test_mem_deinit(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_are_found_whatever_comes_and_goes),
        cmocka_unit_test(test_an_entry_takes_9_to_14_bytes_and_less_numbers_take_less),
        cmocka_unit_test(test_a_refused_resize_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
