/* SPDX-License-Identifier: Apache-2.0 */
/* series_index_types.c -- the measurements of the index, their columns and types
 * (series_index.h). */
#include "base/error.h"
#include "index/series_index_priv.h"
#include "model/series_key.h"

struct sx_measurement *sx_series_index_measurement_of(struct sx_series_index *ix, uint32_t slot)
{
    return sx_index_measurement_at(ix, sx_series_index_slot(ix, slot)->measurement)->measurement;
}

/* By plain name; names_mutex held. */
static struct sx_measurement *measurement_by_name(struct sx_series_index *ix, struct sx_bytes name,
                                                  bool make)
{
    struct sx_buf escaped;
    sx_buf_init(&escaped, ix->mem, 2 * name.len + 2);
    sx_key_put(&escaped, name);
    uint32_t id = SX_MAP_NONE;
    if (!escaped.failed)
        id = sx_index_measurement(ix, sx_bytes_make(escaped.ptr, escaped.len - 1), make);
    sx_buf_deinit(&escaped);
    return id == SX_MAP_NONE ? NULL : sx_index_measurement_at(ix, id)->measurement;
}

struct sx_measurement *sx_series_index_find_measurement(struct sx_series_index *ix,
                                                        struct sx_bytes name)
{
    sx_mutex_lock(&ix->names_mutex);
    struct sx_measurement *m = measurement_by_name(ix, name, false);
    sx_mutex_unlock(&ix->names_mutex);
    return m;
}

uint32_t sx_series_index_columns(struct sx_series_index *ix, uint32_t slot,
                                 struct sx_measurement_column *columns, uint32_t capacity,
                                 uint32_t *count)
{
    sx_mutex_lock(&ix->names_mutex);
    uint32_t id = sx_series_index_slot(ix, slot)->measurement;
    const struct sx_measurement *m = sx_index_measurement_at(ix, id)->measurement;
    *count = (uint32_t)m->column_count;
    if (SX_MIN(*count, capacity))
        memcpy(columns, m->columns, SX_MIN(*count, capacity) * sizeof *columns);
    sx_mutex_unlock(&ix->names_mutex);
    return id;
}

stria_status sx_series_index_schema(struct sx_series_index *ix,
                                    const struct sx_batch_schema *batch_schema,
                                    const struct sx_schema **schema, stria_error *err)
{
    sx_mutex_lock(&ix->names_mutex);
    struct sx_measurement *m = measurement_by_name(ix, batch_schema->measurement, true);
    *schema =
        m ? sx_measurement_schema(m, batch_schema->columns, batch_schema->column_count) : NULL;
    sx_mutex_unlock(&ix->names_mutex);
    return *schema ? STRIA_OK : sx_mem_refused(ix->mem, 256, err);
}

stria_status sx_series_index_check_types(struct sx_series_index *ix, const struct sx_schema *schema,
                                         int64_t window, struct sx_type_conflict *conflict,
                                         stria_error *err)
{
    if (SX_LIKELY(atomic_load_explicit(&schema->last_window, memory_order_relaxed) == window))
        return STRIA_OK;
    sx_mutex_lock(&ix->names_mutex);
    stria_status st = sx_measurement_check_types(schema, window, ix->window_ns, conflict, err);
    sx_mutex_unlock(&ix->names_mutex);
    return st;
}

stria_status sx_series_index_note_type(struct sx_series_index *ix, struct sx_bytes measurement,
                                       struct sx_bytes field, stria_type type, int64_t first_window,
                                       int64_t last_window, bool dirty, stria_error *err)
{
    sx_mutex_lock(&ix->names_mutex);
    struct sx_measurement *m = measurement_by_name(ix, measurement, true);
    bool ok = m && sx_measurement_note_type(m, field, type, first_window, last_window,
                                            ix->window_ns, dirty);
    sx_mutex_unlock(&ix->names_mutex);
    return ok ? STRIA_OK : sx_mem_refused(ix->mem, 256, err);
}

void sx_series_index_forget_types(struct sx_series_index *ix, struct sx_bytes measurement)
{
    sx_mutex_lock(&ix->names_mutex);
    /* By looking at all: it must not need memory. */
    for (uint32_t i = 0; i < sx_index_measurement_count(ix); i++) {
        struct sx_measurement *m = sx_index_measurement_at(ix, i)->measurement;
        if (sx_bytes_equal(m->name, measurement))
            sx_measurement_forget_types(m);
    }
    sx_mutex_unlock(&ix->names_mutex);
}

struct visit {
    sx_type_each each;
    void *context;
    bool all;
    stria_error *err;
};

static stria_status visit_ranges(const struct visit *v, const struct sx_measurement *m,
                                 struct sx_bytes field, struct sx_type_range *ranges, size_t count)
{
    stria_status st = STRIA_OK;
    for (size_t r = 0; !st && r < count; r++) {
        if (!v->all && !ranges[r].dirty)
            continue;
        st = v->each(v->context, m->name, field, &ranges[r], v->err);
        ranges[r].dirty = ranges[r].dirty && (v->all || st);
    }
    return st;
}

static stria_status each_type_of(struct sx_measurement *m, bool all, sx_type_each each,
                                 void *context, stria_error *err)
{
    const struct visit v = {.each = each, .context = context, .all = all, .err = err};
    stria_status st = STRIA_OK;
    for (size_t f = 0; !st && f < m->field_count; f++) {
        struct sx_field *field = &m->fields[f];
        st = visit_ranges(&v, m, field->name, field->ranges, field->range_count);
        if (!st)
            st = visit_ranges(&v, m, field->name, field->others, field->other_count);
    }
    m->types_dirty = m->types_dirty && (all || st);
    return st;
}

stria_status sx_series_index_each_type(struct sx_series_index *ix, bool all, sx_type_each each,
                                       void *context, stria_error *err)
{
    stria_status st = STRIA_OK;
    sx_mutex_lock(&ix->names_mutex);
    for (uint32_t i = 0; !st && i < sx_index_measurement_count(ix); i++)
        if (all || sx_index_measurement_at(ix, i)->measurement->types_dirty)
            st = each_type_of(sx_index_measurement_at(ix, i)->measurement, all, each, context, err);
    sx_mutex_unlock(&ix->names_mutex);
    return st;
}

stria_status sx_series_index_types(struct sx_series_index *ix, const struct sx_bytes *measurement,
                                   sx_type_each each, void *context, stria_error *err)
{
    stria_status st = STRIA_OK;
    sx_mutex_lock(&ix->names_mutex);
    for (uint32_t i = 0; !measurement && !st && i < sx_index_measurement_count(ix); i++)
        st = each_type_of(sx_index_measurement_at(ix, i)->measurement, true, each, context, err);
    struct sx_measurement *m = measurement ? measurement_by_name(ix, *measurement, false) : NULL;
    if (m)
        st = each_type_of(m, true, each, context, err);
    sx_mutex_unlock(&ix->names_mutex);
    return st;
}

int64_t sx_series_index_window_ns(const struct sx_series_index *ix)
{
    return ix->window_ns;
}

void sx_series_index_types_lost(struct sx_series_index *ix)
{
    sx_mutex_lock(&ix->names_mutex);
    for (uint32_t i = 0; i < sx_index_measurement_count(ix); i++) {
        struct sx_measurement *m = sx_index_measurement_at(ix, i)->measurement;
        for (size_t f = 0; f < m->field_count; f++) {
            for (size_t r = 0; r < m->fields[f].range_count; r++)
                m->fields[f].ranges[r].dirty = m->types_dirty = true;
            for (size_t r = 0; r < m->fields[f].other_count; r++)
                m->fields[f].others[r].dirty = m->types_dirty = true;
        }
    }
    sx_mutex_unlock(&ix->names_mutex);
}
