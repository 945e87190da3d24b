/* SPDX-License-Identifier: Apache-2.0 */
/* inspect_sums.c -- sums over segments and the log, by measurement and by codec. See inspect.h.
 *
 * Algorithm   Directories of stripes are read, chunks only when their codecs are asked for. A
 *             series may be in many segments: its hash, which segments store, is kept, and
 *             different hashes are counted at the end. */
#include "app/cli/inspect.h"

#include "base/error.h"
#include "base/sort.h"
#include "base/varint.h"
#include "codec/column.h"
#include "model/series_key.h"
#include "segment/chunks.h"
#include "segment/keys.h"

#define CHUNK_SIZE_MAX ((size_t)1 << 28)

void sx_sums_init(struct sx_sums *sums, struct sx_inspect *inspect)
{
    *sums = (struct sx_sums){.inspect = inspect};
    sx_arena_init(&sums->arena, inspect->mem, 0);
}

void sx_sums_deinit(struct sx_sums *sums)
{
    for (size_t i = 0; i < sums->measurement_count; i++)
        sx_mem_free(sums->inspect->mem, sums->measurements[i].hashes);
    sx_mem_free(sums->inspect->mem, sums->measurements);
    sx_arena_deinit(&sums->arena);
}

/* ---- measurements ---- */

struct sx_sum_measurement *sx_sums_measurement(struct sx_sums *sums, uint32_t policy_id,
                                               struct sx_bytes escaped)
{
    uint8_t *scratch = sx_arena_alloc(&sums->arena, escaped.len);
    if (!scratch)
        return NULL;
    struct sx_bytes name = sx_key_text(escaped, scratch);
    for (size_t i = 0; i < sums->measurement_count; i++) {
        struct sx_sum_measurement *sum = &sums->measurements[i];
        if (sum->policy_id == policy_id && sx_bytes_equal(sum->name, name))
            return sum;
    }
    if (!SX_GROW(sums->inspect->mem, sums->measurements, sums->measurement_capacity,
                 sums->measurement_count + 1))
        return NULL;
    struct sx_bytes copy = sx_arena_dup(&sums->arena, name);
    if (!copy.ptr)
        return NULL;
    struct sx_sum_measurement *sum = &sums->measurements[sums->measurement_count++];
    *sum = (struct sx_sum_measurement){
        .policy_id = policy_id, .name = copy, .min_ts = INT64_MAX, .max_ts = INT64_MIN};
    return sum;
}

bool sx_sum_add_series(struct sx_sums *sums, struct sx_sum_measurement *sum, uint64_t hash)
{
    if (!SX_GROW(sums->inspect->mem, sum->hashes, sum->hash_capacity, sum->hash_count + 1))
        return false;
    sum->hashes[sum->hash_count++] = hash;
    return true;
}

void sx_sum_add_rows(struct sx_sum_measurement *sum, uint64_t row_count, uint64_t sample_count,
                     int64_t min_ts, int64_t max_ts)
{
    sum->row_count += row_count;
    sum->sample_count += sample_count;
    sum->min_ts = SX_MIN(sum->min_ts, min_ts);
    sum->max_ts = SX_MAX(sum->max_ts, max_ts);
}

static int compare_hashes(const void *a, const void *b, void *context)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    (void)context;
    return (x > y) - (x < y);
}

uint64_t sx_sums_count_series(struct sx_sums *sums)
{
    uint64_t total = 0;
    for (size_t i = 0; i < sums->measurement_count; i++) {
        struct sx_sum_measurement *sum = &sums->measurements[i];
        sx_sort(sum->hashes, sum->hash_count, sizeof *sum->hashes, compare_hashes, NULL);
        sum->series_count = 0;
        for (size_t j = 0; j < sum->hash_count; j++)
            sum->series_count += j == 0 || sum->hashes[j] != sum->hashes[j - 1];
        total += sum->series_count;
    }
    return total;
}

/* ---- segments ---- */

/* size: bytes that the chunk takes, which may be none. */
static void add_codec(struct sx_sums *sums, stria_type type, struct sx_bytes chunk, uint64_t size,
                      uint64_t value_count)
{
    const char *name = sx_column_codec_name(chunk);
    struct sx_sum_codec *codec = NULL;
    for (size_t i = 0; i < sums->codec_count && !codec; i++)
        if (sums->codecs[i].type == type && strcmp(sums->codecs[i].name, name) == 0)
            codec = &sums->codecs[i];
    if (!codec) {
        if (sums->codec_count == SX_SUM_CODECS_MAX)
            return;
        codec = &sums->codecs[sums->codec_count++];
        *codec = (struct sx_sum_codec){.name = name, .type = type};
    }
    codec->chunk_count++;
    codec->value_count += value_count;
    codec->bytes += size;
}

/* Reads a block and adds its codec; before the values of a chunk where some rows have none, which
 * rows have one is told by a column of its own. */
static stria_status look_at_block(struct sx_sums *sums, struct sx_segment *segment,
                                  const struct sx_block_ref *ref, stria_type type,
                                  uint64_t value_count, bool has_absent, stria_error *err)
{
    struct sx_buf bytes;
    sx_buf_init(&bytes, sums->inspect->mem, CHUNK_SIZE_MAX);
    stria_status st = sx_segment_read(segment, ref, &bytes, err);
    if (ref->size == 0) /* a constant that statistics tell all of */
        sx_column_put_constant(&bytes, type, 0);
    struct sx_bytes rest = sx_buf_bytes(&bytes), presence = {0};
    if (!st && has_absent && !sx_sized_get(&rest, &presence))
        st = sx_segment_damaged(segment, ref->offset, "presence of a chunk", err);
    if (!st && has_absent)
        add_codec(sums, STRIA_BOOL, presence, presence.len, 0);
    if (!st)
        add_codec(sums, type, rest, ref->size ? rest.len : 0, value_count);
    sx_buf_deinit(&bytes);
    return st;
}

/* One column of the stripe at hand (field UINT32_MAX: the times). */
static stria_status add_column(struct sx_sums *sums, struct sx_segment_cursor *cursor,
                               const struct sx_segment_measurement *measurement, uint32_t column,
                               bool codecs, uint64_t *sample_count, stria_error *err)
{
    const struct sx_stripe *stripe = &cursor->segment->stripes[cursor->stripe];
    stria_status st = STRIA_OK;
    for (uint32_t group = 0; group < stripe->group_count && !st; group++) {
        const struct sx_chunk *chunk;
        if (column == UINT32_MAX) {
            const struct sx_group *g = &cursor->groups[group];
            bool again = group && g[-1].times.offset == g->times.offset;
            if (codecs && !again)
                st = look_at_block(sums, cursor->segment, &g->times, STRIA_TIME, g->row_count,
                                   false, err);
            continue;
        }
        st = sx_segment_cursor_chunk(cursor, group, column, &chunk, err);
        if (st || !chunk)
            continue;
        *sample_count += chunk->stats.count;
        if (codecs)
            st = look_at_block(sums, cursor->segment, &chunk->values,
                               measurement->columns[column].type, chunk->stats.count,
                               chunk->has_absent, err);
    }
    return st;
}

static stria_status add_stripe(struct sx_sums *sums, struct sx_segment_cursor *cursor,
                               const struct sx_segment_measurement *measurement, uint32_t number,
                               bool codecs, struct sx_sum_measurement *sum, stria_error *err)
{
    const struct sx_stripe *stripe = &cursor->segment->stripes[number];
    uint64_t rows = 0, samples = 0;
    stria_status st = sx_segment_cursor_stripe(cursor, number, err);
    if (st)
        return sx_inspect_note(sums->inspect, st, err) ? STRIA_OK : st;
    for (uint32_t group = 0; group < stripe->group_count; group++)
        rows += cursor->groups[group].row_count;
    for (uint32_t i = 0; i < stripe->run_count; i++)
        sum->chunk_bytes += stripe->runs[i].size;
    for (uint32_t column = 0; column <= measurement->column_count; column++) {
        uint32_t which = column < measurement->column_count ? column : UINT32_MAX;
        st = add_column(sums, cursor, measurement, which, codecs, &samples, err);
        if (st && !sx_inspect_note(sums->inspect, st, err))
            return st;
    }
    sx_sum_add_rows(sum, rows, samples, stripe->min_ts, stripe->max_ts);
    return STRIA_OK;
}

static stria_status add_series(struct sx_sums *sums, struct sx_segment *segment,
                               const struct sx_segment_measurement *measurement,
                               struct sx_sum_measurement *sum, stria_error *err)
{
    struct sx_segment_keys keys;
    struct sx_buf key;
    sx_buf_init(&key, sums->inspect->mem, CHUNK_SIZE_MAX);
    stria_status st = sx_segment_keys_init(&keys, segment, measurement, sums->inspect->mem, 0, err);
    for (uint32_t i = 0; i < measurement->series_count && !st; i++) {
        uint32_t ordinal = measurement->first_series + i;
        sx_buf_clear(&key);
        if (!keys.hashes)
            st = sx_segment_keys_get(&keys, ordinal, &key, err);
        uint64_t hash = st ? 0 : sx_segment_keys_hash(&keys, ordinal, sx_buf_bytes(&key));
        if (!st && !sx_sum_add_series(sums, sum, hash))
            st = sx_mem_refused(sums->inspect->mem, sizeof hash, err);
    }
    sx_segment_keys_deinit(&keys);
    sx_buf_deinit(&key);
    return st;
}

stria_status sx_sums_add_segment(struct sx_sums *sums, struct sx_segment *segment, bool codecs,
                                 stria_error *err)
{
    struct sx_segment_cursor cursor;
    stria_status st = sx_segment_load(segment, err);
    if (st)
        return sx_inspect_note(sums->inspect, st, err) ? STRIA_OK : st;
    sx_segment_cursor_init(&cursor, segment, sums->inspect->mem);
    for (uint32_t i = 0; i < segment->measurement_count && !st; i++) {
        const struct sx_segment_measurement *measurement = &segment->measurements[i];
        struct sx_sum_measurement *sum =
            sx_sums_measurement(sums, segment->info.policy_id, measurement->escaped);
        if (!sum) {
            st = sx_mem_refused(sums->inspect->mem, measurement->escaped.len, err);
            break;
        }
        st = add_series(sums, segment, measurement, sum, err);
        if (st && sx_inspect_note(sums->inspect, st, err))
            st = STRIA_OK;
        for (uint32_t j = 0; j < measurement->stripe_count && !st; j++)
            st = add_stripe(sums, &cursor, measurement, measurement->first_stripe + j, codecs, sum,
                            err);
    }
    sx_segment_cursor_deinit(&cursor);
    return st;
}

/* ---- telling ---- */

void sx_sums_tell_measurements(struct sx_sums *sums, uint32_t policy_id)
{
    struct sx_figures *figures = &sums->inspect->figures;
    bool any = false;
    for (size_t i = 0; i < sums->measurement_count; i++) {
        const struct sx_sum_measurement *sum = &sums->measurements[i];
        if (sum->policy_id != policy_id)
            continue;
        if (!any)
            sx_figures_list(figures, "measurements");
        any = true;
        sx_figures_item(figures);
        sx_figures_bytes(figures, "name", sum->name);
        sx_figures_count(figures, "series", sum->series_count);
        sx_figures_count(figures, "rows", sum->row_count);
        sx_figures_count(figures, "samples", sum->sample_count);
        sx_figures_size(figures, "chunk_bytes", sum->chunk_bytes);
        if (sum->row_count) {
            sx_figures_time(figures, "first", sum->min_ts);
            sx_figures_time(figures, "last", sum->max_ts);
        }
        sx_figures_item_end(figures);
    }
    if (any)
        sx_figures_list_end(figures);
}

void sx_sums_tell_codecs(struct sx_sums *sums)
{
    struct sx_figures *figures = &sums->inspect->figures;
    if (!sums->codec_count)
        return;
    sx_figures_list(figures, "codecs");
    for (size_t i = 0; i < sums->codec_count; i++) {
        const struct sx_sum_codec *codec = &sums->codecs[i];
        sx_figures_item(figures);
        sx_figures_text(figures, "codec", codec->name);
        sx_figures_text(figures, "type", stria_type_name(codec->type));
        sx_figures_count(figures, "chunks", codec->chunk_count);
        sx_figures_count(figures, "values", codec->value_count);
        sx_figures_size(figures, "bytes", codec->bytes);
        sx_figures_ratio(figures, "bytes_per_value", codec->bytes, codec->value_count);
        sx_figures_item_end(figures);
    }
    sx_figures_list_end(figures);
}
