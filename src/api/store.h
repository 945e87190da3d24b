/* SPDX-License-Identifier: Apache-2.0 */
/* store.h -- the handle behind `stria`: an engine and what calls of the public header share.
 *
 * Threads     Any. */
#ifndef SX_API_STORE_H
#define SX_API_STORE_H

#include "base/map.h"
#include "engine/engine.h"
#include "ingest/line_protocol.h"
#include "os/sync.h"
#include "stria.h"

/* What one ingesting call uses, kept for the next: the parser's cache and the batch's storage. */
struct sx_ingest_context {
    struct sx_ingest_context *next;
    struct sx_ingest_cache *cache;
    struct sx_batch batch;
    struct sx_ingest_problems problems;
    /* of columnar writes: series handle -> its number in the batch */
    struct sx_map handle_map;
    const void **handles;
    size_t handle_capacity;
};

struct stria {
    struct sx_engine *engine;
    struct sx_os *os;
    uint64_t process_id; /* that opened it: a child's calls are refused */
    struct sx_mutex mutex;
    struct sx_ingest_context *contexts; /* free ones; guarded by mutex */
    size_t context_count;
};

/* INVALID for NULL handles and for calls after fork(). */
stria_status sx_store_check(const stria *db, stria_error *err);

#endif
