/* SPDX-License-Identifier: Apache-2.0 */
/* child.h -- this program run once more, with other words, as a child of this process.
 *
 * Invariants  A child is told to end (SIGTERM) when its parent is gone, and gets no signals of the
 *             terminal: the parent decides.
 * Limits      Linux.
 * Threads     One owner. */
#ifndef SX_APP_CLI_CHILD_H
#define SX_APP_CLI_CHILD_H

#include "base/buf.h"
#include "stria.h"

#include <sys/types.h>

#define SX_CHILD_LINE_MAX 4096

struct sx_child {
    pid_t pid;  /* 0: none, or it has ended */
    int fd;     /* its standard output and error; -1: at their end */
    int status; /* once it has ended: its exit status, or 128 + the signal's number */
    char line[SX_CHILD_LINE_MAX]; /* what came of a line so far */
    size_t line_len;
};

/* Starts `program` (as argv[0] told; the running file itself where that is known) with words, which
 * end with NULL. Returns OK, IO. */
SX_MUST_CHECK stria_status sx_child_start(struct sx_child *child, const char *program,
                                          char *const *words, stria_error *err);

/* The next line of its output, without its end, if there is one by now; NULL: none yet. */
const char *sx_child_line(struct sx_child *child);
/* Whether it still runs. */
bool sx_child_runs(struct sx_child *child);
/* Sends a signal. */
void sx_child_signal(struct sx_child *child, int number);
/* Waits for its end, at most so long; false: it still runs. */
bool sx_child_wait(struct sx_child *child, int64_t duration_ns);
/* Kills it if it still runs, and closes its output. */
void sx_child_close(struct sx_child *child);

#endif
