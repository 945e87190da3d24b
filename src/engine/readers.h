/* SPDX-License-Identifier: Apache-2.0 */
/* readers.h -- readers in other processes: what they hold in DIR/readers, and what a writer asks.
 *
 * Why         A reader opens segments when it first needs them, while the writer replaces them by
 *             merges. So a reader says which edit of the manifest it looks at, and the writer keeps
 *             the files of that state.
 * Format      docs/FORMAT.md "Readers". DIR/readers stays empty; only its byte-range locks count
 *             (OFD locks, which vanish with the process). A shared lock on byte E: somebody reads
 *             the state of edit E. A shared lock on byte 0 (no edit has that number): somebody
 *             reads the manifest and the log right now. To learn whether a file that edit A
 *             added and edit R removed may go, the writer tries an exclusive lock on byte 0 and
 *             on [A, R), and gives it back at once; it never waits.
 * Invariants  A reader holds byte 0 from before it reads the manifest until it holds the byte of
 *             what it has read. So a file that is in a state somebody looks at is never unlinked,
 *             unless the disk is nearly full; and no log file is begun anew under a reader.
 *             Without the lock file (a read-only copy) or without locks a reader works all the
 *             same: what vanishes makes it start over.
 * Threads     Any, on all calls but open and close. */
#ifndef SX_ENGINE_READERS_H
#define SX_ENGINE_READERS_H

#include "os/os.h"
#include "os/sync.h"
#include "wal/replay.h"

struct sx_engine;
struct sx_log_replay;

struct sx_readers {
    struct sx_file *file; /* DIR/readers; NULL: there is none that can be locked */

    /* of a writer */
    _Atomic uint64_t released_generation; /* log files up to this one were let go */
    _Atomic int64_t log_kept_since_ns;    /* monotonic; a reader stands in the way. 0: none does */
    _Atomic uint64_t holds;               /* snapshots that need the log files at this moment */

    /* of a reader */
    struct sx_mutex mutex; /* one refresh at a time, and guards what follows; before state_mutex */
    struct sx_log_replay *replay;
    struct sx_replay_result log_end;
    uint64_t state_edit; /* the edit whose state is shown */
    uint64_t pinned_edit;
    bool pinned;
    bool reading; /* the byte of those who read the log is held */
    bool loaded;  /* there is a state that can be gone on from */
    size_t user_count;
    _Atomic uint64_t refresh_count, load_count;
};

void sx_readers_init(struct sx_readers *readers);
void sx_readers_deinit(struct sx_engine *engine);

/* Opens DIR/readers; a writer makes it, a reader does without if it is not there.
 * Returns  OK; IO and others for a writer. */
stria_status sx_readers_open(struct sx_engine *engine, stria_error *err);

/* ---- what a writer asks ---- */

/* Whether somebody reads the manifest or the log right now, or that cannot be known: it may need
 * whatever there is. */
bool sx_readers_reading(struct sx_engine *engine);
/* Whether somebody looks at a state from edit `added_edit` on and before `removed_edit`, or that
 * cannot be known. Asked after sx_readers_reading() said no. */
bool sx_readers_pin(struct sx_engine *engine, uint64_t added_edit, uint64_t removed_edit);

/* Lets the log files of flushed generations go, unless a reader or a snapshot is at them: then a
 * later call does. A reader is waited for a minute at most. */
void sx_engine_release_log(struct sx_engine *engine);

/* ---- what a reader does (and sx_engine_begin_read() of engine.h) ---- */

/* readers_state.c: the state of the newest edit and the log. The reader's mutex and state_mutex
 * held. */
stria_status sx_readers_refresh(struct sx_engine *engine, stria_error *err);
/* As sx_engine_begin_read(), and the log files of what is shown stay too, until the end: so long
 * nobody else can begin. The store was opened for reading. */
stria_status sx_engine_begin_read_log(struct sx_engine *engine, stria_error *err);
/* sx_engine_end_read() is still to come. */
void sx_engine_end_read_log(struct sx_engine *engine);

/* Lets go of segments that no view needs any more. state_mutex held. Returns the lowest edit that
 * the rest needs. */
uint64_t sx_readers_forget_retired(struct sx_engine *engine);

#endif
