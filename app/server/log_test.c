/* SPDX-License-Identifier: Apache-2.0 */
/* log_test.c -- the exact form of a line, which lines are written, and values with blanks. */
#include "app/server/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void begin(struct sx_log *log, int *reader, stria_level level)
{
    int pair[2];
    assert_int_equal(pipe(pair), 0);
    *reader = pair[0];
    sx_log_init(log, pair[1], level);
}

/* What was written, and the end of both. */
static const char *end(const struct sx_log *log, int reader)
{
    static char text[3 * SX_LOG_LINE_MAX];
    assert_int_equal(close(log->fd), 0);
    ssize_t size = read(reader, text, sizeof text - 1);
    assert_true(size >= 0);
    text[size] = 0;
    assert_int_equal(close(reader), 0);
    return text;
}

static void test_an_event_is_one_line(void **state)
{
    (void)state;
    struct sx_log log;
    int reader;
    begin(&log, &reader, STRIA_LEVEL_INFO);
    static const stria_event events[] = {
        {STRIA_LEVEL_INFO, "flush", "generation=3 rows=1000", 946684800000000000},
        {STRIA_LEVEL_WARN, "disk_state", "text=\"a\nb\"", 946684800123456789},
        {STRIA_LEVEL_ERROR, "merge", NULL, 946684801999999999},
        {STRIA_LEVEL_DEBUG, "left_out", "", 0},
    };
    for (size_t i = 0; i < SX_COUNT_OF(events); i++)
        sx_log_event(&log, &events[i]);
    assert_int_equal(atomic_load(&log.error_count), 1);
    assert_int_equal(atomic_load(&log.warn_count), 1);
    assert_string_equal(end(&log, reader),
                        "2000-01-01T00:00:00.000Z info flush generation=3 rows=1000\n"
                        "2000-01-01T00:00:00.123Z warn disk_state text=\"a b\"\n"
                        "2000-01-01T00:00:01.999Z error merge\n");
}

static void test_a_line_that_is_too_long_is_cut(void **state)
{
    (void)state;
    struct sx_log log;
    int reader;
    char detail[2 * SX_LOG_LINE_MAX];
    memset(detail, 'x', sizeof detail);
    detail[sizeof detail - 1] = 0;
    begin(&log, &reader, STRIA_LEVEL_DEBUG);
    sx_log(&log, STRIA_LEVEL_DEBUG, "long", "text=%s", detail);
    const char *text = end(&log, reader);
    assert_true(strlen(text) <= SX_LOG_LINE_MAX);
    assert_int_equal(text[strlen(text) - 1], '\n');
    assert_non_null(strstr(text, "Z debug long text=xxx"));
}

static void test_values_with_blanks_are_quoted(void **state)
{
    (void)state;
    static const struct {
        const char *value, *wanted;
    } rows[] = {
        {"plain", "plain"},
        {"a b", "\"a b\""},
        {"", "\"\""},
        {"a=b", "\"a=b\""},
        {"a\"b\\c", "\"a\\\"b\\\\c\""},
        {"a\nb", "\"a b\""},
        {"0123456789012345678", "0123456789012345678"},
        {"0123456789 0123456789", "\"0123456789 01234\""},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        char out[20];
        assert_string_equal(sx_log_value(out, sizeof out, rows[i].value), rows[i].wanted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_event_is_one_line),
        cmocka_unit_test(test_a_line_that_is_too_long_is_cut),
        cmocka_unit_test(test_values_with_blanks_are_quoted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
