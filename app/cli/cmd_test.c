/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_test.c -- the program's words: help of every command, near names, statuses; small
 * commands. */
#include "app/cli/cmd.h"

#include "app/cli/scratch_test.h"

static void test_every_command_has_a_summary_an_example_and_a_help(void **state)
{
    (void)state;
    size_t count = 0;
    for (const struct sx_command *const *p = sx_commands; *p; p++, count++) {
        const struct sx_command *command = *p;
        assert_ptr_equal(sx_command_find(command->name), command);
        assert_int_equal(RUN("help", command->name), SX_EXIT_OK);
        expect_in(scratch_out, "usage: stria ");
        expect_in(scratch_out, command->name);
        assert_non_null(command->summary);
        char begin[64];
        (void)snprintf(begin, sizeof begin, "stria %s", command->name);
        assert_memory_equal(command->example, begin, strlen(begin));
        assert_int_equal(RUN(command->name, "--help"), SX_EXIT_OK);
        expect_in(scratch_out, "usage: stria ");
        if (command->run_raw)
            continue;
        assert_int_equal(RUN(command->name, "--nonsense"), SX_EXIT_USAGE);
        expect_in(scratch_err, "unknown flag --nonsense");
        for (size_t i = 0; i < command->option_count; i++) {
            const struct sx_option *option = &command->options[i];
            assert_non_null(option->help);
            assert_true(option->offset < command->arguments_size);
            assert_true((option->type == SX_OPTION_FLAG) == !option->value);
        }
    }
    assert_int_equal(count, 15);
}

static void test_the_list_names_all_commands(void **state)
{
    (void)state;
    assert_int_equal(RUN("help"), SX_EXIT_OK);
    for (const struct sx_command *const *p = sx_commands; *p; p++)
        expect_in(scratch_out, (*p)->summary);
    assert_int_equal(RUN("--help"), SX_EXIT_OK);
    assert_int_equal(RUN("-h"), SX_EXIT_OK);
    assert_int_equal(scratch_run((const char *const[]){NULL}, NULL), SX_EXIT_USAGE);
    expect_in(scratch_out, "Commands:");
}

static void test_a_mistyped_command_names_the_nearest(void **state)
{
    (void)state;
    assert_int_equal(RUN("qurey", "--data", "x"), SX_EXIT_USAGE);
    expect_in(scratch_err, "unknown command qurey; did you mean query?");
    assert_int_equal(RUN("frobnicate"), SX_EXIT_USAGE);
    expect_in(scratch_err, "stria: unknown command frobnicate\n");
    assert_int_equal(RUN("help", "exprot"), SX_EXIT_USAGE);
    expect_in(scratch_err, "did you mean export?");
    assert_int_equal(RUN("query", "--formt", "csv", "x"), SX_EXIT_USAGE);
    expect_in(scratch_err, "stria query: unknown flag --formt; did you mean --format?\n");
    expect_in(scratch_err, "`stria help query` tells how it is used");
}

static void test_commands_want_to_know_where_the_data_is(void **state)
{
    (void)state;
    assert_int_equal(RUN("query", "SHOW DATABASES"), SX_EXIT_USAGE);
    expect_in(scratch_err, "either --data DIR or --url URL must be given");
    assert_int_equal(RUN("export", "--data", "a", "--url", "b", "--db", "c"), SX_EXIT_USAGE);
    assert_int_equal(RUN("import", "--data", "a"), SX_EXIT_USAGE);
    expect_in(scratch_err, "--db NAME must be given");
    assert_int_equal(RUN("compact"), SX_EXIT_USAGE);
    assert_int_equal(RUN("verify"), SX_EXIT_USAGE);
    assert_int_equal(RUN("inspect", "a", "b"), SX_EXIT_USAGE);
}

static void test_version_tells_program_and_library(void **state)
{
    (void)state;
    char wanted[128];
    assert_int_equal(RUN("version"), SX_EXIT_OK);
    (void)snprintf(wanted, sizeof wanted, "stria %s (libstria %s)\n", STRIA_VERSION_TEXT,
                   stria_version());
    assert_string_equal(scratch_out, wanted);
    assert_int_equal(RUN("--version"), SX_EXIT_OK);
    assert_string_equal(scratch_out, wanted);
    assert_int_equal(RUN("version", "--json"), SX_EXIT_OK);
    expect_in(scratch_out, "{\"version\":\"" STRIA_VERSION_TEXT "\",\"library\":\"");
}

static void test_what_is_not_there_or_is_no_store_is_told(void **state)
{
    (void)state;
    scratch_write("file", "x", 1);
    assert_int_equal(RUN("query", "--data", scratch_path("none"), "SHOW DATABASES"),
                     SX_EXIT_FAILED);
    expect_in(scratch_err, "there is no store");
    assert_int_equal(RUN("compact", "--data", scratch_path("none")), SX_EXIT_FAILED);
    assert_int_equal(RUN("export", "--data", scratch_dir, "--db", "x"), SX_EXIT_FAILED);
    assert_int_equal(RUN("inspect", scratch_path("file")), SX_EXIT_FAILED);
    expect_in(scratch_err, "neither a directory nor a file .seg, .wal or .man");
    assert_int_equal(RUN("verify", scratch_path("none")), SX_EXIT_FAILED);
}

static void test_a_store_can_be_filled_compacted_and_written_out(void **state)
{
    (void)state;
    static const char lines[] = "cpu,host=a v=1 1\ncpu,host=b v=2i 2\n";
    char *data = scratch_path("store");
    assert_int_equal(RUN_WITH(lines, "import", "--data", data, "--db", "home", "--create-db"),
                     SX_EXIT_FAILED);
    expect_in(scratch_err, "1 points (1 values)");
    expect_in(scratch_err, "1 line rejected");
    expect_in(scratch_err, "standard input:2: ");
    assert_int_equal(RUN("compact", "--data", data, "--until", "seal", "--json"), SX_EXIT_OK);
    expect_in(scratch_out, "{\"samples\":");
    assert_int_equal(RUN("compact", "--data", data), SX_EXIT_OK);
    expect_in(scratch_out, " samples written to segments, ");
    assert_int_equal(RUN("compact", "--data", data, "--reclaim"), SX_EXIT_OK);
    expect_in(scratch_out, "0 samples written to segments, "); /* nothing was deleted */
    assert_int_equal(RUN("export", "--data", data, "--db", "home"), SX_EXIT_OK);
    assert_string_equal(scratch_out, "cpu,host=a v=1 1\n");
    assert_int_equal(RUN("export", "--data", data, "--db", "home", scratch_path("out.lp")),
                     SX_EXIT_OK);
    assert_string_equal(scratch_out, "");
    scratch_read(scratch_path("out.lp"), scratch_out, sizeof scratch_out);
    assert_string_equal(scratch_out, "cpu,host=a v=1 1\n");
    assert_int_equal(RUN("export", "--data", data, "--db", "nope"), SX_EXIT_FAILED);
    expect_in(scratch_err, "database not found: nope");
    assert_int_equal(RUN("import", "--data", data, "--db", "nope", scratch_path("out.lp")),
                     SX_EXIT_FAILED);
    expect_in(scratch_err, "--create-db makes the database");
}

static void test_a_store_is_backed_up_again_and_restored(void **state)
{
    (void)state;
    static const char lines[] = "cpu,host=a v=1 1\n", more[] = "cpu,host=a v=2 2\n";
    char data[300], folder[300], again[300];
    (void)snprintf(data, sizeof data, "%s", scratch_path("original"));
    (void)snprintf(folder, sizeof folder, "%s", scratch_path("backups"));
    (void)snprintf(again, sizeof again, "%s", scratch_path("restored"));
    assert_int_equal(RUN("backup", folder), SX_EXIT_USAGE);
    assert_int_equal(RUN("backup", "--data", data, folder), SX_EXIT_FAILED);
    assert_int_equal(RUN_WITH(lines, "import", "--data", data, "--db", "home", "--create-db"),
                     SX_EXIT_OK);
    assert_int_equal(RUN("compact", "--data", data), SX_EXIT_OK);
    assert_int_equal(RUN("backup", "--data", data, folder), SX_EXIT_OK);
    expect_in(scratch_out, "backup 1: ");
    assert_int_equal(RUN_WITH(more, "import", "--data", data, "--db", "home"), SX_EXIT_OK);
    assert_int_equal(RUN("backup", "--data", data, folder, "--json"), SX_EXIT_OK);
    expect_in(scratch_out, "{\"number\":2,");
    assert_int_equal(RUN("restore", folder, "--data", data), SX_EXIT_FAILED);
    expect_in(scratch_err, "not empty");
    assert_int_equal(RUN("restore", folder, "--data", again), SX_EXIT_OK);
    assert_int_equal(RUN("export", "--data", again, "--db", "home"), SX_EXIT_OK);
    assert_string_equal(scratch_out, "cpu,host=a v=1 1\ncpu,host=a v=2 2\n");
    assert_int_equal(RUN("restore", folder, "--data", scratch_path("first"), "--number", "1"),
                     SX_EXIT_OK);
    assert_int_equal(RUN("export", "--data", scratch_path("first"), "--db", "home"), SX_EXIT_OK);
    assert_string_equal(scratch_out, "cpu,host=a v=1 1\n");
    assert_int_equal(RUN("restore", folder, "--data", scratch_path("no"), "--number", "7"),
                     SX_EXIT_FAILED);
    assert_int_equal(RUN("restore", folder, "--data", data, "--as", "x"), SX_EXIT_USAGE);
    assert_int_equal(RUN("restore", folder, "--data", data, "--db", "home"), SX_EXIT_FAILED);
    expect_in(scratch_err, "has a database home already");
    assert_int_equal(
        RUN("restore", folder, "--data", data, "--db", "home", "--as", "then", "--number", "1"),
        SX_EXIT_OK);
    assert_int_equal(RUN("export", "--data", data, "--db", "then"), SX_EXIT_OK);
    assert_string_equal(scratch_out, "cpu,host=a v=1 1\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_command_has_a_summary_an_example_and_a_help),
        cmocka_unit_test(test_the_list_names_all_commands),
        cmocka_unit_test(test_a_mistyped_command_names_the_nearest),
        cmocka_unit_test(test_commands_want_to_know_where_the_data_is),
        cmocka_unit_test(test_version_tells_program_and_library),
        cmocka_unit_test(test_what_is_not_there_or_is_no_store_is_told),
        cmocka_unit_test(test_a_store_can_be_filled_compacted_and_written_out),
        cmocka_unit_test(test_a_store_is_backed_up_again_and_restored),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
