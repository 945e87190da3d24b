/* SPDX-License-Identifier: Apache-2.0 */
/* rollup_test.c -- marks of windows: in order, one a window, and never changed under others. */
#include "model/rollup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void put(struct sx_rollup_marks **marks, struct sx_mem *mem, int64_t window,
                uint64_t generation, uint8_t flags)
{
    struct sx_rollup_mark mark = {window, generation, flags};
    assert_true(sx_rollup_marks_put(marks, mem, &mark));
}

static void test_marks_are_kept_in_order_and_once_a_window(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_rollup_marks *marks = NULL;
    sx_mem_init(&mem, NULL, "test", 0);
    assert_null(sx_rollup_marks_find(NULL, 0));
    assert_int_equal(sx_rollup_marks_from(NULL, 0), 0);
    for (int64_t i = 0; i < 100; i++)
        put(&marks, &mem, i * 37 % 100 - 50, (uint64_t)i, 0);
    put(&marks, &mem, 7, 1000, SX_ROLLUP_STALE);
    put(&marks, &mem, 8, 0, SX_ROLLUP_GONE);
    put(&marks, &mem, 800, 0, SX_ROLLUP_GONE); /* there is none */
    assert_int_equal(marks->count, 99);
    for (size_t i = 1; i < marks->count; i++)
        assert_true(marks->items[i - 1].window_start < marks->items[i].window_start);
    assert_int_equal(sx_rollup_marks_find(marks, 7)->generation, 1000);
    assert_null(sx_rollup_marks_find(marks, 8));
    assert_int_equal(marks->items[sx_rollup_marks_from(marks, 8)].window_start, 9);
    assert_int_equal(sx_rollup_marks_from(marks, 50), 99);
    sx_rollup_marks_release(marks);
    sx_mem_deinit(&mem);
}

static void test_marks_that_others_hold_are_not_changed(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_rollup_marks *marks = NULL;
    sx_mem_init(&mem, NULL, "test", 0);
    put(&marks, &mem, 1, 1, 0);
    struct sx_rollup_marks *held = sx_rollup_marks_acquire(marks);
    put(&marks, &mem, 1, 2, 0);
    assert_int_equal(sx_rollup_marks_find(held, 1)->generation, 1);
    assert_int_equal(sx_rollup_marks_find(marks, 1)->generation, 2);
    sx_rollup_marks_release(held);
    sx_rollup_marks_release(marks);
    sx_mem_deinit(&mem);
}

static void test_without_memory_nothing_changes(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_rollup_marks *marks = NULL;
    struct sx_rollup_mark mark = {.window_start = 2};
    sx_mem_init(&mem, NULL, "test", sizeof *marks + 16 * sizeof mark);
    put(&marks, &mem, 1, 1, 0);
    struct sx_rollup_marks *held = sx_rollup_marks_acquire(marks);
    assert_false(sx_rollup_marks_put(&marks, &mem, &mark));
    assert_ptr_equal(marks, held);
    assert_int_equal(marks->count, 1);
    sx_rollup_marks_release(held);
    sx_rollup_marks_release(marks);
    sx_mem_deinit(&mem);
}

static void test_intervals_have_names(void **state)
{
    (void)state;
    assert_string_equal(sx_rollup_name(SX_ROLLUP_5M_NS), "5m");
    assert_string_equal(sx_rollup_name(SX_ROLLUP_1H_NS), "1h");
    assert_null(sx_rollup_name(0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_marks_are_kept_in_order_and_once_a_window),
        cmocka_unit_test(test_marks_that_others_hold_are_not_changed),
        cmocka_unit_test(test_without_memory_nothing_changes),
        cmocka_unit_test(test_intervals_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
