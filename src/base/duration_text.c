/* SPDX-License-Identifier: Apache-2.0 */
/* duration_text.c -- see duration_text.h. */
#include "base/duration_text.h"

#include "base/error.h"
#include "base/int_text.h"

#define MICRO_SIGN "\xc2\xb5" /* U+00B5 */

/* Longer names before their beginnings; for writing, larger units before smaller ones. */
static const struct unit {
    const char *name;
    bool written; /* the name InfluxQL prints */
    int64_t ns;
} units[] = {
    {"w", true, 604800000000000}, {"d", true, 86400000000000},
    {"h", true, 3600000000000},   {"ms", false, 1000000},
    {"m", true, 60000000000},     {"s", true, 1000000000},
    {"ms", true, 1000000},        {"u", true, 1000},
    {MICRO_SIGN, false, 1000},    {"ns", true, 1},
};

static const struct unit *take_unit(struct sx_bytes *in)
{
    for (size_t i = 0; i < SX_COUNT_OF(units); i++) {
        struct sx_bytes name = sx_bytes_of(units[i].name), taken;
        if (sx_bytes_starts_with(*in, name) && sx_bytes_take(in, name.len, &taken))
            return &units[i];
    }
    return NULL;
}

stria_status sx_duration_parse(struct sx_bytes text, int64_t *ns, stria_error *err)
{
    bool negative = text.len && text.ptr[0] == '-';
    if (negative)
        text = sx_bytes_make(text.ptr + 1, text.len - 1);
    int64_t sum = 0;
    do {
        uint64_t count;
        const struct unit *unit;
        if (sx_uint_take(&text, &count) || count > INT64_MAX || !(unit = take_unit(&text)))
            return sx_fail(err, STRIA_INVALID, "invalid duration");
        if ((int64_t)count > (INT64_MAX - sum) / unit->ns)
            return sx_fail(err, STRIA_LIMIT,
                           "overflowed duration %lld%s: choose a smaller duration or INF",
                           (long long)count, unit->name);
        sum += (int64_t)count * unit->ns;
    } while (text.len);
    *ns = negative ? -sum : sum;
    return STRIA_OK;
}

size_t sx_duration_write_influx(uint8_t *p, int64_t ns)
{
    const struct unit *unit = units;
    if (!ns) {
        memcpy(p, "0s", 2);
        return 2;
    }
    while (!unit->written || ns % unit->ns)
        unit++;
    size_t size = sx_int_write(p, ns / unit->ns), name_size = strlen(unit->name);
    memcpy(p + size, unit->name, name_size);
    return size + name_size;
}

/* v / 10^digits as a number with a fraction, without zeros at its end. */
static size_t write_fixed(uint8_t *p, uint64_t v, unsigned digits)
{
    uint64_t unit = 1;
    for (unsigned i = 0; i < digits; i++)
        unit *= 10;
    size_t size = sx_uint_write(p, v / unit);
    if (v % unit == 0)
        return size;
    p[size] = '.';
    sx_digits_write(p + size + 1, v % unit, digits);
    size += 1 + digits;
    while (p[size - 1] == '0')
        size--;
    return size;
}

static size_t write_text(uint8_t *p, const char *text)
{
    size_t size = strlen(text);
    memcpy(p, text, size);
    return size;
}

size_t sx_duration_write_go(uint8_t *p, int64_t ns)
{
    uint64_t left = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
    size_t size = 0;
    if (!ns)
        return write_text(p, "0s");
    if (ns < 0)
        p[size++] = '-';
    if (left < 1000000000) {
        unsigned digits = left < 1000 ? 0 : left < 1000000 ? 3 : 6;
        size += write_fixed(p + size, left, digits);
        return size + write_text(p + size, digits == 0   ? "ns"
                                           : digits == 3 ? MICRO_SIGN "s"
                                                         : "ms");
    }
    uint64_t minutes = left / 60000000000;
    if (minutes >= 60) {
        size += sx_uint_write(p + size, minutes / 60);
        p[size++] = 'h';
    }
    if (minutes) {
        size += sx_uint_write(p + size, minutes % 60);
        p[size++] = 'm';
    }
    size += write_fixed(p + size, left % 60000000000, 9);
    p[size++] = 's';
    return size;
}
