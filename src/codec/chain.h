/* SPDX-License-Identifier: Apache-2.0 */
/* chain.h -- a group of residuals to values, where the kernels alone do not do; and what values add
 * up to.
 *
 * Threads     Pure. */
#ifndef SX_CODEC_CHAIN_H
#define SX_CODEC_CHAIN_H

#include "codec/kernel.h"

/* As to_i64 of the kernels, with sums modulo 2^64. */
void sx_chain_wide(int64_t *out, const uint64_t *residuals, struct sx_chain *chain, unsigned order);

/* As to_f64 of the kernels, for any chain: by way of integers where doubles would not be exact. */
void sx_chain_f64(double *out, const uint32_t *residuals, struct sx_chain *chain, unsigned order,
                  const struct sx_scale *scale);

/* What integers add up to. */
struct sx_totals {
    bool overflow;      /* the sum does not fit, and means nothing */
    int64_t sum;        /* of the values, signed */
    uint64_t magnitude; /* at least the sum of their absolute values; UINT64_MAX: more */
    int64_t min, max;
};

static inline struct sx_totals sx_totals_none(void)
{
    return (struct sx_totals){.min = INT64_MAX, .max = INT64_MIN};
}

/* The least and the greatest of values, up to a group. */
void sx_totals_range(int64_t *range, const int64_t *values, size_t count);
/* Adds up to a group of values that lie in a range; min and max are left out. */
void sx_totals_add_sum(struct sx_totals *totals, const int64_t *values, size_t count,
                       const int64_t *range);
/* Adds up to a group of values. */
void sx_totals_add(struct sx_totals *totals, const int64_t *values, size_t count);

/* Adds the sum of a whole group of residuals below 2^width, sums modulo 2^32, and moves the chain
 * on; min and max are left out. False: this cannot be told without making the values; nothing is
 * done. */
bool sx_chain_sum(struct sx_totals *totals, const uint32_t *residuals, unsigned width,
                  struct sx_chain *chain, unsigned order);

#endif
