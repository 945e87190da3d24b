/* SPDX-License-Identifier: Apache-2.0 */
/* xor.c -- see xor.h. */
#include "codec/xor.h"

#include "codec/bits.h"

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

bool sx_xor_decode(struct sx_bytes in, size_t first, size_t range_count, double *values)
{
    size_t position = 64, bits_max = in.len * 8;
    struct window window = {.above = 64};
    if (in.len < 8)
        return false;
    uint64_t v = sx_get_u64(in.ptr);
    for (size_t i = 0;; i++) {
        if (i >= first)
            values[i - first] = sx_f64_of_bits(v);
        if (i + 1 == first + range_count)
            return true;
        uint64_t head = sx_bits_get(in, position, 13);
        position++;
        if (head & 1) {
            position++;
            if (head & 2) {
                window.above = (unsigned)(head >> 2 & 31);
                unsigned size = (unsigned)(head >> 7 & 63) + 1;
                if (window.above + size > 64)
                    return false;
                window.below = 64 - window.above - size;
                position += 11;
            } else if (window.above == 64) {
                return false;
            }
            v ^= sx_bits_get(in, position, size_of(window)) << window.below;
            position += size_of(window);
        }
        if (position > bits_max)
            return false;
    }
}
