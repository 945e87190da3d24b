/* SPDX-License-Identifier: Apache-2.0 */
/* bench_text.c -- see bench_text.h. */
#include "app/cli/bench_text.h"

#include "base/int_text.h"

#include <time.h>

void sx_bench_put_fixed(struct sx_buf *out, double v, unsigned digits, unsigned width)
{
    uint8_t text[2 * SX_INT_TEXT_MAX];
    uint64_t unit = 1;
    for (unsigned i = 0; i < digits; i++)
        unit *= 10;
    uint64_t scaled = (uint64_t)(v * (double)unit + 0.5);
    size_t len = sx_uint_write(text, scaled / unit);
    if (digits) {
        text[len++] = '.';
        sx_digits_write(text + len, scaled % unit, digits);
        len += digits;
    }
    for (size_t i = len; i < width; i++)
        sx_buf_put_u8(out, ' ');
    sx_buf_put(out, text, len);
}

uint64_t sx_bench_now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

uint64_t sx_bench_random(uint64_t *state)
{
    uint64_t x = *state += 0x9e3779b97f4a7c15u; /* splitmix64 */
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

void sx_bench_shuffle(uint32_t *order, size_t count)
{
    uint64_t state = 1;
    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    for (size_t i = count; i > 1; i--) {
        size_t other = (size_t)(sx_bench_random(&state) % i);
        uint32_t held = order[i - 1];
        order[i - 1] = order[other];
        order[other] = held;
    }
}
