/* SPDX-License-Identifier: Apache-2.0 */
/* address_test.c -- texts of addresses, and sockets that listen where they say. */
#include "app/server/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void test_an_address_is_a_host_and_a_port(void **state)
{
    (void)state;
    static const struct {
        const char *text, *host;
        unsigned port;
    } rows[] = {
        {"127.0.0.1:8086", "127.0.0.1", 8086},
        {":8086", "", 8086},
        {"[::]:8086", "::", 8086},
        {"[::1]:0", "::1", 0},
        {"[fe80::1%eth0]:65535", "fe80::1%eth0", 65535},
        {"localhost:80", "localhost", 80},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_address address;
        assert_int_equal(sx_address_parse(sx_bytes_of(rows[i].text), &address, NULL), STRIA_OK);
        assert_string_equal(address.host, rows[i].host);
        assert_int_equal(address.port, rows[i].port);
    }
}

static void test_a_wrong_address_is_told_why(void **state)
{
    (void)state;
    static const struct {
        const char *text, *wanted;
    } rows[] = {
        {"", "\"\" is no address: HOST:PORT is wanted"},
        {"8086", "\"8086\" is no address: HOST:PORT is wanted"},
        {"localhost:", "\"localhost:\": the port must be a number from 0 to 65535"},
        {"localhost:http", "\"localhost:http\": the port must be a number from 0 to 65535"},
        {":65536", "\":65536\": the port must be a number from 0 to 65535"},
        {":-1", "\":-1\": the port must be a number from 0 to 65535"},
        {"::1:8086", "\"::1:8086\": write an IPv6 address as [ADDRESS]:PORT"},
        {"[::1:8086", "\"[::1:8086\": no ] behind the IPv6 address"},
        {"[]:8086", "\"[]:8086\": no ] behind the IPv6 address"},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_address address;
        stria_error err = {0};
        assert_int_equal(sx_address_parse(sx_bytes_of(rows[i].text), &address, &err),
                         STRIA_INVALID);
        assert_string_equal(err.text, rows[i].wanted);
    }
    char text[SX_HOST_SIZE_MAX + 10];
    struct sx_address address;
    memset(text, 'a', sizeof text);
    memcpy(text + sizeof text - 3, ":80", 3);
    assert_int_equal(sx_address_parse(sx_bytes_make(text, sizeof text), &address, NULL),
                     STRIA_INVALID);
}

static void test_port_0_is_chosen_and_told(void **state)
{
    (void)state;
    const struct sx_address address = {.host = "127.0.0.1"};
    struct sx_listener listeners[SX_LISTENERS_MAX];
    size_t count = 0;
    assert_int_equal(sx_address_listen(&address, listeners, &count, NULL), STRIA_OK);
    assert_int_equal(count, 1);
    assert_true(listeners[0].is_loopback);
    assert_int_equal(strncmp(listeners[0].text, "127.0.0.1:", 10), 0);
    assert_string_not_equal(listeners[0].text, "127.0.0.1:0");

    struct sx_address same;
    stria_error err = {0};
    assert_int_equal(sx_address_parse(sx_bytes_of(listeners[0].text), &same, NULL), STRIA_OK);
    assert_int_equal(sx_address_listen(&same, listeners, &count, &err), STRIA_EXISTS);
    assert_int_equal(count, 1);
    assert_non_null(strstr(err.text, "is in use by another process; choose another port"));
    assert_int_equal(close(listeners[0].fd), 0);
}

static void test_no_host_is_every_interface(void **state)
{
    (void)state;
    const struct sx_address address = {.port = 0};
    struct sx_listener listeners[SX_LISTENERS_MAX];
    size_t count = 0;
    assert_int_equal(sx_address_listen(&address, listeners, &count, NULL), STRIA_OK);
    assert_int_equal(count, 1);
    assert_false(listeners[0].is_loopback);
    assert_int_equal(close(listeners[0].fd), 0);
}

static void test_an_address_of_another_machine_is_refused(void **state)
{
    (void)state;
    const struct sx_address address = {.host = "192.0.2.1", .port = 0};
    struct sx_listener listeners[SX_LISTENERS_MAX];
    size_t count = 0;
    stria_error err = {0};
    assert_int_equal(sx_address_listen(&address, listeners, &count, &err), STRIA_UNSUPPORTED);
    assert_string_equal(err.text, "192.0.2.1 is not an address of this machine");
    assert_int_equal(count, 0);
}

static void test_the_table_of_listeners_is_bounded(void **state)
{
    (void)state;
    const struct sx_address address = {.host = "127.0.0.1"};
    struct sx_listener listeners[SX_LISTENERS_MAX];
    size_t count = SX_LISTENERS_MAX;
    assert_int_equal(sx_address_listen(&address, listeners, &count, NULL), STRIA_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_address_is_a_host_and_a_port),
        cmocka_unit_test(test_a_wrong_address_is_told_why),
        cmocka_unit_test(test_port_0_is_chosen_and_told),
        cmocka_unit_test(test_no_host_is_every_interface),
        cmocka_unit_test(test_an_address_of_another_machine_is_refused),
        cmocka_unit_test(test_the_table_of_listeners_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
