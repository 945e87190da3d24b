/* SPDX-License-Identifier: Apache-2.0 */
/* float_format.c -- see float_format.h.
 *
 * Source      R. Giulietti, "The Schubfach way to render doubles" (2020).
 * Algorithm   v is c * 2^q. Texts that read back as v lie between the half way points to its
 *             neighbours. 10^k is the largest power of ten not longer than that interval, so it
 *             holds at least one multiple of 10^k and at most one of 10^(k+1). v and both ends,
 *             times 4, are divided by 10^k with one product each (rounded to odd, so that
 *             comparisons stay exact); then the multiple of 10^(k+1) is taken if it is inside, else
 *             the nearer multiple of 10^k. Only integers are computed with.
 *             0.3 lies in 0.29999999999999996 .. 0.30000000000000001, k = -17; 30000000000000000
 *             units of 10^-17 are inside and a multiple of ten: 3 * 10^-1. */
#include "base/float_format.h"

#include "base/attr.h"
#include "base/int_text.h"
#include "base/pow10_table.h"

#define FRACTION_BITS 52
#define EXPONENT_BIAS 1075 /* of the last bit of the fraction */
#define HIDDEN_BIT ((uint64_t)1 << FRACTION_BITS)
#define SIGN_BIT ((uint64_t)1 << 63)

/* The first 128 bits of 10^k, rounded up. */
static struct sx_u128 pow10_up(int32_t k)
{
    struct sx_u128 power = sx_pow10(k);
    power.low += !sx_pow10_exact(k);
    return power;
}

/* power * v / 2^128, cut off, with the last bit set if anything was cut. */
static uint64_t product_to_odd(struct sx_u128 power, uint64_t v)
{
    struct sx_u128 lower = sx_mul_u64(power.low, v), upper = sx_mul_u64(power.high, v);
    uint64_t middle = upper.low + lower.high;
    upper.high += middle < upper.low;
    return upper.high | (middle > 1);
}

static int32_t floor_log10_pow2(int32_t e)
{
    return (e * 1262611) >> 22;
}

/* floor(log10(3/4 * 2^e)) */
static int32_t floor_log10_three_quarters_pow2(int32_t e)
{
    return (e * 1262611 - 524031) >> 22;
}

static struct sx_decimal strip_zeros(struct sx_decimal d)
{
    if (d.digits % 100000000 == 0)
        d = (struct sx_decimal){d.digits / 100000000, d.exponent + 8};
    if (d.digits % 10000 == 0)
        d = (struct sx_decimal){d.digits / 10000, d.exponent + 4};
    if (d.digits % 100 == 0)
        d = (struct sx_decimal){d.digits / 100, d.exponent + 2};
    if (d.digits % 10 == 0)
        d = (struct sx_decimal){d.digits / 10, d.exponent + 1};
    return d;
}

/* The shortest text of c * 2^q; `closer`: the neighbour below is nearer than that above. */
static struct sx_decimal shortest(uint64_t c, int32_t q, bool closer)
{
    uint64_t odd = c & 1; /* the ends round to v only if it is even */
    int32_t k = closer ? floor_log10_three_quarters_pow2(q) : floor_log10_pow2(q);
    struct sx_u128 power = pow10_up(-k);
    unsigned h = (unsigned)(q + sx_pow10_log2(-k) + 1);
    uint64_t value = product_to_odd(power, (4 * c) << h);
    uint64_t low = product_to_odd(power, (4 * c - 2 + closer) << h) + odd;
    uint64_t high = product_to_odd(power, (4 * c + 2) << h) - odd;
    uint64_t s = value / 4;
    if (s >= 10) {
        uint64_t tens = s / 10;
        bool below = low <= 40 * tens, above = 40 * tens + 40 <= high;
        if (below != above)
            return strip_zeros((struct sx_decimal){.digits = tens + above, .exponent = k + 1});
    }
    bool below = low <= 4 * s, above = 4 * s + 4 <= high;
    uint64_t middle = 4 * s + 2;
    bool up = below != above ? above : value > middle || (value == middle && (s & 1));
    return strip_zeros((struct sx_decimal){.digits = s + up, .exponent = k});
}

/* The whole number that |v| is, if it is one below 2^53. */
static bool small_whole(uint64_t magnitude, uint64_t *whole)
{
    int32_t q = (int32_t)(magnitude >> FRACTION_BITS) - EXPONENT_BIAS;
    uint64_t c = (magnitude & (HIDDEN_BIT - 1)) | HIDDEN_BIT;
    if (q > 0 || q < -FRACTION_BITS || c & (((uint64_t)1 << -q) - 1))
        return false;
    *whole = c >> -q;
    return true;
}

static struct sx_decimal shortest_of_bits(uint64_t magnitude)
{
    uint64_t fraction = magnitude & (HIDDEN_BIT - 1);
    int32_t exponent = (int32_t)(magnitude >> FRACTION_BITS);
    if (exponent)
        return shortest(fraction | HIDDEN_BIT, exponent - EXPONENT_BIAS,
                        fraction == 0 && exponent > 1);
    return shortest(fraction, 1 - EXPONENT_BIAS, false);
}

struct sx_decimal sx_float_shortest(double v)
{
    uint64_t magnitude = sx_bits_of_f64(v) & ~SIGN_BIT, whole;
    if (!magnitude)
        return (struct sx_decimal){0};
    if (small_whole(magnitude, &whole))
        return strip_zeros((struct sx_decimal){.digits = whole});
    return shortest_of_bits(magnitude);
}

/* ---- forms ---------------------------------------------------------------------------------- */

static size_t write_zeros(uint8_t *p, int32_t count)
{
    memset(p, '0', (size_t)count);
    return (size_t)count;
}

/* Digits without an exponent; `point` of the `count` digits stand before the point. */
static size_t write_fixed(uint8_t *p, uint64_t digits, int32_t count, int32_t point)
{
    size_t size = 0;
    if (point >= count) {
        sx_digits_write(p, digits, (unsigned)count);
        return (size_t)count + write_zeros(p + count, point - count);
    }
    if (point <= 0) {
        memcpy(p, "0.", 2);
        size = 2 + write_zeros(p + 2, -point);
        sx_digits_write(p + size, digits, (unsigned)count);
        return size + (size_t)count;
    }
    sx_digits_write(p + 1, digits, (unsigned)count);
    memmove(p, p + 1, (size_t)point);
    p[point] = '.';
    return (size_t)count + 1;
}

/* d.ddde+XX, the exponent with at least `exponent_digits` digits. */
static size_t write_exponent(uint8_t *p, uint64_t digits, int32_t count, int32_t exponent,
                             unsigned exponent_digits)
{
    size_t size = 1;
    sx_digits_write(p + 1, digits, (unsigned)count);
    p[0] = p[1];
    if (count > 1) {
        p[1] = '.';
        size = (size_t)count + 1;
    }
    p[size++] = 'e';
    p[size++] = exponent < 0 ? '-' : '+';
    uint64_t magnitude = (uint64_t)(exponent < 0 ? -exponent : exponent);
    unsigned width = SX_MAX(sx_digits_count(magnitude), exponent_digits);
    sx_digits_write(p + size, magnitude, width);
    return size + width;
}

/* How a form differs: 10^from to below 10^until is written without an exponent. */
struct form {
    int32_t from;
    int32_t until;
    unsigned exponent_digits;
};

static size_t write_form(uint8_t *p, double v, struct form form)
{
    uint64_t bits = sx_bits_of_f64(v), magnitude = bits & ~SIGN_BIT, whole;
    size_t size = 0;
    if (magnitude > (uint64_t)0x7ff << FRACTION_BITS) {
        memcpy(p, "NaN", 3);
        return 3;
    }
    if (magnitude == (uint64_t)0x7ff << FRACTION_BITS) {
        memcpy(p, bits & SIGN_BIT ? "-Inf" : "+Inf", 4);
        return 4;
    }
    if (bits & SIGN_BIT)
        p[size++] = '-';
    if (!magnitude) {
        p[size++] = '0';
        return size;
    }
    if (form.until > 16 && small_whole(magnitude, &whole)) /* below 10^16 */
        return size + sx_uint_write(p + size, whole);
    struct sx_decimal d = sx_float_shortest(v);
    int32_t count = (int32_t)sx_digits_count(d.digits), point = count + d.exponent;
    if (point - 1 < form.from || point - 1 >= form.until)
        return size + write_exponent(p + size, d.digits, count, point - 1, form.exponent_digits);
    return size + write_fixed(p + size, d.digits, count, point);
}

size_t sx_float_write_json(uint8_t *p, double v)
{
    return write_form(p, v, (struct form){.from = -6, .until = 21, .exponent_digits = 1});
}

size_t sx_float_write_general(uint8_t *p, double v)
{
    return write_form(p, v, (struct form){.from = -4, .until = 6, .exponent_digits = 2});
}

size_t sx_float_write_plain(uint8_t *p, double v)
{
    return write_form(p, v, (struct form){.from = -400, .until = 400});
}
