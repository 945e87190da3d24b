/* SPDX-License-Identifier: Apache-2.0 */
/* pool.h -- a worker pool with priorities: background work in bounded steps, and loops of queries.
 *
 * Why         Flush, merge, seal and reclaim are tasks that do one bounded step and say whether
 *             more is due, so that the most urgent one always gets the next step, and so that a
 *             host without threads can drive the same tasks by hand (sx_pool_run_one, from
 *             stria_poll).
 * Order       FLUSH; then QUERY and the background in turn: a worker that just ran a query step
 *             takes a background step first, if one is due, so that neither starves; of the
 *             background MERGE, SEAL, RECLAIM. Inside a class first come, first served.
 * Use         static bool flush_step(void *store);
 *             sx_task_init(&store->flush, SX_PRIORITY_FLUSH, flush_step, store);
 *             sx_pool_submit(pool, &store->flush);   ... and before the store goes:
 *             sx_pool_withdraw(pool, &store->flush);
 * Invariants  A task runs on one thread at a time. A submit after its step began is never lost: it
 *             runs once more. Nothing is allocated after create.
 * Threads     Any, on all calls but destroy. Steps run without locks of the pool. */
#ifndef SX_TASK_POOL_H
#define SX_TASK_POOL_H

#include "base/mem.h"
#include "os/os.h"

/* The most urgent first. */
enum sx_priority {
    SX_PRIORITY_FLUSH,
    SX_PRIORITY_QUERY,
    SX_PRIORITY_MERGE, /* of the first level */
    SX_PRIORITY_SEAL,
    SX_PRIORITY_RECLAIM,
    SX_PRIORITY_COUNT
};

enum sx_task_state { SX_TASK_IDLE, SX_TASK_QUEUED, SX_TASK_RUNNING };

/* Owned by the caller; it must not move or go while it is queued or running. */
struct sx_task {
    bool (*run)(void *context); /* one bounded step; true: another one is due */
    void *context;
    enum sx_priority priority;
    /* guarded by the pool */
    enum sx_task_state state;
    bool again;     /* submitted while running */
    bool withdrawn; /* somebody waits for the end of its step */
    struct sx_task *next;
    struct sx_task *previous;
};

static inline void sx_task_init(struct sx_task *task, enum sx_priority priority,
                                bool (*run)(void *context), void *context)
{
    *task = (struct sx_task){.run = run, .context = context, .priority = priority};
}

struct sx_pool;

#define SX_POOL_THREAD_COUNT_MAX 256

/* Starts `thread_count` threads (0: none; more than the maximum are cut). os and mem are borrowed.
 * Returns  OK, NOMEM, IO (a thread could not be started). */
SX_MUST_CHECK stria_status sx_pool_create(struct sx_os *os, struct sx_mem *mem,
                                          unsigned thread_count, struct sx_pool **pool,
                                          stria_error *err);
/* Stops it and frees it. NULL is allowed. */
void sx_pool_destroy(struct sx_pool *pool);

/* Queues a task: no more than once at a time; one that is running runs once more. After a stop it
 * does nothing. Constant time. */
void sx_pool_submit(struct sx_pool *pool, struct sx_task *task);
/* Takes a task out of the queue, or waits for the end of its running step; it is idle then, and
 * will not run again unless it is submitted after the return. Not from inside the task itself. */
void sx_pool_withdraw(struct sx_pool *pool, struct sx_task *task);

/* Runs one step of the most urgent task on the calling thread; false: none was queued. */
bool sx_pool_run_one(struct sx_pool *pool);
/* Whether any task is queued now. */
bool sx_pool_has_queued(const struct sx_pool *pool);
/* Whether a task more urgent than `priority` is queued: a long step should end soon. Cheap. */
bool sx_pool_is_wanted(const struct sx_pool *pool, enum sx_priority priority);

/* Waits until nothing is queued or running; without threads it runs the steps itself. Not from
 * inside a task. */
void sx_pool_wait_idle(struct sx_pool *pool);
/* Drops what is queued (those tasks are idle then), waits for the steps that run, and ends the
 * threads. Not from inside a task; a second call does nothing. */
void sx_pool_stop(struct sx_pool *pool);

unsigned sx_pool_thread_count(const struct sx_pool *pool);

#endif
