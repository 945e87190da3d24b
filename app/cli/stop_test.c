/* SPDX-License-Identifier: Apache-2.0 */
/* stop_test.c -- a signal is a wish that waits see. */
#include "app/cli/stop.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static void test_a_wish_ends_waits(void **state)
{
    (void)state;
    static const int signals[] = {SIGINT, SIGTERM};
    for (size_t i = 0; i < 2; i++) {
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        sx_stop_watch();
        assert_false(sx_stop_wanted());
        assert_true(sx_stop_sleep_ns(1));
        assert_int_equal(raise(signals[i]), 0);
        assert_true(sx_stop_wanted());
        assert_false(sx_stop_sleep_ns(INT64_MAX));
        assert_false(sx_stop_wait_readable(ends[0]));
        assert_int_equal(close(ends[0]) + close(ends[1]), 0);
    }
}

static void test_what_can_be_read_is_waited_for(void **state)
{
    (void)state;
    int ends[2];
    sx_stop_watch();
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_true(sx_stop_wait_readable(ends[0]));
    char byte;
    assert_int_equal(read(ends[0], &byte, 1), 1);
    assert_int_equal(close(ends[1]), 0);
    assert_true(sx_stop_wait_readable(ends[0])); /* its end */
    assert_int_equal(close(ends[0]), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_wish_ends_waits),
        cmocka_unit_test(test_what_can_be_read_is_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
