/* SPDX-License-Identifier: Apache-2.0 */
/* classes_test.c -- dyadic classes: that they are the best, their table, malformed tables. */
#include "codec/classes.h"

#include "codec/generators.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void test_logarithms_are_close_enough(void **state)
{
    (void)state;
    for (uint64_t v = 1; v < 100000; v++) {
        double want = log2((double)v) * 256, got = sx_log2_256(v);
        assert_true(fabs(want - got) < 4);
    }
    assert_int_equal(sx_log2_256((uint64_t)1 << 63), 63 * 256);
}

static void check_table(const struct sx_classes *classes)
{
    uint8_t bytes[4096] = {0};
    struct sx_bit_writer writer = {.bytes = bytes};
    struct sx_classes back;
    size_t position = 0;
    sx_classes_put(&writer, classes);
    sx_bits_flush(&writer);
    assert_int_equal(writer.size, (sx_classes_bits(classes) + 7) / 8);
    assert_true(sx_classes_get(&back, sx_bytes_make(bytes, writer.size), &position));
    assert_int_equal(position, sx_classes_bits(classes));
    assert_int_equal(back.domain, classes->domain);
    assert_int_equal(back.count, classes->count);
    for (unsigned i = 0; i < back.count; i++) {
        assert_true(back.low[i] == classes->low[i]);
        assert_int_equal(back.width[i], classes->width[i]);
        assert_int_equal(back.price[i], classes->price[i]);
    }
    for (size_t len = 0; len < writer.size; len++) { /* a cut table is seen */
        position = 0;
        if (sx_classes_get(&back, sx_bytes_make(bytes, len), &position))
            assert_true(position <= len * 8);
    }
}

static const struct {
    const char *name;
    unsigned domain;
    unsigned shift; /* of random bits: how skewed they are */
} kinds[] = {
    {"one value", 0, 0},      {"even of 3 bits", 3, 0}, {"skewed of 8 bits", 8, 8},
    {"even of 40", 40, 0},    {"skewed of 40", 40, 40}, {"even of 64", 64, 0},
    {"skewed of 64", 64, 64},
};

/* The classes of `count` numbers. */
static uint64_t find(struct sx_classes *classes, const uint64_t *numbers, size_t count,
                     unsigned domain, bool flat)
{
    static uint64_t scratch[10000];
    struct sx_tally tally;
    sx_tally_make(&tally, numbers, count, domain, scratch);
    return sx_classes_find(classes, &tally, domain, flat);
}

static size_t fill(uint64_t *numbers, size_t count, size_t kind, uint64_t seed)
{
    struct sx_random random = {seed};
    for (size_t i = 0; i < count; i++) {
        uint64_t v = sx_random_next(&random);
        if (kinds[kind].shift)
            v >>= sx_random_below(&random, kinds[kind].shift);
        numbers[i] = kinds[kind].domain < 64 ? v & sx_bit_mask(kinds[kind].domain) : v;
    }
    qsort(numbers, count, sizeof *numbers, compare);
    return count;
}

static void test_every_number_has_a_class_and_the_table_comes_back(void **state)
{
    (void)state;
    static uint64_t numbers[5000];
    static const size_t counts[] = {1, 2, 10, 900, 5000};
    for (size_t kind = 0; kind < sizeof kinds / sizeof kinds[0]; kind++)
        for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
            struct sx_classes classes;
            size_t count = fill(numbers, counts[c], kind, c + 1);
            uint64_t cost = find(&classes, numbers, count, kinds[kind].domain, false);
            assert_true(cost != UINT64_MAX);
            assert_in_range(classes.count, 1, SX_CLASSES_MAX);
            for (size_t i = 0; i < count; i++) {
                unsigned class = sx_classes_of(&classes, numbers[i]);
                assert_in_range(class, 0, classes.count - 1);
                assert_true(numbers[i] - classes.low[class] <= sx_bit_mask(classes.width[class]));
            }
            check_table(&classes);
        }
}

/* The cost of a cut given by `depth` classes of one width. */
static double even_cost(const uint64_t *numbers, size_t count, unsigned domain, unsigned width)
{
    double bits = 0;
    size_t classes = 0;
    for (size_t i = 0; i < count;) {
        size_t from = i;
        while (i < count && numbers[i] >> width == numbers[from] >> width)
            i++;
        double n = (double)(i - from);
        bits += n * (log2((double)count / n) + width) + 8;
        classes++;
    }
    return classes > SX_CLASSES_MAX ? 1e300 : bits + 2.0 * domain;
}

static void test_the_cut_is_not_dearer_than_even_ones(void **state)
{
    (void)state;
    static uint64_t numbers[5000];
    for (size_t kind = 1; kind < sizeof kinds / sizeof kinds[0]; kind++)
        for (uint64_t seed = 1; seed < 6; seed++) {
            struct sx_classes classes;
            unsigned domain = kinds[kind].domain;
            size_t count = fill(numbers, 5000, kind, seed);
            double cost = (double)find(&classes, numbers, count, domain, false) / 256;
            for (unsigned width = 0; width <= domain && width < 64; width++)
                assert_true(cost <= 1.005 * even_cost(numbers, count, domain, width) + 64);
        }
}

static void test_flat_classes_are_one_wide_or_refused(void **state)
{
    (void)state;
    static uint64_t numbers[1000];
    struct sx_classes classes;
    for (size_t i = 0; i < 1000; i++)
        numbers[i] = i / 100 * 7;
    assert_true(find(&classes, numbers, 1000, 20, true) != UINT64_MAX);
    assert_int_equal(classes.count, 10);
    for (unsigned i = 0; i < classes.count; i++) {
        assert_int_equal(classes.width[i], 0);
        assert_true(classes.low[i] == 7 * i);
    }
    check_table(&classes);
    for (size_t i = 0; i < 1000; i++)
        numbers[i] = i;
    assert_true(find(&classes, numbers, 1000, 20, true) == UINT64_MAX);
}

static void test_numbers_outside_all_classes_are_told(void **state)
{
    (void)state;
    struct sx_classes classes = {.domain = 8, .count = 2, .low = {16, 64}, .width = {2, 4}};
    assert_int_equal(sx_classes_of(&classes, 16), 0);
    assert_int_equal(sx_classes_of(&classes, 19), 0);
    assert_int_equal(sx_classes_of(&classes, 79), 1);
    assert_int_equal(sx_classes_of(&classes, 15), 2);
    assert_int_equal(sx_classes_of(&classes, 20), 2);
    assert_int_equal(sx_classes_of(&classes, 80), 2);
}

static void test_malformed_tables_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t len;
        uint8_t bytes[8];
    } rows[] = {
        {"nothing", 0, {0}},
        {"a domain above 64", 8, {65, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}},
        {"no class", 2, {0x80 | 1, 0}}, /* domain 1: empty */
        {"splits without end", 2, {64, 0}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sx_classes classes;
        size_t position = 0;
        print_message("%s\n", rows[i].name);
        assert_false(
            sx_classes_get(&classes, sx_bytes_make(rows[i].bytes, rows[i].len), &position));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_logarithms_are_close_enough),
        cmocka_unit_test(test_every_number_has_a_class_and_the_table_comes_back),
        cmocka_unit_test(test_the_cut_is_not_dearer_than_even_ones),
        cmocka_unit_test(test_flat_classes_are_one_wide_or_refused),
        cmocka_unit_test(test_numbers_outside_all_classes_are_told),
        cmocka_unit_test(test_malformed_tables_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
