/* SPDX-License-Identifier: Apache-2.0 */
/* rollup.h -- making rollups: which windows of which policies have none, or stale ones, and the
 * making.
 *
 * Why         A window's rollups are made once it is over and left alone, when nothing else is to
 *             be merged, and made anew when rows came late or were deleted. They are ordinary rows
 *             of a policy of their own (model/rollup.h), so that they are read, kept, copied and
 *             checked like all others.
 * Algorithm   A job reads the series of one window in the order of their keys, in bounded steps,
 *             and writes segments. One edit adds those, takes out the window's old ones (or, where
 *             they share a segment with other windows, hides them by a tombstone), and says by a
 *             mark what went in. Where newer segments turn out to have nothing in the window, the
 *             mark alone is put anew. A merge changes no row, so it carries marks along.
 * Invariants  The rollups of a window come from all rows of all generations up to its mark's, and
 *             no others, as deletes had left them when the mark was put.
 * Threads     job_mutex guards the job; it takes the other locks. */
#ifndef SX_ENGINE_ROLLUP_H
#define SX_ENGINE_ROLLUP_H

#include "engine/engine_priv.h"

struct sx_rollup_job;

/* One bounded step; *more: another is due. `force`: also windows that are not over, and at once. */
stria_status sx_rollup_step(struct sx_engine *engine, bool force, bool *more, stria_error *err);
void sx_rollup_destroy(struct sx_engine *engine, struct sx_rollup_job *job); /* NULL is allowed */
/* Gives up the job at hand, and the list of what was to be done. */
void sx_rollup_abort(struct sx_engine *engine);

/* Appends the marks that stay good when segments of a store become outputs of a merge, with the
 * generations of those. Before they are put in place; state_mutex held. */
void sx_rollup_put_carried(struct sx_engine *engine, const struct sx_policy_store *store,
                           const struct sx_segment_info *outputs, size_t output_count,
                           struct sx_buf *ops);
/* Appends the marks of rollups that are copied, with the rows they were made of, into the policy
 * `policy_id` of another database, where all segments are of one generation. state_mutex held. */
void sx_rollup_put_copied(struct sx_engine *engine, const struct sx_policy_store *rollup,
                          uint32_t policy_id, uint64_t generation, struct sx_buf *ops);
/* Appends marks of windows that may not be made anew, since retention takes a segment of them
 * (`expired`), and takes those out that speak of nothing any more. state_mutex held. */
void sx_rollup_put_expired(struct sx_engine *engine, struct sx_buf *ops);

/* How many windows have rollups that are not good now. state_mutex
 * held. */
size_t sx_rollup_stale_count(struct sx_engine *engine, const struct sx_policy_store *rollup);

#endif
