/* SPDX-License-Identifier: Apache-2.0 */
/* edit_apply.c -- what an operation of a manifest edit does to the state in memory.
 *
 * Why         One code applies edits when a store is opened and when a command has been committed,
 *             so the two cannot differ.
 * Threads     state_mutex held, or nobody else knows the engine yet. */
#include "base/error.h"
#include "engine/engine_priv.h"
#include "engine/merge_plan.h"

#include <inttypes.h>

static struct sx_database *database_by_id(struct sx_catalog *catalog, uint32_t id)
{
    for (size_t i = 0; i < catalog->database_count; i++)
        if (catalog->databases[i].id == id)
            return &catalog->databases[i];
    return NULL;
}

static stria_status put_database(struct sx_engine *engine, const struct sx_edit_item *item,
                                 stria_error *err)
{
    struct sx_mem *other = &engine->mems[SX_ENGINE_MEM_OTHER];
    struct sx_catalog *next = sx_catalog_copy(other, engine->catalog, 1, 0);
    if (!next)
        return sx_mem_refused(other, sizeof *next, err);
    struct sx_database *db = database_by_id(next, item->database_id);
    if (!db) {
        db = &next->databases[next->database_count];
        *db = sx_database_make(item->database_id, sx_arena_dup(&next->arena, item->name));
        db->policies = sx_arena_array(&next->arena, 1, sizeof *db->policies);
        if (!db->name.ptr || !db->policies) {
            sx_catalog_release(next);
            return sx_mem_refused(other, item->name.len, err);
        }
        next->database_count++;
    }
    memcpy(db->limits, item->limits, sizeof db->limits);
    sx_series_limits_note(engine, db);
    sx_catalog_release(engine->catalog);
    engine->catalog = next;
    return STRIA_OK;
}

static stria_status put_policy(struct sx_engine *engine, const struct sx_edit_item *item,
                               stria_error *err)
{
    struct sx_mem *other = &engine->mems[SX_ENGINE_MEM_OTHER];
    struct sx_catalog *next = sx_catalog_copy(other, engine->catalog, 0, 1);
    if (!next)
        return sx_mem_refused(other, sizeof *next, err);
    struct sx_database *db = database_by_id(next, item->database_id);
    struct sx_policy policy = item->policy;
    policy.name = sx_arena_dup(&next->arena, item->policy.name);
    stria_status st = STRIA_OK;
    if (!db)
        st = sx_fail(err, STRIA_CORRUPT, "policy %u of the unknown database %u", policy.id,
                     item->database_id);
    else if (!policy.name.ptr)
        st = sx_mem_refused(other, item->policy.name.len, err);
    if (st) {
        sx_catalog_release(next);
        return st;
    }
    size_t i = 0;
    while (i < db->policy_count && db->policies[i].id != policy.id)
        i++;
    bool is_new = i == db->policy_count;
    db->policies[i] = policy;
    db->policy_count += is_new;
    sx_catalog_release(engine->catalog);
    engine->catalog = next;
    return is_new && !sx_engine_store(engine, policy.id) ? sx_engine_add_store(engine, &policy, err)
                                                         : STRIA_OK;
}

static stria_status drop_policy(struct sx_engine *engine, uint32_t policy_id, stria_error *err)
{
    struct sx_mem *other = &engine->mems[SX_ENGINE_MEM_OTHER];
    struct sx_catalog *next = sx_catalog_copy(other, engine->catalog, 0, 0);
    if (!next)
        return sx_mem_refused(other, sizeof *next, err);
    for (size_t i = 0; i < next->database_count; i++) {
        struct sx_database *db = &next->databases[i];
        for (size_t j = 0; j < db->policy_count; j++)
            if (db->policies[j].id == policy_id) {
                memmove(&db->policies[j], &db->policies[j + 1],
                        (--db->policy_count - j) * sizeof *db->policies);
                if (db->default_policy_id == policy_id)
                    db->default_policy_id = 0;
                break;
            }
    }
    sx_catalog_release(engine->catalog);
    engine->catalog = next;
    sx_engine_drop_store(engine, policy_id);
    return STRIA_OK;
}

static stria_status drop_database(struct sx_engine *engine, uint32_t id, stria_error *err)
{
    struct sx_mem *other = &engine->mems[SX_ENGINE_MEM_OTHER];
    struct sx_catalog *next = sx_catalog_copy(other, engine->catalog, 0, 0);
    if (!next)
        return sx_mem_refused(other, sizeof *next, err);
    struct sx_database *db = database_by_id(next, id);
    if (db) {
        for (size_t i = 0; i < db->policy_count; i++)
            sx_engine_drop_store(engine, db->policies[i].id);
        size_t i = (size_t)(db - next->databases);
        memmove(db, db + 1, (--next->database_count - i) * sizeof *db);
    }
    sx_catalog_release(engine->catalog);
    engine->catalog = next;
    return STRIA_OK;
}

static stria_status set_default(struct sx_engine *engine, const struct sx_edit_item *item,
                                stria_error *err)
{
    struct sx_mem *other = &engine->mems[SX_ENGINE_MEM_OTHER];
    struct sx_catalog *next = sx_catalog_copy(other, engine->catalog, 0, 0);
    if (!next)
        return sx_mem_refused(other, sizeof *next, err);
    struct sx_database *db = database_by_id(next, item->database_id);
    if (db)
        db->default_policy_id = item->policy_id;
    sx_catalog_release(engine->catalog);
    engine->catalog = next;
    return STRIA_OK;
}

static stria_status add_segment(struct sx_engine *engine, const struct sx_segment_info *info,
                                stria_error *err)
{
    struct sx_mem *mem = &engine->mems[SX_ENGINE_MEM_SEGMENT];
    struct sx_policy_store *store = sx_engine_store(engine, info->policy_id);
    if (!store)
        return sx_fail(err, STRIA_CORRUPT, "segment %" PRIu64 " of the unknown policy %u",
                       info->segment_id, info->policy_id);
    char *path = sx_engine_segment_path(engine, info->segment_id);
    struct sx_segment *segment = path ? sx_segment_create(engine->os, mem, path, info) : NULL;
    sx_mem_free(&engine->mems[SX_ENGINE_MEM_OTHER], path);
    if (!segment)
        return sx_mem_refused(mem, sizeof *segment, err);
    if (!sx_engine_add_segment(engine, store, segment)) {
        sx_segment_release(segment);
        return sx_mem_refused(mem, 64, err);
    }
    engine->counters.next_segment_id =
        SX_MAX(engine->counters.next_segment_id, info->segment_id + 1);
    engine->counters.next_seq = SX_MAX(engine->counters.next_seq, info->last_seq + 1);
    return STRIA_OK;
}

/* While a writer opens nobody reads: a removed segment needs no waiting, only its file is a
 * left-over. Needs no memory. */
static void remove_segment(struct sx_engine *engine, uint64_t segment_id)
{
    for (size_t i = 0; i < engine->store_count; i++) {
        struct sx_policy_store *store = engine->stores[i];
        for (size_t j = 0; j < store->segment_count; j++) {
            if (store->segments[j]->info.segment_id != segment_id)
                continue;
            if (engine->options.read_only || engine->pool) {
                sx_engine_retire_segment(engine, store, j);
                return;
            }
            sx_engine_segments_changed(store);
            store->level0_count -= store->segments[j]->info.level == 0;
            sx_segment_release(store->segments[j]);
            memmove(&store->segments[j], &store->segments[j + 1],
                    (--store->segment_count - j) * sizeof *store->segments);
            return;
        }
    }
}

/* NULL: it was replaced meanwhile. */
static struct sx_segment *find_segment(struct sx_engine *engine, uint64_t segment_id)
{
    for (size_t i = 0; i < engine->store_count; i++)
        for (size_t j = 0; j < engine->stores[i]->segment_count; j++)
            if (engine->stores[i]->segments[j]->info.segment_id == segment_id)
                return engine->stores[i]->segments[j];
    return NULL;
}

static void set_aside(struct sx_engine *engine, uint64_t segment_id, bool aside)
{
    struct sx_segment *segment = find_segment(engine, segment_id);
    if (!segment)
        return;
    segment->set_aside = aside;
    if (aside)
        atomic_fetch_or(&segment->damage, SX_DAMAGE_WHOLE);
}

static void note_applied(struct sx_engine *engine, const struct sx_edit_item *item)
{
    struct sx_segment *segment = find_segment(engine, item->number);
    if (segment)
        atomic_store(&segment->tombstone_id, item->tombstone_id);
}

static stria_status keep_log(struct sx_engine *engine, uint64_t file_no, stria_error *err)
{
    struct sx_mem *other = &engine->mems[SX_ENGINE_MEM_OTHER];
    for (size_t i = 0; i < engine->kept_log_count; i++)
        if (engine->kept_logs[i] == file_no)
            return STRIA_OK;
    if (!SX_GROW(other, engine->kept_logs, engine->kept_log_capacity, engine->kept_log_count + 1))
        return sx_mem_refused(other, sizeof file_no, err);
    engine->kept_logs[engine->kept_log_count++] = file_no;
    return STRIA_OK;
}

static bool has_rows_in(const struct sx_policy_store *store, int64_t min_ts, int64_t max_ts)
{
    for (size_t i = 0; i < store->segment_count; i++)
        if (store->segments[i]->info.min_ts <= max_ts && store->segments[i]->info.max_ts >= min_ts)
            return true;
    return false;
}

/* A delete of rows of `store`: what was made of the rows of those windows is stale. Where all rows
 * had expired the rollups are all there is, and the delete masks them themselves. */
static stria_status make_stale(struct sx_engine *engine, const struct sx_policy_store *store,
                               const struct sx_tombstone *tombstone, stria_error *err)
{
    struct sx_mem *other = &engine->mems[SX_ENGINE_MEM_OTHER];
    int64_t first = sx_window_start(tombstone->time_min_ns, store->window_ns);
    for (size_t i = 0; i < engine->store_count; i++) {
        struct sx_policy_store *of = engine->stores[i];
        if (of->rollup_of != store->policy_id)
            continue;
        for (size_t j = sx_rollup_marks_from(of->marks, first);
             of->marks && j < of->marks->count &&
             of->marks->items[j].window_start <= tombstone->time_max_ns;
             j++) {
            struct sx_rollup_mark mark = of->marks->items[j];
            int64_t last = sx_merge_window_last(mark.window_start, store->window_ns);
            if ((mark.flags & SX_ROLLUP_STALE) ||
                ((mark.flags & SX_ROLLUP_FINAL) && !has_rows_in(store, mark.window_start, last)))
                continue;
            mark.flags |= SX_ROLLUP_STALE;
            if (!sx_rollup_marks_put(&of->marks, other, &mark))
                return sx_mem_refused(other, sizeof mark, err);
        }
    }
    return STRIA_OK;
}

static stria_status put_mark(struct sx_engine *engine, const struct sx_edit_item *item,
                             stria_error *err)
{
    struct sx_mem *other = &engine->mems[SX_ENGINE_MEM_OTHER];
    struct sx_policy_store *store = sx_engine_store(engine, item->policy_id);
    if (store && !sx_rollup_marks_put(&store->marks, other, &item->mark))
        return sx_mem_refused(other, sizeof item->mark, err);
    return STRIA_OK;
}

static stria_status add_tombstone(struct sx_engine *engine, const struct sx_edit_item *item,
                                  stria_error *err)
{
    struct sx_mem *other = &engine->mems[SX_ENGINE_MEM_OTHER];
    struct sx_policy_store *store = sx_engine_store(engine, item->tombstone.policy_id);
    struct sx_tombstone tombstone = item->tombstone;
    struct sx_bytes condition = item->condition;
    struct sx_tombstones *next = NULL;
    struct sx_arena arena;
    stria_status st;
    engine->counters.next_tombstone_id =
        SX_MAX(engine->counters.next_tombstone_id, tombstone.id + 1);
    if (!store)
        return STRIA_OK;
    const struct sx_tombstones *before = store->tombstones;
    if (before && before->items[before->count - 1].id >= tombstone.id)
        return sx_fail(err, STRIA_CORRUPT, "tombstone %" PRIu64 " behind tombstone %" PRIu64,
                       tombstone.id, before->items[before->count - 1].id);
    sx_arena_init(&arena, other, 1024);
    st = sx_tag_expr_take(&arena, &condition, &tombstone.tags, err);
    if (st)
        sx_error_prefix(err, "tombstone %" PRIu64, tombstone.id);
    else
        st = sx_tombstones_copy(other, store->tombstones, &tombstone, NULL, 0, &next, err);
    if (!st) {
        sx_tombstones_release(store->tombstones);
        store->tombstones = next;
        st = make_stale(engine, store, &tombstone, err);
    }
    sx_arena_deinit(&arena);
    return st;
}

/* Removals come in rows: all of a row with one copy of a list. */
#define REMOVALS_MAX 256

struct removals {
    uint64_t ids[REMOVALS_MAX];
    size_t count;
};

static bool removes_any(const struct removals *r, const struct sx_tombstones *list)
{
    for (size_t i = 0; list && i < list->count; i++)
        for (size_t j = 0; j < r->count; j++)
            if (list->items[i].id == r->ids[j])
                return true;
    return false;
}

static stria_status remove_tombstones(struct sx_engine *engine, struct removals *r,
                                      stria_error *err)
{
    struct sx_mem *other = &engine->mems[SX_ENGINE_MEM_OTHER];
    for (size_t i = 0; r->count && i < engine->store_count; i++) {
        struct sx_policy_store *store = engine->stores[i];
        struct sx_tombstones *next;
        if (!removes_any(r, store->tombstones))
            continue;
        stria_status st =
            sx_tombstones_copy(other, store->tombstones, NULL, r->ids, r->count, &next, err);
        if (st)
            return st;
        sx_tombstones_release(store->tombstones);
        store->tombstones = next->count ? next : NULL;
        if (!next->count)
            sx_tombstones_release(next);
    }
    r->count = 0;
    return STRIA_OK;
}

static stria_status apply_item(struct sx_engine *engine, const struct sx_edit_item *item,
                               stria_error *err)
{
    const struct sx_edit_type *type = &item->type;
    struct sx_policy_store *store;
    switch (item->op) {
    case SX_OP_SNAPSHOT_END:
        return STRIA_OK;
    case SX_OP_COUNTERS:
        engine->counters = item->counters;
        return STRIA_OK;
    case SX_OP_ADD_SEGMENT:
        return add_segment(engine, &item->segment, err);
    case SX_OP_REMOVE_SEGMENT:
        remove_segment(engine, item->number);
        return STRIA_OK;
    case SX_OP_FLUSHED:
        engine->flushed_generation = SX_MAX(engine->flushed_generation, item->number);
        return STRIA_OK;
    case SX_OP_CREATE_DATABASE:
        return put_database(engine, item, err);
    case SX_OP_DROP_DATABASE:
        return drop_database(engine, item->database_id, err);
    case SX_OP_PUT_POLICY:
        return put_policy(engine, item, err);
    case SX_OP_DROP_POLICY:
        return drop_policy(engine, item->policy_id, err);
    case SX_OP_DEFAULT_POLICY:
        return set_default(engine, item, err);
    case SX_OP_TYPE:
        store = sx_engine_store(engine, type->policy_id);
        return store ? sx_series_index_note_type(store->index, type->measurement, type->field,
                                                 type->type, type->first_window, type->last_window,
                                                 false, err)
                     : STRIA_OK;
    case SX_OP_KEEP_LOG:
        return keep_log(engine, item->number, err);
    case SX_OP_SET_ASIDE:
    case SX_OP_TAKE_BACK:
        set_aside(engine, item->number, item->op == SX_OP_SET_ASIDE);
        return STRIA_OK;
    case SX_OP_APPLIED:
        note_applied(engine, item);
        return STRIA_OK;
    case SX_OP_ROLLUP:
        return put_mark(engine, item, err);
    case SX_OP_ADD_TOMBSTONE:
        return add_tombstone(engine, item, err);
    case SX_OP_REMOVE_TOMBSTONE:
        break; /* remove_tombstones() */
    case SX_OP_FORGET_TYPES:
        store = sx_engine_store(engine, type->policy_id);
        if (store)
            sx_series_index_forget_types(store->index, type->measurement);
        return STRIA_OK;
    }
    return sx_fail(err, STRIA_INTERNAL, "operation %d of the manifest", (int)item->op);
}

stria_status sx_engine_apply_edit(void *context, struct sx_bytes operations, stria_error *err)
{
    struct sx_edit_item item;
    struct removals removals = {.count = 0};
    bool end = false;
    stria_status st = STRIA_OK;
    while (!st && !end) {
        st = sx_edit_take(&operations, &item, &end, err);
        bool removes = !st && !end && item.op == SX_OP_REMOVE_TOMBSTONE;
        if (!st && (!removes || removals.count == REMOVALS_MAX))
            st = remove_tombstones(context, &removals, err);
        if (removes && !st)
            removals.ids[removals.count++] = item.number;
        else if (!st && !end)
            st = apply_item(context, &item, err);
    }
    return st;
}
