/* SPDX-License-Identifier: Apache-2.0 */
/* line_store.c -- a parsed line into the batch. See line_parse_priv.h.
 *
 * Why         Series and schemas stand in the cache for many batches; each remembers where it was
 *             put last, and the batch itself tells whether it is still there: so nothing need be
 *             reset between batches. */
#include "base/error.h"
#include "ingest/line_parse_priv.h"

stria_status sx_line_no_room(const struct sx_line_parse *parse, const struct sx_buf *buf,
                             size_t size)
{
    if (size > buf->max || buf->len > buf->max - size)
        return sx_fail(parse->err, STRIA_LIMIT, "line %llu: the batch is full: %zu bytes at most",
                       (unsigned long long)parse->line, buf->max);
    return sx_mem_refused(buf->mem, size, parse->err);
}

/* The index of the series in the batch; false: no memory. */
static bool series_index(struct sx_batch *batch, struct sx_series *series, uint32_t *index)
{
    *index = series->batch_index;
    if (SX_LIKELY(*index < batch->series_count && batch->series[*index].hint == &series->hint))
        return true;
    *index = (uint32_t)batch->series_count;
    if (!sx_batch_add_series(batch, series->key, series->hash, &series->hint))
        return false;
    series->batch_index = *index;
    return true;
}

/* Likewise of the schema. */
static bool schema_index(struct sx_batch *batch, struct sx_schema *schema, uint32_t *index)
{
    *index = schema->batch_index;
    if (SX_LIKELY(*index < batch->schema_count &&
                  batch->schemas[*index].columns == schema->columns))
        return true;
    *index = (uint32_t)batch->schema_count;
    if (!sx_batch_add_schema(batch, schema->measurement->name, schema->columns,
                             schema->column_count))
        return false;
    schema->batch_index = *index;
    return true;
}

/* What is to be expected of the lines that follow. */
static void remember(struct sx_ingest_cache *cache, struct sx_raw_series *raw,
                     const struct sx_shape *shape)
{
    if (cache->last)
        cache->last->next = raw;
    cache->last = raw;
    raw->shape = shape;
    raw->series->measurement->last_shape = shape;
}

stria_status sx_line_store(struct sx_line_parse *parse, struct sx_raw_series *raw,
                           const struct sx_shape *shape, int64_t ts_ns)
{
    struct sx_batch *batch = parse->batch;
    const struct sx_schema *schema = shape->schema;
    uint32_t series, schema_at;
    size_t size = sx_row_size(schema->column_count, false);
    if (!series_index(batch, raw->series, &series) ||
        !schema_index(batch, shape->schema, &schema_at))
        return sx_mem_refused(batch->mem, size, parse->err);
    uint32_t line = (uint32_t)SX_MIN(parse->line, UINT32_MAX);
    uint8_t *row = sx_batch_add_row(batch, schema_at, false, ts_ns, series, line);
    if (!row)
        return sx_line_no_room(parse, &batch->rows, size);
    const uint64_t *values = parse->cache->fields.values;
    for (uint32_t i = 0; i < shape->field_count; i++)
        if (SX_LIKELY(shape->fields[i].column != SX_SHAPE_SKIP))
            sx_put_u64(row + (size_t)shape->fields[i].column * 8, values[i]);
    batch->sample_count += schema->column_count;
    remember(parse->cache, raw, shape);
    return STRIA_OK;
}
