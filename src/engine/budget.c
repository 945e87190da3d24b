/* SPDX-License-Identifier: Apache-2.0 */
/* budget.c -- see budget.h. */
#include "engine/budget.h"

#include "base/error.h"

#include <inttypes.h>

#define MEMTABLES_MAX_HALVES 7 /* of a memtable's size: two that are frozen, one and a half more */
#define MERGE_RUN_SIZE ((uint64_t)3 << 20) /* a reader's share of a merge: one stripe's directory */
#define MERGE_RUNS_MIN 4

struct share {
    const char *name;
    bool request;  /* it is part of what requests share */
    uint8_t parts; /* its cap, in sixteenths of the store's memory */
};

#define REQUEST_PARTS 14
#define WHOLE 16

static const struct share shares[SX_ENGINE_MEM_COUNT] = {
    [SX_ENGINE_MEM_INGEST] = {"ingest", true, REQUEST_PARTS},
    [SX_ENGINE_MEM_QUERY] = {"query", true, 8},
    [SX_ENGINE_MEM_HOST] = {"host", true, REQUEST_PARTS},
    [SX_ENGINE_MEM_MEMTABLE] = {"memtable", true, REQUEST_PARTS},
    [SX_ENGINE_MEM_INDEX] = {"index", true, 10},
    [SX_ENGINE_MEM_SEGMENT] = {"segment", false, 8},
    [SX_ENGINE_MEM_WAL] = {"wal", false, WHOLE},
    [SX_ENGINE_MEM_MERGE] = {"merge", false, 8},
    [SX_ENGINE_MEM_OTHER] = {"other", false, WHOLE},
};

static size_t part_of(const struct sx_engine *engine, unsigned parts)
{
    return (size_t)(atomic_load(&engine->root.limit) / WHOLE * parts);
}

void sx_budget_init(struct sx_engine *engine)
{
    sx_mem_init(&engine->requests, &engine->root, "requests", part_of(engine, REQUEST_PARTS));
    for (size_t i = 0; i < SX_ENGINE_MEM_COUNT; i++) {
        const struct share *share = &shares[i];
        sx_mem_init(&engine->mems[i], share->request ? &engine->requests : &engine->root,
                    share->name, share->parts == WHOLE ? 0 : part_of(engine, share->parts));
    }
}

void sx_budget_deinit(struct sx_engine *engine)
{
    for (size_t i = 0; i < SX_ENGINE_MEM_COUNT; i++)
        sx_mem_deinit(&engine->mems[i]);
    sx_mem_deinit(&engine->requests);
}

uint64_t sx_budget_memtables_max(const struct sx_engine *engine)
{
    return engine->memtable_size / 2 * MEMTABLES_MAX_HALVES;
}

size_t sx_budget_merge_runs(const struct sx_engine *engine)
{
    uint64_t runs = part_of(engine, 4) / MERGE_RUN_SIZE;
    return (size_t)SX_MIN(SX_MAX(runs, MERGE_RUNS_MIN), SX_MERGE_FAN_IN);
}

stria_status sx_engine_come_again(struct sx_engine *engine, stria_error *err)
{
    stria_error ignored = {0};
    sx_mutex_lock(&engine->state_mutex);
    struct sx_generation *active = engine->active ? sx_generation_acquire(engine->active) : NULL;
    size_t frozen = engine->frozen_count;
    sx_mutex_unlock(&engine->state_mutex);
    size_t size = active ? sx_generation_size(active) : 0;
    sx_generation_release(active);
    if (!engine->pool || (frozen == 0 && size < engine->memtable_size / 8))
        return STRIA_NOMEM; /* a flush would free nothing to speak of */
    if (frozen < SX_FROZEN_MAX)
        (void)sx_engine_rotate(engine, &ignored);
    sx_engine_kick(engine);
    atomic_fetch_add(&engine->counts.busy, 1);
    return sx_fail(err, STRIA_BUSY, "memory is full until rows are flushed: %zu bytes of %zu used",
                   sx_mem_size(&engine->root), (size_t)atomic_load(&engine->root.limit));
}
