/* SPDX-License-Identifier: Apache-2.0 */
/* stretch.c -- see stretch.h. */
#include "scan/stretch.h"

#include "scan/reader_priv.h"

#include <assert.h>

/* Ranges are asked of the codecs so many at a time. */
#define BATCH 64

/* The piece that can be added up, if the next is one. */
static const struct sx_piece *next_alone(const struct sx_reader *r)
{
    size_t first, count;
    bool end = r->options.descending ? r->next_piece == 0 : r->next_piece >= r->piece_count;
    if (end || r->part_taken || (r->current && r->current_row < r->current->row_count))
        return NULL;
    (void)sx_reader_cluster(r, &first, &count);
    const struct sx_piece *piece = &r->pieces[first];
    if (count > 1 || piece->masked || !sx_view_segment(r->options.view, piece->source))
        return NULL;
    return piece;
}

static uint32_t group_rows(const struct sx_reader *r, const struct sx_piece *piece)
{
    return r->sources[piece->source]->cursor.groups[piece->group].row_count;
}

stria_status sx_reader_stretch(struct sx_reader *r, const struct sx_stretch **stretch,
                               stria_error *err)
{
    const struct sx_piece *piece = next_alone(r);
    stria_error ignored = {0};
    *stretch = NULL;
    r->stretch = NULL;
    r->stretch_ts = NULL;
    if (!piece)
        return STRIA_OK;
    stria_status st = sx_request_check(r->request, err);
    if (st)
        return st;
    if (sx_reader_piece_columns(r, piece, &ignored))
        return STRIA_OK; /* whoever reads the rows hears of it */
    uint32_t first = 0, end = group_rows(r, piece);
    r->stretch_rows = (struct sx_stretch){.min_ts = piece->min_ts, .max_ts = piece->max_ts};
    if (piece->min_ts < r->options.time_min_ns || piece->max_ts > r->options.time_max_ns) {
        if (sx_reader_piece_times(r, piece, &r->stretch_ts, &ignored))
            return STRIA_OK;
        sx_reader_rows_in_range(r, r->stretch_ts, end, &first, &end);
        if (first == end)
            return STRIA_OK;
        r->stretch_rows.min_ts = r->stretch_ts[first];
        r->stretch_rows.max_ts = r->stretch_ts[end - 1];
        r->stretch_ts += first;
    }
    r->stretch = piece;
    r->stretch_first = first;
    r->stretch_rows.row_count = end - first;
    *stretch = &r->stretch_rows;
    return STRIA_OK;
}

stria_status sx_reader_group(struct sx_reader *r, struct sx_stretch_group *group, bool *found,
                             stria_error *err)
{
    const struct sx_piece *piece = next_alone(r);
    stria_error ignored = {0};
    *found = false;
    r->stretch = NULL;
    r->stretch_ts = NULL;
    if (!piece || piece->min_ts < r->options.time_min_ns || piece->max_ts > r->options.time_max_ns)
        return STRIA_OK;
    stria_status st = sx_request_check(r->request, err);
    if (st)
        return st;
    struct sx_segment_cursor *cursor = &r->sources[piece->source]->cursor;
    if (sx_segment_cursor_stripe(cursor, piece->stripe, &ignored))
        return STRIA_OK; /* whoever reads the rows hears of it */
    r->stretch = piece;
    *group = (struct sx_stretch_group){.cursor = cursor,
                                       .number = piece->group,
                                       .min_ts = piece->min_ts,
                                       .max_ts = piece->max_ts,
                                       .row_count = (uint32_t)piece->count};
    *found = true;
    return STRIA_OK;
}

stria_status sx_reader_stretch_times(struct sx_reader *r, const int64_t **ts, stria_error *err)
{
    stria_error what = {0};
    assert(r->stretch);
    stria_status st = STRIA_OK;
    if (!r->stretch_ts) /* then the stretch is the whole group */
        st = sx_reader_piece_times(r, r->stretch, &r->stretch_ts, &what);
    *ts = st ? NULL : r->stretch_ts;
    if (st == STRIA_NOMEM && err)
        *err = what;
    return st == STRIA_NOMEM ? st : STRIA_OK;
}

bool sx_reader_stretch_is_alone(const struct sx_reader *r, int64_t min_ts, int64_t max_ts)
{
    assert(r->stretch);
    size_t i = (size_t)(r->stretch - r->pieces);
    return (i == 0 || r->pieces[i - 1].reach < min_ts) &&
           (i + 1 == r->piece_count || r->pieces[i + 1].min_ts > max_ts);
}

/* ---- totals --------------------------------------------------------------------------------- */

/* The one chunk that serves a column in the stretch. *known: false when there are several, or one
 * of another type. */
static stria_status chunk_of(struct sx_reader *r, uint32_t column, const struct sx_chunk **chunk,
                             bool *known, stria_error *err)
{
    struct sx_reader_source *source = r->sources[r->stretch->source];
    const struct sx_column_match *match = &source->matches[column];
    *chunk = NULL;
    *known = true;
    for (uint32_t i = 0; i < match->count; i++) {
        const struct sx_chunk *found;
        stria_status st = sx_segment_cursor_chunk(&source->cursor, r->stretch->group,
                                                  match->stored[i].column, &found, err);
        if (st)
            return st;
        if (!found)
            continue;
        *known = *known && !*chunk && match->stored[i].type == r->columns[column].type;
        *chunk = found;
    }
    return STRIA_OK;
}

static bool is_finite(uint64_t bits)
{
    return sx_f64_of_bits(bits) * 0 == 0;
}

static bool is_zero(uint64_t bits)
{
    return bits << 1 == 0;
}

/* What can be told of a chunk at all, and of all its rows by its statistics alone. */
static void tellable(const struct sx_chunk *chunk, stria_type type, unsigned *some, unsigned *whole)
{
    const struct sx_chunk_stats *s = &chunk->stats;
    unsigned ends = chunk->has_absent ? 0 : SX_TOTAL_FIRST | SX_TOTAL_LAST;
    *some = *whole = SX_TOTAL_COUNT;
    if (type != STRIA_FLOAT && type != STRIA_INT && type != STRIA_UINT)
        return;
    if (!s->has_numbers || s->nan_count ||
        (type == STRIA_FLOAT && (!is_finite(s->min) || !is_finite(s->max)))) {
        *some = *whole = 0;
        return;
    }
    *some |= SX_TOTAL_RANGE | ends;
    *whole |= SX_TOTAL_RANGE | SX_TOTAL_PLACES | ends;
    if (type != STRIA_FLOAT) /* integers that do not fit into a sum may do so in parts */
        *some |= SX_TOTAL_SUM;
    /* The sum of zeros that are all negative is such a zero, and min tells of the first only. */
    bool zeros = type == STRIA_FLOAT && is_zero(s->min) && is_zero(s->max);
    if (s->has_sum && !(zeros && s->min)) {
        *some |= SX_TOTAL_SUM;
        *whole |= SX_TOTAL_SUM;
    }
}

static void tell_whole(const struct sx_chunk_stats *stats, struct sx_stretch_totals *totals)
{
    *totals = (struct sx_stretch_totals){.count = stats->count,
                                         .sum = stats->sum,
                                         .min = stats->min,
                                         .max = stats->max,
                                         .first = stats->first,
                                         .last = stats->last,
                                         .min_row = stats->min_row,
                                         .max_row = stats->max_row};
}

/* The wanted totals of one range, if the codec told them. Of doubles, a zero that is the least or
 * greatest may be followed by one of the other sign: then its place counts. */
static bool tell_part(const struct sx_column_totals *from, stria_type type, unsigned want,
                      struct sx_stretch_totals *totals)
{
    unsigned need =
        (want & SX_TOTAL_SUM ? SX_WANT_SUM : 0) | (want & SX_TOTAL_RANGE ? SX_WANT_RANGE : 0);
    if ((from->has & need) != need || (want & SX_TOTAL_RANGE && type == STRIA_FLOAT &&
                                       (is_zero(from->min) || is_zero(from->max))))
        return false;
    totals->sum = from->sum;
    totals->min = from->min;
    totals->max = from->max;
    return true;
}

/* Asks the codec for sums and ranges. */
static stria_status tell_coded(struct sx_reader *r, const struct sx_chunk *chunk, stria_type type,
                               const struct sx_column_ranges *ranges, unsigned want, bool *known,
                               struct sx_stretch_totals *totals, stria_error *err)
{
    struct sx_segment_cursor *cursor = &r->sources[r->stretch->source]->cursor;
    unsigned ask =
        (want & SX_TOTAL_SUM ? SX_WANT_SUM : 0) | (want & SX_TOTAL_RANGE ? SX_WANT_RANGE : 0);
    struct sx_column_totals parts[BATCH];
    uint32_t ends[BATCH];
    stria_status st = STRIA_OK;
    *known = true;
    for (size_t i = 0; i < ranges->count && ask && *known && !st; i += BATCH) {
        size_t n = SX_MIN(ranges->count - i, BATCH);
        struct sx_column_ranges batch = {.first = r->stretch_first +
                                                  (i ? ranges->ends[i - 1] : ranges->first),
                                         .ends = ends,
                                         .count = n};
        for (size_t k = 0; k < n; k++)
            ends[k] = r->stretch_first + ranges->ends[i + k];
        st = sx_segment_cursor_totals(cursor, chunk, group_rows(r, r->stretch), type, &batch, ask,
                                      parts, err);
        for (size_t k = 0; k < n && *known && !st; k++)
            *known = tell_part(&parts[k], type, want, &totals[i + k]);
    }
    return st;
}

static stria_status tell_parts(struct sx_reader *r, const struct sx_chunk *chunk, stria_type type,
                               const struct sx_column_ranges *ranges, unsigned want, bool *known,
                               struct sx_stretch_totals *totals, stria_error *err)
{
    uint32_t row_count = group_rows(r, r->stretch);
    for (size_t i = 0; i < ranges->count; i++) {
        uint32_t first = i ? ranges->ends[i - 1] : ranges->first;
        bool begins = r->stretch_first + first == 0;
        bool ends = r->stretch_first + ranges->ends[i] == row_count;
        if ((want & SX_TOTAL_FIRST && !begins) || (want & SX_TOTAL_LAST && !ends)) {
            *known = false;
            return STRIA_OK;
        }
        totals[i] = (struct sx_stretch_totals){.count = ranges->ends[i] - first,
                                               .first = chunk->stats.first,
                                               .last = chunk->stats.last};
    }
    return tell_coded(r, chunk, type, ranges, want, known, totals, err);
}

stria_status sx_reader_stretch_totals(struct sx_reader *r, uint32_t column,
                                      const struct sx_column_ranges *ranges, unsigned want,
                                      bool *known, struct sx_stretch_totals *totals,
                                      stria_error *err)
{
    const struct sx_chunk *chunk;
    stria_error what = {0};
    assert(r->stretch && column < r->column_count);
    assert(ranges->count > 0 && ranges->ends[ranges->count - 1] <= r->stretch_rows.row_count);
    bool is_whole =
        ranges->count == 1 && ranges->first == 0 && ranges->ends[0] == group_rows(r, r->stretch);
    stria_type type = r->columns[column].type;
    stria_status st = chunk_of(r, column, &chunk, known, &what);
    if (!st && *known && !chunk) {
        memset(totals, 0, ranges->count * sizeof *totals);
    } else if (!st && *known) {
        unsigned some, whole;
        tellable(chunk, type, &some, &whole);
        if (is_whole && (want & whole) == want)
            tell_whole(&chunk->stats, totals);
        else if (!chunk->has_absent && (want & some) == want)
            st = tell_parts(r, chunk, type, ranges, want, known, totals, &what);
        else
            *known = false;
    }
    if (st)
        *known = false;
    if (st == STRIA_NOMEM && err)
        *err = what;
    return st == STRIA_NOMEM ? st : STRIA_OK;
}

void sx_reader_skip(struct sx_reader *r)
{
    size_t first, count;
    assert(r->stretch);
    sx_reader_piece_done(r, r->stretch);
    r->current = NULL;
    r->stretch = NULL;
    r->next_piece = sx_reader_cluster(r, &first, &count);
}
