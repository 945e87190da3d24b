/* SPDX-License-Identifier: Apache-2.0 */
/* new_store.h -- making a store out of files that are there: for snapshots and restores.
 *
 * Algorithm   Folders, then the caller's segments and log files, and at last the manifest: before
 *             it is whole and durable there is no store that would open.
 * Threads     One owner. */
#ifndef SX_ENGINE_NEW_STORE_H
#define SX_ENGINE_NEW_STORE_H

#include "base/buf.h"
#include "base/event.h"
#include "os/os.h"

struct sx_new_store {
    struct sx_os *os;
    struct sx_mem *mem;
    const char *path; /* borrowed */
    const struct sx_event_sink *events;
    bool own_folder; /* made by us */
    bool begun;      /* what is in the folder is ours */
};

/* Makes the folder, which must not be there or be empty, and what belongs into it.
 * Returns  OK, EXISTS, INVALID, IO, DISK_FULL. After a failure undo it all the same. */
stria_status sx_new_store_begin(struct sx_new_store *store, stria_error *err);
/* Path of a file in it, SX_PATH_MAX bytes. INVALID: too long. */
stria_status sx_new_store_segment_path(const struct sx_new_store *store, uint64_t segment_id,
                                       char *path, stria_error *err);
stria_status sx_new_store_log_path(const struct sx_new_store *store, uint32_t name_no, char *path,
                                   stria_error *err);
/* Makes the names of its files durable, and a store of it that holds `state`: operations of the
 * manifest. */
stria_status sx_new_store_finish(struct sx_new_store *store, const uint8_t store_uuid[16],
                                 struct sx_bytes state, stria_error *err);
/* Takes away what was made, as far as that goes. */
void sx_new_store_undo(struct sx_new_store *store);

#endif
