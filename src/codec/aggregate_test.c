/* SPDX-License-Identifier: Apache-2.0 */
/* aggregate_test.c -- what columns add up to, against adding up their values. */
#include "codec/aggregate.h"

#include "codec/column.h"
#include "codec/generators.h"
#include "codec/kernel.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define COUNT 5000

static struct sx_mem mem;
static int64_t ints[COUNT];
static double doubles[COUNT];
static unsigned told; /* answers, so that a test sees that there are any */

static void check_ints(struct sx_bytes in, stria_type type, size_t count, size_t first, size_t part,
                       unsigned want)
{
    struct sx_column_totals got;
    int64_t sum = 0, low = INT64_MAX, high = INT64_MIN;
    bool overflow = false;
    for (size_t i = first; i < first + part; i++) {
        overflow = overflow || __builtin_add_overflow(sum, ints[i], &sum);
        low = ints[i] < low ? ints[i] : low;
        high = ints[i] > high ? ints[i] : high;
    }
    assert_int_equal(sx_column_aggregate(in, type, count, first, part, NULL, want, &got, NULL),
                     STRIA_OK);
    if (got.has & SX_WANT_SUM)
        assert_true(!overflow && (int64_t)got.sum == sum);
    else /* large values may be added in an order in which they do not fit */
        assert_true(overflow || low < -((int64_t)1 << 54) || high > (int64_t)1 << 54 ||
                    (type == STRIA_UINT && low < 0));
    if (got.has & SX_WANT_RANGE)
        assert_true((int64_t)got.min == low && (int64_t)got.max == high);
    else
        assert_true(!(want & SX_WANT_RANGE) || (type == STRIA_UINT && low < 0));
    told += got.has & SX_WANT_SUM;
}

static void test_sums_and_ranges_of_integers_are_those_of_the_values(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 255, 256, 257, COUNT};
    static const stria_type types[] = {STRIA_INT, STRIA_UINT, STRIA_TIME};
    struct sx_random random = {4};
    for (unsigned kind = 0; kind < SX_INT_KINDS; kind++)
        for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++)
            for (unsigned k = 0; k < 6; k++) {
                struct sx_buf out;
                size_t count = counts[c];
                stria_type type = types[k / 2];
                sx_gen_ints(kind, c, ints, count);
                sx_buf_init(&out, &mem, 1 << 20);
                assert_int_equal(sx_column_encode(&out, type, ints, count,
                                                  k % 2 ? SX_TIER_SEALED : SX_TIER_HOT, &mem, NULL),
                                 STRIA_OK);
                check_ints(sx_buf_bytes(&out), type, count, 0, count, SX_WANT_SUM);
                for (unsigned round = 0; round < 12; round++) {
                    size_t first = sx_random_below(&random, count);
                    size_t part = 1 + sx_random_below(&random, count - first);
                    check_ints(sx_buf_bytes(&out), type, count, first, part, 1 + round % 3);
                }
                sx_buf_deinit(&out);
            }
    assert_true(told > 1000);
}

/* The sum in the order of the values and backwards: exact sums agree. */
static void check_doubles(struct sx_bytes in, size_t count, size_t first, size_t part,
                          unsigned want)
{
    struct sx_column_totals got;
    double up = 0, down = 0, low = __builtin_inf(), high = -__builtin_inf();
    for (size_t i = 0; i < part; i++) {
        double v = doubles[first + i];
        up += v;
        down += doubles[first + part - 1 - i];
        low = v < low ? v : low;
        high = v > high ? v : high;
    }
    assert_int_equal(
        sx_column_aggregate(in, STRIA_FLOAT, count, first, part, NULL, want, &got, NULL), STRIA_OK);
    if (got.has & SX_WANT_SUM) {
        told++;
        assert_true(sx_bits_of_f64(up) == got.sum);
        assert_true(sx_bits_of_f64(down) == got.sum);
    }
    if (got.has & SX_WANT_RANGE) {
        told++;
        assert_true(sx_f64_of_bits(got.min) == low && sx_f64_of_bits(got.max) == high);
    }
}

static void test_sums_and_ranges_of_doubles_are_those_of_the_values(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 256, 300, COUNT};
    struct sx_random random = {5};
    for (unsigned kind = 0; kind < SX_FLOAT_KINDS; kind++)
        for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++)
            for (int tier = SX_TIER_HOT; tier <= SX_TIER_SEALED; tier++) {
                struct sx_buf out;
                size_t count = counts[c];
                sx_gen_floats(kind, c, doubles, count);
                sx_buf_init(&out, &mem, 1 << 20);
                assert_int_equal(sx_column_encode(&out, STRIA_FLOAT, doubles, count,
                                                  (enum sx_tier)tier, &mem, NULL),
                                 STRIA_OK);
                told = 0;
                check_doubles(sx_buf_bytes(&out), count, 0, count, SX_WANT_SUM | SX_WANT_RANGE);
                if (kind == 0) /* integers: all can be told */
                    assert_int_equal(told, 2);
                if (kind == 2 && count > 1)
                    assert_int_equal(told, 1);
                for (unsigned round = 0; round < 8; round++) {
                    size_t first = sx_random_below(&random, count);
                    check_doubles(sx_buf_bytes(&out), count, first,
                                  1 + sx_random_below(&random, count - first), 1 + round % 3);
                }
                sx_buf_deinit(&out);
            }
}

static void test_sums_that_are_not_exact_are_not_told(void **state)
{
    (void)state;
    struct sx_column_totals got;
    struct sx_buf out;
    for (size_t i = 0; i < COUNT; i++) /* 2^51 each: the sum passes 2^53 */
        doubles[i] = 0x1p51 - (double)(i % 7);
    sx_buf_init(&out, &mem, 1 << 20);
    assert_int_equal(sx_column_encode(&out, STRIA_FLOAT, doubles, COUNT, SX_TIER_HOT, &mem, NULL),
                     STRIA_OK);
    assert_int_equal(sx_column_aggregate(sx_buf_bytes(&out), STRIA_FLOAT, COUNT, 0, COUNT, NULL,
                                         SX_WANT_SUM, &got, NULL),
                     STRIA_OK);
    assert_int_equal(got.has & SX_WANT_SUM, 0);
    assert_int_equal(sx_column_aggregate(sx_buf_bytes(&out), STRIA_FLOAT, COUNT, 5, 2, NULL,
                                         SX_WANT_SUM, &got, NULL),
                     STRIA_OK);
    assert_int_equal(got.has & SX_WANT_SUM, SX_WANT_SUM);
    assert_true(sx_f64_of_bits(got.sum) == doubles[5] + doubles[6]);
    sx_buf_deinit(&out);
}

/* Ranges that follow one another are told like each alone, whatever their number and lengths. */
static void check_ranges(struct sx_bytes in, stria_type type, struct sx_random *random,
                         uint64_t length_max, unsigned want)
{
    static uint32_t ends[COUNT];
    static struct sx_column_totals got[COUNT];
    struct sx_column_ranges ranges = {.first = (uint32_t)sx_random_below(random, COUNT / 2),
                                      .ends = ends};
    uint32_t at = ranges.first;
    while (at < COUNT && (ranges.count == 0 || sx_random_below(random, 300) != 0)) {
        at += 1 + (uint32_t)sx_random_below(random, SX_MIN(COUNT - at, length_max));
        ends[ranges.count++] = at;
    }
    assert_int_equal(sx_column_aggregate_ranges(in, type, COUNT, &ranges, NULL, want, got, NULL),
                     STRIA_OK);
    for (size_t i = 0; i < ranges.count; i++) {
        struct sx_column_totals alone;
        uint32_t first = i ? ends[i - 1] : ranges.first;
        assert_int_equal(
            sx_column_aggregate(in, type, COUNT, first, ends[i] - first, NULL, want, &alone, NULL),
            STRIA_OK);
        assert_true((alone.has & got[i].has) == got[i].has); /* an exception spoils all ranges */
        told += got[i].has;
        if (got[i].has & SX_WANT_SUM)
            assert_int_equal(got[i].sum, alone.sum);
        if (got[i].has & SX_WANT_RANGE)
            assert_true(got[i].min == alone.min && got[i].max == alone.max);
    }
}

static void test_ranges_that_follow_one_another_are_told_like_each_alone(void **state)
{
    (void)state;
    static const uint64_t lengths[] = {1, 7, 300, 2000, COUNT};
    struct sx_random random = {6};
    told = 0;
    for (unsigned kind = 0; kind < SX_INT_KINDS + SX_FLOAT_KINDS; kind++)
        for (int tier = SX_TIER_HOT; tier <= SX_TIER_SEALED; tier++) {
            bool is_int = kind < SX_INT_KINDS;
            stria_type type = is_int ? STRIA_INT : STRIA_FLOAT;
            struct sx_buf out;
            if (is_int)
                sx_gen_ints(kind, 1, ints, COUNT);
            else
                sx_gen_floats(kind - SX_INT_KINDS, 1, doubles, COUNT);
            sx_buf_init(&out, &mem, 1 << 20);
            assert_int_equal(sx_column_encode(&out, type,
                                              is_int ? (const void *)ints : (const void *)doubles,
                                              COUNT, (enum sx_tier)tier, &mem, NULL),
                             STRIA_OK);
            for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
                check_ranges(sx_buf_bytes(&out), type, &random, lengths[i], 1 + (unsigned)i % 3);
            sx_buf_deinit(&out);
        }
    assert_true(told > 1000);
}

static void test_a_constant_tells_its_range_and_a_sum_that_is_exact(void **state)
{
    (void)state;
    static const struct {
        double v;
        bool has_range, has_sum;
    } rows[] = {
        {3, true, true},
        {-3, true, true},
        {0, true, true},
        {-0.0, true, false},
        {0.5, true, false},
        {1e300, true, false},
        {-1e300, true, false},
        {__builtin_inf(), true, false},
        {0x1p53, true, false},
        {-0x1p53, true, false},
        {0x1p43 - 1, true, true},
        {1 - 0x1p43, true, true},
        {__builtin_nan(""), false, false},
    };
    static const uint32_t ends[] = {100, 1000};
    const struct sx_column_ranges ranges = {.first = 1, .ends = ends, .count = 2};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sx_column_totals got[2];
        struct sx_buf out;
        sx_buf_init(&out, &mem, 100);
        sx_column_put_constant(&out, STRIA_FLOAT, sx_bits_of_f64(rows[i].v));
        assert_int_equal(sx_column_aggregate_ranges(sx_buf_bytes(&out), STRIA_FLOAT, 1000, &ranges,
                                                    NULL, SX_WANT_SUM | SX_WANT_RANGE, got, NULL),
                         STRIA_OK);
        for (size_t k = 0; k < 2; k++) {
            double n = k ? 900 : 99;
            assert_int_equal(got[k].has, (rows[i].has_range ? SX_WANT_RANGE : 0) |
                                             (rows[i].has_sum ? SX_WANT_SUM : 0));
            if (rows[i].has_range)
                assert_true(got[k].min == sx_bits_of_f64(rows[i].v) && got[k].max == got[k].min);
            if (rows[i].has_sum)
                assert_true(sx_f64_of_bits(got[k].sum) == rows[i].v * n);
        }
        sx_buf_put_u8(&out, 0); /* a byte behind the number */
        assert_int_equal(sx_column_aggregate_ranges(sx_buf_bytes(&out), STRIA_FLOAT, 1000, &ranges,
                                                    NULL, SX_WANT_SUM, got, NULL),
                         STRIA_CORRUPT);
        assert_int_equal(sx_column_aggregate_ranges(sx_bytes_make(out.ptr, 1), STRIA_FLOAT, 1000,
                                                    &ranges, NULL, SX_WANT_SUM, got, NULL),
                         STRIA_CORRUPT);
        sx_buf_deinit(&out);
    }
}

static void test_other_types_and_broken_columns(void **state)
{
    (void)state;
    struct sx_column_totals got;
    static const uint8_t bools[] = {0x51}, cut[] = {0x05, 0x14, 0x01}, raw[] = {0x42, 22, 0};
    assert_int_equal(sx_column_aggregate(sx_bytes_make(bools, 1), STRIA_BOOL, 9, 0, 9, NULL,
                                         SX_WANT_SUM, &got, NULL),
                     STRIA_OK);
    assert_int_equal(got.has, 0);
    assert_int_equal(sx_column_aggregate(sx_bytes_make(cut, 3), STRIA_INT, 9, 0, 9, NULL,
                                         SX_WANT_SUM, &got, NULL),
                     STRIA_CORRUPT);
    assert_int_equal(sx_column_aggregate(sx_bytes_make(raw, 3), STRIA_FLOAT, 9, 0, 9, NULL,
                                         SX_WANT_SUM, &got, NULL),
                     STRIA_CORRUPT);
    assert_int_equal(sx_column_aggregate(sx_bytes_make(NULL, 0), STRIA_FLOAT, 9, 0, 9, NULL,
                                         SX_WANT_SUM, &got, NULL),
                     STRIA_CORRUPT);
    assert_int_equal(sx_column_aggregate(sx_bytes_make(cut, 2), STRIA_INT, SX_COLUMN_VALUES_MAX + 1,
                                         0, 9, NULL, SX_WANT_SUM, &got, NULL),
                     STRIA_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums_and_ranges_of_integers_are_those_of_the_values),
        cmocka_unit_test(test_sums_and_ranges_of_doubles_are_those_of_the_values),
        cmocka_unit_test(test_sums_that_are_not_exact_are_not_told),
        cmocka_unit_test(test_ranges_that_follow_one_another_are_told_like_each_alone),
        cmocka_unit_test(test_a_constant_tells_its_range_and_a_sum_that_is_exact),
        cmocka_unit_test(test_other_types_and_broken_columns),
    };
    sx_mem_init(&mem, NULL, "test", 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
