/* SPDX-License-Identifier: Apache-2.0 */
/* repair.h -- making a damaged store whole again, without what is lost.
 *
 * Why         Damage costs the chunk it hit, at every read, and keeps merges away from the file. An
 *             operator who has no backup wants the rest back in order, and to know what is gone.
 * Algorithm   1. If the manifest cannot be read, one is made from the footers of the segments
 *                (rebuild.c): names of databases are lost with it.
 *             2. The store is opened for writing, which reads the log back, and flushed.
 *             3. Every segment is checked (segment/check.h). Of a damaged one, what can be read is
 *                written anew, and one manifest edit puts that in its place.
 *             4. Log files that were kept because they are damaged go.
 * Invariants  Every file that is replaced or goes is first put by, whole, in the folder "damaged"
 *             of the store (a second name of the same file). Stopping anywhere and starting over is
 *             safe.
 * Limits      Rows of series whose keys cannot be read are lost: nothing else says whose they are.
 *             A damaged series block costs its measurement, a dictionary those that have the tag.
 * Threads     One; no other process may have the store open. */
#ifndef SX_ENGINE_REPAIR_H
#define SX_ENGINE_REPAIR_H

#include "engine/engine.h"

struct sx_repair_options {
    struct sx_os *os;
    const char *path;
    uint64_t memory_size; /* 0: the engine's default */
    bool rebuild_manifest;
    /* Told what is lost: a segment's file relative to the store, the offset, which series, field
     * and times; and, at `file` "manifest", what was rebuilt. */
    void (*found)(void *context, stria_status code, const char *file, uint64_t offset,
                  const char *text);
    void *context;
};

/* Returns  OK: the store is sound now; LOCKED; what sx_engine_open() returns; IO, NOMEM, DISK_FULL:
 *          it was not finished, and can be begun again. *mended_count: files that were written
 *          anew or taken out. */
stria_status sx_repair(const struct sx_repair_options *options, uint64_t *mended_count,
                       stria_error *err);

#endif
