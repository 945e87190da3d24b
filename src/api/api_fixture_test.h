/* SPDX-License-Identifier: Apache-2.0 */
/* api_fixture_test.h -- what the tests of the public calls share: a store in a folder that goes
 * again, and answers as text. */
#ifndef SX_API_API_FIXTURE_TEST_H
#define SX_API_API_FIXTURE_TEST_H

#include "base/golden_test.h"
#include "os/os.h"

#include <stdlib.h>
#include <string.h>

#define API_DAY ((int64_t)86400 * 1000000000)

struct api_test {
    char folder[64]; /* holds the store */
    char path[80];
    stria *db;
    stria_report report;
    stria_error err;
    char text[4000]; /* of the last answer */
};

static inline void api_must(const struct api_test *t, stria_status st)
{
    if (st)
        fail_msg("%d: %s", (int)st, t->err.text);
}

static inline void api_open(struct api_test *t)
{
    api_must(t, stria_open(t->path, NULL, &t->db, &t->err));
}

static inline void api_query(struct api_test *t, const char *text);

/* A new store with the database "d". */
static inline void api_init(struct api_test *t)
{
    *t = (struct api_test){.folder = "/tmp/stria_api_XXXXXX"};
    assert_non_null(mkdtemp(t->folder));
    (void)snprintf(t->path, sizeof t->path, "%s/store", t->folder);
    api_open(t);
    api_query(t, "CREATE DATABASE d");
}

static inline bool api_remove_file(void *context, const char *name, bool is_directory)
{
    char path[400];
    (void)snprintf(path, sizeof path, "%s/%s", (const char *)context, name);
    return is_directory || remove(path) == 0;
}

static inline void api_remove_folder(const char *path)
{
    struct sx_os *os = sx_os_posix();
    char copy[200];
    (void)snprintf(copy, sizeof copy, "%s", path);
    (void)os->ops->list(os, copy, api_remove_file, copy, NULL);
    (void)remove(copy);
}

static inline void api_deinit(struct api_test *t)
{
    static const char *const parts[] = {"/wal", "/seg", "/manifest", ""};
    char path[160];
    stria_report_release(&t->report);
    api_must(t, stria_close(t->db, &t->err));
    for (size_t i = 0; i < SX_COUNT_OF(parts); i++) {
        (void)snprintf(path, sizeof path, "%s%s", t->path, parts[i]);
        api_remove_folder(path);
    }
    assert_int_equal(remove(t->folder), 0);
}

/* ---- answers ---- */

static inline void api_put(struct api_test *t, const char *format, ...) SX_FORMAT(2, 3);
static inline void api_put(struct api_test *t, const char *format, ...)
{
    size_t len = strlen(t->text);
    va_list args;
    va_start(args, format);
    (void)vsnprintf(t->text + len, sizeof t->text - len, format, args);
    va_end(args);
}

static inline void api_put_value(struct api_test *t, const stria_values *v, size_t row)
{
    if (v->present && !(v->present[row / 64] >> (row % 64) & 1)) {
        api_put(t, " -");
    } else if (v->type == STRIA_STRING) {
        stria_bytes text = ((const stria_bytes *)v->values)[row];
        api_put(t, " %.*s", (int)text.len, text.ptr);
    } else if (v->type == STRIA_FLOAT) {
        api_put(t, " %g", ((const double *)v->values)[row]);
    } else if (v->type == STRIA_BOOL) {
        api_put(t, " %d", ((const uint8_t *)v->values)[row]);
    } else {
        api_put(t, " %" PRId64, ((const int64_t *)v->values)[row]);
    }
}

static inline stria_status api_put_table(struct api_test *t, stria_cursor *cursor,
                                         const stria_table *table)
{
    const stria_batch *batch;
    stria_status st;
    api_put(t, "%.*s", (int)table->name.len, table->name.ptr);
    for (size_t i = 0; i < table->tag_count; i++)
        api_put(t, ",%.*s=%.*s", (int)table->tags[i].key.len, table->tags[i].key.ptr,
                (int)table->tags[i].value.len, table->tags[i].value.ptr);
    api_put(t, ":");
    while (!(st = stria_cursor_next_batch(cursor, &batch, &t->err)) && batch)
        for (size_t row = 0; row < batch->row_count; row++)
            for (size_t i = 0; i < batch->column_count; i++)
                api_put_value(t, &batch->columns[i], row);
    api_put(t, "; ");
    return st;
}

/* Reads and closes: "TABLE,tag=value: time values ...; ", and "!TEXT " of what failed. */
static inline void api_read(struct api_test *t, stria_cursor *cursor)
{
    const stria_statement *statement;
    const stria_table *table;
    stria_status st;
    t->text[0] = 0;
    while (!(st = stria_cursor_next_statement(cursor, &statement, &t->err)) && statement) {
        while (!(st = stria_cursor_next_series(cursor, &table, &t->err)) && table) {
            st = api_put_table(t, cursor, table);
            if (st)
                break;
        }
        if (st)
            api_put(t, "!%s ", t->err.text);
    }
    stria_cursor_close(cursor);
}

static inline void api_query(struct api_test *t, const char *text)
{
    stria_cursor *cursor;
    const stria_query_options *options = STRIA_QUERY_OPTIONS(.database = "d");
    api_must(t, stria_query(t->db, text, strlen(text), options, &cursor, &t->err));
    api_read(t, cursor);
}

/* What the default policy of "d" holds, by stria_scan(). */
static inline void assert_stored(struct api_test *t, const char *want)
{
    stria_cursor *cursor;
    api_must(t, stria_scan(t->db, STRIA_SCAN_OPTIONS(.database = "d"), &cursor, &t->err));
    api_read(t, cursor);
    assert_string_equal(t->text, want);
}

static inline stria_status api_ingest(struct api_test *t, const char *lines)
{
    return stria_ingest(t->db, lines, strlen(lines), STRIA_INGEST_OPTIONS(.database = "d"),
                        &t->report, &t->err);
}

#endif
