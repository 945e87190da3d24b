/* SPDX-License-Identifier: Apache-2.0 */
/* backup.c -- making a backup (backup.h). */
#include "engine/backup.h"

#include "base/crc32c.h"
#include "base/error.h"
#include "engine/backup_folder.h"
#include "engine/capture.h"
#include "engine/copy.h"
#include "engine/engine_priv.h"
#include "segment/check.h"

#include <inttypes.h>
#include <stdio.h>

struct backup {
    struct sx_os *os;
    struct sx_mem *mem;
    const char *folder;
    const stria_backup_options *options;
    stria_backup_report *report;
    struct sx_engine *engine;
    struct sx_capture capture;
    struct sx_copy copy;
    struct sx_backup_list earlier; /* of the folder, or of options->incremental_from */
    const char *earlier_folder;
    bool has_earlier;
    struct sx_backup_list list;
};

/* ---- the folder ---- */

/* Looks what is in the folder; the number of the backup to be made. */
static stria_status look(struct backup *b, stria_error *err)
{
    struct sx_backup_numbers numbers = {.mem = b->mem};
    stria_status st = sx_backup_numbers(b->os, b->folder, &numbers, err);
    b->list.number = numbers.count ? numbers.items[numbers.count - 1] + 1 : 1;
    if (!st && numbers.foreign)
        st = sx_fail(err, STRIA_EXISTS, "%s: holds something else than backups", b->folder);
    if (!st && !numbers.exists)
        st = b->os->ops->mkdir(b->os, b->folder, err);
    sx_mem_free(b->mem, numbers.items);
    return st;
}

static stria_status make_folder(const struct backup *b, const char *name, stria_error *err)
{
    char path[SX_PATH_MAX];
    stria_error local = {0};
    if (snprintf(path, sizeof path, "%s/%s", b->folder, name) >= (int)sizeof path)
        return sx_fail(err, STRIA_INVALID, "%s: the path is too long", b->folder);
    stria_status st = b->os->ops->mkdir(b->os, path, &local);
    if (st && st != STRIA_EXISTS) {
        sx_error_copy(err, &local);
        return st;
    }
    return STRIA_OK;
}

static stria_status sync_folder(const struct backup *b, const char *name, stria_error *err)
{
    char path[SX_PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", b->folder, name) >= (int)sizeof path)
        return sx_fail(err, STRIA_INVALID, "%s: the path is too long", b->folder);
    return b->os->ops->sync_dir(b->os, path, err);
}

static stria_status find_earlier(struct backup *b, stria_error *err)
{
    stria_error local = {0};
    bool other = b->options->incremental_from && *b->options->incremental_from;
    b->earlier_folder = other ? b->options->incremental_from : b->folder;
    stria_status st =
        sx_backup_newest(b->os, b->mem, b->earlier_folder, &b->earlier, &b->has_earlier, &local);
    if (st == STRIA_CORRUPT && !other)
        st = STRIA_OK; /* one that broke off: this will be the first whole one */
    if (!st && other && !b->has_earlier)
        st = sx_fail(&local, STRIA_NOT_FOUND, "%s: there is no backup", b->earlier_folder);
    if (!st && b->has_earlier &&
        memcmp(b->earlier.store_uuid, b->capture.store_uuid, sizeof b->earlier.store_uuid) != 0)
        st = sx_fail(&local, STRIA_CONFLICT, "%s: holds backups of another store",
                     b->earlier_folder);
    if (st)
        sx_error_copy(err, &local);
    return st;
}

/* ---- files ---- */

static stria_status add_file(struct backup *b, const struct sx_backup_file *file, stria_error *err)
{
    if (!sx_backup_list_add(&b->list, file))
        return sx_mem_refused(b->mem, b->list.file_count * sizeof *file, err);
    b->report->file_count++;
    b->report->byte_count += file->size;
    return STRIA_OK;
}

/* A name that an earlier try left is taken by what belongs there. */
static stria_status copy_into(struct backup *b, const char *from, struct sx_backup_file *file,
                              stria_error *err)
{
    char to[SX_PATH_MAX];
    stria_status st = sx_backup_file_path(b->folder, file, to, err);
    if (st)
        return st;
    (void)b->os->ops->unlink(b->os, to, NULL);
    st = sx_copy_file(&b->copy, from, to, file->size, &file->crc, err);
    if (!st)
        b->report->copied_bytes += file->size;
    return st;
}

static stria_status put_state(struct backup *b, stria_error *err)
{
    char path[SX_PATH_MAX];
    struct sx_file *out = NULL;
    struct sx_bytes state = sx_buf_bytes(&b->capture.state);
    struct sx_backup_file file = {
        .kind = SX_BACKUP_STATE, .crc = sx_crc32c(0, state.ptr, state.len), .size = state.len};
    (void)snprintf(file.name, sizeof file.name, "%016" PRIx64 ".state", b->list.number);
    stria_status st = sx_backup_file_path(b->folder, &file, path, err);
    if (st)
        return st;
    (void)b->os->ops->unlink(b->os, path, NULL);
    st = sx_os_open(b->os, path, SX_OPEN_WRITE | SX_OPEN_CREATE | SX_OPEN_EXCLUSIVE, &out, err);
    if (!st)
        st = sx_file_pwrite(out, state.ptr, state.len, 0, err);
    if (!st)
        st = sx_file_sync(out, err);
    sx_file_close(out);
    return st ? st : add_file(b, &file, err);
}

/* Of a file that is written to only the beginning was copied: it says so now. */
static stria_status fit_log(struct backup *b, struct sx_backup_file *file, stria_error *err)
{
    struct sx_copy again = {.os = b->os, .mem = b->mem};
    char path[SX_PATH_MAX];
    uint64_t size;
    bool changed;
    stria_status st = sx_backup_file_path(b->folder, file, path, err);
    if (!st)
        st = sx_wal_file_fit(b->os, path, &changed, err);
    return st || !changed ? st : sx_copy_sum(&again, path, &size, &file->crc, err);
}

static stria_status put_logs(struct backup *b, stria_error *err)
{
    char from[SX_PATH_MAX];
    stria_status st = STRIA_OK;
    for (size_t i = 0; i < b->capture.log_count && !st; i++) {
        const struct sx_wal_place *place = &b->capture.logs[i];
        struct sx_backup_file file = {
            .kind = SX_BACKUP_LOG, .size = place->size, .id = place->name_no};
        (void)snprintf(file.name, sizeof file.name, "%016" PRIx64 "-%08" PRIx32 ".wal",
                       b->list.number, place->name_no);
        if (!sx_capture_log_path(b->engine->path, place, from))
            return sx_fail(err, STRIA_INVALID, "%s: the path is too long", b->engine->path);
        st = copy_into(b, from, &file, err);
        if (!st)
            st = fit_log(b, &file, err);
        if (!st)
            st = add_file(b, &file, err);
    }
    return st ? st : sx_capture_release_log(&b->capture, err);
}

/* ---- segments ---- */

struct finding {
    struct backup *b;
    const char *name;
};

static void note_finding(void *context, stria_status code, uint64_t offset, const char *text)
{
    struct finding *f = context;
    const stria_backup_options *o = f->b->options;
    stria_finding finding = {.code = code, .file = f->name, .offset = offset, .text = text};
    f->b->report->finding_count++;
    if (o->on_finding)
        o->on_finding(o->user, &finding);
}

/* Reads the copy to its last chunk. */
static stria_status check(struct backup *b, const struct sx_segment_info *info,
                          const struct sx_backup_file *file, stria_error *err)
{
    char path[SX_PATH_MAX], name[SX_BACKUP_NAME_MAX + 4];
    struct finding finding = {.b = b, .name = name};
    struct sx_segment_check c = {.found = note_finding, .context = &finding};
    (void)snprintf(name, sizeof name, "seg/%s", file->name);
    stria_status st = sx_backup_file_path(b->folder, file, path, err);
    if (st)
        return st;
    struct sx_mem *mem = &b->engine->mems[SX_ENGINE_MEM_SEGMENT];
    struct sx_segment *segment = sx_segment_create(b->os, mem, path, info);
    if (!segment)
        return sx_mem_refused(mem, sizeof *segment, err);
    st = sx_segment_check(segment, mem, &c, err);
    sx_segment_release(segment);
    return st;
}

/* Whether an earlier backup has the segment; it is in the folder then. */
static stria_status reuse(struct backup *b, struct sx_backup_file *file, bool *reused,
                          stria_error *err)
{
    char from[SX_PATH_MAX], to[SX_PATH_MAX];
    struct sx_file_info info;
    const struct sx_backup_file *old =
        b->has_earlier ? sx_backup_list_find(&b->earlier, file->name) : NULL;
    *reused = false;
    if (!old || old->size != file->size)
        return STRIA_OK;
    stria_status st = sx_backup_file_path(b->earlier_folder, old, from, err);
    if (!st)
        st = sx_backup_file_path(b->folder, file, to, err);
    if (st)
        return st;
    if (b->os->ops->stat(b->os, from, &info, NULL) || info.size != file->size)
        return STRIA_OK; /* it was lost: once more, from the store */
    file->crc = old->crc;
    *reused = true;
    if (b->earlier_folder != b->folder) {
        (void)b->os->ops->unlink(b->os, to, NULL);
        if (b->os->ops->link(b->os, from, to, NULL)) {
            uint32_t crc;
            st = sx_copy_file(&b->copy, from, to, file->size, &crc, err);
            *reused = !st && crc == old->crc;
        }
    }
    if (*reused)
        b->report->kept_bytes += file->size;
    return st;
}

static stria_status put_segment(struct backup *b, const struct sx_capture_segment *captured,
                                stria_error *err)
{
    const struct sx_segment *segment = captured->segment;
    const struct sx_segment_info *info = &segment->info;
    struct sx_backup_file file = {
        .kind = SX_BACKUP_SEGMENT, .size = info->file_size, .id = info->segment_id};
    stria_error local = {0};
    bool reused;
    for (size_t i = 0; i < sizeof info->uuid; i++)
        (void)snprintf(file.name + 2 * i, sizeof file.name - 2 * i, "%02x", info->uuid[i]);
    (void)snprintf(file.name + 32, sizeof file.name - 32, ".seg");
    stria_status st = reuse(b, &file, &reused, err);
    if (st)
        return st;
    if (reused)
        return add_file(b, &file, err);
    st = copy_into(b, segment->path, &file, &local);
    if (captured->set_aside && (st == STRIA_NOT_FOUND || st == STRIA_CORRUPT)) {
        struct finding finding = {.b = b, .name = segment->path};
        note_finding(&finding, st, 0, local.text);
        return STRIA_OK; /* there is nothing of it left that could be copied */
    }
    if (!st)
        st = check(b, info, &file, &local);
    if (st) {
        sx_error_copy(err, &local);
        return st;
    }
    return add_file(b, &file, err);
}

/* ---- the list ---- */

/* From here on it is a backup. */
static stria_status put_list(struct backup *b, stria_error *err)
{
    char path[SX_PATH_MAX];
    struct sx_file *file = NULL;
    struct sx_buf text;
    sx_buf_init(&text, b->mem, SX_BACKUP_LIST_SIZE_MAX);
    sx_backup_list_put(&text, &b->list);
    stria_status st = text.failed ? sx_buf_refused(&text, "list of a backup", err) : STRIA_OK;
    if (!st)
        st = sync_folder(b, "log", err);
    if (!st)
        st = sync_folder(b, "seg", err);
    if (!st)
        st = b->os->ops->sync_dir(b->os, b->folder, err);
    if (!st)
        st = sx_backup_list_path(b->folder, b->list.number, path, err);
    if (!st)
        st =
            sx_os_open(b->os, path, SX_OPEN_WRITE | SX_OPEN_CREATE | SX_OPEN_EXCLUSIVE, &file, err);
    if (!st)
        st = sx_file_pwrite(file, text.ptr, text.len, 0, err);
    if (!st)
        st = sx_file_sync(file, err);
    if (!st)
        st = b->os->ops->sync_dir(b->os, b->folder, err);
    if (!st)
        st = sx_copy_sync_parent(b->os, b->folder, err);
    if (st && file)
        (void)b->os->ops->unlink(b->os, path, NULL);
    sx_file_close(file);
    sx_buf_deinit(&text);
    return st;
}

static stria_status put_all(struct backup *b, stria_error *err)
{
    stria_status st = make_folder(b, "log", err);
    if (!st)
        st = make_folder(b, "seg", err);
    for (size_t i = 0; i < b->capture.segment_count; i++)
        b->copy.bytes_total += b->capture.segments[i].segment->info.file_size;
    for (size_t i = 0; i < b->capture.log_count; i++)
        b->copy.bytes_total += b->capture.logs[i].size;
    if (!st)
        st = put_state(b, err);
    if (!st)
        st = put_logs(b, err); /* first: a writer waits for them, though not for long */
    for (size_t i = 0; i < b->capture.segment_count && !st; i++)
        st = put_segment(b, &b->capture.segments[i], err);
    return st ? st : put_list(b, err);
}

stria_status sx_backup_make(struct sx_os *os, const char *path, const char *folder,
                            const stria_backup_options *options, stria_backup_report *report,
                            stria_error *err)
{
    struct sx_engine_options engine_options = {.os = os,
                                               .path = path,
                                               .memory_size = options->memory_size,
                                               .read_only = true,
                                               .must_exist = true};
    struct backup b = {.os = os, .folder = folder, .options = options, .report = report};
    *report = (stria_backup_report){0};
    stria_status st = sx_engine_open(&engine_options, &b.engine, err);
    if (st)
        return st;
    b.mem = b.list.mem = b.earlier.mem = &b.engine->mems[SX_ENGINE_MEM_OTHER];
    b.copy = (struct sx_copy){
        .os = os, .mem = b.mem, .on_progress = options->on_progress, .user = options->user};
    st = sx_capture_begin(b.engine, &b.capture, err);
    if (!st)
        st = look(&b, err);
    if (!st)
        st = find_earlier(&b, err);
    memcpy(b.list.store_uuid, b.capture.store_uuid, sizeof b.list.store_uuid);
    b.list.taken_ns = SX_MAX(sx_os_now_ns(os), 0);
    report->number = b.list.number;
    if (!st)
        st = put_all(&b, err);
    if (!st && report->finding_count)
        st = sx_fail(err, STRIA_CORRUPT,
                     "%s: the backup is made, but %" PRIu64 " damages were found in the store",
                     path, report->finding_count);
    sx_backup_list_deinit(&b.list);
    sx_backup_list_deinit(&b.earlier);
    sx_capture_end(&b.capture);
    (void)sx_engine_close(b.engine, NULL);
    return st;
}
