/* SPDX-License-Identifier: Apache-2.0 */
/* backup_restore.c -- making a store of a backup (backup.h). */
#include "engine/backup.h"

#include "base/error.h"
#include "engine/backup_priv.h"
#include "engine/verify.h"

#include <inttypes.h>

#define MEMORY_DEFAULT ((uint64_t)256 << 20)

static stria_status read_list(struct sx_restore *r, stria_error *err)
{
    bool found = true;
    stria_status st;
    r->list.mem = &r->mem;
    if (r->options->number)
        st = sx_backup_read(r->os, r->folder, r->options->number, &r->list, err);
    else
        st = sx_backup_newest(r->os, &r->mem, r->folder, &r->list, &found, err);
    if (!st && !found)
        st = sx_fail(err, STRIA_NOT_FOUND, "%s: there is no backup", r->folder);
    return st;
}

static stria_status compare(const struct sx_backup_file *file, const char *path, uint64_t size,
                            uint32_t crc, stria_error *err)
{
    if (size == file->size && crc == file->crc)
        return STRIA_OK;
    return sx_fail(err, STRIA_CORRUPT,
                   "%s: %" PRIu64 " bytes with checksum %08" PRIx32
                   ", but the backup was made of %" PRIu64 " with %08" PRIx32,
                   path, size, crc, file->size, file->crc);
}

stria_status sx_restore_check_files(struct sx_restore *r, stria_error *err)
{
    char path[SX_PATH_MAX];
    stria_status st = STRIA_OK;
    for (size_t i = 0; i < r->list.file_count; i++)
        r->copy.bytes_total += 2 * r->list.files[i].size;
    for (size_t i = 0; i < r->list.file_count && !st; i++) {
        uint64_t size;
        uint32_t crc;
        st = sx_backup_file_path(r->folder, &r->list.files[i], path, err);
        if (!st)
            st = sx_copy_sum(&r->copy, path, &size, &crc, err);
        if (!st)
            st = compare(&r->list.files[i], path, size, crc, err);
    }
    return st;
}

static stria_status copy_file(struct sx_restore *r, const struct sx_backup_file *file,
                              stria_error *err)
{
    char from[SX_PATH_MAX], to[SX_PATH_MAX];
    uint32_t crc;
    stria_status st = sx_backup_file_path(r->folder, file, from, err);
    if (!st)
        st = file->kind == SX_BACKUP_LOG
                 ? sx_new_store_log_path(&r->store, (uint32_t)file->id, to, err)
                 : sx_new_store_segment_path(&r->store, file->id, to, err);
    bool linked = !st && r->link_segments && file->kind == SX_BACKUP_SEGMENT &&
                  !r->os->ops->link(r->os, from, to, NULL);
    if (!st && linked)
        r->copy.bytes_done += file->size;
    if (!st && !linked)
        st = sx_copy_file(&r->copy, from, to, file->size, &crc, err);
    if (!st && !linked)
        st = compare(file, from, file->size, crc, err);
    if (st)
        return st;
    r->report->file_count++;
    r->report->byte_count += file->size;
    r->report->copied_bytes += linked ? 0 : file->size;
    return STRIA_OK;
}

stria_status sx_restore_read_state(struct sx_restore *r, struct sx_buf *state, stria_error *err)
{
    char path[SX_PATH_MAX];
    const struct sx_backup_file *file = &r->list.files[0];
    struct sx_file *in = NULL;
    stria_status st = sx_backup_file_path(r->folder, file, path, err);
    if (!st && file->size > state->max)
        return sx_fail(err, STRIA_CORRUPT, "%s: %" PRIu64 " bytes long", path, file->size);
    if (!st)
        st = sx_os_open(r->os, path, SX_OPEN_READ, &in, err);
    if (!st && file->size) {
        uint8_t *bytes = sx_buf_extend(state, (size_t)file->size);
        st = bytes ? sx_file_read(in, path, bytes, (size_t)file->size, 0, err)
                   : sx_buf_refused(state, path, err);
    }
    sx_file_close(in);
    return st;
}

stria_status sx_restore_make_store(struct sx_restore *r, stria_error *err)
{
    struct sx_buf state;
    sx_buf_init(&state, &r->mem, (size_t)256 << 20);
    stria_status st = sx_new_store_begin(&r->store, err);
    if (!st)
        st = sx_restore_read_state(r, &state, err);
    for (size_t i = 1; i < r->list.file_count && !st; i++)
        st = copy_file(r, &r->list.files[i], err);
    if (!st)
        st = sx_new_store_finish(&r->store, r->list.store_uuid, sx_buf_bytes(&state), err);
    if (st)
        sx_new_store_undo(&r->store);
    sx_buf_deinit(&state);
    return st;
}

/* The store that was made, to its last chunk. Damage that the backup was told of stays what it
 * was. */
static stria_status verify(struct sx_restore *r, stria_error *err)
{
    /* Beside the list, which is held. */
    size_t memory_size = atomic_load(&r->mem.limit) - sx_mem_size(&r->mem);
    stria_verify_options options = {.struct_size = sizeof options,
                                    .memory_size = memory_size,
                                    .on_finding = r->options->on_finding,
                                    .user = r->options->user};
    stria_verify_report report = {0};
    stria_status st = sx_verify(r->os, r->store.path, &options, &report, err);
    r->report->finding_count = report.finding_count;
    if (st == STRIA_CORRUPT)
        st = sx_fail(err, STRIA_CORRUPT,
                     "%s: the store is made, as it was, with %" PRIu64 " damages", r->store.path,
                     report.finding_count);
    return st;
}

static stria_status restore_whole(struct sx_restore *r, stria_error *err)
{
    stria_status st = sx_restore_check_files(r, err);
    if (!st)
        st = sx_restore_make_store(r, err);
    return st ? st : verify(r, err);
}

stria_status sx_backup_restore(struct sx_os *os, const char *folder, const char *path,
                               const stria_restore_options *options, stria_backup_report *report,
                               stria_error *err)
{
    static const struct sx_event_sink silent;
    struct sx_restore r = {
        .os = os, .folder = folder, .path = path, .options = options, .report = report};
    *report = (stria_backup_report){0};
    sx_mem_init(&r.mem, NULL, "restore",
                (size_t)(options->memory_size ? options->memory_size : MEMORY_DEFAULT));
    r.copy = (struct sx_copy){
        .os = os, .mem = &r.mem, .on_progress = options->on_progress, .user = options->user};
    r.store = (struct sx_new_store){.os = os, .mem = &r.mem, .path = path, .events = &silent};
    stria_status st = read_list(&r, err);
    report->number = r.list.number;
    if (!st)
        st = options->database ? sx_restore_database(&r, err) : restore_whole(&r, err);
    sx_backup_list_deinit(&r.list);
    sx_mem_deinit(&r.mem);
    return st;
}
