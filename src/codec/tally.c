/* SPDX-License-Identifier: Apache-2.0 */
/* tally.c -- see tally.h. */
#include "codec/tally.h"

#include <assert.h>
#include <string.h>

#define SMALL_DOMAIN 12        /* bits of numbers that are counted in an array */
#define COUNTERS 2             /* arrays, taken in turn: a number that repeats need not wait */
#define DIGIT_BITS_MAX 11      /* of a radix */
#define LARGE_DIGITS_FROM 4096 /* numbers from which on the largest radix pays */

/* ---- small domains -------------------------------------------------------------------------- */

static void count_small(struct sx_tally *tally, const uint64_t *numbers, size_t count,
                        unsigned domain)
{
    uint32_t counts[COUNTERS][1 << SMALL_DOMAIN];
    size_t size = (size_t)1 << domain, i = 0;
    uint64_t all = 0;
    for (unsigned k = 0; k < COUNTERS; k++)
        memset(counts[k], 0, size * sizeof counts[k][0]);
    for (; i + COUNTERS <= count; i += COUNTERS)
        for (unsigned k = 0; k < COUNTERS; k++)
            counts[k][numbers[i + k]]++;
    for (; i < count; i++)
        counts[0][numbers[i]]++;
    tally->count = 0;
    for (size_t v = 0; v < size; v++) {
        uint32_t here = counts[0][v] + counts[1][v];
        if (here == 0)
            continue;
        all += here;
        tally->numbers[tally->count] = v;
        tally->upto[tally->count++] = all;
    }
}

/* ---- large domains -------------------------------------------------------------------------- */

/* Sorts by one digit. */
static void sort_digit(uint64_t *to, const uint64_t *from, size_t count, unsigned shift,
                       unsigned bits)
{
    uint32_t places[1 << DIGIT_BITS_MAX], at = 0;
    uint64_t mask = ((uint64_t)1 << bits) - 1;
    memset(places, 0, sizeof places[0] << bits);
    for (size_t i = 0; i < count; i++)
        places[from[i] >> shift & mask]++;
    for (size_t digit = 0; digit <= mask; digit++) {
        uint32_t here = places[digit];
        places[digit] = at;
        at += here;
    }
    for (size_t i = 0; i < count; i++)
        to[places[from[i] >> shift & mask]++] = from[i];
}

static void count_sorted(struct sx_tally *tally, size_t count)
{
    uint64_t *numbers = tally->numbers;
    size_t at = 0;
    for (size_t i = 1; i <= count; i++) {
        if (i < count && numbers[i] == numbers[at])
            continue;
        tally->upto[at++] = i;
        if (i < count)
            numbers[at] = numbers[i];
    }
    tally->count = at;
}

void sx_tally_make(struct sx_tally *tally, const uint64_t *numbers, size_t count, unsigned domain,
                   uint64_t *scratch)
{
    assert(count > 0 && count <= UINT32_MAX && domain <= 64);
    tally->numbers = scratch;
    tally->upto = scratch + count;
    if (domain <= SMALL_DOMAIN && (size_t)1 << domain <= 8 * count + 64) {
        count_small(tally, numbers, count, domain);
        return;
    }
    unsigned bits = count < LARGE_DIGITS_FROM ? 8 : DIGIT_BITS_MAX;
    for (unsigned shift = 0; shift < domain; shift += bits) {
        sort_digit(tally->upto, numbers, count, shift, bits);
        uint64_t *sorted = tally->upto;
        tally->upto = tally->numbers;
        tally->numbers = sorted;
        numbers = sorted;
    }
    count_sorted(tally, count);
}

/* ---- counted numbers ------------------------------------------------------------------------ */

size_t sx_counted_merge(struct sx_counted **counted, struct sx_counted **spare, size_t count,
                        unsigned domain)
{
    assert(count <= UINT32_MAX && domain <= 64);
    for (unsigned shift = 0; shift < domain; shift += 8) {
        const struct sx_counted *from = *counted;
        struct sx_counted *to = *spare;
        uint32_t places[256] = {0}, at = 0;
        for (size_t i = 0; i < count; i++)
            places[from[i].number >> shift & 255]++;
        for (unsigned digit = 0; digit < 256; digit++) {
            uint32_t here = places[digit];
            places[digit] = at;
            at += here;
        }
        for (size_t i = 0; i < count; i++)
            to[places[from[i].number >> shift & 255]++] = from[i];
        *spare = *counted;
        *counted = to;
    }
    struct sx_counted *sorted = *counted;
    size_t left = 0;
    for (size_t i = 0; i < count; i++)
        if (left && sorted[left - 1].number == sorted[i].number)
            sorted[left - 1].count += sorted[i].count;
        else
            sorted[left++] = sorted[i];
    return left;
}
