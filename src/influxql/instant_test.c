/* SPDX-License-Identifier: Apache-2.0 */
/* instant_test.c -- see instant.h. */
#include "influxql/instant.h"
#include "influxql/fixture_test.h"

#define SECOND_NS ((int64_t)1000000000)

static struct sx_iql_instant parsed(const char *text, const struct sx_zone *zone)
{
    struct sx_iql_instant t;
    print_message("%s\n", text);
    assert_true(sx_iql_instant_parse(sx_bytes_of(text), zone, &t));
    return t;
}

static void test_nanoseconds_come_back(void **state)
{
    (void)state;
    static const int64_t rows[] = {0, 1, -1, SECOND_NS, -SECOND_NS, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_iql_instant t = sx_iql_instant_of_ns(rows[i]);
        assert_in_range(t.ns, 0, SECOND_NS - 1);
        assert_true(sx_iql_instant_ns(t) == rows[i]);
    }
    struct sx_iql_instant late = sx_iql_instant_add(sx_iql_instant_of_ns(INT64_MAX), 1);
    assert_true(sx_iql_instant_ns(late) == INT64_MIN); /* wraps, as with the peer */
}

static void test_texts_are_times_in_utc_or_a_zone(void **state)
{
    struct iql_test *test = *state;
    static const struct {
        const char *text;
        bool berlin;
        const char *utc, *local;
    } rows[] = {
        {"2024-03-05", false, "2024-03-05T00:00:00Z", "2024-03-05T00:00:00Z"},
        {"2024-03-05", true, "2024-03-04T23:00:00Z", "2024-03-05T00:00:00+01:00"},
        {"2024-07-05 12:00:00.25", true, "2024-07-05T10:00:00.25Z", "2024-07-05T12:00:00+02:00"},
        {"2024-07-05T12:00:00Z", true, "2024-07-05T12:00:00Z", "2024-07-05T12:00:00Z"},
        {"2024-07-05T12:00:00+02:00", true, "2024-07-05T10:00:00Z", "2024-07-05T12:00:00+02:00"},
        {"2024-07-05T12:00:00-05:30", true, "2024-07-05T17:30:00Z", "2024-07-05T12:00:00-05:30"},
        {"2024-03-31 02:30:00", true, "2024-03-31T01:30:00Z", "2024-03-31T03:30:00+02:00"},
        {"2024-10-27 02:30:00", true, "2024-10-27T01:30:00Z", "2024-10-27T02:30:00+01:00"},
        {"9999-12-31 23:59:59,999999999", false, "9999-12-31T23:59:59.999999999Z",
         "9999-12-31T23:59:59Z"},
        {"0000-01-01", false, "0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_iql_instant t = parsed(rows[i].text, rows[i].berlin ? test->berlin : NULL);
        sx_iql_instant_put_utc(&test->text, t);
        assert_string_equal(iql_test_text(test), rows[i].utc);
        sx_iql_instant_put_local(&test->text, t);
        assert_string_equal(iql_test_text(test), rows[i].local);
    }
    struct sx_iql_instant t;
    assert_false(sx_iql_instant_parse(SX_LITERAL("2024-13-01"), NULL, &t));
    assert_false(sx_iql_instant_parse(SX_LITERAL("2024-02-30"), NULL, &t));
    assert_false(sx_iql_instant_parse(SX_LITERAL("noon"), NULL, &t));
}

static void test_a_zone_follows_what_is_added(void **state)
{
    struct iql_test *test = *state;
    struct sx_iql_instant t = parsed("2024-03-30", test->berlin);
    sx_iql_instant_put_local(&test->text, sx_iql_instant_add(t, 172800 * SECOND_NS));
    assert_string_equal(iql_test_text(test), "2024-04-01T01:00:00+02:00");
}

static void test_differences_stop_at_the_ends_of_int64(void **state)
{
    (void)state;
    struct sx_iql_instant early = parsed("0001-01-01", NULL);
    struct sx_iql_instant late = parsed("9999-12-31", NULL);
    assert_true(sx_iql_instant_sub(late, early) == INT64_MAX);
    assert_true(sx_iql_instant_sub(early, late) == INT64_MIN);
    struct sx_iql_instant zero = sx_iql_instant_of_ns(0);
    assert_true(sx_iql_instant_sub(sx_iql_instant_of_ns(INT64_MAX), zero) == INT64_MAX);
    assert_true(sx_iql_instant_sub(sx_iql_instant_of_ns(INT64_MIN), zero) == INT64_MIN);
    assert_true(sx_iql_instant_sub(sx_iql_instant_of_ns(INT64_MIN + 1), zero) == INT64_MIN + 1);
    assert_true(sx_iql_instant_sub(zero, sx_iql_instant_of_ns(1500)) == -1500);
    assert_true(sx_iql_instant_compare(early, late) < 0);
    assert_true(sx_iql_instant_compare(zero, sx_iql_instant_of_ns(-1)) > 0);
    assert_int_equal(sx_iql_instant_compare(late, late), 0);
}

static void test_adding_stops_far_away(void **state)
{
    struct iql_test *test = *state;
    struct sx_iql_instant t = parsed("9999-12-31", NULL);
    for (int i = 0; i < 100; i++)
        t = sx_iql_instant_add(t, INT64_MAX);
    sx_iql_instant_put_utc(&test->text, t);
    assert_memory_equal(iql_test_text(test), "13694-", 6);
    for (int i = 0; i < 200; i++)
        t = sx_iql_instant_add(t, INT64_MIN);
    sx_iql_instant_put_utc(&test->text, t);
    assert_memory_equal(iql_test_text(test), "-9755-", 6);
}

static void test_remainders_count_from_the_year_one(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t interval_ns, remainder_ns;
    } rows[] = {
        {"1970-01-01", 60 * SECOND_NS, 0},
        {"1970-01-01T00:00:07Z", 5 * SECOND_NS, 2 * SECOND_NS},
        {"1970-01-01T00:00:00.5Z", SECOND_NS, SECOND_NS / 2},
        {"0001-01-01", INT64_MAX, 0},
        {"0000-12-31T23:59:59Z", 60 * SECOND_NS, 59 * SECOND_NS},
        {"0000-12-31", 604800 * SECOND_NS, 518400 * SECOND_NS}, /* year 1 began on a Monday */
        {"2024-03-05", 604800 * SECOND_NS, 86400 * SECOND_NS},  /* a Tuesday */
        {"2024-03-05", 0, 0},
        {"2024-03-05", -5, 0},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++)
        assert_true(sx_iql_instant_remainder(parsed(rows[i].text, NULL), rows[i].interval_ns) ==
                    rows[i].remainder_ns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IQL_TEST(test_nanoseconds_come_back),
        IQL_TEST(test_texts_are_times_in_utc_or_a_zone),
        IQL_TEST(test_a_zone_follows_what_is_added),
        IQL_TEST(test_differences_stop_at_the_ends_of_int64),
        IQL_TEST(test_adding_stops_far_away),
        IQL_TEST(test_remainders_count_from_the_year_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
