/* SPDX-License-Identifier: Apache-2.0 */
/* inspect_store.c -- a whole store: catalog, segments, log, and how much there is. See inspect.h.
 *
 * Algorithm   The manifest tells databases, policies and segments; each segment's directories are
 *             read; then the log's generations that are not in segments yet. A store that a server
 *             writes to may be looked at: what changes meanwhile may be counted before or after.
 * Limits      samples and rows count what is stored: a row that was written twice, into two
 *             segments that were not merged yet, counts twice. */
#include "app/cli/inspect_catalog.h"

#include "base/hash.h"
#include "model/series_key.h"
#include "wal/replay.h"
#include "wal/rows_record.h"

#include <inttypes.h>
#include <stdio.h>

struct store {
    struct sx_inspect *inspect;
    const char *path;
    struct sx_inspect_catalog catalog;
    struct sx_sums sums;

    struct sx_replay_result replayed;
    uint64_t log_row_count, log_sample_count;
    uint64_t wal_bytes, wal_file_count;
};

static void join(char *to, const char *dir, const char *name)
{
    (void)snprintf(to, SX_PATH_MAX, "%s/%s", dir, name);
}

static stria_status no_memory(struct store *store, stria_error *err)
{
    return sx_mem_refused(store->inspect->mem, 64, err);
}

/* ---- the log ---- */

static uint64_t count_bits(const uint8_t *bytes, size_t size)
{
    uint64_t count = 0;
    for (size_t i = 0; i < size; i += 8)
        count += (uint64_t)__builtin_popcountll(sx_get_u64(bytes + i));
    return count;
}

static stria_status add_batch(struct store *store, uint32_t policy_id, const struct sx_batch *batch,
                              stria_error *err)
{
    struct sx_sums *sums = &store->sums;
    for (size_t i = 0; i < batch->series_count; i++) {
        struct sx_bytes key = batch->series[i].key, rest = key, measurement;
        if (!key.len || !sx_key_take(&rest, &measurement))
            continue; /* an earlier record of the generation has it */
        struct sx_sum_measurement *sum = sx_sums_measurement(sums, policy_id, measurement);
        if (!sum || !sx_sum_add_series(sums, sum, sx_hash(key)))
            return no_memory(store, err);
    }
    for (size_t i = 0; i < batch->run_count; i++) {
        const struct sx_batch_run *run = &batch->runs[i];
        const struct sx_batch_schema *schema = &batch->schemas[run->schema];
        struct sx_sum_measurement *sum = sx_sums_measurement(sums, policy_id, schema->measurement);
        size_t size = sx_row_size(schema->column_count, run->has_presence);
        if (!sum)
            return no_memory(store, err);
        for (uint32_t j = 0; j < run->row_count; j++) {
            const uint8_t *row = batch->rows.ptr + run->offset + j * size;
            int64_t ts_ns = (int64_t)sx_get_u64(row + SX_ROW_TIME);
            uint64_t samples = schema->column_count;
            if (run->has_presence)
                samples = count_bits(row + SX_ROW_VALUES, sx_presence_size(schema->column_count));
            sx_sum_add_rows(sum, 1, samples, ts_ns, ts_ns);
        }
    }
    store->log_row_count += batch->row_count;
    store->log_sample_count += batch->sample_count;
    return STRIA_OK;
}

static stria_status each_record(void *context, const struct sx_replay_record *record,
                                stria_error *err)
{
    struct store *store = context;
    struct sx_rows_record rows;
    struct sx_batch batch;
    if (record->type != SX_RECORD_ROWS)
        return STRIA_OK;
    sx_batch_init(&batch, store->inspect->mem);
    stria_status st = sx_rows_record_get(record->payload, &rows, &batch, err);
    if (!st)
        st = add_batch(store, rows.policy_id, &batch, err);
    else if (sx_inspect_note(store->inspect, st, err))
        st = STRIA_OK;
    sx_batch_deinit(&batch);
    return st;
}

static void on_log_damage(void *context, const char *path, uint64_t offset, const char *text)
{
    struct store *store = context;
    sx_inspect_damage(store->inspect, "%s: %s at %" PRIu64, path, text, offset);
}

struct log_files {
    struct store *store;
    const char *dir;
    struct sx_wal_file *first; /* by file_no */
    stria_status st;
    stria_error *err;
};

static bool parse_log_name(const char *name, uint32_t *number)
{
    *number = 0;
    for (size_t i = 0; i < 8; i++) {
        const char *digits = "0123456789abcdef", *digit = name[i] ? strchr(digits, name[i]) : NULL;
        if (!digit)
            return false;
        *number = *number << 4 | (uint32_t)(digit - digits);
    }
    return strcmp(name + 8, ".wal") == 0;
}

static bool see_log_file(void *context, const char *name, bool is_directory)
{
    struct log_files *files = context;
    struct sx_inspect *inspect = files->store->inspect;
    struct sx_wal_file *file, **at = &files->first;
    uint32_t number;
    unsigned copies = 0;
    if (is_directory || !parse_log_name(name, &number))
        return true;
    files->st = sx_wal_file_open(inspect->os, inspect->mem, files->dir, number, SX_OPEN_READ, &file,
                                 files->err);
    if (files->st == STRIA_NOT_FOUND) { /* taken away meanwhile */
        files->st = STRIA_OK;
        return true;
    }
    if (files->st)
        return false;
    files->store->wal_bytes += file->size;
    files->store->wal_file_count++;
    stria_status st = sx_wal_file_read_header(file, &copies, files->err);
    if (!st && file->header.generation > files->store->catalog.flushed_generation)
        file->state = SX_WAL_LIVE;
    else if (st && st != STRIA_CORRUPT) /* CORRUPT: never begun */
        (void)sx_inspect_note(inspect, st, files->err);
    while (*at && (*at)->header.file_no < file->header.file_no)
        at = &(*at)->next;
    file->next = *at;
    *at = file;
    return true;
}

static stria_status read_log(struct store *store, stria_error *err)
{
    char dir[SX_PATH_MAX];
    struct sx_inspect *inspect = store->inspect;
    struct sx_event_sink events = {0};
    struct log_files files = {.store = store, .dir = dir, .err = err};
    join(dir, store->path, "wal");
    stria_status st = inspect->os->ops->list(inspect->os, dir, see_log_file, &files, err);
    st = st ? st : files.st;
    const struct sx_replay_options options = {.flushed_generation =
                                                  store->catalog.flushed_generation,
                                              .mem = inspect->mem,
                                              .events = &events,
                                              .each = each_record,
                                              .on_damage = on_log_damage,
                                              .context = store};
    if (!st)
        st = sx_wal_replay(files.first, &options, &store->replayed, err);
    while (files.first) {
        struct sx_wal_file *next = files.first->next;
        sx_wal_file_close(inspect->mem, files.first);
        files.first = next;
    }
    if (st)
        return sx_inspect_note(inspect, st, err) ? STRIA_OK : st;
    return STRIA_OK;
}

/* ---- segments ---- */

static stria_status add_segments(struct store *store, stria_error *err)
{
    struct sx_inspect *inspect = store->inspect;
    stria_status st = STRIA_OK;
    for (size_t i = 0; i < store->catalog.segment_count && !st; i++) {
        char path[SX_PATH_MAX];
        const struct sx_segment_info *info = &store->catalog.segments[i];
        (void)snprintf(path, sizeof path, "%s/seg/%016" PRIx64 ".seg", store->path,
                       info->segment_id);
        struct sx_segment *segment = sx_segment_create(inspect->os, inspect->mem, path, info);
        if (!segment)
            return no_memory(store, err);
        st = sx_sums_add_segment(&store->sums, segment, inspect->codecs, err);
        sx_segment_release(segment);
    }
    return st;
}

/* ---- files ---- */

struct folder {
    struct sx_inspect *inspect;
    const char *dir;
    uint64_t bytes, count;
};

static bool see_file(void *context, const char *name, bool is_directory)
{
    struct folder *folder = context;
    char path[SX_PATH_MAX];
    struct sx_file_info info;
    join(path, folder->dir, name);
    if (!is_directory && !folder->inspect->os->ops->stat(folder->inspect->os, path, &info, NULL)) {
        folder->bytes += info.size;
        folder->count++;
    }
    return true;
}

static uint64_t folder_bytes(struct store *store, const char *name, uint64_t *count)
{
    char dir[SX_PATH_MAX];
    struct folder folder = {.inspect = store->inspect, .dir = dir};
    join(dir, store->path, name);
    (void)store->inspect->os->ops->list(store->inspect->os, dir, see_file, &folder, NULL);
    *count = folder.count;
    return folder.bytes;
}

static uint64_t ballast_bytes(struct store *store)
{
    char path[SX_PATH_MAX];
    struct sx_file_info info;
    join(path, store->path, "ballast");
    return store->inspect->os->ops->stat(store->inspect->os, path, &info, NULL) ? 0 : info.size;
}

static void tell_log(const struct store *store)
{
    struct sx_figures *figures = &store->inspect->figures;
    sx_figures_open(figures, "log");
    sx_figures_count(figures, "files", store->wal_file_count);
    sx_figures_size(figures, "bytes", store->wal_bytes);
    sx_figures_count(figures, "flushed_generation", store->catalog.flushed_generation);
    sx_figures_count(figures, "last_generation", store->replayed.last_generation);
    sx_figures_count(figures, "frames", store->replayed.frame_count);
    sx_figures_count(figures, "records", store->replayed.record_count);
    sx_figures_size(figures, "frame_bytes", store->replayed.byte_count);
    sx_figures_count(figures, "rows", store->log_row_count);
    sx_figures_count(figures, "samples", store->log_sample_count);
    sx_figures_close(figures);
}

static void tell_totals(struct store *store)
{
    struct sx_figures *figures = &store->inspect->figures;
    uint64_t rows = 0, samples = 0, bytes = 0;
    uint64_t manifest_count, file_count;
    uint64_t manifest_bytes = folder_bytes(store, "manifest", &manifest_count);
    (void)folder_bytes(store, "seg", &file_count);
    for (size_t i = 0; i < store->catalog.segment_count; i++) {
        rows += store->catalog.segments[i].row_count;
        samples += store->catalog.segments[i].sample_count;
        bytes += store->catalog.segments[i].file_size;
    }
    sx_figures_count(figures, "samples", samples + store->log_sample_count);
    sx_figures_count(figures, "rows", rows + store->log_row_count);
    sx_figures_count(figures, "series", sx_sums_count_series(&store->sums));
    sx_figures_count(figures, "segments", store->catalog.segment_count);
    sx_figures_count(figures, "segments_set_aside", store->catalog.aside_count);
    sx_figures_count(figures, "tombstones", store->catalog.tombstone_count);
    sx_figures_size(figures, "segment_bytes", bytes);
    sx_figures_size(figures, "manifest_bytes", manifest_bytes);
    sx_figures_size(figures, "wal_bytes", store->wal_bytes);
    sx_figures_size(figures, "ballast_bytes", ballast_bytes(store));
    sx_figures_ratio(figures, "bytes_per_sample_in_segments", bytes + manifest_bytes, samples);
    if (file_count > store->catalog.segment_count)
        sx_figures_count(figures, "files_to_be_removed", file_count - store->catalog.segment_count);
}

stria_status sx_inspect_store(struct sx_inspect *inspect, const char *path, stria_error *err)
{
    struct store store = {.inspect = inspect, .path = path};
    sx_figures_text(&inspect->figures, "kind", "store");
    sx_inspect_catalog_init(&store.catalog, inspect);
    sx_sums_init(&store.sums, inspect);
    stria_status st = sx_inspect_catalog_read(&store.catalog, path, err);
    if (!st)
        st = add_segments(&store, err);
    if (!st)
        st = read_log(&store, err);
    if (!st) {
        tell_totals(&store);
        tell_log(&store);
        sx_inspect_catalog_tell(&store.catalog, &store.sums);
        sx_sums_tell_codecs(&store.sums);
    }
    sx_sums_deinit(&store.sums);
    sx_inspect_catalog_deinit(&store.catalog);
    return st;
}
