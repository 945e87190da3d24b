/* SPDX-License-Identifier: Apache-2.0 */
/* proc_read.h -- the figures of this machine, read from /proc.
 *
 * Limits      Linux. What cannot be read is left out.
 * Threads     One owner. */
#ifndef SX_APP_CLI_PROC_READ_H
#define SX_APP_CLI_PROC_READ_H

#include "app/cli/proc.h"

struct sx_proc_reader {
    struct sx_mem *mem;
    struct sx_buf stat_before; /* /proc/stat of the last time: shares need two */
    struct sx_buf text;        /* of the file at hand */
    struct sx_buf more;
    char host[256];
};

void sx_proc_reader_init(struct sx_proc_reader *reader, struct sx_mem *mem);
void sx_proc_reader_deinit(struct sx_proc_reader *reader);

/* Appends lines of all figures. The first time there are none of cpu. */
void sx_proc_read(struct sx_proc_reader *reader, int64_t ts_ns, struct sx_buf *lines);

#endif
