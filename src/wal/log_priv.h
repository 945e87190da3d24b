/* SPDX-License-Identifier: Apache-2.0 */
/* log_priv.h -- the insides of the log, shared by log.c (queue and leader), log_write.c (frames
 * into files, failures) and log_files.c (opening, recycling). */
#ifndef SX_WAL_LOG_PRIV_H
#define SX_WAL_LOG_PRIV_H

#include "base/buf.h"
#include "os/sync.h"
#include "wal/log.h"

#define SX_WAL_FREE_FILES_MAX 4

/* Frames written and acknowledged but not synced. */
struct sx_unsynced {
    struct sx_unsynced *next;
    struct sx_frame_header header;
    size_t size;
    uint8_t records[];
};

struct sx_wal {
    struct sx_wal_options options;
    char *dir;

    /* guarded by queue_mutex */
    struct sx_mutex queue_mutex;
    struct sx_cond queue_changed;
    struct sx_wal_entry *first, **last;
    bool leading; /* somebody is the leader */
    uint64_t generation;

    /* Held while entries are applied; taken before leadership is handed on, so that groups are
     * applied in the order they were written. */
    struct sx_mutex apply_mutex;

    /* the leader's alone */
    struct sx_wal_file *current; /* others read it, with files_mutex held, as it is set */
    uint64_t offset;             /* where the next frame goes */
    uint64_t good_offset;        /* behind the last durable frame */
    uint64_t next_frame_seq;
    uint64_t durable_seq;
    uint64_t next_seq;
    uint64_t last_file_no;
    uint32_t file_index;
    bool ended;       /* the last frame is one without records: sx_wal_write_end() */
    bool failed_once; /* the file at hand was begun after a failure and has had no success yet */
    struct sx_unsynced *unsynced, **unsynced_last;
    struct sx_iov iov[SX_IOV_MAX];
    size_t iov_count;
    uint64_t iov_offset;

    /* read by others without a lock */
    _Atomic bool failed;
    _Atomic int64_t unsynced_since_ns; /* monotonic; 0: nothing waits */
    _Atomic uint64_t written_bytes, frame_count, record_count, sync_count, sync_ns, error_count;
    _Atomic uint64_t sync_buckets[16];
    _Atomic uint64_t generation_bytes, live_bytes;

    /* guarded by files_mutex */
    struct sx_mutex files_mutex;
    struct sx_wal_file *files; /* sorted by file_no while opening; then in any order */
    struct sx_wal_file *spare; /* made ahead, not in the list */
    uint64_t size_wanted;      /* of the next file */
    uint64_t file_size_max;    /* what it may grow to */
    uint32_t next_name_no;
};

/* log_write.c: the leader's work */
/* Writes the entries of a group (all of the current generation) as one frame and syncs if any asks
 * for it, or if frames have waited for a sync long enough. On failure nothing of the group is
 * acknowledged; err is written. */
stria_status sx_wal_write_group(struct sx_wal *wal, struct sx_wal_entry *group, stria_error *err);
/* Writes and syncs a frame without records, if the last one has some and is synced: it tells that
 * all before it was durable. Nothing is done where the file has no room. On failure the file is
 * given up, and nothing is lost. */
stria_status sx_wal_write_end(struct sx_wal *wal, stria_error *err);
/* Syncs the current file; on failure gives the file up. */
stria_status sx_wal_sync_current(struct sx_wal *wal, stria_error *err);
/* Goes on in a new file with room for `need` bytes of frames. */
stria_status sx_wal_switch_file(struct sx_wal *wal, uint64_t need, uint64_t prev_good_end,
                                stria_error *err);

/* log_files.c */
/* A free file of at least `size` bytes, taken out of the list, or a new one. */
stria_status sx_wal_take_file(struct sx_wal *wal, uint64_t size, struct sx_wal_file **file,
                              stria_error *err);
/* Puts a file that was begun into the list, as the one that is written to. */
void sx_wal_go_on_in(struct sx_wal *wal, struct sx_wal_file *file);
/* Closes and unlinks a file that is in no list. */
void sx_wal_discard_file(struct sx_wal *wal, struct sx_wal_file *file);

#endif
