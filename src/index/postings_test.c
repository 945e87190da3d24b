/* SPDX-License-Identifier: Apache-2.0 */
/* postings_test.c -- lists of ordinals: exact bytes, every list back, nothing outside. */
#include "index/postings.h"

#include "base/golden_test.h"
#include "codec/generators.h"

static struct test_mem memory;

static const struct row {
    const char *name;
    uint32_t ordinals[8];
    size_t count;
    const char *bytes;
} rows[] = {
    {"none", {0}, 0, "00"},
    {"the first", {0}, 1, "01 00"},
    {"a later one: gap 7 << 1", {7}, 1, "01 0e"},
    {"two: a run of 2, length - 2", {0, 1}, 2, "01 01 00"},
    {"that of the header", {0, 1, 2, 7}, 4, "02 01 01 08"},
    {"gaps of one", {1, 3, 5}, 3, "03 02 02 02"},
    {"large numbers", {300, 4294967294u}, 2, "02 d804 a2fbffff1f"},
};

static void test_lists_have_their_golden_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        uint8_t storage[64];
        struct sx_buf out;
        struct golden golden = {rows[i].name, rows[i].bytes};
        sx_buf_init_fixed(&out, storage, sizeof storage);
        sx_postings_put(&out, rows[i].ordinals, rows[i].count);
        assert_false(out.failed);
        assert_golden(sx_buf_bytes(&out), &golden, 1);
    }
}

static void assert_comes_back(const uint32_t *ordinals, size_t count, size_t universe)
{
    struct sx_buf out;
    struct sx_bitset set;
    sx_buf_init(&out, &memory.mem, 1 << 20);
    sx_postings_put(&out, ordinals, count);
    sx_buf_put_u8(&out, 0x55); /* what stands behind it */
    assert_true(sx_bitset_init(&set, &memory.mem, universe));
    struct sx_bytes in = sx_buf_bytes(&out);
    assert_true(sx_postings_add(&in, &set));
    assert_int_equal(in.len, 1);
    assert_int_equal(sx_bitset_count(&set), count);
    for (size_t i = 0; i < count; i++)
        assert_true(sx_bitset_has(&set, ordinals[i]));
    for (size_t len = 0; len + 1 < out.len; len++) { /* every cut is damage */
        in = sx_bytes_make(out.ptr, len);
        assert_false(sx_postings_add(&in, &set));
    }
    if (count) { /* the universe must hold the last one */
        struct sx_bitset small;
        assert_true(sx_bitset_init(&small, &memory.mem, ordinals[count - 1]));
        in = sx_buf_bytes(&out);
        assert_false(sx_postings_add(&in, &small));
        sx_bitset_deinit(&small);
    }
    sx_bitset_deinit(&set);
    sx_buf_deinit(&out);
}

static void test_random_lists_come_back(void **state)
{
    (void)state;
    struct sx_random random = {5};
    static uint32_t ordinals[3000];
    for (int round = 0; round < 60; round++) {
        size_t universe = 1 + sx_random_below(&random, 3000), count = 0;
        uint64_t density = 1 + sx_random_below(&random, 20);
        for (uint32_t i = 0; i < universe; i++)
            if (round % 2 ? sx_random_below(&random, density) == 0
                          : (i / density) % 3 == (unsigned)round % 3)
                ordinals[count++] = i;
        assert_comes_back(ordinals, count, universe);
    }
    assert_comes_back(ordinals, 0, 0);
}

static void test_lies_are_damage(void **state)
{
    (void)state;
    static const struct {
        const char *name, *bytes;
    } lies[] = {
        {"more runs than bytes", "05 00 00"},
        {"a gap beyond the universe", "01 c801"},
        {"a run beyond the universe", "01 01 7f"},
        {"a run of 2^64", "01 01 ffffffffffffffffff01"},
        {"a gap of 2^63", "01 feffffffffffffffff01"},
        {"the second run beyond", "02 c601 00"},
        {"a number that does not end", "01 8080808080808080808080"},
    };
    for (size_t i = 0; i < SX_COUNT_OF(lies); i++) {
        uint8_t storage[64];
        struct sx_buf bytes;
        struct sx_bitset set;
        print_message("%s\n", lies[i].name);
        sx_buf_init_fixed(&bytes, storage, sizeof storage);
        golden_put(&bytes, lies[i].bytes);
        assert_true(sx_bitset_init(&set, &memory.mem, 100));
        struct sx_bytes in = sx_buf_bytes(&bytes);
        assert_false(sx_postings_add(&in, &set));
        sx_bitset_deinit(&set);
    }
}

static void test_a_walk_gives_run_after_run_and_tells_its_end_from_damage(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {0x03, 0x01, 0x01, 0x08, 0x02}; /* 0 to 2, 7, 9 */
    static const uint32_t runs[][2] = {{0, 3}, {7, 1}, {9, 1}};
    struct sx_postings_walk walk;
    uint32_t first, length;
    for (size_t universe = 9; universe < 12; universe++) {
        assert_true(sx_postings_walk(&walk, sx_bytes_make(bytes, sizeof bytes), universe));
        size_t count = 0;
        for (; sx_postings_next(&walk, &first, &length); count++) {
            assert_int_equal(first, runs[count][0]);
            assert_int_equal(length, runs[count][1]);
        }
        assert_int_equal(count, universe > 9 ? 3 : 2);
        assert_int_equal(walk.run_count, universe > 9 ? 0 : 1);
        assert_int_equal(walk.rest.len, 0);
    }
}

static void test_a_buffer_that_is_full_tells(void **state)
{
    (void)state;
    uint8_t storage[2];
    struct sx_buf out;
    static const uint32_t ordinals[] = {1, 1000, 100000};
    sx_buf_init_fixed(&out, storage, sizeof storage);
    sx_postings_put(&out, ordinals, 3);
    assert_true(out.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists_have_their_golden_bytes),
        cmocka_unit_test(test_random_lists_come_back),
        cmocka_unit_test(test_lies_are_damage),
        cmocka_unit_test(test_a_walk_gives_run_after_run_and_tells_its_end_from_damage),
        cmocka_unit_test(test_a_buffer_that_is_full_tells),
    };
    test_mem_init(&memory);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    test_mem_deinit(&memory);
    return failed;
}
