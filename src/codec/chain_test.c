/* SPDX-License-Identifier: Apache-2.0 */
/* chain_test.c -- residuals to values where the kernels alone do not do. */
#include "codec/chain.h"

#include "codec/bits.h"
#include "codec/generators.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void fill(uint32_t *narrow, uint64_t *wide, unsigned width)
{
    struct sx_random random = {width};
    for (size_t i = 0; i < SX_GROUP; i++) {
        narrow[i] = (uint32_t)(sx_random_next(&random) & sx_bit_mask(width));
        wide[i] = narrow[i];
    }
}

static void test_wide_sums_are_those_of_the_kernels_where_both_can(void **state)
{
    (void)state;
    uint32_t narrow[SX_GROUP];
    uint64_t wide[SX_GROUP];
    int64_t want[SX_GROUP], got[SX_GROUP];
    for (unsigned order = 0; order <= 2; order++)
        for (unsigned width = 0; width <= 12; width++) {
            struct sx_chain chain = {.origin = 0 - (uint64_t)99,
                                     .factor = 7,
                                     .start = 12,
                                     .step = order ? 0 - (uint64_t)3 : 0,
                                     .delta = 5};
            struct sx_chain other = chain;
            fill(narrow, wide, width);
            sx_kernels()->to_i64[order](want, narrow, &chain);
            sx_chain_wide(got, wide, &other, order);
            assert_memory_equal(want, got, sizeof want);
            assert_memory_equal(&chain, &other, sizeof chain);
        }
}

static void test_wide_sums_go_on_modulo_2_to_the_64(void **state)
{
    (void)state;
    uint64_t residuals[SX_GROUP];
    int64_t got[SX_GROUP];
    struct sx_chain chain = {.origin = 0, .factor = 1, .start = UINT64_MAX, .step = 1};
    for (size_t i = 0; i < SX_GROUP; i++)
        residuals[i] = (uint64_t)1 << 62;
    sx_chain_wide(got, residuals, &chain, 1);
    uint64_t sum = UINT64_MAX;
    for (size_t i = 0; i < SX_GROUP; i++) {
        sum += ((uint64_t)1 << 62) + 1;
        assert_true((uint64_t)got[i] == sum);
    }
    assert_true(chain.start == sum);
    assert_true(chain.delta == ((uint64_t)1 << 62) + 1);
}

static void check_doubles(struct sx_chain chain)
{
    uint32_t narrow[SX_GROUP];
    uint64_t wide[SX_GROUP];
    int64_t integers[SX_GROUP];
    double got[SX_GROUP];
    struct sx_scale scale = sx_scale_decimal(3);
    fill(narrow, wide, 20);
    for (unsigned order = 0; order <= 1; order++) {
        struct sx_chain a = chain, b = chain;
        sx_kernels()->to_i64[order](integers, narrow, &a);
        sx_chain_f64(got, narrow, &b, order, &scale);
        assert_memory_equal(&a, &b, sizeof a);
        for (size_t i = 0; i < SX_GROUP; i++)
            assert_true(sx_bits_of_f64(got[i]) == sx_bits_of_f64((double)integers[i] / 1000));
    }
}

static void test_doubles_are_exact_also_where_the_factor_or_the_base_is_large(void **state)
{
    (void)state;
    check_doubles((struct sx_chain){.origin = 5, .factor = 1});
    check_doubles((struct sx_chain){.origin = 5, .factor = (1 << 20)});
    check_doubles((struct sx_chain){.origin = 5, .factor = (1 << 20) + 1});
    check_doubles((struct sx_chain){.origin = (uint64_t)1 << 52, .factor = 1});
    check_doubles((struct sx_chain){.origin = 0 - ((uint64_t)1 << 52) - 1, .factor = 1});
    /* a base far outside, from which the sums lead back */
    check_doubles((struct sx_chain){.origin = 0 - ((uint64_t)1 << 55),
                                    .factor = (uint64_t)1 << 34,
                                    .start = (uint64_t)1 << 21});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wide_sums_are_those_of_the_kernels_where_both_can),
        cmocka_unit_test(test_wide_sums_go_on_modulo_2_to_the_64),
        cmocka_unit_test(test_doubles_are_exact_also_where_the_factor_or_the_base_is_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
