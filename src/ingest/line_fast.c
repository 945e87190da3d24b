/* SPDX-License-Identifier: Apache-2.0 */
/* line_fast.c -- the hot path of line protocol: lines of known series in their common shape.
 *
 * Algorithm   Two guesses make most lines cheap. The series: the one that followed the last line's
 *             series last time; right, it costs one comparison. The shape: that of the series' last
 *             line; while it is right, each name costs one comparison, and at the end the row's
 *             layout is known. A wrong guess costs a look-up by hash. Values are parsed as they
 *             come.
 * Invariants  Gives up, leaving no trace, on whatever it is not sure of. */
#include "ingest/line_parse_priv.h"

#include "base/varint.h"
#include "ingest/line_value.h"

/* The series of the line at *at, whose raw key is then passed; NULL: not known. */
static struct sx_raw_series *take_series(struct sx_ingest_cache *cache, const uint8_t **at,
                                         const uint8_t *end)
{
    const uint8_t *p = *at;
    struct sx_raw_series *last = cache->last;
    struct sx_raw_series *guess = last ? last->next : NULL;
    if (guess && (size_t)(end - p) > guess->raw.len && p[guess->raw.len] == ' ' &&
        memcmp(p, guess->raw.ptr, guess->raw.len) == 0) {
        *at = p + guess->raw.len;
        return guess;
    }
    const uint8_t *stop = sx_scan_any(p, end, ' ', '\n', ' ');
    while (stop < end && *stop == ' ' && stop > p && stop[-1] == '\\')
        stop = sx_scan_any(stop + 1, end, ' ', '\n', ' ');
    if (stop == end || *stop == '\n')
        return NULL;
    *at = stop;
    return sx_series_cache_find(&cache->series, sx_bytes_make(p, (size_t)(stop - p)));
}

/* Takes the inside of a string, behind its opening quote, and the closing one. NULL: give up. */
static const uint8_t *take_string(struct sx_line_parse *parse, const uint8_t *p, uint64_t *value,
                                  uint64_t *line_count, stria_status *status)
{
    const uint8_t *start = p;
    bool escapes = false;
    uint64_t lines = 0;
    for (;; p++) {
        p = sx_scan_any(p, parse->end, '"', '\\', '\n');
        if (p == parse->end)
            return NULL;
        if (*p == '"')
            break;
        if (*p == '\n') {
            lines++;
            continue;
        }
        escapes = true;
        if (++p == parse->end)
            return NULL;
        lines += *p == '\n';
    }
    struct sx_bytes raw = sx_bytes_make(start, (size_t)(p - start));
    if (raw.len > SX_STRING_SIZE_MAX)
        return NULL;
    struct sx_buf *heap = &parse->batch->strings;
    if (escapes) {
        *value = heap->len;
        sx_buf_put_varint(heap, sx_value_string_size(raw));
        if (!sx_value_put_string(heap, raw))
            *status = sx_line_no_room(parse, heap, raw.len);
    } else if (!sx_batch_add_string(parse->batch, raw, value)) {
        *status = sx_line_no_room(parse, heap, raw.len);
    }
    *line_count += lines;
    return p + 1;
}

/* Takes one value; NULL: give up, or *status tells a failure. */
static inline const uint8_t *take_value(struct sx_line_parse *parse, const uint8_t *p,
                                        struct sx_line_value *value, uint64_t *line_count,
                                        stria_status *status)
{
    if (p == parse->end)
        return NULL;
    if ((uint8_t)(*p - '0') < 10 || *p == '-' || *p == '.')
        return sx_value_take_number(p, parse->end, value);
    if (*p == '"') {
        value->type = STRIA_STRING;
        return take_string(parse, p + 1, &value->bits, line_count, status);
    }
    return sx_value_take_bool(p, parse->end, value);
}

/* Takes a name and its '=' that are not those of the guess; 0: give up. */
static size_t name_size(const uint8_t *p, const uint8_t *end)
{
    const uint8_t *start = p;
    while (p < end && *p != '=' && *p != ',' && *p != ' ' && *p != '\\' && *p != '\n')
        p++;
    return p < end && *p == '=' && p > start ? (size_t)(p - start) + 1 : 0;
}

/* Takes the fields into the scratch arrays. *shape is the guess, and NULL if it was wrong. Returns
 * where they end, at what is not a ','; NULL: give up, or *status tells a failure. */
static const uint8_t *take_fields(struct sx_line_parse *parse, const uint8_t *p,
                                  const struct sx_shape **shape, uint64_t *line_count,
                                  stria_status *status)
{
    struct sx_line_fields *fields = &parse->cache->fields;
    const struct sx_shape *guess = *shape;
    uint32_t guess_count = guess ? guess->field_count : 0;
    bool right = guess != NULL;
    for (uint32_t i = 0; i < SX_COLUMN_COUNT_MAX; i++) {
        size_t size = 0;
        if (i < guess_count) {
            const struct sx_shape_field *field = &guess->fields[i];
            if (sx_scan_same(p, parse->end, field->name, field->name_size))
                size = field->name_size;
        }
        if (SX_UNLIKELY(size == 0)) {
            right = false;
            size = name_size(p, parse->end);
            if (size == 0)
                return NULL;
        }
        fields->names[i] = sx_bytes_make(p, size);
        struct sx_line_value value;
        p = take_value(parse, p + size, &value, line_count, status);
        if (!p || *status)
            return NULL;
        fields->values[i] = value.bits;
        fields->types[i] = (uint8_t)value.type;
        right = right && guess->fields[i].type == value.type;
        if (p == parse->end || *p != ',') {
            fields->count = i + 1;
            *shape = right && fields->count == guess_count ? guess : NULL;
            return p;
        }
        p++;
    }
    return NULL;
}

/* Takes the time, if there is one, behind the space at p. NULL: give up. */
static const uint8_t *take_time(const struct sx_line_parse *parse, const uint8_t *p, int64_t *ts_ns)
{
    p = sx_scan_white(p, parse->end);
    bool negative = p < parse->end && *p == '-';
    uint64_t digits;
    unsigned count;
    p = sx_scan_digits(p + negative, parse->end, &digits, &count);
    if (count == 0)
        return negative ? NULL : p;
    if (count > SX_SCAN_DIGITS_MAX || digits > INT64_MAX ||
        !sx_line_time(parse, negative ? -(int64_t)digits : (int64_t)digits, ts_ns))
        return NULL;
    while (p < parse->end && *p == ' ')
        p++;
    return p;
}

/* Behind the end of the line if p is at it: LF, CRLF, or the end of the text. NULL: it is not. */
static const uint8_t *take_end(const uint8_t *p, const uint8_t *end)
{
    if (p < end && *p == '\r')
        p++;
    if (p == end)
        return p;
    return *p == '\n' ? p + 1 : NULL;
}

/* Undoes what strings were copied for a line that is given up. */
static stria_status give_up(struct sx_line_parse *parse, size_t strings_size, stria_status status)
{
    parse->batch->strings.len = strings_size;
    return status ? status : STRIA_NOT_FOUND;
}

stria_status sx_line_fast(struct sx_line_parse *parse, const uint8_t **at)
{
    struct sx_ingest_cache *cache = parse->cache;
    const uint8_t *p = *at;
    struct sx_raw_series *raw = take_series(cache, &p, parse->end);
    if (!raw)
        return STRIA_NOT_FOUND;
    size_t strings_size = parse->batch->strings.len;
    uint64_t line_count = 1;
    stria_status status = STRIA_OK;
    struct sx_measurement *measurement = raw->series->measurement;
    const struct sx_shape *shape = raw->shape ? raw->shape : measurement->last_shape;
    p = take_fields(parse, sx_scan_white(p, parse->end), &shape, &line_count, &status);
    if (!p)
        return give_up(parse, strings_size, status);
    int64_t ts_ns = parse->now_ns;
    if (p < parse->end && *p == ' ')
        p = take_time(parse, p, &ts_ns);
    p = p ? take_end(p, parse->end) : NULL;
    if (!p)
        return give_up(parse, strings_size, status);
    if (!shape) {
        shape = sx_schema_cache_find(&cache->schemas, measurement, &cache->fields);
        if (!shape)
            return give_up(parse, strings_size, status);
    }
    if (shape->skips || raw->raw.len + 4 + shape->name_size_max > SX_KEY_SIZE_MAX)
        return give_up(parse, strings_size, status);
    status = sx_line_store(parse, raw, shape, ts_ns);
    if (status)
        return give_up(parse, strings_size, status);
    parse->line += line_count;
    *at = p;
    return STRIA_OK;
}
