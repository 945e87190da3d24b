/* SPDX-License-Identifier: Apache-2.0 */
/* exchange_test.c -- targets, methods, header texts. */
#include "app/server/exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static void test_a_target_is_split_into_path_and_query(void **state)
{
    (void)state;
    static const struct {
        const char *target;
        bool good;
        const char *path, *query;
    } rows[] = {
        {"/query?db=a&q=b", true, "/query", "db=a&q=b"},
        {"/query", true, "/query", ""},
        {"/query?", true, "/query", ""},
        {"/%71uery?q=%71", true, "/query", "q=%71"},
        {"/a+b", true, "/a+b", ""},
        {"/a?b?c", true, "/a", "b?c"},
        {"/%zz", false, "", ""},
        {"/a%00b", false, "", ""},
        {"/%2", false, "", ""},
        {"", true, "", ""},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        char target[50];
        struct sx_exchange exchange = {.target = target};
        exchange.target_size = (size_t)snprintf(target, sizeof target, "%s", rows[i].target);
        print_message("row %s\n", rows[i].target);
        assert_int_equal(sx_exchange_split_target(&exchange), rows[i].good);
        assert_string_equal(exchange.path, rows[i].path);
        assert_string_equal(exchange.query, rows[i].query);
    }
}

static void test_header_text_has_no_line_ends_and_no_blanks_around(void **state)
{
    (void)state;
    static const struct {
        struct sx_bytes text;
        size_t size;
        const char *wanted;
    } rows[] = {
        {{(const uint8_t *)"a\nb\rc", 5}, 20, "a b c"},
        {{(const uint8_t *)" \t a\tb \n", 8}, 20, "a\tb"},
        {{(const uint8_t *)"a\0b", 3}, 20, "a b"},
        {{(const uint8_t *)"abcdef", 6}, 4, "abc"},
        {{(const uint8_t *)"\n\n", 2}, 20, ""},
        {{(const uint8_t *)"", 0}, 20, ""},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        char out[20];
        assert_string_equal(sx_header_text(out, rows[i].size, rows[i].text), rows[i].wanted);
    }
}

static void test_methods_are_case_sensitive(void **state)
{
    (void)state;
    assert_int_equal(sx_method_of("GET"), SX_METHOD_GET);
    assert_int_equal(sx_method_of("OPTIONS"), SX_METHOD_OPTIONS);
    assert_int_equal(sx_method_of("get"), SX_METHOD_OTHER);
    assert_int_equal(sx_method_of("TRACE"), SX_METHOD_OTHER);
    assert_int_equal(sx_method_of(""), SX_METHOD_OTHER);
}

static void test_an_answer_is_text_with_a_status(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_exchange exchange = {0};
    sx_mem_init(&mem, NULL, "test", 0);
    sx_buf_init(&exchange.answer.body, &mem, 100);
    sx_exchange_text(&exchange, 404, "text/plain", "not here");
    assert_true(exchange.is_ready);
    assert_int_equal(exchange.answer.status, 404);
    assert_string_equal(exchange.answer.content_type, "text/plain");
    assert_memory_equal(exchange.answer.body.ptr, "not here", 8);
    sx_exchange_text(&exchange, 204, NULL, NULL);
    assert_int_equal(exchange.answer.body.len, 0);
    sx_exchange_header(&exchange, "Allow", "GET");
    assert_int_equal(exchange.answer.header_count, 1);
    sx_buf_deinit(&exchange.answer.body);
    sx_mem_deinit(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_target_is_split_into_path_and_query),
        cmocka_unit_test(test_header_text_has_no_line_ends_and_no_blanks_around),
        cmocka_unit_test(test_methods_are_case_sensitive),
        cmocka_unit_test(test_an_answer_is_text_with_a_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
