/* SPDX-License-Identifier: Apache-2.0 */
/* select.c -- see select.h. */
#include "segment/select.h"

#include "base/error.h"
#include "base/regex.h"
#include "index/dictionary.h"
#include "index/filter.h"
#include "index/postings.h"
#include "index/tag_eval.h"
#include "model/series_key.h"

#define BLOCK_SIZE_MAX ((size_t)1 << 30)

/* The dictionary and postings of the tag asked for last stay at hand: a condition asks often for
 * the same. */
struct source {
    struct sx_segment *segment;
    struct sx_mem *mem;
    uint32_t tag; /* UINT32_MAX: none loaded */
    bool has_postings;
    struct sx_buf dictionary_block, postings_block, text, scratch;
    struct sx_dictionary dictionary;
};

static stria_status damaged(struct source *source, const char *what, stria_error *err)
{
    return sx_segment_damaged(source->segment, source->segment->tags[source->tag].dictionary.offset,
                              what, err);
}

/* Why the dictionary could not be read on: there was no memory for a string, or it is damaged. */
static stria_status bad_dictionary(struct source *source, stria_error *err)
{
    return source->text.failed ? sx_buf_refused(&source->text, "tag value", err)
                               : damaged(source, "dictionary", err);
}

/* Escapes into source->scratch, from its start. */
static stria_status escape(struct source *source, struct sx_bytes text, struct sx_bytes *escaped,
                           stria_error *err)
{
    sx_buf_clear(&source->scratch);
    sx_key_put(&source->scratch, text);
    if (source->scratch.failed)
        return sx_buf_refused(&source->scratch, "tag", err);
    *escaped = sx_bytes_make(source->scratch.ptr, source->scratch.len - 1);
    return STRIA_OK;
}

/* Loads the dictionary of a tag; *found: the segment has the tag. */
static stria_status load_tag(struct source *source, struct sx_bytes key, bool *found,
                             stria_error *err)
{
    struct sx_bytes escaped;
    stria_status st = escape(source, key, &escaped, err);
    if (st)
        return st;
    uint32_t tag = sx_segment_tag(source->segment, escaped);
    *found = tag != UINT32_MAX;
    if (!*found || tag == source->tag)
        return STRIA_OK;
    source->tag = UINT32_MAX;
    source->has_postings = false;
    sx_buf_clear(&source->dictionary_block);
    st = sx_segment_read(source->segment, &source->segment->tags[tag].dictionary,
                         &source->dictionary_block, err);
    if (st)
        return st;
    source->tag = tag;
    struct sx_bytes in = sx_buf_bytes(&source->dictionary_block);
    if (!sx_dictionary_take(&in, &source->dictionary) || in.len ||
        source->dictionary.count != source->segment->tags[tag].value_count) {
        st = damaged(source, "dictionary", err);
        source->tag = UINT32_MAX;
    }
    return st;
}

static stria_status add_position(struct source *source, uint32_t position, struct sx_bitset *set,
                                 stria_error *err)
{
    const struct sx_segment_tag *tag = &source->segment->tags[source->tag];
    if (!source->has_postings) {
        sx_buf_clear(&source->postings_block);
        stria_status st =
            sx_segment_read(source->segment, &tag->postings, &source->postings_block, err);
        if (st)
            return st;
        source->has_postings = true;
    }
    struct sx_bytes in = sx_buf_bytes(&source->postings_block);
    size_t head = (size_t)tag->value_count * 4;
    if (in.len < head)
        return sx_segment_damaged(source->segment, tag->postings.offset, "postings", err);
    uint32_t offset = sx_get_u32(in.ptr + (size_t)position * 4);
    if (offset > in.len - head)
        return sx_segment_damaged(source->segment, tag->postings.offset, "postings", err);
    in = sx_bytes_make(in.ptr + head + offset, in.len - head - offset);
    if (!sx_postings_add(&in, set))
        return sx_segment_damaged(source->segment, tag->postings.offset, "postings", err);
    return STRIA_OK;
}

static stria_status add_equal(void *index, struct sx_bytes key, struct sx_bytes value,
                              struct sx_bitset *set, stria_error *err)
{
    struct source *source = index;
    struct sx_bytes escaped;
    uint32_t position;
    bool found;
    stria_status st = load_tag(source, key, &found, err);
    if (!st && found)
        st = escape(source, value, &escaped, err);
    if (st || !found)
        return st;
    if (!sx_filter_has(source->segment->filter,
                       sx_filter_pair_hash(source->segment->tags[source->tag].escaped, escaped)))
        return STRIA_OK;
    sx_buf_clear(&source->text);
    if (!sx_dictionary_find(&source->dictionary, escaped, &source->text, &position, &found))
        return bad_dictionary(source, err);
    return found ? add_position(source, position, set, err) : STRIA_OK;
}

static stria_status each_value(void *index, struct sx_bytes key, sx_value_each each, void *context,
                               stria_error *err)
{
    struct source *source = index;
    struct sx_dictionary_walk walk;
    bool found;
    stria_status st = load_tag(source, key, &found, err);
    if (st || !found)
        return st;
    sx_buf_clear(&source->text);
    if (!sx_dictionary_walk(&walk, &source->dictionary, 0, &source->text))
        return bad_dictionary(source, err);
    for (uint32_t i = 0; i < source->dictionary.count && !st; i++) {
        if (!sx_dictionary_next(&walk, &source->text))
            return bad_dictionary(source, err);
        sx_buf_clear(&source->scratch);
        if (!sx_buf_reserve(&source->scratch, source->text.len + 1))
            return sx_buf_refused(&source->scratch, "tag value", err);
        st = each(context, sx_key_text(sx_buf_bytes(&source->text), source->scratch.ptr), i, err);
    }
    return st;
}

static stria_status add_value(void *index, struct sx_bytes key, uint32_t value_id,
                              struct sx_bitset *set, stria_error *err)
{
    (void)key; /* that of the walk: its postings are or will be loaded */
    return add_position(index, value_id, set, err);
}

static stria_status add_by_regex(struct source *source, const struct sx_selector *selector,
                                 struct sx_bitset *set, stria_error *err)
{
    struct sx_segment *segment = source->segment;
    struct sx_regex_scratch *scratch = sx_regex_scratch_create(source->mem);
    stria_status st = scratch ? STRIA_OK : sx_mem_refused(source->mem, 1024, err);
    for (uint32_t i = 0; i < segment->measurement_count && !st; i++) {
        const struct sx_segment_measurement *m = &segment->measurements[i];
        bool match = false;
        sx_buf_clear(&source->scratch);
        if (!sx_buf_reserve(&source->scratch, m->escaped.len + 1))
            st = sx_buf_refused(&source->scratch, "measurement", err);
        if (!st)
            st = sx_regex_match(selector->measurement_regex, scratch,
                                sx_key_text(m->escaped, source->scratch.ptr), &match, err);
        if (!st && match != selector->measurement_regex_not)
            sx_bitset_add_range(set, m->first_series, m->series_count);
    }
    sx_regex_scratch_destroy(scratch);
    return st;
}

static stria_status add_measurements(struct source *source, const struct sx_selector *selector,
                                     struct sx_bitset *set, stria_error *err)
{
    struct sx_bytes escaped;
    if (selector->measurement_regex)
        return add_by_regex(source, selector, set, err);
    if (selector->all_measurements) {
        sx_bitset_fill(set);
        return STRIA_OK;
    }
    stria_status st = escape(source, selector->measurement, &escaped, err);
    const struct sx_segment_measurement *m =
        st ? NULL : sx_segment_measurement(source->segment, escaped);
    if (m)
        sx_bitset_add_range(set, m->first_series, m->series_count);
    return st;
}

stria_status sx_segment_select(struct sx_segment *segment, const struct sx_selector *selector,
                               struct sx_request *request, struct sx_bitset *set, stria_error *err)
{
    struct source source = {.segment = segment, .mem = request->mem, .tag = UINT32_MAX};
    struct sx_bitset tags = {0};
    size_t universe = (size_t)segment->info.series_count;
    stria_status st = STRIA_OK;
    sx_buf_init(&source.dictionary_block, request->mem, BLOCK_SIZE_MAX);
    sx_buf_init(&source.postings_block, request->mem, BLOCK_SIZE_MAX);
    sx_buf_init(&source.text, request->mem, BLOCK_SIZE_MAX);
    sx_buf_init(&source.scratch, request->mem, BLOCK_SIZE_MAX);
    if (!sx_bitset_init(set, request->mem, universe))
        st = sx_mem_refused(request->mem, universe / 8, err);
    if (!st)
        st = add_measurements(&source, selector, set, err);
    if (!st && selector->tags && sx_bitset_next(set, 0) < universe) {
        struct sx_tag_source tag_source = {.index = &source,
                                           .universe = universe,
                                           .add_equal = add_equal,
                                           .each_value = each_value,
                                           .add_value = add_value};
        if (!sx_bitset_init(&tags, request->mem, universe))
            st = sx_mem_refused(request->mem, universe / 8, err);
        if (!st)
            st = sx_tag_eval(&tag_source, selector->tags, request, &tags, err);
        if (!st)
            sx_bitset_and(set, &tags);
        sx_bitset_deinit(&tags);
    }
    sx_buf_deinit(&source.dictionary_block);
    sx_buf_deinit(&source.postings_block);
    sx_buf_deinit(&source.text);
    sx_buf_deinit(&source.scratch);
    return st;
}
