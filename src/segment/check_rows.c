/* SPDX-License-Identifier: Apache-2.0 */
/* check_rows.c -- checking the rows of a segment: stripes, groups, chunks.
 *
 * Algorithm   Measurement by measurement, stripe by stripe: that each begins with the series it
 *             says, behind the stripe before, and has the times it says; the times of every group;
 *             column by column the values of every chunk, whose statistics are made anew. Then that
 *             each series has rows, and each column values. */
#include "base/error.h"
#include "model/vector.h"
#include "segment/check_priv.h"

#include <assert.h>

/* One measurement. */
struct rows {
    const struct sx_segment_measurement *measurement;
    struct sx_bitset columns; /* that have a run */
    struct sx_group last;     /* of the stripe before */
    bool has_last;
    bool is_partial; /* a stripe could not be read */
};

/* One chunk of a column, or the rows of a group. */
static struct sx_segment_loss loss_of_group(const struct sx_checking *c,
                                            const struct sx_group *group, uint32_t column)
{
    const struct sx_stripe *stripe = &c->segment->stripes[c->cursor.stripe];
    return (struct sx_segment_loss){.measurement = &c->segment->measurements[stripe->measurement],
                                    .first_series = group->series,
                                    .series_count = 1,
                                    .column = column,
                                    .min_ts = group->min_ts,
                                    .max_ts = group->max_ts};
}

/* A column of a stripe, or all of it. Where its last series is not known, the next stripe's first
 * one, or the measurement's last, bounds it. */
static struct sx_segment_loss loss_of_stripe(const struct sx_checking *c,
                                             const struct sx_stripe *stripe, uint32_t column)
{
    const struct sx_segment_measurement *m = &c->segment->measurements[stripe->measurement];
    uint32_t last = m->first_series + m->series_count - 1;
    if (stripe + 1 < c->segment->stripes + c->segment->stripe_count &&
        stripe[1].measurement == stripe->measurement)
        last = SX_MAX(stripe[1].first_series, stripe->first_series);
    return (struct sx_segment_loss){.measurement = m,
                                    .first_series = stripe->first_series,
                                    .series_count = last - stripe->first_series + 1,
                                    .column = column,
                                    .min_ts = stripe->min_ts,
                                    .max_ts = stripe->max_ts};
}

/* ---- chunks ---- */

/* The values of present rows side by side, and the rows they are of. */
static uint32_t make_dense(struct sx_check_room *room, size_t size, uint32_t row_count)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < row_count; i++) {
        if (!(room->present[i / 64] >> (i % 64) & 1))
            continue;
        if (count != i)
            memcpy(room->values + count * size, room->values + i * size, size);
        room->rows[count++] = (uint16_t)i;
    }
    return count;
}

static stria_status check_chunk(struct sx_checking *c, const struct sx_group *group,
                                const struct sx_chunk *chunk, uint32_t column)
{
    struct sx_segment_loss loss = loss_of_group(c, group, column);
    stria_type type = loss.measurement->columns[column].type;
    struct sx_chunk_stats stats = {0};
    bool all_present;
    sx_arena_reset(&c->strings);
    stria_status st = sx_segment_cursor_values(&c->cursor, chunk, group->row_count, type, 0,
                                               group->row_count, c->room->values, c->room->present,
                                               &all_present, &c->strings, c->err);
    if (st)
        return sx_check_told(c, st, chunk->values.offset, &loss);
    uint32_t count = make_dense(c->room, sx_type_size(type), group->row_count);
    assert(count > 0 && count == chunk->stats.count); /* or it had been told above */
    sx_buf_clear(&c->stored);
    sx_buf_clear(&c->made);
    sx_chunk_stats_make(&stats, type, c->room->values, count, c->room->rows);
    sx_chunk_stats_put(&c->stored, type, &chunk->stats);
    sx_chunk_stats_put(&c->made, type, &stats);
    if (c->stored.failed || c->made.failed)
        return sx_buf_refused(&c->made, "statistics", c->err);
    if (!sx_bytes_equal(sx_buf_bytes(&c->stored), sx_buf_bytes(&c->made)))
        return sx_check_damaged(c, chunk->values.offset, "statistics unlike the values of a chunk",
                                &loss);
    c->sample_count += count;
    c->chunk_count++;
    c->check->chunk_count++;
    return sx_check_progress(c, chunk->values.size);
}

static stria_status check_column(struct sx_checking *c, const struct sx_stripe *stripe,
                                 const struct sx_run *run)
{
    const struct sx_chunk *chunk;
    struct sx_segment_loss loss = loss_of_stripe(c, stripe, run->column);
    uint32_t found_count = 0;
    /* A directory that cannot be read is told once, not for each group. */
    stria_status st = sx_segment_cursor_chunk(&c->cursor, 0, run->column, &chunk, c->err);
    if (st)
        return sx_check_told(c, st, run->directory.offset, &loss);
    for (uint32_t g = 0; !st && g < stripe->group_count; g++) {
        st = sx_segment_cursor_chunk(&c->cursor, g, run->column, &chunk, c->err);
        if (!st && chunk) {
            found_count++;
            st = check_chunk(c, &c->cursor.groups[g], chunk, run->column);
        }
    }
    if (!st && found_count == 0)
        st = sx_check_damaged(c, run->directory.offset, "run without chunks", &loss);
    return st;
}

static stria_status check_columns(struct sx_checking *c, struct rows *rows,
                                  const struct sx_stripe *stripe)
{
    struct sx_bitset seen;
    stria_status st = STRIA_OK;
    if (!sx_bitset_init(&seen, c->mem, rows->measurement->column_count))
        return sx_mem_refused(c->mem, rows->measurement->column_count / 8, c->err);
    for (uint32_t i = 1; !st && i < stripe->run_count; i++) {
        const struct sx_run *run = &stripe->runs[i];
        if (sx_bitset_has(&seen, run->column)) { /* of two the first is read */
            struct sx_segment_loss loss = loss_of_stripe(c, stripe, run->column);
            st = sx_check_damaged(c, run->directory.offset, "second run of a column", &loss);
            continue;
        }
        sx_bitset_add(&seen, run->column);
        sx_bitset_add(&rows->columns, run->column);
        st = check_column(c, stripe, run);
    }
    sx_bitset_deinit(&seen);
    return st;
}

/* ---- groups ---- */

/* Compares what is told of a stripe with its groups, at hand. Where it says too little, queries
 * pass it by. */
static stria_status check_bounds(struct sx_checking *c, struct rows *rows,
                                 const struct sx_stripe *stripe)
{
    const struct sx_group *groups = c->cursor.groups;
    struct sx_segment_loss loss = loss_of_stripe(c, stripe, SX_LOSS_ALL_COLUMNS);
    uint64_t offset = stripe->runs[0].directory.offset;
    int64_t min_ts = groups[0].min_ts, max_ts = groups[0].max_ts;
    stria_status st = STRIA_OK;
    for (uint32_t g = 1; g < stripe->group_count; g++) {
        min_ts = SX_MIN(min_ts, groups[g].min_ts);
        max_ts = SX_MAX(max_ts, groups[g].max_ts);
    }
    if (min_ts != stripe->min_ts || max_ts != stripe->max_ts)
        st = sx_check_damaged(c, offset, "times of a stripe", &loss);
    if (!st && rows->has_last &&
        (groups[0].series < rows->last.series ||
         (groups[0].series == rows->last.series && groups[0].min_ts <= rows->last.max_ts)))
        st = sx_check_damaged(c, offset, "order of stripes", &loss);
    rows->last = groups[stripe->group_count - 1];
    rows->has_last = true;
    return st;
}

static stria_status check_times(struct sx_checking *c, uint32_t number)
{
    const struct sx_segment_info *info = &c->segment->info;
    const struct sx_group *group = &c->cursor.groups[number];
    struct sx_segment_loss loss = loss_of_group(c, group, SX_LOSS_ALL_COLUMNS);
    const int64_t *ts_ns;
    stria_status st = sx_segment_cursor_times(&c->cursor, number, &ts_ns, c->err);
    if (!st && (group->min_ts < SX_MAX(info->min_ts, STRIA_TIME_MIN) ||
                group->max_ts > SX_MIN(info->max_ts, STRIA_TIME_MAX)))
        st = sx_segment_damaged(c->segment, group->times.offset,
                                "times outside those of the segment", c->err);
    sx_bitset_add(&c->with_rows, group->series);
    c->min_ts = SX_MIN(c->min_ts, group->min_ts);
    c->max_ts = SX_MAX(c->max_ts, group->max_ts);
    c->row_count += group->row_count;
    c->check->row_count += group->row_count;
    return sx_check_told(c, st, group->times.offset, &loss);
}

static stria_status check_stripe(struct sx_checking *c, struct rows *rows, uint32_t number)
{
    const struct sx_stripe *stripe = &c->segment->stripes[number];
    stria_status st = sx_segment_cursor_stripe(&c->cursor, number, c->err);
    if (st) {
        struct sx_segment_loss loss = loss_of_stripe(c, stripe, SX_LOSS_ALL_COLUMNS);
        rows->is_partial = true;
        rows->has_last = false;
        return sx_check_told(c, st, stripe->runs[0].directory.offset, &loss);
    }
    st = check_bounds(c, rows, stripe);
    for (uint32_t g = 0; !st && g < stripe->group_count; g++)
        st = check_times(c, g);
    return st ? st : check_columns(c, rows, stripe);
}

/* ---- measurements ---- */

/* A listing would show a series that has no rows. */
static stria_status check_every_series(struct sx_checking *c, const struct rows *rows)
{
    const struct sx_segment_measurement *m = rows->measurement;
    uint32_t first = 0;
    uint64_t count = 0;
    for (uint32_t i = m->series_count; i-- > 0;)
        if (!sx_bitset_has(&c->with_rows, m->first_series + i)) {
            first = m->first_series + i;
            count++;
        }
    return sx_check_series(c, m->series_block.offset, "series without rows", first, count);
}

/* And a column that has no values. */
static stria_status check_every_column(struct sx_checking *c, const struct rows *rows)
{
    const struct sx_segment_measurement *m = rows->measurement;
    uint64_t offset = c->segment->footer.parts[SX_PART_MEASUREMENTS].offset;
    stria_status st = STRIA_OK;
    for (uint32_t i = 0; !st && i < m->column_count; i++) {
        if (sx_bitset_has(&rows->columns, i))
            continue;
        sx_check_begin(c, offset, "column without values");
        sx_segment_loss_put_column(&c->telling, m, i);
        st = sx_check_end(c, offset);
    }
    return st;
}

static stria_status check_measurement(struct sx_checking *c, const struct sx_segment_measurement *m)
{
    struct rows rows = {.measurement = m};
    stria_status st = STRIA_OK;
    if (!sx_bitset_init(&rows.columns, c->mem, m->column_count))
        return sx_mem_refused(c->mem, m->column_count / 8, c->err);
    for (uint32_t i = m->first_stripe; !st && i < m->first_stripe + m->stripe_count; i++)
        st = check_stripe(c, &rows, i);
    if (!st && !rows.is_partial)
        st = check_every_series(c, &rows);
    if (!st && !rows.is_partial)
        st = check_every_column(c, &rows);
    sx_bitset_deinit(&rows.columns);
    return st;
}

stria_status sx_check_rows(struct sx_checking *c)
{
    stria_status st = STRIA_OK;
    for (uint32_t i = 0; !st && i < c->segment->measurement_count; i++)
        st = check_measurement(c, &c->segment->measurements[i]);
    return st;
}
