/* SPDX-License-Identifier: Apache-2.0 */
/* backup_database.c -- restoring one database of a backup, into a new store or one that is there.
 *
 * Why         Segments belong to one policy each, but the log holds the rows of all databases, and
 *             the numbers in both belong to the store that was backed up.
 * Algorithm   The state of the backup says which segments are the database's; these, the log and
 *             the state are checked, and make a store of their own in DIR/restoring: segments as
 *             second names where that works. There the other databases are dropped, and what is
 *             left is taken over by the store in DIR (adopt.h), with one edit. Then DIR/restoring
 *             goes; if the process is killed, it goes when DIR is opened for writing again.
 * Threads     One owner. */
#include "base/error.h"
#include "engine/adopt.h"
#include "engine/backup_priv.h"
#include "engine/engine_priv.h"

#include <inttypes.h>
#include <stdio.h>

#define STATE_SIZE_MAX ((size_t)256 << 20)
#define NAMES_SHOWN 10
#define FROM_SIZE_MIN ((size_t)16 << 20) /* an engine refuses less */

struct ids {
    struct sx_mem *mem;
    uint64_t *items;
    size_t count, capacity;
    bool failed;
};

struct database {
    struct sx_restore *r;
    char staging[SX_PATH_MAX];
    struct sx_buf state;
    struct sx_bytes name, as;
    bool found;
    uint32_t id;
    struct ids policies, segments; /* of it */
    struct sx_engine *from, *to;
    bool made;
};

/* ---- what of the backup is the database's ---- */

static void add_id(struct ids *ids, uint64_t id)
{
    ids->failed = ids->failed || !SX_GROW(ids->mem, ids->items, ids->capacity, ids->count + 1);
    if (!ids->failed)
        ids->items[ids->count++] = id;
}

static bool has_id(const struct ids *ids, uint64_t id)
{
    for (size_t i = 0; i < ids->count; i++)
        if (ids->items[i] == id)
            return true;
    return false;
}

static stria_status no_such_database(struct database *d, stria_error *err)
{
    char names[300] = "";
    size_t len = 0, count = 0;
    struct sx_bytes rest = sx_buf_bytes(&d->state);
    struct sx_edit_item item;
    bool end = false;
    while (!sx_edit_take(&rest, &item, &end, NULL) && !end && len < sizeof names - 1)
        if (item.op == SX_OP_CREATE_DATABASE && ++count <= NAMES_SHOWN)
            len += (size_t)snprintf(names + len, sizeof names - len, "%s%.*s", len ? ", " : "",
                                    (int)SX_MIN(item.name.len, 60), item.name.ptr);
    return sx_fail(err, STRIA_NOT_FOUND, "%s: backup %" PRIu64 " has no database %.*s%s%s%s",
                   d->r->folder, d->r->list.number, (int)SX_MIN(d->name.len, 60), d->name.ptr,
                   count ? "; it has " : "", names, count > NAMES_SHOWN ? ", ..." : "");
}

static stria_status read_state(struct database *d, stria_error *err)
{
    struct sx_edit_item item;
    bool end = false;
    stria_status st = sx_restore_read_state(d->r, &d->state, err);
    struct sx_bytes rest = sx_buf_bytes(&d->state);
    while (!st && !end) {
        st = sx_edit_take(&rest, &item, &end, err);
        if (st || end)
            break;
        if (item.op == SX_OP_CREATE_DATABASE && sx_bytes_equal(item.name, d->name)) {
            d->found = true;
            d->id = item.database_id;
        }
        if (item.op == SX_OP_PUT_POLICY && d->found && item.database_id == d->id)
            add_id(&d->policies, item.policy.id);
        if (item.op == SX_OP_ADD_SEGMENT && has_id(&d->policies, item.segment.policy_id))
            add_id(&d->segments, item.segment.segment_id);
    }
    if (!st && (d->policies.failed || d->segments.failed))
        st = sx_mem_refused(&d->r->mem, d->segments.count * 8, err);
    if (!st && !d->found)
        st = no_such_database(d, err);
    return st;
}

/* Takes the segments of other databases off the list. */
static void choose_files(struct database *d)
{
    struct sx_backup_list *list = &d->r->list;
    size_t kept = 0;
    for (size_t i = 0; i < list->file_count; i++)
        if (list->files[i].kind != SX_BACKUP_SEGMENT || has_id(&d->segments, list->files[i].id))
            list->files[kept++] = list->files[i];
    list->file_count = kept;
}

/* ---- the two stores ---- */

/* A quarter of the memory is for the one that is read; the other one merges all of it. */
static size_t from_size(const struct database *d)
{
    return SX_MAX(atomic_load(&d->r->mem.limit) / 4, FROM_SIZE_MIN);
}

static size_t to_size(const struct database *d)
{
    size_t limit = atomic_load(&d->r->mem.limit);
    return limit - SX_MIN(from_size(d), limit - 1);
}

static stria_status open_engine(struct database *d, const char *path, size_t memory_size,
                                struct sx_engine **engine, stria_error *err)
{
    struct sx_engine_options options = {.os = d->r->os, .path = path, .memory_size = memory_size};
    return sx_engine_open(&options, engine, err);
}

static stria_status drop_others(struct database *d, stria_error *err)
{
    stria_status st = STRIA_OK;
    struct sx_catalog *catalog = sx_engine_catalog(d->from);
    for (size_t i = 0; i < catalog->database_count && !st; i++) {
        struct sx_command drop = {.kind = SX_DROP_DATABASE, .database = catalog->databases[i].name};
        if (!sx_bytes_equal(drop.database, d->name))
            st = sx_engine_execute(d->from, &drop, err);
    }
    sx_catalog_release(catalog);
    return st;
}

static void note_damage(void *context, const stria_error *what)
{
    struct sx_restore *r = ((struct database *)context)->r;
    stria_finding finding = {.code = what->code, .file = r->folder, .text = what->text};
    r->report->finding_count++;
    if (r->options->on_finding)
        r->options->on_finding(r->options->user, &finding);
}

static bool note_progress(void *context, uint64_t byte_count)
{
    struct sx_restore *r = ((struct database *)context)->r;
    r->copy.bytes_done += byte_count;
    r->copy.bytes_total = SX_MAX(r->copy.bytes_total, r->copy.bytes_done);
    return !r->options->on_progress ||
           r->options->on_progress(r->options->user, r->copy.bytes_done, r->copy.bytes_total);
}

/* Makes the store in DIR/restoring and opens it. */
static stria_status open_staging(struct database *d, stria_error *err)
{
    struct sx_restore *r = d->r;
    r->store.path = d->staging;
    r->link_segments = true;
    r->copy.bytes_total += r->copy.bytes_total / 2; /* what is written at last */
    stria_status st = sx_restore_make_store(r, err);
    if (!st)
        st = open_engine(d, d->staging, from_size(d), &d->from, err);
    if (!st && atomic_load(&d->from->counts.log_damage)) {
        stria_error what = {0};
        (void)sx_fail(&what, STRIA_CORRUPT, "the log is damaged: rows of it are missing");
        note_damage(d, &what);
    }
    return st ? st : drop_others(d, err);
}

static stria_status take_over(struct database *d, stria_error *err)
{
    struct sx_restore *r = d->r;
    struct sx_adoption adoption = {.from = d->from,
                                   .database = d->name,
                                   .as = d->as,
                                   .found = note_damage,
                                   .progress = note_progress,
                                   .context = d};
    stria_status st = sx_engine_adopt(d->to, &adoption, err);
    r->report->copied_bytes += adoption.byte_count;
    d->made = !st;
    if (!st && r->report->finding_count)
        st = sx_fail(err, STRIA_CORRUPT,
                     "%s: the database %.*s is made, without what %" PRIu64 " damages cost",
                     r->path, (int)SX_MIN(d->as.len, 60), d->as.ptr, r->report->finding_count);
    return st;
}

static stria_status check_target(struct database *d, stria_error *err)
{
    struct sx_catalog *catalog = sx_engine_catalog(d->to);
    bool taken = sx_catalog_database(catalog, d->as) != NULL;
    sx_catalog_release(catalog);
    return taken ? sx_fail(err, STRIA_EXISTS, "%s: has a database %.*s already", d->r->path,
                           (int)SX_MIN(d->as.len, 60), d->as.ptr)
                 : STRIA_OK;
}

/* Takes away a store that was made for nothing. */
static void forget_target(struct database *d, bool own_folder)
{
    static const char *const names[] = {"LOCK", "readers"};
    struct sx_restore *r = d->r;
    char path[SX_PATH_MAX];
    r->store.path = r->path;
    r->store.begun = true;
    r->store.own_folder = false;
    sx_new_store_undo(&r->store);
    for (size_t i = 0; i < SX_COUNT_OF(names); i++)
        if (snprintf(path, sizeof path, "%s/%s", r->path, names[i]) < (int)sizeof path)
            (void)r->os->ops->unlink(r->os, path, NULL);
    if (own_folder)
        (void)r->os->ops->rmdir(r->os, r->path, NULL);
}

static stria_status restore(struct database *d, stria_error *err)
{
    bool exists, empty;
    stria_error local = {0};
    stria_status st = sx_copy_is_empty(d->r->os, d->r->path, &exists, &empty, err);
    if (st)
        return st;
    st = open_engine(d, d->r->path, to_size(d), &d->to, err);
    bool opened = !st;
    if (!st)
        st = check_target(d, err);
    if (!st)
        st = open_staging(d, err);
    if (!st)
        st = take_over(d, err);
    (void)sx_engine_close(d->from, NULL);
    if (opened)
        sx_engine_clear_restoring(d->r->os, &d->r->mem, d->r->path);
    stria_status closed = sx_engine_close(d->to, &local);
    if (!st && closed) {
        sx_error_copy(err, &local);
        st = closed;
    }
    if (empty && !d->made && st != STRIA_LOCKED)
        forget_target(d, !exists);
    return st;
}

stria_status sx_restore_database(struct sx_restore *r, stria_error *err)
{
    struct database d = {.r = r,
                         .name = sx_bytes_of(r->options->database),
                         .as = sx_bytes_of(r->options->as ? r->options->as : r->options->database),
                         .policies.mem = &r->mem,
                         .segments.mem = &r->mem};
    sx_buf_init(&d.state, &r->mem, STATE_SIZE_MAX);
    stria_status st = STRIA_OK;
    if (snprintf(d.staging, sizeof d.staging, "%s/" SX_RESTORING, r->path) >= (int)sizeof d.staging)
        st = sx_fail(err, STRIA_INVALID, "%s: the path is too long", r->path);
    if (!st)
        st = read_state(&d, err);
    if (!st) {
        choose_files(&d);
        st = sx_restore_check_files(r, err);
    }
    if (!st)
        st = restore(&d, err);
    sx_mem_free(&r->mem, d.policies.items);
    sx_mem_free(&r->mem, d.segments.items);
    sx_buf_deinit(&d.state);
    return st;
}
