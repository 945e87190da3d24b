/* SPDX-License-Identifier: Apache-2.0 */
/* copies.h -- other stores and other processes beside a store under test: snapshots, backups,
 * readers, and checking and repairing what is sound.
 *
 * Threads     One owner. */
#ifndef SX_TESTS_COPIES_H
#define SX_TESTS_COPIES_H

#include "compare.h"
#include "ops.h"

struct copies {
    struct store reader;   /* as another process would have it open; engine NULL: none */
    struct oracle backed;  /* what the newest backup holds */
    uint64_t backup_count; /* 0: there is none */
};

void copies_init(struct copies *copies);
void copies_deinit(struct copies *copies);
/* The reader goes: its disk is about to. */
void copies_let_go(struct copies *copies);

/* Does `op`, one of OP_READER to OP_REPAIR. False with text: the copy does not hold what the store
 * does. The oracle learns of a database that is restored into the store. */
bool copies_do(struct copies *copies, const struct op *op, struct store *store,
               struct oracle *oracle, char *text, size_t text_size);

#endif
