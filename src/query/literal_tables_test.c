/* SPDX-License-Identifier: Apache-2.0 */
/* literal_tables_test.c -- tables that are made row by row are read as they were made. */
#include "query/literal_tables.h"

#include "base/golden_test.h"
#include "model/vector.h"

/* Two tables: one of tags and 2000 rows, more than a batch; one without rows. */
static struct sx_literal_tables *make(struct sx_mem *mem)
{
    static const stria_tag tags[] = {{.key = {"host", 4}, .value = {"a", 1}}};
    struct sx_literal_tables *tables = sx_literal_tables_create(mem);
    if (!tables)
        return NULL;
    sx_literal_tables_begin(tables, SX_LITERAL("first"), tags, 1);
    sx_literal_tables_column(tables, "text", STRIA_STRING);
    sx_literal_tables_column(tables, "number", STRIA_INT);
    sx_literal_tables_column(tables, "flag", STRIA_BOOL);
    for (int64_t i = 0; i < 2000; i++) {
        char text[20];
        (void)snprintf(text, sizeof text, "row %d", (int)i);
        sx_literal_tables_string(tables, sx_bytes_of(text));
        if (i % 3 == 0)
            sx_literal_tables_null(tables);
        else
            sx_literal_tables_int(tables, i);
        sx_literal_tables_bool(tables, i % 2 == 0);
    }
    sx_literal_tables_begin(tables, SX_LITERAL("second"), NULL, 0);
    sx_literal_tables_column(tables, "empty", STRIA_STRING);
    return tables;
}

static int64_t check_rows(const stria_batch *batch, int64_t row)
{
    assert_int_equal(batch->column_count, 3);
    for (size_t i = 0; i < batch->row_count; i++, row++) {
        char text[20];
        (void)snprintf(text, sizeof text, "row %d", (int)row);
        stria_bytes value = ((const stria_bytes *)batch->columns[0].values)[i];
        assert_int_equal(value.len, strlen(text));
        assert_memory_equal(value.ptr, text, value.len);
        const uint64_t *present = batch->columns[1].present;
        bool has = !present || sx_bit_get(present, i);
        assert_int_equal(has, row % 3 != 0);
        if (has)
            assert_int_equal(((const int64_t *)batch->columns[1].values)[i], row);
        assert_int_equal(((const uint8_t *)batch->columns[2].values)[i], row % 2 == 0);
    }
    return row;
}

static void test_tables_are_read_as_they_were_made(void **state)
{
    (void)state;
    struct test_mem memory;
    const stria_table *table;
    const stria_batch *batch;
    test_mem_init(&memory);
    struct sx_literal_tables *tables = make(&memory.mem);
    struct sx_table_source *source = sx_literal_tables_source(tables);
    assert_int_equal(sx_literal_tables_finish(tables, NULL), STRIA_OK);
    assert_int_equal(source->ops->next_table(source, &table, NULL), STRIA_OK);
    assert_int_equal(table->name.len, 5);
    assert_int_equal(table->tag_count, 1);
    assert_memory_equal(table->tags[0].value.ptr, "a", 1);
    assert_int_equal(table->column_count, 3);
    assert_int_equal(table->column_types[1], STRIA_INT);
    assert_memory_equal(table->column_names[2].ptr, "flag", 4);
    int64_t row = 0;
    while (!source->ops->next_batch(source, &batch, NULL) && batch)
        row = check_rows(batch, row);
    assert_int_equal(row, 2000);
    assert_int_equal(source->ops->next_table(source, &table, NULL), STRIA_OK);
    assert_int_equal(table->name.len, 6);
    assert_int_equal(source->ops->next_batch(source, &batch, NULL), STRIA_OK);
    assert_null(batch);
    assert_int_equal(source->ops->next_table(source, &table, NULL), STRIA_OK);
    assert_null(table);
    sx_table_source_destroy(source);
    test_mem_deinit(&memory);
}

static void test_rows_need_not_be_read(void **state)
{
    (void)state;
    struct test_mem memory;
    const stria_table *table;
    test_mem_init(&memory);
    struct sx_table_source *source = sx_literal_tables_source(make(&memory.mem));
    assert_int_equal(source->ops->next_table(source, &table, NULL), STRIA_OK);
    assert_int_equal(source->ops->next_table(source, &table, NULL), STRIA_OK);
    assert_memory_equal(table->name.ptr, "second", 6);
    sx_table_source_destroy(source);
    test_mem_deinit(&memory);
}

static void test_a_refused_allocation_is_told_at_the_end(void **state)
{
    (void)state;
    for (int64_t nth = 1;; nth++) {
        struct test_mem memory;
        test_mem_init(&memory);
        test_mem_arm(&memory, nth);
        struct sx_literal_tables *tables = make(&memory.mem);
        bool fired = test_mem_fired(&memory);
        if (tables) {
            assert_int_equal(sx_literal_tables_finish(tables, NULL),
                             fired ? STRIA_NOMEM : STRIA_OK);
            sx_table_source_destroy(sx_literal_tables_source(tables));
        } else {
            assert_true(fired);
        }
        test_mem_deinit(&memory);
        if (!fired)
            return;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables_are_read_as_they_were_made),
        cmocka_unit_test(test_rows_need_not_be_read),
        cmocka_unit_test(test_a_refused_allocation_is_told_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
