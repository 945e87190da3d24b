/* SPDX-License-Identifier: Apache-2.0 */
/* header_test.c -- header values: what a client accepts, media types, parameters. */
#include "app/server/header.h"

#include "base/attr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_the_best_accepted_type_is_chosen(void **state)
{
    (void)state;
    static const char *const types[] = {"application/json", "application/csv", "text/csv"};
    static const struct {
        const char *accept;
        int choice;
    } rows[] = {
        {"", -1},
        {"application/json", 0},
        {"text/csv", 2},
        {"application/csv", 1},
        {"application/csv, application/json", 1},
        {"TEXT/CSV", 2},
        {"text/*", 2},
        {"*/*", 0},
        {"text/html, application/csv", 1},
        {"application/json;q=0.2, text/csv;q=0.9", 2},
        {"application/json;q=0.9, text/csv;q=0.2", 0},
        {"text/csv;q=0, */*;q=0.1", 0},
        {"text/csv;q=0", -1},
        {"text/csv;q=bad, application/csv;q=0.001", 1},
        {"csv", -1},
        {"application/x-msgpack", -1},
        {"text/html;level=\"1,2\";q=0.5,text/csv;q=0.4", 2},
        {",, ;q=1,", -1},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        print_message("row %s\n", rows[i].accept);
        assert_int_equal(sx_header_accept(sx_bytes_of(rows[i].accept), types, 3), rows[i].choice);
    }
}

static void test_a_coding_is_accepted_unless_its_q_is_0(void **state)
{
    (void)state;
    static const struct {
        const char *accept;
        bool accepts;
    } rows[] = {
        {"", false},
        {"gzip", true},
        {"GZIP", true},
        {"deflate", false},
        {"gzip;q=0", false},
        {"deflate, gzip;q=1.0", true},
        {"identity", false},
        {"*", true},
        {"*;q=0", false},
        {"xgzip", false},
        {"gzip;q=0, *", false},
        {"br;q=1.0, gzip;q=0.8, *;q=0.1", true},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++)
        assert_int_equal(sx_header_accepts_coding(sx_bytes_of(rows[i].accept), "gzip"),
                         rows[i].accepts);
}

static void test_a_parameter_is_a_token_or_quoted(void **state)
{
    (void)state;
    static const struct {
        const char *value, *name, *wanted; /* NULL: there is none */
    } rows[] = {
        {"form-data; name=\"a\"", "name", "a"},
        {"form-data; name=a; filename=\"b;c\"", "filename", "b;c"},
        {"form-data; NAME = a ", "name", "a"},
        {"form-data; name=\"\"", "name", ""},
        {"form-data; name=\"a\\\"b\"; x=1", "x", "1"},
        {"form-data; filename=a", "name", NULL},
        {"name=a", "name", NULL},
        {"", "name", NULL},
        {"; name", "name", ""},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_bytes got = SX_LITERAL("");
        print_message("row %s\n", rows[i].value);
        assert_int_equal(sx_header_parameter(sx_bytes_of(rows[i].value), rows[i].name, &got),
                         rows[i].wanted != NULL);
        assert_true(sx_bytes_equal(got, sx_bytes_of(rows[i].wanted)));
    }
}

static void test_media_types_and_fields_ignore_case(void **state)
{
    (void)state;
    struct sx_bytes value;
    assert_true(sx_header_is_type(SX_LITERAL("Text/CSV; charset=utf-8"), "text/csv"));
    assert_false(sx_header_is_type(SX_LITERAL("text/csvx"), "text/csv"));
    assert_false(sx_header_is_type(SX_LITERAL(""), "text/csv"));
    assert_true(sx_header_field(SX_LITERAL("content-TYPE:  a:b \r"), "Content-Type", &value));
    assert_true(sx_bytes_equal(value, SX_LITERAL("a:b")));
    assert_false(sx_header_field(SX_LITERAL("Content-Types: a"), "Content-Type", &value));
    assert_true(sx_bytes_equal(sx_header_trim(SX_LITERAL(" \t\r\n")), SX_LITERAL("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_best_accepted_type_is_chosen),
        cmocka_unit_test(test_a_coding_is_accepted_unless_its_q_is_0),
        cmocka_unit_test(test_a_parameter_is_a_token_or_quoted),
        cmocka_unit_test(test_media_types_and_fields_ignore_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
