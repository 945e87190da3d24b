/* SPDX-License-Identifier: Apache-2.0 */
/* stats_test.c -- statistics of chunks: what they tell, their exact bytes, and damage. */
#include "segment/stats.h"

#include "base/golden_test.h"
#include "codec/generators.h"

#include <math.h>

static struct test_mem memory;

#define NAN_A 0x7ff8000000000123u
#define MINUS_ZERO 0x8000000000000000u

/* ---- what they tell ---- */

static const struct row {
    const char *name;
    stria_type type;
    uint64_t values[8]; /* bits; of FLOAT made from `floats` if count_f */
    double floats[8];
    uint32_t count;
    uint16_t rows[8]; /* all 0: none given */
    struct sx_chunk_stats want;
    const char *bytes;
} rows[] = {
    {.name = "one integer",
     .type = STRIA_INT,
     .values = {5},
     .count = 1,
     .want = {.count = 1,
              .has_numbers = true,
              .has_sum = true,
              .first = 5,
              .last = 5,
              .min = 5,
              .max = 5,
              .sum = 5},
     .bytes = "45 0a"}, /* numbers, constant with its sum; 5 */
    {.name = "rising integers",
     .type = STRIA_INT,
     .values = {1, 2, 3},
     .count = 3,
     .want = {.count = 3,
              .has_numbers = true,
              .has_sum = true,
              .first = 1,
              .last = 3,
              .min = 1,
              .max = 3,
              .sum = 6,
              .max_row = 2},
     .bytes = "0b 02 0c 06 00 02"}, /* numbers, sum, rising; first 1; sum 6; last 3; rows 0, 2 */
    {.name = "integers that fall and rise",
     .type = STRIA_INT,
     .values = {3, (uint64_t)-7, 9, 9},
     .count = 4,
     .want = {.count = 4,
              .has_numbers = true,
              .has_sum = true,
              .first = 3,
              .last = 9,
              .min = (uint64_t)-7,
              .max = 9,
              .sum = 14,
              .min_row = 1,
              .max_row = 2,
              .reset_count = 1},
     .bytes = "23 06 01 1c 12 01 02 0d 12"},
    {.name = "a sum beyond 64 bits",
     .type = STRIA_INT,
     .values = {INT64_MAX, 1, (uint64_t)-5},
     .count = 3,
     .want = {.count = 3,
              .has_numbers = true,
              .first = INT64_MAX,
              .last = (uint64_t)-5,
              .min = (uint64_t)-5,
              .max = INT64_MAX,
              .min_row = 2,
              .reset_count = 2},
     .bytes = "21 feffffffffffffffff01 02 09 02 00 09 feffffffffffffffff01"},
    {.name = "the extremes",
     .type = STRIA_INT,
     .values = {(uint64_t)INT64_MIN, INT64_MAX},
     .count = 2,
     .want = {.count = 2,
              .has_numbers = true,
              .has_sum = true,
              .first = (uint64_t)INT64_MIN,
              .last = INT64_MAX,
              .min = (uint64_t)INT64_MIN,
              .max = INT64_MAX,
              .sum = (uint64_t)-1,
              .max_row = 1},
     .bytes = "0b ffffffffffffffffff01 01 feffffffffffffffff01 00 01"},
    {.name = "unsigned",
     .type = STRIA_UINT,
     .values = {UINT64_MAX, 0},
     .count = 2,
     .want = {.count = 2,
              .has_numbers = true,
              .has_sum = true,
              .first = UINT64_MAX,
              .last = 0,
              .min = 0,
              .max = UINT64_MAX,
              .sum = UINT64_MAX,
              .min_row = 1,
              .reset_count = 1},
     .bytes = "23 ffffffffffffffffff01 01 ffffffffffffffffff01 00 01 00 00 ffffffffffffffffff01"},
    {.name = "unsigned, a sum beyond 64 bits",
     .type = STRIA_UINT,
     .values = {UINT64_MAX, 1},
     .count = 2,
     .want = {.count = 2,
              .has_numbers = true,
              .first = UINT64_MAX,
              .last = 1,
              .min = 1,
              .max = UINT64_MAX,
              .min_row = 1,
              .reset_count = 1},
     .bytes = "21 ffffffffffffffffff01 01 01 01 00 01 ffffffffffffffffff01"},
    {.name = "booleans, sparse",
     .type = STRIA_BOOL,
     .values = {1, 0, 1},
     .count = 3,
     .rows = {4, 5, 9},
     .want = {.count = 3,
              .has_numbers = true,
              .first = 1,
              .last = 1,
              .min = 0,
              .max = 1,
              .min_row = 5,
              .max_row = 4},
     .bytes = "01 01 01 05 04 00 01"},
    {.name = "doubles with a decimal",
     .type = STRIA_FLOAT,
     .floats = {1.5, 2.25, -0.1},
     .count = 3,
     .want = {.count = 3, .has_numbers = true, .reset_count = 1, .min_row = 2, .max_row = 1},
     .bytes = "21 e103 01 11 02 01 11 a238"}, /* 15/10, 1 reset, -1/10, rows, -1/10, 225/100 */
    {.name = "whole doubles have a sum",
     .type = STRIA_FLOAT,
     .floats = {3, 4},
     .count = 2,
     .want = {.count = 2, .has_numbers = true, .has_sum = true, .max_row = 1},
     .bytes = "0b 60 e001 8001 00 01"},
    {.name = "a constant double",
     .type = STRIA_FLOAT,
     .floats = {0.1, 0.1},
     .count = 2,
     .want = {.count = 2, .has_numbers = true},
     .bytes = "05 21"},
    {.name = "infinite",
     .type = STRIA_FLOAT,
     .floats = {-HUGE_VAL, HUGE_VAL},
     .count = 2,
     .want = {.count = 2, .has_numbers = true, .max_row = 1},
     .bytes = "09 0f 000000000000f0ff 0f 000000000000f07f 00 01"},
    {.name = "strings have none",
     .type = STRIA_STRING,
     .count = 3,
     .want = {.count = 3},
     .bytes = "00"},
};

/* The row's values as the chunk has them. */
static void fill(const struct row *row, uint64_t *values)
{
    for (uint32_t i = 0; i < row->count; i++) {
        if (row->type == STRIA_BOOL)
            ((uint8_t *)values)[i] = (uint8_t)row->values[i];
        else
            values[i] = row->type == STRIA_FLOAT ? sx_bits_of_f64(row->floats[i]) : row->values[i];
    }
}

static void assert_equal(const struct sx_chunk_stats *a, const struct sx_chunk_stats *b)
{
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->nan_count, b->nan_count);
    assert_int_equal(a->has_numbers, b->has_numbers);
    if (!a->has_numbers)
        return;
    assert_int_equal(a->has_sum, b->has_sum);
    assert_int_equal(a->first, b->first);
    assert_int_equal(a->last, b->last);
    assert_int_equal(a->min, b->min);
    assert_int_equal(a->max, b->max);
    assert_int_equal(a->has_sum ? a->sum : 0, b->has_sum ? b->sum : 0);
    assert_int_equal(a->min_row, b->min_row);
    assert_int_equal(a->max_row, b->max_row);
    assert_int_equal(a->reset_count, b->reset_count);
}

static void assert_comes_back(const struct sx_chunk_stats *stats, stria_type type)
{
    struct sx_buf out;
    struct sx_chunk_stats back = {.count = stats->count};
    sx_buf_init(&out, &memory.mem, 200);
    sx_chunk_stats_put(&out, type, stats);
    sx_buf_put_u8(&out, 0x77);
    struct sx_bytes in = sx_buf_bytes(&out);
    assert_true(sx_chunk_stats_get(&in, type, &back));
    assert_int_equal(in.len, 1);
    assert_equal(&back, stats);
    for (size_t len = 0; len + 1 < out.len; len++) { /* every cut is damage */
        in = sx_bytes_make(out.ptr, len);
        assert_false(sx_chunk_stats_get(&in, type, &back));
        back.count = stats->count;
    }
    sx_buf_deinit(&out);
}

static void test_statistics_tell_what_the_values_are_and_have_their_golden_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        const struct row *row = &rows[i];
        struct sx_chunk_stats stats, want = row->want;
        uint64_t values[8];
        uint8_t storage[100];
        struct sx_buf out;
        struct golden golden = {row->name, row->bytes};
        print_message("%s\n", row->name);
        fill(row, values);
        sx_chunk_stats_make(&stats, row->type, values, row->count, row->rows[0] ? row->rows : NULL);
        if (row->type == STRIA_FLOAT) {
            want.first = sx_bits_of_f64(row->floats[0]);
            want.last = sx_bits_of_f64(row->floats[row->count - 1]);
            want.min = sx_bits_of_f64(row->floats[want.min_row]);
            want.max = sx_bits_of_f64(row->floats[want.max_row]);
            want.sum = want.has_sum ? sx_bits_of_f64(row->floats[0] + row->floats[1]) : 0;
        }
        assert_equal(&stats, &want);
        sx_buf_init_fixed(&out, storage, sizeof storage);
        sx_chunk_stats_put(&out, row->type, &stats);
        assert_golden(sx_buf_bytes(&out), &golden, 1);
        assert_comes_back(&stats, row->type);
    }
}

static void test_nan_is_counted_and_left_out_of_min_and_max(void **state)
{
    (void)state;
    uint64_t values[] = {NAN_A, sx_bits_of_f64(2), sx_bits_of_f64(1),
                         NAN_A, sx_bits_of_f64(3), NAN_A ^ 1};
    struct sx_chunk_stats stats;
    sx_chunk_stats_make(&stats, STRIA_FLOAT, values, 6, NULL);
    assert_int_equal(stats.nan_count, 3);
    assert_true(stats.has_numbers);
    assert_false(stats.has_sum);
    assert_int_equal(stats.first, NAN_A);
    assert_int_equal(stats.last, NAN_A ^ 1);
    assert_int_equal(stats.min, sx_bits_of_f64(1));
    assert_int_equal(stats.min_row, 2);
    assert_int_equal(stats.max, sx_bits_of_f64(3));
    assert_int_equal(stats.max_row, 4);
    assert_int_equal(stats.reset_count, 1);
    assert_comes_back(&stats, STRIA_FLOAT);
    values[1] = values[2] = values[4] = NAN_A;
    sx_chunk_stats_make(&stats, STRIA_FLOAT, values, 6, NULL);
    assert_int_equal(stats.nan_count, 6);
    assert_false(stats.has_numbers);
    assert_comes_back(&stats, STRIA_FLOAT);
}

static void test_the_sign_of_zero_is_kept(void **state)
{
    (void)state;
    const uint64_t values[] = {MINUS_ZERO, MINUS_ZERO, 0, sx_bits_of_f64(5)};
    struct sx_chunk_stats stats;
    sx_chunk_stats_make(&stats, STRIA_FLOAT, values, 1, NULL);
    assert_int_equal(stats.min, MINUS_ZERO);
    assert_comes_back(&stats, STRIA_FLOAT);
    sx_chunk_stats_make(&stats, STRIA_FLOAT, values, 4, NULL);
    assert_int_equal(stats.first, MINUS_ZERO);
    assert_int_equal(stats.min, MINUS_ZERO);
    assert_int_equal(stats.min_row, 0); /* of equal values the earliest */
    assert_comes_back(&stats, STRIA_FLOAT);
    sx_chunk_stats_make(&stats, STRIA_FLOAT, values + 2, 1, NULL);
    assert_int_equal(stats.min, 0);
    assert_comes_back(&stats, STRIA_FLOAT);
}

static void test_a_sum_of_doubles_is_there_only_while_it_is_exact(void **state)
{
    (void)state;
    static const struct {
        double values[3];
        bool has_sum;
    } cases[] = {
        {{1, 2, 3}, true},
        {{4503599627370496.0, 4503599627370495.0, 0}, true},   /* 2^53 - 1 */
        {{4503599627370496.0, 4503599627370496.0, 0}, false},  /* 2^53 */
        {{4503599627370496.0, -4503599627370496.0, 0}, false}, /* by absolute values */
        {{1, 0.5, 1}, false},
        {{1, HUGE_VAL, 1}, false},
    };
    for (size_t i = 0; i < SX_COUNT_OF(cases); i++) {
        struct sx_chunk_stats stats;
        sx_chunk_stats_make(&stats, STRIA_FLOAT, cases[i].values, 3, NULL);
        assert_int_equal(stats.has_sum, cases[i].has_sum);
        if (stats.has_sum)
            assert_int_equal(stats.sum, sx_bits_of_f64(cases[i].values[0] + cases[i].values[1] +
                                                       cases[i].values[2]));
        assert_comes_back(&stats, STRIA_FLOAT);
    }
}

static void test_statistics_of_all_kinds_of_values_come_back(void **state)
{
    (void)state;
    static int64_t ints[1000];
    static double floats[1000];
    for (unsigned kind = 0; kind < SX_INT_KINDS; kind++)
        for (uint64_t seed = 1; seed < 4; seed++) {
            struct sx_chunk_stats stats;
            sx_gen_ints(kind, seed, ints, 1000);
            sx_chunk_stats_make(&stats, STRIA_INT, ints, 1000, NULL);
            assert_comes_back(&stats, STRIA_INT);
            sx_chunk_stats_make(&stats, STRIA_UINT, ints, 1000, NULL);
            assert_comes_back(&stats, STRIA_UINT);
        }
    for (unsigned kind = 0; kind < SX_FLOAT_KINDS; kind++)
        for (uint64_t seed = 1; seed < 4; seed++)
            for (uint32_t count = 1; count <= 1000; count = count * 3 + 1) {
                struct sx_chunk_stats stats;
                sx_gen_floats(kind, seed, floats, count);
                sx_chunk_stats_make(&stats, STRIA_FLOAT, floats, count, NULL);
                assert_comes_back(&stats, STRIA_FLOAT);
            }
}

static void test_changed_bytes_are_damage_or_other_numbers(void **state)
{
    (void)state;
    struct sx_random random = {1};
    for (int round = 0; round < 20000; round++) {
        uint8_t bytes[24];
        size_t len = sx_random_below(&random, sizeof bytes);
        uint8_t *copy = len ? sx_mem_alloc(&memory.mem, len) : NULL;
        for (size_t i = 0; i < len; i++)
            copy[i] = (uint8_t)(sx_random_next(&random) >> (round % 3 ? 8 : 58));
        for (int type = STRIA_FLOAT; type <= STRIA_STRING; type++) {
            struct sx_chunk_stats stats = {.count = 7};
            struct sx_bytes in = sx_bytes_make(copy, len);
            if (sx_chunk_stats_get(&in, (stria_type)type, &stats))
                assert_int_equal(stats.count, 7);
        }
        sx_mem_free(&memory.mem, copy);
    }
}

/* Of any columns, what a plain loop over the values tells. */
static void test_statistics_are_those_of_one_value_after_the_other(void **state)
{
    (void)state;
    static double doubles[700];
    static int64_t ints[700];
    for (unsigned kind = 0; kind < SX_FLOAT_KINDS; kind++)
        for (uint32_t count = 1; count <= 700; count += count < 12 ? 1 : 229) {
            struct sx_chunk_stats stats;
            uint32_t low = UINT32_MAX, high = UINT32_MAX, nans = 0, resets = 0;
            sx_gen_floats(kind, count, doubles, count);
            for (uint32_t i = 0; i < count; i++) {
                nans += isnan(doubles[i]) != 0;
                resets += i && doubles[i] < doubles[i - 1];
                if (isnan(doubles[i]))
                    continue;
                low = low == UINT32_MAX || doubles[i] < doubles[low] ? i : low;
                high = high == UINT32_MAX || doubles[i] > doubles[high] ? i : high;
            }
            sx_chunk_stats_make(&stats, STRIA_FLOAT, doubles, count, NULL);
            assert_int_equal(stats.nan_count, nans);
            assert_int_equal(stats.reset_count, resets);
            assert_int_equal(stats.has_numbers, nans < count);
            if (nans == count)
                continue;
            assert_int_equal(stats.min_row, low);
            assert_int_equal(stats.max_row, high);
            assert_true(stats.min == sx_bits_of_f64(doubles[low]));
            assert_true(stats.max == sx_bits_of_f64(doubles[high]));
        }
    for (unsigned kind = 0; kind < SX_INT_KINDS; kind++)
        for (uint32_t count = 1; count <= 700; count += count < 12 ? 1 : 229) {
            struct sx_chunk_stats stats, of_uint;
            uint32_t low = 0, high = 0, resets = 0;
            int64_t sum = 0;
            bool fits = true;
            sx_gen_ints(kind, count, ints, count);
            for (uint32_t i = 0; i < count; i++) {
                low = ints[i] < ints[low] ? i : low;
                high = ints[i] > ints[high] ? i : high;
                resets += i && ints[i] < ints[i - 1];
                fits = fits && !__builtin_add_overflow(sum, ints[i], &sum);
            }
            sx_chunk_stats_make(&stats, STRIA_INT, ints, count, NULL);
            assert_int_equal(stats.min_row, low);
            assert_int_equal(stats.max_row, high);
            assert_int_equal(stats.reset_count, resets);
            assert_int_equal(stats.has_sum, fits);
            assert_true(stats.sum == (fits ? (uint64_t)sum : 0));
            sx_chunk_stats_make(&of_uint, STRIA_UINT, ints, count, NULL);
            if (ints[low] < 0)
                continue;
            assert_int_equal(of_uint.min_row, low);
            assert_int_equal(of_uint.max_row, high);
            assert_int_equal(of_uint.reset_count, resets);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statistics_tell_what_the_values_are_and_have_their_golden_bytes),
        cmocka_unit_test(test_nan_is_counted_and_left_out_of_min_and_max),
        cmocka_unit_test(test_statistics_are_those_of_one_value_after_the_other),
        cmocka_unit_test(test_the_sign_of_zero_is_kept),
        cmocka_unit_test(test_a_sum_of_doubles_is_there_only_while_it_is_exact),
        cmocka_unit_test(test_statistics_of_all_kinds_of_values_come_back),
        cmocka_unit_test(test_changed_bytes_are_damage_or_other_numbers),
    };
    test_mem_init(&memory);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    test_mem_deinit(&memory);
    return failed;
}
