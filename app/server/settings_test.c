/* SPDX-License-Identifier: Apache-2.0 */
/* settings_test.c -- flags, environment and file: their order, and what is said of mistakes. */
#include "app/server/settings.h"

#include "base/attr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct sx_settings settings;

static stria_status read_file(const char *text, stria_error *err)
{
    return sx_settings_read(&settings, sx_bytes_of(text), "stria.conf", err);
}

static stria_status read_flags(stria_error *err, ...)
{
    char *argv[20] = {"serve"};
    int argc = 1;
    bool help;
    va_list args;
    va_start(args, err);
    for (char *arg; (arg = va_arg(args, char *));)
        argv[argc++] = arg;
    va_end(args);
    return sx_settings_flags(&settings, argc, argv, &help, err);
}

static char *environment(const char *name)
{
    if (strcmp(name, "STRIA_MEMORY") == 0)
        return "2G";
    if (strcmp(name, "STRIA_IDLE_TIMEOUT") == 0)
        return "1m30s";
    return NULL;
}

static void test_defaults_are_those_of_the_table(void **state)
{
    (void)state;
    sx_settings_init(&settings);
    assert_string_equal(settings.data, "stria-data");
    assert_string_equal(settings.listen, "");
    assert_int_equal(settings.memory, 0);
    assert_int_equal(settings.body_size, 25000000);
    assert_int_equal(settings.decoded_size, 128 << 20);
    assert_int_equal(settings.idle_timeout, INT64_C(180000000000));
    assert_int_equal(settings.durability, 0);
    assert_int_equal(settings.log_level, STRIA_LEVEL_INFO);
    assert_int_equal(settings.test_now, 0);
}

static void test_a_file_has_names_values_and_comments(void **state)
{
    (void)state;
    stria_error err;
    sx_settings_init(&settings);
    assert_int_equal(read_file("# all of it\n"
                               "\n"
                               "  memory = 512M  # half\r\n"
                               "data=/var/lib/stria\n"
                               "listen = 127.0.0.1:8086\n"
                               "listen = [::1]:8086,:9\n"
                               "durability = async\n"
                               "test-now = 2031-03-04T05:06:07.5Z\n"
                               "query-timeout = 0\n"
                               "query-rows = 18446744073709551615",
                               &err),
                     STRIA_OK);
    assert_int_equal(settings.memory, 512 << 20);
    assert_string_equal(settings.data, "/var/lib/stria");
    assert_string_equal(settings.listen, "127.0.0.1:8086,[::1]:8086,:9");
    assert_int_equal(settings.durability, 1);
    assert_int_equal(settings.test_now, INT64_C(1930367167500000000));
    assert_int_equal(settings.query_timeout, 0);
    assert_int_equal(settings.query_rows, UINT64_MAX);
}

static void test_a_flag_holds_over_environment_over_file_over_default(void **state)
{
    (void)state;
    stria_error err;
    sx_settings_init(&settings);
    assert_int_equal(read_flags(&err, "--memory", "1G", "--listen=:1", "--listen", ":2", NULL),
                     STRIA_OK);
    assert_int_equal(sx_settings_environment(&settings, environment, &err), STRIA_OK);
    assert_int_equal(read_file("memory = 3G\nidle-timeout = 9s\nbody-size = 1M\nlisten = :3", &err),
                     STRIA_OK);
    assert_int_equal(settings.memory, UINT64_C(1) << 30);
    assert_int_equal(settings.idle_timeout, INT64_C(90000000000));
    assert_int_equal(settings.body_size, 1 << 20);
    assert_string_equal(settings.listen, ":1,:2");
}

static void test_mistakes_in_a_file_name_file_line_and_nearest(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        stria_status status;
        const char *wanted;
    } rows[] = {
        {"\nmemroy = 1G", STRIA_NOT_FOUND,
         "stria.conf:2: there is no setting \"memroy\"; the nearest is \"memory\""},
        {"colour = red", STRIA_NOT_FOUND, "stria.conf:1: there is no setting \"colour\""},
        {"memory", STRIA_SYNTAX, "stria.conf:1: name = value is wanted"},
        {"memory = much", STRIA_INVALID,
         "stria.conf:1: \"much\" is no size (1024, 512k, 64M, 2G) for memory"},
        {"memory =", STRIA_INVALID,
         "stria.conf:1: \"\" is no size (1024, 512k, 64M, 2G) for memory"},
        {"header-size = 1k", STRIA_LIMIT, "stria.conf:1: header-size must be from 16k to 16M"},
        {"io-threads = 65", STRIA_LIMIT, "stria.conf:1: io-threads must be from 1 to 64"},
        {"io-threads = two", STRIA_INVALID, "stria.conf:1: \"two\" is no number for io-threads"},
        {"idle-timeout = 0s", STRIA_LIMIT, "stria.conf:1: idle-timeout must be from 1s to 1d"},
        {"idle-timeout = soon", STRIA_INVALID,
         "stria.conf:1: \"soon\" is no duration (500ms, 10s, 1m30s) for idle-timeout"},
        {"idle-timeout = -1s", STRIA_INVALID,
         "stria.conf:1: \"-1s\" is no duration (500ms, 10s, 1m30s) for idle-timeout"},
        {"durability = maybe", STRIA_INVALID, "stria.conf:1: durability must be one of sync|async"},
        {"test-now = today", STRIA_INVALID,
         "stria.conf:1: \"today\" is no time (2006-01-02T15:04:05Z) for test-now"},
        {"data =", STRIA_INVALID, "stria.conf:1: data must not be empty"},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        stria_error err = {0};
        sx_settings_init(&settings);
        assert_int_equal(read_file(rows[i].text, &err), rows[i].status);
        assert_string_equal(err.text, rows[i].wanted);
    }
}

static void test_mistakes_in_flags_name_the_flag(void **state)
{
    (void)state;
    stria_error err = {0};
    sx_settings_init(&settings);
    assert_int_equal(read_flags(&err, "--memroy", "1G", NULL), STRIA_NOT_FOUND);
    assert_string_equal(err.text,
                        "--memroy: there is no setting \"memroy\"; the nearest is \"memory\"");
    assert_int_equal(read_flags(&err, "--memory", NULL), STRIA_INVALID);
    assert_string_equal(err.text, "--memory: its value is missing");
    assert_int_equal(read_flags(&err, "here", NULL), STRIA_INVALID);
    assert_string_equal(err.text, "here: flags begin with --");
    assert_int_equal(read_flags(&err, "--durability=no", NULL), STRIA_INVALID);
    assert_string_equal(err.text, "--durability=no: durability must be one of sync|async");
}

static void test_help_ends_the_reading(void **state)
{
    (void)state;
    char *argv[] = {"serve", "--help", "--nosuch"};
    bool help = false;
    sx_settings_init(&settings);
    assert_int_equal(sx_settings_flags(&settings, 3, argv, &help, NULL), STRIA_OK);
    assert_true(help);
}

static void test_a_list_that_outgrows_its_room_is_refused(void **state)
{
    (void)state;
    char text[SX_SETTING_TEXT_MAX + 1];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    sx_settings_init(&settings);
    struct sx_bytes name = SX_LITERAL("listen");
    assert_int_equal(sx_settings_set(&settings, name, sx_bytes_of(text), SX_SET_FLAG, "x", NULL),
                     STRIA_LIMIT);
    text[SX_SETTING_TEXT_MAX - 2] = 0;
    assert_int_equal(sx_settings_set(&settings, name, sx_bytes_of(text), SX_SET_FLAG, "x", NULL),
                     STRIA_OK);
    assert_int_equal(sx_settings_set(&settings, name, SX_LITERAL("y"), SX_SET_FLAG, "x", NULL),
                     STRIA_LIMIT);
}

static void test_help_names_every_setting_within_the_width_of_a_terminal(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_buf out;
    sx_mem_init(&mem, NULL, "test", 0);
    sx_buf_init(&out, &mem, 1 << 16);
    sx_settings_help(&out);
    sx_buf_put_u8(&out, 0);
    assert_false(out.failed);
    assert_non_null(strstr((const char *)out.ptr, "--memory SIZE"));
    assert_non_null(strstr((const char *)out.ptr, "(default 25000000)"));
    assert_non_null(strstr((const char *)out.ptr, "--test-now RFC3339"));
    for (const char *line = (const char *)out.ptr; *line; line += strcspn(line, "\n") + 1)
        assert_true(strcspn(line, "\n") <= 130);
    sx_buf_deinit(&out);
    sx_mem_deinit(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults_are_those_of_the_table),
        cmocka_unit_test(test_a_file_has_names_values_and_comments),
        cmocka_unit_test(test_a_flag_holds_over_environment_over_file_over_default),
        cmocka_unit_test(test_mistakes_in_a_file_name_file_line_and_nearest),
        cmocka_unit_test(test_mistakes_in_flags_name_the_flag),
        cmocka_unit_test(test_help_ends_the_reading),
        cmocka_unit_test(test_a_list_that_outgrows_its_room_is_refused),
        cmocka_unit_test(test_help_names_every_setting_within_the_width_of_a_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
