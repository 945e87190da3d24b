/* SPDX-License-Identifier: Apache-2.0 */
/* block_test.c -- blocks of rows: shaped, appended, reversed, thinned out, at all bit positions. */
#include "scan/block.h"

#include "base/golden_test.h"
#include "codec/generators.h"

static struct test_mem memory;

static const stria_type types[] = {STRIA_INT, STRIA_BOOL, STRIA_STRING};

#define COLUMNS SX_COUNT_OF(types)

/* Row i has time i, values made of i, and column c if bit (i * 7 + c) % 3 says so. */
static bool has(size_t row, size_t c)
{
    return (row * 7 + c) % 3 != 0;
}

static void fill(struct sx_block *block, uint32_t count)
{
    assert_int_equal(sx_block_shape(block, count, types, COLUMNS, NULL), STRIA_OK);
    block->row_count = count;
    for (uint32_t c = 0; c < COLUMNS; c++)
        memset(block->columns[c].present, 0xff, (count + 63) / 64 * 8);
    for (uint32_t i = 0; i < count; i++) {
        block->ts_ns[i] = i;
        ((int64_t *)block->columns[0].values)[i] = (int64_t)i * 3;
        ((uint8_t *)block->columns[1].values)[i] = (uint8_t)(i & 1);
        ((stria_bytes *)block->columns[2].values)[i] =
            (stria_bytes){.ptr = "abcdefgh", .len = i % 9};
        for (size_t c = 0; c < COLUMNS; c++)
            if (!has(i, c))
                block->columns[c].present[i / 64] &= ~((uint64_t)1 << i % 64);
    }
    for (uint32_t c = 0; c < COLUMNS; c++)
        sx_block_settle(block, c);
}

/* Row `at` of the block is what fill() made of row `i`. */
static void check(const struct sx_block *block, uint32_t at, uint32_t i)
{
    assert_int_equal(block->ts_ns[at], i);
    assert_int_equal(((const int64_t *)block->columns[0].values)[at], (int64_t)i * 3);
    assert_int_equal(((const uint8_t *)block->columns[1].values)[at], i & 1);
    assert_int_equal(((const stria_bytes *)block->columns[2].values)[at].len, i % 9);
    for (size_t c = 0; c < COLUMNS; c++)
        assert_int_equal(sx_bit_get(block->columns[c].present, at), has(i, c));
}

static const uint32_t counts[] = {1, 2, 63, 64, 65, 127, 128, 200, 1000};

static void test_reversed_blocks_have_their_rows_backwards(void **state)
{
    (void)state;
    struct sx_block block;
    sx_block_init(&block, &memory.mem);
    for (size_t k = 0; k < SX_COUNT_OF(counts); k++) {
        fill(&block, counts[k]);
        sx_block_reverse(&block);
        for (uint32_t i = 0; i < counts[k]; i++)
            check(&block, i, counts[k] - 1 - i);
        sx_block_reverse(&block);
        for (uint32_t i = 0; i < counts[k]; i++)
            check(&block, i, i);
    }
    block.row_count = 0;
    sx_block_reverse(&block);
    sx_block_deinit(&block);
    sx_block_deinit(&block);
}

static void test_any_stretch_is_appended_at_any_place(void **state)
{
    (void)state;
    struct sx_block from, to;
    struct sx_random random = {1};
    sx_block_init(&from, &memory.mem);
    sx_block_init(&to, &memory.mem);
    fill(&from, 300);
    for (int round = 0; round < 300; round++) {
        uint32_t want[2000], total = 0;
        assert_int_equal(sx_block_shape(&to, 2000, types, COLUMNS, NULL), STRIA_OK);
        assert_int_equal(to.row_count, 0);
        for (uint32_t c = 0; c < COLUMNS; c++)
            memset(to.columns[c].present, round % 2 ? 0xff : 0, 2000 / 8);
        while (total < 1500) {
            uint32_t first = (uint32_t)sx_random_below(&random, 300);
            uint32_t count = (uint32_t)sx_random_below(&random, 300 - first);
            sx_block_append(&to, &from, first, count);
            for (uint32_t i = 0; i < count; i++)
                want[total++] = first + i;
        }
        assert_int_equal(to.row_count, total);
        for (uint32_t i = 0; i < total; i++)
            check(&to, i, want[i]);
    }
    sx_block_deinit(&from);
    sx_block_deinit(&to);
}

static void test_dropped_rows_leave_the_others_in_order(void **state)
{
    (void)state;
    struct sx_block block;
    struct sx_random random = {2};
    sx_block_init(&block, &memory.mem);
    for (int round = 0; round < 100; round++) {
        uint32_t count = counts[(size_t)round % SX_COUNT_OF(counts)], kept = 0;
        uint64_t drop[16] = {0};
        uint64_t density = sx_random_below(&random, 5);
        fill(&block, count);
        for (uint32_t i = 0; i < count; i++)
            if (sx_random_below(&random, 4) < density)
                sx_bit_set(drop, i);
        sx_block_drop(&block, drop);
        for (uint32_t i = 0; i < count; i++)
            if (!sx_bit_get(drop, i))
                check(&block, kept++, i);
        assert_int_equal(block.row_count, kept);
        for (uint32_t c = 0; c < COLUMNS && kept; c++) {
            size_t ones = 0;
            for (uint32_t i = 0; i < kept; i++)
                ones += sx_bit_get(block.columns[c].present, i);
            assert_int_equal(block.columns[c].all_present, ones == kept);
            assert_int_equal(block.columns[c].none_present, ones == 0);
        }
    }
    sx_block_deinit(&block);
}

static void test_bits_are_copied_from_and_to_any_place(void **state)
{
    (void)state;
    struct sx_random random = {3};
    for (int round = 0; round < 3000; round++) {
        uint64_t from[5], to[5], want[5];
        size_t at = sx_random_below(&random, 200), first = sx_random_below(&random, 200);
        size_t count = sx_random_below(&random, 320 - SX_MAX(at, first));
        bool ones = round % 5 == 0;
        for (size_t i = 0; i < 5; i++) {
            from[i] = sx_random_next(&random);
            want[i] = to[i] = sx_random_next(&random);
        }
        for (size_t i = 0; i < count; i++) {
            size_t bit = at + i;
            want[bit / 64] &= ~((uint64_t)1 << bit % 64);
            if (ones || sx_bit_get(from, first + i))
                sx_bit_set(want, bit);
        }
        sx_bits_copy(to, at, ones ? NULL : from, first, count);
        assert_memory_equal(to, want, sizeof to);
    }
}

static void test_a_block_takes_any_shape_again(void **state)
{
    (void)state;
    static const stria_type floats[] = {STRIA_FLOAT, STRIA_FLOAT, STRIA_FLOAT, STRIA_STRING,
                                        STRIA_BOOL};
    struct sx_block block;
    sx_block_init(&block, &memory.mem);
    for (uint32_t rows = 0; rows < 300; rows += 37)
        for (uint32_t columns = 0; columns <= 5; columns++) {
            assert_int_equal(sx_block_shape(&block, rows, floats, columns, NULL), STRIA_OK);
            assert_true(block.row_capacity >= rows);
            assert_int_equal(block.column_count, columns);
            block.row_count = rows;
            for (uint32_t c = 0; c < columns; c++) {
                assert_int_equal(block.columns[c].type, floats[c]);
                sx_block_no_values(&block, c);
                assert_true(block.columns[c].none_present);
            }
        }
    sx_block_deinit(&block);
}

static void test_no_memory_is_told_and_may_pass(void **state)
{
    (void)state;
    struct sx_block block;
    sx_block_init(&block, &memory.mem);
    for (int64_t n = 1;; n++) {
        stria_error err = {0};
        sx_block_deinit(&block);
        sx_block_init(&block, &memory.mem);
        test_mem_arm(&memory, n);
        stria_status st = sx_block_shape(&block, 100, types, COLUMNS, &err);
        bool fired = test_mem_fired(&memory);
        assert_int_equal(st, fired ? STRIA_NOMEM : STRIA_OK);
        assert_int_equal(err.code, st);
        fill(&block, 100);
        check(&block, 99, 99);
        if (!fired)
            break;
    }
    sx_block_deinit(&block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reversed_blocks_have_their_rows_backwards),
        cmocka_unit_test(test_any_stretch_is_appended_at_any_place),
        cmocka_unit_test(test_dropped_rows_leave_the_others_in_order),
        cmocka_unit_test(test_bits_are_copied_from_and_to_any_place),
        cmocka_unit_test(test_a_block_takes_any_shape_again),
        cmocka_unit_test(test_no_memory_is_told_and_may_pass),
    };
    test_mem_init(&memory);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    test_mem_deinit(&memory);
    return failed;
}
