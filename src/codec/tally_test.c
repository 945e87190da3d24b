/* SPDX-License-Identifier: Apache-2.0 */
/* tally_test.c -- counts of numbers, against counting them one by one. */
#include "codec/tally.h"

#include "codec/bits.h"
#include "codec/generators.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT_MAX 9000

static uint64_t numbers[COUNT_MAX], sorted[COUNT_MAX], scratch[2 * COUNT_MAX];

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Counts numbers[0, count) and compares with what sorting says. */
static void check(size_t count, unsigned domain)
{
    struct sx_tally tally;
    size_t at = 0;
    memcpy(sorted, numbers, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare);
    sx_tally_make(&tally, numbers, count, domain, scratch);
    for (size_t i = 0; i < count; i++) {
        if (i + 1 < count && sorted[i + 1] == sorted[i])
            continue;
        assert_true(at < tally.count);
        assert_true(tally.numbers[at] == sorted[i]);
        assert_true(tally.upto[at] == i + 1);
        assert_true(sx_tally_below(&tally, at + 1) == i + 1);
        at++;
    }
    assert_true(tally.count == at);
    assert_true(sx_tally_all(&tally) == count);
    assert_true(sx_tally_below(&tally, 0) == 0);
}

static void test_counts_are_those_of_the_sorted_numbers(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 2, 3, 255, 1000, 5000, COUNT_MAX};
    struct sx_random random = {4};
    for (unsigned domain = 0; domain <= 64; domain++)
        for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++)
            for (unsigned kind = 0; kind < 3; kind++) {
                for (size_t i = 0; i < counts[c]; i++) {
                    uint64_t v = sx_random_next(&random);
                    v >>= kind == 0 ? 0 : sx_random_below(&random, 64);
                    numbers[i] = (kind == 2 ? ~v : v) & sx_bit_mask(domain);
                }
                check(counts[c], domain);
            }
}

static void test_one_number_repeated_is_one_entry(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint64_t v;
        unsigned domain;
    } rows[] = {
        {"zero of no bits", 0, 0},
        {"the highest of 12 bits", 4095, 12},
        {"the highest of 13 bits", 8191, 13},
        {"all bits", UINT64_MAX, 64},
    };
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        print_message("%s\n", rows[r].name);
        for (size_t i = 0; i < 700; i++)
            numbers[i] = rows[r].v;
        check(700, rows[r].domain);
    }
}

static void test_counted_numbers_are_added_up(void **state)
{
    (void)state;
    enum { COUNT = 3000 };
    static struct sx_counted a[COUNT], b[COUNT];
    struct sx_random random = {5};
    for (unsigned domain = 0; domain <= 64; domain += 4) {
        struct sx_counted *counted = a, *spare = b;
        uint64_t all = 0;
        for (size_t i = 0; i < COUNT; i++) {
            a[i].number = numbers[i] =
                sx_random_next(&random) >> (random.state % 64) & sx_bit_mask(domain);
            a[i].count = 1 + i % 5;
            all += a[i].count;
        }
        size_t left = sx_counted_merge(&counted, &spare, COUNT, domain);
        struct sx_tally tally;
        sx_tally_make(&tally, numbers, COUNT, domain, scratch);
        assert_true(left == tally.count);
        for (size_t i = 0; i < left; i++) {
            assert_true(counted[i].number == tally.numbers[i]);
            all -= counted[i].count;
        }
        assert_true(all == 0);
        assert_true(counted != spare);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts_are_those_of_the_sorted_numbers),
        cmocka_unit_test(test_counted_numbers_are_added_up),
        cmocka_unit_test(test_one_number_repeated_is_one_entry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
