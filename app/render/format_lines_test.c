/* SPDX-License-Identifier: Apache-2.0 */
/* format_lines_test.c -- JSON lines: each row stands alone. */
#include "app/render/render.h"

#include "app/render/fake_answer_test.h"
#include "base/attr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct sx_mem mem;

static void test_each_row_is_an_object_of_its_own(void **state)
{
    (void)state;
#define FRONT_A "{\"name\":\"cpu\",\"tags\":{\"host\":\"a b\",\"zone\":\"\"},\"row\":{\"time\":"
#define FRONT_B "{\"name\":\"cpu\",\"tags\":{\"host\":\"b\",\"zone\":\"eu\"},\"row\":{\"time\":"
    static const char wanted[] =
        FRONT_A "946684800,\"f\":1.5,\"i\":-7,\"u\":1,\"b\":true,"
                "\"s\":\"say \\\"x\\\", ok\"}}\n" FRONT_A
                "946684801,\"f\":1e+21,\"i\":null,\"u\":18446744073709551615,\"b\":false,"
                "\"s\":\"a\\nb\\u003c\\ufffd\\u003e\"}}\n" FRONT_A
                "0,\"f\":null,\"i\":0,\"u\":0,\"b\":true,\"s\":\"\"}}\n" FRONT_B
                "946684800,\"f\":1.5}}\n" FRONT_B "946684801,\"f\":1e+21}}\n"
                "{\"statement_id\":1,\"warning\":\"deprecated use of 'X'\"}\n"
                "{\"statement_id\":3,\"error\":\"database not found: x\"}\n";
    struct fake_source answer = fake_answer_of(fake_statements, SX_COUNT_OF(fake_statements));
    static const size_t sizes[] = {1, 100, 65536};
    for (size_t i = 0; i < SX_COUNT_OF(sizes); i++) {
        struct sx_render_options options = {.format = SX_RENDER_JSONL, .time = SX_RENDER_S};
        struct sx_buf out;
        sx_buf_init(&out, &mem, FAKE_OUT_SIZE_MAX);
        assert_int_equal(fake_render(&answer, &options, sizes[i], &out, NULL), STRIA_OK);
        assert_string_equal((const char *)out.ptr, wanted);
        sx_buf_deinit(&out);
    }
}

static void test_rows_without_name_and_tags_have_neither(void **state)
{
    (void)state;
    const struct fake_table table = {
        .table = {.column_names = fake_names, .column_types = fake_types, .column_count = 1},
        .columns = fake_columns,
        .row_count = 1};
    const struct fake_statement statement = {
        .tables = &table, .table_count = 1, .status = STRIA_PARTIAL, .text = "less"};
    struct fake_source answer = fake_answer_of(&statement, 1);
    struct sx_render_options options = {.format = SX_RENDER_JSONL};
    struct sx_buf out;
    sx_buf_init(&out, &mem, FAKE_OUT_SIZE_MAX);
    assert_int_equal(fake_render(&answer, &options, 1, &out, NULL), STRIA_OK);
    assert_string_equal((const char *)out.ptr, "{\"row\":{\"time\":\"2000-01-01T00:00:00Z\"}}\n"
                                               "{\"statement_id\":0,\"warning\":\"less\"}\n");
    sx_buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_row_is_an_object_of_its_own),
        cmocka_unit_test(test_rows_without_name_and_tags_have_neither),
    };
    sx_mem_init(&mem, NULL, "test", 0);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    sx_mem_deinit(&mem);
    return failed;
}
