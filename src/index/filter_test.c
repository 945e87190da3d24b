/* SPDX-License-Identifier: Apache-2.0 */
/* filter_test.c -- never a wrong no, seldom a wrong yes, and the exact bits of Parquet's filter. */
#include "index/filter.h"

#include "base/golden_test.h"
#include "base/hash.h"
#include "codec/generators.h"

static struct test_mem memory;

static void test_sizes_are_whole_blocks_of_12_bits_a_key(void **state)
{
    (void)state;
    static const struct {
        size_t keys, size;
    } rows[] = {{0, 0}, {1, 32}, {21, 32}, {22, 64}, {42, 64}, {43, 96}, {1000000, 1500000}};
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++)
        assert_int_equal(sx_filter_size(rows[i].keys), rows[i].size);
}

static const struct golden filter_golden[] = {
    {"block 0: nothing", "00*32"},
    {"block 1: one bit a word, by the salts",
     "00100000 00000020 00008000 04000000 00800000 00040000 10000000 04000000"},
};

static void test_a_filter_has_its_golden_bits(void **state)
{
    (void)state;
    uint8_t filter[64] = {0};
    sx_filter_add(filter, sizeof filter, 0x8000000012345678u);
    assert_golden(sx_bytes_make(filter, sizeof filter), filter_golden, SX_COUNT_OF(filter_golden));
    assert_true(sx_filter_has(sx_bytes_make(filter, sizeof filter), 0x8000000012345678u));
    assert_false(sx_filter_has(sx_bytes_make(filter, sizeof filter), 0x8000000012345679u));
    assert_false(sx_filter_has(sx_bytes_make(filter, sizeof filter), 0x7fffffff12345678u));
}

static void test_what_was_added_is_there_and_little_else(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 20, 1000, 50000};
    for (size_t c = 0; c < SX_COUNT_OF(counts); c++) {
        struct sx_random random = {c + 1};
        size_t size = sx_filter_size(counts[c]), wrong = 0;
        uint8_t *filter = sx_mem_zalloc(&memory.mem, size);
        for (size_t i = 0; i < counts[c]; i++)
            sx_filter_add(filter, size, sx_random_next(&random));
        random.state = c + 1;
        for (size_t i = 0; i < counts[c]; i++)
            assert_true(sx_filter_has(sx_bytes_make(filter, size), sx_random_next(&random)));
        for (size_t i = 0; i < 20000; i++)
            wrong += sx_filter_has(sx_bytes_make(filter, size), sx_random_next(&random));
        assert_in_range(wrong, 0, 200); /* 1 %; 0.4 % are expected */
        sx_mem_free(&memory.mem, filter);
    }
}

static void test_a_filter_that_is_not_there_says_perhaps(void **state)
{
    (void)state;
    static const uint8_t zeros[31];
    assert_true(sx_filter_has((struct sx_bytes){0}, 1));
    assert_true(sx_filter_has(sx_bytes_make(zeros, sizeof zeros), 1));
}

static void test_a_filter_of_any_size_is_read_inside_only(void **state)
{
    (void)state;
    for (size_t size = 32; size < 200; size++) {
        uint8_t *filter = sx_mem_zalloc(&memory.mem, size);
        for (uint64_t i = 0; i < 64; i++)
            assert_false(sx_filter_has(sx_bytes_make(filter, size), i << 58 | i));
        assert_false(sx_filter_has(sx_bytes_make(filter, size), UINT64_MAX));
        sx_mem_free(&memory.mem, filter);
    }
}

static void test_the_hash_of_a_pair_tells_key_and_value_apart(void **state)
{
    (void)state;
    assert_int_equal(sx_filter_pair_hash(SX_LITERAL("host"), SX_LITERAL("a")),
                     sx_hash_seeded(SX_LITERAL("a"), sx_hash(SX_LITERAL("host"))));
    assert_int_equal(sx_filter_pair_hash(SX_LITERAL("host"), SX_LITERAL("a")), 0xcda89eb819e92ba2u);
    assert_true(sx_filter_pair_hash(SX_LITERAL("ab"), SX_LITERAL("c")) !=
                sx_filter_pair_hash(SX_LITERAL("a"), SX_LITERAL("bc")));
    assert_true(sx_filter_pair_hash(SX_LITERAL("a"), SX_LITERAL("b")) !=
                sx_filter_pair_hash(SX_LITERAL("b"), SX_LITERAL("a")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes_are_whole_blocks_of_12_bits_a_key),
        cmocka_unit_test(test_a_filter_has_its_golden_bits),
        cmocka_unit_test(test_what_was_added_is_there_and_little_else),
        cmocka_unit_test(test_a_filter_that_is_not_there_says_perhaps),
        cmocka_unit_test(test_a_filter_of_any_size_is_read_inside_only),
        cmocka_unit_test(test_the_hash_of_a_pair_tells_key_and_value_apart),
    };
    test_mem_init(&memory);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    test_mem_deinit(&memory);
    return failed;
}
