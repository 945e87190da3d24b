/* SPDX-License-Identifier: Apache-2.0 */
/* node_technical.c -- the functions of technical analysis: moving averages that fade, and what is
 * made of them; see node.h.
 *
 * Algorithm   An average that fades over n values takes value k with the weight 2 / (k + 1), or
 *             with 1 / k ("simple") until k is n; then with 2 / (n + 1). Those of the relative
 *             strength and of Chande's oscillator take 1 / n from value n + 2 on. Kaufman's
 *             efficiency is how far the values came in n steps by the length of the way; what lies
 *             before the first value is 0.
 *             3 4.5 4.25 with n = 3: 3, 3 + 1.5 * 2/3 = 4, 4 + 0.25 * 2/4 = 4.125
 * Source      The peer's answers. */
#include "influxql/node_step_priv.h"

#include <math.h>

/* ---- averages that fade --------------------------------------------------------------------- */

static bool is_warm(const struct sx_iql_fading *average, uint64_t period)
{
    return average->count >= period;
}

/* Adds a value to the average over `period` values that fades by `weight` once it is warm. */
static double fade(struct sx_iql_fading *average, const struct sx_iql_step *step, uint64_t period,
                   double weight, double value)
{
    double last = average->last, count = (double)(average->count + 1);
    if (average->count == 0)
        average->last = value;
    else if (is_warm(average, period))
        average->last = (value - last) * weight + last;
    else if (step->warmup == SX_IQL_WARMUP_SIMPLE)
        average->last = (last * (count - 1) + value) / count;
    else
        average->last = (value - last) * (2 / (count + 1)) + last;
    average->count += !is_warm(average, period);
    return average->last;
}

/* Fades what `count` averages, each of the one before, make of a value, into `out`; one that is not
 * warm passes its value on. */
static void fade_all(struct sx_iql_technical *t, const struct sx_iql_step *step, size_t count,
                     double value, double *out)
{
    uint64_t period = (uint64_t)step->count;
    double weight = 2 / ((double)period + 1);
    bool goes_on = true;
    for (size_t i = 0; i < count; i++) {
        if (goes_on)
            value = fade(&t->fading[i], step, period, weight, value);
        out[i] = value;
        goes_on =
            goes_on && (step->warmup != SX_IQL_WARMUP_SIMPLE || is_warm(&t->fading[i], period));
    }
}

/* The averages of what values rose and fell by. */
static void fade_changes(struct sx_iql_technical *t, const struct sx_iql_step *step, double value,
                         double *rise, double *fall)
{
    uint64_t period = (uint64_t)step->count + 1;
    double weight = 1 / (double)step->count, change = value - t->last;
    *rise = fade(&t->fading[0], step, period, weight, change > 0 ? change : 0);
    *fall = fade(&t->fading[1], step, period, weight, change < 0 ? -change : 0);
    t->last = value;
}

/* ---- the last values ------------------------------------------------------------------------ */

/* Puts a value and its change into the ring of the last n; *left gets those that leave it (zeros
 * while it is not full). False: no memory. */
static bool turn_ring(struct sx_iql_technical *t, struct sx_mem *mem, uint64_t period,
                      struct sx_iql_turn in, struct sx_iql_turn *left)
{
    *left = (struct sx_iql_turn){0};
    if (t->ring_count < period) { /* it grows with the points: the period may be any number */
        if (!SX_GROW(mem, t->ring, t->ring_capacity, t->ring_count + 1))
            return false;
        t->ring_count++;
    } else if (t->ring) {
        *left = t->ring[t->ring_at];
    }
    if (t->ring)
        t->ring[t->ring_at] = in;
    t->ring_at = (t->ring_at + 1) % (size_t)period;
    return true;
}

static bool efficiency(struct sx_iql_technical *t, struct sx_mem *mem, uint64_t period,
                       double value, double *out)
{
    struct sx_iql_turn in = {.value = value, .change = fabs(value - t->last)}, left;
    if (!turn_ring(t, mem, period, in, &left))
        return false;
    double came = fabs(value - left.value);
    t->way -= left.change;
    t->way += in.change;
    t->last = value;
    *out = came == 0 || t->way == 0 ? 0 : came / t->way;
    return true;
}

static bool adapt(struct sx_iql_technical *t, struct sx_mem *mem, uint64_t period, double value,
                  double *out)
{
    const double fast = 2.0 / 3, slow = 2.0 / 31;
    double ratio;
    if (!efficiency(t, mem, period, value, &ratio))
        return false;
    double weight = ratio * (fast - slow) + slow;
    *out = t->adapted + weight * weight * (value - t->adapted);
    t->adapted = t->count <= period ? value : *out;
    return true;
}

static bool oscillate(struct sx_iql_technical *t, struct sx_mem *mem, uint64_t period, double value,
                      double *out)
{
    double change = t->count > 1 ? value - t->last : 0;
    struct sx_iql_turn left;
    t->last = value;
    if (t->count > 1) {
        if (!turn_ring(t, mem, period, (struct sx_iql_turn){.change = change}, &left))
            return false;
        t->rise += (change > 0 ? change : 0) - (left.change > 0 ? left.change : 0);
        t->fall += (change < 0 ? -change : 0) - (left.change < 0 ? -left.change : 0);
    }
    *out = 100 * ((t->rise - t->fall) / (t->rise + t->fall));
    return true;
}

/* ---- all ------------------------------------------------------------------------------------ */

static uint64_t hold_of(const struct sx_iql_step *step)
{
    uint64_t period = (uint64_t)step->count, warm = period - 1;
    uint64_t simple = step->warmup == SX_IQL_WARMUP_SIMPLE;
    if (step->hold_count >= 0)
        return (uint64_t)step->hold_count;
    switch (step->technical) {
    case SX_IQL_TECHNICAL_EMA:
        return warm;
    case SX_IQL_TECHNICAL_DEMA:
        return warm * (1 + simple);
    case SX_IQL_TECHNICAL_TEMA:
        return warm * (1 + 2 * simple);
    case SX_IQL_TECHNICAL_TRIX:
        return warm * (1 + 2 * simple) + 1;
    case SX_IQL_TECHNICAL_CMO:
        return step->warmup == SX_IQL_WARMUP_NONE ? warm : period;
    default:
        return period;
    }
}

static bool compute(struct sx_iql_technical *t, struct sx_mem *mem, const struct sx_iql_step *step,
                    double value, double *out)
{
    uint64_t period = (uint64_t)step->count;
    double a[3], rise, fall;
    switch (step->technical) {
    case SX_IQL_TECHNICAL_EMA:
        fade_all(t, step, 1, value, a);
        *out = a[0];
        break;
    case SX_IQL_TECHNICAL_DEMA:
        fade_all(t, step, 2, value, a);
        *out = 2 * a[0] - a[1];
        break;
    case SX_IQL_TECHNICAL_TEMA:
        fade_all(t, step, 3, value, a);
        *out = 3 * a[0] - 3 * a[1] + a[2];
        break;
    case SX_IQL_TECHNICAL_TRIX:
        fade_all(t, step, 3, value, a);
        *out = (a[2] / t->last - 1) * 100;
        t->last = a[2];
        break;
    case SX_IQL_TECHNICAL_RSI:
        fade_changes(t, step, value, &rise, &fall);
        *out = 100 - 100 / (1 + rise / fall);
        break;
    case SX_IQL_TECHNICAL_KER:
        return efficiency(t, mem, period, value, out);
    case SX_IQL_TECHNICAL_KAMA:
        return adapt(t, mem, period, value, out);
    case SX_IQL_TECHNICAL_CMO:
        if (step->warmup == SX_IQL_WARMUP_NONE)
            return oscillate(t, mem, period, value, out);
        fade_changes(t, step, value, &rise, &fall);
        *out = 100 * ((rise - fall) / (rise + fall));
        break;
    }
    return true;
}

bool sx_iql_technical_add(struct sx_iql_technical *t, struct sx_mem *mem,
                          const struct sx_iql_step *step, double value, double *out, bool *shown)
{
    t->count++;
    *shown = t->count > hold_of(step);
    return compute(t, mem, step, value, out);
}

void sx_iql_technical_free(struct sx_iql_technical *t, struct sx_mem *mem)
{
    sx_mem_free(mem, t->ring);
    t->ring = NULL;
}
