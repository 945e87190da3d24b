/* SPDX-License-Identifier: Apache-2.0 */
/* line.h -- lines typed at a terminal: editing, history.
 *
 * Why         Only this module knows libedit.
 * Format      Keys as in bash (emacs mode); ~/.editrc is read. Ctrl-C gives up the line.
 * Limits      SX_LINE_HISTORY_MAX lines are remembered.
 * Threads     One owner. */
#ifndef SX_APP_CLI_LINE_H
#define SX_APP_CLI_LINE_H

#include "base/buf.h"
#include "stria.h"

#include <stdio.h>

#define SX_LINE_HISTORY_MAX 1000

struct sx_line;

/* in, out: of a terminal. history_path: NULL: none is kept; what is there is read, a file that
 * cannot be read is as an empty one. Returns OK, NOMEM. */
SX_MUST_CHECK stria_status sx_line_create(struct sx_mem *mem, FILE *in, FILE *out,
                                          const char *history_path, struct sx_line **line,
                                          stria_error *err);
/* Gives the terminal back as it was. NULL is allowed. */
void sx_line_destroy(struct sx_line *line);

/* Appends the next line, without its end, to `text`.
 * Returns  OK; NOT_FOUND: the input has ended; CANCELLED: the line was given up (Ctrl-C). */
SX_MUST_CHECK stria_status sx_line_read(struct sx_line *line, const char *prompt,
                                        struct sx_buf *text);

/* Adds a text to the history, in its file too. */
void sx_line_remember(struct sx_line *line, struct sx_bytes text);
/* Calls `each` for the lines of the history, oldest first. */
void sx_line_history(struct sx_line *line, void (*each)(void *context, const char *text),
                     void *context);

#endif
