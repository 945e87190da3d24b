/* SPDX-License-Identifier: Apache-2.0 */
/* jobs.h -- threads that carry out what requests ask for.
 *
 * Why         A write waits for the disk and a query may take long; the threads that move bytes of
 *             connections must do neither. Writes and queries have threads of their own, so that
 *             neither keeps the other waiting.
 * Invariants  A job is on the queue once at most; the queue holds no more than there are
 *             connections, so it needs no limit of its own.
 * Threads     Any may put. A job runs on one of the threads, without locks. */
#ifndef SX_APP_SERVER_JOBS_H
#define SX_APP_SERVER_JOBS_H

#include "base/mem.h"
#include "os/os.h"
#include "os/sync.h"

/* Owned by who puts it; not to be touched again until it runs. */
struct sx_job {
    void (*run)(void *context);
    void *context;
    struct sx_job *next;
};

struct sx_jobs {
    struct sx_mem *mem;
    struct sx_mutex mutex;
    struct sx_cond wanted;
    struct sx_job *first; /* guarded by mutex, as is all below */
    struct sx_job *last;
    size_t queued_count;
    size_t running_count;
    bool stopping;
    struct sx_thread **threads;
    size_t thread_count;
};

/* Returns  OK, NOMEM, IO (a thread could not be started). */
SX_MUST_CHECK stria_status sx_jobs_init(struct sx_jobs *jobs, struct sx_mem *mem,
                                        size_t thread_count, stria_error *err);
/* Carries out what is queued, and ends the threads. */
void sx_jobs_deinit(struct sx_jobs *jobs);

/* False: they are being ended, and the job will not run. */
SX_MUST_CHECK bool sx_jobs_put(struct sx_jobs *jobs, struct sx_job *job);
/* From now on nothing can be put; what is queued is carried out and waited for. */
void sx_jobs_stop(struct sx_jobs *jobs);
/* Jobs that wait and that run now. */
void sx_jobs_count(struct sx_jobs *jobs, size_t *queued_count, size_t *running_count);

#endif
