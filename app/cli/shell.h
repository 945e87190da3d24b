/* SPDX-License-Identifier: Apache-2.0 */
/* shell.h -- statements one after the other, with the words of the `influx` command beside them.
 *
 * Format      A line that begins with one of the words (use, insert, precision, ...) or a backslash
 *             is for the shell; anything else is InfluxQL, which may take several lines
 *             (statement_end.h).
 * Threads     One owner; a statement is ended by Ctrl-C from another thread (interrupt.h). */
#ifndef SX_APP_CLI_SHELL_H
#define SX_APP_CLI_SHELL_H

#include "app/cli/cli.h"
#include "app/cli/line.h"
#include "app/cli/show.h"
#include "app/cli/source.h"

#define SX_SHELL_NAME_MAX 4096

struct sx_shell {
    struct sx_cli *cli;
    struct sx_source source;
    struct sx_buf where;    /* the directory or URL, for people; with a NUL */
    struct sx_buf database; /* with a NUL; empty: none was chosen */
    struct sx_buf policy;   /* with a NUL; empty: the default */
    enum sx_render_format format;
    enum sx_render_time time;
    bool pretty;
    bool chunked; /* the answer as the server's chunks would be: a document per so many rows */
    uint64_t chunk_row_count;
    bool timing;

    struct sx_line *line; /* of a terminal; NULL: lines come from a file */
    struct sx_buf input;  /* of a file: bytes read and not used, from input_at on */
    size_t input_at;
    int fd;
    bool input_end;

    bool quit;
    bool failed;      /* a statement failed */
    unsigned nesting; /* of files that are read by \i */
};

void sx_shell_init(struct sx_shell *shell, struct sx_cli *cli);
void sx_shell_deinit(struct sx_shell *shell);

/* Opens a directory or connects to a server, in place of the one that is open, and says so.
 * Returns  OK; else the old one stays. */
stria_status sx_shell_open(struct sx_shell *shell, const char *where, stria_error *err);

/* Reads lines and carries them out until they end or the shell is told to quit. */
void sx_shell_run(struct sx_shell *shell);

/* Carries out the lines of a file (\i). */
void sx_shell_run_file(struct sx_shell *shell, const char *path);

/* Asks and shows. A failure is told, and noted in `failed`. */
void sx_shell_query(struct sx_shell *shell, struct sx_bytes text);

/* Carries out a line if it is one for the shell; false: it is a statement. */
bool sx_shell_word(struct sx_shell *shell, struct sx_bytes line);

/* Tells a failure, and notes it. */
void sx_shell_fail(struct sx_shell *shell, const char *format, ...) SX_FORMAT(2, 3);
/* Says something to whoever sits at a terminal. */
void sx_shell_say(struct sx_shell *shell, const char *format, ...) SX_FORMAT(2, 3);

/* A text without the white space around it. */
struct sx_bytes sx_shell_trimmed(struct sx_bytes text);
/* The text of a buffer that has a NUL, or "". */
const char *sx_shell_text(const struct sx_buf *buf);
/* Puts a text and its NUL into an emptied buffer. */
void sx_shell_set(struct sx_buf *buf, struct sx_bytes text);

#endif
