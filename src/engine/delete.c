/* SPDX-License-Identifier: Apache-2.0 */
/* delete.c -- deleting rows by series and time: tombstones.
 *
 * Algorithm   The generation that is being written is ended, so that every row acknowledged so far
 *             is in an earlier generation than the tombstone; one manifest edit makes the tombstone
 *             true. From then on reads mask the rows, and merges leave them out. Rows written while
 *             the delete runs count as written after it. A tombstone goes when nothing is left that
 *             it masks.
 *             Dropping a measurement forgets the types of its fields. A write that looked at them
 *             before, and came after the end of the generation, would bring rows of the old types
 *             back: so writes wait at a gate meanwhile. */
#include "base/error.h"
#include "engine/engine_priv.h"

#include <inttypes.h>

/* The policies that a delete speaks of: one, or all of a database. */
static stria_status find_policies(const struct sx_command *command,
                                  const struct sx_catalog *catalog,
                                  const struct sx_database **database, stria_error *err)
{
    *database = sx_catalog_database(catalog, command->database);
    if (!*database)
        return sx_fail(err, STRIA_NOT_FOUND, "database not found: %.*s", (int)command->database.len,
                       command->database.ptr);
    if (command->policy.len && !sx_database_policy(*database, command->policy))
        return sx_fail(err, STRIA_NOT_FOUND, "retention policy not found: %.*s",
                       (int)command->policy.len, command->policy.ptr);
    return STRIA_OK;
}

/* Rollups go with the rows that they were made of. */
static stria_status refuse_rollups(const struct sx_command *command,
                                   const struct sx_database *database, stria_error *err)
{
    const struct sx_policy *policy =
        command->policy.len ? sx_database_policy(database, command->policy) : NULL;
    if (policy && policy->rollup_of)
        return sx_fail(err, STRIA_INVALID,
                       "%.*s holds rollups: they are deleted with the rows they were made of",
                       (int)policy->name.len, policy->name.ptr);
    return STRIA_OK;
}

/* Rollups count generations of their own: the first behind all that there are. */
static uint64_t rollups_generation(struct sx_engine *engine, uint32_t policy_id)
{
    const struct sx_policy_store *store = sx_engine_store(engine, policy_id);
    uint64_t last = 0;
    for (size_t i = 0; store && i < store->segment_count; i++)
        last = SX_MAX(last, store->segments[i]->info.last_generation);
    return last + 1;
}

static void put_delete(struct sx_engine *engine, const struct sx_command *command,
                       const struct sx_policy *policy, struct sx_counters *counters,
                       struct sx_buf *ops)
{
    const struct sx_selector *s = &command->selector;
    struct sx_tombstone tombstone = {
        .id = counters->next_tombstone_id++,
        .generation = engine->active->number,
        .policy_id = policy->id,
        .all_measurements = s->all_measurements,
        .measurement = s->measurement,
        .measurement_regex_not = s->measurement_regex_not,
        .tags = s->tags,
        .time_min_ns = s->time_min_ns,
        .time_max_ns = s->time_max_ns,
    };
    if (s->measurement_regex)
        tombstone.measurement_regex = sx_regex_pattern(s->measurement_regex);
    /* A bucket of which rows go is not true any more: it is hidden until it was made anew. */
    if (policy->rollup_of) {
        tombstone.time_min_ns = sx_window_start(tombstone.time_min_ns, policy->rollup_ns);
        tombstone.generation = rollups_generation(engine, policy->id);
    }
    sx_edit_put_tombstone(ops, &tombstone);
}

/* Whether rows of a measurement go whatever their series and time: its types go too. */
static bool drops_measurement(const struct sx_selector *s)
{
    return !s->tags && s->time_min_ns == INT64_MIN && s->time_max_ns == INT64_MAX &&
           s->measurement.len;
}

static bool concerns(const struct sx_command *command, const struct sx_database *database,
                     const struct sx_policy *policy)
{
    if (!command->policy.len)
        return true;
    uint32_t id = sx_database_policy(database, command->policy)->id;
    return policy->id == id || policy->rollup_of == id;
}

/* A list without end would slow down every reader. state_mutex held. */
static stria_status check_count(const struct sx_engine *engine, const struct sx_policy_store *store,
                                stria_error *err)
{
    if (!store || !store->tombstones || store->tombstones->count < engine->tombstones_max)
        return STRIA_OK;
    return sx_fail(err, STRIA_LIMIT,
                   "max-pending-deletes limit exceeded (%zu): so many deletes of the retention "
                   "policy wait for merges to carry them out; `stria compact --reclaim` does",
                   engine->tombstones_max);
}

/* manifest_mutex held. */
static stria_status commit_delete(struct sx_engine *engine, const struct sx_command *command,
                                  const struct sx_database *database, stria_error *err)
{
    struct sx_counters counters = engine->counters;
    struct sx_buf ops;
    stria_status st = STRIA_OK;
    sx_buf_init(&ops, &engine->mems[SX_ENGINE_MEM_OTHER], (size_t)16 << 20);
    sx_mutex_lock(&engine->state_mutex);
    for (size_t i = 0; i < database->policy_count && !st; i++)
        if (concerns(command, database, &database->policies[i])) {
            st = check_count(engine, sx_engine_store(engine, database->policies[i].id), err);
            put_delete(engine, command, &database->policies[i], &counters, &ops);
        }
    sx_mutex_unlock(&engine->state_mutex);
    /* Behind the tombstones, which may meet a lack of memory: types do not come back. */
    for (size_t i = 0; i < database->policy_count; i++)
        if (concerns(command, database, &database->policies[i]) &&
            drops_measurement(&command->selector))
            sx_edit_put_forget_types(&ops, database->policies[i].id, command->selector.measurement);
    sx_edit_put_counters(&ops, &counters);
    if (!st)
        st = ops.failed ? sx_buf_refused(&ops, "delete", err)
                        : sx_engine_commit_edit(engine, sx_buf_bytes(&ops), err);
    sx_buf_deinit(&ops);
    return st;
}

/* Each delete ends a generation, and those that wait for their flush hold memory and log files: so
 * who deletes faster than they are flushed, flushes. On a full disk that waits: a delete is what
 * makes room there, and the flush that follows has less to write. */
static stria_status flush_surplus(struct sx_engine *engine, stria_error *err)
{
    for (;;) {
        bool more;
        sx_mutex_lock(&engine->state_mutex);
        bool enough = engine->frozen_count <= SX_FROZEN_MAX || engine->replaying;
        sx_mutex_unlock(&engine->state_mutex);
        if (enough)
            return STRIA_OK;
        stria_status st = sx_engine_flush_step(engine, &more, err);
        if (st)
            return st == STRIA_DISK_FULL ? STRIA_OK : st;
    }
}

/* Waits until no write is between its look at types and its end; none begins until it is opened. */
static void close_gate(struct sx_write_gate *gate)
{
    sx_mutex_lock(&gate->mutex);
    while (gate->closed)
        sx_cond_wait(&gate->changed, &gate->mutex);
    gate->closed = true;
    while (gate->inside_count)
        sx_cond_wait(&gate->changed, &gate->mutex);
    sx_mutex_unlock(&gate->mutex);
}

static void open_gate(struct sx_write_gate *gate)
{
    sx_mutex_lock(&gate->mutex);
    gate->closed = false;
    sx_cond_broadcast(&gate->changed);
    sx_mutex_unlock(&gate->mutex);
}

/* Ends the generation and makes the tombstones true. */
static stria_status rotate_and_commit(struct sx_engine *engine, const struct sx_command *command,
                                      stria_error *err)
{
    const struct sx_database *database;
    stria_status st = sx_engine_rotate(engine, err);
    if (!st && !drops_measurement(&command->selector))
        st = flush_surplus(engine, err);
    if (st)
        return st;
    sx_mutex_lock(&engine->manifest_mutex);
    /* Once more: the catalog cannot change while manifest_mutex is held. */
    struct sx_catalog *catalog = sx_engine_catalog(engine);
    st = find_policies(command, catalog, &database, err);
    if (!st)
        st = commit_delete(engine, command, database, err);
    sx_catalog_release(catalog);
    sx_mutex_unlock(&engine->manifest_mutex);
    return st;
}

stria_status sx_engine_delete(struct sx_engine *engine, const struct sx_command *command,
                              stria_error *err)
{
    const struct sx_database *database;
    bool forgets_types = drops_measurement(&command->selector);
    if (!sx_tag_expr_fits(command->selector.tags))
        return sx_fail(err, STRIA_LIMIT, "a delete's condition has at most %d parts",
                       SX_TAG_EXPR_COUNT_MAX);
    sx_mutex_lock(&engine->state_mutex);
    stria_status st = sx_engine_await_replay(engine, err);
    sx_mutex_unlock(&engine->state_mutex);
    if (st)
        return st;
    struct sx_catalog *catalog = sx_engine_catalog(engine);
    st = find_policies(command, catalog, &database, err);
    if (!st)
        st = refuse_rollups(command, database, err);
    sx_catalog_release(catalog);
    if (!st && forgets_types)
        st = flush_surplus(engine, err); /* not while writers wait */
    if (st)
        return st;
    if (forgets_types)
        close_gate(&engine->gate);
    st = rotate_and_commit(engine, command, err);
    if (st == STRIA_LIMIT && !sx_engine_forget_spent_tombstones(engine, NULL))
        st = rotate_and_commit(engine, command, err);
    if (forgets_types)
        open_gate(&engine->gate);
    sx_engine_kick(engine);
    return st;
}

/* ---- tombstones that mask nothing any more ---- */

bool sx_engine_masks(const struct sx_tombstone *t, const struct sx_segment *segment)
{
    const struct sx_segment_info *info = &segment->info;
    return info->last_generation < t->generation && atomic_load(&segment->tombstone_id) < t->id &&
           t->time_min_ns <= info->max_ts && t->time_max_ns >= info->min_ts;
}

static bool is_spent(const struct sx_engine *engine, const struct sx_policy_store *store,
                     const struct sx_tombstone *t)
{
    if (!store->rollup_of && engine->flushed_generation + 1 < t->generation)
        return false; /* memtables of earlier generations are not flushed yet */
    for (size_t i = 0; i < store->segment_count; i++)
        if (sx_engine_masks(t, store->segments[i]))
            return false;
    return true;
}

/* Appends their removals. */
static void put_spent(struct sx_engine *engine, struct sx_buf *ops, bool *any)
{
    for (size_t i = 0; i < engine->store_count; i++) {
        const struct sx_policy_store *store = engine->stores[i];
        for (size_t j = 0; store->tombstones && j < store->tombstones->count; j++)
            if (is_spent(engine, store, &store->tombstones->items[j])) {
                sx_edit_put_number(ops, SX_OP_REMOVE_TOMBSTONE, store->tombstones->items[j].id);
                *any = true;
            }
    }
}

stria_status sx_engine_forget_spent_tombstones(struct sx_engine *engine, stria_error *err)
{
    struct sx_buf ops;
    bool any = false;
    stria_status st = STRIA_OK;
    sx_buf_init(&ops, &engine->mems[SX_ENGINE_MEM_OTHER], (size_t)1 << 20);
    sx_mutex_lock(&engine->manifest_mutex);
    sx_mutex_lock(&engine->state_mutex);
    put_spent(engine, &ops, &any);
    sx_mutex_unlock(&engine->state_mutex);
    if (any)
        st = ops.failed ? sx_buf_refused(&ops, "manifest edit", err)
                        : sx_engine_commit_edit(engine, sx_buf_bytes(&ops), err);
    sx_mutex_unlock(&engine->manifest_mutex);
    sx_buf_deinit(&ops);
    return st;
}
