/* SPDX-License-Identifier: Apache-2.0 */
/* kernel_avx512.c -- the kernels for x86-64 with AVX-512 F, VL, DQ and BW: two rows of 8 values at
 * a time, a row of doubles in one register. */
#include "codec/kernel_priv.h"

#if defined(__x86_64__)

#include "codec/kernel_target.h"

#include <immintrin.h>

SX_TARGET_BEGIN("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma,bmi,bmi2,lzcnt,popcnt")

#define SX_ANS_LOW_BITS _bzhi_u64
#include "codec/kernel_ans.h"
#include "codec/kernel_pack.h"

#define INLINE static inline __attribute__((always_inline))

/* Running sums of 16 lanes. */
INLINE __m512i prefix_sum(__m512i x)
{
    const __m512i zero = _mm512_setzero_si512();
    x = _mm512_add_epi32(x, _mm512_bslli_epi128(x, 4));
    x = _mm512_add_epi32(x, _mm512_bslli_epi128(x, 8));
    /* lanes 4-7 get the total of lanes 0-3, lanes 12-15 that of 8-11; then 8-15 that of 0-7 */
    const __m512i quarter = _mm512_set_epi32(11, 11, 11, 11, 0, 0, 0, 0, 3, 3, 3, 3, 0, 0, 0, 0);
    x = _mm512_add_epi32(x, _mm512_mask_permutexvar_epi32(zero, 0xf0f0, quarter, x));
    return _mm512_add_epi32(x,
                            _mm512_mask_permutexvar_epi32(zero, 0xff00, _mm512_set1_epi32(7), x));
}

INLINE __m512i last_lane(__m512i x)
{
    return _mm512_permutexvar_epi32(_mm512_set1_epi32(15), x);
}

struct state {
    __m512i step, delta, sum;
};

INLINE struct state state_of(const struct sx_chain *chain)
{
    return (struct state){
        .step = _mm512_set1_epi32((int)(uint32_t)chain->step),
        .delta = _mm512_set1_epi32((int)(uint32_t)chain->delta),
        .sum = _mm512_setzero_si512(),
    };
}

/* The next 16 relative values; see kernel_avx2.c. */
INLINE __m512i next_rows(struct state *state, const uint32_t *residuals, unsigned order)
{
    __m512i x = _mm512_loadu_si512(residuals);
    x = _mm512_add_epi32(x, state->step);
    if (order == 0)
        return x;
    if (order == 2) {
        x = prefix_sum(x);
        __m512i total = last_lane(x);
        x = _mm512_add_epi32(x, state->delta);
        state->delta = _mm512_add_epi32(state->delta, total);
    }
    x = prefix_sum(x);
    __m512i total = last_lane(x);
    x = _mm512_add_epi32(x, state->sum);
    state->sum = _mm512_add_epi32(state->sum, total);
    return x;
}

INLINE void end_of(struct sx_chain *chain, unsigned order, __m512i rows)
{
    __m128i last = _mm512_extracti32x4_epi32(rows, 3);
    sx_chain_end(chain, order, _mm_extract_epi32(last, 2), _mm_extract_epi32(last, 3));
}

INLINE void to_i64(int64_t *out, const uint32_t *residuals, struct sx_chain *chain, unsigned order,
                   bool times)
{
    struct state state = state_of(chain);
    __m512i rows = _mm512_setzero_si512();
    __m512i base = _mm512_set1_epi64((int64_t)(chain->origin + chain->factor * chain->start));
    __m512i factor = _mm512_set1_epi64((int64_t)chain->factor);
    for (unsigned i = 0; i < SX_GROUP; i += 16) {
        rows = next_rows(&state, residuals + i, order);
        __m512i low = _mm512_cvtepi32_epi64(_mm512_castsi512_si256(rows));
        __m512i high = _mm512_cvtepi32_epi64(_mm512_extracti64x4_epi64(rows, 1));
        if (times) {
            low = _mm512_mullo_epi64(low, factor);
            high = _mm512_mullo_epi64(high, factor);
        }
        _mm512_storeu_si512(out + i, _mm512_add_epi64(base, low));
        _mm512_storeu_si512(out + i + 8, _mm512_add_epi64(base, high));
    }
    end_of(chain, order, rows);
}

INLINE __m512d divide(__m512d n, __m512d high, __m512d low)
{
    return _mm512_fmadd_pd(n, high, _mm512_mul_pd(n, low));
}

INLINE void to_f64(double *out, const uint32_t *residuals, struct sx_chain *chain,
                   const struct sx_scale *scale, unsigned order)
{
    struct state state = state_of(chain);
    __m512i rows = _mm512_setzero_si512();
    __m512d base = _mm512_set1_pd((double)(int64_t)(chain->origin + chain->factor * chain->start));
    __m512d factor = _mm512_set1_pd((double)(int64_t)chain->factor);
    __m512d high = _mm512_set1_pd(scale->high), low = _mm512_set1_pd(scale->low);
    for (unsigned i = 0; i < SX_GROUP; i += 16) {
        rows = next_rows(&state, residuals + i, order);
        __m512d a = _mm512_cvtepi32_pd(_mm512_castsi512_si256(rows));
        __m512d b = _mm512_cvtepi32_pd(_mm512_extracti64x4_epi64(rows, 1));
        a = _mm512_fmadd_pd(a, factor, base);
        b = _mm512_fmadd_pd(b, factor, base);
        _mm512_storeu_pd(out + i, divide(a, high, low));
        _mm512_storeu_pd(out + i + 8, divide(b, high, low));
    }
    end_of(chain, order, rows);
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
        to_f64(out, residuals, chain, scale, N);                                                   \
    }

DEFINE_ORDER(0)
DEFINE_ORDER(1)
DEFINE_ORDER(2)

static void scale_all(double *out, const int64_t *values, size_t count,
                      const struct sx_scale *scale)
{
    __m512d high = _mm512_set1_pd(scale->high), low = _mm512_set1_pd(scale->low);
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        __m512d n = _mm512_cvtepi64_pd(_mm512_loadu_si512(values + i));
        _mm512_storeu_pd(out + i, divide(n, high, low));
    }
    for (; i < count; i++)
        out[i] = sx_scale_apply(scale, values[i]);
}

static size_t unscale_all(int64_t *out, uint64_t *bad, const double *values, size_t count,
                          const struct sx_scale *scale)
{
    __m512d high = _mm512_set1_pd(scale->high), low = _mm512_set1_pd(scale->low);
    __m512d inverse = _mm512_set1_pd(scale->inverse), rest = _mm512_set1_pd(scale->inverse_rest);
    __m512d magic = _mm512_set1_pd(0x1.8p52), max = _mm512_set1_pd((double)SX_SCALED_MAX);
    size_t bad_count = 0, i = 0;
    memset(bad, 0, (count + 63) / 64 * sizeof *bad);
    for (; i + 8 <= count; i += 8) {
        __m512d v = _mm512_loadu_pd(values + i);
        __m512d q = _mm512_mul_pd(_mm512_mul_pd(v, inverse), rest);
        __mmask8 fits = _mm512_cmp_pd_mask(_mm512_abs_pd(q), max, _CMP_LE_OQ);
        __m512d shifted = _mm512_add_pd(_mm512_maskz_mov_pd(fits, q), magic);
        __m512i n = _mm512_sub_epi64(_mm512_castpd_si512(shifted), _mm512_castpd_si512(magic));
        _mm512_storeu_si512(out + i, n);
        __m512d again = divide(_mm512_sub_pd(shifted, magic), high, low);
        unsigned mask =
            _mm512_cmpneq_epi64_mask(_mm512_castpd_si512(again), _mm512_castpd_si512(v));
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

static void widen(uint32_t *out, const uint8_t *in, uint32_t add)
{
    for (unsigned i = 0; i < SX_GROUP; i += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(in + i));
        __m512i rows = _mm512_add_epi32(_mm512_cvtepu8_epi32(bytes), _mm512_set1_epi32((int)add));
        _mm512_storeu_si512(out + i, rows);
    }
}

const struct sx_kernels sx_kernels_avx512 = {
    .name = "avx512",
    .pack = pack,
    .unpack = unpack,
    .to_i64 = {to_i64_0, to_i64_1, to_i64_2},
    .to_f64 = {to_f64_0, to_f64_1, to_f64_2},
    .scale = scale_all,
    .unscale = unscale_all,
    .ans_symbols = ans_symbols,
    .ans_numbers = ans_numbers,
    .ans_wide = ans_wide,
    .widen = widen,
    .weighted_sum = weighted_sum,
    .plain_sum = plain_sum,
};

SX_TARGET_END

#endif
