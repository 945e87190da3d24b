/* SPDX-License-Identifier: Apache-2.0 */
/* pool.c -- see pool.h.
 *
 * Algorithm   A doubly linked queue a class, one lock. A worker takes the best task, runs a step
 *             without the lock, and puts the task back at the end of its queue if more is due.
 * Threads     `lock` guards all but what is immutable after create and `queued_classes`, which is
 *             written under it and read by anybody. Workers wait for `work`; those who wait for
 *             tasks to come to rest wait for `rest`. */
#include "task/pool.h"

#include "os/sync.h"

#include <assert.h>

struct queue {
    struct sx_task *first;
    struct sx_task *last;
};

struct sx_pool {
    struct sx_os *os;   /* immutable */
    struct sx_mem *mem; /* immutable */
    struct sx_mutex lock;
    struct sx_cond work;
    struct sx_cond rest;
    struct queue queues[SX_PRIORITY_COUNT];
    _Atomic unsigned queued_classes; /* a bit for each queue that is not empty */
    unsigned queued_count;
    unsigned running_count;
    unsigned idle_count; /* workers that wait for `work` */
    unsigned rest_count; /* who waits for `rest` */
    bool stopping;
    bool joined;             /* somebody waits, or waited, for the threads to end */
    bool inline_after_query; /* sx_pool_run_one() ran a query step last */
    unsigned thread_count;   /* immutable after create */
    struct sx_thread *threads[];
};

/* ---- queues; with the lock ------------------------------------------------------------------ */

static unsigned bit_of(enum sx_priority priority)
{
    return 1u << priority;
}

static unsigned queued_classes(const struct sx_pool *pool)
{
    /* Relaxed: a hint for readers without the lock, and ordered by the lock for the others. */
    return atomic_load_explicit(&pool->queued_classes, memory_order_relaxed);
}

static void enqueue(struct sx_pool *pool, struct sx_task *task)
{
    struct queue *queue = &pool->queues[task->priority];
    task->state = SX_TASK_QUEUED;
    task->again = false;
    task->next = NULL;
    task->previous = queue->last;
    *(queue->last ? &queue->last->next : &queue->first) = task;
    queue->last = task;
    pool->queued_count++;
    atomic_store_explicit(&pool->queued_classes, queued_classes(pool) | bit_of(task->priority),
                          memory_order_relaxed);
}

static void dequeue(struct sx_pool *pool, struct sx_task *task)
{
    struct queue *queue = &pool->queues[task->priority];
    *(task->previous ? &task->previous->next : &queue->first) = task->next;
    *(task->next ? &task->next->previous : &queue->last) = task->previous;
    task->next = task->previous = NULL;
    task->state = SX_TASK_IDLE;
    pool->queued_count--;
    if (!queue->first)
        atomic_store_explicit(&pool->queued_classes, queued_classes(pool) & ~bit_of(task->priority),
                              memory_order_relaxed);
}

/* The task that gets the next step; NULL: none is queued. */
static struct sx_task *best_task(const struct sx_pool *pool, bool after_query)
{
    unsigned classes = queued_classes(pool);
    unsigned others = classes & ~bit_of(SX_PRIORITY_QUERY);
    if (after_query && others)
        classes = others;
    for (int i = 0; i < SX_PRIORITY_COUNT; i++)
        if (classes >> i & 1)
            return pool->queues[i].first;
    return NULL;
}

static void wake_worker(struct sx_pool *pool)
{
    if (pool->idle_count)
        sx_cond_signal(&pool->work);
}

static void wake_resting(struct sx_pool *pool)
{
    if (pool->rest_count)
        sx_cond_broadcast(&pool->rest);
}

static void wait_rest(struct sx_pool *pool)
{
    pool->rest_count++;
    sx_cond_wait(&pool->rest, &pool->lock);
    pool->rest_count--;
}

/* Runs a step of a queued task; the lock is given up meanwhile. `stays`: the caller will look for
 * work again itself. */
static void run_step(struct sx_pool *pool, struct sx_task *task, bool stays)
{
    dequeue(pool, task);
    task->state = SX_TASK_RUNNING;
    pool->running_count++;
    sx_mutex_unlock(&pool->lock);
    bool more = task->run(task->context);
    sx_mutex_lock(&pool->lock);
    pool->running_count--;
    more |= task->again;
    task->again = false;
    task->state = SX_TASK_IDLE;
    if (more && !task->withdrawn && !pool->stopping) {
        enqueue(pool, task);
        if (!stays || pool->queued_count > 1)
            wake_worker(pool);
    }
    wake_resting(pool);
}

/* ---- threads -------------------------------------------------------------------------------- */

static void work(void *context)
{
    struct sx_pool *pool = context;
    bool after_query = false;
    sx_mutex_lock(&pool->lock);
    while (!pool->stopping) {
        struct sx_task *task = best_task(pool, after_query);
        if (!task) {
            pool->idle_count++;
            sx_cond_wait(&pool->work, &pool->lock);
            pool->idle_count--;
            continue;
        }
        after_query = task->priority == SX_PRIORITY_QUERY;
        run_step(pool, task, true);
    }
    sx_mutex_unlock(&pool->lock);
}

stria_status sx_pool_create(struct sx_os *os, struct sx_mem *mem, unsigned thread_count,
                            struct sx_pool **pool, stria_error *err)
{
    *pool = NULL;
    thread_count = SX_MIN(thread_count, SX_POOL_THREAD_COUNT_MAX);
    size_t size = sizeof(struct sx_pool) + thread_count * sizeof(struct sx_thread *);
    struct sx_pool *made = sx_mem_zalloc(mem, size);
    if (!made)
        return sx_mem_refused(mem, size, err);
    made->os = os;
    made->mem = mem;
    sx_mutex_init(&made->lock);
    sx_cond_init(&made->work);
    sx_cond_init(&made->rest);
    for (; made->thread_count < thread_count; made->thread_count++) {
        struct sx_thread **thread = &made->threads[made->thread_count];
        stria_status st = os->ops->thread_start(os, work, made, thread, err);
        if (st) {
            sx_pool_destroy(made);
            return st;
        }
    }
    *pool = made;
    return STRIA_OK;
}

void sx_pool_stop(struct sx_pool *pool)
{
    sx_mutex_lock(&pool->lock);
    pool->stopping = true;
    for (struct sx_task *task; (task = best_task(pool, false));)
        dequeue(pool, task);
    sx_cond_broadcast(&pool->work);
    wake_resting(pool);
    while (pool->running_count)
        wait_rest(pool);
    bool joined = pool->joined;
    pool->joined = true;
    sx_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->thread_count && !joined; i++)
        pool->os->ops->thread_join(pool->threads[i]);
}

void sx_pool_destroy(struct sx_pool *pool)
{
    if (!pool)
        return;
    sx_pool_stop(pool);
    sx_cond_deinit(&pool->rest);
    sx_cond_deinit(&pool->work);
    sx_mutex_deinit(&pool->lock);
    sx_mem_free(pool->mem, pool);
}

/* ---- tasks ---------------------------------------------------------------------------------- */

void sx_pool_submit(struct sx_pool *pool, struct sx_task *task)
{
    assert(task->priority < SX_PRIORITY_COUNT);
    sx_mutex_lock(&pool->lock);
    if (task->state == SX_TASK_RUNNING) {
        task->again = true;
    } else if (task->state == SX_TASK_IDLE && !task->withdrawn && !pool->stopping) {
        enqueue(pool, task);
        wake_worker(pool);
        wake_resting(pool); /* sx_pool_wait_idle() without threads runs it */
    }
    sx_mutex_unlock(&pool->lock);
}

void sx_pool_withdraw(struct sx_pool *pool, struct sx_task *task)
{
    sx_mutex_lock(&pool->lock);
    if (task->state == SX_TASK_QUEUED) {
        dequeue(pool, task);
        wake_resting(pool);
    }
    while (task->state == SX_TASK_RUNNING) {
        task->withdrawn = true;
        wait_rest(pool);
    }
    task->withdrawn = false;
    sx_mutex_unlock(&pool->lock);
}

bool sx_pool_run_one(struct sx_pool *pool)
{
    sx_mutex_lock(&pool->lock);
    struct sx_task *task = best_task(pool, pool->inline_after_query);
    if (task) {
        pool->inline_after_query = task->priority == SX_PRIORITY_QUERY;
        run_step(pool, task, false);
    }
    sx_mutex_unlock(&pool->lock);
    return task != NULL;
}

bool sx_pool_has_queued(const struct sx_pool *pool)
{
    return queued_classes(pool) != 0;
}

bool sx_pool_is_wanted(const struct sx_pool *pool, enum sx_priority priority)
{
    return (queued_classes(pool) & (bit_of(priority) - 1)) != 0;
}

void sx_pool_wait_idle(struct sx_pool *pool)
{
    sx_mutex_lock(&pool->lock);
    while (pool->queued_count || pool->running_count) {
        struct sx_task *task = pool->thread_count ? NULL : best_task(pool, false);
        if (task)
            run_step(pool, task, true);
        else
            wait_rest(pool);
    }
    sx_mutex_unlock(&pool->lock);
}

unsigned sx_pool_thread_count(const struct sx_pool *pool)
{
    return pool->thread_count;
}
