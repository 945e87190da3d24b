/* SPDX-License-Identifier: Apache-2.0 */
/* selection_count.c -- see selection.h: how much a selection is.
 *
 * Algorithm   Series, rows and samples are those that a reader gives: newest values win, and what
 *             is deleted does not count. Bytes are told from the directories of the segments: a
 *             file's size times the share of its rows that are selected. */
#include "base/error.h"
#include "exec/selection.h"
#include "scan/reader.h"
#include "segment/chunks.h"
#include "segment/select.h"

struct counting {
    const struct sx_selector *selector;
    struct sx_view *view;
    struct sx_request *request;
    struct sx_selection_counts *counts;
    stria_error *err;
};

/* ---- rows ----------------------------------------------------------------------------------- */

static uint64_t present_count(const struct sx_vector *vector, uint32_t row_count)
{
    uint64_t count = 0;
    if (!vector->present)
        return vector->type == STRIA_NONE ? 0 : row_count;
    for (uint32_t i = 0; i < row_count; i++)
        count += sx_bit_get(vector->present, i);
    return count;
}

static stria_status count_series(struct counting *c, struct sx_reader *reader,
                                 const struct sx_scan_series *series)
{
    const struct sx_rows *rows = NULL;
    bool any = false;
    stria_status st = sx_reader_series(reader, series, c->err);
    while (!st && !(st = sx_reader_next(reader, &rows, c->err)) && rows) {
        any = any || rows->row_count;
        c->counts->row_count += rows->row_count;
        for (uint32_t i = 0; i < rows->column_count; i++)
            c->counts->sample_count += present_count(&rows->columns[i], rows->row_count);
    }
    c->counts->series_count += any;
    return st;
}

static stria_status count_rows(struct counting *c)
{
    struct sx_series_set set;
    struct sx_reader *reader = NULL;
    struct sx_reader_options options = {.view = c->view,
                                        .time_min_ns = c->selector->time_min_ns,
                                        .time_max_ns = c->selector->time_max_ns,
                                        .request = c->request};
    stria_status st =
        sx_series_set_init(&set, c->view, c->selector, SX_SELECT_IN_TIME, c->request, c->err);
    if (!st)
        st = sx_reader_create(&options, &reader, c->err);
    for (size_t i = 0; i < set.series_count && !st; i++) {
        st = sx_request_check(c->request, c->err);
        if (!st)
            st = count_series(c, reader, &set.series[i]);
    }
    sx_reader_destroy(reader);
    sx_series_set_deinit(&set);
    return st;
}

/* ---- bytes ---------------------------------------------------------------------------------- */

/* Rows of a group that lie in the range. */
static stria_status count_group(struct counting *c, struct sx_segment_cursor *cursor,
                                uint32_t group, uint64_t *row_count)
{
    const struct sx_group *g = &cursor->groups[group];
    int64_t min_ns = c->selector->time_min_ns, max_ns = c->selector->time_max_ns;
    const int64_t *ts_ns = NULL;
    if (g->max_ts < min_ns || g->min_ts > max_ns)
        return STRIA_OK;
    if (g->min_ts >= min_ns && g->max_ts <= max_ns) {
        *row_count += g->row_count;
        return STRIA_OK;
    }
    stria_status st = sx_segment_cursor_times(cursor, group, &ts_ns, c->err);
    for (uint32_t i = 0; i < g->row_count && !st; i++)
        *row_count += ts_ns[i] >= min_ns && ts_ns[i] <= max_ns;
    return st;
}

static stria_status count_stripes(struct counting *c, struct sx_segment *segment,
                                  const struct sx_bitset *ids, uint64_t *row_count)
{
    struct sx_segment_cursor cursor;
    stria_status st = STRIA_OK;
    sx_segment_cursor_init(&cursor, segment, c->request->mem);
    for (uint32_t i = 0; i < segment->stripe_count && !st; i++) {
        const struct sx_stripe *stripe = &segment->stripes[i];
        if (stripe->max_ts < c->selector->time_min_ns || stripe->min_ts > c->selector->time_max_ns)
            continue;
        st = sx_request_check(c->request, c->err);
        if (!st)
            st = sx_segment_cursor_stripe(&cursor, i, c->err);
        for (uint32_t g = 0; g < stripe->group_count && !st; g++)
            if (sx_bitset_has(ids, cursor.groups[g].series))
                st = count_group(c, &cursor, g, row_count);
    }
    sx_segment_cursor_deinit(&cursor);
    return st;
}

static stria_status count_segment(struct counting *c, size_t source)
{
    struct sx_segment *segment = sx_view_segment(c->view, source);
    struct sx_bitset ids = {0};
    uint64_t row_count = 0;
    const struct sx_segment_info *info = &segment->info;
    stria_status st = sx_view_load(c->view, source, c->err);
    if (!st)
        st = sx_segment_select(segment, c->selector, c->request, &ids, c->err);
    if (!st && ids.size)
        st = count_stripes(c, segment, &ids, &row_count);
    sx_bitset_deinit(&ids);
    if (!st && info->row_count)
        c->counts->byte_count +=
            (uint64_t)((double)info->file_size * (double)row_count / (double)info->row_count);
    return st;
}

stria_status sx_selection_count(const struct sx_selector *selector, struct sx_view *view,
                                struct sx_request *request, struct sx_selection_counts *counts,
                                stria_error *err)
{
    struct counting c = {
        .selector = selector, .view = view, .request = request, .counts = counts, .err = err};
    stria_status st = count_rows(&c);
    for (size_t i = 0; !st; i++) {
        i = sx_view_next_segment(view, i, selector->time_min_ns, selector->time_max_ns);
        if (i == view->source_count)
            break;
        st = count_segment(&c, i);
    }
    return st;
}
