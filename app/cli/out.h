/* SPDX-License-Identifier: Apache-2.0 */
/* out.h -- data on its way to standard output or a file, in large writes.
 *
 * Why         A reader that has had enough (`stria export ... | head`) ends the output, not with an
 *             error; any other failed write is one, told once. SIGPIPE must be ignored.
 * Invariants  After a failure, or when the reader has gone, puts do nothing; sx_out_open() tells
 *             those who make the data that nobody wants more.
 * Threads     One owner. */
#ifndef SX_APP_CLI_OUT_H
#define SX_APP_CLI_OUT_H

#include "base/buf.h"

struct sx_out {
    int fd;
    const char *name; /* for errors; borrowed */
    struct sx_buf buf;
    uint64_t written_size; /* bytes that were put, in the buffer or beyond */
    bool gone;             /* the reader closed its end */
    stria_status status;
    int os_errno;
};

void sx_out_init(struct sx_out *out, struct sx_mem *mem, int fd, const char *name);
/* Forgets what was not flushed; does not close the fd. */
void sx_out_deinit(struct sx_out *out);

/* Whether what is put still gets somewhere. */
static inline bool sx_out_open(const struct sx_out *out)
{
    return !out->status && !out->gone;
}

void sx_out_put(struct sx_out *out, const void *bytes, size_t size);
void sx_out_put_text(struct sx_out *out, const char *text);
void sx_out_printf(struct sx_out *out, const char *format, ...) SX_FORMAT(2, 3);

/* Writes what is buffered. Returns OK, also when the reader has gone; IO, DISK_FULL or NOMEM, also
 * of an earlier write. */
stria_status sx_out_flush(struct sx_out *out, stria_error *err);

#endif
