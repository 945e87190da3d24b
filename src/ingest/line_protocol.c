/* SPDX-License-Identifier: Apache-2.0 */
/* line_protocol.c -- see line_protocol.h. Here: the cache, and the walk from line to line. */
#include "ingest/line_protocol.h"

#include "base/error.h"
#include "ingest/line_parse_priv.h"
#include "ingest/line_scan.h"

#define REASON_SIZE_MAX ((size_t)1 << 20)

static bool init_fields(struct sx_line_fields *fields, struct sx_mem *mem)
{
    fields->values = sx_mem_alloc(mem, SX_COLUMN_COUNT_MAX * sizeof *fields->values);
    fields->types = sx_mem_alloc(mem, SX_COLUMN_COUNT_MAX * sizeof *fields->types);
    fields->names = sx_mem_alloc(mem, SX_COLUMN_COUNT_MAX * sizeof *fields->names);
    return fields->values && fields->types && fields->names;
}

struct sx_ingest_cache *sx_ingest_cache_create(struct sx_mem *mem)
{
    struct sx_ingest_cache *cache = sx_mem_zalloc(mem, sizeof *cache);
    if (!cache)
        return NULL;
    cache->parent = mem;
    sx_mem_init(&cache->mem, mem, "ingest cache", 0);
    sx_buf_init(&cache->reason, &cache->mem, REASON_SIZE_MAX);
    sx_series_cache_init(&cache->series, &cache->mem);
    bool schemas = sx_schema_cache_init(&cache->schemas, &cache->mem);
    bool key = sx_line_key_init(&cache->key, &cache->mem);
    if (!schemas || !key || !init_fields(&cache->fields, &cache->mem)) {
        sx_ingest_cache_destroy(cache);
        return NULL;
    }
    return cache;
}

void sx_ingest_cache_destroy(struct sx_ingest_cache *cache)
{
    if (!cache)
        return;
    sx_series_cache_deinit(&cache->series);
    sx_schema_cache_deinit(&cache->schemas);
    sx_line_key_deinit(&cache->key);
    sx_mem_free(&cache->mem, cache->fields.values);
    sx_mem_free(&cache->mem, cache->fields.types);
    sx_mem_free(&cache->mem, cache->fields.names);
    sx_buf_deinit(&cache->reason);
    sx_mem_deinit(&cache->mem);
    sx_mem_free(cache->parent, cache);
}

void sx_ingest_cache_clear(struct sx_ingest_cache *cache)
{
    sx_series_cache_clear(&cache->series);
    sx_schema_cache_clear(&cache->schemas);
    cache->last = NULL;
    cache->must_clear = false;
}

static int64_t scale_of(stria_precision precision)
{
    switch (precision) {
    case STRIA_PRECISION_US:
        return 1000;
    case STRIA_PRECISION_MS:
        return 1000000;
    case STRIA_PRECISION_S:
        return 1000000000;
    case STRIA_PRECISION_M:
        return (int64_t)60 * 1000000000;
    case STRIA_PRECISION_H:
        return (int64_t)3600 * 1000000000;
    case STRIA_PRECISION_NS:
        break;
    }
    return 1;
}

/* The largest multiple of scale that is not above now, inside what a row may have. */
static int64_t truncate_time(int64_t now_ns, int64_t scale)
{
    int64_t rest = now_ns % scale;
    if (rest < 0)
        rest += scale;
    int64_t ts_ns;
    if (__builtin_sub_overflow(now_ns, rest, &ts_ns) || ts_ns < STRIA_TIME_MIN)
        return STRIA_TIME_MIN;
    return SX_MIN(ts_ns, STRIA_TIME_MAX);
}

/* Past the rest of a line, and its LF, from p on. */
static const uint8_t *skip_line(struct sx_line_parse *parse, const uint8_t *p)
{
    const uint8_t *end = memchr(p, '\n', (size_t)(parse->end - p));
    if (!end)
        return parse->end;
    parse->line++;
    return end + 1;
}

/* Whether nothing but the end of the line is at p. */
static bool is_line_end(const uint8_t *p, const uint8_t *end)
{
    if (*p == '\r')
        p++;
    return p == end || *p == '\n';
}

static stria_status parse_lines(struct sx_line_parse *parse, const uint8_t *p)
{
    for (;;) {
        p = sx_scan_white(p, parse->end);
        if (p == parse->end)
            return STRIA_OK;
        stria_status status = sx_line_fast(parse, &p);
        if (status == STRIA_OK)
            continue;
        if (status == STRIA_NOT_FOUND && (*p == '#' || is_line_end(p, parse->end))) {
            p = skip_line(parse, p);
            continue;
        }
        if (status == STRIA_NOT_FOUND)
            status = sx_line_careful(parse, &p);
        if (status)
            return status;
    }
}

stria_status sx_line_protocol_parse(struct sx_ingest_cache *cache, struct sx_bytes text,
                                    const struct sx_line_protocol_options *options,
                                    struct sx_batch *batch, struct sx_ingest_problems *problems,
                                    stria_error *err)
{
    bool empty = batch->series_count == 0 && batch->schema_count == 0;
    if (empty && (cache->must_clear || sx_mem_size(&cache->mem) > SX_INGEST_CACHE_SIZE_MAX))
        sx_ingest_cache_clear(cache);
    if (text.len == 0)
        return STRIA_OK;
    int64_t scale = scale_of(options->precision);
    struct sx_line_parse parse = {.cache = cache,
                                  .batch = batch,
                                  .problems = problems,
                                  .err = err,
                                  .end = text.ptr + text.len,
                                  .line = 1,
                                  .scale = scale,
                                  .now_ns = truncate_time(options->now_ns, scale)};
    stria_status status = parse_lines(&parse, text.ptr);
    if (status == STRIA_NOMEM)
        cache->must_clear = true;
    return status;
}
