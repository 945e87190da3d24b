/* SPDX-License-Identifier: Apache-2.0 */
/* backup.h -- backups of a store into a folder, and stores made of them again.
 *
 * Why         A snapshot shares the disk, and the damage, of its store; a backup is a checked copy
 *             of every byte, and the next one copies only what is new.
 * Algorithm   The store is opened for reading, beside a process that writes to it or not, and a
 *             state is captured (capture.h). Segments never change: those that an earlier backup
 *             has are kept, the others are copied and then checked to the last chunk. The list
 *             (backup_list.h) is written last. Restoring checks every file against it before
 *             anything is made, makes a store (new_store.h), and verifies that.
 * Invariants  A backup that breaks off changes nothing about earlier ones.
 * Threads     One a folder. */
#ifndef SX_ENGINE_BACKUP_H
#define SX_ENGINE_BACKUP_H

#include "os/os.h"
#include "stria.h"

/* See stria_backup(); `options` is complete and checked. */
stria_status sx_backup_make(struct sx_os *os, const char *path, const char *folder,
                            const stria_backup_options *options, stria_backup_report *report,
                            stria_error *err);
/* See stria_restore(). */
stria_status sx_backup_restore(struct sx_os *os, const char *folder, const char *path,
                               const stria_restore_options *options, stria_backup_report *report,
                               stria_error *err);

#endif
