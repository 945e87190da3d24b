/* SPDX-License-Identifier: Apache-2.0 */
/* byte_heap_test.c -- blocks keep their bytes, and dead ones are given back. */
#include "index/byte_heap.h"

#include "base/golden_test.h"
#include "codec/generators.h"

#define BLOCKS 3000

struct block {
    uint32_t place; /* 0: none */
    size_t size;
    uint8_t fill;
};

struct blocks {
    struct test_mem memory;
    struct sx_byte_heap heap;
    struct block items[BLOCKS];
    struct sx_random random;
};

static void blocks_init(struct blocks *b)
{
    memset(b, 0, sizeof *b);
    b->random = (struct sx_random){7};
    test_mem_init(&b->memory);
    sx_byte_heap_init(&b->heap, &b->memory.mem);
}

static void blocks_deinit(struct blocks *b)
{
    sx_byte_heap_deinit(&b->heap);
    test_mem_deinit(&b->memory);
}

static void put(struct blocks *b, size_t i, size_t size)
{
    struct block *block = &b->items[i];
    block->size = size;
    block->fill = (uint8_t)sx_random_next(&b->random);
    block->place = sx_byte_heap_alloc(&b->heap, size);
    assert_true(block->place);
    memset(sx_byte_heap_at(&b->heap, block->place), block->fill, size);
}

static void drop(struct blocks *b, size_t i)
{
    sx_byte_heap_free(&b->heap, b->items[i].place, b->items[i].size);
    b->items[i] = (struct block){0};
}

static void move_all(struct blocks *b)
{
    sx_byte_heap_begin_moving(&b->heap);
    for (size_t i = 0; i < BLOCKS; i++)
        if (b->items[i].place && sx_byte_heap_is_leaving(&b->heap, b->items[i].place))
            b->items[i].place = sx_byte_heap_move(&b->heap, b->items[i].place, b->items[i].size);
}

static void assert_whole(const struct blocks *b)
{
    for (size_t i = 0; i < BLOCKS; i++)
        for (size_t k = 0; k < b->items[i].size; k++)
            assert_int_equal(sx_byte_heap_at(&b->heap, b->items[i].place)[k], b->items[i].fill);
}

static void test_blocks_keep_their_bytes_whatever_comes_and_goes(void **state)
{
    (void)state;
    static struct blocks b;
    static const size_t sizes[] = {1, 3, 4, 20, 300, 16384, 16385, 70000, SX_BYTE_HEAP_BLOCK_MAX};
    blocks_init(&b);
    for (size_t step = 0; step < 20000; step++) {
        size_t i = (size_t)sx_random_below(&b.random, BLOCKS);
        if (b.items[i].place)
            drop(&b, i);
        else if (sx_random_below(&b.random, 200) == 0)
            put(&b, i, sizes[sx_random_below(&b.random, step < 500 ? SX_COUNT_OF(sizes) : 7)]);
        else
            put(&b, i, 1 + (size_t)sx_random_below(&b.random, 60));
        if (step % 1000 == 0) {
            move_all(&b);
            assert_whole(&b);
        }
    }
    assert_whole(&b);
    for (size_t i = 0; i < BLOCKS; i++)
        if (b.items[i].place)
            drop(&b, i);
    assert_int_equal(b.heap.live, 0);
    assert_true(b.heap.size <= 65536); /* one chunk is kept for those to come */
    blocks_deinit(&b);
}

static void test_moving_gives_back_what_is_dead(void **state)
{
    (void)state;
    static struct blocks b;
    blocks_init(&b);
    for (size_t i = 0; i < BLOCKS; i++)
        put(&b, i, 400);
    assert_false(sx_byte_heap_is_sparse(&b.heap));
    size_t full = sx_mem_size(&b.memory.mem);
    for (size_t i = 0; i < BLOCKS; i++)
        if (i % 4)
            drop(&b, i);
    assert_true(sx_byte_heap_is_sparse(&b.heap));
    assert_int_equal(sx_mem_size(&b.memory.mem), full); /* some live in every chunk */
    move_all(&b);
    assert_whole(&b);
    assert_false(sx_byte_heap_is_sparse(&b.heap));
    assert_true(sx_mem_size(&b.memory.mem) < full / 2);
    blocks_deinit(&b);
}

static void test_a_heap_whose_oldest_blocks_die_first_needs_no_moving(void **state)
{
    (void)state;
    static struct blocks b;
    blocks_init(&b);
    for (size_t i = 0; i < 100000; i++) {
        if (b.items[i % BLOCKS].place)
            drop(&b, i % BLOCKS);
        put(&b, i % BLOCKS, 100);
    }
    assert_whole(&b);
    assert_true(b.heap.size < (size_t)BLOCKS * 100 + 3 * 65536);
    assert_true(b.heap.chunk_count < 20); /* their numbers are used again */
    blocks_deinit(&b);
}

static void test_a_refusal_changes_nothing(void **state)
{
    (void)state;
    static struct blocks b;
    size_t refused = 0;
    blocks_init(&b);
    for (size_t i = 0; i < BLOCKS; i++) {
        test_mem_arm(&b.memory, 1 + (int64_t)(i % 2));
        uint32_t place = sx_byte_heap_alloc(&b.heap, 500);
        if (test_mem_fired(&b.memory)) {
            assert_int_equal(place, 0);
            refused++;
        } else {
            sx_byte_heap_free(&b.heap, place, 500);
        }
        put(&b, i, 500);
    }
    assert_true(refused > 5);
    assert_whole(&b);
    for (size_t i = 0; i < BLOCKS; i++)
        if (i % 8)
            drop(&b, i);
    b.memory.fault.for_ever = true;
    test_mem_arm(&b.memory, 1);
    move_all(&b); /* what fits the current chunk goes, the rest stays */
    assert_true(test_mem_fired(&b.memory));
    b.memory.fault.for_ever = false;
    assert_whole(&b);
    blocks_deinit(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks_keep_their_bytes_whatever_comes_and_goes),
        cmocka_unit_test(test_moving_gives_back_what_is_dead),
        cmocka_unit_test(test_a_heap_whose_oldest_blocks_die_first_needs_no_moving),
        cmocka_unit_test(test_a_refusal_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
