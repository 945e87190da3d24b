/* SPDX-License-Identifier: Apache-2.0 */
/* series_set.c -- see series_set.h. */
#include "scan/series_set.h"

#include "base/error.h"
#include "base/sort.h"
#include "scan/damage.h"
#include "scan/hiding.h"
#include "segment/chunks.h"
#include "segment/keys.h"
#include "segment/select.h"

#include <inttypes.h>

#define ARENA_SIZE 65536

/* One finding, before they are sorted to their series. */
struct found {
    uint32_t series;
    struct sx_scan_source source;
};

struct build {
    struct sx_series_set *set;
    struct sx_view *view;
    const struct sx_selector *selector;
    unsigned flags;
    struct sx_request *request;
    struct sx_map map;
    struct found *found;
    size_t found_count, found_capacity;
    struct sx_buf key;
    struct sx_hiding hiding;
    stria_error *err;
};

/* The times of a series in a segment. */
struct span {
    int64_t min_ts, max_ts;
};

struct series_key {
    struct sx_bytes key;
    uint64_t hash;
};

static bool series_equal(const void *owner, uint32_t value, const void *key)
{
    const struct sx_scan_series *series = &((const struct sx_series_set *)owner)->series[value];
    const struct series_key *k = key;
    return series->hash == k->hash && sx_bytes_equal(series->key, k->key);
}

static uint64_t series_hash(const void *owner, uint32_t value)
{
    return ((const struct sx_series_set *)owner)->series[value].hash;
}

/* Notes that a source has the series whose key is in b->key. */
static stria_status add(struct build *b, uint64_t hash, uint32_t source, uint32_t id)
{
    struct sx_series_set *set = b->set;
    struct series_key key = {.key = sx_buf_bytes(&b->key), .hash = hash};
    uint32_t series = sx_map_find(&b->map, hash, series_equal, set, &key);
    if (series == SX_MAP_NONE) {
        uint64_t max = b->request->series_count_max;
        if (max && set->series_count >= max)
            return sx_fail(b->err, STRIA_LIMIT,
                           "max-select-series limit exceeded: (%zu/%" PRIu64 ")",
                           set->series_count + 1, max);
        struct sx_bytes copy = sx_arena_dup(&set->arena, key.key);
        if (!copy.ptr || !sx_map_reserve(&b->map, set->series_count + 1, series_hash, set) ||
            !SX_GROW(set->mem, set->series, set->series_capacity, set->series_count + 1))
            return sx_mem_refused(set->mem, copy.len + sizeof *set->series, b->err);
        series = (uint32_t)set->series_count++;
        set->series[series] = (struct sx_scan_series){.key = copy, .hash = hash};
        sx_map_put(&b->map, hash, series);
    }
    if (!SX_GROW(set->mem, b->found, b->found_capacity, b->found_count + 1))
        return sx_mem_refused(set->mem, b->found_count * sizeof *b->found, b->err);
    b->found[b->found_count++] =
        (struct found){.series = series, .source = {.source = source, .id = id}};
    set->series[series].source_count++;
    return STRIA_OK;
}

/* ---- segments ---- */

/* Finds the times of the series of one measurement, those in the time range: spans[0] is of its
 * first series; the others stay empty. */
static stria_status find_spans(struct build *b, struct sx_segment *segment,
                               const struct sx_segment_measurement *m, struct span *spans)
{
    struct sx_segment_cursor cursor;
    stria_status st = STRIA_OK;
    sx_segment_cursor_init(&cursor, segment, b->request->mem);
    for (uint32_t i = 0; i < m->series_count; i++)
        spans[i] = (struct span){.min_ts = INT64_MAX, .max_ts = INT64_MIN};
    for (uint32_t i = m->first_stripe; i < m->first_stripe + m->stripe_count && !st; i++) {
        const struct sx_stripe *stripe = &segment->stripes[i];
        if (stripe->max_ts < b->selector->time_min_ns || stripe->min_ts > b->selector->time_max_ns)
            continue;
        stria_error what = {0};
        if (sx_segment_cursor_stripe(&cursor, i, &what)) {
            st = sx_leave_out(b->request, segment, &what, b->err);
            continue;
        }
        for (uint32_t g = 0; g < stripe->group_count; g++) {
            if (cursor.groups[g].max_ts < b->selector->time_min_ns ||
                cursor.groups[g].min_ts > b->selector->time_max_ns)
                continue;
            struct span *span = &spans[cursor.groups[g].series - m->first_series];
            span->min_ts = SX_MIN(span->min_ts, cursor.groups[g].min_ts);
            span->max_ts = SX_MAX(span->max_ts, cursor.groups[g].max_ts);
        }
    }
    sx_segment_cursor_deinit(&cursor);
    return st;
}

/* Adds the series of one measurement that are in `ids`; spans NULL: whatever their times. */
static stria_status add_series(struct build *b, uint32_t source, const struct sx_bitset *ids,
                               const struct sx_segment_measurement *m, const struct span *spans)
{
    struct sx_segment *segment = sx_view_segment(b->view, source);
    struct sx_segment_keys keys;
    size_t end = (size_t)m->first_series + m->series_count, wanted = 0;
    for (size_t i = sx_bitset_next(ids, m->first_series); i < end; i = sx_bitset_next(ids, i + 1))
        wanted++;
    stria_error what = {0};
    stria_status st = STRIA_OK;
    if (sx_segment_keys_init(&keys, segment, m, b->request->mem, wanted, &what)) {
        sx_segment_keys_deinit(&keys);
        return sx_leave_out(b->request, segment, &what, b->err);
    }
    for (size_t i = sx_bitset_next(ids, m->first_series); i < end && !st;
         i = sx_bitset_next(ids, i + 1)) {
        const struct span *span = spans ? &spans[i - m->first_series] : NULL;
        bool hidden = false;
        if (span && span->min_ts > span->max_ts)
            continue;
        sx_buf_clear(&b->key);
        if (sx_segment_keys_get(&keys, (uint32_t)i, &b->key, &what)) {
            st = sx_leave_out(b->request, segment, &what, b->err);
            continue;
        }
        if (span)
            st = sx_hiding_series(&b->hiding, source, sx_buf_bytes(&b->key), span->min_ts,
                                  span->max_ts, &hidden, b->err);
        if (!st && !hidden)
            st = add(b, sx_segment_keys_hash(&keys, (uint32_t)i), source, (uint32_t)i);
    }
    sx_segment_keys_deinit(&keys);
    return st;
}

static stria_status add_measurement(struct build *b, uint32_t source, const struct sx_bitset *ids,
                                    const struct sx_segment_measurement *m)
{
    struct span *spans = NULL;
    stria_status st = sx_request_check(b->request, b->err);
    if (!st && (b->flags & SX_SELECT_IN_TIME)) {
        spans = sx_mem_alloc(b->request->mem, m->series_count * sizeof *spans);
        st = spans ? find_spans(b, sx_view_segment(b->view, source), m, spans)
                   : sx_mem_refused(b->request->mem, m->series_count * sizeof *spans, b->err);
    }
    if (!st)
        st = add_series(b, source, ids, m, spans);
    sx_mem_free(b->request->mem, spans);
    return st;
}

static stria_status add_segment(struct build *b, uint32_t source)
{
    struct sx_segment *segment = sx_view_segment(b->view, source);
    struct sx_bitset ids = {0};
    stria_error what = {0};
    stria_status st = sx_view_load(b->view, source, &what);
    if (!st)
        st = sx_segment_select(segment, b->selector, b->request, &ids, &what);
    if (st) {
        sx_bitset_deinit(&ids);
        return sx_leave_out(b->request, segment, &what, b->err);
    }
    for (size_t i = sx_bitset_next(&ids, 0); i < ids.size && !st;) {
        const struct sx_segment_measurement *m = sx_segment_measurement_of(segment, (uint32_t)i);
        st = add_measurement(b, source, &ids, m);
        i = sx_bitset_next(&ids, (size_t)m->first_series + m->series_count);
    }
    sx_bitset_deinit(&ids);
    return st;
}

/* ---- memtables ---- */

static stria_status add_memtable(struct build *b, uint32_t source, const struct sx_bitset *slots)
{
    struct sx_memtable *memtable = sx_view_memtable(b->view, source);
    struct sx_series_index *index = sx_memtable_index(memtable);
    uint32_t *list = NULL;
    size_t count = 0;
    stria_status st = sx_memtable_slots(memtable, b->request->mem, &list, &count, b->err);
    for (size_t i = 0; i < count && !st; i++) {
        if (list[i] >= slots->size || !sx_bitset_has(slots, list[i]))
            continue;
        const struct sx_mem_series *series = sx_memtable_series(memtable, list[i]);
        if (atomic_load(&series->max_ts) < b->selector->time_min_ns ||
            atomic_load(&series->min_ts) > b->selector->time_max_ns)
            continue;
        bool hidden = false;
        sx_buf_clear(&b->key);
        sx_series_index_key(index, list[i], &b->key);
        if (b->key.failed)
            st = sx_buf_refused(&b->key, "series key", b->err);
        if (!st && (b->flags & SX_SELECT_IN_TIME))
            st = sx_hiding_series(&b->hiding, source, sx_buf_bytes(&b->key),
                                  atomic_load(&series->min_ts), atomic_load(&series->max_ts),
                                  &hidden, b->err);
        if (!st && !hidden)
            st = add(b, sx_series_index_slot(index, list[i])->hash, source, list[i]);
    }
    sx_mem_free(b->request->mem, list);
    return st;
}

static stria_status add_memtables(struct build *b)
{
    struct sx_bitset slots = {0};
    stria_status st = STRIA_OK;
    if (!b->view->index)
        return STRIA_OK;
    st = sx_series_index_select(b->view->index, b->selector, b->request, &slots, b->err);
    for (size_t i = b->view->list->count; i < b->view->source_count && !st; i++)
        st = add_memtable(b, (uint32_t)i, &slots);
    sx_bitset_deinit(&slots);
    return st;
}

/* ---- putting together ---- */

static int compare_series(const void *a, const void *b, void *context)
{
    (void)context;
    return sx_bytes_compare(((const struct sx_scan_series *)a)->key,
                            ((const struct sx_scan_series *)b)->key);
}

/* Gives each series its sources, in the order they were found: that of the view. */
static stria_status distribute(struct build *b)
{
    struct sx_series_set *set = b->set;
    struct sx_scan_source *all = sx_arena_array(&set->arena, b->found_count + 1, sizeof *all);
    if (!all)
        return sx_mem_refused(set->mem, b->found_count * sizeof *all, b->err);
    size_t next = 0;
    for (size_t i = 0; i < set->series_count; i++) {
        set->series[i].sources = all + next;
        next += set->series[i].source_count;
        set->series[i].source_count = 0;
    }
    for (size_t i = 0; i < b->found_count; i++) {
        struct sx_scan_series *series = &set->series[b->found[i].series];
        ((struct sx_scan_source *)(uintptr_t)series->sources)[series->source_count++] =
            b->found[i].source;
    }
    sx_sort(set->series, set->series_count, sizeof *set->series, compare_series, NULL);
    return STRIA_OK;
}

stria_status sx_series_set_init(struct sx_series_set *set, struct sx_view *view,
                                const struct sx_selector *selector, unsigned flags,
                                struct sx_request *request, stria_error *err)
{
    *set = (struct sx_series_set){.mem = request->mem};
    sx_arena_init(&set->arena, request->mem, ARENA_SIZE);
    struct build b = {.set = set,
                      .view = view,
                      .selector = selector,
                      .flags = flags,
                      .request = request,
                      .err = err};
    stria_status st = STRIA_OK;
    sx_map_init(&b.map, request->mem);
    sx_buf_init(&b.key, request->mem, 2 * 65536);
    sx_hiding_init(&b.hiding, request->mem, view);
    for (size_t i = 0; !st; i++) {
        i = sx_view_next_segment(view, i, selector->time_min_ns, selector->time_max_ns);
        if (i == view->source_count)
            break;
        st = add_segment(&b, (uint32_t)i);
    }
    if (!st)
        st = add_memtables(&b);
    if (!st)
        st = distribute(&b);
    sx_map_deinit(&b.map);
    sx_buf_deinit(&b.key);
    sx_hiding_deinit(&b.hiding);
    sx_mem_free(request->mem, b.found);
    return st;
}

void sx_series_set_deinit(struct sx_series_set *set)
{
    if (!set->mem)
        return;
    sx_mem_free(set->mem, set->series);
    sx_arena_deinit(&set->arena);
    *set = (struct sx_series_set){0};
}
