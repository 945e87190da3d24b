/* SPDX-License-Identifier: Apache-2.0 */
/* ops.h -- operations on a store, from a seed: done to the engine, and told to the oracle.
 *
 * Threads     One owner. */
#ifndef SX_TESTS_OPS_H
#define SX_TESTS_OPS_H

#include "store.h"

enum op_kind {
    OP_WRITE = 0,
    OP_FLUSH,
    OP_MERGE,
    OP_SEAL,
    OP_RECLAIM,
    OP_POLL,
    OP_CREATE_DATABASE,
    OP_DROP_DATABASE,
    OP_CREATE_POLICY,
    OP_DROP_POLICY,
    OP_ALTER_POLICY,
    OP_ROLLUP, /* a policy gets rollups, other ones, or none any more */
    OP_DELETE, /* the next three: policy -1 is all of the database */
    OP_DROP_SERIES,
    OP_DROP_MEASUREMENT,
    OP_REOPEN,
    OP_READ_ONLY,    /* opened for reading, then again for writing */
    OP_ADVANCE,      /* the clock */
    OP_ADVANCE_DAYS, /* so far that windows are over */
    /* What follows only the model test has; op_run() does nothing for it. Questions (asks.h): */
    OP_SELECT_ROWS,
    OP_SELECT_TAGS,
    OP_SELECT_REGEX, /* several measurements */
    OP_SELECT_TOTALS,
    OP_SELECT_FLOATS,
    OP_SELECT_WINDOWS,
    OP_SELECT_LIMIT,
    OP_SELECT_POOR, /* with little memory */
    OP_SHOW_CATALOG,
    OP_SHOW_NAMES,
    OP_SCAN,
    OP_DRY_RUN,
    /* Other stores and processes (copies.h): */
    OP_READER, /* one that stays open for some time */
    OP_SNAPSHOT,
    OP_BACKUP, /* the first is whole, later ones have what is new */
    OP_RESTORE,
    OP_RESTORE_DATABASE, /* one of the backup, into the store or beside it */
    OP_VERIFY,
    OP_REPAIR,
    /* What happens to a store: */
    OP_KILL,
    OP_POWER_LOSS,
    OP_DISK_FULL,
    OP_KIND_COUNT
};

struct op {
    enum op_kind kind;
    enum write_kind write;
    stria_durability durability;
    int database, policy; /* policy -1: the default one */
    uint32_t id;
    uint64_t seed;
    /* filled in by op_resolve() */
    int64_t now_ns;
    struct write rows;
};

/* Which operations a script has. */
struct op_mix {
    bool no_clash;     /* fields keep their types: needed where writes fail, see history.h */
    bool no_retention; /* no policy forgets, no jumps of the clock */
    bool imports;      /* writes in several steps, of which a part may survive */
    bool rollups;
    uint32_t async_percent;
    uint32_t change_percent; /* of the catalog */
    uint32_t delete_percent;
    uint32_t work_percent; /* flush, merge, seal, poll, reopen */
    uint32_t ask_percent;  /* questions */
    uint32_t copy_percent; /* copies of the store, and what happens to it */
};

struct op op_make(uint64_t *state, uint32_t id, const struct op_mix *mix);
/* "write late async", for messages. Writes into a buffer. */
const char *op_text(const struct op *op, char *text, size_t size);

struct op_outcome {
    stria_status status;
    stria_error error;
    struct sx_write_result written;
};

/* Fixes what depends on the store as it is now: the clock, which policy is the default one, how
 * long it keeps rows. What was resolved can be told to an oracle at any time later. */
void op_resolve(struct op *op, struct store *store);

/* Carries it out. */
void op_run(const struct op *op, struct store *store, struct op_outcome *outcome);

/* Tells the oracle that it was carried out. False: it contradicts what the oracle knows (a write to
 * a policy that is not there), or a write's counts are not those that the outcome tells (NULL: they
 * are not compared); text says so. */
bool op_apply(const struct op *op, struct oracle *oracle, const struct op_outcome *outcome,
              char *text, size_t text_size);

/* How far OP_ADVANCE and OP_ADVANCE_DAYS move the clock. */
int64_t op_advance_ns(const struct op *op);

/* Whether it changes what the store holds, and does not only move it. */
bool op_has_effect(const struct op *op);
/* Closes the store and opens it again. */
stria_status op_reopen(struct store *store, bool read_only, stria_error *err);

/* Whether a failure means for sure that nothing was done. */
bool op_refused(stria_status status);

#endif
