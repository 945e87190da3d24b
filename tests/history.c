/* SPDX-License-Identifier: Apache-2.0 */
/* history.c -- see history.h. */
#include "history.h"

#include "os/os_mem.h"

#include <stdio.h>
#include <stdlib.h>

void history_init(struct history *history)
{
    memset(history, 0, sizeof *history);
    oracle_init(&history->base);
    oracle_init(&history->now);
}

void history_deinit(struct history *history)
{
    oracle_deinit(&history->base);
    oracle_deinit(&history->now);
}

/* ---- what happens ---- */

/* Moves what is beyond doubt to the base. */
static void fold(struct history *history)
{
    char ignored[300];
    size_t count = 0;
    while (count < history->entry_count && history->entries[count].certainty == CERTAIN)
        (void)op_apply(&history->entries[count++].op, &history->base, NULL, ignored,
                       sizeof ignored);
    history->entry_count -= count;
    memmove(history->entries, history->entries + count,
            history->entry_count * sizeof *history->entries);
}

void history_begin(struct history *history, const struct op *op)
{
    history->open = op_has_effect(op);
    if (!history->open)
        return;
    if (history->entry_count == HISTORY_ENTRIES_MAX)
        abort(); /* a script with too many doubts */
    history->entries[history->entry_count++] =
        (struct history_entry){.op = *op, .certainty = DOUBTFUL};
    history->doubtful_changes += op->kind != OP_WRITE;
}

void history_synced(struct history *history)
{
    for (size_t i = 0; i < history->entry_count; i++)
        if (history->entries[i].certainty == CERTAIN_BUT_POWER)
            history->entries[i].certainty = CERTAIN;
    fold(history);
}

bool history_end(struct history *history, const struct op_outcome *outcome, char *text,
                 size_t text_size)
{
    if (!history->open)
        return true;
    history->open = false;
    struct history_entry *entry = &history->entries[history->entry_count - 1];
    const struct op *op = &entry->op;
    /* A change may be in the manifest when memory for its effect is refused; it is taken back with
     * the next thing that is acknowledged. */
    bool refused =
        op_refused(outcome->status) && (op->kind == OP_WRITE || outcome->status != STRIA_NOMEM);
    if (outcome->status && refused) {
        history->doubtful_changes -= op->kind != OP_WRITE;
        history->entry_count--;
        return true;
    }
    if (outcome->status)
        return true; /* it stays doubtful */
    bool good = op_apply(op, &history->now, outcome, text, text_size);
    history->doubtful_changes -= op->kind != OP_WRITE;
    entry->certainty =
        op->kind == OP_WRITE && op->durability == STRIA_ASYNC ? CERTAIN_BUT_POWER : CERTAIN;
    /* A sync of the log makes durable what was written before. */
    if (op->kind == OP_WRITE && op->durability != STRIA_ASYNC)
        history_synced(history);
    fold(history);
    return good;
}

bool history_do(struct history *history, const struct op *planned, struct store *store,
                struct op_outcome *outcome, char *text, size_t text_size)
{
    struct op op = *planned;
    op_resolve(&op, store);
    if (op.kind == OP_ADVANCE || op.kind == OP_ADVANCE_DAYS)
        sx_os_mem_set_now(store->disk, op.now_ns + op_advance_ns(&op));
    history_begin(history, &op);
    op_run(&op, store, outcome);
    bool good = history_end(history, outcome, text, text_size);
    /* These have synced the log on their way. */
    if (outcome->status == STRIA_OK &&
        (op.kind == OP_REOPEN || op.kind == OP_READ_ONLY || op.kind == OP_FLUSH))
        history_synced(history);
    return good;
}

bool history_go_on(struct history *history, struct store *store, uint64_t seed, uint32_t first_id,
                   struct comparison *result)
{
    static const enum op_kind kinds[] = {OP_CREATE_DATABASE, OP_WRITE, OP_FLUSH, OP_WRITE, OP_SEAL,
                                         OP_REOPEN,          OP_WRITE, OP_POLL};
    uint64_t state = seed;
    struct op_mix mix = {.no_clash = true};
    for (uint32_t i = 0; i < SX_COUNT_OF(kinds); i++) {
        struct op_outcome outcome;
        struct op op = op_make(&state, first_id + i, &mix);
        op.kind = kinds[i];
        op.database = 0;
        op.policy = 0;
        if (!history_do(history, &op, store, &outcome, result->text, sizeof result->text))
            return false;
        if (outcome.status && op.kind != OP_WRITE) {
            (void)snprintf(result->text, sizeof result->text, "going on: %s", outcome.error.text);
            return false;
        }
    }
    return compare_store(store, &history->now, NULL, result);
}

void history_settle(struct history *history, const struct oracle *found)
{
    oracle_copy(&history->base, found);
    oracle_copy(&history->now, found);
    history->entry_count = 0;
    history->doubtful_changes = 0;
}

/* ---- what may be ---- */

struct check {
    const struct history *history;
    struct store *store;
    enum interruption interruption;
    uint32_t changes; /* a bit for each doubtful change of the catalog, in order: it was done */
    struct oracle catalog; /* the base with the changes: its rows do not count */
    struct oracle *found;
    struct comparison *result;
};

/* Databases and policies as they are after entry `count`. */
static void apply_changes(struct check *c, size_t count)
{
    char ignored[300];
    uint32_t number = 0;
    memcpy(c->catalog.databases, c->history->base.databases, sizeof c->catalog.databases);
    c->catalog.next_uid = c->history->base.next_uid;
    for (size_t i = 0; i < count; i++) {
        const struct history_entry *entry = &c->history->entries[i];
        if (entry->op.kind == OP_WRITE)
            continue;
        if (entry->certainty != DOUBTFUL || c->changes >> number++ & 1)
            (void)op_apply(&entry->op, &c->catalog, NULL, ignored, sizeof ignored);
    }
}

/* Whether a write is in the store. *moot: nobody can tell, and it does not matter. */
static bool find_write(struct check *c, const struct op *op, bool *there, bool *moot)
{
    struct oracle_policy *then = oracle_policy(c->found, op->database, op->policy);
    struct oracle_policy *last = oracle_policy(&c->catalog, op->database, op->policy);
    int64_t mark_ns = write_mark_ns(&op->rows);
    *there = false;
    *moot = !then || !last || then->uid != last->uid ||
            mark_ns < oracle_oldest_ns(last, sx_os_now_ns(c->store->os));
    if (*moot)
        return true;
    uint32_t id = store_policy_id(c->store, op->database, op->policy);
    return compare_find_mark(c->store, id, mark_ns, op->id, there, c->result);
}

static bool unlikely(struct check *c, const struct op *op, const char *what)
{
    char name[100];
    (void)snprintf(c->result->text, sizeof c->result->text, "%s: %s",
                   op_text(op, name, sizeof name), what);
    return false;
}

/* Builds what the store should hold in c->found. */
static bool replay(struct check *c)
{
    char text[300];
    uint32_t number = 0;
    bool hole = false;
    apply_changes(c, c->history->entry_count);
    oracle_copy(c->found, &c->history->base);
    for (size_t i = 0; i < c->history->entry_count; i++) {
        const struct history_entry *entry = &c->history->entries[i];
        const struct op *op = &entry->op;
        bool there = entry->certainty != DOUBTFUL, moot = false;
        if (op->kind != OP_WRITE && entry->certainty == DOUBTFUL)
            there = c->changes >> number++ & 1;
        if (op->kind == OP_WRITE && entry->certainty != CERTAIN) {
            if (!find_write(c, op, &there, &moot))
                return false;
            if (there && hole)
                return unlikely(c, op, "it is there, but an acknowledged one before is not");
            if (!there && !moot && entry->certainty == CERTAIN_BUT_POWER) {
                hole = true;
                if (c->interruption == INTERRUPTED_BY_KILL)
                    return unlikely(c, op, "it was acknowledged and is lost");
            }
            there = there || (moot && entry->certainty != DOUBTFUL);
        }
        if (there && !op_apply(op, c->found, NULL, text, sizeof text))
            return unlikely(c, op, "it was acknowledged, but its policy is gone");
    }
    return true;
}

bool history_check(const struct history *history, struct store *store,
                   enum interruption interruption, struct oracle *found, struct comparison *result)
{
    struct check c = {.history = history,
                      .store = store,
                      .interruption = interruption,
                      .found = found,
                      .result = result};
    bool good = false;
    char first[COMPARE_TEXT_MAX] = "";
    oracle_init(&c.catalog);
    if (history->doubtful_changes > HISTORY_CHANGES_MAX)
        abort();
    for (; !good && c.changes < (uint32_t)1 << history->doubtful_changes; c.changes++) {
        *result = (struct comparison){0};
        apply_changes(&c, history->entry_count);
        bool fits = compare_catalog(store, &c.catalog, result);
        good = fits && replay(&c) && compare_store(store, found, NULL, result);
        if (!good && (fits || !first[0]))
            memcpy(first, result->text, sizeof first);
    }
    /* Of several ways that do not fit, one with the right catalog is told. */
    if (!good)
        memcpy(result->text, first, sizeof first);
    oracle_deinit(&c.catalog);
    return good;
}
