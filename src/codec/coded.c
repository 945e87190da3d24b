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

/* Bits of the parts that do not depend on the table, about: blocks, states of the lanes,
 * varints. */
static uint64_t frame_bits(size_t count, unsigned log)
{
    unsigned blocks = block_count_of(count);
    return 16 + 40 * (blocks - 1) + (uint64_t)blocks * sx_ans_lanes(count) * (log - 2);
}

void sx_coded_plan(struct sx_coded_plan *plan, const int64_t *values, size_t count, unsigned order,
                   const struct sx_tables *shared, uint64_t *scratch)
{
    struct sx_tally tally;
    unsigned domain = sx_coded_numbers(scratch, values, count, order, &plan->low);
    int64_t low = values[0], high = values[0];
    for (size_t i = 0; i < count; i++) {
        low = SX_MIN(low, values[i]);
        high = SX_MAX(high, values[i]);
    }
    plan->order = order;
    plan->wide = domain > 31 || (uint64_t)high - (uint64_t)low >= NARROW_RANGE;
    sx_tally_make(&tally, scratch, count, domain, scratch + count);
    uint64_t best = sx_classes_find(&plan->classes, &tally, domain, false);
    plan->is_shared = false;
    plan->shape = (struct sx_ans_shape){.log = choose_log(&plan->classes, count), .tuple = 1};
    for (unsigned i = 0; shared && i < shared->count; i++) {
        uint64_t cost = sx_table_cost(&shared->tables[i], &tally, order, domain);
        if (cost >= best + best / SHARED_PREFERENCE + SHARED_BITS)
            continue;
        best = cost;
        plan->is_shared = true;
        plan->index = i;
        plan->shape = shared->tables[i].decoder.shape;
    }
    plan->bits = best / 256 + frame_bits(count, plan->shape.log);
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
