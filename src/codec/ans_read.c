/* SPDX-License-Identifier: Apache-2.0 */
/* ans_read.c -- entropy decoding; see ans.h.
 *
 * Why         The loops of the kernels check nothing, so they run only where all that a group can
 *             ask for lies in the input; near its end they run on a copy with zeros behind. */
#include "codec/ans.h"

#include "base/attr.h"

#include <assert.h>

#define GROUP_BITS_MAX (SX_GROUP * (SX_ANS_LOG_MAX + 64))

void sx_ans_open(struct sx_ans_stream *stream, const struct sx_ans_decoder *decoder,
                 struct sx_bytes in, size_t count)
{
    unsigned tuple = decoder->shape.tuple, log = decoder->shape.log;
    assert(count > 0 && count <= SX_ANS_BLOCK);
    stream->in = in;
    stream->left = (count + tuple - 1) / tuple;
    stream->cursor = (struct sx_ans_cursor){.in = in.ptr, .lanes = sx_ans_lanes(stream->left)};
    for (unsigned lane = 0; lane < stream->cursor.lanes; lane++) {
        stream->cursor.states[lane] = (uint16_t)sx_bits_get(in, stream->cursor.position, log);
        stream->cursor.position += log;
    }
}

/* One symbol, with its bits and place; `last`: of its lane. */
static uint64_t step(struct sx_ans_cursor *cursor, const struct sx_ans_decoder *decoder,
                     struct sx_bytes in, size_t i, bool last, struct sx_ans_entry *entry)
{
    uint16_t *state = &cursor->states[i % cursor->lanes];
    *entry = decoder->entries[*state];
    if (!last) {
        *state =
            (uint16_t)(sx_get_u16(entry->base) + sx_bits_get(in, cursor->position, entry->bits));
        cursor->position += entry->bits;
    }
    unsigned extra = (unsigned)entry->all - entry->bits;
    uint64_t place = sx_bits_get(in, cursor->position, extra);
    cursor->position += extra;
    return place;
}

/* Of the next `symbols`, those that the kernels may read: not the last of a lane, and by eights. */
static size_t fast_symbols(const struct sx_ans_stream *stream, size_t symbols)
{
    size_t free = stream->left > stream->cursor.lanes ? stream->left - stream->cursor.lanes : 0;
    return SX_MIN(symbols, free) / 8 * 8;
}

/* What the kernels read from: the input, or a copy of its end. */
struct window {
    struct sx_bytes in;
    size_t moved; /* bits before it */
    uint8_t copy[GROUP_BITS_MAX / 8 + 16];
};

static void look(struct window *window, const struct sx_ans_stream *stream, size_t bits_max)
{
    size_t offset = stream->cursor.position / 8, need = bits_max / 8 + 16;
    window->in = stream->in;
    window->moved = 0;
    if (offset <= stream->in.len && stream->in.len - offset >= need)
        return;
    size_t left = offset < stream->in.len ? stream->in.len - offset : 0;
    if (left)
        memcpy(window->copy, stream->in.ptr + offset, left);
    memset(window->copy + left, 0, need - left);
    window->in = sx_bytes_make(window->copy, need);
    window->moved = offset * 8;
}

/* Reads symbols as bytes, `tuple` each. */
static bool next_bytes(struct sx_ans_stream *stream, const struct sx_ans_decoder *decoder,
                       uint8_t *out)
{
    unsigned tuple = decoder->shape.tuple;
    size_t symbols = SX_MIN(stream->left, SX_GROUP / tuple), fast = fast_symbols(stream, symbols);
    struct sx_ans_cursor *cursor = &stream->cursor;
    struct window window;
    if (fast) {
        look(&window, stream, fast * decoder->shape.log);
        cursor->in = window.in.ptr;
        cursor->position -= window.moved;
        sx_kernels()->ans_symbols(out, cursor, decoder->entries, tuple, fast);
        cursor->position += window.moved;
    }
    for (size_t i = fast; i < symbols; i++) {
        struct sx_ans_entry entry;
        bool last = stream->left - i <= cursor->lanes;
        (void)step(cursor, decoder, stream->in, i, last, &entry);
        memcpy(out + i * tuple, entry.out, sizeof entry.out);
    }
    memset(out + symbols * tuple, 0, SX_GROUP - symbols * tuple);
    stream->left -= symbols;
    return cursor->position <= stream->in.len * 8;
}

/* Reads single classes with their places; numbers of 32 bits into `narrow`, else into `wide`. */
static bool next_numbers(struct sx_ans_stream *stream, const struct sx_ans_decoder *decoder,
                         uint32_t *narrow, uint64_t *wide)
{
    size_t symbols = SX_MIN(stream->left, SX_GROUP), fast = fast_symbols(stream, symbols);
    struct sx_ans_cursor *cursor = &stream->cursor;
    const uint64_t *low = decoder->classes.low;
    assert(narrow || wide);
    struct window window;
    unsigned bits_max = decoder->shape.log + decoder->extra_max;
    if (bits_max > 56)
        fast = 0;
    if (fast) {
        look(&window, stream, fast * bits_max);
        cursor->in = window.in.ptr;
        cursor->position -= window.moved;
        if (narrow)
            sx_kernels()->ans_numbers(narrow, cursor, decoder->entries, bits_max, fast);
        else
            sx_kernels()->ans_wide(wide, cursor, decoder->entries, low, fast);
        cursor->position += window.moved;
    }
    for (size_t i = fast; i < symbols; i++) {
        struct sx_ans_entry entry;
        bool last = stream->left - i <= cursor->lanes;
        uint64_t place = step(cursor, decoder, stream->in, i, last, &entry);
        if (narrow)
            narrow[i] = sx_get_u32(entry.out) + (uint32_t)place;
        else
            wide[i] = low[entry.out[0]] + place;
    }
    for (size_t i = symbols; i < SX_GROUP; i++)
        if (narrow)
            narrow[i] = 0;
        else
            wide[i] = 0;
    stream->left -= symbols;
    return cursor->position <= stream->in.len * 8;
}

bool sx_ans_next(struct sx_ans_stream *stream, const struct sx_ans_decoder *decoder, uint64_t *out)
{
    if (decoder->narrow) {
        uint32_t numbers[SX_GROUP];
        if (!next_numbers(stream, decoder, numbers, NULL))
            return false;
        for (size_t i = 0; i < SX_GROUP; i++)
            out[i] = numbers[i];
        return true;
    }
    if (decoder->extra_max)
        return next_numbers(stream, decoder, NULL, out);
    uint8_t classes[SX_GROUP + 4];
    if (!next_bytes(stream, decoder, classes))
        return false;
    for (size_t i = 0; i < SX_GROUP; i++)
        out[i] = decoder->classes.low[classes[i]];
    return true;
}

bool sx_ans_next_32(struct sx_ans_stream *stream, const struct sx_ans_decoder *decoder,
                    uint32_t *out)
{
    if (decoder->narrow)
        return next_numbers(stream, decoder, out, NULL);
    if (decoder->dense) {
        uint8_t classes[SX_GROUP + 4];
        if (!next_bytes(stream, decoder, classes))
            return false;
        sx_kernels()->widen(out, classes, (uint32_t)decoder->classes.low[0]);
        return true;
    }
    uint64_t numbers[SX_GROUP];
    if (!sx_ans_next(stream, decoder, numbers))
        return false;
    for (size_t i = 0; i < SX_GROUP; i++)
        out[i] = (uint32_t)numbers[i];
    return true;
}
