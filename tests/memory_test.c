/* SPDX-License-Identifier: Apache-2.0 */
/* memory_test.c -- every allocation of a store fails, once or from then on, while it works.
 *
 * Method      A script of operations runs on a disk in memory; the Nth allocation is refused, for
 *             many N. Nothing that was acknowledged may be lost, neither in the running store nor
 *             when the power goes nor when it is opened again. And between the sync of a write and
 *             the end of its applying nothing is allocated at all: that could only fail too late.
 * Limits      STRIA_SWEEP=N: N times as many of the cases; all of them from 60 on. STRIA_SEED=N.
 *             STRIA_CALL=N: only cases that refuse allocation N. */
#include "random.h"
#include "trial.h"

#include "os/os_mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SCRIPT_OPS 70
#define CASES_PER_SWEEP 400

struct run {
    struct trial trial; /* first */
    struct sx_mem_fault fault;
};

static bool fired(const struct trial *trial)
{
    return atomic_load(&((const struct run *)trial)->fault.fired);
}

/* fail_at: 1-based; 0: none. False: text says what is wrong. */
static bool run_case(const struct script *script, uint64_t fail_at, bool for_ever, uint64_t *count,
                     char *text)
{
    static struct run r;
    struct trial *t = &r.trial;
    struct store_options options = {.memtable_size = 16384, .fault = &r.fault};
    struct sx_os *disk = sx_os_mem_create(script->seed);
    int64_t start = fail_at ? (int64_t)fail_at : INT64_MAX;
    assert_non_null(disk);
    trial_init(t, script, disk, NULL, &options, script->seed + fail_at);
    t->fired = fired;
    t->for_ever = for_ever;
    r.fault = (struct sx_mem_fault){.for_ever = for_ever};
    atomic_init(&r.fault.countdown, start);
    if (getenv("STRIA_TRACE_CASES"))
        print_error("allocation %" PRIu64 "%s\n", fail_at, for_ever ? " and later" : "");
    (void)store_open(&t->store, NULL); /* may be what fails */
    bool good = trial_run_script(t);
    *count = (uint64_t)(start - atomic_load(&r.fault.countdown));
    /* There is memory again. */
    bool happened = fired(t);
    r.fault.for_ever = false;
    atomic_store(&r.fault.countdown, -1);
    good = good && trial_check_running(t) && trial_check_power_loss(t) && trial_check_reopened(t);
    if (!good)
        (void)snprintf(text, 800, "allocation %" PRIu64 " is refused%s%s: %s", fail_at,
                       for_ever ? " and all later ones" : "", happened ? "" : " (never reached)",
                       t->text);
    trial_deinit(t);
    sx_os_mem_destroy(disk);
    return good;
}

static void sweep(uint64_t seed, uint64_t case_count)
{
    static struct script script;
    struct op_mix mix = {.no_clash = true,
                         .async_percent = 25,
                         .change_percent = 8,
                         .delete_percent = 8,
                         .work_percent = 26};
    uint64_t allocations = 0, ran = 0, failed = 0, ignored;
    char text[800] = "";
    script_make(&script, seed, SCRIPT_OPS, &mix);
    if (!run_case(&script, 0, false, &allocations, text))
        fail_msg("seed %" PRIu64 ": %s", seed, text);
    uint64_t only = script_number("STRIA_CALL", 0);
    uint64_t stride = 2 * allocations / (case_count + 1) + 1;
    for (uint64_t i = seed % stride; i < 2 * allocations; i += only ? 1 : stride) {
        uint64_t at = 1 + i / 2;
        if (only && at != only)
            continue;
        ran++;
        if (!run_case(&script, at, i % 2, &ignored, text)) {
            print_error("seed %" PRIu64 ": %s\n", seed, text);
            failed++;
        }
    }
    print_message("seed %" PRIu64 ": %" PRIu64 " allocations, %" PRIu64 " cases, %" PRIu64
                  " failed\n",
                  seed, allocations, ran, failed);
    assert_int_equal(failed, 0);
}

static void test_no_refused_allocation_loses_what_was_acknowledged(void **state)
{
    uint64_t sweeps = script_number("STRIA_SWEEP", 1), seed = script_number("STRIA_SEED", 1);
    (void)state;
    for (uint64_t i = 0; i < 2; i++)
        sweep(seed + i, CASES_PER_SWEEP * sweeps);
}

/* ---- between the sync and the end ---- */

struct watch {
    struct sx_mem_fault fault;
    int64_t at_sync;
    uint64_t sync_count;
};

static void note_call(void *context, const char *line)
{
    struct watch *w = context;
    if (strncmp(line, "sync ", 5) != 0)
        return;
    w->at_sync = atomic_load(&w->fault.countdown);
    w->sync_count++;
}

static void test_nothing_is_allocated_between_the_sync_of_a_write_and_its_end(void **state)
{
    static struct watch w;
    struct sx_os *disk = sx_os_mem_create(1);
    struct store store;
    struct store_options options = {.memtable_size = 1 << 20, .fault = &w.fault};
    struct op create = {.kind = OP_CREATE_DATABASE};
    struct op_outcome outcome;
    stria_error err = {0};
    (void)state;
    atomic_init(&w.fault.countdown, INT64_MAX);
    store_init(&store, disk, &options);
    assert_int_equal(store_open(&store, &err), STRIA_OK);
    op_run(&create, &store, &outcome);
    sx_os_mem_trace(disk, note_call, &w);
    for (uint32_t i = 0; i < 200; i++) {
        struct op op = {.durability = STRIA_SYNC,
                        .write = (enum write_kind)(i % WRITE_CLASH),
                        .id = i,
                        .seed = i * 7919};
        op_resolve(&op, &store);
        w.sync_count = 0;
        op_run(&op, &store, &outcome);
        assert_int_equal(outcome.status, STRIA_OK);
        assert_true(w.sync_count >= 1);
        assert_true(w.at_sync == atomic_load(&w.fault.countdown));
    }
    sx_os_mem_trace(disk, NULL, NULL);
    store_deinit(&store);
    sx_os_mem_destroy(disk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_allocated_between_the_sync_of_a_write_and_its_end),
        cmocka_unit_test(test_no_refused_allocation_loses_what_was_acknowledged),
    };
    universe_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
