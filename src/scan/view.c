/* SPDX-License-Identifier: Apache-2.0 */
/* view.c -- see view.h. */
#include "scan/view.h"

struct sx_segment_list *sx_segment_list_create(struct sx_mem *mem,
                                               struct sx_segment *const *segments, size_t count)
{
    struct sx_segment_list *list = NULL;
    size_t size = sizeof *list + count * (sizeof list->segments[0] + sizeof *list->spans);
    list = sx_mem_alloc(mem, size);
    if (!list)
        return NULL;
    *list = (struct sx_segment_list){.mem = mem, .count = count};
    atomic_init(&list->reference_count, 1);
    list->spans = (struct sx_time_span *)(void *)&list->segments[count];
    for (size_t i = 0; i < count; i++) {
        const struct sx_segment_info *info = &segments[i]->info;
        list->segments[i] = sx_segment_acquire(segments[i]);
        list->spans[i] = (struct sx_time_span){info->min_ts, info->max_ts};
    }
    return list;
}

struct sx_segment_list *sx_segment_list_acquire(struct sx_segment_list *list)
{
    atomic_fetch_add_explicit(&list->reference_count, 1, memory_order_relaxed);
    return list;
}

void sx_segment_list_release(struct sx_segment_list *list)
{
    if (!list || atomic_fetch_sub_explicit(&list->reference_count, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < list->count; i++)
        sx_segment_release(list->segments[i]);
    sx_mem_free(list->mem, list);
}

struct sx_view *sx_view_create(struct sx_mem *mem, const struct sx_view_parts *parts)
{
    size_t count = parts->memtable_count;
    size_t words = (parts->list ? parts->list->count : parts->segment_count) / 64 + 1;
    struct sx_view *view = NULL;
    view = sx_mem_zalloc(mem, sizeof *view + count * sizeof view->memtables[0] +
                                  words * sizeof *view->pinned);
    if (!view)
        return NULL;
    view->pinned = (_Atomic uint64_t *)(void *)&view->memtables[count];
    view->list = parts->list ? sx_segment_list_acquire(parts->list)
                             : sx_segment_list_create(mem, parts->segments, parts->segment_count);
    if (!view->list) {
        sx_mem_free(mem, view);
        return NULL;
    }
    view->mem = mem;
    atomic_init(&view->reference_count, 1);
    view->catalog = parts->catalog ? sx_catalog_acquire(parts->catalog) : NULL;
    view->index = parts->index ? sx_series_index_acquire(parts->index) : NULL;
    view->tombstones = sx_tombstones_acquire(parts->tombstones);
    view->policy_id = parts->policy_id;
    view->index_knows_types = parts->index && parts->index_knows_types;
    view->source_count = view->list->count + count;
    for (size_t i = 0; i < count; i++)
        view->memtables[i] = sx_memtable_acquire(parts->memtables[i]);
    return view;
}

void sx_view_add_rollups(struct sx_view *view, int64_t window_ns, int64_t interval_ns,
                         struct sx_rollup_marks *marks, struct sx_view *rollups)
{
    view->window_ns = window_ns;
    view->rollups[view->rollup_count++] = (struct sx_view_rollup){
        .interval_ns = interval_ns, .marks = sx_rollup_marks_acquire(marks), .view = rollups};
}

struct sx_view *sx_view_acquire(struct sx_view *view)
{
    atomic_fetch_add_explicit(&view->reference_count, 1, memory_order_relaxed);
    return view;
}

stria_status sx_view_load(struct sx_view *view, size_t source, stria_error *err)
{
    struct sx_segment *segment = view->list->segments[source];
    _Atomic uint64_t *word = &view->pinned[source / 64];
    uint64_t bit = (uint64_t)1 << (source % 64);
    if (SX_LIKELY(atomic_load_explicit(word, memory_order_acquire) & bit))
        return STRIA_OK;
    stria_status st = sx_segment_pin(segment, err);
    if (!st && atomic_fetch_or(word, bit) & bit) /* another thread was faster */
        sx_segment_unpin(segment);
    return st;
}

static void unpin_all(struct sx_view *view)
{
    for (size_t i = 0; i <= view->list->count / 64; i++)
        for (uint64_t word = atomic_load(&view->pinned[i]); word; word &= word - 1)
            sx_segment_unpin(view->list->segments[i * 64 + (size_t)__builtin_ctzll(word)]);
}

void sx_view_release(struct sx_view *view)
{
    if (!view || atomic_fetch_sub_explicit(&view->reference_count, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = view->list->count; i < view->source_count; i++)
        sx_memtable_release(sx_view_memtable(view, i));
    unpin_all(view);
    sx_segment_list_release(view->list);
    for (size_t i = 0; i < view->rollup_count; i++) {
        sx_rollup_marks_release(view->rollups[i].marks);
        sx_view_release(view->rollups[i].view);
    }
    sx_catalog_release(view->catalog);
    sx_series_index_release(view->index);
    sx_tombstones_release(view->tombstones);
    sx_mem_free(view->mem, view);
}

size_t sx_view_next_segment(const struct sx_view *view, size_t source, int64_t time_min_ns,
                            int64_t time_max_ns)
{
    const struct sx_segment_list *list = view->list;
    for (; source < list->count; source++)
        if (list->spans[source].max_ts >= time_min_ns && list->spans[source].min_ts <= time_max_ns)
            return source;
    return view->source_count;
}

bool sx_view_masks(const struct sx_view *view, const struct sx_tombstone *tombstone,
                   uint32_t source)
{
    struct sx_segment *segment = sx_view_segment(view, source);
    if (!segment)
        return sx_memtable_generation(sx_view_memtable(view, source)) < tombstone->generation;
    return segment->info.last_generation < tombstone->generation &&
           atomic_load(&segment->tombstone_id) < tombstone->id;
}

uint64_t sx_view_last_tombstone(const struct sx_view *view)
{
    const struct sx_tombstones *t = view->tombstones;
    return t && t->count ? t->items[t->count - 1].id : 0;
}
