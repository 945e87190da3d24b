/* SPDX-License-Identifier: Apache-2.0 */
/* kernel_pack.h -- packing and unpacking of a group, one function per width: included by each
 * kernel_<isa>.c, which the compiler builds for its instruction set.
 *
 * Why         With a constant width every shift and mask is a constant, and a row is three or four
 *             instructions on a register of 8 lanes. The vectors of GCC and clang give that without
 *             intrinsics; where registers are narrower a vector is two of them.
 * Format      See kernel.h. */
#ifndef SX_CODEC_KERNEL_PACK_H
#define SX_CODEC_KERNEL_PACK_H

#include "codec/kernel.h"
#include "codec/kernel_target.h"

#include <string.h>

typedef uint32_t sx_lanes __attribute__((vector_size(32)));

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#error "packed words are little-endian; a big-endian machine needs swaps in this file"
#endif

/* All widths but 0 and 32, which need no shifts. */
#define SX_WIDTHS(X)                                                                               \
    X(1)                                                                                           \
    X(2)                                                                                           \
    X(3)                                                                                           \
    X(4)                                                                                           \
    X(5)                                                                                           \
    X(6)                                                                                           \
    X(7)                                                                                           \
    X(8)                                                                                           \
    X(9)                                                                                           \
    X(10)                                                                                          \
    X(11)                                                                                          \
    X(12)                                                                                          \
    X(13)                                                                                          \
    X(14)                                                                                          \
    X(15)                                                                                          \
    X(16) X(17) X(18) X(19) X(20) X(21) X(22) X(23) X(24) X(25) X(26) X(27) X(28) X(29) X(30) X(31)

#define SX_DEFINE_PACK(W)                                                                          \
    static void pack_##W(uint8_t *out, const uint32_t *values)                                     \
    {                                                                                              \
        sx_lanes word = {0};                                                                       \
        SX_UNROLL(32)                                                                              \
        for (unsigned row = 0; row < 32; row++) {                                                  \
            unsigned shift = row * W % 32;                                                         \
            sx_lanes v;                                                                            \
            memcpy(&v, values + 8 * row, sizeof v);                                                \
            v &= ((uint32_t)1 << W) - 1;                                                           \
            word |= v << shift;                                                                    \
            if (shift + W >= 32) {                                                                 \
                memcpy(out + row * W / 32 * sizeof word, &word, sizeof word);                      \
                word = shift + W > 32 ? v >> ((32 - shift) & 31) : v ^ v;                          \
            }                                                                                      \
        }                                                                                          \
    }                                                                                              \
    static void unpack_##W(uint32_t *values, const uint8_t *in)                                    \
    {                                                                                              \
        sx_lanes word, v;                                                                          \
        memcpy(&word, in, sizeof word);                                                            \
        SX_UNROLL(32)                                                                              \
        for (unsigned row = 0; row < 32; row++) {                                                  \
            unsigned shift = row * W % 32;                                                         \
            v = word >> shift;                                                                     \
            if (shift + W >= 32 && row < 31) {                                                     \
                memcpy(&word, in + (row * W / 32 + 1) * sizeof word, sizeof word);                 \
                if (shift + W > 32)                                                                \
                    v |= word << ((32 - shift) & 31);                                              \
            }                                                                                      \
            v &= ((uint32_t)1 << W) - 1;                                                           \
            memcpy(values + 8 * row, &v, sizeof v);                                                \
        }                                                                                          \
    }

SX_WIDTHS(SX_DEFINE_PACK)

#define SX_PACK_CASE(W)                                                                            \
    case W:                                                                                        \
        pack_##W(out, values);                                                                     \
        break;
#define SX_UNPACK_CASE(W)                                                                          \
    case W:                                                                                        \
        unpack_##W(values, in);                                                                    \
        break;

static void pack(uint8_t *out, const uint32_t *values, unsigned width)
{
    switch (width) {
        SX_WIDTHS(SX_PACK_CASE)
    case 32:
        memcpy(out, values, SX_GROUP * sizeof *values);
        break;
    default: /* 0: nothing */
        break;
    }
}

static void unpack(uint32_t *values, const uint8_t *in, unsigned width)
{
    switch (width) {
        SX_WIDTHS(SX_UNPACK_CASE)
    case 32:
        memcpy(values, in, SX_GROUP * sizeof *values);
        break;
    default:
        memset(values, 0, SX_GROUP * sizeof *values);
        break;
    }
}

/* Sum of (256 - i) * residuals[i], i = 8 r + l. `once` adds up the rows lane by lane, `twice` adds
 * up `once`, so that row r is in it 32 - r times: 256 - i = 8 (32 - r) - l. */
static uint64_t weighted_sum(const uint32_t *residuals)
{
    sx_lanes once = {0}, twice = {0}, row;
    for (unsigned i = 0; i < SX_GROUP; i += 8) {
        memcpy(&row, residuals + i, sizeof row);
        once += row;
        twice += once;
    }
    uint64_t sum = 0;
    for (unsigned lane = 0; lane < 8; lane++)
        sum += (uint64_t)twice[lane] * 8 - (uint64_t)once[lane] * lane;
    return sum;
}

static uint64_t plain_sum(const uint32_t *residuals)
{
    typedef uint64_t wide __attribute__((vector_size(32)));
    wide even = {0}, odd = {0}, row;
    for (unsigned i = 0; i < SX_GROUP; i += 8) {
        memcpy(&row, residuals + i, sizeof row);
        even += row & 0xffffffffu;
        odd += row >> 32;
    }
    even += odd;
    return even[0] + even[1] + even[2] + even[3];
}

#endif
