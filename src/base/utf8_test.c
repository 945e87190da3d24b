/* SPDX-License-Identifier: Apache-2.0 */
/* utf8_test.c -- every code point, and the sequences that are none. */
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* `repaired`: what put_valid makes of it. */
static const struct row {
    const char *name, *text, *repaired;
} rows[] = {
    {"empty", "", ""},
    {"ascii", "plain text, longer than eight bytes", "plain text, longer than eight bytes"},
    {"two bytes", "\xc3\xa9", "\xc3\xa9"},
    {"three bytes", "\xe2\x82\xac", "\xe2\x82\xac"},
    {"four bytes", "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
    {"the replacement itself", "\xef\xbf\xbd", "\xef\xbf\xbd"},
    {"the last code point", "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},
    {"a lone tail", "a\x80z", "a\xef\xbf\xbdz"},
    {"a head at the end", "abcdefgh\xc3", "abcdefgh\xef\xbf\xbd"},
    {"a head before ascii", "\xc3(", "\xef\xbf\xbd("},
    {"ff", "a\xff\xfe", "a\xef\xbf\xbd\xef\xbf\xbd"},
    {"three bytes cut", "\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd"},
    {"four bytes cut", "\xf0\x9f\x98z", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz"},
    {"too long for NUL", "\xc0\x80", "\xef\xbf\xbd\xef\xbf\xbd"},
    {"too long for a slash", "\xe0\x80\xaf", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    {"too long for U+FFFF", "\xf0\x8f\xbf\xbf", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    {"a surrogate", "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    {"above the last", "\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    {"f5", "\xf5\x80\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
};

static void test_what_is_not_valid_is_replaced_byte_by_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        uint8_t storage[64];
        struct sx_buf out;
        struct sx_bytes text = sx_bytes_of(rows[i].text), repaired = sx_bytes_of(rows[i].repaired);
        print_message("%s\n", rows[i].name);
        sx_buf_init_fixed(&out, storage, sizeof storage);
        sx_utf8_put_valid(&out, text);
        assert_true(sx_bytes_equal(sx_buf_bytes(&out), repaired));
        assert_int_equal(sx_utf8_valid(text), sx_bytes_equal(text, repaired));
        assert_true(sx_utf8_valid(repaired));
    }
}

static void test_every_code_point_is_encoded_and_decoded(void **state)
{
    (void)state;
    for (uint32_t rune = 0; rune <= SX_RUNE_MAX + 1; rune++) {
        uint8_t bytes[SX_RUNE_SIZE_MAX];
        uint32_t back;
        size_t size = sx_utf8_encode(bytes, rune);
        bool none = rune > SX_RUNE_MAX || (rune >= 0xd800 && rune <= 0xdfff);
        if (sx_utf8_decode(sx_bytes_make(bytes, size), &back) != size ||
            back != (none ? SX_RUNE_ERROR : rune))
            fail_msg("U+%04X", rune);
        for (size_t cut = 1; cut < size; cut++) {
            if (sx_utf8_decode(sx_bytes_make(bytes, cut), &back) != 1 || back != SX_RUNE_ERROR)
                fail_msg("U+%04X cut to %zu", rune, cut);
            if (sx_utf8_valid(sx_bytes_make(bytes, cut)))
                fail_msg("U+%04X cut to %zu is valid", rune, cut);
        }
    }
    uint32_t rune;
    assert_int_equal(sx_utf8_decode(sx_bytes_make(NULL, 0), &rune), 0);
}

/* All pairs of bytes: valid only as two of ASCII or a head of two and a tail. */
static void test_every_pair_of_bytes(void **state)
{
    (void)state;
    for (unsigned a = 0; a < 256; a++)
        for (unsigned b = 0; b < 256; b++) {
            const uint8_t bytes[] = {(uint8_t)a, (uint8_t)b};
            bool expected =
                (a < 0x80 && b < 0x80) || (a >= 0xc2 && a <= 0xdf && b >= 0x80 && b <= 0xbf);
            assert_int_equal(sx_utf8_valid(sx_bytes_make(bytes, 2)), expected);
        }
}

static void test_a_bad_byte_is_found_at_every_place(void **state)
{
    (void)state;
    for (size_t len = 1; len < 40; len++)
        for (size_t place = 0; place < len; place++) {
            uint8_t bytes[40];
            memset(bytes, 'x', len);
            assert_true(sx_utf8_valid(sx_bytes_make(bytes, len)));
            bytes[place] = 0xbf;
            assert_false(sx_utf8_valid(sx_bytes_make(bytes, len)));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_not_valid_is_replaced_byte_by_byte),
        cmocka_unit_test(test_every_code_point_is_encoded_and_decoded),
        cmocka_unit_test(test_every_pair_of_bytes),
        cmocka_unit_test(test_a_bad_byte_is_found_at_every_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
