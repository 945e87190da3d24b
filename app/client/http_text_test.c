/* SPDX-License-Identifier: Apache-2.0 */
/* http_text_test.c -- encoding for URLs, values of headers, names of this machine. */
#include "app/client/http_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void test_only_unreserved_bytes_stay_in_a_url(void **state)
{
    (void)state;
    char storage[128];
    struct sx_buf out;
    sx_buf_init_fixed(&out, storage, sizeof storage);
    sx_http_put_encoded(&out, sx_bytes_make("aZ09-_.~ +&=%/?#\"\0\n\xc3\xa9", 21));
    sx_buf_put_u8(&out, 0);
    assert_string_equal(storage, "aZ09-_.~%20%2B%26%3D%25%2F%3F%23%22%00%0A%C3%A9");
}

static const struct row {
    const char *line, *name, *value;
} rows[] = {
    {"X-Influxdb-Version: 1.8.10\r\n", "X-Influxdb-Version", "1.8.10"},
    {"x-influxdb-VERSION:\t 1.8 a \r\n", "X-Influxdb-Version", "1.8 a"},
    {"Retry-After:5", "Retry-After", "5"},
    {"Retry-After:\r\n", "Retry-After", ""},
    {"Retry-Aftermath: 5\r\n", "Retry-After", ""},
    {"Retry-After", "Retry-After", ""},
    {"HTTP/1.1 200 OK\r\n", "Retry-After", ""},
    {"", "Retry-After", ""},
};

static void test_a_header_has_a_value_by_its_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_bytes value = sx_http_header_value(sx_bytes_of(rows[i].line), rows[i].name);
        print_message("%s\n", rows[i].line);
        assert_true(sx_bytes_equal(value, sx_bytes_of(rows[i].value)));
    }
}

static void test_this_machine_has_several_names(void **state)
{
    (void)state;
    assert_true(sx_http_is_loopback("localhost"));
    assert_true(sx_http_is_loopback("127.0.0.1"));
    assert_true(sx_http_is_loopback("127.1.2.3"));
    assert_true(sx_http_is_loopback("[::1]"));
    assert_false(sx_http_is_loopback("localhost.example.com"));
    assert_false(sx_http_is_loopback("10.0.0.1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_unreserved_bytes_stay_in_a_url),
        cmocka_unit_test(test_a_header_has_a_value_by_its_name),
        cmocka_unit_test(test_this_machine_has_several_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
