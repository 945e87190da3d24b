/* SPDX-License-Identifier: Apache-2.0 */
/* merge_choose_runs.h -- how many runs a merge may have.
 *
 * Why         A merge holds the directory of one stripe and the keys of each of its runs: with more
 *             of them than there is memory for it would come to nothing, again and again.
 * Threads     As merge_choose.h says. */
#ifndef SX_ENGINE_MERGE_CHOOSE_RUNS_H
#define SX_ENGINE_MERGE_CHOOSE_RUNS_H

#include "engine/merge_choose.h"

/* Runs of what is picked: neighbours that share their generations are one. */
size_t sx_merge_run_count(const struct sx_merge_choice *choice);

/* If more than `most` runs are picked: keeps of them the stretch of so many with the fewest bytes,
 * whose output is not final. most > 0. */
void sx_merge_keep_runs(struct sx_merge_choice *choice, size_t most);

/* Leaves out the newest runs until the rest, two at least, can be merged in so many bytes; what
 * comes out is not final then. False: even two cannot be. One run is left as it is. */
bool sx_merge_fit_memory(struct sx_merge_choice *choice, size_t memory_size);

#endif
