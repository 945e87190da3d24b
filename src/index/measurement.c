/* SPDX-License-Identifier: Apache-2.0 */
/* measurement.c -- see measurement.h. */
#include "index/measurement.h"

#include "base/error.h"
#include "base/hash.h"
#include "model/catalog.h"
#include "model/series_key.h"
#include "model/type.h"

#define NO_WINDOW INT64_MAX /* no window starts there: the largest start is below it by a window */

struct sx_measurement *sx_measurement_create(struct sx_mem *mem, struct sx_bytes name, uint32_t id)
{
    struct sx_measurement *m = sx_mem_zalloc(mem, sizeof *m);
    if (!m)
        return NULL;
    m->mem = mem;
    m->id = id;
    sx_arena_init(&m->arena, mem, 512);
    sx_map_init(&m->column_map, mem);
    sx_map_init(&m->field_map, mem);
    sx_map_init(&m->schema_map, mem);
    m->name = sx_arena_dup(&m->arena, name);
    uint8_t *escaped = sx_arena_alloc(&m->arena, 2 * name.len + 1);
    if (!m->name.ptr || !escaped) {
        sx_measurement_destroy(m);
        return NULL;
    }
    struct sx_buf buf;
    sx_buf_init_fixed(&buf, escaped, 2 * name.len + 1);
    sx_key_put(&buf, name);
    m->escaped = sx_bytes_make(escaped, buf.len - 1);
    return m;
}

void sx_measurement_destroy(struct sx_measurement *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->field_count; i++) {
        sx_mem_free(m->mem, m->fields[i].ranges);
        sx_mem_free(m->mem, m->fields[i].others);
    }
    sx_mem_free(m->mem, m->fields);
    sx_mem_free(m->mem, m->columns);
    sx_mem_free(m->mem, m->schemas);
    sx_map_deinit(&m->column_map);
    sx_map_deinit(&m->field_map);
    sx_map_deinit(&m->schema_map);
    sx_arena_deinit(&m->arena);
    sx_mem_free(m->mem, m);
}

/* ---- fields and columns ---- */

static bool field_equal(const void *owner, uint32_t value, const void *key)
{
    return sx_bytes_equal(((const struct sx_measurement *)owner)->fields[value].name,
                          *(const struct sx_bytes *)key);
}

static uint64_t field_hash(const void *owner, uint32_t value)
{
    return sx_hash(((const struct sx_measurement *)owner)->fields[value].name);
}

/* The field of a name, made if need be; SX_MAP_NONE: no memory. */
static uint32_t field_of(struct sx_measurement *m, struct sx_bytes name)
{
    uint64_t hash = sx_hash(name);
    uint32_t field = sx_map_find(&m->field_map, hash, field_equal, m, &name);
    if (field != SX_MAP_NONE)
        return field;
    if (!sx_map_reserve(&m->field_map, m->field_count + 1, field_hash, m) ||
        !SX_GROW(m->mem, m->fields, m->field_capacity, m->field_count + 1))
        return SX_MAP_NONE;
    struct sx_bytes copy = sx_arena_dup(&m->arena, name);
    if (!copy.ptr)
        return SX_MAP_NONE;
    field = (uint32_t)m->field_count++;
    m->fields[field] = (struct sx_field){.name = copy};
    sx_map_put(&m->field_map, hash, field);
    return field;
}

struct column_key {
    struct sx_bytes name;
    stria_type type;
};

static uint64_t column_key_hash(const struct column_key *key)
{
    return sx_hash_seeded(key->name, (uint64_t)key->type);
}

static bool column_equal(const void *owner, uint32_t value, const void *key)
{
    const struct sx_measurement_column *column =
        &((const struct sx_measurement *)owner)->columns[value];
    const struct column_key *k = key;
    return column->type == k->type && sx_bytes_equal(column->name, k->name);
}

static uint64_t column_hash(const void *owner, uint32_t value)
{
    const struct sx_measurement_column *column =
        &((const struct sx_measurement *)owner)->columns[value];
    return column_key_hash(&(struct column_key){.name = column->name, .type = column->type});
}

static uint32_t column_of(struct sx_measurement *m, struct sx_bytes name, stria_type type)
{
    struct column_key key = {.name = name, .type = type};
    uint64_t hash = column_key_hash(&key);
    uint32_t column = sx_map_find(&m->column_map, hash, column_equal, m, &key);
    if (column != SX_MAP_NONE)
        return column;
    uint32_t field = field_of(m, name);
    if (field == SX_MAP_NONE ||
        !sx_map_reserve(&m->column_map, m->column_count + 1, column_hash, m) ||
        !SX_GROW(m->mem, m->columns, m->column_capacity, m->column_count + 1))
        return SX_MAP_NONE;
    column = (uint32_t)m->column_count++;
    m->columns[column] =
        (struct sx_measurement_column){.name = m->fields[field].name, .type = type, .field = field};
    sx_map_put(&m->column_map, hash, column);
    return column;
}

/* ---- schemas ---- */

struct schema_key {
    const uint32_t *column_ids;
    uint32_t column_count;
};

static uint64_t ids_hash(const uint32_t *ids, uint32_t count)
{
    return sx_hash(sx_bytes_make(ids, count * sizeof *ids));
}

static bool schema_equal(const void *owner, uint32_t value, const void *key)
{
    const struct sx_schema *schema = ((const struct sx_measurement *)owner)->schemas[value];
    const struct schema_key *k = key;
    return schema->column_count == k->column_count &&
           memcmp(schema->column_ids, k->column_ids, k->column_count * sizeof *k->column_ids) == 0;
}

static uint64_t schema_hash(const void *owner, uint32_t value)
{
    const struct sx_schema *schema = ((const struct sx_measurement *)owner)->schemas[value];
    return ids_hash(schema->column_ids, schema->column_count);
}

static const struct sx_schema *add_schema(struct sx_measurement *m, const uint32_t *ids,
                                          uint32_t count, uint64_t hash)
{
    if (!sx_map_reserve(&m->schema_map, m->schema_count + 1, schema_hash, m) ||
        !SX_GROW(m->mem, m->schemas, m->schema_capacity, m->schema_count + 1))
        return NULL;
    struct sx_schema *schema = sx_arena_alloc(&m->arena, sizeof *schema);
    uint32_t *ids_copy = sx_arena_array(&m->arena, count, sizeof *ids);
    stria_type *types = sx_arena_array(&m->arena, count, sizeof *types);
    struct sx_bytes *names = sx_arena_array(&m->arena, count, sizeof *names);
    if (!schema || !ids_copy || !types || !names)
        return NULL;
    memcpy(ids_copy, ids, count * sizeof *ids);
    for (uint32_t i = 0; i < count; i++) {
        types[i] = m->columns[ids[i]].type;
        names[i] = m->columns[ids[i]].name;
    }
    *schema = (struct sx_schema){.measurement = m,
                                 .column_count = count,
                                 .number = (uint32_t)m->schema_count,
                                 .column_ids = ids_copy,
                                 .types = types,
                                 .names = names};
    atomic_init(&schema->last_window, NO_WINDOW);
    m->schemas[m->schema_count] = schema;
    sx_map_put(&m->schema_map, hash, (uint32_t)m->schema_count++);
    return schema;
}

const struct sx_schema *sx_measurement_schema(struct sx_measurement *m,
                                              const struct sx_batch_column *columns,
                                              uint32_t column_count)
{
    uint32_t *ids = sx_mem_alloc(m->mem, column_count * sizeof *ids);
    if (!ids)
        return NULL;
    const struct sx_schema *schema = NULL;
    for (uint32_t i = 0; i < column_count; i++) {
        ids[i] = column_of(m, columns[i].name, columns[i].type);
        if (ids[i] == SX_MAP_NONE)
            goto done;
    }
    uint64_t hash = ids_hash(ids, column_count);
    struct schema_key key = {.column_ids = ids, .column_count = column_count};
    uint32_t found = sx_map_find(&m->schema_map, hash, schema_equal, m, &key);
    schema = found != SX_MAP_NONE ? m->schemas[found] : add_schema(m, ids, column_count, hash);
done:
    sx_mem_free(m->mem, ids);
    return schema;
}

/* ---- types ---- */

/* The first range that ends at or behind `window`. */
static size_t range_at(const struct sx_field *field, int64_t window)
{
    size_t low = 0, high = field->range_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (field->ranges[middle].last_window < window)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool adjoins(int64_t window, int64_t next, int64_t window_ns)
{
    return window <= INT64_MAX - window_ns && window + window_ns == next;
}

static void remove_range(struct sx_field *field, size_t i)
{
    field->range_count--;
    memmove(&field->ranges[i], &field->ranges[i + 1],
            (field->range_count - i) * sizeof *field->ranges);
}

/* Adds windows first to last, in which the field has no type yet; i is their place. False: no
 * memory. */
static bool add_range(struct sx_measurement *m, struct sx_field *field, size_t i,
                      const struct sx_type_range *range, int64_t window_ns)
{
    struct sx_type_range *before = i ? &field->ranges[i - 1] : NULL;
    struct sx_type_range *behind = i < field->range_count ? &field->ranges[i] : NULL;
    bool joins_before = before && before->type == range->type &&
                        adjoins(before->last_window, range->first_window, window_ns);
    bool joins_behind = behind && behind->type == range->type &&
                        adjoins(range->last_window, behind->first_window, window_ns);
    if (joins_before) {
        before->last_window = joins_behind ? behind->last_window : range->last_window;
        before->dirty = before->dirty || range->dirty || (joins_behind && behind->dirty);
        if (joins_behind)
            remove_range(field, i);
        return true;
    }
    if (joins_behind) {
        behind->first_window = range->first_window;
        behind->dirty = behind->dirty || range->dirty;
        return true;
    }
    if (!SX_GROW(m->mem, field->ranges, field->range_capacity, field->range_count + 1))
        return false;
    memmove(&field->ranges[i + 1], &field->ranges[i],
            (field->range_count - i) * sizeof *field->ranges);
    field->ranges[i] = *range;
    field->range_count++;
    return true;
}

/* The type that column i must have: that of its field in the window, or of the same field in the
 * schema itself (they stand side by side); its own if there is neither. */
static stria_type type_before(const struct sx_schema *schema, uint32_t i,
                              const struct sx_field *field, int64_t window)
{
    size_t at = range_at(field, window);
    if (at < field->range_count && field->ranges[at].first_window <= window)
        return field->ranges[at].type;
    if (i && sx_bytes_equal(schema->names[i - 1], schema->names[i]))
        return schema->types[i - 1];
    return schema->types[i];
}

stria_status sx_measurement_check_types(const struct sx_schema *schema, int64_t window,
                                        int64_t window_ns, struct sx_type_conflict *conflict,
                                        stria_error *err)
{
    struct sx_measurement *m = schema->measurement;
    if (atomic_load_explicit(&schema->last_window, memory_order_relaxed) == window)
        return STRIA_OK;
    /* First all are looked at, then all noted: a refused row leaves no trace. */
    for (uint32_t i = 0; i < schema->column_count; i++) {
        struct sx_field *field = &m->fields[m->columns[schema->column_ids[i]].field];
        stria_type before = type_before(schema, i, field, window);
        if (before == schema->types[i])
            continue;
        *conflict = (struct sx_type_conflict){.measurement = m->name,
                                              .field = field->name,
                                              .type = schema->types[i],
                                              .type_before = before};
        return STRIA_CONFLICT;
    }
    for (uint32_t i = 0; i < schema->column_count; i++) {
        struct sx_field *field = &m->fields[m->columns[schema->column_ids[i]].field];
        size_t at = range_at(field, window);
        if (at < field->range_count && field->ranges[at].first_window <= window)
            continue;
        struct sx_type_range range = {
            .first_window = window, .last_window = window, .type = schema->types[i], .dirty = true};
        if (!add_range(m, field, at, &range, window_ns))
            return sx_mem_refused(m->mem, sizeof *field->ranges, err);
        m->types_dirty = true;
    }
    atomic_store_explicit(&((struct sx_schema *)(uintptr_t)schema)->last_window, window,
                          memory_order_relaxed);
    return STRIA_OK;
}

/* Windows next to one that is not the first or the last of all. The first is shorter than the
 * others (sx_window_start). */
static int64_t window_before(int64_t window, int64_t window_ns)
{
    return window < INT64_MIN + window_ns ? INT64_MIN : window - window_ns;
}

static int64_t window_after(int64_t window, int64_t window_ns)
{
    return sx_window_start(window + window_ns, window_ns);
}

/* Takes note of a type beside the one that holds. False: no memory. */
static bool note_other(struct sx_measurement *m, struct sx_field *field,
                       const struct sx_type_range *range)
{
    for (size_t i = 0; i < field->other_count; i++)
        if (field->others[i].type == range->type &&
            field->others[i].first_window <= range->first_window &&
            field->others[i].last_window >= range->last_window)
            return true;
    if (!SX_GROW(m->mem, field->others, field->other_capacity, field->other_count + 1))
        return false;
    field->others[field->other_count++] = *range;
    m->types_dirty = m->types_dirty || range->dirty;
    return true;
}

bool sx_measurement_note_type(struct sx_measurement *m, struct sx_bytes name, stria_type type,
                              int64_t first_window, int64_t last_window, int64_t window_ns,
                              bool dirty)
{
    uint32_t index = field_of(m, name);
    if (index == SX_MAP_NONE)
        return false;
    struct sx_field *field = &m->fields[index];
    for (int64_t window = first_window; window <= last_window;) {
        size_t at = range_at(field, window);
        struct sx_type_range range = {
            .first_window = window, .last_window = last_window, .type = type, .dirty = dirty};
        if (at < field->range_count && field->ranges[at].first_window <= window) {
            /* known already: go on behind it */
            range.last_window = SX_MIN(field->ranges[at].last_window, last_window);
            if (field->ranges[at].type != type && !note_other(m, field, &range))
                return false;
            range.last_window = field->ranges[at].last_window;
        } else {
            if (at < field->range_count && field->ranges[at].first_window <= last_window)
                range.last_window = window_before(field->ranges[at].first_window, window_ns);
            if (!add_range(m, field, at, &range, window_ns))
                return false;
            m->types_dirty = m->types_dirty || dirty;
        }
        if (range.last_window > INT64_MAX - window_ns)
            break;
        window = window_after(range.last_window, window_ns);
    }
    return true;
}

void sx_measurement_forget_types(struct sx_measurement *m)
{
    for (size_t i = 0; i < m->field_count; i++)
        m->fields[i].range_count = m->fields[i].other_count = 0;
    for (size_t i = 0; i < m->schema_count; i++)
        atomic_store_explicit(&((struct sx_schema *)(uintptr_t)m->schemas[i])->last_window,
                              NO_WINDOW, memory_order_relaxed);
    m->types_dirty = false;
}
