/* SPDX-License-Identifier: Apache-2.0 */
/* window.c -- see window.h. */
#include "query/window.h"

#include "base/attr.h"

/* Times near the ends of int64 wrap around, as with the peer. */
static int64_t add(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

static int64_t sub(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

int64_t sx_windows_zone_ns(const struct sx_windows *windows, int64_t ts_ns)
{
    return windows->zone ? (int64_t)sx_zone_offset_s(windows->zone, ts_ns) * 1000000000 : 0;
}

/* Whether a change of clocks moves an end of windows: not one that is as long as they are. */
static bool moves(const struct sx_windows *windows, int64_t change_ns)
{
    return change_ns != 0 && change_ns < windows->interval_ns && -change_ns < windows->interval_ns;
}

static int64_t begin_of(const struct sx_windows *windows, int64_t ts_ns, int64_t past_ns,
                        int64_t zone_ns)
{
    int64_t begin = add(STRIA_TIME_MIN, past_ns) >= ts_ns ? STRIA_TIME_MIN : sub(ts_ns, past_ns);
    int64_t change = zone_ns - sx_windows_zone_ns(windows, begin);
    return moves(windows, change) ? add(begin, change) : begin;
}

static int64_t end_of(const struct sx_windows *windows, int64_t ts_ns, int64_t left_ns,
                      int64_t zone_ns)
{
    int64_t end = sub(STRIA_TIME_MAX, left_ns) <= ts_ns ? STRIA_TIME_MAX : add(ts_ns, left_ns);
    int64_t zone_at_end_ns = sx_windows_zone_ns(windows, end);
    int64_t change = zone_ns - zone_at_end_ns;
    if (!moves(windows, change))
        return end;
    /* Time that is shown twice belongs to the window before; time that is left out only moves the
     * end when the change lies before it. */
    if (change > 0 || sx_windows_zone_ns(windows, add(end, change)) == zone_at_end_ns)
        return add(end, change);
    return end;
}

struct sx_window sx_window_at(const struct sx_windows *windows, int64_t ts_ns)
{
    if (windows->interval_ns == 0)
        return (struct sx_window){windows->time_min_ns, add(windows->time_max_ns, 1)};
    int64_t ts = sub(ts_ns, windows->offset_ns);
    int64_t zone = sx_windows_zone_ns(windows, ts);
    int64_t past = windows->interval_ns == -1 ? 0 : add(ts, zone) % windows->interval_ns;
    if (past < 0)
        past = add(past, windows->interval_ns);
    return (struct sx_window){
        add(begin_of(windows, ts, past, zone), windows->offset_ns),
        add(end_of(windows, ts, windows->interval_ns - past, zone), windows->offset_ns)};
}
