/* SPDX-License-Identifier: Apache-2.0 */
/* format_json.c -- answers as InfluxDB 1.x writes them in JSON.
 *
 * Format      {"results":[{"statement_id":0,"series":[{"name":"cpu","tags":{"host":"a"},
 *             "columns":["time","v"],"values":[["2000-01-01T00:00:00Z",1]]}],
 *             "messages":[{"level":"warning","text":"..."}],"partial":true,"error":"..."}]} LF
 *             Keys without content are left out. Chunked: one such document a line for each
 *             chunk_row_count rows of a series; "partial":true in the series when more of its rows
 *             follow, in the result when more of the statement follows; a series that the peer does
 *             not make in chunks is in one, and never partial. Not chunked: "partial":true
 *             behind a series of more than 10,000 rows although all are there, as with the peer,
 *             which puts such an answer together from chunks of so many.
 * Why         When a statement fails after some of its series were written, the peer, which holds
 *             the whole answer, leaves them out. Here they are taken back if they were not handed
 *             to the caller yet; else the error stands behind them. */
#include "app/render/render_priv.h"

static void begin_document(struct sx_json *text)
{
    text->first = true;
    text->depth = 0;
    sx_json_open(text, '{');
    sx_json_key(text, "results");
    sx_json_open(text, '[');
}

static void end_document(struct sx_json *text)
{
    sx_json_close(text, ']');
    sx_json_close(text, '}');
    sx_buf_put_u8(text->out, '\n');
}

static void begin_result(struct sx_json *text, const stria_statement *statement)
{
    sx_json_item(text);
    sx_json_open(text, '{');
    sx_json_key(text, "statement_id");
    sx_json_uint(text, statement->index);
}

static void put_message(struct sx_json *text, const char *level, const char *message)
{
    sx_json_item(text);
    sx_json_open(text, '{');
    sx_json_key(text, "level");
    sx_json_text(text, level);
    sx_json_key(text, "text");
    sx_json_text(text, message);
    sx_json_close(text, '}');
}

/* The warnings known before, and what is missing from an answer. */
static void put_messages(struct sx_json *text, const stria_statement *statement,
                         const char *missing)
{
    uint32_t count = statement ? statement->message_count : 0;
    if (!count && !missing)
        return;
    sx_json_key(text, "messages");
    sx_json_open(text, '[');
    for (uint32_t i = 0; i < count; i++)
        put_message(text, statement->levels[i], statement->messages[i]);
    if (missing)
        put_message(text, "warning", missing);
    sx_json_close(text, ']');
}

static void put_partial(struct sx_json *text)
{
    sx_json_key(text, "partial");
    sx_json_bool(text, true);
}

static void begin_table(struct sx_json *text, const stria_table *table)
{
    sx_json_item(text);
    sx_json_open(text, '{');
    if (table->name.len) {
        sx_json_key(text, "name");
        sx_json_string(text, sx_bytes_from(table->name));
    }
    if (table->tag_count) {
        sx_json_key(text, "tags");
        sx_json_open(text, '{');
        for (size_t i = 0; i < table->tag_count; i++) {
            sx_json_key_bytes(text, sx_bytes_from(table->tags[i].key));
            sx_json_string(text, sx_bytes_from(table->tags[i].value));
        }
        sx_json_close(text, '}');
    }
    if (!table->column_count)
        return;
    sx_json_key(text, "columns");
    sx_json_open(text, '[');
    for (size_t i = 0; i < table->column_count; i++) {
        sx_json_item(text);
        sx_json_string(text, sx_bytes_from(table->column_names[i]));
    }
    sx_json_close(text, ']');
}

static void put_row_pretty(struct sx_render *render, size_t row)
{
    struct sx_json *text = &render->as.json.text;
    const stria_batch *batch = render->walk.batch;
    sx_json_item(text);
    sx_json_open(text, '[');
    for (size_t i = 0; i < batch->column_count; i++) {
        const stria_values *values = &batch->columns[i];
        sx_json_item(text);
        if (values->type == STRIA_STRING && sx_value_present(values, row)) {
            sx_json_string(text, sx_bytes_from(((const stria_bytes *)values->values)[row]));
        } else if (sx_buf_reserve(text->out, SX_CELL_SIZE_MAX)) {
            text->out->len +=
                sx_render_write_json_cell(render, text->out->ptr + text->out->len, values, row);
        }
    }
    sx_json_close(text, ']');
}

/* The hot loop of large answers: room is asked for once a row, and once a string. */
static void put_row_compact(struct sx_render *render, size_t row)
{
    struct sx_json *text = &render->as.json.text;
    struct sx_buf *out = text->out;
    const stria_batch *batch = render->walk.batch;
    if (!text->first)
        sx_buf_put_u8(out, ',');
    text->first = false;
    sx_buf_put_u8(out, '[');
    for (size_t i = 0; i < batch->column_count; i++) {
        const stria_values *values = &batch->columns[i];
        if (!sx_buf_reserve(out, SX_CELL_SIZE_MAX))
            return;
        if (i)
            out->ptr[out->len++] = ',';
        if (values->type == STRIA_STRING && sx_value_present(values, row))
            sx_json_put_string(out, sx_bytes_from(((const stria_bytes *)values->values)[row]));
        else
            out->len += sx_render_write_json_cell(render, out->ptr + out->len, values, row);
    }
    sx_buf_put_u8(out, ']');
}

static void open_values(struct sx_render_json *json)
{
    sx_json_key(&json->text, "values");
    sx_json_open(&json->text, '[');
    json->values_open = true;
}

/* Whether the peer makes the table in chunks: what it answers from its index it makes at once. */
static bool is_made_in_chunks(const stria_table *table)
{
    if (!table->column_count)
        return false;
    struct sx_bytes first = sx_bytes_from(table->column_names[0]);
    bool is_series = sx_bytes_equal(first, SX_LITERAL("key")) && table->column_count == 1;
    return table->column_types[0] == STRIA_TIME || is_series ||
           sx_bytes_equal(first, SX_LITERAL("fieldKey")) ||
           sx_bytes_equal(first, SX_LITERAL("count")); /* a cardinality */
}

static void end_table(struct sx_render_json *json, bool partial)
{
    if (json->values_open)
        sx_json_close(&json->text, ']');
    json->values_open = false;
    if (partial)
        put_partial(&json->text);
    sx_json_close(&json->text, '}');
}

/* Chunked: the document of the next rows of the table. */
static void begin_chunk(struct sx_render *render)
{
    struct sx_render_json *json = &render->as.json;
    begin_document(&json->text);
    begin_result(&json->text, render->walk.statement);
    sx_json_key(&json->text, "series");
    sx_json_open(&json->text, '[');
    begin_table(&json->text, render->walk.table);
    json->document_open = true;
    json->rows_in_document = 0;
}

static void end_chunk(struct sx_render *render, bool table_goes_on, bool statement_goes_on)
{
    struct sx_render_json *json = &render->as.json;
    end_table(json, table_goes_on);
    sx_json_close(&json->text, ']');
    put_messages(&json->text, json->document_count ? NULL : render->walk.statement, NULL);
    if (statement_goes_on)
        put_partial(&json->text);
    sx_json_close(&json->text, '}');
    end_document(&json->text);
    json->document_open = false;
    json->document_count++;
}

static void put_rows(struct sx_render *render)
{
    struct sx_render_json *json = &render->as.json;
    uint64_t chunk = json->in_chunks ? render->options.chunk_row_count : 0;
    if (chunk && json->rows_in_document >= chunk) {
        end_chunk(render, true, true);
        begin_chunk(render);
    }
    if (!json->values_open)
        open_values(json);
    size_t left = sx_walk_rows_left(&render->walk);
    if (chunk && left > chunk - json->rows_in_document)
        left = (size_t)(chunk - json->rows_in_document);
    size_t count = 0;
    while (count < left && !sx_render_is_full(render)) {
        if (render->options.pretty)
            put_row_pretty(render, render->walk.row + count);
        else
            put_row_compact(render, render->walk.row + count);
        count++;
    }
    render->walk.row += count;
    render->row_count += count;
    json->rows_in_document += count;
}

static const char *missing_text(const struct sx_render *render)
{
    return render->walk.status == STRIA_PARTIAL ? render->walk.err.text : NULL;
}

static bool has_error(const struct sx_render *render)
{
    return render->walk.status && render->walk.status != STRIA_PARTIAL;
}

static void put_error(struct sx_render *render)
{
    if (!has_error(render))
        return;
    sx_json_key(&render->as.json.text, "error");
    sx_json_text(&render->as.json.text, render->walk.err.text);
}

static void statement_end(struct sx_render *render)
{
    struct sx_render_json *json = &render->as.json;
    if (json->table_count && has_error(render) && render->statement_offset != SIZE_MAX) {
        render->out->len = render->statement_offset;
        json->text = json->before;
        begin_result(&json->text, render->walk.statement);
    } else if (json->table_count) {
        sx_json_close(&json->text, ']');
    }
    put_messages(&json->text, render->walk.statement, missing_text(render));
    put_error(render);
    sx_json_close(&json->text, '}');
}

static void begin_statement(struct sx_render *render)
{
    struct sx_render_json *json = &render->as.json;
    if (!json->document_open)
        begin_document(&json->text);
    json->document_open = true;
    json->table_count = 0;
    json->before = json->text;
    render->statement_offset = render->out->len;
    begin_result(&json->text, render->walk.statement);
}

/* The events of a single document. */
static void whole_event(struct sx_render *render, enum sx_walk_at at)
{
    struct sx_render_json *json = &render->as.json;
    switch (at) {
    case SX_AT_BEGIN:
        break;
    case SX_AT_STATEMENT:
        begin_statement(render);
        break;
    case SX_AT_TABLE:
        if (!json->table_count++) {
            sx_json_key(&json->text, "series");
            sx_json_open(&json->text, '[');
        }
        begin_table(&json->text, render->walk.table);
        json->rows_in_document = 0;
        json->in_chunks = is_made_in_chunks(render->walk.table);
        break;
    case SX_AT_ROWS:
        put_rows(render);
        break;
    case SX_AT_TABLE_END:
        end_table(json, json->in_chunks && json->rows_in_document > SX_RENDER_CHUNK_ROW_COUNT);
        break;
    case SX_AT_STATEMENT_END:
        statement_end(render);
        break;
    case SX_AT_END:
        if (json->document_open)
            sx_json_close(&json->text, ']');
        else
            sx_json_open(&json->text, '{'); /* no statement: {} */
        put_error(render);
        sx_json_close(&json->text, '}');
        sx_buf_put_u8(json->text.out, '\n');
        break;
    }
}

/* Chunked: what a statement has to say beside its rows. */
static void statement_end_chunked(struct sx_render *render)
{
    struct sx_render_json *json = &render->as.json;
    if (json->document_count && !render->walk.status)
        return;
    begin_document(&json->text);
    begin_result(&json->text, render->walk.statement);
    put_messages(&json->text, json->document_count ? NULL : render->walk.statement,
                 missing_text(render));
    put_error(render);
    sx_json_close(&json->text, '}');
    end_document(&json->text);
}

static void chunked_event(struct sx_render *render, enum sx_walk_at at)
{
    struct sx_render_json *json = &render->as.json;
    switch (at) {
    case SX_AT_BEGIN:
        break;
    case SX_AT_STATEMENT:
        json->document_count = 0;
        break;
    case SX_AT_TABLE:
        json->in_chunks = is_made_in_chunks(render->walk.table);
        begin_chunk(render);
        break;
    case SX_AT_ROWS:
        put_rows(render);
        break;
    case SX_AT_TABLE_END:
        end_chunk(render, false,
                  (json->in_chunks && render->walk.table_follows) || render->walk.status);
        break;
    case SX_AT_STATEMENT_END:
        statement_end_chunked(render);
        break;
    case SX_AT_END:
        if (has_error(render))
            sx_render_error(render->out, SX_RENDER_JSON, render->options.pretty,
                            sx_bytes_of(render->walk.err.text));
        break;
    }
}

void sx_format_json_event(struct sx_render *render, enum sx_walk_at at)
{
    struct sx_render_json *json = &render->as.json;
    json->text.out = render->out;
    if (render->options.chunk_row_count)
        chunked_event(render, at);
    else
        whole_event(render, at);
}

void sx_render_error(struct sx_buf *out, enum sx_render_format format, bool pretty,
                     struct sx_bytes text)
{
    if (format == SX_RENDER_CSV) {
        sx_render_csv_error(out, text);
        return;
    }
    struct sx_json json;
    sx_json_init(&json, out, pretty);
    sx_json_open(&json, '{');
    sx_json_key(&json, "error");
    sx_json_string(&json, text);
    sx_json_close(&json, '}');
    sx_buf_put_u8(out, '\n');
}
