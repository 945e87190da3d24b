/* SPDX-License-Identifier: Apache-2.0 */
/* ops.c -- see ops.h. */
#include "ops.h"

#include "deletes.h"
#include "random.h"

#include "model/catalog.h"
#include "os/os_mem.h"

#include <inttypes.h>
#include <stdio.h>

/* ---- making ---- */

static enum op_kind work_kind(uint64_t *state)
{
    static const enum op_kind kinds[] = {OP_FLUSH,   OP_FLUSH,  OP_FLUSH,  OP_FLUSH,    OP_POLL,
                                         OP_POLL,    OP_POLL,   OP_MERGE,  OP_MERGE,    OP_SEAL,
                                         OP_RECLAIM, OP_REOPEN, OP_REOPEN, OP_READ_ONLY};
    return kinds[random_below(state, SX_COUNT_OF(kinds))];
}

static enum op_kind change_kind(uint64_t *state, const struct op_mix *mix)
{
    static const enum op_kind kinds[] = {OP_CREATE_DATABASE, OP_CREATE_DATABASE, OP_DROP_DATABASE,
                                         OP_CREATE_POLICY,   OP_CREATE_POLICY,   OP_DROP_POLICY,
                                         OP_ALTER_POLICY};
    if (mix->rollups && random_once_in(state, 3))
        return OP_ROLLUP;
    return kinds[random_below(state, SX_COUNT_OF(kinds))];
}

static enum op_kind delete_kind(uint64_t *state)
{
    static const enum op_kind kinds[] = {OP_DELETE, OP_DELETE, OP_DELETE, OP_DROP_SERIES,
                                         OP_DROP_MEASUREMENT};
    return kinds[random_below(state, SX_COUNT_OF(kinds))];
}

static enum op_kind ask_kind(uint64_t *state)
{
    return (enum op_kind)(OP_SELECT_ROWS + random_below(state, OP_DRY_RUN - OP_SELECT_ROWS + 1));
}

static enum op_kind copy_kind(uint64_t *state)
{
    return (enum op_kind)(OP_READER + random_below(state, OP_DISK_FULL - OP_READER + 1));
}

struct op op_make(uint64_t *state, uint32_t id, const struct op_mix *mix)
{
    struct op op = {.id = id,
                    .database = (int)random_below(state, ORACLE_DATABASES),
                    .policy = (int)random_below(state, ORACLE_POLICIES + 1) - 1,
                    .durability = STRIA_SYNC};
    uint32_t dice = random_below(state, 100);
    op.seed = random_next(state);
    if (dice < mix->work_percent) {
        op.kind = work_kind(state);
        return op;
    }
    if (dice < mix->work_percent + mix->change_percent) {
        op.kind = change_kind(state, mix);
        op.policy = op.policy < 0 ? 1 : op.policy;
        return op;
    }
    if (dice < mix->work_percent + mix->change_percent + mix->delete_percent) {
        op.kind = delete_kind(state);
        return op;
    }
    uint32_t rest = 99 - dice; /* questions and copies stand at the other end */
    if (rest < mix->ask_percent + mix->copy_percent) {
        op.kind = rest < mix->ask_percent ? ask_kind(state) : copy_kind(state);
        return op;
    }
    if (!mix->no_retention && random_once_in(state, 40)) {
        op.kind = random_once_in(state, 4) ? OP_ADVANCE_DAYS : OP_ADVANCE;
        return op;
    }
    op.write = (enum write_kind)random_below(state, mix->imports ? WRITE_KIND_COUNT : WRITE_IMPORT);
    if (mix->no_clash && op.write == WRITE_CLASH)
        op.write = WRITE_OVER;
    if (random_below(state, 100) < mix->async_percent)
        op.durability = STRIA_ASYNC;
    return op;
}

const char *op_text(const struct op *op, char *text, size_t size)
{
    static const char *const kinds[OP_KIND_COUNT] = {"write",
                                                     "flush",
                                                     "merge",
                                                     "seal",
                                                     "reclaim",
                                                     "poll",
                                                     "create database",
                                                     "drop database",
                                                     "create policy",
                                                     "drop policy",
                                                     "alter policy",
                                                     "rollup",
                                                     "delete",
                                                     "drop series",
                                                     "drop measurement",
                                                     "reopen",
                                                     "read only",
                                                     "advance",
                                                     "advance by days",
                                                     "select rows",
                                                     "select by tags",
                                                     "select of a regex",
                                                     "select totals",
                                                     "select floats",
                                                     "select windows",
                                                     "select limit",
                                                     "select with little memory",
                                                     "show catalog",
                                                     "show names",
                                                     "scan",
                                                     "dry run",
                                                     "reader",
                                                     "snapshot",
                                                     "backup",
                                                     "restore",
                                                     "restore database",
                                                     "verify",
                                                     "repair",
                                                     "kill",
                                                     "power loss",
                                                     "disk full"};
    static const char *const writes[WRITE_KIND_COUNT] = {
        "one",   "many series", "run",   "late", "duplicates",    "over",     "subset", "types",
        "texts", "wide",        "clash", "old",  "extreme times", "backfill", "import"};
    if (op->kind == OP_WRITE)
        (void)snprintf(text, size, "%u: write %s%s to %d.%d", op->id, writes[op->write],
                       op->durability == STRIA_ASYNC ? " async" : "", op->database, op->policy);
    else
        (void)snprintf(text, size, "%u: %s %d.%d", op->id, kinds[op->kind], op->database,
                       op->policy);
    return text;
}

/* ---- the parts that both sides must agree on ---- */

static int64_t policy_duration(const struct op *op)
{
    static const int64_t durations[] = {0, 0, 2 * SX_HOUR_NS, 30 * SX_DAY_NS};
    return durations[op->seed % SX_COUNT_OF(durations)];
}

static bool policy_default(const struct op *op)
{
    return op->seed / 16 % 3 == 0;
}

int64_t op_advance_ns(const struct op *op)
{
    int64_t minutes = (int64_t)(op->seed % 180 + 1);
    return (op->kind == OP_ADVANCE_DAYS ? minutes * 60 : minutes) * 60 * 1000000000;
}

bool op_has_effect(const struct op *op)
{
    return op->kind == OP_WRITE ||
           (op->kind >= OP_CREATE_DATABASE && op->kind <= OP_DROP_MEASUREMENT);
}

static bool is_delete(const struct op *op)
{
    return op->kind >= OP_DELETE && op->kind <= OP_DROP_MEASUREMENT;
}

static struct delete delete_of(const struct op *op)
{
    return (struct delete){
        .kind = (enum delete_kind)(op->kind - OP_DELETE), .seed = op->seed, .now_ns = op->now_ns};
}

/* Kept for ever: rows that have expired are not asked for. */
static void add_rollups(const struct op *op, struct sx_command *command)
{
    command->settings = SX_POLICY_ROLLUP;
    if (op->seed % 8 < 6)
        command->rollups[command->rollup_count++].interval_ns = SX_ROLLUP_5M_NS;
    if (op->seed % 8 > 3)
        command->rollups[command->rollup_count++].interval_ns = SX_ROLLUP_1H_NS;
}

static struct sx_command command_of(const struct op *op)
{
    static const enum sx_command_kind kinds[OP_KIND_COUNT] = {
        [OP_CREATE_DATABASE] = SX_CREATE_DATABASE,
        [OP_DROP_DATABASE] = SX_DROP_DATABASE,
        [OP_CREATE_POLICY] = SX_CREATE_POLICY,
        [OP_DROP_POLICY] = SX_DROP_POLICY,
        [OP_ALTER_POLICY] = SX_ALTER_POLICY,
        [OP_ROLLUP] = SX_ALTER_POLICY,
        [OP_DELETE] = SX_DELETE_ROWS,
        [OP_DROP_SERIES] = SX_DROP_SERIES,
        [OP_DROP_MEASUREMENT] = SX_DROP_MEASUREMENT,
    };
    struct sx_command command = {.kind = kinds[op->kind],
                                 .database = sx_bytes_of(oracle_database_name(op->database))};
    if (op->kind == OP_CREATE_DATABASE || op->kind == OP_DROP_DATABASE ||
        (is_delete(op) && op->policy < 0))
        return command;
    command.policy = sx_bytes_of(oracle_policy_name(op->policy < 0 ? 0 : op->policy));
    if (op->kind == OP_ROLLUP) {
        add_rollups(op, &command);
        return command;
    }
    command.settings = SX_POLICY_DURATION | (policy_default(op) ? SX_POLICY_DEFAULT : 0);
    command.duration_ns = policy_duration(op);
    /* The shard duration must fit the shortest that an ALTER may ask for. */
    command.shard_duration_ns = SX_HOUR_NS;
    command.settings |= SX_POLICY_SHARD_DURATION;
    return command;
}

/* ---- the engine ---- */

static int policy_index(const struct sx_policy *policy)
{
    for (int i = 0; i < ORACLE_POLICIES; i++)
        if (sx_bytes_equal(policy->name, sx_bytes_of(oracle_policy_name(i))))
            return i;
    return -1;
}

void op_resolve(struct op *op, struct store *store)
{
    const struct sx_policy *policy = NULL;
    op->now_ns = sx_os_now_ns(store->os);
    op->rows =
        (struct write){.kind = op->write, .seed = op->seed, .id = op->id, .now_ns = op->now_ns};
    if (op->kind != OP_WRITE || !store->engine)
        return;
    struct sx_catalog *catalog = sx_engine_catalog(store->engine);
    const char *name = op->policy < 0 ? "" : oracle_policy_name(op->policy);
    (void)sx_catalog_find(catalog, sx_bytes_of(oracle_database_name(op->database)),
                          sx_bytes_of(name), NULL, &policy, NULL);
    if (policy) {
        op->policy = policy_index(policy);
        op->rows.duration_ns = policy->duration_ns;
    }
    sx_catalog_release(catalog);
    if (op->write == WRITE_OLD && !op->rows.duration_ns)
        op->rows.kind = WRITE_BACKFILL;
    if (op->write == WRITE_EXTREME_TIMES && op->rows.duration_ns)
        op->rows.kind = WRITE_OVER;
}

static stria_status run_delete(const struct op *op, struct store *store, stria_error *err)
{
    struct sx_command command = command_of(op);
    struct delete_selector selector;
    struct delete d = delete_of(op);
    delete_selector_init(&selector, &d, &store->mem);
    command.selector = selector.selector;
    stria_status st = sx_engine_execute(store->engine, &command, err);
    delete_selector_deinit(&selector);
    return st;
}

stria_status op_reopen(struct store *store, bool read_only, stria_error *err)
{
    /* What the last sync meets is not what opening meets. */
    stria_status closed = store_close(store, err);
    store->options.read_only = read_only;
    stria_status opened = store_open(store, err);
    return opened ? opened : closed;
}

void op_run(const struct op *op, struct store *store, struct op_outcome *outcome)
{
    struct sx_command command;
    stria_error *err = &outcome->error;
    *outcome = (struct op_outcome){0};
    if (!store->engine) {
        outcome->status = STRIA_READ_ONLY;
        return;
    }
    switch (op->kind) {
    case OP_WRITE:
        outcome->status = store_write(store, op->database, op->policy, &op->rows, op->durability,
                                      &outcome->written, err);
        return;
    case OP_FLUSH:
    case OP_MERGE:
    case OP_SEAL:
    case OP_RECLAIM:
        outcome->status =
            sx_engine_compact(store->engine, (stria_compact_until)(op->kind - OP_FLUSH), NULL, err);
        return;
    case OP_POLL:
        store_poll(store, 1 + (unsigned)(op->seed % 20));
        return;
    case OP_REOPEN:
        outcome->status = op_reopen(store, false, err);
        return;
    case OP_READ_ONLY:
        outcome->status = op_reopen(store, true, err);
        stria_status again = op_reopen(store, false, outcome->status ? NULL : err);
        outcome->status = outcome->status ? outcome->status : again;
        return;
    case OP_DELETE:
    case OP_DROP_SERIES:
    case OP_DROP_MEASUREMENT:
        outcome->status = run_delete(op, store, err);
        return;
    case OP_ADVANCE:
    case OP_ADVANCE_DAYS:
        return; /* the caller's clock */
    default:
        if (op->kind > OP_ADVANCE_DAYS)
            return;
        command = command_of(op);
        outcome->status = sx_engine_execute(store->engine, &command, err);
        return;
    }
}

bool op_refused(stria_status status)
{
    return status == STRIA_NOT_FOUND || status == STRIA_EXISTS || status == STRIA_CONFLICT ||
           status == STRIA_INVALID || status == STRIA_LIMIT || status == STRIA_BUSY ||
           status == STRIA_READ_ONLY || status == STRIA_DISK_FULL || status == STRIA_NOMEM;
}

/* ---- the oracle ---- */

static bool apply_write(const struct op *op, struct oracle *oracle,
                        const struct op_outcome *outcome, char *text, size_t text_size)
{
    struct test_rows rows = {0};
    struct rows_outcome expected;
    struct oracle_policy *policy = oracle_policy(oracle, op->database, op->policy);
    if (!policy) {
        (void)snprintf(text, text_size, "a write to a policy that is not there");
        return false;
    }
    rows_make(&rows, &op->rows);
    rows_apply(&rows, &op->rows, oracle, policy, &expected);
    rows_free(&rows);
    if (!outcome)
        return true;
    const struct sx_write_result *r = &outcome->written;
    if (r->row_count == expected.row_count && r->sample_count == expected.sample_count &&
        r->conflict_count == expected.conflict_count &&
        r->outside_retention_count == expected.outside_count)
        return true;
    (void)snprintf(text, text_size,
                   "stored %" PRIu64 " rows %" PRIu64 " samples, not %" PRIu64 " and %" PRIu64
                   "; %" PRIu64 " conflicts, not %" PRIu64 "; %" PRIu64 " too old, not %" PRIu64,
                   r->row_count, r->sample_count, expected.row_count, expected.sample_count,
                   r->conflict_count, expected.conflict_count, r->outside_retention_count,
                   expected.outside_count);
    return false;
}

static void apply_alter(const struct op *op, struct oracle *oracle)
{
    struct oracle_policy *policy = oracle_policy(oracle, op->database, op->policy);
    if (!policy)
        return;
    if (policy->duration_ns)
        oracle_forget(policy, op->now_ns);
    policy->duration_ns = policy_duration(op);
    if (policy_default(op))
        oracle->databases[op->database].default_policy = op->policy;
}

static void apply_delete(const struct op *op, struct oracle *oracle)
{
    struct delete d = delete_of(op);
    for (int i = 0; i < ORACLE_POLICIES; i++) {
        const struct oracle_policy *policy = oracle_policy(oracle, op->database, i);
        if (policy && (op->policy < 0 || op->policy == i))
            delete_apply(&d, oracle, policy);
    }
}

bool op_apply(const struct op *op, struct oracle *oracle, const struct op_outcome *outcome,
              char *text, size_t text_size)
{
    switch (op->kind) {
    case OP_WRITE:
        return apply_write(op, oracle, outcome, text, text_size);
    case OP_CREATE_DATABASE:
        oracle_create_database(oracle, op->database);
        return true;
    case OP_DROP_DATABASE:
        oracle_drop_database(oracle, op->database);
        return true;
    case OP_CREATE_POLICY:
        if (oracle->databases[op->database].exists)
            oracle_create_policy(oracle, op->database, op->policy, policy_duration(op),
                                 policy_default(op));
        return true;
    case OP_DROP_POLICY:
        oracle_drop_policy(oracle, op->database, op->policy);
        return true;
    case OP_ALTER_POLICY:
        apply_alter(op, oracle);
        return true;
    case OP_DELETE:
    case OP_DROP_SERIES:
    case OP_DROP_MEASUREMENT:
        apply_delete(op, oracle);
        return true;
    default:
        return true;
    }
}
