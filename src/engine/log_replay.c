/* SPDX-License-Identifier: Apache-2.0 */
/* log_replay.c -- reading the log back into memtables when a store is opened.
 *
 * Algorithm   Records come in log order; each generation has its own numbers for series (slots),
 *             which are mapped to those of the index as their definitions come. The memtables of a
 *             generation join the frozen ones: they are read at once and flushed soon.
 * Threads     One: that which opens the store, or that of replay_later.c. */
#include "engine/log_replay.h"

#include "base/error.h"
#include "base/hash.h"
#include "engine/replay_later.h"
#include "wal/rows_record.h"

#include <inttypes.h>

static struct sx_slot_map *map_of(struct sx_log_replay *r, const struct sx_policy_store *store)
{
    for (size_t i = 0; i < r->map_count; i++)
        if (r->maps[i].policy_id == store->policy_id)
            return &r->maps[i];
    if (!SX_GROW(&r->engine->mems[SX_ENGINE_MEM_OTHER], r->maps, r->map_capacity, r->map_count + 1))
        return NULL;
    r->maps[r->map_count] = (struct sx_slot_map){.policy_id = store->policy_id,
                                                 .index = sx_series_index_acquire(store->index)};
    return &r->maps[r->map_count++];
}

static void forget_maps(struct sx_log_replay *r)
{
    for (size_t i = 0; i < r->map_count; i++) {
        struct sx_slot_map *map = &r->maps[i];
        for (size_t j = 0; j < map->count; j++)
            if (map->slots[j] != SX_SLOT_NONE)
                sx_series_index_unpin(map->index, map->slots[j]);
        sx_mem_free(&r->engine->mems[SX_ENGINE_MEM_OTHER], map->slots);
        sx_series_index_release(map->index);
    }
    r->map_count = 0;
}

void sx_log_replay_init(struct sx_log_replay *r, struct sx_engine *engine)
{
    *r = (struct sx_log_replay){.engine = engine};
    sx_batch_init(&r->batch, &engine->mems[SX_ENGINE_MEM_INGEST]);
}

void sx_log_replay_deinit(struct sx_log_replay *r)
{
    if (!r->engine)
        return;
    forget_maps(r);
    sx_mem_free(&r->engine->mems[SX_ENGINE_MEM_OTHER], r->maps);
    sx_batch_deinit(&r->batch);
    *r = (struct sx_log_replay){0};
}

void sx_log_replay_forget(struct sx_log_replay *r)
{
    forget_maps(r);
    r->generation = NULL;
}

/* Takes the pin of `slot` over; false: no memory, the pin is given back. */
static bool define_slot(struct sx_log_replay *r, struct sx_slot_map *map, uint32_t number,
                        uint32_t slot)
{
    size_t old = map->count;
    if (number >= old) {
        if (!SX_GROW(&r->engine->mems[SX_ENGINE_MEM_OTHER], map->slots, map->capacity,
                     (size_t)number + 1)) {
            sx_series_index_unpin(map->index, slot);
            return false;
        }
        map->count = (size_t)number + 1;
        for (size_t i = old; i < map->count; i++)
            map->slots[i] = SX_SLOT_NONE;
    }
    if (map->slots[number] != SX_SLOT_NONE)
        sx_series_index_unpin(map->index, map->slots[number]);
    map->slots[number] = slot;
    return true;
}

/* The generation as replay_later.c put it into the list. It stays there until it is whole. */
static struct sx_generation *find_generation(struct sx_engine *engine, uint64_t number)
{
    sx_mutex_lock(&engine->state_mutex);
    struct sx_generation *generation = engine->frozen;
    while (generation && generation->number != number)
        generation = generation->next;
    sx_mutex_unlock(&engine->state_mutex);
    return generation;
}

static stria_status begin_generation(struct sx_log_replay *r, uint64_t number, stria_error *err)
{
    struct sx_engine *engine = r->engine;
    if (r->generation && r->generation->number == number)
        return STRIA_OK;
    forget_maps(r);
    if (r->in_background) {
        r->generation = find_generation(engine, number);
        return r->generation ? STRIA_OK
                             : sx_fail(err, STRIA_CORRUPT,
                                       "generation %" PRIu64 " changed while it was read", number);
    }
    struct sx_generation *generation = sx_generation_create(engine, number);
    if (!generation)
        return sx_mem_refused(&engine->mems[SX_ENGINE_MEM_OTHER], sizeof *generation, err);
    *engine->frozen_last = generation;
    engine->frozen_last = &generation->next;
    engine->frozen_count++;
    r->generation = generation;
    return STRIA_OK;
}

/* Gives the series of a decoded batch their slots; *known: all have one. */
static stria_status resolve_series(struct sx_log_replay *r, struct sx_policy_store *store,
                                   bool *known, stria_error *err)
{
    struct sx_batch *b = &r->batch;
    struct sx_slot_map *map = map_of(r, store);
    *known = true;
    if (!map)
        return sx_mem_refused(&r->engine->mems[SX_ENGINE_MEM_OTHER], sizeof *map, err);
    for (size_t i = 0; i < b->series_count; i++) {
        struct sx_batch_series *series = &b->series[i];
        uint32_t number = series->slot;
        if (series->key.len) {
            stria_status st = sx_series_index_resolve(store->index, series->key, series->hash, NULL,
                                                      &series->slot, err);
            if (st)
                return st;
            if (!define_slot(r, map, number, series->slot))
                return sx_mem_refused(&r->engine->mems[SX_ENGINE_MEM_OTHER], number, err);
        } else {
            series->slot = number < map->count ? map->slots[number] : SX_SLOT_NONE;
            *known = *known && series->slot != SX_SLOT_NONE;
        }
    }
    return STRIA_OK;
}

static stria_status resolve_schemas(struct sx_log_replay *r, struct sx_policy_store *store,
                                    stria_error *err)
{
    struct sx_batch *b = &r->batch;
    for (size_t i = 0; i < b->schema_count; i++) {
        const struct sx_schema *schema;
        stria_status st = sx_series_index_schema(store->index, &b->schemas[i], &schema, err);
        if (st)
            return st;
        b->schemas[i].resolved = schema;
    }
    return STRIA_OK;
}

/* Whether a measurement was dropped after the rows of a generation: its types are forgotten. */
static bool was_dropped(const struct sx_policy_store *store, uint64_t generation,
                        struct sx_bytes measurement)
{
    for (size_t i = 0; store->tombstones && i < store->tombstones->count; i++) {
        const struct sx_tombstone *t = &store->tombstones->items[i];
        if (t->generation > generation && sx_tombstone_is_whole(t) && !t->all_measurements &&
            sx_bytes_equal(t->measurement, measurement))
            return true;
    }
    return false;
}

static stria_status note_run_types(const struct sx_log_replay *r,
                                   const struct sx_policy_store *store,
                                   const struct sx_batch_run *run,
                                   const struct sx_batch_schema *schema, stria_error *err)
{
    size_t size = sx_row_size(schema->column_count, run->has_presence);
    const uint8_t *row = r->batch.rows.ptr + run->offset;
    int64_t last = INT64_MAX;
    for (uint32_t j = 0; j < run->row_count; j++, row += size) {
        int64_t window = sx_window_start((int64_t)sx_get_u64(row + SX_ROW_TIME), store->window_ns);
        if (j && window == last)
            continue;
        last = window;
        for (uint32_t c = 0; c < schema->column_count; c++) {
            stria_status st = sx_series_index_note_type(
                store->index, schema->measurement, schema->columns[c].name, schema->columns[c].type,
                window, window, true, err);
            if (st)
                return st;
        }
    }
    return STRIA_OK;
}

/* The types of logged rows are true, whatever else is known. */
static stria_status note_types(struct sx_log_replay *r, struct sx_policy_store *store,
                               uint64_t generation, stria_error *err)
{
    struct sx_batch *b = &r->batch;
    stria_status st = STRIA_OK;
    for (size_t i = 0; i < b->run_count && !st; i++) {
        const struct sx_batch_schema *schema = &b->schemas[b->runs[i].schema];
        if (!was_dropped(store, generation, schema->measurement))
            st = note_run_types(r, store, &b->runs[i], schema, err);
    }
    return st;
}

/* Reserves and applies without a log: it is there already. */
static stria_status apply_batch(struct sx_log_replay *r, struct sx_policy_store *store,
                                uint64_t seq, stria_error *err)
{
    struct sx_memtable_place place;
    struct sx_memtable *memtable = NULL;
    stria_status st = sx_generation_memtable(r->engine, r->generation, store->policy_id,
                                             store->index, &memtable, err);
    if (!st)
        st = sx_memtable_reserve(memtable, &r->batch, &place, err);
    if (!st)
        sx_memtable_apply(memtable, &r->batch, &place, seq);
    sx_memtable_release(memtable);
    return st;
}

/* What replay needs of a policy's store, with references; false: there is none. */
static bool find_store(struct sx_log_replay *r, uint32_t policy_id, struct sx_policy_store *out)
{
    struct sx_engine *engine = r->engine;
    if (r->in_background)
        sx_mutex_lock(&engine->state_mutex);
    const struct sx_policy_store *store = sx_engine_store(engine, policy_id);
    if (store)
        *out = (struct sx_policy_store){.policy_id = policy_id,
                                        .window_ns = store->window_ns,
                                        .index = sx_series_index_acquire(store->index),
                                        .tombstones = sx_tombstones_acquire(store->tombstones)};
    if (r->in_background)
        sx_mutex_unlock(&engine->state_mutex);
    else if (!store && policy_id >= engine->counters.next_policy_id)
        r->early_row_count += r->batch.row_count;
    return store != NULL;
}

static stria_status replay_rows(struct sx_log_replay *r, struct sx_policy_store *store,
                                const struct sx_replay_record *record, stria_error *err)
{
    size_t row_count = r->batch.row_count;
    bool known;
    stria_status st = resolve_series(r, store, &known, err);
    if (!st && !known) {
        r->lost_row_count += row_count;
        return STRIA_OK;
    }
    if (!st)
        st = resolve_schemas(r, store, err);
    if (!st)
        st = note_types(r, store, record->generation, err);
    if (!st)
        st = apply_batch(r, store, record->seq, err);
    if (!st)
        atomic_fetch_add(&r->engine->counts.replayed_rows, row_count);
    return st;
}

stria_status sx_log_replay_record(void *context, const struct sx_replay_record *record,
                                  stria_error *err)
{
    struct sx_log_replay *r = context;
    struct sx_rows_record rows;
    sx_batch_clear(&r->batch);
    stria_status st = sx_rows_record_get(record->payload, &rows, &r->batch, err);
    if (!st)
        st = begin_generation(r, record->generation, err);
    if (st)
        return st;
    if (r->batch.row_count == 0)
        return STRIA_OK;
    struct sx_policy_store store;
    if (!find_store(r, rows.policy_id, &store))
        return STRIA_OK; /* the policy was dropped since */
    st = replay_rows(r, &store, record, err);
    sx_series_index_release(store.index);
    sx_tombstones_release(store.tombstones);
    return st;
}

static void note_damage(void *context, const char *path, uint64_t offset, const char *text)
{
    struct sx_log_replay *r = context;
    (void)path;
    (void)offset;
    (void)text;
    atomic_fetch_add(&r->engine->counts.log_damage, 1);
}

static stria_status replay_log(struct sx_engine *engine, struct sx_replay_result *result,
                               stria_error *err)
{
    struct sx_log_replay r;
    sx_log_replay_init(&r, engine);
    struct sx_replay_options options = {.mem = &engine->mems[SX_ENGINE_MEM_WAL],
                                        .events = &engine->events,
                                        .each = sx_log_replay_record,
                                        .on_damage = note_damage,
                                        .context = &r};
    stria_status st = sx_wal_read(engine->wal, engine->flushed_generation, &options, result, err);
    atomic_store(&engine->counts.replayed_bytes, result->byte_count);
    if (!st && (result->frame_count || result->damage_count))
        sx_event(&engine->events, result->damage_count ? STRIA_LEVEL_ERROR : STRIA_LEVEL_INFO,
                 "recovery",
                 "frames=%" PRIu64 " rows=%" PRIu64 " bytes=%" PRIu64 " cut_frames=%" PRIu64
                 " damaged=%" PRIu64 " lost_rows=%" PRIu64,
                 result->frame_count, (uint64_t)atomic_load(&engine->counts.replayed_rows),
                 result->byte_count, result->cut_count, result->damage_count, r.lost_row_count);
    sx_log_replay_deinit(&r);
    return st;
}

/* Damaged files stay when their generations are flushed, for whoever can read more of them; the
 * manifest remembers them, else the next start would use them again. */
static stria_status keep_damaged(struct sx_engine *engine, stria_error *err)
{
    struct sx_buf ops;
    stria_status st = STRIA_OK;
    sx_buf_init(&ops, &engine->mems[SX_ENGINE_MEM_OTHER], (size_t)1 << 20);
    for (uint64_t no = sx_wal_next_damaged(engine->wal, 0); no;
         no = sx_wal_next_damaged(engine->wal, no)) {
        bool known = false;
        for (size_t i = 0; i < engine->kept_log_count; i++)
            known = known || engine->kept_logs[i] == no;
        if (!known)
            sx_edit_put_number(&ops, SX_OP_KEEP_LOG, no);
    }
    if (ops.failed)
        st = sx_buf_refused(&ops, "manifest edit", err);
    else if (ops.len)
        st = sx_manifest_commit(engine->manifest, sx_buf_bytes(&ops), err);
    if (!st)
        st = sx_engine_apply_edit(engine, sx_buf_bytes(&ops), err);
    sx_buf_deinit(&ops);
    return st;
}

/* The next generation: later than all that anything was ever said about. */
static uint64_t next_generation(const struct sx_engine *engine,
                                const struct sx_replay_result *result)
{
    uint64_t last = SX_MAX(engine->flushed_generation, result->last_generation);
    for (size_t i = 0; i < engine->store_count; i++) {
        const struct sx_tombstones *t = engine->stores[i]->tombstones;
        if (engine->stores[i]->rollup_of)
            continue; /* rollups count generations of their own */
        /* With its log files lost, say: a tombstone must not mask what is written from now on. */
        for (size_t j = 0; t && j < t->count; j++)
            last = SX_MAX(last, t->items[j].generation);
    }
    return last + 1;
}

stria_status sx_engine_open_log(struct sx_engine *engine, stria_error *err)
{
    struct sx_replay_result result;
    struct sx_wal_options options = {.os = engine->os,
                                     .mem = &engine->mems[SX_ENGINE_MEM_WAL],
                                     .dir = engine->wal_dir,
                                     .store_id = sx_get_u64(engine->store_uuid),
                                     .events = &engine->events};
    stria_status st = sx_wal_open(&options, &engine->wal, err);
    for (size_t i = 0; !st && i < engine->kept_log_count; i++)
        sx_wal_keep(engine->wal, engine->kept_logs[i]);
    if (!st)
        st = engine->options.thread_count ? sx_replay_later_scan(engine, &result, err)
                                          : replay_log(engine, &result, err);
    if (!st)
        st = keep_damaged(engine, err);
    if (!st)
        st = sx_replay_later_prepare(engine, err);
    if (st)
        return st;
    engine->counters.next_seq = SX_MAX(engine->counters.next_seq, result.next_seq);
    uint64_t number = next_generation(engine, &result);
    engine->active = sx_generation_create(engine, number);
    if (!engine->active)
        return sx_mem_refused(&engine->mems[SX_ENGINE_MEM_OTHER], sizeof *engine->active, err);
    uint64_t flushed = engine->flushed_generation;
    st = sx_engine_pass_empty_generations(engine, err);
    if (!st)
        st = sx_wal_start(engine->wal, number, engine->counters.next_seq, &result, err);
    if (!st && engine->flushed_generation > flushed)
        sx_wal_release(engine->wal, engine->flushed_generation);
    return st;
}
