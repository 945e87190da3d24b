/* SPDX-License-Identifier: Apache-2.0 */
/* coded_test.c -- the sealed form of integers: golden bytes, all kinds and orders, seeking,
 * damage. */
#include "codec/coded.h"

#include "codec/generators.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT_MAX (SX_CODED_BLOCKS_MAX * 8192)

static struct sx_mem mem;
static int64_t values[COUNT_MAX];
static uint64_t scratch[3 * COUNT_MAX];

static void encode(struct sx_buf *out, size_t count, unsigned order, struct sx_coded_plan *plan)
{
    sx_buf_init(out, &mem, 1 << 22);
    sx_coded_plan(plan, values, count, order, NULL, scratch);
    sx_coded_write(out, plan, values, count, NULL, scratch);
    assert_false(out->failed);
}

static void check_group(struct sx_coded_reader *reader, size_t count, size_t group)
{
    int64_t got[SX_GROUP];
    size_t size = SX_MIN(count - group * SX_GROUP, SX_GROUP);
    assert_true(sx_coded_next_i64(reader, got));
    assert_memory_equal(got, values + group * SX_GROUP, size * sizeof *got);
}

static void check(size_t count, unsigned order)
{
    struct sx_buf out;
    struct sx_coded_plan plan;
    struct sx_coded_reader reader;
    struct sx_random random = {count};
    size_t groups = (count + SX_GROUP - 1) / SX_GROUP;
    encode(&out, count, order, &plan);
    assert_in_range(out.len * 8 + 200, plan.bits * 98 / 100, plan.bits * 104 / 100 + 500);
    assert_true(sx_coded_open(&reader, sx_buf_bytes(&out), count, order, 0, 1, false, NULL));
    for (size_t group = 0; group < groups; group++)
        check_group(&reader, count, group);
    for (unsigned k = 0; k < 4; k++) {
        size_t group = sx_random_below(&random, groups);
        assert_true(sx_coded_seek(&reader, group));
        check_group(&reader, count, group);
    }
    sx_buf_deinit(&out);
}

static void fill(unsigned kind, uint64_t seed, size_t count)
{
    sx_gen_ints(kind, seed, values, count);
    uint64_t first = (uint64_t)values[0];
    for (size_t i = 0; i < count; i++)
        values[i] = (int64_t)((uint64_t)values[i] - first);
}

static void test_the_golden_bytes_of_each_order(void **state)
{
    (void)state;
    /* 0 1 3 4 6 7 9 10 ...: differences 1 2 1 2 */
    static const struct {
        unsigned order;
        size_t size;
        uint8_t bytes[36];
    } rows[] = {
        {0, 35, {0x00, 0x80, 0x61, 0x00, 0x00, 0x08, 0x06, 0xc2, 0x38, 0x12, 0x85, 0x69,
                 0x1e, 0x48, 0x9a, 0x2a, 0x0b, 0xcb, 0x36, 0xce, 0xfb, 0x42, 0x91, 0x2c,
                 0x4f, 0x54, 0x5d, 0x5b, 0x17, 0x8e, 0x67, 0xda, 0xbe, 0x73, 0x1d}},
        /* log 5, tuple 1, narrow, domain 3; split, empty, split, split, empty, 5 at price 4, split,
         * 6 at price 4, empty; then a state of 5 bits, and a bit for each symbol but the last */
        {1, 11, {0xc0, 0x40, 0x48, 0x48, 0x00, 0xe0, 0xff, 0xff, 0xff, 0xff, 0x07}},
        {2, 13, {0x02, 0x80, 0x00, 0x09, 0xa3, 0x04, 0x39, 0x57, 0x02, 0x93, 0x31, 0x81, 0x09}},
    };
    for (size_t i = 0; i < 40; i++)
        values[i] = (int64_t)(i + i / 2);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sx_buf out;
        struct sx_coded_plan plan;
        encode(&out, 40, rows[i].order, &plan);
        assert_int_equal(out.len, rows[i].size);
        assert_memory_equal(out.ptr, rows[i].bytes, rows[i].size);
        sx_buf_deinit(&out);
    }
}

static void test_all_kinds_come_back_in_every_order(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 2, 3, 100, 255, 256, 257, 1500, 8704, 8705, 16384};
    for (unsigned kind = 0; kind < SX_INT_KINDS; kind++)
        for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
            fill(kind, c, counts[c]);
            for (unsigned order = 0; order <= 2; order++)
                check(counts[c], order);
        }
}

static void test_doubles_are_those_of_the_integers(void **state)
{
    (void)state;
    double got[SX_GROUP];
    static const unsigned kinds[] = {2, 7, 8, 12, 13};
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        for (unsigned order = 0; order <= 2; order++) {
            struct sx_buf out;
            struct sx_coded_plan plan;
            struct sx_coded_reader reader;
            struct sx_scale scale = sx_scale_decimal(2);
            fill(kinds[k], 5, 1000);
            for (size_t i = 0; i < 1000; i++)
                values[i] %= 1 << 30;
            values[0] = 0;
            encode(&out, 1000, order, &plan);
            assert_true(
                sx_coded_open(&reader, sx_buf_bytes(&out), 1000, order, -7, 3, false, NULL));
            for (size_t i = 0; i < 1000; i++) {
                if (i % SX_GROUP == 0)
                    assert_true(sx_coded_next_f64(&reader, got, &scale));
                double want = (double)(values[i] * 3 - 7) / 100;
                assert_true(sx_bits_of_f64(got[i % SX_GROUP]) == sx_bits_of_f64(want));
            }
            sx_buf_deinit(&out);
        }
}

static void test_a_walk_takes_little_more_than_its_entropy(void **state)
{
    (void)state;
    struct sx_buf out;
    struct sx_coded_plan plan;
    struct sx_random random = {1};
    int64_t v = 0;
    for (size_t i = 0; i < 8640; i++) { /* differences -1 0 1 of 1/4, 1/2, 1/4: 1.5 bits */
        values[i] = v;
        uint64_t bits = sx_random_next(&random);
        v += (int64_t)(bits & 1) - (int64_t)(bits >> 1 & 1);
    }
    encode(&out, 8640, 1, &plan);
    print_message("%zu bytes for 1620 of entropy\n", out.len);
    assert_in_range(out.len, 1550, 1660);
    sx_buf_deinit(&out);
}

/* Orders counted in passing have the counts that they have one by one. */
static void test_small_numbers_are_counted_alike_in_passing(void **state)
{
    (void)state;
    static int64_t v[3000];
    static uint64_t one[3 * 3000], all[6 * SX_CODED_SMALL];
    struct sx_random random = {9};
    unsigned seen = 0;
    for (unsigned kind = 0; kind < 60; kind++) {
        size_t count = kind < 4 ? kind + 1 : 10 + sx_random_below(&random, 2990);
        uint64_t range = 1 + sx_random_below(&random, 700);
        for (size_t i = 1; i < count; i++)
            v[i] = kind % 3 ? v[i - 1] * (kind % 3 == 1) + sx_random_bell(&random, range)
                            : (int64_t)i * 5 + sx_random_bell(&random, 3);
        struct sx_coded_counts counts[3], want;
        unsigned which = sx_coded_count_small(counts, v, count, all);
        for (unsigned order = 0; order < 3; order++) {
            sx_coded_count(&want, v, count, order, one);
            bool small = which >> order & 1;
            assert_true(small || want.domain > 9);
            if (!small)
                continue;
            seen |= 1u << order;
            assert_int_equal(counts[order].order, order);
            assert_int_equal(counts[order].domain, want.domain);
            assert_true(counts[order].tally.count == want.tally.count);
            size_t size = want.tally.count * sizeof *want.tally.numbers;
            assert_memory_equal(counts[order].tally.numbers, want.tally.numbers, size);
            assert_memory_equal(counts[order].tally.upto, want.tally.upto, size);
        }
    }
    assert_int_equal(seen, 7);
}

static void test_cut_and_changed_bytes_never_read_outside(void **state)
{
    (void)state;
    for (unsigned order = 0; order <= 2; order++) {
        struct sx_buf out;
        struct sx_coded_plan plan;
        struct sx_coded_reader reader;
        int64_t got[SX_GROUP];
        fill(2, 7, 600);
        encode(&out, 600, order, &plan);
        for (size_t len = 0; len < out.len; len++) {
            uint8_t *cut = malloc(len ? len : 1);
            assert_non_null(cut);
            memcpy(cut, out.ptr, len);
            bool good =
                sx_coded_open(&reader, sx_bytes_make(cut, len), 600, order, 0, 1, false, NULL);
            for (unsigned k = 0; good && k < 3; k++)
                good = sx_coded_next_i64(&reader, got);
            assert_false(good && len + 8 < out.len);
            free(cut);
        }
        for (size_t bit = 0; bit < out.len * 8; bit++) {
            uint8_t *changed = malloc(out.len);
            assert_non_null(changed);
            memcpy(changed, out.ptr, out.len);
            changed[bit / 8] ^= (uint8_t)(1 << (bit % 8));
            bool good = sx_coded_open(&reader, sx_bytes_make(changed, out.len), 600, order, 0, 1,
                                      false, NULL);
            for (unsigned k = 0; good && k < 3; k++)
                good = sx_coded_next_i64(&reader, got);
            free(changed);
        }
        sx_buf_deinit(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_golden_bytes_of_each_order),
        cmocka_unit_test(test_all_kinds_come_back_in_every_order),
        cmocka_unit_test(test_doubles_are_those_of_the_integers),
        cmocka_unit_test(test_a_walk_takes_little_more_than_its_entropy),
        cmocka_unit_test(test_small_numbers_are_counted_alike_in_passing),
        cmocka_unit_test(test_cut_and_changed_bytes_never_read_outside),
    };
    sx_mem_init(&mem, NULL, "test", 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
