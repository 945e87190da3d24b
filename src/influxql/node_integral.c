/* SPDX-License-Identifier: Apache-2.0 */
/* node_integral.c -- the area under the line through a series' points, by window; see node.h.
 *
 * Algorithm   Trapezes between neighbours; where a window ends between two points, the line is cut
 *             there and both windows get their share. A window without points gets none, nor does
 *             one whose last point is its beginning. */
#include "influxql/node_step_priv.h"

static void find_window(struct step_node *n, struct step_state *s, int64_t ts_ns)
{
    struct sx_window window = sx_window_at(&n->windows, ts_ns);
    s->window_begin_ns = n->ascending ? window.begin_ns : window.end_ns;
    s->window_end_ns = n->ascending ? window.end_ns : window.begin_ns;
}

static double units(const struct step_node *n, int64_t from_ns, int64_t to_ns)
{
    return (double)(int64_t)((uint64_t)to_ns - (uint64_t)from_ns) / (double)n->step.unit_ns;
}

static void put_area(struct step_node *n, const struct step_state *s)
{
    sx_iql_buffer_put(&n->buffer, s->window_begin_ns, &s->sum.f64);
}

void sx_iql_integral_add(struct step_node *n, struct step_state *s, int64_t ts_ns, double value)
{
    bool has_windows = n->windows.interval_ns != 0;
    if (!s->has_previous) {
        s->has_previous = true;
        s->previous.f64 = value;
        s->previous_ns = ts_ns;
        if (has_windows)
            find_window(n, s, ts_ns);
        return;
    }
    if (s->previous_ns == ts_ns) {
        s->previous.f64 = value;
        return;
    }
    if (has_windows && (n->ascending ? ts_ns >= s->window_end_ns : ts_ns <= s->window_end_ns)) {
        int64_t end = s->window_end_ns;
        if (s->previous_ns != end) {
            double slope = (value - s->previous.f64) / (double)(ts_ns - s->previous_ns);
            double at_end = slope * (double)(end - s->previous_ns) + s->previous.f64;
            s->sum.f64 += 0.5 * (at_end + s->previous.f64) * units(n, s->previous_ns, end);
            s->previous.f64 = at_end;
            s->previous_ns = end;
        }
        put_area(n, s);
        find_window(n, s, ts_ns);
        s->sum.f64 = 0;
    }
    s->sum.f64 += 0.5 * (value + s->previous.f64) * units(n, s->previous_ns, ts_ns);
    s->previous.f64 = value;
    s->previous_ns = ts_ns;
}

void sx_iql_integral_end(struct step_node *n, struct step_state *s)
{
    if (s->has_previous && s->previous_ns != s->window_begin_ns)
        put_area(n, s);
}
