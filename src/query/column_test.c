/* SPDX-License-Identifier: Apache-2.0 */
/* column_test.c -- columns that grow value by value. */
#include "query/column.h"

#include "base/golden_test.h"

static void test_values_and_gaps_come_back(void **state)
{
    (void)state;
    static const stria_type types[] = {STRIA_FLOAT, STRIA_INT, STRIA_UINT, STRIA_BOOL,
                                       STRIA_STRING};
    struct test_mem memory;
    test_mem_init(&memory);
    for (size_t t = 0; t < SX_COUNT_OF(types); t++) {
        struct sx_column column;
        uint64_t value[2] = {0};
        size_t size = sx_type_size(types[t]);
        sx_column_init(&column, &memory.mem, types[t]);
        for (unsigned i = 0; i < 200; i++) {
            assert_true(sx_column_reserve(&column, 1));
            value[0] = i;
            if (i % 3 == 1)
                sx_column_put_null(&column);
            else
                sx_column_put(&column, value);
        }
        assert_int_equal(column.count, 200);
        assert_int_equal(column.absent_count, 67);
        struct sx_vector rest = sx_column_vector(&column, 128);
        for (unsigned i = 0; i < 200; i++) {
            assert_int_equal(sx_column_has(&column, i), i % 3 != 1);
            value[0] = i % 3 == 1 ? 0 : i;
            assert_memory_equal(sx_column_at(&column, i), value, size);
            if (i >= 128)
                assert_int_equal(sx_vector_has(&rest, i - 128), i % 3 != 1);
        }
        assert_ptr_equal(rest.values, sx_column_at(&column, 128));
        sx_column_deinit(&column);
        sx_column_deinit(&column);
    }
    test_mem_deinit(&memory);
}

static void test_a_column_is_used_again_with_another_type(void **state)
{
    (void)state;
    struct test_mem memory;
    struct sx_column column, copy;
    uint8_t yes = 1;
    static const double values[] = {1, 2, 3};
    static const uint64_t present = 5;
    const struct sx_vector vector = {STRIA_FLOAT, values, &present}, none = {.type = STRIA_NONE};
    test_mem_init(&memory);
    sx_column_init(&column, &memory.mem, STRIA_FLOAT);
    sx_column_init(&copy, &memory.mem, STRIA_FLOAT);
    assert_true(sx_column_reserve(&column, 3));
    sx_column_put_many(&column, values, 3);
    sx_column_put_many(&column, NULL, 0);
    assert_null(sx_column_vector(&column, 0).present); /* all are there */
    assert_true(sx_column_reserve(&copy, 4));
    for (size_t i = 0; i < 3; i++)
        sx_column_put_from(&copy, &vector, i);
    sx_column_put_from(&copy, &none, 0);
    assert_int_equal(copy.absent_count, 2);
    assert_true(sx_column_has(&copy, 2) && !sx_column_has(&copy, 1));
    sx_column_reset(&column, STRIA_BOOL);
    assert_int_equal(column.count, 0);
    assert_null(sx_column_vector(&column, 0).values);
    assert_true(sx_column_reserve(&column, 2));
    sx_column_put_null(&column);
    sx_column_put(&column, &yes);
    assert_false(sx_column_has(&column, 0)); /* bits of before are gone */
    assert_true(sx_column_has(&column, 1));
    sx_column_deinit(&column);
    sx_column_deinit(&copy);
    test_mem_deinit(&memory);
}

static void test_refused_memory_leaves_a_column_as_it_was(void **state)
{
    (void)state;
    struct test_mem memory;
    struct sx_column column;
    struct sx_arena arena;
    double one = 1;
    char text[] = "text";
    stria_bytes string = {text, 4};
    test_mem_init(&memory);
    sx_column_init(&column, &memory.mem, STRIA_FLOAT);
    for (int64_t nth = 1; nth <= 2; nth++) {
        test_mem_arm(&memory, nth);
        assert_false(sx_column_reserve(&column, 100));
        assert_true(test_mem_fired(&memory));
    }
    assert_true(sx_column_reserve(&column, 1));
    sx_column_put(&column, &one);
    assert_int_equal(column.count, 1);
    sx_arena_init(&arena, &memory.mem, 100);
    test_mem_arm(&memory, 1);
    assert_false(sx_string_keep(&arena, &string));
    (void)test_mem_fired(&memory);
    string = (stria_bytes){text, 4};
    assert_true(sx_string_keep(&arena, &string));
    text[0] = 'n';
    assert_memory_equal(string.ptr, "text", 4);
    sx_arena_deinit(&arena);
    sx_column_deinit(&column);
    test_mem_deinit(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_and_gaps_come_back),
        cmocka_unit_test(test_a_column_is_used_again_with_another_type),
        cmocka_unit_test(test_refused_memory_leaves_a_column_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
