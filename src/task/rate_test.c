/* SPDX-License-Identifier: Apache-2.0 */
/* rate_test.c -- how long callers wait, and how much is let go in the end. */
#include "task/rate.h"

#include "base/attr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000000)

static const struct take_row {
    const char *name;
    uint64_t size;
    int64_t at_ns, wait_ns;
} take_rows[] = {
    /* 100 bytes/s, burst 50, from 1000 s on */
    {"the burst is free", 50, 0, 0},
    {"then a second for 100", 100, 0, SECOND},
    {"and those behind wait longer", 10, 0, SECOND + SECOND / 10},
    {"less, a while later", 10, SECOND, 2 * SECOND / 10},
    {"nothing costs nothing, but waits for the others", 0, SECOND, 2 * SECOND / 10},
    {"all paid", 0, 2 * SECOND, 0},
    {"from a full bucket", 30, 3 * SECOND, 0},
    {"a partly full bucket", 40, 3 * SECOND + SECOND / 10, SECOND / 10},
    {"idle time fills it, not more", 51, 100 * SECOND, SECOND / 100},
    {"larger than the burst", 1050, 200 * SECOND, 10 * SECOND},
};

static void test_callers_wait_for_what_they_take(void **state)
{
    (void)state;
    struct sx_rate rate;
    sx_rate_init(&rate, 100, 50, 1000 * SECOND);
    for (size_t i = 0; i < SX_COUNT_OF(take_rows); i++) {
        const struct take_row *row = &take_rows[i];
        print_message("row %s\n", row->name);
        assert_int_equal(sx_rate_take(&rate, row->size, 1000 * SECOND + row->at_ns), row->wait_ns);
    }
    sx_rate_deinit(&rate);
}

static void test_no_limit_never_waits(void **state)
{
    (void)state;
    struct sx_rate rate;
    sx_rate_init(&rate, 0, 0, 5);
    for (int i = 0; i < 10; i++)
        assert_int_equal(sx_rate_take(&rate, UINT64_MAX, 5), 0);
    sx_rate_deinit(&rate);
}

static void test_rounding_loses_nothing(void **state)
{
    (void)state;
    static const uint64_t rates[] = {7, 3000000000u, 999999937, SX_RATE_MAX};
    for (size_t i = 0; i < SX_COUNT_OF(rates); i++) {
        struct sx_rate rate;
        int64_t wait_ns = 0;
        sx_rate_init(&rate, rates[i], 0, 0);
        uint64_t count = rates[i] == 7 ? 7 : 100000;
        uint64_t size = rates[i] / count; /* count takes and the rest are the bytes of one second */
        for (uint64_t k = 0; k < count; k++)
            wait_ns = sx_rate_take(&rate, size, 0);
        wait_ns = sx_rate_take(&rate, rates[i] - size * count, 0);
        assert_int_equal(wait_ns, SECOND);
        sx_rate_deinit(&rate);
    }
}

static void test_no_more_is_let_go_than_rate_and_burst(void **state)
{
    (void)state;
    const uint64_t bytes_per_s = 1000003, burst = 5000;
    struct sx_rate rate;
    uint64_t random = 1, total = 0;
    int64_t now_ns = 0;
    sx_rate_init(&rate, bytes_per_s, burst, 0);
    for (int i = 0; i < 20000; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        uint64_t size = (random >> 33) % 2000;
        int64_t wait_ns = sx_rate_take(&rate, size, now_ns);
        assert_true(wait_ns >= 0);
        now_ns += wait_ns; /* one caller that obeys */
        total += size;
        uint64_t allowed = burst + bytes_per_s * (uint64_t)now_ns / (uint64_t)SECOND + 1;
        assert_true(total <= allowed);
    }
    assert_true(total + burst + 1 >=
                bytes_per_s * (uint64_t)now_ns / (uint64_t)SECOND); /* nor less */
    sx_rate_deinit(&rate);
}

static void test_a_new_limit_holds_from_then_on(void **state)
{
    (void)state;
    struct sx_rate rate;
    sx_rate_init(&rate, 100, 0, 0);
    assert_int_equal(sx_rate_take(&rate, 100, 0), SECOND);
    sx_rate_set(&rate, 1000, 0, 0);
    assert_int_equal(sx_rate_take(&rate, 1000, 0),
                     2 * SECOND); /* the first stay paid for by time */
    sx_rate_set(&rate, 0, 0, 0);
    assert_int_equal(sx_rate_take(&rate, 1000, 0), 0);
    sx_rate_set(&rate, 10, 10, 100 * SECOND);
    assert_int_equal(sx_rate_take(&rate, 10, 100 * SECOND), 0); /* a full bucket */
    assert_int_equal(sx_rate_take(&rate, 10, 100 * SECOND), SECOND);
    sx_rate_deinit(&rate);
}

static void test_absurd_sizes_and_rates_stay_numbers(void **state)
{
    (void)state;
    struct sx_rate rate;
    sx_rate_init(&rate, 1, UINT64_MAX, 0);
    for (int i = 0; i < 10; i++)
        assert_true(sx_rate_take(&rate, UINT64_MAX, 0) >= 0);
    sx_rate_set(&rate, UINT64_MAX, 0, 0);
    assert_true(sx_rate_take(&rate, UINT64_MAX, 0) > 0);
    sx_rate_deinit(&rate);
    sx_rate_init(&rate, UINT64_MAX, 0, 0); /* cut to the maximum */
    assert_int_equal(sx_rate_take(&rate, SX_RATE_MAX, 0), SECOND);
    sx_rate_deinit(&rate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_callers_wait_for_what_they_take),
        cmocka_unit_test(test_no_limit_never_waits),
        cmocka_unit_test(test_rounding_loses_nothing),
        cmocka_unit_test(test_no_more_is_let_go_than_rate_and_burst),
        cmocka_unit_test(test_a_new_limit_holds_from_then_on),
        cmocka_unit_test(test_absurd_sizes_and_rates_stay_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
