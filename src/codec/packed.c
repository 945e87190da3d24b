/* SPDX-License-Identifier: Apache-2.0 */
/* packed.c -- encoding of packed integers; see packed.h. Reading is in packed_read.c.
 *
 * Algorithm   Per group the window of residuals that are packed whole, [step, step + 2^width), is
 *             searched in two families: windows that begin at the smallest difference, and windows
 *             around a typical one. A histogram of bit widths for each tells the exact cost of
 *             every width, patches and all, so nothing is encoded for trial. */
#include "codec/packed.h"

#include "base/varint.h"
#include "codec/bits.h"

#include <assert.h>

#define PATCH_COUNT_MAX 255
#define PATCH_LIST_BITS 16 /* its count and width in the header */
#define PATCH_BITS 9       /* its position; and one more for the time of applying it */

/* What a group's residuals are made of. */
struct differences {
    int64_t d[SX_GROUP];
    size_t count;
    bool skip_first; /* d[0] is free: it is taken as `step` */
    bool wide;
};

static uint64_t value_before(const int64_t *values, size_t i)
{
    return i > 0 ? (uint64_t)values[i - 1] : 0;
}

/* Whether relative values of the group fit in 32 bits, as seen from where its sums begin. That is a
 * value (order 1 and 2), at most one range below the smallest (order 0), or, in the first group, a
 * step away from value 0, which can be five ranges. */
static bool fits_narrow(const int64_t *values, size_t first, size_t count, unsigned order)
{
    int64_t low = values[first], high = values[first];
    for (size_t i = first; i < first + count; i++) {
        low = values[i] < low ? values[i] : low;
        high = values[i] > high ? values[i] : high;
    }
    if (order > 0 && first > 0) {
        low = SX_MIN(low, values[first - 1]);
        high = SX_MAX(high, values[first - 1]);
    }
    unsigned limit = order == 0 ? 30 : first == 0 ? 28 : 31;
    return (uint64_t)high - (uint64_t)low < (uint64_t)1 << limit;
}

static void differences_of(struct differences *out, const int64_t *values, size_t count,
                           size_t group, unsigned order)
{
    size_t first = group * SX_GROUP;
    out->count = SX_MIN(count - first, SX_GROUP);
    out->wide = !fits_narrow(values, first, out->count, order);
    out->skip_first = order > 0 && group == 0;
    const int64_t *v = values + first;
    if (order == 0) {
        memcpy(out->d, v, out->count * sizeof *v);
        return;
    }
    uint64_t before = value_before(values, first);
    uint64_t delta = first > 1 ? before - (uint64_t)values[first - 2] : 0;
    if (first == 0) { /* as the format says: the first difference costs nothing */
        delta = count > 1 ? (uint64_t)values[1] : 0;
        before = 0 - delta;
    }
    for (size_t i = 0; i < out->count; i++) {
        uint64_t d = (uint64_t)v[i] - before;
        before = (uint64_t)v[i];
        out->d[i] = (int64_t)(order == 1 ? d : d - delta);
        delta = d;
    }
    if (!out->wide) /* sums are modulo 2^32 there */
        for (size_t i = 0; i < out->count; i++)
            out->d[i] = (int32_t)(uint32_t)(uint64_t)out->d[i];
}

/* The middle one of a few of the values. */
static int64_t typical(const int64_t *d, size_t count)
{
    int64_t picked[15];
    size_t picks = SX_MIN(count, SX_COUNT_OF(picked));
    for (size_t i = 0; i < picks; i++) {
        int64_t v = d[i * count / picks];
        size_t at = i;
        for (; at > 0 && picked[at - 1] > v; at--)
            picked[at] = picked[at - 1];
        picked[at] = v;
    }
    return picked[picks / 2];
}

/* How many values need each number of bits. Four tables, so that equal neighbours do not wait for
 * one another's count. */
struct widths {
    uint16_t counts[4][65 + 7];
};

static unsigned width_count(const struct widths *widths, unsigned w)
{
    return (unsigned)widths->counts[0][w] + widths->counts[1][w] + widths->counts[2][w] +
           widths->counts[3][w];
}

/* Bits of a patch, a signed number, when the differences lie in `range` and w bits are packed. */
static unsigned patch_width(const int64_t range[2], uint64_t step, unsigned w, unsigned full)
{
    if ((uint64_t)range[1] - (uint64_t)range[0] >= (uint64_t)1 << (full - 2))
        return full - w; /* residuals may wrap */
    int64_t low = (int64_t)((uint64_t)range[0] - step);
    int64_t high = (int64_t)((uint64_t)range[1] - step);
    uint64_t below = (uint64_t)(low < 0 ? ~(low >> w) : low >> w);
    uint64_t above = (uint64_t)(high < 0 ? ~(high >> w) : high >> w);
    return SX_MIN(sx_bit_width(below | above) + 1, full - w);
}

/* Takes width w, with that many patches, if it is the cheapest so far. */
static void try_width(struct sx_packed_plan *plan, size_t count, unsigned w, size_t patches,
                      uint64_t step, const int64_t range[2])
{
    uint64_t bits = (uint64_t)w * count;
    unsigned high_width = 0;
    if (patches > PATCH_COUNT_MAX)
        return;
    if (patches) {
        high_width = patch_width(range, step, w, plan->wide ? 64 : 32);
        bits += PATCH_LIST_BITS + patches * (PATCH_BITS + high_width);
    }
    if (bits >= plan->bits)
        return;
    plan->bits = (uint32_t)bits;
    plan->step = step;
    plan->width = (uint8_t)w;
    plan->patch_count = (uint8_t)patches;
    plan->high_width = (uint8_t)high_width;
}

/* Windows from the smallest difference up. */
static void plan_from_low(struct sx_packed_plan *plan, const struct differences *in, size_t from,
                          const int64_t range[2])
{
    struct widths widths = {0};
    uint64_t low = (uint64_t)range[0];
    size_t patches = 0;
    for (size_t i = from; i < in->count; i++)
        widths.counts[i % 4][sx_bit_width((uint64_t)in->d[i] - low)]++;
    for (unsigned w = sx_bit_width((uint64_t)range[1] - low);; w--) {
        try_width(plan, in->count, w, patches, low, range);
        patches += width_count(&widths, w);
        if (w == 0 || patches > PATCH_COUNT_MAX)
            return;
    }
}

/* Windows around a typical difference. */
static void plan_around(struct sx_packed_plan *plan, const struct differences *in, size_t from,
                        const int64_t range[2])
{
    struct widths widths = {0};
    uint64_t centre = (uint64_t)typical(in->d + from, in->count - from);
    unsigned needed = 0, full = in->wide ? 64 : 32;
    size_t patches = 0;
    for (size_t i = from; i < in->count; i++) {
        int64_t away = (int64_t)((uint64_t)in->d[i] - centre);
        unsigned w = sx_bit_width(sx_zigzag(in->wide ? away : (int32_t)away));
        widths.counts[i % 4][w]++;
        needed = SX_MAX(needed, w);
    }
    for (unsigned w = SX_MIN(needed, full);; w--) {
        uint64_t step = centre - (w ? (uint64_t)1 << (w - 1) : 0);
        try_width(plan, in->count, w, patches, step, range);
        patches += width_count(&widths, w);
        if (w == 0 || patches > PATCH_COUNT_MAX)
            return;
    }
}

static void plan_of(struct sx_packed_plan *plan, const struct differences *in)
{
    size_t from = in->skip_first && in->count > 1 ? 1 : 0;
    int64_t range[2] = {in->d[from], in->d[from]};
    for (size_t i = from; i < in->count; i++) {
        range[0] = in->d[i] < range[0] ? in->d[i] : range[0];
        range[1] = in->d[i] > range[1] ? in->d[i] : range[1];
    }
    *plan = (struct sx_packed_plan){.step = (uint64_t)range[0], .wide = in->wide};
    if (range[0] == range[1])
        return;
    plan->bits = UINT32_MAX;
    plan_from_low(plan, in, from, range);
    plan_around(plan, in, from, range);
}

void sx_packed_plan(struct sx_packed_plan *plan, const int64_t *values, size_t count, size_t group,
                    unsigned order)
{
    struct differences in;
    differences_of(&in, values, count, group, order);
    plan_of(plan, &in);
}

uint64_t sx_packed_estimate(const int64_t *values, size_t count, unsigned order, size_t groups)
{
    size_t group_count = (count + SX_GROUP - 1) / SX_GROUP, sampled = SX_MIN(groups, group_count);
    uint64_t bits = 0, heads = 0, seen = 0, step = 0;
    for (size_t i = 0; i < sampled; i++) {
        struct sx_packed_plan plan;
        size_t group = i * group_count / sampled;
        sx_packed_plan(&plan, values, count, group, order);
        bits += plan.bits;
        heads += 8 + 8 * sx_zigzag_size((int64_t)(plan.step - step));
        step = plan.step;
        seen += SX_MIN(count - group * SX_GROUP, SX_GROUP);
    }
    if (order == 2)
        heads += count > 1 ? 8 * sx_zigzag_size(values[1]) : 8;
    return bits * count / seen + heads * group_count / sampled + group_count * (order ? 4 : 0);
}

/* ---- writing -------------------------------------------------------------------------------- */

static uint64_t residual_of(const struct differences *in, const struct sx_packed_plan *plan,
                            size_t i)
{
    if (i == 0 && in->skip_first)
        return 0;
    uint64_t u = (uint64_t)in->d[i] - plan->step;
    return plan->wide ? u : (uint64_t)(int64_t)(int32_t)(uint32_t)u;
}

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

/* One plane of up to 32 bits of a whole group. */
static void put_plane(struct sx_buf *out, const uint64_t *residuals, unsigned shift, unsigned width)
{
    uint32_t words[SX_GROUP];
    uint8_t *to = sx_buf_extend(out, 32 * (size_t)width);
    if (!to)
        return;
    for (size_t i = 0; i < SX_GROUP; i++)
        words[i] = (uint32_t)(residuals[i] >> shift);
    sx_kernels()->pack(to, words, width);
}

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

/* What a residual has above the packed bits, as a signed number. */
static uint64_t above_width(uint64_t residual, const struct sx_packed_plan *plan)
{
    unsigned full = plan->wide ? 64 : 32;
    if (plan->width == full || residual <= sx_bit_mask(plan->width))
        return 0;
    return (uint64_t)((int64_t)residual >> plan->width);
}

static void put_group(struct sx_buf *out, const struct differences *in,
                      const struct sx_packed_plan *plan)
{
    uint64_t residuals[SX_GROUP], high[SX_GROUP];
    uint8_t positions[SX_GROUP];
    size_t patches = 0;
    for (size_t i = 0; i < in->count; i++) {
        residuals[i] = residual_of(in, plan, i);
        uint64_t above = above_width(residuals[i], plan);
        positions[patches] = (uint8_t)i;
        high[patches] = above;
        patches += above != 0;
    }
    assert(patches == plan->patch_count);
    if (in->count < SX_GROUP) {
        put_bits(out, residuals, in->count, plan->width);
    } else {
        put_plane(out, residuals, 0, SX_MIN(plan->width, 32));
        if (plan->width > 32)
            put_plane(out, residuals, 32, plan->width - 32u);
    }
    sx_buf_put(out, positions, patches);
    put_bits(out, high, patches, plan->high_width);
}

void sx_packed_encode(struct sx_buf *out, const int64_t *values, size_t count, unsigned order)
{
    struct sx_packed_plan plans[SX_PACKED_GROUPS_MAX];
    struct differences in;
    size_t group_count = (count + SX_GROUP - 1) / SX_GROUP;
    assert(count > 0 && group_count <= SX_PACKED_GROUPS_MAX && values[0] == 0);
    for (size_t group = 0; group < group_count; group++)
        sx_packed_plan(&plans[group], values, count, group, order);
    put_headers(out, plans, group_count, values, count, order);
    for (size_t group = 0; group < group_count; group++) {
        differences_of(&in, values, count, group, order);
        put_group(out, &in, &plans[group]);
    }
}
