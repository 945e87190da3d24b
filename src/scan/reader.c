/* SPDX-License-Identifier: Apache-2.0 */
/* reader.c -- see reader.h: the pieces of a series, and batches out of blocks. */
#include "scan/reader.h"

#include "base/error.h"
#include "base/sort.h"
#include "scan/damage.h"
#include "scan/reader_priv.h"

#define MEMTABLE_PIECE_ROWS 4096
#define IDLE_SERIES 256

stria_status sx_reader_create(const struct sx_reader_options *options, struct sx_reader **out,
                              stria_error *err)
{
    struct sx_mem *mem = options->request->mem;
    size_t source_count = options->view->source_count;
    *out = NULL;
    struct sx_reader *r = sx_mem_zalloc(mem, sizeof *r);
    if (!r)
        return sx_mem_refused(mem, sizeof *r, err);
    r->options = *options;
    r->mem = mem;
    r->request = options->request;
    sx_arena_init(&r->names, mem, 1024);
    sx_buf_init(&r->text, mem, 2 * 65536);
    sx_block_init(&r->merged, mem);
    sx_block_init(&r->spare, mem);
    r->sources = sx_mem_zalloc(mem, (source_count + 1) * sizeof *r->sources);
    r->column_capacity = options->column_count;
    r->columns = sx_mem_alloc(mem, (r->column_capacity + 1) * sizeof *r->columns);
    r->types = sx_mem_alloc(mem, (r->column_capacity + 1) * sizeof *r->types);
    r->vectors = sx_mem_alloc(mem, (r->column_capacity + 1) * sizeof *r->vectors);
    if (!r->sources || !r->columns || !r->types || !r->vectors) {
        sx_reader_destroy(r);
        return sx_mem_refused(mem, source_count * sizeof *r->sources, err);
    }
    for (uint32_t i = 0; options->columns && i < options->column_count; i++) {
        r->columns[i] = options->columns[i];
        r->types[i] = options->columns[i].type;
        r->column_count = i + 1;
    }
    *out = r;
    return STRIA_OK;
}

/* Lets go of what was read of sources not used since series `before`: series of one source after
 * the other would else fill the memory with what is not needed again. */
static void close_sources(struct sx_reader *r, uint64_t before)
{
    size_t kept = 0;
    for (size_t i = 0; i < r->opened_count; i++) {
        struct sx_reader_source *source = r->sources[r->opened[i]];
        if (source->used >= before) {
            r->opened[kept++] = r->opened[i];
            continue;
        }
        sx_mem_free(r->mem, source->matches);
        sx_mem_free(r->mem, source->columns);
        sx_segment_cursor_deinit(&source->cursor);
        sx_mem_rows_deinit(&source->rows);
        sx_mem_free(r->mem, source);
        r->sources[r->opened[i]] = NULL;
    }
    r->opened_count = kept;
}

/* Before the next series. What was not used for a while goes earlier where memory is tight. */
static void close_some(struct sx_reader *r, size_t wanted)
{
    uint64_t now = ++r->series_number;
    if (r->opened_count >= SX_MAX(SX_READER_OPENED_MAX, 2 * wanted))
        close_sources(r, UINT64_MAX);
    else if (now % IDLE_SERIES == 0 && sx_mem_is_tight(r->mem))
        close_sources(r, now - IDLE_SERIES);
}

/* What is read of a source; NULL: no memory. */
static struct sx_reader_source *open_source(struct sx_reader *r, uint32_t number)
{
    struct sx_reader_source *source = r->sources[number];
    struct sx_segment *segment = sx_view_segment(r->options.view, number);
    if (source)
        source->used = r->series_number;
    if (source || !SX_GROW(r->mem, r->opened, r->opened_capacity, r->opened_count + 1))
        return source;
    source = sx_mem_zalloc(r->mem, sizeof *source);
    if (!source)
        return NULL;
    source->used = r->series_number;
    source->measurement = UINT32_MAX;
    if (segment)
        sx_segment_cursor_init(&source->cursor, segment, r->mem);
    r->opened[r->opened_count++] = number;
    r->sources[number] = source;
    return source;
}

void sx_reader_destroy(struct sx_reader *r)
{
    if (!r)
        return;
    close_sources(r, UINT64_MAX);
    for (size_t i = 0; i < r->block_capacity; i++)
        sx_block_deinit(&r->blocks[i]);
    sx_block_deinit(&r->merged);
    sx_block_deinit(&r->spare);
    sx_arena_deinit(&r->names);
    sx_mem_free(r->mem, r->sources);
    sx_mem_free(r->mem, r->opened);
    sx_mem_free(r->mem, r->columns);
    sx_mem_free(r->mem, r->types);
    sx_mem_free(r->mem, r->vectors);
    sx_mem_free(r->mem, r->masks);
    sx_regex_scratch_destroy(r->scratch);
    sx_buf_deinit(&r->text);
    sx_mem_free(r->mem, r->pieces);
    sx_mem_free(r->mem, r->blocks);
    sx_mem_free(r->mem, r);
}

/* ---- pieces ---- */

static stria_status add_piece(struct sx_reader *r, struct sx_piece *piece, stria_error *err)
{
    if (r->mask_count &&
        sx_reader_masked(r, piece->source, piece->min_ts, piece->max_ts, &piece->masked))
        return STRIA_OK;
    if (!SX_GROW(r->mem, r->pieces, r->piece_capacity, r->piece_count + 1))
        return sx_mem_refused(r->mem, sizeof *piece, err);
    r->pieces[r->piece_count++] = *piece;
    return STRIA_OK;
}

/* The first group of a series in the stripe at hand. */
static uint32_t first_group(const struct sx_segment_cursor *cursor, uint32_t group_count,
                            uint32_t series)
{
    uint32_t low = 0, high = group_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (cursor->groups[middle].series < series)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Adds the pieces that a series has in a stripe. */
static stria_status add_stripe_pieces(struct sx_reader *r, const struct sx_scan_source *where,
                                      uint32_t number, stria_error *err)
{
    struct sx_segment_cursor *cursor = &r->sources[where->source]->cursor;
    const struct sx_stripe *stripe = &cursor->segment->stripes[number];
    stria_error what = {0};
    stria_status st = sx_segment_cursor_stripe(cursor, number, &what);
    if (st)
        return sx_leave_out(r->request, cursor->segment, &what, err);
    uint32_t g = first_group(cursor, stripe->group_count, where->id);
    for (; g < stripe->group_count && !st; g++) {
        const struct sx_group *group = &cursor->groups[g];
        if (group->series != where->id)
            break;
        if (group->max_ts < r->options.time_min_ns || group->min_ts > r->options.time_max_ns)
            continue;
        struct sx_piece piece = {.source = where->source,
                                 .min_ts = group->min_ts,
                                 .max_ts = group->max_ts,
                                 .stripe = number,
                                 .group = g,
                                 .count = group->row_count};
        st = add_piece(r, &piece, err);
    }
    return st;
}

static stria_status add_segment_pieces(struct sx_reader *r, const struct sx_scan_source *where,
                                       stria_error *err)
{
    struct sx_segment *segment = sx_view_segment(r->options.view, where->source);
    stria_error what = {0};
    stria_status st = sx_view_load(r->options.view, where->source, &what);
    if (st)
        return sx_leave_out(r->request, segment, &what, err);
    if (!open_source(r, where->source))
        return sx_mem_refused(r->mem, sizeof(struct sx_reader_source), err);
    const struct sx_segment_measurement *m = sx_segment_measurement_of(segment, where->id);
    uint32_t first, count;
    sx_segment_stripes_of(segment, m, where->id, &first, &count);
    for (uint32_t i = first; i < first + count && !st; i++) {
        const struct sx_stripe *stripe = &segment->stripes[i];
        if (stripe->max_ts >= r->options.time_min_ns && stripe->min_ts <= r->options.time_max_ns)
            st = add_stripe_pieces(r, where, i, err);
    }
    return st;
}

static stria_status add_memtable_pieces(struct sx_reader *r, const struct sx_scan_source *where,
                                        stria_error *err)
{
    struct sx_memtable *memtable = sx_view_memtable(r->options.view, where->source);
    struct sx_reader_source *source = open_source(r, where->source);
    struct sx_mem_series *series = sx_memtable_series(memtable, where->id);
    stria_status st = STRIA_OK;
    if (!source)
        return sx_mem_refused(r->mem, sizeof *source, err);
    sx_mem_rows_deinit(&source->rows);
    source->slot = where->id;
    if (!series)
        return STRIA_OK;
    st = sx_mem_rows_collect(&source->rows, r->mem, series, r->options.time_min_ns,
                             r->options.time_max_ns, err);
    for (size_t i = 0; i < source->rows.time_count && !st; i += MEMTABLE_PIECE_ROWS) {
        struct sx_piece piece = {.source = where->source,
                                 .first = i,
                                 .count = SX_MIN(source->rows.time_count - i, MEMTABLE_PIECE_ROWS)};
        sx_mem_rows_times(&source->rows, i, 1, &piece.min_ts);
        sx_mem_rows_times(&source->rows, i + piece.count - 1, 1, &piece.max_ts);
        st = add_piece(r, &piece, err);
    }
    return st;
}

static int compare_pieces(const void *a, const void *b, void *context)
{
    const struct sx_piece *x = a, *y = b;
    (void)context;
    if (x->min_ts != y->min_ts)
        return x->min_ts < y->min_ts ? -1 : 1;
    return (x->source > y->source) - (x->source < y->source);
}

stria_status sx_reader_series(struct sx_reader *r, const struct sx_scan_series *series,
                              stria_error *err)
{
    stria_status st = sx_request_check(r->request, err);
    r->piece_count = r->mask_count = 0;
    r->part_rows = r->options.first_rows;
    r->part_taken = 0;
    r->current = NULL;
    r->stretch = NULL;
    r->rows.row_count = 0;
    close_some(r, series->source_count);
    if (!st && r->options.view->tombstones)
        st = sx_reader_find_masks(r, series->key, err);
    for (uint32_t i = 0; i < series->source_count && !st; i++) {
        bool is_segment = sx_view_segment(r->options.view, series->sources[i].source) != NULL;
        st = is_segment ? add_segment_pieces(r, &series->sources[i], err)
                        : add_memtable_pieces(r, &series->sources[i], err);
    }
    if (!st && r->piece_count > 1)
        sx_sort(r->pieces, r->piece_count, sizeof *r->pieces, compare_pieces, NULL);
    for (size_t i = 0; i < r->piece_count; i++)
        r->pieces[i].reach = SX_MAX(r->pieces[i].max_ts, i ? r->pieces[i - 1].reach : INT64_MIN);
    if (!st && !r->options.columns)
        st = sx_reader_find_columns(r, err);
    r->next_piece = r->options.descending ? r->piece_count : 0;
    if (st)
        r->piece_count = r->next_piece = 0;
    return st;
}

const struct sx_scan_column *sx_reader_columns(const struct sx_reader *r, uint32_t *count)
{
    *count = r->column_count;
    return r->columns;
}

uint64_t sx_reader_row_estimate(const struct sx_reader *r)
{
    uint64_t count = 0;
    for (size_t i = 0; i < r->piece_count; i++)
        count += r->pieces[i].count;
    return count;
}

/* ---- batches ---- */

size_t sx_reader_cluster(const struct sx_reader *r, size_t *first, size_t *count)
{
    size_t low = r->next_piece, end = low + 1;
    if (!r->options.descending) {
        while (end < r->piece_count && r->pieces[end].min_ts <= r->pieces[end - 1].reach)
            end++;
    } else {
        end = low--;
        while (low > 0 && r->pieces[low].min_ts <= r->pieces[low - 1].reach)
            low--;
    }
    *first = low;
    *count = end - low;
    return r->options.descending ? low : end;
}

static stria_status more_blocks(struct sx_reader *r, size_t count, stria_error *err)
{
    if (count <= r->block_capacity)
        return STRIA_OK;
    size_t capacity = SX_MAX(count, 2 * r->block_capacity);
    struct sx_block *blocks = sx_mem_resize(r->mem, r->blocks, capacity * sizeof *blocks);
    if (!blocks)
        return sx_mem_refused(r->mem, capacity * sizeof *blocks, err);
    r->blocks = blocks;
    for (; r->block_capacity < capacity; r->block_capacity++)
        sx_block_init(&r->blocks[r->block_capacity], r->mem);
    return STRIA_OK;
}

/* Decodes the next overlapping pieces; r->current has their rows. A failure ends the series: what
 * follows would look like the whole rest. */
static stria_status next_block(struct sx_reader *r, stria_error *err)
{
    size_t first, count;
    r->current = NULL; /* blocks may move */
    r->stretch = NULL;
    size_t next = sx_reader_cluster(r, &first, &count);
    stria_status st = more_blocks(r, count, err);
    r->in_parts = count == 1 && r->part_rows;
    r->part_left = false;
    for (size_t i = 0; i < count && !st; i++)
        st = sx_reader_decode(r, &r->pieces[first + i], &r->blocks[i], err);
    if (!st && count > 1)
        st = sx_reader_merge(r, count, err);
    if (st) {
        r->piece_count = r->next_piece = 0;
        return st;
    }
    if (!r->part_left) {
        r->next_piece = next;
        r->part_taken = 0;
    }
    r->current = count > 1 ? &r->merged : &r->blocks[0];
    r->current_row = 0;
    if (r->options.descending)
        sx_block_reverse(r->current);
    return STRIA_OK;
}

static void fill_rows(struct sx_reader *r)
{
    const struct sx_block *block = r->current;
    uint32_t first = r->current_row;
    r->rows.row_count = SX_MIN(block->row_count - first, SX_VECTOR_MAX);
    r->rows.column_count = block->column_count;
    r->rows.ts_ns = block->ts_ns + first;
    r->rows.columns = r->vectors;
    for (uint32_t i = 0; i < block->column_count; i++) {
        const struct sx_block_column *column = &block->columns[i];
        size_t offset = first * sx_type_size(column->type);
        r->vectors[i] = (struct sx_vector){
            .type = column->type,
            .values = (const uint8_t *)column->values + offset,
            .present = column->all_present ? NULL : column->present + first / 64};
    }
    r->current_row += r->rows.row_count;
}

bool sx_reader_is_at_end(const struct sx_reader *r)
{
    bool end = r->options.descending ? r->next_piece == 0 : r->next_piece >= r->piece_count;
    return end && (!r->current || r->current_row >= r->current->row_count);
}

stria_status sx_reader_next(struct sx_reader *r, const struct sx_rows **rows, stria_error *err)
{
    *rows = NULL;
    while (!r->current || r->current_row >= r->current->row_count) {
        if (sx_reader_is_at_end(r))
            return STRIA_OK;
        stria_status st = sx_request_check(r->request, err);
        if (!st)
            st = next_block(r, err);
        if (st)
            return st;
    }
    fill_rows(r);
    *rows = &r->rows;
    return STRIA_OK;
}
