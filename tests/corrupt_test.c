/* SPDX-License-Identifier: Apache-2.0 */
/* corrupt_test.c -- any file of a store damaged in any way: what is read is right, or it is told
 * that something is damaged; nothing is made up, nothing crashes, nothing hangs.
 *
 * Method      A script makes a store with log, segments, deletes and a manifest. Copies of its disk
 *             get one damage each: a bit changed, a sector zeroed, pages exchanged, a page of
 *             another file, a cut, a file gone. The copy is verified, opened, read, worked on, and
 *             read again. Every value that is read must have been written at that place; where one
 *             is missing, or an older one is there, the damage must have been told.
 * Limits      STRIA_SWEEP=N: N times as many cases. STRIA_SEED=N begins elsewhere. */
#include "history.h"
#include "random.h"
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

#define SCRIPTS 3
#define SCRIPT_OPS 60
#define CASES_PER_SCRIPT 150
#define FILES_MAX 128
#define PAGE 4096

/* ---- a sound store ---- */

struct sound {
    struct sx_os *disk;
    struct history history;
    struct oracle
        ever; /* every value that was ever written, by name of the policy; the value is part
                         * of the time */
    char files[FILES_MAX][64];
    size_t file_count;
};

static const char *listed_folder;

static bool add_file(void *context, const char *name, bool is_directory)
{
    struct sound *s = context;
    if (is_directory || s->file_count == FILES_MAX)
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

static void make_sound(struct sound *s, uint64_t seed)
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
    script_make(&script, seed, SCRIPT_OPS, &mix);
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

static void free_sound(struct sound *s)
{
    history_deinit(&s->history);
    oracle_deinit(&s->ever);
    sx_os_mem_destroy(s->disk);
}

/* ---- damage ---- */

static const char *file_of(const struct sound *s, uint64_t *state)
{
    return s->files[random_below(state, (uint32_t)s->file_count)];
}

static bool is_empty(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i])
            return false;
    return true;
}

/* A place in a file that is worth being damaged: log files are mostly empty. */
static size_t place_in(const uint8_t *bytes, size_t size, uint64_t *state)
{
    size_t at = 0;
    for (int i = 0; i < 200; i++) {
        at = (size_t)(random_next(state) % size);
        size_t start = at / PAGE * PAGE;
        if (!is_empty(bytes + start, SX_MIN(PAGE, size - start)))
            break;
    }
    return at;
}

enum damage { BIT, BYTE, SECTOR, PAGES, OTHER_PAGE, CUT, GONE, DAMAGE_COUNT };

static void exchange(uint8_t *a, uint8_t *b, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = a[i];
        a[i] = b[i];
        b[i] = byte;
    }
}

static void put_other_page(struct sx_os *disk, const char *path, size_t at, const char *other,
                           uint64_t *state)
{
    uint8_t page[PAGE];
    size_t size;
    uint8_t *bytes = sx_os_mem_bytes(disk, other, &size);
    if (!bytes || size < PAGE)
        return;
    memcpy(page, bytes + place_in(bytes, size, state) / PAGE * PAGE % (size - PAGE + 1), PAGE);
    bytes = sx_os_mem_bytes(disk, path, &size);
    if (at / PAGE * PAGE + PAGE <= size)
        memcpy(bytes + at / PAGE * PAGE, page, PAGE);
}

/* Tells what it did. */
static void damage_disk(const struct sound *s, struct sx_os *disk, uint64_t *state, char *text,
                        size_t text_size)
{
    static const char *const names[] = {"bit",        "byte", "sector", "pages",
                                        "other page", "cut",  "gone"};
    const char *path = file_of(s, state);
    enum damage damage = (enum damage)random_below(state, DAMAGE_COUNT);
    size_t size = 0;
    uint8_t *bytes = sx_os_mem_bytes(disk, path, &size);
    size_t at = bytes && size ? place_in(bytes, size, state) : 0;
    (void)snprintf(text, text_size, "%s at %zu of %zu in %s", names[damage], at, size, path);
    if (!bytes || !size)
        return;
    size_t sector = at / 512 * 512, page = at / PAGE * PAGE;
    switch (damage) {
    case BIT:
        bytes[at] ^= (uint8_t)(1u << random_below(state, 8));
        break;
    case BYTE:
        bytes[at] = (uint8_t)random_next(state);
        break;
    case SECTOR:
        memset(bytes + sector, 0, SX_MIN(512, size - sector));
        break;
    case PAGES:
        if (page >= PAGE)
            exchange(bytes + page, bytes + page - PAGE, SX_MIN(PAGE, size - page));
        break;
    case OTHER_PAGE:
        put_other_page(disk, path, at, file_of(s, state), state);
        break;
    case CUT:
        assert_true(sx_os_mem_resize(disk, path, at));
        break;
    default:
        assert_int_equal(disk->ops->unlink(disk, path, NULL), STRIA_OK);
        break;
    }
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

struct verdict {
    uint64_t wrong_count; /* missing, or not the last */
    uint64_t told_count;
    char text[COMPARE_TEXT_MAX]; /* what cannot be */
};

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

struct tally {
    uint64_t cases, refused, harmless, told, only_verify;
};

static bool must_be_told(struct verdict *v, uint64_t finding_count, struct tally *tally)
{
    if (v->text[0])
        return false;
    if (!v->wrong_count)
        tally->harmless++;
    else if (v->told_count)
        tally->told++;
    else if (finding_count)
        tally->only_verify++;
    else
        (void)snprintf(v->text, sizeof v->text, "%" PRIu64 " values are wrong, and nothing is told",
                       v->wrong_count);
    return !v->text[0];
}

static bool check_case(const struct sound *s, struct sx_os *disk, struct tally *tally,
                       struct verdict *v)
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

static uint64_t check_damages(uint64_t seed, uint64_t count, struct tally *tally)
{
    static struct sound s;
    uint64_t failed = 0, only = script_number("STRIA_CASE", UINT64_MAX);
    make_sound(&s, seed);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t state = seed * 1000003 + i;
        char text[200];
        struct verdict v = {0};
        struct sx_os *disk = sx_os_mem_crash(s.disk, NULL, NULL);
        assert_non_null(disk);
        damage_disk(&s, disk, &state, text, sizeof text);
        if (only == UINT64_MAX || only == i) {
            tally->cases++;
            if (!check_case(&s, disk, tally, &v)) {
                print_error("seed %" PRIu64 " case %" PRIu64 ": %s: %s\n", seed, i, text, v.text);
                failed++;
            }
        }
        sx_os_mem_destroy(disk);
    }
    free_sound(&s);
    return failed;
}

static void test_damage_is_told_and_nothing_is_made_up(void **state)
{
    uint64_t sweeps = script_number("STRIA_SWEEP", 1), seed = script_number("STRIA_SEED", 1);
    uint64_t failed = 0;
    struct tally tally = {0};
    (void)state;
    for (uint64_t i = 0; i < SCRIPTS; i++)
        failed += check_damages(seed + i, CASES_PER_SCRIPT * sweeps, &tally);
    print_message("from seed %" PRIu64 ": %" PRIu64 " cases: %" PRIu64 " harmless, %" PRIu64
                  " told, %" PRIu64 " by verifying only, %" PRIu64 " not opened\n",
                  seed, tally.cases, tally.harmless, tally.told, tally.only_verify, tally.refused);
    assert_int_equal(failed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_damage_is_told_and_nothing_is_made_up),
    };
    universe_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
