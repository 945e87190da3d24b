/* SPDX-License-Identifier: Apache-2.0 */
/* float_parse_test.c -- known hard cases, the grammar, and strtod as a second opinion.
 *
 * Why         strtod is correctly rounded here, and a test's locale is "C". */
#include "base/float_parse.h"

#include "base/hash.h"

#include <fenv.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct hard {
    const char *name, *text;
    uint64_t bits;
} hards[] = {
    {"the loop of PHP and Java", "2.2250738585072011e-308", 0x000fffffffffffff},
    {"the smallest normal", "2.2250738585072014e-308", 0x0010000000000000},
    {"half way to it, above", "2.2250738585072012e-308", 0x0010000000000000},
    {"the smallest subnormal", "5e-324", 1},
    {"just above half of it", "2.4703282292062328e-324", 1},
    {"just below half of it", "2.4703282292062327e-324", 0},
    {"far below", "1e-400", 0},
    {"far below, many digits", "123456789012345678901234567890e-400", 0},
    {"the largest", "1.7976931348623157e308", 0x7fefffffffffffff},
    {"just below half way to infinity", "1.7976931348623158e308", 0x7fefffffffffffff},
    {"2^53 + 1 is half way: to even, down", "9007199254740993", 0x4340000000000000},
    {"2^53 + 3 is half way: to even, up", "9007199254740995", 0x4340000000000002},
    {"half way with a zero behind", "9007199254740993.0", 0x4340000000000000},
    {"half way and a little", "9007199254740993.00000000000000000000000000000001",
     0x4340000000000001},
    {"half way with an exponent", "90071992547409930000e-4", 0x4340000000000000},
    {"twenty digits", "12345678901234567890", 0x43e56a95319d63e1},
    {"a tenth", "0.1", 0x3fb999999999999a},
    {"1e23 lies half way but for a little", "1e23", 0x44b52d02c7e14af6},
    {"9007199254740992.5 rounds to even", "9007199254740992.5", 0x4340000000000000},
    {"1.5 ulp around 1", "1.00000000000000011102230246251565404236316680908203125",
     0x3ff0000000000000},
    {"and a little more", "1.00000000000000011102230246251565404236316680908203126",
     0x3ff0000000000001},
    {"and a little less", "1.00000000000000011102230246251565404236316680908203124",
     0x3ff0000000000000},
    {"minus zero", "-0", 0x8000000000000000},
    {"minus zero with an exponent", "-0.000e+999", 0x8000000000000000},
    {"zeros before and after", "000000000000000000000000000063.700000000000000000000000",
     0x404fd9999999999a},
    {"a small number spelled out", "0.00000000000000000000000000000000000000000000000001",
     0x358dee7a4ad4b81f},
};

static void test_hard_cases_are_rounded_to_the_nearest(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(hards); i++) {
        double v;
        print_message("%s\n", hards[i].name);
        assert_int_equal(sx_float_parse(sx_bytes_of(hards[i].text), &v), STRIA_OK);
        assert_true(sx_bits_of_f64(v) == hards[i].bits);
        assert_true(sx_bits_of_f64(strtod(hards[i].text, NULL)) == hards[i].bits);
    }
}

static const struct row {
    const char *text;
    stria_status st; /* of take */
    double value;
    size_t left;
} rows[] = {
    {"63.7", STRIA_OK, 63.7, 0},
    {"63.7,b=1", STRIA_OK, 63.7, 4},
    {"63.7                ", STRIA_OK, 63.7, 16},
    {"-63.7 1700000000", STRIA_OK, -63.7, 11},
    {"+63.7", STRIA_OK, 63.7, 0},
    {"1", STRIA_OK, 1, 0},
    {"1.", STRIA_OK, 1, 0},
    {"1.,        ", STRIA_OK, 1, 9},
    {".5", STRIA_OK, .5, 0},
    {".5 12345678", STRIA_OK, .5, 9},
    {"-.5e1", STRIA_OK, -5, 0},
    {"1234567 ", STRIA_OK, 1234567, 1},
    {"12345678 ", STRIA_OK, 12345678, 1},
    {"123456.7 ", STRIA_OK, 123456.7, 1},
    {"12345.67 ", STRIA_OK, 12345.67, 1},
    {"1234.56  ", STRIA_OK, 1234.56, 2},
    {"1.2.3.4.5", STRIA_OK, 1.2, 6},
    {"-1e+3", STRIA_OK, -1000, 0},
    {"1E3", STRIA_OK, 1000, 0},
    {"1e03      ", STRIA_OK, 1000, 6},
    {"1e3.5", STRIA_OK, 1000, 2},
    {"1e", STRIA_OK, 1, 1},
    {"1e+", STRIA_OK, 1, 2},
    {"1e-         ", STRIA_OK, 1, 11},
    {"1.5e,        ", STRIA_OK, 1.5, 10},
    {"0x10", STRIA_OK, 0, 3},
    {"0e99999999999999999999999", STRIA_OK, 0, 0},
    {"1e-99999999999999999999999", STRIA_OK, 0, 0},
    {"1e309", STRIA_LIMIT, 0, 0},
    {"-1e309i", STRIA_LIMIT, 0, 1},
    {"1.7976931348623159e308", STRIA_LIMIT, 0, 0},
    {"17976931348623159e292", STRIA_LIMIT, 0, 0},
    {"1e99999999999999999999999", STRIA_LIMIT, 0, 0},
    {"", STRIA_INVALID, 0, 0},
    {".", STRIA_INVALID, 0, 1},
    {"-", STRIA_INVALID, 0, 1},
    {"+.", STRIA_INVALID, 0, 2},
    {"--1", STRIA_INVALID, 0, 3},
    {"e5", STRIA_INVALID, 0, 2},
    {".e5", STRIA_INVALID, 0, 3},
    {".e5         ", STRIA_INVALID, 0, 12},
    {" 1", STRIA_INVALID, 0, 2},
    {"inf", STRIA_INVALID, 0, 3},
    {"NaN", STRIA_INVALID, 0, 3},
    {"i2345678", STRIA_INVALID, 0, 8},
};

static void test_the_longest_number_is_taken_and_the_rest_left(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_bytes in = sx_bytes_of(rows[i].text);
        double v = 0, whole;
        print_message("%s\n", rows[i].text);
        assert_int_equal(sx_float_take(&in, &v), rows[i].st);
        assert_int_equal(in.len, rows[i].left);
        if (rows[i].st == STRIA_LIMIT)
            assert_true(sx_bits_of_f64(v) << 1 == (uint64_t)0x7ff << 53);
        else
            assert_true(sx_bits_of_f64(v) == sx_bits_of_f64(rows[i].value));
        assert_int_equal(sx_float_parse(sx_bytes_of(rows[i].text), &whole),
                         rows[i].left ? STRIA_INVALID : rows[i].st);
    }
}

static void check_as_strtod(const char *text)
{
    double v, expected = strtod(text, NULL);
    stria_status st = sx_float_parse(sx_bytes_of(text), &v);
    if (sx_bits_of_f64(v) != sx_bits_of_f64(expected))
        fail_msg("%s: %a, not %a", text, v, expected);
    bool infinite = sx_bits_of_f64(v) << 1 == (uint64_t)0x7ff << 53;
    assert_int_equal(st, infinite ? STRIA_LIMIT : STRIA_OK);
}

static void test_every_exponent_agrees_with_strtod(void **state)
{
    (void)state;
    char text[64];
    uint64_t seed = 0;
    for (int exponent = -345; exponent <= 310; exponent++)
        for (int digits = 1; digits <= 20; digits++) {
            uint64_t mantissa = sx_hash_u64(++seed);
            for (int i = digits; i < 20; i++)
                mantissa /= 10;
            snprintf(text, sizeof text, "%" PRIu64 "e%d", mantissa, exponent - digits + 1);
            check_as_strtod(text);
        }
}

static void test_random_bits_agree_with_strtod_at_every_precision(void **state)
{
    (void)state;
    char text[1100];
    for (uint64_t seed = 1; seed <= 20000; seed++) {
        double v = sx_f64_of_bits(sx_hash_u64(seed) & ~((uint64_t)1 << 62));
        snprintf(text, sizeof text, "%.*e", (int)(seed % 40), v);
        check_as_strtod(text);
    }
}

/* The exact half way points of doubles, all digits, and one unit less and more in the last. */
static void test_half_way_points_are_decided_by_all_their_digits(void **state)
{
    (void)state;
    char text[1200];
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        uint64_t bits = sx_hash_u64(seed) & 0x3fffffffffffffff;
        if (seed % 4 == 0)
            bits >>= 10 + seed % 52; /* subnormal */
        double low = sx_f64_of_bits(bits), high = sx_f64_of_bits(bits + 1);
        long double half = ((long double)low + (long double)high) / 2;
        int size = snprintf(text, sizeof text, "%.1080Lf", half);
        while (text[size - 1] == '0')
            text[--size] = 0;
        double v;
        assert_int_equal(sx_float_parse(sx_bytes_of(text), &v), STRIA_OK);
        assert_true(sx_bits_of_f64(v) == bits + (bits & 1));
        text[size - 1]--; /* it was 5 */
        assert_int_equal(sx_float_parse(sx_bytes_of(text), &v), STRIA_OK);
        assert_true(sx_bits_of_f64(v) == bits);
        text[size - 1] += 2;
        assert_int_equal(sx_float_parse(sx_bytes_of(text), &v), STRIA_OK);
        assert_true(sx_bits_of_f64(v) == bits + 1);
    }
}

static void test_a_digit_behind_a_thousand_zeros_still_counts(void **state)
{
    (void)state;
    static char text[100100] = "9007199254740993.";
    size_t size = strlen(text);
    memset(text + size, '0', 100000);
    double v;
    assert_int_equal(sx_float_parse(sx_bytes_of(text), &v), STRIA_OK);
    assert_true(v == 9007199254740992.0);
    text[strlen(text) - 1] = '1';
    assert_int_equal(sx_float_parse(sx_bytes_of(text), &v), STRIA_OK);
    assert_true(v == 9007199254740994.0);
    memset(text, '0', 99000);
    text[1] = '.';
    snprintf(text + 99000, 50, "25e99000");
    assert_int_equal(sx_float_parse(sx_bytes_of(text), &v), STRIA_OK);
    assert_true(v == 25.0);
}

static void test_the_rounding_mode_of_the_machine_has_no_say(void **state)
{
    (void)state;
    double nearest, v;
    assert_int_equal(sx_float_parse(SX_LITERAL("0.3"), &nearest), STRIA_OK);
    const int modes[] = {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    for (size_t i = 0; i < SX_COUNT_OF(modes); i++) {
        assert_int_equal(fesetround(modes[i]), 0);
        stria_status st = sx_float_parse(SX_LITERAL("0.3"), &v);
        assert_int_equal(fesetround(FE_TONEAREST), 0);
        assert_int_equal(st, STRIA_OK);
        assert_true(sx_bits_of_f64(v) == sx_bits_of_f64(nearest));
    }
}

/* What stands behind the end of the view must not be read as part of the number. */
static void test_bytes_behind_the_view_are_not_read(void **state)
{
    (void)state;
    const char *text = "12345678.12345678e12";
    for (size_t len = 1; len <= strlen(text); len++) {
        uint8_t *copy = malloc(len); /* the address sanitiser watches its end */
        char whole[32] = {0};
        double v;
        memcpy(copy, text, len);
        memcpy(whole, text, len);
        struct sx_bytes in = sx_bytes_make(copy, len);
        assert_int_equal(sx_float_take(&in, &v), STRIA_OK);
        assert_true(v == strtod(whole, NULL));
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hard_cases_are_rounded_to_the_nearest),
        cmocka_unit_test(test_the_longest_number_is_taken_and_the_rest_left),
        cmocka_unit_test(test_every_exponent_agrees_with_strtod),
        cmocka_unit_test(test_random_bits_agree_with_strtod_at_every_precision),
        cmocka_unit_test(test_half_way_points_are_decided_by_all_their_digits),
        cmocka_unit_test(test_a_digit_behind_a_thousand_zeros_still_counts),
        cmocka_unit_test(test_the_rounding_mode_of_the_machine_has_no_say),
        cmocka_unit_test(test_bytes_behind_the_view_are_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
