/* SPDX-License-Identifier: Apache-2.0 */
/* reader_decode.c -- a piece of a series -> a block (reader.h): which stored columns serve the
 * wanted ones, and decoding them. */
#include "base/error.h"
#include "base/sort.h"
#include "codec/column.h"
#include "model/type.h"
#include "scan/damage.h"
#include "scan/reader_priv.h"

#define PART_GROWTH 8

/* ---- which columns ---- */

/* How well a stored type serves a wanted one: 0 not at all, then weakest first. */
static int serves(stria_type stored, stria_type wanted, bool exact)
{
    if (stored == wanted)
        return 4;
    if (exact)
        return 0;
    if (wanted == STRIA_FLOAT)
        return stored == STRIA_INT ? 3 : stored == STRIA_UINT ? 2 : 0;
    if (wanted == STRIA_INT)
        return stored == STRIA_UINT ? 2 : 0;
    if (wanted == STRIA_UINT)
        return stored == STRIA_INT ? 2 : 0;
    return 0;
}

/* Adds a stored column to a match, keeping the weakest first. */
static void add_stored(struct sx_column_match *match, uint32_t column, stria_type stored,
                       stria_type wanted, bool exact)
{
    int strength = serves(stored, wanted, exact);
    if (strength == 0 || match->count == SX_STORED_MAX)
        return;
    uint32_t i = match->count++;
    while (i > 0 && serves(match->stored[i - 1].type, wanted, exact) > strength) {
        match->stored[i] = match->stored[i - 1];
        i--;
    }
    match->stored[i] = (struct sx_stored){.column = column, .type = stored};
}

static stria_status reset_matches(struct sx_reader *r, struct sx_reader_source *source,
                                  stria_error *err)
{
    size_t size = ((size_t)r->column_count + 1) * sizeof *source->matches;
    struct sx_column_match *matches = sx_mem_resize(r->mem, source->matches, size);
    if (!matches)
        return sx_mem_refused(r->mem, size, err);
    source->matches = matches;
    memset(matches, 0, size);
    return STRIA_OK;
}

static stria_status match_segment(struct sx_reader *r, struct sx_reader_source *source,
                                  uint32_t measurement, stria_error *err)
{
    if (source->measurement == measurement)
        return STRIA_OK;
    const struct sx_segment_measurement *m = &source->cursor.segment->measurements[measurement];
    source->measurement = UINT32_MAX;
    stria_status st = reset_matches(r, source, err);
    if (st)
        return st;
    for (uint32_t i = 0; i < r->column_count; i++)
        for (uint32_t j = 0; j < m->column_count; j++)
            if (sx_bytes_equal(m->columns[j].name, r->columns[i].name))
                add_stored(&source->matches[i], j, m->columns[j].type, r->columns[i].type,
                           !r->options.columns);
    source->measurement = measurement;
    return STRIA_OK;
}

/* Copies the columns of the measurement of the series at hand; they may grow while we look. */
static stria_status load_columns(struct sx_reader *r, struct sx_reader_source *source,
                                 struct sx_memtable *memtable, stria_error *err)
{
    struct sx_series_index *index = sx_memtable_index(memtable);
    for (;;) {
        (void)sx_series_index_columns(index, source->slot, source->columns, source->column_capacity,
                                      &source->column_count);
        if (source->column_count <= source->column_capacity)
            return STRIA_OK;
        uint32_t capacity = source->column_count + 8;
        struct sx_measurement_column *columns =
            sx_mem_resize(r->mem, source->columns, capacity * sizeof *columns);
        if (!columns)
            return sx_mem_refused(r->mem, capacity * sizeof *columns, err);
        source->columns = columns;
        source->column_capacity = capacity;
    }
}

static stria_status match_memtable(struct sx_reader *r, struct sx_reader_source *source,
                                   struct sx_memtable *memtable, stria_error *err)
{
    stria_status st = load_columns(r, source, memtable, err);
    if (!st)
        st = reset_matches(r, source, err);
    for (uint32_t i = 0; i < r->column_count && !st; i++)
        for (uint32_t j = 0; j < source->column_count; j++)
            if (sx_bytes_equal(source->columns[j].name, r->columns[i].name))
                add_stored(&source->matches[i], j, source->columns[j].type, r->columns[i].type,
                           !r->options.columns);
    return st;
}

/* ---- conversion ---- */

static void convert(stria_type from, stria_type to, const void *in, void *out, uint32_t count)
{
    if (from == to) {
        memcpy(out, in, count * sx_type_size(to));
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (to == STRIA_FLOAT && from == STRIA_INT)
            ((double *)out)[i] = (double)((const int64_t *)in)[i];
        else if (to == STRIA_FLOAT)
            ((double *)out)[i] = (double)((const uint64_t *)in)[i];
        else /* integer and unsigned: the same 64 bits */
            ((uint64_t *)out)[i] = ((const uint64_t *)in)[i];
    }
}

/* Puts the values that `from` has (of type `type`) over those of column `c` of the block. */
static void overlay(struct sx_block *block, uint32_t c, stria_type type,
                    const struct sx_block_column *from, bool first)
{
    struct sx_block_column *column = &block->columns[c];
    if (first) {
        convert(type, column->type, from->values, column->values, block->row_count);
        memcpy(column->present, from->present,
               ((size_t)block->row_count + 63) / 64 * sizeof *column->present);
        return;
    }
    size_t from_size = sx_type_size(type), to_size = sx_type_size(column->type);
    for (uint32_t i = 0; i < block->row_count; i++)
        if (sx_bit_get(from->present, i)) {
            convert(type, column->type, (const uint8_t *)from->values + i * from_size,
                    (uint8_t *)column->values + i * to_size, 1);
            sx_bit_set(column->present, i);
        }
}

/* ---- segments ---- */

void sx_reader_rows_in_range(const struct sx_reader *r, const int64_t *ts, uint32_t count,
                             uint32_t *first, uint32_t *end)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (ts[middle] < r->options.time_min_ns)
            low = middle + 1;
        else
            high = middle;
    }
    *first = low;
    high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (ts[middle] <= r->options.time_max_ns)
            low = middle + 1;
        else
            high = middle;
    }
    *end = low;
}

/* Of one row alone, the first or the last of its group, the directory tells the value. */
static bool value_of_end(const struct sx_chunk *chunk, uint32_t row_count, stria_type type,
                         uint32_t first, struct sx_block_column *target)
{
    bool is_number = type == STRIA_FLOAT || type == STRIA_INT || type == STRIA_UINT;
    if (!is_number || chunk->has_absent || !chunk->stats.has_numbers ||
        (first != 0 && first + 1 != row_count))
        return false;
    *(uint64_t *)target->values = first ? chunk->stats.last : chunk->stats.first;
    target->present[0] = 1;
    return true;
}

static stria_status decode_chunks(struct sx_reader *r, struct sx_reader_source *source,
                                  const struct sx_piece *piece, struct sx_block *block, uint32_t c,
                                  uint32_t first, stria_error *err)
{
    const struct sx_column_match *match = &source->matches[c];
    struct sx_block_column *column = &block->columns[c];
    uint32_t row_count = source->cursor.groups[piece->group].row_count;
    bool any = false;
    for (uint32_t i = 0; i < match->count; i++) {
        const struct sx_stored *stored = &match->stored[i];
        const struct sx_chunk *chunk;
        bool all;
        stria_status st =
            sx_segment_cursor_chunk(&source->cursor, piece->group, stored->column, &chunk, err);
        if (st)
            return st;
        if (!chunk)
            continue;
        bool direct = !any && stored->type == column->type;
        struct sx_block_column *target = direct ? column : &r->spare.columns[0];
        if (!r->in_parts || block->row_count != 1 ||
            !value_of_end(chunk, row_count, stored->type, first, target))
            st = sx_segment_cursor_values(&source->cursor, chunk, row_count, stored->type, first,
                                          block->row_count, target->values, target->present, &all,
                                          &block->strings, err);
        if (st)
            return st;
        if (!direct)
            overlay(block, c, stored->type, target, !any);
        any = true;
    }
    if (any)
        sx_block_settle(block, c);
    else
        sx_block_no_values(block, c);
    return STRIA_OK;
}

/* Damage costs the column its values in this piece, and nothing else. */
static stria_status decode_segment_column(struct sx_reader *r, struct sx_reader_source *source,
                                          const struct sx_piece *piece, struct sx_block *block,
                                          uint32_t c, uint32_t first, stria_error *err)
{
    stria_error what = {0};
    stria_status st = decode_chunks(r, source, piece, block, c, first, &what);
    block->columns[c].lost = false;
    if (!st)
        return STRIA_OK;
    st = sx_leave_out(r->request, source->cursor.segment, &what, err);
    if (!st) {
        sx_block_no_values(block, c);
        block->columns[c].lost = true;
    }
    return st;
}

stria_status sx_reader_piece_columns(struct sx_reader *r, const struct sx_piece *piece,
                                     stria_error *err)
{
    struct sx_reader_source *source = r->sources[piece->source];
    stria_status st = sx_segment_cursor_stripe(&source->cursor, piece->stripe, err);
    if (!st)
        st = match_segment(r, source, source->cursor.segment->stripes[piece->stripe].measurement,
                           err);
    return st;
}

stria_status sx_reader_piece_times(struct sx_reader *r, const struct sx_piece *piece,
                                   const int64_t **ts, stria_error *err)
{
    stria_status st = sx_reader_piece_columns(r, piece, err);
    return st ? st
              : sx_segment_cursor_times(&r->sources[piece->source]->cursor, piece->group, ts, err);
}

/* Of the rows [*first, *end) of a piece that is decoded in parts, those that come next: each part
 * is longer than the one before, and all but a first row alone end where the codecs begin a group
 * of values. */
static void take_part(struct sx_reader *r, uint32_t *first, uint32_t *end)
{
    uint32_t whole_first = *first, whole_end = *end, group = r->part_rows > 1 ? SX_GROUP : 1;
    if (r->options.descending) {
        *end -= r->part_taken;
        if (*end - *first > r->part_rows)
            *first = SX_MAX((*end - r->part_rows) / group * group, *first);
        r->part_taken = whole_end - *first;
    } else {
        *first += r->part_taken;
        if (*end - *first > r->part_rows)
            *end = SX_MIN((*first + r->part_rows + group - 1) / group * group, *end);
        r->part_taken = *end - whole_first;
    }
    r->part_left = r->part_taken < whole_end - whole_first;
    r->part_rows = SX_MIN(r->part_rows, SX_COLUMN_VALUES_MAX) * PART_GROWTH;
}

static stria_status decode_segment(struct sx_reader *r, const struct sx_piece *piece,
                                   struct sx_block *block, stria_error *err)
{
    struct sx_reader_source *source = r->sources[piece->source];
    stria_error what = {0};
    const int64_t *ts;
    uint32_t first, end;
    stria_status st = sx_reader_piece_times(r, piece, &ts, &what);
    if (st) { /* without its times the piece has no rows */
        st = sx_leave_out(r->request, source->cursor.segment, &what, err);
        return st ? st : sx_block_shape(block, 0, r->types, r->column_count, err);
    }
    sx_reader_rows_in_range(r, ts, source->cursor.groups[piece->group].row_count, &first, &end);
    if (r->in_parts)
        take_part(r, &first, &end);
    uint32_t count = end - first;
    st = sx_block_shape(block, count, r->types, r->column_count, err);
    stria_type widest = STRIA_STRING;
    if (!st)
        st = sx_block_shape(&r->spare, count, &widest, 1, err);
    if (st || count == 0)
        return st;
    block->row_count = count;
    memcpy(block->ts_ns, ts + first, count * sizeof *ts);
    for (uint32_t c = 0; c < r->column_count && !st; c++)
        st = decode_segment_column(r, source, piece, block, c, first, err);
    return st;
}

/* ---- memtables ---- */

static stria_status decode_memtable(struct sx_reader *r, const struct sx_piece *piece,
                                    struct sx_block *block, stria_error *err)
{
    struct sx_reader_source *source = r->sources[piece->source];
    struct sx_memtable *memtable = sx_view_memtable(r->options.view, piece->source);
    stria_type widest = STRIA_STRING;
    stria_status st = match_memtable(r, source, memtable, err);
    if (!st)
        st = sx_block_shape(block, (uint32_t)piece->count, r->types, r->column_count, err);
    if (!st)
        st = sx_block_shape(&r->spare, (uint32_t)piece->count, &widest, 1, err);
    if (st)
        return st;
    block->row_count = (uint32_t)piece->count;
    for (uint32_t c = 0; c < r->column_count; c++)
        block->columns[c].lost = false;
    sx_mem_rows_times(&source->rows, piece->first, piece->count, block->ts_ns);
    for (uint32_t c = 0; c < r->column_count; c++) {
        const struct sx_column_match *match = &source->matches[c];
        bool any = false;
        for (uint32_t i = 0; i < match->count; i++) {
            struct sx_block_column *spare = &r->spare.columns[0];
            bool direct = !any && match->stored[i].type == block->columns[c].type;
            struct sx_block_column *target = direct ? &block->columns[c] : spare;
            size_t present = sx_mem_rows_column(memtable, &source->rows, piece->first, piece->count,
                                                match->stored[i].column, match->stored[i].type,
                                                target->values, target->present);
            if (!direct && present)
                overlay(block, c, match->stored[i].type, target, !any);
            any = any || direct || present;
        }
        if (any)
            sx_block_settle(block, c);
        else
            sx_block_no_values(block, c);
    }
    return STRIA_OK;
}

void sx_reader_piece_done(struct sx_reader *r, const struct sx_piece *piece)
{
    struct sx_segment_cursor *cursor = &r->sources[piece->source]->cursor;
    if (cursor->segment && r->opened_count > SX_READER_OPENED_MAX && sx_mem_is_tight(r->mem))
        sx_segment_cursor_trim(cursor);
}

stria_status sx_reader_decode(struct sx_reader *r, const struct sx_piece *piece,
                              struct sx_block *block, stria_error *err)
{
    block->rank = piece->source;
    stria_status st = sx_view_segment(r->options.view, piece->source)
                          ? decode_segment(r, piece, block, err)
                          : decode_memtable(r, piece, block, err);
    if (!st && piece->masked)
        st = sx_reader_drop_masked(r, piece->source, block, err);
    if (!r->part_left)
        sx_reader_piece_done(r, piece);
    return st;
}

/* ---- all columns of a series ---- */

static int compare_columns(const void *a, const void *b, void *context)
{
    const struct sx_scan_column *x = a, *y = b;
    (void)context;
    int order = sx_bytes_compare(x->name, y->name);
    return order ? order : (int)x->type - (int)y->type;
}

static stria_status add_column(struct sx_reader *r, struct sx_bytes name, stria_type type,
                               stria_error *err)
{
    for (uint32_t i = 0; i < r->column_count; i++)
        if (r->columns[i].type == type && sx_bytes_equal(r->columns[i].name, name))
            return STRIA_OK;
    if (r->column_count == r->column_capacity) {
        uint32_t capacity = SX_MAX(2 * r->column_capacity, 16);
        struct sx_scan_column *columns =
            sx_mem_resize(r->mem, r->columns, (capacity + 1) * sizeof *columns);
        if (columns)
            r->columns = columns;
        stria_type *types = sx_mem_resize(r->mem, r->types, (capacity + 1) * sizeof *types);
        if (types)
            r->types = types;
        struct sx_vector *vectors =
            sx_mem_resize(r->mem, r->vectors, (capacity + 1) * sizeof *vectors);
        if (vectors)
            r->vectors = vectors;
        if (!columns || !types || !vectors)
            return sx_mem_refused(r->mem, capacity * sizeof *columns, err);
        r->column_capacity = capacity;
    }
    struct sx_bytes copy = sx_arena_dup(&r->names, name);
    if (!copy.ptr)
        return sx_mem_refused(r->mem, name.len, err);
    r->columns[r->column_count++] = (struct sx_scan_column){.name = copy, .type = type};
    return STRIA_OK;
}

static stria_status add_segment_columns(struct sx_reader *r, const struct sx_piece *piece,
                                        stria_error *err)
{
    struct sx_reader_source *source = r->sources[piece->source];
    struct sx_segment *segment = source->cursor.segment;
    stria_error what = {0};
    stria_status st = sx_segment_cursor_stripe(&source->cursor, piece->stripe, &what);
    if (st)
        return sx_leave_out(r->request, segment, &what, err);
    const struct sx_segment_measurement *m =
        &segment->measurements[segment->stripes[piece->stripe].measurement];
    for (uint32_t i = 0; i < m->column_count && !st; i++) {
        const struct sx_chunk *chunk;
        st = sx_segment_cursor_chunk(&source->cursor, piece->group, i, &chunk, &what);
        if (st)
            st = sx_leave_out(r->request, segment, &what, err);
        else if (chunk)
            st = add_column(r, m->columns[i].name, m->columns[i].type, err);
    }
    return st;
}

static stria_status add_memtable_columns(struct sx_reader *r, const struct sx_piece *piece,
                                         stria_error *err)
{
    struct sx_reader_source *source = r->sources[piece->source];
    struct sx_memtable *memtable = sx_view_memtable(r->options.view, piece->source);
    stria_status st = load_columns(r, source, memtable, err);
    if (st)
        return st;
    size_t size = ((size_t)source->column_count + 64) / 64 * sizeof(uint64_t);
    uint64_t *used = sx_mem_zalloc(r->mem, size);
    if (!used)
        return sx_mem_refused(r->mem, size, err);
    sx_mem_rows_columns(memtable, &source->rows, used);
    for (uint32_t i = 0; i < source->column_count && !st; i++)
        if (sx_bit_get(used, i))
            st = add_column(r, source->columns[i].name, source->columns[i].type, err);
    sx_mem_free(r->mem, used);
    return st;
}

stria_status sx_reader_find_columns(struct sx_reader *r, stria_error *err)
{
    stria_status st = STRIA_OK;
    uint32_t last_memtable = UINT32_MAX;
    r->column_count = 0;
    sx_arena_reset(&r->names);
    for (size_t i = 0; i < r->piece_count && !st; i++) {
        const struct sx_piece *piece = &r->pieces[i];
        if (sx_view_segment(r->options.view, piece->source)) {
            st = add_segment_columns(r, piece, err);
        } else if (piece->source != last_memtable) {
            st = add_memtable_columns(r, piece, err);
            last_memtable = piece->source;
        }
    }
    sx_sort(r->columns, r->column_count, sizeof *r->columns, compare_columns, NULL);
    for (uint32_t i = 0; i < r->column_count; i++)
        r->types[i] = r->columns[i].type;
    /* What serves them must be found anew in each source. */
    for (size_t i = 0; i < r->opened_count; i++)
        r->sources[r->opened[i]]->measurement = UINT32_MAX;
    return st;
}
