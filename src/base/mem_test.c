/* SPDX-License-Identifier: Apache-2.0 */
/* mem_test.c -- budgets: what is charged where, what is refused, and that refusals change nothing.
 * */
#include "base/mem.h"
#include "base/sanitizer_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A store with a class of queries and one query in it. */
struct tree {
    struct sx_mem store, queries, query;
};

static void tree_init(struct tree *tree, size_t store_limit, size_t queries_limit,
                      size_t query_limit)
{
    sx_mem_init(&tree->store, NULL, "store", store_limit);
    sx_mem_init(&tree->queries, &tree->store, "queries", queries_limit);
    sx_mem_init(&tree->query, &tree->queries, "query", query_limit);
}

static void tree_deinit(struct tree *tree)
{
    sx_mem_deinit(&tree->query);
    sx_mem_deinit(&tree->queries);
    sx_mem_deinit(&tree->store);
}

static void check_size(const struct tree *tree, size_t size)
{
    assert_int_equal(sx_mem_size(&tree->query), size);
    assert_int_equal(sx_mem_size(&tree->queries), size);
    assert_int_equal(sx_mem_size(&tree->store), size);
}

static void test_an_allocation_is_charged_all_the_way_up(void **state)
{
    (void)state;
    struct tree tree;
    tree_init(&tree, 0, 0, 0);
    uint8_t *a = sx_mem_alloc(&tree.query, 1000), *b = sx_mem_zalloc(&tree.query, 3000);
    assert_true(a && b);
    size_t size = sx_mem_size(&tree.query);
    assert_true(size >= 4000 && size < 4100);
    check_size(&tree, size);
    for (size_t i = 0; i < 3000; i++)
        assert_int_equal(b[i], 0);
    void *c = sx_mem_alloc(&tree.store, 500);
    assert_true(sx_mem_size(&tree.store) >= size + 500);
    assert_int_equal(sx_mem_size(&tree.query), size);
    sx_mem_free(&tree.store, c);
    sx_mem_free(&tree.query, a);
    sx_mem_free(&tree.query, b);
    sx_mem_free(&tree.query, NULL);
    check_size(&tree, 0);
    assert_true(atomic_load(&tree.store.size_max) >= size + 500);
    assert_int_equal(atomic_load(&tree.query.size_max), size);
    tree_deinit(&tree);
}

static void test_any_node_on_the_way_may_refuse(void **state)
{
    (void)state;
    const size_t limits[][3] = {{4096, 0, 0}, {0, 4096, 0}, {0, 0, 4096}};
    const char *names[] = {"store", "queries", "query"};
    for (size_t i = 0; i < SX_COUNT_OF(limits); i++) {
        struct tree tree;
        stria_error err;
        char expected[100];
        tree_init(&tree, limits[i][0], limits[i][1], limits[i][2]);
        void *p = sx_mem_alloc(&tree.query, 3000);
        assert_non_null(p);
        size_t size = sx_mem_size(&tree.query);
        assert_null(sx_mem_alloc(&tree.query, 2000));
        assert_null(sx_mem_zalloc(&tree.query, 2000));
        assert_null(sx_mem_aligned(&tree.query, 64, 2000));
        assert_null(sx_mem_resize(&tree.query, p, 6000));
        assert_false(sx_mem_reserve(&tree.query, 2000));
        check_size(&tree, size);
        assert_int_equal(sx_mem_refused(&tree.query, 2000, &err), STRIA_NOMEM);
        snprintf(expected, sizeof expected,
                 "memory budget '%s': %zu of 4096 bytes used, 2000 more needed", names[i], size);
        assert_string_equal(err.text, expected);
        sx_mem_free(&tree.query, p);
        /* Memory came back since: who refused is still told. */
        assert_int_equal(sx_mem_refused(&tree.query, 2000, &err), STRIA_NOMEM);
        snprintf(expected, sizeof expected,
                 "memory budget '%s' was full for 2000 bytes of 'query': 0 of 4096 used now",
                 names[i]);
        assert_string_equal(err.text, expected);
        tree_deinit(&tree);
    }
}

static void test_the_system_refuses_without_a_budget(void **state)
{
    (void)state;
    struct tree tree;
    stria_error err;
    tree_init(&tree, 0, 0, 4096);
    assert_null(sx_mem_alloc(&tree.query, 5000));
    atomic_store(&tree.query.limit, 0);
    if (!SANITIZED) /* no machine has that; a sanitizer would end the test */
        assert_null(sx_mem_alloc(&tree.query, SIZE_MAX / 4));
    else
        atomic_store(&tree.query.refused_by, NULL);
    check_size(&tree, 0);
    assert_int_equal(sx_mem_refused(&tree.query, SIZE_MAX / 4, &err), STRIA_NOMEM);
    assert_string_equal(err.text, "no memory for 4611686018427387903 bytes of 'query'");
    tree_deinit(&tree);
}

static void test_sizes_that_would_wrap_around_are_refused(void **state)
{
    (void)state;
    struct tree tree;
    stria_error err;
    void *array = NULL;
    size_t capacity = 0;
    tree_init(&tree, 1 << 20, 0, 0);
    void *p = sx_mem_alloc(&tree.query, 100);
    size_t size = sx_mem_size(&tree.query);
    assert_false(sx_mem_reserve(&tree.query, SIZE_MAX));
    assert_false(sx_mem_reserve(&tree.query, SIZE_MAX - 50));
    assert_null(sx_mem_resize(&tree.query, p, SIZE_MAX - 50));
    assert_false(sx_mem_grow(&tree.query, &array, &capacity, SIZE_MAX / 4, 8));
    assert_false(sx_mem_grow(&tree.query, &array, &capacity, SIZE_MAX, 1));
    assert_null(array);
    assert_int_equal(capacity, 0);
    check_size(&tree, size);
    assert_int_equal(sx_mem_refused(&tree.query, SIZE_MAX, &err), STRIA_NOMEM);
    assert_non_null(strstr(err.text, "'store'"));
    sx_mem_free(&tree.query, p);
    tree_deinit(&tree);
}

static void test_resizing_keeps_bytes_and_account(void **state)
{
    (void)state;
    struct tree tree;
    tree_init(&tree, 0, 0, 0);
    uint8_t *p = NULL;
    for (size_t size = 1; size <= 100000; size = size * 3 + 1) {
        uint8_t *moved = sx_mem_resize(&tree.query, p, size);
        assert_non_null(moved);
        for (size_t i = 0; p && i < size / 3; i++)
            assert_int_equal(moved[i], i & 0xff);
        for (size_t i = 0; i < size; i++)
            moved[i] = (uint8_t)i;
        p = moved;
        assert_true(sx_mem_size(&tree.query) >= size && sx_mem_size(&tree.query) < size + 64);
    }
    p = sx_mem_resize(&tree.query, p, 10);
    assert_non_null(p);
    assert_int_equal(p[9], 9);
    check_size(&tree, sx_mem_size(&tree.query));
    sx_mem_free(&tree.query, p);
    check_size(&tree, 0);
    tree_deinit(&tree);
}

static void test_aligned_memory_is_aligned(void **state)
{
    (void)state;
    struct tree tree;
    tree_init(&tree, 0, 0, 0);
    for (size_t align = sizeof(void *); align <= 4096; align *= 2) {
        void *p = sx_mem_aligned(&tree.query, align, align + 1);
        assert_int_equal((uintptr_t)p % align, 0);
        assert_true(sx_mem_size(&tree.query) > align);
        sx_mem_free(&tree.query, p);
    }
    check_size(&tree, 0);
    tree_deinit(&tree);
}

static void test_a_block_moves_between_nodes_that_share_a_full_parent(void **state)
{
    (void)state;
    struct tree tree;
    struct sx_mem memtable;
    tree_init(&tree, 5000, 0, 0);
    sx_mem_init(&memtable, &tree.store, "memtable", 4000);
    void *p = sx_mem_alloc(&tree.query, 3000);
    size_t size = sx_mem_size(&tree.query);
    assert_true(sx_mem_move(&tree.query, &memtable, p)); /* the store could not take it twice */
    assert_int_equal(sx_mem_size(&tree.queries), 0);
    assert_int_equal(sx_mem_size(&memtable), size);
    assert_int_equal(sx_mem_size(&tree.store), size);
    assert_true(sx_mem_reserve(&tree.query, 1500));
    assert_true(sx_mem_move(&memtable, &tree.queries, p)); /* to a node above others */
    assert_int_equal(sx_mem_size(&tree.queries), size + 1500);
    assert_false(sx_mem_reserve(&memtable, 1500));
    void *q = sx_mem_alloc(&memtable, 100);
    atomic_store(&tree.query.limit, 1550);
    assert_false(sx_mem_move(&memtable, &tree.query, q));
    assert_int_equal(sx_mem_size(&tree.query), 1500);
    assert_true(sx_mem_move(&memtable, &memtable, q));
    sx_mem_free(&memtable, q);
    sx_mem_release(&tree.query, 1500);
    sx_mem_free(&tree.queries, p);
    check_size(&tree, 0);
    sx_mem_deinit(&memtable);
    tree_deinit(&tree);
}

static void test_memory_for_the_host_is_in_no_account(void **state)
{
    (void)state;
    char *p = sx_mem_host_alloc(100);
    assert_non_null(p);
    memset(p, 1, 100);
    sx_mem_host_free(p);
    sx_mem_host_free(NULL);
}

static void test_reservations_count_like_memory(void **state)
{
    (void)state;
    struct tree tree;
    tree_init(&tree, 1000, 0, 0);
    assert_true(sx_mem_reserve(&tree.query, 600));
    assert_false(sx_mem_reserve(&tree.query, 401));
    assert_true(sx_mem_reserve(&tree.query, 400));
    check_size(&tree, 1000);
    sx_mem_release(&tree.query, 1000);
    check_size(&tree, 0);
    tree_deinit(&tree);
}

static void test_memory_is_tight_beyond_half_of_a_limit_or_most_of_a_shared_one(void **state)
{
    static const struct {
        size_t shared_limit, limit, used, used_by_others;
        bool want;
    } rows[] = {
        {0, 0, 5000, 5000, false},     {0, 1000, 500, 0, false},
        {0, 1000, 501, 0, true},       {8000, 0, 3000, 4000, false},
        {8000, 0, 3001, 4000, true},   {8000, 1000, 100, 6900, false},
        {8000, 1000, 100, 6901, true}, {8000, 16000, 100, 6900, false},
    };
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_mem shared, mem;
        sx_mem_init(&shared, NULL, "shared", rows[i].shared_limit);
        sx_mem_init(&mem, &shared, "own", rows[i].limit);
        assert_true(sx_mem_reserve(&mem, rows[i].used));
        assert_true(rows[i].used_by_others == 0 || sx_mem_reserve(&shared, rows[i].used_by_others));
        assert_int_equal(sx_mem_is_tight(&mem), rows[i].want);
        size_t own = rows[i].limit ? rows[i].limit - rows[i].used : SIZE_MAX;
        size_t all = rows[i].shared_limit
                         ? rows[i].shared_limit - rows[i].used - rows[i].used_by_others
                         : SIZE_MAX;
        assert_int_equal(sx_mem_left(&mem), SX_MIN(own, all));
        sx_mem_release(&mem, rows[i].used);
        sx_mem_release(&shared, rows[i].used_by_others);
        sx_mem_deinit(&mem);
        sx_mem_deinit(&shared);
    }
}

static void test_growing_doubles(void **state)
{
    (void)state;
    struct tree tree;
    uint32_t *items = NULL;
    size_t capacity = 0, last = 0, moves = 0;
    tree_init(&tree, 0, 0, 0);
    for (uint32_t i = 0; i < 10000; i++) {
        assert_true(SX_GROW(&tree.query, items, capacity, i + 1));
        moves += capacity != last;
        last = capacity;
        items[i] = i;
    }
    assert_int_equal(capacity, 16384);
    assert_int_equal(moves, 12);
    for (uint32_t i = 0; i < 10000; i++)
        assert_int_equal(items[i], i);
    sx_mem_free(&tree.query, items);
    tree_deinit(&tree);
}

static void test_a_fault_fails_the_nth_and_perhaps_all_later(void **state)
{
    (void)state;
    struct tree tree;
    tree_init(&tree, 0, 0, 0);
    for (int for_ever = 0; for_ever < 2; for_ever++)
        for (int n = 1; n <= 5; n++) {
            struct sx_mem_fault fault = {.countdown = n, .for_ever = for_ever};
            void *p[5];
            tree.store.fault = &fault;
            for (int i = 0; i < 5; i++) {
                assert_int_equal(atomic_load(&fault.fired), i >= n);
                p[i] = sx_mem_alloc(&tree.query, 10);
                assert_int_equal(p[i] != NULL, i + 1 < n || (i + 1 > n && !for_ever));
            }
            tree.store.fault = NULL;
            for (int i = 0; i < 5; i++)
                sx_mem_free(&tree.query, p[i]);
            check_size(&tree, 0);
        }
    struct sx_mem_fault never = {.countdown = -1, .for_ever = true};
    tree.store.fault = &never;
    assert_true(sx_mem_reserve(&tree.query, 10));
    void *p = sx_mem_alloc(&tree.query, 10);
    assert_non_null(p);
    assert_false(atomic_load(&never.fired));
    sx_mem_free(&tree.query, p);
    sx_mem_release(&tree.query, 10);
    tree_deinit(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_allocation_is_charged_all_the_way_up),
        cmocka_unit_test(test_any_node_on_the_way_may_refuse),
        cmocka_unit_test(test_the_system_refuses_without_a_budget),
        cmocka_unit_test(test_sizes_that_would_wrap_around_are_refused),
        cmocka_unit_test(test_resizing_keeps_bytes_and_account),
        cmocka_unit_test(test_aligned_memory_is_aligned),
        cmocka_unit_test(test_a_block_moves_between_nodes_that_share_a_full_parent),
        cmocka_unit_test(test_memory_for_the_host_is_in_no_account),
        cmocka_unit_test(test_reservations_count_like_memory),
        cmocka_unit_test(test_memory_is_tight_beyond_half_of_a_limit_or_most_of_a_shared_one),
        cmocka_unit_test(test_growing_doubles),
        cmocka_unit_test(test_a_fault_fails_the_nth_and_perhaps_all_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
