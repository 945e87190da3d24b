/* SPDX-License-Identifier: Apache-2.0 */
/* series_limits.h -- how many series a database may have in memory, how many new ones a minute, and
 * how many values a tag: by its own limits (ALTER DATABASE), or those of the store.
 *
 * Why         One bad tag (a request id, say) must not take the memory that all others need. What
 *             is over a limit is rejected point by point, told in the answer and counted by
 *             measurement and tag, so that whoever sends it can be found.
 * Algorithm   Only series that are not in memory are looked at. Minutes are those of the clock of
 *             the machine that never goes back.
 * Limits      Offenders are remembered up to a number; further ones count under the name "*".
 * Threads     Any. The lock is taken before state_mutex and the index's. */
#ifndef SX_ENGINE_SERIES_LIMITS_H
#define SX_ENGINE_SERIES_LIMITS_H

#include "index/series_index.h"
#include "model/catalog.h"
#include "os/sync.h"

struct sx_engine;

/* What was rejected. Names live as long as the store is open. */
struct sx_limit_offender {
    enum sx_limit_kind kind;
    uint32_t database_id;
    struct sx_bytes measurement; /* plain */
    struct sx_bytes tag;         /* plain; empty: the limit is not one of a tag */
    uint64_t row_count;          /* rejected */
};

/* New series of a database in the minute at hand. */
struct sx_new_series {
    uint32_t database_id;
    int64_t minute;
    uint64_t count;
};

struct sx_series_limits {
    uint64_t of_store[SX_LIMIT_KIND_COUNT]; /* 0: none; immutable */
    atomic_bool any;                        /* the store or a database has one, or had */
    struct sx_mutex mutex;                  /* guards what follows */
    struct sx_new_series *databases;
    size_t database_count, database_capacity;
    struct sx_limit_offender *offenders;
    size_t offender_count, offender_capacity;
};

void sx_series_limits_init(struct sx_engine *engine);
void sx_series_limits_deinit(struct sx_engine *engine);
/* A database got limits of its own. */
void sx_series_limits_note(struct sx_engine *engine, const struct sx_database *database);
/* Those of the store, which hold for databases that have none of their own; 0: none. */
const uint64_t *sx_series_limits_of_store(const struct sx_engine *engine);

/* As sx_series_index_resolve(), unless a limit is met: then OK with *slot SX_SLOT_NONE, *offender
 * the number for sx_series_limits_count(), and why in `err`. */
stria_status sx_series_limits_resolve(struct sx_engine *engine, uint32_t policy_id,
                                      struct sx_series_index *index, struct sx_bytes key,
                                      uint64_t hash, struct sx_series_hint *hint, uint32_t *slot,
                                      uint32_t *offender, stria_error *err);
/* Counts rejected rows. */
void sx_series_limits_count(struct sx_engine *engine, uint32_t offender, uint64_t rows);

/* Calls for each offender, most rejected rows first, at most `most` of them; the lock is not held.
 * Returns  OK, NOMEM, or what `each` returned. */
stria_status sx_series_limits_each(struct sx_engine *engine, size_t most,
                                   stria_status (*each)(void *context,
                                                        const struct sx_limit_offender *offender,
                                                        stria_error *err),
                                   void *context, stria_error *err);

/* "series", "new_series", "tag_values". */
const char *sx_limit_kind_name(enum sx_limit_kind kind);

#endif
