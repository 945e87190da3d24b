/* SPDX-License-Identifier: Apache-2.0 */
/* packed_plan.c -- choosing step and width of packed groups; see packed.h.
 *
 * Algorithm   The window of differences that are packed whole, [step, step + 2^width), is searched
 *             in two families: windows that begin at the smallest difference, and windows around a
 *             typical one. From the width that holds all downwards, the differences outside are
 *             counted, which tells the exact cost, until the patches alone cost more than the best
 *             so far. Nothing is encoded for trial. */
#include "base/attr.h"
#include "codec/packed_priv.h"

#include <assert.h>

#define PATCH_COUNT_MAX 255
#define PATCH_LIST_BITS 16 /* its count and width in the header */
#define PATCH_BITS 9       /* its position; and one more for the time of applying it */

/* How far values may be from the one before the group (order 1 and 2) or the first (order 0) for
 * sums modulo 2^32: as a power of two. In the first group of order 1 and 2 sums begin one step,
 * which can be five ranges, before value 0. */
#define REACH 30
#define REACH_FIRST 26

/* ---- differences ---------------------------------------------------------------------------- */

/* A copy of a group that is the first or short, with what the kernel looks at around it. */
static const int64_t *surround(int64_t copy[SX_GROUP + 2], const int64_t *values, size_t first,
                               size_t count, unsigned order)
{
    int64_t *v = copy + 2;
    memcpy(v, values + first, count * sizeof *v);
    if (first > 0) {
        v[-1] = values[first - 1];
        v[-2] = first > 1 ? values[first - 2] : 0;
    } else { /* the first difference as the second one, so that it is no extreme */
        uint64_t d = count > 1 ? (uint64_t)v[1] - (uint64_t)v[0] : 0;
        v[-1] = (int64_t)((uint64_t)v[0] - d);
        v[-2] = (int64_t)((uint64_t)v[-1] - d);
    }
    for (size_t i = count; i < SX_GROUP; i++) { /* go on as the values end, for the same reason */
        uint64_t last = (uint64_t)copy[i + 1], d = last - (uint64_t)copy[i];
        uint64_t dd = i >= 3 - 2 ? d - ((uint64_t)copy[i] - (uint64_t)copy[i - 1]) : 0;
        v[i] = (int64_t)(last + (order > 0 ? d : 0) + (order > 1 ? dd : 0));
    }
    return v;
}

static void wide_differences(struct sx_packed_differences *out, const int64_t *v, unsigned order)
{
    uint64_t *d = out->d.wide;
    out->base = 0;
    for (size_t i = 0; i < out->count; i++)
        d[i] = (uint64_t)v[i];
    if (order > 0) {
        const int64_t *before = v - 1;
        for (size_t i = 0; i < out->count; i++)
            d[i] -= (uint64_t)before[i];
    }
    if (order > 1) {
        const int64_t *before = v - 2;
        for (size_t i = 0; i < out->count; i++)
            d[i] -= (uint64_t)before[i + 1] - (uint64_t)before[i];
    }
    size_t from = out->skip_first && out->count > 1;
    int64_t low = (int64_t)d[from], high = low;
    for (size_t i = from; i < out->count; i++) {
        low = SX_MIN(low, (int64_t)d[i]);
        high = SX_MAX(high, (int64_t)d[i]);
    }
    out->range[0] = low;
    out->range[1] = high;
}

void sx_packed_differences(struct sx_packed_differences *out, const int64_t *values, size_t count,
                           size_t group, unsigned order)
{
    int64_t copy[SX_GROUP + 2];
    int32_t range[2];
    size_t first = group * SX_GROUP;
    const int64_t *v = values + first;
    unsigned reach = order > 0 && first == 0 ? REACH_FIRST : REACH;
    out->count = SX_MIN(count - first, SX_GROUP);
    out->order = order;
    out->skip_first = order > 0 && first == 0;
    for (unsigned i = 0; i < 4; i++) {
        size_t left = out->count > 64 * i ? out->count - 64 * i : 0;
        out->valid[i] = sx_bit_mask(left < 64 ? (unsigned)left : 64);
    }
    if (out->skip_first)
        out->valid[0] &= ~(uint64_t)1;
    if (first == 0 || out->count < SX_GROUP)
        v = surround(copy, values, first, out->count, order);
    out->wide = !sx_kernels()->differences(out->d.narrow, range, v, order, reach);
    if (out->wide) {
        wide_differences(out, v, order);
        return;
    }
    out->base = order == 0 ? (uint64_t)v[0] : 0;
    out->range[0] = range[0];
    out->range[1] = range[1];
}

/* ---- planning ------------------------------------------------------------------------------- */

static int64_t difference(const struct sx_packed_differences *in, size_t i)
{
    return in->wide ? (int64_t)in->d.wide[i] : (int32_t)in->d.narrow[i];
}

/* The middle one of a few of the values. */
static int64_t typical(const struct sx_packed_differences *in)
{
    int64_t picked[15];
    size_t from = in->skip_first && in->count > 1, count = in->count - from;
    size_t picks = SX_MIN(count, SX_COUNT_OF(picked));
    assert(picks > 0);
    for (size_t i = 0; i < picks; i++) {
        size_t share = picks < SX_COUNT_OF(picked) ? i : i * count / SX_COUNT_OF(picked);
        int64_t v = difference(in, from + share);
        size_t at = i;
        for (; at > 0 && picked[at - 1] > v; at--)
            picked[at] = picked[at - 1];
        picked[at] = v;
    }
    return picked[picks / 2];
}

size_t sx_packed_outside(uint64_t masks[4], const struct sx_packed_differences *in, uint64_t low,
                         unsigned width)
{
    size_t count = 0;
    if (!in->wide)
        return sx_kernels()->outside(masks, in->valid, in->d.narrow, (uint32_t)low,
                                     (uint32_t)sx_bit_mask(width));
    memset(masks, 0, 4 * sizeof *masks);
    for (size_t i = 0; i < in->count; i++) {
        uint64_t out = in->d.wide[i] - low > sx_bit_mask(width);
        out &= in->valid[i / 64] >> (i % 64);
        masks[i / 64] |= out << (i % 64);
        count += out;
    }
    return count;
}

/* Bits of a patch, a signed number, when the differences lie in `range` and w bits are packed. */
static unsigned patch_width(const int64_t range[2], uint64_t low, unsigned w, unsigned full)
{
    if ((uint64_t)range[1] - (uint64_t)range[0] >= (uint64_t)1 << (full - 2))
        return full - w; /* residuals may wrap */
    int64_t least = (int64_t)((uint64_t)range[0] - low);
    int64_t most = (int64_t)((uint64_t)range[1] - low);
    uint64_t below = (uint64_t)(least < 0 ? ~(least >> w) : least >> w);
    uint64_t above = (uint64_t)(most < 0 ? ~(most >> w) : most >> w);
    return SX_MIN(sx_bit_width(below | above) + 1, full - w);
}

/* Takes width w, with that many patches, if it is the cheapest so far; false: no smaller width can
 * be cheaper. */
static bool try_width(struct sx_packed_plan *plan, const struct sx_packed_differences *in,
                      unsigned w, size_t patches, uint64_t low)
{
    uint64_t bits = (uint64_t)w * in->count;
    unsigned high_width = 0;
    if (patches > PATCH_COUNT_MAX || patches * (PATCH_BITS + 1) >= plan->bits)
        return false;
    if (patches) {
        high_width = patch_width(in->range, low, w, in->wide ? 64 : 32);
        bits += PATCH_LIST_BITS + patches * (PATCH_BITS + high_width);
    }
    /* In order 0 the sums are values less the step: they must fit, too. */
    bool fits = in->wide || in->order > 0 || (uint64_t)in->range[1] - low < (uint64_t)1 << 31;
    if (fits && bits < plan->bits) {
        plan->bits = (uint32_t)bits;
        plan->step = low;
        plan->width = (uint8_t)w;
        plan->patch_count = (uint8_t)patches;
        plan->high_width = (uint8_t)high_width;
    }
    return true;
}

/* Counts what is outside of the windows of one family, width by width. */
struct counter {
    const struct sx_packed_differences *in;
    uint16_t needs[66]; /* of wide differences: how many need a width */
};

static void count_needs(struct counter *counter, uint64_t from, bool around)
{
    const struct sx_packed_differences *in = counter->in;
    uint16_t needs[2][66] = {{0}}; /* taken in turn: a width that repeats need not wait */
    if (!in->wide)
        return;
    for (size_t i = in->skip_first; i < in->count; i++) {
        uint64_t v = in->d.wide[i] - from;
        uint64_t folded = v << 1 ^ (uint64_t)((int64_t)v >> 63);
        needs[i % 2][sx_bit_width(around ? folded : v)]++;
    }
    for (size_t w = 0; w < SX_COUNT_OF(counter->needs); w++)
        counter->needs[w] = (uint16_t)(needs[0][w] + needs[1][w]);
}

/* How many are outside of the window of width w, given how many are outside of that of w + 1. */
static size_t count_outside(const struct counter *counter, uint64_t low, unsigned w, size_t before)
{
    uint64_t masks[4];
    if (counter->in->wide)
        return before + counter->needs[w + 1];
    return sx_packed_outside(masks, counter->in, low, w);
}

/* Windows from the smallest difference up. */
static void plan_from_low(struct sx_packed_plan *plan, const struct sx_packed_differences *in)
{
    struct counter counter = {.in = in};
    uint64_t low = (uint64_t)in->range[0];
    unsigned w = sx_bit_width((uint64_t)in->range[1] - low);
    size_t patches = 0;
    count_needs(&counter, low, false);
    while (try_width(plan, in, w, patches, low) && w > 0) {
        w--;
        patches = count_outside(&counter, low, w, patches);
    }
}

/* Where a window around `centre` begins. */
static uint64_t low_of(uint64_t centre, unsigned w)
{
    return centre - (w ? (uint64_t)1 << (w - 1) : 0);
}

/* The width of a window around `centre` that holds v. */
static unsigned width_around(int64_t v, uint64_t centre, bool wide)
{
    int64_t away = (int64_t)((uint64_t)v - centre);
    away = wide ? away : (int32_t)away;
    return sx_bit_width(((uint64_t)away << 1) ^ (uint64_t)(away >> 63));
}

/* Windows around a typical difference. */
static void plan_around(struct sx_packed_plan *plan, const struct sx_packed_differences *in)
{
    struct counter counter = {.in = in};
    uint64_t centre = (uint64_t)typical(in);
    unsigned below = width_around(in->range[0], centre, in->wide);
    unsigned above = width_around(in->range[1], centre, in->wide);
    unsigned full = in->wide ? 64 : 32, w = SX_MAX(below, above);
    if ((uint64_t)in->range[1] - (uint64_t)in->range[0] >= (uint64_t)1 << (full - 1))
        w = full; /* what is around may wrap */
    size_t patches = 0;
    count_needs(&counter, centre, true);
    while (try_width(plan, in, w, patches, low_of(centre, w)) && w > 0) {
        w--;
        patches = count_outside(&counter, low_of(centre, w), w, patches);
    }
}

void sx_packed_plan(struct sx_packed_plan *plan, const struct sx_packed_differences *in)
{
    *plan = (struct sx_packed_plan){.step = (uint64_t)in->range[0], .wide = in->wide};
    if (in->range[0] != in->range[1]) {
        plan->bits = UINT32_MAX;
        plan_from_low(plan, in);
        plan_around(plan, in);
    }
    plan->step += in->base;
}

uint64_t sx_packed_estimate(const int64_t *values, size_t count, unsigned order, size_t groups,
                            struct sx_packed_plan *plans)
{
    size_t group_count = (count + SX_GROUP - 1) / SX_GROUP, sampled = SX_MIN(groups, group_count);
    uint64_t bits = 0, heads = 0, seen = 0, step = 0;
    assert(count > 0 && groups > 0);
    for (size_t i = 0; i < sampled; i++) {
        struct sx_packed_differences in;
        struct sx_packed_plan plan;
        sx_packed_differences(&in, values, count, i * group_count / sampled, order);
        sx_packed_plan(&plan, &in);
        if (plans)
            plans[i] = plan;
        bits += plan.bits;
        heads += 8 + 8 * sx_zigzag_size((int64_t)(plan.step - step));
        step = plan.step;
        seen += in.count;
    }
    assert(seen > 0);
    if (order == 2)
        heads += count > 1 ? 8 * sx_zigzag_size(values[1]) : 8;
    return bits * count / seen + heads * group_count / sampled + group_count * (order ? 4 : 0);
}
