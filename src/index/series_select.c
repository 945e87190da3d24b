/* SPDX-License-Identifier: Apache-2.0 */
/* series_select.c -- selecting series in memory by measurement and tags (series_index.h). */
#include "base/error.h"
#include "base/regex.h"
#include "index/series_index_priv.h"
#include "model/series_key.h"

#include <assert.h>

/* ---- slot lists ---- */

void sx_slot_list_deinit(struct sx_slot_list *list, struct sx_mem *mem)
{
    if (list->capacity)
        sx_mem_free(mem, list->slots.many);
    *list = (struct sx_slot_list){0};
}

bool sx_slot_list_reserve(struct sx_slot_list *list, struct sx_mem *mem)
{
    if (list->count == 0 || list->count < list->capacity)
        return true;
    /* Grown by half: lists are most of an index's memory. */
    uint32_t capacity = SX_MAX(list->count + list->count / 2, 4);
    uint32_t *many =
        sx_mem_resize(mem, list->capacity ? list->slots.many : NULL, capacity * sizeof *many);
    if (!many)
        return false;
    if (!list->capacity)
        many[0] = list->slots.one;
    list->slots.many = many;
    list->capacity = capacity;
    return true;
}

void sx_slot_list_add(struct sx_slot_list *list, uint32_t slot)
{
    if (!list->capacity) {
        assert(list->count == 0);
        list->slots.one = slot;
        list->count = 1;
        return;
    }
    assert(list->count < list->capacity);
    uint32_t i = list->count++;
    /* A slot used again may be lower than the last. */
    for (; i > 0 && list->slots.many[i - 1] > slot; i--)
        list->slots.many[i] = list->slots.many[i - 1];
    list->slots.many[i] = slot;
}

static void add_list(const struct sx_slot_list *list, struct sx_bitset *set)
{
    const uint32_t *items = sx_slot_list_items(list);
    for (uint32_t i = 0; i < list->count; i++)
        sx_bitset_add(set, items[i]);
}

/* ---- the index as a source of tag_eval.h; its lock is held ---- */

static stria_status escape(struct sx_series_index *ix, struct sx_bytes text, struct sx_buf *out,
                           stria_error *err)
{
    sx_buf_init(out, ix->mem, 2 * text.len + 2);
    sx_key_put(out, text);
    return out->failed ? sx_buf_refused(out, "tag", err) : STRIA_OK;
}

static stria_status tag_by_name(struct sx_series_index *ix, struct sx_bytes key, uint32_t *tag,
                                stria_error *err)
{
    struct sx_buf escaped;
    stria_status st = escape(ix, key, &escaped, err);
    if (!st)
        *tag = sx_index_tag(ix, sx_bytes_make(escaped.ptr, escaped.len - 1), false);
    sx_buf_deinit(&escaped);
    return st;
}

static stria_status add_equal(void *index, struct sx_bytes key, struct sx_bytes value,
                              struct sx_bitset *set, stria_error *err)
{
    struct sx_series_index *ix = index;
    struct sx_buf pair;
    sx_buf_init(&pair, ix->mem, 2 * (key.len + value.len) + 4);
    sx_key_put(&pair, key);
    sx_key_put(&pair, value);
    stria_status st = pair.failed ? sx_buf_refused(&pair, "tag", err) : STRIA_OK;
    if (!st) {
        uint32_t id = sx_index_pair(ix, sx_buf_bytes(&pair));
        if (id != SX_MAP_NONE)
            add_list(&ix->pairs[id].slots, set);
    }
    sx_buf_deinit(&pair);
    return st;
}

static stria_status each_value(void *index, struct sx_bytes key, sx_value_each each, void *context,
                               stria_error *err)
{
    struct sx_series_index *ix = index;
    uint32_t tag = SX_MAP_NONE;
    stria_status st = tag_by_name(ix, key, &tag, err);
    if (st || tag == SX_MAP_NONE)
        return st;
    struct sx_buf scratch;
    sx_buf_init(&scratch, ix->mem, SX_KEY_SIZE_MAX);
    for (size_t i = 0; !st && i < ix->tags[tag].pair_count; i++) {
        uint32_t id = ix->tags[tag].pairs[i];
        const struct sx_index_pair *pair = &ix->pairs[id];
        struct sx_bytes value =
            sx_bytes_make(pair->bytes + pair->key_len + 1, pair->len - pair->key_len - 2);
        sx_buf_clear(&scratch);
        if (!sx_buf_reserve(&scratch, value.len + 1))
            st = sx_buf_refused(&scratch, "tag value", err);
        else if (pair->slots.count)
            st = each(context, sx_key_text(value, scratch.ptr), id, err);
    }
    sx_buf_deinit(&scratch);
    return st;
}

static stria_status add_value(void *index, struct sx_bytes key, uint32_t value_id,
                              struct sx_bitset *set, stria_error *err)
{
    (void)key;
    (void)err;
    struct sx_series_index *ix = index;
    add_list(&ix->pairs[value_id].slots, set);
    return STRIA_OK;
}

/* ---- selection ---- */

static stria_status add_by_regex(struct sx_series_index *ix, const struct sx_selector *selector,
                                 struct sx_mem *mem, struct sx_bitset *set, stria_error *err)
{
    struct sx_regex_scratch *scratch = sx_regex_scratch_create(mem);
    stria_status st = scratch ? STRIA_OK : sx_mem_refused(mem, 1024, err);
    for (size_t i = 0; i < ix->measurement_count && !st; i++) {
        bool match;
        st = sx_regex_match(selector->measurement_regex, scratch,
                            ix->measurements[i].measurement->name, &match, err);
        if (!st && match != selector->measurement_regex_not)
            add_list(&ix->measurements[i].slots, set);
    }
    sx_regex_scratch_destroy(scratch);
    return st;
}

static stria_status add_measurements(struct sx_series_index *ix, const struct sx_selector *selector,
                                     struct sx_mem *mem, struct sx_bitset *set, stria_error *err)
{
    if (selector->measurement_regex)
        return add_by_regex(ix, selector, mem, set, err);
    if (selector->all_measurements) {
        for (size_t i = 0; i < ix->measurement_count; i++)
            add_list(&ix->measurements[i].slots, set);
        return STRIA_OK;
    }
    struct sx_buf escaped;
    stria_status st = escape(ix, selector->measurement, &escaped, err);
    if (!st) {
        uint32_t id = sx_index_measurement(ix, sx_bytes_make(escaped.ptr, escaped.len - 1), false);
        if (id != SX_MAP_NONE)
            add_list(&ix->measurements[id].slots, set);
    }
    sx_buf_deinit(&escaped);
    return st;
}

stria_status sx_series_index_select(struct sx_series_index *ix, const struct sx_selector *selector,
                                    struct sx_request *request, struct sx_bitset *set,
                                    stria_error *err)
{
    sx_mutex_lock(&ix->mutex);
    size_t universe = sx_series_index_slot_count(ix);
    struct sx_bitset tags = {0};
    stria_status st = STRIA_OK;
    if (!sx_bitset_init(set, request->mem, universe))
        st = sx_mem_refused(request->mem, universe / 8, err);
    if (!st)
        st = add_measurements(ix, selector, request->mem, set, err);
    if (!st && selector->tags) {
        struct sx_tag_source source = {.index = ix,
                                       .universe = universe,
                                       .add_equal = add_equal,
                                       .each_value = each_value,
                                       .add_value = add_value};
        if (!sx_bitset_init(&tags, request->mem, universe))
            st = sx_mem_refused(request->mem, universe / 8, err);
        if (!st)
            st = sx_tag_eval(&source, selector->tags, request, &tags, err);
        if (!st)
            sx_bitset_and(set, &tags);
        sx_bitset_deinit(&tags);
    }
    sx_mutex_unlock(&ix->mutex);
    return st;
}
