/* SPDX-License-Identifier: Apache-2.0 */
/* line_scan_test.c -- tests of line_scan.h. */
#include "ingest/line_scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* A copy in a block of exactly its size, so that reading past it shows. */
static uint8_t *exact(const char *text, size_t len)
{
    uint8_t *copy = malloc(len ? len : 1);
    assert_non_null(copy);
    if (len)
        memcpy(copy, text, len);
    return copy;
}

static void test_the_first_of_three_bytes_is_found_at_any_place(void **state)
{
    (void)state;
    for (size_t len = 0; len < 70; len++)
        for (size_t at = 0; at <= len; at++) {
            char text[70];
            memset(text, 'x', sizeof text);
            uint8_t *bytes = exact(text, len);
            if (at < len)
                bytes[at] = (uint8_t) "abc"[at % 3];
            if (at + 1 < len)
                bytes[len - 1] = 'a';
            assert_ptr_equal(sx_scan_any(bytes, bytes + len, 'a', 'b', 'c'), bytes + at);
            free(bytes);
        }
}

static void test_digits_are_read_up_to_the_first_other_byte(void **state)
{
    (void)state;
    static const char *const tails[] = {
        "", "i", ".", " ", "/", ":", "\x80", "\xb0", ",a=1234567890"};
    char text[64];
    for (unsigned count = 0; count <= 19; count++)
        for (size_t i = 0; i < SX_COUNT_OF(tails); i++) {
            int len =
                snprintf(text, sizeof text, "%.*s%s", (int)count, "1234567890987654321", tails[i]);
            uint8_t *bytes = exact(text, (size_t)len);
            uint64_t value = 1;
            unsigned got;
            const uint8_t *end = sx_scan_digits(bytes, bytes + len, &value, &got);
            assert_int_equal(got, count);
            assert_ptr_equal(end, bytes + count);
            text[count] = 0;
            assert_true(value == strtoull(text, NULL, 10));
            free(bytes);
        }
}

static void test_more_digits_than_fit_are_counted(void **state)
{
    (void)state;
    for (unsigned count = 20; count < 60; count++) {
        char text[64];
        memset(text, '7', count);
        uint8_t *bytes = exact(text, count);
        uint64_t value;
        unsigned got;
        assert_ptr_equal(sx_scan_digits(bytes, bytes + count, &value, &got), bytes + count);
        assert_int_equal(got, count);
        free(bytes);
    }
}

static void test_names_are_the_same_only_if_all_bytes_are(void **state)
{
    (void)state;
    for (size_t len = 1; len < 30; len++)
        for (size_t more = 0; more < 12; more++) {
            uint8_t name[48];
            memset(name, 'n', sizeof name);
            uint8_t *text = exact((const char *)name, len + more);
            if (more)
                text[len] = 'x';
            assert_true(sx_scan_same(text, text + len + more, name, len));
            assert_false(sx_scan_same(text, text + len - 1, name, len));
            text[len - 1] = 'm';
            assert_false(sx_scan_same(text, text + len + more, name, len));
            text[len - 1] = 'n';
            text[0] = 'm';
            assert_false(sx_scan_same(text, text + len + more, name, len));
            free(text);
        }
}

static const struct {
    const char *name, *text;
    size_t len; /* of the first line */
} lines[] = {
    {"an LF ends a line", "m v=1 1\nn", 7},
    {"so does the end", "m v=1 1", 7},
    {"not in a string", "m v=\"a\nb\" 1\nn", 11},
    {"a string that is not closed takes all", "m v=\"a\nb 1\nn", 12},
    {"an escaped quote closes nothing", "m v=\"\\\"\n\" 1\n", 11},
    {"an escaped backslash escapes nothing", "m v=\"\\\\\" 1\n\"", 10},
    {"a quote in the key means nothing", "m\"a,t=\" v=1\n\"", 11},
    {"nor in a field's name", "m \"v=1\n\"", 6},
    {"nor right behind a backslash", "m v=\\\"\n\"", 6},
    {"a second string may hold an LF", "m v=\"\",w=\"\n\"\n", 12},
    {"an escaped LF goes on", "m\\\nn v=1\nn", 8},
    {"an LF behind an escaped backslash ends", "m\\\\\nn v=1\n", 3},
    {"a lone backslash at the end", "m v=\"\\", 6},
};

static void test_lines_end_where_the_fields_say(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(lines); i++) {
        size_t len = strlen(lines[i].text);
        uint8_t *bytes = exact(lines[i].text, len);
        print_message("%s\n", lines[i].name);
        assert_int_equal(sx_scan_line_end(bytes, bytes + len) - bytes, lines[i].len);
        free(bytes);
    }
}

static void test_white_space_is_space_tab_and_nul(void **state)
{
    (void)state;
    const uint8_t bytes[] = {' ', '\t', 0, ' ', '\r', ' '};
    assert_ptr_equal(sx_scan_white(bytes, bytes + sizeof bytes), bytes + 4);
    assert_ptr_equal(sx_scan_white(bytes, bytes + 3), bytes + 3);
    const uint8_t text[] = "a\n\n\r\nb";
    assert_int_equal(sx_scan_count_lines(text, text + 6), 3);
    assert_int_equal(sx_scan_count_lines(text, text + 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_of_three_bytes_is_found_at_any_place),
        cmocka_unit_test(test_digits_are_read_up_to_the_first_other_byte),
        cmocka_unit_test(test_more_digits_than_fit_are_counted),
        cmocka_unit_test(test_names_are_the_same_only_if_all_bytes_are),
        cmocka_unit_test(test_lines_end_where_the_fields_say),
        cmocka_unit_test(test_white_space_is_space_tab_and_nul),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
