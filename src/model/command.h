/* SPDX-License-Identifier: Apache-2.0 */
/* command.h -- what a statement wants changed, as data.
 *
 * Why         The languages only say what is to be done; exec alone does it on the engine.
 * Threads     Immutable once built. */
#ifndef SX_MODEL_COMMAND_H
#define SX_MODEL_COMMAND_H

#include "base/bytes.h"
#include "model/catalog.h"
#include "model/rollup.h"
#include "model/selector.h"

#include <stdint.h>

enum sx_command_kind {
    SX_CREATE_DATABASE = 1,
    SX_DROP_DATABASE,
    SX_ALTER_DATABASE, /* its limits of series */
    SX_CREATE_POLICY,
    SX_ALTER_POLICY,
    SX_DROP_POLICY,
    SX_DELETE_ROWS,      /* DELETE: series and times of the selector */
    SX_DROP_SERIES,      /* the same, all times */
    SX_DROP_MEASUREMENT, /* the same, of one measurement */
};

/* Which of the policy's settings the statement names. */
enum sx_policy_setting {
    SX_POLICY_DURATION = 1,
    SX_POLICY_REPLICATION = 2,
    SX_POLICY_SHARD_DURATION = 4,
    SX_POLICY_DEFAULT = 8,
    SX_POLICY_FUTURE_LIMIT = 16,
    SX_POLICY_PAST_LIMIT = 32,
    SX_POLICY_NAME = 64, /* CREATE DATABASE ... WITH NAME */
    SX_POLICY_ROLLUP = 128,
};
/* The same of a database's limit of series, by enum sx_limit_kind. */
#define SX_DATABASE_LIMIT(kind) (1U << (8 + (kind)))

struct sx_command {
    enum sx_command_kind kind;
    struct sx_bytes database;
    struct sx_bytes policy;
    unsigned settings;   /* enum sx_policy_setting and SX_DATABASE_LIMIT()s, or-ed */
    int64_t duration_ns; /* 0: infinite */
    int64_t shard_duration_ns;
    int64_t replica_count;
    int64_t future_limit_ns;
    int64_t past_limit_ns;
    uint64_t limits[SX_LIMIT_KIND_COUNT]; /* of ALTER_DATABASE, as those of struct sx_database */
    struct sx_rollup_setting rollups[SX_ROLLUPS_MAX]; /* all that there are to be */
    size_t rollup_count;
    struct sx_selector selector; /* of deletes; policy_id does not count: `policy` does, or all */
};

#endif
