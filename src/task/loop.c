/* SPDX-License-Identifier: Apache-2.0 */
/* loop.c -- see loop.h.
 *
 * Algorithm   Each participant takes the next number of a counter until it passes the end or a turn
 *             failed. When the calling thread finds no more, it withdraws the helpers: those that
 *             never got a thread are taken out of the queue, the others end their turn.
 * Threads     The counter and the flag are atomic; the failure has a lock; what turns wrote is
 *             visible to the caller because withdrawing a helper takes the pool's lock after it. */
#include "task/loop.h"

#include "base/error.h"
#include "os/sync.h"

#include <assert.h>

struct run {
    struct sx_pool *pool;
    const struct sx_loop *loop;
    _Atomic uint64_t next; /* turn */
    atomic_bool failed;    /* no further turn begins */
    struct sx_mutex lock;  /* guards those below */
    uint64_t failed_index;
    stria_status failed_status; /* OK: none yet */
    stria_error *failed_error;  /* may be NULL */
};

struct helper {
    struct sx_task task;
    struct run *run;
    unsigned lane;
};

static void note_failure(struct run *run, uint64_t index, stria_status status,
                         const stria_error *err)
{
    sx_mutex_lock(&run->lock);
    if (!run->failed_status || index < run->failed_index) {
        run->failed_status = status;
        run->failed_index = index;
        sx_error_copy(run->failed_error, err);
    }
    sx_mutex_unlock(&run->lock);
    atomic_store(&run->failed, true);
}

/* Takes the next turn; false: there is none. */
static bool take_turn(struct run *run, unsigned lane)
{
    if (atomic_load(&run->failed))
        return false;
    uint64_t index = atomic_fetch_add(&run->next, 1);
    if (index >= run->loop->count)
        return false;
    stria_error err = {.code = STRIA_OK};
    stria_status status = run->loop->body(run->loop->context, index, lane, &err);
    if (status)
        note_failure(run, index, status, &err);
    return true;
}

static bool help(void *context)
{
    struct helper *helper = context;
    struct run *run = helper->run;
    while (take_turn(run, helper->lane))
        if (sx_pool_is_wanted(run->pool, run->loop->priority))
            return true; /* back into the queue, behind what is more urgent */
    return false;
}

static unsigned helper_count(const struct sx_pool *pool, const struct sx_loop *loop)
{
    if (!pool || loop->count < 2)
        return 0;
    unsigned count = SX_MIN(loop->helper_count_max, SX_LOOP_HELPER_COUNT_MAX);
    count = SX_MIN(count, sx_pool_thread_count(pool));
    return (unsigned)SX_MIN(count, loop->count - 1);
}

unsigned sx_loop_lane_count(const struct sx_pool *pool, const struct sx_loop *loop)
{
    return helper_count(pool, loop) + 1;
}

stria_status sx_loop_run(struct sx_pool *pool, const struct sx_loop *loop, stria_error *err)
{
    struct run run = {.pool = pool, .loop = loop, .failed_error = err};
    struct helper helpers[SX_LOOP_HELPER_COUNT_MAX];
    unsigned count = helper_count(pool, loop);
    assert(loop->count <= INT64_MAX); /* so that the counter cannot pass its own end */
    atomic_init(&run.next, 0);
    atomic_init(&run.failed, false);
    sx_mutex_init(&run.lock);
    for (unsigned i = 0; i < count; i++) {
        helpers[i] = (struct helper){.run = &run, .lane = i + 1};
        sx_task_init(&helpers[i].task, loop->priority, help, &helpers[i]);
        sx_pool_submit(pool, &helpers[i].task);
    }
    while (take_turn(&run, 0)) {
    }
    for (unsigned i = 0; i < count; i++)
        sx_pool_withdraw(pool, &helpers[i].task);
    sx_mutex_deinit(&run.lock);
    return run.failed_status;
}
