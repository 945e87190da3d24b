/* SPDX-License-Identifier: Apache-2.0 */
/* fault_test.c -- every call to the system fails, once or from then on, while a store works.
 *
 * Method      A script of operations runs on a disk in memory whose Nth call fails, for N = 1, 2,
 *             ... Then the power goes, and a store is opened on what that leaves; and the store
 *             itself is closed and opened again on a disk that is well. Both must hold what was
 *             acknowledged, nothing torn, nothing twice; and go on working.
 * Limits      STRIA_SWEEP=N: N times as many of the cases; all of them from 40 on. STRIA_SEED=N.
 *             STRIA_CALL=N: only cases that fail call N. */
#include "history.h"
#include "random.h"
#include "script.h"

#include "os/os_fault.h"
#include "os/os_mem.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SCRIPT_OPS 90
#define CASES_PER_SWEEP 500
#define OPS_AFTER_FAULT 12 /* of a fault that stays: more would only fail likewise */

struct fault_case {
    uint64_t fail_at;
    int os_errno;
    bool for_ever, partial;
};

struct run {
    const struct script *script;
    struct sx_os_fault_options fault;
    struct sx_os *disk;
    struct store store;
    struct history history;
    uint64_t state;
    const char *call; /* that failed */
    uint64_t call_count;
    char text[600];
};

static bool wrong(struct run *r, const char *where, const char *what)
{
    (void)snprintf(r->text, sizeof r->text, "%s: %s (%s)", where, what, r->store.last_trouble);
    return false;
}

/* ---- the parts of a case ---- */

static bool run_script(struct run *r, struct sx_os *os)
{
    uint32_t left = UINT32_MAX;
    char text[400] = "", name[100];
    for (uint32_t i = 0; i < r->script->count && left && r->store.engine; i++, left--) {
        struct op_outcome outcome;
        bool before = sx_os_fault_fired(os);
        if (getenv("STRIA_TRACE"))
            print_error("%s\n", op_text(&r->script->ops[i], name, sizeof name));
        if (!history_do(&r->history, &r->script->ops[i], &r->store, &outcome, text, sizeof text))
            return wrong(r, op_text(&r->script->ops[i], name, sizeof name), text);
        if (outcome.status == STRIA_INTERNAL)
            return wrong(r, op_text(&r->script->ops[i], name, sizeof name), outcome.error.text);
        if (!before && sx_os_fault_fired(os) && r->fault.for_ever)
            left = OPS_AFTER_FAULT;
    }
    return true;
}

/* A fault that has passed leaves a store that shows what it acknowledged. */
static bool check_running(struct run *r, struct sx_os *os)
{
    struct comparison result;
    if (!r->store.engine || r->fault.for_ever)
        return true;
    bool before = sx_os_fault_fired(os), same;
    same = compare_store(&r->store, &r->history.now, NULL, &result);
    if (!same && !before && sx_os_fault_fired(os)) /* a failure to read passes */
        same = compare_store(&r->store, &r->history.now, NULL, &result);
    return same || wrong(r, "still running", result.text);
}

static bool check_opened(struct run *r, struct store *store, struct history *history,
                         enum interruption interruption, const char *where)
{
    struct comparison result = {0};
    struct oracle found;
    stria_error err = {0};
    if (store_open(store, &err))
        return wrong(r, where, err.text);
    char told[300];
    (void)snprintf(told, sizeof told, "%s", store->last_trouble);
    if (store->events[STORE_LOG_DAMAGE] || store->events[STORE_MANIFEST_DAMAGE] ||
        store->events[STORE_UNKNOWN_SEGMENT])
        return wrong(r, where, told);
    oracle_init(&found);
    bool good = history_check(history, store, interruption, &found, &result);
    if (good) {
        history_settle(history, &found);
        good = history_go_on(history, store, r->state, SCRIPT_OPS_MAX, &result);
    }
    oracle_deinit(&found);
    return good || wrong(r, where, result.text);
}

static enum sx_crash_fate choose(void *context, uint64_t item, bool is_sector)
{
    uint64_t *state = context;
    (void)item;
    (void)is_sector;
    return (enum sx_crash_fate)random_below(state, 4);
}

/* The power goes while the script's store is open. */
static bool check_power_loss(struct run *r)
{
    struct sx_os *left =
        sx_os_mem_crash(r->disk, random_once_in(&r->state, 4) ? NULL : choose, &r->state);
    struct store store;
    struct history history = r->history; /* a copy that is settled on its own */
    assert_non_null(left);
    memset(&history.base, 0, sizeof history.base);
    memset(&history.now, 0, sizeof history.now);
    oracle_copy(&history.base, &r->history.base);
    oracle_copy(&history.now, &r->history.now);
    store_init(&store, left, NULL);
    bool good = check_opened(r, &store, &history, INTERRUPTED_BY_POWER, "after a power loss");
    store_deinit(&store);
    history_deinit(&history);
    sx_os_mem_destroy(left);
    return good;
}

static bool check_reopened(struct run *r)
{
    stria_error err = {0};
    if (r->store.engine && store_close(&r->store, &err) == STRIA_OK)
        history_synced(&r->history);
    r->store.os = r->disk;
    return check_opened(r, &r->store, &r->history, INTERRUPTED_BY_KILL, "opened again");
}

/* False: text says what is wrong. *fired: the fault happened. */
static bool run_case(const struct script *script, const struct fault_case *fault, bool *fired,
                     uint64_t *call_count, char *text)
{
    struct run r = {.script = script,
                    .fault = {.fail_at = fault->fail_at,
                              .for_ever = fault->for_ever,
                              .os_errno = fault->os_errno,
                              .partial_write = fault->partial},
                    .state = script->seed + fault->fail_at};
    struct store_options options = {.memtable_size = 16384};
    r.disk = sx_os_mem_create(script->seed);
    struct sx_os *os = sx_os_fault_create(r.disk, &r.fault);
    assert_non_null(r.disk);
    assert_non_null(os);
    store_init(&r.store, os, &options);
    r.store.disk = r.disk;
    history_init(&r.history);
    (void)store_open(&r.store, NULL); /* may be what fails */
    bool good =
        run_script(&r, os) && check_running(&r, os) && check_power_loss(&r) && check_reopened(&r);
    *fired = sx_os_fault_fired(os);
    *call_count = sx_os_fault_calls(os);
    if (!good)
        (void)snprintf(text, 800, "call %" PRIu64 " (%s) fails %s with errno %d%s: %s",
                       fault->fail_at, sx_os_fault_call_name(os),
                       fault->for_ever ? "from then on" : "once", fault->os_errno,
                       fault->partial ? " after a part" : "", r.text);
    store_deinit(&r.store);
    history_deinit(&r.history);
    sx_os_fault_destroy(os);
    sx_os_mem_destroy(r.disk);
    return good;
}

/* ---- sweeps ---- */

static struct fault_case case_of(uint64_t fail_at, uint64_t number)
{
    static const int errnos[] = {EIO, ENOSPC, EIO, EDQUOT, EIO, EMFILE, EIO, EROFS};
    return (struct fault_case){.fail_at = fail_at,
                               .os_errno = errnos[number % SX_COUNT_OF(errnos)],
                               .for_ever = number / 2 % 2,
                               .partial = number / 4 % 2};
}

static void sweep(uint64_t seed, uint64_t case_count)
{
    static struct script script;
    struct op_mix mix = {
        .no_clash = true, .async_percent = 25, .change_percent = 6, .work_percent = 22};
    struct fault_case none = {0};
    uint64_t calls = 0, ran = 0, failed = 0;
    char text[800] = "";
    bool fired;
    script_make(&script, seed, SCRIPT_OPS, &mix);
    if (!run_case(&script, &none, &fired, &calls, text))
        fail_msg("seed %" PRIu64 ": %s", seed, text);
    /* Every call once in some way; with more cases, in all ways. */
    uint64_t ways = 16, stride = calls * ways / (case_count + 1) + 1;
    uint64_t only = script_number("STRIA_CALL", 0);
    for (uint64_t i = seed % stride; i < calls * ways; i += stride) {
        uint64_t ignored;
        struct fault_case fault = case_of(1 + i % calls, i / calls + i);
        if (only && fault.fail_at != only)
            continue;
        ran++;
        if (!run_case(&script, &fault, &fired, &ignored, text)) {
            print_error("seed %" PRIu64 ": %s\n", seed, text);
            failed++;
        }
    }
    print_message("seed %" PRIu64 ": %" PRIu64 " calls, %" PRIu64 " cases, %" PRIu64 " failed\n",
                  seed, calls, ran, failed);
    assert_int_equal(failed, 0);
}

static void test_no_failing_call_loses_what_was_acknowledged(void **state)
{
    uint64_t sweeps = script_number("STRIA_SWEEP", 1), seed = script_number("STRIA_SEED", 1);
    (void)state;
    for (uint64_t i = 0; i < 2; i++)
        sweep(seed + i, CASES_PER_SWEEP * sweeps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_failing_call_loses_what_was_acknowledged),
    };
    universe_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
