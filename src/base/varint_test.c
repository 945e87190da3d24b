/* SPDX-License-Identifier: Apache-2.0 */
/* varint_test.c -- small numbers and views of bytes: golden bytes, limits, cuts. */
#include "base/varint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct row {
    uint64_t value;
    size_t size;
    uint8_t bytes[SX_VARINT_SIZE_MAX];
} rows[] = {
    {0, 1, {0x00}},
    {1, 1, {0x01}},
    {127, 1, {0x7f}},
    {128, 2, {0x80, 0x01}},
    {300, 2, {0xac, 0x02}},
    {16383, 2, {0xff, 0x7f}},
    {16384, 3, {0x80, 0x80, 0x01}},
    {UINT32_MAX, 5, {0xff, 0xff, 0xff, 0xff, 0x0f}},
    {(uint64_t)1 << 63, 10, {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01}},
    {UINT64_MAX, 10, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}},
};

static void test_golden_bytes_are_written_and_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        uint8_t bytes[SX_VARINT_SIZE_MAX];
        uint64_t v;
        struct sx_bytes in = sx_bytes_make(rows[i].bytes, rows[i].size);
        assert_int_equal(sx_varint_write(bytes, rows[i].value), rows[i].size);
        assert_memory_equal(bytes, rows[i].bytes, rows[i].size);
        assert_true(sx_varint_get(&in, &v));
        assert_true(v == rows[i].value);
        assert_int_equal(in.len, 0);
        for (size_t len = 0; len < rows[i].size; len++) {
            in = sx_bytes_make(rows[i].bytes, len);
            assert_false(sx_varint_get(&in, &v));
            assert_int_equal(in.len, len);
        }
    }
}

static void test_numbers_over_64_bits_are_refused(void **state)
{
    (void)state;
    uint8_t bytes[11];
    uint64_t v;
    memset(bytes, 0xff, sizeof bytes);
    bytes[9] = 0x02;
    struct sx_bytes in = sx_bytes_make(bytes, sizeof bytes);
    assert_false(sx_varint_get(&in, &v));
    bytes[9] = 0x81; /* an eleventh byte */
    bytes[10] = 0x00;
    assert_false(sx_varint_get(&in, &v));
    const uint8_t longer[] = {0x81, 0x80, 0x00};
    in = sx_bytes_make(longer, sizeof longer);
    assert_true(sx_varint_get(&in, &v)); /* longer than needed is allowed */
    assert_int_equal(v, 1);
}

static void test_zigzag_puts_small_numbers_first(void **state)
{
    (void)state;
    const int64_t values[] = {0, -1, 1, -2, 2};
    for (size_t i = 0; i < SX_COUNT_OF(values); i++)
        assert_int_equal(sx_zigzag(values[i]), i);
    const int64_t all[] = {0, 1, -1, 63, -64, INT32_MIN, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < SX_COUNT_OF(all); i++) {
        uint8_t storage[16];
        struct sx_buf buf;
        int64_t v;
        sx_buf_init_fixed(&buf, storage, sizeof storage);
        sx_buf_put_zigzag(&buf, all[i]);
        struct sx_bytes in = sx_buf_bytes(&buf);
        assert_true(sx_zigzag_get(&in, &v));
        assert_true(v == all[i]);
    }
    assert_true(sx_zigzag(INT64_MIN) == UINT64_MAX);
}

static void test_a_length_must_not_pass_the_end(void **state)
{
    (void)state;
    uint8_t storage[32];
    struct sx_buf buf;
    struct sx_bytes text;
    uint64_t v;
    sx_buf_init_fixed(&buf, storage, sizeof storage);
    sx_buf_put_sized(&buf, SX_LITERAL("hello"));
    sx_buf_put_sized(&buf, SX_LITERAL(""));
    struct sx_bytes in = sx_buf_bytes(&buf);
    assert_true(sx_sized_get(&in, &text));
    assert_true(sx_bytes_equal(text, SX_LITERAL("hello")));
    assert_true(sx_sized_get(&in, &text));
    assert_int_equal(text.len, 0);
    assert_false(sx_sized_get(&in, &text));
    in = sx_bytes_make(storage, 5);
    assert_false(sx_sized_get(&in, &text));
    uint8_t huge[SX_VARINT_SIZE_MAX];
    in = sx_bytes_make(huge, sx_varint_write(huge, UINT64_MAX));
    assert_false(sx_sized_get(&in, &text));
    in = sx_bytes_make(storage, 1);
    assert_false(sx_varint_get_max(&in, 4, &v));
    in = sx_bytes_make(storage, 1);
    assert_true(sx_varint_get_max(&in, 5, &v));
}

static void test_views_compare_as_bytes(void **state)
{
    (void)state;
    const char *ordered[] = {"", "a", "a\x01", "ab", "b", "\x7f", "\x80", "\xff"};
    for (size_t i = 0; i < SX_COUNT_OF(ordered); i++)
        for (size_t j = 0; j < SX_COUNT_OF(ordered); j++) {
            struct sx_bytes a = sx_bytes_of(ordered[i]), b = sx_bytes_of(ordered[j]);
            int order = sx_bytes_compare(a, b);
            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
            assert_int_equal(sx_bytes_equal(a, b), i == j);
        }
    struct sx_bytes none = {0};
    assert_int_equal(sx_bytes_compare(none, SX_LITERAL("")), 0);
    assert_true(sx_bytes_equal(none, sx_bytes_of(NULL)));
    assert_true(sx_bytes_starts_with(SX_LITERAL("abc"), SX_LITERAL("ab")));
    assert_true(sx_bytes_starts_with(none, none));
    assert_false(sx_bytes_starts_with(SX_LITERAL("ab"), SX_LITERAL("abc")));
    struct sx_bytes in = SX_LITERAL("abc"), taken;
    assert_false(sx_bytes_take(&in, 4, &taken));
    assert_int_equal(in.len, 3);
    assert_true(sx_bytes_take(&in, 2, &taken));
    assert_true(sx_bytes_equal(taken, SX_LITERAL("ab")) && sx_bytes_equal(in, SX_LITERAL("c")));
}

static void test_bits_of_doubles_are_kept(void **state)
{
    (void)state;
    const uint64_t patterns[] = {0, (uint64_t)1 << 63, 0x7ff0000000000002, 0x7ff8000000000001, 1};
    for (size_t i = 0; i < SX_COUNT_OF(patterns); i++)
        assert_true(sx_bits_of_f64(sx_f64_of_bits(patterns[i])) == patterns[i]);
    uint8_t bytes[8];
    sx_put_u64(bytes, sx_bits_of_f64(1.0));
    assert_true(sx_get_u64(bytes) == 0x3ff0000000000000);
    assert_int_equal(bytes[7], 0x3f);
    assert_int_equal(sx_get_u16(bytes + 6), 0x3ff0);
    assert_int_equal(sx_get_u32(bytes + 4), 0x3ff00000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_bytes_are_written_and_read),
        cmocka_unit_test(test_numbers_over_64_bits_are_refused),
        cmocka_unit_test(test_zigzag_puts_small_numbers_first),
        cmocka_unit_test(test_a_length_must_not_pass_the_end),
        cmocka_unit_test(test_views_compare_as_bytes),
        cmocka_unit_test(test_bits_of_doubles_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
