/* SPDX-License-Identifier: Apache-2.0 */
/* go_text_test.c -- quoting and times as Go has them. */
#include "app/server/go_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_quoting_escapes_what_go_escapes(void **state)
{
    (void)state;
    char storage[100] = {0};
    struct sx_buf out;
    sx_buf_init_fixed(&out, storage, sizeof storage - 1);
    sx_go_put_quoted(&out, SX_LITERAL("a\"b\\c\n\t\a\x01\x7f\xc3\xa4"));
    assert_string_equal(storage, "\"a\\\"b\\\\c\\n\\t\\a\\x01\\x7f\xc3\xa4\"");
}

#define AS "\" as \"2006-01-02T15:04:05.999999999Z07:00\": cannot parse "

static const struct row {
    const char *text;
    int64_t ts_ns;
    int32_t offset_s;
    const char *error; /* NULL: none */
} rows[] = {
    {"1970-01-01T00:00:00Z", 0, 0, NULL},
    {"1970-01-01T00:00:00.000000001Z", 1, 0, NULL},
    {"1970-01-01T01:00:01+01:00", 1000000000, 3600, NULL},
    {"1969-12-31T23:00:00-01:00", 0, -3600, NULL},
    {"0001-01-01T00:00:00Z", INT64_MIN, 0, NULL},
    {"9999-12-31T23:59:59Z", INT64_MAX, 0, NULL},
    {"yesterday", 0, 0, "parsing time \"yesterday" AS "\"yesterday\" as \"2006\""},
    {"1970-01-01", 0, 0, "parsing time \"1970-01-01" AS "\"\" as \"T\""},
    {"1970-1-01T00:00:00Z", 0, 0,
     "parsing time \"1970-1-01T00:00:00Z" AS "\"1-01T00:00:00Z\" as "
     "\"01\""},
    {"1970-01-01T00:00:00", 0, 0, "parsing time \"1970-01-01T00:00:00" AS "\"\" as \"Z07:00\""},
    {"1970-01-01T00:00:00Zx", 0, 0, "parsing time \"1970-01-01T00:00:00Zx\": extra text: \"x\""},
    {"1970-13-01T00:00:00Z", 0, 0, "parsing time \"1970-13-01T00:00:00Z\": month out of range"},
    {"1970-02-30T00:00:00Z", 0, 0, "parsing time \"1970-02-30T00:00:00Z\": day out of range"},
    {"1970-01-01T24:00:00Z", 0, 0, "parsing time \"1970-01-01T24:00:00Z\": hour out of range"},
    {"1970-01-01T00:60:00Z", 0, 0, "parsing time \"1970-01-01T00:60:00Z\": minute out of range"},
    {"1970-01-01T00:00:60Z", 0, 0, "parsing time \"1970-01-01T00:00:60Z\": second out of range"},
};

static void test_times_are_read_or_refused_as_by_go(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        int64_t ts_ns = 0;
        int32_t offset_s = 0;
        stria_error err = {0};
        print_message("row %s\n", rows[i].text);
        stria_status st = sx_go_time_parse(sx_bytes_of(rows[i].text), &ts_ns, &offset_s, &err);
        assert_int_equal(st, rows[i].error ? STRIA_INVALID : STRIA_OK);
        assert_string_equal(err.text, rows[i].error ? rows[i].error : "");
        assert_int_equal(ts_ns, rows[i].ts_ns);
        assert_int_equal(offset_s, rows[i].offset_s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quoting_escapes_what_go_escapes),
        cmocka_unit_test(test_times_are_read_or_refused_as_by_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
