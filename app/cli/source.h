/* SPDX-License-Identifier: Apache-2.0 */
/* source.h -- the store a command works on: a directory, or a server by its URL.
 *
 * Why         Commands and the shell ask both in the same way and show answers with the same
 *             renderers.
 * Threads     One owner; sx_asked_cancel() from any thread. */
#ifndef SX_APP_CLI_SOURCE_H
#define SX_APP_CLI_SOURCE_H

#include "app/client/answer.h"
#include "app/client/client.h"
#include "app/render/source.h"
#include "base/mem.h"

struct sx_source {
    struct sx_mem *mem;
    stria *db;                /* of a directory; NULL: a server */
    struct sx_client *client; /* of a server; NULL: a directory */
    bool read_only;
};

/* Opens a directory for reading: nothing of it is changed. Returns as stria_open(). */
SX_MUST_CHECK stria_status sx_source_open_read(struct sx_source *source, struct sx_mem *mem,
                                               const char *path, stria_error *err);
/* Opens a directory for writing as `options` say (struct_size set). */
SX_MUST_CHECK stria_status sx_source_open_write(struct sx_source *source, struct sx_mem *mem,
                                                const char *path, const stria_options *options,
                                                stria_error *err);
/* Makes a client for a server; touches no network. */
SX_MUST_CHECK stria_status sx_source_open_url(struct sx_source *source, struct sx_mem *mem,
                                              const char *url, stria_error *err);
/* Closes what is open; zeroed is nothing. Returns the error of the last sync of a directory. */
stria_status sx_source_close(struct sx_source *source, stria_error *err);

/* What is asked. */
struct sx_question {
    struct sx_bytes text;
    const char *database; /* NULL or "": none */
    const char *policy;   /* likewise: the default */
};

/* An answer on its way. */
struct sx_asked {
    struct sx_source *source;
    stria_cursor *cursor;
    struct sx_answer *answer;
    struct sx_row_source rows; /* for sx_render_create() */
};

/* Returns  OK, and rows are to be read and the answer ended; else the error of stria_query() or
 *          sx_client_query(), and nothing is to be ended. */
SX_MUST_CHECK stria_status sx_source_ask(struct sx_source *source,
                                         const struct sx_question *question, struct sx_asked *asked,
                                         stria_error *err);
void sx_asked_end(struct sx_asked *asked);
/* Makes a running read of the answer end soon. */
void sx_asked_cancel(struct sx_asked *asked);

/* Carries out statements and passes over their answers; the first error is returned. */
SX_MUST_CHECK stria_status sx_source_execute(struct sx_source *source,
                                             const struct sx_question *question, stria_error *err);

/* Appends a name as InfluxQL quotes it: my "db" -> "my \"db\"". */
void sx_put_quoted_name(struct sx_buf *out, struct sx_bytes name);

#endif
