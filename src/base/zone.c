/* SPDX-License-Identifier: Apache-2.0 */
/* zone.c -- see zone.h.
 *
 * Format      "TZif", version, 15 unused bytes, six counts of 4 bytes, big-endian: of UT marks, of
 *             standard marks, of leap seconds, of transitions, of types, of name bytes. Then the
 *             transition times (4 bytes, or 8 in the second part), their types (1), the types (4
 *             offset, 1 is DST, 1 name), names, leap seconds and marks. From version 2 on this
 *             comes twice, the second time with 8-byte times, then a line feed, the rule, a line
 *             feed. */
#include "base/zone.h"

#include "base/civil.h"
#include "base/error.h"
#include "base/zone_rule.h"

#define HEADER_SIZE 44
#define TYPE_SIZE 6
#define TYPES_MAX 256
#define OFFSET_MAX (26 * 3600)
#define TIME_MAX INT64_C(100000000000000)

struct type {
    int32_t offset_s;
    bool is_dst;
};

struct sx_zone {
    struct sx_mem *mem;
    bool has_rule;
    struct sx_zone_rule rule; /* after the last transition */
    struct type types[TYPES_MAX];
    size_t count;          /* of transitions */
    int64_t *times_s;      /* ascending */
    uint8_t *type_indexes; /* of the span that each transition begins */
};

/* ---- reading -------------------------------------------------------------------------------- */

struct header {
    uint8_t version;
    uint32_t ut_count, standard_count, leap_count, time_count, type_count, name_size;
};

static uint32_t get_be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t get_time(const uint8_t *p, size_t size)
{
    if (size == 4)
        return (int32_t)get_be32(p);
    return (int64_t)((uint64_t)get_be32(p) << 32 | get_be32(p + 4));
}

static bool take_header(struct sx_bytes *in, struct header *out)
{
    struct sx_bytes bytes;
    if (!sx_bytes_take(in, HEADER_SIZE, &bytes) || memcmp(bytes.ptr, "TZif", 4) != 0)
        return false;
    *out = (struct header){
        .version = bytes.ptr[4],
        .ut_count = get_be32(bytes.ptr + 20),
        .standard_count = get_be32(bytes.ptr + 24),
        .leap_count = get_be32(bytes.ptr + 28),
        .time_count = get_be32(bytes.ptr + 32),
        .type_count = get_be32(bytes.ptr + 36),
        .name_size = get_be32(bytes.ptr + 40),
    };
    return true;
}

/* Takes what follows a header; false: the counts ask for more than there is. */
static bool take_body(struct sx_bytes *in, const struct header *h, size_t time_size,
                      struct sx_bytes *out)
{
    uint64_t size = (uint64_t)h->time_count * (time_size + 1) +
                    (uint64_t)h->type_count * TYPE_SIZE + h->name_size +
                    (uint64_t)h->leap_count * (time_size + 4) + h->standard_count + h->ut_count;
    return size <= in->len && sx_bytes_take(in, (size_t)size, out);
}

/* Fills types and transitions from a body; false: they break the format. */
static bool fill(struct sx_zone *zone, const struct header *h, size_t time_size,
                 struct sx_bytes body)
{
    const uint8_t *indexes = body.ptr + (size_t)h->time_count * time_size;
    const uint8_t *types = indexes + h->time_count;
    for (size_t i = 0; i < h->type_count; i++, types += TYPE_SIZE) {
        int32_t offset = (int32_t)get_be32(types);
        if (offset < -OFFSET_MAX || offset > OFFSET_MAX || types[4] > 1)
            return false;
        zone->types[i] = (struct type){.offset_s = offset, .is_dst = types[4]};
    }
    for (size_t i = 0; i < h->time_count; i++) {
        zone->times_s[i] = get_time(body.ptr + i * time_size, time_size);
        zone->type_indexes[i] = indexes[i];
        if (indexes[i] >= h->type_count || (i && zone->times_s[i] <= zone->times_s[i - 1]))
            return false;
    }
    zone->count = h->time_count;
    return true;
}

/* "\n" rule "\n"; an empty rule is none. */
static bool read_footer(struct sx_bytes in, struct sx_zone *zone)
{
    const uint8_t *end;
    if (in.len < 2 || in.ptr[0] != '\n' || !(end = memchr(in.ptr + 1, '\n', in.len - 1)))
        return false;
    struct sx_bytes text = sx_bytes_make(in.ptr + 1, (size_t)(end - in.ptr) - 1);
    zone->has_rule = text.len > 0;
    return !text.len || sx_zone_rule_parse(text, &zone->rule);
}

stria_status sx_zone_create(struct sx_mem *mem, struct sx_bytes tzif, struct sx_zone **out,
                            stria_error *err)
{
    struct header h;
    struct sx_bytes body, in = tzif;
    size_t time_size = 4;
    *out = NULL;
    if (tzif.len > SX_ZONE_SIZE_MAX)
        return sx_fail(err, STRIA_LIMIT, "time zone: larger than %zu bytes", SX_ZONE_SIZE_MAX);
    bool ok = take_header(&in, &h) && take_body(&in, &h, time_size, &body);
    if (ok && h.version) {
        time_size = 8;
        ok = take_header(&in, &h) && take_body(&in, &h, time_size, &body);
    }
    if (!ok || h.type_count < 1 || h.type_count > TYPES_MAX)
        return sx_fail(err, STRIA_CORRUPT, "time zone: its bytes break the format TZif");
    size_t size = sizeof(struct sx_zone) + (size_t)h.time_count * (sizeof(int64_t) + 1);
    struct sx_zone *zone = sx_mem_zalloc(mem, size);
    if (!zone)
        return sx_mem_refused(mem, size, err);
    zone->mem = mem;
    zone->times_s = (int64_t *)(void *)(zone + 1);
    zone->type_indexes = (uint8_t *)(zone->times_s + h.time_count);
    if (!fill(zone, &h, time_size, body) || (time_size == 8 && !read_footer(in, zone))) {
        sx_zone_destroy(zone);
        return sx_fail(err, STRIA_CORRUPT, "time zone: its transitions or its rule are not valid");
    }
    *out = zone;
    return STRIA_OK;
}

void sx_zone_destroy(struct sx_zone *zone)
{
    if (zone)
        sx_mem_free(zone->mem, zone);
}

/* ---- looking up ----------------------------------------------------------------------------- */

/* The span by the rule alone: among the changes of the year, of the one before and the one after.
 * */
static struct sx_zone_span span_by_rule(const struct sx_zone_rule *rule, int64_t utc_s)
{
    struct sx_zone_span span = {
        .begin_s = INT64_MIN, .end_s = INT64_MAX, .offset_s = rule->offset_s};
    if (!rule->has_dst)
        return span;
    int32_t year = sx_date_of_days(sx_floor_div(utc_s + rule->offset_s, SX_DAY_S)).year;
    for (int32_t y = year - 1; y <= year + 1; y++) {
        /* Each change is told on the clock that runs until then. */
        const int64_t changes[] = {sx_zone_change_s(&rule->start, y) - rule->offset_s,
                                   sx_zone_change_s(&rule->end, y) - rule->dst_offset_s};
        for (int to_standard = 0; to_standard < 2; to_standard++) {
            int64_t change = changes[to_standard];
            if (change > utc_s)
                span.end_s = SX_MIN(span.end_s, change);
            /* Of two changes at once the later in the list counts: all year DST is so written. */
            if (change <= utc_s && change >= span.begin_s) {
                span.begin_s = change;
                span.is_dst = !to_standard;
                span.offset_s = to_standard ? rule->offset_s : rule->dst_offset_s;
            }
        }
    }
    return span;
}

struct sx_zone_span sx_zone_span_at(const struct sx_zone *zone, int64_t utc_s)
{
    utc_s = SX_MAX(SX_MIN(utc_s, TIME_MAX), -TIME_MAX);
    size_t low = 0, high = zone->count; /* how many transitions are not after utc_s */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->times_s[middle] <= utc_s)
            low = middle + 1;
        else
            high = middle;
    }
    int64_t begin = low ? zone->times_s[low - 1] : INT64_MIN;
    if (low == zone->count && zone->has_rule) {
        struct sx_zone_span span = span_by_rule(&zone->rule, utc_s);
        span.begin_s = SX_MAX(span.begin_s, begin);
        return span;
    }
    const struct type *type = &zone->types[low ? zone->type_indexes[low - 1] : 0];
    return (struct sx_zone_span){
        .begin_s = begin,
        .end_s = low < zone->count ? zone->times_s[low] : INT64_MAX,
        .offset_s = type->offset_s,
        .is_dst = type->is_dst,
    };
}

int32_t sx_zone_offset_s(const struct sx_zone *zone, int64_t ts_ns)
{
    return zone ? sx_zone_span_at(zone, sx_floor_div(ts_ns, SX_SECOND_NS)).offset_s : 0;
}

int64_t sx_zone_utc_s(const struct sx_zone *zone, int64_t local_s)
{
    if (!zone)
        return local_s;
    struct sx_zone_span span = sx_zone_span_at(zone, local_s);
    int64_t utc_s = local_s - span.offset_s;
    if (utc_s < span.begin_s || utc_s >= span.end_s)
        utc_s = local_s - sx_zone_span_at(zone, utc_s).offset_s;
    return utc_s;
}
