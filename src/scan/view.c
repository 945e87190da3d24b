/* SPDX-License-Identifier: Apache-2.0 */
/* view.c -- see view.h. */
#include "scan/view.h"

struct sx_view *sx_view_create(struct sx_mem *mem, struct sx_catalog *catalog, uint32_t policy_id,
                               struct sx_series_index *index, struct sx_segment *const *segments,
                               size_t segment_count, struct sx_memtable *const *memtables,
                               size_t memtable_count)
{
    size_t count = segment_count + memtable_count;
    struct sx_view *view = sx_mem_zalloc(mem, sizeof *view + count * sizeof view->sources[0]);
    if (!view)
        return NULL;
    view->mem = mem;
    atomic_init(&view->reference_count, 1);
    view->catalog = catalog ? sx_catalog_acquire(catalog) : NULL;
    view->index = index ? sx_series_index_acquire(index) : NULL;
    view->policy_id = policy_id;
    for (size_t i = 0; i < segment_count; i++)
        view->sources[view->source_count++].segment = sx_segment_acquire(segments[i]);
    for (size_t i = 0; i < memtable_count; i++)
        view->sources[view->source_count++].memtable = sx_memtable_acquire(memtables[i]);
    return view;
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
    sx_catalog_release(view->catalog);
    sx_series_index_release(view->index);
    sx_mem_free(view->mem, view);
}
