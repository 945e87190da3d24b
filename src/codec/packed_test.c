/* SPDX-License-Identifier: Apache-2.0 */
/* packed_test.c -- packed integers: the format's bytes, every width with patches, bad headers. */
#include "codec/packed.h"

#include "codec/bits.h"
#include "codec/generators.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct sx_mem mem;

static void encode(struct sx_buf *out, const int64_t *values, size_t count, unsigned order)
{
    sx_buf_init(out, &mem, 1 << 20);
    sx_packed_encode(out, values, count, order, NULL);
    assert_false(out->failed);
}

static void check(const int64_t *values, size_t count, unsigned order)
{
    struct sx_buf out;
    struct sx_packed_reader reader;
    int64_t group[SX_GROUP];
    encode(&out, values, count, order);
    assert_true(sx_packed_open(&reader, sx_buf_bytes(&out), count, order, 0, 1));
    for (size_t g = 0; g < reader.group_count; g++) {
        sx_packed_next_i64(&reader, group);
        assert_memory_equal(group, values + g * SX_GROUP,
                            sx_packed_group_size(&reader, g) * sizeof *group);
    }
    for (size_t g = reader.group_count; g-- > 0;) { /* and from any group on */
        sx_packed_seek(&reader, g);
        sx_packed_next_i64(&reader, group);
        assert_memory_equal(group, values + g * SX_GROUP,
                            sx_packed_group_size(&reader, g) * sizeof *group);
    }
    sx_buf_deinit(&out);
}

static void test_the_worked_example_has_the_bytes_of_the_header(void **state)
{
    (void)state;
    static const int64_t values[] = {0, 2, 4, 7};
    static const uint8_t bytes[] = {0x01, 0x04, 0x08};
    struct sx_buf out;
    encode(&out, values, 4, 1);
    assert_int_equal(out.len, sizeof bytes);
    assert_memory_equal(out.ptr, bytes, sizeof bytes);
    sx_buf_deinit(&out);
    check(values, 4, 1);
}

static void test_patches_have_the_bytes_of_the_format(void **state)
{
    (void)state;
    /* 20 values 0 and 1 but for one 9: width 1, the 9 keeps 4 above it, a signed number of 4
     * bits */
    int64_t values[20];
    static const uint8_t bytes[] = {0x81, 0x01, 0x04, 0x00, 0xaa, 0xaa, 0x0a, 0x05, 0x04};
    struct sx_buf out;
    for (size_t i = 0; i < 20; i++)
        values[i] = i == 5 ? 9 : (int64_t)(i & 1);
    encode(&out, values, 20, 0);
    assert_int_equal(out.len, sizeof bytes);
    assert_memory_equal(out.ptr, bytes, sizeof bytes);
    sx_buf_deinit(&out);
    check(values, 20, 0);
}

static void test_all_kinds_come_back_in_every_order_and_from_every_group(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 2, 3, 255, 256, 257, 1023, 1024, 1025, 3000};
    static int64_t values[3000];
    for (unsigned kind = 0; kind < SX_INT_KINDS; kind++)
        for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
            sx_gen_ints(kind, c + 1, values, counts[c]);
            uint64_t first = (uint64_t)values[0];
            for (size_t i = 0; i < counts[c]; i++)
                values[i] = (int64_t)((uint64_t)values[i] - first);
            for (unsigned order = 0; order <= 2; order++)
                check(values, counts[c], order);
        }
}

/* Every width of 0 to 64 bits, with none, one and many values that need more. */
static void test_every_width_with_patches_comes_back(void **state)
{
    (void)state;
    static const unsigned patches[] = {0, 1, 32, 120};
    int64_t values[600];
    struct sx_random random = {3};
    for (unsigned width = 0; width <= 64; width++)
        for (size_t p = 0; p < 4; p++)
            for (unsigned sign = 0; sign < 2; sign++) {
                for (size_t i = 0; i < 600; i++)
                    values[i] = (int64_t)(sx_random_next(&random) & sx_bit_mask(width));
                for (unsigned k = 0; k < patches[p]; k++) {
                    uint64_t far = sx_random_next(&random) >> sx_random_below(&random, 64);
                    values[sx_random_below(&random, 256)] = (int64_t)(sign ? 0 - far : far);
                }
                values[0] = 0;
                for (unsigned order = 0; order <= 2; order++)
                    check(values, 600, order);
            }
}

/* The largest distances at which sums are made in 32 bits, and one more. */
static void test_ranges_around_31_bits_come_back(void **state)
{
    (void)state;
    int64_t values[512];
    for (unsigned bits = 26; bits <= 34; bits++)
        for (int64_t off = -2; off <= 2; off++)
            for (unsigned shape = 0; shape < 4; shape++) {
                int64_t far = ((int64_t)1 << bits) + off;
                for (size_t i = 0; i < 512; i++)
                    values[i] = shape == 0   ? (i % 2 ? far : 0)
                                : shape == 1 ? (i % 2 ? -far : 0)
                                : shape == 2 ? (i % 3 == 1   ? far
                                                : i % 3 == 2 ? -far
                                                             : 0)
                                             : (int64_t)i * (far / 256) * (i % 5 ? 1 : -1);
                for (unsigned order = 0; order <= 2; order++)
                    check(values, 512, order);
            }
}

static void test_the_estimate_is_the_size_when_all_groups_are_looked_at(void **state)
{
    (void)state;
    static int64_t values[2000];
    for (unsigned kind = 0; kind < SX_INT_KINDS; kind++) {
        sx_gen_ints(kind, 9, values, 2000);
        uint64_t first = (uint64_t)values[0];
        for (size_t i = 0; i < 2000; i++)
            values[i] = (int64_t)((uint64_t)values[i] - first);
        for (unsigned order = 0; order <= 2; order++) {
            struct sx_buf out;
            encode(&out, values, 2000, order);
            struct sx_packed_plan plans[8];
            uint64_t bits = sx_packed_estimate(values, 2000, order, 8, plans);
            assert_in_range(out.len * 8 + 400, bits * 19 / 20, bits * 21 / 20 + 2000);
            struct sx_buf again; /* with what is known of the groups */
            sx_buf_init(&again, &mem, 1 << 20);
            sx_packed_encode(&again, values, 2000, order, plans);
            assert_int_equal(again.len, out.len);
            assert_memory_equal(again.ptr, out.ptr, out.len);
            sx_buf_deinit(&again);
            sx_buf_deinit(&out);
        }
    }
}

static void test_headers_that_break_the_format_are_refused(void **state)
{
    (void)state;
    static const struct row {
        const char *name;
        size_t count, len;
        unsigned order;
        uint8_t bytes[12];
    } rows[] = {
        {"nothing", 4, 0, 0, {0}},
        {"a header cut", 4, 1, 0, {0x01}},
        {"a step cut", 4, 2, 0, {0x01, 0x80}},
        {"a width above 64", 4, 8, 0, {98, 0}},
        {"no patches in a list", 4, 6, 0, {0x81, 0, 1, 0, 0, 0}},
        {"patches of no bits", 4, 6, 0, {0x81, 1, 0, 0, 0, 0}},
        {"patches above 32 bits", 4, 9, 0, {0x81, 1, 32, 0, 0, 0, 0, 0, 0}},
        {"patches above 64 bits", 4, 12, 0, {0x80 | 34, 1, 64, 0, 0, 0}},
        {"a patch past a short group", 4, 6, 0, {0x81, 1, 1, 0, 0, 4}},
        {"data cut", 12, 3, 0, {0x01, 0, 0}},
        {"data left over", 4, 4, 0, {0x01, 0, 0, 0}},
        {"no first difference", 4, 0, 2, {0}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sx_packed_reader reader;
        print_message("%s\n", rows[i].name);
        assert_false(sx_packed_open(&reader, sx_bytes_make(rows[i].bytes, rows[i].len),
                                    rows[i].count, rows[i].order, 0, 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_worked_example_has_the_bytes_of_the_header),
        cmocka_unit_test(test_patches_have_the_bytes_of_the_format),
        cmocka_unit_test(test_all_kinds_come_back_in_every_order_and_from_every_group),
        cmocka_unit_test(test_every_width_with_patches_comes_back),
        cmocka_unit_test(test_ranges_around_31_bits_come_back),
        cmocka_unit_test(test_the_estimate_is_the_size_when_all_groups_are_looked_at),
        cmocka_unit_test(test_headers_that_break_the_format_are_refused),
    };
    sx_mem_init(&mem, NULL, "test", 0);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    sx_mem_deinit(&mem);
    return failed;
}
