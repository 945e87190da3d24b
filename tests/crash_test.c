/* SPDX-License-Identifier: Apache-2.0 */
/* crash_test.c -- the power goes, or the process is killed, at every moment of a store's life.
 *
 * Method      A script of operations runs on a disk in memory. Before each call that changes the
 *             disk, disks are made of what a power loss would leave just then: unsynced sectors
 *             lost, kept, torn or garbage, names lost or kept, in many combinations, all of them
 *             when there are few. From each a store is opened; it must hold what was acknowledged,
 *             and nothing by halves. Some of these openings meet a power loss themselves, at each
 *             of their calls. Between operations, and in the middle of some, the process is killed:
 *             what it wrote is there, but the power may still take what it had not synced.
 * Limits      20,000 states at least; STRIA_SWEEP=N: N times as many. STRIA_SEED=N begins
 *             elsewhere; STRIA_BOUNDARY=N looks at one change of the disk in N. */
#include "history.h"
#include "mortal_os.h"
#include "random.h"
#include "script.h"

#include "os/os_mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SCRIPTS 4
#define SCRIPT_OPS 114
#define STATES_MIN 20000 /* of the default run: scripts follow until they are reached */
#define SUBSETS_MAX 3    /* with so many unsynced things all combinations are tried */
#define WAYS 8

struct crash {
    const struct script *script;
    struct sx_os *disk;
    struct store store;
    struct history history;
    uint64_t state;
    uint64_t boundary_once_in; /* how many of the boundaries are looked at */
    uint64_t state_count, double_count, kill_count, boundary_count;
    bool die_now; /* at the next change of the disk */
    bool failed;
    char text[900];
};

static void wrong(struct crash *c, const char *where, const char *what)
{
    if (!c->failed)
        (void)snprintf(c->text, sizeof c->text, "boundary %" PRIu64 ", %s: %s", c->boundary_count,
                       where, what);
    c->failed = true;
}

/* ---- what a power loss leaves ---- */

struct way {
    uint32_t number;
    uint64_t subset; /* of the kept ones; used by number WAYS */
    uint64_t state;
};

static enum sx_crash_fate choose(void *context, uint64_t item, bool is_sector)
{
    struct way *w = context;
    switch (w->number) {
    case 0:
        return SX_FATE_LOST;
    case 1:
        return SX_FATE_KEPT;
    case 2:
        return random_once_in(&w->state, 2) ? SX_FATE_KEPT : SX_FATE_LOST;
    case 3:
        return (enum sx_crash_fate)random_below(&w->state, 4);
    case 4:
        return is_sector ? SX_FATE_KEPT : SX_FATE_LOST;
    case 5:
        return is_sector ? (enum sx_crash_fate)random_below(&w->state, 4) : SX_FATE_KEPT;
    case 6:
        return random_once_in(&w->state, 12) ? SX_FATE_GARBAGE : SX_FATE_KEPT;
    case 7:
        return random_once_in(&w->state, 12) ? SX_FATE_KEPT : SX_FATE_LOST;
    default:
        return w->subset >> item & 1 ? SX_FATE_KEPT : SX_FATE_LOST;
    }
}

static const char *way_text(const struct way *w, char *text, size_t size)
{
    if (w->number < WAYS)
        (void)snprintf(text, size, "way %u", w->number);
    else
        (void)snprintf(text, size, "subset %" PRIu64, w->subset);
    return text;
}

/* ---- opening what was left ---- */

static const char *trouble_of(const struct store *store)
{
    return store->events[STORE_LOG_DAMAGE] || store->events[STORE_MANIFEST_DAMAGE] ||
                   store->events[STORE_UNKNOWN_SEGMENT]
               ? store->last_trouble
               : NULL;
}

/* Takes a disk as it would be left at one of the changes that an opening makes. */
struct second {
    struct sx_os *disk;
    uint64_t at;
    struct way way;
    struct sx_os *left; /* NULL: the opening did not come so far */
};

static void take_second(void *context, uint64_t index)
{
    struct second *s = context;
    if (index == s->at)
        s->left = sx_os_mem_crash(s->disk, choose, &s->way);
}

static void check_disk(struct crash *c, struct sx_os *disk, enum interruption interruption,
                       const char *where)
{
    struct store store;
    struct comparison result = {0};
    struct oracle found;
    stria_error err = {0};
    c->state_count++;
    store_init(&store, disk, NULL);
    oracle_init(&found);
    if (store_open(&store, &err))
        wrong(c, where, err.text);
    else if (trouble_of(&store))
        wrong(c, where, trouble_of(&store));
    else if (!history_check(&c->history, &store, interruption, &found, &result))
        wrong(c, where, result.text);
    oracle_deinit(&found);
    store_deinit(&store);
}

static void check_way(struct crash *c, const struct way *way)
{
    struct way again = *way;
    char where[60], twice[100];
    struct sx_os *left = sx_os_mem_crash(c->disk, choose, &again);
    struct second second = {
        .disk = left,
        .at = random_below(&c->state, 24),
        .way = {.number = random_below(&c->state, WAYS), .state = random_next(&c->state)}};
    assert_non_null(left);
    (void)way_text(way, where, sizeof where);
    bool doubly = random_once_in(&c->state, 3);
    if (doubly)
        sx_os_mem_on_mutation(left, take_second, &second);
    /* Where everything is kept, not even an asynchronous write may be missing. */
    check_disk(c, left, way->number == 1 ? INTERRUPTED_BY_KILL : INTERRUPTED_BY_POWER, where);
    if (second.left) {
        c->double_count++;
        (void)snprintf(twice, sizeof twice, "%s, then way %u at change %" PRIu64 " of the opening",
                       where, second.way.number, second.at);
        /* The first opening may have had the log's end synced, or not: power is the weaker rule. */
        check_disk(c, second.left, INTERRUPTED_BY_POWER, twice);
        sx_os_mem_destroy(second.left);
    }
    sx_os_mem_destroy(left);
}

static void at_boundary(void *context, uint64_t index)
{
    struct crash *c = context;
    (void)index;
    c->boundary_count++;
    if (c->die_now) {
        c->die_now = false;
        mortal_os_kill(c->store.os);
    }
    if (c->failed || !random_once_in(&c->state, (uint32_t)c->boundary_once_in))
        return;
    uint64_t pending = sx_os_mem_pending(c->disk);
    bool all = pending <= SUBSETS_MAX;
    uint32_t count = all ? 1u << pending : WAYS;
    for (uint32_t i = 0; i < count && !c->failed; i++) {
        struct way way = {.number = all ? WAYS : i, .subset = i, .state = random_next(&c->state)};
        check_way(c, &way);
    }
}

/* ---- the living store ---- */

/* The process is dead; another one opens the store. */
static void open_again(struct crash *c)
{
    struct comparison result = {0};
    struct oracle found;
    stria_error err = {0};
    c->kill_count++;
    c->die_now = false; /* there may have been no change of the disk to die at */
    mortal_os_kill(c->store.os);
    (void)store_close(&c->store, NULL);
    mortal_os_destroy(c->store.os);
    c->store.os = mortal_os_create(c->disk);
    if (store_open(&c->store, &err)) {
        wrong(c, "after a kill", err.text);
        return;
    }
    oracle_init(&found);
    if (trouble_of(&c->store))
        wrong(c, "after a kill", trouble_of(&c->store));
    else if (!history_check(&c->history, &c->store, INTERRUPTED_BY_KILL, &found, &result))
        wrong(c, "after a kill", result.text);
    else
        history_settle(&c->history, &found);
    oracle_deinit(&found);
}

static void run_op(struct crash *c, const struct op *planned)
{
    struct op_outcome outcome;
    char text[400] = "", name[100];
    if (getenv("STRIA_TRACE"))
        print_error("%s\n", op_text(planned, name, sizeof name));
    bool dying = c->die_now = random_once_in(&c->state, 25);
    if (!dying) {
        if (!history_do(&c->history, planned, &c->store, &outcome, text, sizeof text))
            wrong(c, op_text(planned, name, sizeof name), text);
        else if (outcome.status && !op_refused(outcome.status))
            wrong(c, op_text(planned, name, sizeof name), outcome.error.text);
    } else if (planned->kind != OP_REOPEN && planned->kind != OP_READ_ONLY) {
        /* What it answers does not count: nobody hears it. */
        struct op op = *planned;
        op_resolve(&op, &c->store);
        history_begin(&c->history, &op);
        op_run(&op, &c->store, &outcome);
        c->history.open = false;
    }
    if (!c->failed && (dying || random_once_in(&c->state, 40)))
        open_again(c);
}

static void run_script(const struct script *script, uint64_t boundary_once_in, struct crash *c)
{
    struct store_options options = {.memtable_size = 8192};
    stria_error err = {0};
    *c = (struct crash){
        .script = script, .state = script->seed, .boundary_once_in = boundary_once_in};
    c->disk = sx_os_mem_create(script->seed);
    assert_non_null(c->disk);
    store_init(&c->store, c->disk, &options);
    c->store.os = mortal_os_create(c->disk);
    history_init(&c->history);
    /* The folder above, which is the host's. */
    assert_int_equal(c->disk->ops->mkdir(c->disk, "data", NULL), STRIA_OK);
    assert_int_equal(c->disk->ops->sync_dir(c->disk, "", NULL), STRIA_OK);
    sx_os_mem_on_mutation(c->disk, at_boundary, c);
    if (store_open(&c->store, &err))
        wrong(c, "first opening", err.text);
    for (uint32_t i = 0; i < script->count && !c->failed; i++)
        run_op(c, &script->ops[i]);
    struct sx_os *mortal = c->store.os;
    (void)store_close(&c->store, NULL);
    sx_os_mem_on_mutation(c->disk, NULL, NULL);
    store_deinit(&c->store);
    history_deinit(&c->history);
    mortal_os_destroy(mortal);
    sx_os_mem_destroy(c->disk);
}

/* ---- tests ---- */

static void test_no_crash_loses_what_was_acknowledged(void **state)
{
    static struct script script;
    static struct crash c;
    struct op_mix mix = {.no_clash = true,
                         .async_percent = 35,
                         .change_percent = 7,
                         .delete_percent = 6,
                         .work_percent = 24};
    uint64_t sweeps = script_number("STRIA_SWEEP", 1), seed = script_number("STRIA_SEED", 1);
    uint64_t states = 0, doubles = 0, kills = 0, failed = 0, scripts = SCRIPTS * sweeps;
    uint64_t once_in = script_number("STRIA_BOUNDARY", 1);
    uint64_t states_min = once_in == 1 ? STATES_MIN * sweeps : 0;
    (void)state;
    for (uint64_t i = 0; i < scripts; i++) {
        script_make(&script, seed + i, SCRIPT_OPS, &mix);
        run_script(&script, once_in, &c);
        states += c.state_count;
        doubles += c.double_count;
        kills += c.kill_count;
        if (c.failed) {
            print_error("seed %" PRIu64 ": %s\n", seed + i, c.text);
            failed++;
        } else if (i + 1 == scripts && states < states_min) {
            scripts++;
        }
    }
    print_message("%" PRIu64 " scripts from seed %" PRIu64 ": %" PRIu64 " states, %" PRIu64
                  " of them after two crashes; %" PRIu64 " kills\n",
                  scripts, seed, states, doubles, kills);
    assert_int_equal(failed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_crash_loses_what_was_acknowledged),
    };
    universe_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
