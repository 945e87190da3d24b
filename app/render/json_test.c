/* SPDX-License-Identifier: Apache-2.0 */
/* json_test.c -- strings as Go escapes them; the layout of indented documents. */
#include "app/render/json.h"

#include "base/attr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct row {
    const char *name;
    size_t size;
    const char *in;
    const char *out;
} rows[] = {
    {"empty", 0, "", "\"\""},
    {"plain", 3, "abc", "\"abc\""},
    {"quote and backslash", 4, "a\"\\b", "\"a\\\"\\\\b\""},
    {"short escapes", 5, "\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
    {"an overlong NUL is invalid", 2, "\xc0\x80", "\"\\ufffd\\ufffd\""},
    {"other controls", 3, "\x00\x1f\x7f", "\"\\u0000\\u001f\x7f\""},
    {"html", 3, "<>&", "\"\\u003c\\u003e\\u0026\""},
    {"utf-8", 9, "\xc2\xb5\xe2\x82\xac\xf0\x9f\x98\x80",
     "\"\xc2\xb5\xe2\x82\xac\xf0\x9f\x98\x80\""},
    {"line separators", 6, "\xe2\x80\xa8\xe2\x80\xa9", "\"\\u2028\\u2029\""},
    {"a replacement character stays", 3, "\xef\xbf\xbd", "\"\xef\xbf\xbd\""},
    {"bytes that are no utf-8", 4, "a\xff\xc3(", "\"a\\ufffd\\ufffd(\""},
    {"cut utf-8", 2, "\xe2\x82", "\"\\ufffd\\ufffd\""},
    {"a surrogate", 3, "\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\""},
};

static void test_strings_are_escaped_as_go_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        char text[100] = "";
        struct sx_buf out;
        sx_buf_init_fixed(&out, text, sizeof text - 1);
        print_message("row %s\n", rows[i].name);
        sx_json_put_string(&out, sx_bytes_make(rows[i].in, rows[i].size));
        assert_false(out.failed);
        assert_string_equal(text, rows[i].out);
    }
}

static void test_a_message_has_a_nul_as_two_bytes(void **state)
{
    (void)state;
    char text[100] = "";
    struct sx_buf out;
    struct sx_json json;
    sx_buf_init_fixed(&out, text, sizeof text - 1);
    sx_json_init(&json, &out, false);
    sx_json_text(&json, "a\xc0\x80z\xc0");
    assert_string_equal(text, "\"a\\u0000z\\ufffd\"");
}

static void write_document(struct sx_json *json)
{
    sx_json_open(json, '{');
    sx_json_key(json, "a");
    sx_json_open(json, '[');
    sx_json_item(json);
    sx_json_uint(json, 1);
    sx_json_item(json);
    sx_json_open(json, '[');
    sx_json_close(json, ']');
    sx_json_close(json, ']');
    sx_json_key_bytes(json, SX_LITERAL("b\n"));
    sx_json_text(json, "x");
    sx_json_key(json, "c");
    sx_json_open(json, '{');
    sx_json_close(json, '}');
    sx_json_key(json, "d");
    sx_json_bool(json, false);
    sx_json_close(json, '}');
}

static void test_a_document_is_compact_or_indented_by_four_spaces(void **state)
{
    (void)state;
    static const char *const wanted[] = {
        "{\"a\":[1,[]],\"b\\n\":\"x\",\"c\":{},\"d\":false}",
        "{\n    \"a\": [\n        1,\n        []\n    ],\n    \"b\\n\": \"x\",\n    \"c\": {},\n"
        "    \"d\": false\n}",
    };
    for (size_t i = 0; i < 2; i++) {
        char text[200] = "";
        struct sx_buf out;
        struct sx_json json;
        sx_buf_init_fixed(&out, text, sizeof text - 1);
        sx_json_init(&json, &out, i == 1);
        write_document(&json);
        assert_string_equal(text, wanted[i]);
    }
}

static void test_a_string_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    char text[10];
    struct sx_buf out;
    sx_buf_init_fixed(&out, text, sizeof text);
    sx_json_put_string(&out, SX_LITERAL("0123456789"));
    assert_true(out.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strings_are_escaped_as_go_does),
        cmocka_unit_test(test_a_message_has_a_nul_as_two_bytes),
        cmocka_unit_test(test_a_document_is_compact_or_indented_by_four_spaces),
        cmocka_unit_test(test_a_string_that_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
