/* SPDX-License-Identifier: Apache-2.0 */
/* rebuild.c -- a manifest from what the segments and the log say of themselves: for stores whose
 * own is damaged or gone (repair.h).
 *
 * Algorithm   A segment's footer says its policy, times, generations, sequence numbers and which
 *             deletes were applied. Names of databases and policies stand only in the manifest:
 *             all policies go into a database "recovered", as "policy_<id>". The log is read from
 *             the last generation on that any segment has: a flush may have got only half-way, and
 *             rows that come twice are the same rows. Types of fields are those of the segments'
 *             columns.
 *             Both the inputs and the outputs of a merge may be there when the store was stopped in
 *             between: their rows are the same. Rows that a merge had left out because they were
 *             deleted may be back then.
 * Threads     Opening only. */
#include "base/error.h"
#include "engine/engine_priv.h"
#include "model/series_key.h"
#include "wal/file.h"

#include <inttypes.h>
#include <stdio.h>

#define OPS_SIZE_MAX ((size_t)1 << 30)
#define DATABASE_ID 1
#define WAL_NAMES_TRIED 64

struct rebuild {
    struct sx_engine *engine;
    struct sx_mem *mem;
    struct sx_segment_info *segments;
    size_t count, capacity;
    stria_status st;
    stria_error *err;
};

stria_status sx_engine_put_by(struct sx_engine *engine, const char *path, stria_error *err)
{
    char dir[SX_PATH_MAX], to[SX_PATH_MAX];
    const char *name = strrchr(path, '/');
    struct sx_os *os = engine->os;
    if (snprintf(dir, sizeof dir, "%s/damaged", engine->path) >= (int)sizeof dir ||
        snprintf(to, sizeof to, "%s%s", dir, name ? name : path) >= (int)sizeof to)
        return sx_fail(err, STRIA_INVALID, "%s: the path is too long", engine->path);
    stria_status st = os->ops->mkdir(os, dir, err);
    if (!st || st == STRIA_EXISTS)
        st = os->ops->link(os, path, to, err);
    if (!st || st == STRIA_EXISTS) /* an earlier repair was stopped */
        st = os->ops->sync_dir(os, dir, err);
    return st == STRIA_NOT_FOUND ? STRIA_OK : st; /* there is nothing to keep */
}

/* ---- gathering ---- */

static bool see_segment(void *context, const char *name, bool is_directory)
{
    struct rebuild *r = context;
    char path[SX_PATH_MAX];
    stria_error local = {0};
    size_t len = strlen(name);
    if (is_directory || len < 4 || strcmp(name + len - 4, ".seg") != 0 ||
        snprintf(path, sizeof path, "%s/%s", r->engine->seg_dir, name) >= (int)sizeof path)
        return true;
    if (!SX_GROW(r->mem, r->segments, r->capacity, r->count + 1)) {
        r->st = sx_mem_refused(r->mem, r->count * sizeof *r->segments, r->err);
        return false;
    }
    struct sx_segment_info *info = &r->segments[r->count];
    stria_status st = sx_segment_peek(r->engine->os, path, info, &local);
    if (!st) {
        r->count++;
    } else if (st == STRIA_NOMEM) {
        r->st = st;
        sx_error_copy(r->err, &local);
    } else { /* no segment, or one that cannot be opened */
        sx_event(&r->engine->events, STRIA_LEVEL_ERROR, "segment_lost", "file=%s text=\"%s\"", path,
                 local.text);
        r->st = sx_engine_put_by(r->engine, path, r->err);
    }
    return !r->st;
}

static bool put_manifest_by(void *context, const char *name, bool is_directory)
{
    struct rebuild *r = context;
    char path[SX_PATH_MAX];
    if (is_directory ||
        snprintf(path, sizeof path, "%s/%s", r->engine->manifest_dir, name) >= (int)sizeof path)
        return true;
    r->st = sx_engine_put_by(r->engine, path, r->err);
    return !r->st;
}

/* The log's headers have the first half of the store's uuid: its files must go on to fit. */
static stria_status find_uuid(struct rebuild *r)
{
    struct sx_engine *engine = r->engine;
    struct sx_os *os = engine->os;
    stria_status st = os->ops->random(os, engine->store_uuid, sizeof engine->store_uuid, r->err);
    for (uint32_t no = 0; !st && no < WAL_NAMES_TRIED; no++) {
        struct sx_wal_file *file = NULL;
        unsigned copies;
        if (sx_wal_file_open(os, r->mem, engine->wal_dir, no, SX_OPEN_READ, &file, NULL))
            continue;
        bool good = !sx_wal_file_read_header(file, &copies, NULL);
        if (good)
            sx_put_u64(engine->store_uuid, file->header.store_id);
        sx_wal_file_close(r->mem, file);
        if (good)
            break;
    }
    return st;
}

/* ---- the edit ---- */

static void put_policies(struct rebuild *r, struct sx_buf *ops)
{
    uint32_t first = 0;
    struct sx_database database = sx_database_make(DATABASE_ID, SX_LITERAL("recovered"));
    sx_edit_put_database(ops, &database);
    for (size_t i = 0; i < r->count; i++) {
        uint32_t id = r->segments[i].policy_id;
        char name[32];
        bool known = false;
        for (size_t j = 0; j < i && !known; j++)
            known = r->segments[j].policy_id == id;
        if (known)
            continue;
        size_t len = (size_t)snprintf(name, sizeof name, "policy_%" PRIu32, id);
        struct sx_policy policy = {.id = id,
                                   .name = {(const uint8_t *)name, len},
                                   .shard_duration_ns = 7 * SX_DAY_NS,
                                   .replica_count = 1,
                                   .window_ns = SX_DAY_NS};
        sx_edit_put_policy(ops, DATABASE_ID, &policy);
        if (!first)
            sx_edit_put_default(ops, DATABASE_ID, first = id);
    }
}

static void put_types(struct sx_buf *ops, const struct sx_segment *segment,
                      const struct sx_segment_measurement *m, struct sx_bytes name)
{
    for (uint32_t i = 0; i < m->column_count; i++)
        sx_edit_put_type(ops, &(struct sx_edit_type){
                                  .policy_id = segment->info.policy_id,
                                  .measurement = name,
                                  .field = m->columns[i].name,
                                  .type = m->columns[i].type,
                                  .first_window = sx_window_start(segment->info.min_ts, SX_DAY_NS),
                                  .last_window = sx_window_start(segment->info.max_ts, SX_DAY_NS)});
}

/* The types of a segment's fields. One that cannot be loaded has none to tell. */
static stria_status put_segment_types(struct rebuild *r, const struct sx_segment_info *info,
                                      struct sx_buf *ops)
{
    char *path = sx_engine_segment_path(r->engine, info->segment_id);
    struct sx_segment *segment = path ? sx_segment_create(r->engine->os, r->mem, path, info) : NULL;
    stria_status st = segment ? sx_segment_load(segment, r->err)
                              : sx_mem_refused(r->mem, sizeof *segment, r->err);
    for (uint32_t i = 0; !st && i < segment->measurement_count; i++) {
        const struct sx_segment_measurement *m = &segment->measurements[i];
        uint8_t *room = sx_mem_alloc(r->mem, m->escaped.len + 1);
        if (!room)
            st = sx_mem_refused(r->mem, m->escaped.len, r->err);
        else
            put_types(ops, segment, m, sx_key_text(m->escaped, room));
        sx_mem_free(r->mem, room);
    }
    sx_segment_release(segment);
    sx_mem_free(&r->engine->mems[SX_ENGINE_MEM_OTHER], path);
    return st == STRIA_NOMEM ? st : STRIA_OK;
}

static stria_status put_state(struct rebuild *r, struct sx_buf *ops)
{
    struct sx_counters counters = {.next_segment_id = 1,
                                   .next_database_id = DATABASE_ID + 1,
                                   .next_policy_id = 1,
                                   .next_seq = 1,
                                   .next_tombstone_id = 1};
    uint64_t last_generation = 0;
    stria_status st = STRIA_OK;
    put_policies(r, ops);
    for (size_t i = 0; i < r->count && !st; i++) {
        const struct sx_segment_info *info = &r->segments[i];
        sx_edit_put_segment(ops, info);
        st = put_segment_types(r, info, ops);
        counters.next_segment_id = SX_MAX(counters.next_segment_id, info->segment_id + 1);
        counters.next_policy_id = SX_MAX(counters.next_policy_id, info->policy_id + 1);
        counters.next_seq = SX_MAX(counters.next_seq, info->last_seq + 1);
        counters.next_tombstone_id = SX_MAX(counters.next_tombstone_id, info->tombstone_id + 1);
        last_generation = SX_MAX(last_generation, info->last_generation);
    }
    sx_edit_put_counters(ops, &counters);
    sx_edit_put_number(ops, SX_OP_FLUSHED, last_generation ? last_generation - 1 : 0);
    return st;
}

stria_status sx_engine_rebuild_manifest(struct sx_engine *engine, stria_error *err)
{
    struct rebuild r = {.engine = engine, .mem = &engine->mems[SX_ENGINE_MEM_OTHER], .err = err};
    struct sx_os *os = engine->os;
    struct sx_buf ops;
    sx_buf_init(&ops, r.mem, OPS_SIZE_MAX);
    stria_status st = os->ops->list(os, engine->manifest_dir, put_manifest_by, &r, err);
    if (!st && !r.st)
        st = os->ops->list(os, engine->seg_dir, see_segment, &r, err);
    if (!st)
        st = r.st;
    if (!st)
        st = find_uuid(&r);
    if (!st)
        st = put_state(&r, &ops);
    if (!st && ops.failed)
        st = sx_buf_refused(&ops, "manifest edit", err);
    if (!st)
        st = sx_engine_apply_edit(engine, sx_buf_bytes(&ops), err);
    if (!st)
        sx_event(&engine->events, STRIA_LEVEL_WARN, "manifest_rebuilt", "segments=%zu", r.count);
    sx_buf_deinit(&ops);
    sx_mem_free(r.mem, r.segments);
    return st;
}
