/* SPDX-License-Identifier: Apache-2.0 */
/* export_server.c -- see export.h: the rows of a server, by SELECT * and GROUP BY *.
 *
 * Algorithm   For each measurement: its fields' types, then its rows; columns are given the types
 *             of the fields before they are printed. A whole number stands for the same float: it
 *             was printed from one, with the fewest digits that tell it. */
#include "app/cli/export.h"

#include "base/arena.h"
#include "base/error.h"

#include <inttypes.h>

#define NAMES_SIZE_MAX ((size_t)64 << 20)

struct field {
    struct sx_bytes name;
    stria_type type;
};

struct fields {
    struct sx_mem *mem;
    struct sx_arena arena;
    struct field *items;
    size_t count, capacity;
};

/* ---- asking ---- */

typedef stria_status (*each_row)(void *context, const stria_table *table, const stria_batch *batch,
                                 size_t row, stria_error *err);

static struct sx_bytes cell_text(const stria_batch *batch, size_t column, size_t row)
{
    if (column >= batch->column_count || batch->columns[column].type != STRIA_STRING)
        return (struct sx_bytes){0};
    stria_bytes text = ((const stria_bytes *)batch->columns[column].values)[row];
    return sx_bytes_make(text.ptr, text.len);
}

static stria_status for_rows(struct sx_asked *asked, const stria_table *table, each_row each,
                             void *context, stria_error *err)
{
    const stria_batch *batch;
    stria_status st;
    while (!(st = asked->rows.next_batch(asked->rows.context, &batch, err)) && batch)
        for (size_t row = 0; row < batch->row_count; row++)
            if ((st = each(context, table, batch, row, err)))
                return st;
    return st;
}

/* Asks, and calls `each` for every row of the answer. */
static stria_status ask(struct sx_export *export, const struct sx_buf *text, each_row each,
                        void *context, stria_error *err)
{
    struct sx_asked asked;
    const stria_statement *statement;
    const stria_table *table;
    const struct sx_question question = {
        .text = sx_buf_bytes(text), .database = export->database, .policy = export->policy};
    if (text->failed)
        return sx_buf_refused(text, "a query", err);
    stria_status st = sx_source_ask(export->source, &question, &asked, err);
    if (st)
        return st;
    st = asked.rows.next_statement(asked.rows.context, &statement, err);
    while (!st && statement && !(st = asked.rows.next_series(asked.rows.context, &table, err)) &&
           table)
        st = for_rows(&asked, table, each, context, err);
    sx_asked_end(&asked);
    return st;
}

/* ---- types of fields ---- */

static stria_type type_of_name(struct sx_bytes name)
{
    for (stria_type type = STRIA_FLOAT; type <= STRIA_STRING; type++)
        if (sx_bytes_equal(name, sx_bytes_of(stria_type_name(type))))
            return type;
    return STRIA_NONE;
}

static struct field *find_field(const struct fields *fields, struct sx_bytes name)
{
    for (size_t i = 0; i < fields->count; i++)
        if (sx_bytes_equal(fields->items[i].name, name))
            return &fields->items[i];
    return NULL;
}

/* A row of SHOW FIELD KEYS: name and type. A second type of a name makes it NONE. */
static stria_status take_field(void *context, const stria_table *table, const stria_batch *batch,
                               size_t row, stria_error *err)
{
    struct fields *fields = context;
    struct sx_bytes name = cell_text(batch, 0, row);
    (void)table;
    struct field *known = find_field(fields, name);
    if (known) {
        known->type = STRIA_NONE;
        return STRIA_OK;
    }
    if (!SX_GROW(fields->mem, fields->items, fields->capacity, fields->count + 1))
        return sx_mem_refused(fields->mem, sizeof *fields->items, err);
    struct sx_bytes copy = sx_arena_dup(&fields->arena, name);
    if (!copy.ptr)
        return sx_mem_refused(fields->mem, name.len, err);
    fields->items[fields->count++] = (struct field){copy, type_of_name(cell_text(batch, 1, row))};
    return STRIA_OK;
}

/* ---- columns in the types of their fields ---- */

static bool is_number(stria_type type)
{
    return type == STRIA_FLOAT || type == STRIA_INT || type == STRIA_UINT || type == STRIA_TIME;
}

static double number_of(const stria_values *values, size_t row)
{
    if (values->type == STRIA_FLOAT)
        return ((const double *)values->values)[row];
    if (values->type == STRIA_UINT)
        return (double)((const uint64_t *)values->values)[row];
    return (double)((const int64_t *)values->values)[row];
}

/* Changes a column of whole numbers to what its field is; others are what they look like. */
static stria_status retype(struct sx_arena *arena, stria_values *values, stria_type type,
                           size_t row_count, stria_error *err)
{
    if (type == STRIA_NONE && is_number(values->type))
        type = STRIA_FLOAT;
    if (values->type == type || !is_number(values->type) || !is_number(type))
        return STRIA_OK;
    if (type != STRIA_FLOAT) { /* small enough for both, or not of this field */
        if (values->type != STRIA_FLOAT)
            values->type = type;
        return STRIA_OK;
    }
    double *floats = sx_arena_array(arena, row_count, sizeof *floats);
    if (!floats)
        return sx_mem_refused(arena->mem, row_count * sizeof *floats, err);
    for (size_t row = 0; row < row_count; row++)
        floats[row] = number_of(values, row);
    values->values = floats;
    values->type = STRIA_FLOAT;
    return STRIA_OK;
}

static stria_status put_batch(struct sx_export *export, const struct fields *fields,
                              const stria_table *table, const stria_batch *batch, stria_error *err)
{
    struct sx_arena arena;
    stria_status st = STRIA_OK;
    sx_arena_init(&arena, fields->mem, 65536);
    stria_values *columns = sx_arena_array(&arena, batch->column_count, sizeof *columns);
    if (!columns)
        st = sx_mem_refused(fields->mem, batch->column_count * sizeof *columns, err);
    for (size_t i = 0; i < batch->column_count && !st; i++) {
        stria_bytes name = table->column_names[i];
        const struct field *field = find_field(fields, sx_bytes_make(name.ptr, name.len));
        columns[i] = batch->columns[i];
        if (i > 0)
            st = retype(&arena, &columns[i], field ? field->type : STRIA_NONE, batch->row_count,
                        err);
    }
    if (!st && columns[0].type != STRIA_TIME)
        st = sx_fail(err, STRIA_IO, "the server's answer has an unknown form: no times");
    if (!st)
        st = sx_export_batch(export, &(stria_batch){batch->row_count, columns, batch->column_count},
                             err);
    sx_arena_deinit(&arena);
    return st;
}

static stria_status put_tables(struct sx_export *export, const struct fields *fields,
                               struct sx_asked *asked, stria_error *err)
{
    struct sx_row_source *rows = &asked->rows;
    const stria_table *table;
    const stria_batch *batch;
    stria_status st;
    while (!(st = rows->next_series(rows->context, &table, err)) && table) {
        st = sx_lp_out_table(&export->lines, table, err);
        while (!st && sx_out_open(export->out) &&
               !(st = rows->next_batch(rows->context, &batch, err)) && batch)
            st = put_batch(export, fields, table, batch, err);
        if (st || !sx_out_open(export->out))
            break;
    }
    return st;
}

static void put_select(const struct sx_export *export, struct sx_bytes measurement,
                       struct sx_buf *text)
{
    sx_buf_put_text(text, "SELECT * FROM ");
    if (export->policy && *export->policy) {
        sx_put_quoted_name(text, sx_bytes_of(export->policy));
        sx_buf_put_u8(text, '.');
    }
    sx_put_quoted_name(text, measurement);
    bool from = export->min_ns > STRIA_TIME_MIN, to = export->max_ns < STRIA_TIME_MAX;
    if (from)
        sx_buf_printf(text, " WHERE time >= %" PRId64, export->min_ns);
    if (to)
        sx_buf_printf(text, " %s time <= %" PRId64, from ? "AND" : "WHERE", export->max_ns);
    sx_buf_put_text(text, " GROUP BY *");
}

static stria_status put_measurement(struct sx_export *export, struct sx_bytes name,
                                    stria_error *err)
{
    struct sx_mem *mem = export->source->mem;
    struct fields fields = {.mem = mem};
    struct sx_buf text;
    struct sx_asked asked;
    const stria_statement *statement;
    sx_arena_init(&fields.arena, mem, 0);
    sx_buf_init(&text, mem, NAMES_SIZE_MAX);
    sx_buf_put_text(&text, "SHOW FIELD KEYS FROM ");
    sx_put_quoted_name(&text, name);
    stria_status st = ask(export, &text, take_field, &fields, err);
    for (size_t i = 0; i < fields.count; i++)
        export->several_type_count += fields.items[i].type == STRIA_NONE;
    sx_buf_clear(&text);
    put_select(export, name, &text);
    const struct sx_question question = {
        .text = sx_buf_bytes(&text), .database = export->database, .policy = export->policy};
    if (!st && text.failed)
        st = sx_buf_refused(&text, "a query", err);
    if (!st)
        st = sx_source_ask(export->source, &question, &asked, err);
    if (!st) {
        st = asked.rows.next_statement(asked.rows.context, &statement, err);
        if (!st && statement)
            st = put_tables(export, &fields, &asked, err);
        sx_asked_end(&asked);
    }
    sx_buf_deinit(&text);
    sx_mem_free(mem, fields.items);
    sx_arena_deinit(&fields.arena);
    return st;
}

/* Names one after the other, each ended by a NUL. */
static stria_status take_name(void *context, const stria_table *table, const stria_batch *batch,
                              size_t row, stria_error *err)
{
    struct sx_buf *names = context;
    (void)table;
    sx_buf_put_bytes(names, cell_text(batch, 0, row));
    sx_buf_put_u8(names, 0);
    return names->failed ? sx_buf_refused(names, "names of measurements", err) : STRIA_OK;
}

stria_status sx_export_server(struct sx_export *export, stria_error *err)
{
    struct sx_buf text, names;
    stria_status st = STRIA_OK;
    sx_buf_init(&text, export->source->mem, NAMES_SIZE_MAX);
    sx_buf_init(&names, export->source->mem, NAMES_SIZE_MAX);
    sx_buf_put_text(&text, "SHOW MEASUREMENTS");
    if (export->measurement)
        sx_buf_put(&names, export->measurement, strlen(export->measurement) + 1);
    else
        st = ask(export, &text, take_name, &names, err);
    struct sx_bytes rest = sx_buf_bytes(&names), name = {0}, end;
    while (!st && rest.len && sx_out_open(export->out)) {
        (void)sx_bytes_take(&rest, strlen((const char *)rest.ptr), &name);
        (void)sx_bytes_take(&rest, 1, &end);
        st = put_measurement(export, name, err);
    }
    sx_buf_deinit(&text);
    sx_buf_deinit(&names);
    return st;
}
