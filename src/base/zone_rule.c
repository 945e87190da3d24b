/* SPDX-License-Identifier: Apache-2.0 */
/* zone_rule.c -- see zone_rule.h. */
#include "base/zone_rule.h"

#include "base/civil.h"
#include "base/digits.h"

#define HOURS_MAX 167
#define OFFSET_HOURS_MAX 24
#define CHANGE_TIME_S 7200

static bool take_byte(struct sx_bytes *in, uint8_t byte)
{
    struct sx_bytes taken;
    return in->len && in->ptr[0] == byte && sx_bytes_take(in, 1, &taken);
}

/* One to three digits of a number up to max. */
static bool take_number(struct sx_bytes *in, int32_t max, int32_t *out)
{
    struct sx_bytes taken;
    int32_t v = 0;
    size_t size = 0;
    for (; size < in->len && size < 3 && sx_is_digit(in->ptr[size]); size++)
        v = v * 10 + (in->ptr[size] - '0');
    *out = v;
    return size && v <= max && sx_bytes_take(in, size, &taken);
}

/* [+-] hh [:mm [:ss]] */
static bool take_time(struct sx_bytes *in, int32_t hours_max, int32_t *seconds)
{
    int32_t hours, minutes = 0, rest = 0;
    bool negative = take_byte(in, '-');
    if (!negative)
        (void)take_byte(in, '+');
    if (!take_number(in, hours_max, &hours))
        return false;
    if (take_byte(in, ':') &&
        (!take_number(in, 59, &minutes) || (take_byte(in, ':') && !take_number(in, 59, &rest))))
        return false;
    *seconds = hours * 3600 + minutes * 60 + rest;
    if (negative)
        *seconds = -*seconds;
    return true;
}

/* Three letters or more, or <...>. */
static bool take_name(struct sx_bytes *in)
{
    struct sx_bytes name;
    size_t size = 0;
    if (take_byte(in, '<')) {
        const uint8_t *end = in->len ? memchr(in->ptr, '>', in->len) : NULL;
        return end && sx_bytes_take(in, (size_t)(end - in->ptr) + 1, &name);
    }
    while (size < in->len && (uint8_t)((in->ptr[size] | 0x20) - 'a') < 26)
        size++;
    return size >= 3 && sx_bytes_take(in, size, &name);
}

static bool take_day(struct sx_bytes *in, struct sx_zone_change *change)
{
    int32_t month, week, day;
    if (take_byte(in, 'M')) {
        if (!take_number(in, 12, &month) || !take_byte(in, '.') || !take_number(in, 5, &week) ||
            !take_byte(in, '.') || !take_number(in, 6, &day))
            return false;
        change->kind = SX_ZONE_WEEKDAY;
        change->month = (uint8_t)month;
        change->week = (uint8_t)week;
        change->day = (uint16_t)day;
        return month >= 1 && week >= 1;
    }
    bool without = take_byte(in, 'J');
    if (!take_number(in, 365, &day))
        return false;
    change->kind = without ? SX_ZONE_DAY_WITHOUT_LEAP : SX_ZONE_DAY_WITH_LEAP;
    change->day = (uint16_t)day;
    return !without || day >= 1;
}

static bool take_change(struct sx_bytes *in, struct sx_zone_change *change)
{
    *change = (struct sx_zone_change){.time_s = CHANGE_TIME_S};
    return take_byte(in, ',') && take_day(in, change) &&
           (!take_byte(in, '/') || take_time(in, HOURS_MAX, &change->time_s));
}

bool sx_zone_rule_parse(struct sx_bytes text, struct sx_zone_rule *rule)
{
    int32_t west;
    *rule = (struct sx_zone_rule){0};
    if (!take_name(&text) || !take_time(&text, OFFSET_HOURS_MAX, &west))
        return false;
    rule->offset_s = -west;
    if (!text.len)
        return true;
    rule->has_dst = true;
    rule->dst_offset_s = rule->offset_s + 3600;
    if (!take_name(&text))
        return false;
    if (text.len && text.ptr[0] != ',') {
        if (!take_time(&text, OFFSET_HOURS_MAX, &west))
            return false;
        rule->dst_offset_s = -west;
    }
    if (!text.len) /* what the rule is then POSIX leaves open: as in most programs, the USA's */
        text = SX_LITERAL(",M3.2.0,M11.1.0");
    return take_change(&text, &rule->start) && take_change(&text, &rule->end) && !text.len;
}

static int64_t day_of_change(const struct sx_zone_change *change, int32_t year)
{
    struct sx_date date = {.year = year, .month = 1, .day = 1};
    int64_t first = sx_days_of_date(date);
    if (change->kind == SX_ZONE_DAY_WITH_LEAP)
        return first + change->day;
    if (change->kind == SX_ZONE_DAY_WITHOUT_LEAP) {
        bool after = change->day >= 60 && sx_days_in_month(year, 2) == 29;
        return first + change->day - 1 + after;
    }
    date.month = change->month;
    first = sx_days_of_date(date);
    int64_t day = (change->day + 7 - sx_weekday(first)) % 7 + (change->week - 1) * 7;
    if (day >= sx_days_in_month(year, change->month))
        day -= 7;
    return first + day;
}

int64_t sx_zone_change_s(const struct sx_zone_change *change, int32_t year)
{
    return day_of_change(change, year) * SX_DAY_S + change->time_s;
}
