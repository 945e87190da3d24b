/* SPDX-License-Identifier: Apache-2.0 */
/* segment_load.c -- the parts of a segment that stay in memory: read, unpacked, parsed.
 *
 * Format      docs/FORMAT.md "Parts". Where there is an index, blocks that stand in it are told by
 *             size alone: they follow each other there. */
#include "segment/segment_priv.h"

#include "base/compress.h"
#include "base/error.h"
#include "base/varint.h"
#include "codec/column.h"
#include "model/batch.h"

#define PART_SIZE_MAX ((size_t)1 << 30)

struct parse {
    struct sx_segment *segment;
    struct sx_bytes in;
    const struct sx_block_ref *part;
    stria_error *err;
};

static stria_status bad_part(const struct parse *parse, const char *what)
{
    const struct sx_block_ref *part = parse->part;
    uint64_t offset = part->offset + (part->in_index ? 0 : part->size - parse->in.len);
    return sx_segment_damaged(parse->segment, offset, what, parse->err);
}

static stria_status no_memory(const struct parse *parse)
{
    return sx_mem_refused(parse->segment->mem, parse->in.len, parse->err);
}

/* A count of things of at least one byte each. */
static bool get_count(struct parse *parse, uint32_t *count)
{
    uint64_t v;
    if (!sx_varint_get_max(&parse->in, SX_MIN(parse->in.len, UINT32_MAX), &v))
        return false;
    *count = (uint32_t)v;
    return true;
}

static bool get_u32(struct parse *parse, uint32_t *out)
{
    struct sx_bytes bytes;
    if (!sx_bytes_take(&parse->in, 4, &bytes))
        return false;
    *out = sx_get_u32(bytes.ptr);
    return true;
}

static bool ref_inside(const struct parse *parse, const struct sx_block_ref *ref)
{
    uint64_t limit = parse->segment->info.file_size;
    return ref->offset <= limit && ref->size <= limit - ref->offset;
}

/* Makes a reference to the next `size` bytes of the index, which begin at *next. */
static bool take_of_index(const struct sx_segment *s, uint64_t size, uint64_t *next,
                          struct sx_block_ref *ref)
{
    if (*next > s->index.len || size > s->index.len - *next)
        return false;
    *ref = (struct sx_block_ref){.offset = s->footer.parts[SX_PART_INDEX].offset,
                                 .size = size,
                                 .in_index = (uint32_t)*next + 1};
    *next += size;
    return true;
}

/* Takes the size of a block, and its crc. In a segment with an index the lowest bit tells whether
 * it is the next block there, at *next; else its offset is the caller's to find. */
static bool get_block(struct parse *parse, uint64_t *next, struct sx_block_ref *ref)
{
    uint64_t size;
    if (!sx_varint_get(&parse->in, &size))
        return false;
    if (parse->segment->index.len) {
        if (size & 1)
            return take_of_index(parse->segment, size >> 1, next, ref);
        size >>= 1;
    }
    *ref = (struct sx_block_ref){.size = size};
    return get_u32(parse, &ref->crc);
}

/* The reference to a dictionary or postings. */
static bool get_ref(struct parse *parse, uint64_t *next, struct sx_block_ref *ref)
{
    uint64_t offset = 0;
    bool has_index = parse->segment->index.len > 0;
    if (!has_index && !sx_varint_get(&parse->in, &offset))
        return false;
    if (!get_block(parse, next, ref))
        return false;
    if (ref->in_index)
        return true;
    if (has_index && !sx_varint_get(&parse->in, &offset))
        return false;
    ref->offset = offset;
    return ref_inside(parse, ref);
}

/* Where the first block of a part that is in the index stands there; 0 where there is no index. */
static bool get_first(struct parse *parse, uint64_t *next)
{
    *next = 0;
    return !parse->segment->index.len || sx_varint_get(&parse->in, next);
}

static stria_status parse_tags(struct parse *parse)
{
    struct sx_segment *s = parse->segment;
    uint64_t next;
    if (!get_count(parse, &s->tag_count) || !get_first(parse, &next))
        return bad_part(parse, "count of tags");
    s->tags = sx_arena_array(&s->arena, s->tag_count, sizeof *s->tags);
    if (!s->tags)
        return no_memory(parse);
    for (uint32_t i = 0; i < s->tag_count; i++) {
        struct sx_segment_tag *tag = &s->tags[i];
        uint64_t values;
        if (!sx_sized_get(&parse->in, &tag->escaped) ||
            !sx_varint_get_max(&parse->in, UINT32_MAX, &values) ||
            !get_ref(parse, &next, &tag->dictionary) || !get_ref(parse, &next, &tag->postings))
            return bad_part(parse, "tag");
        tag->value_count = (uint32_t)values;
        if (i && sx_bytes_compare(s->tags[i - 1].escaped, tag->escaped) >= 0)
            return bad_part(parse, "order of tags");
    }
    return parse->in.len ? bad_part(parse, "bytes behind the tags") : STRIA_OK;
}

static stria_status parse_columns(struct parse *parse, struct sx_segment_measurement *m)
{
    struct sx_segment *s = parse->segment;
    if (!get_count(parse, &m->tag_count))
        return bad_part(parse, "count of a measurement's tags");
    uint32_t *tags = sx_arena_array(&s->arena, m->tag_count, sizeof *tags);
    if (!tags)
        return no_memory(parse);
    for (uint32_t i = 0; i < m->tag_count; i++) {
        uint64_t tag;
        if (!sx_varint_get(&parse->in, &tag) || tag >= s->tag_count)
            return bad_part(parse, "tag of a measurement");
        tags[i] = (uint32_t)tag;
    }
    if (!get_count(parse, &m->column_count))
        return bad_part(parse, "count of columns");
    struct sx_segment_column *columns = sx_arena_array(&s->arena, m->column_count, sizeof *columns);
    if (!columns)
        return no_memory(parse);
    for (uint32_t i = 0; i < m->column_count; i++) {
        struct sx_bytes type;
        if (!sx_bytes_take(&parse->in, 1, &type) || type.ptr[0] < STRIA_FLOAT ||
            type.ptr[0] > STRIA_STRING || !sx_sized_get(&parse->in, &columns[i].name))
            return bad_part(parse, "column");
        columns[i].type = (stria_type)type.ptr[0];
    }
    m->tags = tags;
    m->columns = columns;
    return STRIA_OK;
}

static stria_status parse_measurements(struct parse *parse)
{
    struct sx_segment *s = parse->segment;
    uint64_t offset, next, series = 0, stripes = 0;
    if (!get_count(parse, &s->measurement_count) || !sx_varint_get(&parse->in, &offset) ||
        !get_first(parse, &next))
        return bad_part(parse, "count of measurements");
    s->measurements = sx_arena_array(&s->arena, s->measurement_count, sizeof *s->measurements);
    if (!s->measurements)
        return no_memory(parse);
    for (uint32_t i = 0; i < s->measurement_count; i++) {
        struct sx_segment_measurement *m = &s->measurements[i];
        uint64_t series_count, stripe_count;
        *m = (struct sx_segment_measurement){.first_series = (uint32_t)series,
                                             .first_stripe = (uint32_t)stripes};
        if (!sx_sized_get(&parse->in, &m->escaped) ||
            !sx_varint_get_max(&parse->in, s->info.series_count - series, &series_count))
            return bad_part(parse, "measurement");
        if (i && sx_bytes_compare(m[-1].escaped, m->escaped) >= 0)
            return bad_part(parse, "order of measurements");
        stria_status st = parse_columns(parse, m);
        if (st)
            return st;
        if (!sx_varint_get_max(&parse->in, UINT32_MAX - stripes, &stripe_count) ||
            !get_block(parse, &next, &m->series_block))
            return bad_part(parse, "place of a series block");
        if (!m->series_block.in_index) {
            m->series_block.offset = offset;
            if (!ref_inside(parse, &m->series_block))
                return bad_part(parse, "place of a series block");
            offset += m->series_block.size;
        }
        m->series_count = (uint32_t)series_count;
        m->stripe_count = (uint32_t)stripe_count;
        series += series_count;
        stripes += stripe_count;
    }
    if (series != s->info.series_count || parse->in.len)
        return bad_part(parse, "end of the measurements");
    s->stripe_count = (uint32_t)stripes;
    return STRIA_OK;
}

/* *offset: where the stripe begins; becomes where it ends. *next: its next block of the index. */
static stria_status parse_runs(struct parse *parse, struct sx_stripe *stripe, uint64_t *offset,
                               uint64_t *next)
{
    struct sx_segment *s = parse->segment;
    const struct sx_segment_measurement *m = &s->measurements[stripe->measurement];
    if (!get_count(parse, &stripe->run_count) || stripe->run_count == 0 ||
        stripe->run_count > m->column_count + 1)
        return bad_part(parse, "count of runs");
    struct sx_run *runs = sx_arena_array(&s->arena, stripe->run_count, sizeof *runs);
    if (!runs)
        return no_memory(parse);
    for (uint32_t i = 0; i < stripe->run_count; i++) {
        uint64_t column = UINT32_MAX;
        if (i && (!sx_varint_get(&parse->in, &column) || column >= m->column_count))
            return bad_part(parse, "column of a run");
        runs[i] = (struct sx_run){.column = (uint32_t)column, .offset = *offset};
        if (!sx_varint_get(&parse->in, &runs[i].size) ||
            !get_block(parse, next, &runs[i].directory) ||
            runs[i].size > s->info.file_size - *offset)
            return bad_part(parse, "run");
        *offset += runs[i].size;
    }
    for (uint32_t i = 0; i < stripe->run_count; i++) {
        if (runs[i].directory.in_index)
            continue;
        runs[i].directory.offset = *offset;
        if (!ref_inside(parse, &runs[i].directory))
            return bad_part(parse, "directory of a run");
        *offset += runs[i].directory.size;
    }
    stripe->runs = runs;
    return STRIA_OK;
}

static stria_status parse_stripes(struct parse *parse)
{
    struct sx_segment *s = parse->segment;
    uint64_t count, measurement = 0, series = 0, offset = 0, next = 0;
    int64_t min_ts = 0;
    if (!sx_varint_get(&parse->in, &count) || count != s->stripe_count)
        return bad_part(parse, "count of stripes");
    s->stripes = sx_arena_array(&s->arena, s->stripe_count, sizeof *s->stripes);
    if (!s->stripes)
        return no_memory(parse);
    for (uint32_t i = 0; i < s->stripe_count; i++) {
        struct sx_stripe *stripe = &s->stripes[i];
        uint64_t measurement_delta, series_delta, groups, span, offset_delta;
        int64_t min_delta;
        if (!sx_varint_get_max(&parse->in, UINT32_MAX, &measurement_delta) ||
            !sx_varint_get_max(&parse->in, UINT32_MAX, &series_delta) ||
            !sx_varint_get_max(&parse->in, SX_GROUPS_MAX, &groups) ||
            !sx_zigzag_get(&parse->in, &min_delta) || !sx_varint_get(&parse->in, &span) ||
            !sx_varint_get(&parse->in, &offset_delta))
            return bad_part(parse, "stripe");
        measurement += measurement_delta;
        if (measurement >= s->measurement_count)
            return bad_part(parse, "measurement of a stripe");
        const struct sx_segment_measurement *m = &s->measurements[measurement];
        if (i < m->first_stripe || i - m->first_stripe >= m->stripe_count)
            return bad_part(parse, "measurement of a stripe");
        series = (i == m->first_stripe ? m->first_series : series) + series_delta;
        offset += offset_delta;
        min_ts = (int64_t)((uint64_t)min_ts + (uint64_t)min_delta);
        if (series - m->first_series >= m->series_count || offset > s->info.file_size ||
            groups == 0 || span > (uint64_t)INT64_MAX - (uint64_t)min_ts)
            return bad_part(parse, "stripe");
        *stripe = (struct sx_stripe){.measurement = (uint32_t)measurement,
                                     .first_series = (uint32_t)series,
                                     .group_count = (uint32_t)groups,
                                     .min_ts = min_ts,
                                     .max_ts = (int64_t)((uint64_t)min_ts + span)};
        uint64_t end = offset;
        stria_status st = parse_runs(parse, stripe, &end, &next);
        if (st)
            return st;
        if (s->index.len) /* then the next one is told from the end */
            offset = end;
    }
    return parse->in.len ? bad_part(parse, "bytes behind the stripes") : STRIA_OK;
}

/* ---- loading ---- */

/* Unpacks the index into the arena. */
static stria_status load_index(struct sx_segment *s, struct sx_file *file, stria_error *err)
{
    const struct sx_block_ref *part = &s->footer.parts[SX_PART_INDEX];
    struct sx_buf packed;
    uint64_t size = 0;
    if (part->size == 0)
        return STRIA_OK;
    sx_buf_init(&packed, s->mem, PART_SIZE_MAX);
    uint8_t *bytes = sx_buf_extend(&packed, (size_t)part->size), *index = NULL;
    stria_status st = bytes ? sx_segment_read_block(s, file, part, bytes, err)
                            : sx_buf_refused(&packed, s->path, err);
    struct sx_bytes in = sx_buf_bytes(&packed);
    if (!st && (!sx_varint_get_max(&in, PART_SIZE_MAX, &size) || size == 0))
        st = sx_segment_damaged(s, part->offset, "size of the index", err);
    if (!st) {
        index = sx_arena_alloc(&s->arena, (size_t)size);
        st = index ? STRIA_OK : sx_mem_refused(s->mem, (size_t)size, err);
    }
    if (!st) {
        struct sx_compressor *compressor = sx_compressor_create(s->mem);
        st = compressor ? sx_zstd_get(compressor, in, index, (size_t)size, err)
                        : sx_mem_refused(s->mem, (size_t)size, err);
        sx_compressor_destroy(compressor);
        if (st == STRIA_CORRUPT)
            st = sx_segment_damaged(s, part->offset, "index", err);
    }
    if (!st)
        s->index = sx_bytes_make(index, (size_t)size);
    sx_buf_deinit(&packed);
    return st;
}

/* The bytes of a part, in the arena. */
static stria_status part_bytes(struct sx_segment *s, struct sx_file *file,
                               const struct sx_block_ref *part, struct sx_bytes *out,
                               stria_error *err)
{
    if (part->in_index) {
        uint64_t place = part->in_index - 1;
        if (!s->index.len || place > s->index.len || part->size > s->index.len - place)
            return sx_segment_damaged(s, part->offset, "place of a part", err);
        *out = sx_bytes_make(s->index.ptr + place, (size_t)part->size);
        return STRIA_OK;
    }
    if (part->size > PART_SIZE_MAX)
        return sx_segment_damaged(s, part->offset, "size of a part", err);
    uint8_t *bytes = sx_arena_alloc(&s->arena, (size_t)part->size);
    *out = sx_bytes_make(bytes, (size_t)part->size);
    return bytes ? sx_segment_read_block(s, file, part, bytes, err)
                 : sx_mem_refused(s->mem, (size_t)part->size, err);
}

static stria_status load_part(struct sx_segment *s, struct sx_file *file,
                              enum sx_segment_part number,
                              stria_status (*body)(struct parse *parse), stria_error *err)
{
    const struct sx_block_ref *part = &s->footer.parts[number];
    struct sx_bytes bytes = {0};
    stria_status st = part_bytes(s, file, part, &bytes, err);
    if (st)
        return st;
    struct parse parse = {.segment = s, .in = bytes, .part = part, .err = err};
    if (!body) {
        s->filter = parse.in;
        return STRIA_OK;
    }
    return body(&parse);
}

stria_status sx_segment_load_parts(struct sx_segment *s, struct sx_file *file, stria_error *err)
{
    struct sx_segment_footer footer;
    stria_status st = sx_segment_read_ends(file, s->path, &footer, err);
    if (!st && (memcmp(footer.info.uuid, s->info.uuid, sizeof footer.info.uuid) != 0 ||
                footer.info.series_count != s->info.series_count ||
                footer.info.file_size != s->info.file_size))
        st = sx_segment_damaged(s, 0, "not the segment that the manifest speaks of", err);
    if (!st) {
        s->footer = footer;
        sx_arena_init(&s->arena, s->mem, 8192);
        st = load_index(s, file, err);
    }
    if (!st)
        st = load_part(s, file, SX_PART_TAGS, parse_tags, err);
    if (!st)
        st = load_part(s, file, SX_PART_MEASUREMENTS, parse_measurements, err);
    if (!st)
        st = load_part(s, file, SX_PART_STRIPES, parse_stripes, err);
    if (!st)
        st = load_part(s, file, SX_PART_FILTER, NULL, err);
    if (st)
        s->index = (struct sx_bytes){0};
    if (st && s->arena.mem)
        sx_arena_deinit(&s->arena);
    return st;
}
