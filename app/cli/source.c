/* SPDX-License-Identifier: Apache-2.0 */
/* source.c -- see source.h. */
#include "app/cli/source.h"

stria_status sx_source_open_write(struct sx_source *source, struct sx_mem *mem, const char *path,
                                  const stria_options *options, stria_error *err)
{
    *source = (struct sx_source){.mem = mem, .read_only = options->read_only};
    return stria_open(path, options, &source->db, err);
}

stria_status sx_source_open_read(struct sx_source *source, struct sx_mem *mem, const char *path,
                                 stria_error *err)
{
    return sx_source_open_write(source, mem, path,
                                STRIA_OPTIONS(.read_only = true, .must_exist = true), err);
}

stria_status sx_source_open_url(struct sx_source *source, struct sx_mem *mem, const char *url,
                                stria_error *err)
{
    *source = (struct sx_source){.mem = mem};
    return sx_client_create(mem, url, &source->client, err);
}

stria_status sx_source_close(struct sx_source *source, stria_error *err)
{
    stria_status st = stria_close(source->db, err);
    sx_client_destroy(source->client);
    source->db = NULL;
    source->client = NULL;
    return st;
}

/* ---- answers of a server, as rows ---- */

static stria_status next_statement(void *context, const stria_statement **statement,
                                   stria_error *err)
{
    return sx_answer_next_statement(context, statement, err);
}

static stria_status next_series(void *context, const stria_table **table, stria_error *err)
{
    return sx_answer_next_series(context, table, err);
}

static stria_status next_batch(void *context, const stria_batch **batch, stria_error *err)
{
    return sx_answer_next_batch(context, batch, err);
}

static stria_status ask_server(struct sx_asked *asked, const struct sx_question *question,
                               stria_error *err)
{
    struct sx_client *client = asked->source->client;
    const struct sx_client_query query = {
        .text = question->text,
        .database = question->database,
        .policy = question->policy,
        .epoch = "ns",
        .may_change = true,
        .chunked = true,
    };
    stria_status st = sx_client_query(client, &query, err);
    if (st)
        return st;
    st = sx_answer_create(asked->source->mem, sx_client_read, client, &asked->answer, err);
    if (st)
        sx_client_end(client);
    asked->rows = (struct sx_row_source){.context = asked->answer,
                                         .next_statement = next_statement,
                                         .next_series = next_series,
                                         .next_batch = next_batch};
    return st;
}

stria_status sx_source_ask(struct sx_source *source, const struct sx_question *question,
                           struct sx_asked *asked, stria_error *err)
{
    *asked = (struct sx_asked){.source = source};
    if (source->client)
        return ask_server(asked, question, err);
    const stria_query_options *options =
        STRIA_QUERY_OPTIONS(.database = question->database, .policy = question->policy);
    stria_status st = stria_query(source->db, (const char *)question->text.ptr, question->text.len,
                                  options, &asked->cursor, err);
    if (!st)
        asked->rows = sx_row_source_of_cursor(asked->cursor);
    return st;
}

void sx_asked_end(struct sx_asked *asked)
{
    stria_cursor_close(asked->cursor);
    sx_answer_destroy(asked->answer);
    if (asked->answer)
        sx_client_end(asked->source->client);
    *asked = (struct sx_asked){0};
}

void sx_asked_cancel(struct sx_asked *asked)
{
    if (asked->cursor)
        stria_cursor_cancel(asked->cursor);
    else
        sx_client_cancel(asked->source->client);
}

stria_status sx_source_execute(struct sx_source *source, const struct sx_question *question,
                               stria_error *err)
{
    struct sx_asked asked;
    const stria_statement *statement;
    const stria_table *table;
    stria_status st = sx_source_ask(source, question, &asked, err);
    if (st)
        return st;
    void *context = asked.rows.context;
    while (!(st = asked.rows.next_statement(context, &statement, err)) && statement) {
        while (!(st = asked.rows.next_series(context, &table, err)) && table)
            ;
        if (st)
            break;
    }
    sx_asked_end(&asked);
    return st;
}

void sx_put_quoted_name(struct sx_buf *out, struct sx_bytes name)
{
    sx_buf_put_u8(out, '"');
    for (size_t i = 0; i < name.len; i++) {
        uint8_t byte = name.ptr[i];
        if (byte == '"' || byte == '\\')
            sx_buf_put_u8(out, '\\');
        if (byte == '\n')
            sx_buf_put_text(out, "\\n");
        else
            sx_buf_put_u8(out, byte);
    }
    sx_buf_put_u8(out, '"');
}
