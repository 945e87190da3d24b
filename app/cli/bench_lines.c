/* SPDX-License-Identifier: Apache-2.0 */
/* bench_lines.c -- line protocol into columns, for bench_columns.h.
 *
 * Why         Measuring needs the columns and nothing else; a bad line ends it. */
#include "app/cli/bench_columns_priv.h"

#include "base/error.h"
#include "base/float_parse.h"
#include "base/hash.h"
#include "base/int_text.h"
#include "codec/column.h"

/* ---- tables --------------------------------------------------------------------------------- */

static bool series_equal(const void *owner, uint32_t i, const void *key)
{
    const struct sx_bench_columns *columns = owner;
    const struct sx_bytes *bytes = key;
    return sx_bytes_equal(columns->series[i].key, *bytes);
}

static uint64_t series_hash(const void *owner, uint32_t i)
{
    const struct sx_bench_columns *columns = owner;
    return sx_hash(columns->series[i].key);
}

struct sx_bench_series *sx_bench_series_of(struct sx_bench_columns *columns, struct sx_bytes key)
{
    uint64_t hash = sx_hash(key);
    uint32_t found = sx_map_find(&columns->series_map, hash, series_equal, columns, &key);
    if (found != SX_MAP_NONE)
        return &columns->series[found];
    struct sx_bytes copy = sx_arena_dup(&columns->arena, key);
    if (!copy.ptr ||
        !SX_GROW(columns->mem, columns->series, columns->series_capacity,
                 columns->series_count + 1) ||
        !sx_map_reserve(&columns->series_map, columns->series_count + 1, series_hash, columns))
        return NULL;
    struct sx_bench_series *series = &columns->series[columns->series_count];
    *series = (struct sx_bench_series){.key = copy};
    sx_map_put(&columns->series_map, hash, (uint32_t)columns->series_count++);
    return series;
}

static bool field_equal(const void *owner, uint32_t i, const void *key)
{
    const struct sx_bench_columns *columns = owner;
    const struct sx_bench_field *field = key;
    return columns->fields[i].type == field->type &&
           sx_bytes_equal(columns->fields[i].name, field->name);
}

static uint64_t field_hash(const void *owner, uint32_t i)
{
    const struct sx_bench_columns *columns = owner;
    return sx_hash(columns->fields[i].name);
}

/* The measurement of a key: what stands before the first comma that is not escaped. */
static struct sx_bytes measurement_of(struct sx_bytes key)
{
    for (size_t i = 0; i < key.len; i++) {
        if (key.ptr[i] == '\\')
            i++;
        else if (key.ptr[i] == ',')
            return sx_bytes_make(key.ptr, i);
    }
    return key;
}

/* The index of (measurement of the series, name, type), new or not; SX_MAP_NONE: no memory. */
static uint32_t field_of(struct sx_bench_columns *columns, struct sx_bytes key,
                         struct sx_bytes name, stria_type type)
{
    struct sx_bytes measurement = measurement_of(key);
    uint8_t *text = sx_arena_alloc(&columns->arena, measurement.len + 1 + name.len);
    if (!text)
        return SX_MAP_NONE;
    if (measurement.len)
        memcpy(text, measurement.ptr, measurement.len);
    text[measurement.len] = 0;
    if (name.len)
        memcpy(text + measurement.len + 1, name.ptr, name.len);
    struct sx_bench_field field = {
        .name = sx_bytes_make(text, measurement.len + 1 + name.len),
        .type = type,
    };
    uint64_t hash = sx_hash(field.name);
    uint32_t found = sx_map_find(&columns->field_map, hash, field_equal, columns, &field);
    if (found != SX_MAP_NONE)
        return found;
    if (!SX_GROW(columns->mem, columns->fields, columns->field_capacity,
                 columns->field_count + 1) ||
        !sx_map_reserve(&columns->field_map, columns->field_count + 1, field_hash, columns))
        return SX_MAP_NONE;
    columns->fields[columns->field_count] = field;
    sx_map_put(&columns->field_map, hash, (uint32_t)columns->field_count);
    return (uint32_t)columns->field_count++;
}

static bool is_part(const struct sx_bench_columns *columns, const struct sx_bench_part *part,
                    struct sx_bytes name, stria_type type)
{
    const struct sx_bench_field *field = &columns->fields[part->field];
    return field->type == type && field->name.len > name.len &&
           field->name.ptr[field->name.len - name.len - 1] == 0 &&
           sx_bytes_equal(sx_bytes_make(field->name.ptr + field->name.len - name.len, name.len),
                          name);
}

struct sx_bench_part *sx_bench_part_of(struct sx_bench_columns *columns,
                                       struct sx_bench_series *series, struct sx_bytes name,
                                       stria_type type)
{
    for (size_t i = 0; i < series->part_count; i++) {
        size_t at = (series->part_next + i) % series->part_count;
        if (is_part(columns, &series->parts[at], name, type)) {
            series->part_next = at + 1;
            return &series->parts[at];
        }
    }
    uint32_t field = field_of(columns, series->key, name, type);
    if (field == SX_MAP_NONE ||
        !SX_GROW(columns->mem, series->parts, series->part_capacity, series->part_count + 1))
        return NULL;
    series->parts[series->part_count] = (struct sx_bench_part){.field = field};
    return &series->parts[series->part_count++];
}

/* ---- a line --------------------------------------------------------------------------------- */

/* Bytes up to the first of `stops` that is neither escaped nor, with `quotes`, inside of quotes. */
static size_t span(struct sx_bytes text, const char *stops, bool quotes)
{
    bool inside = false;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];
        if (c == '\\')
            i++;
        else if (quotes && c == '"')
            inside = !inside;
        else if (!inside && (c == (uint8_t)stops[0] || c == (uint8_t)stops[1]))
            return i;
    }
    return text.len;
}

static void drop(struct sx_bytes *text, size_t len)
{
    text->ptr += len;
    text->len -= len;
}

static bool is_word(struct sx_bytes text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (sx_bytes_equal(text, sx_bytes_of(words[i])))
            return true;
    return false;
}

/* The type and bits of a value; STRING: it is left out; NONE: it is none. */
static stria_type read_value(struct sx_bytes text, uint64_t *bits)
{
    static const char *const yes[] = {"t", "T", "true", "True", "TRUE"};
    static const char *const no[] = {"f", "F", "false", "False", "FALSE"};
    double v;
    if (text.len == 0)
        return STRIA_NONE;
    struct sx_bytes front = sx_bytes_make(text.ptr, text.len - 1);
    int64_t integer;
    switch (text.ptr[text.len - 1]) {
    case '"':
        return STRIA_STRING;
    case 'i':
        if (sx_int_parse(front, &integer))
            return STRIA_NONE;
        *bits = (uint64_t)integer;
        return STRIA_INT;
    case 'u':
        return sx_uint_parse(front, bits) ? STRIA_NONE : STRIA_UINT;
    default:
        break;
    }
    *bits = is_word(text, yes, SX_COUNT_OF(yes));
    if (*bits || is_word(text, no, SX_COUNT_OF(no)))
        return STRIA_BOOL;
    if (sx_float_parse(text, &v) == STRIA_INVALID)
        return STRIA_NONE;
    *bits = sx_bits_of_f64(v);
    return STRIA_FLOAT;
}

/* Takes "name=value" off the front of *text. */
static stria_status take_field(struct sx_bench_columns *columns, struct sx_bench_series *series,
                               struct sx_bytes *text, stria_error *err)
{
    size_t name_len = span(*text, "= ", false);
    struct sx_bytes name = sx_bytes_make(text->ptr, name_len);
    if (name_len == 0 || name_len >= text->len || text->ptr[name_len] != '=')
        return sx_fail(err, STRIA_INVALID, "a field without a value");
    drop(text, name_len + 1);
    size_t value_len = span(*text, ", ", true);
    uint64_t bits;
    stria_type type = read_value(sx_bytes_make(text->ptr, value_len), &bits);
    drop(text, value_len);
    if (type == STRIA_NONE)
        return sx_fail(err, STRIA_INVALID, "a value that is none");
    if (type == STRIA_STRING)
        return STRIA_OK;
    struct sx_bench_part *part = sx_bench_part_of(columns, series, name, type);
    if (!part || !sx_bench_push(columns, &part->values, bits))
        return sx_mem_refused(columns->mem, name_len, err);
    return STRIA_OK;
}

stria_status sx_bench_line(struct sx_bench_columns *columns, struct sx_bytes line, stria_error *err)
{
    int64_t ts_ns;
    if (line.len == 0 || line.ptr[0] == '#')
        return STRIA_OK;
    size_t key_len = span(line, "  ", false);
    struct sx_bench_series *series = sx_bench_series_of(columns, sx_bytes_make(line.ptr, key_len));
    if (!series)
        return sx_mem_refused(columns->mem, key_len, err);
    drop(&line, key_len);
    do {
        if (line.len == 0)
            return sx_fail(err, STRIA_INVALID, "a line without fields");
        drop(&line, 1);
        stria_status st = take_field(columns, series, &line, err);
        if (st)
            return st;
    } while (line.len && line.ptr[0] == ',');
    series->part_next = 0;
    if (line.len < 2 || sx_int_parse(sx_bytes_make(line.ptr + 1, line.len - 1), &ts_ns))
        return sx_fail(err, STRIA_INVALID, "a line without a time");
    if (!sx_bench_push(columns, &series->times, (uint64_t)ts_ns))
        return sx_mem_refused(columns->mem, 8, err);
    return STRIA_OK;
}

/* ---- columns -------------------------------------------------------------------------------- */

/* Cuts numbers into columns. */
static bool cut(struct sx_bench_columns *columns, struct sx_bench_column **list, size_t *count,
                size_t *capacity, const struct sx_bench_column *whole, size_t value_size)
{
    for (size_t i = 0; i < whole->count; i += SX_COLUMN_VALUES_MAX) {
        if (!sx_mem_grow(columns->mem, (void **)list, capacity, *count + 1, sizeof **list))
            return false;
        struct sx_bench_column *column = &(*list)[(*count)++];
        *column = *whole;
        column->values = (const uint8_t *)whole->values + i * value_size;
        column->count = SX_MIN(whole->count - i, SX_COLUMN_VALUES_MAX);
    }
    return true;
}

/* Adds the columns of a field. */
static bool finish_field(struct sx_bench_columns *columns, uint32_t field)
{
    for (size_t i = 0; i < columns->series_count; i++) {
        struct sx_bench_series *series = &columns->series[i];
        for (size_t k = 0; k < series->part_count; k++) {
            struct sx_bench_part *part = &series->parts[k];
            if (part->field != field)
                continue;
            struct sx_bench_column whole = {
                .field = field,
                .type = columns->fields[field].type,
                .count = part->values.count,
                .values = part->values.values,
            };
            uint8_t *bytes = (uint8_t *)part->values.values;
            for (size_t v = 0; whole.type == STRIA_BOOL && v < whole.count; v++)
                bytes[v] = (uint8_t)part->values.values[v];
            if (!cut(columns, &columns->columns, &columns->column_count, &columns->column_capacity,
                     &whole, whole.type == STRIA_BOOL ? 1 : 8))
                return false;
            columns->value_count += whole.count;
        }
    }
    return true;
}

stria_status sx_bench_finish(struct sx_bench_columns *columns, stria_error *err)
{
    bool good = true;
    for (uint32_t field = 0; good && field < columns->field_count; field++)
        good = finish_field(columns, field);
    for (size_t i = 0; good && i < columns->series_count; i++) {
        const struct sx_bench_numbers *times = &columns->series[i].times;
        struct sx_bench_column whole = {
            .field = UINT32_MAX,
            .type = STRIA_TIME,
            .count = times->count,
            .values = times->values,
        };
        good =
            cut(columns, &columns->times, &columns->time_count, &columns->time_capacity, &whole, 8);
    }
    return good ? STRIA_OK : sx_mem_refused(columns->mem, sizeof(struct sx_bench_column), err);
}
