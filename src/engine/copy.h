/* SPDX-License-Identifier: Apache-2.0 */
/* copy.h -- copying files whole, with a checksum over every byte, and taking folders away again.
 *
 * Threads     One owner. */
#ifndef SX_ENGINE_COPY_H
#define SX_ENGINE_COPY_H

#include "base/mem.h"
#include "os/os.h"

/* What a long copying tells; the caller's. */
struct sx_copy {
    struct sx_os *os;
    struct sx_mem *mem;                                                         /* for a buffer */
    bool (*on_progress)(void *user, uint64_t bytes_done, uint64_t bytes_total); /* may be NULL */
    void *user;
    uint64_t bytes_done, bytes_total;
};

/* Copies the first `size` bytes of `from` into a new file `to`, which is synced (its name is not).
 * crc: out, may be NULL: the crc32c of these bytes. On failure `to` is not there.
 * Returns  OK; NOT_FOUND; EXISTS; CORRUPT (`from` is shorter); CANCELLED; IO, DISK_FULL, NOMEM. */
stria_status sx_copy_file(struct sx_copy *copy, const char *from, const char *to, uint64_t size,
                          uint32_t *crc, stria_error *err);
/* Reads a file whole: its size and crc32c. Returns the same but EXISTS. */
stria_status sx_copy_sum(struct sx_copy *copy, const char *path, uint64_t *size, uint32_t *crc,
                         stria_error *err);

/* Unlinks all files of a folder and takes it away, as far as that goes; subfolders stay. */
void sx_copy_remove_folder(struct sx_os *os, struct sx_mem *mem, const char *path);

/* Whether a folder is there, and nothing in it (but lost+found). */
stria_status sx_copy_is_empty(struct sx_os *os, const char *path, bool *exists, bool *empty,
                              stria_error *err);
/* Makes the name of a file or folder durable. */
stria_status sx_copy_sync_parent(struct sx_os *os, const char *path, stria_error *err);

#endif
