/* SPDX-License-Identifier: Apache-2.0 */
/* column_vectors_test.c -- the bytes of columns do not change unawares: digests of all kinds of
 * columns at all sizes where something ends, from every version of the kernels; and columns that
 * earlier writers wrote.
 *
 * Use         A change of the encoder that is wanted shows here: the test then prints the new
 *             digest, which is put into the table. The decoder must go on reading `earlier`. */
#include "codec/column.h"

#include "base/hash.h"
#include "codec/generators.h"
#include "codec/kernel.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct sx_mem mem;
static uint64_t values[SX_COLUMN_VALUES_MAX], back[SX_COLUMN_VALUES_MAX];

static const size_t sizes[] = {1, 2, 3, 255, 256, 257, 1023, 1024, 1025, 8191, 8192, 8193, 16384};
static const enum sx_isa isas[] = {SX_ISA_PORTABLE, SX_ISA_AVX2, SX_ISA_AVX512, SX_ISA_NEON};

/* One digest of all sizes of a kind, in both tiers. */
static uint64_t digest_of(stria_type type, unsigned kind)
{
    uint64_t digest = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (int tier = SX_TIER_HOT; tier <= SX_TIER_SEALED; tier++) {
            struct sx_buf out;
            sx_buf_init(&out, &mem, 1 << 20);
            if (type == STRIA_FLOAT)
                sx_gen_floats(kind, i + 1, (double *)(void *)values, sizes[i]);
            else
                sx_gen_ints(kind, i + 1, (int64_t *)(void *)values, sizes[i]);
            assert_int_equal(
                sx_column_encode(&out, type, values, sizes[i], (enum sx_tier)tier, &mem, NULL),
                STRIA_OK);
            assert_int_equal(sx_column_decode(sx_buf_bytes(&out), type, back, sizes[i], NULL, NULL),
                             STRIA_OK);
            assert_memory_equal(back, values, sizes[i] * sizeof values[0]);
            digest = sx_hash_seeded(sx_buf_bytes(&out), digest);
            sx_buf_deinit(&out);
        }
    return digest;
}

static const uint64_t float_digests[SX_FLOAT_KINDS] = {
    0x1cf62424dba20b01, 0x303a8cef11624814, 0xd930cc5cc7079899, 0x93f1fea945017790,
    0xfab981f4f5a65d91, 0x7ac7c966ec1b355b, 0x0299612b651e5523, 0xb7c9b3ac194af4d3,
    0x32f02d4a60c2aca4, 0xa937623eb87e387a, 0x5563a9e853be0ffa, 0xe7d03e82769faf01,
    0x8749294e4125d1a0, 0xd40868aac1d97484, 0x0b3eda51c79f5ab3, 0xf9b81a4bd10cd663,
    0x3e71b92f66a23101, 0x1c401d89bec14dfb, 0xc1545ef406e7c291, 0x17eeb6680f246c55,
    0x05efa692436ec67b, 0x1d47b7009065cf70, 0x7d386368fe3da05c, 0xaac580b0dedbe906,
};
static const uint64_t int_digests[SX_INT_KINDS] = {
    0x09b68f729304f45c, 0x952e032d66aac683, 0xb4b60e5d582b73f2, 0x36a72877b8f7a515,
    0x0325c4e3dd258100, 0xdb9581cd0130679c, 0x35110d184eab526d, 0x36a9afdbc2e14742,
    0xfe9ffaa5665bba85, 0x32dca88118c13521, 0x2f99c2d65b8a7983, 0x0de0949dbdfdcc41,
    0x64d8235b6b688048, 0xda4aec7ac680f50d, 0xec45b569e0df67c6, 0xcf1dddd126491150,
};
static const uint64_t time_digests[SX_INT_KINDS] = {
    0x09b68f729304f45c, 0x952e032d66aac683, 0xb4b60e5d582b73f2, 0x36a72877b8f7a515,
    0x0325c4e3dd258100, 0x4abcc3a4f19a0b38, 0x35110d184eab526d, 0x36a9afdbc2e14742,
    0xfe9ffaa5665bba85, 0x90caf2046b76fa2f, 0x2f99c2d65b8a7983, 0x0de0949dbdfdcc41,
    0x64d8235b6b688048, 0xda4aec7ac680f50d, 0xec45b569e0df67c6, 0xcf1dddd126491150,
};

static void check_digests(stria_type type, const uint64_t *digests, unsigned kinds)
{
    bool good = true;
    for (size_t i = 0; i < sizeof isas / sizeof isas[0]; i++) {
        if (!sx_kernels_force(isas[i]))
            continue;
        for (unsigned kind = 0; kind < kinds; kind++) {
            uint64_t digest = digest_of(type, kind);
            if (digest == digests[kind])
                continue;
            print_message("type %d, kind %u: 0x%016" PRIx64 ",\n", (int)type, kind, digest);
            good = false;
        }
    }
    (void)sx_kernels_force(SX_ISA_BEST);
    assert_true(good);
}

static void test_the_bytes_of_doubles_are_those_recorded(void **state)
{
    (void)state;
    check_digests(STRIA_FLOAT, float_digests, SX_FLOAT_KINDS);
}

static void test_the_bytes_of_integers_are_those_recorded(void **state)
{
    (void)state;
    check_digests(STRIA_INT, int_digests, SX_INT_KINDS);
}

static void test_the_bytes_of_times_are_those_recorded(void **state)
{
    (void)state;
    check_digests(STRIA_TIME, time_digests, SX_INT_KINDS);
}

/* Columns as the first writers wrote them, which chose forms that no one chooses now. */
static void test_columns_of_earlier_writers_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t count, size;
        double values[4];
        uint8_t bytes[18];
    } earlier[] = {
        {"xor of two",
         2,
         13,
         {1.5, 2.5},
         {0x43, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0x07, 0xe6, 0xff, 0x03}},
        {"constant", 3, 3, {1.5, 1.5, 1.5}, {0x41, 0x01, 0x1e}},
        {"decimals",
         4,
         10,
         {1.5, 2.5, 2.75, 1.25},
         {0x42, 0x02, 0x11, 0xac, 0x02, 0x19, 0x03, 0x01, 0xa9, 0x01}},
        {"0.1 + 0.2",
         3,
         11,
         {0.1, 0x1.3333333333334p-2, 0.5},
         {0x42, 0x41, 0x05, 0x01, 0x00, 0x01, 0x01, 0x05, 0x04, 0x02, 0x04}},
    };
    for (size_t i = 0; i < sizeof earlier / sizeof earlier[0]; i++) {
        print_message("%s\n", earlier[i].name);
        assert_int_equal(sx_column_decode(sx_bytes_make(earlier[i].bytes, earlier[i].size),
                                          STRIA_FLOAT, back, earlier[i].count, NULL, NULL),
                         STRIA_OK);
        assert_memory_equal(back, earlier[i].values, earlier[i].count * sizeof(double));
    }
}

static void test_columns_of_later_writers_are_refused_as_such(void **state)
{
    (void)state;
    static const struct {
        stria_type type;
        uint8_t id;
    } rows[] = {{STRIA_FLOAT, 0x47}, {STRIA_FLOAT, 0x4f}, {STRIA_FLOAT, 0x70},  {STRIA_INT, 0x03},
                {STRIA_INT, 0x80},   {STRIA_TIME, 0x43},  {STRIA_STRING, 0x6f}, {STRIA_BOOL, 0x5f}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t bytes[4] = {rows[i].id, 1, 1, 1};
        struct sx_arena arena;
        sx_arena_init(&arena, &mem, 0);
        assert_int_equal(
            sx_column_decode(sx_bytes_make(bytes, 4), rows[i].type, back, 2, &arena, NULL),
            STRIA_VERSION);
        sx_arena_deinit(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_bytes_of_doubles_are_those_recorded),
        cmocka_unit_test(test_the_bytes_of_integers_are_those_recorded),
        cmocka_unit_test(test_the_bytes_of_times_are_those_recorded),
        cmocka_unit_test(test_columns_of_earlier_writers_are_read),
        cmocka_unit_test(test_columns_of_later_writers_are_refused_as_such),
    };
    sx_mem_init(&mem, NULL, "test", 0);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    sx_mem_deinit(&mem);
    return failed;
}
