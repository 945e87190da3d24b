/* SPDX-License-Identifier: Apache-2.0 */
/* duration_text_test.c -- durations as InfluxQL reads and prints them, and as Go lists them. */
#include "base/duration_text.h"

#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000000)
#define HOUR (3600 * SECOND)

static const struct row {
    const char *text;
    int64_t ns;
    const char *influx, *go;
} rows[] = {
    {"0s", 0, "0s", "0s"},
    {"0w", 0, "0s", "0s"},
    {"1ns", 1, "1ns", "1ns"},
    {"1u", 1000, "1u", "1\u00b5s"},
    {"1\u00b5", 1000, "1u", "1\u00b5s"},
    {"1500u", 1500000, "1500u", "1.5ms"},
    {"1ms", 1000000, "1ms", "1ms"},
    {"1500ms", 1500000000, "1500ms", "1.5s"},
    {"1s", SECOND, "1s", "1s"},
    {"90s", 90 * SECOND, "90s", "1m30s"},
    {"10m", 600 * SECOND, "10m", "10m0s"},
    {"1h30m", HOUR + 1800 * SECOND, "90m", "1h30m0s"},
    {"30m1h", HOUR + 1800 * SECOND, "90m", "1h30m0s"},
    {"1h", HOUR, "1h", "1h0m0s"},
    {"24h", 24 * HOUR, "1d", "24h0m0s"},
    {"7d", 168 * HOUR, "1w", "168h0m0s"},
    {"8d", 192 * HOUR, "8d", "192h0m0s"},
    {"2w", 336 * HOUR, "2w", "336h0m0s"},
    {"-1h", -HOUR, "-1h", "-1h0m0s"},
    {"-1500ms", -1500000000, "-1500ms", "-1.5s"},
    {"1m1ms1u1ns", 60001001001, "60001001001ns", "1m0.001001001s"},
    {"9223372036854775807ns", INT64_MAX, "9223372036854775807ns", "2562047h47m16.854775807s"},
    {"15250w", 2562000 * HOUR, "15250w", "2562000h0m0s"},
};

static void test_durations_are_read_and_printed(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        uint8_t text[SX_DURATION_TEXT_MAX + 1];
        int64_t ns;
        print_message("%s\n", rows[i].text);
        assert_int_equal(sx_duration_parse(sx_bytes_of(rows[i].text), &ns, NULL), STRIA_OK);
        assert_true(ns == rows[i].ns);
        text[sx_duration_write_influx(text, ns)] = 0;
        assert_string_equal((char *)text, rows[i].influx);
        text[sx_duration_write_go(text, ns)] = 0;
        assert_string_equal((char *)text, rows[i].go);
    }
}

static const struct bad {
    const char *text;
    stria_status st;
    const char *error;
} bads[] = {
    {"", STRIA_INVALID, "invalid duration"},
    {"-", STRIA_INVALID, "invalid duration"},
    {"5", STRIA_INVALID, "invalid duration"},
    {"10", STRIA_INVALID, "invalid duration"},
    {"h", STRIA_INVALID, "invalid duration"},
    {"1y", STRIA_INVALID, "invalid duration"},
    {"1n", STRIA_INVALID, "invalid duration"},
    {"1us", STRIA_INVALID, "invalid duration"},
    {"1.5h", STRIA_INVALID, "invalid duration"},
    {"1h ", STRIA_INVALID, "invalid duration"},
    {"1h-1m", STRIA_INVALID, "invalid duration"},
    {"--1h", STRIA_INVALID, "invalid duration"},
    {"+1h", STRIA_INVALID, "invalid duration"},
    {"1H", STRIA_INVALID, "invalid duration"},
    {"1\xc2", STRIA_INVALID, "invalid duration"},
    {"9223372036854775808ns", STRIA_INVALID, "invalid duration"},
    {"15251w", STRIA_LIMIT, "overflowed duration 15251w: choose a smaller duration or INF"},
    {"-15251w", STRIA_LIMIT, "overflowed duration 15251w: choose a smaller duration or INF"},
    {"9223372036854775807ns1ns", STRIA_LIMIT,
     "overflowed duration 1ns: choose a smaller duration or INF"},
    {"9223372036854ms9999999999999999ms", STRIA_LIMIT,
     "overflowed duration 9999999999999999ms: choose a smaller duration or INF"},
};

static void test_what_is_no_duration_is_told_so(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(bads); i++) {
        stria_error err = {0};
        int64_t ns;
        print_message("%s\n", bads[i].text);
        assert_int_equal(sx_duration_parse(sx_bytes_of(bads[i].text), &ns, &err), bads[i].st);
        assert_string_equal(err.text, bads[i].error);
    }
}

static void test_the_shortest_of_all_is_printed(void **state)
{
    (void)state;
    uint8_t text[SX_DURATION_TEXT_MAX + 1];
    text[sx_duration_write_go(text, INT64_MIN)] = 0;
    assert_string_equal((char *)text, "-2562047h47m16.854775808s");
    text[sx_duration_write_influx(text, INT64_MIN)] = 0;
    assert_string_equal((char *)text, "-9223372036854775808ns");
}

static void test_what_influxql_prints_it_reads_back(void **state)
{
    (void)state;
    const int64_t units[] = {1, 1000, 1000000, SECOND, 60 * SECOND, HOUR, 24 * HOUR, 168 * HOUR};
    for (uint64_t seed = 1; seed <= 10000; seed++) {
        uint8_t text[SX_DURATION_TEXT_MAX];
        int64_t unit = units[seed % SX_COUNT_OF(units)], back;
        int64_t ns = (int64_t)(sx_hash_u64(seed) >> seed % 60 >> 1) / unit * unit;
        size_t size = sx_duration_write_influx(text, seed % 5 ? ns : -ns);
        assert_int_equal(sx_duration_parse(sx_bytes_make(text, size), &back, NULL), STRIA_OK);
        assert_true(back == (seed % 5 ? ns : -ns));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_durations_are_read_and_printed),
        cmocka_unit_test(test_what_is_no_duration_is_told_so),
        cmocka_unit_test(test_the_shortest_of_all_is_printed),
        cmocka_unit_test(test_what_influxql_prints_it_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
