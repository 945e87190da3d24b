/* SPDX-License-Identifier: Apache-2.0 */
/* scan_tables.c -- see scan_tables.h. */
#include "exec/scan_tables.h"

#include "base/arena.h"
#include "base/error.h"
#include "model/series_key.h"
#include "scan/reader.h"

struct scan_tables {
    struct sx_table_source source; /* first */
    struct sx_mem *mem;
    struct sx_view *view;
    struct sx_series_set set;
    struct sx_reader *reader;
    size_t next_series;
    struct sx_arena arena; /* of the table at hand */
    stria_table table;
    stria_values *columns;
    size_t column_capacity;
    stria_batch batch;
};

static void destroy(struct sx_table_source *source)
{
    struct scan_tables *s = (struct scan_tables *)(void *)source;
    sx_reader_destroy(s->reader);
    sx_series_set_deinit(&s->set);
    sx_view_release(s->view);
    sx_arena_deinit(&s->arena);
    sx_mem_free(s->mem, s->columns);
    sx_mem_free(s->mem, s);
}

static stria_bytes text_of(struct scan_tables *s, struct sx_bytes part, bool *failed)
{
    uint8_t *scratch = sx_arena_alloc(&s->arena, part.len + 1);
    *failed = *failed || !scratch;
    struct sx_bytes text = scratch ? sx_key_text(part, scratch) : (struct sx_bytes){0};
    return (stria_bytes){.ptr = (const char *)text.ptr, .len = text.len};
}

/* Name and tags of a canonical key. */
static stria_status put_key(struct scan_tables *s, struct sx_bytes key, stria_error *err)
{
    struct sx_bytes part, rest = key;
    size_t parts = 0;
    bool failed = false;
    while (sx_key_take(&rest, &part))
        parts++;
    stria_tag *tags = sx_arena_array(&s->arena, parts / 2 + 1, sizeof *tags);
    if (!tags)
        return sx_mem_refused(s->mem, parts * sizeof *tags, err);
    (void)sx_key_take(&key, &part);
    s->table.name = text_of(s, part, &failed);
    s->table.tags = tags;
    s->table.tag_count = 0;
    while (sx_key_take(&key, &part)) {
        stria_tag *tag = &tags[s->table.tag_count++];
        tag->key = text_of(s, part, &failed);
        (void)sx_key_take(&key, &part);
        tag->value = text_of(s, part, &failed);
    }
    return failed ? sx_mem_refused(s->mem, key.len, err) : STRIA_OK;
}

static stria_status put_columns(struct scan_tables *s, stria_error *err)
{
    uint32_t count;
    const struct sx_scan_column *columns = sx_reader_columns(s->reader, &count);
    stria_bytes *names = sx_arena_array(&s->arena, (size_t)count + 1, sizeof *names);
    stria_type *types = sx_arena_array(&s->arena, (size_t)count + 1, sizeof *types);
    if (!names || !types || !SX_GROW(s->mem, s->columns, s->column_capacity, (size_t)count + 1))
        return sx_mem_refused(s->mem, count * sizeof *names, err);
    names[0] = (stria_bytes){.ptr = "time", .len = 4};
    types[0] = STRIA_TIME;
    for (uint32_t i = 0; i < count; i++) {
        names[i + 1] =
            (stria_bytes){.ptr = (const char *)columns[i].name.ptr, .len = columns[i].name.len};
        types[i + 1] = columns[i].type;
    }
    s->table.column_names = names;
    s->table.column_types = types;
    s->table.column_count = (size_t)count + 1;
    return STRIA_OK;
}

static stria_status next_table(struct sx_table_source *source, const stria_table **table,
                               stria_error *err)
{
    struct scan_tables *s = (struct scan_tables *)(void *)source;
    *table = NULL;
    while (s->next_series < s->set.series_count) {
        const struct sx_scan_series *series = &s->set.series[s->next_series++];
        sx_arena_reset(&s->arena);
        stria_status st = sx_reader_series(s->reader, series, err);
        if (!st)
            st = put_key(s, series->key, err);
        if (!st)
            st = put_columns(s, err);
        if (st)
            return st;
        if (s->table.column_count == 1)
            continue; /* no row in the time range */
        *table = &s->table;
        return STRIA_OK;
    }
    return STRIA_OK;
}

static stria_status next_batch(struct sx_table_source *source, const stria_batch **batch,
                               stria_error *err)
{
    struct scan_tables *s = (struct scan_tables *)(void *)source;
    const struct sx_rows *rows;
    *batch = NULL;
    stria_status st = sx_reader_next(s->reader, &rows, err);
    if (st || !rows)
        return st;
    s->columns[0] = (stria_values){.type = STRIA_TIME, .values = rows->ts_ns};
    for (uint32_t i = 0; i < rows->column_count; i++)
        s->columns[i + 1] = (stria_values){.type = rows->columns[i].type,
                                           .values = rows->columns[i].values,
                                           .present = rows->columns[i].present};
    s->batch = (stria_batch){.row_count = rows->row_count,
                             .columns = s->columns,
                             .column_count = (size_t)rows->column_count + 1};
    *batch = &s->batch;
    return STRIA_OK;
}

static const struct sx_table_source_ops ops = {
    .next_table = next_table, .next_batch = next_batch, .destroy = destroy};

stria_status sx_scan_tables_create(struct sx_view *view, const struct sx_selector *selector,
                                   struct sx_request *request, struct sx_table_source **source,
                                   stria_error *err)
{
    struct scan_tables *s = sx_mem_zalloc(request->mem, sizeof *s);
    *source = NULL;
    if (!s)
        return sx_mem_refused(request->mem, sizeof *s, err);
    s->source.ops = &ops;
    s->mem = request->mem;
    s->view = sx_view_acquire(view);
    sx_arena_init(&s->arena, s->mem, 4096);
    stria_status st = sx_series_set_init(&s->set, view, selector, SX_SELECT_IN_TIME, request, err);
    struct sx_reader_options options = {.view = view,
                                        .time_min_ns = selector->time_min_ns,
                                        .time_max_ns = selector->time_max_ns,
                                        .request = request};
    if (!st)
        st = sx_reader_create(&options, &s->reader, err);
    if (st) {
        destroy(&s->source);
        return st;
    }
    *source = &s->source;
    return STRIA_OK;
}
