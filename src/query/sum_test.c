/* SPDX-License-Identifier: Apache-2.0 */
/* sum_test.c -- a sum depends on the values and their order alone, to the last bit. */
#include "query/sum.h"

#include "base/bytes.h"
#include "base/golden_test.h"

#define COUNT_MAX 1000

static double values[COUNT_MAX];

/* Values of many sizes and both signs, so that another order gives other bits. */
static void fill(void)
{
    uint64_t x = 88172645463325252u;
    for (size_t i = 0; i < COUNT_MAX; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        double v = (double)(int64_t)x;
        for (unsigned k = (unsigned)(x % 40); k; k--)
            v /= 10;
        values[i] = v;
    }
}

/* As the header says it. */
static double plain_sum(size_t count)
{
    double lanes[8], sum = -0.0;
    if (count <= SX_SUM_SHORT) {
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
    assert_true(sx_bits_of_f64(a) == sx_bits_of_f64(b));
}

static void test_it_is_what_the_definition_says(void **state)
{
    (void)state;
    fill();
    for (size_t count = 0; count <= COUNT_MAX; count += count < 80 ? 1 : 37)
        assert_same(sx_float_sum_of(values, count), plain_sum(count));
}

static void test_pieces_do_not_matter(void **state)
{
    (void)state;
    static const size_t pieces[] = {1, 2, 7, 8, 9, 63, 64, 65, 100, 999};
    fill();
    for (size_t p = 0; p < SX_COUNT_OF(pieces); p++)
        for (size_t count = 0; count <= COUNT_MAX; count += count < 80 ? 1 : 113) {
            struct sx_float_sum sum;
            sx_float_sum_begin(&sum);
            for (size_t i = 0; i < count; i += pieces[p])
                sx_float_sum_add(&sum, values + i, SX_MIN(pieces[p], count - i));
            sx_float_sum_add(&sum, values, 0);
            assert_same(sx_float_sum_end(&sum), plain_sum(count));
        }
}

static void test_the_sign_of_zero_is_kept(void **state)
{
    (void)state;
    double minus[100];
    for (size_t i = 0; i < SX_COUNT_OF(minus); i++)
        minus[i] = -0.0;
    assert_same(sx_float_sum_of(minus, 3), -0.0);
    assert_same(sx_float_sum_of(minus, 100), -0.0);
    assert_same(sx_float_sum_of(NULL, 0), -0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_is_what_the_definition_says),
        cmocka_unit_test(test_pieces_do_not_matter),
        cmocka_unit_test(test_the_sign_of_zero_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
