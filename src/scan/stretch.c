/* SPDX-License-Identifier: Apache-2.0 */
/* stretch.c -- see stretch.h. */
#include "scan/stretch.h"

#include "scan/reader_priv.h"

#include <assert.h>

/* The piece that can be added up, if the next is one. */
static const struct sx_piece *next_alone(const struct sx_reader *r)
{
    size_t first, count;
    bool end = r->options.descending ? r->next_piece == 0 : r->next_piece >= r->piece_count;
    if (end || r->part_taken || (r->current && r->current_row < r->current->row_count))
        return NULL;
    (void)sx_reader_cluster(r, &first, &count);
    const struct sx_piece *piece = &r->pieces[first];
    if (count > 1 || piece->masked || !r->options.view->sources[piece->source].segment)
        return NULL;
    return piece;
}

stria_status sx_reader_stretch(struct sx_reader *r, const struct sx_stretch **stretch,
                               stria_error *err)
{
    const struct sx_piece *piece = next_alone(r);
    stria_error ignored = {0};
    const int64_t *ts;
    uint32_t first, end;
    *stretch = NULL;
    r->stretch = NULL;
    stria_status st = sx_request_check(r->request, err);
    if (st || !piece)
        return st;
    if (sx_reader_piece_times(r, piece, &ts, &ignored))
        return STRIA_OK; /* whoever reads the rows hears of it */
    const struct sx_reader_source *source = &r->sources[piece->source];
    sx_reader_rows_in_range(r, ts, source->cursor.groups[piece->group].row_count, &first, &end);
    if (first == end)
        return STRIA_OK;
    r->stretch = piece;
    r->stretch_first = first;
    r->stretch_rows = (struct sx_stretch){.ts_ns = ts + first, .row_count = end - first};
    *stretch = &r->stretch_rows;
    return STRIA_OK;
}

/* The one chunk that serves a column in the stretch. *known: false when there are several, or one
 * of another type. */
static stria_status chunk_of(struct sx_reader *r, uint32_t column, const struct sx_chunk **chunk,
                             bool *known, stria_error *err)
{
    struct sx_reader_source *source = &r->sources[r->stretch->source];
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

stria_status sx_reader_stretch_totals(struct sx_reader *r, uint32_t column, uint32_t first,
                                      uint32_t count, unsigned want, bool *known,
                                      struct sx_column_totals *totals, stria_error *err)
{
    const struct sx_chunk *chunk;
    stria_error what = {0};
    assert(r->stretch && column < r->column_count && count > 0);
    struct sx_segment_cursor *cursor = &r->sources[r->stretch->source].cursor;
    uint32_t row_count = cursor->groups[r->stretch->group].row_count;
    *totals = (struct sx_column_totals){0};
    stria_status st = chunk_of(r, column, &chunk, known, &what);
    if (!st && *known && chunk) {
        if (want)
            st = sx_segment_cursor_totals(cursor, chunk, row_count, r->columns[column].type,
                                          r->stretch_first + first, count, want, totals, &what);
        *known = !chunk->has_absent && (totals->has & want) == want;
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
    r->current = NULL;
    r->stretch = NULL;
    r->next_piece = sx_reader_cluster(r, &first, &count);
}
