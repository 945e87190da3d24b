/* SPDX-License-Identifier: Apache-2.0 */
/* small.c -- see small.h. */
#include "small.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ingest/line_protocol.h"
#include "os/os_mem.h"
#include "scan/columns.h"
#include "scan/reader.h"
#include "scan/series_set.h"

#include <stdio.h>
#include <string.h>

static int64_t mono_ns(void *clock)
{
    return sx_os_mono_ns(clock);
}

static void must(stria_status st, const stria_error *err)
{
    if (st)
        fail_msg("%d: %s", (int)st, err->text);
}

void small_open(struct small *s)
{
    stria_error err = {0};
    struct sx_engine_options options = {.os = s->os, .path = "db"};
    must(sx_engine_open(&options, &s->engine, &err), &err);
}

void small_execute(struct small *s, const struct sx_command *command)
{
    stria_error err = {0};
    must(sx_engine_execute(s->engine, command, &err), &err);
}

void small_begin(struct small *s)
{
    *s = (struct small){.os = sx_os_mem_create(7)};
    sx_mem_init(&s->mem, NULL, "test", 0);
    small_open(s);
    small_execute(s, &(struct sx_command){.kind = SX_CREATE_DATABASE, .database = SX_LITERAL("d")});
}

void small_end(struct small *s)
{
    stria_error err = {0};
    must(sx_engine_close(s->engine, &err), &err);
    sx_os_mem_destroy(s->os);
    sx_mem_deinit(&s->mem);
}

uint64_t small_write(struct small *s, const char *lines)
{
    stria_error err = {0};
    struct sx_mem *mem = sx_engine_mem(s->engine, SX_ENGINE_MEM_INGEST);
    struct sx_ingest_cache *cache = sx_ingest_cache_create(mem);
    struct sx_batch batch;
    struct sx_ingest_problems problems;
    struct sx_line_protocol_options options = {0};
    struct sx_write_options how = {0};
    struct sx_write_result result = {0};
    sx_batch_init(&batch, mem);
    sx_ingest_problems_init(&problems, mem);
    must(sx_line_protocol_parse(cache, sx_bytes_of(lines), &options, &batch, &problems, &err),
         &err);
    must(sx_engine_write(s->engine, 1, &batch, &how, &result, &err), &err);
    sx_batch_deinit(&batch);
    sx_ingest_problems_deinit(&problems);
    sx_ingest_cache_destroy(cache);
    return result.conflict_count;
}

static void put(struct small *s, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    s->len += (size_t)vsnprintf(s->text + s->len, sizeof s->text - s->len, format, arguments);
    va_end(arguments);
    assert_true(s->len < sizeof s->text);
}

static void put_rows(struct small *s, struct sx_reader *reader)
{
    const struct sx_rows *rows;
    uint32_t count;
    stria_error err = {0};
    for (;;) {
        must(sx_reader_next(reader, &rows, &err), &err);
        if (!rows)
            return;
        const struct sx_scan_column *columns = sx_reader_columns(reader, &count);
        for (uint32_t i = 0; i < rows->row_count; i++) {
            put(s, " %lld:", (long long)rows->ts_ns[i]);
            for (uint32_t c = 0; c < count; c++)
                if (sx_vector_has(&rows->columns[c], i))
                    put(s, "%.*s=%g", (int)columns[c].name.len, (const char *)columns[c].name.ptr,
                        columns[c].type == STRIA_FLOAT
                            ? ((const double *)rows->columns[c].values)[i]
                            : (double)((const int64_t *)rows->columns[c].values)[i]);
        }
    }
}

static void put_key(struct small *s, struct sx_bytes key)
{
    for (size_t i = 0; i + 1 < key.len; i++)
        put(s, "%c", key.ptr[i] ? key.ptr[i] : ',');
}

/* "cpu,host,a 1:v=1 2:v=2;...": series in order; then the columns, "cpu(v float)". */
const char *small_dump(struct small *s)
{
    stria_error err = {0};
    struct sx_view *view;
    struct sx_series_set set;
    struct sx_reader *reader;
    struct sx_view_columns columns;
    struct sx_request request = {.mono_ns = mono_ns,
                                 .clock = s->os,
                                 .mem = &s->mem,
                                 .on_damage = s->on_damage,
                                 .damage_context = s->damage_context};
    struct sx_selector all = {.policy_id = 1,
                              .all_measurements = true,
                              .time_min_ns = INT64_MIN,
                              .time_max_ns = INT64_MAX};
    s->len = 0;
    s->text[0] = 0;
    must(sx_engine_view(s->engine, 1, &view, &err), &err);
    must(sx_series_set_init(&set, view, &all, SX_SELECT_IN_TIME, &request, &err), &err);
    struct sx_reader_options options = {
        .view = view, .time_min_ns = INT64_MIN, .time_max_ns = INT64_MAX, .request = &request};
    must(sx_reader_create(&options, &reader, &err), &err);
    for (size_t i = 0; i < set.series_count; i++) {
        put_key(s, set.series[i].key);
        must(sx_reader_series(reader, &set.series[i], &err), &err);
        put_rows(s, reader);
        put(s, "; ");
    }
    must(sx_view_columns_init(&columns, view, NULL, INT64_MIN, INT64_MAX, &request, &err), &err);
    for (size_t i = 0; i < columns.measurement_count; i++)
        put(s, "%.*s/%zu ", (int)columns.measurements[i].name.len,
            (const char *)columns.measurements[i].name.ptr, columns.measurements[i].column_count);
    sx_view_columns_deinit(&columns);
    sx_reader_destroy(reader);
    sx_series_set_deinit(&set);
    sx_view_release(view);
    return s->text;
}

void small_assert(struct small *s, const char *expected)
{
    size_t len = strlen(expected);
    small_dump(s);
    if (len && expected[len - 1] == '*' && s->len >= len - 1)
        s->text[len - 1] = '*', s->text[len] = 0;
    assert_string_equal(s->text, expected);
}

void small_compact(struct small *s, stria_compact_until until)
{
    stria_error err = {0};
    must(sx_engine_compact(s->engine, until, NULL, &err), &err);
}

void small_poll(struct small *s, int count)
{
    bool more;
    stria_error err = {0};
    for (int i = 0; i < count; i++)
        must(sx_engine_poll(s->engine, &more, &err), &err);
}

struct wanted {
    const char *name;
    double value;
    bool found;
};

static void take_stat(void *user, const stria_stat *stat)
{
    struct wanted *wanted = user;
    if (stat->label || strcmp(stat->name, wanted->name) != 0)
        return;
    wanted->value = stat->value;
    wanted->found = true;
}

double small_stat(struct small *s, const char *name)
{
    struct wanted wanted = {.name = name};
    stria_error err = {0};
    must(sx_engine_stats(s->engine, take_stat, &wanted, &err), &err);
    assert_true(wanted.found);
    return wanted.value;
}
