/* SPDX-License-Identifier: Apache-2.0 */
/* format_table.c -- answers as aligned tables, for people at a terminal.
 *
 * Format      name: cpu
 *             tags: host=a, region=b
 *             time                  usage  state
 *             --------------------  -----  -----
 *             2000-01-01T00:00:00Z    1.5  ok
 *             A blank line between tables; "error: ..." and "warning: ..." on lines of their own.
 * Algorithm   An answer is not held: widths come from the table's first batch, and a wider cell
 *             that comes later pushes its row to the right. Numbers stand right, the rest left.
 * Limits      Control characters in strings are shown as \n, \x1b: what is stored cannot steer the
 *             terminal. A code point counts as one place wide. */
#include "app/render/render_priv.h"
#include "base/float_format.h"
#include "base/int_text.h"
#include "base/utf8.h"

#include <math.h>

#define GAP "  "

static bool is_control(uint32_t rune)
{
    return rune < 0x20 || (rune >= 0x7f && rune < 0xa0) || rune == 0x2028 || rune == 0x2029 ||
           (rune >= 0x202a && rune <= 0x202e) || (rune >= 0x2066 && rune <= 0x2069);
}

/* Appends text that cannot steer a terminal. */
static void put_safe(struct sx_buf *out, struct sx_bytes text)
{
    while (text.len) {
        uint32_t rune;
        size_t size = sx_utf8_decode(text, &rune);
        if (rune == '\n')
            sx_buf_put_text(out, "\\n");
        else if (rune == '\t')
            sx_buf_put_text(out, "\\t");
        else if (is_control(rune))
            sx_buf_printf(out, rune < 0x100 ? "\\x%02x" : "\\u%04x", (unsigned)rune);
        else if (size == 1 && rune == SX_RUNE_ERROR)
            sx_buf_put_text(out, "\xef\xbf\xbd");
        else
            sx_buf_put(out, text.ptr, size);
        text = sx_bytes_make(text.ptr + size, text.len - size);
    }
}

static size_t width_of(struct sx_bytes text)
{
    size_t width = 0;
    for (size_t i = 0; i < text.len; i++)
        width += (text.ptr[i] & 0xc0) != 0x80;
    return width;
}

static size_t write_float(uint8_t *p, double v)
{
    return isfinite(v) ? sx_float_write_json(p, v) : sx_float_write_plain(p, v);
}

/* What is in the scratch buffer; if that was refused, so is the answer. */
static struct sx_bytes end_cell(struct sx_render *render)
{
    if (render->as.table.cell.failed)
        render->out->failed = true;
    return sx_buf_bytes(&render->as.table.cell);
}

/* The cell's text in the scratch buffer. */
static struct sx_bytes make_cell(struct sx_render *render, const stria_values *values, size_t row)
{
    struct sx_buf *cell = &render->as.table.cell;
    sx_buf_clear(cell);
    if (!sx_value_present(values, row) || !sx_buf_reserve(cell, SX_CELL_SIZE_MAX))
        return end_cell(render);
    switch (values->type) {
    case STRIA_FLOAT:
        cell->len = write_float(cell->ptr, ((const double *)values->values)[row]);
        break;
    case STRIA_INT:
        cell->len = sx_int_write(cell->ptr, ((const int64_t *)values->values)[row]);
        break;
    case STRIA_UINT:
        cell->len = sx_uint_write(cell->ptr, ((const uint64_t *)values->values)[row]);
        break;
    case STRIA_BOOL:
        sx_buf_put_text(cell, ((const uint8_t *)values->values)[row] ? "true" : "false");
        break;
    case STRIA_STRING:
        put_safe(cell, sx_bytes_from(((const stria_bytes *)values->values)[row]));
        break;
    case STRIA_TIME:
        cell->len = sx_render_write_time(render, cell->ptr, ((const int64_t *)values->values)[row]);
        break;
    case STRIA_NONE:
        break;
    }
    return end_cell(render);
}

static bool is_right(stria_type type)
{
    return type == STRIA_FLOAT || type == STRIA_INT || type == STRIA_UINT;
}

static void put_times(struct sx_buf *out, char byte, size_t count)
{
    uint8_t *p = sx_buf_extend(out, count);
    if (p && count)
        memset(p, byte, count);
}

/* One cell of a line; nothing is put behind the last. */
static void put_padded(struct sx_render *render, struct sx_bytes cell, size_t column)
{
    const stria_table *table = render->walk.table;
    size_t width = width_of(cell), wanted = render->as.table.widths[column];
    size_t pad = wanted > width ? wanted - width : 0;
    bool last = column + 1 == table->column_count;
    if (is_right(table->column_types[column])) {
        put_times(render->out, ' ', pad);
        pad = 0;
    }
    sx_buf_put_bytes(render->out, cell);
    if (last)
        return;
    put_times(render->out, ' ', pad);
    sx_buf_put_text(render->out, GAP);
}

static struct sx_bytes make_name(struct sx_render *render, size_t column)
{
    struct sx_buf *cell = &render->as.table.cell;
    sx_buf_clear(cell);
    put_safe(cell, sx_bytes_from(render->walk.table->column_names[column]));
    return end_cell(render);
}

/* Widths from the names and the rows at hand. */
static void measure(struct sx_render *render)
{
    const stria_batch *batch = render->walk.batch;
    for (size_t i = 0; i < render->walk.table->column_count; i++) {
        size_t width = width_of(make_name(render, i));
        for (size_t row = 0; row < batch->row_count; row++) {
            size_t cell = width_of(make_cell(render, &batch->columns[i], row));
            width = SX_MAX(width, cell);
        }
        render->as.table.widths[i] = (uint32_t)SX_MIN(width, UINT32_MAX);
    }
}

static void put_header(struct sx_render *render)
{
    size_t count = render->walk.table->column_count;
    if (!SX_GROW(render->mem, render->as.table.widths, render->as.table.width_capacity,
                 SX_MAX(count, 1))) {
        render->out->failed = true;
        return;
    }
    measure(render);
    for (size_t i = 0; i < count; i++)
        put_padded(render, make_name(render, i), i);
    sx_buf_put_u8(render->out, '\n');
    for (size_t i = 0; i < count; i++) {
        put_times(render->out, '-', SX_MAX(render->as.table.widths[i], 1));
        if (i + 1 < count)
            sx_buf_put_text(render->out, GAP);
    }
    sx_buf_put_u8(render->out, '\n');
}

static void put_gap(struct sx_render *render)
{
    if (render->as.table.any)
        sx_buf_put_u8(render->out, '\n');
    render->as.table.any = true;
}

/* What stands above the rows; a table without rows is not shown. */
static void begin_table(struct sx_render *render)
{
    const stria_table *table = render->walk.table;
    put_gap(render);
    if (table->name.len) {
        sx_buf_put_text(render->out, "name: ");
        put_safe(render->out, sx_bytes_from(table->name));
        sx_buf_put_u8(render->out, '\n');
    }
    for (size_t i = 0; i < table->tag_count; i++) {
        sx_buf_put_text(render->out, i ? ", " : "tags: ");
        put_safe(render->out, sx_bytes_from(table->tags[i].key));
        sx_buf_put_u8(render->out, '=');
        put_safe(render->out, sx_bytes_from(table->tags[i].value));
    }
    if (table->tag_count)
        sx_buf_put_u8(render->out, '\n');
    put_header(render);
    render->as.table.header_due = false;
}

static void put_rows(struct sx_render *render)
{
    const stria_batch *batch = render->walk.batch;
    if (render->as.table.header_due)
        begin_table(render);
    while (sx_walk_rows_left(&render->walk) && !sx_render_is_full(render)) {
        for (size_t i = 0; i < batch->column_count; i++)
            put_padded(render, make_cell(render, &batch->columns[i], render->walk.row), i);
        sx_buf_put_u8(render->out, '\n');
        render->walk.row++;
        render->row_count++;
    }
}

static void put_note(struct sx_render *render, const char *level, const char *text)
{
    sx_buf_put_text(render->out, level);
    sx_buf_put_text(render->out, ": ");
    put_safe(render->out, sx_bytes_of(text));
    sx_buf_put_u8(render->out, '\n');
}

void sx_format_table_event(struct sx_render *render, enum sx_walk_at at)
{
    const stria_statement *statement = render->walk.statement;
    switch (at) {
    case SX_AT_BEGIN:
        break;
    case SX_AT_STATEMENT:
        for (uint32_t i = 0; i < statement->message_count; i++)
            put_note(render, statement->levels[i], statement->messages[i]);
        break;
    case SX_AT_TABLE:
        render->as.table.header_due = true;
        break;
    case SX_AT_ROWS:
        put_rows(render);
        break;
    case SX_AT_TABLE_END:
        break;
    case SX_AT_STATEMENT_END:
    case SX_AT_END:
        if (!render->walk.status)
            break;
        put_gap(render);
        put_note(render, render->walk.status == STRIA_PARTIAL ? "warning" : "error",
                 render->walk.err.text);
        break;
    }
}
