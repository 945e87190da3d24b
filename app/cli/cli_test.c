/* SPDX-License-Identifier: Apache-2.0 */
/* cli_test.c -- reading whole files, and the statuses that commands end with. */
#include "app/cli/cli.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static void write_all(int fd, const char *bytes, size_t size)
{
    assert_int_equal(write(fd, bytes, size), size);
    assert_int_equal(close(fd), 0);
}

static void test_a_file_is_read_to_its_end(void **state)
{
    (void)state;
    struct sx_cli cli;
    struct sx_buf bytes;
    int ends[2];
    sx_cli_init(&cli, "stria");
    sx_buf_init(&bytes, &cli.mem, 65536);
    assert_int_equal(pipe(ends), 0);
    write_all(ends[1], "SHOW DATABASES", 14);
    assert_int_equal(sx_cli_read_all(ends[0], "pipe", &bytes, NULL), STRIA_OK);
    assert_int_equal(bytes.len, 14);
    assert_memory_equal(bytes.ptr, "SHOW DATABASES", 14);
    assert_int_equal(close(ends[0]), 0);
    sx_buf_deinit(&bytes);
    sx_cli_deinit(&cli);
}

static void test_too_much_and_unreadable_input_are_errors(void **state)
{
    (void)state;
    struct sx_cli cli;
    struct sx_buf bytes;
    stria_error err = {0};
    sx_cli_init(&cli, "stria");
    sx_buf_init(&bytes, &cli.mem, 65536);
    int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(sx_cli_read_all(fd, "zeros", &bytes, &err), STRIA_LIMIT);
    assert_string_equal(err.text, "zeros: larger than 65536 bytes");
    assert_int_equal(close(fd), 0);
    sx_buf_clear(&bytes);
    assert_int_equal(sx_cli_read_all(-1, "nothing", &bytes, &err), STRIA_IO);
    assert_string_equal(err.text, "nothing: read: Bad file descriptor");
    sx_buf_deinit(&bytes);
    sx_cli_deinit(&cli);
}

static void test_statuses_are_one_and_two(void **state)
{
    (void)state;
    static const struct sx_command command = {.name = "test"};
    struct sx_cli cli;
    sx_cli_init(&cli, "stria");
    assert_int_equal(sx_cli_fail(&cli, &(stria_error){.text = "a failure for a test"}), 1);
    assert_int_equal(sx_cli_usage(&cli, "%s", "wrong words for a test"), 2);
    cli.command = &command;
    assert_int_equal(sx_cli_usage(&cli, "%s", "wrong words for a test"), 2);
    sx_cli_deinit(&cli);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file_is_read_to_its_end),
        cmocka_unit_test(test_too_much_and_unreadable_input_are_errors),
        cmocka_unit_test(test_statuses_are_one_and_two),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
