/* SPDX-License-Identifier: Apache-2.0 */
/* segmented_test.c -- items are born zeroed, keep their address, and end at the array's limit. */
#include "base/segmented.h"

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

static void test_items_keep_address_and_value_while_it_grows(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    static uint64_t *places[COUNT];
    struct sx_segmented array;
    sx_segmented_init(&array, &mem, sizeof(uint64_t), 1024);
    assert_int_equal(sx_mem_size(&mem), 0);
    assert_null(sx_segmented_find(&array, 0));
    for (uint32_t i = 0; i < COUNT; i++) {
        assert_true(sx_segmented_reserve(&array, i));
        places[i] = sx_segmented_at(&array, i);
        assert_int_equal(*places[i], 0);
        *places[i] = i + 1;
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        assert_ptr_equal(sx_segmented_at(&array, i), places[i]);
        assert_ptr_equal(sx_segmented_find(&array, i), places[i]);
        assert_int_equal(*places[i], i + 1);
    }
    sx_segmented_deinit(&array);
    assert_int_equal(sx_mem_size(&mem), 0);
}

static void test_places_of_segments_meet_without_gap(void **state)
{
    (void)state;
    struct sx_segmented array;
    uint32_t first = 0;
    sx_segmented_init(&array, &mem, 1, 1024);
    for (unsigned k = 0; k < SX_SEGMENTED_COUNT; k++) {
        uint32_t offset, last = first + ((uint32_t)256 << k / 4) - 1;
        assert_int_equal(sx_segmented_place(&array, first, &offset), k);
        assert_int_equal(offset, 0);
        assert_int_equal(sx_segmented_place(&array, last, &offset), k);
        assert_int_equal(offset, last - first);
        first = last + 1;
    }
    sx_segmented_deinit(&array);
}

static void test_what_does_not_exist_is_not_found(void **state)
{
    (void)state;
    struct sx_segmented array;
    sx_segmented_init(&array, &mem, 8, 1024);
    assert_true(sx_segmented_reserve(&array, 5000)); /* the segment of it alone */
    assert_null(sx_segmented_find(&array, 0));
    assert_non_null(sx_segmented_find(&array, 5000));
    assert_null(sx_segmented_find(&array, UINT32_MAX));
    assert_false(sx_segmented_reserve(&array, UINT32_MAX)); /* beyond the last segment */
    sx_segmented_deinit(&array);
}

static void test_refused_memory_changes_nothing(void **state)
{
    (void)state;
    struct sx_segmented array;
    struct sx_mem_fault fault = {.countdown = 1};
    sx_segmented_init(&array, &mem, 8, 1024);
    mem.fault = &fault;
    assert_false(sx_segmented_reserve(&array, 0));
    mem.fault = NULL;
    assert_null(sx_segmented_find(&array, 0));
    assert_true(sx_segmented_reserve(&array, 0));
    sx_segmented_deinit(&array);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_items_keep_address_and_value_while_it_grows),
        cmocka_unit_test(test_places_of_segments_meet_without_gap),
        cmocka_unit_test(test_what_does_not_exist_is_not_found),
        cmocka_unit_test(test_refused_memory_changes_nothing),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
