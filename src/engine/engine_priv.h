/* SPDX-License-Identifier: Apache-2.0 */
/* engine_priv.h -- the insides of the engine, shared by its files:
 *   open.c (folder, lock, the order of recovery), edit_apply.c, left_overs.c and log_replay.c
 *   (its parts), readers.c and readers_state.c (other processes), engine.c (members, views),
 *   write.c (the way of a write), flush.c and merge.c (jobs), rewrite.c (series -> segments, used
 *   by both), rollup.c (from rows to rollups), set_aside.c, delete.c, reclaim.c, edit_commit.c,
 *   catalog_change.c (commands), capture.c and snapshot.c, background.c (steps, disk state),
 *   retention.c, budget.c (shares of memory), engine_stats.c.
 *
 * Locks       The gate of writes is closed before any is taken. In this order: flush_mutex,
 *             job_mutex, readers.mutex, rotate_mutex, manifest_mutex, state_mutex, that of a
 *             generation; then those of memtables, indexes and the log, which are leaves. No lock
 *             but manifest_mutex and rotate_mutex is held across I/O; readers_state.c, of a store
 *             that was opened for reading, has its own rule. */
#ifndef SX_ENGINE_ENGINE_PRIV_H
#define SX_ENGINE_ENGINE_PRIV_H

#include "base/map.h"
#include "engine/edit.h"
#include "engine/engine.h"
#include "engine/manifest.h"
#include "engine/readers.h"
#include "engine/rewrite.h"
#include "engine/series_limits.h"
#include "os/sync.h"
#include "task/pool.h"
#include "task/rate.h"
#include "wal/log.h"

#define SX_MERGE_FAN_IN 16
#define SX_LEVEL0_MAX (2 * SX_MERGE_FAN_IN) /* then flushes wait for merges, step by step */
#define SX_OPEN_FILES_MAX 400               /* of segments */
#define SX_FROZEN_MAX 2 /* generations that wait for their flush before writers wait */
#define SX_FLUSH_AGE_NS (3600 * (int64_t)1000000000)
#define SX_FLUSH_AGE_BYTES ((uint64_t)4 << 20)
#define SX_SEAL_QUIET_NS (600 * (int64_t)1000000000)
#define SX_RESTORING "restoring" /* folder of a store, while a database is restored into it */
#define SX_UNLINK_DELAY_NS (60 * (int64_t)1000000000)

/* What belongs to one policy. */
struct sx_policy_store {
    uint32_t policy_id;
    int64_t window_ns;
    struct sx_series_index *index;
    struct sx_segment **segments; /* oldest generations first */
    size_t segment_count, segment_capacity;
    struct sx_segment_list *list;     /* of them, for views; NULL: they changed since */
    size_t level0_count;              /* of them: flushed, and not merged yet */
    struct sx_tombstones *tombstones; /* NULL: none */
    uint32_t rollup_of;               /* as in struct sx_policy */
    int64_t rollup_ns;
    struct sx_rollup_marks *marks; /* of a policy that holds rollups; NULL: none yet */
};

struct sx_generation_table {
    struct sx_policy_store *store; /* a reference to its index is held by the memtable */
    uint32_t policy_id;
    struct sx_memtable *memtable;
};

/* One generation of the log and its memtables. */
struct sx_generation {
    struct sx_mem *mem;
    uint64_t number;
    _Atomic uint32_t reference_count;
    int64_t created_ns; /* monotonic */
    bool replaying;     /* its log is being read back; guarded by state_mutex */
    struct sx_mutex mutex;
    struct sx_generation_table *tables;
    size_t table_count, table_capacity;
    struct sx_generation *next; /* in the list of frozen ones, oldest first */
};

/* A segment that was replaced or dropped and waits for its readers. */
struct sx_retired {
    struct sx_segment *segment;
    int64_t since_ns; /* monotonic */
    bool unloaded;    /* nobody reads it any more */
    /* The edit that removed it; in a store opened for reading, the last one known to have it. */
    uint64_t edit_seq;
    uint64_t added_edit; /* the segment's: a copy, since another thread may take it and let go */
};

struct sx_counts {
    _Atomic uint64_t rows, samples, batches;
    _Atomic uint64_t rejected_conflict, rejected_old, rejected_limit, rejected_series;
    _Atomic uint64_t busy;
    _Atomic uint64_t flushes, flush_bytes, flush_rows, flush_failures;
    _Atomic uint64_t merges, merge_bytes_in, merge_bytes_out, merge_bytes_copied, merge_failures;
    _Atomic uint64_t rollups, rollup_bytes;
    _Atomic uint64_t retired_segments, retention_segments;
    _Atomic uint64_t snapshot_bytes;  /* unlinked, but a snapshot has the file still */
    _Atomic uint64_t written_samples; /* into segments, by flushes and merges */
    _Atomic uint64_t replayed_rows, replayed_bytes, log_damage;
};

/* Writes are inside from the look at the types of their fields until they are applied. Who forgets
 * types closes it: a write that knew the old ones must be of an earlier generation. */
struct sx_write_gate {
    struct sx_mutex mutex; /* a leaf; guards what follows */
    struct sx_cond changed;
    size_t inside_count;
    bool closed;
};

struct sx_flush;
struct sx_merge;
struct sx_rollup_job;

/* A window whose rollups are to be made. */
struct sx_rollup_task {
    uint32_t rollup_id; /* the policy with the rollups */
    int64_t window_start;
};

struct sx_rollups {
    struct sx_rollup_job *job; /* NULL: none under way */
    struct sx_rollup_task *tasks;
    size_t task_at, task_count, task_capacity;
    int64_t not_before_ns; /* monotonic: of the next look */
};

struct sx_engine {
    /* immutable after open */
    struct sx_os *os;
    struct sx_engine_options options;
    struct sx_mem root;
    struct sx_mem shared;   /* all but what a flush must find (budget.h) */
    struct sx_mem requests; /* what writes, series and queries share, of it */
    struct sx_mem mems[SX_ENGINE_MEM_COUNT];
    struct sx_event_sink events;
    char *path; /* of the store; wal_dir and the others are path + "/wal", ... */
    char *wal_dir, *seg_dir, *manifest_dir;
    uint8_t store_uuid[16];
    uint64_t process_id;
    struct sx_file *lock_file;
    struct sx_readers readers;
    struct sx_pool *pool;
    struct sx_wal *wal; /* NULL: read-only */
    uint64_t memtable_size;
    size_t tombstones_max; /* SX_TOMBSTONES_MAX, but in tests */
    int64_t opened_ns;

    struct sx_write_gate gate;
    struct sx_mutex rotate_mutex; /* one rotation at a time */

    struct sx_mutex
        manifest_mutex; /* guards manifest, counters, kept_logs, and the order of commits */
    struct sx_manifest *manifest;
    struct sx_counters counters;
    uint64_t *kept_logs;
    size_t kept_log_count, kept_log_capacity;

    struct sx_mutex state_mutex;  /* guards what follows */
    struct sx_cond state_changed; /* a rotation or a flush is done */
    struct sx_catalog *catalog;
    struct sx_policy_store **stores;
    size_t store_count, store_capacity;
    struct sx_generation *active; /* NULL: read-only */
    struct sx_generation *frozen, **frozen_last;
    size_t frozen_count;
    uint64_t flushed_generation;
    uint32_t next_index_id;
    bool replaying;             /* replay_later.h: the log is not read back yet */
    stria_status replay_status; /* how that ended, and why */
    stria_error replay_error;
    struct sx_retired *retired;
    size_t retired_count, retired_capacity;

    struct sx_mutex flush_mutex; /* one flush at a time; guards it */
    struct sx_flush *flush;
    struct sx_mutex job_mutex; /* one merge, or look at deletes, at a time; guards the merge */
    struct sx_merge *merge;
    size_t merge_runs_max;     /* guarded likewise: after one found no memory; 0: as many as fit */
    struct sx_rollups rollups; /* guarded likewise; no merge and rollup at once */
    struct sx_task flush_task, log_file_task, merge_task, evict_task, care_task;
    size_t evict_store, evict_slot;         /* the evict task's alone: where it goes on */
    struct sx_rate merge_rate;              /* of bytes written; guarded by job_mutex */
    _Atomic int64_t merge_not_before_ns;    /* monotonic; by the rate, or want of memory */
    _Atomic int64_t log_file_not_before_ns; /* monotonic; after a failure */
    uint64_t log_seen_bytes;                /* the care task's alone: written when it last looked */
    int64_t log_rests_since_ns;             /* likewise; monotonic */

    _Atomic int disk_state; /* enum sx_disk_state */
    _Atomic int64_t disk_checked_ns;
    _Atomic uint64_t disk_total_size, disk_free_size, disk_reserve_size; /* as of then */
    _Atomic uint64_t merge_claim_size; /* most bytes that the merge at hand will still write */
    _Atomic bool flush_wanted;         /* memory may hold what a policy keeps no more */
    _Atomic bool closing;
    _Atomic bool replay_failed;
    struct sx_wal *replay_wal; /* the log as it was found */
    struct sx_thread *replay_thread;
    struct sx_thread *ticker;
    struct sx_mutex tick_mutex;
    struct sx_cond tick_changed;

    struct sx_series_limits limits;
    struct sx_segment_files segment_files;
    struct sx_segment_loads segment_loads;
    struct sx_counts counts;
};

/* engine.c */
struct sx_policy_store *sx_engine_store(struct sx_engine *engine,
                                        uint32_t policy_id); /* state_mutex */
/* Makes the store of a policy that the catalog has. state_mutex held. */
stria_status sx_engine_add_store(struct sx_engine *engine, const struct sx_policy *policy,
                                 stria_error *err);
void sx_engine_drop_store(struct sx_engine *engine, uint32_t policy_id); /* state_mutex */
struct sx_generation *sx_generation_create(struct sx_engine *engine, uint64_t number);
struct sx_generation *sx_generation_acquire(struct sx_generation *generation);
void sx_generation_release(struct sx_generation *generation);
/* The memtable of a policy in a generation, made if need be; a reference. */
stria_status sx_generation_memtable(struct sx_engine *engine, struct sx_generation *generation,
                                    uint32_t policy_id, struct sx_series_index *index,
                                    struct sx_memtable **memtable, stria_error *err);
size_t sx_generation_size(struct sx_generation *generation);
uint64_t sx_generation_row_count(struct sx_generation *generation);
/* Puts a segment into its store's list. state_mutex held. False: no memory. */
bool sx_engine_add_segment(struct sx_engine *engine, struct sx_policy_store *store,
                           struct sx_segment *segment);
/* Path of a segment's file, allocated from MEM_OTHER; NULL: no memory. */
char *sx_engine_segment_path(struct sx_engine *engine, uint64_t segment_id);
/* To be called before a store's segments change. state_mutex held. */
void sx_engine_segments_changed(struct sx_policy_store *store);
/* Takes a segment out of its store's list and lets it go when nobody reads it. state_mutex held. */
void sx_engine_retire_segment(struct sx_engine *engine, struct sx_policy_store *store, size_t i);
/* Keeps a segment that edit `edit_seq` removed until sx_engine_unlink_retired(); the reference is
 * taken over. state_mutex held. */
void sx_engine_keep_retired(struct sx_engine *engine, struct sx_segment *segment,
                            uint64_t edit_seq);
/* Unlinks retired segments that nobody reads any more, in this process or another; all: whatever
 * their age. On a disk that is nearly full what other processes read is not asked. */
void sx_engine_unlink_retired(struct sx_engine *engine, bool all);
/* The operations of the whole state, for a new manifest (manifest_mutex held). */
void sx_engine_put_state(void *context, struct sx_buf *out);
/* The same without the damaged log files that are kept: what a copy of the store needs. */
void sx_engine_put_stored(struct sx_engine *engine, struct sx_buf *out);
/* The types of a policy's fields as operations on the policy `policy_id`; those that the manifest
 * has already too, if `all`. state_mutex held. */
void sx_engine_put_types(const struct sx_policy_store *store, uint32_t policy_id, bool all,
                         struct sx_buf *out);

/* catalog_change.c */
/* Whether a database or policy may have this name. */
bool sx_engine_name_is_valid(struct sx_bytes name);

/* delete.c */
/* DELETE, DROP SERIES, DROP MEASUREMENT. */
stria_status sx_engine_delete(struct sx_engine *engine, const struct sx_command *command,
                              stria_error *err);
/* Whether a tombstone may mask rows of a segment. */
bool sx_engine_masks(const struct sx_tombstone *tombstone, const struct sx_segment *segment);
/* Removes tombstones that mask nothing any more. */
stria_status sx_engine_forget_spent_tombstones(struct sx_engine *engine, stria_error *err);

/* set_aside.c */
/* Marks segments that cannot be opened, and takes the mark from those that can again. */
stria_status sx_engine_set_aside_lost(struct sx_engine *engine, stria_error *err);

/* reclaim.c */
/* Looks at one segment that may have deleted rows; *more: there was one. */
stria_status sx_engine_reclaim_step(struct sx_engine *engine, bool *more, stria_error *err);

/* Writes anew what can be read of a damaged segment, and puts that in its place; nothing of it can:
 * takes it out. No job may run. merge.c */
stria_status sx_engine_mend_segment(struct sx_engine *engine, struct sx_segment *segment,
                                    stria_error *err);
/* rebuild.c */
/* Gives the engine the state that segments and log tell of. Before the log is opened. */
stria_status sx_engine_rebuild_manifest(struct sx_engine *engine, stria_error *err);
/* Gives a file a second name in the folder "damaged"; one that is not there is left alone. */
stria_status sx_engine_put_by(struct sx_engine *engine, const char *path, stria_error *err);

/* edit_apply.c */
stria_status sx_engine_apply_edit(void *context, struct sx_bytes operations, stria_error *err);
/* edit_commit.c */
/* Makes operations true on disk and then in memory, or in neither. manifest_mutex held. */
stria_status sx_engine_commit_edit(struct sx_engine *engine, struct sx_bytes operations,
                                   stria_error *err);
/* OK unless an edit failed so that it may turn out to be true later, and no fresh manifest can be
 * begun that says otherwise: then nothing may be acknowledged that the edit contradicts. */
stria_status sx_engine_mend_manifest(struct sx_engine *engine, stria_error *err);
/* left_overs.c; after the log was read */
stria_status sx_engine_remove_left_overs(struct sx_engine *engine, stria_error *err);
/* Takes away what a restore of one database made in the store in `path`, which is locked. */
void sx_engine_clear_restoring(struct sx_os *os, struct sx_mem *mem, const char *path);
/* replay_later.c: waits until the log is read back; state_mutex held. Else why it was not. */
stria_status sx_engine_await_replay(struct sx_engine *engine, stria_error *err);
/* log_replay.c: opens the log, reads it back and begins a new generation. */
stria_status sx_engine_open_log(struct sx_engine *engine, stria_error *err);

/* flush.c */
/* Ends the active generation, unless it is empty. */
stria_status sx_engine_rotate(struct sx_engine *engine, stria_error *err);
/* The same; rotate_mutex held. */
stria_status sx_engine_rotate_locked(struct sx_engine *engine, stria_error *err);
/* One bounded step of flushing the oldest frozen generation; *more: not all is flushed. */
stria_status sx_engine_flush_step(struct sx_engine *engine, bool *more, stria_error *err);
/* Before the log of the active generation begins: generations whose logs hold no row need no flush;
 * their files can be used again. Else a store that is opened often and hardly written to would
 * gather files. The manifest hears of it first: with the log of 7 begun, and nothing flushed but 5,
 * that of 6 would look lost. */
stria_status sx_engine_pass_empty_generations(struct sx_engine *engine, stria_error *err);
void sx_engine_abort_jobs(struct sx_engine *engine);
bool sx_engine_flush_due(struct sx_engine *engine);

/* merge.c */
/* What a merge is asked for. */
enum sx_merge_aim {
    SX_MERGE_DUE,     /* what is due by itself */
    SX_MERGE_ALL,     /* until every window is one sealed run */
    SX_MERGE_RECLAIM, /* until no segment holds deleted rows */
};
/* One bounded step of a merge; *more: another is due. */
stria_status sx_engine_merge_step(struct sx_engine *engine, enum sx_merge_aim aim, bool *more,
                                  stria_error *err);
void sx_merge_destroy(struct sx_engine *engine, struct sx_merge *merge);

/* background.c */
stria_status sx_engine_start_background(struct sx_engine *engine, stria_error *err);
void sx_engine_stop_background(struct sx_engine *engine);
/* Wakes the tasks that may have something to do. */
void sx_engine_kick(struct sx_engine *engine);
/* OK, or why nothing can be written now. */
stria_status sx_engine_check_writable(struct sx_engine *engine, stria_error *err);
/* Looks how full the disk is, if that was not done a moment ago or `now`. */
void sx_engine_check_disk(struct sx_engine *engine, bool now);
/* Bytes that flushes of what is in memory, and the merge at hand, will take at most. */
uint64_t sx_engine_disk_claims(const struct sx_engine *engine);
/* Bytes of segments that are no longer of use. */
struct sx_disk_waste {
    uint64_t deleted_size;  /* of deleted rows, about; merges give them back */
    uint64_t retired_size;  /* of replaced segments that somebody may still read */
    uint64_t snapshot_size; /* of those that snapshots had when they were unlinked */
};
struct sx_disk_waste sx_engine_disk_waste(struct sx_engine *engine);
/* retention.c */
stria_status sx_engine_retention_step(struct sx_engine *engine, stria_error *err);
/* A policy keeps less from now on: has what is in memory flushed, and looks what goes, without
 * waiting for the next time that it would be looked at. */
void sx_engine_retain_less(struct sx_engine *engine);

#endif
