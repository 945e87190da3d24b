/* SPDX-License-Identifier: Apache-2.0 */
/* model_test.c -- long random histories of a store, each step against the oracle.
 *
 * Why         Merges, late rows, types, drops and reopening meet in more ways than anybody lists.
 *             A history is a seed; the same history runs under several configurations (memtable
 *             sizes, other flushes, merges and reopenings) and must give the same answers. A
 *             history that fails is made shorter, as long as it still fails, before it is told.
 *             Questions are part of a history: their answers, hashed, are those of the first
 *             configuration in all others.
 * Limits      STRIA_SWEEP=N runs N times as many; STRIA_SEED=N begins elsewhere. */
#include "asks.h"
#include "compare.h"
#include "copies.h"
#include "mortal_os.h"
#include "ops.h"
#include "random.h"

#include "os/os_mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define OPS_PER_HISTORY 1500
#define HISTORIES 9
#define CONFIGURATIONS 8
#define LONG_AGO_ONCE_IN 5
#define TEXT_MAX 1500
#define STEP_NS ((int64_t)10 * 1000000000) /* between two operations, by every clock */
#define FULL_SIZE ((uint64_t)1 << 30)
#define TRIES 100

static uint64_t number_of(const char *variable, uint64_t otherwise)
{
    const char *text = getenv(variable);
    return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

/* ---- one history ---- */

struct history {
    struct op ops[OPS_PER_HISTORY];
    bool skip[OPS_PER_HISTORY];
    uint64_t answers[OPS_PER_HISTORY]; /* of the first configuration */
};

/* How a history is run: 0 does the work it tells itself, others work of their own. */
struct configuration {
    unsigned number;
    uint64_t memtable_size, memory_size;
    uint64_t work_seed;
    uint32_t work_once_in;
};

struct run {
    struct history *history;
    struct configuration configuration;
    struct sx_os *disk; /* below the one that the store has, and that dies */
    int64_t clock_ns;
    struct copies copies;
    struct store store;
    struct oracle oracle;
    struct sx_view *view; /* held for some time; NULL: none */
    uint32_t view_policy_id;
    struct oracle then; /* when it was taken */
    struct oracle_policy then_policy;
    uint64_t state;
    char text[TEXT_MAX];
};

static bool wrong(struct run *r, const struct op *op, const char *what, const char *detail)
{
    char name[100];
    (void)snprintf(r->text, sizeof r->text, "%s: %s: %s (%s)", op ? op_text(op, name, 100) : "end",
                   what, detail, r->store.last_trouble);
    return false;
}

static bool is_work(const struct op *op)
{
    return (op->kind >= OP_FLUSH && op->kind <= OP_POLL) || op->kind == OP_REOPEN ||
           op->kind == OP_READ_ONLY;
}

/* A store with little memory may have to leave a merge alone: rollups of the wide measurement have
 * hundreds of columns. */
static bool is_poor(const struct run *r)
{
    uint64_t size = r->store.options.memory_size;
    return size && size < (uint64_t)64 << 20;
}

static bool status_expected(const struct run *r, const struct op *op, stria_status status)
{
    struct oracle oracle = r->oracle; /* only its databases are looked at */
    const struct oracle_policy *policy = oracle_policy(&oracle, op->database, op->policy);
    bool database = oracle.databases[op->database].exists;
    switch (op->kind) {
    case OP_WRITE:
    case OP_ALTER_POLICY:
    case OP_ROLLUP:
        return status == (policy ? STRIA_OK : STRIA_NOT_FOUND);
    case OP_DELETE:
    case OP_DROP_SERIES:
    case OP_DROP_MEASUREMENT:
        return status == (database && (policy || op->policy < 0) ? STRIA_OK : STRIA_NOT_FOUND);
    case OP_CREATE_POLICY:
        if (!database || !policy)
            return status == (database ? STRIA_OK : STRIA_NOT_FOUND);
        return status == STRIA_OK || status == STRIA_EXISTS || status == STRIA_CONFLICT;
    case OP_MERGE:
    case OP_SEAL:
    case OP_RECLAIM:
        return status == STRIA_OK || (status == STRIA_NOMEM && is_poor(r));
    default:
        return status == STRIA_OK;
    }
}

static bool compare_some(struct run *r, const struct op *op)
{
    struct comparison result;
    struct compare_how how = {.descending = random_once_in(&r->state, 2),
                              .in_time = random_once_in(&r->state, 3)};
    int64_t now = sx_os_now_ns(r->store.os);
    how.time_min_ns = now - (int64_t)random_below(&r->state, 10000) * 1000000000;
    how.time_max_ns = how.time_min_ns + (int64_t)random_below(&r->state, 5000) * 1000000000;
    return compare_store(&r->store, &r->oracle, &how, &result) ||
           wrong(r, op, how.descending ? "compared, descending" : "compared", result.text);
}

/* A view shows what was there when it was taken, whatever happens meanwhile: but for the memtable
 * that is being written, which is live, and therefore flushed before. */
static bool hold(struct run *r)
{
    int database = (int)random_below(&r->state, ORACLE_DATABASES);
    int policy = (int)random_below(&r->state, ORACLE_POLICIES);
    uint32_t id = store_policy_id(&r->store, database, policy);
    stria_error err = {0};
    if (r->view || !id)
        return true;
    oracle_copy(&r->then, &r->oracle);
    r->then_policy = r->then.databases[database].policies[policy];
    r->view_policy_id = id;
    return (!sx_engine_compact(r->store.engine, STRIA_COMPACT_FLUSH, NULL, &err) &&
            !sx_engine_view(r->store.engine, id, &r->view, &err)) ||
           wrong(r, NULL, "view", err.text);
}

static bool let_go(struct run *r, const struct op *op)
{
    struct comparison result = {0};
    if (!r->view)
        return true;
    bool same = compare_view(&r->store, r->view, r->view_policy_id, &r->then, &r->then_policy, NULL,
                             &result);
    sx_view_release(r->view);
    r->view = NULL;
    return same || wrong(r, op, "a view that was held", result.text);
}

/* ---- questions and copies ---- */

static bool do_ask(struct run *r, const struct op *op, size_t index)
{
    char text[TEXT_MAX];
    uint64_t hash;
    if (!ask(op, &r->store, &r->oracle, &hash, text, sizeof text))
        return wrong(r, op, "asked", text);
    if (r->configuration.number == 0)
        r->history->answers[index] = hash;
    return !hash || hash == r->history->answers[index] ||
           wrong(r, op, "asked", "another answer than in the first configuration");
}

static bool do_copy(struct run *r, const struct op *op)
{
    char text[TEXT_MAX];
    bool closes = op->kind == OP_REPAIR || op->kind == OP_RESTORE_DATABASE;
    if (closes && !let_go(r, op))
        return false;
    return copies_do(&r->copies, op, &r->store, &r->oracle, text, sizeof text) ||
           wrong(r, op, "a copy", text);
}

/* ---- what happens to a store ---- */

static enum sx_crash_fate choose(void *context, uint64_t item, bool is_sector)
{
    uint64_t *state = context;
    (void)item;
    return is_sector ? (enum sx_crash_fate)random_below(state, 4)
                     : (enum sx_crash_fate)random_below(state, 2);
}

/* Without any goodbye; what was written is there. */
static bool be_killed(struct run *r, const struct op *op)
{
    stria_error err = {0};
    if (!let_go(r, op))
        return false;
    if (op->kind == OP_POWER_LOSS)
        copies_let_go(&r->copies);
    mortal_os_kill(r->store.os);
    (void)store_close(&r->store, NULL);
    mortal_os_destroy(r->store.os);
    if (op->kind == OP_POWER_LOSS) {
        struct sx_os *left = sx_os_mem_crash(r->disk, choose, &r->state);
        assert_non_null(left);
        sx_os_mem_destroy(r->disk);
        r->disk = left;
    }
    r->store.os = mortal_os_create(r->disk);
    r->store.disk = r->disk;
    return (!store_open(&r->store, &err) || wrong(r, op, "opened again", err.text)) &&
           compare_some(r, op);
}

/* What was only written is synced first, as nobody may rely on more. */
static bool lose_power(struct run *r, const struct op *op)
{
    stria_error err = {0};
    if (sx_engine_compact(r->store.engine, STRIA_COMPACT_FLUSH, NULL, &err))
        return wrong(r, op, "flush", err.text);
    return be_killed(r, op);
}

static void set_free(struct run *r, uint64_t size)
{
    sx_os_mem_set_space(r->disk, size, FULL_SIZE);
    /* The state of the disk is looked at every second. */
    r->store.os->ops->sleep_ns(r->store.os, 1100000000);
    store_poll(&r->store, 5);
}

/* A disk with no space left takes no row and loses none; with space, it takes them by itself. */
static bool fill_disk(struct run *r, const struct op *planned)
{
    struct op_outcome outcome = {0};
    struct op op = *planned;
    op.kind = OP_WRITE;
    op.rows.kind = op.write = (enum write_kind)(op.seed % WRITE_CLASH);
    if (!oracle_policy(&r->oracle, op.database, op.policy))
        return true;
    op_resolve(&op, &r->store);
    op.now_ns = op.rows.now_ns = r->clock_ns;
    uint64_t size = op.seed / 64 % 2 ? 0 : 600000;
    set_free(r, size);
    sx_os_mem_set_space(r->disk, size, FULL_SIZE); /* what the store gave back is taken as well */
    r->store.os->ops->sleep_ns(r->store.os, 100000000);
    op_run(&op, &r->store, &outcome);
    if (outcome.status != STRIA_DISK_FULL && outcome.status != STRIA_READ_ONLY)
        return wrong(r, planned, "a write on a full disk", stria_status_name(outcome.status));
    if (!compare_some(r, planned))
        return false;
    set_free(r, FULL_SIZE);
    /* Flushes that found no space told so. */
    memset(r->store.events, 0, sizeof r->store.events);
    r->store.last_trouble[0] = 0;
    op_run(&op, &r->store, &outcome);
    if (outcome.status)
        return wrong(r, planned, "a write when there is space again", outcome.error.text);
    return op_apply(&op, &r->oracle, &outcome, r->text, sizeof r->text);
}

/* What is opened for reading only shows the same, and refuses to change it. */
static bool read_only(struct run *r, const struct op *op)
{
    stria_error err = {0};
    struct op_outcome outcome;
    struct op create = {.kind = OP_CREATE_DATABASE, .database = 2};
    if (op_reopen(&r->store, true, &err))
        return wrong(r, op, "opened for reading", err.text);
    op_run(&create, &r->store, &outcome);
    if (outcome.status != STRIA_READ_ONLY)
        return wrong(r, op, "a change of what is read only", stria_status_name(outcome.status));
    return compare_some(r, op);
}

/* As a host does who is told to come again. */
static void run_patiently(struct run *r, const struct op *op, struct op_outcome *outcome)
{
    op_run(op, &r->store, outcome);
    for (int i = 0; i < TRIES && outcome->status == STRIA_BUSY; i++) {
        store_poll(&r->store, 20);
        op_run(op, &r->store, outcome);
    }
}

static bool do_special(struct run *r, const struct op *op, size_t index)
{
    if (op->kind <= OP_DRY_RUN)
        return do_ask(r, op, index);
    if (op->kind <= OP_REPAIR)
        return do_copy(r, op);
    return op->kind == OP_DISK_FULL    ? fill_disk(r, op)
           : op->kind == OP_POWER_LOSS ? lose_power(r, op)
                                       : be_killed(r, op);
}

static bool do_op(struct run *r, const struct op *planned, size_t index)
{
    struct op_outcome outcome;
    struct op resolved = *planned;
    const struct op *op = &resolved;
    char text[300] = "";
    /* The clock is the history's, whatever a configuration does between. */
    sx_os_mem_set_now(r->disk, r->clock_ns);
    op_resolve(&resolved, &r->store);
    resolved.now_ns = resolved.rows.now_ns = r->clock_ns;
    if (op->kind > OP_ADVANCE_DAYS)
        return do_special(r, op, index);
    if (op->kind == OP_ADVANCE || op->kind == OP_ADVANCE_DAYS) {
        r->clock_ns += op_advance_ns(op);
        sx_os_mem_set_now(r->disk, r->clock_ns);
    }
    if (op->kind == OP_REOPEN || op->kind == OP_READ_ONLY)
        if (!let_go(r, op))
            return false;
    if (op->kind == OP_READ_ONLY && !read_only(r, op))
        return false;
    run_patiently(r, op, &outcome);
    if (!status_expected(r, op, outcome.status))
        return wrong(r, op, stria_status_name(outcome.status), outcome.error.text);
    if (outcome.status == STRIA_OK && !op_apply(op, &r->oracle, &outcome, text, sizeof text))
        return wrong(r, op, "another outcome", text);
    if (is_poor(r) && strncmp(r->store.last_trouble, "merge_failed", 12) == 0) {
        r->store.events[STORE_OTHER_TROUBLE] = 0;
        r->store.last_trouble[0] = 0;
    }
    if (r->store.events[STORE_OTHER_TROUBLE] || r->store.events[STORE_LOG_DAMAGE] ||
        r->store.events[STORE_MANIFEST_DAMAGE] || r->store.events[STORE_UNKNOWN_SEGMENT])
        return wrong(r, op, "trouble", r->store.last_trouble);
    return true;
}

/* Work that only this configuration does. */
static bool do_work(struct run *r)
{
    struct op_mix mix = {.work_percent = 100};
    struct op op = op_make(&r->state, 0, &mix);
    return do_op(r, &op, 0);
}

static bool run_ops(struct run *r)
{
    stria_error err = {0};
    const struct configuration *c = &r->configuration;
    if (store_open(&r->store, &err))
        return wrong(r, NULL, "open", err.text);
    for (size_t i = 0; i < OPS_PER_HISTORY; i++) {
        const struct op *op = &r->history->ops[i];
        /* Chance does not depend on what was left out before. */
        r->state = c->work_seed + (uint64_t)i * 0x9e3779b97f4a7c15u;
        r->clock_ns += STEP_NS;
        if (r->history->skip[i] || (c->work_once_in && is_work(op)))
            continue;
        if (!do_op(r, op, i) ||
            (c->work_once_in && random_once_in(&r->state, c->work_once_in) && !do_work(r)) ||
            (random_once_in(&r->state, 100) && !compare_some(r, op)) ||
            (random_once_in(&r->state, 50) && !hold(r)) ||
            (random_once_in(&r->state, 50) && !let_go(r, op)))
            return false;
    }
    struct op reopen = {.kind = OP_REOPEN};
    return let_go(r, NULL) && compare_some(r, NULL) && do_op(r, &reopen, 0) &&
           compare_some(r, NULL);
}

static bool run_history(struct history *history, const struct configuration *configuration,
                        char *text)
{
    static struct run r;
    struct store_options options = {.memtable_size = configuration->memtable_size,
                                    .memory_size = configuration->memory_size};
    r = (struct run){
        .history = history, .configuration = *configuration, .state = configuration->work_seed};
    r.disk = sx_os_mem_create(configuration->work_seed);
    assert_non_null(r.disk);
    r.clock_ns = sx_os_now_ns(r.disk);
    store_init(&r.store, mortal_os_create(r.disk), &options);
    r.store.disk = r.disk;
    /* The host's folder: whoever loses power has made it before. */
    assert_int_equal(r.disk->ops->mkdir(r.disk, "data", NULL), STRIA_OK);
    assert_int_equal(r.disk->ops->sync_dir(r.disk, "", NULL), STRIA_OK);
    oracle_init(&r.oracle);
    oracle_init(&r.then);
    copies_init(&r.copies);
    bool good = run_ops(&r);
    if (!good)
        memcpy(text, r.text, TEXT_MAX);
    sx_view_release(r.view);
    copies_deinit(&r.copies);
    store_deinit(&r.store);
    mortal_os_destroy(r.store.os);
    oracle_deinit(&r.oracle);
    oracle_deinit(&r.then);
    sx_os_mem_destroy(r.disk);
    return good;
}

/* ---- making and shortening ---- */

static void make_history(struct history *history, uint64_t seed)
{
    uint64_t state = seed;
    bool long_ago = seed % LONG_AGO_ONCE_IN == 1; /* such a history takes several times as long */
    struct op_mix mix = {.imports = long_ago,
                         .rollups = long_ago,
                         .async_percent = 30,
                         .change_percent = 4,
                         .delete_percent = 5,
                         .work_percent = 6,
                         .ask_percent = 12,
                         .copy_percent = 3};
    memset(history->skip, 0, sizeof history->skip);
    for (uint32_t i = 0; i < OPS_PER_HISTORY; i++)
        history->ops[i] = op_make(&state, i, &mix);
    for (int i = 0; i < ORACLE_DATABASES; i++)
        history->ops[i] = (struct op){.kind = OP_CREATE_DATABASE, .database = i, .id = (uint32_t)i};
}

static struct configuration make_configuration(uint64_t seed, unsigned number)
{
    uint64_t state = seed + number;
    if (number == 0)
        return (struct configuration){.work_seed = seed};
    return (struct configuration){.memtable_size = (uint64_t)4096 << random_below(&state, 8),
                                  .number = number,
                                  .memory_size = (uint64_t)16 << 20 << random_below(&state, 4),
                                  .work_seed = random_next(&state),
                                  .work_once_in = 3 + random_below(&state, 60)};
}

/* Whether it fails; another configuration has the answers of the first to compare with. */
static bool fails(struct history *history, const struct configuration *configuration, uint64_t seed,
                  char *text)
{
    char ignored[TEXT_MAX];
    struct configuration first = make_configuration(seed, 0);
    if (configuration->number != 0 && !run_history(history, &first, ignored))
        return false; /* another failure */
    return !run_history(history, configuration, text);
}

/* Leaves out stretches of operations, ever shorter ones, that the failure does not need. */
static void shorten(struct history *history, const struct configuration *configuration,
                    uint64_t seed, char *text)
{
    char shorter[TEXT_MAX];
    for (int size = OPS_PER_HISTORY / 2; size > 0; size /= 2)
        for (int i = 0; i < OPS_PER_HISTORY; i += size) {
            bool before[OPS_PER_HISTORY];
            memcpy(before, history->skip, sizeof before);
            for (int j = i; j < i + size && j < OPS_PER_HISTORY; j++)
                history->skip[j] = true;
            if (fails(history, configuration, seed, shorter))
                memcpy(text, shorter, TEXT_MAX);
            else
                memcpy(history->skip, before, sizeof before);
        }
}

static void tell(struct history *history, const struct configuration *configuration, uint64_t seed,
                 char *text)
{
    char name[100];
    print_error("seed %" PRIu64 ", memtable %" PRIu64 ", work %" PRIu64 ": %s\nshortened:\n", seed,
                configuration->memtable_size, configuration->work_seed, text);
    shorten(history, configuration, seed, text);
    for (int i = 0; i < OPS_PER_HISTORY; i++)
        if (!history->skip[i])
            print_error("  %s\n", op_text(&history->ops[i], name, sizeof name));
    print_error("  then %s\n", text);
}

static void check_history(uint64_t seed)
{
    static struct history history;
    char text[TEXT_MAX] = "";
    make_history(&history, seed);
    for (unsigned i = 0; i < CONFIGURATIONS; i++) {
        struct configuration configuration = make_configuration(seed, i);
        if (!run_history(&history, &configuration, text)) {
            tell(&history, &configuration, seed, text);
            fail_msg("seed %" PRIu64 ", configuration %u", seed, i);
        }
    }
}

/* ---- tests ---- */

static void test_a_store_holds_and_answers_what_the_oracle_does_however_it_is_run(void **state)
{
    uint64_t seed = number_of("STRIA_SEED", 1), count = HISTORIES * number_of("STRIA_SWEEP", 1);
    (void)state;
    print_message("%" PRIu64 " histories of %d operations of %d kinds from seed %" PRIu64
                  ", each under %d configurations: %" PRIu64 " operations\n",
                  count, OPS_PER_HISTORY, OP_KIND_COUNT, seed, CONFIGURATIONS,
                  count * OPS_PER_HISTORY * CONFIGURATIONS);
    for (uint64_t i = 0; i < count; i++)
        check_history(seed + i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_store_holds_and_answers_what_the_oracle_does_however_it_is_run),
    };
    universe_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
