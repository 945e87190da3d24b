/* SPDX-License-Identifier: Apache-2.0 */
/* format_csv.c -- answers as InfluxDB 1.x writes them in CSV.
 *
 * Format      name,tags,time,value        once per statement, again when the columns change
 *             cpu,host=a,1000,1.5         tags: key=value,... escaped as in line protocol, without
 *                                         those whose value is empty
 *             A blank line between statements and before another header. A cell is quoted when it
 *             holds a comma, a quote or a line end, begins with white space, or is \. (Go's rules).
 * Why         The peer leaves errors of statements out of CSV; a reader then takes a failed
 *             statement for an empty one. Here they are a table of their own with the column
 *             `error`, as the peer writes errors of requests. */
#include "app/render/render_priv.h"
#include "base/float_format.h"
#include "base/int_text.h"
#include "base/utf8.h"

static bool is_space(uint32_t rune)
{
    return (rune >= '\t' && rune <= '\r') || rune == ' ' || rune == 0x85 || rune == 0xa0 ||
           rune == 0x1680 || (rune >= 0x2000 && rune <= 0x200a) || rune == 0x2028 ||
           rune == 0x2029 || rune == 0x202f || rune == 0x205f || rune == 0x3000;
}

static bool needs_quotes(struct sx_bytes cell)
{
    if (!cell.len)
        return false;
    if (sx_bytes_equal(cell, SX_LITERAL("\\.")))
        return true;
    for (size_t i = 0; i < cell.len; i++) {
        uint8_t byte = cell.ptr[i];
        if (byte == ',' || byte == '"' || byte == '\n' || byte == '\r')
            return true;
    }
    uint32_t rune;
    (void)sx_utf8_decode(cell, &rune);
    return is_space(rune);
}

static void put_cell(struct sx_buf *out, struct sx_bytes cell)
{
    if (!needs_quotes(cell)) {
        sx_buf_put_bytes(out, cell);
        return;
    }
    sx_buf_put_u8(out, '"');
    for (size_t i = 0; i < cell.len; i++) {
        if (cell.ptr[i] == '"')
            sx_buf_put_u8(out, '"');
        sx_buf_put_u8(out, cell.ptr[i]);
    }
    sx_buf_put_u8(out, '"');
}

static void put_tag_text(struct sx_buf *out, stria_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.ptr[i];
        if (byte == ',' || byte == '=' || byte == ' ')
            sx_buf_put_u8(out, '\\');
        sx_buf_put_u8(out, (uint8_t)byte);
    }
}

/* The cells "name" and "tags", which each row of a table begins with. */
static void make_front(struct sx_render_csv *csv, const stria_table *table)
{
    sx_buf_clear(&csv->line);
    for (size_t i = 0; i < table->tag_count; i++) {
        if (!table->tags[i].value.len)
            continue;
        if (csv->line.len)
            sx_buf_put_u8(&csv->line, ',');
        put_tag_text(&csv->line, table->tags[i].key);
        sx_buf_put_u8(&csv->line, '=');
        put_tag_text(&csv->line, table->tags[i].value);
    }
    sx_buf_clear(&csv->front);
    put_cell(&csv->front, sx_bytes_from(table->name));
    sx_buf_put_u8(&csv->front, ',');
    put_cell(&csv->front, sx_buf_bytes(&csv->line));
}

static void make_header(struct sx_buf *line, const stria_table *table)
{
    sx_buf_clear(line);
    sx_buf_put_text(line, "name,tags");
    for (size_t i = 0; i < table->column_count; i++) {
        sx_buf_put_u8(line, ',');
        put_cell(line, sx_bytes_from(table->column_names[i]));
    }
    sx_buf_put_u8(line, '\n');
}

static void begin_table(struct sx_render *render)
{
    struct sx_render_csv *csv = &render->as.csv;
    make_front(csv, render->walk.table);
    bool failed = csv->front.failed || csv->line.failed;
    make_header(&csv->line, render->walk.table);
    if (!csv->statement_any ||
        !sx_bytes_equal(sx_buf_bytes(&csv->line), sx_buf_bytes(&csv->header))) {
        if (csv->any)
            sx_buf_put_u8(render->out, '\n');
        sx_buf_put_bytes(render->out, sx_buf_bytes(&csv->line));
        struct sx_buf old = csv->header;
        csv->header = csv->line;
        csv->line = old;
    }
    csv->any = true;
    csv->statement_any = true;
    if (failed || csv->header.failed || csv->line.failed)
        render->out->failed = true;
}

static void put_value(struct sx_render *render, const stria_values *values, size_t row)
{
    struct sx_buf *out = render->out;
    if (!sx_value_present(values, row) || !sx_buf_reserve(out, SX_CELL_SIZE_MAX))
        return;
    uint8_t *p = out->ptr + out->len;
    switch (values->type) {
    case STRIA_FLOAT:
        out->len += sx_float_write_plain(p, ((const double *)values->values)[row]);
        break;
    case STRIA_INT:
        out->len += sx_int_write(p, ((const int64_t *)values->values)[row]);
        break;
    case STRIA_UINT:
        out->len += sx_uint_write(p, ((const uint64_t *)values->values)[row]);
        break;
    case STRIA_BOOL:
        sx_buf_put_text(out, ((const uint8_t *)values->values)[row] ? "true" : "false");
        break;
    case STRIA_STRING:
        put_cell(out, sx_bytes_from(((const stria_bytes *)values->values)[row]));
        break;
    case STRIA_TIME:
        out->len += sx_render_write_time(render, p, ((const int64_t *)values->values)[row]);
        break;
    case STRIA_NONE:
        break;
    }
}

static void put_rows(struct sx_render *render)
{
    const stria_batch *batch = render->walk.batch;
    while (sx_walk_rows_left(&render->walk) && !sx_render_is_full(render)) {
        sx_buf_put_bytes(render->out, sx_buf_bytes(&render->as.csv.front));
        for (size_t i = 0; i < batch->column_count; i++) {
            sx_buf_put_u8(render->out, ',');
            put_value(render, &batch->columns[i], render->walk.row);
        }
        sx_buf_put_u8(render->out, '\n');
        render->walk.row++;
        render->row_count++;
    }
}

void sx_render_csv_error(struct sx_buf *out, struct sx_bytes text)
{
    sx_buf_put_text(out, "error\n");
    put_cell(out, text);
    sx_buf_put_u8(out, '\n');
}

void sx_format_csv_event(struct sx_render *render, enum sx_walk_at at)
{
    struct sx_render_csv *csv = &render->as.csv;
    switch (at) {
    case SX_AT_BEGIN:
    case SX_AT_TABLE_END:
        break;
    case SX_AT_STATEMENT:
        csv->statement_any = false;
        break;
    case SX_AT_TABLE:
        begin_table(render);
        break;
    case SX_AT_ROWS:
        put_rows(render);
        break;
    case SX_AT_STATEMENT_END:
    case SX_AT_END:
        if (!render->walk.status)
            break;
        if (csv->any)
            sx_buf_put_u8(render->out, '\n');
        csv->any = true;
        sx_render_csv_error(render->out, sx_bytes_of(render->walk.err.text));
        break;
    }
}
