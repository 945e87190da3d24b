/* SPDX-License-Identifier: Apache-2.0 */
/* format_json_test.c -- InfluxDB's JSON, byte for byte: whole, indented, in chunks, failing. */
#include "app/render/render.h"

#include "app/render/fake_answer_test.h"
#include "base/attr.h"
#include "base/zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static struct sx_mem mem;

static void check(const struct fake_source *answer, struct sx_render_options options, size_t enough,
                  const char *wanted)
{
    struct sx_buf out;
    stria_error err;
    sx_buf_init(&out, &mem, FAKE_OUT_SIZE_MAX);
    assert_int_equal(fake_render(answer, &options, enough, &out, &err), STRIA_OK);
    assert_string_equal((const char *)out.ptr, wanted);
    sx_buf_deinit(&out);
}

#define SERIES_A                                                                                   \
    "{\"name\":\"cpu\",\"tags\":{\"host\":\"a b\",\"zone\":\"\"},"                                 \
    "\"columns\":[\"time\",\"f\",\"i\",\"u\",\"b\",\"s\"],\"values\":["                            \
    "[\"2000-01-01T00:00:00Z\",1.5,-7,1,true,\"say \\\"x\\\", ok\"],"                              \
    "[\"2000-01-01T00:00:01.5Z\",1e+21,null,18446744073709551615,false,"                           \
    "\"a\\nb\\u003c\\ufffd\\u003e\"],"                                                             \
    "[\"1969-12-31T23:59:59.999999999Z\",null,0,0,true,\"\"]]}"
#define SERIES_B                                                                                   \
    "{\"name\":\"cpu\",\"tags\":{\"host\":\"b\",\"zone\":\"eu\"},\"columns\":[\"time\",\"f\"],"    \
    "\"values\":[[\"2000-01-01T00:00:00Z\",1.5],[\"2000-01-01T00:00:01.5Z\",1e+21]]}"
#define OTHERS                                                                                     \
    "{\"statement_id\":1,\"messages\":[{\"level\":\"warning\",\"text\":\"deprecated use of "       \
    "'X'\"}]},"                                                                                    \
    "{\"statement_id\":2,\"series\":[{\"columns\":[\"time\",\"f\"]}]},"                            \
    "{\"statement_id\":3,\"error\":\"database not found: x\"}"
#define WHOLE                                                                                      \
    "{\"results\":[{\"statement_id\":0,\"series\":[" SERIES_A "," SERIES_B "]}," OTHERS "]}\n"

static void test_an_answer_is_the_same_however_small_its_parts(void **state)
{
    (void)state;
    struct fake_source answer = fake_answer_of(fake_statements, SX_COUNT_OF(fake_statements));
    static const size_t sizes[] = {1, 2, 100, 500, 65536};
    for (size_t i = 0; i < SX_COUNT_OF(sizes); i++)
        check(&answer, (struct sx_render_options){0}, sizes[i], WHOLE);
}

static void test_times_are_whole_units_since_1970(void **state)
{
    (void)state;
    static const struct {
        enum sx_render_time time;
        const char *first, *last;
    } rows[] = {
        {SX_RENDER_NS, "946684800000000000", "-1"},
        {SX_RENDER_US, "946684800000000", "0"},
        {SX_RENDER_MS, "946684800000", "0"},
        {SX_RENDER_S, "946684800", "0"},
        {SX_RENDER_M, "15778080", "0"},
        {SX_RENDER_H, "262968", "0"},
    };
    const struct fake_table table = {
        .table = {.column_names = fake_names, .column_types = fake_types, .column_count = 1},
        .columns = fake_columns,
        .row_count = 3};
    struct fake_statement statement = {.tables = &table, .table_count = 1};
    struct fake_source answer = fake_answer_of(&statement, 1);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_buf out;
        struct sx_render_options options = {.time = rows[i].time};
        char wanted[30];
        sx_buf_init(&out, &mem, FAKE_OUT_SIZE_MAX);
        assert_int_equal(fake_render(&answer, &options, 1000, &out, NULL), STRIA_OK);
        (void)snprintf(wanted, sizeof wanted, "[[%s],[", rows[i].first);
        assert_non_null(strstr((const char *)out.ptr, wanted));
        (void)snprintf(wanted, sizeof wanted, ",[%s]]}", rows[i].last);
        assert_non_null(strstr((const char *)out.ptr, wanted));
        sx_buf_deinit(&out);
    }
}

static void test_times_are_shown_by_the_clocks_of_the_tables_zone(void **state)
{
    (void)state;
    static const uint8_t head[44] = {'T', 'Z', 'i', 'f', '2', [39] = 1, [43] = 4};
    static const uint8_t body[] = {0, 0, 0x4d, 0x58, 0, 0, 'I', 'S', 'T', 0}; /* 5:30 ahead */
    static const char rule[] = "\nIST-5:30\n";
    uint8_t file[sizeof head * 2 + sizeof body * 2 + sizeof rule - 1], *p = file;
    for (int i = 0; i < 2; i++, p += sizeof head + sizeof body) {
        memcpy(p, head, sizeof head);
        memcpy(p + sizeof head, body, sizeof body);
    }
    memcpy(p, rule, sizeof rule - 1);
    struct sx_zone *zone;
    assert_int_equal(sx_zone_create(&mem, sx_bytes_make(file, sizeof file), &zone, NULL), STRIA_OK);
    const struct fake_table table = {.table = {.column_names = fake_names,
                                               .column_types = fake_types,
                                               .column_count = 1,
                                               .zone = (const stria_zone *)(const void *)zone},
                                     .columns = fake_columns,
                                     .row_count = 2};
    struct fake_statement statement = {.tables = &table, .table_count = 1};
    struct fake_source answer = fake_answer_of(&statement, 1);
    check(&answer, (struct sx_render_options){0}, 1000,
          "{\"results\":[{\"statement_id\":0,\"series\":[{\"columns\":[\"time\"],\"values\":["
          "[\"2000-01-01T05:30:00+05:30\"],[\"2000-01-01T05:30:01.5+05:30\"]]}]}]}\n");
    check(&answer, (struct sx_render_options){.time = SX_RENDER_S}, 1000,
          "{\"results\":[{\"statement_id\":0,\"series\":[{\"columns\":[\"time\"],\"values\":["
          "[946684800],[946684801]]}]}]}\n");
    sx_zone_destroy(zone);
}

static void test_an_indented_answer_has_four_spaces_a_level(void **state)
{
    (void)state;
    const struct fake_table table = {.table = {.name = FAKE_TEXT("m"),
                                               .column_names = fake_names,
                                               .column_types = fake_types,
                                               .column_count = 2},
                                     .columns = fake_columns,
                                     .row_count = 2};
    const struct fake_statement statements[] = {{.tables = &table, .table_count = 1}, {0}};
    struct fake_source answer = fake_answer_of(statements, 2);
    check(&answer, (struct sx_render_options){.pretty = true}, 1,
          "{\n"
          "    \"results\": [\n"
          "        {\n"
          "            \"statement_id\": 0,\n"
          "            \"series\": [\n"
          "                {\n"
          "                    \"name\": \"m\",\n"
          "                    \"columns\": [\n"
          "                        \"time\",\n"
          "                        \"f\"\n"
          "                    ],\n"
          "                    \"values\": [\n"
          "                        [\n"
          "                            \"2000-01-01T00:00:00Z\",\n"
          "                            1.5\n"
          "                        ],\n"
          "                        [\n"
          "                            \"2000-01-01T00:00:01.5Z\",\n"
          "                            1e+21\n"
          "                        ]\n"
          "                    ]\n"
          "                }\n"
          "            ]\n"
          "        },\n"
          "        {\n"
          "            \"statement_id\": 1\n"
          "        }\n"
          "    ]\n"
          "}\n");
}

static void test_no_statement_is_an_empty_object(void **state)
{
    (void)state;
    struct fake_source answer = {0};
    check(&answer, (struct sx_render_options){0}, 100, "{}\n");
    check(&answer, (struct sx_render_options){.pretty = true}, 100, "{}\n");
    check(&answer, (struct sx_render_options){.chunk_row_count = 5}, 100, "");
}

#define CHUNK(values, marks)                                                                       \
    "{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"m\",\"columns\":[\"time\"],"        \
    "\"values\":[" values "]" marks "}]}\n"
#define MORE_ROWS ",\"partial\":true}],\"partial\":true"
#define MORE "}],\"partial\":true"
#define LAST "}]"

static void test_chunks_say_whether_more_of_series_and_statement_follows(void **state)
{
    (void)state;
    const stria_table named = {.name = FAKE_TEXT("m"),
                               .column_names = fake_names,
                               .column_types = fake_types,
                               .column_count = 1};
    const struct fake_table tables[] = {{.table = named, .columns = fake_columns, .row_count = 3},
                                        {.table = named, .columns = fake_columns, .row_count = 2}};
    const struct fake_statement statements[] = {
        {.tables = tables, .table_count = 2},
        {.message = "w"},
        {.status = STRIA_SYNTAX, .text = "not executed"},
    };
    struct fake_source answer = fake_answer_of(statements, 3);
    struct sx_render_options options = {.chunk_row_count = 2, .time = SX_RENDER_H};
    for (size_t enough = 1; enough < 5000; enough *= 3)
        check(&answer, options, enough,
              CHUNK("[262968],[262968]", MORE_ROWS) CHUNK("[0]", MORE) CHUNK(
                  "[262968],[262968]",
                  LAST) "{\"results\":[{\"statement_id\":1,\"messages\":[{\"level\":\"warning\","
                        "\"text\":\"w\"}]}]}\n"
                        "{\"results\":[{\"statement_id\":2,\"error\":\"not executed\"}]}\n");
}

static void test_tag_values_are_in_one_document_a_table(void **state)
{
    (void)state;
    static const stria_bytes names[] = {FAKE_TEXT("key"), FAKE_TEXT("value")};
    static const stria_type types[] = {STRIA_STRING, STRIA_STRING};
    const stria_values columns[] = {fake_columns[5], fake_columns[5]};
    const struct fake_table table = {.table = {.name = FAKE_TEXT("m"),
                                               .column_names = names,
                                               .column_types = types,
                                               .column_count = 2},
                                     .columns = columns,
                                     .row_count = 3};
    const struct fake_table tables[] = {table, table};
    const struct fake_statement statement = {.tables = tables, .table_count = 2};
    struct fake_source answer = fake_answer_of(&statement, 1);
    struct sx_buf out;
    sx_buf_init(&out, &mem, FAKE_OUT_SIZE_MAX);
    const struct sx_render_options options = {.chunk_row_count = 1};
    assert_int_equal(fake_render(&answer, &options, 1, &out, NULL), STRIA_OK);
    const char *text = (const char *)out.ptr;
    assert_null(strstr(text, "partial"));
    const char *second = strstr(text, "\n{\"results\"");
    assert_non_null(second);
    assert_null(strstr(second + 1, "\n{"));
    sx_buf_deinit(&out);
}

static void test_a_statement_that_fails_late_takes_back_what_was_not_sent(void **state)
{
    (void)state;
    const struct fake_statement statements[] = {
        {0}, {.tables = fake_tables + 1, .table_count = 1, .status = STRIA_IO, .text = "boom"}};
    struct fake_source answer = fake_answer_of(statements, 2);
    check(&answer, (struct sx_render_options){0}, 65536,
          "{\"results\":[{\"statement_id\":0},{\"statement_id\":1,\"error\":\"boom\"}]}\n");
    check(&answer, (struct sx_render_options){0}, 1,
          "{\"results\":[{\"statement_id\":0},{\"statement_id\":1,\"series\":[" SERIES_B
          "],\"error\":\"boom\"}]}\n");
    answer = fake_answer_of(statements + 1, 1);
    check(&answer, (struct sx_render_options){.time = SX_RENDER_S, .chunk_row_count = 9}, 65536,
          "{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"cpu\",\"tags\":{\"host\":"
          "\"b\",\"zone\":\"eu\"},\"columns\":[\"time\",\"f\"],\"values\":[[946684800,1.5],"
          "[946684801,1e+21]]}],\"partial\":true}]}\n"
          "{\"results\":[{\"statement_id\":0,\"error\":\"boom\"}]}\n");
}

static void test_rows_that_break_off_end_the_statement_with_an_error(void **state)
{
    (void)state;
    struct fake_table table = fake_tables[1];
    table.status = STRIA_CORRUPT;
    const struct fake_statement statements[] = {{.tables = &table, .table_count = 1}, {0}};
    struct fake_source answer = fake_answer_of(statements, 2);
    check(&answer, (struct sx_render_options){0}, 1,
          "{\"results\":[{\"statement_id\":0,\"series\":[" SERIES_B
          "],\"error\":\"the batch broke\"},{\"statement_id\":1}]}\n");
}

static void test_what_an_answer_lacks_is_a_warning(void **state)
{
    (void)state;
    const struct fake_statement statement = {
        .tables = fake_tables + 1, .table_count = 1, .status = STRIA_PARTIAL, .text = "a.seg"};
    struct fake_source answer = fake_answer_of(&statement, 1);
    check(&answer, (struct sx_render_options){0}, 65536,
          "{\"results\":[{\"statement_id\":0,\"series\":[" SERIES_B
          "],\"messages\":[{\"level\":\"warning\",\"text\":\"a.seg\"}]}]}\n");
}

static void test_a_source_that_breaks_is_an_error_of_the_whole(void **state)
{
    (void)state;
    const struct fake_statement statement = {0};
    struct fake_source answer = fake_answer_of(&statement, 1);
    answer.status = STRIA_CANCELLED;
    check(&answer, (struct sx_render_options){0}, 100,
          "{\"results\":[{\"statement_id\":0}],\"error\":\"the source broke\"}\n");
    check(&answer, (struct sx_render_options){.chunk_row_count = 1}, 100,
          "{\"results\":[{\"statement_id\":0}]}\n{\"error\":\"the source broke\"}\n");
}

static void test_batches_do_not_show_in_the_answer(void **state)
{
    (void)state;
    int64_t times[200];
    for (size_t i = 0; i < SX_COUNT_OF(times); i++)
        times[i] = (int64_t)i * 3600000000000;
    const stria_values column = {.type = STRIA_TIME, .values = times};
    struct fake_table table = {
        .table = {.column_names = fake_names, .column_types = fake_types, .column_count = 1},
        .columns = &column,
        .row_count = 200};
    struct fake_statement statement = {.tables = &table, .table_count = 1};
    struct fake_source answer = fake_answer_of(&statement, 1);
    static const uint64_t chunks[] = {0, 1, 63, 64, 65, 200, 201};
    for (size_t i = 0; i < SX_COUNT_OF(chunks); i++) {
        struct sx_render_options options = {.time = SX_RENDER_H, .chunk_row_count = chunks[i]};
        struct sx_buf whole;
        sx_buf_init(&whole, &mem, FAKE_OUT_SIZE_MAX);
        table.batch_row_count = 0;
        assert_int_equal(fake_render(&answer, &options, 1000, &whole, NULL), STRIA_OK);
        table.batch_row_count = 64;
        check(&answer, options, 300, (const char *)whole.ptr);
        sx_buf_deinit(&whole);
    }
}

/* As Debian's influxd answers; what it takes from its index, as tag values, is never partial. */
static void test_more_than_ten_thousand_rows_of_a_series_are_called_partial(void **state)
{
    (void)state;
    static const struct {
        stria_bytes names[2];
        stria_type type;
        size_t column_count, row_count;
        bool partial;
    } rows[] = {
        {{FAKE_TEXT("time"), FAKE_TEXT("f")}, STRIA_TIME, 2, 10000, false},
        {{FAKE_TEXT("time"), FAKE_TEXT("f")}, STRIA_TIME, 2, 10001, true},
        {{FAKE_TEXT("time"), FAKE_TEXT("f")}, STRIA_TIME, 2, 30000, true},
        {{FAKE_TEXT("key")}, STRIA_INT, 1, 10001, true},
        {{FAKE_TEXT("count")}, STRIA_INT, 1, 10001, true},
        {{FAKE_TEXT("fieldKey"), FAKE_TEXT("fieldType")}, STRIA_INT, 2, 10001, true},
        {{FAKE_TEXT("key"), FAKE_TEXT("value")}, STRIA_INT, 2, 10001, false},
        {{FAKE_TEXT("tagKey")}, STRIA_INT, 1, 10001, false},
        {{FAKE_TEXT("name")}, STRIA_INT, 1, 10001, false},
    };
    static const int64_t numbers[30000];
    const struct sx_render_options options = {.time = SX_RENDER_S};
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        const stria_type types[] = {rows[i].type, STRIA_INT};
        const stria_values columns[] = {{.type = rows[i].type, .values = numbers},
                                        {.type = STRIA_INT, .values = numbers}};
        struct fake_table table = {.table = {.name = FAKE_TEXT("m"),
                                             .column_names = rows[i].names,
                                             .column_types = types,
                                             .column_count = rows[i].column_count},
                                   .columns = columns,
                                   .row_count = rows[i].row_count};
        struct fake_table tables[] = {table, table};
        tables[1].row_count = 1; /* the count is that of each series */
        struct fake_statement statement = {.tables = tables, .table_count = 2};
        struct fake_source answer = fake_answer_of(&statement, 1);
        struct sx_buf out;
        sx_buf_init(&out, &mem, FAKE_OUT_SIZE_MAX);
        assert_int_equal(fake_render(&answer, &options, 1000, &out, NULL), STRIA_OK);
        const char *text = (const char *)out.ptr;
        assert_int_equal(strstr(text, "0]],\"partial\":true},{\"name\"") != NULL, rows[i].partial);
        assert_int_equal(strstr(text, "0]]},{\"name\"") == NULL, rows[i].partial);
        assert_string_equal(text + strlen(text) - 9, "0]]}]}]}\n");
        sx_buf_deinit(&out);
    }
}

static void test_an_error_alone_is_an_object(void **state)
{
    (void)state;
    char text[100] = "";
    struct sx_buf out;
    sx_buf_init_fixed(&out, text, sizeof text - 1);
    sx_render_error(&out, SX_RENDER_JSON, false, SX_LITERAL("no \"q\""));
    assert_string_equal(text, "{\"error\":\"no \\\"q\\\"\"}\n");
    memset(text, 0, sizeof text);
    sx_buf_clear(&out);
    sx_render_error(&out, SX_RENDER_JSON, true, SX_LITERAL("e"));
    assert_string_equal(text, "{\n    \"error\": \"e\"\n}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_answer_is_the_same_however_small_its_parts),
        cmocka_unit_test(test_times_are_whole_units_since_1970),
        cmocka_unit_test(test_times_are_shown_by_the_clocks_of_the_tables_zone),
        cmocka_unit_test(test_an_indented_answer_has_four_spaces_a_level),
        cmocka_unit_test(test_no_statement_is_an_empty_object),
        cmocka_unit_test(test_chunks_say_whether_more_of_series_and_statement_follows),
        cmocka_unit_test(test_tag_values_are_in_one_document_a_table),
        cmocka_unit_test(test_a_statement_that_fails_late_takes_back_what_was_not_sent),
        cmocka_unit_test(test_rows_that_break_off_end_the_statement_with_an_error),
        cmocka_unit_test(test_what_an_answer_lacks_is_a_warning),
        cmocka_unit_test(test_a_source_that_breaks_is_an_error_of_the_whole),
        cmocka_unit_test(test_batches_do_not_show_in_the_answer),
        cmocka_unit_test(test_more_than_ten_thousand_rows_of_a_series_are_called_partial),
        cmocka_unit_test(test_an_error_alone_is_an_object),
    };
    sx_mem_init(&mem, NULL, "test", 0);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    sx_mem_deinit(&mem);
    return failed;
}
