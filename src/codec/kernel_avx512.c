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

/* Running sums of 16 lanes. */
SX_INLINE __m512i prefix_sum(__m512i x)
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

SX_INLINE __m512i last_lane(__m512i x)
{
    return _mm512_permutexvar_epi32(_mm512_set1_epi32(15), x);
}

struct state {
    __m512i step, delta, sum;
};

SX_INLINE struct state state_of(const struct sx_chain *chain)
{
    return (struct state){
        .step = _mm512_set1_epi32((int)(uint32_t)chain->step),
        .delta = _mm512_set1_epi32((int)(uint32_t)chain->delta),
        .sum = _mm512_setzero_si512(),
    };
}

/* Two rows. They were stored one by one, a moment ago: a load of both would wait for the stores. */
SX_INLINE __m512i load_rows(const uint32_t *residuals)
{
    const void *low = residuals, *high = residuals + 8;
    return _mm512_inserti64x4(_mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *)low)),
                              _mm256_loadu_si256((const __m256i *)high), 1);
}

/* The next 16 relative values; see kernel_avx2.c. */
SX_INLINE __m512i next_rows(struct state *state, const uint32_t *residuals, unsigned order)
{
    __m512i x = load_rows(residuals);
    if (order == 0)
        return x;
    x = _mm512_add_epi32(x, state->step);
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

SX_INLINE void end_of(struct sx_chain *chain, unsigned order, __m512i rows)
{
    __m128i last = _mm512_extracti32x4_epi32(rows, 3);
    sx_chain_end(chain, order, _mm_extract_epi32(last, 2), _mm_extract_epi32(last, 3));
}

SX_INLINE void to_i64(int64_t *out, const uint32_t *residuals, struct sx_chain *chain,
                      unsigned order, bool times)
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

SX_INLINE __m512d divide(__m512d n, __m512d high, __m512d low)
{
    return _mm512_fmadd_pd(n, high, _mm512_mul_pd(n, low));
}

/* whole: the scale is 1, and the integers are the doubles. */
SX_INLINE void to_f64(double *out, const uint32_t *residuals, struct sx_chain *chain,
                      const struct sx_scale *scale, unsigned order, bool whole)
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
        _mm512_storeu_pd(out + i, whole ? a : divide(a, high, low));
        _mm512_storeu_pd(out + i + 8, whole ? b : divide(b, high, low));
    }
    end_of(chain, order, rows);
}

/* Order 0 by single rows: nothing has to be put together or taken apart. */
SX_INLINE void rows_to_f64(double *out, const uint32_t *residuals, const struct sx_chain *chain,
                           const struct sx_scale *scale, bool whole)
{
    __m512d base = _mm512_set1_pd((double)(int64_t)(chain->origin + chain->factor * chain->start));
    __m512d factor = _mm512_set1_pd((double)(int64_t)chain->factor);
    __m512d high = _mm512_set1_pd(scale->high), low = _mm512_set1_pd(scale->low);
    for (unsigned i = 0; i < SX_GROUP; i += 8) {
        const void *at = residuals + i;
        __m512d n = _mm512_cvtepi32_pd(_mm256_loadu_si256((const __m256i *)at));
        n = _mm512_fmadd_pd(n, factor, base);
        _mm512_storeu_pd(out + i, whole ? n : divide(n, high, low));
    }
}

static void to_f64_0(double *out, const uint32_t *residuals, struct sx_chain *chain,
                     const struct sx_scale *scale)
{
    if (scale->high == 1)
        rows_to_f64(out, residuals, chain, scale, true);
    else
        rows_to_f64(out, residuals, chain, scale, false);
}

#define DEFINE_TO_I64(N)                                                                           \
    static void to_i64_##N(int64_t *out, const uint32_t *residuals, struct sx_chain *chain)        \
    {                                                                                              \
        if (chain->factor == 1)                                                                    \
            to_i64(out, residuals, chain, N, false);                                               \
        else                                                                                       \
            to_i64(out, residuals, chain, N, true);                                                \
    }
#define DEFINE_TO_F64(N)                                                                           \
    static void to_f64_##N(double *out, const uint32_t *residuals, struct sx_chain *chain,         \
                           const struct sx_scale *scale)                                           \
    {                                                                                              \
        if (scale->high == 1)                                                                      \
            to_f64(out, residuals, chain, scale, N, true);                                         \
        else                                                                                       \
            to_f64(out, residuals, chain, scale, N, false);                                        \
    }

DEFINE_TO_I64(0)
DEFINE_TO_I64(1)
DEFINE_TO_I64(2)
DEFINE_TO_F64(1)
DEFINE_TO_F64(2)

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

/* Eight differences. */
SX_INLINE __m512i difference(const int64_t *values, __m512i from, unsigned order)
{
    __m512i v = _mm512_loadu_si512(values);
    if (order == 0)
        return _mm512_sub_epi64(v, from);
    __m512i before = _mm512_loadu_si512(values - 1), d = _mm512_sub_epi64(v, before);
    if (order == 2)
        d = _mm512_sub_epi64(d, _mm512_sub_epi64(before, _mm512_loadu_si512(values - 2)));
    return d;
}

SX_INLINE bool differences_of(uint32_t *out, int32_t range[2], const int64_t *values,
                              unsigned order, unsigned reach)
{
    __m512i from = _mm512_set1_epi64(order ? values[-1] : values[0]);
    __m512i middle = _mm512_sub_epi64(from, _mm512_set1_epi64((int64_t)1 << reach));
    __m512i far = _mm512_setzero_si512();
    __m512i low = _mm512_set1_epi32(INT32_MAX), high = _mm512_set1_epi32(INT32_MIN);
    for (unsigned i = 0; i < SX_GROUP; i += 16) {
        const int64_t *v = values + i;
        far = _mm512_or_si512(far, _mm512_sub_epi64(_mm512_loadu_si512(v), middle));
        far = _mm512_or_si512(far, _mm512_sub_epi64(_mm512_loadu_si512(v + 8), middle));
        __m256i a = _mm512_cvtepi64_epi32(difference(v, from, order));
        __m256i b = _mm512_cvtepi64_epi32(difference(v + 8, from, order));
        __m512i d = _mm512_inserti64x4(_mm512_castsi256_si512(a), b, 1);
        low = _mm512_min_epi32(low, d);
        high = _mm512_max_epi32(high, d);
        _mm512_storeu_si512(out + i, d);
    }
    range[0] = _mm512_reduce_min_epi32(low);
    range[1] = _mm512_reduce_max_epi32(high);
    far = _mm512_srl_epi64(far, _mm_cvtsi32_si128((int)reach + 1));
    return _mm512_test_epi64_mask(far, far) == 0;
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
    __m512i from = _mm512_set1_epi32((int)low), limit = _mm512_set1_epi32((int)span);
    size_t count = 0;
    for (unsigned word = 0; word < 4; word++) {
        uint64_t mask = 0;
        for (unsigned i = 0; i < 64; i += 16) {
            __m512i v = _mm512_sub_epi32(_mm512_loadu_si512(numbers + 64 * word + i), from);
            mask |= (uint64_t)_mm512_cmpgt_epu32_mask(v, limit) << i;
        }
        masks[word] = mask & valid[word];
        count += (size_t)__builtin_popcountll(masks[word]);
    }
    return count;
}

static void range_of(int64_t range[2], const int64_t *values)
{
    __m512i low = _mm512_loadu_si512(values), high = low;
    for (unsigned i = 8; i < SX_GROUP; i += 8) {
        __m512i v = _mm512_loadu_si512(values + i);
        low = _mm512_min_epi64(low, v);
        high = _mm512_max_epi64(high, v);
    }
    range[0] = _mm512_reduce_min_epi64(low);
    range[1] = _mm512_reduce_max_epi64(high);
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
