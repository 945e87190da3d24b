/* SPDX-License-Identifier: Apache-2.0 */
/* catalog.h -- the databases and their retention policies, as an immutable snapshot.
 *
 * Why         Every write and query needs names and limits at one moment in time, without a lock:
 *             the engine builds a new snapshot for each change and swaps the pointer.
 * Invariants  Ids are never used twice, so rows and segments of a dropped database or policy can
 *             never be taken for those of a new one of the same name. A database has at least one
 *             policy unless the last was dropped; order is that of creation.
 * Threads     Immutable; the reference count is atomic. */
#ifndef SX_MODEL_CATALOG_H
#define SX_MODEL_CATALOG_H

#include "base/arena.h"
#include "base/bytes.h"
#include "stria.h"

#include <stdatomic.h>

struct sx_policy {
    uint32_t id;
    struct sx_bytes name;
    int64_t duration_ns;       /* rows older than this go; 0: kept for ever */
    int64_t shard_duration_ns; /* the peer's notion: stored and shown, without effect */
    uint32_t replica_count;    /* likewise */
    int64_t future_limit_ns;   /* rows further ahead of now are refused; 0: no limit */
    int64_t past_limit_ns;     /* rows further behind now are refused; 0: no limit */
    int64_t window_ns;  /* length of a storage window: a day, or an hour for short policies */
    uint32_t rollup_of; /* it holds rollups of the policy with this id; 0: it does not */
    int64_t rollup_ns;  /* then: the length of their buckets */
};

/* What limits of series are about. */
enum sx_limit_kind {
    SX_LIMIT_SERIES = 0, /* in memory */
    SX_LIMIT_NEW_SERIES, /* in a minute */
    SX_LIMIT_TAG_VALUES, /* of one tag */
    SX_LIMIT_KIND_COUNT
};
#define SX_LIMIT_OF_STORE UINT64_MAX /* of a database: what the store's setting says */
#define SX_LIMIT_MAX ((uint64_t)1 << 40)

struct sx_database {
    uint32_t id;
    struct sx_bytes name;
    uint64_t limits[SX_LIMIT_KIND_COUNT]; /* of series; 0: none */
    struct sx_policy *policies;
    size_t policy_count;
    uint32_t default_policy_id; /* 0: none */
};

struct sx_catalog {
    _Atomic uint32_t reference_count;
    struct sx_mem *mem;
    struct sx_arena arena;
    struct sx_database *databases;
    size_t database_count;
};

#define SX_HOUR_NS ((int64_t)3600 * 1000000000)
#define SX_DAY_NS (24 * SX_HOUR_NS)

/* The storage window a policy's duration asks for. */
int64_t sx_window_ns_of(int64_t duration_ns);

/* The start of the window that holds a time: a multiple of window_ns, or INT64_MIN for times so
 * early that the multiple would not fit. */
int64_t sx_window_start(int64_t ts_ns, int64_t window_ns);

/* An empty catalog, or a copy of one to be changed before it is published; NULL: no memory. One
 * reference. `database_more` and `policy_more` (of each database): room for so many new ones. */
struct sx_catalog *sx_catalog_copy(struct sx_mem *mem, const struct sx_catalog *from,
                                   size_t database_more, size_t policy_more);
struct sx_catalog *sx_catalog_acquire(struct sx_catalog *catalog);
void sx_catalog_release(struct sx_catalog *catalog); /* NULL is allowed */

/* A database without policies, whose limits are those of the store. */
struct sx_database sx_database_make(uint32_t id, struct sx_bytes name);

/* NULL: no such thing. An empty policy name means the default one. */
const struct sx_database *sx_catalog_database(const struct sx_catalog *catalog,
                                              struct sx_bytes name);
const struct sx_policy *sx_database_policy(const struct sx_database *database,
                                           struct sx_bytes name);
const struct sx_policy *sx_catalog_policy_by_id(const struct sx_catalog *catalog, uint32_t id,
                                                const struct sx_database **database);

/* The policy with the rollups of another, by the length of their buckets; NULL: there are none. */
const struct sx_policy *sx_database_rollup(const struct sx_database *database, uint32_t policy_id,
                                           int64_t rollup_ns);

/* By name, with the peer's texts ("database not found: x", "retention policy not found: x"). */
stria_status sx_catalog_find(const struct sx_catalog *catalog, struct sx_bytes database,
                             struct sx_bytes policy, const struct sx_database **found_database,
                             const struct sx_policy **found_policy, stria_error *err);

#endif
