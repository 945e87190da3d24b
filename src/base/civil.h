/* SPDX-License-Identifier: Apache-2.0 */
/* civil.h -- days and seconds since 1970 and what a calendar and a clock show.
 *
 * Why         Text of times, and windows of local days, need dates; the C library's functions read
 *             the environment.
 * Source      ISO 8601's proleptic Gregorian calendar: 400 years are 146,097 days.
 * Algorithm   Years are counted from 1 March, so that a leap day is the last of its year and the
 *             months before it have a regular pattern of 153 days in five.
 * Limits      Years -9999 to 9999, which the text of an int64 of nanoseconds never leaves.
 * Threads     Pure. */
#ifndef SX_BASE_CIVIL_H
#define SX_BASE_CIVIL_H

#include <stdbool.h>
#include <stdint.h>

#define SX_SECOND_NS 1000000000
#define SX_DAY_S 86400

struct sx_date {
    int32_t year;
    uint8_t month; /* 1 .. 12 */
    uint8_t day;   /* 1 .. 31 */
};

/* Quotient and remainder rounded down, so that the remainder is not negative; by > 0. */
static inline int64_t sx_floor_div(int64_t v, int64_t by)
{
    return v / by - (v % by < 0);
}

static inline int64_t sx_floor_mod(int64_t v, int64_t by)
{
    int64_t rest = v % by;
    return rest < 0 ? rest + by : rest;
}

/* Days since 1970-01-01. The month must be 1 to 12; days past the month's end run on. */
int64_t sx_days_of_date(struct sx_date date);

struct sx_date sx_date_of_days(int64_t days);

/* 28 to 31. */
unsigned sx_days_in_month(int32_t year, unsigned month);

/* 0 is Sunday. */
static inline unsigned sx_weekday(int64_t days)
{
    return (unsigned)sx_floor_mod(days + 4, 7);
}

#endif
