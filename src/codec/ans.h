/* SPDX-License-Identifier: Apache-2.0 */
/* ans.h -- entropy coding of classes, and of small tuples of them, by table: tANS.
 *
 * Why         A share that is no power of two costs its true fraction of a bit, and decoding a
 *             symbol is one look into a table. Where classes are few, two or four values are one
 *             symbol, so that one look gives them all.
 * Source      J. Duda, "Asymmetric numeral systems", arXiv 1311.2540; the spread of the symbols
 *             over the table is that of FSE by Y. Collet (step 5/8 size + 3).
 * Algorithm   A state is one of 2^log. Entry: which symbol, and next state = base + (some bits
 *             read). `lanes` states are used in turn, so that the looks do not wait for one
 *             another; all read from one stream of bits (bits.h). An encoder runs from the last
 *             value to the first.
 * Format      stream: the state of each lane, `log` bits; then per symbol the bits of its entry,
 *             and then, for classes wider than one, the place in the class (`width` bits). The last
 *             symbol of each lane has no bits of its entry: there is no next state.
 *             Symbol of the classes a, b of a tuple of 2: a * count + b; of 4 alike. A tuple that
 *             is not full has class 0 in the places left.
 * Invariants  The table follows from (prices, log, tuple) by integer arithmetic: both sides make
 *             it.
 * Limits      2^log >= number of symbols; log 5 to SX_ANS_LOG_MAX; at most SX_ANS_SYMBOLS_MAX
 *             symbols.
 * Threads     Pure. */
#ifndef SX_CODEC_ANS_H
#define SX_CODEC_ANS_H

#include "codec/classes.h"
#include "codec/kernel.h"

#define SX_ANS_LOG_MIN 5
#define SX_ANS_LOG_MAX 12
#define SX_ANS_SYMBOLS_MAX 256

/* What an encoder and a decoder agree on. */
struct sx_ans_shape {
    unsigned log;   /* of the number of states */
    unsigned tuple; /* values in a symbol: 1, 2 or 4 */
};

static inline unsigned sx_ans_symbols(const struct sx_classes *classes, unsigned tuple)
{
    unsigned count = classes->count, symbols = 1;
    for (unsigned i = 0; i < tuple; i++)
        symbols = symbols > SX_ANS_SYMBOLS_MAX ? symbols : symbols * count;
    return symbols;
}

/* Whether a table of that shape can hold the classes: of a table that was read, all that
 * matters. */
static inline bool sx_ans_fits(const struct sx_classes *classes, struct sx_ans_shape shape)
{
    unsigned symbols = sx_ans_symbols(classes, shape.tuple);
    if (symbols > SX_ANS_SYMBOLS_MAX || symbols > 1u << shape.log)
        return false;
    for (unsigned i = 0; shape.tuple > 1 && i < classes->count; i++)
        if (classes->width[i])
            return false;
    return true;
}

/* How many of 2^log states each symbol gets: the format's rule. */
void sx_ans_weights(uint16_t *weights, const struct sx_classes *classes, struct sx_ans_shape shape);

/* Lanes of a stream of that many symbols. */
static inline unsigned sx_ans_lanes(size_t symbols)
{
    return symbols >= 2048 ? 8 : symbols >= 128 ? 4 : 1;
}

/* How a symbol moves a state on. */
struct sx_ans_move {
    uint32_t to_bits; /* (state + this) >> 16 is the number of bits to give */
    int32_t begin;    /* of its states in `states`, less its weight */
};

#define SX_ANS_INDEX_DOMAIN 12

struct sx_ans_encoder {
    struct sx_ans_shape shape;
    unsigned extra_max; /* widest class */
    const struct sx_classes *classes;
    struct sx_ans_move moves[SX_ANS_SYMBOLS_MAX];
    uint16_t weights[SX_ANS_SYMBOLS_MAX];
    uint16_t states[1 << SX_ANS_LOG_MAX];
    uint8_t index[1 << SX_ANS_INDEX_DOMAIN]; /* class of a number, where domains are no larger */
};

void sx_ans_encoder_init(struct sx_ans_encoder *encoder, const struct sx_classes *classes,
                         struct sx_ans_shape shape);

#define SX_ANS_BLOCK 8704 /* most values of a stream: a day in steps of 10 s, and a little */

/* Appends the stream of `count` (1 to SX_ANS_BLOCK) numbers to `writer`, whose bytes suffice: see
 * sx_ans_size_max. Every number is in a class. */
void sx_ans_encode(struct sx_bit_writer *writer, const struct sx_ans_encoder *encoder,
                   const uint64_t *numbers, size_t count);

static inline size_t sx_ans_size_max(size_t count)
{
    return 16 + count * (SX_ANS_LOG_MAX + 64) / 8 + 8;
}

struct sx_ans_decoder {
    struct sx_ans_shape shape;
    unsigned extra_max; /* widest class */
    bool dense;         /* class i is the number low[0] + i: entries put out classes */
    bool narrow;        /* numbers fit in 32 bits, and entries put out their lowest number */
    struct sx_classes classes;
    struct sx_ans_entry *entries; /* 2^log, of the caller */
};

/* Makes the table in `entries` from decoder->classes and shape. */
void sx_ans_decoder_init(struct sx_ans_decoder *decoder, struct sx_ans_entry *entries);

/* A stream being read. */
struct sx_ans_stream {
    struct sx_bytes in;
    size_t left; /* symbols */
    struct sx_ans_cursor cursor;
};

/* Begins a stream of `count` numbers. */
void sx_ans_open(struct sx_ans_stream *stream, const struct sx_ans_decoder *decoder,
                 struct sx_bytes in, size_t count);

/* Reads the next numbers: 256, or those that are left. Room for 256 in `out` in any case. False:
 * the stream is cut. */
bool sx_ans_next(struct sx_ans_stream *stream, const struct sx_ans_decoder *decoder, uint64_t *out);
/* The same, modulo 2^32. */
bool sx_ans_next_32(struct sx_ans_stream *stream, const struct sx_ans_decoder *decoder,
                    uint32_t *out);

#endif
