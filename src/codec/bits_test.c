/* SPDX-License-Identifier: Apache-2.0 */
/* bits_test.c -- streams of bits. */
#include "codec/bits.h"

#include "codec/generators.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void test_the_lowest_bit_comes_first(void **state)
{
    (void)state;
    uint8_t bytes[2] = {0};
    struct sx_bit_writer writer = {.bytes = bytes};
    sx_bits_put(&writer, 5, 3);
    sx_bits_put(&writer, 1, 3);
    sx_bits_put(&writer, 7, 3);
    sx_bits_flush(&writer);
    assert_int_equal(writer.size, 2);
    assert_int_equal(bytes[0], 0xcd);
    assert_int_equal(bytes[1], 0x01);
}

static void test_numbers_of_every_width_come_back(void **state)
{
    (void)state;
    static uint8_t bytes[8 * 1000];
    uint64_t values[1000];
    unsigned widths[1000];
    struct sx_random random = {1};
    for (unsigned round = 0; round < 200; round++) {
        struct sx_bit_writer writer = {.bytes = bytes};
        size_t bits = 0, position = 0;
        for (size_t i = 0; i < 1000; i++) {
            widths[i] = round < 65 ? round : (unsigned)sx_random_below(&random, 65);
            values[i] = sx_random_next(&random);
            sx_bits_put(&writer, values[i], widths[i]); /* bits above the width are dropped */
            bits += widths[i];
        }
        sx_bits_flush(&writer);
        assert_int_equal(writer.size, (bits + 7) / 8);
        struct sx_bytes in = sx_bytes_make(bytes, writer.size);
        for (size_t i = 0; i < 1000; i++) {
            uint64_t v = sx_bits_get(in, position, widths[i]);
            assert_true(v == (values[i] & sx_bit_mask(widths[i])));
            position += widths[i];
        }
    }
}

static void test_unpacking_gives_what_getting_one_by_one_gives(void **state)
{
    (void)state;
    uint8_t bytes[2048];
    uint64_t out[SX_BITS_UNPACK_MAX];
    struct sx_random random = {8};
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)sx_random_next(&random);
    for (unsigned width = 0; width <= 64; width++)
        for (size_t count = 0; count <= SX_BITS_UNPACK_MAX; count += 1 + count / 2)
            for (size_t cut = 0; cut < 3; cut++) {
                size_t size = sx_bits_size(count, width) * (2 - cut) / 2;
                struct sx_bytes in = sx_bytes_make(size ? bytes : NULL, size);
                sx_bits_unpack(out, in, count, width);
                for (size_t i = 0; i < count; i++)
                    assert_true(out[i] == sx_bits_get(in, i * width, width));
            }
}

static void test_bits_past_the_end_are_zero(void **state)
{
    (void)state;
    const uint8_t bytes[3] = {0xff, 0xff, 0xff};
    struct sx_bytes in = sx_bytes_make(bytes, 3);
    assert_true(sx_bits_get(in, 20, 64) == 0xf);
    assert_true(sx_bits_get(in, 24, 64) == 0);
    assert_true(sx_bits_get(in, 1000, 64) == 0);
    assert_true(sx_bits_get(sx_bytes_make(NULL, 0), 0, 64) == 0);
}

static void test_widths_and_masks(void **state)
{
    (void)state;
    assert_int_equal(sx_bit_width(0), 0);
    assert_int_equal(sx_bit_width(1), 1);
    assert_int_equal(sx_bit_width(255), 8);
    assert_int_equal(sx_bit_width(256), 9);
    assert_int_equal(sx_bit_width(UINT64_MAX), 64);
    assert_true(sx_bit_mask(0) == 0);
    assert_true(sx_bit_mask(63) == (uint64_t)INT64_MAX);
    assert_true(sx_bit_mask(64) == UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_lowest_bit_comes_first),
        cmocka_unit_test(test_numbers_of_every_width_come_back),
        cmocka_unit_test(test_unpacking_gives_what_getting_one_by_one_gives),
        cmocka_unit_test(test_bits_past_the_end_are_zero),
        cmocka_unit_test(test_widths_and_masks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
