/* SPDX-License-Identifier: Apache-2.0 */
/* snapshot.c -- see snapshot.h. */
#include "engine/snapshot.h"

#include "base/error.h"
#include "engine/capture.h"
#include "engine/copy.h"
#include "engine/engine_priv.h"
#include "engine/new_store.h"

struct snapshot {
    struct sx_engine *engine;
    struct sx_new_store store;
    struct sx_capture capture;
    struct sx_copy copy;
    bool copy_all; /* links are not wanted, or did not work */
    stria_snapshot_report *report;
};

/* Gives a file its second name; once one cannot be linked, all are copied. */
static stria_status put_file(struct snapshot *s, const char *from, const char *to, uint64_t size,
                             bool may_link, stria_error *err)
{
    stria_error local = {0};
    if (may_link && !s->copy_all) {
        stria_status st = s->store.os->ops->link(s->store.os, from, to, &local);
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
    stria_status st = STRIA_OK;
    bool changed;
    for (size_t i = 0; i < c->log_count && !st; i++) {
        if (!sx_capture_log_path(s->engine->path, &c->logs[i], from))
            return sx_fail(err, STRIA_INVALID, "%s: the path is too long", s->engine->path);
        st = sx_new_store_log_path(&s->store, c->logs[i].name_no, to, err);
        if (!st)
            st = put_file(s, from, to, c->logs[i].size, c->logs_finished, err);
        if (!st && !c->logs_finished)
            st = sx_wal_file_fit(s->store.os, to, &changed, err);
    }
    return st;
}

static stria_status put_segments(struct snapshot *s, stria_error *err)
{
    char to[SX_PATH_MAX];
    stria_error local = {0};
    stria_status st = STRIA_OK;
    for (size_t i = 0; i < s->capture.segment_count && !st; i++) {
        const struct sx_segment *segment = s->capture.segments[i].segment;
        st = sx_new_store_segment_path(&s->store, segment->info.segment_id, to, &local);
        if (!st)
            st = put_file(s, segment->path, to, segment->info.file_size, true, &local);
        if (s->capture.segments[i].set_aside && (st == STRIA_NOT_FOUND || st == STRIA_CORRUPT))
            st = STRIA_OK; /* as in the store itself */
    }
    if (st)
        sx_error_copy(err, &local);
    return st;
}

static void count_total(struct snapshot *s)
{
    for (size_t i = 0; i < s->capture.segment_count; i++)
        s->copy.bytes_total += s->capture.segments[i].segment->info.file_size;
    for (size_t i = 0; i < s->capture.log_count; i++)
        s->copy.bytes_total += s->capture.logs[i].size;
}

stria_status sx_snapshot_write(struct sx_engine *engine, const char *path,
                               const stria_snapshot_options *options, stria_snapshot_report *report,
                               stria_error *err)
{
    struct sx_mem *mem = &engine->mems[SX_ENGINE_MEM_OTHER];
    struct snapshot s = {
        .engine = engine,
        .store = {.os = engine->os, .mem = mem, .path = path, .events = &engine->events},
        .copy = {.os = engine->os,
                 .mem = mem,
                 .on_progress = options->on_progress,
                 .user = options->user},
        .copy_all = options->copy,
        .report = report};
    *report = (stria_snapshot_report){0};
    stria_status st = sx_new_store_begin(&s.store, err);
    if (!st) {
        st = sx_capture_begin(engine, &s.capture, err);
        count_total(&s);
        if (!st)
            st = put_logs(&s, err);
        if (!st)
            st = sx_capture_release_log(&s.capture, err);
        if (!st)
            st = put_segments(&s, err);
        if (!st)
            st = sx_new_store_finish(&s.store, s.capture.store_uuid, sx_buf_bytes(&s.capture.state),
                                     err);
        sx_capture_end(&s.capture);
    }
    if (st)
        sx_new_store_undo(&s.store);
    return st;
}
