/* SPDX-License-Identifier: Apache-2.0 */
/* real.c -- see real.h. */
#include "real.h"

#include "base/error.h"

#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 8 /* times of a batch */
#define SECOND ((int64_t)1000000000)

void real_make_folder(char *path)
{
    const char *folder = getenv("TMPDIR");
    (void)snprintf(path, 64, "%.40s/stria_XXXXXX", folder && *folder ? folder : "/tmp");
    if (!mkdtemp(path))
        abort();
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *at)
{
    (void)info;
    (void)type;
    (void)at;
    return remove(path);
}

void real_remove_folder(const char *path)
{
    (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

stria_status real_execute(stria *db, const char *database, const char *text, stria_error *err)
{
    stria_cursor *cursor = NULL;
    const stria_statement *statement;
    const stria_table *table;
    stria_status st = stria_query(db, text, strlen(text), STRIA_QUERY_OPTIONS(.database = database),
                                  &cursor, err);
    while (!st) {
        st = stria_cursor_next_statement(cursor, &statement, err);
        if (st || !statement)
            break;
        st = stria_cursor_next_series(cursor, &table, err);
    }
    stria_cursor_close(cursor);
    return st;
}

stria_status real_write(stria *db, const char *database, unsigned writer, uint64_t k,
                        stria_durability durability, stria_error *err)
{
    char text[ROWS_MAX * 128];
    size_t len = 0;
    for (unsigned i = 0; i < real_row_count(k); i++) {
        uint64_t n = k * ROWS_MAX + i;
        len += (size_t)snprintf(text + len, sizeof text - len,
                                "m,s=%u,w=%u f=%" PRIu64 ".%03u,t=\"b%" PRIu64 "\",v=%" PRIu64
                                "i %" PRId64 "\n",
                                (unsigned)(k % 20), writer, n / 8, (unsigned)(n % 8 * 125), k, n,
                                (int64_t)n * SECOND + 1);
    }
    return stria_ingest(db, text, len,
                        STRIA_INGEST_OPTIONS(.database = database, .durability = durability), NULL,
                        err);
}

/* ---- reading ---- */

struct scan {
    unsigned writer, series;
    int64_t last_ts; /* 0: none yet */
    real_each each;
    void *context;
    stria_error *err;
};

static stria_status wrong(const struct scan *scan, int64_t ts, const char *what)
{
    return sx_fail(scan->err, STRIA_CORRUPT, "writer %u, series %u, time %" PRId64 ": %s",
                   scan->writer, scan->series, ts, what);
}

static stria_status check_row(struct scan *scan, const stria_batch *batch, size_t row)
{
    const stria_values *c = batch->columns;
    int64_t ts = ((const int64_t *)c[0].values)[row];
    uint64_t n = (uint64_t)(ts / SECOND), k = n / ROWS_MAX;
    stria_bytes text = ((const stria_bytes *)c[2].values)[row];
    char expected[32];
    (void)snprintf(expected, sizeof expected, "b%" PRIu64, k);
    for (size_t i = 1; i < 4; i++)
        if (c[i].present && !(c[i].present[row / 64] >> (row % 64) & 1))
            return wrong(scan, ts, "a value is missing");
    if (scan->last_ts && ts <= scan->last_ts)
        return wrong(scan, ts, "it comes twice, or too late");
    scan->last_ts = ts;
    double f = (double)n / 8;
    if (ts % SECOND != 1 || k % 20 != scan->series || n % ROWS_MAX >= real_row_count(k) ||
        ((const int64_t *)c[3].values)[row] != (int64_t)n ||
        memcmp(&((const double *)c[1].values)[row], &f, sizeof f) != 0 ||
        text.len != strlen(expected) || memcmp(text.ptr, expected, text.len) != 0)
        return wrong(scan, ts, "it is not as it was written");
    scan->each(scan->context, scan->writer, k, (unsigned)(n % ROWS_MAX));
    return STRIA_OK;
}

static stria_status check_table(struct scan *scan, stria_cursor *cursor, const stria_table *table)
{
    const stria_batch *batch = NULL;
    char number[16];
    if (table->tag_count != 2 || table->column_count != 4)
        return wrong(scan, 0, "tags or columns");
    (void)snprintf(number, sizeof number, "%.*s", (int)table->tags[0].value.len,
                   table->tags[0].value.ptr);
    scan->series = (unsigned)strtoul(number, NULL, 10);
    (void)snprintf(number, sizeof number, "%.*s", (int)table->tags[1].value.len,
                   table->tags[1].value.ptr);
    scan->writer = (unsigned)strtoul(number, NULL, 10);
    scan->last_ts = 0;
    for (;;) {
        stria_status st = stria_cursor_next_batch(cursor, &batch, scan->err);
        if (st || !batch)
            return st;
        for (size_t row = 0; row < batch->row_count && !st; row++)
            st = check_row(scan, batch, row);
        if (st)
            return st;
    }
}

stria_status real_scan(stria *db, const char *database, real_each each, void *context,
                       stria_error *err)
{
    struct scan scan = {.each = each, .context = context, .err = err};
    stria_cursor *cursor = NULL;
    const stria_statement *statement;
    const stria_table *table;
    stria_status st = stria_scan(db, STRIA_SCAN_OPTIONS(.database = database), &cursor, err);
    if (!st)
        st = stria_cursor_next_statement(cursor, &statement, err);
    while (!st) {
        st = stria_cursor_next_series(cursor, &table, err);
        if (st || !table)
            break;
        st = check_table(&scan, cursor, table);
    }
    stria_cursor_close(cursor);
    return st;
}
