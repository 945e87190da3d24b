/* SPDX-License-Identifier: Apache-2.0 */
/* statements_test.c -- statements that list and change what is stored, and stria_delete(), from end
 * to end through stria.h: whatever is flushed, merged or reopened between them, the answers are the
 * same. */
#include "stria.h"

#include <ftw.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char folder[40];
static stria *db;
static char text[8192]; /* of the last answer */

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info;
    (void)kind;
    (void)at;
    return remove(path);
}

static void must(stria_status st, const stria_error *err)
{
    if (st)
        fail_msg("%s: %s", stria_status_name(st), err->text);
}

static void open_with(const stria_options *options)
{
    char path[60];
    stria_error err = {0};
    (void)snprintf(path, sizeof path, "%s/store", folder);
    must(stria_open(path, options, &db, &err), &err);
}

static void open_store(void)
{
    open_with(NULL);
}

static int begin(void **state)
{
    (void)state;
    memcpy(folder, "/tmp/stria-statements-XXXXXX", 29);
    if (!mkdtemp(folder))
        return -1;
    open_store();
    return 0;
}

static int end(void **state)
{
    (void)state;
    int failed = stria_close(db, NULL) ? -1 : 0;
    return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS) || failed ? -1 : 0;
}

/* What happens between statements. */
enum between { NOTHING, FLUSH, MERGE, SEAL, RECLAIM, REOPEN, BETWEEN_COUNT };

static void between(enum between what)
{
    static const stria_compact_until until[] = {[FLUSH] = STRIA_COMPACT_FLUSH,
                                                [MERGE] = STRIA_COMPACT_MERGE,
                                                [SEAL] = STRIA_COMPACT_SEAL,
                                                [RECLAIM] = STRIA_COMPACT_RECLAIM};
    stria_error err = {0};
    if (what >= FLUSH && what <= RECLAIM)
        must(stria_compact(db, until[what], NULL, &err), &err);
    if (what == REOPEN) {
        must(stria_close(db, &err), &err);
        open_store();
    }
}

/* ---- statements as text --------------------------------------------------------------------- */

static void put(const char *format, ...)
{
    size_t len = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    int more = vsnprintf(text + len, sizeof text - len, format, arguments);
    va_end(arguments);
    assert_true(more >= 0 && (size_t)more < sizeof text - len);
}

static void put_value(const stria_values *column, size_t i)
{
    const stria_bytes *string = column->values;
    if (column->present && !(column->present[i / 64] >> i % 64 & 1))
        return;
    if (column->type == STRIA_STRING)
        put("%.*s", (int)string[i].len, string[i].ptr);
    else if (column->type == STRIA_FLOAT)
        put("%g", ((const double *)column->values)[i]);
    else if (column->type == STRIA_BOOL)
        put("%d", ((const uint8_t *)column->values)[i]);
    else
        put("%" PRId64, ((const int64_t *)column->values)[i]);
}

static void put_table(const stria_table *table)
{
    put("%s%.*s", *text ? "; " : "", (int)table->name.len, table->name.ptr);
    for (size_t i = 0; i < table->column_count; i++)
        put("%s%.*s", i ? "," : "(", (int)table->column_names[i].len, table->column_names[i].ptr);
    put(")");
}

static stria_status put_series(stria_cursor *cursor, stria_error *err)
{
    const stria_table *table;
    const stria_batch *batch;
    stria_status st;
    while (!(st = stria_cursor_next_series(cursor, &table, err)) && table) {
        put_table(table);
        while (!(st = stria_cursor_next_batch(cursor, &batch, err)) && batch)
            for (size_t i = 0; i < batch->row_count; i++)
                for (size_t c = 0; c < batch->column_count; c++) {
                    put(c ? "," : " ");
                    put_value(&batch->columns[c], i);
                }
        if (st)
            break;
    }
    return st;
}

/* Carries out one statement on database d; its answer is in `text`. */
static void run(const char *query, bool warn)
{
    stria_cursor *cursor;
    const stria_statement *statement;
    stria_error err = {0};
    *text = 0;
    must(stria_query(db, query, strlen(query),
                     STRIA_QUERY_OPTIONS(.database = "d", .warn_changes = warn), &cursor, &err),
         &err);
    must(stria_cursor_next_statement(cursor, &statement, &err), &err);
    assert_non_null(statement);
    for (uint32_t i = 0; i < statement->message_count; i++)
        put("%s: %s", statement->levels[i], statement->messages[i]);
    if (put_series(cursor, &err))
        put("error: %s", err.text);
    stria_cursor_close(cursor);
}

static void expect(const char *query, const char *want)
{
    run(query, false);
    if (strcmp(text, want) != 0)
        fail_msg("%s\n  want: %s\n  got:  %s", query, want, text);
}

static void write_lines(const char *lines)
{
    stria_error err = {0};
    must(stria_ingest(db, lines, strlen(lines), STRIA_INGEST_OPTIONS(.database = "d"), NULL, &err),
         &err);
}

static void fill(void)
{
    expect("DROP DATABASE d", "");
    expect("CREATE DATABASE d", "");
    write_lines("cpu,host=a,dc=fra v=1 10\ncpu,host=a,dc=fra v=2 70\ncpu,host=b,dc=fra v=3 10\n"
                "cpu,host=c v=4 10\nmem,host=a used=5i 10\ndisk\\ a,path=/x f=1 10\n");
}

/* ---- tests ---------------------------------------------------------------------------------- */

static void what_is_deleted_goes_from_every_list(void **state)
{
    (void)state;
    for (int what = NOTHING; what < BETWEEN_COUNT; what++) {
        fill();
        between((enum between)what);
        expect("SHOW SERIES", "(key) cpu,dc=fra,host=a cpu,dc=fra,host=b cpu,host=c "
                              "disk\\ a,path=/x mem,host=a");
        expect("DELETE FROM cpu WHERE host = 'b'", "");
        expect("DELETE FROM cpu WHERE time < 50", "");
        expect("SHOW SERIES", "(key) cpu,dc=fra,host=a disk\\ a,path=/x mem,host=a");
        between((enum between)what);
        expect("SELECT v FROM cpu", "cpu(time,v) 70,2");
        expect("SHOW TAG VALUES WITH KEY = host", "cpu(key,value) host,a; mem(key,value) host,a");
        run("DELETE FROM cpu WHERE v = 2", false);
        assert_non_null(strstr(text, ": fields not supported in WHERE clause during deletion"));
        expect("DROP SERIES FROM /^m/, cpu WHERE host = 'a'", "");
        expect("SHOW MEASUREMENTS", "measurements(name) disk a");
        expect("SHOW FIELD KEYS", "disk a(fieldKey,fieldType) f,float");
        between((enum between)what);
        write_lines("cpu,host=a v=9 5");
        expect("SHOW SERIES FROM cpu", "(key) cpu,host=a");
        expect("SELECT v FROM cpu", "cpu(time,v) 5,9");
        expect("DROP MEASUREMENT \"disk a\"", "");
        expect("DROP MEASUREMENT \"disk a\"", "");
        write_lines("disk\\ a,path=/x f=\"now a string\" 10");
        between((enum between)what);
        expect("SHOW FIELD KEYS", "cpu(fieldKey,fieldType) v,float; "
                                  "disk a(fieldKey,fieldType) f,string");
        expect("SHOW SERIES CARDINALITY", "(cardinality estimation) 2");
    }
}

static void databases_and_policies_come_and_go(void **state)
{
    (void)state;
    static const char columns[] = "(name,duration,shardGroupDuration,replicaN,futureWriteLimit,"
                                  "pastWriteLimit,default)";
    char want[400];
    expect("CREATE DATABASE x WITH DURATION 2d REPLICATION 1 SHARD DURATION 1h NAME two", "");
    expect("CREATE RETENTION POLICY r ON x DURATION INF REPLICATION 2 DEFAULT", "");
    expect("ALTER RETENTION POLICY two ON x DURATION 3d FUTURE LIMIT 1h", "");
    between(REOPEN);
    (void)snprintf(want, sizeof want, "%s two,72h0m0s,1h0m0s,1,1h0m0s,0s,0 r,0s,168h0m0s,2,0s,0s,1",
                   columns);
    expect("SHOW RETENTION POLICIES ON x", want);
    expect("CREATE DATABASE x WITH DURATION 5d",
           "error: retention policy conflicts with an existing policy");
    expect("DROP RETENTION POLICY two ON x", "");
    (void)snprintf(want, sizeof want, "%s r,0s,168h0m0s,2,0s,0s,1", columns);
    expect("SHOW RETENTION POLICIES ON x", want);
    expect("DROP DATABASE x", "");
    expect("SHOW RETENTION POLICIES ON x", "error: database not found: x");
}

static void changes_by_get_carry_a_warning_with_the_whole_statement(void **state)
{
    (void)state;
    run("create database \"y z\"", true);
    assert_string_equal(text, "warning: deprecated use of 'CREATE DATABASE \"y z\"' in a read only "
                              "context, please use a POST request instead");
    run("CREATE USER u WITH PASSWORD 'secret'", true);
    assert_non_null(strstr(text, "'CREATE USER u WITH PASSWORD [REDACTED]'"));
    run("DELETE FROM none", true);
    assert_string_equal(text, "error: database not found: d");
}

static void rows_beyond_a_limit_of_series_are_listed(void **state)
{
    (void)state;
    static const char lines[] = "cpu,host=a v=1 1\ncpu,host=b v=1 1\ncpu,host=b v=1 2\n";
    stria_report report = {0};
    stria_error err = {0};
    expect("SHOW SERIES LIMITS", "series limits(database,limit,measurement,tag,rejected)"
                                 "; limits(database,max_series,max_new_series,max_tag_values)");
    must(stria_close(db, &err), &err);
    open_with(STRIA_OPTIONS(.series_max = 1));
    expect("CREATE DATABASE d", "");
    assert_int_equal(stria_ingest(db, lines, strlen(lines), STRIA_INGEST_OPTIONS(.database = "d"),
                                  &report, NULL),
                     STRIA_PARTIAL);
    stria_report_release(&report);
    expect("SHOW SERIES LIMITS",
           "series limits(database,limit,measurement,tag,rejected) d,series,cpu,,2; "
           "limits(database,max_series,max_new_series,max_tag_values) d,1,0,0");
    expect("SHOW SERIES", "(key) cpu,host=a");
    expect("ALTER DATABASE d SET max_series = 2, max_new_series = 7, max_tag_values = DEFAULT", "");
    assert_int_equal(stria_ingest(db, lines, strlen(lines), STRIA_INGEST_OPTIONS(.database = "d"),
                                  &report, NULL),
                     STRIA_OK);
    stria_report_release(&report);
    expect("SHOW SERIES", "(key) cpu,host=a cpu,host=b");
    expect("SHOW SERIES LIMITS",
           "series limits(database,limit,measurement,tag,rejected) d,series,cpu,,2; "
           "limits(database,max_series,max_new_series,max_tag_values) d,2,7,0");
    expect("ALTER DATABASE d SET max_series = DEFAULT, max_new_series = 0", "");
    expect("SHOW SERIES LIMITS",
           "series limits(database,limit,measurement,tag,rejected) d,series,cpu,,2; "
           "limits(database,max_series,max_new_series,max_tag_values) d,1,0,0");
    expect("ALTER DATABASE none SET max_series = 1", "error: database not found: none");
}

static void assert_report(const stria_delete_report *report, uint64_t series, uint64_t rows,
                          uint64_t samples)
{
    assert_int_equal(report->series_count, series);
    assert_int_equal(report->row_count, rows);
    assert_int_equal(report->sample_count, samples);
}

#define BYTES(string) ((stria_bytes){.ptr = (string), .len = strlen(string)})

static void a_dry_run_tells_what_a_delete_then_takes(void **state)
{
    (void)state;
    const stria_bytes cpu = BYTES("cpu");
    const stria_matcher fra = {BYTES("dc"), STRIA_MATCH_EQUAL, BYTES("fra")};
    stria_delete_report report;
    stria_error err = {0};
    for (int what = NOTHING; what < BETWEEN_COUNT; what++) {
        fill();
        between((enum between)what);
        stria_delete_options options = {.struct_size = sizeof options,
                                        .database = "d",
                                        .measurement = &cpu,
                                        .matchers = &fra,
                                        .matcher_count = 1,
                                        .time_min_ns = 5,
                                        .time_max_ns = 60,
                                        .dry_run = true};
        for (int run_count = 0; run_count < 2; run_count++) {
            must(stria_delete(db, &options, &report, &err), &err);
            assert_report(&report, 2, 2, 2);
            if (what >= FLUSH && what <= RECLAIM) /* in files for sure */
                assert_true(report.byte_count > 0);
            options.policy = "autogen";
        }
        options.dry_run = false;
        must(stria_delete(db, &options, &report, &err), &err);
        assert_report(&report, 2, 2, 2);
        between((enum between)what);
        options.dry_run = true;
        must(stria_delete(db, &options, &report, &err), &err);
        assert_report(&report, 0, 0, 0);
        expect("SELECT v FROM cpu", "cpu(time,v) 10,4 70,2");
        must(stria_delete(db, STRIA_DELETE_OPTIONS(.database = "d"), NULL, &err), &err);
        expect("SHOW SERIES", "");
    }
}

static void a_delete_that_cannot_be_is_refused(void **state)
{
    (void)state;
    const stria_matcher bad_regex = {BYTES("k"), STRIA_MATCH_REGEX, BYTES("(")};
    const stria_matcher bad_op = {BYTES("k"), (stria_match_op)9, BYTES("v")};
    const struct {
        stria_delete_options options;
        stria_status status;
    } rows[] = {
        {{0}, STRIA_INVALID},
        {*STRIA_DELETE_OPTIONS(.policy = "autogen"), STRIA_INVALID},
        {*STRIA_DELETE_OPTIONS(.database = "none"), STRIA_NOT_FOUND},
        {*STRIA_DELETE_OPTIONS(.database = "d", .policy = "none"), STRIA_NOT_FOUND},
        {*STRIA_DELETE_OPTIONS(.database = "d", .time_min_ns = 2, .time_max_ns = 1), STRIA_INVALID},
        {*STRIA_DELETE_OPTIONS(.database = "d", .matchers = &bad_regex, .matcher_count = 1),
         STRIA_SYNTAX},
        {*STRIA_DELETE_OPTIONS(.database = "d", .matchers = &bad_op, .matcher_count = 1),
         STRIA_INVALID},
    };
    stria_error err;
    stria_delete_report report;
    fill();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int dry = 0; dry < 2; dry++) {
            stria_delete_options options = rows[i].options;
            options.dry_run = dry;
            err = (stria_error){0};
            assert_int_equal(stria_delete(db, &options, dry ? &report : NULL, &err),
                             rows[i].status);
            assert_int_equal(err.code, rows[i].status);
        }
    assert_int_equal(stria_delete(db, NULL, NULL, NULL), STRIA_INVALID);
    expect("SHOW SERIES EXACT CARDINALITY", "cpu(count) 3; disk a(count) 1; mem(count) 1");

    stria_matcher *many = calloc(40000, sizeof *many);
    for (size_t i = 0; i < 40000; i++)
        many[i] = (stria_matcher){BYTES("k"), STRIA_MATCH_NOT_EQUAL, BYTES("v")};
    assert_int_equal(stria_delete(db,
                                  STRIA_DELETE_OPTIONS(.database = "d", .matchers = many,
                                                       .matcher_count = 40000),
                                  NULL, &err),
                     STRIA_LIMIT);
    free(many);
    between(REOPEN);
    expect("SHOW SERIES EXACT CARDINALITY", "cpu(count) 3; disk a(count) 1; mem(count) 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_deleted_goes_from_every_list, begin, end),
        cmocka_unit_test_setup_teardown(databases_and_policies_come_and_go, begin, end),
        cmocka_unit_test_setup_teardown(changes_by_get_carry_a_warning_with_the_whole_statement,
                                        begin, end),
        cmocka_unit_test_setup_teardown(rows_beyond_a_limit_of_series_are_listed, begin, end),
        cmocka_unit_test_setup_teardown(a_dry_run_tells_what_a_delete_then_takes, begin, end),
        cmocka_unit_test_setup_teardown(a_delete_that_cannot_be_is_refused, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
