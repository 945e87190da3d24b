/* SPDX-License-Identifier: Apache-2.0 */
/* trial.c -- see trial.h. */
#include "trial.h"

#include "random.h"

#include "os/os_mem.h"

#include <stdio.h>
#include <stdlib.h>

#define OPS_AFTER_FAULT 12 /* of a fault that stays: more would only fail likewise */

void trial_init(struct trial *t, const struct script *script, struct sx_os *disk, struct sx_os *os,
                const struct store_options *options, uint64_t seed)
{
    memset(t, 0, sizeof *t);
    t->script = script;
    t->disk = disk;
    t->state = seed;
    store_init(&t->store, os ? os : disk, options);
    t->store.disk = disk;
    history_init(&t->history);
}

void trial_deinit(struct trial *t)
{
    store_deinit(&t->store);
    history_deinit(&t->history);
}

bool trial_wrong(struct trial *t, const char *where, const char *what)
{
    (void)snprintf(t->text, sizeof t->text, "%s: %s (%s)", where, what, t->store.last_trouble);
    return false;
}

bool trial_run_script(struct trial *t)
{
    uint32_t left = UINT32_MAX;
    char text[400] = "", name[100];
    for (uint32_t i = 0; i < t->script->count && left && t->store.engine; i++, left--) {
        const struct op *op = &t->script->ops[i];
        struct op_outcome outcome;
        bool before = t->fired(t);
        (void)op_text(op, name, sizeof name);
        if (getenv("STRIA_TRACE"))
            (void)fprintf(stderr, "%s\n", name);
        if (!history_do(&t->history, op, &t->store, &outcome, text, sizeof text))
            return trial_wrong(t, name, text);
        if (outcome.status == STRIA_INTERNAL)
            return trial_wrong(t, name, outcome.error.text);
        if (!before && t->fired(t) && t->for_ever)
            left = OPS_AFTER_FAULT;
    }
    return true;
}

bool trial_check_running(struct trial *t)
{
    struct comparison result;
    if (!t->store.engine)
        return true;
    bool before = t->fired(t), same;
    same = compare_store(&t->store, &t->history.now, NULL, &result);
    if (!same && !before && t->fired(t)) /* a failure to read passes */
        same = compare_store(&t->store, &t->history.now, NULL, &result);
    return same || trial_wrong(t, "still running", result.text);
}

static bool check_opened(struct trial *t, struct store *store, struct history *history,
                         enum interruption interruption, const char *where)
{
    struct comparison result = {0};
    struct oracle found;
    stria_error err = {0};
    if (store_open(store, &err))
        return trial_wrong(t, where, err.text);
    char told[300];
    (void)snprintf(told, sizeof told, "%s", store->last_trouble);
    if (store->events[STORE_LOG_DAMAGE] || store->events[STORE_MANIFEST_DAMAGE] ||
        store->events[STORE_UNKNOWN_SEGMENT])
        return trial_wrong(t, where, told);
    oracle_init(&found);
    bool good = history_check(history, store, interruption, &found, &result);
    if (good) {
        history_settle(history, &found);
        good = history_go_on(history, store, t->state, SCRIPT_OPS_MAX, &result);
    }
    oracle_deinit(&found);
    return good || trial_wrong(t, where, result.text);
}

static enum sx_crash_fate choose(void *context, uint64_t item, bool is_sector)
{
    uint64_t *state = context;
    (void)item;
    (void)is_sector;
    return (enum sx_crash_fate)random_below(state, 4);
}

bool trial_check_power_loss(struct trial *t)
{
    struct sx_os *left =
        sx_os_mem_crash(t->disk, random_once_in(&t->state, 4) ? NULL : choose, &t->state);
    struct store store;
    struct history history = t->history; /* a copy that is settled on its own */
    if (!left)
        abort();
    memset(&history.base, 0, sizeof history.base);
    memset(&history.now, 0, sizeof history.now);
    oracle_copy(&history.base, &t->history.base);
    oracle_copy(&history.now, &t->history.now);
    store_init(&store, left, NULL);
    bool good = check_opened(t, &store, &history, INTERRUPTED_BY_POWER, "after a power loss");
    store_deinit(&store);
    history_deinit(&history);
    sx_os_mem_destroy(left);
    return good;
}

bool trial_check_reopened(struct trial *t)
{
    stria_error err = {0};
    if (t->store.engine && store_close(&t->store, &err) == STRIA_OK)
        history_synced(&t->history);
    t->store.os = t->disk;
    t->store.options.read_only = false;
    return check_opened(t, &t->store, &t->history, INTERRUPTED_BY_KILL, "opened again");
}
