/* SPDX-License-Identifier: Apache-2.0 */
/* interrupt_test.c -- a signal calls the target once, from another thread, and else does
 * nothing. */
#include "app/cli/interrupt.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static atomic_int calls;
static atomic_bool by_another;
static pthread_t self;

static void cancel(void *context)
{
    atomic_store(&by_another, !pthread_equal(pthread_self(), self));
    atomic_fetch_add((atomic_int *)context, 1);
}

static void test_a_signal_calls_the_target_once(void **state)
{
    (void)state;
    self = pthread_self();
    assert_true(sx_interrupt_begin());
    assert_int_equal(kill(getpid(), SIGINT), 0); /* no target: nothing happens */
    assert_false(sx_interrupt_target(cancel, &calls));
    do
        assert_int_equal(kill(getpid(), SIGINT), 0);
    while (atomic_load(&calls) == 0 && usleep(1000) == 0);
    assert_int_equal(kill(getpid(), SIGINT), 0);
    assert_true(sx_interrupt_target(NULL, NULL));
    assert_int_equal(atomic_load(&calls), 1);
    assert_true(atomic_load(&by_another));
    assert_false(sx_interrupt_target(NULL, NULL));
    sx_interrupt_end();
    sx_interrupt_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_signal_calls_the_target_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
