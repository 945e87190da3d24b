/* SPDX-License-Identifier: Apache-2.0 */
/* writer.c -- see writer.h: rows to chunks. */
#include "segment/writer.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/varint.h"
#include "model/vector.h"
#include "segment/writer_priv.h"

#include <assert.h>

#define CHUNK_SIZE_MAX ((size_t)256 << 20)

static void free_measurement(struct sx_segment_writer *w, struct sx_writer_measurement *m)
{
    for (size_t i = 0; i < m->column_count; i++) {
        sx_buf_deinit(&m->columns[i].data);
        sx_buf_deinit(&m->columns[i].tables);
        sx_mem_free(w->mem, m->columns[i].chunks);
    }
    sx_mem_free(w->mem, m->columns);
    sx_mem_free(w->mem, m->tags);
    sx_mem_free(w->mem, m->values);
}

void sx_segment_writer_destroy(struct sx_segment_writer *w)
{
    if (!w)
        return;
    sx_file_close(w->file);
    if (w->file && !w->finished)
        (void)w->os->ops->unlink(w->os, w->path, NULL);
    for (size_t i = 0; i < w->measurement_count; i++)
        free_measurement(w, &w->measurements[i]);
    for (size_t i = 0; i < w->tag_count; i++) {
        sx_mem_free(w->mem, w->tags[i].values);
        sx_mem_free(w->mem, w->tags[i].order);
    }
    sx_mem_free(w->mem, w->measurements);
    sx_mem_free(w->mem, w->tags);
    sx_mem_free(w->mem, w->values);
    sx_mem_free(w->mem, w->hashes);
    sx_mem_free(w->mem, w->groups);
    sx_mem_free(w->mem, w->group_times);
    sx_mem_free(w->mem, w->times);
    sx_mem_free(w->mem, w->row_numbers);
    sx_map_deinit(&w->tag_map);
    sx_map_deinit(&w->value_map);
    sx_mem_free(w->mem, w->shared);
    sx_map_deinit(&w->time_map);
    sx_map_deinit(&w->shared_map);
    sx_arena_deinit(&w->shared_arena);
    sx_arena_deinit(&w->arena);
    sx_arena_deinit(&w->time_arena);
    sx_buf_deinit(&w->time_data);
    sx_buf_deinit(&w->stripes);
    sx_buf_deinit(&w->index);
    sx_buf_deinit(&w->last_key);
    sx_buf_deinit(&w->chunk);
    sx_buf_deinit(&w->dense);
    sx_output_deinit(&w->out);
    sx_mem_free(w->mem, w->path);
    sx_mem_free(w->mem, w);
}

static void init_members(struct sx_segment_writer *w)
{
    sx_map_init(&w->tag_map, w->mem);
    sx_map_init(&w->value_map, w->mem);
    sx_map_init(&w->time_map, w->mem);
    sx_map_init(&w->shared_map, w->mem);
    sx_arena_init(&w->shared_arena, w->mem, 16384);
    sx_arena_init(&w->arena, w->mem, 16384);
    sx_arena_init(&w->time_arena, w->mem, 16384);
    sx_buf_init(&w->time_data, w->mem, CHUNK_SIZE_MAX);
    sx_buf_init(&w->stripes, w->mem, CHUNK_SIZE_MAX);
    sx_buf_init(&w->index, w->mem, SX_INDEX_SIZE_MAX);
    sx_buf_init(&w->last_key, w->mem, 2 * 65536);
    sx_buf_init(&w->chunk, w->mem, CHUNK_SIZE_MAX);
    sx_buf_init(&w->dense, w->mem, CHUNK_SIZE_MAX);
}

stria_status sx_segment_writer_create(const struct sx_segment_writer_options *options,
                                      struct sx_segment_writer **out, stria_error *err)
{
    uint8_t header[SX_SEGMENT_HEADER_SIZE];
    *out = NULL;
    struct sx_segment_writer *w = sx_mem_zalloc(options->mem, sizeof *w);
    if (!w)
        return sx_mem_refused(options->mem, sizeof *w, err);
    w->os = options->os;
    w->mem = options->mem;
    w->info = options->info;
    w->tier = (enum sx_tier)options->info.tier;
    w->no_entropy = options->no_entropy;
    w->info.min_ts = INT64_MAX;
    w->info.max_ts = INT64_MIN;
    init_members(w);
    stria_status st = w->os->ops->random(w->os, w->info.uuid, sizeof w->info.uuid, err);
    size_t path_size = strlen(options->path) + 1;
    w->path = sx_mem_alloc(w->mem, path_size);
    w->row_numbers = sx_mem_alloc(w->mem, SX_COLUMN_VALUES_MAX * sizeof *w->row_numbers);
    if (!st && (!w->path || !w->row_numbers))
        st = sx_mem_refused(w->mem, path_size, err);
    if (!st) {
        memcpy(w->path, options->path, path_size);
        st = sx_os_open(w->os, w->path, SX_OPEN_WRITE | SX_OPEN_CREATE | SX_OPEN_EXCLUSIVE,
                        &w->file, err);
    }
    if (!st) {
        sx_output_init(&w->out, w->mem, w->file, sx_segment_salt(w->info.uuid));
        sx_segment_header_put(header, &w->info);
        st = sx_output_put(&w->out, sx_bytes_make(header, sizeof header), err);
    }
    if (st) {
        sx_segment_writer_destroy(w);
        return st;
    }
    *out = w;
    return STRIA_OK;
}

bool sx_segment_writer_may_follow(const struct sx_segment_writer *w, struct sx_bytes key)
{
    return !w->info.series_count || sx_bytes_compare(sx_buf_bytes(&w->last_key), key) < 0;
}

stria_status sx_segment_writer_series(struct sx_segment_writer *w, struct sx_bytes key,
                                      uint64_t hash, stria_error *err)
{
    if (!sx_segment_writer_may_follow(w, key))
        return sx_fail(err, STRIA_INTERNAL, "%s: series are not in key order", w->path);
    if (w->info.series_count == UINT32_MAX)
        return sx_fail(err, STRIA_LIMIT, "%s: too many series for a segment", w->path);
    sx_buf_clear(&w->last_key);
    sx_buf_put_bytes(&w->last_key, key);
    if (w->last_key.failed)
        return sx_buf_refused(&w->last_key, "series key", err);
    w->last_ts = INT64_MIN;
    w->series_rows = false;
    return sx_writer_index_series(w, key, hash, err);
}

/* ---- time chunks ---- */

struct time_key {
    uint64_t hash;
    struct sx_bytes bytes;
};

static bool time_equal(const void *owner, uint32_t value, const void *key)
{
    const struct sx_writer_time *time = &((const struct sx_segment_writer *)owner)->times[value];
    const struct time_key *k = key;
    return time->hash == k->hash && sx_bytes_equal(time->bytes, k->bytes);
}

static uint64_t time_hash(const void *owner, uint32_t value)
{
    return ((const struct sx_segment_writer *)owner)->times[value].hash;
}

/* Forgets the shared chunks, when there are too many to be worth it; only between stripes. */
static void forget_times(struct sx_segment_writer *w)
{
    w->time_count = 0;
    sx_map_clear(&w->time_map);
    sx_arena_reset(&w->time_arena);
}

/* Adds the encoded times of a group, or finds an equal column; *number is its entry in w->times. */
static stria_status add_times(struct sx_segment_writer *w, struct sx_bytes bytes,
                              uint32_t row_count, uint32_t *number, stria_error *err)
{
    struct time_key key = {.bytes = bytes};
    /* The row count is not in the bytes: two columns may differ in it alone. */
    key.hash = sx_hash_seeded(key.bytes, row_count);
    *number = sx_map_find(&w->time_map, key.hash, time_equal, w, &key);
    if (*number != SX_MAP_NONE)
        return STRIA_OK;
    if (w->group_count == 0 && w->time_count >= SX_WRITER_TIMES_MAX)
        forget_times(w);
    struct sx_bytes copy = sx_arena_dup(&w->time_arena, key.bytes);
    uint64_t offset = w->time_data.len;
    sx_buf_put_bytes(&w->time_data, key.bytes);
    if (!copy.ptr || w->time_data.failed ||
        !sx_map_reserve(&w->time_map, w->time_count + 1, time_hash, w) ||
        !SX_GROW(w->mem, w->times, w->time_capacity, w->time_count + 1))
        return sx_mem_refused(w->mem, key.bytes.len, err);
    *number = (uint32_t)w->time_count++;
    w->times[*number] = (struct sx_writer_time){
        .hash = key.hash, .bytes = copy, .ref = {.offset = offset, .size = copy.len}};
    sx_map_put(&w->time_map, key.hash, *number);
    w->stripe_size += copy.len;
    return STRIA_OK;
}

/* ---- value chunks ---- */

stria_status sx_writer_run_of(struct sx_segment_writer *w, struct sx_bytes column_name,
                              stria_type type, struct sx_writer_run **run, stria_error *err)
{
    struct sx_writer_measurement *m = &w->measurements[w->measurement_count - 1];
    for (size_t i = 0; i < m->column_count; i++)
        if (m->columns[i].type == type && sx_bytes_equal(m->columns[i].name, column_name)) {
            *run = &m->columns[i];
            return STRIA_OK;
        }
    struct sx_bytes name = sx_arena_dup(&w->arena, column_name);
    if (!name.ptr || !SX_GROW(w->mem, m->columns, m->column_capacity, m->column_count + 1))
        return sx_mem_refused(w->mem, sizeof **run, err);
    *run = &m->columns[m->column_count++];
    **run = (struct sx_writer_run){.name = name, .type = type};
    sx_buf_init(&(*run)->data, w->mem, CHUNK_SIZE_MAX);
    sx_buf_init(&(*run)->tables, w->mem, SX_TABLES_SIZE_MAX);
    return STRIA_OK;
}

/* Moves the values of present rows together; their row numbers go to w->row_numbers. */
static stria_status make_dense(struct sx_segment_writer *w, const struct sx_writer_column *column,
                               uint32_t row_count, uint32_t *count, stria_error *err)
{
    size_t size = sx_type_size(column->type);
    const uint8_t *values = column->values;
    *count = 0;
    sx_buf_clear(&w->dense);
    for (uint32_t i = 0; i < row_count; i++)
        if (sx_bit_get(column->present, i)) {
            sx_buf_put(&w->dense, values + i * size, size);
            w->row_numbers[(*count)++] = (uint16_t)i;
        }
    return w->dense.failed ? sx_buf_refused(&w->dense, "column", err) : STRIA_OK;
}

/* Puts "varint size, encoded bitmap" before the values of a column with absent rows. */
static stria_status put_presence(struct sx_segment_writer *w, const uint64_t *present,
                                 uint32_t row_count, stria_error *err)
{
    uint8_t bits[SX_COLUMN_VALUES_MAX];
    struct sx_buf encoded;
    for (uint32_t i = 0; i < row_count; i++)
        bits[i] = sx_bit_get(present, i);
    sx_buf_init(&encoded, w->mem, CHUNK_SIZE_MAX);
    stria_status st = sx_column_encode(&encoded, STRIA_BOOL, bits, row_count, w->tier, w->mem, err);
    if (!st)
        sx_buf_put_sized(&w->chunk, sx_buf_bytes(&encoded));
    sx_buf_deinit(&encoded);
    return st;
}

stria_status sx_writer_add_chunk(struct sx_segment_writer *w, struct sx_writer_run *run,
                                 const struct sx_chunk *chunk, struct sx_bytes bytes,
                                 stria_error *err)
{
    if (!SX_GROW(w->mem, run->chunks, run->chunk_capacity, run->chunk_count + 1))
        return sx_mem_refused(w->mem, sizeof *run->chunks, err);
    size_t offset = run->data.len;
    if (bytes.len)
        sx_buf_put_bytes(&run->data, bytes);
    if (run->data.failed)
        return sx_buf_refused(&run->data, "stripe", err);
    struct sx_chunk *added = &run->chunks[run->chunk_count++];
    *added = *chunk;
    added->group = (uint32_t)w->group_count - 1;
    added->values = (struct sx_block_ref){.offset = offset, .size = bytes.len};
    w->stripe_size += bytes.len;
    w->stripe_chunks++;
    w->info.chunk_count++;
    w->info.sample_count += chunk->stats.count;
    return STRIA_OK;
}

static stria_status encode_chunk(struct sx_segment_writer *w, uint32_t row_count,
                                 const struct sx_writer_column *column, stria_error *err)
{
    const void *values = column->values;
    uint32_t count = row_count;
    stria_status st = STRIA_OK;
    sx_buf_clear(&w->chunk);
    bool absent = false;
    if (column->present) {
        st = make_dense(w, column, row_count, &count, err);
        if (st || count == 0)
            return st;
        absent = count < row_count;
        if (absent) {
            values = w->dense.ptr;
            st = put_presence(w, column->present, row_count, err);
        }
    }
    enum sx_tier tier = sx_writer_gather_tier(w, column->type);
    if (!st)
        st = sx_column_encode(&w->chunk, column->type, values, count, tier, w->mem, err);
    struct sx_writer_run *run = NULL;
    if (!st)
        st = sx_writer_run_of(w, column->name, column->type, &run, err);
    if (!st && w->chunk.failed)
        st = sx_buf_refused(&w->chunk, "stripe", err);
    if (st)
        return st;
    struct sx_chunk chunk = {.has_absent = absent};
    sx_chunk_stats_make(&chunk.stats, column->type, values, count, absent ? w->row_numbers : NULL);
    /* The statistics of a constant say all of it. */
    if (!absent && !chunk.stats.nan_count &&
        sx_column_is_constant(sx_buf_bytes(&w->chunk), column->type))
        sx_buf_clear(&w->chunk);
    return sx_writer_add_chunk(w, run, &chunk, sx_buf_bytes(&w->chunk), err);
}

/* ---- groups ---- */

stria_status sx_writer_begin_group(struct sx_segment_writer *w, struct sx_bytes times,
                                   int64_t min_ts, int64_t max_ts, uint32_t row_count,
                                   stria_error *err)
{
    if (w->series_rows && min_ts <= w->last_ts)
        return sx_fail(err, STRIA_INTERNAL, "%s: rows are not in time order", w->path);
    if (!SX_GROW(w->mem, w->groups, w->group_capacity, w->group_count + 1) ||
        !SX_GROW(w->mem, w->group_times, w->group_time_capacity, w->group_count + 1))
        return sx_mem_refused(w->mem, sizeof *w->groups, err);
    uint32_t group = (uint32_t)w->group_count;
    stria_status st = add_times(w, times, row_count, &w->group_times[group], err);
    if (st)
        return st;
    w->groups[group] = (struct sx_group){.series = (uint32_t)w->info.series_count - 1,
                                         .row_count = row_count,
                                         .min_ts = min_ts,
                                         .max_ts = max_ts};
    w->group_count++;
    return STRIA_OK;
}

stria_status sx_writer_end_group(struct sx_segment_writer *w, stria_error *err)
{
    const struct sx_group *group = &w->groups[w->group_count - 1];
    w->last_ts = group->max_ts;
    w->series_rows = true;
    w->info.row_count += group->row_count;
    w->info.min_ts = SX_MIN(w->info.min_ts, group->min_ts);
    w->info.max_ts = SX_MAX(w->info.max_ts, group->max_ts);
    size_t size_max = w->tier == SX_TIER_SEALED ? SX_STRIPE_SIZE_SEALED : SX_STRIPE_SIZE_HOT;
    bool is_full = w->stripe_size >= size_max || w->stripe_chunks >= SX_STRIPE_CHUNKS_MAX ||
                   w->group_count >= SX_GROUPS_MAX;
    return is_full ? sx_writer_flush_stripe(w, err) : STRIA_OK;
}

stria_status sx_segment_writer_rows(struct sx_segment_writer *w, const int64_t *ts_ns,
                                    uint32_t row_count, const struct sx_writer_column *columns,
                                    size_t column_count, stria_error *err)
{
    assert(row_count > 0 && row_count <= SX_COLUMN_VALUES_MAX);
    sx_buf_clear(&w->chunk);
    stria_status st =
        sx_column_encode(&w->chunk, STRIA_TIME, ts_ns, row_count, w->tier, w->mem, err);
    if (!st)
        st = sx_writer_begin_group(w, sx_buf_bytes(&w->chunk), ts_ns[0], ts_ns[row_count - 1],
                                   row_count, err);
    for (size_t i = 0; i < column_count && !st; i++)
        st = encode_chunk(w, row_count, &columns[i], err);
    return st ? st : sx_writer_end_group(w, err);
}

uint64_t sx_segment_writer_size(const struct sx_segment_writer *w)
{
    return w->out.offset + w->stripe_size;
}

uint64_t sx_segment_writer_row_count(const struct sx_segment_writer *w)
{
    return w->info.row_count;
}

stria_status sx_segment_writer_finish(struct sx_segment_writer *w, struct sx_segment_info *info,
                                      stria_error *err)
{
    uint8_t bytes[SX_SEGMENT_FOOTER_SIZE];
    struct sx_segment_footer footer = {0};
    stria_status st = sx_writer_flush_stripe(w, err);
    if (!st)
        st = sx_writer_index_finish(w, &footer, err);
    if (st)
        return st;
    w->info.file_size = w->out.offset + sizeof bytes;
    footer.info = w->info;
    sx_segment_footer_put(bytes, &footer);
    st = sx_output_put(&w->out, sx_bytes_make(bytes, sizeof bytes), err);
    if (!st)
        st = sx_output_flush(&w->out, err);
    if (!st)
        st = sx_file_sync(w->file, err);
    if (st)
        return st;
    w->finished = true;
    *info = w->info;
    return STRIA_OK;
}
