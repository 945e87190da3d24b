/* SPDX-License-Identifier: Apache-2.0 */
/* columns.c -- see columns.h. */
#include "scan/columns.h"

#include "base/error.h"
#include "base/sort.h"
#include "model/series_key.h"
#include "scan/damage.h"
#include "scan/hiding.h"

/* A field that the index knows of, between times, and no source has shown yet. */
struct missing {
    struct sx_bytes measurement, field; /* plain */
    stria_type type;
    int64_t min_ts, max_ts;
};

struct gather {
    struct sx_view_columns *columns;
    struct sx_view *view;
    struct missing *missing; /* NULL, and no items: all were shown, or the index does not know */
    size_t missing_count, missing_capacity;
    struct sx_bytes only; /* escaped; ptr NULL: all */
    struct sx_hiding hiding;
    struct sx_request *request;
    stria_error *err;
};

static int compare_name(const void *item, const void *key, void *context)
{
    (void)context;
    return sx_bytes_compare(((const struct sx_view_measurement *)item)->escaped,
                            *(const struct sx_bytes *)key);
}

static stria_status no_memory(const struct gather *g)
{
    return sx_mem_refused(g->columns->mem, 256, g->err);
}

/* The entry of a measurement, put in at its place if need be. */
static stria_status measurement_of(struct gather *g, struct sx_bytes escaped,
                                   struct sx_view_measurement **out)
{
    struct sx_view_columns *c = g->columns;
    size_t i = sx_lower_bound(c->measurements, c->measurement_count, sizeof *c->measurements,
                              &escaped, compare_name, NULL);
    if (i < c->measurement_count && sx_bytes_equal(c->measurements[i].escaped, escaped)) {
        *out = &c->measurements[i];
        return STRIA_OK;
    }
    uint8_t *scratch = sx_arena_alloc(&c->arena, escaped.len);
    struct sx_bytes copy = sx_arena_dup(&c->arena, escaped);
    if (!scratch || !copy.ptr ||
        !SX_GROW(c->mem, c->measurements, c->measurement_capacity, c->measurement_count + 1))
        return no_memory(g);
    memmove(&c->measurements[i + 1], &c->measurements[i],
            (c->measurement_count - i) * sizeof *c->measurements);
    c->measurement_count++;
    c->measurements[i] =
        (struct sx_view_measurement){.name = sx_key_text(copy, scratch), .escaped = copy};
    *out = &c->measurements[i];
    return STRIA_OK;
}

static int compare_column(const void *item, const void *key, void *context)
{
    const struct sx_view_column *x = item, *y = key;
    (void)context;
    int order = sx_bytes_compare(x->name, y->name);
    return order ? order : (int)x->type - (int)y->type;
}

static stria_status add_column(struct gather *g, struct sx_view_measurement *m,
                               struct sx_bytes name, stria_type type)
{
    struct sx_view_columns *c = g->columns;
    struct sx_view_column column = {.name = name, .type = type};
    size_t i = sx_lower_bound(m->columns, m->column_count, sizeof *m->columns, &column,
                              compare_column, NULL);
    if (i < m->column_count && compare_column(&m->columns[i], &column, NULL) == 0)
        return STRIA_OK;
    column.name = sx_arena_dup(&c->arena, name);
    if (!column.name.ptr || !SX_GROW(c->mem, m->columns, m->column_capacity, m->column_count + 1))
        return no_memory(g);
    memmove(&m->columns[i + 1], &m->columns[i], (m->column_count - i) * sizeof *m->columns);
    m->columns[i] = column;
    m->column_count++;
    return STRIA_OK;
}

/* Whether a measurement of a source is asked for and has rows that are not deleted. */
static stria_status is_wanted(struct gather *g, uint32_t source, struct sx_bytes escaped,
                              int64_t min_ts, int64_t max_ts, bool *wanted)
{
    bool hidden;
    *wanted = false;
    if (g->only.ptr && !sx_bytes_equal(g->only, escaped))
        return STRIA_OK;
    stria_status st =
        sx_hiding_measurement(&g->hiding, source, escaped, min_ts, max_ts, &hidden, g->err);
    *wanted = !st && !hidden;
    return st;
}

/* ---- what is missing ------------------------------------------------------------------------ */

static stria_status note_missing(void *context, struct sx_bytes measurement, struct sx_bytes field,
                                 const struct sx_type_range *range, stria_error *err)
{
    struct gather *g = context;
    struct missing item = {.measurement = sx_arena_dup(&g->columns->arena, measurement),
                           .field = sx_arena_dup(&g->columns->arena, field),
                           .type = range->type,
                           .min_ts = range->first_window};
    if (!item.measurement.ptr || !item.field.ptr ||
        !SX_GROW(g->columns->mem, g->missing, g->missing_capacity, g->missing_count + 1))
        return sx_mem_refused(g->columns->mem, sizeof item, err);
    if (__builtin_add_overflow(range->last_window, sx_series_index_window_ns(g->view->index) - 1,
                               &item.max_ts))
        item.max_ts = INT64_MAX;
    g->missing[g->missing_count++] = item;
    return STRIA_OK;
}

static bool is_shown(const struct gather *g, const struct missing *item)
{
    const struct sx_view_measurement *m = sx_view_columns_find(g->columns, item->measurement);
    const struct sx_view_column column = {.name = item->field, .type = item->type};
    size_t i = m ? sx_lower_bound(m->columns, m->column_count, sizeof *m->columns, &column,
                                  compare_column, NULL)
                 : 0;
    return m && i < m->column_count && compare_column(&m->columns[i], &column, NULL) == 0;
}

/* Takes out what was shown meanwhile. */
static void drop_shown(struct gather *g)
{
    size_t kept = 0;
    for (size_t i = 0; i < g->missing_count; i++)
        if (!is_shown(g, &g->missing[i]))
            g->missing[kept++] = g->missing[i];
    g->missing_count = kept;
}

static bool may_show(const struct gather *g, const struct sx_time_span *span)
{
    for (size_t i = 0; i < g->missing_count; i++)
        if (g->missing[i].min_ts <= span->max_ts && g->missing[i].max_ts >= span->min_ts)
            return true;
    return false;
}

/* ---- sources -------------------------------------------------------------------------------- */

static stria_status add_segment(struct gather *g, uint32_t source, struct sx_segment *segment)
{
    const struct sx_segment_info *info = &segment->info;
    stria_error what = {0};
    stria_status st = sx_view_load(g->view, source, &what);
    if (st)
        return sx_leave_out(g->request, segment, &what, g->err);
    for (uint32_t i = 0; !st && i < segment->measurement_count; i++) {
        const struct sx_segment_measurement *from = &segment->measurements[i];
        struct sx_view_measurement *m = NULL;
        bool wanted;
        st = is_wanted(g, source, from->escaped, info->min_ts, info->max_ts, &wanted);
        if (st || !wanted)
            continue;
        st = measurement_of(g, from->escaped, &m);
        for (uint32_t j = 0; !st && j < from->column_count; j++)
            st = add_column(g, m, from->columns[j].name, from->columns[j].type);
    }
    return st;
}

static stria_status add_memtable(struct gather *g, uint32_t source, struct sx_memtable *memtable)
{
    uint32_t count = sx_memtable_schema_count(memtable);
    stria_status st = STRIA_OK;
    for (uint32_t i = 0; i < count && !st; i++) {
        const struct sx_schema *schema = sx_memtable_schema(memtable, i)->schema;
        struct sx_view_measurement *m = NULL;
        bool wanted;
        st = is_wanted(g, source, schema->measurement->escaped, INT64_MIN, INT64_MAX, &wanted);
        if (st || !wanted)
            continue;
        st = measurement_of(g, schema->measurement->escaped, &m);
        for (uint32_t j = 0; j < schema->column_count && !st; j++)
            st = add_column(g, m, schema->names[j], schema->types[j]);
    }
    return st;
}

/* Goes through the segments, the newest first: mostly it shows everything. */
static stria_status add_segments(struct gather *g, int64_t time_min_ns, int64_t time_max_ns)
{
    const struct sx_segment_list *list = g->view->list;
    bool knows = g->view->index_knows_types;
    stria_status st = STRIA_OK;
    if (knows)
        drop_shown(g);
    for (size_t i = list->count; i-- > 0 && !st && (!knows || g->missing_count);) {
        const struct sx_time_span *span = &list->spans[i];
        if (span->max_ts < time_min_ns || span->min_ts > time_max_ns ||
            (knows && !may_show(g, span)))
            continue;
        st = sx_request_check(g->request, g->err);
        if (!st)
            st = add_segment(g, (uint32_t)i, list->segments[i]);
        if (knows)
            drop_shown(g);
    }
    return st;
}

stria_status sx_view_columns_init(struct sx_view_columns *columns, struct sx_view *view,
                                  const struct sx_bytes *only, int64_t time_min_ns,
                                  int64_t time_max_ns, struct sx_request *request, stria_error *err)
{
    *columns = (struct sx_view_columns){.mem = request->mem};
    sx_arena_init(&columns->arena, request->mem, 16384);
    struct gather g = {.columns = columns, .view = view, .request = request, .err = err};
    const struct sx_segment_list *list = view->list;
    struct sx_buf escaped;
    stria_status st = STRIA_OK;
    sx_buf_init(&escaped, request->mem, 2 * 65536);
    sx_hiding_init(&g.hiding, request->mem, view);
    if (only) {
        sx_key_put(&escaped, *only);
        if (escaped.failed)
            st = sx_buf_refused(&escaped, "measurement", err);
        else
            g.only = sx_bytes_make(escaped.ptr, escaped.len - 1);
    }
    if (!st && view->index_knows_types)
        st = sx_series_index_types(view->index, only, note_missing, &g, err);
    for (size_t i = list->count; i < view->source_count && !st; i++) {
        st = sx_request_check(request, err);
        if (!st)
            st = add_memtable(&g, (uint32_t)i, sx_view_memtable(view, i));
    }
    if (!st)
        st = add_segments(&g, time_min_ns, time_max_ns);
    sx_mem_free(columns->mem, g.missing);
    sx_buf_deinit(&escaped);
    sx_hiding_deinit(&g.hiding);
    return st;
}

void sx_view_columns_deinit(struct sx_view_columns *columns)
{
    if (!columns->mem)
        return;
    for (size_t i = 0; i < columns->measurement_count; i++)
        sx_mem_free(columns->mem, columns->measurements[i].columns);
    sx_mem_free(columns->mem, columns->measurements);
    sx_arena_deinit(&columns->arena);
    *columns = (struct sx_view_columns){0};
}

const struct sx_view_measurement *sx_view_columns_find(const struct sx_view_columns *columns,
                                                       struct sx_bytes name)
{
    for (size_t i = 0; i < columns->measurement_count; i++)
        if (sx_bytes_equal(columns->measurements[i].name, name))
            return &columns->measurements[i];
    return NULL;
}
