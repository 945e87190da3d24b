/* SPDX-License-Identifier: Apache-2.0 */
/* store.c -- see store.h. */
#include "store.h"

#include "base/error.h"
#include "ingest/line_print.h"
#include "ingest/line_protocol.h"

#include <stdio.h>
#include <stdlib.h>

#define LINES_PER_WRITE 50

static void hear(void *user, const stria_event *event)
{
    static const struct {
        const char *name;
        enum store_event which;
    } names[] = {
        {"log_damage", STORE_LOG_DAMAGE}, {"manifest_damage", STORE_MANIFEST_DAMAGE},
        {"log_failed", STORE_LOG_FAILED}, {"unknown_segment", STORE_UNKNOWN_SEGMENT},
        {"flush", STORE_FLUSH},           {"merge", STORE_MERGE},
        {"disk_state", STORE_DISK_STATE},
    };
    struct store *store = user;
    enum store_event which = STORE_OTHER_TROUBLE;
    bool known = false;
    if (getenv("STRIA_TRACE"))
        (void)fprintf(stderr, "  event %s: %s\n", event->name, event->detail);
    for (size_t i = 0; i < SX_COUNT_OF(names) && !known; i++) {
        known = strcmp(event->name, names[i].name) == 0;
        which = known ? names[i].which : which;
    }
    if (strcmp(event->name, "recovery") == 0 && !strstr(event->detail, "cut_frames=0")) {
        which = STORE_LOG_CUT;
        known = true;
    }
    if (!known && event->level > STRIA_LEVEL_WARN)
        return;
    store->events[which]++;
    /* The first one tells most; but damage is what tests look for. */
    if (event->level <= STRIA_LEVEL_WARN &&
        (!store->last_trouble[0] || which <= STORE_UNKNOWN_SEGMENT))
        (void)snprintf(store->last_trouble, sizeof store->last_trouble, "%s: %s", event->name,
                       event->detail);
}

void store_init(struct store *store, struct sx_os *os, const struct store_options *options)
{
    *store = (struct store){.os = os, .disk = os};
    if (options)
        store->options = *options;
    sx_mem_init(&store->mem, NULL, "test", 0);
}

stria_status store_open(struct store *store, stria_error *err)
{
    const struct store_options *o = &store->options;
    struct sx_engine_options options = {
        .os = store->os,
        .path = o->path ? o->path : STORE_PATH,
        .memory_size = o->memory_size ? o->memory_size : (uint64_t)64 << 20,
        .memtable_size = o->memtable_size ? o->memtable_size : 65536,
        .disk_reserve_size = (uint64_t)1 << 20,
        .read_only = o->read_only,
        .fault = o->fault,
        .events = {.on_event = hear, .user = store},
    };
    memset(store->events, 0, sizeof store->events);
    store->last_trouble[0] = 0;
    /* The folder above is the host's. */
    if (!o->read_only && store->disk->ops->mkdir(store->disk, "data", NULL) == STRIA_OK)
        (void)store->disk->ops->sync_dir(store->disk, "", NULL);
    return sx_engine_open(&options, &store->engine, err);
}

stria_status store_close(struct store *store, stria_error *err)
{
    stria_status st = sx_engine_close(store->engine, err);
    store->engine = NULL;
    return st;
}

void store_deinit(struct store *store)
{
    (void)store_close(store, NULL);
    sx_mem_deinit(&store->mem);
}

uint32_t store_policy_id(struct store *store, int database, int policy)
{
    const struct sx_policy *found = NULL;
    struct sx_catalog *catalog = sx_engine_catalog(store->engine);
    const char *name = policy < 0 ? "" : oracle_policy_name(policy);
    (void)sx_catalog_find(catalog, sx_bytes_of(oracle_database_name(database)), sx_bytes_of(name),
                          NULL, &found, NULL);
    uint32_t id = found ? found->id : 0;
    sx_catalog_release(catalog);
    return id;
}

static void add_result(struct sx_write_result *all, const struct sx_write_result *one)
{
    all->row_count += one->row_count;
    all->sample_count += one->sample_count;
    all->conflict_count += one->conflict_count;
    all->limit_count += one->limit_count;
    all->outside_retention_count += one->outside_retention_count;
}

/* Some rows, as text: written and parsed as what imports and posts bring. */
static stria_status write_lines(struct store *store, const struct test_rows *rows, size_t first,
                                uint32_t policy_id, const struct sx_write_options *options,
                                struct sx_ingest_cache *cache, struct sx_write_result *result,
                                stria_error *err)
{
    struct sx_mem *mem = sx_engine_mem(store->engine, SX_ENGINE_MEM_INGEST);
    struct sx_line_protocol_options how = {.now_ns = options->now_ns};
    struct sx_ingest_problems problems;
    struct sx_batch batch, parsed;
    struct sx_buf text;
    uint64_t left_out = 0;
    sx_buf_init(&text, &store->mem, (size_t)1 << 24);
    sx_batch_init(&batch, &store->mem);
    if (!rows_to_batch(rows, first, SX_MIN(LINES_PER_WRITE, rows->row_count - first), &batch) ||
        sx_line_print_batch(&text, &batch, &left_out, err) || left_out)
        abort();
    sx_batch_deinit(&batch);
    sx_batch_init(&parsed, mem);
    sx_ingest_problems_init(&problems, mem);
    stria_status st =
        sx_line_protocol_parse(cache, sx_buf_bytes(&text), &how, &parsed, &problems, err);
    if (!st && problems.rejected_count)
        st = sx_fail(err, STRIA_INVALID, "%s", "a line was refused");
    if (!st)
        st = sx_engine_write(store->engine, policy_id, &parsed, options, result, err);
    sx_ingest_problems_deinit(&problems);
    sx_batch_deinit(&parsed);
    sx_buf_deinit(&text);
    return st;
}

static stria_status import(struct store *store, const struct test_rows *rows, uint32_t policy_id,
                           const struct sx_write_options *options, struct sx_write_result *result,
                           stria_error *err)
{
    struct sx_ingest_cache *cache =
        sx_ingest_cache_create(sx_engine_mem(store->engine, SX_ENGINE_MEM_INGEST));
    stria_status st = cache ? STRIA_OK : STRIA_NOMEM;
    for (size_t i = 0; i < rows->row_count && !st; i += LINES_PER_WRITE) {
        struct sx_write_result one = {0};
        st = write_lines(store, rows, i, policy_id, options, cache, &one, err);
        add_result(result, &one);
    }
    sx_ingest_cache_destroy(cache);
    return st;
}

stria_status store_write(struct store *store, int database, int policy, const struct write *w,
                         stria_durability durability, struct sx_write_result *result,
                         stria_error *err)
{
    struct test_rows rows = {0};
    struct sx_batch batch;
    struct sx_write_options options = {.durability = durability, .now_ns = w->now_ns};
    uint32_t id = store_policy_id(store, database, policy);
    *result = (struct sx_write_result){0};
    if (!id)
        return STRIA_NOT_FOUND;
    rows_make(&rows, w);
    if (w->kind == WRITE_IMPORT) {
        stria_status imported = import(store, &rows, id, &options, result, err);
        rows_free(&rows);
        return imported;
    }
    /* As in the product, batches are charged to the engine. */
    sx_batch_init(&batch, sx_engine_mem(store->engine, SX_ENGINE_MEM_INGEST));
    stria_status st = rows_to_batch(&rows, 0, rows.row_count, &batch) ? STRIA_OK : STRIA_NOMEM;
    if (!st)
        st = sx_engine_write(store->engine, id, &batch, &options, result, err);
    sx_batch_deinit(&batch);
    rows_free(&rows);
    return st;
}

void store_poll(struct store *store, unsigned step_count)
{
    bool more = true;
    while (more && step_count--)
        (void)sx_engine_poll(store->engine, &more, NULL);
}
