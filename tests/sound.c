/* SPDX-License-Identifier: Apache-2.0 */
/* sound.c -- see sound.h. */
#include "sound.h"

#include "script.h"

#include "engine/verify.h"
#include "model/vector.h"
#include "os/os_mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char *listed_folder;

static bool add_file(void *context, const char *name, bool is_directory)
{
    struct sound *s = context;
    if (is_directory || s->file_count == SOUND_FILES_MAX)
        return true;
    (void)snprintf(s->files[s->file_count++], sizeof s->files[0], "%.30s/%.30s", listed_folder,
                   name);
    return true;
}

static int64_t place_of_value(int64_t ts_ns, uint64_t value)
{
    return (int64_t)((uint64_t)ts_ns ^ value * 0x9e3779b97f4a7c15u);
}

/* What was written under a name counts, whatever policy had the name then. */
static struct oracle_policy name_of(int database, int policy)
{
    return (struct oracle_policy){.uid = (uint32_t)(1 + ORACLE_POLICIES * database + policy)};
}

/* Takes down what a write writes. */
static void note_values(struct sound *s, const struct op *op)
{
    struct test_rows rows = {0};
    if (op->kind != OP_WRITE || !oracle_policy(&s->history.now, op->database, op->policy))
        return;
    struct oracle_policy name = name_of(op->database, op->policy);
    rows_make(&rows, &op->rows);
    for (size_t i = 0; i < rows.row_count; i++) {
        const struct test_row *row = &rows.rows[i];
        const struct test_run *run = &rows.runs[row->run];
        for (uint32_t c = 0; c < run->column_count; c++)
            if (sx_bit_get(row->present, c)) {
                uint64_t value = rows.values[row->first_value + c];
                oracle_put(&s->ever, &name, row->series, place_of_value(row->ts_ns, value),
                           run->columns[c], value);
            }
    }
    rows_free(&rows);
}

void sound_make(struct sound *s, uint64_t seed, uint32_t op_count)
{
    static const char *const folders[] = {STORE_PATH "/wal", STORE_PATH "/seg",
                                          STORE_PATH "/manifest"};
    static struct script script;
    struct store store;
    struct op_outcome outcome;
    stria_error err = {0};
    char text[400];
    struct op_mix mix = {.no_clash = true,
                         .no_retention = true,
                         .async_percent = 25,
                         .change_percent = 4,
                         .delete_percent = 6,
                         .work_percent = 20};
    memset(s, 0, sizeof *s);
    s->disk = sx_os_mem_create(seed);
    history_init(&s->history);
    oracle_init(&s->ever);
    script_make(&script, seed, op_count, &mix);
    store_init(&store, s->disk, &(struct store_options){.memtable_size = 16384});
    assert_int_equal(store_open(&store, &err), STRIA_OK);
    for (uint32_t i = 0; i < script.count; i++) {
        struct op op = script.ops[i];
        if (op.kind == OP_ALTER_POLICY || (op.kind == OP_CREATE_POLICY && i > 5))
            continue; /* no policy that forgets but the first */
        op_resolve(&op, &store);
        note_values(s, &op);
        history_begin(&s->history, &op);
        op_run(&op, &store, &outcome);
        if (!history_end(&s->history, &outcome, text, sizeof text))
            fail_msg("seed %" PRIu64 ": %s", seed, text);
    }
    assert_int_equal(store_close(&store, &err), STRIA_OK);
    store_deinit(&store);
    for (size_t i = 0; i < SX_COUNT_OF(folders); i++) {
        listed_folder = folders[i];
        assert_int_equal(s->disk->ops->list(s->disk, folders[i], add_file, s, &err), STRIA_OK);
    }
}

void sound_free(struct sound *s)
{
    history_deinit(&s->history);
    oracle_deinit(&s->ever);
    sx_os_mem_destroy(s->disk);
}

/* ---- what is then read ---- */

struct looking {
    const struct sound *sound;
    const struct oracle_policy *policy;
    struct oracle_policy name;
    uint8_t *seen;
    uint64_t other_count; /* values that are not the last ones written */
    uint64_t damage_count;
    bool invented;
};

static bool look(void *context, uint32_t series, int64_t ts_ns, uint32_t column, uint64_t value,
                 const uint8_t *text, size_t text_size)
{
    struct looking *l = context;
    const struct oracle *now = &l->sound->history.now, *ever = &l->sound->ever;
    const struct oracle_cell *cell = oracle_find(now, l->policy->uid, series, ts_ns, column);
    uint8_t expected[UNIVERSE_TEXT_MAX];
    if (universe_columns[column].type == STRIA_STRING) {
        /* A string is known by its number: that of the last one, or any other. */
        if (cell && universe_text(cell->value, expected) == text_size &&
            memcmp(expected, text, text_size) == 0)
            l->seen[cell - now->cells] = 1;
        else
            l->other_count++;
        return true;
    }
    if (cell && cell->value == value)
        l->seen[cell - now->cells] = 1;
    else
        l->other_count++;
    l->invented = !oracle_find(ever, l->name.uid, series, place_of_value(ts_ns, value), column);
    return !l->invented;
}

static uint64_t missing(const struct looking *l, int64_t oldest_ns)
{
    const struct oracle *now = &l->sound->history.now;
    uint64_t count = 0;
    for (size_t i = 0; i < now->cell_capacity; i++)
        count +=
            now->cells[i].uid == l->policy->uid && !l->seen[i] && now->cells[i].ts_ns >= oldest_ns;
    return count;
}

static void look_at_policy(struct store *store, const struct sound *s, int d, int p,
                           struct verdict *v)
{
    struct comparison result = {0};
    stria_error err = {0};
    struct sx_view *view = NULL;
    struct looking l = {
        .sound = s, .policy = &s->history.now.databases[d].policies[p], .name = name_of(d, p)};
    struct compare_how how = {.damage_count = &l.damage_count};
    uint32_t id = store_policy_id(store, d, p);
    bool expected = s->history.now.databases[d].exists && l.policy->uid;
    v->wrong_count += expected != (id != 0);
    if (!expected || !id || sx_engine_view(store->engine, id, &view, &err))
        return;
    l.seen = calloc(s->history.now.cell_capacity + 1, 1);
    assert_non_null(l.seen);
    bool read = compare_read(view, id, &store->mem, &how, look, &l, &result);
    sx_view_release(view);
    v->wrong_count += missing(&l, oracle_oldest_ns(l.policy, sx_os_now_ns(store->os)));
    v->wrong_count += l.other_count;
    v->told_count += l.damage_count;
    if (l.invented)
        (void)snprintf(v->text, sizeof v->text, "%d.%d: a value that was never written", d, p);
    else if (!read)
        (void)snprintf(v->text, sizeof v->text, "%d.%d: %.300s", d, p, result.text);
    free(l.seen);
}

static void look_at_all(struct store *store, const struct sound *s, struct verdict *v)
{
    for (int d = 0; d < ORACLE_DATABASES; d++)
        for (int p = 0; p < ORACLE_POLICIES && !v->text[0]; p++)
            look_at_policy(store, s, d, p, v);
    for (int i = 0; i < STORE_EVENT_COUNT; i++)
        if (i != STORE_FLUSH && i != STORE_MERGE)
            v->told_count += store->events[i];
}

static void count_finding(void *user, const stria_finding *finding)
{
    assert_non_null(finding->file);
    (*(uint64_t *)user)++;
}

static bool must_be_told(struct verdict *v, uint64_t finding_count, struct tally *tally)
{
    if (v->text[0])
        return false;
    if (!v->wrong_count) {
        tally->harmless++;
        tally->silent += !v->told_count && !finding_count;
    } else if (v->told_count)
        tally->told++;
    else if (finding_count)
        tally->only_verify++;
    else
        (void)snprintf(v->text, sizeof v->text, "%" PRIu64 " values are wrong, and nothing is told",
                       v->wrong_count);
    return !v->text[0];
}

bool sound_check(const struct sound *s, struct sx_os *disk, struct tally *tally, struct verdict *v)
{
    uint64_t finding_count = 0;
    stria_verify_report report;
    stria_error err = {0};
    struct store store;
    stria_status st = sx_verify(
        disk, STORE_PATH, STRIA_VERIFY_OPTIONS(.on_finding = count_finding, .user = &finding_count),
        &report, &err);
    finding_count += st != STRIA_OK;
    store_init(&store, disk, &(struct store_options){.memtable_size = 16384});
    if (store_open(&store, &err)) {
        tally->refused++;
        store_deinit(&store);
        return err.text[0] != 0;
    }
    look_at_all(&store, s, v);
    bool good = must_be_told(v, finding_count, tally);
    if (good) {
        /* Work must not make it worse: what is there afterwards is right, too. */
        static const enum op_kind kinds[] = {OP_FLUSH, OP_SEAL, OP_SEAL, OP_RECLAIM, OP_POLL};
        struct verdict later = {.told_count = v->told_count};
        struct op_outcome outcome;
        for (size_t i = 0; i < SX_COUNT_OF(kinds); i++)
            op_run(&(struct op){.kind = kinds[i], .seed = 20}, &store, &outcome);
        look_at_all(&store, s, &later);
        good = must_be_told(&later, finding_count, &(struct tally){0}) &&
               later.wrong_count <= v->wrong_count;
        if (!good)
            (void)snprintf(v->text, sizeof v->text,
                           "after work: %.300s (%" PRIu64 ", then %" PRIu64 " are wrong)",
                           later.text, v->wrong_count, later.wrong_count);
    }
    (void)store_close(&store, NULL);
    store_deinit(&store);
    return good;
}
