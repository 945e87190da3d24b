/* SPDX-License-Identifier: Apache-2.0 */
/* delete_test.c -- deletes: what they hide at once, and that neither flushes, merges, a crash nor a
 * new start bring anything back.
 *
 * Algorithm   A script of lines of line protocol, deletes and other steps runs on a store in
 *             memory; what the store then holds is printed and compared as text. Each script runs
 *             with several kinds of work between its steps: the answer may not depend on that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "engine/engine.h"
#include "ingest/line_protocol.h"
#include "os/os_mem.h"
#include "scan/columns.h"
#include "scan/reader.h"
#include "scan/series_set.h"

#include <stdio.h>
#include <string.h>

struct store {
    struct sx_os *os;
    struct sx_engine *engine;
    struct sx_mem mem;
    char text[4096];
    size_t len;
};

static int64_t mono_ns(void *clock)
{
    return sx_os_mono_ns(clock);
}

static void must(stria_status st, const stria_error *err)
{
    if (st)
        fail_msg("%d: %s", (int)st, err->text);
}

static void open_store(struct store *s)
{
    stria_error err = {0};
    struct sx_engine_options options = {.os = s->os, .path = "db"};
    must(sx_engine_open(&options, &s->engine, &err), &err);
}

static void execute(struct store *s, const struct sx_command *command)
{
    stria_error err = {0};
    must(sx_engine_execute(s->engine, command, &err), &err);
}

static int begin(struct store *s)
{
    *s = (struct store){.os = sx_os_mem_create(7)};
    sx_mem_init(&s->mem, NULL, "test", 0);
    open_store(s);
    execute(s, &(struct sx_command){.kind = SX_CREATE_DATABASE, .database = SX_LITERAL("d")});
    return 0;
}

static void end(struct store *s)
{
    stria_error err = {0};
    must(sx_engine_close(s->engine, &err), &err);
    sx_os_mem_destroy(s->os);
    sx_mem_deinit(&s->mem);
}

static uint64_t write_lines(struct store *s, const char *lines)
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

static void put(struct store *s, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    s->len += (size_t)vsnprintf(s->text + s->len, sizeof s->text - s->len, format, arguments);
    va_end(arguments);
    assert_true(s->len < sizeof s->text);
}

static void put_rows(struct store *s, struct sx_reader *reader)
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

static void put_key(struct store *s, struct sx_bytes key)
{
    for (size_t i = 0; i + 1 < key.len; i++)
        put(s, "%c", key.ptr[i] ? key.ptr[i] : ',');
}

/* "cpu,host,a 1:v=1 2:v=2;...": series in order; then the columns, "cpu(v float)". */
static const char *dump(struct store *s)
{
    stria_error err = {0};
    struct sx_view *view;
    struct sx_series_set set;
    struct sx_reader *reader;
    struct sx_view_columns columns;
    struct sx_request request = {.mono_ns = mono_ns, .clock = s->os, .mem = &s->mem};
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

/* A star at the end: whatever follows. */
static void assert_holds(struct store *s, const char *expected)
{
    size_t len = strlen(expected);
    dump(s);
    if (expected[len - 1] == '*' && s->len >= len - 1)
        s->text[len - 1] = '*', s->text[len] = 0;
    assert_string_equal(s->text, expected);
}

/* ---- deletes ---- */

static const struct sx_tag_expr host_a = {.kind = SX_TAG_MATCH,
                                          .op = STRIA_MATCH_EQUAL,
                                          .key = {(const uint8_t *)"host", 4},
                                          .value = {(const uint8_t *)"a", 1}};

static struct sx_command delete_of(const char *measurement, const struct sx_tag_expr *tags,
                                   int64_t min_ns, int64_t max_ns)
{
    struct sx_command command = {.kind = SX_DELETE_ROWS, .database = SX_LITERAL("d")};
    command.selector = (struct sx_selector){.all_measurements = !measurement,
                                            .tags = tags,
                                            .time_min_ns = min_ns,
                                            .time_max_ns = max_ns};
    if (measurement)
        command.selector.measurement = sx_bytes_of(measurement);
    return command;
}

/* What happens between the steps of a script. */
enum between { NOTHING, FLUSH, MERGE, SEAL, REOPEN, CRASH, BETWEEN_COUNT };

static void between(struct store *s, enum between what)
{
    static const stria_compact_until until[] = {
        [FLUSH] = STRIA_COMPACT_FLUSH, [MERGE] = STRIA_COMPACT_MERGE, [SEAL] = STRIA_COMPACT_SEAL};
    stria_error err = {0};
    if (what == FLUSH || what == MERGE || what == SEAL)
        must(sx_engine_compact(s->engine, until[what], NULL, &err), &err);
    if (what == REOPEN) {
        must(sx_engine_close(s->engine, &err), &err);
        open_store(s);
    }
    if (what == CRASH) {
        struct sx_os *copy = sx_os_mem_crash(s->os, NULL, NULL);
        assert_non_null(copy);
        must(sx_engine_close(s->engine, &err), &err);
        sx_os_mem_destroy(s->os);
        s->os = copy;
        open_store(s);
    }
}

#define ALL INT64_MIN, INT64_MAX

static void deleted_rows_stay_away_and_later_ones_are_there(void **state)
{
    (void)state;
    static const char first[] =
        "cpu,host=a v=1 10\ncpu,host=a v=2 20\ncpu,host=b v=3 10\nmem f=4 5";
    const struct {
        struct sx_command command;
        const char *after, *then; /* after the delete; after the same rows but v=9 at 20 */
    } cases[] = {
        {delete_of("cpu", NULL, ALL), "mem 5:f=4; mem/1 ",
         "cpu,host,a 20:v=9; mem 5:f=4; cpu/1 mem/1 "},
        {delete_of("cpu", &host_a, ALL), "cpu,host,b 10:v=3; mem 5:f=4; cpu/1 mem/1 ",
         "cpu,host,a 20:v=9; cpu,host,b 10:v=3; mem 5:f=4; cpu/1 mem/1 "},
        {delete_of("cpu", &host_a, 11, 30),
         "cpu,host,a 10:v=1; cpu,host,b 10:v=3; mem 5:f=4; cpu/1 mem/1 ",
         "cpu,host,a 10:v=1 20:v=9; cpu,host,b 10:v=3; mem 5:f=4; cpu/1 mem/1 "},
        /* Whether mem's columns are still listed depends on whether a merge has been there. */
        {delete_of(NULL, NULL, INT64_MIN, 10), "cpu,host,a 20:v=2; cpu/1 *",
         "cpu,host,a 20:v=9; cpu/1 *"},
        {delete_of("nothing", NULL, ALL),
         "cpu,host,a 10:v=1 20:v=2; cpu,host,b 10:v=3; mem 5:f=4; cpu/1 mem/1 ",
         "cpu,host,a 10:v=1 20:v=9; cpu,host,b 10:v=3; mem 5:f=4; cpu/1 mem/1 "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int one = 0; one < BETWEEN_COUNT; one++)
            for (int two = 0; two < BETWEEN_COUNT; two++) {
                struct store s;
                begin(&s);
                write_lines(&s, first);
                between(&s, (enum between)one);
                execute(&s, &cases[i].command);
                assert_holds(&s, cases[i].after);
                between(&s, (enum between)two);
                assert_holds(&s, cases[i].after);
                write_lines(&s, "cpu,host=a v=9 20");
                between(&s, (enum between)two);
                between(&s, (enum between)one);
                assert_holds(&s, cases[i].then);
                end(&s);
            }
}

static void a_dropped_measurement_may_come_back_with_other_types(void **state)
{
    (void)state;
    for (int what = 0; what < BETWEEN_COUNT; what++) {
        struct store s;
        begin(&s);
        write_lines(&s, "cpu v=1 10");
        between(&s, (enum between)what);
        assert_int_equal(write_lines(&s, "cpu v=1i 11"), 1);
        struct sx_command command = delete_of("cpu", NULL, ALL);
        command.kind = SX_DROP_MEASUREMENT;
        execute(&s, &command);
        between(&s, (enum between)what);
        assert_int_equal(write_lines(&s, "cpu v=2i 11"), 0);
        between(&s, (enum between)what);
        assert_string_equal(dump(&s), "cpu 11:v=2; cpu/1 ");
        end(&s);
    }
}

static void deletes_of_what_is_not_there_are_told(void **state)
{
    (void)state;
    struct store s;
    stria_error err = {0};
    begin(&s);
    struct sx_command command = delete_of("cpu", NULL, ALL);
    command.database = sx_bytes_of("none");
    assert_int_equal(sx_engine_execute(s.engine, &command, &err), STRIA_NOT_FOUND);
    assert_string_equal(err.text, "database not found: none");
    command.database = sx_bytes_of("d");
    command.policy = sx_bytes_of("weekly");
    assert_int_equal(sx_engine_execute(s.engine, &command, &err), STRIA_NOT_FOUND);
    assert_string_equal(err.text, "retention policy not found: weekly");
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deleted_rows_stay_away_and_later_ones_are_there),
        cmocka_unit_test(a_dropped_measurement_may_come_back_with_other_types),
        cmocka_unit_test(deletes_of_what_is_not_there_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
