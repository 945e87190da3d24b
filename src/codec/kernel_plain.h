/* SPDX-License-Identifier: Apache-2.0 */
/* kernel_plain.h -- kernels of encoding as plain loops, for the versions that have no better
 * ones. */
#ifndef SX_CODEC_KERNEL_PLAIN_H
#define SX_CODEC_KERNEL_PLAIN_H

#include "codec/kernel.h"

static bool differences(uint32_t *out, int32_t range[2], const int64_t *values, unsigned order,
                        unsigned reach)
{
    uint64_t from = (uint64_t)(order ? values[-1] : values[0]), far = 0;
    range[0] = INT32_MAX;
    range[1] = INT32_MIN;
    for (ptrdiff_t i = 0; i < SX_GROUP; i++) {
        uint64_t v = (uint64_t)values[i], d = v - from;
        far |= (v - from + ((uint64_t)1 << reach)) >> (reach + 1);
        if (order > 0)
            d = v - (uint64_t)values[i - 1];
        if (order > 1)
            d -= (uint64_t)values[i - 1] - (uint64_t)values[i - 2];
        out[i] = (uint32_t)d;
        range[0] = (int32_t)out[i] < range[0] ? (int32_t)out[i] : range[0];
        range[1] = (int32_t)out[i] > range[1] ? (int32_t)out[i] : range[1];
    }
    return far == 0;
}

static size_t outside(uint64_t masks[4], const uint64_t valid[4], const uint32_t *numbers,
                      uint32_t low, uint32_t span)
{
    size_t count = 0;
    for (size_t word = 0; word < 4; word++) {
        uint64_t mask = 0;
        for (size_t i = 0; i < 64; i++)
            mask |= (uint64_t)(numbers[64 * word + i] - low > span) << i;
        masks[word] = mask & valid[word];
        count += (size_t)__builtin_popcountll(masks[word]);
    }
    return count;
}

static void range_of(int64_t range[2], const int64_t *values)
{
    range[0] = range[1] = values[0];
    for (size_t i = 1; i < SX_GROUP; i++) {
        range[0] = values[i] < range[0] ? values[i] : range[0];
        range[1] = values[i] > range[1] ? values[i] : range[1];
    }
}

static void widen(uint32_t *out, const uint8_t *in, uint32_t add)
{
    for (size_t i = 0; i < SX_GROUP; i++)
        out[i] = in[i] + add;
}

#endif
