/* SPDX-License-Identifier: Apache-2.0 */
/* rewrite.c -- see rewrite.h. */
#include "engine/rewrite.h"

#include "base/error.h"
#include "engine/budget.h"
#include "engine/engine_priv.h"
#include "engine/rewrite_priv.h"

#define GRID_LEVELS_MAX 20
#define SERIES_INDEX_SIZE 100 /* a series takes its key and so many bytes until its segment ends */
#define GROUP_TEXT_SIZE_MAX ((size_t)4 << 20) /* bytes of strings of a group, or one row more */

static int64_t mono_ns(void *clock)
{
    return sx_os_mono_ns(clock);
}

stria_status sx_rewrite_init(struct sx_rewrite *rw, struct sx_engine *engine,
                             const struct sx_rewrite_options *options, stria_error *err)
{
    *rw = (struct sx_rewrite){.engine = engine, .options = *options};
    if (!options->index_size_max)
        rw->options.index_size_max = sx_budget_segment_index_max(engine);
    rw->request.mem = options->mem;
    rw->request.mono_ns = mono_ns;
    rw->request.clock = engine->os;
    sx_block_init(&rw->rows, options->mem);
    sx_stored_group_init(&rw->stored, options->mem);
    struct sx_reader_options reader = {.view = options->view,
                                       .time_min_ns = options->time_min_ns,
                                       .time_max_ns = options->time_max_ns,
                                       .request = &rw->request};
    return sx_reader_create(&reader, &rw->reader, err);
}

void sx_rewrite_deinit(struct sx_rewrite *rw, bool keep)
{
    if (!rw->engine)
        return;
    sx_reader_destroy(rw->reader);
    sx_segment_writer_destroy(rw->writer);
    sx_block_deinit(&rw->rows);
    sx_stored_group_deinit(&rw->stored);
    for (size_t i = 0; !keep && i < rw->output_count; i++) {
        char *path = sx_engine_segment_path(rw->engine, rw->outputs[i].segment_id);
        if (path)
            (void)rw->engine->os->ops->unlink(rw->engine->os, path, NULL);
        sx_mem_free(&rw->engine->mems[SX_ENGINE_MEM_OTHER], path);
    }
    sx_mem_free(rw->options.mem, rw->types);
    sx_mem_free(rw->options.mem, rw->columns);
    sx_mem_free(rw->options.mem, rw->outputs);
    *rw = (struct sx_rewrite){0};
}

/* ---- segments ---- */

static stria_status open_writer(struct sx_rewrite *rw, stria_error *err)
{
    struct sx_engine *engine = rw->engine;
    struct sx_mem *other = &engine->mems[SX_ENGINE_MEM_OTHER];
    /* An id is spent even if the file comes to nothing; the manifest hears of it with the
     * commit. */
    sx_mutex_lock(&engine->manifest_mutex);
    rw->segment_id = engine->counters.next_segment_id++;
    sx_mutex_unlock(&engine->manifest_mutex);
    char *path = sx_engine_segment_path(engine, rw->segment_id);
    if (!path)
        return sx_mem_refused(other, 64, err);
    struct sx_segment_writer_options options = {.os = engine->os,
                                                .mem = rw->options.mem,
                                                .path = path,
                                                .info = rw->options.info,
                                                .no_entropy = engine->options.seal_without_entropy};
    options.info.segment_id = rw->segment_id;
    options.info.created_ns = sx_os_now_ns(engine->os);
    stria_status st = sx_segment_writer_create(&options, &rw->writer, err);
    sx_mem_free(other, path);
    return st;
}

stria_status sx_rewrite_finish(struct sx_rewrite *rw, stria_error *err)
{
    if (!rw->writer)
        return STRIA_OK;
    if (!SX_GROW(rw->options.mem, rw->outputs, rw->output_capacity, rw->output_count + 1))
        return sx_mem_refused(rw->options.mem, sizeof *rw->outputs, err);
    stria_status st = sx_segment_writer_finish(rw->writer, &rw->outputs[rw->output_count], err);
    if (st)
        return st;
    rw->output_count++;
    rw->index_size = 0;
    sx_segment_writer_destroy(rw->writer);
    rw->writer = NULL;
    return STRIA_OK;
}

/* ---- groups ---- */

static bool row_is_empty(const struct sx_block *rows, uint32_t row)
{
    for (uint32_t i = 0; i < rows->column_count; i++)
        if (sx_bit_get(rows->columns[i].present, row))
            return false;
    return true;
}

/* Takes rows without any value out of the gathered ones. */
static void drop_empty_rows(struct sx_block *rows)
{
    uint64_t drop[SX_COLUMN_VALUES_MAX / 64] = {0};
    bool any = false;
    for (uint32_t i = 0; i < rows->column_count; i++)
        if (rows->columns[i].all_present)
            return;
    for (uint32_t row = 0; row < rows->row_count; row++)
        if (row_is_empty(rows, row)) {
            sx_bit_set(drop, row);
            any = true;
        }
    if (any)
        sx_block_drop(rows, drop);
}

stria_status sx_rewrite_open(struct sx_rewrite *rw, stria_error *err)
{
    stria_status st = STRIA_OK;
    /* A damaged segment may have its series in any order. Alone it is put in order by parts; beside
     * others, where a series may come twice then, the writer refuses. */
    if (rw->writer && !rw->series_begun && rw->options.view->source_count == 1 &&
        !sx_segment_writer_may_follow(rw->writer, rw->series->key))
        st = sx_rewrite_finish(rw, err);
    if (!st && !rw->writer)
        st = open_writer(rw, err);
    if (!st && !rw->series_begun)
        st = sx_segment_writer_series(rw->writer, rw->series->key, rw->series->hash, err);
    if (!st)
        rw->series_begun = true;
    return st;
}

stria_status sx_rewrite_put(struct sx_rewrite *rw, const int64_t *ts_ns, uint32_t row_count,
                            const struct sx_writer_column *columns, size_t column_count,
                            stria_error *err)
{
    stria_status st = sx_rewrite_open(rw, err);
    return st ? st
              : sx_segment_writer_rows(rw->writer, ts_ns, row_count, columns, column_count, err);
}

stria_status sx_rewrite_write_group(struct sx_rewrite *rw, stria_error *err)
{
    struct sx_block *rows = &rw->rows;
    uint32_t column_count = 0;
    for (uint32_t i = 0; i < rows->column_count; i++)
        sx_block_settle(rows, i);
    drop_empty_rows(rows);
    if (rows->row_count == 0) {
        sx_arena_reset(&rows->strings);
        return STRIA_OK;
    }
    uint32_t count;
    const struct sx_scan_column *names = sx_reader_columns(rw->reader, &count);
    for (uint32_t i = 0; i < rows->column_count; i++) {
        const struct sx_block_column *column = &rows->columns[i];
        if (column->none_present)
            continue;
        rw->columns[column_count++] =
            (struct sx_writer_column){.name = names[i].name,
                                      .type = names[i].type,
                                      .values = column->values,
                                      .present = column->all_present ? NULL : column->present};
    }
    stria_status st =
        sx_rewrite_put(rw, rows->ts_ns, rows->row_count, rw->columns, column_count, err);
    rows->row_count = 0;
    sx_arena_reset(&rows->strings);
    return st;
}

int64_t sx_rewrite_group_end(const struct sx_rewrite *rw, int64_t ts)
{
    int64_t window = sx_window_start(ts, rw->options.window_ns);
    int64_t start = window;
    if (window != INT64_MIN) {
        int64_t cells = (ts - window) / rw->grid_ns;
        start = window + cells * rw->grid_ns;
    }
    int64_t span = window == INT64_MIN ? rw->options.window_ns : rw->grid_ns;
    return start > INT64_MAX - span ? INT64_MAX : start + span;
}

/* Room for the columns of the series at hand. */
static stria_status shape_rows(struct sx_rewrite *rw, stria_error *err)
{
    uint32_t count;
    const struct sx_scan_column *columns = sx_reader_columns(rw->reader, &count);
    if (count > rw->type_capacity) {
        stria_type *types = sx_mem_resize(rw->options.mem, rw->types, count * sizeof *types);
        if (types)
            rw->types = types;
        struct sx_writer_column *writer_columns =
            sx_mem_resize(rw->options.mem, rw->columns, count * sizeof *writer_columns);
        if (writer_columns)
            rw->columns = writer_columns;
        if (!types || !writer_columns)
            return sx_mem_refused(rw->options.mem, count * sizeof *rw->columns, err);
        rw->type_capacity = count;
    }
    rw->has_text = false;
    for (uint32_t i = 0; i < count; i++) {
        rw->types[i] = columns[i].type;
        rw->has_text = rw->has_text || columns[i].type == STRIA_STRING;
    }
    uint64_t estimate = SX_MIN(sx_reader_row_estimate(rw->reader), SX_COLUMN_VALUES_MAX);
    return sx_block_shape(&rw->rows, (uint32_t)SX_MAX(estimate, 1), rw->types, count, err);
}

/* Strings live only as long as the reader's batch, the rows gathered here longer. */
static bool copy_strings(struct sx_block *to, const struct sx_block_column *column, uint32_t first,
                         uint32_t count)
{
    stria_bytes *values = column->values;
    for (uint32_t i = first; i < first + count; i++) {
        if (!sx_bit_get(column->present, i))
            continue;
        struct sx_bytes copy =
            sx_arena_dup(&to->strings, sx_bytes_make(values[i].ptr, values[i].len));
        if (!copy.ptr)
            return false;
        values[i].ptr = (const char *)copy.ptr;
    }
    return true;
}

/* False: no memory. */
static bool append_rows(struct sx_block *to, const struct sx_rows *from, uint32_t first,
                        uint32_t count)
{
    uint32_t at = to->row_count;
    memcpy(to->ts_ns + at, from->ts_ns + first, count * sizeof *to->ts_ns);
    for (uint32_t i = 0; i < to->column_count; i++) {
        const struct sx_vector *vector = &from->columns[i];
        struct sx_block_column *column = &to->columns[i];
        size_t size = sx_type_size(column->type);
        memcpy((uint8_t *)column->values + at * size,
               (const uint8_t *)vector->values + first * size, count * size);
        sx_bits_copy(column->present, at, vector->present, first, count);
        if (column->type == STRIA_STRING && !copy_strings(to, column, at, count))
            return false;
    }
    to->row_count = at + count;
    return true;
}

static size_t text_size_of(const struct sx_rows *rows, uint32_t row)
{
    size_t size = 0;
    for (uint32_t i = 0; i < rows->column_count; i++)
        if (rows->columns[i].type == STRIA_STRING && sx_vector_has(&rows->columns[i], row))
            size += ((const stria_bytes *)rows->columns[i].values)[row].len;
    return size;
}

/* How many rows from `first` on the group at hand takes, at least one. */
static uint32_t group_share(const struct sx_rewrite *rw, const struct sx_rows *rows, uint32_t first)
{
    uint32_t room = SX_MIN(rw->rows.row_capacity, SX_COLUMN_VALUES_MAX) - rw->rows.row_count;
    size_t text_size = rw->rows.strings.size;
    uint32_t end = first;
    while (end < rows->row_count && end - first < room && rows->ts_ns[end] < rw->group_end) {
        if (rw->has_text) {
            if (text_size >= GROUP_TEXT_SIZE_MAX && end > first)
                break;
            text_size += text_size_of(rows, end);
        }
        end++;
    }
    return end - first;
}

/* Adds rows, ending groups as their times ask for. */
static stria_status add_rows(struct sx_rewrite *rw, const struct sx_rows *rows, stria_error *err)
{
    stria_status st = STRIA_OK;
    for (uint32_t first = 0; first < rows->row_count && !st;) {
        if (rw->rows.row_count &&
            (rows->ts_ns[first] >= rw->group_end || rw->rows.row_count == rw->rows.row_capacity ||
             rw->rows.row_count == SX_COLUMN_VALUES_MAX ||
             rw->rows.strings.size >= GROUP_TEXT_SIZE_MAX))
            st = sx_rewrite_write_group(rw, err);
        if (st)
            break;
        if (rw->rows.row_count == 0)
            rw->group_end = sx_rewrite_group_end(rw, rows->ts_ns[first]);
        uint32_t count = group_share(rw, rows, first);
        if (!append_rows(&rw->rows, rows, first, count))
            return sx_mem_refused(rw->options.mem, count * sizeof(stria_bytes), err);
        first += count;
    }
    return st;
}

stria_status sx_rewrite_begin(struct sx_rewrite *rw, const struct sx_scan_series *series,
                              stria_error *err)
{
    rw->series = series;
    rw->series_begun = false;
    return sx_reader_series(rw->reader, series, err);
}

stria_status sx_rewrite_end(struct sx_rewrite *rw, stria_error *err)
{
    if (rw->series_begun)
        rw->index_size += SERIES_INDEX_SIZE + rw->series->key.len;
    bool full = rw->writer && (sx_segment_writer_size(rw->writer) >= SX_SEGMENT_SIZE_MAX ||
                               rw->index_size >= rw->options.index_size_max);
    return full ? sx_rewrite_finish(rw, err) : STRIA_OK;
}

stria_status sx_rewrite_series(struct sx_rewrite *rw, const struct sx_scan_series *series,
                               uint64_t *row_count, stria_error *err)
{
    const struct sx_rows *rows;
    *row_count = 0;
    stria_status st = sx_rewrite_begin(rw, series, err);
    if (!st)
        st = shape_rows(rw, err);
    rw->grid_ns = rw->options.window_ns;
    uint64_t estimate = st ? 0 : sx_reader_row_estimate(rw->reader);
    estimate /= SX_MAX(rw->options.window_count, 1);
    for (int k = 0; rw->options.grid && k < GRID_LEVELS_MAX && estimate > SX_COLUMN_VALUES_MAX;
         k++) {
        rw->grid_ns /= 2;
        estimate /= 2;
    }
    while (!st) {
        uint64_t copied_count;
        st = sx_rewrite_copy(rw, &copied_count, err);
        *row_count += copied_count;
        if (!st && copied_count)
            continue;
        if (!st)
            st = sx_reader_next(rw->reader, &rows, err);
        if (st || !rows)
            break;
        *row_count += rows->row_count;
        st = add_rows(rw, rows, err);
    }
    if (!st && rw->rows.row_count)
        st = sx_rewrite_write_group(rw, err);
    return st ? st : sx_rewrite_end(rw, err);
}
