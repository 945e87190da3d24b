/* SPDX-License-Identifier: Apache-2.0 */
/* series_set.c -- see series_set.h. */
#include "scan/series_set.h"

#include "base/error.h"
#include "base/sort.h"
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
    stria_error *err;
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

/* Takes out of `ids` the series of a stretch of one measurement that have no chunk in the time
 * range. */
static stria_status keep_in_time(struct build *b, struct sx_segment *segment,
                                 const struct sx_segment_measurement *m, struct sx_bitset *ids)
{
    struct sx_segment_cursor cursor;
    struct sx_bitset in_time;
    stria_status st = STRIA_OK;
    sx_segment_cursor_init(&cursor, segment, b->request->mem);
    if (!sx_bitset_init(&in_time, b->request->mem, ids->size))
        st = sx_mem_refused(b->request->mem, ids->size / 8, b->err);
    for (uint32_t i = m->first_stripe; i < m->first_stripe + m->stripe_count && !st; i++) {
        const struct sx_stripe *stripe = &segment->stripes[i];
        if (stripe->max_ts < b->selector->time_min_ns || stripe->min_ts > b->selector->time_max_ns)
            continue;
        st = sx_segment_cursor_stripe(&cursor, i, b->err);
        for (uint32_t g = 0; g < stripe->group_count && !st; g++)
            if (cursor.groups[g].max_ts >= b->selector->time_min_ns &&
                cursor.groups[g].min_ts <= b->selector->time_max_ns)
                sx_bitset_add(&in_time, cursor.groups[g].series);
    }
    uint32_t end = m->first_series + m->series_count;
    for (size_t i = m->first_series; i < end && !st; i++)
        if (sx_bitset_has(ids, i) && !sx_bitset_has(&in_time, i))
            ids->words[i / 64] &= ~((uint64_t)1 << (i % 64));
    sx_bitset_deinit(&in_time);
    sx_segment_cursor_deinit(&cursor);
    return st;
}

static stria_status add_measurement(struct build *b, uint32_t source, struct sx_bitset *ids,
                                    const struct sx_segment_measurement *m)
{
    struct sx_segment *segment = b->view->sources[source].segment;
    struct sx_segment_keys keys;
    size_t end = (size_t)m->first_series + m->series_count, wanted = 0;
    stria_status st = sx_request_check(b->request, b->err);
    if (!st && (b->flags & SX_SELECT_IN_TIME))
        st = keep_in_time(b, segment, m, ids);
    if (st)
        return st;
    for (size_t i = sx_bitset_next(ids, m->first_series); i < end; i = sx_bitset_next(ids, i + 1))
        wanted++;
    if (wanted == 0)
        return STRIA_OK;
    st = sx_segment_keys_init(&keys, segment, m, b->request->mem, wanted, b->err);
    for (size_t i = sx_bitset_next(ids, m->first_series); i < end && !st;
         i = sx_bitset_next(ids, i + 1)) {
        sx_buf_clear(&b->key);
        st = sx_segment_keys_get(&keys, (uint32_t)i, &b->key, b->err);
        if (!st)
            st = add(b, sx_segment_keys_hash(&keys, (uint32_t)i), source, (uint32_t)i);
    }
    sx_segment_keys_deinit(&keys);
    return st;
}

static stria_status add_segment(struct build *b, uint32_t source)
{
    struct sx_segment *segment = b->view->sources[source].segment;
    struct sx_bitset ids = {0};
    if (segment->info.max_ts < b->selector->time_min_ns ||
        segment->info.min_ts > b->selector->time_max_ns)
        return STRIA_OK;
    stria_status st = sx_segment_load(segment, b->err);
    if (!st)
        st = sx_segment_select(segment, b->selector, b->request, &ids, b->err);
    for (size_t i = st ? ids.size : sx_bitset_next(&ids, 0); i < ids.size && !st;) {
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
    struct sx_memtable *memtable = b->view->sources[source].memtable;
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
        sx_buf_clear(&b->key);
        sx_series_index_key(index, list[i], &b->key);
        st = b->key.failed ? sx_buf_refused(&b->key, "series key", b->err)
                           : add(b, sx_series_index_slot(index, list[i])->hash, source, list[i]);
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
    for (size_t i = 0; i < b->view->source_count && !st; i++)
        if (b->view->sources[i].memtable)
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
    for (size_t i = 0; i < view->source_count && !st; i++)
        if (view->sources[i].segment)
            st = add_segment(&b, (uint32_t)i);
    if (!st)
        st = add_memtables(&b);
    if (!st)
        st = distribute(&b);
    sx_map_deinit(&b.map);
    sx_buf_deinit(&b.key);
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
