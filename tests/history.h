/* SPDX-License-Identifier: Apache-2.0 */
/* history.h -- what was asked of a store, what it answered, and whether a store that was opened
 * again after a failure or a crash may hold what it holds.
 *
 * Rules       What was acknowledged as durable is there, wholly. A write that failed, or was under
 *             way, is wholly there or wholly absent, at its place in the order. Asynchronous writes
 *             that were acknowledged survive the end of the process; a power loss may take some of
 *             the last ones, without a hole: where one is missing, every later write is.
 *             A failed change of the catalog is there or not.
 * Algorithm   Everything up to the first doubt is in `base`; the operations behind it are kept. The
 *             mark of each doubtful write is looked for in the store, the doubtful changes of the
 *             catalog are tried both ways; then everything is compared.
 * Threads     One owner. */
#ifndef SX_TESTS_HISTORY_H
#define SX_TESTS_HISTORY_H

#include "compare.h"
#include "ops.h"

#define HISTORY_ENTRIES_MAX 512
#define HISTORY_CHANGES_MAX 10 /* of the catalog, in doubt at one time */

enum certainty {
    CERTAIN = 0,       /* acknowledged as durable */
    CERTAIN_BUT_POWER, /* acknowledged, but perhaps not on disk */
    DOUBTFUL,          /* it failed, or it is under way */
};

struct history_entry {
    struct op op;
    enum certainty certainty;
};

struct history {
    struct oracle base;
    struct oracle now; /* base and what was acknowledged since: what the running store shows */
    struct history_entry entries[HISTORY_ENTRIES_MAX];
    size_t entry_count;
    uint32_t doubtful_changes;
    bool open; /* the last entry is under way */
};

void history_init(struct history *history);
void history_deinit(struct history *history);

/* An operation (resolved) is about to be done, and what came of it. False: its outcome is not what
 * the oracle wants; text says so. */
void history_begin(struct history *history, const struct op *op);
bool history_end(struct history *history, const struct op_outcome *outcome, char *text,
                 size_t text_size);

/* Both, and the operation between them. */
bool history_do(struct history *history, const struct op *planned, struct store *store,
                struct op_outcome *outcome, char *text, size_t text_size);

/* Everything acknowledged so far is durable now. */
void history_synced(struct history *history);

enum interruption {
    INTERRUPTED_BY_KILL = 0, /* what was written is there, synced or not */
    INTERRUPTED_BY_POWER,
};

/* Whether a store that was opened again may hold what it holds. `found`: an initialised oracle that
 * gets what it does hold. */
bool history_check(const struct history *history, struct store *store,
                   enum interruption interruption, struct oracle *found, struct comparison *result);

/* Whether a store that is healthy now works on: writes, flushes, merges, reopens, and compares.
 * `seed` and `first_id` make the operations. */
bool history_go_on(struct history *history, struct store *store, uint64_t seed, uint32_t first_id,
                   struct comparison *result);

/* No doubts are left: the store was opened again and holds this. */
void history_settle(struct history *history, const struct oracle *found);

#endif
