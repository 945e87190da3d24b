/* SPDX-License-Identifier: Apache-2.0 */
/* time_text_test.c -- texts of times as Go 1.26 prints and accepts them. */
#include "base/time_text.h"

#include "base/civil.h"
#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct written {
    int64_t ts_ns;
    int32_t offset_s;
    const char *text;
} written[] = {
    {0, 0, "1970-01-01T00:00:00Z"},
    {1, 0, "1970-01-01T00:00:00.000000001Z"},
    {-1, 0, "1969-12-31T23:59:59.999999999Z"},
    {1709596800000000000, 0, "2024-03-05T00:00:00Z"},
    {1709599800500000000, 0, "2024-03-05T00:50:00.5Z"},
    {1709599800120000000, 0, "2024-03-05T00:50:00.12Z"},
    {1709599800000100000, 0, "2024-03-05T00:50:00.0001Z"},
    {INT64_MAX, 0, "2262-04-11T23:47:16.854775807Z"},
    {INT64_MIN, 0, "1677-09-21T00:12:43.145224192Z"},
    {INT64_MAX, 50400, "2262-04-12T13:47:16.854775807+14:00"},
    {INT64_MIN, -43200, "1677-09-20T12:12:43.145224192-12:00"},
    {1709596800000000000, 3600, "2024-03-05T01:00:00+01:00"},
    {1709596800000000000, -18000, "2024-03-04T19:00:00-05:00"},
    {1709596800000000000, 20700, "2024-03-05T05:45:00+05:45"},
    {1709596800000000000, -12600, "2024-03-04T20:30:00-03:30"},
    {-2524521600000000000, 3208, "1890-01-01T00:53:28+00:53"},
    {-2524521600000000000, -30, "1889-12-31T23:59:30+00:00"},
};

static void test_times_are_written_as_go_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(written); i++) {
        uint8_t text[SX_TIME_TEXT_MAX + 1];
        text[sx_time_write_at(text, written[i].ts_ns, written[i].offset_s)] = 0;
        assert_string_equal((char *)text, written[i].text);
        if (!written[i].offset_s) {
            text[sx_time_write(text, written[i].ts_ns)] = 0;
            assert_string_equal((char *)text, written[i].text);
        }
    }
}

static void test_seconds_beyond_nanoseconds_are_written(void **state)
{
    (void)state;
    const struct {
        int64_t seconds;
        const char *text;
    } rows[] = {
        {-9223372037, "1677-09-21T00:12:43Z"},   {253402300799, "9999-12-31T23:59:59Z"},
        {253402300800, "10000-01-01T00:00:00Z"}, {-62167219200, "0000-01-01T00:00:00Z"},
        {-62167219201, "-0001-12-31T23:59:59Z"},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        uint8_t text[SX_TIME_TEXT_MAX + 1];
        text[sx_time_write_seconds(text, rows[i].seconds)] = 0;
        assert_string_equal((char *)text, rows[i].text);
    }
}

static const struct read {
    const char *text;
    bool ok, has_offset;
    int32_t offset_s;
    int64_t seconds; /* on the clock of the text */
    int32_t nanosecond;
} reads[] = {
    {"2024-03-05", true, false, 0, 1709596800, 0},
    {"2024-03-05 00:50:00.5", true, false, 0, 1709599800, 500000000},
    {"2024-03-05 00:50:00", true, false, 0, 1709599800, 0},
    {"2024-03-05    00:50:00", true, false, 0, 1709599800, 0},
    {"2024-03-05 0:50:00", true, false, 0, 1709599800, 0},
    {"2024-03-05 00:50:00,25", true, false, 0, 1709599800, 250000000},
    {"2024-03-05 00:50:00.1234567899", true, false, 0, 1709599800, 123456789},
    {"2024-03-05T00:50:00Z", true, true, 0, 1709599800, 0},
    {"2024-03-05T00:50:00.000000001Z", true, true, 0, 1709599800, 1},
    {"2024-03-05T01:50:00+01:00", true, true, 3600, 1709603400, 0},
    {"2024-03-05T01:50:00-03:30", true, true, -12600, 1709603400, 0},
    {"2024-03-05T01:50:00+24:60", true, true, 90000, 1709603400, 0},
    {"2024-02-29", true, false, 0, 1709164800, 0},
    {"0000-01-01", true, false, 0, -62167219200, 0},
    {"9999-12-31T23:59:59Z", true, true, 0, 253402300799, 0},
    {.text = "2023-02-29"},
    {.text = "2024-13-01"},
    {.text = "2024-00-01"},
    {.text = "2024-01-00"},
    {.text = "2024-04-31"},
    {.text = "2024-3-05"},
    {.text = "2024-03-05T25:00:00Z"},
    {.text = "2024-03-05T24:00:00Z"},
    {.text = "2024-03-05T23:60:00Z"},
    {.text = "2024-03-05T23:59:60Z"},
    {.text = "2024-03-05T00:00:00"},
    {.text = "2024-03-05T00:00:00z"},
    {.text = "2024-03-05t00:00:00Z"},
    {.text = "2024-03-05T00:00:00+0100"},
    {.text = "2024-03-05T00:00:00+01:61"},
    {.text = "2024-03-05T00:00:00+25:00"},
    {.text = "2024-03-05T00:00:00.Z"},
    {.text = "2024-03-05 00:00:00Z"},
    {.text = "2024-03-05 00:00"},
    {.text = "2024-03-05 00:00:0"},
    {.text = "2024-03-05 "},
    {.text = "2024-03-05 00:00:00."},
    {.text = "2024-03-05 00:00:00 "},
    {.text = "2024"},
    {.text = ""},
    {.text = "10000-01-01"},
};

static void test_texts_are_read_as_go_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(reads); i++) {
        struct sx_wall_time time;
        const struct read *r = &reads[i];
        print_message("%s\n", r->text);
        assert_int_equal(sx_time_read(sx_bytes_of(r->text), &time),
                         r->ok ? STRIA_OK : STRIA_INVALID);
        if (!r->ok)
            continue;
        assert_int_equal(time.seconds, r->seconds);
        assert_int_equal(time.nanosecond, r->nanosecond);
        assert_int_equal(time.has_offset, r->has_offset);
        assert_int_equal(time.offset_s, r->offset_s);
    }
}

static void test_every_cut_of_a_text_but_the_whole_forms_is_refused(void **state)
{
    (void)state;
    const char *text = "2024-03-05T01:50:00.25+01:00";
    for (size_t len = 0; len < strlen(text); len++) {
        struct sx_wall_time time;
        stria_status st = sx_time_read(sx_bytes_make(text, len), &time);
        assert_int_equal(st, len == 10 ? STRIA_OK : STRIA_INVALID);
    }
}

static void test_what_looks_like_a_time(void **state)
{
    (void)state;
    assert_true(sx_time_looks_so(SX_LITERAL("2024-13-01")));
    assert_true(sx_time_looks_so(SX_LITERAL("2024-03-05T00:00:00")));
    assert_true(sx_time_looks_so(SX_LITERAL("2024-03-05x")));
    assert_false(sx_time_looks_so(SX_LITERAL("2024-03-05\n")));
    assert_false(sx_time_looks_so(SX_LITERAL("2024")));
    assert_false(sx_time_looks_so(SX_LITERAL("2024-03-0x")));
    assert_false(sx_time_looks_so(SX_LITERAL("2024/03/05")));
    assert_false(sx_time_looks_so(SX_LITERAL("")));
}

static const struct range {
    const char *text;
    stria_status st;
    int64_t ts_ns;
} ranges[] = {
    {"1677-09-21T00:12:43.145224192Z", STRIA_OK, INT64_MIN},
    {"1677-09-21T00:12:43.145224191Z", STRIA_LIMIT, 0},
    {"1677-09-21T00:12:43Z", STRIA_LIMIT, 0},
    {"1677-09-21T01:12:43.145224192+01:00", STRIA_OK, INT64_MIN},
    {"1677-09-21T00:12:44Z", STRIA_OK, -9223372036000000000},
    {"2262-04-11T23:47:16.854775807Z", STRIA_OK, INT64_MAX},
    {"2262-04-11T23:47:16.854775808Z", STRIA_LIMIT, 0},
    {"2262-04-11T23:47:17Z", STRIA_LIMIT, 0},
    {"9999-12-31T23:59:59Z", STRIA_LIMIT, 0},
    {"1969-12-31T23:59:59.999999999Z", STRIA_OK, -1},
    {"1970-01-01T00:00:00.000000001Z", STRIA_OK, 1},
    {"1970-01-01", STRIA_INVALID, 0},
    {"1970-01-01 00:00:00", STRIA_INVALID, 0},
};

static void test_the_range_of_nanoseconds_ends_exactly(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(ranges); i++) {
        int64_t ts_ns = 0;
        print_message("%s\n", ranges[i].text);
        assert_int_equal(sx_time_parse(sx_bytes_of(ranges[i].text), &ts_ns), ranges[i].st);
        assert_true(ts_ns == ranges[i].ts_ns);
    }
}

static void test_any_time_is_read_back_at_any_offset(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 50000; seed++) {
        uint8_t text[SX_TIME_TEXT_MAX];
        int64_t ts_ns = (int64_t)sx_hash_u64(seed), back;
        if (seed % 3 == 0)
            ts_ns = ts_ns / SX_SECOND_NS * SX_SECOND_NS;
        int32_t offset_s = seed % 2 ? 0 : ((int32_t)(seed % 1681) - 840) * 60;
        size_t size = sx_time_write_at(text, ts_ns, offset_s);
        assert_true(size <= SX_TIME_TEXT_MAX);
        assert_int_equal(sx_time_parse(sx_bytes_make(text, size), &back), STRIA_OK);
        assert_true(back == ts_ns);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times_are_written_as_go_does),
        cmocka_unit_test(test_seconds_beyond_nanoseconds_are_written),
        cmocka_unit_test(test_texts_are_read_as_go_does),
        cmocka_unit_test(test_every_cut_of_a_text_but_the_whole_forms_is_refused),
        cmocka_unit_test(test_what_looks_like_a_time),
        cmocka_unit_test(test_the_range_of_nanoseconds_ends_exactly),
        cmocka_unit_test(test_any_time_is_read_back_at_any_offset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
