/* SPDX-License-Identifier: Apache-2.0 */
/* packed.c -- writing of packed integers; see packed.h. Planning is in packed_plan.c, reading in
 * packed_read.c. */
#include "codec/packed.h"

#include "base/varint.h"
#include "codec/packed_priv.h"

#include <assert.h>

static void put_header(struct sx_buf *out, const struct sx_packed_plan *plan, uint64_t step_before)
{
    unsigned code = plan->wide ? 33u + plan->width : plan->width;
    sx_buf_put_u8(out, (uint8_t)(code | (plan->patch_count ? 128u : 0)));
    if (plan->patch_count) {
        sx_buf_put_u8(out, plan->patch_count);
        sx_buf_put_u8(out, plan->high_width);
    }
    sx_buf_put_zigzag(out, (int64_t)(plan->step - step_before));
}

static void put_headers(struct sx_buf *out, const struct sx_packed_plan *plans, size_t group_count,
                        const int64_t *values, size_t count, unsigned order)
{
    uint64_t step = 0, told = 0;
    if (order == 2)
        sx_buf_put_zigzag(out, count > 1 ? values[1] : 0);
    for (size_t group = 0; group < group_count; group++) {
        put_header(out, &plans[group], step);
        step = plans[group].step;
        if (order > 0 && group > 0 && group % SX_PACKED_VECTOR == 0) {
            uint64_t start = (uint64_t)values[group * SX_GROUP - 1];
            sx_buf_put_zigzag(out, (int64_t)(start - told));
            told = start;
            if (order == 2)
                sx_buf_put_zigzag(out, (int64_t)(start - (uint64_t)values[group * SX_GROUP - 2]));
        }
    }
}

/* ---- data ----------------------------------------------------------------------------------- */

static void put_bits(struct sx_buf *out, const uint64_t *v, size_t count, unsigned width)
{
    uint8_t *to = sx_buf_extend(out, sx_bits_size(count, width));
    if (!to)
        return;
    struct sx_bit_writer writer = {.bytes = to};
    for (size_t i = 0; i < count; i++)
        sx_bits_put(&writer, v[i], width);
    sx_bits_flush(&writer);
}

/* Packs a plane of up to 32 bits of a whole group. */
static void put_plane(struct sx_buf *out, const uint32_t *words, unsigned width)
{
    uint8_t *to = sx_buf_extend(out, 32 * (size_t)width);
    if (to)
        sx_kernels()->pack(to, words, width);
}

/* Residuals of a group whose sums are modulo 2^64. */
static void put_wide(struct sx_buf *out, const uint64_t *residuals, size_t count, unsigned width)
{
    uint32_t low[SX_GROUP], high[SX_GROUP];
    if (count < SX_GROUP) {
        put_bits(out, residuals, count, width);
        return;
    }
    for (size_t i = 0; i < SX_GROUP; i++) {
        low[i] = (uint32_t)residuals[i];
        high[i] = (uint32_t)(residuals[i] >> 32);
    }
    put_plane(out, low, SX_MIN(width, 32));
    put_plane(out, high, width > 32 ? width - 32 : 0);
}

static void put_narrow(struct sx_buf *out, const uint32_t *residuals, size_t count, unsigned width)
{
    uint64_t words[SX_GROUP];
    if (count == SX_GROUP) {
        put_plane(out, residuals, width);
        return;
    }
    for (size_t i = 0; i < count; i++)
        words[i] = residuals[i];
    put_bits(out, words, count, width);
}

/* What patched residuals have above the packed bits. */
static void put_patches(struct sx_buf *out, const struct sx_packed_differences *in,
                        const struct sx_packed_plan *plan)
{
    uint64_t masks[4], high[SX_GROUP], low = plan->step - in->base;
    uint8_t positions[SX_GROUP];
    size_t patches = 0;
    (void)sx_packed_outside(masks, in, low, plan->width);
    for (unsigned word = 0; word < 4; word++)
        for (uint64_t left = masks[word]; left; left &= left - 1) {
            unsigned i = 64 * word + (unsigned)__builtin_ctzll(left);
            int64_t residual = in->wide ? (int64_t)(in->d.wide[i] - low)
                                        : (int32_t)(in->d.narrow[i] - (uint32_t)low);
            positions[patches] = (uint8_t)i;
            high[patches++] = (uint64_t)(residual >> plan->width);
        }
    assert(patches == plan->patch_count);
    sx_buf_put(out, positions, patches);
    put_bits(out, high, patches, plan->high_width);
}

static void put_group(struct sx_buf *out, const struct sx_packed_differences *in,
                      const struct sx_packed_plan *plan)
{
    uint64_t low = plan->step - in->base;
    if (in->wide) {
        uint64_t residuals[SX_GROUP] = {0};
        for (size_t i = 0; i < in->count; i++)
            residuals[i] = in->d.wide[i] - low;
        residuals[0] = in->skip_first ? 0 : residuals[0];
        put_wide(out, residuals, in->count, plan->width);
    } else {
        uint32_t residuals[SX_GROUP];
        for (size_t i = 0; i < SX_GROUP; i++)
            residuals[i] = in->d.narrow[i] - (uint32_t)low;
        residuals[0] = in->skip_first ? 0 : residuals[0];
        put_narrow(out, residuals, in->count, plan->width);
    }
    if (plan->patch_count)
        put_patches(out, in, plan);
}

void sx_packed_encode(struct sx_buf *out, const int64_t *values, size_t count, unsigned order,
                      const struct sx_packed_plan *plans)
{
    struct sx_packed_plan own[SX_PACKED_GROUPS_MAX];
    struct sx_packed_differences in;
    size_t group_count = (count + SX_GROUP - 1) / SX_GROUP;
    assert(count > 0 && group_count <= SX_PACKED_GROUPS_MAX && values[0] == 0);
    for (size_t group = 0; !plans && group < group_count; group++) {
        sx_packed_differences(&in, values, count, group, order);
        sx_packed_plan(&own[group], &in);
    }
    plans = plans ? plans : own;
    put_headers(out, plans, group_count, values, count, order);
    for (size_t group = 0; group < group_count; group++) {
        sx_packed_differences(&in, values, count, group, order);
        put_group(out, &in, &plans[group]);
    }
}
