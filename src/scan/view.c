/* SPDX-License-Identifier: Apache-2.0 */
/* view.c -- see view.h. */
#include "scan/view.h"

struct sx_view *sx_view_create(struct sx_mem *mem, const struct sx_view_parts *parts)
{
    size_t count = parts->segment_count + parts->memtable_count;
    struct sx_view *view = sx_mem_zalloc(mem, sizeof *view + count * sizeof view->sources[0]);
    if (!view)
        return NULL;
    view->mem = mem;
    atomic_init(&view->reference_count, 1);
    view->catalog = parts->catalog ? sx_catalog_acquire(parts->catalog) : NULL;
    view->index = parts->index ? sx_series_index_acquire(parts->index) : NULL;
    view->tombstones = sx_tombstones_acquire(parts->tombstones);
    view->policy_id = parts->policy_id;
    for (size_t i = 0; i < parts->segment_count; i++)
        view->sources[view->source_count++].segment = sx_segment_acquire(parts->segments[i]);
    for (size_t i = 0; i < parts->memtable_count; i++)
        view->sources[view->source_count++].memtable = sx_memtable_acquire(parts->memtables[i]);
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

void sx_view_release(struct sx_view *view)
{
    if (!view || atomic_fetch_sub_explicit(&view->reference_count, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < view->source_count; i++) {
        sx_segment_release(view->sources[i].segment);
        sx_memtable_release(view->sources[i].memtable);
    }
    for (size_t i = 0; i < view->rollup_count; i++) {
        sx_rollup_marks_release(view->rollups[i].marks);
        sx_view_release(view->rollups[i].view);
    }
    sx_catalog_release(view->catalog);
    sx_series_index_release(view->index);
    sx_tombstones_release(view->tombstones);
    sx_mem_free(view->mem, view);
}

bool sx_view_masks(const struct sx_view *view, const struct sx_tombstone *tombstone,
                   uint32_t source)
{
    const struct sx_source *s = &view->sources[source];
    if (s->memtable)
        return sx_memtable_generation(s->memtable) < tombstone->generation;
    const struct sx_segment_info *info = &s->segment->info;
    return info->last_generation < tombstone->generation &&
           atomic_load(&s->segment->tombstone_id) < tombstone->id;
}

uint64_t sx_view_last_tombstone(const struct sx_view *view)
{
    const struct sx_tombstones *t = view->tombstones;
    return t && t->count ? t->items[t->count - 1].id : 0;
}
