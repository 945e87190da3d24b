/* SPDX-License-Identifier: Apache-2.0 */
/* os_posix_thread_test.c -- threads and clocks of the real table. */
#include "os/os.h"

#include <fenv.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct seen {
    size_t stack_size;
    int signals_open; /* that could reach the thread */
    int rounding;
    uint64_t process_id;
};

static void look_around(void *context)
{
    struct seen *seen = context;
    pthread_attr_t attributes;
    sigset_t blocked;
    if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
        (void)pthread_attr_getstacksize(&attributes, &seen->stack_size);
        (void)pthread_attr_destroy(&attributes);
    }
    (void)pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    for (int number = 1; number < 32; number++)
        if (number != SIGKILL && number != SIGSTOP && !sigismember(&blocked, number))
            seen->signals_open++;
    seen->rounding = fegetround();
    seen->process_id = sx_os_posix()->ops->process_id(sx_os_posix());
}

static void test_a_thread_has_a_small_stack_no_signals_and_the_default_rounding(void **state)
{
    (void)state;
    struct sx_os *os = sx_os_posix();
    struct sx_thread *thread = NULL;
    struct seen seen = {.signals_open = 0};
    stria_error err = {0};
    sigset_t before, after;
    (void)pthread_sigmask(SIG_SETMASK, NULL, &before);
    assert_int_equal(fesetround(FE_UPWARD), 0);
    stria_status st = os->ops->thread_start(os, look_around, &seen, &thread, &err);
    (void)fesetround(FE_TONEAREST);
    assert_int_equal(st, STRIA_OK);
    os->ops->thread_join(thread);
    (void)pthread_sigmask(SIG_SETMASK, NULL, &after);
    /* the thread sanitiser adds some for itself; the default would be 8 MiB */
    assert_in_range(seen.stack_size, 512 << 10, (1 << 20) - 1);
    assert_int_equal(seen.signals_open, 0);
    assert_int_equal(seen.rounding, FE_TONEAREST);
    assert_int_equal(seen.process_id, getpid());
    for (int number = 1; number < 32; number++)
        assert_int_equal(sigismember(&before, number), sigismember(&after, number));
}

static void test_the_clocks_go_on_and_a_sleep_lasts_its_time(void **state)
{
    (void)state;
    struct sx_os *os = sx_os_posix();
    int64_t start = sx_os_mono_ns(os);
    assert_true(sx_os_now_ns(os) > 1700000000 * INT64_C(1000000000));
    os->ops->sleep_ns(os, 3000000);
    os->ops->sleep_ns(os, 0);
    os->ops->sleep_ns(os, -5);
    assert_true(sx_os_mono_ns(os) - start >= 3000000);
}

static void count_up(void *context)
{
    atomic_fetch_add((atomic_int *)context, 1);
}

static void test_join_waits_for_the_end_of_the_body(void **state)
{
    (void)state;
    struct sx_os *os = sx_os_posix();
    struct sx_thread *threads[8];
    atomic_int count = 0;
    for (size_t i = 0; i < SX_COUNT_OF(threads); i++)
        assert_int_equal(os->ops->thread_start(os, count_up, &count, &threads[i], NULL), STRIA_OK);
    for (size_t i = 0; i < SX_COUNT_OF(threads); i++)
        os->ops->thread_join(threads[i]);
    assert_int_equal(atomic_load(&count), SX_COUNT_OF(threads));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_thread_has_a_small_stack_no_signals_and_the_default_rounding),
        cmocka_unit_test(test_the_clocks_go_on_and_a_sleep_lasts_its_time),
        cmocka_unit_test(test_join_waits_for_the_end_of_the_body),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
