/* SPDX-License-Identifier: Apache-2.0 */
/* request.h -- what travels with a request: its frozen now, deadline, cancel flag, memory, limits.
 *
 * Why         A query must be stoppable between batches and must see one `now` from parse to end.
 * Threads     Read by every thread that works for the request; only `cancelled` changes. */
#ifndef SX_MODEL_REQUEST_H
#define SX_MODEL_REQUEST_H

#include "base/mem.h"
#include "stria.h"

struct sx_request {
    int64_t now_ns;      /* wall clock, frozen */
    int64_t deadline_ns; /* monotonic; 0: none */
    int64_t (*mono_ns)(void *clock);
    void *clock;
    atomic_bool cancelled;
    struct sx_mem *mem;     /* budget of this request */
    uint64_t row_count_max; /* result rows; 0: no limit */
    uint64_t series_count_max;
    uint64_t bucket_count_max;
    /* Told what the answer lacks because it cannot be read; NULL: damage fails the request. Called
     * by any thread that works for it. */
    void (*on_damage)(void *context, const stria_error *what);
    void *damage_context;
};

/* OK, CANCELLED ("query interrupted") or TIMEOUT. Called once a batch. */
stria_status sx_request_check(struct sx_request *request, stria_error *err);

#endif
