/* SPDX-License-Identifier: Apache-2.0 */
/* ans.c -- the tables of ans.h, and encoding. Decoding is in ans_read.c. */
#include "codec/ans.h"

#include "base/attr.h"
#include "codec/kernel_target.h"

#include <assert.h>

/* 2^(-k/4) of 2^32, k below 4. */
static const uint64_t quarter[4] = {4294967296u, 3611622603u, 3037000500u, 2553802834u};

static uint64_t share_of_price(unsigned price)
{
    return quarter[price % 4] >> (price / 4);
}

/* The class in place `place` of a symbol's tuple. */
static unsigned class_in(unsigned symbol, unsigned place, unsigned tuple, unsigned count)
{
    assert(count > 0);
    for (unsigned i = place + 1; i < tuple; i++)
        symbol /= count;
    return symbol % count;
}

/* The share of a tuple, as if its classes were independent, of 2^32. */
static uint64_t share_of(const struct sx_classes *classes, unsigned symbol, unsigned tuple)
{
    uint64_t share = (uint64_t)1 << 32;
    for (unsigned i = 0; i < tuple; i++) {
        unsigned class = class_in(symbol, i, tuple, classes->count);
        share = (share * (share_of_price(classes->price[class]) >> 1)) >> 31;
    }
    return share;
}

void sx_ans_weights(uint16_t *weights, const struct sx_classes *classes, struct sx_ans_shape shape)
{
    unsigned symbols = sx_ans_symbols(classes, shape.tuple), free = (1u << shape.log) - symbols;
    uint64_t shares[SX_ANS_SYMBOLS_MAX], total = 0, above = 0;
    assert(symbols <= SX_ANS_SYMBOLS_MAX && symbols <= 1u << shape.log);
    for (unsigned i = 0; i < symbols; i++) {
        shares[i] = share_of(classes, i, shape.tuple);
        total += shares[i];
    }
    /* Every symbol has one state; the others are dealt by what a symbol would have above one, with
     * the rounding carried on from symbol to symbol. In 20 bits of the largest possible total. */
    for (unsigned i = 0; i < symbols; i++) {
        uint64_t states = (shares[i] << shape.log) / (total ? total >> 16 ? total >> 16 : 1 : 1);
        shares[i] = states > 65536 ? states - 65536 : 0; /* of 65536 to a state */
        above += shares[i];
    }
    uint64_t passed = 0, dealt = 0;
    for (unsigned i = 0; i < symbols; i++) {
        passed += above ? shares[i] : 1;
        uint64_t due = passed * free / (above ? above : symbols);
        weights[i] = (uint16_t)(1 + due - dealt);
        dealt = due;
    }
}

/* Deals the states to the symbols: spread[state] = symbol. */
static void spread_symbols(uint8_t *spread, const uint16_t *weights, unsigned symbols, unsigned log)
{
    unsigned size = 1u << log, step = (size >> 1) + (size >> 3) + 3, at = 0;
    for (unsigned symbol = 0; symbol < symbols; symbol++)
        for (unsigned i = 0; i < weights[symbol]; i++) {
            spread[at] = (uint8_t)symbol;
            at = (at + step) & (size - 1);
        }
}

void sx_ans_encoder_init(struct sx_ans_encoder *encoder, const struct sx_classes *classes,
                         struct sx_ans_shape shape)
{
    uint8_t spread[1 << SX_ANS_LOG_MAX] = {0};
    uint16_t filled[SX_ANS_SYMBOLS_MAX] = {0};
    unsigned symbols = sx_ans_symbols(classes, shape.tuple), size = 1u << shape.log, begin = 0;
    encoder->shape = shape;
    encoder->classes = classes;
    encoder->extra_max = 0;
    for (unsigned i = 0; i < classes->count; i++) {
        size_t width = (size_t)1 << (classes->width[i] % 64);
        encoder->extra_max = SX_MAX(encoder->extra_max, classes->width[i]);
        if (classes->domain <= SX_ANS_INDEX_DOMAIN)
            memset(encoder->index + classes->low[i], (int)i, width);
    }
    sx_ans_weights(encoder->weights, classes, shape);
    spread_symbols(spread, encoder->weights, symbols, shape.log);
    for (unsigned i = 0; i < symbols; i++) {
        unsigned weight = encoder->weights[i];
        unsigned bits = shape.log + 1 - sx_bit_width(weight - 1);
        encoder->moves[i].to_bits =
            weight == 1 ? (shape.log << 16) - size : (bits << 16) - (weight << bits);
        encoder->moves[i].begin = (int32_t)begin - (int32_t)weight;
        filled[i] = (uint16_t)begin;
        begin += weight;
    }
    for (unsigned state = 0; state < size; state++)
        encoder->states[filled[spread[state]]++] = (uint16_t)(size + state);
}

/* What a decoder puts out for a symbol, and the bits of its place, as part of an entry. */
static void describe_symbols(uint64_t *parts, const struct sx_ans_decoder *decoder,
                             unsigned symbols)
{
    const struct sx_classes *classes = &decoder->classes;
    unsigned tuple = decoder->shape.tuple;
    for (unsigned i = 0; i < symbols; i++) {
        uint64_t out = 0;
        if (decoder->narrow)
            out = (uint32_t)classes->low[i];
        for (unsigned place = 0; place < tuple && !decoder->narrow; place++)
            out |= (uint64_t)class_in(i, place, tuple, classes->count) << (8 * place);
        parts[i] = out << 16 | (tuple == 1 ? classes->width[i] : 0);
    }
}

void sx_ans_decoder_init(struct sx_ans_decoder *decoder, struct sx_ans_entry *entries)
{
    uint16_t next[SX_ANS_SYMBOLS_MAX] = {0};
    uint64_t parts[SX_ANS_SYMBOLS_MAX] = {0};
    const struct sx_classes *classes = &decoder->classes;
    struct sx_ans_shape shape = decoder->shape;
    unsigned symbols = sx_ans_symbols(classes, shape.tuple), size = 1u << shape.log;
    assert(symbols > 0 && symbols <= SX_ANS_SYMBOLS_MAX);
    decoder->entries = entries;
    decoder->extra_max = 0;
    decoder->dense = true;
    for (unsigned i = 0; i < classes->count; i++) {
        decoder->extra_max = SX_MAX(decoder->extra_max, classes->width[i]);
        decoder->dense = decoder->dense && classes->low[i] == classes->low[0] + i;
    }
    decoder->dense = decoder->dense && decoder->extra_max == 0;
    decoder->narrow = shape.tuple == 1 && classes->domain <= 32 && !decoder->dense;
    sx_ans_weights(next, classes, shape);
    describe_symbols(parts, decoder, symbols);
    /* The states of a symbol, in the order that they are spread in, are not ascending: first each
     * gets its symbol, */
    unsigned at = 0, step = (size >> 1) + (size >> 3) + 3;
    for (unsigned symbol = 0; symbol < symbols; symbol++)
        for (unsigned i = 0; i < next[symbol]; i++) {
            entries[at].bits = (uint8_t)symbol;
            at = (at + step) & (size - 1);
        }
    /* then, ascending, its place among them. */
    for (unsigned state = 0; state < size; state++) {
        unsigned symbol = entries[state].bits, x = next[symbol]++;
        uint64_t bits = shape.log + 1 - sx_bit_width(x);
        uint64_t base = (uint64_t)((x << bits) - size) << 48;
        sx_put_u64((uint8_t *)&entries[state], base | (parts[symbol] + bits + (bits << 8)));
    }
}

/* ---- encoding ------------------------------------------------------------------------------- */

#define EXTRA_QUICK 44 /* bits of a place that fit in a word with those of a state */

/* A block on its way. */
struct work {
    size_t symbols;
    uint8_t classes[SX_ANS_BLOCK + 3]; /* of each number; of the places after the last, 0 */
    uint8_t symbol[SX_ANS_BLOCK];
    uint16_t given[SX_ANS_BLOCK]; /* bits for the decoder's state at each symbol, and how many */
    uint32_t states[SX_ANS_LANES_MAX];
};

#define GIVEN_BITS 4 /* of `given`: how many bits */

static void find_classes(struct work *work, const struct sx_ans_encoder *encoder,
                         const uint64_t *numbers, size_t count)
{
    unsigned tuple = encoder->shape.tuple, class_count = encoder->classes->count;
    if (encoder->classes->domain <= SX_ANS_INDEX_DOMAIN)
        for (size_t i = 0; i < count; i++)
            work->classes[i] = encoder->index[numbers[i] % (1 << SX_ANS_INDEX_DOMAIN)];
    else
        for (size_t i = 0; i < count; i++)
            work->classes[i] = (uint8_t)sx_classes_of(encoder->classes, numbers[i]);
    memset(work->classes + count, 0, 3);
    work->symbols = (count + tuple - 1) / tuple;
    const uint8_t *classes = work->classes;
    for (size_t i = 0; i < work->symbols; i++, classes += tuple) {
        unsigned symbol = classes[0];
        for (unsigned k = 1; k < tuple; k++)
            symbol = symbol * class_count + classes[k];
        work->symbol[i] = (uint8_t)symbol;
    }
}

SX_INLINE void move(const struct sx_ans_encoder *encoder, struct work *work, size_t i,
                    uint32_t *state)
{
    struct sx_ans_move move = encoder->moves[work->symbol[i]];
    unsigned bits = (*state + move.to_bits) >> 16;
    work->given[i] = (uint16_t)((*state & ((1u << bits) - 1)) << GIVEN_BITS | bits);
    *state = encoder->states[move.begin + (int32_t)(*state >> bits)];
}

/* Moves the states through the symbols, from the last to the first. */
SX_INLINE void move_lanes(const struct sx_ans_encoder *encoder, struct work *work, unsigned lanes)
{
    uint32_t states[SX_ANS_LANES_MAX] = {0};
    size_t i = work->symbols;
    assert(i >= lanes);
    /* The last of each lane: any of its states will do, and costs nothing. */
    for (unsigned k = 0; k < lanes; k++) {
        unsigned symbol = work->symbol[--i];
        work->given[i] = 0;
        states[i % lanes] =
            encoder->states[encoder->moves[symbol].begin + (int32_t)encoder->weights[symbol]];
    }
    for (; i % lanes; i--)
        move(encoder, work, i - 1, &states[(i - 1) % lanes]);
    for (; i; i -= lanes) {
        SX_UNROLL(8)
        for (unsigned k = lanes; k-- > 0;)
            move(encoder, work, i - lanes + k, &states[k]);
    }
    memcpy(work->states, states, sizeof states);
}

static void move_all(const struct sx_ans_encoder *encoder, struct work *work, unsigned lanes)
{
    if (lanes == 8)
        move_lanes(encoder, work, 8);
    else if (lanes == 4)
        move_lanes(encoder, work, 4);
    else
        move_lanes(encoder, work, 1);
}

/* Puts up to 56 bits: whole bytes leave at once. */
SX_INLINE void put_quickly(struct sx_bit_writer *writer, uint64_t v, unsigned width)
{
    writer->held |= v << writer->held_count;
    writer->held_count += width;
    sx_put_u64(writer->bytes + writer->size, writer->held);
    writer->size += writer->held_count / 8;
    writer->held >>= writer->held_count & 56;
    writer->held_count &= 7;
}

static void put_symbols(struct sx_bit_writer *out, const struct work *work)
{
    struct sx_bit_writer writer = *out;
    size_t i = 0;
    put_quickly(&writer, 0, 0);
    for (; i + 4 <= work->symbols; i += 4) { /* at most 48 bits */
        uint64_t bits = 0;
        unsigned width = 0;
        SX_UNROLL(4)
        for (unsigned k = 0; k < 4; k++) {
            unsigned given = work->given[i + k];
            bits |= (uint64_t)(given >> GIVEN_BITS) << width;
            width += given % (1 << GIVEN_BITS);
        }
        put_quickly(&writer, bits, width);
    }
    for (; i < work->symbols; i++)
        put_quickly(&writer, work->given[i] >> GIVEN_BITS, work->given[i] % (1 << GIVEN_BITS));
    *out = writer;
}

/* Symbols of one class each, with their places. */
static void put_places(struct sx_bit_writer *out, const struct work *work,
                       const struct sx_ans_encoder *encoder, const uint64_t *numbers)
{
    const struct sx_classes *classes = encoder->classes;
    bool quick = encoder->extra_max <= EXTRA_QUICK;
    struct sx_bit_writer writer = *out;
    if (quick)
        put_quickly(&writer, 0, 0);
    for (size_t i = 0; i < work->symbols; i++) {
        unsigned class = work->classes[i], bits = work->given[i] % (1 << GIVEN_BITS);
        uint64_t place = numbers[i] - classes->low[class], state = work->given[i] >> GIVEN_BITS;
        if (quick) {
            put_quickly(&writer, place << bits | state, bits + classes->width[class]);
        } else {
            sx_bits_put(&writer, state, bits);
            sx_bits_put(&writer, place, classes->width[class]);
        }
    }
    *out = writer;
}

void sx_ans_encode(struct sx_bit_writer *writer, const struct sx_ans_encoder *encoder,
                   const uint64_t *numbers, size_t count)
{
    struct work work;
    assert(count > 0 && count <= SX_ANS_BLOCK);
    find_classes(&work, encoder, numbers, count);
    unsigned lanes = sx_ans_lanes(work.symbols), log = encoder->shape.log;
    move_all(encoder, &work, lanes);
    for (unsigned lane = 0; lane < lanes; lane++)
        sx_bits_put(writer, work.states[lane] - (1u << log), log);
    if (encoder->extra_max)
        put_places(writer, &work, encoder, numbers);
    else
        put_symbols(writer, &work);
}
