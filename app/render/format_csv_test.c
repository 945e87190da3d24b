/* SPDX-License-Identifier: Apache-2.0 */
/* format_csv_test.c -- InfluxDB's CSV, byte for byte, and the errors the peer would leave out. */
#include "app/render/render.h"

#include "app/render/fake_answer_test.h"
#include "base/attr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct sx_mem mem;

static void check(const struct fake_source *answer, size_t enough, const char *wanted)
{
    struct sx_render_options options = {.format = SX_RENDER_CSV, .time = SX_RENDER_NS};
    struct sx_buf out;
    sx_buf_init(&out, &mem, FAKE_OUT_SIZE_MAX);
    assert_int_equal(fake_render(answer, &options, enough, &out, NULL), STRIA_OK);
    assert_string_equal((const char *)out.ptr, wanted);
    sx_buf_deinit(&out);
}

static void test_an_answer_has_a_header_per_statement_and_change_of_columns(void **state)
{
    (void)state;
    struct fake_source answer = fake_answer_of(fake_statements, SX_COUNT_OF(fake_statements));
    static const size_t sizes[] = {1, 100, 65536};
    for (size_t i = 0; i < SX_COUNT_OF(sizes); i++)
        check(&answer, sizes[i],
              "name,tags,time,f,i,u,b,s\n"
              "cpu,host=a\\ b,946684800000000000,1.5,-7,1,true,\"say \"\"x\"\", ok\"\n"
              "cpu,host=a\\ b,946684801500000000,1000000000000000000000,,18446744073709551615,"
              "false,\"a\nb<\xff>\"\n"
              "cpu,host=a\\ b,-1,+Inf,0,0,true,\n"
              "\n"
              "name,tags,time,f\n"
              "cpu,\"host=b,zone=eu\",946684800000000000,1.5\n"
              "cpu,\"host=b,zone=eu\",946684801500000000,1000000000000000000000\n"
              "\n"
              "name,tags,time,f\n"
              "\n"
              "error\n"
              "database not found: x\n");
}

static void test_series_with_the_same_columns_share_a_header(void **state)
{
    (void)state;
    const struct fake_table tables[] = {fake_tables[1], fake_tables[1]};
    const struct fake_statement statements[] = {{.tables = tables, .table_count = 2},
                                                {.tables = tables, .table_count = 1}};
    struct fake_source answer = fake_answer_of(statements, 2);
#define ROWS                                                                                       \
    "cpu,\"host=b,zone=eu\",946684800000000000,1.5\n"                                              \
    "cpu,\"host=b,zone=eu\",946684801500000000,1000000000000000000000\n"
    check(&answer, 1, "name,tags,time,f\n" ROWS ROWS "\nname,tags,time,f\n" ROWS);
}

static void test_cells_are_quoted_by_gos_rules(void **state)
{
    (void)state;
    static const struct {
        stria_bytes cell;
        const char *line;
    } rows[] = {
        {FAKE_TEXT("plain text"), "\nm,,plain text\n"},
        {FAKE_TEXT(" front"), "\nm,,\" front\"\n"},
        {FAKE_TEXT("\tfront"), "\nm,,\"\tfront\"\n"},
        {FAKE_TEXT("\xc2\xa0 no-break space"), "\nm,,\"\xc2\xa0 no-break space\"\n"},
        {FAKE_TEXT("\\."), "\nm,,\"\\.\"\n"},
        {FAKE_TEXT("a\\."), "\nm,,a\\.\n"},
        {FAKE_TEXT("a\rb"), "\nm,,\"a\rb\"\n"},
        {FAKE_TEXT("\""), "\nm,,\"\"\"\"\n"},
        {FAKE_TEXT("a,b"), "\nm,,\"a,b\"\n"},
    };
    static const stria_bytes name = FAKE_TEXT("s");
    static const stria_type type = STRIA_STRING;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        const stria_values column = {.type = STRIA_STRING, .values = &rows[i].cell};
        const struct fake_table table = {.table = {.name = FAKE_TEXT("m"),
                                                   .column_names = &name,
                                                   .column_types = &type,
                                                   .column_count = 1},
                                         .columns = &column,
                                         .row_count = 1};
        const struct fake_statement statement = {.tables = &table, .table_count = 1};
        struct fake_source answer = fake_answer_of(&statement, 1);
        char wanted[100] = "name,tags,s";
        memcpy(wanted + 11, rows[i].line, strlen(rows[i].line));
        check(&answer, 1, wanted);
    }
}

static void test_statements_without_series_leave_nothing(void **state)
{
    (void)state;
    const struct fake_statement statements[] = {{0}, {.message = "w"}};
    struct fake_source answer = fake_answer_of(statements, 2);
    check(&answer, 1, "");
}

static void test_an_error_is_a_column(void **state)
{
    (void)state;
    char text[100] = "";
    struct sx_buf out;
    sx_buf_init_fixed(&out, text, sizeof text - 1);
    sx_render_error(&out, SX_RENDER_CSV, true, SX_LITERAL("found EOF, expected string"));
    assert_string_equal(text, "error\n\"found EOF, expected string\"\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_answer_has_a_header_per_statement_and_change_of_columns),
        cmocka_unit_test(test_series_with_the_same_columns_share_a_header),
        cmocka_unit_test(test_cells_are_quoted_by_gos_rules),
        cmocka_unit_test(test_statements_without_series_leave_nothing),
        cmocka_unit_test(test_an_error_is_a_column),
    };
    sx_mem_init(&mem, NULL, "test", 0);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    sx_mem_deinit(&mem);
    return failed;
}
