/* SPDX-License-Identifier: Apache-2.0 */
/* bench_start.c -- stria bench start: how long a store takes to open, and to be written to.
 *
 * Algorithm   --make fills a store first: every segment is one flush of its share of the series, a
 *             row each, with no background work that would merge them.
 * Figures     open_ms and first_write_ms count from the same moment: the call of stria_open(); the
 *             write is durable. series: of all segments, counted in each. query_ms: a query over
 *             one minute of what --make made, which is six segments, whatever series those have:
 *             the keys of all of them must fit in its memory. again: the same once more.
 * Threads     One; the store's own. */
#include "app/cli/bench.h"
#include "app/cli/bench_rows.h"
#include "app/server/process.h"
#include "base/error.h"
#include "base/int_text.h"
#include "os/os.h"

#define DATABASE "bench"
#define FIRST_NS ((int64_t)1704067200 * 1000000000) /* 2024-01-01T00:00:00Z */
#define MAKE_BATCH 1000
#define THREADS 1

/* Opens the series of a host. Told to come again, it does: there is room then, or another error. */
static stria_status open_host(stria *db, uint64_t number, stria_series **series, stria_error *err)
{
    struct sx_bench_host host;
    stria_status st = STRIA_BUSY;
    sx_bench_host_make(&host, number);
    while (st == STRIA_BUSY)
        st = stria_series_open(db,
                               STRIA_SERIES_KEY(.database = DATABASE, .measurement = {"cpu", 3},
                                                .tags = host.tags, .tag_count = SX_BENCH_TAGS),
                               series, err);
    return st;
}

/* Writes a row to each of `count` series from number `first` on. */
static stria_status write_hosts(stria *db, uint64_t first, size_t count, int64_t ts_ns,
                                stria_error *err)
{
    stria_series *series[MAKE_BATCH] = {0};
    int64_t ts[MAKE_BATCH], values[MAKE_BATCH];
    stria_status st = STRIA_OK;
    for (size_t i = 0; i < count && !st; i++) {
        st = open_host(db, first + i, &series[i], err);
        ts[i] = ts_ns;
        values[i] = (int64_t)(first + i) % 100;
    }
    if (!st)
        st = stria_write_rows(db,
                              STRIA_ROWS(.row_count = count, .series = series, .ts_ns = ts,
                                         .columns = &(stria_column){.name = "usage_user",
                                                                    .type = STRIA_INT,
                                                                    .values = values},
                                         .column_count = 1, .durability = STRIA_SYNC),
                              NULL, err);
    for (size_t i = 0; i < count; i++)
        stria_series_close(series[i]);
    return st;
}

static stria_status make_segments(stria *db, uint64_t segments, uint64_t series, stria_error *err)
{
    stria_status st = sx_bench_execute(db, "CREATE DATABASE " DATABASE, err);
    uint64_t next = 0;
    for (uint64_t i = 0; i < segments && !st; i++) {
        uint64_t end = (uint64_t)((double)series * (double)(i + 1) / (double)segments);
        while (next < end && !st) {
            size_t count = (size_t)SX_MIN(end - next, MAKE_BATCH);
            st = write_hosts(db, next, count, FIRST_NS + (int64_t)i * 10000000000, err);
            next += count;
        }
        if (!st)
            st = stria_compact(db, STRIA_COMPACT_FLUSH, NULL, err);
    }
    return st;
}

static stria_status make(const struct sx_bench_arguments *a, uint64_t store_size, uint64_t segments,
                         uint64_t series, stria_error *err)
{
    stria *db;
    stria_error close_err = {0};
    stria_status st =
        stria_open(a->data, STRIA_OPTIONS(.threads = 0, .memory_size = store_size), &db, err);
    if (st)
        return st;
    st = make_segments(db, segments, series, err);
    if (stria_close(db, &close_err) && !st) {
        st = close_err.code;
        *err = close_err;
    }
    return st;
}

/* How long a query over one minute takes, in milliseconds. */
static stria_status query(stria *db, double *ms, stria_error *err)
{
    struct sx_os *os = sx_os_posix();
    int64_t begun = sx_os_mono_ns(os);
    stria_status st =
        sx_bench_execute(db,
                         "SELECT max(usage_user) FROM " DATABASE "..cpu WHERE time >= "
                         "'2024-01-01T02:00:00Z' AND time < '2024-01-01T02:01:00Z' "
                         "GROUP BY time(10s)",
                         err);
    *ms = (double)(sx_os_mono_ns(os) - begun) / 1e6;
    return st;
}

static stria_status start(struct sx_cli *cli, const struct sx_bench_arguments *a,
                          uint64_t store_size, stria_error *err)
{
    struct sx_os *os = sx_os_posix();
    stria *db;
    stria_error close_err = {0};
    int64_t begun = sx_os_mono_ns(os);
    stria_status st = stria_open(
        a->data, STRIA_OPTIONS(.threads = THREADS, .memory_size = store_size, .must_exist = true),
        &db, err);
    int64_t opened = sx_os_mono_ns(os);
    if (st)
        return st;
    st = write_hosts(db, UINT32_MAX, 1, FIRST_NS, err);
    if (st == STRIA_NOT_FOUND) /* a store that this bench did not make */
        st = sx_bench_execute(db, "CREATE DATABASE " DATABASE, err);
    int64_t written = sx_os_mono_ns(os);
    double first_ms = 0, again_ms = 0;
    if (!st)
        st = query(db, &first_ms, err);
    if (!st)
        st = query(db, &again_ms, err);
    const struct sx_bench_figure figures[] = {
        {"open_ms", (double)(opened - begun) / 1e6},
        {"first_write_ms", (double)(written - begun) / 1e6},
        {"query_ms", first_ms},
        {"query_again_ms", again_ms},
        {"replayed_bytes", sx_bench_stat(db, "recovered_bytes_total")},
        {"segments", sx_bench_stat(db, "segments")},
        {"series", sx_bench_stat(db, "segment_series")},
        {"memory_bytes_max", (double)sx_bench_memory_max()},
    };
    if (!st)
        sx_bench_put(cli, figures, SX_COUNT_OF(figures), a->json);
    if (stria_close(db, &close_err) && !st) {
        st = close_err.code;
        *err = close_err;
    }
    return st;
}

/* "SEGMENTS,SERIES"; false: something else. */
static bool parse_make(const char *text, uint64_t *segments, uint64_t *series)
{
    struct sx_bytes rest = sx_bytes_of(text);
    if (sx_uint_take(&rest, segments) || rest.len == 0 || rest.ptr[0] != ',')
        return false;
    rest = sx_bytes_make(rest.ptr + 1, rest.len - 1);
    return !sx_uint_parse(rest, series) && *segments && *series >= *segments;
}

int sx_bench_start(struct sx_cli *cli, const struct sx_bench_arguments *arguments)
{
    const struct sx_process_load load = {.thread_count = THREADS};
    uint64_t segments = 0, series = 0, store_size;
    stria_error err = {0};
    stria_status st;
    if (!arguments->data)
        return sx_cli_usage(cli, "--data DIR must be given");
    if (arguments->make && !parse_make(arguments->make, &segments, &series))
        return sx_cli_usage(cli, "--make needs SEGMENTS,SERIES, with a series or more each");
    st = sx_process_store_size(arguments->memory, &load, &store_size, &err);
    if (!st && arguments->make)
        st = make(arguments, store_size, segments, series, &err);
    if (!st)
        st = start(cli, arguments, store_size, &err);
    return st ? sx_cli_fail(cli, &err) : SX_EXIT_OK;
}
