/* SPDX-License-Identifier: Apache-2.0 */
/* zone_rule.h -- POSIX's one-line rule of a zone: its clocks in every year to come.
 *
 * Source      POSIX.1-2017, 8.3 "TZ", with RFC 9636's hours from -167 to 167.
 * Format      std offset [dst [offset] [, start [/time], end [/time]]], where offsets count
 *             westward, start and end are Mm.w.d (day d of week w of month m; week 5 is the last),
 *             Jn (day of the year without 29 February) or n (with it), and time is 02:00 unless
 *             given. "CET-1CEST,M3.5.0,M10.5.0/3": an hour ahead; two from the last Sunday in
 *             March.
 * Threads     Pure. */
#ifndef SX_BASE_ZONE_RULE_H
#define SX_BASE_ZONE_RULE_H

#include "base/attr.h"
#include "base/bytes.h"

#include <stdint.h>

enum sx_zone_day { SX_ZONE_WEEKDAY, SX_ZONE_DAY_WITHOUT_LEAP, SX_ZONE_DAY_WITH_LEAP };

/* When in a year clocks change. */
struct sx_zone_change {
    enum sx_zone_day kind;
    uint16_t day; /* of the week, 0 is Sunday; or of the year */
    uint8_t week, month;
    int32_t time_s; /* after the midnight that begins the day */
};

struct sx_zone_rule {
    bool has_dst;
    int32_t offset_s, dst_offset_s; /* eastward */
    struct sx_zone_change start, end;
};

/* False: the text breaks the format. */
SX_MUST_CHECK bool sx_zone_rule_parse(struct sx_bytes text, struct sx_zone_rule *rule);

/* Seconds since 1970 on the clock that is changed, in that year. */
int64_t sx_zone_change_s(const struct sx_zone_change *change, int32_t year);

#endif
