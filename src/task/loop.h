/* SPDX-License-Identifier: Apache-2.0 */
/* loop.h -- a loop whose turns are shared among the calling thread and helpers of a pool.
 *
 * Why         A query is some hundred tasks of very different length: an atomic counter over their
 *             sorted list balances them without queues. The calling thread takes part, so that a
 *             loop ends also when the pool is busy, has no threads, or was stopped; loops may be
 *             nested.
 * Invariants  Which turns run where depends on chance; what a loop returns does not: turns begin in
 *             order, those that began are finished, and of the failures the one of the lowest index
 *             is told. Allocates nothing.
 * Threads     Any number of loops at once. Between turns a helper gives way to more urgent
 *             tasks. */
#ifndef SX_TASK_LOOP_H
#define SX_TASK_LOOP_H

#include "task/pool.h"

#define SX_LOOP_HELPER_COUNT_MAX 63

/* One turn. `lane` is below sx_loop_lane_count() and no two turns that run at once have the same:
 * an index into scratch memory. *err is the lane's own. A failure ends the loop early. */
typedef stria_status (*sx_loop_body)(void *context, uint64_t index, unsigned lane,
                                     stria_error *err);

struct sx_loop {
    uint64_t count;            /* turns 0 .. count - 1; below 2^63 */
    unsigned helper_count_max; /* threads besides the calling one */
    enum sx_priority priority; /* of the helpers: SX_PRIORITY_QUERY for queries */
    sx_loop_body body;
    void *context;
};

/* How many lanes sx_loop_run() uses at most: helpers and the calling thread. */
unsigned sx_loop_lane_count(const struct sx_pool *pool, const struct sx_loop *loop);

/* Runs the loop and returns when no turn runs any more. `pool` may be NULL: the calling thread
 * alone.
 * Returns  OK, or the status (and *err) of the failed turn with the lowest index. */
stria_status sx_loop_run(struct sx_pool *pool, const struct sx_loop *loop, stria_error *err);

#endif
