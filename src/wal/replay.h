/* SPDX-License-Identifier: Apache-2.0 */
/* replay.h -- reading the log back: every record in order, and where the log ends.
 *
 * Algorithm   Files in the order of their file_no, frames in order of frame_seq. A frame k that is
 *             not valid is the end of the log, unless it had been durable: that is known from any
 *             later valid frame with durable_seq >= k, or from a later file (the log syncs a file
 *             before it begins the next). Then it is damage: it is told, and reading goes on behind
 *             it. A file that was given up (prev_good_end in its successor) is read up to there
 *             only.
 *             Beside a writer in another process a frame may become whole while it is looked at: a
 *             frame that seems damaged is read once more. Such a reader goes on later from where
 *             it ended.
 * Invariants  Reading changes nothing. The same files always give the same records.
 * Threads     One. Files that another process writes to may be read: a frame is whole or not
 *             there. */
#ifndef SX_WAL_REPLAY_H
#define SX_WAL_REPLAY_H

#include "base/event.h"
#include "wal/file.h"

struct sx_replay_record {
    uint64_t generation;
    uint64_t seq;
    uint8_t type;
    uint8_t flags;
    struct sx_bytes payload; /* lives until the callback returns */
};

struct sx_replay_result;

struct sx_replay_options {
    uint64_t flushed_generation; /* files up to this one are skipped */
    /* Where an earlier replay of these files ended (end_file_no is not 0): go on there. NULL: from
     * the beginning. */
    const struct sx_replay_result *from;
    bool beside_writer; /* another process may be writing to the files */
    struct sx_mem *mem; /* for frames */
    const struct sx_event_sink *events;
    /* Called for each record in order; a status other than OK stops the replay with it. */
    stria_status (*each)(void *context, const struct sx_replay_record *record, stria_error *err);
    /* Called for damage: frames that were durable and cannot be read. NULL: ignored. */
    void (*on_damage)(void *context, const char *path, uint64_t offset, const char *text);
    void *context;
};

struct sx_replay_result {
    uint64_t frame_count;
    uint64_t record_count;
    uint64_t byte_count; /* of frames delivered */
    uint64_t damage_count;
    uint64_t last_file_no;    /* of all files with a header; 0: none */
    uint64_t last_generation; /* of the files seen, flushed ones too */
    uint64_t next_frame_seq;  /* for the next frame to be written */
    uint64_t next_seq;        /* for the next record */
    uint64_t end_file_no;     /* the live file the log ends in; 0: no live file */
    uint64_t end_generation;  /* of that file */
    uint64_t end_offset;      /* behind its last good frame */
    uint64_t cut_count;       /* frames behind the end that were not acknowledged */
};

/* Replays the files of a list sorted by file_no, those in state LIVE only. Files with damage get
 * their `damaged` and `keep` set.
 * Returns  OK, VERSION (a record or codec it must know), NOMEM, IO, or what `each` returned;
 *          NOT_FOUND when options->from is not there any more, or was given up before that place:
 *          then everything must be read anew. */
stria_status sx_wal_replay(struct sx_wal_file *files, const struct sx_replay_options *options,
                           struct sx_replay_result *result, stria_error *err);

#endif
