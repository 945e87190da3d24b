/* SPDX-License-Identifier: Apache-2.0 */
/* cursor_test.c -- the life of a request: statements one after the other, what fails, cancelling,
 * budgets. */
#include "exec/cursor.h"

#include "engine/engine_fixture_test.h"

static void fill(struct engine_test *t)
{
    engine_test_init(t);
    engine_test_write(t, "m,k=1", 1, "v1=1");
    engine_test_write(t, "m,k=2", 2, "v1=2");
}

static void put_table(struct engine_test *t, const stria_table *table)
{
    struct sx_buf *out = &t->scan.out;
    sx_buf_put(out, table->name.ptr, table->name.len);
    for (size_t i = 0; i < table->tag_count; i++)
        sx_buf_printf(out, ",%.*s=%.*s", (int)table->tags[i].key.len, table->tags[i].key.ptr,
                      (int)table->tags[i].value.len, table->tags[i].value.ptr);
}

/* How many rows the table at hand has. */
static stria_status count_rows(struct engine_test *t, stria_cursor *cursor)
{
    const stria_batch *batch;
    size_t rows = 0;
    stria_status st;
    while (!(st = sx_cursor_next_batch(cursor, &batch, &t->err)) && batch)
        rows += batch->row_count;
    sx_buf_printf(&t->scan.out, "(%zu) ", rows);
    return st;
}

/* Walks all of an answer: "0: TABLE(rows) 1: TABLE(rows) !ERROR ", into t->scan.out. */
static void walk(struct engine_test *t, stria_cursor *cursor)
{
    const stria_statement *statement;
    const stria_table *table;
    struct sx_buf *out = &t->scan.out;
    sx_buf_clear(out);
    while (!sx_cursor_next_statement(cursor, &statement, &t->err) && statement) {
        stria_status st;
        sx_buf_printf(out, "%u: ", statement->index);
        for (size_t i = 0; i < statement->message_count; i++)
            sx_buf_printf(out, "[%s %s] ", statement->levels[i], statement->messages[i]);
        while (!(st = sx_cursor_next_series(cursor, &table, &t->err)) && table) {
            put_table(t, table);
            st = count_rows(t, cursor);
            if (st)
                break;
        }
        if (st)
            sx_buf_printf(out, "!%s ", t->err.text);
    }
    sx_buf_put_u8(out, 0);
    assert_false(out->failed);
}

static stria_query_options in_d(void)
{
    return (stria_query_options){.struct_size = sizeof(stria_query_options), .database = "d"};
}

static stria_status ask(struct engine_test *t, const char *text, const stria_query_options *options,
                        stria_cursor **cursor)
{
    t->err = (stria_error){0};
    return sx_cursor_query(t->engine, sx_bytes_of(text), options, cursor, &t->err);
}

static void test_statements_are_answered_one_after_the_other(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool warn;
        const char *want;
    } rows[] = {
        {"SELECT v FROM m", false, "0: m(2) "},
        {"SELECT v FROM m GROUP BY k; SELECT v FROM none; SELECT v FROM m WHERE k = '1'", false,
         "0: m,k=1(1) m,k=2(1) 1: 2: m(1) "},
        {"CREATE DATABASE e; SHOW DATABASES", false, "0: 1: databases(2) "},
        {"DROP SERIES FROM m WHERE k = '2'; SELECT v FROM m", false, "0: 1: m(1) "},
        {"SELECT v FROM x.autogen.m; SELECT v FROM m", false,
         "0: !database not found: x 1: !not executed "},
        {"CREATE DATABASE f", true,
         "0: [warning deprecated use of 'CREATE DATABASE f' in a read only context, please use a "
         "POST request instead] "},
        {"SELECT v FROM m", true, "0: m(2) "},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct engine_test t;
        stria_cursor *cursor;
        stria_query_options options = in_d();
        fill(&t);
        options.warn_changes = rows[i].warn;
        engine_test_must(&t, ask(&t, rows[i].text, &options, &cursor));
        walk(&t, cursor);
        assert_string_equal((const char *)t.scan.out.ptr, rows[i].want);
        sx_cursor_close(cursor);
        engine_test_deinit(&t);
    }
}

static void test_a_statement_that_changes_something_is_done_unread(void **state)
{
    (void)state;
    struct engine_test t;
    stria_cursor *cursor;
    const stria_statement *statement;
    stria_query_options options = in_d();
    fill(&t);
    engine_test_must(&t, ask(&t, "CREATE DATABASE e; CREATE DATABASE f", &options, &cursor));
    while (!sx_cursor_next_statement(cursor, &statement, &t.err) && statement)
        ;
    sx_cursor_close(cursor);
    engine_test_must(&t, ask(&t, "SHOW DATABASES", &options, &cursor));
    walk(&t, cursor);
    assert_string_equal((const char *)t.scan.out.ptr, "0: databases(3) ");
    sx_cursor_close(cursor);
    engine_test_deinit(&t);
}

static void test_what_is_no_query_gives_no_cursor(void **state)
{
    (void)state;
    struct engine_test t;
    stria_cursor *cursor;
    stria_query_options options = in_d();
    fill(&t);
    assert_int_equal(ask(&t, "SELEC v FROM m", &options, &cursor), STRIA_SYNTAX);
    assert_null(cursor);
    engine_test_deinit(&t);
}

static void test_cancelling_ends_it(void **state)
{
    (void)state;
    struct engine_test t;
    stria_cursor *cursor;
    const stria_statement *statement;
    stria_query_options options = in_d();
    fill(&t);
    engine_test_must(&t, ask(&t, "SELECT v FROM m", &options, &cursor));
    sx_cursor_cancel(cursor);
    assert_int_equal(sx_cursor_next_statement(cursor, &statement, &t.err), STRIA_CANCELLED);
    sx_cursor_close(cursor);
    sx_cursor_cancel(NULL);
    sx_cursor_close(NULL);
    engine_test_deinit(&t);
}

static void test_a_query_stays_inside_its_budget(void **state)
{
    (void)state;
    struct engine_test t;
    stria_cursor *cursor = NULL;
    stria_query_options options = in_d();
    fill(&t);
    options.memory_size = 6000;
    stria_status st = ask(&t, "SELECT v FROM m", &options, &cursor);
    if (!st) {
        walk(&t, cursor);
        st = t.err.code;
    }
    assert_int_equal(st, STRIA_NOMEM);
    assert_non_null(strstr(t.err.text, "this query"));
    sx_cursor_close(cursor);
    engine_test_deinit(&t);
}

static void test_a_scan_gives_series_that_meet_its_matchers(void **state)
{
    (void)state;
    static const struct {
        const char *measurement; /* NULL: all */
        stria_match_op op;
        const char *value;
        int64_t min, max;
        const char *want;
    } rows[] = {
        {"m", STRIA_MATCH_EQUAL, "1", 0, 0, "0: m,k=1(1) "},
        {"m", STRIA_MATCH_NOT_EQUAL, "1", 0, 0, "0: m,k=2(1) "},
        {NULL, STRIA_MATCH_REGEX, "[12]", 0, 0, "0: m,k=1(1) m,k=2(1) "},
        {NULL, STRIA_MATCH_NOT_REGEX, "2", 0, 0, "0: m,k=1(1) "},
        {NULL, STRIA_MATCH_REGEX, ".", 2, 9, "0: m,k=2(1) "},
        {"n", STRIA_MATCH_REGEX, ".", 0, 0, "0: "},
    };
    struct engine_test t;
    stria_cursor *cursor;
    fill(&t);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        stria_matcher matcher = {
            .key = {"k", 1}, .value = {rows[i].value, strlen(rows[i].value)}, .op = rows[i].op};
        stria_bytes measurement = {"m", 1};
        if (rows[i].measurement)
            measurement.ptr = rows[i].measurement;
        stria_scan_options options = {.struct_size = sizeof options,
                                      .database = "d",
                                      .measurement = rows[i].measurement ? &measurement : NULL,
                                      .matchers = &matcher,
                                      .matcher_count = 1,
                                      .time_min_ns = rows[i].min,
                                      .time_max_ns = rows[i].max};
        engine_test_must(&t, sx_cursor_scan(t.engine, &options, &cursor, &t.err));
        walk(&t, cursor);
        assert_string_equal((const char *)t.scan.out.ptr, rows[i].want);
        sx_cursor_close(cursor);
    }
    stria_scan_options wrong = {.struct_size = sizeof wrong, .database = "x"};
    assert_int_equal(sx_cursor_scan(t.engine, &wrong, &cursor, &t.err), STRIA_NOT_FOUND);
    assert_null(cursor);
    engine_test_deinit(&t);
}

static void test_damage_is_told_at_the_end_of_a_statement(void **state)
{
    (void)state;
    struct engine_test t;
    stria_cursor *cursor;
    stria_query_options options = in_d();
    char path[SX_PATH_MAX];
    size_t size;
    fill(&t);
    engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    engine_test_write(&t, "m,k=3", 3, "v1=3");
    engine_test_close(&t);
    (void)engine_test_files(&t, "db/seg", ".seg", path);
    sx_os_mem_bytes(t.disk, path, &size)[SX_SEGMENT_HEADER_SIZE + 4] ^= 1;
    engine_test_open(&t);
    engine_test_must(&t, ask(&t, "SELECT v FROM m; SHOW DATABASES", &options, &cursor));
    walk(&t, cursor);
    const char *text = (const char *)t.scan.out.ptr;
    assert_memory_equal(text, "0: m(", 5);
    assert_non_null(strstr(text, path));               /* which file it is */
    assert_non_null(strstr(text, "1: databases(1) ")); /* the rest goes on */
    sx_cursor_close(cursor);
    engine_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statements_are_answered_one_after_the_other),
        cmocka_unit_test(test_a_statement_that_changes_something_is_done_unread),
        cmocka_unit_test(test_what_is_no_query_gives_no_cursor),
        cmocka_unit_test(test_cancelling_ends_it),
        cmocka_unit_test(test_a_query_stays_inside_its_budget),
        cmocka_unit_test(test_a_scan_gives_series_that_meet_its_matchers),
        cmocka_unit_test(test_damage_is_told_at_the_end_of_a_statement),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
