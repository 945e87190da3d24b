/* SPDX-License-Identifier: Apache-2.0 */
/* answer_batch.c -- rows of JSON values -> typed columns; see answer.h for the types. */
#include "app/client/answer_priv.h"

#include "base/error.h"
#include "base/float_parse.h"
#include "base/int_text.h"

#define CELLS_MAX 65536 /* of a batch, unless one row has more */
#define TEXT_SIZE_MAX ((size_t)1 << 30)
#define TEXT_SIZE_ENOUGH ((size_t)4 << 20) /* no more rows are read then */

void sx_answer_batch_init(struct sx_answer_batch *batch, struct sx_mem *mem)
{
    *batch = (struct sx_answer_batch){.mem = mem};
    sx_buf_init(&batch->text, mem, TEXT_SIZE_MAX);
    sx_arena_init(&batch->arena, mem, 65536);
}

void sx_answer_batch_deinit(struct sx_answer_batch *batch)
{
    sx_mem_free(batch->mem, batch->cells);
    sx_buf_deinit(&batch->text);
    sx_arena_deinit(&batch->arena);
}

stria_status sx_answer_unknown(const char *what, stria_error *err)
{
    return sx_fail(err, STRIA_IO, "the server's answer has an unknown form: %s", what);
}

stria_status sx_answer_batch_begin(struct sx_answer_batch *batch, size_t column_count,
                                   bool first_is_time, stria_error *err)
{
    batch->column_count = column_count;
    batch->first_is_time = first_is_time;
    batch->row_count = 0;
    batch->row_max = SX_MIN(CELLS_MAX / SX_MAX(column_count, 1), SX_ANSWER_ROWS_MAX);
    batch->row_max = SX_MAX(batch->row_max, 1);
    batch->columns = NULL;
    sx_buf_clear(&batch->text);
    sx_arena_reset(&batch->arena);
    size_t count = batch->row_max * column_count;
    if (count && !SX_GROW(batch->mem, batch->cells, batch->cell_capacity, count))
        return sx_mem_refused(batch->mem, count * sizeof *batch->cells, err);
    return STRIA_OK;
}

stria_status sx_answer_batch_row(struct sx_answer_batch *batch, struct sx_json_reader *reader,
                                 stria_error *err)
{
    size_t first_cell = batch->row_count * batch->column_count;
    struct sx_json_token token;
    stria_status st;
    for (size_t i = 0;; i++) {
        st = sx_json_next(reader, &token, err);
        if (st)
            return st;
        if (token.kind == SX_JSON_ARRAY_END && i == batch->column_count)
            break;
        if (token.kind == SX_JSON_ARRAY_END || i == batch->column_count)
            return sx_answer_unknown("a row with more or fewer values than columns", err);
        if (token.kind == SX_JSON_OBJECT || token.kind == SX_JSON_ARRAY)
            return sx_answer_unknown("a value that is an object or an array", err);
        batch->cells[first_cell + i] =
            (struct sx_answer_cell){token.kind, batch->text.len, token.text.len};
        sx_buf_put_bytes(&batch->text, token.text);
    }
    if (batch->text.failed)
        return sx_buf_refused(&batch->text, "rows of an answer", err);
    batch->row_count++;
    if (batch->text.len > TEXT_SIZE_ENOUGH)
        batch->row_max = batch->row_count;
    return STRIA_OK;
}

static const struct sx_answer_cell *cell_at(const struct sx_answer_batch *batch, size_t row,
                                            size_t column)
{
    return &batch->cells[row * batch->column_count + column];
}

static struct sx_bytes text_of(const struct sx_answer_batch *batch,
                               const struct sx_answer_cell *cell)
{
    static const char *const words[] = {[SX_JSON_TRUE] = "true", [SX_JSON_FALSE] = "false"};
    if (cell->kind == SX_JSON_TRUE || cell->kind == SX_JSON_FALSE)
        return sx_bytes_of(words[cell->kind]);
    return sx_bytes_make(cell->len ? batch->text.ptr + cell->offset : NULL, cell->len);
}

/* What a number can be, as a set: each of its bits is a type that it does not fit. */
enum { NOT_INT = 1, NOT_UINT = 2 };

static unsigned misfits_of(struct sx_bytes number)
{
    int64_t i64;
    uint64_t u64;
    if (sx_bytes_equal(number, SX_LITERAL("-0"))) /* only a float has it */
        return NOT_INT | NOT_UINT;
    return (sx_int_parse(number, &i64) ? NOT_INT : 0u) |
           (sx_uint_parse(number, &u64) ? NOT_UINT : 0u);
}

static stria_type type_of(const struct sx_answer_batch *batch, size_t column)
{
    bool numbers = false, bools = false, strings = false;
    unsigned misfits = 0;
    for (size_t row = 0; row < batch->row_count; row++) {
        const struct sx_answer_cell *cell = cell_at(batch, row, column);
        switch (cell->kind) {
        case SX_JSON_NUMBER:
            numbers = true;
            misfits |= misfits_of(text_of(batch, cell));
            break;
        case SX_JSON_TRUE:
        case SX_JSON_FALSE:
            bools = true;
            break;
        case SX_JSON_STRING:
            strings = true;
            break;
        default:
            break;
        }
    }
    if (strings || (numbers && bools))
        return STRIA_STRING;
    if (bools)
        return STRIA_BOOL;
    if (numbers && !(misfits & NOT_INT))
        return column == 0 && batch->first_is_time ? STRIA_TIME : STRIA_INT;
    return numbers && !(misfits & NOT_UINT) ? STRIA_UINT : STRIA_FLOAT;
}

/* False: the type does not fit, which type_of() rules out. */
static bool put_value(const struct sx_answer_batch *batch, const struct sx_answer_cell *cell,
                      stria_type type, void *values, size_t row)
{
    struct sx_bytes text = text_of(batch, cell);
    switch (type) {
    case STRIA_INT:
    case STRIA_TIME:
        return sx_int_parse(text, (int64_t *)values + row) == STRIA_OK;
    case STRIA_UINT:
        return sx_uint_parse(text, (uint64_t *)values + row) == STRIA_OK;
    case STRIA_FLOAT:
        return sx_float_parse(text, (double *)values + row) != STRIA_INVALID;
    case STRIA_BOOL:
        ((uint8_t *)values)[row] = cell->kind == SX_JSON_TRUE;
        return true;
    default:
        ((stria_bytes *)values)[row] = (stria_bytes){(const char *)text.ptr, text.len};
        return true;
    }
}

static stria_status make_column(struct sx_answer_batch *batch, size_t column, stria_error *err)
{
    static const size_t sizes[] = {
        [STRIA_FLOAT] = 8, [STRIA_INT] = 8,  [STRIA_UINT] = 8,
        [STRIA_BOOL] = 1,  [STRIA_TIME] = 8, [STRIA_STRING] = sizeof(stria_bytes),
    };
    stria_type type = type_of(batch, column);
    size_t word_count = (batch->row_count + 63) / 64;
    void *values = sx_arena_zalloc(&batch->arena, batch->row_count * sizes[type]);
    uint64_t *present = sx_arena_zalloc(&batch->arena, word_count * 8);
    if (!values || !present)
        return sx_mem_refused(batch->mem, batch->row_count * sizes[type], err);
    for (size_t row = 0; row < batch->row_count; row++) {
        const struct sx_answer_cell *cell = cell_at(batch, row, column);
        if (cell->kind != SX_JSON_NULL && put_value(batch, cell, type, values, row))
            present[row / 64] |= UINT64_C(1) << (row % 64);
    }
    batch->columns[column] = (stria_values){type, values, present};
    return STRIA_OK;
}

stria_status sx_answer_batch_finish(struct sx_answer_batch *batch, stria_error *err)
{
    size_t count = batch->column_count;
    stria_status st = STRIA_OK;
    batch->columns = sx_arena_array(&batch->arena, SX_MAX(count, 1), sizeof *batch->columns);
    if (!batch->columns)
        return sx_mem_refused(batch->mem, count * sizeof *batch->columns, err);
    for (size_t i = 0; i < count && !st; i++)
        st = make_column(batch, i, err);
    return st;
}
