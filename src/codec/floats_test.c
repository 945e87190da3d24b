/* SPDX-License-Identifier: Apache-2.0 */
/* floats_test.c -- columns of doubles: golden bytes, every kind bit for bit, the form chosen. */
#include "codec/floats.h"

#include "base/hash.h"
#include "codec/generators.h"
#include "codec/kernel.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct sx_mem mem;
static double values[SX_COLUMN_VALUES_MAX], back[SX_COLUMN_VALUES_MAX + 1];

static void encode(struct sx_buf *out, const double *from, size_t count, enum sx_tier tier)
{
    sx_buf_init(out, &mem, 1 << 20);
    assert_int_equal(sx_floats_encode(out, from, count, tier, NULL, &mem, NULL), STRIA_OK);
}

static void check_range(struct sx_bytes in, const double *from, size_t count, size_t first,
                        size_t range_count)
{
    back[range_count] = 4711;
    assert_int_equal(sx_floats_decode(in, count, first, range_count, NULL, back, NULL), STRIA_OK);
    assert_memory_equal(back, from + first, range_count * sizeof *back);
    assert_true(back[range_count] == 4711);
}

static void check(const double *from, size_t count)
{
    struct sx_random random = {count};
    for (int tier = SX_TIER_HOT; tier <= SX_TIER_SEALED; tier++) {
        struct sx_buf out;
        encode(&out, from, count, (enum sx_tier)tier);
        assert_in_range(out.len, 1, 8 * count + 10 + count / 8);
        check_range(sx_buf_bytes(&out), from, count, 0, count);
        for (unsigned k = 0; k < 5; k++) {
            size_t first = sx_random_below(&random, count + 1);
            check_range(sx_buf_bytes(&out), from, count, first,
                        sx_random_below(&random, count - first + 1));
        }
        sx_buf_deinit(&out);
    }
}

#define SX_NAN (__builtin_nan("1"))

static const struct golden {
    const char *name;
    size_t count, size;
    double values[8];
    uint8_t bytes[32];
} goldens[] = {
    {"constant", 3, 3, {1.5, 1.5, 1.5}, {0x41, 0x01, 0x1e}},
    {"a line", 3, 5, {1.5, 2.5, 3.5}, {0x42, 0x01, 0x04, 0x1e, 0x14}},
    {"decimals",
     4,
     10,
     {1.5, 2.5, 2.75, 1.25},
     {0x42, 0x02, 0x11, 0xac, 0x02, 0x19, 0x03, 0x01, 0xa9, 0x01}},
    {"a NaN",
     3,
     18,
     {1, 2, SX_NAN},
     {0x42, 0x80, 0x01, 0x02, 0x01, 0x01, 0, 0, 0, 0, 0, 0xf8, 0x7f, 0x01, 0x02, 0x01, 0, 0x06}},
    {"0.1 + 0.2",
     3,
     11,
     {0.1, 0x1.3333333333334p-2, 0.5},
     {0x42, 0x41, 0x05, 0x01, 0x00, 0x01, 0x01, 0x05, 0x04, 0x02, 0x04}},
    {"raw",
     2,
     17,
     {0x1.23456789abcdep-500, -0x1.fedcba9876543p+400},
     {0x40, 0xde, 0xbc, 0x9a, 0x78, 0x56, 0x34, 0xb2, 0x20, 0x43, 0x65, 0x87, 0xa9, 0xcb, 0xed,
      0xff, 0xd8}},
};

static void test_the_golden_bytes_of_each_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof goldens / sizeof goldens[0]; i++) {
        const struct golden *g = &goldens[i];
        struct sx_buf out;
        encode(&out, g->values, g->count, SX_TIER_HOT);
        assert_int_equal(out.len, g->size);
        assert_memory_equal(out.ptr, g->bytes, g->size);
        check_range(sx_bytes_make(g->bytes, g->size), g->values, g->count, 0, g->count);
        sx_buf_deinit(&out);
    }
}

static void test_all_kinds_come_back_bit_for_bit(void **state)
{
    (void)state;
    static const size_t counts[] = {1,   2,   3,    4,    63,   64,   65,   255,  256,
                                    257, 900, 1023, 1024, 1025, 4097, 8192, 16384};
    for (unsigned kind = 0; kind < SX_FLOAT_KINDS; kind++)
        for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
            sx_gen_floats(kind, c, values, counts[c]);
            check(values, counts[c]);
        }
}

static void test_special_patterns_come_back_as_constants_and_pairs(void **state)
{
    (void)state;
    static const uint64_t patterns[] = {
        0,
        0x8000000000000000u,
        0x3ff0000000000000u,
        0x7ff0000000000000u,
        0xfff0000000000000u,
        0x7ff8000000000000u,
        0x7ff0000000000002u, /* the stale mark */
        0x7ff0000000000001u, /* signalling */
        0xffffffffffffffffu,
        0x0000000000000001u,
        0x000fffffffffffffu,
        0x0010000000000000u,
        0x7fefffffffffffffu,
        0x3fd3333333333334u, /* 0.1 + 0.2 */
        0x4340000000000001u, /* 2^53 + 2 */
        0x4320000000000001u,
    };
    size_t n = sizeof patterns / sizeof patterns[0];
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++)
            for (size_t k = 0; k < 3; k++) {
                for (size_t i = 0; i < 300; i++)
                    values[i] = sx_f64_of_bits(patterns[(k == 0   ? i % 2
                                                         : k == 1 ? i == 77
                                                                  : i > 200)
                                                            ? a
                                                            : b]);
                check(values, 300);
            }
}

static void test_a_nan_at_each_place_of_a_group_comes_back(void **state)
{
    (void)state;
    for (size_t at = 0; at < 256; at++) {
        sx_gen_floats(2, 1, values, 400);
        values[at] = sx_f64_of_bits(0x7ff0000000000002u + at);
        check(values, 400);
    }
}

static void test_powers_of_ten_and_two_come_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2046; i++)
        values[i] = sx_f64_of_bits((uint64_t)(i + 1) << 52);
    check(values, 2046);
    double up = 1;
    for (size_t i = 0; i < 309; i++) {
        values[i] = up;
        up *= 10;
    }
    check(values, 309);
}

static void test_decimals_of_every_scale_and_their_neighbours_come_back(void **state)
{
    (void)state;
    struct sx_random random = {2};
    for (unsigned digits = 0; digits <= 22; digits++)
        for (int64_t beside = 0; beside <= 64; beside += 16) {
            double power = 1;
            for (unsigned d = 0; d < digits; d++)
                power *= 10;
            for (size_t i = 0; i < 700; i++) {
                int64_t n = (int64_t)(sx_random_next(&random) >> (11 + i % 53));
                n = i == 3 ? ((int64_t)1 << 51) + 1 : i == 5 ? ((int64_t)1 << 53) - 1 : n;
                uint64_t bits = sx_bits_of_f64((double)n / power);
                values[i] = sx_f64_of_bits(bits + (uint64_t)(i % 3 ? beside : -beside));
            }
            check(values, 700);
        }
}

static void test_each_kind_is_put_into_a_form_made_for_it(void **state)
{
    (void)state;
    static const struct {
        unsigned kind;
        enum sx_tier tier;
        const char *name;
        double bits_max; /* of each of 4096 values */
    } rows[] = {
        {0, SX_TIER_HOT, "scaled", 6.3},       {2, SX_TIER_HOT, "scaled", 6.3},
        {6, SX_TIER_HOT, "scaled", 6.3},       {8, SX_TIER_HOT, "scaled", 7.2},
        {11, SX_TIER_HOT, "scaled", 10.2},     {12, SX_TIER_HOT, "scaled", 6.6},
        {9, SX_TIER_HOT, "raw", 64.1},         {14, SX_TIER_HOT, "ordered", 55.5},
        {15, SX_TIER_HOT, "dictionary", 1.2},  {17, SX_TIER_HOT, "scaled", 0.5},
        {18, SX_TIER_HOT, "dictionary", 3.2},  {20, SX_TIER_HOT, "scaled", 6.3},
        {22, SX_TIER_HOT, "ordered", 0.2},     {23, SX_TIER_HOT, "scaled", 23},
        {0, SX_TIER_SEALED, "scaled", 5.6},    {8, SX_TIER_SEALED, "scaled", 6.9},
        {14, SX_TIER_SEALED, "ordered", 54.2}, {18, SX_TIER_SEALED, "dictionary", 3},
        {9, SX_TIER_SEALED, "raw", 64.1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sx_buf out;
        sx_gen_floats(rows[i].kind, 4, values, 4096);
        encode(&out, values, 4096, rows[i].tier);
        size_t size_max = (size_t)(rows[i].bits_max * 512);
        print_message("%s: %s, %zu bytes\n", sx_gen_float_name(rows[i].kind),
                      sx_floats_name(sx_buf_bytes(&out)), out.len);
        assert_string_equal(sx_floats_name(sx_buf_bytes(&out)), rows[i].name);
        assert_in_range(out.len, 1, size_max);
        sx_buf_deinit(&out);
    }
}

static void test_every_instruction_set_writes_and_reads_the_same(void **state)
{
    (void)state;
    static const enum sx_isa isas[] = {SX_ISA_PORTABLE, SX_ISA_AVX2, SX_ISA_AVX512, SX_ISA_NEON};
    for (unsigned kind = 0; kind < SX_FLOAT_KINDS; kind++) {
        uint64_t want = 0;
        sx_gen_floats(kind, 3, values, 3000);
        for (size_t k = 0; k < sizeof isas / sizeof isas[0]; k++) {
            struct sx_buf out;
            if (!sx_kernels_force(isas[k]))
                continue;
            encode(&out, values, 3000, (enum sx_tier)(kind & 1));
            uint64_t hash = sx_hash(sx_buf_bytes(&out));
            if (k == 0)
                want = hash;
            assert_true(hash == want);
            check_range(sx_buf_bytes(&out), values, 3000, 0, 3000);
            sx_buf_deinit(&out);
        }
    }
    assert_true(sx_kernels_force(SX_ISA_BEST));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_golden_bytes_of_each_form),
        cmocka_unit_test(test_all_kinds_come_back_bit_for_bit),
        cmocka_unit_test(test_special_patterns_come_back_as_constants_and_pairs),
        cmocka_unit_test(test_a_nan_at_each_place_of_a_group_comes_back),
        cmocka_unit_test(test_powers_of_ten_and_two_come_back),
        cmocka_unit_test(test_decimals_of_every_scale_and_their_neighbours_come_back),
        cmocka_unit_test(test_each_kind_is_put_into_a_form_made_for_it),
        cmocka_unit_test(test_every_instruction_set_writes_and_reads_the_same),
    };
    sx_mem_init(&mem, NULL, "test", 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
