/* SPDX-License-Identifier: Apache-2.0 */
/* merge_choose.h -- which segments to merge next.
 *
 * Algorithm   1. First level: SX_MERGE_FAN_IN flushes, from the oldest on, become segments of level
 *                1, cut along time as merge_plan.h says.
 *             2. Tiers: SX_MERGE_FAN_IN runs of one level that overlap in time (in one window, as a
 *                rule) become one of the next level.
 *             3. Seal: segments that overlap one another, whose windows are over, and that were
 *                left alone for ten minutes, become one run with the strongest codecs. What came
 *                late is merged in when it is a quarter of what is sealed, or after a day if it is
 *                a fiftieth: not at every late row.
 *             4. Neighbours: SX_MERGE_FAN_IN small sealed segments side by side become fewer. Those
 *                that would only be cut off from one another again are left alone.
 *             5. Reclaim: a segment of which a fifth or more is deleted is written anew.
 *             A run is the pieces of one output: they share their generations. A merge has no more
 *             runs than there is memory for (budget.h); of more of them some are merged first.
 *             A merge must leave room for flushes and for the log: of what is free and not claimed
 *             (background.c) its inputs may be no larger than what is beyond twice the reserve; on
 *             a disk that is low, than half of what is beyond the reserve; below that, than half of
 *             it all, which only merges that give room back are worth. What is deleted does not
 *             count. What gives back room comes first then: every segment of which anything is
 *             deleted, and sealing does not wait.
 * Invariants  The inputs of a merge are neighbours in the order of generations among the segments
 *             that overlap them in time, so that "the newest wins" stays an order of numbers. A
 *             damaged segment is never an input, and nothing is merged across it.
 * Threads     state_mutex held. */
#ifndef SX_ENGINE_MERGE_CHOOSE_H
#define SX_ENGINE_MERGE_CHOOSE_H

#include "codec/column.h"
#include "engine/engine_priv.h"

struct sx_merge_choice {
    struct sx_mem *mem;
    struct sx_policy_store *store;
    size_t *picked; /* indexes of the store's segments, ascending */
    size_t count, capacity;
    uint16_t level; /* of the output */
    enum sx_tier tier;
    bool keep_whole;   /* the outputs are not cut along time anew */
    bool hurry;        /* the disk is nearly full */
    uint64_t size_max; /* most bytes of inputs, without what is deleted */
    uint64_t size;     /* of what was chosen, likewise */
    size_t memory_max; /* what a merge may hold of its inputs */
    size_t run_count;  /* of what was chosen */
    bool no_memory;
};

void sx_merge_choice_init(struct sx_merge_choice *choice, struct sx_mem *mem);
void sx_merge_choice_deinit(struct sx_merge_choice *choice);

/* Most windows of one segment of a policy that forgets, so that what expires does not wait long for
 * what it shares a file with; 0: no limit. state_mutex held. */
uint32_t sx_merge_window_max(const struct sx_engine *engine, const struct sx_policy_store *store);

/* False: nothing is to be done, or no memory (choice->no_memory). job_mutex held, too. */
bool sx_merge_choose(struct sx_engine *engine, enum sx_merge_aim aim,
                     struct sx_merge_choice *choice);

#endif
