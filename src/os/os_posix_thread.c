/* SPDX-License-Identifier: Apache-2.0 */
/* os_posix_thread.c -- clock, chance and threads of the real table.
 *
 * Why         A thread of ours must not disturb its host: its stack is small (RLIMIT_AS counts it
 *             whole), it takes no signal (the host's handlers run in the host's threads), and it
 *             does not inherit a rounding mode or flush-to-zero, which would change stored numbers.
 * Memory      See os_posix.c.
 * Threads     Any number; no state. */
#include "os/os_posix_priv.h"

#include "os/os_priv.h"

#include <errno.h>
#include <fenv.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define STACK_SIZE ((size_t)512 << 10)
#define NS_PER_SECOND 1000000000

struct sx_thread {
    pthread_t id;
    void (*body)(void *context);
    void *context;
};

static int64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    if (clock_gettime(clock, &now))
        return 0; /* cannot fail: both clocks are in every Linux */
    return (int64_t)now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

int64_t sx_os_posix_now_ns(struct sx_os *os)
{
    (void)os;
    return clock_ns(CLOCK_REALTIME);
}

int64_t sx_os_posix_mono_ns(struct sx_os *os)
{
    (void)os;
    return clock_ns(CLOCK_MONOTONIC);
}

stria_status sx_os_posix_random(struct sx_os *os, void *bytes, size_t size, stria_error *err)
{
    (void)os;
    uint8_t *to = bytes;
    while (size) {
        ssize_t count = getrandom(to, size, 0);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return sx_os_fail(err, count ? errno : EIO, "getrandom");
        to += count;
        size -= (size_t)count;
    }
    return STRIA_OK;
}

void sx_os_posix_sleep_ns(struct sx_os *os, int64_t duration_ns)
{
    (void)os;
    struct timespec left = {.tv_sec = (time_t)(duration_ns / NS_PER_SECOND),
                            .tv_nsec = (long)(duration_ns % NS_PER_SECOND)};
    if (duration_ns <= 0)
        return;
    /* A signal cuts it short and leaves the rest in `left`. */
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR) {
    }
}

static void *thread_main(void *argument)
{
    struct sx_thread *thread = argument;
    (void)fesetenv(FE_DFL_ENV);
    thread->body(thread->context);
    return NULL;
}

/* 0 or an errno. A thread inherits the mask of its maker: so signals are blocked around the
 * start. */
static int start_quietly(struct sx_thread *thread)
{
    pthread_attr_t attributes;
    int error = pthread_attr_init(&attributes);
    if (error)
        return error;
    error = pthread_attr_setstacksize(&attributes, STACK_SIZE);
    sigset_t all, before;
    (void)sigfillset(&all);
    if (!error)
        error = pthread_sigmask(SIG_SETMASK, &all, &before);
    if (!error) {
        error = pthread_create(&thread->id, &attributes, thread_main, thread);
        (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    (void)pthread_attr_destroy(&attributes);
    return error;
}

stria_status sx_os_posix_thread_start(struct sx_os *os, void (*body)(void *context), void *context,
                                      struct sx_thread **thread, stria_error *err)
{
    (void)os;
    *thread = NULL;
    struct sx_thread *started = malloc(sizeof *started);
    if (!started)
        return sx_os_fail(err, ENOMEM, "start a thread");
    started->body = body;
    started->context = context;
    int error = start_quietly(started);
    if (error) {
        free(started);
        return sx_os_fail(err, error, "start a thread");
    }
    *thread = started;
    return STRIA_OK;
}

void sx_os_posix_thread_join(struct sx_thread *thread)
{
    if (pthread_join(thread->id, NULL))
        abort(); /* joined twice, or by itself: what it works on cannot be freed safely */
    free(thread);
}

uint64_t sx_os_posix_process_id(struct sx_os *os)
{
    (void)os;
    return (uint64_t)getpid();
}
