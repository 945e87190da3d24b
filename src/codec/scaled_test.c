/* SPDX-License-Identifier: Apache-2.0 */
/* scaled_test.c -- the scaled form: which scale is found, exceptions, residuals, malformed
 * heads. */
#include "codec/scaled.h"

#include "codec/generators.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define COUNT 2000

static struct sx_mem mem;
static double values[COUNT];
static int64_t numbers[COUNT], beside[COUNT];
static uint64_t bad[COUNT / 64 + 1];

static void plan_of(struct sx_scaled_plan *plan, size_t count)
{
    plan->numbers = numbers;
    plan->beside = beside;
    plan->bad = bad;
    plan->wish = (struct sx_ints_wish){0};
    sx_scaled_plan(plan, values, count);
}

static void check(const struct sx_scaled_plan *plan, size_t count)
{
    struct sx_buf out;
    struct sx_scaled_reader reader;
    double group[SX_GROUP];
    sx_buf_init(&out, &mem, 1 << 18);
    sx_scaled_write(&out, plan);
    assert_false(out.failed);
    for (size_t from = 0; from * SX_GROUP < count; from += 2) {
        assert_int_equal(sx_scaled_open(&reader, sx_buf_bytes(&out), count, NULL, NULL), STRIA_OK);
        assert_true(sx_scaled_seek(&reader, from));
        for (size_t i = from * SX_GROUP; i < count; i++) {
            if (i % SX_GROUP == 0)
                assert_true(sx_scaled_next(&reader, group));
            assert_true(sx_bits_of_f64(group[i % SX_GROUP]) == sx_bits_of_f64(values[i]));
        }
    }
    sx_buf_deinit(&out);
}

static void test_the_fewest_digits_are_found(void **state)
{
    (void)state;
    for (unsigned digits = 0; digits <= 6; digits++) {
        struct sx_scaled_plan plan;
        sx_gen_floats(digits, 3, values, COUNT);
        plan_of(&plan, COUNT);
        assert_false(plan.binary);
        assert_int_equal(plan.digits, digits);
        assert_int_equal(plan.exception_count, 0);
        assert_false(plan.has_residuals);
        check(&plan, COUNT);
    }
}

static void test_digits_that_a_sample_misses_are_found_later(void **state)
{
    (void)state;
    struct sx_scaled_plan plan;
    for (size_t i = 0; i < COUNT; i++) /* one in 9 has 3 digits, none of those in the sample */
        values[i] = i % 9 == 4 ? (double)(i * 1001 % 100000 | 1) / 1000 : (double)(i % 100) / 10;
    plan_of(&plan, COUNT);
    assert_int_equal(plan.digits, 3);
    assert_int_equal(plan.exception_count, 0);
    check(&plan, COUNT);
}

static void test_a_few_odd_values_become_exceptions(void **state)
{
    (void)state;
    struct sx_scaled_plan plan;
    sx_gen_floats(2, 1, values, COUNT);
    values[0] = sx_f64_of_bits(0x7ff0000000000002u);
    values[700] = sx_f64_of_bits(0x8000000000000000u);
    values[701] = 1e300;
    values[COUNT - 1] = 0x1.23456789abcdep-30;
    plan_of(&plan, COUNT);
    assert_int_equal(plan.digits, 2);
    assert_int_equal(plan.exception_count, 4);
    check(&plan, COUNT);
}

static void test_values_beside_decimals_get_residuals(void **state)
{
    (void)state;
    struct sx_scaled_plan plan;
    sx_gen_floats(8, 1, values, COUNT);
    plan_of(&plan, COUNT);
    assert_int_equal(plan.digits, 3);
    assert_true(plan.has_residuals);
    assert_int_equal(plan.exception_count, 0);
    check(&plan, COUNT);
}

static void test_shares_of_a_power_of_two_get_a_binary_unit(void **state)
{
    (void)state;
    struct sx_scaled_plan plan;
    struct sx_random random = {2};
    for (size_t i = 0; i < COUNT; i++)
        values[i] = (double)sx_random_below(&random, (uint64_t)1 << 33) * 100 / 0x1p33;
    plan_of(&plan, COUNT);
    assert_true(plan.binary);
    assert_int_equal(plan.exponent, -31);
    assert_true(plan.ints.factor == 25);
    assert_int_equal(plan.exception_count, 0);
    assert_in_range(plan.bits, 33 * COUNT, 34 * COUNT);
    check(&plan, COUNT);
    for (size_t i = 0; i < COUNT; i++) /* the smallest and the largest units */
        values[i] = sx_f64_of_bits(1 + sx_random_below(&random, 1000));
    plan_of(&plan, COUNT);
    assert_true(plan.binary);
    assert_int_equal(plan.exponent, SX_SCALE_EXPONENT_MIN);
    check(&plan, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        values[i] = (double)(1 + sx_random_below(&random, 1000)) * 0x1p971;
    plan_of(&plan, COUNT);
    assert_true(plan.binary);
    check(&plan, COUNT);
}

static void test_what_is_no_number_of_any_scale_is_out_of_the_question(void **state)
{
    (void)state;
    struct sx_scaled_plan plan;
    sx_gen_floats(9, 1, values, COUNT);
    plan_of(&plan, COUNT);
    assert_true(plan.bits == UINT64_MAX);
}

static void test_malformed_heads_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        stria_status want;
        size_t len;
        uint8_t bytes[24];
    } rows[] = {
        {"nothing", STRIA_CORRUPT, 0, {0}},
        {"22 digits", STRIA_CORRUPT, 3, {22, 0, 2}},
        {"a binary unit cut", STRIA_CORRUPT, 1, {63}},
        {"a binary unit too small", STRIA_CORRUPT, 5, {63, 0xe5, 0x10, 0, 2}},
        {"a binary unit too large", STRIA_CORRUPT, 5, {63, 0x98, 0x0f, 0, 2}},
        {"no exceptions in a list", STRIA_CORRUPT, 12, {128, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2}},
        {"an exception beyond", STRIA_CORRUPT, 13, {128, 1, 5, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2}},
        {"more exceptions than values", STRIA_CORRUPT, 13, {128, 6, 0, 0, 0, 0, 0, 1}},
        {"exceptions of form 2", STRIA_CORRUPT, 13, {128, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 2}},
        {"exceptions cut", STRIA_CORRUPT, 10, {128, 1, 0, 1, 0, 0, 0, 0, 0, 0}},
        {"residuals cut", STRIA_CORRUPT, 4, {64, 9, 0, 0}},
        {"residuals of an unknown form", STRIA_VERSION, 5, {64, 1, 0x3f, 0, 2}},
        {"numbers of an unknown form", STRIA_VERSION, 3, {0, 0x3f, 2}},
        {"no numbers", STRIA_CORRUPT, 1, {0}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sx_scaled_reader reader;
        stria_error err = {0};
        print_message("%s\n", rows[i].name);
        struct sx_bytes in = sx_bytes_make(rows[i].bytes, rows[i].len);
        assert_int_equal(sx_scaled_open(&reader, in, 5, NULL, &err), rows[i].want);
        assert_int_equal(err.code, rows[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_fewest_digits_are_found),
        cmocka_unit_test(test_digits_that_a_sample_misses_are_found_later),
        cmocka_unit_test(test_a_few_odd_values_become_exceptions),
        cmocka_unit_test(test_values_beside_decimals_get_residuals),
        cmocka_unit_test(test_shares_of_a_power_of_two_get_a_binary_unit),
        cmocka_unit_test(test_what_is_no_number_of_any_scale_is_out_of_the_question),
        cmocka_unit_test(test_malformed_heads_are_refused),
    };
    sx_mem_init(&mem, NULL, "test", 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
