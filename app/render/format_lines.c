/* SPDX-License-Identifier: Apache-2.0 */
/* format_lines.c -- answers as JSON lines: one row a line, for programs that read line by line.
 *
 * Format      {"name":"cpu","tags":{"host":"a"},"row":{"time":"2000-01-01T00:00:00Z","v":1}}
 *             name and tags are left out when there are none; what a row has no value for is null.
 *             A failed statement: {"statement_id":1,"error":"..."}; what an answer lacks:
 *             {"statement_id":1,"warning":"..."}. */
#include "app/render/render_priv.h"

/* Everything of a row's line up to its first column: the same for each row of a table. */
static void begin_table(struct sx_render *render)
{
    struct sx_buf *front = &render->as.lines.front;
    const stria_table *table = render->walk.table;
    struct sx_json json;
    sx_buf_clear(front);
    sx_json_init(&json, front, false);
    sx_json_open(&json, '{');
    if (table->name.len) {
        sx_json_key(&json, "name");
        sx_json_string(&json, sx_bytes_from(table->name));
    }
    if (table->tag_count) {
        sx_json_key(&json, "tags");
        sx_json_open(&json, '{');
        for (size_t i = 0; i < table->tag_count; i++) {
            sx_json_key_bytes(&json, sx_bytes_from(table->tags[i].key));
            sx_json_string(&json, sx_bytes_from(table->tags[i].value));
        }
        sx_json_close(&json, '}');
    }
    sx_json_key(&json, "row");
    if (front->failed)
        render->out->failed = true;
}

static void put_row(struct sx_render *render)
{
    const stria_batch *batch = render->walk.batch;
    const stria_table *table = render->walk.table;
    size_t row = render->walk.row;
    struct sx_json json;
    sx_json_init(&json, render->out, false);
    sx_buf_put_bytes(render->out, sx_buf_bytes(&render->as.lines.front));
    sx_json_open(&json, '{');
    for (size_t i = 0; i < batch->column_count; i++) {
        const stria_values *values = &batch->columns[i];
        sx_json_key_bytes(&json, sx_bytes_from(table->column_names[i]));
        if (values->type == STRIA_STRING && sx_value_present(values, row))
            sx_json_string(&json, sx_bytes_from(((const stria_bytes *)values->values)[row]));
        else if (sx_buf_reserve(render->out, SX_CELL_SIZE_MAX))
            render->out->len +=
                sx_render_write_json_cell(render, render->out->ptr + render->out->len, values, row);
    }
    sx_json_close(&json, '}');
    sx_buf_put_text(render->out, "}\n");
}

static void put_note(struct sx_render *render, const char *key, const char *text)
{
    struct sx_json json;
    sx_json_init(&json, render->out, false);
    sx_json_open(&json, '{');
    if (render->walk.statement) {
        sx_json_key(&json, "statement_id");
        sx_json_uint(&json, render->walk.statement->index);
    }
    sx_json_key(&json, key);
    sx_json_text(&json, text);
    sx_json_close(&json, '}');
    sx_buf_put_u8(render->out, '\n');
}

void sx_format_lines_event(struct sx_render *render, enum sx_walk_at at)
{
    switch (at) {
    case SX_AT_BEGIN:
    case SX_AT_TABLE_END:
        break;
    case SX_AT_STATEMENT:
        for (uint32_t i = 0; i < render->walk.statement->message_count; i++)
            put_note(render, render->walk.statement->levels[i],
                     render->walk.statement->messages[i]);
        break;
    case SX_AT_TABLE:
        begin_table(render);
        break;
    case SX_AT_ROWS:
        while (sx_walk_rows_left(&render->walk) && !sx_render_is_full(render)) {
            put_row(render);
            render->walk.row++;
            render->row_count++;
        }
        break;
    case SX_AT_STATEMENT_END:
    case SX_AT_END:
        if (render->walk.status)
            put_note(render, render->walk.status == STRIA_PARTIAL ? "warning" : "error",
                     render->walk.err.text);
        break;
    }
}
