/* SPDX-License-Identifier: Apache-2.0 */
/* budget.h -- how the memory of a store is shared between its parts.
 *
 * Why         One limit holds for everything, and nobody may take so much of it that the others
 *             come to a stop: writers must leave room for the flush that frees what they fill, and
 *             queries room for writers.
 * Algorithm   Every class has a cap and, through the caps of the others, a floor; between the two
 *             the memory that one does not use is another's. Requests (writes, series in memory,
 *             queries) share a cap, so merges always find a part; requests and merges share
 *             another, so a flush, which gives back what writers fill, does not wait for either.
 *               store 256M -> shared 224M -> requests 208M -> ingest, memtable, host 208M,
 *                                                             index 160M, query 128M
 *                                         -> merge 128M
 *                          -> flush, segment, wal and other, which have no cap of their own
 *             A write that is refused while rows wait for their flush asks for it and is told to
 *             come again (BUSY).
 * Threads     Any, once initialised. */
#ifndef SX_ENGINE_BUDGET_H
#define SX_ENGINE_BUDGET_H

#include "engine/engine_priv.h"

/* Sets the nodes under engine->root up, whose limit is set. */
void sx_budget_init(struct sx_engine *engine);
/* Asserts that nothing is charged to them any more. */
void sx_budget_deinit(struct sx_engine *engine);

/* Most bytes of all memtables together: then writers wait for flushes. */
uint64_t sx_budget_memtables_max(const struct sx_engine *engine);

/* Most runs that one merge may read at once. job_mutex held. */
size_t sx_budget_merge_runs(const struct sx_engine *engine);

/* What the index of a segment that is being written may take. */
size_t sx_budget_segment_index_max(const struct sx_engine *engine);

/* What a merge that begins now may hold of its inputs: that part of what requests left it. */
size_t sx_budget_merge_inputs_max(const struct sx_engine *engine);
/* What the index of a segment may take that it writes. */
size_t sx_budget_merge_index_max(const struct sx_engine *engine);

/* One bounded step of letting series go that are idle; false: all were looked at. One at a time. */
bool sx_budget_evict_step(struct sx_engine *engine);

/* How many bytes of segments may stay loaded that nobody uses. */
size_t sx_budget_loads_max(const struct sx_engine *engine);

#endif
