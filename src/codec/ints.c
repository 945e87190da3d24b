/* SPDX-License-Identifier: Apache-2.0 */
/* ints.c -- see ints.h. */
#include "codec/ints.h"

#include "base/error.h"
#include "base/varint.h"
#include "codec/bits.h"

#include <assert.h>

#define KIND 3
#define HAS_FACTOR 16
#define HAS_SHARED 32

/* What a bit is worth: decoding one more prefix sum takes about 0.2 ns a value, and a nanosecond a
 * value may cost half a bit a value. In tenths of a bit. */
static const unsigned order_price[4] = {0, 1, 2, 1};

/* ---- the common factor ---------------------------------------------------------------------- */

static uint64_t magnitude(int64_t v)
{
    return v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
}

static uint64_t greatest_common_divisor(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* x with odd * x = 1 modulo 2^64: each step doubles the right bits, of which odd itself has 3. */
static uint64_t inverse_of(uint64_t odd)
{
    uint64_t x = odd;
    for (int i = 0; i < 5; i++)
        x *= 2 - odd * x;
    return x;
}

/* The odd divisor common to all v[i] / 2^twos. Guessed from a few, then checked against all: a
 * number is divisible if its product with the inverse is small. */
static uint64_t odd_factor(const int64_t *v, size_t count, unsigned twos)
{
    uint64_t g = 0;
    for (size_t i = 0; i < 32 && g != 1; i++)
        g = greatest_common_divisor(magnitude(v[i * count / 32]) >> twos, g);
    if (g == 0)
        g = greatest_common_divisor(magnitude(v[count - 1]) >> twos, 0);
    g >>= g ? __builtin_ctzll(g) : 0;
    uint64_t inverse = inverse_of(g), limit = g ? (uint64_t)INT64_MAX / g : 0;
    for (size_t i = 0; i < count && g != 1; i++) {
        uint64_t quotient = (uint64_t)(v[i] >> twos) * inverse;
        if (quotient + limit <= 2 * limit)
            continue;
        g = greatest_common_divisor(magnitude(v[i]) >> twos, g);
        g >>= g ? __builtin_ctzll(g) : 0;
        inverse = inverse_of(g);
        limit = (uint64_t)INT64_MAX / g;
    }
    return g ? g : 1;
}

/* Divides all by their common factor, and returns it. all: their bits, or-ed. */
static uint64_t reduce(int64_t *v, size_t count, uint64_t all)
{
    if (all == 0)
        return 1;
    unsigned twos = (unsigned)__builtin_ctzll(all);
    uint64_t odd = odd_factor(v, count, twos);
    if (odd == 1 && twos == 0)
        return 1;
    uint64_t inverse = inverse_of(odd);
    for (size_t i = 0; i < count; i++)
        v[i] = (int64_t)((uint64_t)(v[i] >> twos) * inverse);
    return odd << twos;
}

/* The line's deviations are stored in order 0. */
static unsigned order_of_sums(unsigned order)
{
    return order == SX_INTS_LINE ? 0 : order;
}

/* ---- planning ------------------------------------------------------------------------------- */

/* Whether all lie in one line; sets the step. */
static bool is_line(const int64_t *values, size_t count, uint64_t *step)
{
    *step = count > 1 ? (uint64_t)values[1] - (uint64_t)values[0] : 0;
    for (size_t i = 2; i < count; i++)
        if ((uint64_t)values[i] - (uint64_t)values[i - 1] != *step)
            return false;
    return true;
}

static uint64_t line_at(uint64_t slope, uint32_t rest, size_t i)
{
    return slope * i + ((uint64_t)rest * i >> 32);
}

/* The line through the first value, which is 0, and the last. */
static void line_through(struct sx_ints_plan *plan)
{
    int64_t last = plan->work[plan->count - 1], steps = (int64_t)plan->count - 1;
    assert(steps > 0);
    int64_t slope = last / steps, left = last % steps;
    if (left < 0) {
        slope--;
        left += steps;
    }
    plan->slope = (uint64_t)slope;
    plan->slope_rest = (uint32_t)(((uint64_t)left << 32) / (uint64_t)steps);
}

static void subtract_line(struct sx_ints_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        plan->work[i] =
            (int64_t)((uint64_t)plan->work[i] - line_at(plan->slope, plan->slope_rest, i));
}

/* Cost of the line, from as many groups as for the other orders. */
static uint64_t estimate_line(const struct sx_ints_plan *plan)
{
    size_t group_count = (plan->count + SX_GROUP - 1) / SX_GROUP;
    size_t sampled = SX_MIN(group_count, SX_INTS_SAMPLED);
    uint64_t bits = 0, seen = 0;
    for (size_t k = 0; k < sampled; k++) {
        int64_t away[SX_GROUP];
        size_t first = k * group_count / sampled * SX_GROUP;
        size_t count = SX_MIN(plan->count - first, SX_GROUP);
        for (size_t i = 0; i < count; i++)
            away[i] = (int64_t)((uint64_t)plan->work[first + i] -
                                line_at(plan->slope, plan->slope_rest, first + i));
        bits += sx_packed_estimate(away, count, 0, 1, NULL);
        seen += count;
    }
    assert(seen > 0);
    return bits * plan->count / seen + 64;
}

static void choose_order(struct sx_ints_plan *plan)
{
    uint64_t best = UINT64_MAX;
    for (unsigned order = 0; order <= SX_INTS_LINE; order++) {
        uint64_t bits;
        if (order == SX_INTS_LINE) {
            if (!plan->wish.try_line || plan->count < 3)
                break;
            line_through(plan);
            bits = estimate_line(plan);
        } else {
            bits = sx_packed_estimate(plan->work, plan->count, order, SX_INTS_SAMPLED,
                                      plan->packed[order]);
        }
        plan->packed_bits[order] = bits;
        uint64_t price = bits + plan->count * order_price[order] / 10;
        if (price < best) {
            best = price;
            plan->order = order;
            plan->bits = bits;
        }
    }
}

/* Whether an order can be the best one when it is coded: its packed size tells roughly. */
static bool may_be_coded(const struct sx_ints_plan *plan, unsigned order)
{
    return plan->packed_bits[order] / 4 * 3 <= plan->bits + plan->count;
}

bool sx_ints_is_better_coded(const struct sx_ints_plan *plan, uint64_t bits)
{
    return bits < plan->bits - plan->bits / 64 - SX_MIN(plan->bits, 32);
}

/* Tries the sealed form. */
static void try_coded(struct sx_ints_plan *plan)
{
    struct sx_coded_plan coded;
    uint64_t best = UINT64_MAX;
    for (unsigned order = 0; order <= 2; order++) {
        if (plan->order == SX_INTS_LINE ? order > 0 : !may_be_coded(plan, order))
            continue;
        sx_coded_plan(&coded, plan->work, plan->count, order, plan->wish.shared,
                      plan->wish.scratch);
        if (coded.bits >= best || !sx_ints_is_better_coded(plan, coded.bits))
            continue;
        best = coded.bits;
        plan->coded = coded;
        plan->kind = SX_INTS_CODED;
    }
    if (plan->kind != SX_INTS_CODED)
        return;
    plan->bits = plan->coded.bits;
    if (plan->order != SX_INTS_LINE)
        plan->order = plan->coded.order;
}

uint64_t sx_ints_head_bits(const struct sx_ints_plan *plan)
{
    unsigned size = 1 + sx_zigzag_size(plan->first);
    if (plan->factor != 1)
        size += sx_varint_size(plan->factor);
    if (plan->kind == SX_INTS_STEP ? plan->order != 0 : plan->order == SX_INTS_LINE)
        size += sx_zigzag_size((int64_t)plan->slope);
    return 8 * (uint64_t)size;
}

void sx_ints_plan(struct sx_ints_plan *plan, const int64_t *values, size_t count, int64_t *work,
                  const struct sx_ints_wish *wish)
{
    assert(count > 0 && count <= SX_INTS_MAX);
    plan->first = values[0];
    plan->factor = 1;
    plan->count = count;
    plan->work = work;
    plan->wish = *wish;
    if (is_line(values, count, &plan->slope)) {
        plan->kind = SX_INTS_STEP;
        plan->order = plan->slope != 0;
        plan->bits = sx_ints_head_bits(plan);
        return;
    }
    uint64_t all = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t away = (uint64_t)values[i] - (uint64_t)plan->first;
        work[i] = (int64_t)away;
        all |= away;
    }
    plan->kind = SX_INTS_PACKED;
    plan->factor = reduce(work, count, all);
    choose_order(plan);
    if (plan->order == SX_INTS_LINE)
        subtract_line(plan);
    if (wish->scratch)
        try_coded(plan);
    plan->bits += sx_ints_head_bits(plan);
}

/* What was found out about the groups is used again, if it was about all of them. */
static void write_packed(struct sx_buf *out, const struct sx_ints_plan *plan)
{
    bool all = plan->count <= (size_t)SX_INTS_SAMPLED * SX_GROUP && plan->order != SX_INTS_LINE;
    sx_packed_encode(out, plan->work, plan->count, order_of_sums(plan->order),
                     all ? plan->packed[plan->order] : NULL);
}

void sx_ints_write(struct sx_buf *out, const struct sx_ints_plan *plan)
{
    bool has_factor = plan->factor != 1;
    bool is_shared = plan->kind == SX_INTS_CODED && plan->coded.is_shared;
    sx_buf_put_u8(out, (uint8_t)(plan->kind | plan->order << 2 | (has_factor ? HAS_FACTOR : 0) |
                                 (is_shared ? HAS_SHARED : 0)));
    sx_buf_put_zigzag(out, plan->first);
    if (plan->kind == SX_INTS_STEP) {
        if (plan->order)
            sx_buf_put_zigzag(out, (int64_t)plan->slope);
        return;
    }
    if (has_factor)
        sx_buf_put_varint(out, plan->factor);
    if (plan->order == SX_INTS_LINE) {
        sx_buf_put_zigzag(out, (int64_t)plan->slope);
        sx_buf_put_varint(out, plan->slope_rest);
    }
    if (plan->kind == SX_INTS_CODED)
        sx_coded_write(out, &plan->coded, plan->work, plan->count, plan->wish.shared,
                       plan->wish.scratch);
    else
        write_packed(out, plan);
}

/* ---- reading -------------------------------------------------------------------------------- */

/* Whether this version knows a head byte. */
static bool is_known(uint8_t head)
{
    switch (head & KIND) {
    case SX_INTS_STEP:
        return head == 0 || head == 4;
    case SX_INTS_PACKED:
        return head < HAS_SHARED;
    case SX_INTS_CODED:
        return head < 2 * HAS_SHARED;
    default:
        return false;
    }
}

/* Reads what follows the first value of the kinds that have groups. */
static bool open_groups(struct sx_ints_reader *reader, struct sx_bytes in, unsigned head,
                        const struct sx_tables *shared)
{
    int64_t slope = 0;
    uint64_t rest = 0;
    unsigned order = order_of_sums(reader->order);
    if (head & HAS_FACTOR && !sx_varint_get(&in, &reader->factor))
        return false;
    if (reader->order == SX_INTS_LINE &&
        (!sx_zigzag_get(&in, &slope) || !sx_varint_get_max(&in, UINT32_MAX, &rest)))
        return false;
    reader->slope = (uint64_t)slope;
    reader->slope_rest = (uint32_t)rest;
    if (reader->kind == SX_INTS_PACKED)
        return sx_packed_open(&reader->in.packed, in, reader->count, order, (int64_t)reader->first,
                              reader->factor);
    return sx_coded_open(&reader->in.coded, in, reader->count, order, (int64_t)reader->first,
                         reader->factor, head & HAS_SHARED, shared);
}

stria_status sx_ints_open(struct sx_ints_reader *reader, struct sx_bytes in, size_t count,
                          const struct sx_tables *shared, stria_error *err)
{
    int64_t first = 0, step = 0;
    assert(count > 0 && count <= SX_INTS_MAX);
    if (in.len == 0)
        return sx_fail(err, STRIA_CORRUPT, "a column of integers has no bytes");
    unsigned head = in.ptr[0];
    in = sx_bytes_make(in.ptr + 1, in.len - 1);
    if (!is_known((uint8_t)head))
        return sx_fail(err, STRIA_VERSION, "a column of integers is of the unknown form %u", head);
    reader->kind = (enum sx_ints_kind)(head & KIND);
    reader->order = head >> 2 & 3;
    reader->count = count;
    reader->next = 0;
    reader->factor = 1;
    bool good = sx_zigzag_get(&in, &first);
    reader->first = (uint64_t)first;
    if (good && reader->kind == SX_INTS_STEP) {
        good = (reader->order == 0 || sx_zigzag_get(&in, &step)) && in.len == 0;
        reader->slope = (uint64_t)step;
    } else if (good) {
        good = open_groups(reader, in, head, shared);
    }
    if (!good)
        return sx_fail(err, STRIA_CORRUPT, "a column of %zu integers breaks its format", count);
    return STRIA_OK;
}

bool sx_ints_seek(struct sx_ints_reader *reader, size_t group)
{
    reader->next = group;
    if (reader->kind == SX_INTS_PACKED)
        sx_packed_seek(&reader->in.packed, group);
    return reader->kind != SX_INTS_CODED || sx_coded_seek(&reader->in.coded, group);
}

/* Adds the line to a group that is about to be left. */
static void add_line(const struct sx_ints_reader *reader, int64_t *out)
{
    size_t first = reader->next * SX_GROUP;
    for (size_t i = 0; i < SX_GROUP; i++)
        out[i] = (int64_t)((uint64_t)out[i] +
                           reader->factor * line_at(reader->slope, reader->slope_rest, first + i));
}

bool sx_ints_next(struct sx_ints_reader *reader, int64_t *out)
{
    if (reader->kind == SX_INTS_STEP) {
        uint64_t v = reader->first + reader->slope * (reader->next * SX_GROUP);
        for (size_t i = 0; i < SX_GROUP; i++)
            out[i] = (int64_t)(v + reader->slope * i);
    } else {
        if (reader->kind == SX_INTS_PACKED)
            sx_packed_next_i64(&reader->in.packed, out);
        else if (!sx_coded_next_i64(&reader->in.coded, out))
            return false;
        if (reader->order == SX_INTS_LINE)
            add_line(reader, out);
    }
    reader->next++;
    return true;
}

bool sx_ints_next_f64(struct sx_ints_reader *reader, double *out, const struct sx_scale *scale)
{
    if (reader->kind != SX_INTS_STEP && reader->order != SX_INTS_LINE) {
        reader->next++;
        if (reader->kind == SX_INTS_CODED)
            return sx_coded_next_f64(&reader->in.coded, out, scale);
        sx_packed_next_f64(&reader->in.packed, out, scale);
        return true;
    }
    int64_t values[SX_GROUP];
    if (!sx_ints_next(reader, values))
        return false;
    sx_kernels()->scale(out, values, SX_GROUP, scale);
    return true;
}

bool sx_ints_range(struct sx_ints_reader *reader, size_t first, size_t count, int64_t *out)
{
    assert(first + count <= reader->count);
    if (count == 0)
        return true;
    if (reader->kind == SX_INTS_STEP) {
        uint64_t v = reader->first + reader->slope * first;
        for (size_t i = 0; i < count; i++, v += reader->slope)
            out[i] = (int64_t)v;
        return true;
    }
    if (!sx_ints_seek(reader, first / SX_GROUP))
        return false;
    size_t skip = first % SX_GROUP;
    while (count) {
        size_t taken = SX_MIN(SX_GROUP - skip, count);
        if (taken == SX_GROUP) {
            if (!sx_ints_next(reader, out))
                return false;
        } else {
            int64_t group[SX_GROUP];
            if (!sx_ints_next(reader, group))
                return false;
            memcpy(out, group + skip, taken * sizeof *out);
        }
        out += taken;
        count -= taken;
        skip = 0;
    }
    return true;
}

/* Adds up the whole next group. */
static bool next_total(struct sx_ints_reader *reader, bool want_range, struct sx_totals *totals)
{
    if (reader->kind == SX_INTS_STEP || reader->order == SX_INTS_LINE) {
        int64_t values[SX_GROUP];
        size_t left = reader->count - reader->next * SX_GROUP;
        if (!sx_ints_next(reader, values))
            return false;
        sx_totals_add(totals, values, SX_MIN(left, SX_GROUP));
        return true;
    }
    reader->next++;
    if (reader->kind == SX_INTS_CODED)
        return sx_coded_next_total(&reader->in.coded, totals, want_range);
    sx_packed_next_total(&reader->in.packed, totals, want_range);
    return true;
}

bool sx_ints_totals(struct sx_ints_reader *reader, size_t first, const uint32_t *ends,
                    size_t range_count, bool want_range, struct sx_totals *totals)
{
    assert(range_count > 0 && first < ends[0] && ends[range_count - 1] <= reader->count);
    if (!sx_ints_seek(reader, first / SX_GROUP))
        return false;
    for (size_t at = first, i = 0; i < range_count;) {
        int64_t values[SX_GROUP];
        size_t begin = reader->next * SX_GROUP;
        size_t end = SX_MIN(begin + SX_GROUP, reader->count);
        if (at == begin && ends[i] >= end) { /* the whole group is of one range */
            if (!next_total(reader, want_range, &totals[i]))
                return false;
            at = end;
            i += ends[i] == at;
            continue;
        }
        int64_t reach[2];
        if (!sx_ints_next(reader, values))
            return false;
        if (!want_range)
            sx_totals_range(reach, values, end - begin);
        while (i < range_count && at < end) {
            size_t part_end = SX_MIN(ends[i], end);
            if (want_range)
                sx_totals_add(&totals[i], values + (at - begin), part_end - at);
            else
                sx_totals_add_sum(&totals[i], values + (at - begin), part_end - at, reach);
            at = part_end;
            i += ends[i] == at;
        }
    }
    return true;
}

const char *sx_ints_name(uint8_t head)
{
    static const char *const packed[] = {"for", "delta", "delta2", "line"};
    static const char *const coded[] = {"coded-for", "coded-delta", "coded-delta2", "coded-line"};
    if (!is_known(head))
        return "?";
    if ((head & KIND) == SX_INTS_STEP)
        return head ? "step" : "constant";
    return ((head & KIND) == SX_INTS_PACKED ? packed : coded)[head >> 2 & 3];
}
