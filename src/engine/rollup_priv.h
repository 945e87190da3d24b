/* SPDX-License-Identifier: Apache-2.0 */
/* rollup_priv.h -- shared by rollup.c (a window's rollups) and rollup_scan.c (which windows). */
#ifndef SX_ENGINE_ROLLUP_PRIV_H
#define SX_ENGINE_ROLLUP_PRIV_H

#include "engine/engine_priv.h"

/* Whether a segment may have rows in a stretch of time. */
bool sx_rollup_reaches(const struct sx_segment_info *info, int64_t start, int64_t last);

/* Fills engine->rollups.tasks with the windows that are to be made, and puts marks anew of windows
 * that newer segments turn out to have nothing in.
 * Returns  OK; NOMEM; CORRUPT, IO, NOT_FOUND of a segment; what a commit returns. */
stria_status sx_rollup_scan(struct sx_engine *engine, bool force, stria_error *err);

#endif
