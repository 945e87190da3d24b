/* SPDX-License-Identifier: Apache-2.0 */
/* sync_test.c -- mutexes exclude, conditions wake, waits end. Also for the thread sanitiser. */
#include "os/sync.h"

#include "base/attr.h"
#include "os/os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define THREAD_COUNT 4
#define ROUND_COUNT 2000

struct shared {
    struct sx_mutex mutex;
    struct sx_cond changed;
    int count;   /* guarded by mutex */
    int waiting; /* guarded by mutex */
    int ended;   /* waits whose time was over; guarded by mutex */
    bool open;   /* guarded by mutex */
};

static void start(struct sx_thread **threads, void (*body)(void *context), struct shared *shared)
{
    struct sx_os *os = sx_os_posix();
    for (size_t i = 0; i < THREAD_COUNT; i++)
        assert_int_equal(os->ops->thread_start(os, body, shared, &threads[i], NULL), STRIA_OK);
}

static void join(struct sx_thread **threads)
{
    for (size_t i = 0; i < THREAD_COUNT; i++)
        sx_os_posix()->ops->thread_join(threads[i]);
}

static int make_shared(void **state)
{
    static struct shared shared;
    shared = (struct shared){.count = 0};
    sx_mutex_init(&shared.mutex);
    sx_cond_init(&shared.changed);
    *state = &shared;
    return 0;
}

static int drop_shared(void **state)
{
    struct shared *shared = *state;
    sx_cond_deinit(&shared->changed);
    sx_mutex_deinit(&shared->mutex);
    return 0;
}

static void count_up(void *context)
{
    struct shared *shared = context;
    for (int i = 0; i < ROUND_COUNT; i++) {
        sx_mutex_lock(&shared->mutex);
        shared->count++; /* not atomic: lost updates would show */
        sx_mutex_unlock(&shared->mutex);
    }
}

static void test_a_mutex_lets_one_in_at_a_time(void **state)
{
    struct shared *shared = *state;
    struct sx_thread *threads[THREAD_COUNT];
    start(threads, count_up, shared);
    join(threads);
    assert_int_equal(shared->count, THREAD_COUNT * ROUND_COUNT);
}

static void wait_for_open(void *context)
{
    struct shared *shared = context;
    sx_mutex_lock(&shared->mutex);
    shared->waiting++;
    while (!shared->open)
        sx_cond_wait(&shared->changed, &shared->mutex);
    shared->count++;
    sx_mutex_unlock(&shared->mutex);
}

static void test_a_broadcast_wakes_all(void **state)
{
    struct shared *shared = *state;
    struct sx_thread *threads[THREAD_COUNT];
    start(threads, wait_for_open, shared);
    for (bool all = false; !all;) {
        sx_mutex_lock(&shared->mutex);
        all = shared->waiting == THREAD_COUNT;
        sx_mutex_unlock(&shared->mutex);
    }
    sx_mutex_lock(&shared->mutex);
    shared->open = true;
    sx_cond_broadcast(&shared->changed);
    sx_mutex_unlock(&shared->mutex);
    join(threads);
    assert_int_equal(shared->count, THREAD_COUNT);
}

/* Hands the turn round: each waits until count mod 4 is its own number. */
static void take_turns(void *context)
{
    struct shared *shared = context;
    sx_mutex_lock(&shared->mutex);
    int me = shared->waiting++;
    for (int i = 0; i < 100; i++) {
        while (shared->count % THREAD_COUNT != me)
            shared->ended += !sx_cond_wait_ns(&shared->changed, &shared->mutex, INT64_MAX);
        shared->count++;
        sx_cond_broadcast(&shared->changed);
    }
    sx_mutex_unlock(&shared->mutex);
}

static void test_a_wait_without_end_is_woken(void **state)
{
    struct shared *shared = *state;
    struct sx_thread *threads[THREAD_COUNT];
    start(threads, take_turns, shared);
    join(threads);
    assert_int_equal(shared->count, 100 * THREAD_COUNT);
    assert_int_equal(shared->ended, 0);
}

static void hand_over(void *context)
{
    struct shared *shared = context;
    sx_mutex_lock(&shared->mutex);
    shared->count++;
    sx_cond_signal(&shared->changed);
    sx_mutex_unlock(&shared->mutex);
}

static void test_a_signal_wakes_one(void **state)
{
    struct shared *shared = *state;
    struct sx_thread *threads[THREAD_COUNT];
    sx_mutex_lock(&shared->mutex);
    start(threads, hand_over, shared);
    while (shared->count < THREAD_COUNT)
        sx_cond_wait(&shared->changed, &shared->mutex);
    sx_mutex_unlock(&shared->mutex);
    join(threads);
}

static void test_a_wait_ends_when_its_time_is_over(void **state)
{
    struct shared *shared = *state;
    static const int64_t durations_ns[] = {0, -1, INT64_MIN, 1, 3000000};
    for (size_t i = 0; i < SX_COUNT_OF(durations_ns); i++) {
        int64_t start_ns = sx_os_mono_ns(sx_os_posix());
        sx_mutex_lock(&shared->mutex);
        while (sx_cond_wait_ns(&shared->changed, &shared->mutex, durations_ns[i])) {
            /* woken for no reason: allowed */
        }
        sx_mutex_unlock(&shared->mutex);
        assert_true(sx_os_mono_ns(sx_os_posix()) - start_ns >= durations_ns[i]);
    }
}

int main(void)
{
#define WITH_SHARED(test) cmocka_unit_test_setup_teardown(test, make_shared, drop_shared)
    const struct CMUnitTest tests[] = {
        WITH_SHARED(test_a_mutex_lets_one_in_at_a_time),
        WITH_SHARED(test_a_broadcast_wakes_all),
        WITH_SHARED(test_a_wait_without_end_is_woken),
        WITH_SHARED(test_a_signal_wakes_one),
        WITH_SHARED(test_a_wait_ends_when_its_time_is_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
