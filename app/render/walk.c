/* SPDX-License-Identifier: Apache-2.0 */
/* walk.c -- see walk.h. */
#include "app/render/walk.h"

void sx_walk_init(struct sx_walk *walk, const struct sx_row_source *source)
{
    *walk = (struct sx_walk){.source = *source, .at = SX_AT_BEGIN};
}

static enum sx_walk_at step_statement(struct sx_walk *walk)
{
    walk->status = walk->source.next_statement(walk->source.context, &walk->statement, &walk->err);
    return walk->status || !walk->statement ? SX_AT_END : SX_AT_STATEMENT;
}

/* Asks for the next table, and notes how the statement ended if there is none. */
static void fetch_table(struct sx_walk *walk)
{
    walk->table = NULL;
    walk->status = walk->source.next_series(walk->source.context, &walk->table, &walk->err);
    if (walk->status)
        walk->table = NULL;
    walk->table_follows = walk->table != NULL;
}

static enum sx_walk_at step_rows(struct sx_walk *walk)
{
    if (sx_walk_rows_left(walk))
        return SX_AT_ROWS;
    do {
        walk->row = 0;
        walk->status = walk->source.next_batch(walk->source.context, &walk->batch, &walk->err);
        if (walk->status) {
            walk->batch = NULL;
            walk->table = NULL;
            walk->table_follows = false;
            return SX_AT_TABLE_END;
        }
    } while (walk->batch && !walk->batch->row_count);
    if (walk->batch)
        return SX_AT_ROWS;
    fetch_table(walk);
    return SX_AT_TABLE_END;
}

enum sx_walk_at sx_walk_next(struct sx_walk *walk)
{
    switch (walk->at) {
    case SX_AT_BEGIN:
    case SX_AT_STATEMENT_END:
        walk->at = step_statement(walk);
        break;
    case SX_AT_STATEMENT:
        fetch_table(walk);
        walk->at = walk->table ? SX_AT_TABLE : SX_AT_STATEMENT_END;
        break;
    case SX_AT_TABLE:
    case SX_AT_ROWS:
        walk->at = step_rows(walk);
        break;
    case SX_AT_TABLE_END:
        walk->at = walk->table_follows ? SX_AT_TABLE : SX_AT_STATEMENT_END;
        break;
    case SX_AT_END:
        break;
    }
    return walk->at;
}
