/* SPDX-License-Identifier: Apache-2.0 */
/* window_test.c -- windows of time: offsets, times before the epoch, the ends of time, zones. */
#include "query/window.h"

#include "base/attr.h"
#include "base/golden_test.h"

#define SECOND ((int64_t)1000000000)
#define HOUR (3600 * SECOND)
#define DAY (24 * HOUR)

static void test_windows_are_counted_from_the_epoch(void **state)
{
    (void)state;
    static const struct {
        int64_t interval, offset, ts, begin, end;
    } rows[] = {
        {10, 0, 0, 0, 10},
        {10, 0, 9, 0, 10},
        {10, 0, 10, 10, 20},
        {10, 0, -1, -10, 0},
        {10, 0, -10, -10, 0},
        {10, 0, -11, -20, -10},
        {10, 3, 0, -7, 3},
        {10, 3, 3, 3, 13},
        {10, -3, 8, 7, 17},
        {10, 25, 4, -5, 5},
        {1, 0, 5, 5, 6},
        {DAY, 0, 25 * HOUR, DAY, 2 * DAY},
        {DAY, HOUR, 0, HOUR - DAY, HOUR},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_windows windows = {.interval_ns = rows[i].interval,
                                     .offset_ns = rows[i].offset,
                                     .time_min_ns = STRIA_TIME_MIN,
                                     .time_max_ns = STRIA_TIME_MAX};
        struct sx_window window = sx_window_at(&windows, rows[i].ts);
        assert_int_equal(window.begin_ns, rows[i].begin);
        assert_int_equal(window.end_ns, rows[i].end);
    }
}

static void test_without_an_interval_the_range_is_one_window(void **state)
{
    (void)state;
    struct sx_windows windows = {.time_min_ns = -5, .time_max_ns = 99};
    struct sx_window window = sx_window_at(&windows, 50);
    assert_int_equal(window.begin_ns, -5);
    assert_int_equal(window.end_ns, 100);
}

static void test_windows_end_where_time_ends(void **state)
{
    (void)state;
    struct sx_windows windows = {.interval_ns = DAY};
    assert_int_equal(sx_window_at(&windows, STRIA_TIME_MIN).begin_ns, STRIA_TIME_MIN);
    assert_int_equal(sx_window_at(&windows, STRIA_TIME_MAX).end_ns, STRIA_TIME_MAX);
}

/* A zone whose clocks are `offset_s` ahead, with a rule of changes. */
static struct sx_zone *make_zone(struct sx_mem *mem, const char *rule, int32_t offset_s)
{
    uint8_t file[300], *p = file;
    for (int i = 0; i < 2; i++) {
        static const uint8_t head[44] = {'T', 'Z', 'i', 'f', '2', [39] = 1, [43] = 4};
        const uint8_t body[] = {0,   0, (uint8_t)(offset_s >> 8), (uint8_t)offset_s, 0, 0, 'X', 'X',
                                'X', 0};
        memcpy(p, head, sizeof head);
        memcpy(p + sizeof head, body, sizeof body);
        p += sizeof head + sizeof body;
    }
    int size = snprintf((char *)p, 100, "\n%s\n", rule);
    struct sx_zone *zone;
    assert_int_equal(
        sx_zone_create(mem, sx_bytes_make(file, (size_t)(p - file) + (size_t)size), &zone, NULL),
        STRIA_OK);
    return zone;
}

static void test_days_begin_at_midnight_of_their_zone(void **state)
{
    (void)state;
    struct test_mem memory;
    test_mem_init(&memory);
    struct sx_zone *zone = make_zone(&memory.mem, "CET-1CEST,M3.5.0,M10.5.0/3", 3600);
    struct sx_windows windows = {.interval_ns = DAY, .zone = zone};
    static const struct {
        int64_t ts, begin, end; /* seconds */
    } rows[] = {
        {1711666800, 1711666800, 1711753200}, /* 29 March 2024, from midnight on: 24 hours */
        {1711839600, 1711839600, 1711922400}, /* 31 March: 23 hours */
        {1711922399, 1711839600, 1711922400}, {1711922400, 1711922400, 1712008800},
        {1729980000, 1729980000, 1730070000}, /* 27 October: 25 hours */
        {1730069999, 1729980000, 1730070000},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_window window = sx_window_at(&windows, rows[i].ts * SECOND);
        assert_int_equal(window.begin_ns, rows[i].begin * SECOND);
        assert_int_equal(window.end_ns, rows[i].end * SECOND);
    }
    assert_int_equal(sx_windows_zone_ns(&windows, 1711666800 * SECOND), HOUR);
    assert_int_equal(sx_windows_zone_ns(&windows, 1720000000 * SECOND), 2 * HOUR);
    sx_zone_destroy(zone);
    test_mem_deinit(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_windows_are_counted_from_the_epoch),
        cmocka_unit_test(test_without_an_interval_the_range_is_one_window),
        cmocka_unit_test(test_windows_end_where_time_ends),
        cmocka_unit_test(test_days_begin_at_midnight_of_their_zone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
