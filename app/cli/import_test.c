/* SPDX-License-Identifier: Apache-2.0 */
/* import_test.c -- files in batches of any size into a store and a server, and what is refused. */
#include "app/cli/import.h"

#include "app/cli/scratch_test.h"
#include "app/cli/stop.h"
#include "app/client/reply_server_test.h"

#include <signal.h>

static struct sx_mem mem;

static int begin(void **state)
{
    sx_mem_init(&mem, NULL, "test", 0);
    return scratch_begin(state);
}

static int end(void **state)
{
    sx_mem_deinit(&mem);
    return scratch_end(state);
}

static void open_store(struct sx_source *source, const char *name)
{
    assert_int_equal(
        sx_source_open_write(source, &mem, scratch_path(name), STRIA_OPTIONS(.threads = 0), NULL),
        STRIA_OK);
    assert_int_equal(
        sx_source_execute(source, &(struct sx_question){.text = SX_LITERAL("CREATE DATABASE home")},
                          NULL),
        STRIA_OK);
}

static stria_status import_file(struct sx_import *import, const char *path, stria_error *err)
{
    char *paths[] = {(char *)path};
    struct sx_input *input = sx_mem_zalloc(&mem, sizeof *input);
    assert_non_null(input);
    sx_stop_watch();
    sx_input_init(input, &mem, paths, 1);
    sx_progress_begin(&import->progress);
    stria_status st = sx_import_run(import, input, err);
    sx_input_deinit(input);
    sx_mem_free(&mem, input);
    return st;
}

static uint64_t rows_in(struct sx_source *source)
{
    stria_cursor *cursor;
    const stria_statement *statement;
    const stria_table *table;
    const stria_batch *batch;
    uint64_t count = 0;
    assert_int_equal(stria_scan(source->db, STRIA_SCAN_OPTIONS(.database = "home"), &cursor, NULL),
                     STRIA_OK);
    assert_int_equal(stria_cursor_next_statement(cursor, &statement, NULL), STRIA_OK);
    while (stria_cursor_next_series(cursor, &table, NULL) == STRIA_OK && table)
        while (stria_cursor_next_batch(cursor, &batch, NULL) == STRIA_OK && batch)
            count += batch->row_count;
    stria_cursor_close(cursor);
    return count;
}

static const char text[] = "m,t=a v=1,s=\"two\nlines\" 1\n"
                           "# it's a comment\n"
                           "m,t=a v=bad 2\n"
                           "\n"
                           "m,t=b v=3 3\r\n"
                           "m,t=b v=\"conflict\" 4\n"
                           "m,t=b v=5 5";

static void test_every_size_of_batches_stores_the_same_and_tells_the_same_lines(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 7, 30, 64, 100000};
    for (size_t i = 0; i < SX_COUNT_OF(sizes); i++) {
        char name[32];
        struct sx_source source;
        struct sx_import import = {.source = &source, .database = "home", .batch_size = sizes[i]};
        (void)snprintf(name, sizeof name, "store%zu", i);
        print_message("batches of %zu\n", sizes[i]);
        scratch_write("in.lp", text, sizeof text - 1);
        open_store(&source, name);
        assert_int_equal(import_file(&import, scratch_path("in.lp"), NULL), STRIA_OK);
        assert_int_equal(import.point_count, 3);
        assert_int_equal(import.sample_count, 4);
        assert_int_equal(import.rejected_count, 2);
        assert_int_equal(import.problem_count, 2);
        expect_in(import.problems[0].text, "in.lp:4: unable to parse 'm,t=a v=bad 2'");
        expect_in(import.problems[1].text, "in.lp:7: ");
        expect_in(import.problems[1].text, "field type conflict");
        assert_int_equal(rows_in(&source), 3);
        assert_int_equal(sx_source_close(&source, NULL), STRIA_OK);
    }
}

static void test_only_the_first_problems_are_kept_and_all_are_counted(void **state)
{
    (void)state;
    struct sx_source source;
    struct sx_import import = {.source = &source, .database = "home"};
    char bad[1024];
    size_t len = 0;
    for (int i = 0; i < 30; i++)
        len += (size_t)snprintf(bad + len, sizeof bad - len, "bad %d\n", i);
    scratch_write("bad.lp", bad, len);
    open_store(&source, "bad");
    assert_int_equal(import_file(&import, scratch_path("bad.lp"), NULL), STRIA_OK);
    assert_int_equal(import.rejected_count, 30);
    assert_int_equal(import.problem_count, SX_IMPORT_PROBLEMS_MAX);
    expect_in(import.problems[9].text, "bad.lp:10: ");
    assert_int_equal(sx_source_close(&source, NULL), STRIA_OK);
}

static void test_a_line_that_never_ends_is_refused_and_not_held_for_ever(void **state)
{
    (void)state;
    struct sx_source source;
    struct sx_import import = {.source = &source, .database = "home", .batch_size = 1024};
    char *open_quote = malloc(200000);
    assert_non_null(open_quote);
    memset(open_quote, 'x', 200000);
    memcpy(open_quote, "m v=1 1\nm s=\"", 13);
    scratch_write("open.lp", open_quote, 200000);
    free(open_quote);
    open_store(&source, "open");
    assert_int_equal(import_file(&import, scratch_path("open.lp"), NULL), STRIA_OK);
    assert_int_equal(import.point_count, 1);
    assert_int_equal(import.rejected_count, 1);
    assert_int_equal(sx_source_close(&source, NULL), STRIA_OK);
}

static void test_an_import_stops_between_batches(void **state)
{
    (void)state;
    struct sx_source source;
    struct sx_import import = {.source = &source, .database = "home"};
    stria_error err = {0};
    open_store(&source, "stopped");
    assert_int_equal(sx_import_send(&import, "x", SX_LITERAL("m v=1 1\n"), &err), STRIA_OK);
    scratch_write("in.lp", text, sizeof text - 1);
    char *paths[] = {scratch_path("in.lp")};
    struct sx_input *input = sx_mem_zalloc(&mem, sizeof *input);
    sx_input_init(input, &mem, paths, 1);
    sx_stop_watch();
    assert_int_equal(raise(SIGTERM), 0);
    assert_int_equal(sx_import_run(&import, input, &err), STRIA_CANCELLED);
    assert_int_equal(import.point_count, 1);
    sx_input_deinit(input);
    sx_mem_free(&mem, input);
    sx_stop_watch();
    assert_int_equal(sx_source_close(&source, NULL), STRIA_OK);
}

static void test_an_unknown_database_ends_it(void **state)
{
    (void)state;
    struct sx_source source;
    struct sx_import import = {.source = &source, .database = "nope"};
    stria_error err = {0};
    scratch_write("in.lp", text, sizeof text - 1);
    open_store(&source, "unknown");
    assert_int_equal(import_file(&import, scratch_path("in.lp"), &err), STRIA_NOT_FOUND);
    assert_int_equal(import.point_count + import.rejected_count, 0);
    assert_int_equal(sx_source_close(&source, NULL), STRIA_OK);
}

static void test_a_servers_refusals_are_counted_from_its_words(void **state)
{
    (void)state;
    static const char *const replies[] = {
        NO_CONTENT,
        REPLY("400 Bad Request", "{\"error\":\"partial write: unable to parse 'bad': missing "
                                 "fields dropped=0\"}\n"),
        REPLY("400 Bad Request", "{\"error\":\"unable to parse 'bad': missing fields\"}\n"),
        REPLY("413 Request Entity Too Large", "{\"error\":\"Request Entity Too Large\"}"),
    };
    struct reply_server server;
    struct sx_source source;
    struct sx_import import = {
        .source = &source, .database = "home", .precision = STRIA_PRECISION_S};
    stria_error err = {0};
    char url[64];
    reply_server_start(&server, replies, 4, 0);
    (void)snprintf(url, sizeof url, "127.0.0.1:%d", server.port);
    assert_int_equal(sx_source_open_url(&source, &mem, url, NULL), STRIA_OK);
    assert_int_equal(sx_import_send(&import, "f", SX_LITERAL("m v=1\n#\nm v=2\n"), &err), STRIA_OK);
    assert_int_equal(import.point_count, 2);
    assert_int_equal(sx_import_send(&import, "f", SX_LITERAL("m v=1\nbad\n"), &err), STRIA_OK);
    assert_int_equal(import.point_count, 3);
    assert_int_equal(import.rejected_count, 1);
    assert_string_equal(import.problems[0].text,
                        "f: unable to parse 'bad': missing fields dropped=0");
    assert_int_equal(sx_import_send(&import, "f", SX_LITERAL("bad\n"), &err), STRIA_OK);
    assert_int_equal(import.point_count, 3);
    assert_int_equal(import.rejected_count, 2);
    assert_int_equal(sx_import_send(&import, "f", SX_LITERAL("m v=1\n"), &err), STRIA_LIMIT);
    assert_int_equal(sx_source_close(&source, NULL), STRIA_OK);
    reply_server_stop(&server);
    expect_in(server.requests[0], "POST /write?db=home&precision=s ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_size_of_batches_stores_the_same_and_tells_the_same_lines),
        cmocka_unit_test(test_only_the_first_problems_are_kept_and_all_are_counted),
        cmocka_unit_test(test_a_line_that_never_ends_is_refused_and_not_held_for_ever),
        cmocka_unit_test(test_an_import_stops_between_batches),
        cmocka_unit_test(test_an_unknown_database_ends_it),
        cmocka_unit_test(test_a_servers_refusals_are_counted_from_its_words),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
