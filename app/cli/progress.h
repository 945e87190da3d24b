/* SPDX-License-Identifier: Apache-2.0 */
/* progress.h -- one line on a terminal that tells how far long work is, and for how long still.
 *
 * Why         Work on gigabytes takes minutes; a log or a pipe gets none of it.
 * Format      512 MiB of 1.19 GiB (42 %), 12.3 M points, 2.51 M points/s, 17 s left
 * Threads     One owner. */
#ifndef SX_APP_CLI_PROGRESS_H
#define SX_APP_CLI_PROGRESS_H

#include "base/buf.h"

struct sx_progress_figures {
    uint64_t bytes_done;
    uint64_t bytes_total; /* 0: not known */
    uint64_t points;      /* rows so far; 0: not counted */
    int64_t elapsed_ns;
};

/* Appends the line of figures. The time left is what the rest takes at the pace so far. */
void sx_progress_put(struct sx_buf *out, const struct sx_progress_figures *figures);

struct sx_progress {
    bool shown; /* standard error is a terminal */
    int64_t started_ns;
    int64_t next_ns; /* when it is written again */
    size_t width;    /* columns it took last */
};

void sx_progress_begin(struct sx_progress *progress);
int64_t sx_progress_elapsed_ns(const struct sx_progress *progress);
/* Writes the line again, at most five times a second; elapsed_ns is filled in. */
void sx_progress_show(struct sx_progress *progress, struct sx_progress_figures figures);
/* Wipes the line, so that other text can be written. */
void sx_progress_wipe(struct sx_progress *progress);

#endif
