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

/* Sums without a wrap are those of the integers, exactly; a sum that does not fit is told. */
static void test_the_sum_of_a_group_is_exact_or_overflows_or_cannot_be_told(void **state)
{
    (void)state;
    __extension__ typedef __int128 wide;
    const int64_t far = (int64_t)1 << 52, limit = (int64_t)1 << 31;
    const struct {
        const char *name;
        int64_t origin, factor, start, step;
        unsigned width, order;
        bool is_told, overflows;
    } rows[] = {
        {"small", 5, 3, 7, 0, 8, 0, true, false},
        {"a chain", -5, 3, 7, -2, 8, 1, true, false},
        {"a rising chain", -5, 3, 7, 2, 8, 1, true, false},
        {"order 2", 5, 3, 7, 2, 8, 2, false, false},
        {"residuals too wide", 5, 3, 7, 2, SX_WEIGHTED_WIDTH + 1, 1, false, false},
        {"widest residuals", 5, 3, 7, 2, SX_WEIGHTED_WIDTH, 1, true, false},
        {"just near enough", far - 1, 1, 0, 0, 3, 0, true, false},
        {"too far up", far, 1, 0, 0, 3, 0, false, false},
        {"just near enough below", 1 - far, 1, 0, 0, 3, 0, true, false},
        {"too far down", -far, 1, 0, 0, 3, 0, false, false},
        {"the largest factor", 5, 1 << 20, 0, 0, 3, 0, true, false},
        {"a factor too large", 5, (1 << 20) + 1, 0, 0, 3, 0, false, false},
        {"a step too large", 5, 1, 0, limit, 3, 1, false, false},
        {"a step too small", 5, 1, 0, -limit, 3, 1, false, false},
        {"a product that does not fit", 5, 1 << 20, 0, limit - 1, 3, 1, true, true},
        {"a product that does not fit below", 5, 1 << 20, 0, 1 - limit, 3, 1, true, true},
        /* 256 * 257 / 2 * step * 2^20 is just below 2^63 */
        {"a sum that does not fit", far - 1, 1 << 20, 0, 267387000, 0, 1, true, true},
        {"one that just fits", 0, 1 << 20, 0, 267387000, 0, 1, true, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t narrow[SX_GROUP];
        uint64_t residuals[SX_GROUP];
        struct sx_totals totals = sx_totals_none();
        struct sx_chain chain = {.origin = (uint64_t)rows[i].origin,
                                 .factor = (uint64_t)rows[i].factor,
                                 .start = (uint64_t)rows[i].start,
                                 .step = (uint64_t)rows[i].step};
        wide sum = 0, relative = rows[i].start, magnitude = 0;
        fill(narrow, residuals, rows[i].width);
        for (size_t k = 0; k < SX_GROUP; k++) {
            wide step = (wide)residuals[k] + rows[i].step;
            relative = rows[i].order ? relative + step : rows[i].start + (wide)residuals[k];
            wide v = rows[i].origin + rows[i].factor * relative;
            sum += v;
            magnitude += v < 0 ? -v : v;
        }
        bool is_told = sx_chain_sum(&totals, narrow, rows[i].width, &chain, rows[i].order);
        if (is_told != rows[i].is_told || totals.overflow != rows[i].overflows)
            fail_msg("%s: told %d, overflow %d", rows[i].name, is_told, totals.overflow);
        if (!is_told)
            continue;
        assert_true(totals.overflow || totals.sum == sum);
        assert_true(totals.magnitude == UINT64_MAX || totals.magnitude >= magnitude);
        assert_true(rows[i].order == 0 || chain.start == (uint64_t)relative);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wide_sums_are_those_of_the_kernels_where_both_can),
        cmocka_unit_test(test_wide_sums_go_on_modulo_2_to_the_64),
        cmocka_unit_test(test_doubles_are_exact_also_where_the_factor_or_the_base_is_large),
        cmocka_unit_test(test_the_sum_of_a_group_is_exact_or_overflows_or_cannot_be_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
