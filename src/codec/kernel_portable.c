/* SPDX-License-Identifier: Apache-2.0 */
/* kernel_portable.c -- the kernels in plain C for any CPU: the oracle of the other versions. */
#include "codec/kernel_priv.h"

#include "base/bytes.h"
#include "codec/kernel_ans.h"
#include "codec/kernel_pack.h"
#include "codec/kernel_plain.h"

/* One step of a chain; returns the relative value. */
static inline int32_t relative_next(unsigned order, uint32_t residual, uint32_t step,
                                    uint32_t *delta, uint32_t *sum)
{
    if (order == 0)
        return (int32_t)residual;
    if (order == 1) {
        *sum += residual + step;
        return (int32_t)*sum;
    }
    *delta += residual + step;
    *sum += *delta;
    return (int32_t)*sum;
}

static inline void to_i64(int64_t *out, const uint32_t *residuals, struct sx_chain *chain,
                          unsigned order)
{
    uint64_t base = chain->origin + chain->factor * chain->start;
    uint32_t delta = (uint32_t)chain->delta, sum = 0;
    int32_t before = 0, relative = 0;
    for (size_t i = 0; i < SX_GROUP; i++) {
        before = relative;
        relative = relative_next(order, residuals[i], (uint32_t)chain->step, &delta, &sum);
        out[i] = (int64_t)(base + chain->factor * (uint64_t)(int64_t)relative);
    }
    sx_chain_end(chain, order, before, relative);
}

static inline void to_f64(double *out, const uint32_t *residuals, struct sx_chain *chain,
                          const struct sx_scale *scale, unsigned order)
{
    int64_t values[SX_GROUP];
    to_i64(values, residuals, chain, order);
    for (size_t i = 0; i < SX_GROUP; i++)
        out[i] = sx_scale_apply(scale, values[i]);
}

#define DEFINE_ORDER(N)                                                                            \
    static void to_i64_##N(int64_t *out, const uint32_t *residuals, struct sx_chain *chain)        \
    {                                                                                              \
        to_i64(out, residuals, chain, N);                                                          \
    }                                                                                              \
    static void to_f64_##N(double *out, const uint32_t *residuals, struct sx_chain *chain,         \
                           const struct sx_scale *scale)                                           \
    {                                                                                              \
        to_f64(out, residuals, chain, scale, N);                                                   \
    }

DEFINE_ORDER(0)
DEFINE_ORDER(1)
DEFINE_ORDER(2)

static void scale_all(double *out, const int64_t *values, size_t count,
                      const struct sx_scale *scale)
{
    for (size_t i = 0; i < count; i++)
        out[i] = sx_scale_apply(scale, values[i]);
}

static size_t unscale_all(int64_t *out, uint64_t *bad, const double *values, size_t count,
                          const struct sx_scale *scale)
{
    size_t bad_count = 0;
    memset(bad, 0, (count + 63) / 64 * sizeof *bad);
    for (size_t i = 0; i < count; i++) {
        out[i] = sx_scale_unapply(scale, values[i]);
        double again = sx_scale_apply(scale, out[i]);
        if (sx_bits_of_f64(again) != sx_bits_of_f64(values[i])) {
            bad[i / 64] |= (uint64_t)1 << (i % 64);
            bad_count++;
        }
    }
    return bad_count;
}

const struct sx_kernels sx_kernels_portable = {
    .name = "portable",
    .pack = pack,
    .unpack = unpack,
    .differences = differences,
    .outside = outside,
    .to_i64 = {to_i64_0, to_i64_1, to_i64_2},
    .to_f64 = {to_f64_0, to_f64_1, to_f64_2},
    .scale = scale_all,
    .unscale = unscale_all,
    .ans_symbols = ans_symbols,
    .ans_numbers = ans_numbers,
    .ans_wide = ans_wide,
    .widen = widen,
    .range = range_of,
    .weighted_sum = weighted_sum,
    .plain_sum = plain_sum,
};
