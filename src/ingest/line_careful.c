/* SPDX-License-Identifier: Apache-2.0 */
/* line_careful.c -- any line of line protocol, with all checks and the peer's words for each fault.
 *
 * Why         New series and fields, strange lines and wrong ones come here; speed does not matter
 *             much, the exact answer does.
 * Source      The order of checks follows InfluxDB 1.12 (its answers are recorded in
 *             peer_lines_test.h): the key; the fields from left to right, of which a bad value is
 *             told before a bad structure; the lengths; the time. Only a line without faults can be
 *             a point that may not be stored, which is another kind of problem. */
#include "ingest/line_parse_priv.h"

#include "base/error.h"
#include "base/int_text.h"
#include "base/varint.h"
#include "ingest/line_name.h"
#include "ingest/line_value.h"

/* A line at work. Its fields are in the cache's scratch. */
struct work {
    struct sx_line_parse *parse;
    struct sx_buf *reason; /* filled when it is refused */
    const uint8_t *stop;   /* its end, without CR and LF */
    const uint8_t *at;     /* what is done lies before */
    struct sx_line_point point;
    uint64_t field_count;  /* also those beyond SX_COLUMN_COUNT_MAX, which are not kept */
    size_t long_name_size; /* of the first name that makes the key too long; 0: none */
};

static stria_status fault(struct work *work, const char *text)
{
    sx_buf_put_text(work->reason, text);
    return STRIA_SYNTAX;
}

static struct sx_bytes between(const uint8_t *p, const uint8_t *end)
{
    return sx_bytes_make(p, (size_t)(end - p));
}

/* ---- fields --------------------------------------------------------------------------------- */

/* Where the string value at p ends: at a bare ',' or ' ' outside of quotes. What stands between its
 * first closing quote and that is part of it to the peer, but an '=' there is a broken structure.
 * NULL: a quote is open. */
static const uint8_t *string_end(const uint8_t *p, const uint8_t *stop, bool *malformed)
{
    bool quoted = false;
    for (; p < stop; p++) {
        if (*p == '\\' && stop - p > 1)
            p++;
        else if (*p == '"')
            quoted = !quoted;
        else if (!quoted && (*p == ',' || *p == ' '))
            break;
        else if (!quoted && *p == '=')
            *malformed = true;
    }
    return quoted ? NULL : p;
}

/* Copies a string value into the batch, unless it is too long. */
static stria_status store_string(struct work *work, struct sx_bytes raw, uint64_t *word)
{
    struct sx_buf *heap = &work->parse->batch->strings;
    size_t size = raw.len > SX_STRING_SIZE_MAX ? sx_value_string_size(raw) : 0;
    *word = 0;
    if (size > SX_STRING_SIZE_MAX) {
        if (!work->point.long_string) {
            work->point.long_string = work->field_count + 1;
            work->point.long_string_size = size;
        }
        return STRIA_OK;
    }
    *word = heap->len;
    sx_buf_put_varint(heap, sx_value_string_size(raw));
    if (!sx_value_put_string(heap, raw))
        return sx_line_no_room(work->parse, heap, raw.len);
    return STRIA_OK;
}

/* Takes the value at p, which is there. */
static stria_status take_value(struct work *work, const uint8_t *p, struct sx_line_value *value,
                               bool *malformed)
{
    if (*p == '"') {
        const uint8_t *end = string_end(p, work->stop, malformed);
        if (!end)
            return fault(work, "unbalanced quotes");
        work->at = end;
        value->type = STRIA_STRING;
        return store_string(work, between(p + 1, end - 1), &value->bits);
    }
    work->at = sx_scan_any(p, work->stop, ',', ' ', ',');
    enum sx_value_fault wrong = sx_value_parse(between(p, work->at), value);
    if (wrong)
        sx_value_fault_put(work->reason, wrong, between(p, work->at));
    return wrong ? STRIA_SYNTAX : STRIA_OK;
}

static void keep_field(struct work *work, struct sx_bytes name, const struct sx_line_value *value)
{
    struct sx_line_fields *fields = &work->parse->cache->fields;
    if (work->field_count < SX_COLUMN_COUNT_MAX) {
        fields->names[fields->count] = name;
        fields->values[fields->count] = value->bits;
        fields->types[fields->count] = (uint8_t)value->type;
        fields->count++;
    }
    work->field_count++;
    size_t size = work->point.raw_key.len + 4 + (name.len - 1); /* as the peer counts */
    if (size > SX_KEY_SIZE_MAX && !work->long_name_size)
        work->long_name_size = size;
}

static stria_status take_fields(struct work *work)
{
    bool malformed = false;
    for (;;) {
        const uint8_t *name = work->at;
        const uint8_t *end = sx_name_end(name, work->stop, '=', ',', ' ');
        if (end == work->stop || *end == ' ') {
            work->at = end;
            malformed = true;
            break;
        }
        if (*end == ',') {
            work->at = end + 1;
            malformed = true;
            continue;
        }
        if (end == name)
            return fault(work, "missing field key");
        if (end + 1 == work->stop || end[1] == ',' || end[1] == ' ')
            return fault(work, "missing field value");
        struct sx_line_value value;
        stria_status status = take_value(work, end + 1, &value, &malformed);
        if (status)
            return status;
        keep_field(work, between(name, end + 1), &value);
        if (work->at == work->stop || *work->at == ' ')
            break;
        work->at++;
    }
    return malformed ? fault(work, "invalid field format") : STRIA_OK;
}

static stria_status check_limits(struct work *work)
{
    size_t size = work->long_name_size ? work->long_name_size : work->parse->cache->key.long_size;
    if (size) {
        sx_buf_printf(work->reason, "max key length exceeded: %zu > %d", size, SX_KEY_SIZE_MAX);
        return STRIA_LIMIT;
    }
    if (work->field_count > SX_COLUMN_COUNT_MAX) {
        sx_buf_printf(work->reason, "too many fields: %llu > %d",
                      (unsigned long long)work->field_count, SX_COLUMN_COUNT_MAX);
        return STRIA_LIMIT;
    }
    return STRIA_OK;
}

/* ---- the time ------------------------------------------------------------------------------- */

static stria_status take_time(struct work *work)
{
    const uint8_t *start = sx_scan_white(work->at, work->stop), *p = start;
    if (p < work->stop && *p == '-')
        p++;
    while (p < work->stop && (uint8_t)(*p - '0') < 10)
        p++;
    if (p < work->stop && *p != ' ')
        return fault(work, "bad timestamp");
    work->point.ts_ns = work->parse->now_ns;
    if (p == start)
        return STRIA_OK;
    int64_t time;
    stria_status status = sx_int_parse(between(start, p), &time);
    if (status) {
        sx_buf_put_text(work->reason, "strconv.ParseInt: parsing \"");
        sx_buf_put(work->reason, start, SX_MIN((size_t)(p - start), 4096));
        sx_buf_put_text(work->reason,
                        status == STRIA_LIMIT ? "\": value out of range" : "\": invalid syntax");
        return STRIA_SYNTAX;
    }
    if (!sx_line_time(work->parse, time, &work->point.ts_ns)) {
        sx_buf_printf(work->reason, "time outside range %lld - %lld", (long long)STRIA_TIME_MIN,
                      (long long)STRIA_TIME_MAX);
        return STRIA_SYNTAX;
    }
    while (p < work->stop && *p == ' ')
        p++;
    return p < work->stop ? fault(work, "point is invalid") : STRIA_OK;
}

/* ---- the line ------------------------------------------------------------------------------- */

static stria_status take_line(struct work *work, struct sx_bytes line)
{
    stria_status status =
        sx_line_key_parse(&work->parse->cache->key, line, &work->point.raw_key, work->reason);
    if (status == STRIA_NOMEM)
        return sx_mem_refused(&work->parse->cache->mem, line.len, work->parse->err);
    if (status)
        return status;
    work->at = sx_scan_white(line.ptr + work->point.raw_key.len, work->stop);
    status = take_fields(work);
    if (!status)
        status = check_limits(work);
    return status ? status : take_time(work);
}

/* Records that the line is refused for what `reason` says. */
static stria_status refuse(struct work *work, struct sx_bytes line, stria_status code)
{
    struct sx_line_parse *parse = work->parse;
    if (work->reason->failed || !sx_ingest_problems_refuse(parse->problems, parse->line, code, line,
                                                           sx_buf_bytes(work->reason)))
        return sx_mem_refused(parse->problems->mem, line.len + work->reason->len, parse->err);
    return STRIA_OK;
}

stria_status sx_line_careful(struct sx_line_parse *parse, const uint8_t **at)
{
    struct sx_ingest_cache *cache = parse->cache;
    struct sx_buf *strings = &parse->batch->strings;
    const uint8_t *start = *at, *end = sx_scan_line_end(start, parse->end);
    const uint8_t *stop = end > start && end[-1] == '\r' ? end - 1 : end;
    struct sx_bytes line = between(start, stop);
    struct work work = {.parse = parse, .reason = &cache->reason, .stop = stop};
    size_t strings_size = strings->len;
    cache->fields.count = 0;
    sx_buf_clear(&cache->reason);

    bool stored = false;
    stria_status status = take_line(&work, line);
    if (!status)
        status = sx_line_point(parse, &work.point, &stored);
    else if (cache->reason.len || cache->reason.failed)
        status = refuse(&work, line, status);
    if (!stored)
        strings->len = strings_size;
    if (status)
        return status;
    parse->line += sx_scan_count_lines(start, end) + 1;
    *at = end < parse->end ? end + 1 : end;
    return STRIA_OK;
}
