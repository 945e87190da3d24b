/* SPDX-License-Identifier: Apache-2.0 */
/* copies.c -- see copies.h. */
#include "copies.h"

#include "folders.h"

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
    folders_remove(store->os, SNAPSHOT_PATH);
    return good;
}

static bool do_backup(struct copies *copies, struct store *store, const struct oracle *oracle,
                      char *text, size_t size)
{
    stria_backup_options options = {.struct_size = sizeof options};
    stria_backup_report report = {0};
    stria_error err = {0};
    if (copies->backup_count == BACKUPS_MAX) {
        folders_remove(store->os, BACKUP_PATH);
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
    folders_remove(store->os, RESTORED_PATH);
    return good;
}

/* Into a store that is made for it. */
static bool restore_beside(const struct copies *copies, const struct op *op, struct store *store,
                           const stria_restore_options *options, char *text, size_t size)
{
    stria_backup_report report = {0};
    stria_error err = {0};
    struct oracle alone;
    oracle_init(&alone);
    oracle_adopt(&alone, (int)(op->seed % ORACLE_DATABASES), &copies->backed, op->database);
    stria_status st =
        sx_backup_restore(store->os, BACKUP_PATH, RESTORED_PATH, options, &report, &err);
    bool good = st ? failed("restore of a database", st, &err, text, size)
                   : check_copy(RESTORED_PATH, op, store, &alone, text, size);
    folders_remove(store->os, RESTORED_PATH);
    oracle_deinit(&alone);
    return good;
}

/* Into the store, if it has room for one more; else beside it. */
static bool do_restore_database(const struct copies *copies, const struct op *op,
                                struct store *store, struct oracle *oracle, char *text, size_t size)
{
    int as = (int)(op->seed % ORACLE_DATABASES);
    stria_restore_options options = {.struct_size = sizeof options,
                                     .database = oracle_database_name(op->database),
                                     .as = oracle_database_name(as)};
    stria_backup_report report = {0};
    stria_error err = {0};
    if (!copies->backup_count || !copies->backed.databases[op->database].exists)
        return true;
    if (oracle->databases[as].exists && op->seed / 8 % 2)
        return restore_beside(copies, op, store, &options, text, size);
    bool exists = oracle->databases[as].exists;
    stria_status st = store_close(store, &err);
    stria_status restored =
        st ? st : sx_backup_restore(store->os, BACKUP_PATH, STORE_PATH, &options, &report, &err);
    if (!st)
        st = store_open(store, restored ? NULL : &err);
    if (st || restored != (exists ? STRIA_EXISTS : STRIA_OK))
        return failed("restore of a database", st ? st : restored, &err, text, size);
    if (!exists)
        oracle_adopt(oracle, as, &copies->backed, op->database);
    return true;
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

static void keep_first(void *context, const stria_finding *finding)
{
    char *first = context;
    if (!*first)
        (void)snprintf(first, PATH_SIZE, "%s at %llu: %s: %s", finding->file,
                       (unsigned long long)finding->offset, stria_status_name(finding->code),
                       finding->text);
}

static bool do_verify(struct store *store, char *text, size_t size)
{
    char first[PATH_SIZE] = "";
    stria_verify_options options = {
        .struct_size = sizeof options, .on_finding = keep_first, .user = first};
    stria_verify_report report = {0};
    stria_error err = {0};
    stria_status st = sx_verify(store->os, STORE_PATH, &options, &report, &err);
    return !st || wrong("verify", first[0] ? first : err.text, text, size);
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
               struct oracle *oracle, char *text, size_t text_size)
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
    case OP_RESTORE_DATABASE:
        return do_restore_database(copies, op, store, oracle, text, text_size);
    case OP_VERIFY:
        return do_verify(store, text, text_size);
    default:
        return do_repair(store, text, text_size);
    }
}
