/* SPDX-License-Identifier: Apache-2.0 */
/* chain.c -- see chain.h. */
#include "codec/chain.h"

#include "base/attr.h"

#include <assert.h>

void sx_chain_wide(int64_t *out, const uint64_t *residuals, struct sx_chain *chain, unsigned order)
{
    if (order == 0) {
        uint64_t base = chain->origin + chain->factor * chain->start;
        for (size_t i = 0; i < SX_GROUP; i++)
            out[i] = (int64_t)(base + chain->factor * residuals[i]);
        return;
    }
    uint64_t value = chain->start, delta = chain->delta;
    for (size_t i = 0; i < SX_GROUP; i++) {
        uint64_t d = residuals[i] + chain->step;
        delta = order == 1 ? d : delta + d;
        value += delta;
        out[i] = (int64_t)(chain->origin + chain->factor * value);
    }
    chain->start = value;
    chain->delta = delta;
}

/* Whether base + factor * (any 32-bit number) is exact: then doubles can be used all the way. */
static bool exact_in_doubles(const struct sx_chain *chain)
{
    uint64_t base = chain->origin + chain->factor * chain->start, limit = (uint64_t)1 << 52;
    return chain->factor <= (uint64_t)1 << 20 && base + limit <= 2 * limit;
}

void sx_chain_f64(double *out, const uint32_t *residuals, struct sx_chain *chain, unsigned order,
                  const struct sx_scale *scale)
{
    const struct sx_kernels *kernels = sx_kernels();
    if (exact_in_doubles(chain)) {
        kernels->to_f64[order](out, residuals, chain, scale);
        return;
    }
    int64_t values[SX_GROUP];
    kernels->to_i64[order](values, residuals, chain);
    kernels->scale(out, values, SX_GROUP, scale);
}

/* ---- totals --------------------------------------------------------------------------------- */

static void add_magnitude(struct sx_totals *totals, uint64_t v)
{
    if (__builtin_add_overflow(totals->magnitude, v, &totals->magnitude))
        totals->magnitude = UINT64_MAX;
}

static void add_sum(struct sx_totals *totals, int64_t v)
{
    if (__builtin_add_overflow(totals->sum, v, &totals->sum))
        totals->overflow = true;
}

void sx_totals_range(int64_t *range, const int64_t *values, size_t count)
{
    range[0] = INT64_MAX;
    range[1] = INT64_MIN;
    if (count == SX_GROUP) {
        sx_kernels()->range(range, values);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        range[0] = values[i] < range[0] ? values[i] : range[0];
        range[1] = values[i] > range[1] ? values[i] : range[1];
    }
}

void sx_totals_add_sum(struct sx_totals *totals, const int64_t *values, size_t count,
                       const int64_t *range)
{
    const int64_t small = (int64_t)1 << 54; /* 256 of them fit */
    assert(count <= SX_GROUP);
    if (range[0] <= -small || range[1] >= small) {
        for (size_t i = 0; i < count; i++) {
            add_sum(totals, values[i]);
            add_magnitude(totals, values[i] < 0 ? 0 - (uint64_t)values[i] : (uint64_t)values[i]);
        }
        return;
    }
    int64_t sum = 0, reach = SX_MAX(-range[0], range[1]);
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    add_sum(totals, sum);
    add_magnitude(totals, count * (uint64_t)reach);
}

void sx_totals_add(struct sx_totals *totals, const int64_t *values, size_t count)
{
    int64_t range[2];
    sx_totals_range(range, values, count);
    totals->min = SX_MIN(range[0], totals->min);
    totals->max = SX_MAX(range[1], totals->max);
    sx_totals_add_sum(totals, values, count, range);
}

bool sx_chain_sum(struct sx_totals *totals, const uint32_t *residuals, unsigned width,
                  struct sx_chain *chain, unsigned order)
{
    const int64_t far = (int64_t)1 << 52, limit = (int64_t)1 << 31;
    int64_t base = (int64_t)(chain->origin + chain->factor * chain->start);
    int64_t step = (int64_t)chain->step, sum, reach;
    if (order > 1 || width > SX_WEIGHTED_WIDTH || base >= far || base <= -far ||
        chain->factor > (uint64_t)1 << 20 || step >= limit || step <= -limit)
        return false;
    int64_t residual_max = (int64_t)1 << width, factor = (int64_t)chain->factor;
    int64_t plain = (int64_t)sx_kernels()->plain_sum(residuals);
    if (order == 0) {
        sum = plain;
        reach = residual_max;
    } else { /* each residual and step is in the values from it on */
        sum = (int64_t)sx_kernels()->weighted_sum(residuals) + SX_GROUP * (SX_GROUP + 1) / 2 * step;
        reach = SX_GROUP * (residual_max + (step < 0 ? -step : step));
        chain->start += (uint64_t)(plain + SX_GROUP * step);
    }
    /* base * 2^8 is below 2^60, factor * reach below 2^60; their products may be above 2^63 */
    int64_t all = SX_GROUP * base, more;
    uint64_t away = (uint64_t)((base < 0 ? -base : base) + factor * reach);
    away = away > UINT64_MAX / SX_GROUP ? UINT64_MAX : away * SX_GROUP;
    if (__builtin_mul_overflow(factor, sum, &more) || __builtin_add_overflow(all, more, &all))
        totals->overflow = true;
    add_sum(totals, all);
    add_magnitude(totals, away);
    return true;
}
