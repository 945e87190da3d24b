/* SPDX-License-Identifier: Apache-2.0 */
/* inspect_catalog.h -- databases, policies and segments of a store, as its manifest tells them.
 *
 * Threads     One owner. */
#ifndef SX_APP_CLI_INSPECT_CATALOG_H
#define SX_APP_CLI_INSPECT_CATALOG_H

#include "app/cli/inspect.h"
#include "model/catalog.h"
#include "model/rollup.h"

struct sx_inspect_policy {
    uint32_t id, database_id;
    struct sx_policy policy;       /* its name is in the arena */
    struct sx_rollup_marks *marks; /* of one that holds rollups */
};

struct sx_inspect_database {
    uint32_t id, default_policy_id;
    struct sx_bytes name;
};

struct sx_inspect_catalog {
    struct sx_inspect *inspect;
    struct sx_arena arena;
    struct sx_inspect_database *databases;
    size_t database_count, database_capacity;
    struct sx_inspect_policy *policies;
    size_t policy_count, policy_capacity;
    struct sx_segment_info *segments;
    size_t segment_count, segment_capacity;
    uint64_t flushed_generation;
    uint64_t type_count; /* of fields, by policy */
    uint64_t tombstone_count;
    uint64_t aside_count; /* damaged segments that merges leave alone */
};

void sx_inspect_catalog_init(struct sx_inspect_catalog *catalog, struct sx_inspect *inspect);
void sx_inspect_catalog_deinit(struct sx_inspect_catalog *catalog);

/* Reads the manifest of the store in `path`, tells what it is, and notes its damage.
 * Returns  OK, INVALID (no store), IO, NOMEM. */
stria_status sx_inspect_catalog_read(struct sx_inspect_catalog *catalog, const char *path,
                                     stria_error *err);

/* Tells databases and policies, with the measurements of `sums`. */
void sx_inspect_catalog_tell(struct sx_inspect_catalog *catalog, struct sx_sums *sums);

#endif
