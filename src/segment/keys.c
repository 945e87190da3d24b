/* SPDX-License-Identifier: Apache-2.0 */
/* keys.c -- see keys.h. */
#include "segment/keys.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/sort.h"

#define BLOCK_SIZE_MAX ((size_t)1 << 30)
#define WHOLE_FRACTION                                                                             \
    8 /* a dictionary is decoded whole if an eighth of its strings may be wanted */

/* The bits of number i; reads no byte outside the column. */
static uint32_t get_packed(const uint8_t *packed, unsigned width, uint32_t i)
{
    uint64_t bit = (uint64_t)i * width, v = 0;
    const uint8_t *p = packed + bit / 8;
    unsigned shift = (unsigned)(bit % 8);
    for (unsigned n = 0; n * 8 < shift + width; n++)
        v |= (uint64_t)p[n] << (8 * n);
    return (uint32_t)(v >> shift & (((uint64_t)1 << width) - 1));
}

static int compare_tags(const void *a, const void *b, void *context)
{
    (void)context;
    uint32_t x = ((const struct sx_key_tag *)a)->tag, y = ((const struct sx_key_tag *)b)->tag;
    return (x > y) - (x < y);
}

static stria_status parse_block(struct sx_segment_keys *keys, stria_error *err)
{
    const struct sx_segment_measurement *m = keys->measurement;
    struct sx_bytes in = sx_buf_bytes(&keys->block), part;
    for (uint32_t i = 0; i < m->tag_count; i++) {
        struct sx_key_tag *tag = &keys->tags[i];
        if (!sx_bytes_take(&in, 1, &part) || part.ptr[0] > 32)
            goto damaged;
        tag->tag = m->tags[i];
        tag->width = part.ptr[0];
        if (!sx_bytes_take(&in, ((size_t)m->series_count * tag->width + 7) / 8, &part))
            goto damaged;
        tag->packed = part.ptr;
    }
    if (in.len != (m->series_block.in_index ? 0 : (size_t)m->series_count * 8))
        goto damaged;
    keys->hashes = m->series_block.in_index ? NULL : in.ptr;
    /* A key has its tags in the order of their keys, which is that of the segment's numbers. */
    sx_sort(keys->tags, m->tag_count, sizeof *keys->tags, compare_tags, NULL);
    return STRIA_OK;
damaged:
    return sx_segment_damaged(keys->segment, m->series_block.offset, "series block", err);
}

/* Why a dictionary could not be read on: there was no memory for a string, or it is damaged. */
static stria_status bad_dictionary(const struct sx_segment_keys *keys, const struct sx_key_tag *tag,
                                   const struct sx_buf *text, stria_error *err)
{
    if (text->failed)
        return sx_buf_refused(text, "tag value", err);
    return sx_segment_damaged(keys->segment, keys->segment->tags[tag->tag].dictionary.offset,
                              "dictionary", err);
}

/* The string at a position; it stays until the next call for this tag. */
static stria_status look_up(const struct sx_segment_keys *keys, struct sx_key_tag *tag,
                            uint32_t position, struct sx_bytes *text, stria_error *err)
{
    struct sx_dictionary_walk *walk = &tag->walk;
    uint32_t at = walk->next ? walk->next - 1 : UINT32_MAX; /* whose string is at hand */
    bool ok = true;
    if (tag->texts) {
        *text = tag->texts[position];
        return STRIA_OK;
    }
    if (position != at) {
        bool ahead = walk->next && position >= walk->next &&
                     position / SX_DICTIONARY_GROUP == at / SX_DICTIONARY_GROUP;
        if (!ahead)
            ok = sx_dictionary_walk(walk, &tag->dictionary, position, &tag->text);
        while (ok && walk->next <= position)
            ok = sx_dictionary_next(walk, &tag->text);
    }
    *text = sx_buf_bytes(&tag->text);
    if (ok)
        return STRIA_OK;
    walk->next = 0;
    return bad_dictionary(keys, tag, &tag->text, err);
}

static stria_status decode_whole(struct sx_segment_keys *keys, struct sx_key_tag *tag,
                                 stria_error *err)
{
    struct sx_dictionary_walk walk;
    tag->texts = sx_mem_alloc(keys->mem, ((size_t)tag->dictionary.count + 1) * sizeof *tag->texts);
    if (!tag->texts)
        return sx_mem_refused(keys->mem, tag->dictionary.count * sizeof *tag->texts, err);
    sx_buf_clear(&keys->text);
    bool ok = sx_dictionary_walk(&walk, &tag->dictionary, 0, &keys->text);
    for (uint32_t i = 0; ok && i < tag->dictionary.count; i++) {
        ok = sx_dictionary_next(&walk, &keys->text);
        if (!ok)
            break;
        tag->texts[i] = sx_arena_dup(&tag->arena, sx_buf_bytes(&keys->text));
        if (!tag->texts[i].ptr)
            return sx_mem_refused(keys->mem, keys->text.len, err);
    }
    return ok ? STRIA_OK : bad_dictionary(keys, tag, &keys->text, err);
}

static stria_status load_dictionary(struct sx_segment_keys *keys, struct sx_key_tag *tag,
                                    size_t wanted, stria_error *err)
{
    const struct sx_segment_tag *t = &keys->segment->tags[tag->tag];
    stria_status st = sx_segment_read(keys->segment, &t->dictionary, &tag->block, err);
    if (st)
        return st;
    struct sx_bytes in = sx_buf_bytes(&tag->block);
    if (!sx_dictionary_take(&in, &tag->dictionary) || in.len ||
        tag->dictionary.count != t->value_count)
        return sx_segment_damaged(keys->segment, t->dictionary.offset, "dictionary", err);
    if (tag->dictionary.count / WHOLE_FRACTION > wanted)
        return STRIA_OK;
    return decode_whole(keys, tag, err);
}

stria_status sx_segment_keys_init(struct sx_segment_keys *keys, struct sx_segment *segment,
                                  const struct sx_segment_measurement *m, struct sx_mem *mem,
                                  size_t wanted, stria_error *err)
{
    *keys = (struct sx_segment_keys){.segment = segment, .measurement = m, .mem = mem};
    sx_buf_init(&keys->block, mem, BLOCK_SIZE_MAX);
    sx_buf_init(&keys->text, mem, BLOCK_SIZE_MAX);
    size_t size = ((size_t)m->tag_count + 1) * sizeof *keys->tags;
    keys->tags = sx_mem_zalloc(mem, size);
    if (!keys->tags)
        return sx_mem_refused(mem, size, err);
    for (uint32_t i = 0; i < m->tag_count; i++) {
        sx_buf_init(&keys->tags[i].block, mem, BLOCK_SIZE_MAX);
        sx_arena_init(&keys->tags[i].arena, mem, 4096);
        sx_buf_init(&keys->tags[i].text, mem, BLOCK_SIZE_MAX);
    }
    stria_status st = sx_segment_read(segment, &m->series_block, &keys->block, err);
    if (!st)
        st = parse_block(keys, err);
    for (uint32_t i = 0; i < m->tag_count && !st; i++)
        st = load_dictionary(keys, &keys->tags[i], wanted, err);
    return st;
}

void sx_segment_keys_deinit(struct sx_segment_keys *keys)
{
    if (!keys->mem)
        return;
    for (uint32_t i = 0; keys->tags && i < keys->measurement->tag_count; i++) {
        sx_buf_deinit(&keys->tags[i].block);
        sx_mem_free(keys->mem, keys->tags[i].texts);
        sx_arena_deinit(&keys->tags[i].arena);
        sx_buf_deinit(&keys->tags[i].text);
    }
    sx_mem_free(keys->mem, keys->tags);
    sx_buf_deinit(&keys->block);
    sx_buf_deinit(&keys->text);
    *keys = (struct sx_segment_keys){0};
}

uint64_t sx_segment_keys_hash(const struct sx_segment_keys *keys, uint32_t ordinal,
                              struct sx_bytes key)
{
    if (!keys->hashes)
        return sx_hash(key);
    return sx_get_u64(keys->hashes + (size_t)(ordinal - keys->measurement->first_series) * 8);
}

uint32_t sx_segment_keys_value(const struct sx_segment_keys *keys, uint32_t place, uint32_t ordinal)
{
    const struct sx_key_tag *tag = &keys->tags[place];
    uint32_t i = ordinal - keys->measurement->first_series;
    return tag->width ? get_packed(tag->packed, tag->width, i) : 0;
}

stria_status sx_segment_keys_get(struct sx_segment_keys *keys, uint32_t ordinal, struct sx_buf *key,
                                 stria_error *err)
{
    const struct sx_segment_measurement *m = keys->measurement;
    sx_buf_put_bytes(key, m->escaped);
    sx_buf_put_u8(key, 0);
    for (uint32_t j = 0; j < m->tag_count; j++) {
        struct sx_key_tag *tag = &keys->tags[j];
        uint32_t position = sx_segment_keys_value(keys, j, ordinal);
        if (position == 0)
            continue;
        struct sx_bytes text;
        if (position > tag->dictionary.count)
            return sx_segment_damaged(keys->segment, m->series_block.offset,
                                      "tag value of a series", err);
        stria_status st = look_up(keys, tag, position - 1, &text, err);
        if (st)
            return st;
        sx_buf_put_bytes(key, keys->segment->tags[tag->tag].escaped);
        sx_buf_put_u8(key, 0);
        sx_buf_put_bytes(key, text);
        sx_buf_put_u8(key, 0);
    }
    return key->failed ? sx_buf_refused(key, "series key", err) : STRIA_OK;
}
