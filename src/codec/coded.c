/* SPDX-License-Identifier: Apache-2.0 */
/* coded.c -- planning and writing of the sealed form; see coded.h. Reading is in coded_read.c. */
#include "codec/coded.h"

#include "base/varint.h"

#include <assert.h>

#define NARROW_RANGE ((uint64_t)1 << 29) /* relative values then fit in 32 bits, signed */

/* ---- numbers -------------------------------------------------------------------------------- */

static unsigned signed_width(int64_t v)
{
    return sx_bit_width((uint64_t)(v < 0 ? ~v : v)) + 1;
}

unsigned sx_coded_numbers(uint64_t *numbers, const int64_t *values, size_t count, unsigned order,
                          int64_t *low)
{
    if (order == 0) {
        int64_t lowest = values[0], highest = values[0];
        for (size_t i = 1; i < count; i++) {
            lowest = SX_MIN(lowest, values[i]);
            highest = SX_MAX(highest, values[i]);
        }
        for (size_t i = 0; i < count; i++)
            numbers[i] = (uint64_t)values[i] - (uint64_t)lowest;
        *low = lowest;
        return sx_bit_width((uint64_t)highest - (uint64_t)lowest);
    }
    uint64_t before = (uint64_t)values[0], all = 0, delta = 0;
    for (size_t i = 1; i < count; i++) {
        uint64_t d = (uint64_t)values[i] - before;
        before = (uint64_t)values[i];
        uint64_t r = order == 1 ? d : i == 1 ? 0 : d - delta;
        delta = d;
        numbers[i] = r;
        all |= (int64_t)r < 0 ? ~r : r;
    }
    unsigned domain = signed_width((int64_t)all);
    uint64_t half = (uint64_t)1 << (domain - 1);
    numbers[0] = count > 1 ? numbers[1] : 0;
    for (size_t i = 0; i < count; i++)
        numbers[i] += half;
    *low = 0;
    return domain;
}

/* Bytes of what is told before the numbers. */
static unsigned lead_size(const int64_t *values, size_t count, unsigned order, int64_t low)
{
    if (order == 0)
        return sx_zigzag_size(low);
    return order == 2 ? sx_zigzag_size(count > 1 ? values[1] : 0) : 0;
}

void sx_coded_count(struct sx_coded_counts *counts, const int64_t *values, size_t count,
                    unsigned order, uint64_t *scratch)
{
    int64_t low;
    counts->order = order;
    counts->domain = sx_coded_numbers(scratch, values, count, order, &low);
    counts->lead_size = lead_size(values, count, order, low);
    sx_tally_make(&counts->tally, scratch, count, counts->domain, scratch + count);
}

/* ---- small numbers, all orders at once ------------------------------------------------------ */

#define SMALL_HALF (SX_CODED_SMALL / 2) /* numbers are counted from -SMALL_HALF on */
#define SMALL_LANES 2                   /* counters, taken in turn */

struct small_counts {
    uint16_t counts[3][SMALL_LANES][SX_CODED_SMALL];
};

static_assert(SX_ANS_BLOCK * SX_CODED_BLOCKS_MAX < 65536, "no count is above 65535");

/* Counts; the bits of the result say which orders have all their numbers counted. */
static unsigned count_all_small(struct small_counts *small, const int64_t *values, size_t count)
{
    uint64_t before = (uint64_t)values[0], delta = 0, over[3] = {before + SMALL_HALF};
    if (count > 1)
        delta = (uint64_t)values[1] - before; /* so that the first number of order 2 is 0 */
    small->counts[0][0][over[0] % SX_CODED_SMALL]++;
    for (size_t i = 1; i < count; i++) {
        uint64_t v = (uint64_t)values[i], d = v - before, dd = d - delta;
        uint64_t at[3] = {v + SMALL_HALF, d + SMALL_HALF, dd + SMALL_HALF};
        before = v;
        delta = d;
        for (unsigned order = 0; order < 3; order++) {
            over[order] |= at[order];
            small->counts[order][i % SMALL_LANES][at[order] % SX_CODED_SMALL]++;
        }
    }
    uint64_t first = count > 1 ? (uint64_t)values[1] - (uint64_t)values[0] : 0;
    small->counts[1][0][(first + SMALL_HALF) % SX_CODED_SMALL]++;
    small->counts[2][0][SMALL_HALF]++;
    return (over[0] < SX_CODED_SMALL) | (over[1] < SX_CODED_SMALL) << 1 |
           (over[2] < SX_CODED_SMALL) << 2;
}

static bool any_of_four(const uint16_t *counts)
{
    uint64_t word;
    memcpy(&word, counts, sizeof word);
    return word != 0;
}

/* Turns counters to counts, of which the numbers are less SMALL_HALF yet. */
static void gather_small(struct sx_tally *tally, uint16_t counts[SMALL_LANES][SX_CODED_SMALL])
{
    uint64_t all = 0;
    tally->count = 0;
    for (size_t v = 0; v < SX_CODED_SMALL; v++) {
        if (v % 4 == 0 && !any_of_four(counts[0] + v) && !any_of_four(counts[1] + v)) {
            v += 3;
            continue;
        }
        unsigned here = (unsigned)counts[0][v] + counts[1][v];
        if (here == 0)
            continue;
        all += here;
        tally->numbers[tally->count] = v;
        tally->upto[tally->count++] = all;
    }
}

unsigned sx_coded_count_small(struct sx_coded_counts counts[3], const int64_t *values, size_t count,
                              uint64_t *scratch)
{
    struct small_counts small = {0};
    unsigned which = count_all_small(&small, values, count);
    for (unsigned order = 0; order < 3; order++) {
        struct sx_tally *tally = &counts[order].tally;
        tally->numbers = scratch + (size_t)2 * order * SX_CODED_SMALL;
        tally->upto = tally->numbers + SX_CODED_SMALL;
        counts[order].order = order;
        if (!(which >> order & 1))
            continue;
        gather_small(tally, small.counts[order]);
        assert(tally->count > 0);
        uint64_t low = tally->numbers[0], high = tally->numbers[tally->count - 1], shift = low;
        counts[order].domain = sx_bit_width(high - low);
        counts[order].lead_size = lead_size(values, count, order, (int64_t)(low - SMALL_HALF));
        if (order > 0) {
            unsigned below = signed_width((int64_t)(low - SMALL_HALF));
            unsigned above = signed_width((int64_t)(high - SMALL_HALF));
            counts[order].domain = SX_MAX(below, above);
            shift = SMALL_HALF - ((uint64_t)1 << (counts[order].domain - 1));
        }
        for (size_t i = 0; i < tally->count; i++)
            tally->numbers[i] -= shift;
    }
    return which;
}

/* ---- planning ------------------------------------------------------------------------------- */

/* A table twice as large is made 1 microsecond later: what it must save, in 1/256 bits. */
#define STATE_PRICE 16

/* The cheapest size of table for numbers of which `shares` of 2^16 are in each class. */
static unsigned choose_log(const struct sx_classes *classes, size_t count)
{
    unsigned best = SX_ANS_LOG_MIN;
    uint64_t best_cost = UINT64_MAX;
    for (unsigned log = SX_ANS_LOG_MIN; log <= SX_CODED_LOG_MAX; log++) {
        uint16_t weights[SX_ANS_SYMBOLS_MAX];
        uint64_t cost = (uint64_t)STATE_PRICE << log;
        if (classes->count > 1u << log)
            continue;
        sx_ans_weights(weights, classes, (struct sx_ans_shape){.log = log, .tuple = 1});
        for (unsigned i = 0; i < classes->count; i++) {
            unsigned bits = log * 256 - sx_log2_256(weights[i]);
            /* the count again, from its price: 2^(-price / 4) */
            uint64_t numbers = (count << 8) >> (classes->price[i] / 4);
            static const unsigned part[4] = {256, 215, 181, 152};
            cost += numbers * part[classes->price[i] % 4] / 256 * bits / 256;
        }
        if (cost < best_cost) {
            best_cost = cost;
            best = log;
        }
    }
    return best;
}

/* A shared table decodes faster and is ready: it may be larger by a part of the whole and some
 * bits. */
#define SHARED_PREFERENCE 100
#define SHARED_BITS (64 * 256)

static unsigned block_count_of(size_t count)
{
    return (unsigned)((count + SX_ANS_BLOCK - 1) / SX_ANS_BLOCK);
}

uint64_t sx_coded_fixed_bits(size_t count, unsigned lead_size, unsigned log)
{
    unsigned blocks = block_count_of(count);
    return 8 + 8 * lead_size + 40 * (blocks - 1) +
           (uint64_t)blocks * sx_ans_lanes(count) * (log - 2);
}

uint64_t sx_coded_choose(struct sx_coded_plan *plan, const struct sx_coded_counts *counts,
                         size_t count, const struct sx_tables *shared, uint64_t own)
{
    bool found = own == 0;
    plan->order = counts->order;
    plan->is_shared = false;
    if (found)
        own = sx_classes_find(&plan->classes, &counts->tally, counts->domain, false);
    uint64_t best = own;
    for (unsigned i = 0; shared && i < shared->count; i++) {
        uint64_t cost =
            sx_table_cost(&shared->tables[i], &counts->tally, counts->order, counts->domain);
        if (cost >= best + best / SHARED_PREFERENCE + SHARED_BITS)
            continue;
        best = cost;
        plan->is_shared = true;
        plan->index = i;
        plan->shape = shared->tables[i].decoder.shape;
    }
    if (!plan->is_shared) {
        if (!found)
            (void)sx_classes_find(&plan->classes, &counts->tally, counts->domain, false);
        plan->shape = (struct sx_ans_shape){.log = choose_log(&plan->classes, count), .tuple = 1};
    }
    plan->bits = best / 256 + sx_coded_fixed_bits(count, counts->lead_size, plan->shape.log);
    return own;
}

void sx_coded_frame(struct sx_coded_plan *plan, const int64_t *values, size_t count,
                    unsigned domain)
{
    int64_t low = values[0], high = values[0];
    for (size_t i = 0; i < count; i++) {
        low = SX_MIN(low, values[i]);
        high = SX_MAX(high, values[i]);
    }
    plan->low = plan->order == 0 ? low : 0;
    plan->wide = domain > 31 || (uint64_t)high - (uint64_t)low >= NARROW_RANGE;
}

void sx_coded_plan(struct sx_coded_plan *plan, const int64_t *values, size_t count, unsigned order,
                   const struct sx_tables *shared, uint64_t *scratch)
{
    struct sx_coded_counts counts;
    sx_coded_count(&counts, values, count, order, scratch);
    (void)sx_coded_choose(plan, &counts, count, shared, 0);
    sx_coded_frame(plan, values, count, counts.domain);
}

/* ---- writing -------------------------------------------------------------------------------- */

static void put_own_table(struct sx_buf *out, const struct sx_coded_plan *plan)
{
    size_t bits = 6 + sx_classes_bits(&plan->classes);
    uint8_t *to = sx_buf_extend(out, (bits + 7) / 8);
    if (!to)
        return;
    struct sx_bit_writer writer = {.bytes = to};
    sx_bits_put(&writer, plan->shape.log - SX_ANS_LOG_MIN, 3);
    sx_bits_put(&writer, sx_bit_width(plan->shape.tuple) - 1, 2);
    sx_bits_put(&writer, plan->wide, 1);
    sx_classes_put(&writer, &plan->classes);
    sx_bits_flush(&writer);
}

/* Appends a block's stream; returns its size. */
static size_t put_block(struct sx_buf *out, const struct sx_ans_encoder *encoder,
                        const uint64_t *numbers, size_t count)
{
    size_t at = out->len;
    uint8_t *to = sx_buf_extend(out, sx_ans_size_max(count));
    if (!to)
        return 0;
    struct sx_bit_writer writer = {.bytes = to};
    sx_ans_encode(&writer, encoder, numbers, count);
    sx_bits_flush(&writer);
    out->len = at + writer.size;
    return writer.size;
}

/* Puts the sizes and starts of the blocks before the blocks, which begin at `at`. */
static void put_block_heads(struct sx_buf *out, size_t at, const size_t *sizes,
                            const int64_t *values, size_t count, unsigned order)
{
    size_t block_size = sx_coded_block_size(count);
    unsigned blocks = block_count_of(count);
    uint8_t bytes[SX_CODED_BLOCKS_MAX * 3 * SX_VARINT_SIZE_MAX];
    struct sx_buf heads;
    sx_buf_init_fixed(&heads, bytes, sizeof bytes);
    for (unsigned i = 0; i + 1 < blocks; i++) {
        const int64_t *start = values + (i + 1) * block_size - 1;
        sx_buf_put_varint(&heads, sizes[i]);
        if (order == 0)
            continue;
        sx_buf_put_zigzag(&heads, start[0]);
        if (order == 2)
            sx_buf_put_zigzag(&heads, (int64_t)((uint64_t)start[0] - (uint64_t)start[-1]));
    }
    size_t size = out->len - at;
    if (!sx_buf_extend(out, heads.len))
        return;
    memmove(out->ptr + at + heads.len, out->ptr + at, size);
    memcpy(out->ptr + at, heads.ptr, heads.len);
}

void sx_coded_write(struct sx_buf *out, const struct sx_coded_plan *plan, const int64_t *values,
                    size_t count, const struct sx_tables *shared, uint64_t *scratch)
{
    struct sx_ans_encoder own;
    const struct sx_ans_encoder *encoder = &own;
    size_t sizes[SX_CODED_BLOCKS_MAX] = {0};
    int64_t low;
    unsigned blocks = block_count_of(count);
    unsigned domain = sx_coded_numbers(scratch, values, count, plan->order, &low);
    assert(blocks <= SX_CODED_BLOCKS_MAX);
    if (plan->order == 0)
        sx_buf_put_zigzag(out, low);
    if (plan->order == 2)
        sx_buf_put_zigzag(out, count > 1 ? values[1] : 0);
    if (plan->is_shared) {
        encoder = shared->tables[plan->index].encoder;
        sx_buf_put_u8(out, (uint8_t)(plan->index | (plan->wide ? 128u : 0)));
        unsigned table_domain = encoder->classes->domain;
        for (size_t i = 0; plan->order > 0 && i < count; i++)
            scratch[i] += ((uint64_t)1 << (table_domain - 1)) - ((uint64_t)1 << (domain - 1));
    } else {
        put_own_table(out, plan);
        sx_ans_encoder_init(&own, &plan->classes, plan->shape);
    }
    size_t at = out->len, block_size = sx_coded_block_size(count);
    for (unsigned i = 0; i < blocks; i++) {
        size_t first = i * block_size;
        sizes[i] = put_block(out, encoder, scratch + first, SX_MIN(count - first, block_size));
    }
    if (!out->failed && blocks > 1)
        put_block_heads(out, at, sizes, values, count, plan->order);
}
