/* SPDX-License-Identifier: Apache-2.0 */
/* budget.c -- see budget.h. */
#include "engine/budget.h"

#include "base/error.h"

#include <inttypes.h>

#define MEMTABLES_MAX_HALVES 7 /* of a memtable's size: two that are frozen, one and a half more */
#define MERGE_RUN_SIZE ((uint64_t)2 << 20) /* a reader's share of a merge: one stripe's directory */
#define MERGE_RUNS_MIN 2
#define SEGMENT_INDEX_MIN ((size_t)1 << 20)
#define MERGE_INDEX_MIN ((size_t)256 << 10)
#define LOADS_MIN ((size_t)1 << 20)
#define IDLE_GENERATIONS 8
#define EVICT_SLOTS 65536 /* looked at in one step */

enum group { OF_STORE, OF_SHARED, OF_REQUESTS };

struct share {
    const char *name;
    enum group group;
    uint8_t parts; /* its cap, in sixteenths of the store's memory */
};

#define REQUEST_PARTS 13
#define WHOLE 16
/* What a flush and the parts without a cap find at least, and a merge besides; a small store keeps
 * more than that, but no more than a sixth and a quarter. */
#define FLUSH_PARTS 2
#define MERGE_PARTS 1
#define SCARCE_PARTS 4
#define FLUSH_SIZE_MIN ((size_t)3 << 20)
#define MERGE_SIZE_MIN ((size_t)5 << 20)

static const struct share shares[SX_ENGINE_MEM_COUNT] = {
    [SX_ENGINE_MEM_INGEST] = {"ingest", OF_REQUESTS, REQUEST_PARTS},
    [SX_ENGINE_MEM_QUERY] = {"query", OF_REQUESTS, 8},
    [SX_ENGINE_MEM_HOST] = {"host", OF_REQUESTS, REQUEST_PARTS},
    [SX_ENGINE_MEM_MEMTABLE] = {"memtable", OF_REQUESTS, REQUEST_PARTS},
    [SX_ENGINE_MEM_INDEX] = {"index", OF_REQUESTS, 10},
    [SX_ENGINE_MEM_SEGMENT] = {"segment", OF_STORE, WHOLE},
    [SX_ENGINE_MEM_WAL] = {"wal", OF_STORE, WHOLE},
    [SX_ENGINE_MEM_FLUSH] = {"flush", OF_STORE, WHOLE},
    [SX_ENGINE_MEM_MERGE] = {"merge", OF_SHARED, 8},
    [SX_ENGINE_MEM_OTHER] = {"other", OF_STORE, WHOLE},
};

static size_t part_of(const struct sx_engine *engine, unsigned parts)
{
    return (size_t)(atomic_load(&engine->root.limit) / WHOLE * parts);
}

/* The limits of the groups; 0: none. */
static void divide(const struct sx_engine *engine, size_t *shared, size_t *requests)
{
    size_t whole = (size_t)atomic_load(&engine->root.limit);
    *shared = whole - SX_MAX(part_of(engine, FLUSH_PARTS), SX_MIN(FLUSH_SIZE_MIN, whole / 6));
    *requests = *shared - SX_MAX(part_of(engine, MERGE_PARTS), SX_MIN(MERGE_SIZE_MIN, whole / 4));
}

void sx_budget_init(struct sx_engine *engine)
{
    struct sx_mem *groups[] = {[OF_STORE] = &engine->root,
                               [OF_SHARED] = &engine->shared,
                               [OF_REQUESTS] = &engine->requests};
    size_t shared, requests;
    divide(engine, &shared, &requests);
    sx_mem_init(&engine->shared, &engine->root, "shared", shared);
    sx_mem_init(&engine->requests, &engine->shared, "requests", requests);
    for (size_t i = 0; i < SX_ENGINE_MEM_COUNT; i++) {
        const struct share *share = &shares[i];
        sx_mem_init(&engine->mems[i], groups[share->group], share->name,
                    share->parts == WHOLE ? 0 : part_of(engine, share->parts));
    }
}

void sx_budget_deinit(struct sx_engine *engine)
{
    for (size_t i = 0; i < SX_ENGINE_MEM_COUNT; i++)
        sx_mem_deinit(&engine->mems[i]);
    sx_mem_deinit(&engine->requests);
    sx_mem_deinit(&engine->shared);
}

uint64_t sx_budget_memtables_max(const struct sx_engine *engine)
{
    return engine->memtable_size / 2 * MEMTABLES_MAX_HALVES;
}

size_t sx_budget_merge_runs(const struct sx_engine *engine)
{
    size_t runs = (size_t)2 * SX_MERGE_FAN_IN;
    if (atomic_load(&engine->root.limit))
        runs = (size_t)SX_MIN(part_of(engine, 4) / MERGE_RUN_SIZE, runs);
    if (engine->merge_runs_max)
        runs = SX_MIN(runs, engine->merge_runs_max);
    return SX_MAX(runs, MERGE_RUNS_MIN);
}

size_t sx_budget_merge_inputs_max(const struct sx_engine *engine)
{
    size_t left = sx_mem_left(&engine->mems[SX_ENGINE_MEM_MERGE]);
    return atomic_load(&engine->root.limit) ? SX_MIN(part_of(engine, 6), left / 8 * 5) : SIZE_MAX;
}

size_t sx_budget_merge_index_max(const struct sx_engine *engine)
{
    size_t left = sx_mem_left(&engine->mems[SX_ENGINE_MEM_MERGE]);
    return SX_MAX(SX_MIN(sx_budget_segment_index_max(engine), left / 4), MERGE_INDEX_MIN);
}

size_t sx_budget_loads_max(const struct sx_engine *engine)
{
    return atomic_load(&engine->root.limit) ? SX_MAX(part_of(engine, 1), LOADS_MIN) : SIZE_MAX;
}

bool sx_engine_memory_is_scarce(const struct sx_engine *engine)
{
    size_t limit = atomic_load(&engine->requests.limit), size = sx_mem_size(&engine->requests);
    return limit && limit - SX_MIN(size, limit) < part_of(engine, SCARCE_PARTS);
}

/* The flush's part holds it and what a flush has besides: a list of slots, and buffers. */
size_t sx_budget_segment_index_max(const struct sx_engine *engine)
{
    return atomic_load(&engine->root.limit) ? SX_MAX(part_of(engine, 1), SEGMENT_INDEX_MIN)
                                            : SIZE_MAX;
}

/* ---- idle series ---- */

/* Series in memory without rows go when they were not written to for so many generations, or, when
 * memory for series is scarce, in the newest flushed one; when there is next to none, all go. */
static uint32_t evict_before(struct sx_engine *engine)
{
    size_t size = sx_mem_size(&engine->mems[SX_ENGINE_MEM_INDEX]);
    size_t cap = atomic_load(&engine->mems[SX_ENGINE_MEM_INDEX].limit);
    bool scarce = sx_mem_size(&engine->requests) > atomic_load(&engine->requests.limit) / 8 * 7;
    sx_mutex_lock(&engine->state_mutex);
    uint64_t flushed = engine->flushed_generation;
    sx_mutex_unlock(&engine->state_mutex);
    if (size > cap / 8 * 7 || (scarce && size > cap / 4))
        return UINT32_MAX;
    if (size > cap / 2)
        return (uint32_t)flushed;
    return flushed > IDLE_GENERATIONS ? (uint32_t)(flushed - IDLE_GENERATIONS) : 0;
}

/* The index of the i-th store; NULL: there are fewer. */
static struct sx_series_index *acquire_index(struct sx_engine *engine, size_t i)
{
    sx_mutex_lock(&engine->state_mutex);
    struct sx_series_index *index =
        i < engine->store_count ? sx_series_index_acquire(engine->stores[i]->index) : NULL;
    sx_mutex_unlock(&engine->state_mutex);
    return index;
}

bool sx_budget_evict_step(struct sx_engine *engine)
{
    struct sx_series_index *index = acquire_index(engine, engine->evict_store);
    if (!index) {
        engine->evict_store = engine->evict_slot = 0;
        return false;
    }
    size_t count = sx_series_index_slot_count(index);
    uint32_t before = evict_before(engine);
    if (before)
        (void)sx_series_index_evict(index, before, SX_MIN(count, EVICT_SLOTS));
    engine->evict_slot += EVICT_SLOTS;
    if (engine->evict_slot >= count) {
        engine->evict_store++;
        engine->evict_slot = 0;
    }
    sx_series_index_release(index);
    return true;
}

/* Lets some series go that nobody holds; whether any did. */
static bool evict_some(struct sx_engine *engine)
{
    size_t evicted = 0;
    struct sx_series_index *index;
    for (size_t i = 0; (index = acquire_index(engine, i)) != NULL; i++) {
        size_t count = sx_series_index_slot_count(index);
        evicted += sx_series_index_evict(index, UINT32_MAX, SX_MIN(count, EVICT_SLOTS));
        sx_series_index_release(index);
    }
    return evicted > 0;
}

/* ---- refusals ---- */

/* Asks for a flush of what is in memory; false: there is nothing. */
static bool ask_for_flush(struct sx_engine *engine)
{
    stria_error ignored = {0};
    sx_mutex_lock(&engine->state_mutex);
    struct sx_generation *active = engine->active ? sx_generation_acquire(engine->active) : NULL;
    size_t frozen = engine->frozen_count;
    sx_mutex_unlock(&engine->state_mutex);
    bool any = frozen > 0 || (active && sx_generation_row_count(active) > 0);
    sx_generation_release(active);
    if (!any)
        return false;
    if (frozen < SX_FROZEN_MAX && sx_engine_rotate(engine, &ignored))
        return frozen > 0;
    sx_engine_kick(engine);
    /* Without threads there is nobody else to do it. */
    for (bool more = sx_pool_thread_count(engine->pool) == 0; more;)
        if (sx_engine_flush_step(engine, &more, &ignored))
            break;
    return true;
}

stria_status sx_engine_come_again(struct sx_engine *engine, stria_error *err)
{
    if (!engine->pool || engine->options.read_only)
        return STRIA_NOMEM;
    bool evicted = evict_some(engine);
    if (!ask_for_flush(engine) && !evicted)
        return STRIA_NOMEM;
    atomic_fetch_add(&engine->counts.busy, 1);
    return sx_fail(err, STRIA_BUSY, "memory is full until rows are flushed: %zu bytes of %zu used",
                   sx_mem_size(&engine->root), (size_t)atomic_load(&engine->root.limit));
}
