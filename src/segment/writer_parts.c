/* SPDX-License-Identifier: Apache-2.0 */
/* writer_parts.c -- the parts at the end of a segment: what stays in memory when it is read.
 *
 * Why         A sealed segment of many measurements and few rows is mostly names, sizes and
 *             statistics, in blocks of some bytes each: together zstd leaves a third of them.
 * Format      docs/FORMAT.md "Parts".
 *               part MEASUREMENTS: varint count, varint offset of the first series block, [varint
 *                 place of the first in the index]; for each: sized name, varint series, varint
 *                 tags, for each varint tag number; varint columns, for each u8 type and sized
 *                 name; varint stripes; size of its series block
 *               part TAGS: varint count, [varint place of the first dictionary in the index]; for
 *                 each: sized key, varint values; place of dictionary and postings
 *               part STRIPES: varint count, then the entries (writer_stripe.c)
 *               part FILTER: index/filter.h over all (tag, value) pairs and series hashes
 *               part INDEX, of sealed segments: varint size, zstd frame of the small blocks and of
 *                 the parts MEASUREMENTS, TAGS and STRIPES */
#include "base/compress.h"
#include "base/error.h"
#include "base/varint.h"
#include "index/filter.h"
#include "segment/writer_priv.h"

#define SMALL_INDEX ((size_t)128 << 10)
#define LEVEL_SMALL 15 /* 19 saves 0.04 % of a file and takes three times as long */
#define LEVEL 3

/* Where the first series block that is in the index, or in the file, stands there; 0: none does. */
static uint64_t first_of(const struct sx_segment_writer *w, bool in_index)
{
    for (size_t i = 0; i < w->measurement_count; i++) {
        const struct sx_block_ref *ref = &w->measurements[i].series_block;
        if ((ref->in_index != 0) == in_index)
            return in_index ? ref->in_index - 1 : ref->offset;
    }
    return 0;
}

static void put_measurements_part(struct sx_segment_writer *w, struct sx_buf *out)
{
    sx_buf_clear(out);
    sx_buf_put_varint(out, w->measurement_count);
    sx_buf_put_varint(out, first_of(w, false));
    if (sx_writer_has_index(w))
        sx_buf_put_varint(out, first_of(w, true));
    for (size_t i = 0; i < w->measurement_count; i++) {
        const struct sx_writer_measurement *m = &w->measurements[i];
        sx_buf_put_sized(out, m->escaped);
        sx_buf_put_varint(out, m->series_count);
        sx_buf_put_varint(out, m->tag_count);
        for (size_t j = 0; j < m->tag_count; j++)
            sx_buf_put_varint(out, w->tags[m->tags[j]].rank);
        sx_buf_put_varint(out, m->column_count);
        for (size_t j = 0; j < m->column_count; j++) {
            sx_buf_put_u8(out, (uint8_t)m->columns[j].type);
            sx_buf_put_sized(out, m->columns[j].name);
        }
        sx_buf_put_varint(out, m->stripe_count);
        sx_writer_put_size(w, out, &m->series_block);
    }
}

static void put_ref(const struct sx_segment_writer *w, struct sx_buf *out,
                    const struct sx_block_ref *ref)
{
    if (!sx_writer_has_index(w))
        sx_buf_put_varint(out, ref->offset);
    sx_writer_put_size(w, out, ref);
    if (sx_writer_has_index(w) && !ref->in_index)
        sx_buf_put_varint(out, ref->offset);
}

/* first_block: where dictionaries and postings begin in the index. */
static void put_tags_part(struct sx_segment_writer *w, const uint32_t *order, uint32_t first_block,
                          struct sx_buf *out)
{
    sx_buf_clear(out);
    sx_buf_put_varint(out, w->tag_count);
    if (sx_writer_has_index(w))
        sx_buf_put_varint(out, first_block);
    for (size_t i = 0; i < w->tag_count; i++) {
        const struct sx_writer_tag *tag = &w->tags[order[i]];
        sx_buf_put_sized(out, tag->name);
        sx_buf_put_varint(out, tag->value_count);
        put_ref(w, out, &tag->dictionary);
        put_ref(w, out, &tag->postings);
    }
}

/* Whether every dictionary is in the index: it is in memory then, and no filter saves a read. */
static bool all_dictionaries_in_index(const struct sx_segment_writer *w)
{
    for (size_t i = 0; i < w->tag_count; i++)
        if (!w->tags[i].dictionary.in_index)
            return false;
    return sx_writer_has_index(w);
}

static void put_filter_part(struct sx_segment_writer *w, struct sx_buf *out)
{
    sx_buf_clear(out);
    if (all_dictionaries_in_index(w))
        return;
    size_t size = sx_filter_size(w->value_count + (size_t)w->info.series_count);
    uint8_t *filter = sx_buf_extend(out, size);
    if (!filter || !size)
        return;
    memset(filter, 0, size);
    for (size_t i = 0; i < w->value_count; i++)
        sx_filter_add(filter, size,
                      sx_filter_pair_hash(w->tags[w->values[i].tag].name, w->values[i].text));
    for (size_t i = 0; i < w->info.series_count; i++)
        sx_filter_add(filter, size, w->hashes[i]);
}

/* `may_pack`: it goes into the index, if there is one. */
static stria_status put_part(struct sx_segment_writer *w, const struct sx_buf *bytes, bool may_pack,
                             struct sx_block_ref *ref, stria_error *err)
{
    if (bytes->failed)
        return sx_buf_refused(bytes, "index of a segment", err);
    if (!may_pack || !sx_writer_has_index(w) || w->index.len >= UINT32_MAX)
        return sx_output_block(&w->out, sx_buf_bytes(bytes), ref, err);
    *ref = (struct sx_block_ref){.size = bytes->len, .in_index = (uint32_t)w->index.len + 1};
    sx_buf_put_bytes(&w->index, sx_buf_bytes(bytes));
    return w->index.failed ? sx_buf_refused(&w->index, "index of a segment", err) : STRIA_OK;
}

/* Packs the index and writes it. */
static stria_status put_index(struct sx_segment_writer *w, struct sx_buf *scratch,
                              struct sx_segment_footer *footer, stria_error *err)
{
    struct sx_compressor *compressor = sx_compressor_create(w->mem);
    if (!compressor)
        return sx_mem_refused(w->mem, w->index.len, err);
    sx_buf_clear(scratch);
    sx_buf_put_varint(scratch, w->index.len);
    size_t head = scratch->len;
    stria_status st = STRIA_NOMEM;
    if (w->index.len <= SMALL_INDEX) /* this takes some megabytes, and need not be */
        st = sx_zstd_put(compressor, scratch, sx_buf_bytes(&w->index), LEVEL_SMALL, NULL);
    if (st) {
        scratch->len = head;
        st = sx_zstd_put(compressor, scratch, sx_buf_bytes(&w->index), LEVEL, err);
    }
    sx_compressor_destroy(compressor);
    struct sx_block_ref *index = &footer->parts[SX_PART_INDEX];
    if (!st)
        st = put_part(w, scratch, false, index, err);
    for (size_t i = 0; i < SX_PARTS_NEEDED && !st; i++)
        if (footer->parts[i].in_index)
            footer->parts[i].offset = index->offset;
    return st;
}

stria_status sx_writer_put_parts(struct sx_segment_writer *w, const uint32_t *order,
                                 uint32_t first_block, struct sx_buf *scratch,
                                 struct sx_segment_footer *footer, stria_error *err)
{
    put_measurements_part(w, scratch);
    stria_status st = put_part(w, scratch, true, &footer->parts[SX_PART_MEASUREMENTS], err);
    if (!st) {
        put_tags_part(w, order, first_block, scratch);
        st = put_part(w, scratch, true, &footer->parts[SX_PART_TAGS], err);
    }
    if (!st) {
        sx_buf_clear(scratch);
        sx_buf_put_varint(scratch, w->stripe_count);
        sx_buf_put_bytes(scratch, sx_buf_bytes(&w->stripes));
        st = put_part(w, scratch, true, &footer->parts[SX_PART_STRIPES], err);
    }
    if (!st) {
        put_filter_part(w, scratch);
        st = put_part(w, scratch, false, &footer->parts[SX_PART_FILTER], err);
    }
    if (!st && sx_writer_has_index(w))
        st = put_index(w, scratch, footer, err);
    return st;
}
