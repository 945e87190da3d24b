/* SPDX-License-Identifier: Apache-2.0 */
/* rows_test.c -- rows out of a memtable: in order of time, the newest values, every type. */
#include "memtable/rows.h"

#include "codec/generators.h"
#include "memtable/memtable_fixture_test.h"

static void put(struct mem_test *t, int64_t ts_ns, const char *fields)
{
    mem_test_row(t, "m", ts_ns, fields);
    mem_test_commit(t);
}

static void assert_reads(struct mem_test *t, const char *want)
{
    mem_test_read(t, "m", INT64_MIN, INT64_MAX);
    assert_rows(&t->out, want);
}

/* ---- order ---- */

static void test_rows_come_in_order_of_time_whenever_they_were_written(void **state)
{
    (void)state;
    struct mem_test t;
    mem_test_init(&t);
    static const int64_t times[] = {50, 10, 40, INT64_MAX, 20, INT64_MIN, 30, 0, -5};
    for (size_t i = 0; i < SX_COUNT_OF(times); i++)
        put(&t, times[i], "i2=1");
    assert_reads(&t, "-9223372036854775808:i2=1 -5:i2=1 0:i2=1 10:i2=1 20:i2=1 30:i2=1 40:i2=1 "
                     "50:i2=1 9223372036854775807:i2=1");
    mem_test_deinit(&t);
}

static void test_of_equal_times_the_newest_value_of_each_field_is_seen(void **state)
{
    (void)state;
    struct mem_test t;
    mem_test_init(&t);
    put(&t, 10, "a1=1 b1=1 c1=1");
    put(&t, 10, "b1=2");
    assert_reads(&t, "10:a1=1,b1=2,c1=1");
    put(&t, 20, "a1=9");
    put(&t, 10, "c1=3 a1"); /* a is absent: it stays */
    assert_reads(&t, "10:a1=1,b1=2,c1=3 20:a1=9");
    put(&t, 10, "a1=4 b1=4 c1=4 d5=new");
    assert_reads(&t, "10:a1=4,b1=4,c1=4,d5=new 20:a1=9");
    mem_test_deinit(&t);
}

static void test_equal_times_in_one_batch_are_ordered_as_they_stand(void **state)
{
    (void)state;
    struct mem_test t;
    mem_test_init(&t);
    mem_test_row(&t, "m", 10, "a1=1");
    mem_test_row(&t, "m", 5, "a1=0");
    mem_test_row(&t, "m", 10, "a1=2");
    mem_test_row(&t, "n", 10, "a1=7");
    mem_test_row(&t, "m", 10, "a1=3");
    mem_test_commit(&t);
    assert_reads(&t, "5:a1=0 10:a1=3");
    mem_test_deinit(&t);
}

static void test_a_range_has_its_ends_in_it(void **state)
{
    (void)state;
    static const struct {
        int64_t min, max;
        const char *want;
    } rows[] = {
        {10, 30, "10:i2=1 20:i2=1 30:i2=1"},
        {11, 29, "20:i2=1"},
        {20, 20, "20:i2=1"},
        {21, 29, ""},
        {INT64_MIN, 10, "10:i2=1"},
        {30, INT64_MAX, "30:i2=1"},
        {31, INT64_MAX, ""},
        {30, 10, ""},
    };
    for (int late = 0; late < 2; late++) { /* with and without blocks that may be skipped */
        struct mem_test t;
        mem_test_init(&t);
        put(&t, late ? 20 : 10, "i2=1");
        put(&t, late ? 10 : 20, "i2=1");
        put(&t, 30, "i2=1");
        for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
            mem_test_read(&t, "m", rows[i].min, rows[i].max);
            assert_rows(&t.out, rows[i].want);
        }
        mem_test_deinit(&t);
    }
}

/* ---- values ---- */

static void test_every_type_comes_back_bit_for_bit(void **state)
{
    (void)state;
    struct mem_test t;
    mem_test_init(&t);
    put(&t, 1, "f1=#7ff8000000000123 i2=-9223372036854775808 u3=18446744073709551615 b4=1 s5=");
    put(&t, 2, "f1=#8000000000000000 i2=9223372036854775807 u3=0 b4=0 s5=long_long_text");
    put(&t, 3, "f1=#fff0000000000001");
    assert_reads(&t, "1:b4=1,f1=#7ff8000000000123,i2=-9223372036854775808,s5=,"
                     "u3=18446744073709551615 2:b4=0,f1=#8000000000000000,i2=9223372036854775807,"
                     "s5=long_long_text,u3=0 3:f1=#fff0000000000001");
    mem_test_deinit(&t);
}

static void test_a_string_may_have_any_bytes(void **state)
{
    (void)state;
    struct mem_test t;
    struct sx_mem_rows rows;
    uint64_t present;
    stria_bytes value;
    static const uint8_t bytes[] = {'a', 0, 0xff, '\n', 0};
    struct test_field field = {.name = SX_LITERAL("s"),
                               .type = STRIA_STRING,
                               .present = true,
                               .text = {bytes, sizeof bytes}};
    mem_test_init(&t);
    mem_test_add_row(&t.batch, &t.ix.key, "m", 1, &field, 1);
    mem_test_commit(&t);
    assert_int_equal(
        sx_mem_rows_collect(&rows, &t.ix.memory.mem, sx_memtable_series(t.memtable, 0), 0, 9, NULL),
        STRIA_OK);
    assert_int_equal(sx_mem_rows_column(t.memtable, &rows, 0, 1, 0, STRIA_STRING, &value, &present),
                     1);
    assert_int_equal(value.len, sizeof bytes);
    assert_memory_equal(value.ptr, bytes, sizeof bytes);
    sx_mem_rows_deinit(&rows);
    sx_mem_rows_deinit(&rows);
    mem_test_deinit(&t);
}

static void test_columns_of_one_name_and_several_types_are_columns_apart(void **state)
{
    (void)state;
    struct mem_test t;
    mem_test_init(&t);
    put(&t, 1, "v1=1.5");
    put(&t, 2, "v2=3");
    put(&t, 2, "v1=2.5 v2 v5=x");
    assert_reads(&t, "1:v1=1.5 2:v1=2.5,v2=3,v5=x");
    mem_test_deinit(&t);
}

static void test_a_row_with_absent_values_only_has_a_time_and_nothing_else(void **state)
{
    (void)state;
    struct mem_test t;
    mem_test_init(&t);
    put(&t, 1, "a1 b5");
    put(&t, 2, "a1=1 b5");
    put(&t, 3, "a1 b5=x");
    assert_reads(&t, "1: 2:a1=1 3:b5=x");
    mem_test_deinit(&t);
}

static void test_the_columns_that_any_row_has_are_marked(void **state)
{
    (void)state;
    struct mem_test t;
    struct sx_mem_rows rows;
    mem_test_init(&t);
    put(&t, 1, "a1=1 b1");
    put(&t, 2, "a1=1");
    put(&t, 3, "c1=2");
    mem_test_row(&t, "m,x=y", 3, "d1=2"); /* another series of the measurement */
    mem_test_commit(&t);
    for (int64_t max = 0; max < 4; max++) {
        uint64_t used = 0;
        assert_int_equal(sx_mem_rows_collect(&rows, &t.ix.memory.mem,
                                             sx_memtable_series(t.memtable, 0), 0, max, NULL),
                         STRIA_OK);
        sx_mem_rows_columns(t.memtable, &rows, &used);
        assert_int_equal(used, max == 0 ? 0 : max == 3 ? 5 : 1);
        sx_mem_rows_deinit(&rows);
    }
    mem_test_deinit(&t);
}

static void test_a_series_of_4096_columns_comes_back(void **state)
{
    (void)state;
    static char names[SX_COLUMN_COUNT_MAX][8];
    static struct test_field fields[SX_COLUMN_COUNT_MAX];
    struct mem_test t;
    struct sx_mem_rows rows;
    mem_test_init(&t);
    for (size_t i = 0; i < SX_COLUMN_COUNT_MAX; i++) {
        (void)snprintf(names[i], sizeof names[i], "c%05zu", i);
        fields[i] = (struct test_field){
            .name = sx_bytes_of(names[i]), .type = STRIA_INT, .present = i % 3 == 0, .bits = i};
    }
    mem_test_add_row(&t.batch, &t.ix.key, "m", 1, fields, SX_COLUMN_COUNT_MAX);
    mem_test_commit(&t);
    assert_int_equal(
        sx_mem_rows_collect(&rows, &t.ix.memory.mem, sx_memtable_series(t.memtable, 0), 0, 9, NULL),
        STRIA_OK);
    for (uint32_t i = 0; i < SX_COLUMN_COUNT_MAX; i++) {
        uint64_t value, present;
        assert_int_equal(
            sx_mem_rows_column(t.memtable, &rows, 0, 1, i, STRIA_INT, &value, &present),
            i % 3 == 0);
        assert_int_equal(value, i % 3 ? 0 : i);
        assert_int_equal(present, i % 3 == 0);
    }
    sx_mem_rows_deinit(&rows);
    mem_test_deinit(&t);
}

/* ---- memory ---- */

static void test_every_failing_allocation_is_told(void **state)
{
    (void)state;
    struct mem_test t;
    mem_test_init(&t);
    for (int i = 0; i < 40; i++)
        put(&t, 40 - i / 2, "i2=1");
    for (int64_t n = 1;; n++) {
        struct sx_mem_rows rows;
        stria_error err = {0};
        test_mem_arm(&t.ix.memory, n);
        stria_status st = sx_mem_rows_collect(&rows, &t.ix.memory.mem,
                                              sx_memtable_series(t.memtable, 0), 0, 100, &err);
        bool fired = test_mem_fired(&t.ix.memory);
        assert_int_equal(st, fired ? STRIA_NOMEM : STRIA_OK);
        assert_int_equal(err.code, st);
        if (!fired)
            assert_int_equal(rows.time_count, 20);
        sx_mem_rows_deinit(&rows);
        if (!fired)
            break;
    }
    mem_test_deinit(&t);
}

/* ---- against an oracle ---- */

#define TIMES 60
#define COLUMNS 4

static void test_random_writes_read_as_a_table_does(void **state)
{
    (void)state;
    static const char *const names[COLUMNS] = {"a", "b", "c", "d"};
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct sx_random random = {seed};
        struct mem_test t;
        uint64_t table[TIMES][COLUMNS] = {{0}}; /* value + 1; 0: absent */
        bool is_row[TIMES] = {false};
        mem_test_init(&t);
        for (int batch = 0; batch < 12; batch++) {
            for (size_t n = 1 + sx_random_below(&random, 40); n; n--) {
                size_t ts = sx_random_below(&random, TIMES), count = 0;
                struct test_field fields[COLUMNS];
                unsigned with = 1 + (unsigned)sx_random_below(&random, 15);
                for (unsigned c = 0; c < COLUMNS; c++) {
                    if (!(with >> c & 1))
                        continue;
                    uint64_t value = sx_random_below(&random, 1000);
                    bool present = sx_random_below(&random, 4) != 0;
                    fields[count++] = (struct test_field){.name = sx_bytes_of(names[c]),
                                                          .type = STRIA_INT,
                                                          .present = present,
                                                          .bits = value};
                    if (present)
                        table[ts][c] = value + 1;
                }
                is_row[ts] = true;
                mem_test_add_row(&t.batch, &t.ix.key, "m", (int64_t)ts, fields, count);
            }
            mem_test_commit(&t);
        }
        /* Column ids are in the order of first use: told by name below. */
        struct sx_buf want;
        sx_buf_init(&want, &t.ix.memory.mem, 1 << 20);
        struct sx_measurement_column columns[COLUMNS];
        uint32_t column_count;
        (void)sx_series_index_columns(t.ix.index, 0, columns, COLUMNS, &column_count);
        for (size_t ts = 0; ts < TIMES; ts++) {
            if (!is_row[ts])
                continue;
            test_row_begin(&want, (int64_t)ts);
            for (uint32_t c = 0; c < column_count; c++) {
                uint64_t cell = table[ts][columns[c].name.ptr[0] - 'a'];
                int64_t value = (int64_t)cell - 1;
                if (cell)
                    test_row_value(&want, columns[c].name, STRIA_INT, &value, 0);
            }
        }
        sx_buf_put_u8(&want, 0);
        mem_test_read(&t, "m", INT64_MIN, INT64_MAX);
        assert_rows(&t.out, (const char *)want.ptr);
        sx_buf_deinit(&want);
        mem_test_deinit(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_come_in_order_of_time_whenever_they_were_written),
        cmocka_unit_test(test_of_equal_times_the_newest_value_of_each_field_is_seen),
        cmocka_unit_test(test_equal_times_in_one_batch_are_ordered_as_they_stand),
        cmocka_unit_test(test_a_range_has_its_ends_in_it),
        cmocka_unit_test(test_every_type_comes_back_bit_for_bit),
        cmocka_unit_test(test_a_string_may_have_any_bytes),
        cmocka_unit_test(test_columns_of_one_name_and_several_types_are_columns_apart),
        cmocka_unit_test(test_a_row_with_absent_values_only_has_a_time_and_nothing_else),
        cmocka_unit_test(test_the_columns_that_any_row_has_are_marked),
        cmocka_unit_test(test_a_series_of_4096_columns_comes_back),
        cmocka_unit_test(test_every_failing_allocation_is_told),
        cmocka_unit_test(test_random_writes_read_as_a_table_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
