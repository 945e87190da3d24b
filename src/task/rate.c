/* SPDX-License-Identifier: Apache-2.0 */
/* rate.c -- see rate.h. */
#include "task/rate.h"

#include "base/attr.h"

#define NS_PER_SECOND ((uint64_t)1000000000)
#define WAIT_MAX_NS (INT64_MAX / 4) /* 73 years: sums of two stay numbers */

/* size / rate in ns, with the rest of the division carried from call to call. With rate <= 2^34 the
 * product of the remainder stays below 2^64. */
static int64_t cost_ns(uint64_t rate, uint64_t size, uint64_t *rest)
{
    uint64_t seconds = size / rate;
    if (seconds >= (uint64_t)WAIT_MAX_NS / NS_PER_SECOND)
        return WAIT_MAX_NS;
    uint64_t units = size % rate * NS_PER_SECOND + *rest;
    *rest = units % rate;
    return (int64_t)(seconds * NS_PER_SECOND + units / rate);
}

static void set(struct sx_rate *rate, uint64_t bytes_per_s, uint64_t burst)
{
    uint64_t rest = 0;
    rate->rate = SX_MIN(bytes_per_s, SX_RATE_MAX);
    rate->burst = burst;
    rate->burst_ns = rate->rate ? cost_ns(rate->rate, burst, &rest) : 0;
    rate->rest = 0;
}

void sx_rate_init(struct sx_rate *rate, uint64_t bytes_per_s, uint64_t burst, int64_t mono_ns)
{
    sx_mutex_init(&rate->lock);
    set(rate, bytes_per_s, burst);
    rate->paid_ns = mono_ns - rate->burst_ns;
}

void sx_rate_deinit(struct sx_rate *rate)
{
    sx_mutex_deinit(&rate->lock);
}

/* Not further behind the clock than the burst. */
static void catch_up(struct sx_rate *rate, int64_t mono_ns)
{
    if (rate->paid_ns < mono_ns - rate->burst_ns) {
        rate->paid_ns = mono_ns - rate->burst_ns;
        rate->rest = 0;
    }
}

void sx_rate_set(struct sx_rate *rate, uint64_t bytes_per_s, uint64_t burst, int64_t mono_ns)
{
    sx_mutex_lock(&rate->lock);
    set(rate, bytes_per_s, burst);
    catch_up(rate, mono_ns);
    sx_mutex_unlock(&rate->lock);
}

int64_t sx_rate_take(struct sx_rate *rate, uint64_t size, int64_t mono_ns)
{
    int64_t wait_ns = 0;
    sx_mutex_lock(&rate->lock);
    if (rate->rate) {
        catch_up(rate, mono_ns);
        int64_t cost = cost_ns(rate->rate, size, &rate->rest);
        rate->paid_ns = SX_MIN(rate->paid_ns, mono_ns + WAIT_MAX_NS) + cost;
        wait_ns = SX_MAX(rate->paid_ns - mono_ns, 0);
    }
    sx_mutex_unlock(&rate->lock);
    return wait_ns;
}
