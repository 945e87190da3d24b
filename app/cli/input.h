/* SPDX-License-Identifier: Apache-2.0 */
/* input.h -- files, or standard input, read one after the other, unpacked when they are packed.
 *
 * Format      gzip (1f 8b) and zstd (28 b5 2f fd) are known by their first bytes, whatever the
 *             name.
 * Limits      zstd's windows up to 128 MiB.
 * Threads     One owner. */
#ifndef SX_APP_CLI_INPUT_H
#define SX_APP_CLI_INPUT_H

#include "base/buf.h"
#include "stria.h"

struct sx_inflate;
struct sx_unzstd;

struct sx_input {
    struct sx_mem *mem;
    char *const *paths; /* "-" is standard input */
    size_t path_count;
    size_t next; /* the one to be opened next */
    int fd;      /* of the open one; -1: none */
    const char *name;
    uint64_t bytes_done;  /* of all files, as they are stored */
    uint64_t bytes_total; /* 0: not known, as something is no file */
    uint8_t raw[65536];
    size_t raw_at, raw_len;
    bool raw_end;
    struct sx_inflate *gzip;
    struct sx_unzstd *zstd;
    struct sx_buf plain; /* unpacked and not given out: from plain_at on */
    size_t plain_at;
};

/* paths are borrowed; none: standard input. */
void sx_input_init(struct sx_input *input, struct sx_mem *mem, char *const *paths,
                   size_t path_count);
void sx_input_deinit(struct sx_input *input);

/* Opens the next; *end: there is none. Returns OK, NOT_FOUND, IO, NOMEM. */
SX_MUST_CHECK stria_status sx_input_next(struct sx_input *input, bool *end, stria_error *err);

/* Reads of the open one; *got is 0 at its end, and is never more than `size`.
 * Returns  OK; IO; INVALID (packed bytes that are damaged or cut); NOMEM, LIMIT; CANCELLED
 *          (sx_stop_wanted). */
SX_MUST_CHECK stria_status sx_input_read(struct sx_input *input, void *bytes, size_t size,
                                         size_t *got, stria_error *err);

#endif
