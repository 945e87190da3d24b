/* SPDX-License-Identifier: Apache-2.0 */
/* kernel_avx2.c -- the kernels for x86-64 with AVX2, FMA and BMI2: a row of 8 values at a time. */
#include "codec/kernel_priv.h"

#if defined(__x86_64__)

#include "codec/kernel_target.h"

#include <immintrin.h>

SX_TARGET_BEGIN("avx2,fma,bmi,bmi2,lzcnt,popcnt")

#define SX_ANS_LOW_BITS _bzhi_u64
#include "codec/kernel_ans.h"
#include "codec/kernel_pack.h"

/* Running sums of 8 lanes. */
SX_INLINE __m256i prefix_sum(__m256i x)
{
    x = _mm256_add_epi32(x, _mm256_slli_si256(x, 4));
    x = _mm256_add_epi32(x, _mm256_slli_si256(x, 8));
    __m256i low = _mm256_permutevar8x32_epi32(x, _mm256_set1_epi32(3));
    return _mm256_add_epi32(x, _mm256_blend_epi32(_mm256_setzero_si256(), low, 0xf0));
}

SX_INLINE __m256i last_lane(__m256i x)
{
    return _mm256_permutevar8x32_epi32(x, _mm256_set1_epi32(7));
}

/* The state of a chain in registers. */
struct state {
    __m256i step, delta, sum;
};

SX_INLINE struct state state_of(const struct sx_chain *chain)
{
    return (struct state){
        .step = _mm256_set1_epi32((int)(uint32_t)chain->step),
        .delta = _mm256_set1_epi32((int)(uint32_t)chain->delta),
        .sum = _mm256_setzero_si256(),
    };
}

/* The next 8 relative values. The sums of a row are made before what comes from the rows before it
 * is added, which is all that one row waits for from the other. */
SX_INLINE __m256i next_row(struct state *state, const uint32_t *residuals, unsigned order)
{
    __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)residuals);
    if (order == 0)
        return x;
    x = _mm256_add_epi32(x, state->step);
    if (order == 2) {
        x = prefix_sum(x);
        __m256i total = last_lane(x);
        x = _mm256_add_epi32(x, state->delta);
        state->delta = _mm256_add_epi32(state->delta, total);
    }
    x = prefix_sum(x);
    __m256i total = last_lane(x);
    x = _mm256_add_epi32(x, state->sum);
    state->sum = _mm256_add_epi32(state->sum, total);
    return x;
}

SX_INLINE void end_of(struct sx_chain *chain, unsigned order, __m256i row)
{
    sx_chain_end(chain, order, _mm256_extract_epi32(row, 6), _mm256_extract_epi32(row, 7));
}

/* a * b modulo 2^64, a sign-extended from 32 bits. */
SX_INLINE __m256i multiply(__m256i a, __m256i b)
{
    __m256i cross = _mm256_add_epi64(_mm256_mul_epu32(a, _mm256_srli_epi64(b, 32)),
                                     _mm256_mul_epu32(_mm256_srli_epi64(a, 32), b));
    return _mm256_add_epi64(_mm256_mul_epu32(a, b), _mm256_slli_epi64(cross, 32));
}

SX_INLINE void to_i64(int64_t *out, const uint32_t *residuals, struct sx_chain *chain,
                      unsigned order, bool times)
{
    struct state state = state_of(chain);
    __m256i row = _mm256_setzero_si256();
    __m256i base = _mm256_set1_epi64x((int64_t)(chain->origin + chain->factor * chain->start));
    __m256i factor = _mm256_set1_epi64x((int64_t)chain->factor);
    for (unsigned i = 0; i < SX_GROUP; i += 8) {
        row = next_row(&state, residuals + i, order);
        __m256i low = _mm256_cvtepi32_epi64(_mm256_castsi256_si128(row));
        __m256i high = _mm256_cvtepi32_epi64(_mm256_extracti128_si256(row, 1));
        if (times) {
            low = multiply(low, factor);
            high = multiply(high, factor);
        }
        _mm256_storeu_si256((__m256i *)(void *)(out + i), _mm256_add_epi64(base, low));
        _mm256_storeu_si256((__m256i *)(void *)(out + i + 4), _mm256_add_epi64(base, high));
    }
    end_of(chain, order, row);
}

SX_INLINE __m256d divide(__m256d n, __m256d high, __m256d low)
{
    return _mm256_fmadd_pd(n, high, _mm256_mul_pd(n, low));
}

/* whole: the scale is 1, and the integers are the doubles. */
SX_INLINE void to_f64(double *out, const uint32_t *residuals, struct sx_chain *chain,
                      const struct sx_scale *scale, unsigned order, bool whole)
{
    struct state state = state_of(chain);
    __m256i row = _mm256_setzero_si256();
    __m256d base = _mm256_set1_pd((double)(int64_t)(chain->origin + chain->factor * chain->start));
    __m256d factor = _mm256_set1_pd((double)(int64_t)chain->factor);
    __m256d high = _mm256_set1_pd(scale->high), low = _mm256_set1_pd(scale->low);
    for (unsigned i = 0; i < SX_GROUP; i += 8) {
        row = next_row(&state, residuals + i, order);
        __m256d a = _mm256_cvtepi32_pd(_mm256_castsi256_si128(row));
        __m256d b = _mm256_cvtepi32_pd(_mm256_extracti128_si256(row, 1));
        a = _mm256_fmadd_pd(a, factor, base);
        b = _mm256_fmadd_pd(b, factor, base);
        _mm256_storeu_pd(out + i, whole ? a : divide(a, high, low));
        _mm256_storeu_pd(out + i + 4, whole ? b : divide(b, high, low));
    }
    end_of(chain, order, row);
}

#define DEFINE_ORDER(N)                                                                            \
    static void to_i64_##N(int64_t *out, const uint32_t *residuals, struct sx_chain *chain)        \
    {                                                                                              \
        if (chain->factor == 1)                                                                    \
            to_i64(out, residuals, chain, N, false);                                               \
        else                                                                                       \
            to_i64(out, residuals, chain, N, true);                                                \
    }                                                                                              \
    static void to_f64_##N(double *out, const uint32_t *residuals, struct sx_chain *chain,         \
                           const struct sx_scale *scale)                                           \
    {                                                                                              \
        if (scale->high == 1)                                                                      \
            to_f64(out, residuals, chain, scale, N, true);                                         \
        else                                                                                       \
            to_f64(out, residuals, chain, scale, N, false);                                        \
    }

DEFINE_ORDER(0)
DEFINE_ORDER(1)
DEFINE_ORDER(2)

/* int64 to double. The upper 48 bits are made a double at 2^67 and the lower 16 ... 48 one at 2^52
 * by writing them into mantissas; their sum is rounded once, so every int64 is converted as by the
 * scalar instruction. */
SX_INLINE __m256d double_of(__m256i x)
{
    __m256i upper = _mm256_blend_epi16(_mm256_srai_epi32(x, 16), _mm256_setzero_si256(), 0x33);
    upper = _mm256_add_epi64(upper, _mm256_castpd_si256(_mm256_set1_pd(0x1.8p68)));
    __m256i lower = _mm256_blend_epi16(x, _mm256_castpd_si256(_mm256_set1_pd(0x1p52)), 0x88);
    __m256d f = _mm256_sub_pd(_mm256_castsi256_pd(upper), _mm256_set1_pd(0x1.8p68 + 0x1p52));
    return _mm256_add_pd(f, _mm256_castsi256_pd(lower));
}

static void scale_all(double *out, const int64_t *values, size_t count,
                      const struct sx_scale *scale)
{
    __m256d high = _mm256_set1_pd(scale->high), low = _mm256_set1_pd(scale->low);
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        __m256i n = _mm256_loadu_si256((const __m256i *)(const void *)(values + i));
        _mm256_storeu_pd(out + i, divide(double_of(n), high, low));
    }
    for (; i < count; i++)
        out[i] = sx_scale_apply(scale, values[i]);
}

static size_t unscale_all(int64_t *out, uint64_t *bad, const double *values, size_t count,
                          const struct sx_scale *scale)
{
    __m256d high = _mm256_set1_pd(scale->high), low = _mm256_set1_pd(scale->low);
    __m256d inverse = _mm256_set1_pd(scale->inverse), rest = _mm256_set1_pd(scale->inverse_rest);
    __m256d magic = _mm256_set1_pd(0x1.8p52), max = _mm256_set1_pd((double)SX_SCALED_MAX);
    __m256d sign = _mm256_set1_pd(-0.0);
    size_t bad_count = 0, i = 0;
    memset(bad, 0, (count + 63) / 64 * sizeof *bad);
    for (; i + 4 <= count; i += 4) {
        __m256d v = _mm256_loadu_pd(values + i);
        __m256d q = _mm256_mul_pd(_mm256_mul_pd(v, inverse), rest);
        __m256d fits = _mm256_cmp_pd(_mm256_andnot_pd(sign, q), max, _CMP_LE_OQ);
        __m256d shifted = _mm256_add_pd(_mm256_and_pd(q, fits), magic);
        __m256i n = _mm256_sub_epi64(_mm256_castpd_si256(shifted), _mm256_castpd_si256(magic));
        _mm256_storeu_si256((__m256i *)(void *)(out + i), n);
        __m256d again = divide(_mm256_sub_pd(shifted, magic), high, low);
        __m256i same = _mm256_cmpeq_epi64(_mm256_castpd_si256(again), _mm256_castpd_si256(v));
        unsigned mask = (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(same)) ^ 15;
        bad[i / 64] |= (uint64_t)mask << (i % 64);
        bad_count += (size_t)__builtin_popcount(mask);
    }
    if (i < count) {
        uint64_t rest_bad[1];
        bad_count += sx_kernels_portable.unscale(out + i, rest_bad, values + i, count - i, scale);
        bad[i / 64] |= rest_bad[0] << (i % 64);
    }
    return bad_count;
}

/* The lower halves of 2 * 4 numbers. */
SX_INLINE __m256i lower_halves(__m256i a, __m256i b)
{
    const __m256i even = _mm256_set_epi32(6, 4, 2, 0, 6, 4, 2, 0);
    return _mm256_blend_epi32(_mm256_permutevar8x32_epi32(a, even),
                              _mm256_permutevar8x32_epi32(b, even), 0xf0);
}

SX_INLINE __m256i load(const int64_t *values)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)values);
}

/* Four differences. */
SX_INLINE __m256i difference(const int64_t *values, __m256i from, unsigned order)
{
    __m256i v = load(values);
    if (order == 0)
        return _mm256_sub_epi64(v, from);
    __m256i before = load(values - 1), d = _mm256_sub_epi64(v, before);
    if (order == 2)
        d = _mm256_sub_epi64(d, _mm256_sub_epi64(before, load(values - 2)));
    return d;
}

SX_INLINE bool differences_of(uint32_t *out, int32_t range[2], const int64_t *values,
                              unsigned order, unsigned reach)
{
    __m256i from = _mm256_set1_epi64x(order ? values[-1] : values[0]);
    __m256i middle = _mm256_sub_epi64(from, _mm256_set1_epi64x((int64_t)1 << reach));
    __m256i far = _mm256_setzero_si256();
    __m256i low = _mm256_set1_epi32(INT32_MAX), high = _mm256_set1_epi32(INT32_MIN);
    for (unsigned i = 0; i < SX_GROUP; i += 8) {
        const int64_t *v = values + i;
        far = _mm256_or_si256(far, _mm256_sub_epi64(load(v), middle));
        far = _mm256_or_si256(far, _mm256_sub_epi64(load(v + 4), middle));
        __m256i d = lower_halves(difference(v, from, order), difference(v + 4, from, order));
        low = _mm256_min_epi32(low, d);
        high = _mm256_max_epi32(high, d);
        _mm256_storeu_si256((__m256i *)(void *)(out + i), d);
    }
    int32_t lows[8], highs[8];
    _mm256_storeu_si256((__m256i *)(void *)lows, low);
    _mm256_storeu_si256((__m256i *)(void *)highs, high);
    range[0] = lows[0];
    range[1] = highs[0];
    for (unsigned i = 1; i < 8; i++) {
        range[0] = lows[i] < range[0] ? lows[i] : range[0];
        range[1] = highs[i] > range[1] ? highs[i] : range[1];
    }
    far = _mm256_srl_epi64(far, _mm_cvtsi32_si128((int)reach + 1));
    return _mm256_testz_si256(far, far);
}

static bool differences(uint32_t *out, int32_t range[2], const int64_t *values, unsigned order,
                        unsigned reach)
{
    if (order == 0)
        return differences_of(out, range, values, 0, reach);
    if (order == 1)
        return differences_of(out, range, values, 1, reach);
    return differences_of(out, range, values, 2, reach);
}

static size_t outside(uint64_t masks[4], const uint64_t valid[4], const uint32_t *numbers,
                      uint32_t low, uint32_t span)
{
    const __m256i sign = _mm256_set1_epi32(INT32_MIN);
    __m256i from = _mm256_set1_epi32((int)(low ^ 0x80000000u)); /* and the sign is flipped */
    __m256i limit = _mm256_xor_si256(_mm256_set1_epi32((int)span), sign);
    size_t count = 0;
    for (unsigned word = 0; word < 4; word++) {
        uint64_t mask = 0;
        for (unsigned i = 0; i < 64; i += 8) {
            const void *at = numbers + 64 * word + i;
            __m256i v = _mm256_sub_epi32(_mm256_loadu_si256((const __m256i *)at), from);
            __m256i over = _mm256_cmpgt_epi32(v, limit);
            mask |= (uint64_t)(unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(over)) << i;
        }
        masks[word] = mask & valid[word];
        count += (size_t)__builtin_popcountll(masks[word]);
    }
    return count;
}

static void range_of(int64_t range[2], const int64_t *values)
{
    __m256i low = load(values), high = low;
    for (unsigned i = 4; i < SX_GROUP; i += 4) {
        __m256i v = load(values + i);
        low = _mm256_blendv_epi8(low, v, _mm256_cmpgt_epi64(low, v));
        high = _mm256_blendv_epi8(high, v, _mm256_cmpgt_epi64(v, high));
    }
    int64_t lows[4], highs[4];
    _mm256_storeu_si256((__m256i *)(void *)lows, low);
    _mm256_storeu_si256((__m256i *)(void *)highs, high);
    range[0] = lows[0];
    range[1] = highs[0];
    for (unsigned i = 1; i < 4; i++) {
        range[0] = lows[i] < range[0] ? lows[i] : range[0];
        range[1] = highs[i] > range[1] ? highs[i] : range[1];
    }
}

static void widen(uint32_t *out, const uint8_t *in, uint32_t add)
{
    for (unsigned i = 0; i < SX_GROUP; i += 8) {
        __m128i bytes = _mm_loadl_epi64((const __m128i *)(const void *)(in + i));
        __m256i row = _mm256_add_epi32(_mm256_cvtepu8_epi32(bytes), _mm256_set1_epi32((int)add));
        _mm256_storeu_si256((__m256i *)(void *)(out + i), row);
    }
}

const struct sx_kernels sx_kernels_avx2 = {
    .name = "avx2",
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

SX_TARGET_END

#endif
