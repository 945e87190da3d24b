/* SPDX-License-Identifier: Apache-2.0 */
/* literal_tables.c -- see literal_tables.h. */
#include "query/literal_tables.h"

#include "base/arena.h"
#include "base/error.h"
#include "model/vector.h"

#include <assert.h>

struct column {
    stria_bytes name;
    stria_type type;
    uint8_t *values; /* of sx_type_size each */
    size_t value_capacity;
    uint64_t *present;
    size_t word_capacity;
    size_t count;
    bool any_absent;
};

struct table {
    stria_table head;
    struct column *columns;
    size_t column_count, column_capacity;
    size_t next_column; /* of the row at hand */
};

struct sx_literal_tables {
    struct sx_table_source source; /* first */
    struct sx_mem *mem;
    struct sx_arena arena;
    struct table *tables;
    size_t table_count, table_capacity;
    bool failed;
    /* reading */
    size_t next_table;
    bool batch_given;
    stria_values *batch_columns;
    size_t batch_column_capacity;
    stria_batch batch;
};

static stria_bytes copy(struct sx_literal_tables *t, struct sx_bytes bytes)
{
    struct sx_bytes dup = sx_arena_dup(&t->arena, bytes);
    t->failed = t->failed || !dup.ptr;
    return (stria_bytes){.ptr = (const char *)dup.ptr, .len = dup.ptr ? dup.len : 0};
}

/* ---- making ---- */

void sx_literal_tables_begin(struct sx_literal_tables *t, struct sx_bytes name,
                             const stria_tag *tags, size_t tag_count)
{
    if (t->failed || !SX_GROW(t->mem, t->tables, t->table_capacity, t->table_count + 1)) {
        t->failed = true;
        return;
    }
    struct table *table = &t->tables[t->table_count++];
    *table = (struct table){.head = {.name = copy(t, name), .tag_count = tag_count}};
    stria_tag *copies = sx_arena_array(&t->arena, tag_count, sizeof *copies);
    t->failed = t->failed || !copies;
    for (size_t i = 0; i < tag_count && !t->failed; i++) {
        copies[i].key = copy(t, sx_bytes_make(tags[i].key.ptr, tags[i].key.len));
        copies[i].value = copy(t, sx_bytes_make(tags[i].value.ptr, tags[i].value.len));
    }
    table->head.tags = copies;
}

static struct table *current(struct sx_literal_tables *t)
{
    assert(t->table_count > 0);
    return &t->tables[t->table_count - 1];
}

void sx_literal_tables_column(struct sx_literal_tables *t, const char *name, stria_type type)
{
    if (t->failed)
        return;
    struct table *table = current(t);
    if (!SX_GROW(t->mem, table->columns, table->column_capacity, table->column_count + 1)) {
        t->failed = true;
        return;
    }
    table->columns[table->column_count++] =
        (struct column){.name = copy(t, sx_bytes_of(name)), .type = type};
}

/* Room for one value of the column at hand; NULL: refused. The row moves on. */
static void *next_value(struct sx_literal_tables *t, stria_type type, bool present)
{
    if (t->failed)
        return NULL;
    struct table *table = current(t);
    assert(table->column_count > 0);
    struct column *column = &table->columns[table->next_column];
    table->next_column = (table->next_column + 1) % table->column_count;
    assert(type == STRIA_NONE || sx_type_size(type) == sx_type_size(column->type));
    (void)type;
    size_t size = sx_type_size(column->type), words = column->count / 64 + 1;
    size_t old_words = column->word_capacity;
    if (!sx_mem_grow(t->mem, (void **)&column->values, &column->value_capacity, column->count + 1,
                     size) ||
        !SX_GROW(t->mem, column->present, column->word_capacity, words)) {
        t->failed = true;
        return NULL;
    }
    for (size_t i = old_words; i < column->word_capacity; i++)
        column->present[i] = 0;
    if (present)
        sx_bit_set(column->present, column->count);
    else
        column->any_absent = true;
    void *value = column->values + column->count++ * size;
    memset(value, 0, size);
    return value;
}

void sx_literal_tables_string(struct sx_literal_tables *t, struct sx_bytes value)
{
    stria_bytes *out = next_value(t, STRIA_STRING, true);
    if (out)
        *out = copy(t, value);
}

void sx_literal_tables_int(struct sx_literal_tables *t, int64_t value)
{
    int64_t *out = next_value(t, STRIA_INT, true);
    if (out)
        *out = value;
}

void sx_literal_tables_bool(struct sx_literal_tables *t, bool value)
{
    uint8_t *out = next_value(t, STRIA_BOOL, true);
    if (out)
        *out = value;
}

void sx_literal_tables_null(struct sx_literal_tables *t)
{
    (void)next_value(t, STRIA_NONE, false);
}

stria_status sx_literal_tables_finish(const struct sx_literal_tables *t, stria_error *err)
{
    return t->failed ? sx_mem_refused(t->mem, 256, err) : STRIA_OK;
}

/* ---- reading ---- */

/* The public shape of a table's columns, made when it is reached. */
static bool shape_head(struct sx_literal_tables *t, struct table *table)
{
    stria_bytes *names = sx_arena_array(&t->arena, table->column_count, sizeof *names);
    stria_type *types = sx_arena_array(&t->arena, table->column_count, sizeof *types);
    if (!names || !types)
        return false;
    for (size_t i = 0; i < table->column_count; i++) {
        names[i] = table->columns[i].name;
        types[i] = table->columns[i].type;
    }
    table->head.column_names = names;
    table->head.column_types = types;
    table->head.column_count = table->column_count;
    return true;
}

static stria_status next_table(struct sx_table_source *source, const stria_table **out,
                               stria_error *err)
{
    struct sx_literal_tables *t = (struct sx_literal_tables *)(void *)source;
    *out = NULL;
    if (t->next_table >= t->table_count)
        return STRIA_OK;
    struct table *table = &t->tables[t->next_table++];
    t->batch_given = false;
    if (!shape_head(t, table))
        return sx_mem_refused(t->mem, 256, err);
    *out = &table->head;
    return STRIA_OK;
}

static stria_status next_batch(struct sx_table_source *source, const stria_batch **out,
                               stria_error *err)
{
    struct sx_literal_tables *t = (struct sx_literal_tables *)(void *)source;
    *out = NULL;
    if (t->next_table == 0 || t->batch_given)
        return STRIA_OK;
    const struct table *table = &t->tables[t->next_table - 1];
    size_t row_count = table->column_count ? table->columns[table->column_count - 1].count : 0;
    t->batch_given = true;
    if (row_count == 0)
        return STRIA_OK;
    if (!SX_GROW(t->mem, t->batch_columns, t->batch_column_capacity, table->column_count))
        return sx_mem_refused(t->mem, table->column_count * sizeof *t->batch_columns, err);
    for (size_t i = 0; i < table->column_count; i++)
        t->batch_columns[i] = (stria_values){
            .type = table->columns[i].type,
            .values = table->columns[i].values,
            .present = table->columns[i].any_absent ? table->columns[i].present : NULL};
    t->batch = (stria_batch){
        .row_count = row_count, .columns = t->batch_columns, .column_count = table->column_count};
    *out = &t->batch;
    return STRIA_OK;
}

static void destroy(struct sx_table_source *source)
{
    struct sx_literal_tables *t = (struct sx_literal_tables *)(void *)source;
    for (size_t i = 0; i < t->table_count; i++) {
        for (size_t j = 0; j < t->tables[i].column_count; j++) {
            sx_mem_free(t->mem, t->tables[i].columns[j].values);
            sx_mem_free(t->mem, t->tables[i].columns[j].present);
        }
        sx_mem_free(t->mem, t->tables[i].columns);
    }
    sx_mem_free(t->mem, t->tables);
    sx_mem_free(t->mem, t->batch_columns);
    sx_arena_deinit(&t->arena);
    sx_mem_free(t->mem, t);
}

static const struct sx_table_source_ops ops = {
    .next_table = next_table, .next_batch = next_batch, .destroy = destroy};

struct sx_literal_tables *sx_literal_tables_create(struct sx_mem *mem)
{
    struct sx_literal_tables *t = sx_mem_zalloc(mem, sizeof *t);
    if (!t)
        return NULL;
    t->source.ops = &ops;
    t->mem = mem;
    sx_arena_init(&t->arena, mem, 4096);
    return t;
}

struct sx_table_source *sx_literal_tables_source(struct sx_literal_tables *t)
{
    return &t->source;
}
