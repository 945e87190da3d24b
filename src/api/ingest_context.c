/* SPDX-License-Identifier: Apache-2.0 */
/* ingest_context.c -- see ingest_context.h. */
#include "api/ingest_context.h"

#define KEPT_MAX 64
#define KEPT_SIZE_PART 4 /* of the store's memory */

static struct sx_mem *mem_of(const stria *db)
{
    return sx_engine_mem(db->engine, SX_ENGINE_MEM_INGEST);
}

static void destroy(const stria *db, struct sx_ingest_context *context)
{
    sx_batch_deinit(&context->batch);
    sx_ingest_cache_destroy(context->cache);
    sx_ingest_problems_deinit(&context->problems);
    sx_map_deinit(&context->handle_map);
    sx_mem_free(mem_of(db), context->handles);
    sx_mem_free(mem_of(db), context);
}

struct sx_ingest_context *sx_ingest_context_take(stria *db)
{
    sx_mutex_lock(&db->mutex);
    struct sx_ingest_context *context = db->contexts;
    if (context) {
        db->contexts = context->next;
        db->context_count--;
    }
    sx_mutex_unlock(&db->mutex);
    if (context)
        return context;
    context = sx_mem_zalloc(mem_of(db), sizeof *context);
    if (!context)
        return NULL;
    sx_batch_init(&context->batch, mem_of(db));
    sx_ingest_problems_init(&context->problems, mem_of(db));
    sx_map_init(&context->handle_map, mem_of(db));
    context->cache = sx_ingest_cache_create(mem_of(db));
    if (!context->cache) {
        destroy(db, context);
        return NULL;
    }
    return context;
}

/* Whether all contexts, used and not, take more than they may. */
static bool are_large(const stria *db)
{
    uint64_t memory_size = sx_engine_memory_size(db->engine);
    return memory_size && sx_mem_size(mem_of(db)) > memory_size / KEPT_SIZE_PART;
}

void sx_ingest_context_give(stria *db, struct sx_ingest_context *context)
{
    sx_batch_clear(&context->batch);
    sx_ingest_problems_clear(&context->problems);
    sx_map_clear(&context->handle_map);
    sx_mutex_lock(&db->mutex);
    bool keep = db->context_count < KEPT_MAX && !are_large(db);
    if (keep) {
        context->next = db->contexts;
        db->contexts = context;
        db->context_count++;
    }
    sx_mutex_unlock(&db->mutex);
    if (!keep)
        destroy(db, context);
}

void sx_ingest_contexts_free(stria *db)
{
    sx_mutex_lock(&db->mutex);
    struct sx_ingest_context *context = db->contexts;
    db->contexts = NULL;
    db->context_count = 0;
    sx_mutex_unlock(&db->mutex);
    while (context) {
        struct sx_ingest_context *next = context->next;
        destroy(db, context);
        context = next;
    }
}

void sx_ingest_contexts_trim(stria *db)
{
    if (sx_engine_memory_is_scarce(db->engine))
        sx_ingest_contexts_free(db);
}

stria_status sx_ingest_end(stria *db, stria_status status, stria_error *err)
{
    if (status == STRIA_BUSY)
        sx_ingest_contexts_trim(db);
    if (status != STRIA_NOMEM)
        return status;
    sx_ingest_contexts_free(db);
    return sx_engine_come_again(db->engine, err);
}
