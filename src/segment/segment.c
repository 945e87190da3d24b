/* SPDX-License-Identifier: Apache-2.0 */
/* segment.c -- see segment.h: opening, and the parts that stay in memory. */
#include "segment/segment.h"

#include "base/error.h"
#include "base/sort.h"
#include "base/varint.h"
#include "codec/column.h"
#include "model/batch.h"
#include "segment/segment_priv.h"

#include <inttypes.h>

#define PART_SIZE_MAX ((size_t)1 << 30)

struct sx_segment *sx_segment_create(struct sx_os *os, struct sx_mem *mem, const char *path,
                                     const struct sx_segment_info *info)
{
    size_t path_size = strlen(path) + 1;
    struct sx_segment *segment = sx_mem_zalloc(mem, sizeof *segment + path_size);
    if (!segment)
        return NULL;
    segment->state = sx_mem_zalloc(mem, sizeof *segment->state);
    if (!segment->state) {
        sx_mem_free(mem, segment);
        return NULL;
    }
    sx_mutex_init(&segment->state->mutex);
    sx_segment_files_init(&segment->state->own, 1);
    segment->files = &segment->state->own;
    segment->os = os;
    segment->mem = mem;
    segment->info = *info;
    segment->salt = sx_segment_salt(info->uuid);
    memcpy(segment + 1, path, path_size);
    segment->path = (const char *)(segment + 1);
    atomic_init(&segment->tombstone_id, info->tombstone_id);
    atomic_init(&segment->reference_count, 1);
    return segment;
}

struct sx_segment *sx_segment_acquire(struct sx_segment *segment)
{
    atomic_fetch_add_explicit(&segment->reference_count, 1, memory_order_relaxed);
    return segment;
}

void sx_segment_release(struct sx_segment *segment)
{
    if (!segment ||
        atomic_fetch_sub_explicit(&segment->reference_count, 1, memory_order_acq_rel) != 1)
        return;
    struct sx_mem *mem = segment->mem;
    if (segment->loads)
        sx_segment_loads_remove(segment->loads, segment);
    sx_segment_files_close(segment->files, &segment->state->file);
    sx_segment_files_deinit(&segment->state->own);
    sx_mutex_deinit(&segment->state->mutex);
    sx_mem_free(mem, segment->state);
    if (segment->arena.mem)
        sx_arena_deinit(&segment->arena);
    sx_mem_free(mem, segment);
}

static void let_go(struct sx_segment *segment)
{
    if (segment->arena.mem)
        sx_arena_deinit(&segment->arena);
    segment->arena = (struct sx_arena){0};
    segment->measurements = NULL;
    segment->tags = NULL;
    segment->stripes = NULL;
    segment->measurement_count = segment->tag_count = segment->stripe_count = 0;
    segment->filter = (struct sx_bytes){0};
}

void sx_segment_unload(struct sx_segment *segment)
{
    if (segment->loads)
        sx_segment_loads_remove(segment->loads, segment);
    sx_segment_files_close(segment->files, &segment->state->file);
    let_go(segment);
    atomic_store(&segment->loaded, false);
}

bool sx_segment_forget(struct sx_segment *segment)
{
    struct sx_segment_load_state *state = segment->state;
    if (atomic_load(&state->pins)) /* also while it is being loaded */
        return false;
    sx_mutex_lock(&state->mutex);
    /* Whoever pins it looks behind that whether it is loaded: one of the two sees the other. */
    atomic_store(&segment->loaded, false);
    bool is_free = atomic_load(&state->pins) == 0;
    if (is_free)
        let_go(segment);
    else
        atomic_store(&segment->loaded, true);
    sx_mutex_unlock(&state->mutex);
    return is_free;
}

stria_status sx_segment_damaged(const struct sx_segment *segment, uint64_t offset, const char *what,
                                stria_error *err)
{
    return sx_fail(err, STRIA_CORRUPT, "%s: %s at %" PRIu64, segment->path, what, offset);
}

/* ---- reading blocks ---- */

static stria_status read_block(struct sx_segment *segment, struct sx_file *file,
                               const struct sx_block_ref *ref, uint8_t *bytes, stria_error *err)
{
    if (ref->size == 0)
        return STRIA_OK;
    stria_status st = sx_file_read(file, segment->path, bytes, (size_t)ref->size, ref->offset, err);
    if (st)
        return st;
    if (sx_block_crc(segment->salt, ref->offset, bytes, (size_t)ref->size) != ref->crc)
        return sx_segment_damaged(segment, ref->offset, "wrong checksum of the block", err);
    return STRIA_OK;
}

stria_status sx_segment_read(struct sx_segment *segment, const struct sx_block_ref *ref,
                             struct sx_buf *out, stria_error *err)
{
    size_t start = out->len;
    if (ref->size > segment->info.file_size)
        return sx_segment_damaged(segment, ref->offset, "size of the block", err);
    uint8_t *bytes = sx_buf_extend(out, (size_t)ref->size);
    if (!bytes && ref->size)
        return sx_buf_refused(out, segment->path, err);
    struct sx_file *file;
    stria_status st = sx_segment_files_take(segment->files, &segment->state->file, segment->os,
                                            segment->path, &file, err);
    if (!st) {
        st = read_block(segment, file, ref, bytes, err);
        sx_segment_files_give(&segment->state->file);
    }
    if (st)
        out->len = start;
    return st;
}

/* ---- parsing parts ---- */

struct parse {
    struct sx_segment *segment;
    struct sx_bytes in;
    const struct sx_block_ref *part;
    stria_error *err;
};

static stria_status bad_part(const struct parse *parse, const char *what)
{
    return sx_segment_damaged(
        parse->segment, parse->part->offset + parse->part->size - parse->in.len, what, parse->err);
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

static bool get_ref(struct parse *parse, struct sx_block_ref *ref)
{
    return sx_varint_get(&parse->in, &ref->offset) && sx_varint_get(&parse->in, &ref->size) &&
           get_u32(parse, &ref->crc) && ref_inside(parse, ref);
}

static stria_status parse_tags(struct parse *parse)
{
    struct sx_segment *s = parse->segment;
    if (!get_count(parse, &s->tag_count))
        return bad_part(parse, "count of tags");
    s->tags = sx_arena_array(&s->arena, s->tag_count, sizeof *s->tags);
    if (!s->tags)
        return no_memory(parse);
    for (uint32_t i = 0; i < s->tag_count; i++) {
        struct sx_segment_tag *tag = &s->tags[i];
        uint64_t values;
        if (!sx_sized_get(&parse->in, &tag->escaped) ||
            !sx_varint_get_max(&parse->in, UINT32_MAX, &values) ||
            !get_ref(parse, &tag->dictionary) || !get_ref(parse, &tag->postings))
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
    uint64_t offset, series = 0, stripes = 0;
    if (!get_count(parse, &s->measurement_count) || !sx_varint_get(&parse->in, &offset))
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
            !sx_varint_get(&parse->in, &m->series_block.size) ||
            !get_u32(parse, &m->series_block.crc))
            return bad_part(parse, "place of a series block");
        m->series_block.offset = offset;
        if (!ref_inside(parse, &m->series_block))
            return bad_part(parse, "place of a series block");
        offset += m->series_block.size;
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

static stria_status parse_runs(struct parse *parse, struct sx_stripe *stripe, uint64_t offset)
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
        runs[i] = (struct sx_run){.column = (uint32_t)column, .offset = offset};
        if (!sx_varint_get(&parse->in, &runs[i].size) ||
            !sx_varint_get(&parse->in, &runs[i].directory.size) ||
            !get_u32(parse, &runs[i].directory.crc) || runs[i].size > s->info.file_size - offset)
            return bad_part(parse, "run");
        offset += runs[i].size;
    }
    for (uint32_t i = 0; i < stripe->run_count; i++) {
        runs[i].directory.offset = offset;
        if (!ref_inside(parse, &runs[i].directory))
            return bad_part(parse, "directory of a run");
        offset += runs[i].directory.size;
    }
    stripe->runs = runs;
    return STRIA_OK;
}

static stria_status parse_stripes(struct parse *parse)
{
    struct sx_segment *s = parse->segment;
    uint64_t count, measurement = 0, series = 0, offset = 0;
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
        if (!sx_varint_get(&parse->in, &measurement_delta) ||
            !sx_varint_get(&parse->in, &series_delta) ||
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
        stria_status st = parse_runs(parse, stripe, offset);
        if (st)
            return st;
    }
    return parse->in.len ? bad_part(parse, "bytes behind the stripes") : STRIA_OK;
}

/* ---- loading ---- */

static stria_status read_ends(struct sx_file *file, const char *path,
                              struct sx_segment_footer *footer, stria_error *err)
{
    uint8_t bytes[SX_SEGMENT_FOOTER_SIZE];
    struct sx_file_info file_info;
    struct sx_segment_info head = {0};
    stria_status st = sx_file_info(file, &file_info, err);
    if (st)
        return st;
    if (file_info.size < SX_SEGMENT_HEADER_SIZE + SX_SEGMENT_FOOTER_SIZE)
        return sx_fail(err, STRIA_CORRUPT, "%s: only %" PRIu64 " bytes long", path, file_info.size);
    st = sx_file_read(file, path, bytes, SX_SEGMENT_HEADER_SIZE, 0, err);
    if (st)
        return st;
    st = sx_segment_header_get(bytes, &head, err);
    if (!st) {
        uint64_t offset = file_info.size - SX_SEGMENT_FOOTER_SIZE;
        st = sx_file_read(file, path, bytes, SX_SEGMENT_FOOTER_SIZE, offset, err);
        if (st)
            return st;
        st = sx_segment_footer_get(bytes, file_info.size, footer, err);
    }
    if (!st && memcmp(head.uuid, footer->info.uuid, sizeof head.uuid) != 0)
        st = sx_fail(err, STRIA_CORRUPT, "header and footer are of different segments");
    if (st)
        sx_error_prefix(err, "%s", path);
    return st;
}

stria_status sx_segment_peek(struct sx_os *os, const char *path, struct sx_segment_info *info,
                             stria_error *err)
{
    struct sx_segment_footer footer;
    struct sx_file *file = NULL;
    stria_status st = sx_os_open(os, path, SX_OPEN_READ, &file, err);
    if (!st)
        st = read_ends(file, path, &footer, err);
    if (!st)
        *info = footer.info;
    sx_file_close(file);
    return st;
}

static stria_status load_part(struct sx_segment *s, struct sx_file *file,
                              enum sx_segment_part number,
                              stria_status (*body)(struct parse *parse), stria_error *err)
{
    const struct sx_block_ref *part = &s->footer.parts[number];
    if (part->size > PART_SIZE_MAX)
        return sx_segment_damaged(s, part->offset, "size of a part", err);
    uint8_t *bytes = sx_arena_alloc(&s->arena, (size_t)part->size);
    if (!bytes)
        return sx_mem_refused(s->mem, (size_t)part->size, err);
    stria_status st = read_block(s, file, part, bytes, err);
    if (st)
        return st;
    struct parse parse = {
        .segment = s, .in = sx_bytes_make(bytes, (size_t)part->size), .part = part, .err = err};
    if (!body) {
        s->filter = parse.in;
        return STRIA_OK;
    }
    return body(&parse);
}

static stria_status load_parts(struct sx_segment *s, struct sx_file *file, stria_error *err)
{
    struct sx_segment_footer footer;
    stria_status st = read_ends(file, s->path, &footer, err);
    if (!st && (memcmp(footer.info.uuid, s->info.uuid, sizeof footer.info.uuid) != 0 ||
                footer.info.series_count != s->info.series_count ||
                footer.info.file_size != s->info.file_size))
        st = sx_segment_damaged(s, 0, "not the segment that the manifest speaks of", err);
    if (!st) {
        s->footer = footer;
        sx_arena_init(&s->arena, s->mem, 8192);
        st = load_part(s, file, SX_PART_TAGS, parse_tags, err);
    }
    if (!st)
        st = load_part(s, file, SX_PART_MEASUREMENTS, parse_measurements, err);
    if (!st)
        st = load_part(s, file, SX_PART_STRIPES, parse_stripes, err);
    if (!st)
        st = load_part(s, file, SX_PART_FILTER, NULL, err);
    if (st && s->arena.mem)
        sx_arena_deinit(&s->arena);
    return st;
}

static stria_status load_locked(struct sx_segment *s, stria_error *err)
{
    struct sx_file *file;
    stria_status st = sx_segment_files_take(s->files, &s->state->file, s->os, s->path, &file, err);
    if (st)
        return st;
    st = load_parts(s, file, err);
    sx_segment_files_give(&s->state->file);
    if (st) /* the next try may find another file there */
        sx_segment_files_close(s->files, &s->state->file);
    else
        atomic_store_explicit(&s->loaded, true, memory_order_release);
    return st;
}

stria_status sx_segment_load(struct sx_segment *s, stria_error *err)
{
    if (SX_LIKELY(atomic_load_explicit(&s->loaded, memory_order_acquire)))
        return STRIA_OK;
    sx_mutex_lock(&s->state->mutex);
    stria_status st = atomic_load(&s->loaded) ? STRIA_OK : load_locked(s, err);
    sx_mutex_unlock(&s->state->mutex);
    return st;
}

stria_status sx_segment_pin(struct sx_segment *s, stria_error *err)
{
    atomic_fetch_add(&s->state->pins, 1);
    atomic_store_explicit(&s->state->marked, true, memory_order_relaxed);
    if (SX_LIKELY(atomic_load(&s->loaded)))
        return STRIA_OK;
    stria_error first = {0};
    stria_status st = sx_segment_load(s, &first);
    if (st == STRIA_NOMEM && s->loads && sx_segment_loads_trim(s->loads, 0)) {
        first = (stria_error){0};
        st = sx_segment_load(s, &first);
    }
    if (st) {
        sx_segment_unpin(s);
        sx_error_copy(err, &first);
    } else if (s->loads) {
        sx_segment_loads_add(s->loads, s);
    }
    return st;
}

void sx_segment_unpin(struct sx_segment *s)
{
    atomic_fetch_sub(&s->state->pins, 1);
}

/* ---- looking up ---- */

static int compare_measurement(const void *item, const void *key, void *context)
{
    (void)context;
    return sx_bytes_compare(((const struct sx_segment_measurement *)item)->escaped,
                            *(const struct sx_bytes *)key);
}

const struct sx_segment_measurement *sx_segment_measurement(const struct sx_segment *s,
                                                            struct sx_bytes escaped)
{
    size_t i = sx_lower_bound(s->measurements, s->measurement_count, sizeof *s->measurements,
                              &escaped, compare_measurement, NULL);
    return i < s->measurement_count && sx_bytes_equal(s->measurements[i].escaped, escaped)
               ? &s->measurements[i]
               : NULL;
}

const struct sx_segment_measurement *sx_segment_measurement_of(const struct sx_segment *s,
                                                               uint32_t series)
{
    uint32_t low = 0, high = s->measurement_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (s->measurements[middle].first_series <= series)
            low = middle;
        else
            high = middle;
    }
    return &s->measurements[low];
}

static int compare_tag(const void *item, const void *key, void *context)
{
    (void)context;
    return sx_bytes_compare(((const struct sx_segment_tag *)item)->escaped,
                            *(const struct sx_bytes *)key);
}

uint32_t sx_segment_tag(const struct sx_segment *s, struct sx_bytes escaped)
{
    size_t i = sx_lower_bound(s->tags, s->tag_count, sizeof *s->tags, &escaped, compare_tag, NULL);
    return i < s->tag_count && sx_bytes_equal(s->tags[i].escaped, escaped) ? (uint32_t)i
                                                                           : UINT32_MAX;
}
