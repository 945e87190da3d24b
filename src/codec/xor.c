/* SPDX-License-Identifier: Apache-2.0 */
/* xor.c -- see xor.h. */
#include "codec/xor.h"

#include "codec/bits.h"
#include "codec/kernel.h"

#define ABOVE_MAX 31

/* The bits of x between its leading and trailing zeros. */
struct window {
    unsigned above; /* zeros above, at most ABOVE_MAX; 64: there is no window yet */
    unsigned below; /* zeros below */
};

static struct window window_of(uint64_t x)
{
    unsigned above = (unsigned)__builtin_clzll(x);
    return (struct window){
        .above = above < ABOVE_MAX ? above : ABOVE_MAX,
        .below = (unsigned)__builtin_ctzll(x),
    };
}

static unsigned size_of(struct window window)
{
    return 64 - window.above - window.below;
}

/* Whether x can be put in the window of the value before without wasting more than a new one
 * costs. */
static bool reuses(struct window before, struct window needed)
{
    return before.above <= needed.above && before.below <= needed.below &&
           size_of(before) < size_of(needed) + 11;
}

uint64_t sx_xor_cost(const double *values, size_t count)
{
    struct window window = {.above = 64};
    uint64_t bits = 64;
    for (size_t i = 1; i < count; i++) {
        uint64_t x = sx_bits_of_f64(values[i]) ^ sx_bits_of_f64(values[i - 1]);
        bits++;
        if (x == 0)
            continue;
        struct window needed = window_of(x);
        if (!reuses(window, needed)) {
            window = needed;
            bits += 11;
        }
        bits += 1 + size_of(window);
    }
    return bits;
}

void sx_xor_encode(struct sx_buf *out, const double *values, size_t count)
{
    size_t size = (size_t)((sx_xor_cost(values, count) + 7) / 8);
    uint8_t *to = sx_buf_extend(out, size);
    if (!to)
        return;
    struct sx_bit_writer writer = {.bytes = to};
    struct window window = {.above = 64};
    sx_bits_put(&writer, sx_bits_of_f64(values[0]), 64);
    for (size_t i = 1; i < count; i++) {
        uint64_t x = sx_bits_of_f64(values[i]) ^ sx_bits_of_f64(values[i - 1]);
        sx_bits_put(&writer, x != 0, 1);
        if (x == 0)
            continue;
        struct window needed = window_of(x);
        bool fresh = !reuses(window, needed);
        sx_bits_put(&writer, fresh, 1);
        if (fresh) {
            window = needed;
            sx_bits_put(&writer, window.above, 5);
            sx_bits_put(&writer, size_of(window) - 1, 6);
        }
        sx_bits_put(&writer, x >> window.below, size_of(window));
    }
    sx_bits_flush(&writer);
}

void sx_xor_open(struct sx_xor_reader *reader, struct sx_bytes in, size_t count)
{
    *reader = (struct sx_xor_reader){.in = in, .left = count, .above = 64};
}

/* Reads what follows the first bit of a value that differs; false: malformed. */
static bool next_difference(struct sx_xor_reader *reader)
{
    uint64_t head = sx_bits_get(reader->in, reader->position, 12);
    reader->position++;
    if (head & 1) {
        unsigned size = (unsigned)(head >> 6 & 63) + 1;
        reader->above = (unsigned)(head >> 1 & 31);
        if (reader->above + size > 64)
            return false;
        reader->below = 64 - reader->above - size;
        reader->position += 11;
    } else if (reader->above == 64) {
        return false;
    }
    unsigned size = 64 - reader->above - reader->below;
    reader->value ^= sx_bits_get(reader->in, reader->position, size) << reader->below;
    reader->position += size;
    return true;
}

bool sx_xor_next(struct sx_xor_reader *reader, double *out)
{
    size_t count = SX_MIN(reader->left, SX_GROUP), i = 0;
    if (reader->position == 0) {
        reader->value = sx_bits_get(reader->in, 0, 64);
        reader->position = 64;
        out[i++] = sx_f64_of_bits(reader->value);
    }
    for (; i < count; i++) {
        uint64_t differs = sx_bits_get(reader->in, reader->position, 1);
        reader->position++;
        if (differs && !next_difference(reader))
            return false;
        out[i] = sx_f64_of_bits(reader->value);
    }
    reader->left -= count;
    return reader->position <= reader->in.len * 8;
}
