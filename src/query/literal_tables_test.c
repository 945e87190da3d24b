/* SPDX-License-Identifier: Apache-2.0 */
/* literal_tables_test.c -- tables made row by row and read again. */
#include "query/literal_tables.h"

#include "base/golden_test.h"
#include "model/vector.h"

static void make(struct sx_literal_tables *t)
{
    char key[] = "k", value[] = "v", name[] = "first";
    stria_tag tag = {{key, 1}, {value, 1}};
    sx_literal_tables_begin(t, sx_bytes_of(name), &tag, 1);
    sx_literal_tables_column(t, "time", STRIA_TIME);
    sx_literal_tables_column(t, "text", STRIA_STRING);
    sx_literal_tables_column(t, "flag", STRIA_BOOL);
    for (int i = 0; i < 100; i++) {
        sx_literal_tables_int(t, i * 10);
        if (i % 2)
            sx_literal_tables_string(t, sx_bytes_of(value));
        else
            sx_literal_tables_null(t);
        sx_literal_tables_bool(t, i % 3 == 0);
    }
    sx_literal_tables_begin(t, SX_LITERAL("empty"), NULL, 0);
    sx_literal_tables_column(t, "time", STRIA_TIME);
    sx_literal_tables_begin(t, SX_LITERAL("bare"), NULL, 0);
    key[0] = value[0] = name[0] = 'X'; /* all was copied */
}

static void check_first(const stria_table *table, const stria_batch *batch)
{
    assert_memory_equal(table->name.ptr, "first", 5);
    assert_int_equal(table->tag_count, 1);
    assert_memory_equal(table->tags[0].key.ptr, "k", 1);
    assert_memory_equal(table->tags[0].value.ptr, "v", 1);
    assert_int_equal(table->column_count, 3);
    assert_memory_equal(table->column_names[2].ptr, "flag", 4);
    assert_int_equal(table->column_types[1], STRIA_STRING);
    assert_int_equal(batch->row_count, 100);
    assert_null(batch->columns[0].present);
    for (size_t i = 0; i < 100; i++) {
        assert_int_equal(((const int64_t *)batch->columns[0].values)[i], (int64_t)i * 10);
        assert_int_equal(sx_bit_get(batch->columns[1].present, i), i % 2);
        if (i % 2)
            assert_memory_equal(((const stria_bytes *)batch->columns[1].values)[i].ptr, "v", 1);
        assert_int_equal(((const uint8_t *)batch->columns[2].values)[i], i % 3 == 0);
    }
}

static void test_what_was_put_is_read(void **state)
{
    (void)state;
    struct test_mem memory;
    const stria_table *table;
    const stria_batch *batch;
    test_mem_init(&memory);
    struct sx_literal_tables *t = sx_literal_tables_create(&memory.mem);
    struct sx_table_source *source = sx_literal_tables_source(t);
    make(t);
    assert_int_equal(sx_literal_tables_finish(t, NULL), STRIA_OK);
    assert_int_equal(source->ops->next_batch(source, &batch, NULL), STRIA_OK);
    assert_null(batch); /* no table is at hand */
    assert_int_equal(source->ops->next_table(source, &table, NULL), STRIA_OK);
    assert_int_equal(source->ops->next_batch(source, &batch, NULL), STRIA_OK);
    check_first(table, batch);
    assert_int_equal(source->ops->next_batch(source, &batch, NULL), STRIA_OK);
    assert_null(batch);
    static const char *const others[] = {"empty", "bare"};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(source->ops->next_table(source, &table, NULL), STRIA_OK);
        assert_memory_equal(table->name.ptr, others[i], strlen(others[i]));
        assert_int_equal(source->ops->next_batch(source, &batch, NULL), STRIA_OK);
        assert_null(batch);
    }
    assert_int_equal(source->ops->next_table(source, &table, NULL), STRIA_OK);
    assert_null(table);
    sx_table_source_destroy(source);
    test_mem_deinit(&memory);
}

static void test_a_refusal_is_told_at_the_end(void **state)
{
    (void)state;
    struct test_mem memory;
    bool fired = true;
    test_mem_init(&memory);
    for (int64_t nth = 2; fired; nth++) { /* the first is the list itself */
        const stria_table *table;
        const stria_batch *batch;
        test_mem_arm(&memory, nth);
        struct sx_literal_tables *t = sx_literal_tables_create(&memory.mem);
        assert_non_null(t);
        struct sx_table_source *source = sx_literal_tables_source(t);
        make(t);
        stria_status st = sx_literal_tables_finish(t, NULL);
        if (!st)
            st = source->ops->next_table(source, &table, NULL);
        if (!st)
            st = source->ops->next_batch(source, &batch, NULL);
        fired = test_mem_fired(&memory);
        assert_int_equal(st, fired ? STRIA_NOMEM : STRIA_OK);
        sx_table_source_destroy(source);
    }
    test_mem_arm(&memory, 1);
    assert_null(sx_literal_tables_create(&memory.mem));
    (void)test_mem_fired(&memory);
    test_mem_deinit(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_put_is_read),
        cmocka_unit_test(test_a_refusal_is_told_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
