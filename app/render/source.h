/* SPDX-License-Identifier: Apache-2.0 */
/* source.h -- where the rows of an answer come from: the walk of a cursor, as three calls.
 *
 * Why         The renderers know no database: they read a cursor, a test's tables, or what a client
 *             got from a server, through the same walk. What each call returns, how long it lives
 *             and what errors mean is told at stria_cursor_next_statement() and its kin in stria.h.
 * Threads     As a cursor: one at a time. */
#ifndef SX_APP_RENDER_SOURCE_H
#define SX_APP_RENDER_SOURCE_H

#include "stria.h"

struct sx_row_source {
    void *context;
    stria_status (*next_statement)(void *context, const stria_statement **statement,
                                   stria_error *err);
    stria_status (*next_series)(void *context, const stria_table **table, stria_error *err);
    stria_status (*next_batch)(void *context, const stria_batch **batch, stria_error *err);
};

/* The walk of a cursor, which is borrowed. */
struct sx_row_source sx_row_source_of_cursor(stria_cursor *cursor);

#endif
