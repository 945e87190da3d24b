/* SPDX-License-Identifier: Apache-2.0 */
/* civil.c -- see civil.h. */
#include "base/civil.h"

#define ERA_YEARS 400
#define ERA_DAYS 146097
#define EPOCH_DAYS 719468 /* from 0000-03-01 to 1970-01-01 */

int64_t sx_days_of_date(struct sx_date date)
{
    /* March is month 0 of its year. */
    int64_t month = (date.month + 9) % 12, year = (int64_t)date.year - (date.month <= 2);
    int64_t era = sx_floor_div(year, ERA_YEARS), in_era = sx_floor_mod(year, ERA_YEARS);
    int64_t in_year = (153 * month + 2) / 5 + date.day - 1;
    return era * ERA_DAYS + in_era * 365 + in_era / 4 - in_era / 100 + in_year - EPOCH_DAYS;
}

struct sx_date sx_date_of_days(int64_t days)
{
    days += EPOCH_DAYS;
    int64_t era = sx_floor_div(days, ERA_DAYS);
    uint32_t in_era = (uint32_t)sx_floor_mod(days, ERA_DAYS);
    /* Without the leap days before it, 365 days are a year. */
    uint32_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    uint32_t in_year = in_era - (365 * year + year / 4 - year / 100);
    uint32_t month = (5 * in_year + 2) / 153;
    return (struct sx_date){
        .year = (int32_t)(era * ERA_YEARS + year + (month >= 10)),
        .month = (uint8_t)(month < 10 ? month + 3 : month - 9),
        .day = (uint8_t)(in_year - (153 * month + 2) / 5 + 1),
    };
}

unsigned sx_days_in_month(int32_t year, unsigned month)
{
    if (month == 2)
        return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}
