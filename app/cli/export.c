/* SPDX-License-Identifier: Apache-2.0 */
/* export.c -- see export.h: the rows of a directory. */
#include "app/cli/export.h"

#define TEXT_SIZE_MAX ((size_t)1 << 30) /* a batch of strings may be large */

void sx_export_init(struct sx_export *export, struct sx_mem *mem)
{
    sx_lp_out_init(&export->lines, mem);
    sx_buf_init(&export->text, mem, TEXT_SIZE_MAX);
    sx_progress_begin(&export->progress);
}

void sx_export_deinit(struct sx_export *export)
{
    sx_lp_out_deinit(&export->lines);
    sx_buf_deinit(&export->text);
}

stria_status sx_export_batch(struct sx_export *export, const stria_batch *batch, stria_error *err)
{
    sx_buf_clear(&export->text);
    stria_status st =
        sx_lp_out_batch(&export->lines, batch, export->min_ns, export->max_ns, &export->text, err);
    sx_out_put(export->out, export->text.ptr, export->text.len);
    sx_progress_show(&export->progress,
                     (struct sx_progress_figures){.bytes_done = export->out->written_size,
                                                  .points = export->lines.row_count});
    return st;
}

static stria_status export_table(struct sx_export *export, stria_cursor *cursor,
                                 const stria_table *table, stria_error *err)
{
    const stria_batch *batch;
    stria_status st = sx_lp_out_table(&export->lines, table, err);
    while (!st && sx_out_open(export->out)) {
        st = stria_cursor_next_batch(cursor, &batch, err);
        if (st || !batch)
            break;
        st = sx_export_batch(export, batch, err);
    }
    return st;
}

stria_status sx_export_directory(struct sx_export *export, stria_error *err)
{
    const stria_bytes measurement = {export->measurement,
                                     export->measurement ? strlen(export->measurement) : 0};
    /* Both 0 would mean everything; what is before is left out when it is printed. */
    bool only_zero = export->min_ns == 0 && export->max_ns == 0;
    const stria_scan_options *options =
        STRIA_SCAN_OPTIONS(.database = export->database, .policy = export->policy,
                           .measurement = export->measurement ? &measurement : NULL,
                           .time_min_ns = export->min_ns - only_zero,
                           .time_max_ns = export->max_ns);
    stria_cursor *cursor = NULL;
    const stria_statement *statement;
    const stria_table *table;
    stria_status st = stria_scan(export->source->db, options, &cursor, err);
    if (!st)
        st = stria_cursor_next_statement(cursor, &statement, err);
    while (!st && sx_out_open(export->out)) {
        st = stria_cursor_next_series(cursor, &table, err);
        if (st || !table)
            break;
        st = export_table(export, cursor, table, err);
    }
    stria_cursor_close(cursor);
    return st;
}
