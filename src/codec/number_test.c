/* SPDX-License-Identifier: Apache-2.0 */
/* number_test.c -- one double in few bytes. */
#include "codec/number.h"

#include "codec/generators.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static size_t put(double v, uint8_t bytes[SX_NUMBER_SIZE_MAX])
{
    struct sx_buf out;
    sx_buf_init_fixed(&out, bytes, SX_NUMBER_SIZE_MAX);
    sx_number_put(&out, v);
    assert_false(out.failed);
    return out.len;
}

static void check(double v)
{
    uint8_t bytes[SX_NUMBER_SIZE_MAX];
    double back;
    struct sx_bytes in = sx_bytes_make(bytes, put(v, bytes));
    for (size_t len = 0; len < in.len; len++) {
        struct sx_bytes cut = sx_bytes_make(bytes, len);
        assert_false(sx_number_get(&cut, &back));
    }
    assert_true(sx_number_get(&in, &back));
    assert_int_equal(in.len, 0);
    assert_true(sx_bits_of_f64(back) == sx_bits_of_f64(v));
}

static void test_the_golden_bytes(void **state)
{
    (void)state;
    static const struct {
        uint64_t pattern;
        size_t size;
        uint8_t bytes[SX_NUMBER_SIZE_MAX];
    } rows[] = {
        {0x0000000000000000u, 2, {0x00, 0x00}},
        {0x4046800000000000u, 2, {0x00, 0x5a}}, /* 45 */
        {0x3fb999999999999au, 2, {0x01, 0x02}}, /* 0.1 */
        {0xc004000000000000u, 2, {0x01, 0x31}}, /* -2.5 */
        {0x8000000000000000u, 9, {0x20, 0, 0, 0, 0, 0, 0, 0, 0x80}},
        {0x7ff0000000000002u, 9, {0x20, 2, 0, 0, 0, 0, 0, 0xf0, 0x7f}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t bytes[SX_NUMBER_SIZE_MAX];
        double v = sx_f64_of_bits(rows[i].pattern);
        assert_int_equal(put(v, bytes), rows[i].size);
        assert_memory_equal(bytes, rows[i].bytes, rows[i].size);
        check(v);
    }
}

static void test_all_kinds_come_back(void **state)
{
    (void)state;
    double values[500];
    for (unsigned kind = 0; kind < SX_FLOAT_KINDS; kind++) {
        sx_gen_floats(kind, 1, values, 500);
        for (size_t i = 0; i < 500; i++)
            check(values[i]);
    }
}

static void test_malformed_numbers_are_refused(void **state)
{
    (void)state;
    static const struct {
        size_t len;
        uint8_t bytes[11];
    } rows[] = {
        {0, {0}},
        {2, {22, 2}},
        {2, {31, 2}},
        {2, {33, 2}},
        {9, {0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}}, /* beyond 2^51 */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double v;
        struct sx_bytes in = sx_bytes_make(rows[i].bytes, rows[i].len);
        assert_false(sx_number_get(&in, &v));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_golden_bytes),
        cmocka_unit_test(test_all_kinds_come_back),
        cmocka_unit_test(test_malformed_numbers_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
