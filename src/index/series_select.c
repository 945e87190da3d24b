/* SPDX-License-Identifier: Apache-2.0 */
/* series_select.c -- selecting series in memory by measurement and tags (series_index.h). */
#include "base/error.h"
#include "base/regex.h"
#include "index/series_index_priv.h"
#include "model/series_key.h"

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
        *tag = sx_index_tag(ix, sx_bytes_make(escaped.ptr, escaped.len - 1));
    sx_buf_deinit(&escaped);
    return st;
}

static stria_status add_equal(void *index, struct sx_bytes key, struct sx_bytes value,
                              struct sx_bitset *set, stria_error *err)
{
    struct sx_series_index *ix = index;
    uint32_t tag = SX_MAP_NONE;
    stria_status st = tag_by_name(ix, key, &tag, err);
    if (st || tag == SX_MAP_NONE)
        return st;
    struct sx_buf escaped;
    st = escape(ix, value, &escaped, err);
    if (!st) {
        uint32_t symbol =
            sx_index_find_symbol(ix, tag, sx_bytes_make(escaped.ptr, escaped.len - 1));
        if (symbol != SX_SYMBOL_NONE)
            sx_index_symbol_put(ix, symbol, set);
    }
    sx_buf_deinit(&escaped);
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
    uint32_t id = ix->tags[tag].first;
    while (!st && id != SX_SYMBOL_NONE) {
        struct sx_bytes value = sx_index_symbol_value(ix, id);
        sx_buf_clear(&scratch);
        if (!sx_buf_reserve(&scratch, value.len + 1))
            st = sx_buf_refused(&scratch, "tag value", err);
        else
            st = each(context, sx_key_text(value, scratch.ptr), id, err);
        id = sx_index_symbol(ix, id)->next;
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
    sx_index_symbol_put(ix, value_id, set);
    return STRIA_OK;
}

/* ---- selection ---- */

static stria_status add_by_regex(struct sx_series_index *ix, const struct sx_selector *selector,
                                 struct sx_mem *mem, struct sx_bitset *set, stria_error *err)
{
    struct sx_regex_scratch *scratch = sx_regex_scratch_create(mem);
    stria_status st = scratch ? STRIA_OK : sx_mem_refused(mem, 1024, err);
    for (uint32_t i = 0; i < sx_index_measurement_count(ix) && !st; i++) {
        bool match;
        st = sx_regex_match(selector->measurement_regex, scratch,
                            sx_index_measurement_at(ix, i)->measurement->name, &match, err);
        if (!st && match != selector->measurement_regex_not)
            sx_slot_list_put(&sx_index_measurement_at(ix, i)->slots, set);
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
        for (uint32_t i = 0; i < sx_index_measurement_count(ix); i++)
            sx_slot_list_put(&sx_index_measurement_at(ix, i)->slots, set);
        return STRIA_OK;
    }
    struct sx_buf escaped;
    stria_status st = escape(ix, selector->measurement, &escaped, err);
    if (!st) {
        sx_mutex_lock(&ix->names_mutex);
        uint32_t id = sx_index_measurement(ix, sx_bytes_make(escaped.ptr, escaped.len - 1), false);
        sx_mutex_unlock(&ix->names_mutex);
        if (id != SX_MAP_NONE)
            sx_slot_list_put(&sx_index_measurement_at(ix, id)->slots, set);
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
