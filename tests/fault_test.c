/* SPDX-License-Identifier: Apache-2.0 */
/* fault_test.c -- every call to the system fails, once or from then on, while a store works.
 *
 * Method      A script of operations runs on a disk in memory whose Nth call fails, for N = 1, 2,
 *             ... Then the power goes, and a store is opened on what that leaves; and the store
 *             itself is closed and opened again on a disk that is well. Both must hold what was
 *             acknowledged, nothing torn, nothing twice; and go on working.
 * Limits      STRIA_SWEEP=N: N times as many of the cases; all of them from 40 on. STRIA_SEED=N.
 *             STRIA_CALL=N: only cases that fail call N. */
#include "trial.h"

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

struct fault_case {
    uint64_t fail_at;
    int os_errno;
    bool for_ever, partial;
};

struct run {
    struct trial trial; /* first */
    struct sx_os *os;
};

static bool fired(const struct trial *trial)
{
    return sx_os_fault_fired(((const struct run *)trial)->os);
}

/* False: text says what is wrong. */
static bool run_case(const struct script *script, const struct fault_case *fault,
                     uint64_t *call_count, char *text)
{
    struct sx_os_fault_options options = {.fail_at = fault->fail_at,
                                          .for_ever = fault->for_ever,
                                          .os_errno = fault->os_errno,
                                          .partial_write = fault->partial};
    struct store_options store_options = {.memtable_size = 16384};
    struct sx_os *disk = sx_os_mem_create(script->seed);
    static struct run r;
    struct trial *t = &r.trial;
    assert_non_null(disk);
    r.os = sx_os_fault_create(disk, &options);
    assert_non_null(r.os);
    trial_init(t, script, disk, r.os, &store_options, script->seed + fault->fail_at);
    t->fired = fired;
    t->for_ever = fault->for_ever;
    (void)store_open(&t->store, NULL); /* may be what fails */
    bool good = trial_run_script(t) && (fault->for_ever || trial_check_running(t)) &&
                trial_check_power_loss(t) && trial_check_reopened(t);
    *call_count = sx_os_fault_calls(r.os);
    if (!good)
        (void)snprintf(text, 800, "call %" PRIu64 " (%s) fails %s with errno %d%s: %s",
                       fault->fail_at, sx_os_fault_call_name(r.os),
                       fault->for_ever ? "from then on" : "once", fault->os_errno,
                       fault->partial ? " after a part" : "", t->text);
    trial_deinit(t);
    sx_os_fault_destroy(r.os);
    sx_os_mem_destroy(disk);
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
    struct op_mix mix = {.no_clash = true,
                         .async_percent = 25,
                         .change_percent = 6,
                         .delete_percent = 6,
                         .work_percent = 24};
    struct fault_case none = {0};
    uint64_t calls = 0, ran = 0, failed = 0;
    char text[800] = "";
    script_make(&script, seed, SCRIPT_OPS, &mix);
    if (!run_case(&script, &none, &calls, text))
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
        if (!run_case(&script, &fault, &ignored, text)) {
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
