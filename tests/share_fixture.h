/* SPDX-License-Identifier: Apache-2.0 */
/* share_fixture.h -- stores of tests about sharing one: opened on any table of system calls,
 * written by lines, changed by statements, and told as text.
 *
 * Threads     One owner of a store. */
#ifndef SX_TESTS_SHARE_FIXTURE_H
#define SX_TESTS_SHARE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"
#include "engine/engine.h"
#include "exec/cursor.h"
#include "ingest/line_protocol.h"
#include "os/os_fault.h"
#include "os/os_mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct share_store {
    struct sx_os *os;
    const char *path;
    struct sx_engine *engine; /* NULL: closed */
    bool read_only;
    uint64_t memtable_size;
    char trouble[1000]; /* the last event of level error */
};

static inline void share_must(stria_status st, const stria_error *err)
{
    if (st)
        fail_msg("%s: %s", stria_status_name(st), err->text);
}

static inline void share_event(void *user, const stria_event *event)
{
    struct share_store *s = user;
    if (event->level == STRIA_LEVEL_ERROR)
        (void)snprintf(s->trouble, sizeof s->trouble, "%s %s", event->name, event->detail);
}

static inline stria_status share_try_open(struct share_store *s, stria_error *err)
{
    struct sx_engine_options options = {.os = s->os,
                                        .path = s->path,
                                        .memory_size = (uint64_t)64 << 20,
                                        .memtable_size = s->memtable_size,
                                        .read_only = s->read_only,
                                        .must_exist = s->read_only,
                                        .events = {.on_event = share_event, .user = s}};
    return sx_engine_open(&options, &s->engine, err);
}

static inline void share_open(struct share_store *s, struct sx_os *os, const char *path,
                              bool read_only)
{
    stria_error err = {0};
    *s = (struct share_store){.os = os, .path = path, .read_only = read_only};
    share_must(share_try_open(s, &err), &err);
}

static inline void share_close(struct share_store *s)
{
    stria_error err = {0};
    share_must(sx_engine_close(s->engine, &err), &err);
    s->engine = NULL;
}

/* Runs statements of InfluxQL; returns the first failure. */
static inline stria_status share_try_run(struct share_store *s, const char *text, stria_error *err)
{
    stria_query_options options = {.struct_size = sizeof options};
    const stria_statement *statement;
    const stria_table *table;
    stria_cursor *cursor = NULL;
    stria_status st = sx_cursor_query(s->engine, sx_bytes_of(text), &options, &cursor, err);
    while (!st) {
        st = sx_cursor_next_statement(cursor, &statement, err);
        if (st || !statement)
            break;
        do
            st = sx_cursor_next_series(cursor, &table, err);
        while (!st && table);
    }
    sx_cursor_close(cursor);
    return st;
}

static inline void share_run(struct share_store *s, const char *text)
{
    stria_error err = {0};
    share_must(share_try_run(s, text, &err), &err);
}

static inline stria_status share_try_write(struct share_store *s, const char *database,
                                           const char *lines, stria_durability durability,
                                           stria_error *err)
{
    struct sx_mem *mem = sx_engine_mem(s->engine, SX_ENGINE_MEM_INGEST);
    struct sx_ingest_cache *cache = sx_ingest_cache_create(mem);
    struct sx_batch batch;
    struct sx_ingest_problems problems;
    struct sx_line_protocol_options options = {0};
    struct sx_write_options how = {.durability = durability};
    struct sx_write_result result = {0};
    const struct sx_policy *policy;
    struct sx_catalog *catalog = sx_engine_catalog(s->engine);
    stria_status st = STRIA_NOMEM;
    sx_batch_init(&batch, mem);
    sx_ingest_problems_init(&problems, mem);
    if (cache)
        st = sx_catalog_find(catalog, sx_bytes_of(database), sx_bytes_of(""), NULL, &policy, err);
    if (!st)
        st = sx_line_protocol_parse(cache, sx_bytes_of(lines), &options, &batch, &problems, err);
    if (!st)
        st = sx_engine_write(s->engine, policy->id, &batch, &how, &result, err);
    sx_catalog_release(catalog);
    sx_batch_deinit(&batch);
    sx_ingest_problems_deinit(&problems);
    sx_ingest_cache_destroy(cache);
    return st;
}

static inline void share_write(struct share_store *s, const char *database, const char *lines)
{
    stria_error err = {0};
    share_must(share_try_write(s, database, lines, STRIA_SYNC, &err), &err);
}

static inline void share_compact(struct share_store *s, stria_compact_until until)
{
    stria_error err = {0};
    share_must(sx_engine_compact(s->engine, until, NULL, &err), &err);
}

/* ---- what a store holds ---- */

static inline void share_put_value(struct sx_buf *text, const stria_values *values, size_t row)
{
    const stria_bytes *string;
    switch (values->type) {
    case STRIA_FLOAT: /* exact: tests write small whole numbers */
        sx_buf_printf(text, "%lld", (long long)((const double *)values->values)[row]);
        break;
    case STRIA_BOOL:
        sx_buf_put_text(text, ((const uint8_t *)values->values)[row] ? "t" : "f");
        break;
    case STRIA_STRING:
        string = &((const stria_bytes *)values->values)[row];
        sx_buf_printf(text, "\"%.*s\"", (int)string->len, string->ptr);
        break;
    default:
        sx_buf_printf(text, "%lld", (long long)((const int64_t *)values->values)[row]);
    }
}

/* " 10:v=1,w=2 20:v=3" */
static inline stria_status share_put_table(stria_cursor *cursor, const stria_table *table,
                                           struct sx_buf *text, stria_error *err)
{
    for (;;) {
        const stria_batch *batch;
        stria_status st = sx_cursor_next_batch(cursor, &batch, err);
        if (st || !batch)
            return st;
        for (size_t i = 0; i < batch->row_count; i++) {
            const char *separator = ":";
            sx_buf_printf(text, " %lld", (long long)((const int64_t *)batch->columns[0].values)[i]);
            for (size_t c = 1; c < batch->column_count; c++) {
                const stria_values *values = &batch->columns[c];
                if (values->present && !(values->present[i / 64] >> (i % 64) & 1))
                    continue;
                sx_buf_printf(text, "%s%.*s=", separator, (int)table->column_names[c].len,
                              table->column_names[c].ptr);
                share_put_value(text, values, i);
                separator = ",";
            }
        }
    }
}

static inline stria_status share_put_policy(struct sx_engine *engine, const char *database,
                                            const char *policy, struct sx_buf *text,
                                            stria_error *err)
{
    stria_scan_options options = {
        .struct_size = sizeof options, .database = database, .policy = policy};
    const stria_statement *statement;
    stria_cursor *cursor = NULL;
    stria_status st = sx_cursor_scan(engine, &options, &cursor, err);
    if (!st)
        st = sx_cursor_next_statement(cursor, &statement, err);
    while (!st) {
        const stria_table *table;
        st = sx_cursor_next_series(cursor, &table, err);
        if (st || !table)
            break;
        sx_buf_printf(text, " %.*s", (int)table->name.len, table->name.ptr);
        for (size_t i = 0; i < table->tag_count; i++)
            sx_buf_printf(text, ",%.*s=%.*s", (int)table->tags[i].key.len, table->tags[i].key.ptr,
                          (int)table->tags[i].value.len, table->tags[i].value.ptr);
        st = share_put_table(cursor, table, text, err);
        sx_buf_put_u8(text, ';');
    }
    sx_cursor_close(cursor);
    return st;
}

/* "d.autogen cpu,host=a 10:v=1 20:v=2; mem 5:f=4; | e.autogen ... |", ended by a NUL. */
static inline stria_status share_put_all(struct share_store *s, struct sx_buf *text,
                                         stria_error *err)
{
    stria_status st = sx_engine_begin_read(s->engine, err);
    if (st)
        return st;
    struct sx_catalog *catalog = sx_engine_catalog(s->engine);
    for (size_t i = 0; i < catalog->database_count && !st; i++) {
        const struct sx_database *db = &catalog->databases[i];
        for (size_t j = 0; j < db->policy_count && !st; j++) {
            char database[64], policy[64];
            (void)snprintf(database, sizeof database, "%.*s", (int)db->name.len,
                           (const char *)db->name.ptr);
            (void)snprintf(policy, sizeof policy, "%.*s", (int)db->policies[j].name.len,
                           (const char *)db->policies[j].name.ptr);
            sx_buf_printf(text, "%s.%s", database, policy);
            st = share_put_policy(s->engine, database, policy, text, err);
            sx_buf_put_text(text, " | ");
        }
    }
    sx_catalog_release(catalog);
    sx_engine_end_read(s->engine);
    sx_buf_put_u8(text, 0);
    return st;
}

static inline void share_assert_holds(struct share_store *s, const char *expected)
{
    struct sx_mem mem;
    struct sx_buf text;
    stria_error err = {0};
    sx_mem_init(&mem, NULL, "test", 0);
    sx_buf_init(&text, &mem, (size_t)1 << 30);
    share_must(share_put_all(s, &text, &err), &err);
    assert_false(text.failed);
    assert_string_equal((const char *)text.ptr, expected);
    sx_buf_deinit(&text);
    sx_mem_deinit(&mem);
}

/* Two stores hold the same. */
static inline void share_assert_same(struct share_store *a, struct share_store *b)
{
    struct sx_mem mem;
    struct sx_buf text;
    stria_error err = {0};
    sx_mem_init(&mem, NULL, "test", 0);
    sx_buf_init(&text, &mem, (size_t)1 << 30);
    share_must(share_put_all(a, &text, &err), &err);
    assert_false(text.failed);
    share_assert_holds(b, (const char *)text.ptr);
    sx_buf_deinit(&text);
    sx_mem_deinit(&mem);
}

/* ---- the disk ---- */

struct share_names {
    unsigned count;
    const char *ending;
};

static inline bool share_count_name(void *context, const char *name, bool is_directory)
{
    struct share_names *names = context;
    size_t len = strlen(name), ending = strlen(names->ending);
    (void)is_directory;
    names->count += len >= ending && strcmp(name + len - ending, names->ending) == 0;
    return true;
}

/* How many names in a folder end so; 0 if the folder is not there. */
static inline unsigned share_file_count(struct sx_os *os, const char *folder, const char *ending)
{
    struct share_names names = {.ending = ending};
    (void)os->ops->list(os, folder, share_count_name, &names, NULL);
    return names.count;
}

#endif
