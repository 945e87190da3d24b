/* SPDX-License-Identifier: Apache-2.0 */
/* float_format_test.c -- golden texts of each form, as Go 1.26 prints them; and that random numbers
 * get their shortest and nearest text, with printf as a second opinion. */
#include "base/float_format.h"

#include "base/attr.h"
#include "base/float_parse.h"
#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct row {
    double value;
    const char *json, *general, *plain;
} rows[] = {
    {0, "0", "0", "0"},
    {-0.0, "-0", "-0", "-0"},
    {1, "1", "1", "1"},
    {63.7, "63.7", "63.7", "63.7"},
    {-63.7, "-63.7", "-63.7", "-63.7"},
    {0.1, "0.1", "0.1", "0.1"},
    {0.001, "0.001", "0.001", "0.001"},
    {0.0001, "0.0001", "0.0001", "0.0001"},
    {0.00001234, "0.00001234", "1.234e-05", "0.00001234"},
    {1e-6, "0.000001", "1e-06", "0.000001"},
    {9.9e-7, "9.9e-7", "9.9e-07", "0.00000099"},
    {1.5e-10, "1.5e-10", "1.5e-10", "0.00000000015"},
    {123456, "123456", "123456", "123456"},
    {123456.7, "123456.7", "123456.7", "123456.7"},
    {1000000, "1000000", "1e+06", "1000000"},
    {1234567, "1234567", "1.234567e+06", "1234567"},
    {1e15, "1000000000000000", "1e+15", "1000000000000000"},
    {9007199254740991, "9007199254740991", "9.007199254740991e+15", "9007199254740991"},
    {9007199254740992, "9007199254740992", "9.007199254740992e+15", "9007199254740992"},
    {1152921504606846976.0, "1152921504606847000", "1.152921504606847e+18", "1152921504606847000"},
    {1e20, "100000000000000000000", "1e+20", "100000000000000000000"},
    {1e21, "1e+21", "1e+21", "1000000000000000000000"},
    {1.25e21, "1.25e+21", "1.25e+21", "1250000000000000000000"},
    {1e23, "1e+23", "1e+23", "100000000000000000000000"},
    {5.684341886080802e-14, "5.684341886080802e-14", "5.684341886080802e-14",
     "0.00000000000005684341886080802"},
    {-1.2345678901234e-7, "-1.2345678901234e-7", "-1.2345678901234e-07", "-0.00000012345678901234"},
    {0.3333333333333333, "0.3333333333333333", "0.3333333333333333", "0.3333333333333333"},
    {2.0 / 3.0, "0.6666666666666666", "0.6666666666666666", "0.6666666666666666"},
};

static void check_text(size_t (*write)(uint8_t *, double), double v, const char *expected)
{
    uint8_t text[SX_FLOAT_PLAIN_TEXT_MAX + 1];
    text[write(text, v)] = 0;
    assert_string_equal((char *)text, expected);
}

static void test_each_form_prints_as_go_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        check_text(sx_float_write_json, rows[i].value, rows[i].json);
        check_text(sx_float_write_general, rows[i].value, rows[i].general);
        check_text(sx_float_write_plain, rows[i].value, rows[i].plain);
    }
}

static void test_what_is_no_number_has_a_word(void **state)
{
    (void)state;
    const struct {
        uint64_t bits;
        const char *text;
    } words[] = {
        {0x7ff0000000000000, "+Inf"}, {0xfff0000000000000, "-Inf"}, {0x7ff8000000000001, "NaN"},
        {0xfff8000000000000, "NaN"},  {0x7ff0000000000002, "NaN"},
    };
    for (size_t i = 0; i < SX_COUNT_OF(words); i++) {
        check_text(sx_float_write_json, sx_f64_of_bits(words[i].bits), words[i].text);
        check_text(sx_float_write_general, sx_f64_of_bits(words[i].bits), words[i].text);
        check_text(sx_float_write_plain, sx_f64_of_bits(words[i].bits), words[i].text);
    }
}

static void test_the_extremes_fit_their_maximum(void **state)
{
    (void)state;
    const uint64_t bits[] = {1, 2, 0x000fffffffffffff, 0x0010000000000000, 0x7fefffffffffffff};
    const char *json[] = {"5e-324", "1e-323", "2.225073858507201e-308", "2.2250738585072014e-308",
                          "1.7976931348623157e+308"};
    uint8_t text[SX_FLOAT_PLAIN_TEXT_MAX];
    for (size_t i = 0; i < SX_COUNT_OF(bits); i++) {
        double v = sx_f64_of_bits(bits[i]), back;
        check_text(sx_float_write_json, v, json[i]);
        size_t size = sx_float_write_plain(text, -v);
        assert_true(size <= SX_FLOAT_PLAIN_TEXT_MAX);
        assert_int_equal(sx_float_parse(sx_bytes_make(text, size), &back), STRIA_OK);
        assert_true(back == -v);
    }
    /* The longest of all: 17 digits of a subnormal just above 2^-1023. */
    double v = -2.2250738585072014e-308;
    assert_int_equal(sx_float_write_plain(text, v), 3 + 307 + 17);
}

/* The fewest digits with which printf's text reads back; a power of two may do with one less that
 * is not the nearest text of its length. */
static unsigned digits_needed(double v)
{
    char text[64];
    for (int digits = 1;; digits++) {
        snprintf(text, sizeof text, "%.*e", digits - 1, v);
        if (strtod(text, NULL) == v)
            return (unsigned)digits;
    }
}

static void check_shortest(double v)
{
    char expected[64], text[64];
    struct sx_decimal d = sx_float_shortest(v);
    snprintf(text, sizeof text, "%llue%d", (unsigned long long)d.digits, d.exponent);
    double back = strtod(text, NULL), magnitude = v < 0 ? -v : v;
    if (back != magnitude)
        fail_msg("%a: %s reads back as %a", v, text, back);
    assert_true(d.digits % 10 || !d.digits);
    unsigned count = (unsigned)snprintf(text, sizeof text, "%llu", (unsigned long long)d.digits);
    unsigned needed = digits_needed(magnitude);
    if (sx_bits_of_f64(v) << 12 == 0) {
        assert_true(count <= needed);
        return;
    }
    assert_int_equal(count, needed);
    snprintf(expected, sizeof expected, "%.*e", (int)needed - 1, magnitude);
    assert_int_equal(expected[0], text[0]); /* and so on: the digits around the point */
    assert_memory_equal(expected + (needed > 1 ? 2 : 1), text + 1, needed - 1);
}

static void test_random_bits_are_shortest_and_nearest(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 30000; seed++) {
        uint64_t bits = sx_hash_u64(seed);
        if (seed % 8 == 0)
            bits &= ~(uint64_t)0xfffffffffffff; /* powers of two */
        if (seed % 8 == 1)
            bits &= 0x800fffffffffffffu >> seed % 50; /* subnormals */
        if (seed % 8 == 2)
            bits = sx_bits_of_f64((double)(bits % 1000000) / 1000);
        if (seed % 8 == 3)
            bits = sx_bits_of_f64((double)(bits >> seed % 63));
        if ((bits >> 52 & 0x7ff) != 0x7ff)
            check_shortest(sx_f64_of_bits(bits));
    }
}

static void test_every_power_of_two_and_its_neighbours(void **state)
{
    (void)state;
    for (uint64_t exponent = 0; exponent < 0x7ff; exponent++)
        for (int64_t step = -2; step <= 2; step++) {
            uint64_t bits = (exponent << 52) + (uint64_t)step;
            if (bits < 0x7ff0000000000000)
                check_shortest(sx_f64_of_bits(bits));
        }
}

static void test_each_form_reads_back_bit_for_bit(void **state)
{
    (void)state;
    size_t (*const forms[])(uint8_t *, double) = {sx_float_write_json, sx_float_write_general,
                                                  sx_float_write_plain};
    uint8_t text[SX_FLOAT_PLAIN_TEXT_MAX];
    for (uint64_t seed = 1; seed <= 100000; seed++) {
        double v = sx_f64_of_bits(sx_hash_u64(seed)), back;
        if ((sx_bits_of_f64(v) >> 52 & 0x7ff) == 0x7ff)
            continue;
        size_t size = forms[seed % 3](text, v);
        assert_true(size <= (seed % 3 == 2 ? SX_FLOAT_PLAIN_TEXT_MAX : SX_FLOAT_TEXT_MAX));
        assert_int_equal(sx_float_parse(sx_bytes_make(text, size), &back), STRIA_OK);
        assert_true(sx_bits_of_f64(back) == sx_bits_of_f64(v));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_form_prints_as_go_does),
        cmocka_unit_test(test_what_is_no_number_has_a_word),
        cmocka_unit_test(test_the_extremes_fit_their_maximum),
        cmocka_unit_test(test_random_bits_are_shortest_and_nearest),
        cmocka_unit_test(test_every_power_of_two_and_its_neighbours),
        cmocka_unit_test(test_each_form_reads_back_bit_for_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
