/* SPDX-License-Identifier: Apache-2.0 */
/* value_text_test.c -- times, counts and near words as people type and read them. */
#include "app/cli/value_text.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define NOW INT64_C(1700000000000000000)

static const struct moment_row {
    const char *text;
    stria_status st;
    int64_t ts_ns;
} moment_rows[] = {
    {"now", STRIA_OK, NOW},
    {"now-1h", STRIA_OK, NOW - INT64_C(3600000000000)},
    {"now+1m30s", STRIA_OK, NOW + INT64_C(90000000000)},
    {"1970-01-01", STRIA_OK, 0},
    {"2023-11-14T22:13:20Z", STRIA_OK, NOW},
    {"2023-11-14T23:13:20+01:00", STRIA_OK, NOW},
    {"2023-11-14 22:13:20", STRIA_OK, NOW},
    {"1700000000000000000", STRIA_OK, NOW},
    {"-1", STRIA_OK, -1},
    {"now-", STRIA_INVALID, 0},
    {"now1h", STRIA_INVALID, 0},
    {"nowhere", STRIA_INVALID, 0},
    {"yesterday", STRIA_INVALID, 0},
    {"", STRIA_INVALID, 0},
    {"now+290y", STRIA_INVALID, 0},
    {"now+15000w", STRIA_LIMIT, 0},
    {"9223372036854775807", STRIA_LIMIT, 0},
    {"-9223372036854775807", STRIA_LIMIT, 0},
    {"9999-01-01", STRIA_LIMIT, 0},
};

static void test_times_are_told_in_several_ways(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(moment_rows); i++) {
        const struct moment_row *row = &moment_rows[i];
        int64_t ts_ns = 0;
        print_message("%s\n", row->text);
        assert_int_equal(sx_moment_parse(sx_bytes_of(row->text), NOW, &ts_ns), row->st);
        if (!row->st)
            assert_int_equal(ts_ns, row->ts_ns);
    }
}

static const struct number_row {
    uint64_t value;
    const char *count, *size, *grouped;
} number_rows[] = {
    {0, "0", "0 B", "0"},
    {999, "999", "999 B", "999"},
    {1000, "1.00 k", "1000 B", "1,000"},
    {1023, "1.02 k", "1023 B", "1,023"},
    {1024, "1.02 k", "1.00 KiB", "1,024"},
    {12345, "12.3 k", "12.0 KiB", "12,345"},
    {999999, "999 k", "976 KiB", "999,999"},
    {1000000, "1.00 M", "976 KiB", "1,000,000"},
    {123456789, "123 M", "117 MiB", "123,456,789"},
    {1288490188, "1.28 G", "1.19 GiB", "1,288,490,188"},
    {UINT64_MAX, "18446744 T", "16777215 TiB", "18,446,744,073,709,551,615"},
};

static const char *text_of(struct sx_buf *buf)
{
    assert_false(buf->failed);
    sx_buf_put_u8(buf, 0);
    return (const char *)buf->ptr;
}

static void test_numbers_are_short_for_the_eye(void **state)
{
    (void)state;
    char storage[64];
    for (size_t i = 0; i < SX_COUNT_OF(number_rows); i++) {
        const struct number_row *row = &number_rows[i];
        struct sx_buf buf;
        print_message("%" PRIu64 "\n", row->value);
        sx_buf_init_fixed(&buf, storage, sizeof storage);
        sx_put_count(&buf, row->value);
        assert_string_equal(text_of(&buf), row->count);
        sx_buf_clear(&buf);
        sx_put_size(&buf, row->value);
        assert_string_equal(text_of(&buf), row->size);
        sx_buf_clear(&buf);
        sx_put_grouped(&buf, row->value);
        assert_string_equal(text_of(&buf), row->grouped);
    }
}

static const struct elapsed_row {
    int64_t duration_ns;
    const char *text;
} elapsed_rows[] = {
    {-5, "0.000 s"},           {999999, "0.000 s"},     {42000000, "0.042 s"},
    {99999000000, "99.999 s"}, {100000000000, "1m40s"}, {3725000000000, "1h2m5s"},
};

static void test_elapsed_time_is_seconds_and_then_minutes(void **state)
{
    (void)state;
    char storage[64];
    for (size_t i = 0; i < SX_COUNT_OF(elapsed_rows); i++) {
        struct sx_buf buf;
        sx_buf_init_fixed(&buf, storage, sizeof storage);
        sx_put_elapsed(&buf, elapsed_rows[i].duration_ns);
        assert_string_equal(text_of(&buf), elapsed_rows[i].text);
    }
}

static void test_only_a_near_word_is_offered(void **state)
{
    (void)state;
    static const char *const words[] = {"query", "import", "export", "verify", "version", "help"};
    static const struct {
        const char *typed, *found;
    } rows[] = {
        {"qeury", "query"}, {"exprot", "export"}, {"ver", "verify"}, {"verison", "version"},
        {"hlep", "help"},   {"frobnicate", NULL}, {"x", NULL},       {"", NULL},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_near_word near = {.typed = rows[i].typed};
        print_message("%s\n", rows[i].typed);
        for (size_t j = 0; j < SX_COUNT_OF(words); j++)
            sx_near_word_offer(&near, words[j]);
        if (rows[i].found)
            assert_string_equal(near.word, rows[i].found);
        else
            assert_null(near.word);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times_are_told_in_several_ways),
        cmocka_unit_test(test_numbers_are_short_for_the_eye),
        cmocka_unit_test(test_elapsed_time_is_seconds_and_then_minutes),
        cmocka_unit_test(test_only_a_near_word_is_offered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
