/* SPDX-License-Identifier: Apache-2.0 */
/* line_point.c -- a line without faults: into the cache and the batch, unless it may not be stored.
 *
 * Source      What may not be stored, and what is told first, follows InfluxDB 1.12: a tag named
 *             time; fields that are all named time; a string that is too long; a field with two
 *             types. */
#include "base/error.h"
#include "ingest/line_name.h"
#include "ingest/line_parse_priv.h"
#include "ingest/peer_text.h"

static stria_status no_memory(const struct sx_line_parse *parse)
{
    return sx_mem_refused(&parse->cache->mem, parse->cache->reason.len, parse->err);
}

/* Records that the point is not stored, for what the cache's `reason` says. */
static stria_status drop(struct sx_line_parse *parse, stria_status code, enum sx_drop_rank rank)
{
    const struct sx_buf *reason = &parse->cache->reason;
    if (reason->failed ||
        !sx_ingest_problems_drop(parse->problems, parse->line, code, rank, sx_buf_bytes(reason)))
        return no_memory(parse);
    return STRIA_OK;
}

static stria_status drop_long_string(struct sx_line_parse *parse, const struct sx_line_point *point)
{
    struct sx_ingest_cache *cache = parse->cache;
    struct sx_bytes raw = cache->fields.names[point->long_string - 1];
    uint8_t *scratch = sx_mem_alloc(&cache->mem, raw.len), *end = scratch;
    if (!scratch)
        return no_memory(parse);
    struct sx_bytes name = sx_name_text(sx_bytes_make(raw.ptr, raw.len - 1), &end);
    sx_peer_put_too_long(&cache->reason, cache->key.measurement, name, point->long_string_size);
    sx_mem_free(&cache->mem, scratch);
    return drop(parse, STRIA_LIMIT, SX_DROP_FIELD);
}

/* Puts the columns before a conflict into the batch as a schema without rows. */
static stria_status drop_conflict(struct sx_line_parse *parse, const struct sx_shape_made *made)
{
    struct sx_bytes measurement = parse->cache->key.measurement;
    struct sx_batch *batch = parse->batch;
    sx_peer_put_conflict(&parse->cache->reason, measurement, made->name, made->type,
                         made->type_before);
    struct sx_batch_column *columns =
        sx_arena_array(&batch->arena, made->column_count, sizeof *columns);
    struct sx_bytes name = sx_arena_dup(&batch->arena, measurement);
    if (!columns || !name.ptr)
        return no_memory(parse);
    for (uint32_t i = 0; i < made->column_count; i++) {
        columns[i] = made->columns[i];
        columns[i].name = sx_arena_dup(&batch->arena, made->columns[i].name);
        if (!columns[i].name.ptr)
            return no_memory(parse);
    }
    if (!sx_batch_add_schema(batch, name, columns, made->column_count))
        return no_memory(parse);
    return drop(parse, STRIA_CONFLICT, SX_DROP_FIELD);
}

/* The shape of the cache's fields. *shape is NULL when the point was dropped for them. */
static stria_status find_shape(struct sx_line_parse *parse, struct sx_measurement *measurement,
                               const struct sx_shape **shape)
{
    struct sx_ingest_cache *cache = parse->cache;
    struct sx_shape_made made;
    *shape = sx_schema_cache_find(&cache->schemas, measurement, &cache->fields);
    if (*shape)
        return STRIA_OK;
    if (!sx_schema_cache_add(&cache->schemas, measurement, &cache->fields, &made))
        return no_memory(parse);
    *shape = made.shape;
    if (made.shape)
        return STRIA_OK;
    if (made.conflict)
        return drop_conflict(parse, &made);
    sx_peer_put_time_field(&cache->reason, cache->key.measurement, false);
    return drop(parse, STRIA_INVALID, SX_DROP_FIELD);
}

/* Records that a field named time is left out of a point that is stored. */
static stria_status strip(struct sx_line_parse *parse)
{
    struct sx_buf *reason = &parse->cache->reason;
    sx_peer_put_time_field(reason, parse->cache->key.measurement, true);
    if (reason->failed ||
        !sx_ingest_problems_strip(parse->problems, parse->line, sx_buf_bytes(reason)))
        return no_memory(parse);
    return STRIA_OK;
}

stria_status sx_line_point(struct sx_line_parse *parse, const struct sx_line_point *point,
                           bool *stored)
{
    struct sx_ingest_cache *cache = parse->cache;
    *stored = false;
    if (cache->key.has_time_tag) {
        sx_peer_put_time_tag(&cache->reason, cache->key.measurement);
        return drop(parse, STRIA_INVALID, SX_DROP_TAG);
    }
    if (point->long_string)
        return drop_long_string(parse, point);
    struct sx_measurement *measurement =
        sx_schema_cache_measurement(&cache->schemas, cache->key.measurement);
    if (!measurement)
        return no_memory(parse);
    const struct sx_shape *shape;
    stria_status status = find_shape(parse, measurement, &shape);
    if (status || !shape)
        return status;
    struct sx_raw_series *raw = sx_series_cache_find(&cache->series, point->raw_key);
    if (!raw)
        raw = sx_series_cache_add(&cache->series, point->raw_key,
                                  sx_buf_bytes(&cache->key.canonical), measurement);
    if (!raw)
        return no_memory(parse);
    if (shape->skips) {
        status = strip(parse);
        if (status)
            return status;
    }
    status = sx_line_store(parse, raw, shape, point->ts_ns);
    *stored = !status;
    return status;
}
