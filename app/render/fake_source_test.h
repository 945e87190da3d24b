/* SPDX-License-Identifier: Apache-2.0 */
/* fake_source_test.h -- answers written down as tables, for the tests of this folder.
 *
 * Why         A format is tested on exact bytes: the test says what a cursor would give, also where
 *             and how it fails, and how rows are cut into batches.
 * Use         struct fake_source fake = {.statements = ..., .statement_count = ...};
 *             struct sx_row_source source = fake_source_of(&fake);
 * Threads     One owner. */
#ifndef SX_APP_RENDER_FAKE_SOURCE_TEST_H
#define SX_APP_RENDER_FAKE_SOURCE_TEST_H

#include "app/render/source.h"
#include "base/error.h"

#define FAKE_COLUMNS_MAX 8

struct fake_table {
    stria_table table;
    const stria_values *columns; /* row_count values each */
    size_t row_count;
    size_t batch_row_count; /* rows of a batch, a multiple of 64; 0: all in one */
    stria_status status;    /* of next_batch, where the rows end */
};

struct fake_statement {
    const struct fake_table *tables;
    size_t table_count;
    stria_status status; /* of next_series, where the tables end */
    const char *text;    /* of the error */
    const char *message; /* a warning, or NULL */
};

struct fake_source {
    const struct fake_statement *statements;
    size_t statement_count;
    stria_status status; /* of next_statement at the end */
    size_t statement_index, table_index, row;
    stria_statement statement;
    stria_values values[FAKE_COLUMNS_MAX];
    stria_batch batch;
    const char *level;
};

static inline size_t fake_size_of(stria_type type)
{
    return type == STRIA_STRING ? sizeof(stria_bytes) : type == STRIA_BOOL ? 1 : 8;
}

static inline stria_status fake_next_statement(void *context, const stria_statement **out,
                                               stria_error *err)
{
    struct fake_source *fake = context;
    *out = NULL;
    if (fake->statement_index == fake->statement_count)
        return fake->status ? sx_fail(err, fake->status, "the source broke") : STRIA_OK;
    const struct fake_statement *statement = &fake->statements[fake->statement_index];
    fake->level = "warning";
    fake->statement = (stria_statement){.index = (uint32_t)fake->statement_index++,
                                        .message_count = statement->message ? 1 : 0,
                                        .levels = &fake->level,
                                        .messages = &statement->message};
    fake->table_index = 0;
    *out = &fake->statement;
    return STRIA_OK;
}

static inline stria_status fake_next_series(void *context, const stria_table **out,
                                            stria_error *err)
{
    struct fake_source *fake = context;
    const struct fake_statement *statement = &fake->statements[fake->statement.index];
    *out = NULL;
    if (fake->table_index == statement->table_count)
        return statement->status ? sx_fail(err, statement->status, "%s", statement->text)
                                 : STRIA_OK;
    fake->row = 0;
    *out = &statement->tables[fake->table_index++].table;
    return STRIA_OK;
}

static inline stria_status fake_next_batch(void *context, const stria_batch **out, stria_error *err)
{
    struct fake_source *fake = context;
    const struct fake_table *table =
        &fake->statements[fake->statement.index].tables[fake->table_index - 1];
    *out = NULL;
    size_t left = table->row_count - fake->row;
    if (!left)
        return table->status ? sx_fail(err, table->status, "the batch broke") : STRIA_OK;
    size_t count =
        table->batch_row_count && table->batch_row_count < left ? table->batch_row_count : left;
    for (size_t i = 0; i < table->table.column_count; i++) {
        const stria_values *from = &table->columns[i];
        fake->values[i] = (stria_values){
            .type = from->type,
            .values = (const char *)from->values + fake->row * fake_size_of(from->type),
            .present = from->present ? from->present + fake->row / 64 : NULL};
    }
    fake->row += count;
    fake->batch = (stria_batch){
        .row_count = count, .columns = fake->values, .column_count = table->table.column_count};
    *out = &fake->batch;
    return STRIA_OK;
}

static inline struct sx_row_source fake_source_of(struct fake_source *fake)
{
    return (struct sx_row_source){.context = fake,
                                  .next_statement = fake_next_statement,
                                  .next_series = fake_next_series,
                                  .next_batch = fake_next_batch};
}

#define FAKE_TEXT(text)                                                                            \
    {                                                                                              \
        .ptr = "" text, .len = sizeof(text) - 1                                                    \
    }

#endif
