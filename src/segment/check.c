/* SPDX-License-Identifier: Apache-2.0 */
/* check.c -- see check.h. */
#include "segment/check.h"

#include "base/error.h"
#include "base/hash.h"
#include "codec/column.h"
#include "index/bitset.h"
#include "index/dictionary.h"
#include "index/postings.h"
#include "model/vector.h"
#include "segment/chunks.h"
#include "segment/keys.h"
#include "segment/loss.h"

#include <assert.h>
#include <stdlib.h>

#define BLOCK_SIZE_MAX ((size_t)1 << 30)
#define WORDS_MAX (SX_COLUMN_VALUES_MAX / 64)

/* Room for the values of one chunk. */
struct room {
    _Alignas(16) uint8_t values[SX_COLUMN_VALUES_MAX * sizeof(stria_bytes)];
    uint64_t present[WORDS_MAX];
    uint16_t rows[SX_COLUMN_VALUES_MAX];
};

struct checking {
    struct sx_segment_check *check;
    struct sx_segment *segment;
    struct sx_mem *mem;
    struct sx_segment_cursor cursor;
    struct room *room;
    struct sx_arena strings;
    struct sx_buf block, text, stored, made, telling;
    uint64_t series_count, row_count, sample_count, chunk_count;
    uint64_t unreported_bytes;
    stria_error *err;
};

/* Tells of a failure to read something and lets the check go on; without memory it cannot. */
static stria_status told(struct checking *c, stria_status st, uint64_t offset,
                         const struct sx_segment_loss *loss)
{
    if (!st || st == STRIA_NOMEM)
        return st;
    sx_buf_clear(&c->telling);
    sx_buf_put_text(&c->telling, c->err->text);
    if (loss) {
        sx_buf_put_text(&c->telling, "; lost: ");
        sx_segment_loss_put(&c->telling, c->segment, loss, c->mem);
    }
    sx_buf_put_u8(&c->telling, 0);
    if (c->telling.failed)
        return sx_buf_refused(&c->telling, "what is damaged", c->err);
    c->check->found_count++;
    c->check->found(c->check->context, st, offset, (const char *)c->telling.ptr);
    return STRIA_OK;
}

static stria_status damaged(struct checking *c, uint64_t offset, const char *what,
                            const struct sx_segment_loss *loss)
{
    return told(c, sx_segment_damaged(c->segment, offset, what, c->err), offset, loss);
}

/* One chunk of a column, or the rows of a group. */
static struct sx_segment_loss loss_of_group(const struct checking *c, const struct sx_group *group,
                                            uint32_t column)
{
    const struct sx_stripe *stripe = &c->segment->stripes[c->cursor.stripe];
    return (struct sx_segment_loss){.measurement = &c->segment->measurements[stripe->measurement],
                                    .first_series = group->series,
                                    .series_count = 1,
                                    .column = column,
                                    .min_ts = group->min_ts,
                                    .max_ts = group->max_ts};
}

/* A column of a stripe, or all of it. Where its last series is not known, the next stripe's first
 * one, or the measurement's last, bounds it. */
static struct sx_segment_loss loss_of_stripe(const struct checking *c,
                                             const struct sx_stripe *stripe, uint32_t column)
{
    const struct sx_segment_measurement *m = &c->segment->measurements[stripe->measurement];
    uint32_t last = m->first_series + m->series_count - 1;
    if (stripe + 1 < c->segment->stripes + c->segment->stripe_count &&
        stripe[1].measurement == stripe->measurement)
        last = SX_MAX(stripe[1].first_series, stripe->first_series);
    return (struct sx_segment_loss){.measurement = m,
                                    .first_series = stripe->first_series,
                                    .series_count = last - stripe->first_series + 1,
                                    .column = column,
                                    .min_ts = stripe->min_ts,
                                    .max_ts = stripe->max_ts};
}

static stria_status progress(struct checking *c, uint64_t size)
{
    c->unreported_bytes += size;
    if (c->unreported_bytes < 16384 || !c->check->progress)
        return STRIA_OK;
    uint64_t bytes = c->unreported_bytes;
    c->unreported_bytes = 0;
    return c->check->progress(c->check->context, bytes)
               ? STRIA_OK
               : sx_fail(c->err, STRIA_CANCELLED, "the check was stopped");
}

/* The offset that a text of sx_segment_damaged() ends with; 0: none. */
static uint64_t offset_in(const char *text)
{
    const char *at = NULL;
    for (const char *p = text; (p = strstr(p, " at ")) != NULL; p += 4)
        at = p + 4;
    return at ? strtoull(at, NULL, 10) : 0;
}

/* ---- series, tags ---- */

static stria_status check_keys(struct checking *c, const struct sx_segment_measurement *m)
{
    struct sx_segment_keys keys;
    stria_status st = sx_segment_keys_init(&keys, c->segment, m, c->mem, m->series_count, c->err);
    for (uint32_t i = 0; !st && i < m->series_count; i++) {
        uint32_t ordinal = m->first_series + i;
        sx_buf_clear(&c->text);
        st = sx_segment_keys_get(&keys, ordinal, &c->text, c->err);
        if (!st && sx_hash(sx_buf_bytes(&c->text)) !=
                       sx_segment_keys_hash(&keys, ordinal, sx_buf_bytes(&c->text)))
            st = sx_segment_damaged(c->segment, m->series_block.offset, "hash of a series", c->err);
    }
    if (!st)
        c->series_count += m->series_count;
    sx_segment_keys_deinit(&keys);
    struct sx_segment_loss loss = {.measurement = m,
                                   .first_series = m->first_series,
                                   .series_count = m->series_count,
                                   .column = SX_LOSS_ALL_COLUMNS,
                                   .min_ts = c->segment->info.min_ts,
                                   .max_ts = c->segment->info.max_ts};
    st = told(c, st, m->series_block.offset, &loss);
    return st ? st : progress(c, m->series_block.size);
}

static stria_status check_dictionary(struct checking *c, const struct sx_segment_tag *tag)
{
    struct sx_dictionary dictionary;
    struct sx_dictionary_walk walk;
    sx_buf_clear(&c->block);
    stria_status st = sx_segment_read(c->segment, &tag->dictionary, &c->block, c->err);
    struct sx_bytes in = sx_buf_bytes(&c->block);
    if (st)
        return told(c, st, tag->dictionary.offset, NULL);
    bool ok =
        sx_dictionary_take(&in, &dictionary) && in.len == 0 && dictionary.count == tag->value_count;
    sx_buf_clear(&c->text);
    ok = ok && sx_dictionary_walk(&walk, &dictionary, 0, &c->text);
    sx_buf_clear(&c->stored);
    for (uint32_t i = 0; ok && i < dictionary.count; i++) {
        ok = sx_dictionary_next(&walk, &c->text) &&
             (i == 0 || sx_bytes_compare(sx_buf_bytes(&c->stored), sx_buf_bytes(&c->text)) < 0);
        sx_buf_clear(&c->stored);
        sx_buf_put_bytes(&c->stored, sx_buf_bytes(&c->text));
    }
    if (c->text.failed || c->stored.failed)
        return sx_buf_refused(&c->text, "tag value", c->err);
    return ok ? STRIA_OK : damaged(c, tag->dictionary.offset, "dictionary", NULL);
}

static stria_status check_postings(struct checking *c, const struct sx_segment_tag *tag)
{
    struct sx_bitset set;
    sx_buf_clear(&c->block);
    stria_status st = sx_segment_read(c->segment, &tag->postings, &c->block, c->err);
    if (st)
        return told(c, st, tag->postings.offset, NULL);
    struct sx_bytes in = sx_buf_bytes(&c->block);
    size_t head = (size_t)tag->value_count * 4;
    if (!sx_bitset_init(&set, c->mem, (uint32_t)c->segment->info.series_count))
        return sx_mem_refused(c->mem, c->segment->info.series_count / 8, c->err);
    bool ok = in.len >= head;
    for (uint32_t i = 0; ok && i < tag->value_count; i++) {
        uint32_t offset = sx_get_u32(in.ptr + (size_t)i * 4);
        struct sx_bytes list = sx_bytes_make(in.ptr + head, in.len - head), passed;
        ok = sx_bytes_take(&list, offset, &passed) && sx_postings_add(&list, &set);
    }
    sx_bitset_deinit(&set);
    return ok ? STRIA_OK : damaged(c, tag->postings.offset, "postings", NULL);
}

/* ---- rows ---- */

/* The values of present rows side by side, and the rows they are of. */
static uint32_t make_dense(struct room *room, size_t size, uint32_t row_count)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < row_count; i++) {
        if (!(room->present[i / 64] >> (i % 64) & 1))
            continue;
        if (count != i)
            memcpy(room->values + count * size, room->values + i * size, size);
        room->rows[count++] = (uint16_t)i;
    }
    return count;
}

static stria_status check_chunk(struct checking *c, const struct sx_group *group,
                                const struct sx_chunk *chunk, uint32_t column)
{
    struct sx_segment_loss loss = loss_of_group(c, group, column);
    stria_type type = loss.measurement->columns[column].type;
    struct sx_chunk_stats stats = {0};
    bool all_present;
    sx_arena_reset(&c->strings);
    stria_status st = sx_segment_cursor_values(&c->cursor, chunk, group->row_count, type, 0,
                                               group->row_count, c->room->values, c->room->present,
                                               &all_present, &c->strings, c->err);
    if (st)
        return told(c, st, chunk->values.offset, &loss);
    uint32_t count = make_dense(c->room, sx_type_size(type), group->row_count);
    assert(count > 0 && count == chunk->stats.count); /* or it had been told above */
    sx_buf_clear(&c->stored);
    sx_buf_clear(&c->made);
    sx_chunk_stats_make(&stats, type, c->room->values, count, c->room->rows);
    sx_chunk_stats_put(&c->stored, type, &chunk->stats);
    sx_chunk_stats_put(&c->made, type, &stats);
    if (c->stored.failed || c->made.failed)
        return sx_buf_refused(&c->made, "statistics", c->err);
    if (!sx_bytes_equal(sx_buf_bytes(&c->stored), sx_buf_bytes(&c->made)))
        return damaged(c, chunk->values.offset, "statistics unlike the values of a chunk", &loss);
    c->sample_count += count;
    c->chunk_count++;
    c->check->chunk_count++;
    return progress(c, chunk->values.size);
}

static stria_status check_column(struct checking *c, const struct sx_stripe *stripe,
                                 const struct sx_run *run)
{
    const struct sx_chunk *chunk;
    /* A directory that cannot be read is told once, not for each group. */
    stria_status st = sx_segment_cursor_chunk(&c->cursor, 0, run->column, &chunk, c->err);
    if (st) {
        struct sx_segment_loss loss = loss_of_stripe(c, stripe, run->column);
        return told(c, st, run->directory.offset, &loss);
    }
    for (uint32_t g = 0; !st && g < stripe->group_count; g++) {
        st = sx_segment_cursor_chunk(&c->cursor, g, run->column, &chunk, c->err);
        if (!st && chunk)
            st = check_chunk(c, &c->cursor.groups[g], chunk, run->column);
    }
    return st;
}

static stria_status check_stripe(struct checking *c, uint32_t number)
{
    const struct sx_stripe *stripe = &c->segment->stripes[number];
    stria_status st = sx_segment_cursor_stripe(&c->cursor, number, c->err);
    if (st) {
        struct sx_segment_loss loss = loss_of_stripe(c, stripe, SX_LOSS_ALL_COLUMNS);
        return told(c, st, stripe->runs[0].directory.offset, &loss);
    }
    for (uint32_t g = 0; !st && g < stripe->group_count; g++) {
        const struct sx_group *group = &c->cursor.groups[g];
        const int64_t *ts_ns;
        st = sx_segment_cursor_times(&c->cursor, g, &ts_ns, c->err);
        if (!st &&
            (group->min_ts < c->segment->info.min_ts || group->max_ts > c->segment->info.max_ts))
            st = sx_segment_damaged(c->segment, group->times.offset,
                                    "times outside those of the segment", c->err);
        struct sx_segment_loss loss = loss_of_group(c, group, SX_LOSS_ALL_COLUMNS);
        st = told(c, st, group->times.offset, &loss);
        c->row_count += group->row_count;
        c->check->row_count += group->row_count;
    }
    for (uint32_t i = 1; !st && i < stripe->run_count; i++)
        st = check_column(c, stripe, &stripe->runs[i]);
    return st;
}

static stria_status check_counts(struct checking *c)
{
    const struct sx_segment_info *info = &c->segment->info;
    if (c->check->found_count ||
        (c->series_count == info->series_count && c->row_count == info->row_count &&
         c->sample_count == info->sample_count && c->chunk_count == info->chunk_count))
        return STRIA_OK;
    return damaged(c, info->file_size - SX_SEGMENT_FOOTER_SIZE, "counts of the footer", NULL);
}

static stria_status check_all(struct checking *c)
{
    struct sx_segment *s = c->segment;
    stria_status st = STRIA_OK;
    for (uint32_t i = 0; !st && i < s->measurement_count; i++)
        st = check_keys(c, &s->measurements[i]);
    for (uint32_t i = 0; !st && i < s->tag_count; i++) {
        st = check_dictionary(c, &s->tags[i]);
        if (!st)
            st = check_postings(c, &s->tags[i]);
        if (!st)
            st = progress(c, s->tags[i].dictionary.size + s->tags[i].postings.size);
    }
    for (uint32_t i = 0; !st && i < s->stripe_count; i++)
        st = check_stripe(c, i);
    return st ? st : check_counts(c);
}

stria_status sx_segment_check(struct sx_segment *segment, struct sx_mem *mem,
                              struct sx_segment_check *check, stria_error *err)
{
    stria_error local = {0};
    struct checking c = {.check = check, .segment = segment, .mem = mem, .err = &local};
    uint64_t found_before = check->found_count;
    check->found_count = 0;
    sx_buf_init(&c.telling, mem, BLOCK_SIZE_MAX);
    stria_status st = sx_segment_pin(segment, &local);
    if (st) {
        st = told(&c, st, offset_in(local.text), NULL);
        goto done;
    }
    sx_segment_cursor_init(&c.cursor, segment, mem);
    sx_arena_init(&c.strings, mem, 4096);
    sx_buf_init(&c.block, mem, BLOCK_SIZE_MAX);
    sx_buf_init(&c.text, mem, BLOCK_SIZE_MAX);
    sx_buf_init(&c.stored, mem, BLOCK_SIZE_MAX);
    sx_buf_init(&c.made, mem, BLOCK_SIZE_MAX);
    c.room = sx_mem_alloc(mem, sizeof *c.room);
    st = c.room ? check_all(&c) : sx_mem_refused(mem, sizeof *c.room, &local);
    sx_mem_free(mem, c.room);
    sx_buf_deinit(&c.block);
    sx_buf_deinit(&c.text);
    sx_buf_deinit(&c.stored);
    sx_buf_deinit(&c.made);
    sx_arena_deinit(&c.strings);
    sx_segment_cursor_deinit(&c.cursor);
    sx_segment_unpin(segment);
done:
    sx_buf_deinit(&c.telling);
    check->found_count += found_before;
    if (st)
        sx_error_copy(err, &local);
    return st;
}
