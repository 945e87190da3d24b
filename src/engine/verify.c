/* SPDX-License-Identifier: Apache-2.0 */
/* verify.c -- see verify.h. */
#include "engine/verify.h"

#include "base/error.h"
#include "engine/contents.h"
#include "engine/repair.h"
#include "segment/check.h"
#include "wal/log.h"
#include "wal/rows_record.h"

#include <inttypes.h>
#include <stdio.h>

#define MEMORY_DEFAULT ((uint64_t)256 << 20)
#define LOG_TRIES 5 /* a writer flushes seldom; a try takes less than the time between flushes */

struct verifying {
    struct sx_os *os;
    const char *path;
    const stria_verify_options *options;
    stria_verify_report *report;
    struct sx_mem mem;
    uint64_t bytes_done, bytes_total;
    const char *file; /* being read, relative to the store */
    bool stopped;
};

/* ---- telling ---- */

/* The file's own path at the head of a text says nothing that finding.file does not. */
static const char *without_path(const struct verifying *v, const char *text)
{
    size_t path = strlen(v->path), file = strlen(v->file);
    bool own = strncmp(text, v->path, path) == 0 && text[path] == '/' &&
               strncmp(text + path + 1, v->file, file) == 0 &&
               strncmp(text + path + 1 + file, ": ", 2) == 0;
    return own ? text + path + 1 + file + 2 : text;
}

static void find(struct verifying *v, stria_status code, uint64_t offset, const char *text)
{
    v->report->finding_count++;
    if (v->options->on_finding)
        v->options->on_finding(v->options->user, &(stria_finding){.code = code,
                                                                  .file = v->file,
                                                                  .offset = offset,
                                                                  .text = without_path(v, text)});
}

static void found(void *context, stria_status code, uint64_t offset, const char *text)
{
    find(context, code, offset, text);
}

/* False: the caller wants no more. */
static bool progress(void *context, uint64_t byte_count)
{
    struct verifying *v = context;
    v->bytes_done += byte_count;
    if (v->options->on_progress && !v->stopped)
        v->stopped = !v->options->on_progress(
            v->options->user, SX_MIN(v->bytes_done, v->bytes_total), v->bytes_total);
    return !v->stopped;
}

static void on_event(void *user, const stria_event *event)
{
    if (strcmp(event->name, "manifest_damage") == 0)
        find(user, STRIA_CORRUPT, 0, event->detail);
}

/* ---- segments ---- */

/* Whether a segment is, by now, not part of the store any more. */
static stria_status was_replaced(struct verifying *v, uint64_t segment_id, bool *replaced,
                                 stria_error *err)
{
    struct sx_contents now;
    stria_status st = sx_contents_read(&now, v->os, &v->mem, v->path, NULL, err);
    *replaced = !st && !sx_contents_segment(&now, segment_id);
    sx_contents_deinit(&now);
    return st == STRIA_CORRUPT ? STRIA_OK : st;
}

static stria_status check_segment(struct verifying *v, const char *path,
                                  const struct sx_segment_info *info, stria_error *err)
{
    struct sx_segment *segment = sx_segment_create(v->os, &v->mem, path, info);
    struct sx_segment_check check = {.found = found, .progress = progress, .context = v};
    if (!segment)
        return sx_mem_refused(&v->mem, sizeof *segment, err);
    uint64_t done = v->bytes_done;
    stria_status st = sx_segment_check(segment, &v->mem, &check, err);
    sx_segment_release(segment);
    v->report->file_count++;
    v->report->byte_count += info->file_size;
    v->report->chunk_count += check.chunk_count;
    v->report->row_count += check.row_count;
    v->bytes_done = done;
    return !st && !progress(v, info->file_size) ? STRIA_CANCELLED : st;
}

static stria_status check_named(struct verifying *v, const struct sx_segment_info *info,
                                stria_error *err)
{
    char path[SX_PATH_MAX], file[32];
    struct sx_file_info there;
    bool replaced = false;
    (void)snprintf(file, sizeof file, "seg/%016" PRIx64 ".seg", info->segment_id);
    (void)snprintf(path, sizeof path, "%s/%s", v->path, file);
    v->file = file;
    stria_status st = v->os->ops->stat(v->os, path, &there, err);
    if (st == STRIA_NOT_FOUND)
        st = was_replaced(v, info->segment_id, &replaced, err);
    /* If it goes away only now, the check finds that it is not there; that is told, at worst. */
    if (!st && !replaced)
        st = check_segment(v, path, info, err);
    v->file = "seg"; /* `file` ends here */
    return st;
}

/* ---- segments without a manifest ---- */

struct names {
    struct verifying *v;
    stria_status st;
    stria_error *err;
};

static bool check_file(void *context, const char *name, bool is_directory)
{
    struct names *names = context;
    struct verifying *v = names->v;
    char path[SX_PATH_MAX], file[SX_PATH_MAX];
    struct sx_segment_info info;
    stria_error local = {0};
    size_t len = strlen(name);
    if (is_directory || len < 4 || strcmp(name + len - 4, ".seg") != 0)
        return true;
    (void)snprintf(file, sizeof file, "seg/%s", name);
    if (snprintf(path, sizeof path, "%s/%s", v->path, file) >= (int)sizeof path)
        return true;
    v->file = file;
    stria_status st = sx_segment_peek(v->os, path, &info, &local);
    if (st == STRIA_CORRUPT || st == STRIA_VERSION || st == STRIA_IO) {
        find(v, st, 0, local.text);
        st = STRIA_OK;
    } else if (!st) {
        st = check_segment(v, path, &info, names->err);
    } else {
        sx_error_copy(names->err, &local);
    }
    v->file = "seg";
    names->st = st;
    return !st;
}

static stria_status check_files(struct verifying *v, stria_error *err)
{
    char dir[SX_PATH_MAX];
    struct names names = {.v = v, .err = err};
    (void)snprintf(dir, sizeof dir, "%s/seg", v->path);
    stria_status st = v->os->ops->list(v->os, dir, check_file, &names, err);
    if (st == STRIA_NOT_FOUND)
        return STRIA_OK;
    return names.st ? names.st : st;
}

/* ---- the log ---- */

/* What one reading of the log found: kept until it is certain that no writer was the reason. */
struct log_finding {
    char file[64];
    uint64_t offset;
    char text[200];
};

struct log_reading {
    struct verifying *v;
    struct log_finding *findings;
    size_t finding_count, finding_capacity;
    uint64_t row_count;
    bool refused;
};

static void add_log_finding(struct log_reading *r, const char *file, uint64_t offset,
                            const char *text)
{
    if (!SX_GROW(&r->v->mem, r->findings, r->finding_capacity, r->finding_count + 1)) {
        r->refused = true;
        return;
    }
    struct log_finding *f = &r->findings[r->finding_count++];
    const char *name = strrchr(file, '/');
    (void)snprintf(f->file, sizeof f->file, "wal/%.50s", name ? name + 1 : file);
    f->offset = offset;
    (void)snprintf(f->text, sizeof f->text, "%s", text);
}

static void on_log_damage(void *context, const char *path, uint64_t offset, const char *text)
{
    add_log_finding(context, path, offset, text);
}

static stria_status check_record(void *context, const struct sx_replay_record *record,
                                 stria_error *err)
{
    struct log_reading *r = context;
    struct sx_rows_record rows;
    struct sx_batch batch;
    char text[200];
    if (record->type != SX_RECORD_ROWS)
        return STRIA_OK;
    sx_batch_init(&batch, &r->v->mem);
    stria_status st = sx_rows_record_get(record->payload, &rows, &batch, err);
    r->row_count += batch.row_count;
    sx_batch_deinit(&batch);
    if (st == STRIA_CORRUPT) {
        (void)snprintf(text, sizeof text, "record %" PRIu64 ": %.150s", record->seq,
                       err ? err->text : "damaged");
        add_log_finding(r, "records", 0, text);
        st = STRIA_OK;
    }
    return st || !r->refused ? st : sx_mem_refused(&r->v->mem, sizeof text, err);
}

static stria_status read_log(struct log_reading *r, const struct sx_contents *contents,
                             struct sx_replay_result *result, stria_error *err)
{
    char dir[SX_PATH_MAX];
    struct verifying *v = r->v;
    struct sx_wal *wal = NULL;
    static const struct sx_event_sink no_events;
    (void)snprintf(dir, sizeof dir, "%s/wal", v->path);
    struct sx_wal_options options = {.os = v->os,
                                     .mem = &v->mem,
                                     .dir = dir,
                                     .store_id = sx_get_u64(contents->store_uuid),
                                     .read_only = true,
                                     .events = &no_events};
    struct sx_replay_options replay = {.mem = &v->mem,
                                       .events = &no_events,
                                       .each = check_record,
                                       .on_damage = on_log_damage,
                                       .context = r};
    r->finding_count = 0;
    r->row_count = 0;
    stria_status st = sx_wal_open(&options, &wal, err);
    for (size_t i = 0; !st && i < contents->kept_log_count; i++)
        sx_wal_keep(wal, contents->kept_logs[i]);
    if (!st)
        st = sx_wal_read(wal, contents->flushed_generation, &replay, result, err);
    (void)sx_wal_close(wal, NULL);
    return st;
}

/* Reads the log until what was found cannot be the work of a flush meanwhile. */
static stria_status check_log(struct verifying *v, const struct sx_contents *contents,
                              stria_error *err)
{
    struct log_reading r = {.v = v};
    struct sx_replay_result result = {0};
    uint64_t flushed = contents->flushed_generation;
    v->file = "wal";
    stria_status st = read_log(&r, contents, &result, err);
    for (int i = 1; i < LOG_TRIES && (st == STRIA_CORRUPT || (!st && r.finding_count)); i++) {
        struct sx_contents now;
        st = sx_contents_read(&now, v->os, &v->mem, v->path, NULL, err);
        bool moved = !st && now.flushed_generation != flushed;
        flushed = now.flushed_generation;
        if (moved)
            st = read_log(&r, &now, &result, err);
        sx_contents_deinit(&now);
        if (!moved)
            break;
    }
    for (size_t i = 0; !st && i < r.finding_count; i++) {
        v->file = r.findings[i].file;
        find(v, STRIA_CORRUPT, r.findings[i].offset, r.findings[i].text);
    }
    v->file = "wal";
    v->report->frame_count += result.frame_count;
    v->report->row_count += r.row_count;
    v->report->byte_count += result.byte_count;
    sx_mem_free(&v->mem, r.findings);
    return st;
}

/* ---- mending ---- */

static void found_by_repair(void *context, stria_status code, const char *file, uint64_t offset,
                            const char *text)
{
    struct verifying *v = context;
    v->file = file;
    find(v, code, offset, text);
}

/* After a look at the manifest: findings about segments come from the repair itself. */
static stria_status repair(struct verifying *v, bool rebuild_manifest, stria_error *err)
{
    struct sx_repair_options options = {.os = v->os,
                                        .path = v->path,
                                        .memory_size = v->options->memory_size,
                                        .rebuild_manifest = rebuild_manifest,
                                        .found = found_by_repair,
                                        .context = v};
    return sx_repair(&options, &v->report->mended_count, err);
}

/* ---- all of it ---- */

/* CORRUPT and the like end one part of the check, not the check. */
static stria_status told(struct verifying *v, stria_status st, const stria_error *local,
                         stria_error *err)
{
    if (st == STRIA_CORRUPT || st == STRIA_VERSION || st == STRIA_IO || st == STRIA_NOT_FOUND ||
        st == STRIA_INVALID) {
        find(v, st, 0, local->text);
        return STRIA_OK;
    }
    if (st)
        sx_error_copy(err, local);
    return st;
}

static stria_status check_contents(struct verifying *v, const struct sx_contents *contents,
                                   stria_error *err)
{
    stria_error local = {0};
    stria_status st = STRIA_OK;
    for (size_t i = 0; i < contents->segment_count; i++)
        v->bytes_total += contents->segments[i].file_size;
    for (size_t i = 0; !st && i < contents->segment_count; i++)
        st = told(v, check_named(v, &contents->segments[i], &local), &local, err);
    return st ? st : told(v, check_log(v, contents, &local), &local, err);
}

stria_status sx_verify(struct sx_os *os, const char *path, const stria_verify_options *options,
                       stria_verify_report *report, stria_error *err)
{
    struct verifying v = {.os = os, .path = path, .options = options, .report = report};
    struct sx_event_sink events = {.on_event = on_event, .user = &v};
    struct sx_contents contents = {0};
    struct sx_file_info info;
    stria_error local = {0};
    *report = (stria_verify_report){0};
    stria_status st = os->ops->stat(os, path, &info, err);
    if (st || !info.is_directory)
        return st == STRIA_NOT_FOUND || !st
                   ? sx_fail(err, STRIA_NOT_FOUND, "%s: there is no store", path)
                   : st;
    sx_mem_init(&v.mem, NULL, "verify",
                (size_t)(options->memory_size ? options->memory_size : MEMORY_DEFAULT));
    v.file = "manifest";
    st = sx_contents_read(&contents, os, &v.mem, path, &events, &local);
    report->file_count += contents.found;
    if (!st && !contents.found)
        st = sx_fail(&local, STRIA_CORRUPT, "there is no manifest");
    if (st == STRIA_NOT_FOUND) {
        st = sx_fail(err, STRIA_NOT_FOUND, "%s: there is no store", path);
    } else if (options->repair && (!st || st == STRIA_CORRUPT)) {
        st = repair(&v, st == STRIA_CORRUPT, err);
    } else if (st) {
        st = told(&v, st, &local, err);
        if (!st)
            st = check_files(&v, err);
    } else {
        st = check_contents(&v, &contents, err);
    }
    sx_contents_deinit(&contents);
    sx_mem_deinit(&v.mem);
    if (st)
        return st;
    return report->finding_count ? sx_fail(err, STRIA_CORRUPT, "%s: %" PRIu64 " findings", path,
                                           report->finding_count)
                                 : STRIA_OK;
}
