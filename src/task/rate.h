/* SPDX-License-Identifier: Apache-2.0 */
/* rate.h -- a limit on bytes a second, with a burst: merges must not take the disk from writes.
 *
 * Algorithm   A token bucket, kept as the time up to which bytes are paid for: each byte moves it
 *             on by 1/rate s, and it is never more than burst/rate s behind the clock. A caller
 *             whose bytes end beyond now waits for the difference. 100 bytes/s, burst 50, all idle:
 *             50 bytes wait 0 s, the next 100 wait 1 s, 10 more, taken at once, 1.1 s.
 * Invariants  Within t seconds of a full bucket at most burst + rate * t bytes are let go, whatever
 *             the sizes (those of a caller once its wait is over); rounding loses nothing.
 * Limits      Rates up to 16 GiB/s. A request may be larger than the burst: it waits for itself.
 * Threads     Any; a lock inside. Time is an argument: of a clock that never goes back. */
#ifndef SX_TASK_RATE_H
#define SX_TASK_RATE_H

#include "os/sync.h"

#include <stddef.h>

#define SX_RATE_MAX ((uint64_t)16 << 30) /* bytes/s */

struct sx_rate {
    struct sx_mutex lock; /* guards all below */
    uint64_t rate;        /* bytes/s; 0: no limit */
    uint64_t burst;       /* bytes */
    int64_t burst_ns;     /* burst / rate */
    int64_t paid_ns;      /* time up to which bytes are paid for */
    uint64_t rest;        /* of the last division, in bytes * 10^9 */
};

/* A full bucket. `rate` in bytes/s, 0 for no limit, cut to the maximum; `burst` in bytes. */
void sx_rate_init(struct sx_rate *rate, uint64_t bytes_per_s, uint64_t burst, int64_t mono_ns);
void sx_rate_deinit(struct sx_rate *rate);
/* Changes the limit from now on; what was let go stays paid for by time. */
void sx_rate_set(struct sx_rate *rate, uint64_t bytes_per_s, uint64_t burst, int64_t mono_ns);
/* Takes `size` bytes; returns how many ns the caller must wait before it uses them; 0: none. */
int64_t sx_rate_take(struct sx_rate *rate, uint64_t size, int64_t mono_ns);

#endif
