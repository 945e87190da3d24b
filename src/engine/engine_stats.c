/* SPDX-License-Identifier: Apache-2.0 */
/* engine_stats.c -- the figures of a store (stria_stats).
 *
 * Why         One list makes /metrics, the shell's statistics and the bindings' answers.
 * Threads     Any; figures are read one by one, not at one moment. */
#include "engine/engine_priv.h"
#include "engine/rollup.h"

#include <stdio.h>

#define OFFENDERS_SHOWN 10
#define OFFENDER_NAME_SIZE 256

struct tell {
    void (*each)(void *user, const stria_stat *stat);
    void *user;
};

static void tell(const struct tell *t, const char *name, stria_stat_kind kind, const char *help,
                 const char *label, const char *label_value, double value)
{
    stria_stat stat = {.name = name,
                       .help = help,
                       .kind = kind,
                       .label = label,
                       .label_value = label_value,
                       .value = value};
    t->each(t->user, &stat);
}

static void counter(const struct tell *t, const char *name, const char *help, uint64_t value)
{
    tell(t, name, STRIA_STAT_COUNTER, help, NULL, NULL, (double)value);
}

static void gauge(const struct tell *t, const char *name, const char *help, uint64_t value)
{
    tell(t, name, STRIA_STAT_GAUGE, help, NULL, NULL, (double)value);
}

static void tell_memory(const struct tell *t, struct sx_engine *engine)
{
    for (size_t i = 0; i < SX_ENGINE_MEM_COUNT; i++)
        tell(t, "memory_bytes", STRIA_STAT_GAUGE, "Bytes charged to the memory budget, by class.",
             "class", engine->mems[i].name, (double)sx_mem_size(&engine->mems[i]));
    gauge(t, "memory_used_bytes", "Bytes charged to the memory budget.",
          sx_mem_size(&engine->root));
    gauge(t, "memory_max_bytes", "Most bytes ever charged to the memory budget.",
          atomic_load(&engine->root.size_max));
    gauge(t, "memory_budget_bytes", "The memory budget.", atomic_load(&engine->root.limit));
}

static void tell_writes(const struct tell *t, struct sx_engine *engine)
{
    static const char *const rejected = "Rows not stored, by reason.";
    struct sx_counts *c = &engine->counts;
    counter(t, "rows_written_total", "Rows stored since the store was opened.",
            atomic_load(&c->rows));
    counter(t, "samples_written_total", "Field values stored since the store was opened.",
            atomic_load(&c->samples));
    counter(t, "batches_written_total", "Batches of rows logged.", atomic_load(&c->batches));
    tell(t, "rows_rejected_total", STRIA_STAT_COUNTER, rejected, "reason", "field_type",
         (double)atomic_load(&c->rejected_conflict));
    tell(t, "rows_rejected_total", STRIA_STAT_COUNTER, rejected, "reason", "retention",
         (double)atomic_load(&c->rejected_old));
    tell(t, "rows_rejected_total", STRIA_STAT_COUNTER, rejected, "reason", "time_limit",
         (double)atomic_load(&c->rejected_limit));
    tell(t, "rows_rejected_total", STRIA_STAT_COUNTER, rejected, "reason", "series_limit",
         (double)atomic_load(&c->rejected_series));
    counter(t, "writes_busy_total", "Writes refused because flushes could not keep up.",
            atomic_load(&c->busy));
}

struct tell_offender {
    const struct tell *tell;
    char name[OFFENDER_NAME_SIZE]; /* a measurement, or "measurement,tag" */
};

static stria_status tell_offender(void *context, const struct sx_limit_offender *o,
                                  stria_error *err)
{
    struct tell_offender *t = context;
    (void)err;
    (void)snprintf(t->name, sizeof t->name, "%.*s%s%.*s", (int)o->measurement.len,
                   (const char *)o->measurement.ptr, o->tag.len ? "," : "", (int)o->tag.len,
                   (const char *)o->tag.ptr);
    tell(t->tell, "rows_over_series_limit_total", STRIA_STAT_COUNTER,
         "Rows rejected by a limit of series, of the measurements and tags with most of them.",
         "offender", t->name, (double)o->row_count);
    return STRIA_OK;
}

static void tell_wal(const struct tell *t, struct sx_engine *engine)
{
    struct sx_wal_stats s;
    char bound[32];
    uint64_t below = 0;
    if (!engine->wal)
        return;
    sx_wal_stats(engine->wal, &s);
    counter(t, "wal_written_bytes_total", "Bytes of frames written to the log.", s.written_bytes);
    counter(t, "wal_frames_total", "Frames (group commits) written to the log.", s.frame_count);
    counter(t, "wal_records_total", "Records written to the log.", s.record_count);
    counter(t, "wal_errors_total", "Failed writes and syncs of the log.", s.error_count);
    gauge(t, "wal_files", "Files of the log on disk, those kept for use among them.", s.file_count);
    gauge(t, "wal_file_bytes", "Bytes of the log's files on disk.", s.file_bytes);
    gauge(t, "wal_live_bytes", "Bytes in the log that are not in segments yet.", s.live_bytes);
    for (size_t i = 0; i < SX_COUNT_OF(s.sync_buckets); i++) {
        bool last = i + 1 == SX_COUNT_OF(s.sync_buckets);
        uint64_t bound_ns = (uint64_t)62500 << i;
        below += s.sync_buckets[i];
        /* Decimal by hand: printf's would depend on the locale. */
        if (last)
            (void)snprintf(bound, sizeof bound, "+Inf");
        else
            (void)snprintf(bound, sizeof bound, "%u.%09u", (unsigned)(bound_ns / 1000000000),
                           (unsigned)(bound_ns % 1000000000));
        tell(t, "wal_sync_seconds_bucket", STRIA_STAT_HISTOGRAM, "Time of syncs of the log.", "le",
             bound, (double)below);
    }
    tell(t, "wal_sync_seconds_sum", STRIA_STAT_HISTOGRAM, "Time of syncs of the log.", NULL, NULL,
         (double)s.sync_ns / 1e9);
    tell(t, "wal_sync_seconds_count", STRIA_STAT_HISTOGRAM, "Time of syncs of the log.", NULL, NULL,
         (double)s.sync_count);
}

static void tell_segments(const struct tell *t, struct sx_engine *engine)
{
    struct sx_counts *c = &engine->counts;
    uint64_t count = 0, bytes = 0, samples = 0, rows = 0, series = 0, retired = 0,
             memtable_rows = 0, damaged = 0, aside = 0, tombstones = 0, segment_series = 0;
    sx_mutex_lock(&engine->state_mutex);
    for (size_t i = 0; i < engine->store_count; i++) {
        const struct sx_policy_store *store = engine->stores[i];
        series += sx_series_index_series_count(store->index);
        for (size_t j = 0; j < store->segment_count; j++) {
            const struct sx_segment_info *info = &store->segments[j]->info;
            count++;
            bytes += info->file_size;
            samples += info->sample_count;
            rows += info->row_count;
            segment_series += info->series_count;
            damaged += atomic_load(&store->segments[j]->damage) != 0;
            aside += store->segments[j]->set_aside;
        }
        tombstones += store->tombstones ? store->tombstones->count : 0;
    }
    for (struct sx_generation *g = engine->frozen; g; g = g->next)
        memtable_rows += sx_generation_row_count(g);
    if (engine->active)
        memtable_rows += sx_generation_row_count(engine->active);
    retired = engine->retired_count;
    sx_mutex_unlock(&engine->state_mutex);
    gauge(t, "series_active", "Series in memory.", series);
    gauge(t, "memtable_rows", "Rows that are not in segments yet.", memtable_rows);
    gauge(t, "segments", "Segments of the store.", count);
    gauge(t, "segment_bytes", "Bytes of the segments.", bytes);
    gauge(t, "segment_series",
          "Series in segments; those that several segments have count so often.", segment_series);
    gauge(t, "segment_rows", "Rows in segments; those that several segments have count so often.",
          rows);
    gauge(t, "segment_samples", "Field values in segments, counted likewise.", samples);
    gauge(t, "segments_damaged", "Segments of which something could not be read.", damaged);
    gauge(t, "segments_set_aside", "Segments that cannot be opened.", aside);
    gauge(t, "tombstones", "Deletes that merges have not carried out yet.", tombstones);
    gauge(t, "segments_retired", "Replaced segments whose files are not gone yet.", retired);
    counter(t, "flushes_total", "Generations written to segments.", atomic_load(&c->flushes));
    counter(t, "flush_bytes_total", "Bytes of segments written by flushes.",
            atomic_load(&c->flush_bytes));
    counter(t, "flush_failures_total", "Flushes that failed and will be tried again.",
            atomic_load(&c->flush_failures));
    counter(t, "merges_total", "Merges of segments.", atomic_load(&c->merges));
    counter(t, "merge_read_bytes_total", "Bytes of segments that merges replaced.",
            atomic_load(&c->merge_bytes_in));
    counter(t, "merge_written_bytes_total", "Bytes of segments written by merges.",
            atomic_load(&c->merge_bytes_out));
    counter(t, "merge_copied_bytes_total", "Bytes of chunks that merges took as they were stored.",
            atomic_load(&c->merge_bytes_copied));
    counter(t, "merge_failures_total", "Merges that failed and will be tried again.",
            atomic_load(&c->merge_failures));
    counter(t, "retention_segments_total", "Segments dropped because their rows were too old.",
            atomic_load(&c->retention_segments));
}

static void tell_rollups(const struct tell *t, struct sx_engine *engine)
{
    struct sx_counts *c = &engine->counts;
    uint64_t bytes = 0, windows = 0, stale = 0;
    sx_mutex_lock(&engine->state_mutex);
    for (size_t i = 0; i < engine->store_count; i++) {
        const struct sx_policy_store *store = engine->stores[i];
        if (!store->rollup_of)
            continue;
        windows += store->marks ? store->marks->count : 0;
        stale += sx_rollup_stale_count(engine, store);
        for (size_t j = 0; j < store->segment_count; j++)
            bytes += store->segments[j]->info.file_size;
    }
    sx_mutex_unlock(&engine->state_mutex);
    gauge(t, "rollup_bytes", "Bytes of the segments that hold rollups.", bytes);
    gauge(t, "rollup_windows", "Windows that there are rollups of.", windows);
    gauge(t, "rollup_windows_stale",
          "Windows whose rollups are not used, since rows came late or were deleted.", stale);
    counter(t, "rollups_total", "Windows whose rollups were made, or made anew.",
            atomic_load(&c->rollups));
    counter(t, "rollup_written_bytes_total", "Bytes of segments written for rollups.",
            atomic_load(&c->rollup_bytes));
}

static void tell_state(const struct tell *t, struct sx_engine *engine)
{
    static const char *const names[] = {"ok", "low", "read_only", "failed"};
    int state = atomic_load(&engine->disk_state);
    if (engine->wal && sx_wal_failed(engine->wal))
        state = SX_DISK_FAILED;
    for (int i = 0; i < 4; i++)
        tell(t, "disk_state", STRIA_STAT_GAUGE, "1 for the state that the store is in.", "state",
             names[i], state == i);
    const struct sx_disk_waste waste = sx_engine_disk_waste(engine);
    gauge(t, "disk_free_bytes", "Free bytes of the file system, when they were last looked at.",
          atomic_load(&engine->disk_free_size));
    gauge(t, "disk_reserve_bytes", "Below so many free bytes writes are refused.",
          atomic_load(&engine->disk_reserve_size));
    gauge(t, "disk_deleted_bytes",
          "Bytes of deleted rows in segments, about: merges give them back.", waste.deleted_size);
    gauge(t, "disk_retired_bytes", "Bytes of replaced segments whose files are not gone yet.",
          waste.retired_size);
    counter(t, "recovered_rows_total", "Rows read back from the log when the store was opened.",
            atomic_load(&engine->counts.replayed_rows));
    counter(t, "recovered_bytes_total", "Bytes of the log read back when the store was opened.",
            atomic_load(&engine->counts.replayed_bytes));
    counter(t, "log_damage_total", "Frames of the log that had been synced and could not be read.",
            atomic_load(&engine->counts.log_damage));
    counter(t, "snapshot_bytes_total",
            "Bytes of segments that were unlinked while snapshots or backups had them too.",
            atomic_load(&engine->counts.snapshot_bytes));
    if (engine->manifest)
        gauge(t, "manifest_bytes", "Bytes of the manifest.", sx_manifest_size(engine->manifest));
}

stria_status sx_engine_stats(struct sx_engine *engine,
                             void (*each)(void *user, const stria_stat *stat), void *user,
                             stria_error *err)
{
    struct tell t = {.each = each, .user = user};
    struct tell_offender offender = {.tell = &t};
    tell_memory(&t, engine);
    tell_writes(&t, engine);
    stria_status st = sx_series_limits_each(engine, OFFENDERS_SHOWN, tell_offender, &offender, err);
    if (st)
        return st;
    tell_wal(&t, engine);
    tell_segments(&t, engine);
    tell_rollups(&t, engine);
    tell_state(&t, engine);
    return STRIA_OK;
}
