/* SPDX-License-Identifier: Apache-2.0 */
/* bench_columns_test.c -- files into columns: doubles, CSV, line protocol, packed and not. */
#include "app/cli/bench_columns.h"

#include "base/compress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static struct sx_mem mem;
static char folder[] = "/tmp/stria-bench-XXXXXX";

/* Writes a file of the test's folder; its path until the next call. */
static const char *file(const char *name, const void *bytes, size_t size)
{
    static char path[200];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, size, out), size);
    assert_int_equal(fclose(out), 0);
    return path;
}

static const char *text_file(const char *name, const char *text)
{
    return file(name, text, strlen(text));
}

static stria_status read_it(struct sx_bench_columns *columns, const char *path)
{
    stria_error err = {0};
    stria_status st = sx_bench_columns_read(columns, &mem, path, &err);
    assert_int_equal(st, err.code);
    if (st)
        print_message("%s\n", err.text);
    return st;
}

static void test_doubles_are_read_packed_or_not(void **state)
{
    (void)state;
    struct sx_bench_columns columns;
    struct sx_buf packed;
    static double values[20000];
    for (size_t i = 0; i < 20000; i++)
        values[i] = (double)i / 4;
    struct sx_compressor *compressor = sx_compressor_create(&mem);
    sx_buf_init(&packed, &mem, 1 << 20);
    assert_int_equal(
        sx_zstd_put(compressor, &packed, sx_bytes_make(values, sizeof values), 1, NULL), STRIA_OK);
    for (int zstd = 0; zstd < 2; zstd++) {
        const char *path =
            zstd ? file("a.f64.zst", packed.ptr, packed.len) : file("a.f64", values, sizeof values);
        assert_int_equal(read_it(&columns, path), STRIA_OK);
        assert_int_equal(columns.value_count, 20000);
        assert_int_equal(columns.column_count, 2); /* longer than a column may be */
        assert_int_equal(columns.time_count, 0);
        assert_int_equal(columns.columns[0].count, 16384);
        assert_memory_equal(columns.columns[0].values, values, 16384 * sizeof *values);
        assert_memory_equal(columns.columns[1].values, values + 16384, 3616 * sizeof *values);
        sx_bench_columns_deinit(&columns);
    }
    sx_buf_deinit(&packed);
    sx_compressor_destroy(compressor);
}

static void test_csv_has_times_in_every_form_and_perhaps_a_heading(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "timestamp,value\n2014-04-01 00:00:00,1.5\n2014-04-01 00:05:00,-2\n",
        "2014-04-01T00:00:00Z,1.5\r\n2014-04-01T02:05:00+02:00,-2.0\r\n\r\n",
        "1396310400000000000,1.5\n1396310700000000000,-2", /* no line feed at the end */
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct sx_bench_columns columns;
        assert_int_equal(read_it(&columns, text_file("a.csv", texts[i])), STRIA_OK);
        assert_int_equal(columns.column_count, 1);
        assert_int_equal(columns.time_count, 1);
        const double *values = columns.columns[0].values;
        const int64_t *times = columns.times[0].values;
        assert_true(values[0] == 1.5 && values[1] == -2);
        assert_true(times[0] == 1396310400000000000 && times[1] == 1396310700000000000);
        sx_bench_columns_deinit(&columns);
    }
}

static void test_line_protocol_gives_a_column_for_each_field_of_each_series(void **state)
{
    (void)state;
    struct sx_bench_columns columns;
    const char *path =
        text_file("a.lp", "# a comment\n"
                          "cpu,host=a\\ b,dc=x user=1i,idle=2.5,on=t,big=18446744073709551615u 10\n"
                          "cpu,host=c user=7i,name=\"a, b=\\\"c 1\",idle=4 10\n"
                          "\n"
                          "cpu,host=a\\ b,dc=x user=2i,idle=3.5,on=f,big=1u 20\n"
                          "mem user=9i 10\n"
                          "cpu,host=c idle=5,user=8i 20\n");
    assert_int_equal(read_it(&columns, path), STRIA_OK);
    assert_int_equal(columns.value_count, 8 + 4 + 1);
    assert_int_equal(columns.time_count, 3);
    assert_int_equal(columns.column_count, 7);
    static const struct {
        const char *name;
        stria_type type;
        size_t count;
        uint64_t first, second;
    } rows[] = {
        {"cpu\0user", STRIA_INT, 2, 1, 2},
        {"cpu\0user", STRIA_INT, 2, 7, 8},
        {"cpu\0idle", STRIA_FLOAT, 2, 0x4004000000000000, 0x400c000000000000},
        {"cpu\0idle", STRIA_FLOAT, 2, 0x4010000000000000, 0x4014000000000000},
        {"cpu\0on", STRIA_BOOL, 2, 1, 0},
        {"cpu\0big", STRIA_UINT, 2, UINT64_MAX, 1},
        {"mem\0user", STRIA_INT, 1, 9, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct sx_bench_column *column = &columns.columns[i];
        assert_int_equal(column->type, rows[i].type);
        assert_int_equal(column->count, rows[i].count);
        assert_memory_equal(columns.fields[column->field].name.ptr, rows[i].name,
                            columns.fields[column->field].name.len);
        if (column->type == STRIA_BOOL) {
            assert_int_equal(((const uint8_t *)column->values)[0], 1);
            assert_int_equal(((const uint8_t *)column->values)[1], 0);
            continue;
        }
        assert_true(((const uint64_t *)column->values)[0] == rows[i].first);
        if (column->count > 1)
            assert_true(((const uint64_t *)column->values)[1] == rows[i].second);
    }
    sx_bench_columns_deinit(&columns);
}

static void test_bad_files_are_refused_with_their_line(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        stria_status want;
    } rows[] = {
        {"b.csv", "a,b\n1,2\nno comma\n", STRIA_INVALID},
        {"b.csv", "1,2\nx,3\n", STRIA_INVALID},
        {"b.csv", "1,2\n3,y\n", STRIA_INVALID},
        {"b.f64", "1234567", STRIA_INVALID},
        {"b.lp", "cpu\n", STRIA_INVALID},
        {"b.lp", "cpu v\n", STRIA_INVALID},
        {"b.lp", "cpu v= 1\n", STRIA_INVALID},
        {"b.lp", "cpu v=x 1\n", STRIA_INVALID},
        {"b.lp", "cpu v=1\n", STRIA_INVALID},
        {"b.lp", "cpu v=1 now\n", STRIA_INVALID},
    };
    struct sx_bench_columns columns;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(read_it(&columns, text_file(rows[i].name, rows[i].text)), rows[i].want);
        sx_bench_columns_deinit(&columns);
    }
    assert_int_equal(read_it(&columns, "/nowhere/there.lp"), STRIA_NOT_FOUND);
    sx_bench_columns_deinit(&columns);
}

static int make_folder(void **state)
{
    (void)state;
    sx_mem_init(&mem, NULL, "test", 0);
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    static const char *const names[] = {"a.f64", "a.f64.zst", "a.csv", "a.lp",
                                        "b.csv", "b.f64",     "b.lp"};
    char path[200];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(folder);
    sx_mem_deinit(&mem);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_doubles_are_read_packed_or_not),
        cmocka_unit_test(test_csv_has_times_in_every_form_and_perhaps_a_heading),
        cmocka_unit_test(test_line_protocol_gives_a_column_for_each_field_of_each_series),
        cmocka_unit_test(test_bad_files_are_refused_with_their_line),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
