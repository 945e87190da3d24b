/* SPDX-License-Identifier: Apache-2.0 */
/* capture.h -- one state of an open store, held still so that its files can be linked or copied.
 *
 * Why         Snapshots and backups need a moment's state while writes, flushes and merges go on.
 * Algorithm   A writer ends its generation and notes, in between two edits, what the manifest would
 *             say; everything acknowledged before is in segments or in finished log files. A store
 *             that was opened for reading is brought up to date and notes where the log ends.
 * Invariants  Until release, no file of the state is unlinked or used again by this process; other
 *             processes keep them for a reader as readers.h says.
 * Threads     Any may begin; then one owner. */
#ifndef SX_ENGINE_CAPTURE_H
#define SX_ENGINE_CAPTURE_H

#include "base/buf.h"
#include "wal/log.h"

struct sx_engine;
struct sx_segment;

struct sx_capture_segment {
    struct sx_segment *segment; /* a reference */
    bool set_aside;             /* it cannot be opened; its file may be missing */
};

struct sx_capture {
    struct sx_engine *engine;
    struct sx_mem *mem;
    struct sx_buf state; /* the operations of a manifest, without SNAPSHOT_END */
    uint8_t store_uuid[16];
    struct sx_capture_segment *segments;
    size_t segment_count;
    struct sx_wal_place *logs;
    size_t log_count, log_capacity;
    bool logs_finished; /* nobody writes to them any more, so they can be linked */
    bool log_held;      /* until sx_capture_release_log() */
    bool reading;       /* a pin of a reader is held */
};

/* Fails with what sx_engine_begin_read() and a rotation return; *capture need not be initialised,
 * and must be ended also on failure. */
stria_status sx_capture_begin(struct sx_engine *engine, struct sx_capture *capture,
                              stria_error *err);
/* The log files were linked or copied. BUSY: the writer used one again meanwhile, so that copies
 * may hold anything. */
stria_status sx_capture_release_log(struct sx_capture *capture, stria_error *err);
void sx_capture_end(struct sx_capture *capture);

/* "DIR/wal/0000002a.wal"; false: longer than SX_PATH_MAX. */
bool sx_capture_log_path(const char *dir, const struct sx_wal_place *place, char *path);

#endif
