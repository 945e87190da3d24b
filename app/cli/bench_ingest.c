/* SPDX-License-Identifier: Apache-2.0 */
/* bench_ingest.c -- stria bench ingest: columnar writes on series handles, as fast as they go.
 *
 * Algorithm   Row i of a writer belongs to its series i mod N; a round advances all of them by ten
 *             seconds. Writers have their own series. With churn, series are closed one after the
 *             other and new ones take their places, evenly over time. Late rows lie up to a day
 *             back, between the ticks of the others.
 *             A refused write (BUSY) is counted and tried again ten milliseconds later; the longest
 *             single call, whatever it returned, is the stall.
 * Figures     write_amplification: bytes of segments written by flushes and merges, by those of
 *             flushes. bytes_per_series: memory charged at the end, after a flush, without what an
 *             empty store has, by series. memory_bytes_max: of the process.
 * Threads     One for each writer. */
#include "app/cli/bench.h"
#include "app/cli/bench_rows.h"
#include "app/server/process.h"
#include "base/error.h"
#include "os/os.h"

#include <stdatomic.h>
#include <time.h>

#define TICK_NS ((int64_t)10000000000)
#define FIRST_NS ((int64_t)1704067200 * 1000000000) /* 2024-01-01T00:00:00Z */
#define LATE_TICKS 8640                             /* a day */
#define BUSY_NS 10000000
#define THREADS_MAX 256
#define BACKGROUND_THREADS 2 /* a flush and a merge */
#define DATABASE "bench"

struct bench {
    struct sx_cli *cli;
    const struct sx_bench_arguments *arguments;
    struct sx_os *os;
    stria *db;
    stria_durability durability;
    int64_t started_ns, deadline_ns;
    _Atomic uint64_t next_host;
    double empty_size; /* memory charged before there was any series */
};

struct writer {
    struct bench *bench;
    struct sx_thread *thread;
    struct sx_bench_walk walk;
    stria_series **handles;
    size_t series_count, batch, field_count;
    stria_series **series; /* of the rows of a batch, as the next two */
    int64_t *ts_ns;
    stria_column *columns;
    char (*names)[SX_BENCH_FIELD_NAME_SIZE];
    uint64_t next_row, replaced_count, seed;
    uint64_t sample_count, busy_count;
    int64_t stall_ns;
    stria_status status;
    stria_error error;
};

/* ---- series ---- */

static stria_status open_series(struct writer *w, size_t i)
{
    struct sx_bench_host host;
    sx_bench_host_make(&host, atomic_fetch_add(&w->bench->next_host, 1));
    stria_status st = STRIA_BUSY;
    while (st == STRIA_BUSY) {
        st = stria_series_open(w->bench->db,
                               STRIA_SERIES_KEY(.database = DATABASE, .measurement = {"cpu", 3},
                                                .tags = host.tags, .tag_count = SX_BENCH_TAGS),
                               &w->handles[i], &w->error);
        if (st == STRIA_BUSY)
            (void)nanosleep(&(struct timespec){.tv_nsec = BUSY_NS}, NULL);
    }
    return st;
}

/* Replaces as many series as are due by now. */
static stria_status churn(struct writer *w)
{
    const struct sx_bench_arguments *a = w->bench->arguments;
    stria_status st = STRIA_OK;
    if (!a->churn)
        return STRIA_OK;
    double minutes = (double)(sx_os_mono_ns(w->bench->os) - w->bench->started_ns) / 60e9;
    double share = (double)w->series_count / (double)a->series;
    uint64_t due = (uint64_t)((double)a->churn * minutes * share);
    for (; w->replaced_count < due && !st; w->replaced_count++) {
        size_t i = w->replaced_count % w->series_count;
        stria_series_close(w->handles[i]);
        w->handles[i] = NULL;
        st = open_series(w, i);
    }
    return st;
}

/* ---- rows ---- */

static void make_rows(struct writer *w)
{
    uint64_t late = w->bench->arguments->late;
    size_t first = (size_t)(w->next_row % w->series_count);
    int64_t ts = FIRST_NS + (int64_t)(w->next_row / w->series_count) * TICK_NS;
    for (size_t i = 0, at = first; i < w->batch; i++) {
        w->series[i] = w->handles[at];
        w->ts_ns[i] = ts;
        if (late && sx_bench_random64(&w->seed) % 100 < late)
            w->ts_ns[i] -=
                (int64_t)(sx_bench_random64(&w->seed) % LATE_TICKS) * TICK_NS + TICK_NS / 2;
        if (++at == w->series_count) {
            at = 0;
            ts += TICK_NS;
        }
    }
    for (size_t i = 0; i < w->field_count; i++)
        sx_bench_walk_fill(&w->walk, i, first, w->batch, (void *)(uintptr_t)w->columns[i].values);
    w->next_row += w->batch;
}

static stria_status write_rows(struct writer *w)
{
    stria_status st = STRIA_BUSY;
    while (st == STRIA_BUSY) {
        int64_t start = sx_os_mono_ns(w->bench->os);
        st = stria_write_rows(w->bench->db,
                              STRIA_ROWS(.row_count = w->batch, .series = w->series,
                                         .ts_ns = w->ts_ns, .columns = w->columns,
                                         .column_count = w->field_count,
                                         .durability = w->bench->durability),
                              NULL, &w->error);
        int64_t took = sx_os_mono_ns(w->bench->os) - start;
        w->stall_ns = SX_MAX(w->stall_ns, took);
        w->busy_count += st == STRIA_BUSY;
        if (st == STRIA_BUSY)
            (void)nanosleep(&(struct timespec){.tv_nsec = BUSY_NS}, NULL);
    }
    if (!st)
        w->sample_count += w->batch * w->field_count;
    return st;
}

static void run_writer(void *context)
{
    struct writer *w = context;
    while (!w->status && sx_os_mono_ns(w->bench->os) < w->bench->deadline_ns) {
        w->status = churn(w);
        if (!w->status) {
            make_rows(w);
            w->status = write_rows(w);
        }
    }
}

/* ---- beginning and ending ---- */

static stria_status writer_init(struct writer *w, struct bench *bench, size_t number)
{
    const struct sx_bench_arguments *a = bench->arguments;
    struct sx_mem *mem = &bench->cli->mem;
    size_t batch = (size_t)a->batch, fields = (size_t)a->fields;
    w->bench = bench;
    w->batch = batch;
    w->field_count = fields;
    w->seed = number + 1;
    w->series_count = (size_t)(a->series / a->threads + (number < a->series % a->threads));
    w->handles = sx_mem_zalloc(mem, w->series_count * sizeof *w->handles);
    w->series = sx_mem_alloc(mem, batch * sizeof *w->series);
    w->ts_ns = sx_mem_alloc(mem, batch * sizeof *w->ts_ns);
    w->columns = sx_mem_zalloc(mem, fields * sizeof *w->columns);
    w->names = sx_mem_alloc(mem, fields * sizeof *w->names);
    bool ok = w->handles && w->series && w->ts_ns && w->columns && w->names &&
              sx_bench_walk_init(&w->walk, mem, (enum sx_bench_values)a->values, w->series_count,
                                 fields, number);
    for (size_t i = 0; ok && i < fields; i++) {
        sx_bench_field_name(i, w->names[i]);
        w->columns[i] = (stria_column){.name = w->names[i], .type = sx_bench_walk_type(&w->walk)};
        w->columns[i].values = sx_mem_alloc(mem, batch * 8);
        ok = w->columns[i].values != NULL;
    }
    if (!ok)
        return sx_mem_refused(mem, batch * fields * 8, &w->error);
    stria_status st = STRIA_OK;
    for (size_t i = 0; i < w->series_count && !st; i++)
        st = open_series(w, i);
    return st;
}

static void writer_deinit(struct writer *w)
{
    if (!w->bench)
        return;
    struct sx_mem *mem = &w->bench->cli->mem;
    for (size_t i = 0; w->handles && i < w->series_count; i++)
        stria_series_close(w->handles[i]);
    for (size_t i = 0; w->columns && i < w->field_count; i++)
        sx_mem_free(mem, (void *)(uintptr_t)w->columns[i].values);
    sx_mem_free(mem, w->handles);
    sx_mem_free(mem, w->series);
    sx_mem_free(mem, w->ts_ns);
    sx_mem_free(mem, w->columns);
    sx_mem_free(mem, w->names);
    sx_bench_walk_deinit(&w->walk);
}

/* Runs all writers until the time is over. */
static stria_status run(struct bench *bench, struct writer *writers, stria_error *err)
{
    size_t count = (size_t)bench->arguments->threads;
    stria_status st = STRIA_OK;
    bench->started_ns = sx_os_mono_ns(bench->os);
    bench->deadline_ns = bench->started_ns + bench->arguments->duration_ns;
    for (size_t i = 0; i < count && !st; i++)
        st = bench->os->ops->thread_start(bench->os, run_writer, &writers[i], &writers[i].thread,
                                          err);
    for (size_t i = 0; i < count; i++) {
        if (writers[i].thread)
            bench->os->ops->thread_join(writers[i].thread);
        if (!st && writers[i].status) {
            st = writers[i].status;
            *err = writers[i].error;
        }
    }
    return st;
}

static stria_status tell(struct bench *bench, const struct writer *writers, double cpu_s,
                         stria_error *err)
{
    const struct sx_bench_arguments *a = bench->arguments;
    double seconds = (double)(sx_os_mono_ns(bench->os) - bench->started_ns) / 1e9;
    uint64_t samples = 0, busy = 0, replaced = 0;
    int64_t stall_ns = 0;
    for (size_t i = 0; i < a->threads; i++) {
        samples += writers[i].sample_count;
        busy += writers[i].busy_count;
        replaced += writers[i].replaced_count;
        stall_ns = SX_MAX(stall_ns, writers[i].stall_ns);
    }
    cpu_s = sx_bench_cpu_s() - cpu_s;
    stria_status st = stria_compact(bench->db, STRIA_COMPACT_FLUSH, NULL, err);
    if (st)
        return st;
    double flushed = sx_bench_stat(bench->db, "flush_bytes_total");
    double merged = sx_bench_stat(bench->db, "merge_written_bytes_total");
    double held = sx_bench_stat(bench->db, "memory_used_bytes") - bench->empty_size;
    const struct sx_bench_figure figures[] = {
        {"samples", (double)samples},
        {"seconds", seconds},
        {"samples_per_s", (double)samples / seconds},
        {"cpu_s", cpu_s},
        {"wal_bytes", sx_bench_stat(bench->db, "wal_written_bytes_total")},
        {"segment_bytes", sx_bench_stat(bench->db, "segment_bytes")},
        {"write_amplification", flushed > 0 ? (flushed + merged) / flushed : 0},
        {"stall_ms_max", (double)stall_ns / 1e6},
        {"memory_bytes_max", (double)sx_bench_memory_max()},
        {"bytes_per_series", held / (double)a->series},
        {"busy", (double)busy},
        {"flushes", sx_bench_stat(bench->db, "flushes_total")},
        {"merges", sx_bench_stat(bench->db, "merges_total")},
        {"series_opened", (double)(a->series + replaced)},
    };
    sx_bench_put(bench->cli, figures, SX_COUNT_OF(figures), a->json);
    return STRIA_OK;
}

static stria_status bench_all(struct bench *bench, struct writer *writers, stria_error *err)
{
    const struct sx_bench_arguments *a = bench->arguments;
    stria_status st = sx_bench_execute(bench->db, "CREATE DATABASE " DATABASE, err);
    bench->empty_size = sx_bench_stat(bench->db, "memory_used_bytes");
    for (size_t i = 0; i < a->threads && !st; i++) {
        st = writer_init(&writers[i], bench, i);
        if (st)
            *err = writers[i].error;
    }
    double cpu_s = sx_bench_cpu_s();
    if (!st)
        st = run(bench, writers, err);
    if (!st)
        st = tell(bench, writers, cpu_s, err);
    for (size_t i = 0; i < a->threads; i++)
        writer_deinit(&writers[i]);
    return st;
}

static struct sx_bench_arguments with_defaults(const struct sx_bench_arguments *given)
{
    struct sx_bench_arguments a = *given;
    a.series = a.series ? a.series : 4000;
    a.fields = a.fields ? a.fields : 10;
    a.batch = a.batch ? a.batch : 10000;
    a.threads = a.threads ? a.threads : 1;
    a.duration_ns = a.duration_ns ? a.duration_ns : (int64_t)10000000000;
    return a;
}

int sx_bench_ingest(struct sx_cli *cli, const struct sx_bench_arguments *arguments)
{
    struct sx_bench_arguments a = with_defaults(arguments);
    struct bench bench = {.cli = cli,
                          .arguments = &a,
                          .os = sx_os_posix(),
                          .durability = a.durability ? STRIA_ASYNC : STRIA_SYNC};
    stria_error err = {0}, close_err = {0};
    if (!a.data)
        return sx_cli_usage(cli, "--data DIR must be given");
    if (a.threads > THREADS_MAX || a.threads > a.series)
        return sx_cli_usage(cli, "--threads must be at most %d, and at most the series",
                            THREADS_MAX);
    struct writer *writers = sx_mem_zalloc(&cli->mem, a.threads * sizeof *writers);
    stria_status st = writers ? STRIA_OK : sx_mem_refused(&cli->mem, sizeof *writers, &err);
    const struct sx_process_load load = {.thread_count = BACKGROUND_THREADS + (size_t)a.threads};
    uint64_t store_size = 0;
    if (!st)
        st = sx_process_store_size(a.memory, &load, &store_size, &err);
    if (!st)
        st = stria_open(a.data,
                        STRIA_OPTIONS(.threads = BACKGROUND_THREADS, .memory_size = store_size,
                                      .memtable_size = a.memtable),
                        &bench.db, &err);
    if (!st)
        st = bench_all(&bench, writers, &err);
    if (stria_close(bench.db, &close_err) && !st) {
        st = close_err.code;
        err = close_err;
    }
    sx_mem_free(&cli->mem, writers);
    return st ? sx_cli_fail(cli, &err) : SX_EXIT_OK;
}
