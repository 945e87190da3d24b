/* SPDX-License-Identifier: Apache-2.0 */
/* catalog_change.c -- making, changing and dropping databases and retention policies.
 *
 * Algorithm   A command is checked against the catalog, becomes operations of a manifest edit, and
 *             once that is durable the same operations are applied to the state in memory, by the
 *             code that also applies them when a store is opened. So a change is true at one
 *             moment, or not at all.
 *              Rollups of a policy are kept in policies of their own, which come and go with it.
 * Texts       Those of InfluxDB 1.12, where it has such a thing. */
#include "base/error.h"
#include "engine/engine_priv.h"

#define HOURS(n) ((n)*SX_HOUR_NS)
#define DAYS(n) ((n)*SX_DAY_NS)

struct change {
    struct sx_engine *engine;
    const struct sx_command *command;
    struct sx_catalog *catalog; /* a reference */
    struct sx_buf ops;
    struct sx_counters counters; /* as they will be */
    stria_error *err;
};

/* ---- what policies look like ---- */

static int64_t default_shard_duration(int64_t duration_ns)
{
    if (duration_ns == 0 || duration_ns >= DAYS(180))
        return DAYS(7);
    return duration_ns >= DAYS(2) ? DAYS(1) : HOURS(1);
}

static int64_t normal_shard_duration(int64_t shard_duration_ns, int64_t duration_ns)
{
    if (shard_duration_ns == 0)
        return default_shard_duration(duration_ns);
    return SX_MAX(shard_duration_ns, HOURS(1));
}

bool sx_engine_name_is_valid(struct sx_bytes name)
{
    if (name.len == 0 || sx_bytes_equal(name, SX_LITERAL(".")) ||
        sx_bytes_equal(name, SX_LITERAL("..")))
        return false;
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] < 0x20 || name.ptr[i] == 0x7f || name.ptr[i] == '/' || name.ptr[i] == '\\')
            return false;
    return true;
}

static stria_status check_policy(const struct change *c, const struct sx_policy *policy)
{
    if (!sx_engine_name_is_valid(policy->name))
        return sx_fail(c->err, STRIA_INVALID, "invalid name");
    if (policy->duration_ns && policy->duration_ns < HOURS(1))
        return sx_fail(c->err, STRIA_INVALID, "retention policy duration must be at least 1h0m0s");
    if (policy->duration_ns && policy->duration_ns < policy->shard_duration_ns)
        return sx_fail(c->err, STRIA_INVALID,
                       "retention policy duration must be greater than the shard duration");
    return STRIA_OK;
}

/* The policy that a CREATE asks for. */
static struct sx_policy wanted_policy(const struct sx_command *command, struct sx_bytes name)
{
    struct sx_policy policy = {.name = name,
                               .duration_ns = command->duration_ns,
                               .replica_count = 1,
                               .future_limit_ns = command->future_limit_ns,
                               .past_limit_ns = command->past_limit_ns};
    if (command->settings & SX_POLICY_REPLICATION)
        policy.replica_count = (uint32_t)command->replica_count;
    policy.shard_duration_ns =
        normal_shard_duration(command->shard_duration_ns, command->duration_ns);
    policy.window_ns = sx_window_ns_of(policy.duration_ns);
    return policy;
}

static bool same_policy(const struct sx_policy *a, const struct sx_policy *b)
{
    return sx_bytes_equal(a->name, b->name) && a->duration_ns == b->duration_ns &&
           a->replica_count == b->replica_count && a->shard_duration_ns == b->shard_duration_ns;
}

static stria_status database_not_found(const struct change *c)
{
    return sx_fail(c->err, STRIA_NOT_FOUND, "database not found: %.*s",
                   (int)c->command->database.len, c->command->database.ptr);
}

/* ---- rollups ---- */

static stria_status refuse_rollup(const struct change *c, const struct sx_policy *policy)
{
    if (!policy->rollup_of)
        return STRIA_OK;
    return sx_fail(c->err, STRIA_INVALID,
                   "%.*s holds rollups: ALTER RETENTION POLICY ... ROLLUP of the policy with the "
                   "rows changes it",
                   (int)policy->name.len, policy->name.ptr);
}

static const struct sx_rollup_setting *wanted_rollup(const struct sx_command *command,
                                                     int64_t interval_ns)
{
    for (size_t i = 0; i < command->rollup_count; i++)
        if (command->rollups[i].interval_ns == interval_ns)
            return &command->rollups[i];
    return NULL;
}

/* Makes a policy for rollups, or changes how long they are kept. */
static stria_status put_rollup(struct change *c, const struct sx_database *db, uint32_t policy_id,
                               const struct sx_rollup_setting *wanted)
{
    const struct sx_policy *existing = sx_database_rollup(db, policy_id, wanted->interval_ns);
    struct sx_policy policy = {.id = existing ? existing->id : c->counters.next_policy_id,
                               .duration_ns = wanted->duration_ns,
                               .replica_count = 1,
                               .rollup_of = policy_id,
                               .rollup_ns = wanted->interval_ns};
    struct sx_buf name;
    sx_buf_init(&name, &c->engine->mems[SX_ENGINE_MEM_OTHER], (size_t)1 << 20);
    sx_buf_put_bytes(&name, c->command->policy);
    sx_buf_printf(&name, "_%s", sx_rollup_name(wanted->interval_ns));
    policy.name = sx_buf_bytes(&name);
    policy.shard_duration_ns = normal_shard_duration(0, policy.duration_ns);
    policy.window_ns = existing ? existing->window_ns : sx_window_ns_of(policy.duration_ns);
    stria_status st =
        name.failed ? sx_buf_refused(&name, "name of a policy", c->err) : check_policy(c, &policy);
    if (!st && !existing && sx_database_policy(db, policy.name))
        st = sx_fail(c->err, STRIA_EXISTS,
                     "retention policy already exists: %.*s, which the rollups would be kept in",
                     (int)policy.name.len, policy.name.ptr);
    if (!st)
        sx_edit_put_policy(&c->ops, db->id, &policy);
    if (!st && !existing)
        c->counters.next_policy_id++;
    sx_buf_deinit(&name);
    return st;
}

/* Makes the rollups of a policy those that the command names. */
static stria_status put_rollups(struct change *c, const struct sx_database *db, uint32_t policy_id)
{
    const struct sx_command *command = c->command;
    stria_status st = STRIA_OK;
    if (!(command->settings & SX_POLICY_ROLLUP))
        return STRIA_OK;
    for (size_t i = 0; i < command->rollup_count && !st; i++)
        st = put_rollup(c, db, policy_id, &command->rollups[i]);
    for (size_t i = 0; i < db->policy_count && !st; i++)
        if (db->policies[i].rollup_of == policy_id &&
            !wanted_rollup(command, db->policies[i].rollup_ns))
            sx_edit_put_number(&c->ops, SX_OP_DROP_POLICY, db->policies[i].id);
    return st;
}

/* Whether a policy has the rollups that a CREATE names. */
static bool same_rollups(const struct sx_command *command, const struct sx_database *db,
                         uint32_t policy_id)
{
    for (size_t i = 0; i < command->rollup_count; i++) {
        const struct sx_rollup_setting *wanted = &command->rollups[i];
        const struct sx_policy *rollup = sx_database_rollup(db, policy_id, wanted->interval_ns);
        if (!rollup || rollup->duration_ns != wanted->duration_ns)
            return false;
    }
    return true;
}

/* ---- one function a command; each appends operations, or none when there is nothing to do ---- */

static stria_status create_database(struct change *c)
{
    const struct sx_command *command = c->command;
    bool named = command->settings & SX_POLICY_NAME;
    struct sx_policy policy =
        wanted_policy(command, named ? command->policy : SX_LITERAL("autogen"));
    const struct sx_database *db = sx_catalog_database(c->catalog, command->database);
    if (db) {
        const struct sx_policy *existing = sx_database_policy(db, (struct sx_bytes){0});
        if (command->settings == 0 || (existing && same_policy(existing, &policy)))
            return STRIA_OK;
        return sx_fail(c->err, STRIA_CONFLICT,
                       "retention policy conflicts with an existing policy");
    }
    if (!sx_engine_name_is_valid(command->database))
        return sx_fail(c->err, STRIA_INVALID, "invalid name");
    stria_status st = check_policy(c, &policy);
    if (st)
        return st;
    uint32_t id = c->counters.next_database_id++;
    policy.id = c->counters.next_policy_id++;
    struct sx_database made = sx_database_make(id, command->database);
    sx_edit_put_database(&c->ops, &made);
    sx_edit_put_policy(&c->ops, id, &policy);
    sx_edit_put_default(&c->ops, id, policy.id);
    return STRIA_OK;
}

static stria_status alter_database(struct change *c)
{
    const struct sx_database *existing = sx_catalog_database(c->catalog, c->command->database);
    if (!existing)
        return database_not_found(c);
    struct sx_database database = *existing;
    for (int i = 0; i < SX_LIMIT_KIND_COUNT; i++)
        if (c->command->settings & SX_DATABASE_LIMIT(i))
            database.limits[i] = c->command->limits[i];
    sx_edit_put_database(&c->ops, &database);
    return STRIA_OK;
}

static stria_status drop_database(struct change *c)
{
    const struct sx_database *db = sx_catalog_database(c->catalog, c->command->database);
    if (db)
        sx_edit_put_number(&c->ops, SX_OP_DROP_DATABASE, db->id);
    return STRIA_OK;
}

static stria_status create_policy(struct change *c)
{
    const struct sx_command *command = c->command;
    const struct sx_database *db = sx_catalog_database(c->catalog, command->database);
    struct sx_policy policy = wanted_policy(command, command->policy);
    bool make_default = command->settings & SX_POLICY_DEFAULT;
    if (!db)
        return database_not_found(c);
    stria_status st = check_policy(c, &policy);
    if (st)
        return st;
    const struct sx_policy *existing = sx_database_policy(db, command->policy);
    if (existing) {
        if (!same_policy(existing, &policy) || !same_rollups(command, db, existing->id))
            return sx_fail(c->err, STRIA_EXISTS, "retention policy already exists");
        if (make_default && db->default_policy_id != existing->id)
            return sx_fail(c->err, STRIA_CONFLICT,
                           "retention policy conflicts with an existing policy");
        return STRIA_OK;
    }
    policy.id = c->counters.next_policy_id++;
    sx_edit_put_policy(&c->ops, db->id, &policy);
    if (make_default)
        sx_edit_put_default(&c->ops, db->id, policy.id);
    return put_rollups(c, db, policy.id);
}

static stria_status alter_policy(struct change *c)
{
    const struct sx_command *command = c->command;
    const struct sx_database *db = sx_catalog_database(c->catalog, command->database);
    if (!db)
        return database_not_found(c);
    const struct sx_policy *existing =
        command->policy.len ? sx_database_policy(db, command->policy) : NULL;
    if (!existing)
        return sx_fail(c->err, STRIA_NOT_FOUND, "retention policy not found: %.*s",
                       (int)command->policy.len, command->policy.ptr);
    stria_status st = refuse_rollup(c, existing);
    if (st)
        return st;
    struct sx_policy policy = *existing;
    if (command->settings & SX_POLICY_DURATION)
        policy.duration_ns = command->duration_ns;
    if (command->settings & SX_POLICY_REPLICATION)
        policy.replica_count = (uint32_t)command->replica_count;
    if (command->settings & SX_POLICY_SHARD_DURATION)
        policy.shard_duration_ns =
            normal_shard_duration(command->shard_duration_ns, policy.duration_ns);
    if (command->settings & SX_POLICY_FUTURE_LIMIT)
        policy.future_limit_ns = command->future_limit_ns;
    if (command->settings & SX_POLICY_PAST_LIMIT)
        policy.past_limit_ns = command->past_limit_ns;
    /* The storage window stays: segments are cut by it. */
    st = check_policy(c, &policy);
    if (st)
        return st;
    sx_edit_put_policy(&c->ops, db->id, &policy);
    if (command->settings & SX_POLICY_DEFAULT)
        sx_edit_put_default(&c->ops, db->id, policy.id);
    return put_rollups(c, db, policy.id);
}

static stria_status drop_policy(struct change *c)
{
    const struct sx_database *db = sx_catalog_database(c->catalog, c->command->database);
    const struct sx_policy *policy =
        db && c->command->policy.len ? sx_database_policy(db, c->command->policy) : NULL;
    if (!policy)
        return STRIA_OK;
    stria_status st = refuse_rollup(c, policy);
    for (size_t i = 0; i < db->policy_count && !st; i++)
        if (db->policies[i].rollup_of == policy->id || db->policies[i].id == policy->id)
            sx_edit_put_number(&c->ops, SX_OP_DROP_POLICY, db->policies[i].id);
    return st;
}

static stria_status plan(struct change *c)
{
    switch (c->command->kind) {
    case SX_CREATE_DATABASE:
        return create_database(c);
    case SX_DROP_DATABASE:
        return drop_database(c);
    case SX_ALTER_DATABASE:
        return alter_database(c);
    case SX_CREATE_POLICY:
        return create_policy(c);
    case SX_ALTER_POLICY:
        return alter_policy(c);
    case SX_DROP_POLICY:
        return drop_policy(c);
    case SX_DELETE_ROWS:
    case SX_DROP_SERIES:
    case SX_DROP_MEASUREMENT:
        break; /* sx_engine_delete() */
    }
    return sx_fail(c->err, STRIA_INTERNAL, "command of kind %d", (int)c->command->kind);
}

/* ---- carrying it out ---- */

/* manifest_mutex held. */
static stria_status carry_out(struct change *c)
{
    sx_edit_put_counters(&c->ops, &c->counters);
    if (c->ops.failed)
        return sx_buf_refused(&c->ops, "manifest edit", c->err);
    return sx_engine_commit_edit(c->engine, sx_buf_bytes(&c->ops), c->err);
}

stria_status sx_engine_execute(struct sx_engine *engine, const struct sx_command *command,
                               stria_error *err)
{
    if (engine->options.read_only)
        return sx_fail(err, STRIA_READ_ONLY, "the store was opened for reading only");
    stria_status st = sx_engine_mend_manifest(engine, err);
    if (st)
        return st;
    if (command->kind >= SX_DELETE_ROWS)
        return sx_engine_delete(engine, command, err);
    struct change c = {.engine = engine, .command = command, .err = err};
    sx_buf_init(&c.ops, &engine->mems[SX_ENGINE_MEM_OTHER], (size_t)1 << 20);
    sx_mutex_lock(&engine->manifest_mutex);
    c.catalog = sx_engine_catalog(engine);
    c.counters = engine->counters;
    st = plan(&c);
    if (!st && (c.ops.len || c.ops.failed))
        st = carry_out(&c);
    sx_mutex_unlock(&engine->manifest_mutex);
    sx_catalog_release(c.catalog);
    sx_buf_deinit(&c.ops);
    if (!st)
        sx_engine_unlink_retired(engine, command->kind == SX_DROP_DATABASE ||
                                             command->kind == SX_DROP_POLICY);
    if (!st && command->kind == SX_ALTER_POLICY && (command->settings & SX_POLICY_DURATION) &&
        command->duration_ns > 0)
        sx_engine_retain_less(engine);
    return st;
}
