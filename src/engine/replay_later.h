/* SPDX-License-Identifier: Apache-2.0 */
/* replay_later.h -- writable before the log has been read back.
 *
 * Why         A store must take writes two seconds after kill -9, whatever stands in its log; only
 *             queries need the rows of the log.
 * Algorithm   Opening reads the log once without looking into its records: that tells where it
 *             ends, what is damaged, the next sequence and which generations have rows. Those join
 *             the frozen ones, empty, and a generation after them takes writes. A thread then reads
 *             the log again, through files of its own, and fills them; one that is whole is flushed
 *             like any other.
 * Invariants  Until all is read back views and deletes wait. A generation that is being filled is
 *             not flushed, so its log files stay.
 *             When reading back fails, the store is read-only and queries fail with what happened;
 *             nothing is lost: the next opening tries again.
 * Limits      The field types of rows that are not read back yet are not known to writes.
 * Threads     Stores without threads read the log while they are opened. */
#ifndef SX_ENGINE_REPLAY_LATER_H
#define SX_ENGINE_REPLAY_LATER_H

#include "engine/engine_priv.h"
#include "wal/replay.h"

/* Opening: reads the log without its records, and makes its generations. */
stria_status sx_replay_later_scan(struct sx_engine *engine, struct sx_replay_result *result,
                                  stria_error *err);
/* Before the log is written to: opens it a second time, if there is anything to read back. */
stria_status sx_replay_later_prepare(struct sx_engine *engine, stria_error *err);
/* Starts the thread. */
stria_status sx_replay_later_start(struct sx_engine *engine, stria_error *err);
/* Ends it, wherever it is; engine->closing is set. */
void sx_replay_later_stop(struct sx_engine *engine);

#endif
