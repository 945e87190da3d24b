/* SPDX-License-Identifier: Apache-2.0 */
/* import.h -- line protocol in batches into a store or a server, and what became of it.
 *
 * Why         A file may be larger than memory and than what a server takes at once; what is
 *             refused must be told with its place in the file.
 * Algorithm   A batch is as many whole lines as fit (lp_cut.h). A line that does not fit makes the
 *             batch grow, to SX_IMPORT_LINE_MAX; what is longer goes as it is and is refused.
 * Threads     One owner. */
#ifndef SX_APP_CLI_IMPORT_H
#define SX_APP_CLI_IMPORT_H

#include "app/cli/input.h"
#include "app/cli/progress.h"
#include "app/cli/source.h"

#define SX_IMPORT_LINE_MAX ((size_t)64 << 20)
#define SX_IMPORT_BATCH_SIZE ((size_t)4 << 20)
#define SX_IMPORT_PROBLEMS_MAX 10 /* told one by one */
#define SX_IMPORT_PROBLEM_SIZE 300

struct sx_import_problem {
    char text[SX_IMPORT_PROBLEM_SIZE]; /* "file:line: what", cut */
};

struct sx_import {
    struct sx_source *source;
    const char *database;
    const char *policy; /* NULL: the default */
    stria_precision precision;
    size_t batch_size; /* 0: SX_IMPORT_BATCH_SIZE */

    uint64_t point_count;  /* stored */
    uint64_t sample_count; /* in them; 0 of a server, which does not say */
    uint64_t rejected_count;
    uint64_t line_count; /* LFs of the file that is read, before the batch at hand */
    struct sx_import_problem problems[SX_IMPORT_PROBLEMS_MAX];
    size_t problem_count;
    struct sx_progress progress;
};

/* Sends one batch, whose first line is `line_count` + 1 of the file `name`. A busy store is asked
 * again until sx_stop_wanted().
 * Returns  OK, also when lines were refused; else why it cannot go on. */
SX_MUST_CHECK stria_status sx_import_send(struct sx_import *import, const char *name,
                                          struct sx_bytes batch, stria_error *err);

/* Reads all of an input and sends it. Returns as sx_import_send() and sx_input_read(). */
SX_MUST_CHECK stria_status sx_import_run(struct sx_import *import, struct sx_input *input,
                                         stria_error *err);

#endif
