/* SPDX-License-Identifier: Apache-2.0 */
/* arena_test.c -- many small pieces, one release. */
#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct sx_mem mem;

static int set_up(void **state)
{
    (void)state;
    sx_mem_init(&mem, NULL, "test", 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    sx_mem_deinit(&mem);
    return 0;
}

static void test_pieces_are_aligned_and_apart(void **state)
{
    (void)state;
    struct sx_arena arena;
    uint8_t *pieces[500];
    sx_arena_init(&arena, &mem, 1024);
    assert_int_equal(sx_mem_size(&mem), 0);
    for (size_t i = 0; i < SX_COUNT_OF(pieces); i++) {
        pieces[i] = sx_arena_alloc(&arena, i % 37);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % 8, 0);
        memset(pieces[i], (int)i & 0xff, i % 37);
    }
    for (size_t i = 0; i < SX_COUNT_OF(pieces); i++)
        for (size_t j = 0; j < i % 37; j++)
            assert_int_equal(pieces[i][j], i & 0xff);
    assert_true(arena.size <= sx_mem_size(&mem));
    sx_arena_deinit(&arena);
    assert_int_equal(sx_mem_size(&mem), 0);
    sx_arena_deinit(&arena);
}

static void test_pieces_larger_than_a_block_have_their_own(void **state)
{
    (void)state;
    struct sx_arena arena;
    sx_arena_init(&arena, &mem, 256);
    uint8_t *small = sx_arena_alloc(&arena, 10), *large = sx_arena_zalloc(&arena, 100000);
    assert_true(small && large);
    for (size_t i = 0; i < 100000; i++)
        assert_int_equal(large[i], 0);
    assert_non_null(sx_arena_alloc(&arena, 10));
    sx_arena_deinit(&arena);
}

static void test_a_reset_keeps_one_block(void **state)
{
    (void)state;
    struct sx_arena arena;
    sx_arena_init(&arena, &mem, 1024);
    sx_arena_reset(&arena);
    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < 100; i++)
            assert_non_null(sx_arena_alloc(&arena, 100));
        sx_arena_reset(&arena);
        assert_int_equal(arena.size, 0);
        assert_true(sx_mem_size(&mem) < 1200);
    }
    sx_arena_deinit(&arena);
}

static void test_copies_end_with_a_nul(void **state)
{
    (void)state;
    struct sx_arena arena;
    sx_arena_init(&arena, &mem, 0);
    struct sx_bytes copy = sx_arena_dup(&arena, SX_LITERAL("text"));
    assert_int_equal(copy.len, 4);
    assert_string_equal((const char *)copy.ptr, "text");
    copy = sx_arena_dup(&arena, (struct sx_bytes){0});
    assert_int_equal(copy.len, 0);
    assert_string_equal((const char *)copy.ptr, "");
    sx_arena_deinit(&arena);
}

static void test_sizes_that_overflow_are_refused(void **state)
{
    (void)state;
    struct sx_arena arena;
    sx_arena_init(&arena, &mem, 0);
    assert_null(sx_arena_alloc(&arena, SIZE_MAX));
    assert_null(sx_arena_alloc(&arena, SIZE_MAX - 7));
    assert_null(sx_arena_array(&arena, SIZE_MAX / 2, 3));
    assert_null(sx_arena_array(&arena, (size_t)1 << 33, (size_t)1 << 33));
    assert_non_null(sx_arena_array(&arena, 0, 8));
    sx_arena_deinit(&arena);
    sx_arena_init(&arena, &mem, 1); /* smaller than a block's own header */
    assert_non_null(sx_arena_alloc(&arena, 1));
    sx_arena_deinit(&arena);
}

static void test_refused_memory_leaves_the_arena_whole(void **state)
{
    (void)state;
    struct sx_arena arena;
    struct sx_mem_fault fault = {.countdown = 2, .for_ever = true};
    sx_arena_init(&arena, &mem, 256);
    mem.fault = &fault;
    char *first = sx_arena_alloc(&arena, 100);
    assert_non_null(first);
    assert_null(sx_arena_alloc(&arena, 200));
    assert_null(sx_arena_dup(&arena, sx_bytes_make(first, 200)).ptr);
    assert_non_null(sx_arena_alloc(&arena, 100)); /* still fits the first block */
    mem.fault = NULL;
    assert_non_null(sx_arena_alloc(&arena, 200));
    sx_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces_are_aligned_and_apart),
        cmocka_unit_test(test_pieces_larger_than_a_block_have_their_own),
        cmocka_unit_test(test_a_reset_keeps_one_block),
        cmocka_unit_test(test_copies_end_with_a_nul),
        cmocka_unit_test(test_sizes_that_overflow_are_refused),
        cmocka_unit_test(test_refused_memory_leaves_the_arena_whole),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
