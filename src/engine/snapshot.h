/* SPDX-License-Identifier: Apache-2.0 */
/* snapshot.h -- another store that holds what an open one holds at this moment, at the cost of a
 * few names.
 *
 * Why         Segments and finished log files never change, so a second name is a copy. A program
 *             may look at, test on or copy away the snapshot while the store goes on.
 * Algorithm   A state is captured (capture.h); its files are linked, or copied where links are not
 *             possible (another file system) or not wanted; at last a manifest of its own makes a
 *             store of it. A file with more than one name is never written to again by any store
 *             (wal/file.h), only unlinked.
 * Invariants  Without its manifest it is no store: whatever fails before leaves none behind.
 * Threads     Any. */
#ifndef SX_ENGINE_SNAPSHOT_H
#define SX_ENGINE_SNAPSHOT_H

#include "engine/engine.h"

/* See stria_snapshot(); `options` is complete and checked. */
stria_status sx_snapshot_write(struct sx_engine *engine, const char *path,
                               const stria_snapshot_options *options, stria_snapshot_report *report,
                               stria_error *err);

#endif
