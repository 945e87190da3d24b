/* SPDX-License-Identifier: Apache-2.0 */
/* plain.c -- see plain.h. */
#include "codec/plain.h"

#include "base/error.h"
#include "codec/number.h"

#define XOR_PRICE 1             /* bits a value: it decodes in about 2 ns */
#define XOR_SAMPLES ((size_t)4) /* groups */
#define ORDERED_MAPS 2

/* ---- doubles as ordered integers ------------------------------------------------------------ */

static int64_t ordered_of(uint64_t bits, unsigned map)
{
    if (map)
        return (int64_t)(bits << 1 | bits >> 63);
    return (int64_t)(bits ^ ((uint64_t)((int64_t)bits >> 63) >> 1));
}

static uint64_t bits_of_ordered(int64_t v, unsigned map)
{
    uint64_t bits = (uint64_t)v;
    if (map)
        return bits >> 1 | bits << 63;
    return bits ^ ((uint64_t)(v >> 63) >> 1);
}

/* Plans the ordered form with the better map for the sign. */
static void plan_ordered(struct sx_plain_plan *plan, int64_t *work, const struct sx_ints_wish *wish)
{
    bool up = false, down = false;
    for (size_t i = 0; i < plan->count; i++) {
        bool sign = sx_bits_of_f64(plan->values[i]) >> 63;
        down = down || sign;
        up = up || !sign;
    }
    plan->map = up && down;
    for (size_t i = 0; i < plan->count; i++)
        work[i] = ordered_of(sx_bits_of_f64(plan->values[i]), plan->map);
    sx_ints_plan(&plan->ordered, work, plan->count, work, wish);
}

/* ---- planning ------------------------------------------------------------------------------- */

static bool all_equal(const double *values, size_t count)
{
    return memcmp(values, values + 1, (count - 1) * sizeof *values) == 0;
}

static void take(struct sx_plain_plan *plan, enum sx_floats_id id, uint64_t bits)
{
    if (bits < plan->bits) {
        plan->id = id;
        plan->bits = bits;
    }
}

/* What the xor form takes, its time included; UINT64_MAX: by a sample it is an eighth above what is
 * the best so far, and not worth counting. */
static uint64_t price_of_xor(const struct sx_plain_plan *plan)
{
    size_t count = plan->count, seen = 0;
    uint64_t bits = 0;
    if (count > XOR_SAMPLES * SX_GROUP) {
        for (size_t i = 0; i < XOR_SAMPLES; i++, seen += SX_GROUP)
            bits += sx_xor_cost(plan->values + i * (count - SX_GROUP) / XOR_SAMPLES, SX_GROUP);
        bits = (bits / seen + XOR_PRICE) * count;
        if (bits > plan->bits + plan->bits / 8)
            return UINT64_MAX;
    }
    return 8 + sx_xor_cost(plan->values, count) + XOR_PRICE * (uint64_t)count;
}

bool sx_plain_plan(struct sx_plain_plan *plan, const double *values, size_t count,
                   enum sx_tier tier, const struct sx_tables *shared, struct sx_mem *mem)
{
    plan->values = values;
    plan->count = count;
    plan->mem = mem;
    plan->block = NULL;
    plan->id = SX_FLOATS_CONSTANT;
    plan->bits = 40;
    if (all_equal(values, count))
        return true;
    size_t words = 3 * count + (count + 63) / 64;
    size_t size = words + (tier == SX_TIER_SEALED ? 3 * count : 0);
    plan->block = sx_mem_alloc(mem, size * sizeof *plan->block);
    if (!plan->block)
        return false;
    struct sx_ints_wish wish = {.shared = shared};
    if (tier == SX_TIER_SEALED)
        wish.scratch = (uint64_t *)(void *)(plan->block + words);
    plan->scaled.numbers = plan->block;
    plan->scaled.beside = plan->block + count;
    plan->scaled.bad = (uint64_t *)(void *)(plan->block + 3 * count);
    plan->scaled.wish = wish;
    sx_scaled_plan(&plan->scaled, values, count);
    plan->id = SX_FLOATS_RAW;
    plan->bits = 64 * (uint64_t)count + 8;
    take(plan, SX_FLOATS_SCALED, plan->scaled.bits);
    if (plan->bits > SX_FLOATS_POOR_BITS * (uint64_t)count) {
        plan_ordered(plan, plan->block + 2 * count, &wish);
        take(plan, SX_FLOATS_ORDERED, plan->ordered.bits + 16);
        take(plan, SX_FLOATS_XOR, price_of_xor(plan));
    }
    return true;
}

void sx_plain_release(struct sx_plain_plan *plan)
{
    sx_mem_free(plan->mem, plan->block);
    plan->block = NULL;
}

/* ---- writing -------------------------------------------------------------------------------- */

static void put_raw(struct sx_buf *out, const double *values, size_t count)
{
    uint8_t *to = sx_buf_extend(out, 8 * count);
    for (size_t i = 0; to && i < count; i++)
        sx_put_u64(to + 8 * i, sx_bits_of_f64(values[i]));
}

void sx_plain_write(struct sx_buf *out, const struct sx_plain_plan *plan)
{
    sx_buf_put_u8(out, (uint8_t)plan->id);
    switch (plan->id) {
    case SX_FLOATS_CONSTANT:
        sx_number_put(out, plan->values[0]);
        break;
    case SX_FLOATS_SCALED:
        sx_scaled_write(out, &plan->scaled);
        break;
    case SX_FLOATS_XOR:
        sx_xor_encode(out, plan->values, plan->count);
        break;
    case SX_FLOATS_ORDERED:
        sx_buf_put_u8(out, (uint8_t)plan->map);
        sx_ints_write(out, &plan->ordered);
        break;
    default:
        put_raw(out, plan->values, plan->count);
        break;
    }
}

/* ---- reading -------------------------------------------------------------------------------- */

static stria_status open_ordered(struct sx_plain_reader *reader, struct sx_bytes in, size_t count,
                                 const struct sx_tables *shared, stria_error *err)
{
    struct sx_bytes map;
    if (!sx_bytes_take(&in, 1, &map) || map.ptr[0] >= ORDERED_MAPS)
        return sx_fail(err, STRIA_CORRUPT, "a column of ordered doubles breaks its format");
    reader->map = map.ptr[0];
    return sx_ints_open(&reader->in.ordered, in, count, shared, err);
}

stria_status sx_plain_open(struct sx_plain_reader *reader, struct sx_bytes in, size_t count,
                           const struct sx_tables *shared, stria_error *err)
{
    if (in.len == 0)
        return sx_fail(err, STRIA_CORRUPT, "a column of doubles has no bytes");
    reader->id = (enum sx_floats_id)in.ptr[0];
    reader->next = 0;
    in = sx_bytes_make(in.ptr + 1, in.len - 1);
    reader->raw = in;
    switch (reader->id) {
    case SX_FLOATS_RAW:
        if (in.len == 8 * count)
            return STRIA_OK;
        return sx_fail(err, STRIA_CORRUPT, "%zu raw doubles have %zu bytes", count, in.len);
    case SX_FLOATS_CONSTANT:
        if (sx_number_get(&in, &reader->constant) && in.len == 0)
            return STRIA_OK;
        return sx_fail(err, STRIA_CORRUPT, "a constant double breaks its format");
    case SX_FLOATS_SCALED:
        return sx_scaled_open(&reader->in.scaled, in, count, shared, err);
    case SX_FLOATS_XOR:
        sx_xor_open(&reader->in.xor, in, count);
        return STRIA_OK;
    case SX_FLOATS_ORDERED:
        return open_ordered(reader, in, count, shared, err);
    default:
        return sx_fail(err, STRIA_VERSION, "a column of doubles is of the unknown form %u",
                       (unsigned)reader->id);
    }
}

bool sx_plain_seek(struct sx_plain_reader *reader, size_t group)
{
    double passed[SX_GROUP];
    reader->next = group;
    if (reader->id == SX_FLOATS_SCALED)
        return sx_scaled_seek(&reader->in.scaled, group);
    if (reader->id == SX_FLOATS_ORDERED)
        return sx_ints_seek(&reader->in.ordered, group);
    for (size_t i = 0; reader->id == SX_FLOATS_XOR && i < group; i++)
        if (!sx_xor_next(&reader->in.xor, passed))
            return false;
    return true;
}

static bool next_ordered(struct sx_plain_reader *reader, double *out)
{
    int64_t ordered[SX_GROUP];
    if (!sx_ints_next(&reader->in.ordered, ordered))
        return false;
    for (size_t i = 0; i < SX_GROUP; i++)
        out[i] = sx_f64_of_bits(bits_of_ordered(ordered[i], reader->map));
    return true;
}

bool sx_plain_next(struct sx_plain_reader *reader, double *out)
{
    switch (reader->id) {
    case SX_FLOATS_SCALED:
        return sx_scaled_next(&reader->in.scaled, out);
    case SX_FLOATS_ORDERED:
        return next_ordered(reader, out);
    case SX_FLOATS_XOR:
        return sx_xor_next(&reader->in.xor, out);
    case SX_FLOATS_CONSTANT:
        for (size_t i = 0; i < SX_GROUP; i++)
            out[i] = reader->constant;
        return true;
    default:
        for (size_t i = reader->next * SX_GROUP, k = 0; k < SX_GROUP && 8 * i < reader->raw.len;
             i++, k++)
            out[k] = sx_f64_of_bits(sx_get_u64(reader->raw.ptr + 8 * i));
        reader->next++;
        return true;
    }
}
