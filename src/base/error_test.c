/* SPDX-License-Identifier: Apache-2.0 */
/* error_test.c -- errors are filled, prefixed and cut without leaving their struct. */
#include "base/error.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_a_failure_writes_its_code_and_text(void **state)
{
    (void)state;
    stria_error err = {.os_errno = 7};
    assert_int_equal(sx_fail(&err, STRIA_CORRUPT, "%s at %d", "bad", 42), STRIA_CORRUPT);
    assert_int_equal(err.code, STRIA_CORRUPT);
    assert_int_equal(err.os_errno, 0);
    assert_string_equal(err.text, "bad at 42");
    assert_int_equal(sx_fail_errno(&err, STRIA_IO, ENOSPC, "write"), STRIA_IO);
    assert_int_equal(err.os_errno, ENOSPC);
    assert_string_equal(err.text, "write");
}

static void test_nobody_needs_to_ask_for_the_text(void **state)
{
    (void)state;
    assert_int_equal(sx_fail(NULL, STRIA_NOMEM, "x"), STRIA_NOMEM);
    assert_int_equal(sx_fail_errno(NULL, STRIA_IO, 1, "x"), STRIA_IO);
    sx_error_prefix(NULL, "x");
    stria_error err = {.code = STRIA_BUSY};
    sx_error_copy(NULL, &err);
    sx_error_copy(&err, NULL);
    sx_error_copy(&err, &err);
    assert_int_equal(err.code, STRIA_BUSY);
}

static void test_long_texts_are_cut(void **state)
{
    (void)state;
    char text[2 * STRIA_ERROR_TEXT_MAX];
    struct {
        stria_error err;
        char behind;
    } guarded = {.behind = 'x'};
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = 0;
    (void)sx_fail(&guarded.err, STRIA_INVALID, "%s", text);
    assert_int_equal(strlen(guarded.err.text), STRIA_ERROR_TEXT_MAX - 1);
    sx_error_prefix(&guarded.err, "file %d", 3);
    assert_int_equal(strlen(guarded.err.text), STRIA_ERROR_TEXT_MAX - 1);
    assert_memory_equal(guarded.err.text, "file 3: aaa", 11);
    sx_error_prefix(&guarded.err, "%s", text);
    assert_int_equal(strlen(guarded.err.text), STRIA_ERROR_TEXT_MAX - 1);
    assert_int_equal(guarded.err.text[0], 'a');
    assert_int_equal(guarded.behind, 'x');
}

static void test_a_prefix_keeps_code_and_errno(void **state)
{
    (void)state;
    stria_error err, copy = {0};
    (void)sx_fail_errno(&err, STRIA_IO, EIO, "read failed");
    sx_error_prefix(&err, "%s, offset %u", "0001.seg", 4096u);
    assert_string_equal(err.text, "0001.seg, offset 4096: read failed");
    assert_int_equal(err.code, STRIA_IO);
    assert_int_equal(err.os_errno, EIO);
    sx_error_copy(&copy, &err);
    assert_memory_equal(&copy, &err, sizeof err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_failure_writes_its_code_and_text),
        cmocka_unit_test(test_nobody_needs_to_ask_for_the_text),
        cmocka_unit_test(test_long_texts_are_cut),
        cmocka_unit_test(test_a_prefix_keeps_code_and_errno),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
