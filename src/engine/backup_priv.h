/* SPDX-License-Identifier: Apache-2.0 */
/* backup_priv.h -- a restore under way, shared by backup_restore.c (a whole store) and
 * backup_database.c (one database of it).
 *
 * Threads     One owner. */
#ifndef SX_ENGINE_BACKUP_PRIV_H
#define SX_ENGINE_BACKUP_PRIV_H

#include "engine/backup_folder.h"
#include "engine/copy.h"
#include "engine/new_store.h"
#include "stria.h"

struct sx_restore {
    struct sx_os *os;
    struct sx_mem mem;
    const char *folder;
    const char *path;
    const stria_restore_options *options;
    stria_backup_report *report;
    struct sx_backup_list list;
    struct sx_copy copy;
    struct sx_new_store store; /* that is made of the files */
    bool link_segments;        /* second names instead of copies, where that works */
};

/* The operations of the backup's state. */
stria_status sx_restore_read_state(struct sx_restore *restore, struct sx_buf *state,
                                   stria_error *err);
/* Whether every file of the list is there and what it was. */
stria_status sx_restore_check_files(struct sx_restore *restore, stria_error *err);
/* Makes restore->store of the files of the list, which may lack segments of the state. */
stria_status sx_restore_make_store(struct sx_restore *restore, stria_error *err);

/* backup_database.c: one database into the store at restore->path. The list has been read. */
stria_status sx_restore_database(struct sx_restore *restore, stria_error *err);

#endif
