/* SPDX-License-Identifier: Apache-2.0 */
/* scale.c -- see scale.h. */
#include "codec/scale.h"

#include "base/bytes.h"

#include <assert.h>

/* RN(1 / 10^p) and what is missing from it, (1 - zh * 10^p) / 10^p; made with exact fractions. */
static const uint64_t tenth[SX_SCALE_DIGITS_MAX + 1][2] = {
    {0x3ff0000000000000u, 0x0000000000000000u}, /* 10^-0 */
    {0x3fb999999999999au, 0xbc5999999999999au}, /* 10^-1 */
    {0x3f847ae147ae147bu, 0xbc0eb851eb851eb8u}, /* 10^-2 */
    {0x3f50624dd2f1a9fcu, 0xbbd89374bc6a7efau}, /* 10^-3 */
    {0x3f1a36e2eb1c432du, 0xbbb6a161e4f765feu}, /* 10^-4 */
    {0x3ee4f8b588e368f1u, 0xbb8ee78183f91e64u}, /* 10^-5 */
    {0x3eb0c6f7a0b5ed8du, 0x3b4b5a63f9a49c2cu}, /* 10^-6 */
    {0x3e7ad7f29abcaf48u, 0x3b15e1e99483b023u}, /* 10^-7 */
    {0x3e45798ee2308c3au, 0xbad03023df2d4c94u}, /* 10^-8 */
    {0x3e112e0be826d695u, 0xbab34674bfabb83bu}, /* 10^-9 */
    {0x3ddb7cdfd9d7bdbbu, 0xba720a5465df8d2cu}, /* 10^-10 */
    {0x3da5fd7fe1796495u, 0x3a47f7bc7b4d28aau}, /* 10^-11 */
    {0x3d719799812dea11u, 0x39f97f27f0f6e886u}, /* 10^-12 */
    {0x3d3c25c268497682u, 0xb9cecd79a5a0df95u}, /* 10^-13 */
    {0x3d06849b86a12b9bu, 0x394ea70909833de7u}, /* 10^-14 */
    {0x3cd203af9ee75616u, 0xb97937831647f5a0u}, /* 10^-15 */
    {0x3c9cd2b297d889bcu, 0x3925b4c2ebe68799u}, /* 10^-16 */
    {0x3c670ef54646d497u, 0xb90db7b2080a3029u}, /* 10^-17 */
    {0x3c32725dd1d243acu, 0xb8d7c628066e8ceeu}, /* 10^-18 */
    {0x3bfd83c94fb6d2acu, 0x388a52b31e9e3d07u}, /* 10^-19 */
    {0x3bc79ca10c924223u, 0x38675447a5d8e536u}, /* 10^-20 */
    {0x3b92e3b40a0e9b4fu, 0x383f769fb7e0b75eu}, /* 10^-21 */
};

static const double power_of_ten[SX_SCALE_DIGITS_MAX + 1] = {
    1,    1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10,
    1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21,
};

struct sx_scale sx_scale_decimal(unsigned digits)
{
    assert(digits <= SX_SCALE_DIGITS_MAX);
    return (struct sx_scale){
        .divisor = power_of_ten[digits],
        .high = sx_f64_of_bits(tenth[digits][0]),
        .low = sx_f64_of_bits(tenth[digits][1]),
        .inverse = power_of_ten[digits],
        .inverse_rest = 1,
    };
}

/* 2^e for -1074 <= e <= 1023. */
static double power_of_two(int e)
{
    if (e >= -1022)
        return sx_f64_of_bits((uint64_t)(e + 1023) << 52);
    return sx_f64_of_bits((uint64_t)1 << (e + 1074));
}

struct sx_scale sx_scale_binary(int exponent)
{
    assert(exponent >= SX_SCALE_EXPONENT_MIN && exponent <= SX_SCALE_EXPONENT_MAX);
    int half = -exponent / 2;
    return (struct sx_scale){
        .high = power_of_two(exponent),
        .inverse = power_of_two(half),
        .inverse_rest = power_of_two(-exponent - half),
    };
}

int64_t sx_scale_unapply(const struct sx_scale *scale, double v)
{
    double q = v * scale->inverse * scale->inverse_rest;
    if (!(q >= -(double)SX_SCALED_MAX && q <= (double)SX_SCALED_MAX))
        return 0;
    /* 1.5 * 2^52 has a unit of 1 in its last place: adding it rounds to an integer. */
    double shifted = q + 0x1.8p52;
    return (int64_t)(sx_bits_of_f64(shifted) - sx_bits_of_f64(0x1.8p52));
}
