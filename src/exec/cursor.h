/* SPDX-License-Identifier: Apache-2.0 */
/* cursor.h -- a request that reads: its context, its views, its statements one after the other.
 *
 * Why         Here a query's life is kept together: now and deadline are frozen when it begins,
 *             every statement sees one catalog and one view of a policy, and what it allocates is
 *             charged to its own budget and gone with it.
 * Threads     One owner; sx_cursor_cancel() from any thread. */
#ifndef SX_EXEC_CURSOR_H
#define SX_EXEC_CURSOR_H

#include "engine/engine.h"
#include "model/selector.h"
#include "stria.h"

/* The body of the public handle. */
struct stria_cursor;

/* See stria_query() and stria_scan(); options were checked. */
stria_status sx_cursor_query(struct sx_engine *engine, struct sx_bytes text,
                             const stria_query_options *options, stria_cursor **cursor,
                             stria_error *err);
stria_status sx_cursor_scan(struct sx_engine *engine, const stria_scan_options *options,
                            stria_cursor **cursor, stria_error *err);

stria_status sx_cursor_next_statement(stria_cursor *cursor, const stria_statement **statement,
                                      stria_error *err);
stria_status sx_cursor_next_series(stria_cursor *cursor, const stria_table **table,
                                   stria_error *err);
stria_status sx_cursor_next_batch(stria_cursor *cursor, const stria_batch **batch,
                                  stria_error *err);
void sx_cursor_cancel(stria_cursor *cursor);
void sx_cursor_close(stria_cursor *cursor); /* NULL is allowed */

#endif
