/* SPDX-License-Identifier: Apache-2.0 */
/* copies.c -- see copies.h. */
#include "copies.h"

#include "engine/backup.h"
#include "engine/repair.h"
#include "engine/snapshot.h"
#include "engine/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SNAPSHOT_PATH "data/snapshot"
#define BACKUP_PATH "data/backup"
#define RESTORED_PATH "data/restored"
#define BACKUPS_MAX 6 /* then the folder is begun anew */
#define PATH_SIZE 200
#define NAMES_MAX 400

static bool wrong(const char *what, const char *detail, char *text, size_t size)
{
    (void)snprintf(text, size, "%s: %s", what, detail);
    return false;
}

static bool failed(const char *what, stria_status st, const stria_error *err, char *text,
                   size_t size)
{
    (void)snprintf(text, size, "%s: %s: %s", what, stria_status_name(st), err->text);
    return false;
}

/* ---- folders ---- */

struct names {
    char items[NAMES_MAX][PATH_SIZE];
    bool is_folder[NAMES_MAX];
    size_t count;
};

static bool note_name(void *context, const char *name, bool is_directory)
{
    struct names *names = context;
    if (names->count == NAMES_MAX)
        abort();
    (void)snprintf(names->items[names->count], PATH_SIZE, "%s", name);
    names->is_folder[names->count++] = is_directory;
    return true;
}

/* Durably: it does not come back when the power goes. */
static void remove_folder(struct sx_os *os, const char *path)
{
    struct names *names = calloc(1, sizeof *names);
    char below[2 * PATH_SIZE];
    if (!names)
        abort();
    (void)os->ops->list(os, path, note_name, names, NULL);
    for (size_t i = 0; i < names->count; i++) {
        (void)snprintf(below, sizeof below, "%s/%s", path, names->items[i]);
        if (names->is_folder[i])
            remove_folder(os, below);
        else
            (void)os->ops->unlink(os, below, NULL);
    }
    (void)os->ops->sync_dir(os, path, NULL);
    (void)os->ops->rmdir(os, path, NULL);
    (void)os->ops->sync_dir(os, "data", NULL);
    free(names);
}

/* ---- what a copy holds ---- */

static bool is_sound(const struct store *store, const char *what, char *text, size_t size)
{
    return !store->last_trouble[0] || wrong(what, store->last_trouble, text, size);
}

/* Opens the store at `path`, compares, and lets it work. */
static bool check_copy(const char *path, const struct op *op, struct store *store,
                       const struct oracle *oracle, char *text, size_t size)
{
    struct store_options options = {.path = path, .read_only = op->seed % 3 == 0};
    struct comparison result = {0};
    struct store copy;
    stria_error err = {0};
    store_init(&copy, store->os, &options);
    stria_status st = store_open(&copy, &err);
    bool good = !st || failed(path, st, &err, text, size);
    good = good &&
           (compare_store(&copy, oracle, NULL, &result) || wrong(path, result.text, text, size));
    if (good && op->seed % 3 == 1) {
        st = sx_engine_compact(copy.engine, STRIA_COMPACT_SEAL, NULL, &err);
        good =
            (!st || failed(path, st, &err, text, size)) &&
            (compare_store(&copy, oracle, NULL, &result) || wrong(path, result.text, text, size));
    }
    good = good && is_sound(&copy, path, text, size);
    store_deinit(&copy);
    return good;
}

static bool do_snapshot(const struct op *op, struct store *store, const struct oracle *oracle,
                        char *text, size_t size)
{
    stria_snapshot_options options = {.struct_size = sizeof options, .copy = op->seed / 8 % 2};
    stria_snapshot_report report;
    stria_error err = {0};
    stria_status st = sx_snapshot_write(store->engine, SNAPSHOT_PATH, &options, &report, &err);
    bool good = st ? failed("snapshot", st, &err, text, size)
                   : check_copy(SNAPSHOT_PATH, op, store, oracle, text, size);
    remove_folder(store->os, SNAPSHOT_PATH);
    return good;
}

static bool do_backup(struct copies *copies, struct store *store, const struct oracle *oracle,
                      char *text, size_t size)
{
    stria_backup_options options = {.struct_size = sizeof options};
    stria_backup_report report = {0};
    stria_error err = {0};
    if (copies->backup_count == BACKUPS_MAX) {
        remove_folder(store->os, BACKUP_PATH);
        copies->backup_count = 0;
    }
    stria_status st = sx_backup_make(store->os, STORE_PATH, BACKUP_PATH, &options, &report, &err);
    if (st)
        return failed("backup", st, &err, text, size);
    oracle_copy(&copies->backed, oracle);
    copies->backup_count++;
    return report.number == copies->backup_count || wrong("backup", "another number", text, size);
}

static bool do_restore(const struct copies *copies, const struct op *op, struct store *store,
                       char *text, size_t size)
{
    stria_restore_options options = {.struct_size = sizeof options};
    stria_backup_report report = {0};
    stria_error err = {0};
    if (!copies->backup_count)
        return true;
    stria_status st =
        sx_backup_restore(store->os, BACKUP_PATH, RESTORED_PATH, &options, &report, &err);
    bool good = st ? failed("restore", st, &err, text, size)
                   : check_copy(RESTORED_PATH, op, store, &copies->backed, text, size);
    remove_folder(store->os, RESTORED_PATH);
    return good;
}

/* ---- beside the store ---- */

/* One that was open before, or a new one; it stays open more often than not. */
static bool do_reader(struct copies *copies, const struct op *op, struct store *store,
                      const struct oracle *oracle, char *text, size_t size)
{
    struct store *reader = &copies->reader;
    struct store_options options = {.read_only = true};
    struct comparison result = {0};
    stria_error err = {0};
    stria_status st = STRIA_OK;
    if (!reader->engine) {
        store_init(reader, store->disk, &options); /* it lives on when the store is killed */
        st = store_open(reader, &err);
    }
    if (!st)
        st = sx_engine_begin_read(reader->engine, &err);
    if (st)
        return failed("reader", st, &err, text, size);
    bool good =
        compare_store(reader, oracle, NULL, &result) || wrong("reader", result.text, text, size);
    sx_engine_end_read(reader->engine);
    good = good && is_sound(reader, "reader", text, size);
    if (op->seed % 4 == 0)
        copies_let_go(copies);
    return good;
}

static bool do_verify(struct store *store, char *text, size_t size)
{
    stria_verify_options options = {.struct_size = sizeof options};
    stria_verify_report report = {0};
    stria_error err = {0};
    stria_status st = sx_verify(store->os, STORE_PATH, &options, &report, &err);
    return !st || failed("verify", st, &err, text, size);
}

static void keep_finding(void *context, stria_status code, const char *file, uint64_t offset,
                         const char *what)
{
    char *first = context;
    (void)offset;
    if (!*first)
        (void)snprintf(first, PATH_SIZE, "%s: %s: %s", file, stria_status_name(code), what);
}

/* Nothing is damaged: nothing is found, nothing mended. */
static bool do_repair(struct store *store, char *text, size_t size)
{
    char finding[PATH_SIZE] = "";
    struct sx_repair_options options = {
        .os = store->os, .path = STORE_PATH, .found = keep_finding, .context = finding};
    stria_error err = {0};
    uint64_t mended = 0;
    stria_status st = store_close(store, &err);
    if (!st)
        st = sx_repair(&options, &mended, &err);
    if (!st)
        st = store_open(store, &err);
    if (st)
        return failed("repair", st, &err, text, size);
    return (!*finding && !mended) || wrong("repair of a sound store", finding, text, size);
}

/* ---- all of them ---- */

void copies_init(struct copies *copies)
{
    *copies = (struct copies){0};
    oracle_init(&copies->backed);
}

void copies_let_go(struct copies *copies)
{
    if (copies->reader.engine)
        store_deinit(&copies->reader);
}

void copies_deinit(struct copies *copies)
{
    copies_let_go(copies);
    oracle_deinit(&copies->backed);
}

bool copies_do(struct copies *copies, const struct op *op, struct store *store,
               const struct oracle *oracle, char *text, size_t text_size)
{
    switch (op->kind) {
    case OP_READER:
        return do_reader(copies, op, store, oracle, text, text_size);
    case OP_SNAPSHOT:
        return do_snapshot(op, store, oracle, text, text_size);
    case OP_BACKUP:
        return do_backup(copies, store, oracle, text, text_size);
    case OP_RESTORE:
        return do_restore(copies, op, store, text, text_size);
    case OP_VERIFY:
        return do_verify(store, text, text_size);
    default:
        return do_repair(store, text, text_size);
    }
}
