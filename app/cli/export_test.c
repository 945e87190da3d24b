/* SPDX-License-Identifier: Apache-2.0 */
/* export_test.c -- rows of directories and servers written out, and read in again as the same. */
#include "app/cli/export.h"

#include "app/cli/scratch_test.h"
#include "app/client/reply_server_test.h"

#include <math.h>

static const char lines[] =
    "cpu,dc=eu\\ west,host=a b=true,f=0.1,i=-9223372036854775808i,"
    "s=\"say \\\"hi\\\" \\\\ there\",u=18446744073709551615u -5\n"
    "cpu,dc=eu\\ west,host=a f=-0,s=\"\" 1700000000000000000\n"
    "cpu,dc=eu\\ west,host=a f=1e+300,s=\"two\nlines\" 9223372036854775806\n"
    "m\\,x v=1i 0\n"
    "m\\,x v=2i 1\n";

static void fill(const char *name)
{
    assert_int_equal(
        RUN_WITH(lines, "import", "--data", scratch_path(name), "--db", "home", "--create-db"),
        SX_EXIT_OK);
}

static void test_what_goes_in_comes_out_and_goes_in_again(void **state)
{
    (void)state;
    char first[sizeof lines * 2];
    fill("first");
    assert_int_equal(RUN("export", "--data", scratch_path("first"), "--db", "home"), SX_EXIT_OK);
    assert_string_equal(scratch_out, lines);
    (void)snprintf(first, sizeof first, "%s", scratch_out);
    assert_int_equal(
        RUN_WITH(first, "import", "--data", scratch_path("second"), "--db", "home", "--create-db"),
        SX_EXIT_OK);
    assert_int_equal(RUN("export", "--data", scratch_path("second"), "--db", "home"), SX_EXIT_OK);
    assert_string_equal(scratch_out, first);
}

static void test_times_and_measurements_can_be_chosen(void **state)
{
    (void)state;
    static const struct {
        const char *flags[5];
        const char *text;
    } rows[] = {
        {{"--measurement", "m,x"}, "m\\,x v=1i 0\nm\\,x v=2i 1\n"},
        {{"--measurement", "none"}, ""},
        {{"--measurement=m,x", "--start", "1"}, "m\\,x v=2i 1\n"},
        {{"--start", "0", "--end", "1"}, "m\\,x v=1i 0\n"},
        {{"--start", "0", "--end", "2"}, "m\\,x v=1i 0\nm\\,x v=2i 1\n"},
        {{"--start", "1970-01-01", "--end", "1970-01-02"}, "m\\,x v=1i 0\nm\\,x v=2i 1\n"},
        {{"--start", "5", "--end", "5"}, ""},
        {{"--start", "9", "--end", "3"}, ""},
    };
    fill("chosen");
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        const char *words[16] = {"export", "--data", scratch_path("chosen"), "--db", "home"};
        for (size_t j = 0; rows[i].flags[j]; j++)
            words[5 + j] = rows[i].flags[j];
        assert_int_equal(scratch_run(words, NULL), SX_EXIT_OK);
        assert_string_equal(scratch_out, rows[i].text);
    }
}

static void test_what_lines_cannot_carry_is_counted(void **state)
{
    (void)state;
    stria *db;
    stria_series *series;
    stria_cursor *cursor;
    const stria_statement *statement;
    const stria_table *table;
    const double values[] = {1, NAN, (double)INFINITY};
    const int64_t times[] = {1, 2, 3};
    const stria_column column = {.name = "v", .type = STRIA_FLOAT, .values = values};
    assert_int_equal(stria_open(scratch_path("odd"), NULL, &db, NULL), STRIA_OK);
    assert_int_equal(stria_query(db, "CREATE DATABASE home", 20, NULL, &cursor, NULL), STRIA_OK);
    assert_int_equal(stria_cursor_next_statement(cursor, &statement, NULL), STRIA_OK);
    assert_int_equal(stria_cursor_next_series(cursor, &table, NULL), STRIA_OK);
    stria_cursor_close(cursor);
    assert_int_equal(
        stria_series_open(db, STRIA_SERIES_KEY(.database = "home", .measurement = {"m", 1}),
                          &series, NULL),
        STRIA_OK);
    stria_series *const handles[] = {series, series, series};
    assert_int_equal(stria_write_rows(db,
                                      STRIA_ROWS(.row_count = 3, .series = handles, .ts_ns = times,
                                                 .columns = &column, .column_count = 1),
                                      NULL, NULL),
                     STRIA_OK);
    stria_series_close(series);
    assert_int_equal(stria_close(db, NULL), STRIA_OK);
    assert_int_equal(RUN("export", "--data", scratch_path("odd"), "--db", "home"), SX_EXIT_FAILED);
    assert_string_equal(scratch_out, "m v=1 1\n");
    expect_in(scratch_err, "left out: 2\n");
}

static void test_a_servers_rows_get_the_types_of_its_fields(void **state)
{
    (void)state;
    static const char *const replies[] = {
        REPLY("200 OK", "{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"measurements\","
                        "\"columns\":[\"name\"],\"values\":[[\"my \\\"m\\\"\"],[\"n\"]]}]}]}\n"),
        REPLY("200 OK",
              "{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"m\",\"columns\":["
              "\"fieldKey\",\"fieldType\"],\"values\":[[\"b\",\"boolean\"],[\"f\",\"float\"],"
              "[\"i\",\"integer\"],[\"s\",\"string\"],[\"u\",\"unsigned\"]]}]}]}\n"),
        REPLY(
            "200 OK",
            "{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"my \\\"m\\\"\",\"tags\":{"
            "\"host\":\"a\",\"none\":\"\"},\"columns\":[\"time\",\"b\",\"f\",\"i\",\"s\",\"u\"],"
            "\"values\":[[1,true,1,2,\"x\",3],[2,null,-0,null,null,18446744073709551615]],"
            "\"partial\":true}],\"partial\":true}]}\n{\"results\":[{\"statement_id\":0,\"series\":"
            "[{\"name\":\"my \\\"m\\\"\",\"tags\":{\"host\":\"a\",\"none\":\"\"},\"columns\":["
            "\"time\",\"b\",\"f\",\"i\",\"s\",\"u\"],\"values\":[[3,null,0.5,null,null,null]]}]}]}"
            "\n"),
        REPLY("200 OK",
              "{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"n\",\"columns\":["
              "\"fieldKey\",\"fieldType\"],\"values\":[[\"v\",\"float\"],[\"v\",\"integer\"]]}]}]}"
              "\n"),
        REPLY("200 OK", "{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"n\","
                        "\"columns\":[\"time\",\"v\"],\"values\":[[1,7]]}]}]}\n"),
    };
    struct reply_server server;
    char url[64];
    reply_server_start(&server, replies, 5, 0);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d", server.port);
    assert_int_equal(RUN("export", "--url", url, "--db", "home", "--rp", "week", "--start", "0"),
                     SX_EXIT_FAILED);
    reply_server_stop(&server);
    assert_string_equal(scratch_out, "my\\ \"m\",host=a b=true,f=1,i=2i,s=\"x\",u=3u 1\n"
                                     "my\\ \"m\",host=a f=-0,u=18446744073709551615u 2\n"
                                     "my\\ \"m\",host=a f=0.5 3\n"
                                     "n v=7 1\n");
    expect_in(scratch_err, "fields with several types, of which numbers became floats: 1\n");
    expect_in(server.requests[1],
              "q=SHOW%20FIELD%20KEYS%20FROM%20%22my%20%5C%22m%5C%22%22&db=home");
    expect_in(server.requests[2], "q=SELECT%20%2A%20FROM%20%22week%22.%22my%20%5C%22m%5C%22%22%20"
                                  "WHERE%20time%20%3E%3D%200%20GROUP%20BY%20%2A&");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_goes_in_comes_out_and_goes_in_again),
        cmocka_unit_test(test_times_and_measurements_can_be_chosen),
        cmocka_unit_test(test_what_lines_cannot_carry_is_counted),
        cmocka_unit_test(test_a_servers_rows_get_the_types_of_its_fields),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
