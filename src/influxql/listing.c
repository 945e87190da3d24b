/* SPDX-License-Identifier: Apache-2.0 */
/* listing.c -- see listing.h. */
#include "influxql/listing.h"

#include "base/regex.h"
#include "model/series_key.h"
#include "scan/reader.h"

#define SERIES_PER_CHECK 1024

static stria_status refused(struct sx_iql_listing *l, stria_error *err)
{
    return sx_mem_refused(l->mem, sizeof *l->tags, err);
}

stria_status sx_iql_listing_init(struct sx_iql_listing *l, struct sx_iql_schema *schema,
                                 const struct sx_iql_measurement *m,
                                 const struct sx_iql_listing_options *options, stria_error *err)
{
    *l = (struct sx_iql_listing){.mem = schema->mem,
                                 .request = schema->context->request,
                                 .measurement = m,
                                 .options = *options};
    sx_arena_init(&l->arena, l->mem, 1024);
    sx_buf_init(&l->text, l->mem, 2 * 65536);
    stria_status st =
        sx_iql_where_create(schema->arena, l->mem, options->condition, m, &l->vars, &l->where, err);
    if (st)
        return st;
    struct sx_selector selector = {.policy_id = m->policy_id,
                                   .measurement = m->name,
                                   .tags = sx_iql_where_tags(l->where),
                                   .time_min_ns = options->time_min_ns,
                                   .time_max_ns = options->time_max_ns};
    return sx_series_set_init(&l->set, m->view, &selector, SX_SELECT_IN_TIME, l->request, err);
}

void sx_iql_listing_deinit(struct sx_iql_listing *l)
{
    if (!l->mem)
        return;
    sx_reader_destroy(l->reader);
    sx_regex_scratch_destroy(l->scratch);
    sx_series_set_deinit(&l->set);
    sx_iql_where_destroy(l->where);
    sx_mem_free(l->mem, l->vars.items);
    sx_mem_free(l->mem, l->tags);
    sx_buf_deinit(&l->text);
    sx_arena_deinit(&l->arena);
    *l = (struct sx_iql_listing){0};
}

/* ---- whether a series has rows -------------------------------------------------------------- */

struct span {
    int64_t min_ts, max_ts;
};

/* Times between which all rows lie that a source has of a series. */
static struct span span_of(const struct sx_iql_listing *l, const struct sx_scan_source *at)
{
    const struct sx_view *view = l->measurement->view;
    const struct sx_segment *segment = sx_view_segment(view, at->source);
    if (segment)
        return (struct span){segment->info.min_ts, segment->info.max_ts};
    const struct sx_mem_series *series =
        sx_memtable_series(sx_view_memtable(view, at->source), at->id);
    return (struct span){atomic_load(&series->min_ts), atomic_load(&series->max_ts)};
}

/* Whether a delete may have hidden rows that a source has of the series. */
static stria_status touched(struct sx_iql_listing *l, const struct sx_scan_series *series,
                            uint32_t source, struct span span, bool *is, stria_error *err)
{
    const struct sx_view *view = l->measurement->view;
    stria_status st = STRIA_OK;
    *is = false;
    if (!view->tombstones || !view->tombstones->count)
        return STRIA_OK;
    if (!l->scratch && !(l->scratch = sx_regex_scratch_create(l->mem)))
        return refused(l, err);
    for (size_t i = 0; i < view->tombstones->count && !st && !*is; i++) {
        const struct sx_tombstone *t = &view->tombstones->items[i];
        if (t->time_min_ns <= span.max_ts && t->time_max_ns >= span.min_ts &&
            sx_view_masks(view, t, source))
            st = sx_tombstone_matches(t, series->key, l->scratch, &l->text, is, err);
    }
    return st;
}

static stria_status read_rows(struct sx_iql_listing *l, const struct sx_scan_series *series,
                              bool *has, stria_error *err)
{
    struct sx_reader_options options = {.view = l->measurement->view,
                                        .time_min_ns = l->options.time_min_ns,
                                        .time_max_ns = l->options.time_max_ns,
                                        .request = l->request};
    const struct sx_rows *rows = NULL;
    stria_status st = STRIA_OK;
    if (!l->reader)
        st = sx_reader_create(&options, &l->reader, err);
    if (!st)
        st = sx_reader_series(l->reader, series, err);
    if (!st)
        st = sx_reader_next(l->reader, &rows, err);
    *has = !st && rows && rows->row_count;
    return st;
}

static stria_status has_rows(struct sx_iql_listing *l, const struct sx_scan_series *series,
                             bool *has, stria_error *err)
{
    stria_status st = STRIA_OK;
    *has = false;
    for (uint32_t i = 0; i < series->source_count && !st && !*has; i++) {
        struct span span = span_of(l, &series->sources[i]);
        bool is_touched = false;
        if (l->options.exact_times &&
            (span.min_ts < l->options.time_min_ns || span.max_ts > l->options.time_max_ns))
            continue;
        st = touched(l, series, series->sources[i].source, span, &is_touched, err);
        *has = !st && !is_touched;
    }
    return st || *has ? st : read_rows(l, series, has, err);
}

/* ---- tags ----------------------------------------------------------------------------------- */

/* The plain text of a part of a key; ptr is NULL when memory was refused. */
static stria_bytes text_of(struct sx_iql_listing *l, struct sx_bytes part)
{
    if (part.len == 0 || !memchr(part.ptr, 1, part.len)) /* nothing is escaped */
        return (stria_bytes){.ptr = (const char *)part.ptr, .len = part.len};
    uint8_t *scratch = sx_arena_alloc(&l->arena, part.len);
    struct sx_bytes text = scratch ? sx_key_text(part, scratch) : (struct sx_bytes){0};
    return (stria_bytes){.ptr = (const char *)text.ptr, .len = text.len};
}

static stria_status parse_tags(struct sx_iql_listing *l, struct sx_bytes key, stria_error *err)
{
    struct sx_bytes part;
    size_t count = 0;
    sx_arena_reset(&l->arena);
    (void)sx_key_take(&key, &part); /* the measurement */
    while (sx_key_take(&key, &part)) {
        if (!SX_GROW(l->mem, l->tags, l->tag_capacity, count + 1))
            return refused(l, err);
        l->tags[count].key = text_of(l, part);
        (void)sx_key_take(&key, &part);
        l->tags[count].value = text_of(l, part);
        if (!l->tags[count].key.ptr || !l->tags[count].value.ptr)
            return refused(l, err);
        count++;
    }
    l->listed.tags = (struct sx_iql_tags){.items = l->tags, .count = count};
    return STRIA_OK;
}

stria_status sx_iql_listing_next(struct sx_iql_listing *l, const struct sx_iql_listed **listed,
                                 stria_error *err)
{
    stria_status st = STRIA_OK;
    *listed = NULL;
    while (l->next < l->set.series_count && !st) {
        const struct sx_scan_series *series = &l->set.series[l->next];
        struct sx_iql_program *filter = NULL;
        bool none = false, has = false;
        if (l->next++ % SERIES_PER_CHECK == 0)
            st = sx_request_check(l->request, err);
        if (!st)
            st = parse_tags(l, series->key, err);
        if (!st)
            st = sx_iql_where_series(l->where, &l->vars, &l->listed.tags, &none, &filter, err);
        if (!st && !none)
            st = has_rows(l, series, &has, err);
        if (st || !has)
            continue;
        l->listed.key = series->key;
        l->listed.hash = series->hash;
        l->listed.by_rows = filter != NULL;
        *listed = &l->listed;
        return STRIA_OK;
    }
    return st;
}
