/* SPDX-License-Identifier: Apache-2.0 */
/* interrupt.c -- see interrupt.h. */
#include "app/cli/interrupt.h"

#include <pthread.h>
#include <signal.h>
#include <stddef.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static void (*target_cancel)(void *context); /* guarded by mutex, like the next two */
static void *target_context;
static bool called;
static pthread_t waiter;
static bool waiting;

static sigset_t the_signal(void)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGINT);
    return set;
}

static void *wait_for_signals(void *unused)
{
    sigset_t set = the_signal();
    int number;
    while (sigwait(&set, &number) == 0) {
        (void)pthread_mutex_lock(&mutex);
        if (target_cancel && !called) {
            called = true;
            target_cancel(target_context);
        }
        (void)pthread_mutex_unlock(&mutex);
    }
    return unused;
}

bool sx_interrupt_begin(void)
{
    sigset_t set = the_signal();
    if (pthread_sigmask(SIG_BLOCK, &set, NULL))
        return false;
    waiting = pthread_create(&waiter, NULL, wait_for_signals, NULL) == 0;
    if (!waiting)
        (void)pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    return waiting;
}

void sx_interrupt_end(void)
{
    sigset_t set = the_signal();
    if (!waiting)
        return;
    (void)sx_interrupt_target(NULL, NULL);
    (void)pthread_cancel(waiter); /* it is in sigwait() or gets there */
    (void)pthread_join(waiter, NULL);
    waiting = false;
    (void)pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

bool sx_interrupt_target(void (*cancel)(void *context), void *context)
{
    (void)pthread_mutex_lock(&mutex);
    bool was_called = called;
    target_cancel = cancel;
    target_context = context;
    called = false;
    (void)pthread_mutex_unlock(&mutex);
    return was_called;
}
