/* SPDX-License-Identifier: Apache-2.0 */
/* time_text.c -- see time_text.h. */
#include "base/time_text.h"

#include "base/civil.h"
#include "base/digits.h"
#include "base/int_text.h"

/* ---- writing -------------------------------------------------------------------------------- */

/* year-month-dayThour:minute:second of a clock. */
static size_t write_clock(uint8_t *p, int64_t seconds)
{
    struct sx_date date = sx_date_of_days(sx_floor_div(seconds, SX_DAY_S));
    uint32_t second = (uint32_t)sx_floor_mod(seconds, SX_DAY_S);
    uint8_t *start = p;
    if (date.year < 0)
        *p++ = '-';
    uint64_t year = (uint64_t)(date.year < 0 ? -date.year : date.year);
    unsigned width = SX_MAX(sx_digits_count(year), 4);
    sx_digits_write(p, year, width);
    p += width;
    memcpy(p, "-mm-ddThh:mm:ss", 15);
    sx_digits_write(p + 1, date.month, 2);
    sx_digits_write(p + 4, date.day, 2);
    sx_digits_write(p + 7, second / 3600, 2);
    sx_digits_write(p + 10, second / 60 % 60, 2);
    sx_digits_write(p + 13, second % 60, 2);
    return (size_t)(p - start) + 15;
}

static size_t write_fraction(uint8_t *p, uint32_t nanosecond)
{
    if (!nanosecond)
        return 0;
    size_t size = 10;
    p[0] = '.';
    sx_digits_write(p + 1, nanosecond, 9);
    while (p[size - 1] == '0')
        size--;
    return size;
}

/* Whole minutes, as Go: seconds of an offset, as before the time of standard zones, are not shown.
 * */
static size_t write_offset(uint8_t *p, int32_t offset_s)
{
    if (!offset_s) {
        *p = 'Z';
        return 1;
    }
    int32_t minutes = offset_s / 60;
    p[0] = minutes < 0 ? '-' : '+';
    if (minutes < 0)
        minutes = -minutes;
    sx_digits_write(p + 1, (uint64_t)minutes / 60, 2);
    p[3] = ':';
    sx_digits_write(p + 4, (uint64_t)minutes % 60, 2);
    return 6;
}

size_t sx_time_write_at(uint8_t *p, int64_t ts_ns, int32_t offset_s)
{
    size_t size = write_clock(p, sx_floor_div(ts_ns, SX_SECOND_NS) + offset_s);
    size += write_fraction(p + size, (uint32_t)sx_floor_mod(ts_ns, SX_SECOND_NS));
    return size + write_offset(p + size, offset_s);
}

size_t sx_time_write(uint8_t *p, int64_t ts_ns)
{
    return sx_time_write_at(p, ts_ns, 0);
}

size_t sx_time_write_seconds(uint8_t *p, int64_t seconds)
{
    size_t size = write_clock(p, seconds);
    return size + write_offset(p + size, 0);
}

/* ---- reading -------------------------------------------------------------------------------- */

static bool take_byte(struct sx_bytes *in, uint8_t byte)
{
    struct sx_bytes taken;
    return in->len && in->ptr[0] == byte && sx_bytes_take(in, 1, &taken);
}

/* Exactly `count` digits, at most `max`. */
static bool take_digits(struct sx_bytes *in, size_t count, uint32_t max, uint32_t *out)
{
    struct sx_bytes digits;
    uint32_t v = 0;
    if (in->len < count)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!sx_is_digit(in->ptr[i]))
            return false;
        v = v * 10 + (uint32_t)(in->ptr[i] - '0');
    }
    *out = v;
    return v <= max && sx_bytes_take(in, count, &digits);
}

static bool take_date(struct sx_bytes *in, int64_t *days)
{
    uint32_t year, month, day;
    if (!take_digits(in, 4, 9999, &year) || !take_byte(in, '-') ||
        !take_digits(in, 2, 12, &month) || !take_byte(in, '-') || !take_digits(in, 2, 31, &day))
        return false;
    if (month < 1 || day < 1 || day > sx_days_in_month((int32_t)year, month))
        return false;
    *days = sx_days_of_date(
        (struct sx_date){.year = (int32_t)year, .month = (uint8_t)month, .day = (uint8_t)day});
    return true;
}

/* A point or comma and digits, if they are there. */
static uint32_t take_fraction(struct sx_bytes *in)
{
    if (in->len < 2 || (in->ptr[0] != '.' && in->ptr[0] != ',') || !sx_is_digit(in->ptr[1]))
        return 0;
    uint32_t v = 0, unit = 100000000;
    size_t size = 1;
    for (; size < in->len && sx_is_digit(in->ptr[size]); size++, unit /= 10)
        v += (uint32_t)(in->ptr[size] - '0') * unit;
    struct sx_bytes taken;
    (void)sx_bytes_take(in, size, &taken);
    return v;
}

static bool take_clock(struct sx_bytes *in, struct sx_wall_time *out)
{
    uint32_t hour, minute, second;
    bool short_hour = in->len > 1 && !sx_is_digit(in->ptr[1]);
    if (!take_digits(in, short_hour ? 1 : 2, 23, &hour) || !take_byte(in, ':') ||
        !take_digits(in, 2, 59, &minute) || !take_byte(in, ':') || !take_digits(in, 2, 59, &second))
        return false;
    out->seconds += (int64_t)hour * 3600 + minute * 60 + second;
    out->nanosecond = (int32_t)take_fraction(in);
    return true;
}

/* Some write offsets of 24 hours or 60 minutes; Go takes them, and so do we. */
static bool take_offset(struct sx_bytes *in, struct sx_wall_time *out)
{
    uint32_t hours, minutes;
    out->has_offset = true;
    if (take_byte(in, 'Z'))
        return true;
    bool west = take_byte(in, '-');
    if (!west && !take_byte(in, '+'))
        return false;
    if (!take_digits(in, 2, 24, &hours) || !take_byte(in, ':') || !take_digits(in, 2, 60, &minutes))
        return false;
    out->offset_s = (int32_t)(hours * 3600 + minutes * 60) * (west ? -1 : 1);
    return true;
}

stria_status sx_time_read(struct sx_bytes text, struct sx_wall_time *out)
{
    int64_t days;
    *out = (struct sx_wall_time){0};
    if (!take_date(&text, &days))
        return STRIA_INVALID;
    out->seconds = days * SX_DAY_S;
    if (!text.len)
        return STRIA_OK;
    bool ok;
    if (take_byte(&text, 'T')) {
        ok = take_clock(&text, out) && take_offset(&text, out);
    } else {
        ok = take_byte(&text, ' ');
        while (take_byte(&text, ' ')) {
        }
        ok = ok && take_clock(&text, out);
    }
    return ok && !text.len ? STRIA_OK : STRIA_INVALID;
}

bool sx_time_looks_so(struct sx_bytes text)
{
    static const char form[] = "dddd-dd-dd";
    if (text.len < sizeof form - 1 || (text.len > sizeof form - 1 && text.ptr[10] == '\n'))
        return false;
    for (size_t i = 0; i < sizeof form - 1; i++)
        if (form[i] == 'd' ? !sx_is_digit(text.ptr[i]) : text.ptr[i] != '-')
            return false;
    return true;
}

bool sx_wall_time_ns(const struct sx_wall_time *time, int32_t offset_s, int64_t *ts_ns)
{
    int64_t seconds = time->seconds - offset_s, nanosecond = time->nanosecond;
    /* The first second of the range is a part of one: counted back from the next. */
    if (seconds < 0 && nanosecond) {
        seconds++;
        nanosecond -= SX_SECOND_NS;
    }
    if (seconds > INT64_MAX / SX_SECOND_NS || seconds < INT64_MIN / SX_SECOND_NS)
        return false;
    int64_t ns = seconds * SX_SECOND_NS;
    if (nanosecond > 0 ? ns > INT64_MAX - nanosecond : ns < INT64_MIN - nanosecond)
        return false;
    *ts_ns = ns + nanosecond;
    return true;
}

stria_status sx_time_parse(struct sx_bytes text, int64_t *ts_ns)
{
    struct sx_wall_time time;
    stria_status st = sx_time_read(text, &time);
    if (st || !time.has_offset)
        return STRIA_INVALID;
    return sx_wall_time_ns(&time, time.offset_s, ts_ns) ? STRIA_OK : STRIA_LIMIT;
}
