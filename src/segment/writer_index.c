/* SPDX-License-Identifier: Apache-2.0 */
/* writer_index.c -- the index of a segment: who its series are, and how they are found.
 *
 * Format      docs/FORMAT.md "Index". Written at the end, in this order:
 *               series blocks, one per measurement: for each of its tags u8 width, then
 *                 series_count
 *                 numbers of that many bits (position of the value in the tag's dictionary + 1, or
 *                   0
 *                 where a series lacks the tag), padded to a byte; then, unless it stands in the
 *                 INDEX, series_count u64 hashes of keys
 *               for each tag, in the order of their keys: its dictionary (index/dictionary.h,
 *                 values
 *                 escaped);
 *                 its postings: u32 offset of each value's list behind the offsets, then the lists
 *                 (index/postings.h) */
#include "base/error.h"
#include "base/hash.h"
#include "base/sort.h"
#include "base/varint.h"
#include "index/dictionary.h"
#include "index/postings.h"
#include "model/series_key.h"
#include "segment/writer_priv.h"

#define PART_SIZE_MAX ((size_t)1 << 30)

/* ---- gathering ---- */

static bool tag_equal(const void *owner, uint32_t value, const void *key)
{
    return sx_bytes_equal(((const struct sx_segment_writer *)owner)->tags[value].name,
                          *(const struct sx_bytes *)key);
}

static uint64_t tag_hash(const void *owner, uint32_t value)
{
    return sx_hash(((const struct sx_segment_writer *)owner)->tags[value].name);
}

static uint32_t tag_of(struct sx_segment_writer *w, struct sx_bytes name)
{
    uint64_t hash = sx_hash(name);
    uint32_t tag = sx_map_find(&w->tag_map, hash, tag_equal, w, &name);
    if (tag != SX_MAP_NONE)
        return tag;
    struct sx_bytes copy = sx_arena_dup(&w->arena, name);
    if (!copy.ptr || !sx_map_reserve(&w->tag_map, w->tag_count + 1, tag_hash, w) ||
        !SX_GROW(w->mem, w->tags, w->tag_capacity, w->tag_count + 1))
        return SX_MAP_NONE;
    tag = (uint32_t)w->tag_count++;
    w->tags[tag] = (struct sx_writer_tag){.name = copy};
    sx_map_put(&w->tag_map, hash, tag);
    return tag;
}

struct value_key {
    struct sx_bytes text;
    uint32_t tag;
};

static bool value_equal(const void *owner, uint32_t value, const void *key)
{
    const struct sx_writer_value *v = &((const struct sx_segment_writer *)owner)->values[value];
    const struct value_key *k = key;
    return v->tag == k->tag && sx_bytes_equal(v->text, k->text);
}

static uint64_t value_hash(const void *owner, uint32_t value)
{
    const struct sx_writer_value *v = &((const struct sx_segment_writer *)owner)->values[value];
    return sx_hash_seeded(v->text, v->tag);
}

static uint32_t value_of(struct sx_segment_writer *w, uint32_t tag, struct sx_bytes text)
{
    struct value_key key = {.text = text, .tag = tag};
    uint64_t hash = sx_hash_seeded(text, tag);
    uint32_t value = sx_map_find(&w->value_map, hash, value_equal, w, &key);
    if (value != SX_MAP_NONE)
        return value;
    struct sx_writer_tag *t = &w->tags[tag];
    struct sx_bytes copy = sx_arena_dup(&w->arena, text);
    if (!copy.ptr || !sx_map_reserve(&w->value_map, w->value_count + 1, value_hash, w) ||
        !SX_GROW(w->mem, w->values, w->value_capacity, w->value_count + 1) ||
        !SX_GROW(w->mem, t->values, t->value_capacity, t->value_count + 1))
        return SX_MAP_NONE;
    value = (uint32_t)w->value_count++;
    w->values[value] = (struct sx_writer_value){.text = copy, .tag = tag};
    t->values[t->value_count++] = value;
    sx_map_put(&w->value_map, hash, value);
    return value;
}

/* Begins a measurement: the stripe of the one before ends. */
static stria_status begin_measurement(struct sx_segment_writer *w, struct sx_bytes escaped,
                                      stria_error *err)
{
    stria_status st = sx_writer_flush_stripe(w, err);
    if (st)
        return st;
    if (w->measurement_count) {
        /* Its columns keep only their names. */
        struct sx_writer_measurement *old = &w->measurements[w->measurement_count - 1];
        for (size_t i = 0; i < old->column_count; i++) {
            sx_buf_deinit(&old->columns[i].data);
            sx_mem_free(w->mem, old->columns[i].chunks);
            old->columns[i].chunks = NULL;
        }
    }
    struct sx_bytes copy = sx_arena_dup(&w->arena, escaped);
    if (!copy.ptr ||
        !SX_GROW(w->mem, w->measurements, w->measurement_capacity, w->measurement_count + 1))
        return sx_mem_refused(w->mem, sizeof *w->measurements, err);
    w->measurements[w->measurement_count++] =
        (struct sx_writer_measurement){.escaped = copy,
                                       .first_series = (uint32_t)w->info.series_count,
                                       .first_stripe = w->stripe_count};
    return STRIA_OK;
}

/* Makes the table of values wider when the measurement gets more tags. */
static bool widen(struct sx_segment_writer *w, struct sx_writer_measurement *m, size_t tag_count)
{
    size_t stride = SX_MAX(m->value_stride * 2, 4);
    while (stride < tag_count)
        stride *= 2;
    size_t rows = SX_MAX((size_t)m->series_count + 1, 8);
    uint32_t *values = sx_mem_zalloc(w->mem, rows * stride * sizeof *values);
    if (!values)
        return false;
    /* The series at hand is not counted yet, but some of its values may be there. */
    for (size_t i = 0; m->value_stride && i <= m->series_count; i++)
        memcpy(values + i * stride, m->values + i * m->value_stride,
               m->value_stride * sizeof *values);
    sx_mem_free(w->mem, m->values);
    m->values = values;
    m->value_stride = stride;
    m->value_capacity = rows * stride;
    return true;
}

/* The place of a tag among those of the measurement; SIZE_MAX: no memory. */
static size_t tag_place(struct sx_segment_writer *w, struct sx_writer_measurement *m, uint32_t tag)
{
    for (size_t i = 0; i < m->tag_count; i++)
        if (m->tags[i] == tag)
            return i;
    if (!SX_GROW(w->mem, m->tags, m->tag_capacity, m->tag_count + 1))
        return SIZE_MAX;
    m->tags[m->tag_count] = tag;
    if (m->tag_count + 1 > m->value_stride && !widen(w, m, m->tag_count + 1))
        return SIZE_MAX;
    return m->tag_count++;
}

/* Room for one more series' values, which are zero. */
static bool reserve_values(struct sx_segment_writer *w, struct sx_writer_measurement *m)
{
    size_t end = ((size_t)m->series_count + 1) * m->value_stride, old = m->value_capacity;
    if (!SX_GROW(w->mem, m->values, m->value_capacity, end))
        return false;
    if (m->value_capacity > old)
        memset(m->values + old, 0, (m->value_capacity - old) * sizeof *m->values);
    return true;
}

stria_status sx_writer_index_series(struct sx_segment_writer *w, struct sx_bytes key, uint64_t hash,
                                    stria_error *err)
{
    struct sx_bytes name, tag, value;
    if (!sx_key_take(&key, &name))
        return sx_fail(err, STRIA_INTERNAL, "%s: a series without a key", w->path);
    struct sx_writer_measurement *m =
        w->measurement_count ? &w->measurements[w->measurement_count - 1] : NULL;
    if (!m || !sx_bytes_equal(m->escaped, name)) {
        stria_status st = begin_measurement(w, name, err);
        if (st)
            return st;
        m = &w->measurements[w->measurement_count - 1];
    }
    bool ok = reserve_values(w, m) &&
              SX_GROW(w->mem, w->hashes, w->hash_capacity, (size_t)w->info.series_count + 1);
    while (ok && sx_key_take(&key, &tag) && sx_key_take(&key, &value)) {
        uint32_t t = tag_of(w, tag);
        uint32_t v = t == SX_MAP_NONE ? SX_MAP_NONE : value_of(w, t, value);
        size_t place = v == SX_MAP_NONE ? SIZE_MAX : tag_place(w, m, t);
        ok = place != SIZE_MAX;
        if (ok)
            m->values[m->series_count * m->value_stride + place] = v + 1;
    }
    if (!ok)
        return sx_mem_refused(w->mem, key.len, err);
    w->hashes[w->info.series_count++] = hash;
    m->series_count++;
    return STRIA_OK;
}

/* ---- finishing ---- */

static int compare_tags(const void *a, const void *b, void *context)
{
    const struct sx_segment_writer *w = context;
    return sx_bytes_compare(w->tags[*(const uint32_t *)a].name, w->tags[*(const uint32_t *)b].name);
}

static int compare_values(const void *a, const void *b, void *context)
{
    const struct sx_segment_writer *w = context;
    return sx_bytes_compare(w->values[*(const uint32_t *)a].text,
                            w->values[*(const uint32_t *)b].text);
}

/* Sorts tags and the values of each, and notes everybody's rank. `order`: the tags, sorted. */
static bool rank_all(struct sx_segment_writer *w, uint32_t *order)
{
    for (size_t i = 0; i < w->tag_count; i++)
        order[i] = (uint32_t)i;
    sx_sort(order, w->tag_count, sizeof *order, compare_tags, w);
    for (size_t i = 0; i < w->tag_count; i++) {
        struct sx_writer_tag *tag = &w->tags[order[i]];
        tag->rank = (uint32_t)i;
        tag->order = sx_mem_alloc(w->mem, tag->value_count * sizeof *tag->order);
        if (!tag->order)
            return false;
        memcpy(tag->order, tag->values, tag->value_count * sizeof *tag->order);
        sx_sort(tag->order, tag->value_count, sizeof *tag->order, compare_values, w);
        for (size_t j = 0; j < tag->value_count; j++)
            w->values[tag->order[j]].rank = (uint32_t)j;
    }
    return true;
}

/* The rank + 1 of a series' value at a tag's place, or 0. */
static uint32_t value_rank(const struct sx_segment_writer *w, const struct sx_writer_measurement *m,
                           size_t series, size_t place)
{
    uint32_t value = m->values[series * m->value_stride + place];
    return value ? w->values[value - 1].rank + 1 : 0;
}

static void put_packed(struct sx_buf *out, const struct sx_segment_writer *w,
                       const struct sx_writer_measurement *m, size_t place)
{
    uint32_t max = 0;
    for (size_t i = 0; i < m->series_count; i++)
        max = SX_MAX(max, value_rank(w, m, i, place));
    unsigned width = max ? 32u - (unsigned)__builtin_clz(max) : 0;
    uint64_t bits = 0;
    unsigned filled = 0;
    sx_buf_put_u8(out, (uint8_t)width);
    for (size_t i = 0; i < m->series_count; i++) {
        bits |= (uint64_t)value_rank(w, m, i, place) << filled;
        for (filled += width; filled >= 8; filled -= 8, bits >>= 8)
            sx_buf_put_u8(out, (uint8_t)bits);
    }
    if (filled)
        sx_buf_put_u8(out, (uint8_t)bits);
}

stria_status sx_writer_put_block(struct sx_segment_writer *w, struct sx_bytes bytes,
                                 struct sx_block_ref *ref, stria_error *err)
{
    if (!sx_writer_has_index(w) || w->index.len + bytes.len > SX_INDEX_BLOCKS_MAX)
        return sx_output_block(&w->out, bytes, ref, err);
    *ref = (struct sx_block_ref){.size = bytes.len, .in_index = (uint32_t)w->index.len + 1};
    if (bytes.ptr) /* an empty block may have none */
        sx_buf_put_bytes(&w->index, bytes);
    return w->index.failed ? sx_buf_refused(&w->index, "index of a segment", err) : STRIA_OK;
}

void sx_writer_put_size(const struct sx_segment_writer *w, struct sx_buf *out,
                        const struct sx_block_ref *ref)
{
    sx_buf_put_varint(out,
                      sx_writer_has_index(w) ? ref->size << 1 | (ref->in_index != 0) : ref->size);
    if (!ref->in_index)
        sx_buf_put_u32(out, ref->crc);
}

static stria_status put_series_blocks(struct sx_segment_writer *w, struct sx_buf *scratch,
                                      stria_error *err)
{
    stria_status st = STRIA_OK;
    for (size_t i = 0; i < w->measurement_count && !st; i++) {
        struct sx_writer_measurement *m = &w->measurements[i];
        sx_buf_clear(scratch);
        for (size_t place = 0; place < m->tag_count; place++)
            put_packed(scratch, w, m, place);
        /* In the index a block has no hashes: they can be made of the keys. */
        bool in_index =
            sx_writer_has_index(w) && w->index.len + scratch->len <= SX_INDEX_BLOCKS_MAX;
        for (size_t j = 0; j < m->series_count && !in_index; j++)
            sx_buf_put_u64(scratch, w->hashes[m->first_series + j]);
        st = scratch->failed ? sx_buf_refused(scratch, "series block", err)
                             : sx_writer_put_block(w, sx_buf_bytes(scratch), &m->series_block, err);
    }
    return st;
}

static stria_status put_dictionary(struct sx_segment_writer *w, struct sx_writer_tag *tag,
                                   struct sx_buf *scratch, stria_error *err)
{
    struct sx_bytes *texts = sx_mem_alloc(w->mem, tag->value_count * sizeof *texts);
    if (!texts)
        return sx_mem_refused(w->mem, tag->value_count * sizeof *texts, err);
    for (size_t i = 0; i < tag->value_count; i++)
        texts[i] = w->values[tag->order[i]].text;
    sx_buf_clear(scratch);
    sx_dictionary_put(scratch, texts, tag->value_count);
    sx_mem_free(w->mem, texts);
    return scratch->failed ? sx_buf_refused(scratch, "dictionary", err)
                           : sx_writer_put_block(w, sx_buf_bytes(scratch), &tag->dictionary, err);
}

/* Calls for each series that has the tag: its ordinal and the rank of its value. */
static void each_tagged(const struct sx_segment_writer *w, uint32_t tag,
                        void (*each)(void *context, uint32_t ordinal, uint32_t rank), void *context)
{
    for (size_t i = 0; i < w->measurement_count; i++) {
        const struct sx_writer_measurement *m = &w->measurements[i];
        for (size_t place = 0; place < m->tag_count; place++)
            for (size_t j = 0; m->tags[place] == tag && j < m->series_count; j++) {
                uint32_t rank = value_rank(w, m, j, place);
                if (rank)
                    each(context, m->first_series + (uint32_t)j, rank - 1);
            }
    }
}

struct lists {
    uint32_t *starts; /* while filling: the next free place of each value's list */
    uint32_t *ordinals;
};

static void count_one(void *context, uint32_t ordinal, uint32_t rank)
{
    (void)ordinal;
    ((struct lists *)context)->starts[rank + 1]++;
}

static void place_one(void *context, uint32_t ordinal, uint32_t rank)
{
    struct lists *lists = context;
    lists->ordinals[lists->starts[rank]++] = ordinal;
}

/* Counting sort: ordinals grouped by value, ascending in each since they are walked in order. */
static stria_status put_postings(struct sx_segment_writer *w, uint32_t number,
                                 struct sx_buf *scratch, stria_error *err)
{
    struct sx_writer_tag *tag = &w->tags[number];
    size_t count = tag->value_count;
    struct lists lists = {0};
    stria_status st = STRIA_OK;
    lists.starts = sx_mem_zalloc(w->mem, (count + 2) * sizeof *lists.starts);
    lists.ordinals =
        sx_mem_alloc(w->mem, ((size_t)w->info.series_count + 1) * sizeof *lists.ordinals);
    if (!lists.starts || !lists.ordinals) {
        st = sx_mem_refused(w->mem, (size_t)w->info.series_count * 4, err);
        goto done;
    }
    each_tagged(w, number, count_one, &lists);
    for (size_t i = 0; i < count; i++)
        lists.starts[i + 1] += lists.starts[i];
    each_tagged(w, number, place_one, &lists);
    sx_buf_clear(scratch);
    uint8_t *offsets = sx_buf_extend(scratch, count * 4);
    uint32_t first = 0;
    for (size_t i = 0; offsets && i < count; i++) {
        sx_put_u32(scratch->ptr + i * 4, (uint32_t)(scratch->len - count * 4));
        sx_postings_put(scratch, lists.ordinals + first, lists.starts[i] - first);
        first = lists.starts[i];
    }
    st = scratch->failed ? sx_buf_refused(scratch, "postings", err)
                         : sx_writer_put_block(w, sx_buf_bytes(scratch), &tag->postings, err);
done:
    sx_mem_free(w->mem, lists.starts);
    sx_mem_free(w->mem, lists.ordinals);
    return st;
}

stria_status sx_writer_index_finish(struct sx_segment_writer *w, struct sx_segment_footer *footer,
                                    stria_error *err)
{
    struct sx_buf scratch;
    stria_status st = STRIA_OK;
    sx_buf_init(&scratch, w->mem, PART_SIZE_MAX);
    uint32_t *order = sx_mem_alloc(w->mem, (w->tag_count + 1) * sizeof *order);
    if (!order || !rank_all(w, order))
        st = sx_mem_refused(w->mem, w->value_count * 4, err);
    if (!st)
        st = put_series_blocks(w, &scratch, err);
    uint32_t first_block = (uint32_t)w->index.len;
    for (size_t i = 0; i < w->tag_count && !st; i++) {
        st = put_dictionary(w, &w->tags[order[i]], &scratch, err);
        if (!st)
            st = put_postings(w, order[i], &scratch, err);
    }
    if (!st)
        st = sx_writer_put_parts(w, order, first_block, &scratch, footer, err);
    sx_mem_free(w->mem, order);
    sx_buf_deinit(&scratch);
    return st;
}
