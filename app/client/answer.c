/* SPDX-License-Identifier: Apache-2.0 */
/* answer.c -- see answer.h: the walk through the documents.
 *
 * Algorithm   The calls of the walk take steps (answer_step.c) until what they look for comes; one
 *             that goes too far leaves the step for the next call. */
#include "app/client/answer.h"

#include "app/client/answer_priv.h"
#include "base/error.h"

#define MESSAGES_SIZE_MAX ((size_t)1 << 20)

stria_status sx_answer_create(struct sx_mem *mem, sx_json_read read, void *context,
                              struct sx_answer **answer, stria_error *err)
{
    *answer = sx_mem_zalloc(mem, sizeof **answer);
    if (!*answer)
        return sx_mem_refused(mem, sizeof **answer, err);
    (*answer)->mem = mem;
    sx_json_reader_init(&(*answer)->reader, mem, read, context);
    sx_buf_init(&(*answer)->error, mem, MESSAGES_SIZE_MAX);
    sx_buf_init(&(*answer)->messages, mem, MESSAGES_SIZE_MAX);
    sx_arena_init(&(*answer)->arena, mem, 0);
    sx_answer_batch_init(&(*answer)->rows, mem);
    return STRIA_OK;
}

void sx_answer_destroy(struct sx_answer *answer)
{
    if (!answer)
        return;
    sx_json_reader_deinit(&answer->reader);
    sx_buf_deinit(&answer->error);
    sx_buf_deinit(&answer->messages);
    sx_arena_deinit(&answer->arena);
    sx_answer_batch_deinit(&answer->rows);
    sx_mem_free(answer->mem, answer->tags);
    sx_mem_free(answer->mem, answer->names);
    sx_mem_free(answer->mem, answer->types);
    sx_mem_free(answer->mem, answer);
}

/* ---- the walk ---- */

static stria_status told(struct sx_answer *answer, stria_error *err)
{
    answer->in_series = false;
    answer->partial = false;
    return sx_fail(err, STRIA_INVALID, "%.*s", (int)SX_MIN(answer->error.len, INT32_MAX),
                   answer->error.len ? (const char *)answer->error.ptr : "");
}

stria_status sx_answer_next_statement(struct sx_answer *answer, const stria_statement **statement,
                                      stria_error *err)
{
    *statement = NULL;
    answer->in_series = false;
    for (;;) {
        stria_status st = sx_answer_step(answer, err);
        if (st)
            return st;
        if (answer->step == SX_ANSWER_STEP_END) {
            answer->in_statement = false;
            return STRIA_OK;
        }
        if (answer->step == SX_ANSWER_STEP_ERROR && !answer->in_statement)
            return told(answer, err);
        if (answer->step == SX_ANSWER_STEP_RESULT &&
            (!answer->in_statement || answer->result_id != answer->statement.index))
            break;
    }
    answer->in_statement = true;
    answer->partial = false;
    answer->statement = (stria_statement){.index = (uint32_t)answer->result_id};
    *statement = &answer->statement;
    return STRIA_OK;
}

/* Reads rows into the batch until it is full or the series ends. */
static stria_status fill(struct sx_answer *answer, stria_error *err)
{
    struct sx_answer_batch *rows = &answer->rows;
    const stria_table *table = &answer->table;
    bool time = table->column_count && table->column_names[0].len == 4 &&
                memcmp(table->column_names[0].ptr, "time", 4) == 0;
    stria_status st = sx_answer_batch_begin(rows, table->column_count, time, err);
    while (!st && !answer->series_ended && rows->row_count < rows->row_max) {
        if (answer->place == SX_ANSWER_IN_VALUES) {
            struct sx_json_token token;
            st = sx_json_next(&answer->reader, &token, err);
            if (!st && token.kind == SX_JSON_ARRAY)
                st = sx_answer_batch_row(rows, &answer->reader, err);
            else
                answer->place = SX_ANSWER_BEHIND_VALUES;
            continue;
        }
        st = sx_answer_step(answer, err);
        if (st || answer->step == SX_ANSWER_STEP_SERIES)
            continue;
        bool more = answer->partial && (answer->step == SX_ANSWER_STEP_SERIES_END ||
                                        (answer->step == SX_ANSWER_STEP_RESULT &&
                                         answer->result_id == answer->statement.index));
        answer->series_ended = !more;
        answer->step_left = answer->series_ended && answer->step != SX_ANSWER_STEP_SERIES_END;
    }
    if (!st && rows->row_count)
        st = sx_answer_batch_finish(rows, err);
    return st;
}

static stria_status begin_table(struct sx_answer *answer, const stria_table **table,
                                stria_error *err)
{
    answer->table.tags = answer->tags;
    answer->table.column_names = answer->names;
    answer->table.column_types = answer->types;
    answer->series_ended = answer->place != SX_ANSWER_IN_VALUES;
    answer->partial = false;
    stria_status st = fill(answer, err);
    if (st)
        return st;
    answer->batch_ready = answer->rows.row_count > 0;
    answer->in_series = true;
    for (size_t i = 0; i < answer->table.column_count && answer->batch_ready; i++)
        answer->types[i] = answer->rows.columns[i].type;
    *table = &answer->table;
    return STRIA_OK;
}

stria_status sx_answer_next_series(struct sx_answer *answer, const stria_table **table,
                                   stria_error *err)
{
    bool continues = answer->in_series && !answer->series_ended;
    *table = NULL;
    answer->in_series = false;
    if (!answer->in_statement)
        return STRIA_OK;
    for (;;) {
        stria_status st = sx_answer_step(answer, err);
        if (st)
            return st;
        switch (answer->step) {
        case SX_ANSWER_STEP_ERROR:
            return told(answer, err);
        case SX_ANSWER_STEP_SERIES:
            if (!continues)
                return begin_table(answer, table, err);
            break;
        case SX_ANSWER_STEP_SERIES_END:
            continues = continues && answer->partial;
            answer->partial = continues;
            break;
        case SX_ANSWER_STEP_RESULT:
        case SX_ANSWER_STEP_END:
            if (answer->step == SX_ANSWER_STEP_RESULT &&
                answer->result_id == answer->statement.index)
                break;
            answer->step_left = true;
            answer->partial = false;
            return STRIA_OK;
        }
    }
}

stria_status sx_answer_next_batch(struct sx_answer *answer, const stria_batch **batch,
                                  stria_error *err)
{
    *batch = NULL;
    if (!answer->in_series)
        return STRIA_OK;
    if (!answer->batch_ready && !answer->series_ended) {
        stria_status st = fill(answer, err);
        if (st)
            return st;
        answer->batch_ready = answer->rows.row_count > 0;
    }
    if (!answer->batch_ready)
        return STRIA_OK;
    answer->batch_ready = false;
    answer->batch =
        (stria_batch){answer->rows.row_count, answer->rows.columns, answer->rows.column_count};
    *batch = &answer->batch;
    return STRIA_OK;
}

struct sx_bytes sx_answer_messages(struct sx_answer *answer)
{
    struct sx_bytes messages = sx_buf_bytes(&answer->messages);
    sx_buf_clear(&answer->messages);
    return messages;
}

/* ---- errors of requests ---- */

static stria_status read_document(void *context, void *bytes, size_t size, size_t *got,
                                  stria_error *err)
{
    struct sx_bytes *document = context, part = {0};
    (void)err;
    *got = SX_MIN(size, document->len);
    (void)sx_bytes_take(document, *got, &part);
    if (*got)
        memcpy(bytes, part.ptr, *got);
    return STRIA_OK;
}

/* Appends the text of "error" or "message" of a document; false: it has none. */
static bool put_error(struct sx_json_reader *reader, struct sx_buf *out)
{
    struct sx_json_token token;
    if (sx_json_next(reader, &token, NULL) || token.kind != SX_JSON_OBJECT)
        return false;
    while (!sx_json_next(reader, &token, NULL) && token.kind == SX_JSON_KEY) {
        bool known = sx_answer_is_key(&token, "error") || sx_answer_is_key(&token, "message");
        if (sx_json_next(reader, &token, NULL))
            return false;
        if (known && token.kind == SX_JSON_STRING) {
            sx_buf_put_bytes(out, token.text);
            return true;
        }
        if (sx_json_skip(reader, &token, NULL))
            return false;
    }
    return false;
}

void sx_answer_error_text(struct sx_mem *mem, struct sx_bytes document, struct sx_buf *out)
{
    struct sx_bytes left = document;
    struct sx_json_reader reader;
    sx_json_reader_init(&reader, mem, read_document, &left);
    if (!put_error(&reader, out)) {
        while (document.len && document.ptr[document.len - 1] <= ' ')
            document.len--;
        for (size_t i = 0; i < document.len; i++)
            sx_buf_put_u8(out, document.ptr[i] < ' ' ? ' ' : document.ptr[i]);
    }
    sx_json_reader_deinit(&reader);
}
