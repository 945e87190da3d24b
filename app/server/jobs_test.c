/* SPDX-License-Identifier: Apache-2.0 */
/* jobs_test.c -- every job runs once, in order on one thread, and none is lost at the end. */
#include "app/server/jobs.h"

#include "os/sync.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>

#include <cmocka.h>

#define JOB_COUNT 1000

struct work {
    struct sx_job job;
    unsigned *order; /* of the jobs that ran; one thread */
    unsigned index;
    atomic_uint *count;
};

static void run(void *context)
{
    struct work *work = context;
    unsigned at = atomic_fetch_add(work->count, 1);
    if (work->order)
        work->order[at] = work->index;
}

static void run_all(size_t thread_count, unsigned *order)
{
    static struct work works[JOB_COUNT];
    struct sx_mem mem;
    struct sx_jobs jobs;
    atomic_uint count = 0;
    sx_mem_init(&mem, NULL, "test", 0);
    assert_int_equal(sx_jobs_init(&jobs, &mem, thread_count, NULL), STRIA_OK);
    for (unsigned i = 0; i < JOB_COUNT; i++) {
        works[i] = (struct work){.order = order, .index = i, .count = &count};
        works[i].job = (struct sx_job){.run = run, .context = &works[i]};
        assert_true(sx_jobs_put(&jobs, &works[i].job));
    }
    sx_jobs_stop(&jobs);
    assert_int_equal(atomic_load(&count), JOB_COUNT);
    assert_false(sx_jobs_put(&jobs, &works[0].job));
    size_t queued, running;
    sx_jobs_count(&jobs, &queued, &running);
    assert_int_equal(queued + running, 0);
    sx_jobs_deinit(&jobs);
    sx_mem_deinit(&mem);
}

static void test_one_thread_keeps_the_order(void **state)
{
    (void)state;
    static unsigned order[JOB_COUNT];
    run_all(1, order);
    for (unsigned i = 0; i < JOB_COUNT; i++)
        assert_int_equal(order[i], i);
}

static void test_several_threads_run_each_job_once(void **state)
{
    (void)state;
    run_all(4, NULL);
}

struct chain {
    struct sx_job job;
    struct sx_jobs *jobs;
    atomic_uint left;
    struct sx_mutex mutex;
    struct sx_cond done;
};

static void run_chain(void *context)
{
    struct chain *chain = context;
    if (atomic_fetch_sub(&chain->left, 1) > 1) {
        assert_true(sx_jobs_put(chain->jobs, &chain->job));
        return;
    }
    sx_mutex_lock(&chain->mutex);
    sx_cond_signal(&chain->done);
    sx_mutex_unlock(&chain->mutex);
}

static void test_a_job_may_put_itself_again(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_jobs jobs;
    struct chain chain = {.jobs = &jobs, .left = 100};
    sx_mem_init(&mem, NULL, "test", 0);
    sx_mutex_init(&chain.mutex);
    sx_cond_init(&chain.done);
    chain.job = (struct sx_job){.run = run_chain, .context = &chain};
    assert_int_equal(sx_jobs_init(&jobs, &mem, 2, NULL), STRIA_OK);
    sx_mutex_lock(&chain.mutex);
    assert_true(sx_jobs_put(&jobs, &chain.job));
    while (atomic_load(&chain.left))
        sx_cond_wait(&chain.done, &chain.mutex);
    sx_mutex_unlock(&chain.mutex);
    sx_jobs_deinit(&jobs);
    sx_cond_deinit(&chain.done);
    sx_mutex_deinit(&chain.mutex);
    sx_mem_deinit(&mem);
}

static void test_a_failed_allocation_leaves_nothing(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_mem_fault fault = {.countdown = 1};
    struct sx_jobs jobs;
    sx_mem_init(&mem, NULL, "test", 0);
    mem.fault = &fault;
    assert_int_equal(sx_jobs_init(&jobs, &mem, 2, NULL), STRIA_NOMEM);
    sx_jobs_deinit(&jobs);
    sx_mem_deinit(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_thread_keeps_the_order),
        cmocka_unit_test(test_several_threads_run_each_job_once),
        cmocka_unit_test(test_a_job_may_put_itself_again),
        cmocka_unit_test(test_a_failed_allocation_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
