/* SPDX-License-Identifier: Apache-2.0 */
/* kernel_test.c -- every version of the kernels against the portable one, and that one against the
 * definitions in kernel.h. */
#include "codec/kernel.h"

#include "codec/bits.h"
#include "codec/generators.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const enum sx_isa isas[] = {SX_ISA_PORTABLE, SX_ISA_AVX2, SX_ISA_AVX512, SX_ISA_NEON};
#define ISAS (sizeof isas / sizeof isas[0])

static void fill(uint32_t *values, unsigned width, uint64_t seed)
{
    struct sx_random random = {seed};
    for (size_t i = 0; i < SX_GROUP; i++)
        values[i] = (uint32_t)(sx_random_next(&random) & sx_bit_mask(width));
}

/* The format of a group, said once more, bit by bit. */
static void pack_by_definition(uint8_t *out, const uint32_t *values, unsigned width)
{
    memset(out, 0, 32 * (size_t)width);
    for (unsigned i = 0; i < SX_GROUP; i++)
        for (unsigned b = 0; b < width; b++) {
            unsigned bit = i / 8 * width + b, word = bit / 32, lane = i % 8;
            unsigned byte = 4 * (8 * word + lane) + bit % 32 / 8;
            out[byte] |= (uint8_t)((values[i] >> b & 1) << (bit % 8));
        }
}

static void test_every_width_is_packed_as_the_format_says(void **state)
{
    (void)state;
    uint32_t values[SX_GROUP], back[SX_GROUP];
    uint8_t want[32 * 32], got[32 * 32 + 1];
    for (size_t k = 0; k < ISAS; k++) {
        const struct sx_kernels *kernels = sx_kernels_of(isas[k]);
        for (unsigned width = 0; kernels && width <= 32; width++) {
            fill(values, width, width + 1);
            pack_by_definition(want, values, width);
            got[32 * width] = 0xa5;
            kernels->pack(got, values, width);
            assert_memory_equal(want, got, 32 * width);
            assert_int_equal(got[32 * width], 0xa5);
            kernels->unpack(back, got, width);
            assert_memory_equal(values, back, sizeof values);
        }
    }
}

static void test_packing_drops_the_bits_above_the_width(void **state)
{
    (void)state;
    uint32_t values[SX_GROUP], back[SX_GROUP];
    uint8_t bytes[32 * 32];
    for (size_t k = 0; k < ISAS; k++) {
        const struct sx_kernels *kernels = sx_kernels_of(isas[k]);
        for (unsigned width = 0; kernels && width <= 32; width++) {
            fill(values, 32, 99);
            kernels->pack(bytes, values, width);
            kernels->unpack(back, bytes, width);
            for (size_t i = 0; i < SX_GROUP; i++)
                assert_int_equal(back[i], values[i] & sx_bit_mask(width));
        }
    }
}

/* A chain whose integers stay within 2^53. */
static struct sx_chain chain_of(unsigned kind, unsigned order)
{
    static const uint64_t steps[] = {0, 1, 0 - (uint64_t)3, 0xfffffff0u};
    return (struct sx_chain){
        .origin = kind & 1 ? 0 - (uint64_t)1234567890123 : 42,
        .factor = kind & 2 ? 625 : 1,
        .start = kind & 4 ? 0 - (uint64_t)77777 : 3,
        .step = order ? steps[kind % 4] : 0,
        .delta = kind & 8 ? 12 : 0 - (uint64_t)9,
    };
}

static void by_definition(int64_t *out, const uint32_t *residuals, struct sx_chain chain,
                          unsigned order)
{
    uint32_t sum = 0, delta = (uint32_t)chain.delta;
    for (size_t i = 0; i < SX_GROUP; i++) {
        uint32_t x = residuals[i] + (uint32_t)chain.step;
        delta = order == 2 ? delta + x : x;
        sum = order == 0 ? x : sum + delta;
        uint64_t relative = (uint64_t)(int64_t)(int32_t)sum;
        out[i] = (int64_t)(chain.origin + chain.factor * (chain.start + relative));
    }
}

static void check_chain(const struct sx_kernels *kernels, unsigned order, unsigned width,
                        unsigned kind)
{
    uint32_t residuals[SX_GROUP];
    int64_t want[SX_GROUP], got[SX_GROUP];
    double doubles[SX_GROUP];
    fill(residuals, width, width * 100 + kind);
    struct sx_chain chain = chain_of(kind, order), from = chain, again = chain;
    by_definition(want, residuals, from, order);
    kernels->to_i64[order](got, residuals, &chain);
    assert_memory_equal(want, got, sizeof want);
    if (order > 0) { /* the chain goes on where the group ended */
        uint64_t last = from.origin + from.factor * chain.start;
        assert_true((int64_t)last == want[SX_GROUP - 1]);
        uint64_t before = (uint64_t)want[SX_GROUP - 1] - (uint64_t)want[SX_GROUP - 2];
        assert_true(from.factor * chain.delta == before);
    }
    for (unsigned digits = 0; digits <= SX_SCALE_DIGITS_MAX; digits += 7) {
        struct sx_scale scale = sx_scale_decimal(digits);
        again = from;
        kernels->to_f64[order](doubles, residuals, &again, &scale);
        assert_memory_equal(&again, &chain, sizeof chain);
        for (size_t i = 0; i < SX_GROUP; i++)
            assert_true(sx_bits_of_f64(doubles[i]) ==
                        sx_bits_of_f64((double)want[i] / scale.divisor));
    }
}

static void test_chains_give_the_defined_values_in_every_version(void **state)
{
    (void)state;
    static const unsigned widths[] = {0, 1, 7, 13, 20, 31, 32};
    for (size_t k = 0; k < ISAS; k++) {
        const struct sx_kernels *kernels = sx_kernels_of(isas[k]);
        for (unsigned order = 0; kernels && order <= 2; order++)
            for (size_t w = 0; w < sizeof widths / sizeof widths[0]; w++)
                for (unsigned kind = 0; kind < 16; kind++)
                    check_chain(kernels, order, widths[w], kind);
    }
}

static void test_sums_of_a_group_are_exact(void **state)
{
    (void)state;
    uint32_t values[SX_GROUP];
    for (size_t k = 0; k < ISAS; k++) {
        const struct sx_kernels *kernels = sx_kernels_of(isas[k]);
        for (unsigned width = 0; kernels && width <= 32; width++) {
            uint64_t plain = 0, weighted = 0;
            fill(values, width, 3);
            values[7] = (uint32_t)sx_bit_mask(width);
            for (size_t i = 0; i < SX_GROUP; i++) {
                plain += values[i];
                weighted += (SX_GROUP - i) * values[i];
            }
            assert_true(kernels->plain_sum(values) == plain);
            if (width <= SX_WEIGHTED_WIDTH)
                assert_true(kernels->weighted_sum(values) == weighted);
        }
    }
    memset(values, 0, sizeof values);
    for (size_t i = 0; i < SX_GROUP; i++)
        values[i] = (uint32_t)sx_bit_mask(SX_WEIGHTED_WIDTH);
    for (size_t k = 0; k < ISAS; k++)
        if (sx_kernels_of(isas[k]))
            assert_true(sx_kernels_of(isas[k])->weighted_sum(values) ==
                        sx_bit_mask(SX_WEIGHTED_WIDTH) * (256 * 257 / 2));
}

static void test_differences_and_what_is_outside_are_found_in_every_version(void **state)
{
    (void)state;
    static int64_t values[2 + SX_GROUP];
    uint32_t want[SX_GROUP], got[SX_GROUP];
    int32_t want_range[2], got_range[2];
    uint64_t want_masks[4], got_masks[4];
    static const uint64_t valid[4] = {~(uint64_t)1, UINT64_MAX, UINT64_MAX, 0xffff};
    const struct sx_kernels *oracle = sx_kernels_of(SX_ISA_PORTABLE);
    for (size_t k = 1; k < ISAS; k++) {
        const struct sx_kernels *kernels = sx_kernels_of(isas[k]);
        for (unsigned kind = 0; kernels && kind < SX_INT_KINDS; kind++)
            for (unsigned order = 0; order <= 2; order++)
                for (unsigned reach = 8; reach <= 30; reach += 11) {
                    sx_gen_ints(kind, reach, values, 2 + SX_GROUP);
                    bool near = oracle->differences(want, want_range, values + 2, order, reach);
                    assert_int_equal(kernels->differences(got, got_range, values + 2, order, reach),
                                     near);
                    if (!near)
                        continue;
                    assert_memory_equal(want, got, sizeof want);
                    assert_memory_equal(want_range, got_range, sizeof want_range);
                    uint32_t low = (uint32_t)want_range[0] + 1, span = reach * 3;
                    size_t count = oracle->outside(want_masks, valid, want, low, span);
                    assert_int_equal(kernels->outside(got_masks, valid, got, low, span), count);
                    assert_memory_equal(want_masks, got_masks, sizeof want_masks);
                }
    }
}

static void test_differences_are_those_of_the_definition(void **state)
{
    (void)state;
    static int64_t values[2 + SX_GROUP];
    uint32_t d[SX_GROUP];
    int32_t range[2];
    sx_gen_ints(3, 1, values, 2 + SX_GROUP);
    const int64_t *v = values + 2;
    for (unsigned order = 0; order <= 2; order++) {
        assert_true(sx_kernels_of(SX_ISA_PORTABLE)->differences(d, range, v, order, 20));
        int64_t low = INT64_MAX, high = INT64_MIN;
        for (ptrdiff_t i = 0; i < SX_GROUP; i++) {
            int64_t want = order == 0   ? v[i] - v[0]
                           : order == 1 ? v[i] - v[i - 1]
                                        : v[i] - 2 * v[i - 1] + v[i - 2];
            assert_true((int32_t)d[i] == want);
            low = want < low ? want : low;
            high = want > high ? want : high;
        }
        assert_true(range[0] == low && range[1] == high);
    }
    values[100] += 1 << 20;
    assert_false(sx_kernels_of(SX_ISA_PORTABLE)->differences(d, range, v, 1, 19));
}

static void test_ranges_and_widened_bytes_are_right_in_every_version(void **state)
{
    (void)state;
    int64_t values[SX_GROUP], range[2];
    uint8_t bytes[SX_GROUP];
    uint32_t words[SX_GROUP];
    struct sx_random random = {3};
    for (size_t k = 0; k < ISAS; k++)
        for (unsigned round = 0; sx_kernels_of(isas[k]) && round < 64; round++) {
            int64_t low = INT64_MAX, high = INT64_MIN;
            for (size_t i = 0; i < SX_GROUP; i++) {
                values[i] = (int64_t)sx_random_next(&random) >> round;
                bytes[i] = (uint8_t)values[i];
                low = values[i] < low ? values[i] : low;
                high = values[i] > high ? values[i] : high;
            }
            sx_kernels_of(isas[k])->range(range, values);
            assert_true(range[0] == low && range[1] == high);
            sx_kernels_of(isas[k])->widen(words, bytes, 0u - round);
            for (size_t i = 0; i < SX_GROUP; i++)
                assert_int_equal(words[i], (uint32_t)bytes[i] - round);
        }
}

/* Counts that end before, at and after the width of a register. */
static const size_t counts[] = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 63, 64, 65, 127, 200};

static void test_scaling_to_doubles_is_the_division_in_every_version(void **state)
{
    (void)state;
    int64_t n[200];
    double got[200];
    struct sx_random random = {5};
    for (size_t i = 0; i < 200; i++)
        n[i] = (int64_t)(sx_random_next(&random) >> 12) - SX_SCALED_MAX;
    n[0] = 0;
    n[1] = SX_SCALED_MAX;
    n[2] = -SX_SCALED_MAX;
    for (size_t k = 0; k < ISAS; k++) {
        const struct sx_kernels *kernels = sx_kernels_of(isas[k]);
        for (unsigned digits = 0; kernels && digits <= SX_SCALE_DIGITS_MAX; digits++) {
            struct sx_scale scale = sx_scale_decimal(digits);
            for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
                kernels->scale(got, n, counts[c], &scale);
                for (size_t i = 0; i < counts[c]; i++)
                    assert_true(sx_bits_of_f64(got[i]) ==
                                sx_bits_of_f64((double)n[i] / scale.divisor));
            }
        }
    }
}

static void check_unscale(const struct sx_kernels *kernels, const double *v, size_t count,
                          const struct sx_scale *scale)
{
    int64_t want[200], got[200];
    uint64_t want_bad[4], got_bad[4];
    size_t bad = sx_kernels_of(SX_ISA_PORTABLE)->unscale(want, want_bad, v, count, scale);
    assert_int_equal(kernels->unscale(got, got_bad, v, count, scale), bad);
    assert_memory_equal(want, got, count * sizeof *got);
    assert_memory_equal(want_bad, got_bad, (count + 63) / 64 * sizeof *got_bad);
    for (size_t i = 0; i < count; i++) {
        double back = sx_scale_apply(scale, got[i]);
        bool good = sx_bits_of_f64(back) == sx_bits_of_f64(v[i]);
        assert_int_equal(good, !(got_bad[i / 64] >> (i % 64) & 1));
    }
}

static void test_scaling_from_doubles_finds_the_bad_ones_in_every_version(void **state)
{
    (void)state;
    double v[200];
    for (unsigned kind = 0; kind < SX_FLOAT_KINDS; kind++) {
        sx_gen_floats(kind, 1, v, 200);
        for (size_t k = 0; k < ISAS; k++)
            for (int scale = -30; sx_kernels_of(isas[k]) && scale <= 21; scale += 3) {
                struct sx_scale by = scale < 0 ? sx_scale_binary(40 * scale + 130)
                                               : sx_scale_decimal((unsigned)scale);
                for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++)
                    check_unscale(sx_kernels_of(isas[k]), v, counts[c], &by);
            }
    }
}

static void test_a_version_can_be_forced(void **state)
{
    (void)state;
    for (size_t k = 0; k < ISAS; k++) {
        bool here = sx_kernels_of(isas[k]) != NULL;
        assert_int_equal(sx_kernels_force(isas[k]), here);
        if (here)
            assert_ptr_equal(sx_kernels(), sx_kernels_of(isas[k]));
    }
    assert_true(sx_kernels_force(SX_ISA_BEST));
    assert_ptr_equal(sx_kernels(), sx_kernels_of(SX_ISA_BEST));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_width_is_packed_as_the_format_says),
        cmocka_unit_test(test_packing_drops_the_bits_above_the_width),
        cmocka_unit_test(test_chains_give_the_defined_values_in_every_version),
        cmocka_unit_test(test_sums_of_a_group_are_exact),
        cmocka_unit_test(test_differences_are_those_of_the_definition),
        cmocka_unit_test(test_differences_and_what_is_outside_are_found_in_every_version),
        cmocka_unit_test(test_ranges_and_widened_bytes_are_right_in_every_version),
        cmocka_unit_test(test_scaling_to_doubles_is_the_division_in_every_version),
        cmocka_unit_test(test_scaling_from_doubles_finds_the_bad_ones_in_every_version),
        cmocka_unit_test(test_a_version_can_be_forced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
