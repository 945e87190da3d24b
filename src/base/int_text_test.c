/* SPDX-License-Identifier: Apache-2.0 */
/* int_text_test.c -- whole numbers: limits, what follows them, and every length there and back. */
#include "base/int_text.h"

#include "base/digits.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const struct row {
    const char *text;
    stria_status st, whole; /* of take, of parse */
    int64_t value;
    size_t left;
} rows[] = {
    {"0", STRIA_OK, STRIA_OK, 0, 0},
    {"-0", STRIA_OK, STRIA_OK, 0, 0},
    {"+5", STRIA_OK, STRIA_OK, 5, 0},
    {"7i", STRIA_OK, STRIA_INVALID, 7, 1},
    {"1700000000000000000", STRIA_OK, STRIA_OK, 1700000000000000000, 0},
    {"1700000000000000000\nm f=1", STRIA_OK, STRIA_INVALID, 1700000000000000000, 6},
    {"9223372036854775807", STRIA_OK, STRIA_OK, INT64_MAX, 0},
    {"9223372036854775808", STRIA_LIMIT, STRIA_LIMIT, INT64_MAX, 0},
    {"-9223372036854775808", STRIA_OK, STRIA_OK, INT64_MIN, 0},
    {"-9223372036854775809", STRIA_LIMIT, STRIA_LIMIT, INT64_MIN, 0},
    {"99999999999999999999999999999,", STRIA_LIMIT, STRIA_INVALID, INT64_MAX, 1},
    {"-18446744073709551617", STRIA_LIMIT, STRIA_LIMIT, INT64_MIN, 0},
    {"000000000000000000000000000012", STRIA_OK, STRIA_OK, 12, 0},
    {"0000000012345678", STRIA_OK, STRIA_OK, 12345678, 0},
    {"12345678abcdefgh", STRIA_OK, STRIA_INVALID, 12345678, 8},
    {"123:5678", STRIA_OK, STRIA_INVALID, 123, 5},
    {"123/5678", STRIA_OK, STRIA_INVALID, 123, 5},
    {"1234\xff"
     "678",
     STRIA_OK, STRIA_INVALID, 1234, 4},
    {"", STRIA_INVALID, STRIA_INVALID, 0, 0},
    {"-", STRIA_INVALID, STRIA_INVALID, 0, 1},
    {"+", STRIA_INVALID, STRIA_INVALID, 0, 1},
    {"--1", STRIA_INVALID, STRIA_INVALID, 0, 3},
    {" 1", STRIA_INVALID, STRIA_INVALID, 0, 2},
    {"x2345678", STRIA_INVALID, STRIA_INVALID, 0, 8},
};

static void test_signed_numbers_and_what_follows_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_bytes in = sx_bytes_of(rows[i].text);
        int64_t v = 0;
        print_message("%s\n", rows[i].text);
        assert_int_equal(sx_int_take(&in, &v), rows[i].st);
        assert_int_equal(in.len, rows[i].left);
        assert_int_equal(v, rows[i].value);
        assert_int_equal(sx_int_parse(sx_bytes_of(rows[i].text), &v), rows[i].whole);
    }
}

static void test_unsigned_numbers_have_no_sign_and_one_bit_more(void **state)
{
    (void)state;
    uint64_t v;
    assert_int_equal(sx_uint_parse(SX_LITERAL("18446744073709551615"), &v), STRIA_OK);
    assert_true(v == UINT64_MAX);
    assert_int_equal(sx_uint_parse(SX_LITERAL("18446744073709551616"), &v), STRIA_LIMIT);
    assert_true(v == UINT64_MAX);
    assert_int_equal(sx_uint_parse(SX_LITERAL("18446744073809551615"), &v), STRIA_LIMIT);
    assert_int_equal(sx_uint_parse(SX_LITERAL("000018446744073709551615"), &v), STRIA_OK);
    assert_int_equal(sx_uint_parse(SX_LITERAL("-1"), &v), STRIA_INVALID);
    assert_int_equal(sx_uint_parse(SX_LITERAL("+1"), &v), STRIA_INVALID);
    assert_int_equal(sx_uint_parse(SX_LITERAL(""), &v), STRIA_INVALID);
}

/* Numbers of every length, just below, at and above each power of ten and of two. */
static void check_there_and_back(uint64_t v)
{
    char expected[32];
    uint8_t text[SX_INT_TEXT_MAX];
    uint64_t back;
    int64_t signed_back;
    size_t size = sx_uint_write(text, v);
    assert_int_equal(size, snprintf(expected, sizeof expected, "%" PRIu64, v));
    assert_memory_equal(text, expected, size);
    assert_int_equal(sx_uint_parse(sx_bytes_make(text, size), &back), STRIA_OK);
    assert_true(back == v);
    size = sx_int_write(text, (int64_t)v);
    assert_int_equal(size, snprintf(expected, sizeof expected, "%" PRId64, (int64_t)v));
    assert_memory_equal(text, expected, size);
    assert_int_equal(sx_int_parse(sx_bytes_make(text, size), &signed_back), STRIA_OK);
    assert_true(signed_back == (int64_t)v);
}

static void test_every_length_is_written_and_read_back(void **state)
{
    (void)state;
    for (uint64_t power = 1;; power *= 10) {
        for (uint64_t factor = 1; factor <= 9 && power <= UINT64_MAX / factor; factor++) {
            check_there_and_back(power * factor - 1);
            check_there_and_back(power * factor);
            check_there_and_back(0 - power * factor);
            check_there_and_back(power * factor + 1);
        }
        if (power > UINT64_MAX / 10)
            break;
    }
    for (unsigned i = 0; i < 64; i++)
        check_there_and_back(((uint64_t)1 << i) * 0x9e3779b97f4a7c15u);
}

static void test_digits_of_a_fixed_count(void **state)
{
    (void)state;
    uint8_t text[21] = {0};
    sx_digits_write(text, 7, 2);
    assert_string_equal((char *)text, "07");
    sx_digits_write(text, 123, 9);
    assert_string_equal((char *)text, "000000123");
    sx_digits_write(text, UINT64_MAX, 20);
    assert_string_equal((char *)text, "18446744073709551615");
    assert_int_equal(sx_digits_count(0), 1);
    assert_int_equal(sx_digits_count(9999), 4);
    assert_int_equal(sx_digits_count(10000), 5);
    assert_int_equal(sx_digits_count(UINT64_MAX), 20);
}

static void test_every_byte_in_every_place_is_told_from_a_digit(void **state)
{
    (void)state;
    for (unsigned place = 0; place < 8; place++)
        for (unsigned byte = 0; byte < 256; byte++) {
            uint64_t bytes = 0x3931393939303539u;
            bytes &= ~((uint64_t)0xff << (8 * place));
            bytes |= (uint64_t)byte << (8 * place);
            uint64_t others = sx_digits8_others(bytes);
            assert_true(sx_is_digit((uint8_t)byte) == !others);
            if (others)
                assert_int_equal(sx_trailing_zeros(others) / 8, place);
        }
    for (unsigned count = 1; count <= 8; count++) {
        uint64_t v;
        assert_int_equal(sx_uint_parse(sx_bytes_make("90357182", count), &v), STRIA_OK);
        assert_int_equal(sx_digits_value(sx_get_u64((const uint8_t *)"90357182"), count), v);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signed_numbers_and_what_follows_them),
        cmocka_unit_test(test_unsigned_numbers_have_no_sign_and_one_bit_more),
        cmocka_unit_test(test_every_length_is_written_and_read_back),
        cmocka_unit_test(test_digits_of_a_fixed_count),
        cmocka_unit_test(test_every_byte_in_every_place_is_told_from_a_digit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
