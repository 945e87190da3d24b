/* SPDX-License-Identifier: Apache-2.0 */
/* files.h -- which files of segments are open: no more than a number, those used of late.
 *
 * Why         A store may have ten thousand segments, and a process often may open a thousand
 *             files.
 * Algorithm   A clock: a file that is used again is marked; the hand goes round, takes marks away
 *             and closes what has none and is in use by nobody. One that is needed again is opened
 *             again. Taking an open file costs two atomic operations.
 * Invariants  A file is closed only after its pointer was taken away and nobody was seen to use it;
 *             who takes it counts first and looks then. When all are in use there are more.
 * Threads     Any, on all calls but init, deinit and close. */
#ifndef SX_SEGMENT_FILES_H
#define SX_SEGMENT_FILES_H

#include "os/os.h"
#include "os/sync.h"

/* The file of one segment. */
struct sx_kept_file {
    _Atomic(struct sx_file *) file;
    _Atomic uint32_t users;
    _Atomic bool marked;
    struct sx_kept_file *previous, *next; /* in the ring; NULL: not in it */
};

struct sx_segment_files {
    struct sx_mutex mutex; /* guards the ring */
    struct sx_kept_file *hand;
    size_t count, count_max;
};

void sx_segment_files_init(struct sx_segment_files *files, size_t count_max);
void sx_segment_files_deinit(struct sx_segment_files *files); /* all files were closed */

/* The file of `path`, opened for reading if need be, until it is given back.
 * Returns  OK, NOT_FOUND, IO, NOMEM. */
SX_MUST_CHECK stria_status sx_segment_files_take(struct sx_segment_files *files,
                                                 struct sx_kept_file *kept, struct sx_os *os,
                                                 const char *path, struct sx_file **file,
                                                 stria_error *err);
void sx_segment_files_give(struct sx_kept_file *kept);

/* Closes it; nobody uses it. */
void sx_segment_files_close(struct sx_segment_files *files, struct sx_kept_file *kept);

#endif
