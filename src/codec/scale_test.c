/* SPDX-License-Identifier: Apache-2.0 */
/* scale_test.c -- decimals of doubles: the division against the two multiplications that replace
 * it.
 *
 * Limits      The sweep here is a part of the proof test; bench/bench_prove_scale.c runs all of
 *             it. */
#include "codec/scale.h"

#include "codec/generators.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* n / 10^p as the kernels with a fused multiply-add compute it. */
static double multiplied(const struct sx_scale *scale, int64_t n)
{
    double low = (double)n * scale->low;
    return fma((double)n, scale->high, low);
}

static void check(const struct sx_scale *scale, int64_t n)
{
    if (n > (int64_t)1 << 53)
        return;
    double want = (double)n / scale->divisor;
    assert_true(sx_bits_of_f64(multiplied(scale, n)) == sx_bits_of_f64(want));
    assert_true(sx_bits_of_f64(sx_scale_apply(scale, n)) == sx_bits_of_f64(want));
}

static void test_multiplying_gives_the_bits_of_the_division(void **state)
{
    (void)state;
    struct sx_random random = {7};
    for (unsigned digits = 0; digits <= SX_SCALE_DIGITS_MAX; digits++) {
        struct sx_scale scale = sx_scale_decimal(digits);
        for (int64_t n = -20000; n <= 20000; n++)
            check(&scale, n);
        for (unsigned i = 0; i < 100000; i++)
            check(&scale, (int64_t)(sx_random_next(&random) >> (11 + i % 40)));
        for (int64_t n = -9; n <= 9; n++) {
            check(&scale, SX_SCALED_MAX + n);
            check(&scale, ((int64_t)1 << 53) - 10 + n);
        }
    }
}

/* a + b modulo m, both below m and m below 2^63. */
static uint64_t sum_modulo(uint64_t a, uint64_t b, uint64_t m)
{
    return a + b >= m ? a + b - m : a + b;
}

/* a * b modulo m, by doubling. */
static uint64_t product_modulo(uint64_t a, uint64_t b, uint64_t m)
{
    uint64_t product = 0;
    for (a %= m; b; b >>= 1) {
        if (b & 1)
            product = sum_modulo(product, a, m);
        a = sum_modulo(a, a, m);
    }
    return product;
}

/* Numbers whose quotient lies as near as can be to the middle of two doubles: there an error in the
 * last bits would show. A middle is (2 k + 1) / 2^t, and n / 10^p misses it by d / (2^t 10^p),
 * where n 2^(t - p) = (2 k + 1) 5^p + d: so the n for a small d are d times the inverses of the
 * powers of 2 modulo 5^p, and these plus multiples of 5^p. */
static void test_quotients_near_a_tie_are_rounded_alike(void **state)
{
    (void)state;
    for (unsigned digits = 1; digits <= SX_SCALE_DIGITS_MAX; digits++) {
        struct sx_scale scale = sx_scale_decimal(digits);
        uint64_t five = 1, power = 1;
        for (unsigned i = 0; i < digits; i++)
            five *= 5;
        for (unsigned e = 1; e <= 70; e++) {
            power = product_modulo(power, (five + 1) / 2, five); /* 2^-e modulo 5^p */
            for (uint64_t d = 1; d <= 8; d++) {
                uint64_t near = product_modulo(power, d, five), least = five - near;
                for (uint64_t more = 0; more < (uint64_t)1 << 53; more = more * 3 + five) {
                    check(&scale, (int64_t)(near + more));
                    check(&scale, (int64_t)(least + more));
                }
            }
        }
    }
}

static void test_the_integer_of_a_decimal_is_found(void **state)
{
    (void)state;
    struct sx_random random = {11};
    for (unsigned digits = 0; digits <= SX_SCALE_DIGITS_MAX; digits++) {
        struct sx_scale scale = sx_scale_decimal(digits);
        for (unsigned i = 0; i < 20000; i++) {
            int64_t n = (int64_t)(sx_random_next(&random) >> (13 + i % 50)) * (i & 1 ? -1 : 1);
            assert_true(sx_scale_unapply(&scale, sx_scale_apply(&scale, n)) == n);
        }
        assert_true(sx_scale_unapply(&scale, sx_scale_apply(&scale, SX_SCALED_MAX)) ==
                    SX_SCALED_MAX);
    }
}

static void test_what_has_no_integer_gives_zero(void **state)
{
    (void)state;
    static const uint64_t patterns[] = {
        0x7ff0000000000000u, 0xfff0000000000000u, 0x7ff8000000000000u,
        0x7ff0000000000001u, 0x7fefffffffffffffu, 0xffefffffffffffffu,
    };
    for (unsigned digits = 0; digits <= SX_SCALE_DIGITS_MAX; digits++) {
        struct sx_scale scale = sx_scale_decimal(digits);
        for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++)
            assert_true(sx_scale_unapply(&scale, sx_f64_of_bits(patterns[i])) == 0);
    }
}

static void test_binary_scales_are_exact_from_the_smallest_to_the_largest(void **state)
{
    (void)state;
    for (int e = SX_SCALE_EXPONENT_MIN; e <= SX_SCALE_EXPONENT_MAX; e++) {
        struct sx_scale scale = sx_scale_binary(e);
        for (int64_t n = -3; n <= 3; n++) {
            double v = sx_scale_apply(&scale, n);
            assert_true(v == ldexp((double)n, e));
            assert_true(sx_scale_unapply(&scale, v) == n);
            assert_true(sx_bits_of_f64(multiplied(&scale, n)) == sx_bits_of_f64(v));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_multiplying_gives_the_bits_of_the_division),
        cmocka_unit_test(test_quotients_near_a_tie_are_rounded_alike),
        cmocka_unit_test(test_the_integer_of_a_decimal_is_found),
        cmocka_unit_test(test_what_has_no_integer_gives_zero),
        cmocka_unit_test(test_binary_scales_are_exact_from_the_smallest_to_the_largest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
