/* SPDX-License-Identifier: Apache-2.0 */
/* ans.c -- the tables of ans.h, and encoding. Decoding is in ans_read.c. */
#include "codec/ans.h"

#include "base/attr.h"

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
    uint8_t spread[1 << SX_ANS_LOG_MAX];
    uint16_t filled[SX_ANS_SYMBOLS_MAX];
    unsigned symbols = sx_ans_symbols(classes, shape.tuple), size = 1u << shape.log, begin = 0;
    encoder->shape = shape;
    encoder->classes = classes;
    sx_ans_weights(encoder->weights, classes, shape);
    spread_symbols(spread, encoder->weights, symbols, shape.log);
    for (unsigned i = 0; i < symbols; i++) {
        unsigned weight = encoder->weights[i];
        unsigned bits = shape.log + 1 - sx_bit_width(weight - 1);
        encoder->to_bits[i] =
            weight == 1 ? (shape.log << 16) - size : (bits << 16) - (weight << bits);
        encoder->begin[i] = (int32_t)begin - (int32_t)weight;
        filled[i] = (uint16_t)begin;
        begin += weight;
    }
    for (unsigned state = 0; state < size; state++)
        encoder->states[filled[spread[state]]++] = (uint16_t)(size + state);
}

void sx_ans_decoder_init(struct sx_ans_decoder *decoder, struct sx_ans_entry *entries)
{
    uint8_t spread[1 << SX_ANS_LOG_MAX] = {0};
    uint16_t next[SX_ANS_SYMBOLS_MAX] = {0};
    uint8_t tuples[SX_ANS_SYMBOLS_MAX][4] = {{0}};
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
    spread_symbols(spread, next, symbols, shape.log);
    for (unsigned i = 0; i < symbols; i++)
        for (unsigned place = 0; place < shape.tuple; place++)
            tuples[i][place] = (uint8_t)class_in(i, place, shape.tuple, classes->count);
    for (unsigned state = 0; state < size; state++) {
        unsigned symbol = spread[state], x = next[symbol]++;
        unsigned bits = shape.log + 1 - sx_bit_width(x);
        struct sx_ans_entry *entry = &entries[state];
        sx_put_u16(entry->base, (uint16_t)((x << bits) - size));
        entry->bits = (uint8_t)bits;
        entry->extra = shape.tuple == 1 ? classes->width[symbol] : 0;
        if (decoder->narrow)
            sx_put_u32(entry->out, (uint32_t)classes->low[symbol]);
        else
            memcpy(entry->out, tuples[symbol], sizeof entry->out);
    }
}

/* ---- encoding ------------------------------------------------------------------------------- */

static unsigned symbol_at(const uint8_t *classes, size_t count, size_t i,
                          const struct sx_ans_encoder *encoder)
{
    unsigned symbol = 0, tuple = encoder->shape.tuple;
    for (size_t k = i * tuple; k < (i + 1) * tuple; k++)
        symbol = symbol * encoder->classes->count + (k < count ? classes[k] : 0);
    return symbol;
}

void sx_ans_encode(struct sx_bit_writer *writer, const struct sx_ans_encoder *encoder,
                   const uint64_t *numbers, size_t count)
{
    uint8_t classes[SX_ANS_BLOCK];
    uint16_t given[SX_ANS_BLOCK]; /* bits for the decoder's state at each symbol: */
    uint8_t widths[SX_ANS_BLOCK]; /* so many */
    uint32_t states[SX_ANS_LANES_MAX] = {0};
    unsigned tuple = encoder->shape.tuple, log = encoder->shape.log;
    size_t symbols = (count + tuple - 1) / tuple;
    unsigned lanes = sx_ans_lanes(symbols);
    assert(count > 0 && count <= SX_ANS_BLOCK);
    for (size_t i = 0; i < count; i++)
        classes[i] = (uint8_t)sx_classes_of(encoder->classes, numbers[i]);
    for (size_t i = symbols; i-- > 0;) {
        unsigned symbol = symbol_at(classes, count, i, encoder);
        uint32_t *state = &states[i % lanes];
        given[i] = widths[i] = 0;
        if (*state == 0) { /* the last of its lane: any of its states will do, and costs nothing */
            *state = encoder->states[encoder->begin[symbol] + (int32_t)encoder->weights[symbol]];
            continue;
        }
        unsigned bits = (*state + encoder->to_bits[symbol]) >> 16;
        widths[i] = (uint8_t)bits;
        given[i] = (uint16_t)(*state & ((1u << bits) - 1));
        *state = encoder->states[encoder->begin[symbol] + (int32_t)(*state >> bits)];
    }
    for (unsigned lane = 0; lane < lanes; lane++)
        sx_bits_put(writer, states[lane] ? states[lane] - (1u << log) : 0, log);
    for (size_t i = 0; i < symbols; i++) {
        sx_bits_put(writer, given[i], widths[i]);
        if (tuple > 1)
            continue;
        unsigned class = classes[i];
        sx_bits_put(writer, numbers[i] - encoder->classes->low[class],
                    encoder->classes->width[class]);
    }
}
