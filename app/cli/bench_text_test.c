/* SPDX-License-Identifier: Apache-2.0 */
/* bench_text_test.c -- figures as text, and orders that are none. */
#include "app/cli/bench_text.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void test_numbers_have_the_digits_asked_for(void **state)
{
    (void)state;
    static const struct {
        double v;
        unsigned digits, width;
        const char *text;
    } rows[] = {
        {0, 0, 0, "0"},
        {0, 3, 0, "0.000"},
        {1.25, 1, 0, "1.3"},
        {0.0004, 3, 8, "   0.000"},
        {0.0005, 3, 0, "0.001"},
        {12345.678, 2, 6, "12345.68"},
        {9.9999, 3, 7, " 10.000"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char storage[64] = {0};
        struct sx_buf out;
        sx_buf_init_fixed(&out, storage, sizeof storage - 1);
        sx_bench_put_fixed(&out, rows[i].v, rows[i].digits, rows[i].width);
        assert_string_equal(storage, rows[i].text);
    }
}

static void test_an_order_has_every_index_once_and_is_not_sorted(void **state)
{
    (void)state;
    uint32_t order[1000];
    bool seen[1000] = {false};
    unsigned in_place = 0;
    sx_bench_shuffle(order, 1000);
    for (uint32_t i = 0; i < 1000; i++) {
        assert_in_range(order[i], 0, 999);
        assert_false(seen[order[i]]);
        seen[order[i]] = true;
        in_place += order[i] == i;
    }
    assert_in_range(in_place, 0, 20);
    sx_bench_shuffle(order, 0);
}

static void test_the_clock_does_not_go_back(void **state)
{
    (void)state;
    uint64_t before = sx_bench_now_ns();
    for (unsigned i = 0; i < 1000; i++) {
        uint64_t now = sx_bench_now_ns();
        assert_true(now >= before);
        before = now;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_have_the_digits_asked_for),
        cmocka_unit_test(test_an_order_has_every_index_once_and_is_not_sorted),
        cmocka_unit_test(test_the_clock_does_not_go_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
