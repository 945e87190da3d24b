/* SPDX-License-Identifier: Apache-2.0 */
/* snapshot.c -- see snapshot.h. */
#include "engine/snapshot.h"

#include "base/error.h"
#include "engine/capture.h"
#include "engine/copy.h"
#include "engine/engine_priv.h"

#include <inttypes.h>
#include <stdio.h>

struct snapshot {
    struct sx_engine *engine;
    struct sx_os *os;
    const char *path;
    struct sx_capture capture;
    struct sx_copy copy;
    bool copy_all;   /* links are not wanted, or did not work */
    bool own_folder; /* made by us */
    bool begun;      /* what is in the folder is ours */
    stria_snapshot_report *report;
};

static stria_status join(const struct snapshot *s, const char *name, char *path, stria_error *err)
{
    if (snprintf(path, SX_PATH_MAX, "%s/%s", s->path, name) < SX_PATH_MAX)
        return STRIA_OK;
    return sx_fail(err, STRIA_INVALID, "%s: the path is too long", s->path);
}

static stria_status make_folder(const struct snapshot *s, const char *name, stria_error *err)
{
    char path[SX_PATH_MAX];
    stria_status st = join(s, name, path, err);
    return st ? st : s->os->ops->mkdir(s->os, path, err);
}

static stria_status sync_folder(const struct snapshot *s, const char *name, stria_error *err)
{
    char path[SX_PATH_MAX];
    stria_status st = join(s, name, path, err);
    return st ? st : s->os->ops->sync_dir(s->os, path, err);
}

/* The folder must not be there, or be empty. */
static stria_status make_folders(struct snapshot *s, stria_error *err)
{
    bool exists, empty;
    stria_status st = sx_copy_is_empty(s->os, s->path, &exists, &empty, err);
    if (!st && !empty)
        st = sx_fail(err, STRIA_EXISTS, "%s: is there already and not empty", s->path);
    s->begun = !st;
    if (!st && !exists) {
        st = s->os->ops->mkdir(s->os, s->path, err);
        s->own_folder = !st;
    }
    if (!st)
        st = make_folder(s, "wal", err);
    return st ? st : make_folder(s, "seg", err);
}

static void remove_folders(const struct snapshot *s)
{
    static const char *const names[] = {"manifest", "wal", "seg"}; /* the store ends first */
    char path[SX_PATH_MAX];
    for (size_t i = 0; i < SX_COUNT_OF(names); i++) {
        if (join(s, names[i], path, NULL) == STRIA_OK)
            sx_copy_remove_folder(s->os, s->copy.mem, path);
        (void)s->os->ops->sync_dir(s->os, s->path, NULL);
    }
    if (s->own_folder)
        (void)s->os->ops->rmdir(s->os, s->path, NULL);
}

/* ---- its files ---- */

/* Gives a file its second name; what cannot be linked is copied from then on. */
static stria_status put_file(struct snapshot *s, const char *from, const char *to, uint64_t size,
                             bool may_link, stria_error *err)
{
    stria_error local = {0};
    if (may_link && !s->copy_all) {
        stria_status st = s->os->ops->link(s->os, from, to, &local);
        if (!st) {
            s->report->file_count++;
            s->report->byte_count += size;
            return STRIA_OK;
        }
        if (st == STRIA_NOT_FOUND || st == STRIA_EXISTS || st == STRIA_DISK_FULL) {
            sx_error_copy(err, &local);
            return st;
        }
        s->copy_all = true; /* another file system, or one without links */
    }
    stria_status st = sx_copy_file(&s->copy, from, to, size, NULL, err);
    if (st)
        return st;
    s->report->file_count++;
    s->report->byte_count += size;
    s->report->copied_bytes += size;
    return STRIA_OK;
}

static stria_status put_logs(struct snapshot *s, stria_error *err)
{
    char from[SX_PATH_MAX], to[SX_PATH_MAX];
    const struct sx_capture *c = &s->capture;
    for (size_t i = 0; i < c->log_count; i++) {
        if (!sx_capture_log_path(s->engine->path, &c->logs[i], from) ||
            !sx_capture_log_path(s->path, &c->logs[i], to))
            return sx_fail(err, STRIA_INVALID, "%s: the path is too long", s->path);
        stria_status st = put_file(s, from, to, c->logs[i].size, c->logs_finished, err);
        if (st)
            return st;
    }
    return sync_folder(s, "wal", err);
}

static stria_status put_segments(struct snapshot *s, stria_error *err)
{
    char to[SX_PATH_MAX];
    stria_error local = {0};
    for (size_t i = 0; i < s->capture.segment_count; i++) {
        const struct sx_segment *segment = s->capture.segments[i].segment;
        int size =
            snprintf(to, sizeof to, "%s/seg/%016" PRIx64 ".seg", s->path, segment->info.segment_id);
        if (size < 0 || size >= (int)sizeof to)
            return sx_fail(err, STRIA_INVALID, "%s: the path is too long", s->path);
        stria_status st = put_file(s, segment->path, to, segment->info.file_size, true, &local);
        bool lost = s->capture.segments[i].set_aside &&
                    (st == STRIA_NOT_FOUND || st == STRIA_CORRUPT); /* as in the store itself */
        if (st && !lost) {
            sx_error_copy(err, &local);
            return st;
        }
    }
    return sync_folder(s, "seg", err);
}

/* ---- its manifest ---- */

static void put_captured(void *context, struct sx_buf *out)
{
    const struct snapshot *s = context;
    sx_buf_put_bytes(out, sx_buf_bytes(&s->capture.state));
}

/* From here on it is a store. */
static stria_status put_manifest(struct snapshot *s, stria_error *err)
{
    char dir[SX_PATH_MAX];
    struct sx_manifest *manifest = NULL;
    stria_status st = join(s, "manifest", dir, err);
    if (!st)
        st = s->os->ops->sync_dir(s->os, s->path, err);
    if (!st)
        st = s->os->ops->mkdir(s->os, dir, err);
    struct sx_manifest_options options = {.os = s->os,
                                          .mem = s->copy.mem,
                                          .dir = dir,
                                          .events = &s->engine->events,
                                          .put_state = put_captured,
                                          .context = s};
    if (!st)
        st = sx_manifest_create(&options, &manifest, err);
    if (!st)
        st = sx_manifest_begin(manifest, s->capture.store_uuid, err);
    sx_manifest_destroy(manifest);
    if (!st)
        st = s->os->ops->sync_dir(s->os, s->path, err);
    return st ? st : sx_copy_sync_parent(s->os, s->path, err);
}

stria_status sx_snapshot_write(struct sx_engine *engine, const char *path,
                               const stria_snapshot_options *options, stria_snapshot_report *report,
                               stria_error *err)
{
    struct snapshot s = {.engine = engine,
                         .os = engine->os,
                         .path = path,
                         .copy_all = options->copy,
                         .report = report,
                         .copy = {.os = engine->os,
                                  .mem = &engine->mems[SX_ENGINE_MEM_OTHER],
                                  .on_progress = options->on_progress,
                                  .user = options->user}};
    *report = (stria_snapshot_report){0};
    stria_status st = make_folders(&s, err);
    if (!st)
        st = sx_capture_begin(engine, &s.capture, err);
    for (size_t i = 0; i < s.capture.segment_count; i++)
        s.copy.bytes_total += s.capture.segments[i].segment->info.file_size;
    for (size_t i = 0; i < s.capture.log_count; i++)
        s.copy.bytes_total += s.capture.logs[i].size;
    if (!st)
        st = put_logs(&s, err);
    if (!st)
        st = sx_capture_release_log(&s.capture, err);
    if (!st)
        st = put_segments(&s, err);
    if (!st)
        st = put_manifest(&s, err);
    if (s.capture.engine)
        sx_capture_end(&s.capture);
    if (st && s.begun)
        remove_folders(&s);
    return st;
}
