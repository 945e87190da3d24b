/* SPDX-License-Identifier: Apache-2.0 */
/* rewrite_copy.c -- what a merge need not change is copied as it is stored.
 *
 * Why         Decoding and encoding are nine tenths of what a merge costs. A segment of which a
 *             fifth is deleted, files that hold other series each, a sealed window that gets late
 *             rows of one host: most of what they have stays as it is.
 * Algorithm   A group stays if nothing overlaps it and no delete touches it, if its segment is of
 *             the output's tier and coding, and if gathering rows would come to the same group:
 *             it lies in one cell of the time grid, and no other rows of the series do. Or if it is
 *             large enough, so that joining it with what lies beside it is not worth the time.
 * Limits      A merge that goes on where it meets damage copies nothing: it decodes all, so that
 *             what a checksum does not tell is left out as well. */
#include "base/error.h"
#include "codec/column.h"
#include "engine/engine_priv.h"
#include "engine/rewrite_priv.h"
#include "scan/damage.h"
#include "scan/stretch.h"

/* Rows of a group that is not joined with others. Hot ones are, when their window is sealed. */
#define HOT_ROWS_MIN 1024
#define SEALED_ROWS_MIN (SX_COLUMN_VALUES_MAX / 2)

/* Whether a group can stay as far as the rows beside it are concerned. */
static bool may_stay(const struct sx_rewrite *rw, const struct sx_stretch_group *group)
{
    const struct sx_rewrite_options *o = &rw->options;
    uint32_t rows_min = o->info.tier == SX_TIER_SEALED ? SEALED_ROWS_MIN : HOT_ROWS_MIN;
    bool joins = rw->rows.row_count && group->min_ts < rw->group_end; /* with what is gathered */
    if (group->row_count >= rows_min)
        return (!joins || rw->rows.row_count >= rows_min) &&
               sx_window_start(group->min_ts, o->window_ns) ==
                   sx_window_start(group->max_ts, o->window_ns);
    int64_t end = sx_rewrite_group_end(rw, group->min_ts);
    return !joins && group->max_ts < end &&
           sx_reader_stretch_is_alone(rw->reader, group->min_ts, end - 1);
}

stria_status sx_rewrite_copy(struct sx_rewrite *rw, uint64_t *row_count, stria_error *err)
{
    struct sx_stretch_group group;
    stria_error what = {0};
    bool found = false, has_room = false;
    *row_count = 0;
    if (!rw->options.copy)
        return STRIA_OK;
    stria_status st = sx_reader_group(rw->reader, &group, &found, err);
    if (st || !found || !may_stay(rw, &group))
        return st;
    struct sx_segment *segment = group.cursor->segment;
    st = sx_rewrite_open(rw, err);
    if (st || !sx_segment_writer_is_alike(rw->writer, segment))
        return st;
    st = sx_stored_group_find(&rw->stored, group.cursor, group.number, &what);
    if (st)
        return sx_leave_out(&rw->request, segment, &what, err);
    if (rw->rows.row_count)
        st = sx_rewrite_write_group(rw, err);
    if (!st)
        st = sx_segment_writer_has_room(rw->writer, &rw->stored, &has_room, err);
    if (st || !has_room)
        return st;
    st = sx_stored_group_read(&rw->stored, group.cursor, &what);
    if (st)
        return sx_leave_out(&rw->request, segment, &what, err);
    st = sx_segment_writer_copy(rw->writer, &rw->stored, err);
    rw->copied_size += rw->stored.bytes.len;
    *row_count = group.row_count;
    sx_reader_skip(rw->reader);
    return st;
}
