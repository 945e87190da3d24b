/* SPDX-License-Identifier: Apache-2.0 */
/* source.c -- see source.h. */
#include "app/render/source.h"

static stria_status next_statement(void *context, const stria_statement **statement,
                                   stria_error *err)
{
    return stria_cursor_next_statement(context, statement, err);
}

static stria_status next_series(void *context, const stria_table **table, stria_error *err)
{
    return stria_cursor_next_series(context, table, err);
}

static stria_status next_batch(void *context, const stria_batch **batch, stria_error *err)
{
    return stria_cursor_next_batch(context, batch, err);
}

struct sx_row_source sx_row_source_of_cursor(stria_cursor *cursor)
{
    return (struct sx_row_source){.context = cursor,
                                  .next_statement = next_statement,
                                  .next_series = next_series,
                                  .next_batch = next_batch};
}
