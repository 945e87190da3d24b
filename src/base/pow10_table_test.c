/* SPDX-License-Identifier: Apache-2.0 */
/* pow10_table_test.c -- the table against itself: each row must follow from the one before. */
#include "base/pow10_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct wide {
    uint64_t limbs[3]; /* highest first, so that order is that of the limbs */
};

/* v * factor + plus * factor, where the product has at most 192 bits. */
static struct wide times(struct sx_u128 v, uint64_t plus, uint64_t factor)
{
    struct sx_u128 low = sx_mul_u64(v.low + plus, factor), high = sx_mul_u64(v.high, factor);
    uint64_t middle = high.low + low.high;
    return (struct wide){{high.high + (middle < high.low), middle, low.low}};
}

static int compare(struct wide a, struct wide b)
{
    for (size_t i = 0; i < 3; i++)
        if (a.limbs[i] != b.limbs[i])
            return a.limbs[i] < b.limbs[i] ? -1 : 1;
    return 0;
}

static void test_a_row_is_ten_times_the_row_before_within_the_cut(void **state)
{
    (void)state;
    for (int32_t q = SX_POW10_MIN + 1; q <= SX_POW10_MAX; q++) {
        struct sx_u128 before = sx_pow10(q - 1), row = sx_pow10(q);
        uint64_t scale = (uint64_t)1 << (sx_pow10_log2(q) - sx_pow10_log2(q - 1));
        assert_true(scale == 8 || scale == 16);
        assert_true(compare(times(row, 0, scale), times(before, 1, 10)) < 0);
        assert_true(compare(times(row, 1, scale), times(before, 0, 10)) > 0);
        assert_true(row.high >> 63);
        assert_int_not_equal(row.low, UINT64_MAX);
    }
}

static void test_exact_rows_are_the_powers_themselves(void **state)
{
    (void)state;
    assert_int_equal(sx_pow10(0).high, (uint64_t)1 << 63);
    assert_int_equal(sx_pow10(0).low, 0);
    for (int32_t q = 1; q <= 55; q++) {
        uint64_t scale = (uint64_t)1 << (sx_pow10_log2(q) - sx_pow10_log2(q - 1));
        assert_true(sx_pow10_exact(q));
        assert_int_equal(compare(times(sx_pow10(q), 0, scale), times(sx_pow10(q - 1), 0, 10)), 0);
    }
    assert_false(sx_pow10_exact(56));
    assert_false(sx_pow10_exact(-1));
}

static void test_rows_known_from_elsewhere(void **state)
{
    (void)state;
    assert_int_equal(sx_pow10(-1).high, 0xcccccccccccccccc);
    assert_int_equal(sx_pow10(-1).low, 0xcccccccccccccccc);
    assert_int_equal(sx_pow10(19).high, 10000000000000000000u);
    assert_int_equal(sx_pow10(19).low, 0);
    assert_int_equal(sx_pow10_log2(-1), -4);
    assert_int_equal(sx_pow10_log2(3), 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_row_is_ten_times_the_row_before_within_the_cut),
        cmocka_unit_test(test_exact_rows_are_the_powers_themselves),
        cmocka_unit_test(test_rows_known_from_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
