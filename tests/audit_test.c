/* SPDX-License-Identifier: Apache-2.0 */
/* audit_test.c -- the order in which a store writes, syncs and unlinks its files.
 *
 * Why         Crash tests find what was not synced in time; this one says which call came too
 *             early.
 * Rules       A durable write is acknowledged when no log file has bytes that are not synced, and
 *             the log's folder knows its files. A segment is in the manifest only when it is synced
 *             and its folder too. Log files and segments are unlinked, and log files begun anew,
 *             only when all edits of the manifest are synced. An old manifest goes only when the
 *             new one and its folder are synced.
 * Limits      STRIA_SWEEP=N: N times as many scripts. STRIA_SEED=N begins elsewhere. */
#include "history.h"
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

#define SCRIPTS 6
#define SCRIPT_OPS 200
#define FILES_MAX 4096

enum folder { WAL = 0, SEG, MANIFEST, FOLDER_COUNT, ELSEWHERE = FOLDER_COUNT };

struct file {
    char path[80];
    enum folder folder;
    uint64_t created, written, synced; /* when; 0: never */
    bool checked;                      /* a segment that was seen in a view */
};

struct audit {
    struct file files[FILES_MAX];
    size_t count;
    uint64_t folder_synced[FOLDER_COUNT];
    uint64_t now; /* calls so far */
    uint64_t unlink_count, reuse_count, segment_count;
    char text[300]; /* the first rule that was broken */
};

static enum folder folder_of(const char *path)
{
    static const char *const names[FOLDER_COUNT] = {STORE_PATH "/wal", STORE_PATH "/seg",
                                                    STORE_PATH "/manifest"};
    for (int i = 0; i < FOLDER_COUNT; i++)
        if (strncmp(path, names[i], strlen(names[i])) == 0)
            return (enum folder)i;
    return ELSEWHERE;
}

static struct file *file_of(struct audit *a, const char *path)
{
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->files[i].path, path) == 0)
            return &a->files[i];
    assert_true(a->count < FILES_MAX);
    struct file *file = &a->files[a->count++];
    *file = (struct file){.folder = folder_of(path)};
    (void)snprintf(file->path, sizeof file->path, "%s", path);
    return file;
}

static void broken(struct audit *a, const char *rule, const char *path)
{
    if (!a->text[0])
        (void)snprintf(a->text, sizeof a->text, "call %" PRIu64 ": %s: %s", a->now, rule, path);
}

static bool is_dirty(const struct audit *a, const struct file *file)
{
    return file->written > file->synced || file->created > a->folder_synced[file->folder];
}

/* A file of a folder that is not durable; NULL: none. */
static const struct file *dirty_one(const struct audit *a, enum folder folder)
{
    for (size_t i = 0; i < a->count; i++)
        if (a->files[i].folder == folder && is_dirty(a, &a->files[i]))
            return &a->files[i];
    return NULL;
}

static void on_unlink(struct audit *a, struct file *file)
{
    bool other = false;
    a->unlink_count++;
    if (file->folder == MANIFEST) {
        for (size_t i = 0; i < a->count; i++)
            other = other || (a->files[i].folder == MANIFEST && &a->files[i] != file &&
                              a->files[i].synced && !is_dirty(a, &a->files[i]));
        if (!other)
            broken(a, "a manifest goes before the next one is durable", file->path);
    } else if (file->folder != ELSEWHERE && file->synced && dirty_one(a, MANIFEST)) {
        broken(a, "a file goes while the manifest is not synced", file->path);
    }
    *file = a->files[--a->count];
}

static void on_write(struct audit *a, struct file *file, const char *rest)
{
    /* Its header again: the file is used for another generation. */
    if (file->folder == WAL && file->written && strncmp(rest, "0+", 2) == 0) {
        a->reuse_count++;
        if (dirty_one(a, MANIFEST))
            broken(a, "a log file is used again while the manifest is not synced", file->path);
    }
    file->written = a->now;
}

static void on_call(void *context, const char *line)
{
    struct audit *a = context;
    char verb[16], path[80];
    int end = 0;
    a->now++;
    if (strstr(line, " errno ") || sscanf(line, "%15s %79s %n", verb, path, &end) < 2)
        return;
    enum folder folder = folder_of(path);
    if (folder == ELSEWHERE)
        return;
    if (strcmp(verb, "sync_dir") == 0)
        a->folder_synced[folder] = a->now;
    else if (strcmp(verb, "create") == 0)
        file_of(a, path)->created = a->now;
    else if (strcmp(verb, "sync") == 0)
        file_of(a, path)->synced = a->now;
    else if (strcmp(verb, "pwritev") == 0)
        on_write(a, file_of(a, path), line + end);
    else if (strcmp(verb, "unlink") == 0)
        on_unlink(a, file_of(a, path));
}

/* Segments that are in the manifest now must have been durable before. */
static void check_segments(struct audit *a, struct store *store)
{
    for (int i = 0; i < ORACLE_DATABASES * ORACLE_POLICIES; i++) {
        uint32_t id = store_policy_id(store, i / ORACLE_POLICIES, i % ORACLE_POLICIES);
        struct sx_view *view = NULL;
        if (!id || sx_engine_view(store->engine, id, &view, NULL))
            continue;
        for (size_t s = 0; s < view->source_count; s++) {
            if (!sx_view_segment(view, s))
                continue;
            struct file *file = file_of(a, sx_view_segment(view, s)->path);
            if (!file->checked && is_dirty(a, file))
                broken(a, "a segment is named before it is durable", file->path);
            a->segment_count += !file->checked;
            file->checked = true;
        }
        sx_view_release(view);
    }
}

static void check_acknowledged(struct audit *a, const struct op *op,
                               const struct op_outcome *outcome, struct store *store)
{
    const struct file *dirty = NULL;
    if (outcome->status || !store->engine)
        return;
    if (op->kind == OP_WRITE && op->durability == STRIA_SYNC && outcome->written.row_count) {
        dirty = dirty_one(a, WAL);
        if (dirty)
            broken(a, "a write is acknowledged while the log is not synced", dirty->path);
    }
    if (op_has_effect(op) && op->kind != OP_WRITE) {
        dirty = dirty_one(a, MANIFEST);
        if (dirty)
            broken(a, "a change is acknowledged while the manifest is not synced", dirty->path);
    }
    check_segments(a, store);
}

static bool run_script(const struct script *script, struct audit *a, char *text, size_t text_size)
{
    struct sx_os *disk = sx_os_mem_create(script->seed);
    struct store store;
    stria_error err = {0};
    char name[100];
    memset(a, 0, sizeof *a);
    assert_non_null(disk);
    sx_os_mem_trace(disk, on_call, a);
    store_init(&store, disk, &(struct store_options){.memtable_size = 8192});
    assert_int_equal(store_open(&store, &err), STRIA_OK);
    for (uint32_t i = 0; i < script->count && !a->text[0]; i++) {
        struct op op = script->ops[i];
        struct op_outcome outcome;
        op_resolve(&op, &store);
        if (op.kind == OP_ADVANCE || op.kind == OP_ADVANCE_DAYS)
            sx_os_mem_set_now(disk, op.now_ns + op_advance_ns(&op));
        op_run(&op, &store, &outcome);
        check_acknowledged(a, &op, &outcome, &store);
        if (a->text[0])
            (void)snprintf(text, text_size, "%s: %s", op_text(&op, name, sizeof name), a->text);
    }
    store_deinit(&store);
    sx_os_mem_destroy(disk);
    return !a->text[0];
}

static void test_nothing_is_promised_or_taken_away_before_it_is_synced(void **state)
{
    static struct script script;
    static struct audit a;
    struct op_mix mix = {
        .async_percent = 40, .change_percent = 8, .delete_percent = 6, .work_percent = 26};
    uint64_t sweeps = script_number("STRIA_SWEEP", 1), seed = script_number("STRIA_SEED", 1);
    uint64_t calls = 0, unlinks = 0, reuses = 0, segments = 0, failed = 0;
    (void)state;
    for (uint64_t i = 0; i < SCRIPTS * sweeps; i++) {
        char text[400];
        script_make(&script, seed + i, SCRIPT_OPS, &mix);
        if (!run_script(&script, &a, text, sizeof text)) {
            print_error("seed %" PRIu64 ": %s\n", seed + i, text);
            failed++;
        }
        calls += a.now;
        unlinks += a.unlink_count;
        reuses += a.reuse_count;
        segments += a.segment_count;
    }
    print_message("%" PRIu64 " calls, %" PRIu64 " files unlinked, %" PRIu64
                  " log files used again, %" PRIu64 " segments\n",
                  calls, unlinks, reuses, segments);
    assert_int_equal(failed, 0);
    assert_true(unlinks > 0 && reuses > 0 && segments > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_promised_or_taken_away_before_it_is_synced),
    };
    universe_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
