/* SPDX-License-Identifier: Apache-2.0 */
/* lp_out.c -- see lp_out.h.
 *
 * Algorithm   Names are escaped once a table; a row is pieces put one behind the other. In names a
 *             backslash gets no escape; but a reader takes one before a delimiter for an escape,
 *             even where the delimiter needs none: there the delimiter gets one after all. */
#include "app/cli/lp_out.h"

#include "base/error.h"
#include "base/float_format.h"
#include "base/int_text.h"

#include <math.h>

#define NAME_SIZE_MAX ((size_t)1 << 20)

struct sx_lp_column {
    size_t offset, len; /* of its "name=" in names */
    bool has_name;      /* it has a form */
    bool again;         /* the column before has the same name */
};

/* What a kind of name asks for. */
struct name_kind {
    const char *escaped;        /* bytes that get a backslash */
    const char *escaped_behind; /* those that get one right behind a backslash */
    const char *first_not;      /* bytes it must not begin with */
};

static const struct name_kind measurement_name = {", ", "=\"", "#\t"};
static const struct name_kind tag_name = {", =", "", ""};
static const struct name_kind field_name = {", =", "\"", "\t"};

void sx_lp_out_init(struct sx_lp_out *lp, struct sx_mem *mem)
{
    *lp = (struct sx_lp_out){.mem = mem};
    sx_buf_init(&lp->head, mem, NAME_SIZE_MAX);
    sx_buf_init(&lp->names, mem, (size_t)64 << 20);
}

void sx_lp_out_deinit(struct sx_lp_out *lp)
{
    sx_buf_deinit(&lp->head);
    sx_buf_deinit(&lp->names);
    sx_mem_free(lp->mem, lp->columns);
}

/* ---- names ---- */

static bool one_of(const char *set, char byte)
{
    return byte && strchr(set, byte);
}

static bool begins_well(stria_bytes name, const struct name_kind *kind)
{
    bool tag = kind == &tag_name;
    return name.len && (tag || name.ptr[0]) && !one_of(kind->first_not, name.ptr[0]);
}

/* Appends a name; false: it has no form. */
static bool put_name(struct sx_buf *out, stria_bytes name, const struct name_kind *kind)
{
    if (!begins_well(name, kind))
        return false;
    bool odd = false; /* behind an odd number of backslashes, in what is printed */
    char before = 0;
    for (size_t i = 0; i < name.len; i++) {
        char byte = name.ptr[i];
        if (byte == '\n' && !odd)
            return false;
        if (one_of(kind->escaped, byte) || (before == '\\' && one_of(kind->escaped_behind, byte)))
            sx_buf_put_u8(out, '\\');
        sx_buf_put_u8(out, (uint8_t)byte);
        odd = byte == '\\' && !odd;
        before = byte;
    }
    return before != '\\';
}

static bool is_time(stria_bytes name)
{
    return name.len == 4 && memcmp(name.ptr, "time", 4) == 0;
}

static bool put_head(struct sx_buf *head, const stria_table *table)
{
    bool good = put_name(head, table->name, &measurement_name);
    for (size_t i = 0; i < table->tag_count && good; i++) {
        const stria_tag *tag = &table->tags[i];
        if (!tag->value.len) /* an answer grouped by tags tells the absent ones so */
            continue;
        sx_buf_put_u8(head, ',');
        good = !is_time(tag->key) && put_name(head, tag->key, &tag_name);
        sx_buf_put_u8(head, '=');
        good = good && put_name(head, tag->value, &tag_name);
    }
    sx_buf_put_u8(head, ' ');
    return good;
}

static bool same_bytes(stria_bytes a, stria_bytes b)
{
    return sx_bytes_equal(sx_bytes_make(a.ptr, a.len), sx_bytes_make(b.ptr, b.len));
}

stria_status sx_lp_out_table(struct sx_lp_out *lp, const stria_table *table, stria_error *err)
{
    sx_buf_clear(&lp->head);
    sx_buf_clear(&lp->names);
    if (!SX_GROW(lp->mem, lp->columns, lp->column_capacity, table->column_count))
        return sx_mem_refused(lp->mem, table->column_count * sizeof *lp->columns, err);
    lp->has_head = put_head(&lp->head, table);
    for (size_t i = 1; i < table->column_count; i++) {
        struct sx_lp_column *column = &lp->columns[i];
        stria_bytes name = table->column_names[i];
        column->offset = lp->names.len;
        column->has_name = !is_time(name) && put_name(&lp->names, name, &field_name);
        sx_buf_put_u8(&lp->names, '=');
        column->len = lp->names.len - column->offset;
        column->again = i > 1 && same_bytes(name, table->column_names[i - 1]);
    }
    if (lp->head.failed)
        return sx_buf_refused(&lp->head, "names of a series", err);
    return lp->names.failed ? sx_buf_refused(&lp->names, "names of fields", err) : STRIA_OK;
}

/* ---- rows ---- */

static void put_string(struct sx_buf *out, stria_bytes text)
{
    const char *from = text.ptr, *end = text.ptr + text.len;
    sx_buf_put_u8(out, '"');
    for (const char *p = from; p < end; p++) {
        if (*p != '"' && *p != '\\')
            continue;
        sx_buf_put(out, from, (size_t)(p - from));
        sx_buf_put_u8(out, '\\');
        from = p;
    }
    sx_buf_put(out, from, (size_t)(end - from));
    sx_buf_put_u8(out, '"');
}

static bool has_value(const stria_values *values, size_t row)
{
    return !values->present || (values->present[row / 64] >> (row % 64) & 1);
}

static bool has_form(const stria_values *values, size_t row)
{
    return values->type != STRIA_FLOAT || isfinite(((const double *)values->values)[row]);
}

static void put_value(struct sx_buf *out, const stria_values *values, size_t row)
{
    uint8_t text[SX_FLOAT_TEXT_MAX];
    size_t len = 0;
    switch (values->type) {
    case STRIA_FLOAT:
        len = sx_float_write_json(text, ((const double *)values->values)[row]);
        break;
    case STRIA_INT:
    case STRIA_TIME:
        len = sx_int_write(text, ((const int64_t *)values->values)[row]);
        text[len++] = 'i';
        break;
    case STRIA_UINT:
        len = sx_uint_write(text, ((const uint64_t *)values->values)[row]);
        text[len++] = 'u';
        break;
    case STRIA_BOOL:
        sx_buf_put_text(out, ((const uint8_t *)values->values)[row] ? "true" : "false");
        return;
    case STRIA_STRING:
        put_string(out, ((const stria_bytes *)values->values)[row]);
        return;
    case STRIA_NONE:
        return;
    }
    sx_buf_put(out, text, len);
}

static void put_time(struct sx_buf *out, int64_t ts_ns)
{
    uint8_t digits[SX_INT_TEXT_MAX];
    sx_buf_put_u8(out, ' ');
    sx_buf_put(out, digits, sx_int_write(digits, ts_ns));
    sx_buf_put_u8(out, '\n');
}

/* One row: a line, and one more where a name comes again with another type. */
static void put_row(struct sx_lp_out *lp, const stria_batch *batch, size_t row, int64_t ts_ns,
                    struct sx_buf *text)
{
    bool on_line = false, name_used = false;
    uint64_t count = 0;
    for (size_t i = 1; i < batch->column_count; i++) {
        const struct sx_lp_column *column = &lp->columns[i];
        const stria_values *values = &batch->columns[i];
        name_used = name_used && column->again;
        if (!has_value(values, row))
            continue;
        if (!lp->has_head || !column->has_name || !has_form(values, row)) {
            lp->left_out_count++;
            continue;
        }
        if (name_used) {
            put_time(text, ts_ns);
            on_line = false;
        }
        if (on_line)
            sx_buf_put_u8(text, ',');
        else
            sx_buf_put_bytes(text, sx_buf_bytes(&lp->head));
        sx_buf_put(text, lp->names.ptr + column->offset, column->len);
        put_value(text, values, row);
        on_line = name_used = true;
        count++;
    }
    if (on_line)
        put_time(text, ts_ns);
    lp->sample_count += count;
    lp->row_count += count > 0;
}

stria_status sx_lp_out_batch(struct sx_lp_out *lp, const stria_batch *batch, int64_t min_ns,
                             int64_t max_ns, struct sx_buf *text, stria_error *err)
{
    const int64_t *times = batch->columns[0].values;
    for (size_t row = 0; row < batch->row_count && !text->failed; row++)
        if (times[row] >= min_ns && times[row] <= max_ns)
            put_row(lp, batch, row, times[row], text);
    return text->failed ? sx_buf_refused(text, "line protocol", err) : STRIA_OK;
}
