/* SPDX-License-Identifier: Apache-2.0 */
/* backup_list.h -- the file that says what one backup consists of.
 *
 * Format      docs/FORMAT.md "Backup". Lines of text, each ended by a line feed; numbers in hex but
 *             for sizes and times, which are decimal; checksums are crc32c of the whole file:
 *               stria backup 1
 *               number 0000000000000003
 *               store 00112233445566778899aabbccddeeff
 *               taken 1735689600000000000
 *               state 12345678 4096 0 0000000000000003.state
 *               log 9abcdef0 1048576 2a 0000000000000003-0000002a.wal
 *               seg 0f1e2d3c 81920 17 8899aabbccddeeff0011223344556677.seg
 *               end 5a6b7c8d
 *             A file's line: kind, checksum, size, id (of a segment; the number in a log file's
 *             name), name in the backup. The last line has the checksum of all before it.
 * Limits      SX_BACKUP_LIST_SIZE_MAX bytes.
 * Threads     Pure functions. */
#ifndef SX_ENGINE_BACKUP_LIST_H
#define SX_ENGINE_BACKUP_LIST_H

#include "base/buf.h"

#define SX_BACKUP_LIST_SIZE_MAX ((size_t)64 << 20)
#define SX_BACKUP_NAME_MAX 40 /* with its NUL */

enum sx_backup_kind {
    SX_BACKUP_STATE = 0, /* operations of the manifest */
    SX_BACKUP_LOG,
    SX_BACKUP_SEGMENT,
};

struct sx_backup_file {
    enum sx_backup_kind kind;
    uint32_t crc;
    uint64_t size;
    uint64_t id;
    char name[SX_BACKUP_NAME_MAX];
};

struct sx_backup_list {
    struct sx_mem *mem;
    uint64_t number;
    uint8_t store_uuid[16];
    int64_t taken_ns;
    struct sx_backup_file *files; /* the state first */
    size_t file_count, file_capacity;
};

/* False: no memory. */
bool sx_backup_list_add(struct sx_backup_list *list, const struct sx_backup_file *file);
void sx_backup_list_deinit(struct sx_backup_list *list);

/* Appends the text; a refusal shows in out->failed. */
void sx_backup_list_put(struct sx_buf *out, const struct sx_backup_list *list);
/* Reads the text into *list, of which only `mem` need be set; `path` is for messages.
 * Returns  OK; CORRUPT (with the line); VERSION; NOMEM. To be deinitialised in any case. */
stria_status sx_backup_list_get(struct sx_bytes text, const char *path, struct sx_backup_list *list,
                                stria_error *err);

/* The file with this name; NULL: none. */
const struct sx_backup_file *sx_backup_list_find(const struct sx_backup_list *list,
                                                 const char *name);
/* "seg/...", "log/..." or the name alone: where in the backup's folder it is. NULL: none. */
const char *sx_backup_folder(enum sx_backup_kind kind);

#endif
