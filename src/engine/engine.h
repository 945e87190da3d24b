/* SPDX-License-Identifier: Apache-2.0 */
/* engine.h -- a store: open and recovery, writes, views, catalog changes, background work.
 *
 * Why         The one place that knows how log, memtables, segments and manifest hang together.
 *             Above it (exec, api) are requests; below it are parts that know nothing of one
 *             another.
 * Life        docs/ARCHITECTURE.md tells the life of a write and of a flush, and the lock order.
 * Threads     Any number, on all calls but open and close. */
#ifndef SX_ENGINE_ENGINE_H
#define SX_ENGINE_ENGINE_H

#include "base/event.h"
#include "model/batch.h"
#include "model/catalog.h"
#include "model/command.h"
#include "os/os.h"
#include "scan/view.h"

struct sx_engine;

struct sx_engine_options {
    struct sx_os *os;
    const char *path;           /* copied */
    uint64_t memory_size;       /* 0: 256 MiB */
    uint64_t memtable_size;     /* 0: a share of memory_size */
    uint64_t disk_reserve_size; /* 0: by the file system's size */
    uint64_t merge_bytes_per_s; /* most that merges write; 0: no limit */
    uint64_t retention_size;    /* most bytes of segments of a policy; 0: no limit */
    bool seal_without_entropy;  /* sealed segments stay bit-packed */
    /* Of each database; 0: no limit. */
    uint64_t series_max;     /* in memory */
    uint64_t new_series_max; /* in a minute */
    uint64_t tag_values_max; /* of one tag */
    uint32_t thread_count;
    stria_durability durability;
    bool read_only;
    bool must_exist;
    bool rebuild_manifest; /* if it cannot be read; see repair.h */
    struct sx_event_sink events;
    struct sx_mem_fault *fault; /* tests: of the memory root */
};

/* Opens, creating unless told otherwise, and recovers. See stria_open() for what is returned. */
stria_status sx_engine_open(const struct sx_engine_options *options, struct sx_engine **engine,
                            stria_error *err);
stria_status sx_engine_close(struct sx_engine *engine, stria_error *err);

/* ---- memory ---- */

enum sx_engine_mem {
    SX_ENGINE_MEM_INGEST = 0, /* parsing, batches on their way */
    SX_ENGINE_MEM_QUERY,
    SX_ENGINE_MEM_HOST, /* what the host reserves */
    SX_ENGINE_MEM_MEMTABLE,
    SX_ENGINE_MEM_INDEX,
    SX_ENGINE_MEM_SEGMENT, /* tables of open segments */
    SX_ENGINE_MEM_WAL,
    SX_ENGINE_MEM_FLUSH,
    SX_ENGINE_MEM_MERGE, /* and what else writes segments anew, or checks them */
    SX_ENGINE_MEM_OTHER,
    SX_ENGINE_MEM_COUNT,
};

struct sx_mem *sx_engine_mem(struct sx_engine *engine, enum sx_engine_mem which);
struct sx_os *sx_engine_os(struct sx_engine *engine);
uint64_t sx_engine_memory_size(const struct sx_engine *engine);

/* Whether requests have less than a quarter of the store's memory left: then what is only kept for
 * the next ones is to go. */
bool sx_engine_memory_is_scarce(const struct sx_engine *engine);

/* A write was refused memory. When rows in memory can be flushed, asks for that and returns BUSY
 * with a text of its own; else NOMEM, and err stays as it is. */
stria_status sx_engine_come_again(struct sx_engine *engine, stria_error *err);

/* ---- catalog ---- */

/* The catalog now; to be released. */
struct sx_catalog *sx_engine_catalog(struct sx_engine *engine);

/* Carries out what a statement wants changed; durable when it returns OK.
 * Returns  OK; NOT_FOUND, EXISTS, CONFLICT, INVALID with the peer's texts; READ_ONLY; IO;
 *          DISK_FULL; NOMEM. */
stria_status sx_engine_execute(struct sx_engine *engine, const struct sx_command *command,
                               stria_error *err);

/* ---- reading ---- */

/* Brings a store that was opened for reading to its writer's newest state and pins it for one user.
 * Nothing for a writer.
 * Returns  OK; BUSY (it changed all the time); NOT_FOUND, CORRUPT, VERSION, IO, NOMEM: what was
 *          shown before stays. */
stria_status sx_engine_begin_read(struct sx_engine *engine, stria_error *err);
/* The user is done: nothing that it saw is needed for it any more. */
void sx_engine_end_read(struct sx_engine *engine);

/* All sources of a policy, pinned. NOT_FOUND when it was dropped. */
stria_status sx_engine_view(struct sx_engine *engine, uint32_t policy_id, struct sx_view **view,
                            stria_error *err);

/* ---- writing ---- */

struct sx_write_options {
    stria_durability durability;
    int64_t now_ns; /* for limits of age; 0: the clock */
};

enum sx_outside_bound { SX_OUTSIDE_RETENTION = 0, SX_OUTSIDE_PAST, SX_OUTSIDE_FUTURE };

/* A row outside of what its policy keeps or lets in. */
struct sx_outside_row {
    uint32_t series; /* in the batch */
    int64_t ts_ns;
    enum sx_outside_bound bound;
    int64_t bound_ns;
};

/* What became of the rows of a batch. Indexes of rows are those before dropping. */
struct sx_write_result {
    uint64_t row_count, sample_count;     /* stored */
    uint64_t conflict_count;              /* rows dropped for their field types */
    uint32_t conflict_line;               /* of the first */
    struct sx_type_conflict conflict;     /* of the first; its names live in the batch */
    uint64_t limit_count;                 /* rows dropped with series that a limit refused */
    uint32_t limit_line;                  /* of the first */
    struct sx_bytes limit_text;           /* about the first; lives in the batch */
    uint64_t outside_retention_count;     /* rows dropped for being older than the policy keeps */
    uint64_t outside_window_count;        /* rows dropped for its past or future limit */
    struct sx_outside_row oldest, newest; /* of all those, by time */
};

/* Logs and applies a batch; rows that break a rule are left out and told in *result. The batch is
 * used up, whatever is returned.
 * Returns  OK (perhaps with rows left out); NOT_FOUND (the policy was dropped); BUSY; READ_ONLY;
 *          DISK_FULL; IO; NOMEM; LIMIT. */
stria_status sx_engine_write(struct sx_engine *engine, uint32_t policy_id, struct sx_batch *batch,
                             const struct sx_write_options *options, struct sx_write_result *result,
                             stria_error *err);

/* Pins a series for a handle: it keeps its slot until unpinned. */
stria_status sx_engine_pin_series(struct sx_engine *engine, uint32_t policy_id, struct sx_bytes key,
                                  uint64_t hash, struct sx_series_hint *hint, stria_error *err);
void sx_engine_unpin_series(struct sx_engine *engine, uint32_t policy_id,
                            const struct sx_series_hint *hint);

/* ---- background work ---- */

/* One bounded step on the calling thread; *more: another is due. */
stria_status sx_engine_poll(struct sx_engine *engine, bool *more, stria_error *err);

/* See stria_compact(). */
stria_status sx_engine_compact(struct sx_engine *engine, stria_compact_until until,
                               stria_compact_report *report, stria_error *err);

/* ---- looking ---- */

enum sx_disk_state { SX_DISK_OK = 0, SX_DISK_LOW, SX_DISK_READ_ONLY, SX_DISK_FAILED };

stria_status sx_engine_stats(struct sx_engine *engine,
                             void (*each)(void *user, const stria_stat *stat), void *user,
                             stria_error *err);

#endif
