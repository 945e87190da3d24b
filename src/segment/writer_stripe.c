/* SPDX-License-Identifier: Apache-2.0 */
/* writer_stripe.c -- writes the gathered chunks of a stripe, column by column, and its directory.
 *
 * Format      docs/FORMAT.md "Stripe". The time run, then each column's run; then the directory
 *             blocks in the same order. The entry in the stripe part:
 *               varint measurements since the stripe before, varint first series - that of the
 *               stripe before (within a measurement; else from its first), varint groups, zigzag
 *               first time - that of the stripe before, varint span, varint offset - that of the
 *               stripe before, varint runs; for each run (the first is the time's): [varint
 *               column], varint size, varint size of its directory block, u32 crc of that block.
 *             In a sealed segment the offset is told from the end of the stripe before, and the
 *             size of a block is size << 1 | whether it is in the index; then it has no crc. */
#include "base/error.h"
#include "base/hash.h"
#include "base/varint.h"
#include "segment/writer_priv.h"

/* The time run is written: gathered chunks get their place and crc. */
static void place_times(struct sx_segment_writer *w, uint64_t run_offset)
{
    for (size_t i = 0; i < w->time_count; i++) {
        struct sx_writer_time *time = &w->times[i];
        if (time->placed)
            continue;
        time->ref.offset += run_offset;
        time->ref.crc =
            sx_block_crc(w->out.salt, time->ref.offset, time->bytes.ptr, time->bytes.len);
        time->placed = true;
    }
    for (size_t i = 0; i < w->group_count; i++)
        w->groups[i].times = w->times[w->group_times[i]].ref;
}

/* ---- chunks that are there already ---- */

struct chunk_key {
    uint64_t hash;
    struct sx_bytes bytes;
    const struct sx_writer_run *run;
    uint32_t row_count, count;
    bool has_absent;
};

static bool chunk_equal(const void *owner, uint32_t value, const void *key)
{
    const struct sx_writer_chunk *c = &((const struct sx_segment_writer *)owner)->shared[value];
    const struct chunk_key *k = key;
    return c->hash == k->hash && c->type == k->run->type && c->row_count == k->row_count &&
           c->count == k->count && c->has_absent == k->has_absent &&
           sx_bytes_equal(c->bytes, k->bytes);
}

static uint64_t chunk_hash(const void *owner, uint32_t value)
{
    return ((const struct sx_segment_writer *)owner)->shared[value].hash;
}

/* Whether chunks of a run may stand for others: those with tables of their own may not. */
static bool may_share(const struct sx_segment_writer *w, const struct sx_writer_run *run)
{
    return sx_writer_has_index(w) && run->tables.len == 0;
}

/* Remembers a chunk that was placed; without memory it is not shared. */
static void remember_chunk(struct sx_segment_writer *w, const struct chunk_key *key,
                           const struct sx_block_ref *ref)
{
    if (w->shared_count >= SX_WRITER_SHARED_MAX ||
        w->shared_size + key->bytes.len > SX_WRITER_SHARED_SIZE) {
        w->shared_count = w->shared_size = 0;
        sx_map_clear(&w->shared_map);
        sx_arena_reset(&w->shared_arena);
    }
    struct sx_bytes copy = sx_arena_dup(&w->shared_arena, key->bytes);
    if (!copy.ptr || !sx_map_reserve(&w->shared_map, w->shared_count + 1, chunk_hash, w) ||
        !SX_GROW(w->mem, w->shared, w->shared_capacity, w->shared_count + 1))
        return;
    uint32_t number = (uint32_t)w->shared_count++;
    w->shared[number] = (struct sx_writer_chunk){.hash = key->hash,
                                                 .bytes = copy,
                                                 .ref = *ref,
                                                 .type = key->run->type,
                                                 .row_count = key->row_count,
                                                 .count = key->count,
                                                 .has_absent = key->has_absent};
    w->shared_size += copy.len;
    sx_map_put(&w->shared_map, key->hash, number);
}

/* Gives the chunks of a run their places and crcs. Those that are in the file already are taken out
 * of the run's bytes. */
static void place_chunks(struct sx_segment_writer *w, struct sx_writer_run *run,
                         uint64_t run_offset)
{
    bool shares = may_share(w, run);
    size_t len = 0;
    for (size_t i = 0; i < run->chunk_count; i++) {
        struct sx_chunk *chunk = &run->chunks[i];
        struct sx_block_ref *ref = &chunk->values;
        size_t size = (size_t)ref->size;
        if (size == 0)
            continue;
        memmove(run->data.ptr + len, run->data.ptr + ref->offset, size);
        struct chunk_key key = {.bytes = sx_bytes_make(run->data.ptr + len, size),
                                .run = run,
                                .row_count = w->groups[chunk->group].row_count,
                                .count = chunk->stats.count,
                                .has_absent = chunk->has_absent};
        bool sharable = shares && size >= SX_WRITER_SHARED_MIN;
        uint32_t found = SX_MAP_NONE;
        if (sharable) {
            key.hash = sx_hash_seeded(key.bytes, key.count);
            found = sx_map_find(&w->shared_map, key.hash, chunk_equal, w, &key);
        }
        if (found != SX_MAP_NONE) {
            *ref = w->shared[found].ref;
            continue;
        }
        ref->offset = run_offset + len;
        ref->crc = sx_block_crc(w->out.salt, ref->offset, key.bytes.ptr, size);
        len += size;
        if (sharable)
            remember_chunk(w, &key, ref);
    }
    run->data.len = len;
}

/* ---- stripes ---- */

static void put_stripe_head(struct sx_segment_writer *w, uint64_t offset, size_t run_count)
{
    struct sx_buf *out = &w->stripes;
    uint32_t measurement = (uint32_t)w->measurement_count - 1;
    const struct sx_writer_measurement *m = &w->measurements[measurement];
    int64_t min_ts = INT64_MAX, max_ts = INT64_MIN;
    for (size_t i = 0; i < w->group_count; i++) {
        min_ts = SX_MIN(min_ts, w->groups[i].min_ts);
        max_ts = SX_MAX(max_ts, w->groups[i].max_ts);
    }
    uint32_t first = w->groups[0].series;
    bool same = w->stripe_count && measurement == w->stripe_measurement;
    sx_buf_put_varint(out, measurement - (w->stripe_count ? w->stripe_measurement : 0));
    sx_buf_put_varint(out, first - (same ? w->stripe_series : m->first_series));
    sx_buf_put_varint(out, w->group_count);
    sx_buf_put_zigzag(out, (int64_t)((uint64_t)min_ts - (uint64_t)w->stripe_min_ts));
    sx_buf_put_varint(out, (uint64_t)max_ts - (uint64_t)min_ts);
    sx_buf_put_varint(out, offset - w->stripe_offset);
    sx_buf_put_varint(out, run_count);
    w->stripe_measurement = measurement;
    w->stripe_series = first;
    w->stripe_min_ts = min_ts;
    w->stripe_offset = offset;
}

/* Encodes a directory block into w->chunk, writes it and appends its run's entry. */
static stria_status put_run(struct sx_segment_writer *w, size_t column, uint64_t run_size,
                            stria_error *err)
{
    struct sx_block_ref ref;
    if (w->chunk.failed)
        return sx_buf_refused(&w->chunk, "directory", err);
    stria_status st = sx_writer_put_block(w, sx_buf_bytes(&w->chunk), &ref, err);
    if (st)
        return st;
    if (column != SIZE_MAX)
        sx_buf_put_varint(&w->stripes, column);
    sx_buf_put_varint(&w->stripes, run_size);
    sx_writer_put_size(w, &w->stripes, &ref);
    return STRIA_OK;
}

static stria_status write_directory(struct sx_segment_writer *w, uint64_t offset, stria_error *err)
{
    uint64_t run_offset = offset + w->time_data.len;
    struct sx_writer_measurement *m = &w->measurements[w->measurement_count - 1];
    sx_buf_clear(&w->chunk);
    sx_groups_put(&w->chunk, w->groups, w->group_count, w->groups[0].series, offset);
    stria_status st = put_run(w, SIZE_MAX, w->time_data.len, err);
    for (size_t i = 0; i < m->column_count && !st; i++) {
        struct sx_writer_run *run = &m->columns[i];
        if (run->chunk_count == 0)
            continue;
        sx_buf_clear(&w->chunk);
        sx_chunks_put(&w->chunk, run->type, sx_buf_bytes(&run->tables), run->chunks,
                      run->chunk_count, run_offset);
        run_offset += run->data.len;
        st = put_run(w, i, run->data.len, err);
    }
    return st;
}

static stria_status seal_runs(struct sx_segment_writer *w, struct sx_writer_measurement *m,
                              stria_error *err)
{
    stria_status st = STRIA_OK;
    for (size_t i = 0; i < m->column_count && !st; i++)
        if (m->columns[i].chunk_count && sx_writer_seals_later(w, m->columns[i].type))
            st = sx_writer_seal_run(w, &m->columns[i], err);
    return st;
}

stria_status sx_writer_flush_stripe(struct sx_segment_writer *w, stria_error *err)
{
    if (w->group_count == 0)
        return STRIA_OK;
    struct sx_writer_measurement *m = &w->measurements[w->measurement_count - 1];
    stria_status st = seal_runs(w, m, err);
    if (st)
        return st;
    uint64_t offset = w->out.offset, run_offset = offset + w->time_data.len;
    size_t run_count = 1;
    place_times(w, offset);
    st = sx_output_put(&w->out, sx_buf_bytes(&w->time_data), err);
    for (size_t i = 0; i < m->column_count && !st; i++) {
        struct sx_writer_run *run = &m->columns[i];
        if (run->chunk_count == 0)
            continue;
        run_count++;
        place_chunks(w, run, run_offset);
        run_offset += run->data.len;
        st = sx_output_put(&w->out, sx_buf_bytes(&run->data), err);
    }
    if (!st) {
        put_stripe_head(w, offset, run_count);
        st = write_directory(w, offset, err);
    }
    if (st)
        return st;
    if (w->stripes.failed)
        return sx_buf_refused(&w->stripes, "stripe table", err);
    if (sx_writer_has_index(w)) /* then the next stripe is told from the end of this one */
        w->stripe_offset = w->out.offset;
    for (size_t i = 0; i < m->column_count; i++) {
        sx_buf_clear(&m->columns[i].data);
        sx_buf_clear(&m->columns[i].tables);
        m->columns[i].chunk_count = 0;
    }
    sx_buf_clear(&w->time_data);
    w->group_count = 0;
    w->stripe_size = w->stripe_chunks = w->stripe_copied = 0;
    w->stripe_count++;
    m->stripe_count++;
    return STRIA_OK;
}
