/* SPDX-License-Identifier: Apache-2.0 */
/* store.h -- a store under test: an engine on some table of system calls, without threads, and what
 * it told.
 *
 * Threads     One owner. */
#ifndef SX_TESTS_STORE_H
#define SX_TESTS_STORE_H

#include "oracle.h"
#include "rows.h"

#include "engine/engine.h"

/* Events that a test wants to hear of, counted since the store was opened. */
enum store_event {
    STORE_LOG_DAMAGE = 0, /* frames that had been synced and cannot be read */
    STORE_MANIFEST_DAMAGE,
    STORE_UNKNOWN_SEGMENT,
    STORE_LOG_FAILED,
    STORE_LOG_CUT, /* the log ends with a frame that was never whole */
    STORE_FLUSH,
    STORE_MERGE,
    STORE_DISK_STATE,
    STORE_OTHER_TROUBLE, /* any other warning or error */
    STORE_EVENT_COUNT
};

struct store_options {
    const char *path;       /* NULL: STORE_PATH */
    uint64_t memtable_size; /* 0: 64 KiB */
    uint64_t memory_size;   /* 0: 64 MiB */
    bool read_only;
    struct sx_mem_fault *fault;
};

struct store {
    struct sx_os *os;
    struct sx_os *disk;       /* below a table that fails calls: the disk in memory; else os */
    struct sx_engine *engine; /* NULL: closed */
    struct store_options options;
    uint64_t events[STORE_EVENT_COUNT];
    char last_trouble[300];
    struct sx_mem mem; /* of batches and of reading: not the engine's, so no fault concerns it */
};

/* os: borrowed. Nothing is opened yet. */
void store_init(struct store *store, struct sx_os *os, const struct store_options *options);
stria_status store_open(struct store *store, stria_error *err);
stria_status store_close(struct store *store, stria_error *err);
/* Closes it, whatever comes of it, and asserts that nothing leaked. */
void store_deinit(struct store *store);

/* The id of a policy; 0: not there. policy -1: the default one. */
uint32_t store_policy_id(struct store *store, int database, int policy);

/* Writes rows made by `w`, those of an import in several steps. NOT_FOUND when there is no such
 * policy. */
stria_status store_write(struct store *store, int database, int policy, const struct write *w,
                         stria_durability durability, struct sx_write_result *result,
                         stria_error *err);

/* Polls until nothing more is due, at most `step_count` times. */
void store_poll(struct store *store, unsigned step_count);

#define STORE_PATH "data/store"

#endif
