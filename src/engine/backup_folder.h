/* SPDX-License-Identifier: Apache-2.0 */
/* backup_folder.h -- a folder of backups: its lists, and where its files are.
 *
 * Format      docs/FORMAT.md "Backup": <number>.list (backup_list.h), <number>.state, log/, seg/.
 *             Segments are named by their uuid and shared by all backups that have them. A list is
 *             written last: what no list names is left of a backup that broke off.
 * Threads     One owner; a folder is for one backup at a time. */
#ifndef SX_ENGINE_BACKUP_FOLDER_H
#define SX_ENGINE_BACKUP_FOLDER_H

#include "engine/backup_list.h"
#include "os/os.h"

struct sx_backup_numbers {
    struct sx_mem *mem;
    uint64_t *items; /* ascending; to be freed with mem */
    size_t count, capacity;
    bool failed;
    bool foreign; /* there are files that are not of backups */
    bool exists;
};

/* The lists in a folder, whole or not.
 * Returns  OK, also when there is no folder; IO, NOMEM, EXISTS (not a folder). */
stria_status sx_backup_numbers(struct sx_os *os, const char *folder,
                               struct sx_backup_numbers *numbers, stria_error *err);

/* Reads a list. Returns what sx_backup_list_get() does; NOT_FOUND; IO. */
stria_status sx_backup_read(struct sx_os *os, const char *folder, uint64_t number,
                            struct sx_backup_list *list, stria_error *err);
/* The newest whole list; *found: there is one. Those that are not whole, of a backup that broke
 * off, are passed over; if only such are there the error tells of the newest. */
stria_status sx_backup_newest(struct sx_os *os, struct sx_mem *mem, const char *folder,
                              struct sx_backup_list *list, bool *found, stria_error *err);

/* Path of a list or of a file; SX_PATH_MAX bytes. INVALID: too long. */
stria_status sx_backup_list_path(const char *folder, uint64_t number, char *path, stria_error *err);
stria_status sx_backup_file_path(const char *folder, const struct sx_backup_file *file, char *path,
                                 stria_error *err);

#endif
