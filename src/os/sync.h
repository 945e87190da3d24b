/* SPDX-License-Identifier: Apache-2.0 */
/* sync.h -- mutexes and condition variables, for every folder above os.
 *
 * Why         Only os may touch <pthread.h>; the storage is opaque, so that its users need not.
 * Invariants  Nothing here allocates or fails: a failure of pthread on valid objects is a defect
 *             and aborts. Lock order: docs/ARCHITECTURE.md. */
#ifndef SX_OS_SYNC_H
#define SX_OS_SYNC_H

#include <stdbool.h>
#include <stdint.h>

struct sx_mutex {
    union {
        long long align;
        unsigned char bytes[64];
    } storage;
};

struct sx_cond {
    union {
        long long align;
        unsigned char bytes[64];
    } storage;
};

void sx_mutex_init(struct sx_mutex *mutex);
void sx_mutex_deinit(struct sx_mutex *mutex);
void sx_mutex_lock(struct sx_mutex *mutex);
void sx_mutex_unlock(struct sx_mutex *mutex);

void sx_cond_init(struct sx_cond *cond);
void sx_cond_deinit(struct sx_cond *cond);
void sx_cond_wait(struct sx_cond *cond, struct sx_mutex *mutex);
/* Waits at most `duration_ns` (monotonic clock); false: that time passed. */
bool sx_cond_wait_ns(struct sx_cond *cond, struct sx_mutex *mutex, int64_t duration_ns);
void sx_cond_signal(struct sx_cond *cond);
void sx_cond_broadcast(struct sx_cond *cond);

#endif
