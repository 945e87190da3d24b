/* SPDX-License-Identifier: Apache-2.0 */
/* kernel_neon.c -- the kernels for AArch64: half a row of 8 values at a time. */
#include "codec/kernel_priv.h"

#if defined(__aarch64__)

#include "codec/kernel_ans.h"
#include "codec/kernel_pack.h"
#include "codec/kernel_plain.h"

#include <arm_neon.h>

/* Running sums of 4 lanes. */
SX_INLINE uint32x4_t prefix_sum(uint32x4_t x)
{
    const uint32x4_t zero = vdupq_n_u32(0);
    x = vaddq_u32(x, vextq_u32(zero, x, 3));
    return vaddq_u32(x, vextq_u32(zero, x, 2));
}

/* The state of a chain in registers. */
struct state {
    uint32x4_t step, delta, sum;
};

SX_INLINE struct state state_of(const struct sx_chain *chain)
{
    return (struct state){
        .step = vdupq_n_u32((uint32_t)chain->step),
        .delta = vdupq_n_u32((uint32_t)chain->delta),
        .sum = vdupq_n_u32(0),
    };
}

/* The next 4 relative values; see kernel_avx2.c. */
SX_INLINE int32x4_t next_four(struct state *state, const uint32_t *residuals, unsigned order)
{
    uint32x4_t x = vld1q_u32(residuals);
    if (order == 0)
        return vreinterpretq_s32_u32(x);
    x = vaddq_u32(x, state->step);
    if (order == 2) {
        x = prefix_sum(x);
        uint32x4_t total = vdupq_laneq_u32(x, 3);
        x = vaddq_u32(x, state->delta);
        state->delta = vaddq_u32(state->delta, total);
    }
    x = prefix_sum(x);
    uint32x4_t total = vdupq_laneq_u32(x, 3);
    x = vaddq_u32(x, state->sum);
    state->sum = vaddq_u32(state->sum, total);
    return vreinterpretq_s32_u32(x);
}

SX_INLINE void end_of(struct sx_chain *chain, unsigned order, int32x4_t four)
{
    sx_chain_end(chain, order, vgetq_lane_s32(four, 2), vgetq_lane_s32(four, 3));
}

SX_INLINE void to_i64(int64_t *out, const uint32_t *residuals, struct sx_chain *chain,
                      unsigned order)
{
    struct state state = state_of(chain);
    int32x4_t four = vdupq_n_s32(0);
    uint64_t base = chain->origin + chain->factor * chain->start;
    for (unsigned i = 0; i < SX_GROUP; i += 4) {
        int64_t relative[4];
        four = next_four(&state, residuals + i, order);
        vst1q_s64(relative, vmovl_s32(vget_low_s32(four)));
        vst1q_s64(relative + 2, vmovl_high_s32(four));
        for (unsigned k = 0; k < 4; k++) /* there is no product of 64 bits in NEON */
            out[i + k] = (int64_t)(base + chain->factor * (uint64_t)relative[k]);
    }
    end_of(chain, order, four);
}

SX_INLINE void to_i64_as_is(int64_t *out, const uint32_t *residuals, struct sx_chain *chain,
                            unsigned order)
{
    struct state state = state_of(chain);
    int32x4_t four = vdupq_n_s32(0);
    int64x2_t base = vdupq_n_s64((int64_t)(chain->origin + chain->start));
    for (unsigned i = 0; i < SX_GROUP; i += 4) {
        four = next_four(&state, residuals + i, order);
        vst1q_s64(out + i, vaddw_s32(base, vget_low_s32(four)));
        vst1q_s64(out + i + 2, vaddw_high_s32(base, four));
    }
    end_of(chain, order, four);
}

SX_INLINE float64x2_t divide(float64x2_t n, float64x2_t high, float64x2_t low)
{
    return vfmaq_f64(vmulq_f64(n, low), n, high);
}

SX_INLINE void to_f64(double *out, const uint32_t *residuals, struct sx_chain *chain,
                      const struct sx_scale *scale, unsigned order)
{
    struct state state = state_of(chain);
    int32x4_t four = vdupq_n_s32(0);
    float64x2_t base = vdupq_n_f64((double)(int64_t)(chain->origin + chain->factor * chain->start));
    float64x2_t factor = vdupq_n_f64((double)(int64_t)chain->factor);
    float64x2_t high = vdupq_n_f64(scale->high), low = vdupq_n_f64(scale->low);
    for (unsigned i = 0; i < SX_GROUP; i += 4) {
        four = next_four(&state, residuals + i, order);
        float64x2_t a = vcvtq_f64_s64(vmovl_s32(vget_low_s32(four)));
        float64x2_t b = vcvtq_f64_s64(vmovl_high_s32(four));
        vst1q_f64(out + i, divide(vfmaq_f64(base, a, factor), high, low));
        vst1q_f64(out + i + 2, divide(vfmaq_f64(base, b, factor), high, low));
    }
    end_of(chain, order, four);
}

#define DEFINE_ORDER(N)                                                                            \
    static void to_i64_##N(int64_t *out, const uint32_t *residuals, struct sx_chain *chain)        \
    {                                                                                              \
        if (chain->factor == 1)                                                                    \
            to_i64_as_is(out, residuals, chain, N);                                                \
        else                                                                                       \
            to_i64(out, residuals, chain, N);                                                      \
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
    float64x2_t high = vdupq_n_f64(scale->high), low = vdupq_n_f64(scale->low);
    size_t i = 0;
    for (; i + 2 <= count; i += 2)
        vst1q_f64(out + i, divide(vcvtq_f64_s64(vld1q_s64(values + i)), high, low));
    for (; i < count; i++)
        out[i] = sx_scale_apply(scale, values[i]);
}

static size_t unscale_all(int64_t *out, uint64_t *bad, const double *values, size_t count,
                          const struct sx_scale *scale)
{
    float64x2_t high = vdupq_n_f64(scale->high), low = vdupq_n_f64(scale->low);
    float64x2_t inverse = vdupq_n_f64(scale->inverse), rest = vdupq_n_f64(scale->inverse_rest);
    float64x2_t magic = vdupq_n_f64(0x1.8p52), max = vdupq_n_f64((double)SX_SCALED_MAX);
    size_t bad_count = 0, i = 0;
    memset(bad, 0, (count + 63) / 64 * sizeof *bad);
    for (; i + 2 <= count; i += 2) {
        float64x2_t v = vld1q_f64(values + i);
        float64x2_t q = vmulq_f64(vmulq_f64(v, inverse), rest);
        uint64x2_t fits = vcaleq_f64(q, max);
        q = vreinterpretq_f64_u64(vandq_u64(vreinterpretq_u64_f64(q), fits));
        float64x2_t shifted = vaddq_f64(q, magic);
        vst1q_s64(out + i, vsubq_s64(vreinterpretq_s64_f64(shifted), vreinterpretq_s64_f64(magic)));
        float64x2_t again = divide(vsubq_f64(shifted, magic), high, low);
        uint64x2_t same = vceqq_u64(vreinterpretq_u64_f64(again), vreinterpretq_u64_f64(v));
        uint64_t mask = (~vgetq_lane_u64(same, 0) & 1) | (~vgetq_lane_u64(same, 1) & 2);
        bad[i / 64] |= mask << (i % 64);
        bad_count += (size_t)__builtin_popcountll(mask);
    }
    if (i < count) {
        uint64_t rest_bad[1];
        bad_count += sx_kernels_portable.unscale(out + i, rest_bad, values + i, count - i, scale);
        bad[i / 64] |= rest_bad[0] << (i % 64);
    }
    return bad_count;
}

const struct sx_kernels sx_kernels_neon = {
    .name = "neon",
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

#endif
