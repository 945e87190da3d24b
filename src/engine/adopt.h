/* SPDX-License-Identifier: Apache-2.0 */
/* adopt.h -- taking a database over from another store: its rows, written anew, and its catalog.
 *
 * Why         Ids of policies, generations and segments belong to one store, and stand in the
 *             files: so a database moves by its rows. And it must be there whole or not at all.
 * Algorithm   Both stores are flushed. Per policy the source's segments are merged as a merge does
 *             it (merge_plan.h, rewrite.h), span by span, into sealed segments of the target; each
 *             is read to its last chunk. One edit makes database, policies, types and segments true
 *             together. They get the generation that is active in the target and has no rows; with
 *             the edit it counts as flushed.
 * Limits      The segments of one span are open at a time.
 * Threads     One owner of both stores, which have no threads of their own; the target is for
 *             nothing else, and is closed afterwards. */
#ifndef SX_ENGINE_ADOPT_H
#define SX_ENGINE_ADOPT_H

#include "base/bytes.h"
#include "stria.h"

struct sx_engine;

struct sx_adoption {
    struct sx_engine *from;   /* opened for writing */
    struct sx_bytes database; /* its name there */
    struct sx_bytes as;       /* its name here */
    /* Told what of the source cannot be read, and is left out. */
    void (*found)(void *context, const stria_error *what);
    /* Called now and then with the bytes written since the last call; false stops. NULL: none. */
    bool (*progress)(void *context, uint64_t byte_count);
    void *context;
    uint64_t segment_count, byte_count, row_count; /* out: what was written */
};

/* Returns  OK (perhaps with damages told); EXISTS (`as` is there already); INVALID (it is no name);
 *          NOT_FOUND; CANCELLED; CORRUPT (keys of a segment, or what was just written); IO,
 *          DISK_FULL, NOMEM. On failure the target is as it was, but for a few ids. */
stria_status sx_engine_adopt(struct sx_engine *engine, struct sx_adoption *adoption,
                             stria_error *err);

#endif
