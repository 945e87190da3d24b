/* SPDX-License-Identifier: Apache-2.0 */
/* window_test.c -- which window holds a time: offsets, times before the epoch, the ends of time.
 * (Zones: base/zone_test.c, and the recorded answers of influxql.) */
#include "query/window.h"

#include "base/golden_test.h"

#define MINUTE ((int64_t)60 * 1000000000)

static void test_windows_are_counted_from_the_epoch_and_the_offset(void **state)
{
    (void)state;
    static const struct {
        int64_t interval, offset, ts, begin, end; /* minutes */
    } rows[] = {
        {10, 0, 7, 0, 10},   {10, 3, 7, 3, 13},           {10, 0, 10, 10, 20}, {10, 0, 9, 0, 10},
        {10, 0, -1, -10, 0}, {10, 0, -10, -10, 0},        {10, 3, 2, -7, 3},   {10, -3, 7, 7, 17},
        {10, 13, 7, 3, 13},  {1440, 0, 1441, 1440, 2880},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_windows windows = {.interval_ns = rows[i].interval * MINUTE,
                                     .offset_ns = rows[i].offset * MINUTE,
                                     .time_min_ns = STRIA_TIME_MIN,
                                     .time_max_ns = STRIA_TIME_MAX};
        struct sx_window w = sx_window_at(&windows, rows[i].ts * MINUTE);
        assert_int_equal(w.begin_ns, rows[i].begin * MINUTE);
        assert_int_equal(w.end_ns, rows[i].end * MINUTE);
    }
}

static void test_without_an_interval_the_range_is_one_window(void **state)
{
    (void)state;
    struct sx_windows windows = {.time_min_ns = -5, .time_max_ns = 99};
    struct sx_window w = sx_window_at(&windows, 50);
    assert_int_equal(w.begin_ns, -5);
    assert_int_equal(w.end_ns, 100);
}

static void test_every_time_is_in_its_window_and_windows_touch(void **state)
{
    (void)state;
    static const int64_t intervals[] = {1, 7, 1000, MINUTE, 1440 * MINUTE};
    for (size_t i = 0; i < SX_COUNT_OF(intervals); i++)
        for (int64_t ts = -50; ts <= 50; ts++) {
            struct sx_windows windows = {.interval_ns = intervals[i], .offset_ns = 3};
            struct sx_window w = sx_window_at(&windows, ts * intervals[i] / 3);
            assert_true(w.begin_ns <= ts * intervals[i] / 3 && ts * intervals[i] / 3 < w.end_ns);
            assert_int_equal(w.end_ns - w.begin_ns, intervals[i]);
            struct sx_window next = sx_window_at(&windows, w.end_ns);
            assert_int_equal(next.begin_ns, w.end_ns);
        }
}

static void test_windows_end_with_time(void **state)
{
    (void)state;
    struct sx_windows windows = {.interval_ns = 1440 * MINUTE};
    assert_int_equal(sx_window_at(&windows, STRIA_TIME_MIN).begin_ns, STRIA_TIME_MIN);
    assert_int_equal(sx_window_at(&windows, STRIA_TIME_MAX).end_ns, STRIA_TIME_MAX);
    assert_true(sx_window_at(&windows, STRIA_TIME_MIN).end_ns > STRIA_TIME_MIN);
    assert_true(sx_window_at(&windows, STRIA_TIME_MAX).begin_ns < STRIA_TIME_MAX);
    assert_int_equal(sx_windows_zone_ns(&windows, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_windows_are_counted_from_the_epoch_and_the_offset),
        cmocka_unit_test(test_without_an_interval_the_range_is_one_window),
        cmocka_unit_test(test_every_time_is_in_its_window_and_windows_touch),
        cmocka_unit_test(test_windows_end_with_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
