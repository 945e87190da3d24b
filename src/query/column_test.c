/* SPDX-License-Identifier: Apache-2.0 */
/* column_test.c -- columns that grow: what is put is what stands there, also after a reset. */
#include "query/column.h"

#include "base/golden_test.h"

static void test_values_and_gaps_stand_where_they_were_put(void **state)
{
    (void)state;
    struct test_mem memory;
    struct sx_column column;
    test_mem_init(&memory);
    sx_column_init(&column, &memory.mem, STRIA_INT);
    for (int64_t i = 0; i < 1000; i++) {
        assert_true(sx_column_reserve(&column, 1));
        if (i % 7 == 3)
            sx_column_put_null(&column);
        else
            sx_column_put(&column, &i);
    }
    assert_int_equal(column.count, 1000);
    assert_int_equal(column.absent_count, 143);
    for (int64_t i = 0; i < 1000; i++) {
        assert_int_equal(sx_column_has(&column, (size_t)i), i % 7 != 3);
        if (i % 7 != 3)
            assert_memory_equal(sx_column_at(&column, (size_t)i), &i, sizeof i);
    }
    struct sx_vector vector = sx_column_vector(&column, 128);
    assert_int_equal(((const int64_t *)vector.values)[0], 128);
    assert_int_equal(sx_vector_has(&vector, 3), 131 % 7 != 3);
    assert_int_equal(sx_vector_has(&vector, 1), 129 % 7 != 3);
    sx_column_deinit(&column);
    test_mem_deinit(&memory);
}

static void test_a_reset_column_begins_anew_with_another_type(void **state)
{
    (void)state;
    static const uint8_t flags[] = {1, 0, 1};
    struct test_mem memory;
    struct sx_column column;
    double number = 1.5;
    test_mem_init(&memory);
    sx_column_init(&column, &memory.mem, STRIA_FLOAT);
    assert_true(sx_column_reserve(&column, 200));
    for (int i = 0; i < 200; i++)
        sx_column_put(&column, &number);
    sx_column_reset(&column, STRIA_BOOL);
    assert_int_equal(column.count, 0);
    assert_true(sx_column_reserve(&column, 4));
    sx_column_put_null(&column);
    sx_column_put_many(&column, flags, 3);
    assert_false(sx_column_has(&column, 0));
    assert_true(sx_column_has(&column, 1));
    assert_memory_equal(sx_column_at(&column, 1), flags, 3);
    sx_column_deinit(&column);
    test_mem_deinit(&memory);
}

static void test_values_come_from_vectors_of_any_kind(void **state)
{
    (void)state;
    static const stria_bytes texts[] = {{.ptr = "one", .len = 3}, {.ptr = "two", .len = 3}};
    const uint64_t present = 2;
    const struct sx_vector partly = {.type = STRIA_STRING, .values = texts, .present = &present};
    const struct sx_vector none = {.type = STRIA_NONE};
    struct test_mem memory;
    struct sx_column column;
    struct sx_arena arena;
    test_mem_init(&memory);
    sx_arena_init(&arena, &memory.mem, 64);
    sx_column_init(&column, &memory.mem, STRIA_STRING);
    assert_true(sx_column_reserve(&column, 3));
    sx_column_put_from(&column, &partly, 0);
    sx_column_put_from(&column, &partly, 1);
    sx_column_put_from(&column, &none, 0);
    assert_int_equal(column.absent_count, 2);
    stria_bytes kept = ((const stria_bytes *)(const void *)column.values)[1];
    assert_ptr_equal(kept.ptr, texts[1].ptr);
    assert_true(sx_string_keep(&arena, &kept));
    assert_ptr_not_equal(kept.ptr, texts[1].ptr);
    assert_memory_equal(kept.ptr, "two", 3);
    sx_column_deinit(&column);
    sx_arena_deinit(&arena);
    test_mem_deinit(&memory);
}

static void test_a_refused_allocation_leaves_the_column_as_it_was(void **state)
{
    (void)state;
    for (int64_t nth = 1;; nth++) {
        struct test_mem memory;
        struct sx_column column;
        int64_t value = 5;
        test_mem_init(&memory);
        sx_column_init(&column, &memory.mem, STRIA_INT);
        test_mem_arm(&memory, nth);
        bool good = sx_column_reserve(&column, 1);
        if (good)
            sx_column_put(&column, &value);
        bool grown = sx_column_reserve(&column, 5000);
        bool fired = test_mem_fired(&memory);
        assert_int_equal(column.count, good);
        assert_int_equal(fired, !good || !grown);
        sx_column_deinit(&column);
        test_mem_deinit(&memory);
        if (!fired)
            return;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_and_gaps_stand_where_they_were_put),
        cmocka_unit_test(test_a_reset_column_begins_anew_with_another_type),
        cmocka_unit_test(test_values_come_from_vectors_of_any_kind),
        cmocka_unit_test(test_a_refused_allocation_leaves_the_column_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
