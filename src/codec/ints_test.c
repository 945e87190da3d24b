/* SPDX-License-Identifier: Apache-2.0 */
/* ints_test.c -- sequences of integers: their golden bytes, what form is chosen, ranges. */
#include "codec/ints.h"

#include "codec/generators.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct sx_mem mem;

static void encode(struct sx_buf *out, const int64_t *values, size_t count, bool try_line)
{
    static int64_t work[SX_INTS_MAX];
    struct sx_ints_plan plan;
    sx_buf_init(out, &mem, 1 << 20);
    sx_ints_plan(&plan, values, count, work, &(struct sx_ints_wish){.try_line = try_line});
    sx_ints_write(out, &plan);
    assert_false(out->failed);
}

static void check_range(struct sx_bytes in, const int64_t *values, size_t count, size_t first,
                        size_t range_count)
{
    static int64_t got[SX_INTS_MAX + 1];
    struct sx_ints_reader reader;
    assert_int_equal(sx_ints_open(&reader, in, count, NULL, NULL), STRIA_OK);
    got[range_count] = 4711;
    assert_true(sx_ints_range(&reader, first, range_count, got));
    assert_memory_equal(got, values + first, range_count * sizeof *got);
    assert_true(got[range_count] == 4711);
}

static const struct golden {
    const char *name;
    size_t count, size;
    bool try_line;
    int64_t values[8];
    uint8_t bytes[24];
} goldens[] = {
    {"one value", 1, 2, false, {-1}, {0x00, 0x01}},
    {"constant", 3, 3, false, {300, 300, 300}, {0x00, 0xd8, 0x04}},
    {"step", 4, 4, false, {1000, 1010, 1020, 1030}, {0x04, 0xd0, 0x0f, 0x14}},
    {"step back over the end",
     3,
     12,
     false,
     {INT64_MIN, INT64_MAX, INT64_MAX - 1},
     {0x04, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0x01}},
    {"small", 4, 5, false, {10, 12, 14, 17}, {0x05, 0x14, 0x01, 0x04, 0x08}},
    {"factor 500",
     4,
     8,
     false,
     {7, 507, 7, 3507},
     {0x11, 0x0e, 0xf4, 0x03, 0x03, 0x00, 0x08, 0x0e}},
};

static void test_the_golden_bytes_of_each_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof goldens / sizeof goldens[0]; i++) {
        const struct golden *g = &goldens[i];
        struct sx_buf out;
        encode(&out, g->values, g->count, g->try_line);
        assert_int_equal(out.len, g->size);
        assert_memory_equal(out.ptr, g->bytes, g->size);
        check_range(sx_bytes_make(g->bytes, g->size), g->values, g->count, 0, g->count);
        sx_buf_deinit(&out);
    }
}

static void test_all_kinds_and_ranges_come_back(void **state)
{
    (void)state;
    static const size_t counts[] = {1,   2,    3,    4,    31,   255,   256,  257,
                                    511, 1023, 1024, 1025, 4000, 16383, 16384};
    static int64_t values[SX_INTS_MAX];
    struct sx_random random = {8};
    for (unsigned kind = 0; kind < SX_INT_KINDS; kind++)
        for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
            struct sx_buf out;
            sx_gen_ints(kind, c, values, counts[c]);
            for (unsigned line = 0; line < 2; line++) {
                encode(&out, values, counts[c], line);
                check_range(sx_buf_bytes(&out), values, counts[c], 0, counts[c]);
                for (unsigned k = 0; k < 10; k++) {
                    size_t first = sx_random_below(&random, counts[c] + 1);
                    check_range(sx_buf_bytes(&out), values, counts[c], first,
                                sx_random_below(&random, counts[c] - first + 1));
                }
                sx_buf_deinit(&out);
            }
        }
}

static void test_each_kind_is_put_into_the_form_made_for_it(void **state)
{
    (void)state;
    static const struct {
        unsigned kind;
        bool line;
        const char *name;
        size_t size_max; /* of 4096 values */
    } rows[] = {
        {0, false, "constant", 11}, {1, false, "step", 21},     {2, false, "delta", 2400},
        {3, false, "delta", 3800},  {7, false, "delta", 2400},  {5, true, "line", 8000},
        {12, false, "for", 1100},   {13, false, "delta2", 120}, {6, true, "delta", 250},
        {8, false, "for", 2000},    {14, false, "delta", 2400}, {9, false, "for", 33000},
    };
    static int64_t values[4096];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sx_buf out;
        sx_gen_ints(rows[i].kind, 4, values, 4096);
        encode(&out, values, 4096, rows[i].line);
        print_message("%s: %s, %zu bytes\n", sx_gen_int_name(rows[i].kind),
                      sx_ints_name(out.ptr[0]), out.len);
        assert_string_equal(sx_ints_name(out.ptr[0]), rows[i].name);
        assert_in_range(out.len, 1, rows[i].size_max);
        sx_buf_deinit(&out);
    }
}

static void test_scaled_doubles_are_those_of_the_integers(void **state)
{
    (void)state;
    static int64_t values[2000];
    double group[SX_GROUP];
    static const unsigned kinds[] = {0, 2, 3, 4, 7, 8, 12, 13, 14};
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        struct sx_buf out;
        struct sx_ints_reader reader;
        struct sx_scale scale = sx_scale_decimal((unsigned)k % 5);
        sx_gen_ints(kinds[k], 2, values, 2000);
        for (size_t i = 0; i < 2000; i++) /* spikes may be too large for a double */
            values[i] %= SX_SCALED_MAX;
        encode(&out, values, 2000, false);
        assert_int_equal(sx_ints_open(&reader, sx_buf_bytes(&out), 2000, NULL, NULL), STRIA_OK);
        for (size_t i = 0; i < 2000; i++) {
            if (i % SX_GROUP == 0)
                assert_true(sx_ints_next_f64(&reader, group, &scale));
            assert_true(sx_bits_of_f64(group[i % SX_GROUP]) ==
                        sx_bits_of_f64((double)values[i] / scale.divisor));
        }
        sx_buf_deinit(&out);
    }
}

static void test_unknown_and_broken_heads_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        stria_status want;
        size_t len;
        uint8_t bytes[16];
    } rows[] = {
        {"nothing", STRIA_CORRUPT, 0, {0}},
        {"kind 3", STRIA_VERSION, 4, {0x03, 0, 0, 0}},
        {"bit 5", STRIA_VERSION, 4, {0x20, 0, 0, 0}},
        {"no first value", STRIA_CORRUPT, 1, {0x00}},
        {"a constant with more", STRIA_CORRUPT, 3, {0x00, 2, 0}},
        {"a step cut", STRIA_CORRUPT, 2, {0x04, 2}},
        {"a line of order 2", STRIA_VERSION, 3, {0x08, 2, 2}},
        {"a line with a factor", STRIA_VERSION, 3, {0x10, 2, 2}},
        {"packed, no factor", STRIA_CORRUPT, 2, {0x11, 2}},
        {"packed, no slope", STRIA_CORRUPT, 2, {0x0d, 2}},
        {"packed, too much slope",
         STRIA_CORRUPT,
         10,
         {0x0d, 2, 2, 0xff, 0xff, 0xff, 0xff, 0x1f, 0, 0}},
        {"packed, no data", STRIA_CORRUPT, 2, {0x01, 2}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sx_ints_reader reader;
        stria_error err = {0};
        print_message("%s\n", rows[i].name);
        struct sx_bytes in = sx_bytes_make(rows[i].bytes, rows[i].len);
        assert_int_equal(sx_ints_open(&reader, in, 5, NULL, &err), rows[i].want);
        assert_int_equal(err.code, rows[i].want);
        assert_true(err.text[0] != 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_golden_bytes_of_each_form),
        cmocka_unit_test(test_all_kinds_and_ranges_come_back),
        cmocka_unit_test(test_each_kind_is_put_into_the_form_made_for_it),
        cmocka_unit_test(test_scaled_doubles_are_those_of_the_integers),
        cmocka_unit_test(test_unknown_and_broken_heads_are_refused),
    };
    sx_mem_init(&mem, NULL, "test", 0);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    sx_mem_deinit(&mem);
    return failed;
}
