/* SPDX-License-Identifier: Apache-2.0 */
/* xor_test.c -- doubles as differences of bits. */
#include "codec/xor.h"

#include "codec/generators.h"
#include "codec/kernel.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct sx_mem mem;

/* Reads `count` values; false: malformed. */
static bool decode(struct sx_bytes in, double *values, size_t count)
{
    struct sx_xor_reader reader;
    double group[SX_GROUP];
    sx_xor_open(&reader, in, count);
    for (size_t i = 0; i < count; i += SX_GROUP) {
        size_t taken = count - i < SX_GROUP ? count - i : SX_GROUP;
        if (!sx_xor_next(&reader, group))
            return false;
        memcpy(values + i, group, taken * sizeof *values);
    }
    return true;
}

static void test_the_golden_bytes(void **state)
{
    (void)state;
    /* 2, 2, 3, 3.5: 0; then x = 2^51: new window, 12 above, size 1; then x = 2^50: new again */
    static const double values[] = {2, 2, 3, 3.5};
    static const uint8_t bytes[] = {0, 0, 0, 0, 0, 0, 0, 0x40, 0x66, 0xc0, 0x1b, 0x10};
    struct sx_buf out;
    double back[4];
    sx_buf_init(&out, &mem, 100);
    sx_xor_encode(&out, values, 4);
    assert_int_equal(out.len, sizeof bytes);
    assert_memory_equal(out.ptr, bytes, sizeof bytes);
    assert_true(decode(sx_buf_bytes(&out), back, 4));
    assert_memory_equal(back, values, sizeof values);
    sx_buf_deinit(&out);
}

static void test_all_kinds_come_back_and_cuts_are_seen(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 2, 3, 100, 1000};
    double values[1000], back[1000];
    for (unsigned kind = 0; kind < SX_FLOAT_KINDS; kind++)
        for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
            size_t count = counts[c];
            struct sx_buf out;
            sx_gen_floats(kind, c, values, count);
            sx_buf_init(&out, &mem, 1 << 16);
            sx_xor_encode(&out, values, count);
            assert_false(out.failed);
            assert_int_equal(out.len, (sx_xor_cost(values, count) + 7) / 8);
            assert_true(decode(sx_buf_bytes(&out), back, count));
            assert_memory_equal(back, values, count * sizeof *back);
            for (size_t len = 0; len + 1 < out.len; len += 1 + out.len / 200)
                assert_false(decode(sx_bytes_make(out.ptr, len), back, count));
            sx_buf_deinit(&out);
        }
}

static void test_malformed_streams_are_refused(void **state)
{
    (void)state;
    static const struct {
        size_t len;
        uint8_t bytes[12];
    } rows[] = {
        {0, {0}},
        {7, {0}},
        {9, {0, 0, 0, 0, 0, 0, 0, 0, 0x01}},                    /* no window to use again */
        {12, {0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 0x1f, 0xff, 0xff}}, /* 31 above and 63 of size */
        {8, {0}},                                               /* one value where two are wanted */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double back[2];
        assert_false(decode(sx_bytes_make(rows[i].bytes, rows[i].len), back, 2));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_golden_bytes),
        cmocka_unit_test(test_all_kinds_come_back_and_cuts_are_seen),
        cmocka_unit_test(test_malformed_streams_are_refused),
    };
    sx_mem_init(&mem, NULL, "test", 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
