/* SPDX-License-Identifier: Apache-2.0 */
/* instant.c -- see instant.h. */
#include "influxql/instant.h"

#include "base/civil.h"
#include "base/int_text.h"
#include "base/time_text.h"
#include "base/zone.h"

#define SECOND_NS SX_SECOND_NS
/* Seconds from the start of the year 1 to 1970. */
#define YEAR_1_S 62135596800
/* Adding goes no further from 1970; the texts of years need a bound. */
#define FURTHEST_S 370000000000

/* ---- arithmetic ----------------------------------------------------------------------------- */

struct sx_iql_instant sx_iql_instant_of_ns(int64_t ns)
{
    return (struct sx_iql_instant){.s = sx_floor_div(ns, SECOND_NS),
                                   .ns = (int32_t)sx_floor_mod(ns, SECOND_NS)};
}

int64_t sx_iql_instant_ns(struct sx_iql_instant t)
{
    return (int64_t)((uint64_t)t.s * SECOND_NS + (uint64_t)t.ns);
}

struct sx_iql_instant sx_iql_instant_add(struct sx_iql_instant t, int64_t duration_ns)
{
    struct sx_iql_instant d = sx_iql_instant_of_ns(duration_ns);
    t.s += d.s;
    t.ns += d.ns;
    if (t.ns >= SECOND_NS) {
        t.ns -= SECOND_NS;
        t.s++;
    }
    t.s = SX_MAX(SX_MIN(t.s, FURTHEST_S), -FURTHEST_S);
    return t;
}

int64_t sx_iql_instant_sub(struct sx_iql_instant a, struct sx_iql_instant b)
{
    /* INT64_MAX is 9223372036 s 854775807 ns, INT64_MIN is -9223372037 s 145224192 ns. */
    int64_t s = a.s - b.s;
    int32_t ns = a.ns - b.ns;
    if (ns < 0) {
        ns += SECOND_NS;
        s--;
    }
    if (s > 9223372036 || (s == 9223372036 && ns > 854775807))
        return INT64_MAX;
    if (s < -9223372037 || (s == -9223372037 && ns < 145224192))
        return INT64_MIN;
    return (int64_t)((uint64_t)s * SECOND_NS + (uint64_t)ns);
}

int sx_iql_instant_compare(struct sx_iql_instant a, struct sx_iql_instant b)
{
    if (a.s != b.s)
        return a.s < b.s ? -1 : 1;
    return (a.ns > b.ns) - (a.ns < b.ns);
}

/* (a + b) mod m, for a, b < m <= INT64_MAX. */
static uint64_t add_modulo(uint64_t a, uint64_t b, uint64_t m)
{
    uint64_t sum = a + b;
    return sum >= m ? sum - m : sum;
}

int64_t sx_iql_instant_remainder(struct sx_iql_instant t, int64_t interval_ns)
{
    if (interval_ns < 1)
        return 0;
    uint64_t m = (uint64_t)interval_ns;
    int64_t s = t.s + YEAR_1_S;
    bool negative = s < 0;
    uint64_t seconds = negative ? 0 - (uint64_t)s : (uint64_t)s;
    /* seconds * 10^9 mod m by doubling: the product does not fit 64 bits. */
    uint64_t remainder = 0;
    uint64_t power = SECOND_NS % m;
    for (; seconds; seconds >>= 1) {
        if (seconds & 1)
            remainder = add_modulo(remainder, power, m);
        power = add_modulo(power, power, m);
    }
    if (negative && remainder)
        remainder = m - remainder;
    return (int64_t)add_modulo(remainder, (uint64_t)t.ns % m, m);
}

/* ---- text ----------------------------------------------------------------------------------- */

bool sx_iql_instant_parse(struct sx_bytes text, const struct sx_zone *zone,
                          struct sx_iql_instant *out)
{
    struct sx_wall_time wall;
    if (sx_time_read(text, &wall))
        return false;
    struct sx_iql_instant t = {.ns = wall.nanosecond};
    if (wall.has_offset) {
        t.s = wall.seconds - wall.offset_s;
        t.offset_s = wall.offset_s;
        if (zone && sx_zone_span_at(zone, t.s).offset_s == wall.offset_s)
            t.zone = zone;
    } else {
        t.s = sx_zone_utc_s(zone, wall.seconds);
        t.zone = zone;
    }
    *out = t;
    return true;
}

/* Date and time of a clock, without the Z. */
static void put_clock(struct sx_buf *out, int64_t seconds)
{
    uint8_t text[SX_TIME_TEXT_MAX];
    sx_buf_put(out, text, sx_time_write_seconds(text, seconds) - 1);
}

void sx_iql_instant_put_utc(struct sx_buf *out, struct sx_iql_instant t)
{
    uint8_t digits[9];
    size_t count = sizeof digits;
    put_clock(out, t.s);
    sx_digits_write(digits, (uint64_t)t.ns, sizeof digits);
    while (count && digits[count - 1] == '0')
        count--;
    if (count)
        sx_buf_put_u8(out, '.');
    sx_buf_put(out, digits, count);
    sx_buf_put_u8(out, 'Z');
}

void sx_iql_instant_put_local(struct sx_buf *out, struct sx_iql_instant t)
{
    int32_t offset = t.zone ? sx_zone_span_at(t.zone, t.s).offset_s : t.offset_s;
    int32_t minutes = offset / 60;
    uint8_t text[2];
    put_clock(out, t.s + offset);
    if (!offset) {
        sx_buf_put_u8(out, 'Z');
        return;
    }
    sx_buf_put_u8(out, minutes < 0 ? '-' : '+');
    minutes = minutes < 0 ? -minutes : minutes;
    sx_digits_write(text, (uint64_t)minutes / 60, 2);
    sx_buf_put(out, text, 2);
    sx_buf_put_u8(out, ':');
    sx_digits_write(text, (uint64_t)minutes % 60, 2);
    sx_buf_put(out, text, 2);
}
