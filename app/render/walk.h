/* SPDX-License-Identifier: Apache-2.0 */
/* walk.h -- an answer as a sequence of events, one step at a time.
 *
 * Why         Every format needs the same walk: begin and end of statements and tables, rows in
 *             between, and to know at the end of a table whether another one follows. A step asks
 *             the source for no more than one thing, so that the writing of an answer can stop
 *             anywhere and go on later.
 * Algorithm   STATEMENT (TABLE ROWS* TABLE_END)* STATEMENT_END, repeated; then END.
 * Invariants  `table` is NULL at TABLE_END when the source has moved on: formats keep nothing of
 *             it.
 * Threads     One owner. */
#ifndef SX_APP_RENDER_WALK_H
#define SX_APP_RENDER_WALK_H

#include "app/render/source.h"

#include <stdbool.h>
#include <stddef.h>

enum sx_walk_at {
    SX_AT_BEGIN,
    SX_AT_STATEMENT,     /* `statement` began; what is known of it is in the struct */
    SX_AT_TABLE,         /* `table` began */
    SX_AT_ROWS,          /* rows from `row` on in `batch`; the consumer moves `row` */
    SX_AT_TABLE_END,     /* `table_follows` tells whether another one of the statement follows */
    SX_AT_STATEMENT_END, /* `status` is that of the statement, `err` its text */
    SX_AT_END,           /* `status`: whether the source itself came to its end */
};

struct sx_walk {
    struct sx_row_source source;
    enum sx_walk_at at;
    const stria_statement *statement;
    const stria_table *table;
    const stria_batch *batch;
    size_t row;
    bool table_follows;
    stria_status status; /* PARTIAL: the answer lacks what err.text names */
    stria_error err;
};

void sx_walk_init(struct sx_walk *walk, const struct sx_row_source *source);

/* One step. At ROWS with rows left in the batch the same event comes again. At END it stays. */
enum sx_walk_at sx_walk_next(struct sx_walk *walk);

/* Rows of the batch that were not consumed yet. */
static inline size_t sx_walk_rows_left(const struct sx_walk *walk)
{
    return walk->batch ? walk->batch->row_count - walk->row : 0;
}

static inline bool sx_value_present(const stria_values *values, size_t row)
{
    return !values->present || (values->present[row / 64] >> row % 64 & 1);
}

#endif
