/* SPDX-License-Identifier: Apache-2.0 */
/* window.h -- stretches of equal length that time is cut into: GROUP BY time(interval, offset).
 *
 * Algorithm   Windows are counted from the epoch, plus the offset. In a time zone they are counted
 *             on its clocks: a day begins at midnight there, and where the clocks change, the
 *             window around the change is longer or shorter, unless it is shorter than the change
 *             itself. 10m: 00:07 -> [00:00, 00:10); 10m offset 3m: 00:07 -> [00:03, 00:13)
 * Limits      Windows end at STRIA_TIME_MIN and STRIA_TIME_MAX.
 * Threads     Pure. */
#ifndef SX_QUERY_WINDOW_H
#define SX_QUERY_WINDOW_H

#include "base/zone.h"

struct sx_windows {
    int64_t interval_ns; /* 0: the range is one window */
    int64_t offset_ns;
    const struct sx_zone *zone; /* NULL: UTC */
    int64_t time_min_ns;        /* the range, both ends inclusive */
    int64_t time_max_ns;
};

struct sx_window {
    int64_t begin_ns;
    int64_t end_ns; /* not inside */
};

/* The window that holds a time. */
struct sx_window sx_window_at(const struct sx_windows *windows, int64_t ts_ns);

/* The offset of the windows' zone in nanoseconds; 0 without one. */
int64_t sx_windows_zone_ns(const struct sx_windows *windows, int64_t ts_ns);

#endif
