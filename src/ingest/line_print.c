/* SPDX-License-Identifier: Apache-2.0 */
/* line_print.c -- see line_print.h.
 *
 * Algorithm   A backslash before a delimiter would be taken for its escape: so in names delimiters
 *             get one of their own, those that need none too when they stand behind a backslash.
 *             Whether a name can be read back is looked at after it was printed, and undone if
 *             not. */
#include "ingest/line_print.h"

#include "base/float_format.h"
#include "base/int_text.h"
#include "model/series_key.h"

#include <math.h>

/* What a kind of name asks for. */
struct kind {
    const char *always;           /* bytes that get a backslash */
    const char *behind_backslash; /* bytes that get one when a backslash is before them */
    const char *not_first;        /* bytes, and NUL, with which it must not begin; NULL: none */
};

static const struct kind measurement_kind = {", ", "=\"", "#\t"};
static const struct kind tag_kind = {", =", "", NULL};
static const struct kind field_kind = {", =", "\"", "\t"};

static bool among(const char *set, uint8_t byte)
{
    return byte && strchr(set, byte);
}

/* Whether the printed name reads as one: see "Limits". */
static bool readable(const uint8_t *name, size_t len)
{
    if (len == 0 || name[len - 1] == '\\')
        return false;
    bool odd = false;
    for (size_t i = 0; i < len; i++) {
        if (name[i] == '\n' && !odd)
            return false;
        odd = name[i] == '\\' && !odd;
    }
    return true;
}

/* The byte at *i of a part of a canonical key, without its escape, of which *i is moved to the
 * end. */
static uint8_t coded_byte(struct sx_bytes part, size_t *i)
{
    uint8_t byte = part.ptr[*i];
    if (byte != 1 || *i + 1 == part.len)
        return byte;
    return (uint8_t)(part.ptr[++*i] - 1);
}

/* `coded`: the name is a part of a canonical key, with its escapes. */
static bool put_name(struct sx_buf *out, struct sx_bytes name, bool coded, const struct kind *kind)
{
    size_t start = out->len;
    uint8_t before = 0;
    for (size_t i = 0; i < name.len; i++) {
        uint8_t byte = name.ptr[i];
        if (coded)
            byte = coded_byte(name, &i);
        if (out->len == start && kind->not_first && (byte == 0 || among(kind->not_first, byte)))
            return false;
        if (among(kind->always, byte) || (before == '\\' && among(kind->behind_backslash, byte)))
            sx_buf_put_u8(out, '\\');
        sx_buf_put_u8(out, byte);
        before = byte;
    }
    if (out->failed || (name.len && readable(out->ptr + start, out->len - start)))
        return true;
    out->len = start;
    return false;
}

static bool is_time(struct sx_bytes name)
{
    return sx_bytes_equal(name, SX_LITERAL("time"));
}

static bool put_tag(struct sx_buf *out, struct sx_bytes key, struct sx_bytes value, bool coded)
{
    sx_buf_put_u8(out, ',');
    if (is_time(key) || !put_name(out, key, coded, &tag_kind))
        return false;
    sx_buf_put_u8(out, '=');
    return put_name(out, value, coded, &tag_kind);
}

/* Keeps what was appended since `start` if it is good. */
static bool keep(struct sx_buf *out, size_t start, bool good)
{
    good = good && (out->failed || out->len - start <= SX_KEY_SIZE_MAX);
    if (!good)
        out->len = start;
    return good;
}

bool sx_line_put_key(struct sx_buf *out, struct sx_bytes measurement, const stria_tag *tags,
                     size_t count)
{
    size_t start = out->len;
    bool good = put_name(out, measurement, false, &measurement_kind);
    for (size_t i = 0; i < count && good; i++)
        good = put_tag(out, sx_bytes_make(tags[i].key.ptr, tags[i].key.len),
                       sx_bytes_make(tags[i].value.ptr, tags[i].value.len), false);
    return keep(out, start, good);
}

bool sx_line_put_canonical(struct sx_buf *out, struct sx_bytes key)
{
    size_t start = out->len;
    struct sx_bytes part, value;
    bool good = sx_key_take(&key, &part) && put_name(out, part, true, &measurement_kind);
    while (good && sx_key_take(&key, &part) && sx_key_take(&key, &value))
        good = put_tag(out, part, value, true);
    return keep(out, start, good);
}

bool sx_line_put_name(struct sx_buf *out, struct sx_bytes name)
{
    if (is_time(name) || !put_name(out, name, false, &field_kind))
        return false;
    sx_buf_put_u8(out, '=');
    return true;
}

static void put_string(struct sx_buf *out, struct sx_bytes text)
{
    sx_buf_put_u8(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"' || text.ptr[i] == '\\')
            sx_buf_put_u8(out, '\\');
        sx_buf_put_u8(out, text.ptr[i]);
    }
    sx_buf_put_u8(out, '"');
}

static bool put_float(struct sx_buf *out, double value)
{
    uint8_t text[SX_FLOAT_TEXT_MAX];
    if (!isfinite(value))
        return false;
    sx_buf_put(out, text, sx_float_write_json(text, value));
    return true;
}

bool sx_line_put_value(struct sx_buf *out, stria_type type, uint64_t bits, struct sx_bytes text)
{
    uint8_t number[SX_INT_TEXT_MAX];
    switch (type) {
    case STRIA_FLOAT:
        return put_float(out, sx_f64_of_bits(bits));
    case STRIA_INT:
        sx_buf_put(out, number, sx_int_write(number, (int64_t)bits));
        sx_buf_put_u8(out, 'i');
        return true;
    case STRIA_UINT:
        sx_buf_put(out, number, sx_uint_write(number, bits));
        sx_buf_put_u8(out, 'u');
        return true;
    case STRIA_BOOL:
        sx_buf_put_text(out, bits ? "true" : "false");
        return true;
    case STRIA_STRING:
        if (text.len > SX_STRING_SIZE_MAX)
            return false;
        put_string(out, text);
        return true;
    default:
        return false;
    }
}

void sx_line_put_end(struct sx_buf *out, int64_t ts_ns)
{
    uint8_t number[SX_INT_TEXT_MAX];
    sx_buf_put_u8(out, ' ');
    sx_buf_put(out, number, sx_int_write(number, ts_ns));
    sx_buf_put_u8(out, '\n');
}

/* ---- a whole batch -------------------------------------------------------------------------- */

static bool has_column(const uint8_t *presence, uint32_t column)
{
    return !presence || (sx_get_u64(presence + column / 64 * 8) >> (column % 64) & 1);
}

/* Prints one row, of which `row` points at the time. */
static uint64_t print_row(struct sx_buf *out, const struct sx_batch *batch,
                          const struct sx_batch_schema *schema, const uint8_t *row,
                          bool has_presence)
{
    size_t start = out->len;
    uint64_t left_out = 0, printed = 0;
    const struct sx_batch_series *series = &batch->series[sx_get_u32(row + SX_ROW_SERIES)];
    bool key = sx_line_put_canonical(out, series->key);
    const uint8_t *presence = has_presence ? row + SX_ROW_VALUES : NULL;
    const uint8_t *values =
        row + SX_ROW_VALUES + (has_presence ? sx_presence_size(schema->column_count) : 0);
    for (uint32_t i = 0; i < schema->column_count; i++) {
        const struct sx_batch_column *column = &schema->columns[i];
        if (!has_column(presence, i))
            continue;
        size_t before = out->len;
        uint64_t bits = sx_get_u64(values + (size_t)i * 8);
        struct sx_bytes text = {0};
        if (column->type == STRIA_STRING)
            text = sx_batch_string(batch, bits);
        sx_buf_put_u8(out, printed ? ',' : ' ');
        if (key && sx_line_put_name(out, column->name) &&
            sx_line_put_value(out, column->type, bits, text)) {
            printed++;
            continue;
        }
        out->len = before;
        left_out++;
    }
    if (printed)
        sx_line_put_end(out, (int64_t)sx_get_u64(row + SX_ROW_TIME));
    else
        out->len = start;
    return left_out;
}

stria_status sx_line_print_batch(struct sx_buf *out, const struct sx_batch *batch,
                                 uint64_t *left_out, stria_error *err)
{
    uint64_t count = 0;
    for (size_t i = 0; i < batch->run_count; i++) {
        const struct sx_batch_run *run = &batch->runs[i];
        const struct sx_batch_schema *schema = &batch->schemas[run->schema];
        size_t size = sx_row_size(schema->column_count, run->has_presence);
        for (uint32_t j = 0; j < run->row_count && !out->failed; j++)
            count += print_row(out, batch, schema, batch->rows.ptr + run->offset + j * size,
                               run->has_presence);
    }
    if (left_out)
        *left_out = count;
    return out->failed ? sx_buf_refused(out, "line protocol", err) : STRIA_OK;
}
