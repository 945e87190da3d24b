/* SPDX-License-Identifier: Apache-2.0 */
/* jobs.c -- see jobs.h. */
#include "app/server/jobs.h"

static void thread_main(void *context)
{
    struct sx_jobs *jobs = context;
    sx_mutex_lock(&jobs->mutex);
    for (;;) {
        while (!jobs->first && !jobs->stopping)
            sx_cond_wait(&jobs->wanted, &jobs->mutex);
        struct sx_job *job = jobs->first;
        if (!job)
            break;
        jobs->first = job->next;
        if (!jobs->first)
            jobs->last = NULL;
        jobs->queued_count--;
        jobs->running_count++;
        sx_mutex_unlock(&jobs->mutex);
        job->run(job->context); /* the job may be gone now */
        sx_mutex_lock(&jobs->mutex);
        jobs->running_count--;
    }
    sx_mutex_unlock(&jobs->mutex);
}

stria_status sx_jobs_init(struct sx_jobs *jobs, struct sx_mem *mem, size_t thread_count,
                          stria_error *err)
{
    *jobs = (struct sx_jobs){.mem = mem};
    size_t size = thread_count * sizeof(struct sx_thread *);
    jobs->threads = sx_mem_alloc(mem, size);
    if (!jobs->threads)
        return sx_mem_refused(mem, size, err);
    sx_mutex_init(&jobs->mutex);
    sx_cond_init(&jobs->wanted);
    struct sx_os *os = sx_os_posix();
    for (; jobs->thread_count < thread_count; jobs->thread_count++) {
        stria_status st =
            os->ops->thread_start(os, thread_main, jobs, &jobs->threads[jobs->thread_count], err);
        if (st) {
            sx_jobs_deinit(jobs);
            return st;
        }
    }
    return STRIA_OK;
}

void sx_jobs_stop(struct sx_jobs *jobs)
{
    struct sx_os *os = sx_os_posix();
    sx_mutex_lock(&jobs->mutex);
    jobs->stopping = true;
    sx_cond_broadcast(&jobs->wanted);
    sx_mutex_unlock(&jobs->mutex);
    for (size_t i = 0; i < jobs->thread_count; i++)
        os->ops->thread_join(jobs->threads[i]);
    jobs->thread_count = 0;
}

void sx_jobs_deinit(struct sx_jobs *jobs)
{
    if (!jobs->threads)
        return;
    sx_jobs_stop(jobs);
    sx_cond_deinit(&jobs->wanted);
    sx_mutex_deinit(&jobs->mutex);
    sx_mem_free(jobs->mem, jobs->threads);
    *jobs = (struct sx_jobs){0};
}

bool sx_jobs_put(struct sx_jobs *jobs, struct sx_job *job)
{
    job->next = NULL;
    sx_mutex_lock(&jobs->mutex);
    if (jobs->stopping) {
        sx_mutex_unlock(&jobs->mutex);
        return false;
    }
    if (jobs->last)
        jobs->last->next = job;
    else
        jobs->first = job;
    jobs->last = job;
    jobs->queued_count++;
    sx_cond_signal(&jobs->wanted);
    sx_mutex_unlock(&jobs->mutex);
    return true;
}

void sx_jobs_count(struct sx_jobs *jobs, size_t *queued_count, size_t *running_count)
{
    sx_mutex_lock(&jobs->mutex);
    *queued_count = jobs->queued_count;
    *running_count = jobs->running_count;
    sx_mutex_unlock(&jobs->mutex);
}
