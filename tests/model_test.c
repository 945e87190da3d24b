/* SPDX-License-Identifier: Apache-2.0 */
/* model_test.c -- long random histories of a store, each step against the oracle.
 *
 * Why         Merges, late rows, types, drops and reopening meet in more ways than anybody lists.
 *             A history is a seed; the same history runs under several configurations (memtable
 *             sizes, other flushes, merges and reopenings) and must give the same answers. A
 *             history that fails is made shorter, as long as it still fails, before it is told.
 * Limits      STRIA_SWEEP=N runs N times as many; STRIA_SEED=N begins elsewhere. */
#include "compare.h"
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
#define TEXT_MAX 700

static uint64_t number_of(const char *variable, uint64_t otherwise)
{
    const char *text = getenv(variable);
    return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

/* ---- one history ---- */

struct history {
    struct op ops[OPS_PER_HISTORY];
    bool skip[OPS_PER_HISTORY];
};

/* How a history is run: 0 does the work it tells itself, others work of their own. */
struct configuration {
    uint64_t memtable_size;
    uint64_t work_seed;
    uint32_t work_once_in;
};

struct run {
    const struct history *history;
    struct configuration configuration;
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

static bool status_expected(const struct run *r, const struct op *op, stria_status status)
{
    struct oracle oracle = r->oracle; /* only its databases are looked at */
    const struct oracle_policy *policy = oracle_policy(&oracle, op->database, op->policy);
    bool database = oracle.databases[op->database].exists;
    switch (op->kind) {
    case OP_WRITE:
    case OP_ALTER_POLICY:
        return status == (policy ? STRIA_OK : STRIA_NOT_FOUND);
    case OP_DELETE:
    case OP_DROP_SERIES:
    case OP_DROP_MEASUREMENT:
        return status == (database && (policy || op->policy < 0) ? STRIA_OK : STRIA_NOT_FOUND);
    case OP_CREATE_POLICY:
        if (!database || !policy)
            return status == (database ? STRIA_OK : STRIA_NOT_FOUND);
        return status == STRIA_OK || status == STRIA_EXISTS || status == STRIA_CONFLICT;
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

static bool do_op(struct run *r, const struct op *planned)
{
    struct op_outcome outcome;
    struct op resolved = *planned;
    const struct op *op = &resolved;
    char text[300] = "";
    op_resolve(&resolved, &r->store);
    if (op->kind == OP_ADVANCE || op->kind == OP_ADVANCE_DAYS)
        sx_os_mem_set_now(r->store.os, op->now_ns + op_advance_ns(op));
    if (op->kind == OP_REOPEN || op->kind == OP_READ_ONLY)
        if (!let_go(r, op))
            return false;
    if (op->kind == OP_READ_ONLY && !read_only(r, op))
        return false;
    op_run(op, &r->store, &outcome);
    if (!status_expected(r, op, outcome.status))
        return wrong(r, op, stria_status_name(outcome.status), outcome.error.text);
    if (outcome.status == STRIA_OK && !op_apply(op, &r->oracle, &outcome, text, sizeof text))
        return wrong(r, op, "another outcome", text);
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
    return do_op(r, &op);
}

static bool run_ops(struct run *r)
{
    stria_error err = {0};
    const struct configuration *c = &r->configuration;
    if (store_open(&r->store, &err))
        return wrong(r, NULL, "open", err.text);
    for (int i = 0; i < OPS_PER_HISTORY; i++) {
        const struct op *op = &r->history->ops[i];
        /* Chance does not depend on what was left out before. */
        r->state = c->work_seed + (uint64_t)i * 0x9e3779b97f4a7c15u;
        if (r->history->skip[i] || (c->work_once_in && is_work(op)))
            continue;
        if (!do_op(r, op) ||
            (c->work_once_in && random_once_in(&r->state, c->work_once_in) && !do_work(r)) ||
            (random_once_in(&r->state, 100) && !compare_some(r, op)) ||
            (random_once_in(&r->state, 50) && !hold(r)) ||
            (random_once_in(&r->state, 50) && !let_go(r, op)))
            return false;
    }
    struct op reopen = {.kind = OP_REOPEN};
    return let_go(r, NULL) && compare_some(r, NULL) && do_op(r, &reopen) && compare_some(r, NULL);
}

static bool run_history(const struct history *history, const struct configuration *configuration,
                        char *text)
{
    struct run r = {
        .history = history, .configuration = *configuration, .state = configuration->work_seed};
    struct sx_os *os = sx_os_mem_create(configuration->work_seed);
    struct store_options options = {.memtable_size = configuration->memtable_size};
    assert_non_null(os);
    store_init(&r.store, os, &options);
    oracle_init(&r.oracle);
    oracle_init(&r.then);
    bool good = run_ops(&r);
    if (!good)
        memcpy(text, r.text, TEXT_MAX);
    sx_view_release(r.view);
    store_deinit(&r.store);
    oracle_deinit(&r.oracle);
    oracle_deinit(&r.then);
    sx_os_mem_destroy(os);
    return good;
}

/* ---- making and shortening ---- */

static void make_history(struct history *history, uint64_t seed)
{
    uint64_t state = seed;
    struct op_mix mix = {
        .async_percent = 30, .change_percent = 4, .delete_percent = 5, .work_percent = 6};
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
                                  .work_seed = random_next(&state),
                                  .work_once_in = 3 + random_below(&state, 60)};
}

/* Leaves out stretches of operations, ever shorter ones, that the failure does not need. */
static void shorten(struct history *history, const struct configuration *configuration, char *text)
{
    char shorter[TEXT_MAX];
    for (int size = OPS_PER_HISTORY / 2; size > 0; size /= 2)
        for (int i = 0; i < OPS_PER_HISTORY; i += size) {
            bool before[OPS_PER_HISTORY];
            memcpy(before, history->skip, sizeof before);
            for (int j = i; j < i + size && j < OPS_PER_HISTORY; j++)
                history->skip[j] = true;
            if (run_history(history, configuration, shorter))
                memcpy(history->skip, before, sizeof before);
            else
                memcpy(text, shorter, TEXT_MAX);
        }
}

static void tell(struct history *history, const struct configuration *configuration, uint64_t seed,
                 char *text)
{
    char name[100];
    print_error("seed %" PRIu64 ", memtable %" PRIu64 ", work %" PRIu64 ": %s\nshortened:\n", seed,
                configuration->memtable_size, configuration->work_seed, text);
    shorten(history, configuration, text);
    for (int i = 0; i < OPS_PER_HISTORY; i++)
        if (!history->skip[i])
            print_error("  %s\n", op_text(&history->ops[i], name, sizeof name));
    print_error("  then %s\n", text);
}

static void check_history(uint64_t seed, unsigned first, unsigned count)
{
    static struct history history;
    char text[TEXT_MAX] = "";
    make_history(&history, seed);
    for (unsigned i = first; i < first + count; i++) {
        struct configuration configuration = make_configuration(seed, i);
        if (!run_history(&history, &configuration, text)) {
            tell(&history, &configuration, seed, text);
            fail_msg("seed %" PRIu64 ", configuration %u", seed, i);
        }
    }
}

/* ---- tests ---- */

static void test_a_store_holds_what_the_oracle_holds(void **state)
{
    uint64_t seed = number_of("STRIA_SEED", 1), count = HISTORIES * number_of("STRIA_SWEEP", 1);
    (void)state;
    print_message("%" PRIu64 " histories of %d operations from seed %" PRIu64 "\n", count,
                  OPS_PER_HISTORY, seed);
    for (uint64_t i = 0; i < count; i++)
        check_history(seed + i, 0, 1);
}

static void test_other_configurations_give_the_same_answers(void **state)
{
    uint64_t seed = number_of("STRIA_SEED", 1), count = HISTORIES * number_of("STRIA_SWEEP", 1);
    (void)state;
    for (uint64_t i = 0; i < count; i++)
        check_history(seed + i, 1, CONFIGURATIONS - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_store_holds_what_the_oracle_holds),
        cmocka_unit_test(test_other_configurations_give_the_same_answers),
    };
    universe_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
