/* SPDX-License-Identifier: Apache-2.0 */
/* line_scan.h -- finding bytes and digits in line protocol, many at a time.
 *
 * Why         Most bytes of a line are passed over to find the next delimiter, or are digits: both
 *             go by 16 or 8 bytes at once. SSE2 is in every x86-64, so nothing is chosen at run
 *             time; elsewhere a plain loop does the same.
 * Algorithm   Digits: 8 bytes as one number; the first that is no digit is found by a carry into
 *             bit 7; the digits are moved to the top, which makes the bytes below leading zeros,
 *             and are then joined pairwise: 1, 2, 4 digits at a time.
 * Threads     Pure. */
#ifndef SX_INGEST_LINE_SCAN_H
#define SX_INGEST_LINE_SCAN_H

#include "base/attr.h"
#include "base/bytes.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* The first byte of p .. end that is a, b or c; `end` if there is none. */
static inline const uint8_t *sx_scan_any(const uint8_t *p, const uint8_t *end, uint8_t a, uint8_t b,
                                         uint8_t c)
{
#if defined(__SSE2__)
    const __m128i va = _mm_set1_epi8((char)a), vb = _mm_set1_epi8((char)b);
    const __m128i vc = _mm_set1_epi8((char)c);
    for (; end - p >= 16; p += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, va), _mm_cmpeq_epi8(v, vb));
        int mask = _mm_movemask_epi8(_mm_or_si128(hit, _mm_cmpeq_epi8(v, vc)));
        if (mask)
            return p + __builtin_ctz((unsigned)mask);
    }
#endif
    while (p < end && *p != a && *p != b && *p != c)
        p++;
    return p;
}

/* Whether the len bytes at p .. end are those at name, which is followed by 8 readable bytes. For
 * short names, where a call of memcmp costs more than the comparison. */
static inline bool sx_scan_same(const uint8_t *p, const uint8_t *end, const uint8_t *name,
                                size_t len)
{
    if (SX_UNLIKELY((size_t)(end - p) < len + 8))
        return (size_t)(end - p) >= len && memcmp(p, name, len) == 0;
    for (; len > 8; len -= 8, p += 8, name += 8)
        if (sx_get_u64(p) != sx_get_u64(name))
            return false;
    return len == 0 || (sx_get_u64(p) ^ sx_get_u64(name)) << (64 - 8 * len) == 0;
}

extern const uint64_t sx_scan_tens[20]; /* 10 to the power of 0 .. 19 */

/* The number in the leading digits of 8 bytes, and how many digits they are. */
static inline unsigned sx_scan_digits8(uint64_t word, uint64_t *value)
{
    uint64_t digits = word ^ 0x3030303030303030u;
    uint64_t others = ((digits + 0x7676767676767676u) | digits) & 0x8080808080808080u;
    unsigned count = others ? (unsigned)__builtin_ctzll(others) / 8 : 8;
    if (count == 0) {
        *value = 0;
        return 0;
    }
    digits <<= 64 - 8 * count;
    digits = digits * 10 + (digits >> 8);
    *value = ((digits & 0x000000ff000000ffu) * 0x000f424000000064u +
              (digits >> 16 & 0x000000ff000000ffu) * 0x0000271000000001u) >>
             32;
    return count;
}

#define SX_SCAN_DIGITS_MAX 19 /* so many always fit a uint64_t */

/* Reads digits from p; returns where they end. *count: how many, of which only the first
 * SX_SCAN_DIGITS_MAX are sure to be in *value (beyond, *value means nothing). */
static inline const uint8_t *sx_scan_digits(const uint8_t *p, const uint8_t *end, uint64_t *value,
                                            unsigned *count)
{
    uint64_t number = 0;
    unsigned total = 0;
    while (end - p >= 8 && total <= SX_SCAN_DIGITS_MAX) {
        uint64_t part;
        unsigned more = sx_scan_digits8(sx_get_u64(p), &part);
        number = number * sx_scan_tens[more] + part;
        p += more;
        total += more;
        if (more < 8) {
            *value = number;
            *count = total;
            return p;
        }
    }
    for (; p < end && (uint8_t)(*p - '0') < 10; p++, total++)
        number = number * 10 + (uint8_t)(*p - '0');
    *value = number;
    *count = total;
    return p;
}

/* Past spaces, tabs and NULs, which the peer skips before a line, its fields and its time. */
static inline const uint8_t *sx_scan_white(const uint8_t *p, const uint8_t *end)
{
    while (p < end && (*p == ' ' || *p == '\t' || *p == 0))
        p++;
    return p;
}

/* Where the line that begins at p (not with white space) ends: at its LF, or at `end`. An LF inside
 * a quoted field value, or after an odd number of backslashes, does not end a line. */
const uint8_t *sx_scan_line_end(const uint8_t *p, const uint8_t *end);

/* How many LFs are among the bytes. */
uint64_t sx_scan_count_lines(const uint8_t *p, const uint8_t *end);

#endif
