/* SPDX-License-Identifier: Apache-2.0 */
/* engine.c -- the members of a store: policies, generations, segments, views. */
#include "engine/engine.h"

#include "base/error.h"
#include "engine/engine_priv.h"

#include <inttypes.h>
#include <stdio.h>

struct sx_mem *sx_engine_mem(struct sx_engine *engine, enum sx_engine_mem which)
{
    return &engine->mems[which];
}

struct sx_os *sx_engine_os(struct sx_engine *engine)
{
    return engine->os;
}

uint64_t sx_engine_memory_size(const struct sx_engine *engine)
{
    return atomic_load(&engine->root.limit);
}

struct sx_catalog *sx_engine_catalog(struct sx_engine *engine)
{
    sx_mutex_lock(&engine->state_mutex);
    struct sx_catalog *catalog = sx_catalog_acquire(engine->catalog);
    sx_mutex_unlock(&engine->state_mutex);
    return catalog;
}

/* ---- stores of policies ---- */

struct sx_policy_store *sx_engine_store(struct sx_engine *engine, uint32_t policy_id)
{
    for (size_t i = 0; i < engine->store_count; i++)
        if (engine->stores[i]->policy_id == policy_id)
            return engine->stores[i];
    return NULL;
}

stria_status sx_engine_add_store(struct sx_engine *engine, const struct sx_policy *policy,
                                 stria_error *err)
{
    struct sx_mem *other = &engine->mems[SX_ENGINE_MEM_OTHER];
    if (!SX_GROW(other, engine->stores, engine->store_capacity, engine->store_count + 1))
        return sx_mem_refused(other, sizeof *engine->stores, err);
    struct sx_policy_store *store = sx_mem_zalloc(other, sizeof *store);
    if (!store)
        return sx_mem_refused(other, sizeof *store, err);
    store->policy_id = policy->id;
    store->window_ns = policy->window_ns;
    store->rollup_of = policy->rollup_of;
    store->rollup_ns = policy->rollup_ns;
    store->index = sx_series_index_create(&engine->mems[SX_ENGINE_MEM_INDEX], policy->id,
                                          ++engine->next_index_id, policy->window_ns);
    if (!store->index) {
        sx_mem_free(other, store);
        return sx_mem_refused(&engine->mems[SX_ENGINE_MEM_INDEX], 256, err);
    }
    engine->stores[engine->store_count++] = store;
    return STRIA_OK;
}

void sx_engine_drop_store(struct sx_engine *engine, uint32_t policy_id)
{
    for (size_t i = 0; i < engine->store_count; i++) {
        struct sx_policy_store *store = engine->stores[i];
        if (store->policy_id != policy_id)
            continue;
        while (store->segment_count)
            sx_engine_retire_segment(engine, store, store->segment_count - 1);
        sx_engine_segments_changed(store);
        sx_series_index_release(store->index);
        sx_tombstones_release(store->tombstones);
        sx_rollup_marks_release(store->marks);
        sx_mem_free(&engine->mems[SX_ENGINE_MEM_OTHER], store->segments);
        sx_mem_free(&engine->mems[SX_ENGINE_MEM_OTHER], store);
        engine->stores[i] = engine->stores[--engine->store_count];
        return;
    }
}

/* ---- segments ---- */

/* The next view makes a new list. Whoever holds the old one keeps its segments. */
void sx_engine_segments_changed(struct sx_policy_store *store)
{
    sx_segment_list_release(store->list);
    store->list = NULL;
}

char *sx_engine_segment_path(struct sx_engine *engine, uint64_t segment_id)
{
    size_t size = strlen(engine->seg_dir) + sizeof "/0123456789abcdef.seg";
    char *path = sx_mem_alloc(&engine->mems[SX_ENGINE_MEM_OTHER], size);
    if (path)
        (void)snprintf(path, size, "%s/%016" PRIx64 ".seg", engine->seg_dir, segment_id);
    return path;
}

/* Older generations first; inside one generation (pieces split by key, or by window) by id. */
static bool comes_before(const struct sx_segment_info *a, const struct sx_segment_info *b)
{
    if (a->last_generation != b->last_generation)
        return a->last_generation < b->last_generation;
    return a->segment_id < b->segment_id;
}

bool sx_engine_add_segment(struct sx_engine *engine, struct sx_policy_store *store,
                           struct sx_segment *segment)
{
    if (!SX_GROW(&engine->mems[SX_ENGINE_MEM_OTHER], store->segments, store->segment_capacity,
                 store->segment_count + 1))
        return false;
    if (!engine->options.read_only)
        segment->added_edit = sx_manifest_edit_seq(engine->manifest);
    segment->files = &engine->segment_files;
    segment->loads = &engine->segment_loads;
    sx_engine_segments_changed(store);
    size_t i = store->segment_count++;
    for (; i > 0 && comes_before(&segment->info, &store->segments[i - 1]->info); i--)
        store->segments[i] = store->segments[i - 1];
    store->segments[i] = segment;
    store->level0_count += segment->info.level == 0;
    return true;
}

void sx_engine_retire_segment(struct sx_engine *engine, struct sx_policy_store *store, size_t i)
{
    struct sx_segment *segment = store->segments[i];
    uint64_t edit_seq = engine->options.read_only ? engine->readers.state_edit
                                                  : sx_manifest_edit_seq(engine->manifest);
    sx_engine_segments_changed(store);
    store->segment_count--;
    store->level0_count -= segment->info.level == 0;
    memmove(&store->segments[i], &store->segments[i + 1],
            (store->segment_count - i) * sizeof *store->segments);
    atomic_fetch_add(&engine->counts.retired_segments, 1);
    sx_engine_keep_retired(engine, segment, edit_seq);
}

void sx_engine_keep_retired(struct sx_engine *engine, struct sx_segment *segment, uint64_t edit_seq)
{
    if (SX_GROW(&engine->mems[SX_ENGINE_MEM_OTHER], engine->retired, engine->retired_capacity,
                engine->retired_count + 1))
        engine->retired[engine->retired_count++] =
            (struct sx_retired){.segment = segment,
                                .since_ns = sx_os_mono_ns(engine->os),
                                .edit_seq = edit_seq,
                                .added_edit = segment->added_edit};
    else
        sx_segment_release(segment); /* its file stays until the next open finds it */
}

/* The first retired segment from *at on that nobody in this process needs and that is old enough;
 * *at: its place. *retired is a copy: its segment may be gone as soon as this returns, until
 * take_retired() said that it is not. False: none. */
static bool next_retired(struct sx_engine *engine, int64_t now, bool all, size_t *at,
                         struct sx_retired *retired)
{
    bool found = false;
    sx_mutex_lock(&engine->state_mutex);
    for (; *at < engine->retired_count && !found; ++*at) {
        struct sx_retired *r = &engine->retired[*at];
        bool idle = atomic_load(&r->segment->reference_count) == 1;
        /* Only its name waits: a stretch of merges would else fill the memory. */
        if (idle && !r->unloaded) {
            sx_segment_unload(r->segment);
            r->unloaded = true;
        }
        *retired = *r;
        found = idle && (all || now - r->since_ns >= SX_UNLINK_DELAY_NS);
        if (found)
            break;
    }
    sx_mutex_unlock(&engine->state_mutex);
    return found;
}

/* Takes it out of the list; false: somebody else did, or looks at it by now. */
static bool take_retired(struct sx_engine *engine, size_t at, const struct sx_retired *retired)
{
    sx_mutex_lock(&engine->state_mutex);
    /* The segment is looked at only when it is sure to be there still. */
    bool there = at < engine->retired_count && engine->retired[at].segment == retired->segment &&
                 engine->retired[at].edit_seq == retired->edit_seq &&
                 atomic_load(&engine->retired[at].segment->reference_count) == 1;
    if (there)
        engine->retired[at] = engine->retired[--engine->retired_count];
    sx_mutex_unlock(&engine->state_mutex);
    return there;
}

static void unlink_segment(struct sx_engine *engine, struct sx_segment *segment)
{
    struct sx_os *os = engine->os;
    struct sx_file_info info = {0};
    stria_error err = {0};
    (void)os->ops->stat(os, segment->path, &info, NULL);
    if (os->ops->unlink(os, segment->path, &err)) {
        if (err.code != STRIA_NOT_FOUND)
            sx_event(&engine->events, STRIA_LEVEL_WARN, "unlink", "text=\"%s\"", err.text);
    } else if (info.link_count > 1) {
        atomic_fetch_add(&engine->counts.snapshot_bytes, info.size);
    }
    sx_segment_release(segment);
}

void sx_engine_unlink_retired(struct sx_engine *engine, bool all)
{
    int64_t now = sx_os_mono_ns(engine->os);
    bool low = atomic_load(&engine->disk_state) >= SX_DISK_LOW;
    struct sx_retired retired;
    size_t at = 0;
    if (!next_retired(engine, now, all || low, &at, &retired) ||
        (!low && sx_readers_reading(engine)))
        return;
    while (next_retired(engine, now, all || low, &at, &retired)) {
        bool free = low || !sx_readers_pin(engine, retired.added_edit, retired.edit_seq);
        if (free && take_retired(engine, at, &retired))
            unlink_segment(engine, retired.segment);
        else
            at++;
    }
}

/* ---- generations ---- */

struct sx_generation *sx_generation_create(struct sx_engine *engine, uint64_t number)
{
    struct sx_mem *mem = &engine->mems[SX_ENGINE_MEM_OTHER];
    struct sx_generation *generation = sx_mem_zalloc(mem, sizeof *generation);
    if (!generation)
        return NULL;
    generation->mem = mem;
    generation->number = number;
    generation->created_ns = sx_os_mono_ns(engine->os);
    atomic_init(&generation->reference_count, 1);
    sx_mutex_init(&generation->mutex);
    return generation;
}

struct sx_generation *sx_generation_acquire(struct sx_generation *generation)
{
    atomic_fetch_add_explicit(&generation->reference_count, 1, memory_order_relaxed);
    return generation;
}

void sx_generation_release(struct sx_generation *generation)
{
    if (!generation ||
        atomic_fetch_sub_explicit(&generation->reference_count, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < generation->table_count; i++)
        sx_memtable_release(generation->tables[i].memtable);
    sx_mem_free(generation->mem, generation->tables);
    sx_mutex_deinit(&generation->mutex);
    sx_mem_free(generation->mem, generation);
}

stria_status sx_generation_memtable(struct sx_engine *engine, struct sx_generation *generation,
                                    uint32_t policy_id, struct sx_series_index *index,
                                    struct sx_memtable **memtable, stria_error *err)
{
    struct sx_mem *mem = &engine->mems[SX_ENGINE_MEM_MEMTABLE];
    *memtable = NULL;
    sx_mutex_lock(&generation->mutex);
    for (size_t i = 0; i < generation->table_count && !*memtable; i++)
        if (generation->tables[i].policy_id == policy_id)
            *memtable = generation->tables[i].memtable;
    if (!*memtable && SX_GROW(generation->mem, generation->tables, generation->table_capacity,
                              generation->table_count + 1)) {
        *memtable = sx_memtable_create(mem, generation->number, index);
        if (*memtable)
            generation->tables[generation->table_count++] =
                (struct sx_generation_table){.policy_id = policy_id, .memtable = *memtable};
    }
    if (*memtable)
        sx_memtable_acquire(*memtable);
    sx_mutex_unlock(&generation->mutex);
    return *memtable ? STRIA_OK : sx_mem_refused(mem, 1024, err);
}

size_t sx_generation_size(struct sx_generation *generation)
{
    size_t size = 0;
    sx_mutex_lock(&generation->mutex);
    for (size_t i = 0; i < generation->table_count; i++)
        size += sx_memtable_size(generation->tables[i].memtable);
    sx_mutex_unlock(&generation->mutex);
    return size;
}

uint64_t sx_generation_row_count(struct sx_generation *generation)
{
    uint64_t count = 0;
    sx_mutex_lock(&generation->mutex);
    for (size_t i = 0; i < generation->table_count; i++)
        count += sx_memtable_row_count(generation->tables[i].memtable);
    sx_mutex_unlock(&generation->mutex);
    return count;
}

/* ---- views ---- */

/* The memtable of a policy in a generation, if it has one; no reference. */
static struct sx_memtable *find_memtable(struct sx_generation *generation, uint32_t policy_id)
{
    struct sx_memtable *memtable = NULL;
    sx_mutex_lock(&generation->mutex);
    for (size_t i = 0; i < generation->table_count; i++)
        if (generation->tables[i].policy_id == policy_id)
            memtable = generation->tables[i].memtable;
    sx_mutex_unlock(&generation->mutex);
    return memtable;
}

/* The policy's segments as they are now, made once for all views of this state. NULL: no memory. */
static struct sx_segment_list *segment_list(struct sx_engine *engine, struct sx_policy_store *store)
{
    if (!store->list)
        store->list = sx_segment_list_create(&engine->mems[SX_ENGINE_MEM_OTHER], store->segments,
                                             store->segment_count);
    return store->list;
}

/* Adds what there is of rollups to a view. state_mutex held. False: no memory. */
static bool add_rollups(struct sx_engine *engine, const struct sx_policy_store *store,
                        struct sx_view *view)
{
    for (size_t i = 0; i < engine->store_count && view->rollup_count < SX_ROLLUPS_MAX; i++) {
        struct sx_policy_store *rollup = engine->stores[i];
        if (rollup->rollup_of != store->policy_id || !rollup->marks || !rollup->marks->count)
            continue;
        struct sx_view_parts parts = {.catalog = engine->catalog,
                                      .policy_id = rollup->policy_id,
                                      .index = rollup->index,
                                      .tombstones = rollup->tombstones,
                                      .list = segment_list(engine, rollup)};
        struct sx_view *rollups = parts.list ? sx_view_create(view->mem, &parts) : NULL;
        if (!rollups)
            return false;
        sx_view_add_rollups(view, store->window_ns, rollup->rollup_ns, rollup->marks, rollups);
    }
    return true;
}

stria_status sx_engine_view(struct sx_engine *engine, uint32_t policy_id, struct sx_view **view,
                            stria_error *err)
{
    struct sx_mem *mem = &engine->mems[SX_ENGINE_MEM_QUERY];
    struct sx_memtable *small[16], **memtables = small;
    size_t count = 0;
    stria_status st = STRIA_OK;
    *view = NULL;
    sx_mutex_lock(&engine->state_mutex);
    st = sx_engine_await_replay(engine, err);
    if (st)
        goto done;
    struct sx_policy_store *store = sx_engine_store(engine, policy_id);
    if (!store) {
        st = sx_fail(err, STRIA_NOT_FOUND, "the retention policy was dropped");
        goto done;
    }
    if (engine->frozen_count + 1 > SX_COUNT_OF(small)) {
        memtables = sx_mem_alloc(mem, (engine->frozen_count + 1) * sizeof *memtables);
        if (!memtables) {
            st = sx_mem_refused(mem, engine->frozen_count * sizeof *memtables, err);
            goto done;
        }
    }
    for (struct sx_generation *g = engine->frozen; g; g = g->next) {
        memtables[count] = find_memtable(g, policy_id);
        count += memtables[count] != NULL;
    }
    if (engine->active) {
        memtables[count] = find_memtable(engine->active, policy_id);
        count += memtables[count] != NULL;
    }
    struct sx_view_parts parts = {.catalog = engine->catalog,
                                  .policy_id = policy_id,
                                  .index = store->index,
                                  /* that of rollups has no series */
                                  .index_knows_types = !store->rollup_of,
                                  .tombstones = store->tombstones,
                                  .list = segment_list(engine, store),
                                  .memtables = memtables,
                                  .memtable_count = count};
    *view = parts.list ? sx_view_create(mem, &parts) : NULL;
    if (*view && !add_rollups(engine, store, *view)) {
        sx_view_release(*view);
        *view = NULL;
    }
    if (!*view)
        st = sx_mem_refused(mem, sizeof **view, err);
    if (memtables != small)
        sx_mem_free(mem, memtables);
done:
    sx_mutex_unlock(&engine->state_mutex);
    return st;
}

/* ---- the state as operations ---- */

struct put_types {
    struct sx_buf *out;
    uint32_t policy_id;
};

static stria_status put_type(void *context, struct sx_bytes measurement, struct sx_bytes field,
                             const struct sx_type_range *range, stria_error *err)
{
    struct put_types *put = context;
    struct sx_edit_type type = {.policy_id = put->policy_id,
                                .measurement = measurement,
                                .field = field,
                                .type = range->type,
                                .first_window = range->first_window,
                                .last_window = range->last_window};
    (void)err;
    sx_edit_put_type(put->out, &type);
    return STRIA_OK;
}

void sx_engine_put_types(const struct sx_policy_store *store, uint32_t policy_id, bool all,
                         struct sx_buf *out)
{
    struct put_types put = {.out = out, .policy_id = policy_id};
    (void)sx_series_index_each_type(store->index, all, put_type, &put, NULL);
}

void sx_engine_put_stored(struct sx_engine *engine, struct sx_buf *out)
{
    sx_edit_put_counters(out, &engine->counters);
    sx_mutex_lock(&engine->state_mutex);
    const struct sx_catalog *catalog = engine->catalog;
    for (size_t i = 0; i < catalog->database_count; i++) {
        const struct sx_database *db = &catalog->databases[i];
        sx_edit_put_database(out, db);
        for (size_t j = 0; j < db->policy_count; j++)
            sx_edit_put_policy(out, db->id, &db->policies[j]);
        sx_edit_put_default(out, db->id, db->default_policy_id);
    }
    for (size_t i = 0; i < engine->store_count; i++) {
        const struct sx_policy_store *store = engine->stores[i];
        for (size_t j = 0; j < store->segment_count; j++) {
            uint64_t applied = atomic_load(&store->segments[j]->tombstone_id);
            sx_edit_put_segment(out, &store->segments[j]->info);
            if (applied > store->segments[j]->info.tombstone_id)
                sx_edit_put_applied(out, store->segments[j]->info.segment_id, applied);
            if (store->segments[j]->set_aside)
                sx_edit_put_number(out, SX_OP_SET_ASIDE, store->segments[j]->info.segment_id);
        }
        for (size_t j = 0; store->tombstones && j < store->tombstones->count; j++)
            sx_edit_put_tombstone(out, &store->tombstones->items[j]);
        sx_engine_put_types(store, store->policy_id, true, out);
    }
    /* Behind all tombstones, which make marks stale. */
    for (size_t i = 0; i < engine->store_count; i++) {
        const struct sx_policy_store *store = engine->stores[i];
        for (size_t j = 0; store->marks && j < store->marks->count; j++)
            sx_edit_put_rollup(out, store->policy_id, &store->marks->items[j]);
    }
    sx_edit_put_number(out, SX_OP_FLUSHED, engine->flushed_generation);
    sx_mutex_unlock(&engine->state_mutex);
}

void sx_engine_put_state(void *context, struct sx_buf *out)
{
    struct sx_engine *engine = context;
    sx_engine_put_stored(engine, out);
    for (size_t i = 0; i < engine->kept_log_count; i++)
        sx_edit_put_number(out, SX_OP_KEEP_LOG, engine->kept_logs[i]);
}

/* ---- series handles ---- */

stria_status sx_engine_pin_series(struct sx_engine *engine, uint32_t policy_id, struct sx_bytes key,
                                  uint64_t hash, struct sx_series_hint *hint, stria_error *err)
{
    uint32_t slot, offender;
    sx_mutex_lock(&engine->state_mutex);
    struct sx_policy_store *store = sx_engine_store(engine, policy_id);
    bool is_rollup = store && store->rollup_of;
    struct sx_series_index *index =
        store && !is_rollup ? sx_series_index_acquire(store->index) : NULL;
    sx_mutex_unlock(&engine->state_mutex);
    if (is_rollup)
        return sx_fail(err, STRIA_INVALID,
                       "the retention policy holds rollups: nobody writes to it but the store");
    if (!index)
        return sx_fail(err, STRIA_NOT_FOUND, "the retention policy was dropped");
    stria_status st =
        sx_series_limits_resolve(engine, policy_id, index, key, hash, hint, &slot, &offender, err);
    if (!st && slot == SX_SLOT_NONE) {
        sx_series_limits_count(engine, offender, 1);
        st = STRIA_LIMIT;
    }
    sx_series_index_release(index);
    return st;
}

void sx_engine_unpin_series(struct sx_engine *engine, uint32_t policy_id,
                            const struct sx_series_hint *hint)
{
    sx_mutex_lock(&engine->state_mutex);
    struct sx_policy_store *store = sx_engine_store(engine, policy_id);
    if (store && sx_series_index_id(store->index) == hint->index_id)
        sx_series_index_unpin(store->index, hint->slot);
    sx_mutex_unlock(&engine->state_mutex);
}
