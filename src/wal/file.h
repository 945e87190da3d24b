/* SPDX-License-Identifier: Apache-2.0 */
/* file.h -- one file of the log: made of zeros ahead of need, begun with a header, used again
 * later.
 *
 * Why         Overwriting zeros that are on disk already makes a sync cheap (no metadata changes):
 *             98 us against 160 us in a growing or merely reserved file. So files are written full
 *             of zeros once, and recycled in place when their generation is in segments.
 * Format      frame.h. A file's name, wal/<8 hex digits>.wal, says nothing; its header does.
 * Invariants  A header is synced before the first frame after it is acknowledged. A file with more
 *             than one link (a snapshot's) is never written again.
 * Threads     A file belongs to the log's leader, or to replay. */
#ifndef SX_WAL_FILE_H
#define SX_WAL_FILE_H

#include "os/os.h"
#include "wal/frame.h"

#define SX_WAL_FILE_SIZE_MIN ((uint64_t)1 << 20)
#define SX_WAL_FILE_SIZE_MAX ((uint64_t)64 << 20)

enum sx_wal_file_state {
    SX_WAL_FREE = 0, /* holds nothing that is needed */
    SX_WAL_LIVE,     /* holds frames of a generation that is not flushed */
};

struct sx_wal_file {
    struct sx_wal_file *next; /* in the log's list */
    struct sx_file *file;
    uint32_t name_no;
    enum sx_wal_file_state state;
    bool keep; /* damaged or poisoned: never used again; given up by unlink only when not damaged */
    bool damaged;
    struct sx_wal_header header; /* when LIVE */
    uint64_t size;               /* bytes in the file */
    uint64_t used_size;          /* bytes of frames in it, when LIVE; at most, when read back */
    char path[];                 /* of the file, from the working directory */
};

/* Opens wal/<name_no>.wal in `dir` as it is; `flags` as for sx_os_open. NULL on failure. */
stria_status sx_wal_file_open(struct sx_os *os, struct sx_mem *mem, const char *dir,
                              uint32_t name_no, unsigned flags, struct sx_wal_file **out,
                              stria_error *err);
/* NULL is allowed. */
void sx_wal_file_close(struct sx_mem *mem, struct sx_wal_file *file);

/* Makes a new file of `size` bytes of zeros, synced, its name too. On failure nothing is left. */
stria_status sx_wal_file_create(struct sx_os *os, struct sx_mem *mem, const char *dir,
                                uint32_t name_no, uint64_t size, struct sx_wal_file **out,
                                stria_error *err);

/* Reads both copies of the header: the valid one with the higher file_no counts. *copies_valid
 * tells how many are good and equal. Returns OK; CORRUPT when neither is valid (a file never begun,
 * or one whose first header write did not finish); VERSION; IO. */
stria_status sx_wal_file_read_header(struct sx_wal_file *file, unsigned *copies_valid,
                                     stria_error *err);

/* Begins a life: writes the header twice and syncs it. */
stria_status sx_wal_file_begin(struct sx_wal_file *file, const struct sx_wal_header *header,
                               stria_error *err);

/* A copy of the beginning of a log file: its headers say from now on that this is all of it. What
 * they say already stays. *changed: they were written anew.
 * Returns OK, NOT_FOUND, IO, DISK_FULL, NOMEM. */
stria_status sx_wal_file_fit(struct sx_os *os, const char *path, bool *changed, stria_error *err);

#endif
