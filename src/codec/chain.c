/* SPDX-License-Identifier: Apache-2.0 */
/* chain.c -- see chain.h. */
#include "codec/chain.h"

void sx_chain_wide(int64_t *out, const uint64_t *residuals, struct sx_chain *chain, unsigned order)
{
    if (order == 0) {
        uint64_t base = chain->origin + chain->factor * (chain->start + chain->step);
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
