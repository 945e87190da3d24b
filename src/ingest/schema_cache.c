/* SPDX-License-Identifier: Apache-2.0 */
/* schema_cache.c -- see schema_cache.h. */
#include "ingest/schema_cache.h"

#include "base/hash.h"
#include "base/sort.h"
#include "ingest/line_name.h"

#define ARENA_BLOCK_SIZE 65536
#define NAME_PADDING 8 /* readable bytes behind a raw name */
#define SCRATCH_SIZE_MAX ((size_t)1 << 30)

static void init_entries(struct sx_schema_cache *cache, struct sx_mem *mem)
{
    *cache = (struct sx_schema_cache){.mem = mem};
    sx_arena_init(&cache->arena, mem, ARENA_BLOCK_SIZE);
    sx_map_init(&cache->measurement_map, mem);
    sx_map_init(&cache->schema_map, mem);
    sx_map_init(&cache->shape_map, mem);
    sx_buf_init(&cache->scratch, mem, SCRATCH_SIZE_MAX);
}

bool sx_schema_cache_init(struct sx_schema_cache *cache, struct sx_mem *mem)
{
    init_entries(cache, mem);
    cache->texts = sx_mem_alloc(mem, SX_COLUMN_COUNT_MAX * sizeof *cache->texts);
    cache->order = sx_mem_alloc(mem, SX_COLUMN_COUNT_MAX * sizeof *cache->order);
    cache->columns = sx_mem_alloc(mem, SX_COLUMN_COUNT_MAX * sizeof *cache->columns);
    return cache->texts && cache->order && cache->columns;
}

static void free_entries(struct sx_schema_cache *cache)
{
    sx_map_deinit(&cache->measurement_map);
    sx_map_deinit(&cache->schema_map);
    sx_map_deinit(&cache->shape_map);
    sx_mem_free(cache->mem, cache->measurements);
    sx_mem_free(cache->mem, cache->schemas);
    sx_mem_free(cache->mem, cache->shapes);
    sx_buf_deinit(&cache->scratch);
    sx_arena_deinit(&cache->arena);
}

void sx_schema_cache_deinit(struct sx_schema_cache *cache)
{
    free_entries(cache);
    sx_mem_free(cache->mem, cache->texts);
    sx_mem_free(cache->mem, cache->order);
    sx_mem_free(cache->mem, cache->columns);
}

void sx_schema_cache_clear(struct sx_schema_cache *cache)
{
    struct sx_schema_cache kept = *cache;
    free_entries(cache);
    init_entries(cache, kept.mem);
    cache->texts = kept.texts;
    cache->order = kept.order;
    cache->columns = kept.columns;
}

/* ---- measurements --------------------------------------------------------------------------- */

static bool measurement_equal(const void *owner, uint32_t value, const void *key)
{
    const struct sx_schema_cache *cache = owner;
    return sx_bytes_equal(cache->measurements[value]->name, *(const struct sx_bytes *)key);
}

static uint64_t measurement_hash(const void *owner, uint32_t value)
{
    return ((const struct sx_schema_cache *)owner)->measurements[value]->hash;
}

struct sx_measurement *sx_schema_cache_measurement(struct sx_schema_cache *cache,
                                                   struct sx_bytes name)
{
    uint64_t hash = sx_hash(name);
    uint32_t found = sx_map_find(&cache->measurement_map, hash, measurement_equal, cache, &name);
    if (found != SX_MAP_NONE)
        return cache->measurements[found];
    size_t count = cache->measurement_count;
    struct sx_measurement *measurement = sx_arena_alloc(&cache->arena, sizeof *measurement);
    struct sx_bytes copy = sx_arena_dup(&cache->arena, name);
    if (!measurement || !copy.ptr ||
        !SX_GROW(cache->mem, cache->measurements, cache->measurement_capacity, count + 1) ||
        !sx_map_reserve(&cache->measurement_map, count + 1, measurement_hash, cache))
        return NULL;
    *measurement = (struct sx_measurement){.name = copy, .hash = hash};
    cache->measurements[cache->measurement_count++] = measurement;
    sx_map_put(&cache->measurement_map, hash, (uint32_t)count);
    return measurement;
}

/* ---- shapes --------------------------------------------------------------------------------- */

static uint64_t hash_fields(const struct sx_measurement *measurement,
                            const struct sx_line_fields *fields)
{
    uint64_t hash = measurement->hash;
    for (uint32_t i = 0; i < fields->count; i++)
        hash = sx_hash_seeded(fields->names[i], hash + fields->types[i]);
    return hash;
}

struct shape_key {
    const struct sx_measurement *measurement;
    const struct sx_line_fields *fields;
};

static bool shape_equal(const void *owner, uint32_t value, const void *key)
{
    const struct sx_shape *shape = ((const struct sx_schema_cache *)owner)->shapes[value];
    const struct shape_key *wanted = key;
    const struct sx_line_fields *fields = wanted->fields;
    if (shape->schema->measurement != wanted->measurement || shape->field_count != fields->count)
        return false;
    for (uint32_t i = 0; i < fields->count; i++) {
        const struct sx_shape_field *field = &shape->fields[i];
        if (field->type != fields->types[i] ||
            !sx_bytes_equal(fields->names[i], sx_bytes_make(field->name, field->name_size)))
            return false;
    }
    return true;
}

static uint64_t shape_hash(const void *owner, uint32_t value)
{
    return ((const struct sx_schema_cache *)owner)->shapes[value]->hash;
}

const struct sx_shape *sx_schema_cache_find(const struct sx_schema_cache *cache,
                                            const struct sx_measurement *measurement,
                                            const struct sx_line_fields *fields)
{
    struct shape_key key = {.measurement = measurement, .fields = fields};
    uint32_t found =
        sx_map_find(&cache->shape_map, hash_fields(measurement, fields), shape_equal, cache, &key);
    return found == SX_MAP_NONE ? NULL : cache->shapes[found];
}

/* Copies the fields into a new shape, whose columns and schema are still open. */
static struct sx_shape *copy_shape(struct sx_schema_cache *cache, uint64_t hash,
                                   const struct sx_line_fields *fields)
{
    size_t names_size = NAME_PADDING;
    for (uint32_t i = 0; i < fields->count; i++)
        names_size += fields->names[i].len;
    struct sx_shape *shape = sx_arena_zalloc(&cache->arena, sizeof *shape);
    struct sx_shape_field *items =
        sx_arena_array(&cache->arena, fields->count, sizeof *shape->fields);
    uint8_t *names = sx_arena_zalloc(&cache->arena, names_size);
    if (!shape || !items || !names)
        return NULL;
    shape->hash = hash;
    shape->field_count = fields->count;
    shape->fields = items;
    for (uint32_t i = 0; i < fields->count; i++) {
        struct sx_bytes name = fields->names[i];
        memcpy(names, name.ptr, name.len);
        items[i] = (struct sx_shape_field){.name = names,
                                           .name_size = (uint32_t)name.len,
                                           .column = SX_SHAPE_SKIP,
                                           .type = fields->types[i]};
        names += name.len;
        shape->name_size_max = SX_MAX(shape->name_size_max, (uint32_t)name.len - 1);
    }
    return shape;
}

/* ---- schemas -------------------------------------------------------------------------------- */

struct schema_key {
    const struct sx_measurement *measurement;
    const struct sx_batch_column *columns;
    uint32_t column_count;
};

static bool schema_equal(const void *owner, uint32_t value, const void *key)
{
    const struct sx_schema *schema = ((const struct sx_schema_cache *)owner)->schemas[value];
    const struct schema_key *wanted = key;
    if (schema->measurement != wanted->measurement || schema->column_count != wanted->column_count)
        return false;
    for (uint32_t i = 0; i < schema->column_count; i++)
        if (schema->columns[i].type != wanted->columns[i].type ||
            !sx_bytes_equal(schema->columns[i].name, wanted->columns[i].name))
            return false;
    return true;
}

static uint64_t schema_hash(const void *owner, uint32_t value)
{
    return ((const struct sx_schema_cache *)owner)->schemas[value]->hash;
}

/* The schema of sorted columns, made if need be; NULL: no memory. */
static struct sx_schema *intern_schema(struct sx_schema_cache *cache,
                                       struct sx_measurement *measurement, uint32_t column_count)
{
    struct schema_key key = {measurement, cache->columns, column_count};
    uint64_t hash = measurement->hash;
    for (uint32_t i = 0; i < column_count; i++)
        hash = sx_hash_seeded(key.columns[i].name, hash + key.columns[i].type);
    uint32_t found = sx_map_find(&cache->schema_map, hash, schema_equal, cache, &key);
    if (found != SX_MAP_NONE)
        return cache->schemas[found];
    size_t count = cache->schema_count;
    struct sx_schema *schema = sx_arena_alloc(&cache->arena, sizeof *schema);
    struct sx_batch_column *columns = sx_arena_array(&cache->arena, column_count, sizeof *columns);
    if (!schema || !columns ||
        !SX_GROW(cache->mem, cache->schemas, cache->schema_capacity, count + 1) ||
        !sx_map_reserve(&cache->schema_map, count + 1, schema_hash, cache))
        return NULL;
    for (uint32_t i = 0; i < column_count; i++) {
        columns[i].type = key.columns[i].type;
        columns[i].name = sx_arena_dup(&cache->arena, key.columns[i].name);
        if (!columns[i].name.ptr)
            return NULL;
    }
    *schema = (struct sx_schema){.measurement = measurement,
                                 .columns = columns,
                                 .column_count = column_count,
                                 .batch_index = UINT32_MAX,
                                 .hash = hash};
    cache->schemas[cache->schema_count++] = schema;
    sx_map_put(&cache->schema_map, hash, (uint32_t)count);
    return schema;
}

/* ---- making a shape ------------------------------------------------------------------------- */

static int compare_texts(const void *a, const void *b, void *context)
{
    const struct sx_bytes *texts = context;
    uint16_t x = *(const uint16_t *)a, y = *(const uint16_t *)b;
    int order = sx_bytes_compare(texts[x], texts[y]);
    return order ? order : (x > y) - (x < y);
}

static bool is_time(struct sx_bytes text)
{
    return sx_bytes_equal(text, SX_LITERAL("time"));
}

/* Fills texts and order: the names without escapes, and the fields by name and place. */
static bool sort_fields(struct sx_schema_cache *cache, const struct sx_line_fields *fields)
{
    size_t size = 1;
    for (uint32_t i = 0; i < fields->count; i++)
        size += fields->names[i].len;
    sx_buf_clear(&cache->scratch);
    if (!sx_buf_reserve(&cache->scratch, size))
        return false;
    uint8_t *scratch = cache->scratch.ptr;
    for (uint32_t i = 0; i < fields->count; i++) {
        struct sx_bytes name = fields->names[i];
        cache->texts[i] = sx_name_text(sx_bytes_make(name.ptr, name.len - 1), &scratch);
        cache->order[i] = (uint16_t)i;
    }
    sx_sort(cache->order, fields->count, sizeof cache->order[0], compare_texts, cache->texts);
    return true;
}

/* Finds the first field whose name came with another type before. */
static void find_conflict(const struct sx_schema_cache *cache, const struct sx_line_fields *fields,
                          uint32_t *limit, struct sx_shape_made *made)
{
    *limit = fields->count;
    for (uint32_t i = 1, first = 0; i < fields->count; i++) {
        uint16_t before = cache->order[first], field = cache->order[i];
        struct sx_bytes text = cache->texts[field];
        if (!sx_bytes_equal(cache->texts[before], text)) {
            first = i;
        } else if (fields->types[before] != fields->types[field] && field < *limit &&
                   !is_time(text)) {
            *limit = field;
            made->conflict = true;
            made->name = text;
            made->type = fields->types[field];
            made->type_before = fields->types[before];
        }
    }
}

/* Makes the columns of the first `limit` fields; with a shape, tells its fields their columns. */
static uint32_t make_columns(struct sx_schema_cache *cache, const struct sx_line_fields *fields,
                             uint32_t limit, struct sx_shape *shape)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < fields->count; i++) {
        uint16_t field = cache->order[i];
        struct sx_bytes text = cache->texts[field];
        if (field >= limit || is_time(text))
            continue;
        if (count == 0 || !sx_bytes_equal(cache->columns[count - 1].name, text))
            cache->columns[count++] =
                (struct sx_batch_column){.name = text, .type = fields->types[field]};
        if (shape)
            shape->fields[field].column = (uint16_t)(count - 1);
    }
    return count;
}

bool sx_schema_cache_add(struct sx_schema_cache *cache, struct sx_measurement *measurement,
                         const struct sx_line_fields *fields, struct sx_shape_made *made)
{
    *made = (struct sx_shape_made){.columns = cache->columns};
    if (!sort_fields(cache, fields))
        return false;
    uint32_t limit;
    find_conflict(cache, fields, &limit, made);
    made->column_count = make_columns(cache, fields, limit, NULL);
    if (made->conflict || made->column_count == 0)
        return true;
    struct sx_shape *shape = copy_shape(cache, hash_fields(measurement, fields), fields);
    size_t count = cache->shape_count;
    if (!shape || !SX_GROW(cache->mem, cache->shapes, cache->shape_capacity, count + 1) ||
        !sx_map_reserve(&cache->shape_map, count + 1, shape_hash, cache))
        return false;
    (void)make_columns(cache, fields, limit, shape);
    shape->schema = intern_schema(cache, measurement, made->column_count);
    if (!shape->schema)
        return false;
    for (uint32_t i = 0; i < shape->field_count; i++)
        shape->skips = shape->skips || shape->fields[i].column == SX_SHAPE_SKIP;
    cache->shapes[cache->shape_count++] = shape;
    sx_map_put(&cache->shape_map, shape->hash, (uint32_t)count);
    made->shape = shape;
    return true;
}
