/* SPDX-License-Identifier: Apache-2.0 */
/* sum_test.c -- the sum of doubles depends on the values alone, and is what it is defined to be. */
#include "base/sum.h"

#include "base/bytes.h"
#include "base/golden_test.h"
#include "base/hash.h"

#include <math.h>

#define VALUES 3000

static void fill(double *values)
{
    for (size_t i = 0; i < VALUES; i++) /* of very different sizes, so that order matters */
        values[i] =
            ldexp((double)(int64_t)sx_hash_u64(i), (int)(sx_hash_u64(i + VALUES) % 60) - 90);
}

/* The definition, value by value. */
static double defined(const double *values, size_t count)
{
    double lanes[8], sum = -0.0;
    if (count <= 64) {
        for (size_t i = 0; i < count; i++)
            sum += values[i];
        return sum;
    }
    for (size_t i = 0; i < 8; i++)
        lanes[i] = -0.0;
    for (size_t i = 0; i < count; i++)
        lanes[i % 8] += values[i];
    return ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) +
           ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
}

static void assert_same(double a, double b)
{
    assert_int_equal(sx_bits_of_f64(a), sx_bits_of_f64(b));
}

static void test_a_sum_is_as_defined_however_it_is_fed(void **state)
{
    (void)state;
    static const size_t counts[] = {0, 1, 2, 63, 64, 65, 66, 127, 1000, VALUES};
    static const size_t steps[] = {1, 7, 8, 63, 64, 65, 1024, VALUES};
    static double values[VALUES];
    struct sx_float_sum sum;
    fill(values);
    for (size_t i = 0; i < SX_COUNT_OF(counts); i++) {
        double wanted = defined(values, counts[i]);
        assert_same(sx_float_sum_of(values, counts[i]), wanted);
        for (size_t k = 0; k < SX_COUNT_OF(steps); k++) {
            sx_float_sum_begin(&sum);
            for (size_t at = 0; at < counts[i]; at += steps[k])
                sx_float_sum_add(&sum, values + at, SX_MIN(steps[k], counts[i] - at));
            assert_int_equal(sum.count, counts[i]);
            assert_same(sx_float_sum_end(&sum), wanted);
        }
    }
}

static void test_negative_zeros_stay_negative(void **state)
{
    (void)state;
    double zeros[100];
    for (size_t i = 0; i < 100; i++)
        zeros[i] = -0.0;
    assert_same(sx_float_sum_of(zeros, 3), -0.0);
    assert_same(sx_float_sum_of(zeros, 100), -0.0);
    zeros[70] = 0.0;
    assert_same(sx_float_sum_of(zeros, 100), 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_sum_is_as_defined_however_it_is_fed),
        cmocka_unit_test(test_negative_zeros_stay_negative),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
