/* SPDX-License-Identifier: Apache-2.0 */
/* int_text.c -- see int_text.h. */
#include "base/int_text.h"

#include "base/digits.h"

/* Eight more digits surely fit behind a number up to this one. */
#define EIGHT_MORE_MAX ((UINT64_MAX - 99999999) / 100000000)

static const uint32_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000};

/* Reads digits from `p` on; returns where they end. *v is UINT64_MAX if *over. */
static inline const uint8_t *scan(const uint8_t *p, const uint8_t *end, uint64_t *v, bool *over)
{
    uint64_t sum = 0;
    *over = false;
    while (end - p >= 8 && sum <= EIGHT_MORE_MAX) {
        uint64_t bytes = sx_get_u64(p), others = sx_digits8_others(bytes);
        if (others) {
            unsigned count = sx_trailing_zeros(others) / 8;
            *v = count ? sum * powers[count] + sx_digits_value(bytes, count) : sum;
            return p + count;
        }
        sum = sum * 100000000 + sx_digits8_value(bytes);
        p += 8;
    }
    for (; p < end && sx_is_digit(*p); p++) {
        uint64_t digit = (uint64_t)(*p - '0');
        *over = *over || sum > (UINT64_MAX - digit) / 10;
        sum = *over ? UINT64_MAX : sum * 10 + digit;
    }
    *v = sum;
    return p;
}

stria_status sx_uint_take(struct sx_bytes *in, uint64_t *out)
{
    if (!in->len)
        return STRIA_INVALID;
    const uint8_t *first = in->ptr, *end = first + in->len;
    bool over;
    const uint8_t *p = scan(first, end, out, &over);
    if (p == first)
        return STRIA_INVALID;
    *in = sx_bytes_make(p, (size_t)(end - p));
    return over ? STRIA_LIMIT : STRIA_OK;
}

stria_status sx_int_take(struct sx_bytes *in, int64_t *out)
{
    if (!in->len)
        return STRIA_INVALID;
    const uint8_t *first = in->ptr, *end = first + in->len;
    bool negative = *first == '-', over;
    first += negative || *first == '+';
    uint64_t v, max = (uint64_t)INT64_MAX + negative;
    const uint8_t *p = scan(first, end, &v, &over);
    if (p == first)
        return STRIA_INVALID;
    *in = sx_bytes_make(p, (size_t)(end - p));
    over = v > max;
    v = over ? max : v;
    *out = (int64_t)(negative ? 0 - v : v);
    return over ? STRIA_LIMIT : STRIA_OK;
}

stria_status sx_uint_parse(struct sx_bytes text, uint64_t *out)
{
    stria_status st = sx_uint_take(&text, out);
    return text.len ? STRIA_INVALID : st;
}

stria_status sx_int_parse(struct sx_bytes text, int64_t *out)
{
    stria_status st = sx_int_take(&text, out);
    return text.len ? STRIA_INVALID : st;
}

static const char pairs[] = "00010203040506070809"
                            "10111213141516171819"
                            "20212223242526272829"
                            "30313233343536373839"
                            "40414243444546474849"
                            "50515253545556575859"
                            "60616263646566676869"
                            "70717273747576777879"
                            "80818283848586878889"
                            "90919293949596979899";

static void write_pair(uint8_t *p, uint32_t v)
{
    memcpy(p, pairs + v * 2, 2);
}

void sx_digits_write(uint8_t *p, uint64_t v, unsigned count)
{
    for (; count > 8; count -= 8, v /= 100000000) {
        uint32_t eight = (uint32_t)(v % 100000000), upper = eight / 10000, lower = eight % 10000;
        write_pair(p + count - 8, upper / 100);
        write_pair(p + count - 6, upper % 100);
        write_pair(p + count - 4, lower / 100);
        write_pair(p + count - 2, lower % 100);
    }
    uint32_t rest = (uint32_t)(v % 100000000);
    for (; count >= 2; count -= 2, rest /= 100)
        write_pair(p + count - 2, rest % 100);
    if (count)
        *p = (uint8_t)('0' + rest % 10);
}

unsigned sx_digits_count(uint64_t v)
{
    unsigned count = 1;
    for (; v >= 10000; v /= 10000)
        count += 4;
    return count + (v >= 10) + (v >= 100) + (v >= 1000);
}

size_t sx_uint_write(uint8_t *p, uint64_t v)
{
    unsigned count = sx_digits_count(v);
    sx_digits_write(p, v, count);
    return count;
}

size_t sx_int_write(uint8_t *p, int64_t v)
{
    if (v >= 0)
        return sx_uint_write(p, (uint64_t)v);
    *p = '-';
    return 1 + sx_uint_write(p + 1, 0 - (uint64_t)v);
}
