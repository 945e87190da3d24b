/* SPDX-License-Identifier: Apache-2.0 */
/* sync.c -- see sync.h. */
#include "os/sync.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define NS_PER_SECOND 1000000000

static_assert(sizeof(pthread_mutex_t) <= sizeof(struct sx_mutex), "sx_mutex is too small");
static_assert(sizeof(pthread_cond_t) <= sizeof(struct sx_cond), "sx_cond is too small");

static pthread_mutex_t *mutex_of(struct sx_mutex *mutex)
{
    return (pthread_mutex_t *)(void *)mutex->storage.bytes;
}

static pthread_cond_t *cond_of(struct sx_cond *cond)
{
    return (pthread_cond_t *)(void *)cond->storage.bytes;
}

static void must(int result)
{
    if (result)
        abort(); /* only misuse of a lock gets here: going on would corrupt data */
}

void sx_mutex_init(struct sx_mutex *mutex)
{
    must(pthread_mutex_init(mutex_of(mutex), NULL));
}

void sx_mutex_deinit(struct sx_mutex *mutex)
{
    must(pthread_mutex_destroy(mutex_of(mutex)));
}

void sx_mutex_lock(struct sx_mutex *mutex)
{
    must(pthread_mutex_lock(mutex_of(mutex)));
}

void sx_mutex_unlock(struct sx_mutex *mutex)
{
    must(pthread_mutex_unlock(mutex_of(mutex)));
}

void sx_cond_init(struct sx_cond *cond)
{
    pthread_condattr_t attr;
    must(pthread_condattr_init(&attr));
    must(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC));
    must(pthread_cond_init(cond_of(cond), &attr));
    must(pthread_condattr_destroy(&attr));
}

void sx_cond_deinit(struct sx_cond *cond)
{
    must(pthread_cond_destroy(cond_of(cond)));
}

void sx_cond_wait(struct sx_cond *cond, struct sx_mutex *mutex)
{
    must(pthread_cond_wait(cond_of(cond), mutex_of(mutex)));
}

bool sx_cond_wait_ns(struct sx_cond *cond, struct sx_mutex *mutex, int64_t duration_ns)
{
    struct timespec until;
    must(clock_gettime(CLOCK_MONOTONIC, &until));
    int64_t ns = duration_ns > 0 ? duration_ns : 0;
    int64_t nsec = until.tv_nsec + ns % NS_PER_SECOND;
    until.tv_sec += (time_t)(ns / NS_PER_SECOND + nsec / NS_PER_SECOND);
    until.tv_nsec = (long)(nsec % NS_PER_SECOND);
    int result = pthread_cond_timedwait(cond_of(cond), mutex_of(mutex), &until);
    if (result != ETIMEDOUT)
        must(result);
    return result == 0;
}

void sx_cond_signal(struct sx_cond *cond)
{
    must(pthread_cond_signal(cond_of(cond)));
}

void sx_cond_broadcast(struct sx_cond *cond)
{
    must(pthread_cond_broadcast(cond_of(cond)));
}
