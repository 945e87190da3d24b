/* SPDX-License-Identifier: Apache-2.0 */
/* scan_tables_test.c -- rows exactly as stored, a table a series. */
#include "exec/scan_tables.h"

#include "scan/scan_fixture_test.h"

static const struct seg_test_line segment_lines[] = {
    {"m,k=1", 1, "a1=1.5 b5=x"},
    {"m,k=1", 2, "a1 b5=y"},
    {NULL, 0, NULL},
    {"n", 5, "c2=-7 d4=1"},
};
static const struct seg_test_line memtable_lines[] = {{"m,k=1", 2, "a1=9"},
                                                      {"m,j=2,k=1", 3, "u3=3"}};

static void fill(struct scan_test *t)
{
    scan_test_init(t);
    scan_test_segment(t, segment_lines, SX_COUNT_OF(segment_lines));
    scan_test_memtable(t, memtable_lines, SX_COUNT_OF(memtable_lines));
    scan_test_view(t);
}

static void put_value(struct sx_buf *out, const stria_values *values, size_t row)
{
    sx_buf_put_u8(out, ' ');
    if (values->present && !sx_bit_get(values->present, row))
        sx_buf_put_u8(out, '-');
    else if (values->type == STRIA_TIME)
        sx_buf_printf(out, "%" PRId64, ((const int64_t *)values->values)[row]);
    else
        test_value_put(out, SX_LITERAL(""), values->type, values->values, row);
}

/* "NAME k=v,(COLUMNS) time values; ..." of all tables into t->out. */
static stria_status read_source(struct scan_test *t, struct sx_table_source *source)
{
    const stria_table *table;
    const stria_batch *batch;
    stria_status st;
    sx_buf_clear(&t->out);
    while (!(st = source->ops->next_table(source, &table, &t->err)) && table) {
        sx_buf_put(&t->out, table->name.ptr, table->name.len);
        for (size_t i = 0; i < table->tag_count; i++)
            sx_buf_printf(&t->out, " %.*s=%.*s", (int)table->tags[i].key.len,
                          table->tags[i].key.ptr, (int)table->tags[i].value.len,
                          table->tags[i].value.ptr);
        for (size_t i = 0; i < table->column_count; i++)
            sx_buf_printf(&t->out, "%s%.*s", i ? "," : "(", (int)table->column_names[i].len,
                          table->column_names[i].ptr);
        sx_buf_put_u8(&t->out, ')');
        while (!(st = source->ops->next_batch(source, &batch, &t->err)) && batch) {
            assert_int_equal(batch->column_count, table->column_count);
            for (size_t row = 0; row < batch->row_count; row++)
                for (size_t i = 0; i < batch->column_count; i++)
                    put_value(&t->out, &batch->columns[i], row);
        }
        if (st)
            break;
        sx_buf_put_text(&t->out, "; ");
    }
    return st;
}

static stria_status scan(struct scan_test *t, const struct sx_selector *selector)
{
    struct sx_table_source *source;
    t->err = (stria_error){0};
    stria_status st = sx_scan_tables_create(t->view, selector, &t->request, &source, &t->err);
    if (!st)
        st = read_source(t, source);
    sx_table_source_destroy(source);
    return st;
}

static void test_a_table_a_series_in_the_order_of_keys(void **state)
{
    (void)state;
    static const struct {
        const char *measurement; /* NULL: all */
        int64_t min, max;
        const char *want;
    } rows[] = {
        {NULL, INT64_MIN, INT64_MAX,
         "m j=2 k=1(time,u) 3 3=3; m k=1(time,a,b) 1 1=1.5 5=x 2 1=9 5=y; "
         "n(time,c,d) 5 2=-7 4=1; "},
        {"n", INT64_MIN, INT64_MAX, "n(time,c,d) 5 2=-7 4=1; "},
        {NULL, 2, 3, "m j=2 k=1(time,u) 3 3=3; m k=1(time,a,b) 2 1=9 5=y; "},
        {NULL, 6, 7, ""},
        {"none", INT64_MIN, INT64_MAX, ""},
    };
    struct scan_test t;
    fill(&t);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_selector selector = {.policy_id = 1,
                                       .all_measurements = !rows[i].measurement,
                                       .measurement = sx_bytes_of(rows[i].measurement),
                                       .time_min_ns = rows[i].min,
                                       .time_max_ns = rows[i].max};
        assert_int_equal(scan(&t, &selector), STRIA_OK);
        assert_rows(&t.out, rows[i].want);
    }
    scan_test_deinit(&t);
}

static void test_a_table_need_not_be_read(void **state)
{
    (void)state;
    struct scan_test t;
    struct sx_table_source *source;
    const stria_table *table;
    size_t count = 0;
    struct sx_selector all = {
        .all_measurements = true, .time_min_ns = INT64_MIN, .time_max_ns = INT64_MAX};
    fill(&t);
    assert_int_equal(sx_scan_tables_create(t.view, &all, &t.request, &source, NULL), STRIA_OK);
    while (!source->ops->next_table(source, &table, NULL) && table)
        count++;
    assert_int_equal(count, 3);
    sx_table_source_destroy(source);
    scan_test_deinit(&t);
}

static void test_refused_memory_and_cancelling_end_a_scan(void **state)
{
    (void)state;
    bool fired = true;
    struct scan_test t;
    struct sx_selector all = {
        .all_measurements = true, .time_min_ns = INT64_MIN, .time_max_ns = INT64_MAX};
    fill(&t);
    assert_int_equal(scan(&t, &all), STRIA_OK);
    for (int64_t nth = 1; fired; nth++) {
        test_mem_arm(&t.mt.ix.memory, nth);
        stria_status st = scan(&t, &all);
        fired = test_mem_fired(&t.mt.ix.memory);
        assert_true(st == STRIA_OK || (st == STRIA_NOMEM && fired));
    }
    atomic_store(&t.request.cancelled, true);
    assert_int_equal(scan(&t, &all), STRIA_CANCELLED);
    scan_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_table_a_series_in_the_order_of_keys),
        cmocka_unit_test(test_a_table_need_not_be_read),
        cmocka_unit_test(test_refused_memory_and_cancelling_end_a_scan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
