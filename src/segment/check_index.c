/* SPDX-License-Identifier: Apache-2.0 */
/* check_index.c -- checking that all a segment says of its series is the same.
 *
 * Why         A tag query asks postings and filter, not the series: where they say something else,
 *             it leaves series out, or takes others, and no checksum tells.
 * Algorithm   1. Measurement by measurement its series block: every key is made and compared with
 *                its hash, the key before, and the filter; each (series, value) is hashed into a
 *                sum of its tag.
 *             2. Tag by tag the dictionary (ascending, its groups where it says, in the filter) and
 *                the postings, whose (series, value) are hashed likewise: the sums must be equal.
 *             3. Where they are not, the values of that one tag are laid out by series and compared
 *                one by one, to name who is concerned.
 *             Each step goes through its blocks once; step 3 once more for each wrong tag.
 * Limits      In memory at a time: a series block and the dictionaries of its tags (keys.h); or a
 *             dictionary or postings; or postings and 4 bytes a series. */
#include "base/error.h"
#include "base/hash.h"
#include "base/sort.h"
#include "index/dictionary.h"
#include "index/filter.h"
#include "index/postings.h"
#include "model/series_key.h"
#include "segment/check_priv.h"
#include "segment/keys.h"

#include <inttypes.h>

/* Something that is wrong with some series, or values. */
struct some {
    uint32_t first;
    uint64_t count;
};

static void note(struct some *some, uint32_t which)
{
    if (some->count++ == 0)
        some->first = which;
}

static uint64_t hash_pair(uint32_t series, uint32_t value)
{
    return sx_hash_u64((uint64_t)series << 32 | ((uint64_t)value + 1));
}

/* ---- series ---- */

struct series_check {
    const struct sx_segment_measurement *measurement;
    struct sx_segment_keys keys;
    struct some invalid, wrong_hash, wrong_order, denied;
};

static void check_key(struct sx_checking *c, struct series_check *s, uint32_t ordinal)
{
    struct sx_bytes key = sx_buf_bytes(&c->text), last = sx_buf_bytes(&c->stored);
    uint64_t hash = sx_hash(key);
    if (!sx_key_valid(key))
        note(&s->invalid, ordinal);
    if (s->keys.hashes && hash != sx_segment_keys_hash(&s->keys, ordinal, key))
        note(&s->wrong_hash, ordinal);
    if (ordinal > s->measurement->first_series && sx_bytes_compare(last, key) >= 0)
        note(&s->wrong_order, ordinal);
    if (!sx_filter_has(c->segment->filter, hash))
        note(&s->denied, ordinal);
    sx_buf_clear(&c->stored);
    sx_buf_put_bytes(&c->stored, key);
}

/* Adds what series have of the tag at a place to the sum of the tag. */
static stria_status sum_tag(struct sx_checking *c, const struct series_check *s, uint32_t place)
{
    const struct sx_segment_measurement *m = s->measurement;
    uint32_t number = s->keys.tags[place].tag;
    struct sx_check_tag *tag = &c->tags[number];
    uint64_t before = tag->series_count;
    for (uint32_t i = m->first_series; i < m->first_series + m->series_count; i++) {
        uint32_t value = sx_segment_keys_value(&s->keys, place, i);
        if (value == 0)
            continue;
        tag->sum += hash_pair(i, value - 1);
        tag->series_count++;
    }
    if (tag->series_count > before)
        return STRIA_OK;
    sx_check_begin(c, m->series_block.offset, "tag of no series");
    sx_segment_loss_put_tag(&c->telling, c->segment, m, number);
    return sx_check_end(c, m->series_block.offset);
}

static stria_status tell_series(struct sx_checking *c, const struct series_check *s)
{
    uint64_t block = s->measurement->series_block.offset;
    const struct {
        const struct some *some;
        const char *what;
        uint64_t offset;
    } rows[] = {
        {&s->invalid, "key of a series", block},
        {&s->wrong_hash, "hash of a series", block},
        {&s->wrong_order, "order of series", block},
        {&s->denied, "filter without a series", c->segment->footer.parts[SX_PART_FILTER].offset},
    };
    stria_status st = STRIA_OK;
    for (size_t i = 0; !st && i < SX_COUNT_OF(rows); i++)
        st = sx_check_series(c, rows[i].offset, rows[i].what, rows[i].some->first,
                             rows[i].some->count);
    return st;
}

/* Reads the series of a measurement. A failure of one of them is told as one of all: queries that
 * need its key fail for the measurement. */
static stria_status read_series(struct sx_checking *c, struct series_check *s)
{
    const struct sx_segment_measurement *m = s->measurement;
    stria_status st =
        sx_segment_keys_init(&s->keys, c->segment, m, c->mem, m->series_count, c->err);
    if (st == STRIA_NOMEM) { /* looking values up one by one takes longer, but no memory */
        sx_segment_keys_deinit(&s->keys);
        st = sx_segment_keys_init(&s->keys, c->segment, m, c->mem, 0, c->err);
    }
    sx_buf_clear(&c->stored);
    for (uint32_t i = m->first_series; !st && i < m->first_series + m->series_count; i++) {
        sx_buf_clear(&c->text);
        st = sx_segment_keys_get(&s->keys, i, &c->text, c->err);
        if (!st)
            check_key(c, s, i);
        if (!st && c->stored.failed)
            st = sx_buf_refused(&c->stored, "series key", c->err);
    }
    return st;
}

static stria_status check_series(struct sx_checking *c, const struct sx_segment_measurement *m)
{
    struct series_check s = {.measurement = m};
    struct sx_segment_loss loss = {.measurement = m,
                                   .first_series = m->first_series,
                                   .series_count = m->series_count,
                                   .column = SX_LOSS_ALL_COLUMNS,
                                   .min_ts = c->segment->info.min_ts,
                                   .max_ts = c->segment->info.max_ts};
    stria_status st = read_series(c, &s), read = st;
    c->series_count += m->series_count;
    if (st) {
        for (uint32_t i = 0; i < m->tag_count; i++)
            c->tags[m->tags[i]].is_partial = true;
        st = sx_check_told(c, st, m->series_block.offset, &loss);
    }
    if (!st)
        st = tell_series(c, &s);
    for (uint32_t i = 0; !read && !st && i < m->tag_count; i++)
        st = sum_tag(c, &s, i);
    sx_segment_keys_deinit(&s.keys);
    return st ? st : sx_check_progress(c, m->series_block.size);
}

/* ---- columns ---- */

static int compare_columns(const void *a, const void *b, void *context)
{
    const struct sx_segment_measurement *m = context;
    const struct sx_segment_column *x = &m->columns[*(const uint32_t *)a],
                                   *y = &m->columns[*(const uint32_t *)b];
    int order = sx_bytes_compare(x->name, y->name);
    return order ? order : (int)x->type - (int)y->type;
}

/* Of two columns of one name and type only one would be read. */
static stria_status check_names(struct sx_checking *c, const struct sx_segment_measurement *m)
{
    uint64_t offset = c->segment->footer.parts[SX_PART_MEASUREMENTS].offset;
    size_t size = ((size_t)m->column_count + 1) * sizeof(uint32_t);
    stria_status st = STRIA_OK;
    if (m->series_count == 0) {
        sx_check_begin(c, offset, "measurement without series");
        sx_segment_loss_put_column(&c->telling, m, SX_LOSS_ALL_COLUMNS);
        st = sx_check_end(c, offset);
    }
    uint32_t *order = sx_mem_alloc(c->mem, size);
    if (!order)
        return sx_mem_refused(c->mem, size, c->err);
    for (uint32_t i = 0; i < m->column_count; i++)
        order[i] = i;
    sx_sort(order, m->column_count, sizeof *order, compare_columns, (void *)(uintptr_t)m);
    for (uint32_t i = 1; !st && i < m->column_count; i++) {
        if (compare_columns(&order[i - 1], &order[i], (void *)(uintptr_t)m) != 0)
            continue;
        sx_check_begin(c, offset, "two columns of one name");
        sx_segment_loss_put_column(&c->telling, m, order[i]);
        st = sx_check_end(c, offset);
    }
    sx_mem_free(c->mem, order);
    return st;
}

/* ---- dictionaries ---- */

/* Tells of values of a tag. */
static stria_status tell_values(struct sx_checking *c, uint64_t offset, const char *what,
                                uint32_t number, const struct some *values)
{
    if (values->count == 0)
        return STRIA_OK;
    sx_check_begin(c, offset, what);
    sx_segment_loss_put_value(&c->telling, c->segment, number, values->first, c->mem);
    if (values->count > 1)
        sx_buf_printf(&c->telling, " and %" PRIu64 " more", values->count - 1);
    return sx_check_end(c, offset);
}

static stria_status check_dictionary(struct sx_checking *c, uint32_t number)
{
    const struct sx_segment_tag *tag = &c->segment->tags[number];
    struct sx_dictionary dictionary;
    struct sx_dictionary_walk walk = {0};
    struct some denied = {0};
    sx_buf_clear(&c->block);
    stria_status st = sx_segment_read(c->segment, &tag->dictionary, &c->block, c->err);
    struct sx_bytes in = sx_buf_bytes(&c->block);
    if (st)
        return sx_check_told(c, st, tag->dictionary.offset, NULL);
    bool ok =
        sx_dictionary_take(&in, &dictionary) && in.len == 0 && dictionary.count == tag->value_count;
    sx_buf_clear(&c->text);
    ok = ok && sx_dictionary_walk(&walk, &dictionary, 0, &c->text);
    sx_buf_clear(&c->stored);
    for (uint32_t i = 0; ok && i < dictionary.count; i++) {
        ok = sx_dictionary_is_in_place(&walk) && sx_dictionary_next(&walk, &c->text) &&
             (i == 0 || sx_bytes_compare(sx_buf_bytes(&c->stored), sx_buf_bytes(&c->text)) < 0);
        sx_buf_clear(&c->stored);
        sx_buf_put_bytes(&c->stored, sx_buf_bytes(&c->text));
        if (ok && !sx_filter_has(c->segment->filter,
                                 sx_filter_pair_hash(tag->escaped, sx_buf_bytes(&c->text))))
            note(&denied, i);
    }
    if (c->text.failed || c->stored.failed)
        return sx_buf_refused(&c->text, "tag value", c->err);
    if (!ok || !sx_dictionary_is_in_place(&walk))
        return sx_check_damaged(c, tag->dictionary.offset, "dictionary", NULL);
    return tell_values(c, c->segment->footer.parts[SX_PART_FILTER].offset,
                       "filter without a tag value", number, &denied);
}

/* ---- postings ---- */

/* The postings of a tag, in c->block. */
struct postings_check {
    struct sx_checking *checking;
    uint32_t number;
    uint64_t offset;
    struct sx_bytes lists;
    uint64_t sum, count;
    struct some empty; /* values that no series has */
    uint32_t *values;  /* of each series: its value + 1, until it was met; 0 */
    struct some missing, extra;
    uint32_t missing_value, extra_value;
};

/* Reads the list of a value; false: damaged. */
static bool begin_list(const struct postings_check *p, uint32_t value,
                       struct sx_postings_walk *walk)
{
    struct sx_bytes list = p->lists, passed;
    uint32_t offset = sx_get_u32(p->checking->block.ptr + (size_t)value * 4);
    size_t universe = (size_t)p->checking->segment->info.series_count;
    return sx_bytes_take(&list, offset, &passed) && sx_postings_walk(walk, list, universe);
}

/* Adds all lists up, until there are more pairs than `most`: then they are wrong whatever they are,
 * and lists that share their bytes may have any number. False: damaged. */
static bool sum_lists(struct postings_check *p, uint32_t value_count, uint64_t most)
{
    struct sx_postings_walk walk;
    uint32_t first, length;
    for (uint32_t v = 0; v < value_count; v++) {
        uint64_t before = p->count;
        if (!begin_list(p, v, &walk))
            return false;
        while (sx_postings_next(&walk, &first, &length)) {
            p->count += length;
            if (p->count > most)
                return true;
            for (uint32_t i = 0; i < length; i++)
                p->sum += hash_pair(first + i, v);
        }
        if (walk.run_count)
            return false;
        if (p->count == before)
            note(&p->empty, v);
    }
    return true;
}

/* Takes every pair of a list that a series has off p->values. */
static void match_list(struct postings_check *p, uint32_t value, uint64_t most)
{
    struct sx_postings_walk walk;
    uint32_t first, length;
    if (!begin_list(p, value, &walk))
        return;
    while (p->extra.count <= most && sx_postings_next(&walk, &first, &length))
        for (uint32_t i = 0; p->extra.count <= most && i < length; i++) {
            if (p->values[first + i] == value + 1) {
                p->values[first + i] = 0;
                continue;
            }
            if (p->extra.count == 0)
                p->extra_value = value;
            note(&p->extra, first + i);
        }
}

/* Lays the values of a tag out by series. */
static stria_status lay_out(struct postings_check *p)
{
    struct sx_checking *c = p->checking;
    stria_status st = STRIA_OK;
    for (uint32_t i = 0; !st && i < c->segment->measurement_count; i++) {
        const struct sx_segment_measurement *m = &c->segment->measurements[i];
        struct sx_segment_keys keys;
        uint32_t place = 0;
        while (place < m->tag_count && m->tags[place] != p->number)
            place++;
        if (place == m->tag_count)
            continue;
        st = sx_segment_keys_init(&keys, c->segment, m, c->mem, 0, c->err);
        for (place = 0; !st && keys.tags[place].tag != p->number;)
            place++;
        for (uint32_t k = m->first_series; !st && k < m->first_series + m->series_count; k++)
            p->values[k] = sx_segment_keys_value(&keys, place, k);
        sx_segment_keys_deinit(&keys);
    }
    return st;
}

static void put_pair(struct postings_check *p, uint32_t value, const char *what, uint32_t series)
{
    struct sx_checking *c = p->checking;
    sx_segment_loss_put_value(&c->telling, c->segment, p->number, value, c->mem);
    sx_buf_put_text(&c->telling, what);
    sx_segment_loss_put_series(&c->telling, c->segment, series, c->mem);
}

/* "host=b lacks cpu,host=b; host=a has cpu,host=b (1 missing, 1 too many)" */
static stria_status tell_postings(struct postings_check *p)
{
    struct sx_checking *c = p->checking;
    sx_check_begin(c, p->offset, "postings unlike the series");
    if (p->missing.count)
        put_pair(p, p->missing_value, " lacks ", p->missing.first);
    if (p->missing.count && p->extra.count)
        sx_buf_put_text(&c->telling, "; ");
    if (p->extra.count)
        put_pair(p, p->extra_value, " has ", p->extra.first);
    sx_buf_printf(&c->telling, " (%" PRIu64 " missing, %" PRIu64 " too many)", p->missing.count,
                  p->extra.count);
    return sx_check_end(c, p->offset);
}

/* Finds out where postings and series differ. */
static stria_status find_difference(struct postings_check *p)
{
    struct sx_checking *c = p->checking;
    uint32_t count = (uint32_t)c->segment->info.series_count;
    size_t size = ((size_t)count + 1) * sizeof *p->values;
    p->values = sx_mem_zalloc(c->mem, size);
    if (!p->values)
        return sx_mem_refused(c->mem, size, c->err);
    stria_status st = lay_out(p);
    for (uint32_t v = 0; !st && v < c->segment->tags[p->number].value_count; v++)
        match_list(p, v, count);
    for (uint32_t i = 0; !st && i < count; i++)
        if (p->values[i]) {
            if (p->missing.count == 0)
                p->missing_value = p->values[i] - 1;
            note(&p->missing, i);
        }
    sx_mem_free(c->mem, p->values);
    if (!st)
        st = tell_postings(p);
    return st;
}

static stria_status check_postings(struct sx_checking *c, uint32_t number)
{
    const struct sx_segment_tag *tag = &c->segment->tags[number];
    const struct sx_check_tag *said = &c->tags[number];
    struct postings_check p = {
        .checking = c, .number = number, .offset = tag->postings.offset, .values = NULL};
    size_t head = (size_t)tag->value_count * 4;
    sx_buf_clear(&c->block);
    stria_status st = sx_segment_read(c->segment, &tag->postings, &c->block, c->err);
    if (st)
        return sx_check_told(c, st, p.offset, NULL);
    if (c->block.len < head)
        return sx_check_damaged(c, p.offset, "postings", NULL);
    p.lists = sx_bytes_make(c->block.ptr + head, c->block.len - head);
    if (!sum_lists(&p, tag->value_count, said->series_count))
        return sx_check_damaged(c, p.offset, "postings", NULL);
    if (said->is_partial)
        return STRIA_OK;
    if (p.count != said->series_count || p.sum != said->sum)
        st = find_difference(&p);
    return st ? sx_check_told(c, st, p.offset, NULL)
              : tell_values(c, tag->dictionary.offset, "tag value of no series", number, &p.empty);
}

/* ---- all of it ---- */

stria_status sx_check_index(struct sx_checking *c)
{
    struct sx_segment *s = c->segment;
    stria_status st = STRIA_OK;
    for (uint32_t i = 0; !st && i < s->measurement_count; i++) {
        st = check_names(c, &s->measurements[i]);
        if (!st)
            st = check_series(c, &s->measurements[i]);
    }
    for (uint32_t i = 0; !st && i < s->tag_count; i++) {
        st = check_dictionary(c, i);
        if (!st)
            st = check_postings(c, i);
        if (!st)
            st = sx_check_progress(c, s->tags[i].dictionary.size + s->tags[i].postings.size);
    }
    return st;
}
