/* SPDX-License-Identifier: Apache-2.0 */
/* log.h -- the write-ahead log of a store: group commit, generations, recycling.
 *
 * Why         An acknowledgement means that the record is on disk. One sync serves all writers that
 *             came while the last one ran, so many small writes cost little more than one.
 * Algorithm   Writers queue an entry each. One of them becomes the leader: it takes the queue,
 *             writes it as one frame, syncs, and hands leadership on; then it applies the entries
 *             in log order while the next leader writes. So what is applied is durable (but for
 *             async entries), and rows are applied in the order of the log.
 *             The last frame is followed by one without records when the log rests or is closed, so
 *             that damage to it is not taken for a torn write.
 *             Async entries are acknowledged after the write; their frames are kept in memory until
 *             a sync, and logged again in a fresh file if that sync fails.
 * Failure     A failed write or sync poisons the file for good: it is never written or synced
 *             again, its entries fail, and the log goes on in a fresh file, whose header says where
 *             the old one is good. A second failure in a row makes the log read-only. A disk
 *             without room for the next file fails the entries with DISK_FULL and nothing more.
 * Generations A generation is one memtable and its files. sx_wal_rotate() is the boundary: entries
 * made
 *             for an older generation come back with `stale` set and must be made again.
 * Threads     commit, sync and the step functions from any thread; open, start and close from one.
 *             Lock order: queue_mutex last; apply_mutex before it; files_mutex is a leaf. */
#ifndef SX_WAL_LOG_H
#define SX_WAL_LOG_H

#include "wal/replay.h"

struct sx_wal;

struct sx_wal_options {
    struct sx_os *os;
    struct sx_mem *mem;
    const char *dir; /* "DIR/wal"; copied */
    uint64_t store_id;
    bool read_only;
    const struct sx_event_sink *events; /* borrowed for the log's life */
};

#define SX_WAL_PIECES_MAX 3
#define SX_WAL_ASYNC_NS 100000000 /* async frames are synced within this time */

/* A record on its way into the log; the caller's storage until commit returns. */
struct sx_wal_entry {
    uint64_t generation;
    bool sync;
    struct sx_iov pieces[SX_WAL_PIECES_MAX]; /* the payload */
    size_t piece_count;
    /* Called in log order once the record is durable (or written, if !sync); must not fail. */
    void (*apply)(struct sx_wal_entry *entry);
    void *context;

    /* Set by sx_wal_prepare(): the record's header. */
    uint8_t header[SX_RECORD_HEADER_SIZE];
    uint32_t size; /* header and payload */
    /* Set by the log. */
    uint64_t seq;
    stria_status status;
    bool stale; /* of an older generation: nothing was written */
    bool done;
    stria_error error;
    struct sx_wal_entry *next;
};

/* Figures for stats; read without a lock. */
struct sx_wal_stats {
    uint64_t written_bytes; /* frames with their padding */
    uint64_t frame_count, record_count;
    uint64_t sync_count, sync_ns;
    uint64_t sync_buckets[16]; /* syncs that took < 2^i * 62.5 us; the last: all longer ones */
    uint64_t error_count;
    uint64_t file_count, file_bytes; /* live and free files on disk */
    uint64_t live_bytes;             /* frames of generations not flushed */
};

/* Opens the folder and reads the headers of its files; nothing is written.
 * Returns  OK, IO, NOMEM, VERSION, INVALID (a file of another store). */
stria_status sx_wal_open(const struct sx_wal_options *options, struct sx_wal **wal,
                         stria_error *err);
/* Syncs async frames unless the log failed; NULL is allowed. Returns that sync's error. */
stria_status sx_wal_close(struct sx_wal *wal, stria_error *err);

/* Before reading: this file is damaged, as an earlier start found; it stays, never used again. */
void sx_wal_keep(struct sx_wal *wal, uint64_t file_no);
/* After reading: the number of the first damaged file above file_no; 0: none. */
uint64_t sx_wal_next_damaged(const struct sx_wal *wal, uint64_t file_no);

/* Reads back the generations after `flushed_generation` (replay.h). Before start only. */
stria_status sx_wal_read(struct sx_wal *wal, uint64_t flushed_generation,
                         const struct sx_replay_options *options, struct sx_replay_result *result,
                         stria_error *err);

/* Whether the live files still are what they were when the log was opened: a writer in another
 * process may have begun them anew. */
stria_status sx_wal_unchanged(struct sx_wal *wal, bool *unchanged, stria_error *err);

/* A file of the log, for whoever copies it. */
struct sx_wal_place {
    uint32_t name_no; /* "%08x.wal" */
    uint64_t file_no;
    uint64_t generation;
    uint64_t size; /* bytes of it that count */
};

/* The begun file with the lowest number above `file_no` among those of generations after
 * `flushed_generation` up to `last_generation`. False: none. */
bool sx_wal_next_place(struct sx_wal *wal, uint64_t flushed_generation, uint64_t last_generation,
                       uint64_t file_no, struct sx_wal_place *place);

/* Begins writing generation `generation` in a new file, behind what replay found, which it syncs: a
 * process that was killed may have left it in memory only. `next_seq` is the sequence of the next
 * record. */
stria_status sx_wal_start(struct sx_wal *wal, uint64_t generation, uint64_t next_seq,
                          const struct sx_replay_result *replayed, stria_error *err);

/* Fills the record header of an entry whose pieces are set. LIMIT: the payload is too large. */
stria_status sx_wal_prepare(struct sx_wal_entry *entry, uint8_t type, uint8_t flags,
                            stria_error *err);

/* Puts a prepared entry into the log and waits until it is durable and applied. Returns its status;
 * with entry->stale set (and OK) nothing was done.
 * Returns  OK; IO (outcome unknown until restart); DISK_FULL, READ_ONLY (nothing is stored: no
 *          room, a disk that cannot be written, or the log has failed before). */
stria_status sx_wal_commit(struct sx_wal *wal, struct sx_wal_entry *entry, stria_error *err);

/* Ends the current generation: what is queued for it comes back stale; everything written for it is
 * durable and applied when the call returns. */
stria_status sx_wal_rotate(struct sx_wal *wal, uint64_t generation, stria_error *err);

/* The files of generations up to this one are needed no more: recycles or unlinks them. */
void sx_wal_release(struct sx_wal *wal, uint64_t generation);
/* How large files may get: within 1 and 64 MiB, whatever is given. */
void sx_wal_limit_files(struct sx_wal *wal, uint64_t size_max);
/* Unlinks the files that are free: the disk needs the room more than later writes. */
void sx_wal_trim(struct sx_wal *wal);
/* Unlinks what is only kept for later writes: files that are free, and the one at hand if nothing
 * is in it and nothing before it. The store rests then in its segments alone; only a close may
 * follow. */
void sx_wal_shrink(struct sx_wal *wal);

/* Syncs async frames now. READ_ONLY: the log has failed before, with frames that wait still. */
stria_status sx_wal_sync(struct sx_wal *wal, stria_error *err);
/* Of a log that nobody writes to for a while: writes a frame without records, which shows that the
 * one before it was durable. Else damage to the last frame would look like a write that a crash
 * interrupted. Does nothing when there is nothing to show. Returns OK, or why it failed: nothing is
 * lost then. */
stria_status sx_wal_end(struct sx_wal *wal, stria_error *err);
/* Whether async frames have waited long enough, and can be synced. */
bool sx_wal_sync_due(struct sx_wal *wal);

/* Whether the next file should be made ahead of need: else a writer makes a small one. */
bool sx_wal_wants_file(struct sx_wal *wal);
/* Makes it, if it is wanted; *made tells. */
stria_status sx_wal_prepare_file(struct sx_wal *wal, bool *made, stria_error *err);

/* Whether the log takes no more entries until the store is opened again. */
bool sx_wal_failed(struct sx_wal *wal);
/* OK, or READ_ONLY with the text for whoever wants to write, when it has. */
stria_status sx_wal_check(struct sx_wal *wal, stria_error *err);

void sx_wal_stats(struct sx_wal *wal, struct sx_wal_stats *stats);

/* Bytes of frames in the files of a generation that is being written. */
uint64_t sx_wal_generation_bytes(struct sx_wal *wal);
/* The same of all that were written since the log was opened. */
uint64_t sx_wal_written_bytes(struct sx_wal *wal);
/* The same of all generations that are not flushed. */
uint64_t sx_wal_live_bytes(struct sx_wal *wal);

#endif
