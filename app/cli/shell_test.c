/* SPDX-License-Identifier: Apache-2.0 */
/* shell_test.c -- the shell's words and statements from a pipe, on a directory and on a server. */
#include "app/cli/shell.h"

#include "app/cli/scratch_test.h"
#include "app/client/reply_server_test.h"

static int shell(const char *name, const char *input)
{
    return RUN_WITH(input, "shell", scratch_path(name));
}

static void test_rows_are_inserted_into_the_chosen_database(void **state)
{
    (void)state;
    assert_int_equal(shell("store", "CREATE DATABASE home\n"
                                    "use home\n"
                                    "INSERT cpu,host=a usage=0.5 1000\n"
                                    "precision s\n"
                                    "insert cpu,host=a usage=1.5 2\n"
                                    "insert into autogen cpu,host=b usage=2 3;\n"
                                    "insert into \"autogen\" cpu,host=b usage=2 3\n"),
                     SX_EXIT_FAILED);
    expect_in(scratch_err, "ERR: "); /* a semicolon is no part of line protocol */
    assert_int_equal(RUN("export", "--data", scratch_path("store"), "--db", "home"), SX_EXIT_OK);
    assert_string_equal(scratch_out, "cpu,host=a usage=0.5 1000\n"
                                     "cpu,host=a usage=1.5 2000000000\n"
                                     "cpu,host=b usage=2 3000000000\n");
}

static void test_what_is_set_is_shown(void **state)
{
    (void)state;
    assert_int_equal(shell("set", "CREATE DATABASE \"my db\"; CREATE DATABASE b\n"
                                  "format csv\n\\pretty\nchunked on\nchunk size 50\ntiming\n"
                                  "precision ms;\nuse \"my db\".\"autogen\"\nsettings\n"
                                  "clear rp\nUSE b;\nformat column\n\\timing off\n\\s\nclear db\n"
                                  "settings\n"),
                     SX_EXIT_OK);
    expect_in(scratch_out,
              "Database          my db\nRetentionPolicy   autogen\n"
              "Format            csv\nPrecision         ms\nPretty            true\n"
              "Chunked           true\nChunk Size        50\nTiming            true\n");
    expect_in(scratch_out, "Database          b\nRetentionPolicy   \nFormat            column\n");
    expect_in(scratch_out, "Timing            false\n");
    expect_in(scratch_out, "Database          \nRetentionPolicy   \n");
}

static void test_wrong_words_are_told_and_the_shell_goes_on(void **state)
{
    (void)state;
    static const struct {
        const char *input, *error;
    } rows[] = {
        {"use\n", "ERR: use: say `use NAME`"},
        {"use \"open\n", "ERR: use: say `use NAME`"},
        {"use a b\n", "ERR: use: say `use NAME`"},
        {"insert m v=1\n", "ERR: no database was chosen"},
        {"insert\n", "ERR: insert: a line of line protocol is missing"},
        {"format xml\n", "ERR: Unknown format xml."},
        {"precision day\n", "ERR: Unknown precision day"},
        {"clear all\n", "ERR: clear: say `clear db` or `clear rp`"},
        {"chunk 5\n", "ERR: chunk: say `chunk size ROWS`"},
        {"timing maybe\n", "ERR: timing: say on or off"},
        {"\\nonsense\n", "ERR: unknown word \\nonsense; \\? lists the words"},
        {"\\i /nonexistent\n", "ERR: /nonexistent: open: No such file or directory"},
        {"connect /dev/null\n", "ERR: "},
        {"SELEC 1\n", "ERR: "},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        char input[128];
        (void)snprintf(input, sizeof input, "%ssettings\n", rows[i].input);
        assert_int_equal(shell("wrong", input), SX_EXIT_FAILED);
        expect_in(scratch_err, rows[i].error);
        expect_in(scratch_out, "Connected to");
    }
}

static void test_the_shell_ends_with_its_input_or_when_told(void **state)
{
    (void)state;
    static const char *const inputs[] = {
        "", "\n\n", "exit\nnonsense", "QUIT;\nnonsense", "\\q\nnonsense", "help"};
    for (size_t i = 0; i < SX_COUNT_OF(inputs); i++)
        assert_int_equal(shell("ends", inputs[i]), SX_EXIT_OK);
    expect_in(scratch_out, "ends the shell");
    expect_in(scratch_out, "\\timing");
    assert_int_equal(shell("ends", "CREATE DATABASE (\n;"), SX_EXIT_FAILED);
}

static void test_files_are_read_and_may_read_others(void **state)
{
    (void)state;
    char inner[512], loop[512];
    (void)snprintf(inner, sizeof inner, "use home\n\\i %s\n", scratch_path("c"));
    (void)snprintf(loop, sizeof loop, "\\i %s\n", scratch_path("loop"));
    scratch_write("b", inner, strlen(inner));
    scratch_write("c", "insert m v=7 7", 14);
    scratch_write("loop", loop, strlen(loop));
    char input[512];
    (void)snprintf(input, sizeof input, "CREATE DATABASE home\n\\i %s\ninsert m v=8 8\n\\i %s\n",
                   scratch_path("b"), scratch_path("loop"));
    assert_int_equal(shell("files", input), SX_EXIT_FAILED);
    expect_in(scratch_err, "more than 16 files read each other");
    assert_int_equal(RUN("export", "--data", scratch_path("files"), "--db", "home"), SX_EXIT_OK);
    assert_string_equal(scratch_out, "m v=7 7\nm v=8 8\n");
}

static void test_a_store_that_another_writes_to_is_opened_for_reading(void **state)
{
    (void)state;
    stria *db;
    assert_int_equal(stria_open(scratch_path("locked"), NULL, &db, NULL), STRIA_OK);
    assert_int_equal(shell("locked", "CREATE DATABASE x\n"), SX_EXIT_FAILED);
    expect_in(scratch_err, "for reading only: another process writes to it");
    assert_int_equal(stria_close(db, NULL), STRIA_OK);
    assert_int_equal(shell("locked", "CREATE DATABASE x\n"), SX_EXIT_OK);
}

static void test_statements_of_several_lines_go_to_a_server_as_one(void **state)
{
    (void)state;
    static const char *const replies[] = {
        NO_CONTENT,
        REPLY("200 OK", "{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"m\","
                        "\"columns\":[\"time\",\"v\"],\"values\":[[1000000000,1]]}],"
                        "\"messages\":[{\"level\":\"warning\",\"text\":\"old\"}]}]}\n"),
        REPLY("200 OK", "{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"databases\","
                        "\"columns\":[\"name\"],\"values\":[[\"home\"]]}]}]}\n"),
        REPLY("200 OK", "{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"databases\","
                        "\"columns\":[\"name\"],\"values\":[[\"home\"]]}]}]}\n"),
        NO_CONTENT,
    };
    struct reply_server server;
    char url[64];
    reply_server_start(&server, replies, 5, 0);
    (void)snprintf(url, sizeof url, "127.0.0.1:%d", server.port);
    assert_int_equal(RUN_WITH("precision s\nSELECT mean(\nv) \\\nFROM m\nuse home\nuse other\n"
                              "insert m v=1 7\n",
                              "shell", url),
                     SX_EXIT_FAILED);
    reply_server_stop(&server);
    assert_string_equal(scratch_out, "name: m\ntime  v\n----  -\n1     1\n");
    expect_in(scratch_err, "warning: old\n");
    expect_in(scratch_err, "ERR: Database other doesn't exist.");
    expect_in(server.requests[1], "q=SELECT%20mean%28%0Av%29%20%20%0AFROM%20m&");
    expect_in(server.requests[4], "POST /write?db=home&precision=s ");
    expect_in(server.requests[4], "\r\n\r\nm v=1 7");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_inserted_into_the_chosen_database),
        cmocka_unit_test(test_what_is_set_is_shown),
        cmocka_unit_test(test_wrong_words_are_told_and_the_shell_goes_on),
        cmocka_unit_test(test_the_shell_ends_with_its_input_or_when_told),
        cmocka_unit_test(test_files_are_read_and_may_read_others),
        cmocka_unit_test(test_a_store_that_another_writes_to_is_opened_for_reading),
        cmocka_unit_test(test_statements_of_several_lines_go_to_a_server_as_one),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
