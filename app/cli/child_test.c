/* SPDX-License-Identifier: Apache-2.0 */
/* child_test.c -- children of this program: their lines, their ends, signals. */
#include "app/cli/child.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000000)

static void start(struct sx_child *child, const char *what)
{
    char name[] = "child_test", word[16];
    (void)snprintf(word, sizeof word, "%s", what);
    char *words[] = {name, word, NULL};
    assert_int_equal(sx_child_start(child, "child_test", words, NULL), STRIA_OK);
}

static const char *next_line(struct sx_child *child)
{
    const char *line;
    while (!(line = sx_child_line(child)) && child->fd >= 0)
        (void)usleep(1000);
    return line;
}

static void test_lines_of_both_outputs_come_until_the_end(void **state)
{
    (void)state;
    struct sx_child child;
    start(&child, "talk");
    assert_string_equal(next_line(&child), "out");
    assert_string_equal(next_line(&child), "err");
    assert_int_equal(strlen(next_line(&child)), SX_CHILD_LINE_MAX - 1);
    assert_int_equal(strlen(next_line(&child)), 5000 - (SX_CHILD_LINE_MAX - 1));
    assert_string_equal(next_line(&child), "no end");
    assert_null(next_line(&child));
    assert_true(sx_child_wait(&child, 60 * SECOND));
    assert_int_equal(child.status, 7);
    assert_false(sx_child_runs(&child));
    sx_child_close(&child);
}

static void test_a_child_is_ended_by_a_signal_or_by_closing(void **state)
{
    (void)state;
    struct sx_child child;
    start(&child, "stay");
    assert_string_equal(next_line(&child), "here");
    assert_false(sx_child_wait(&child, 1));
    sx_child_signal(&child, SIGTERM);
    assert_true(sx_child_wait(&child, 60 * SECOND));
    assert_int_equal(child.status, 128 + SIGTERM);
    sx_child_close(&child);
    start(&child, "stay");
    sx_child_close(&child);
    assert_int_equal(child.status, 128 + SIGKILL);
    sx_child_close(&child);
}

static int talk(void)
{
    char long_line[5001];
    memset(long_line, 'x', 5000);
    long_line[5000] = '\n';
    return write(1, "out\n", 4) == 4 && write(2, "err\n", 4) == 4 &&
                   write(1, long_line, sizeof long_line) == sizeof long_line &&
                   write(1, "no end", 6) == 6
               ? 7
               : 1;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_of_both_outputs_come_until_the_end),
        cmocka_unit_test(test_a_child_is_ended_by_a_signal_or_by_closing),
    };
    if (argc > 1 && strcmp(argv[1], "talk") == 0)
        return talk();
    if (argc > 1 && strcmp(argv[1], "stay") == 0)
        return write(1, "here\n", 5) == 5 ? pause() : 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
