/* SPDX-License-Identifier: Apache-2.0 */
/* line_point_test.c -- tests of line_point.c: points that parse and may not be stored. */
#include "ingest/parse_fixture_test.h"

static const struct {
    const char *name, *text, *rows, *reason;
    uint64_t dropped_count;
    stria_status code;
} drops[] = {
    {"a tag named time", "m,time=a v=1 1\nm v=2 2", "m v=2 2\n",
     "invalid tag key: input tag \"time\" on measurement \"m\" is invalid", 1, STRIA_INVALID},
    {"fields that are all named time", "m time=1,time=2i 1\nm v=2 2", "m v=2 2\n",
     "invalid field name: input field \"time\" on measurement \"m\" is invalid", 1, STRIA_INVALID},
    {"a field named time beside others", "m time=1,v=\"x\" 1\nm v=\"y\",time=\"2\" 2\n",
     "m v=\"x\" 1\nm v=\"y\" 2\n",
     "invalid field name: input field \"time\" on measurement \"m\" is invalid. Field \"time\" has "
     "been stripped from point.",
     0, STRIA_OK},
    {"a field with two types", "m a=1,v=1,s=\"x\",v=1i 1\nm v=2 2", "m v=2 2\n",
     "field type conflict: input field \"v\" on measurement \"m\" is type integer, already exists "
     "as type float",
     1, STRIA_CONFLICT},
    {"a tag is told before a field", "m v=1,v=2i 1\nm,time=a v=1 1\n", "",
     "invalid tag key: input tag \"time\" on measurement \"m\" is invalid", 2, STRIA_CONFLICT},
    {"names are quoted", "m\"1 v\"2=1,v\"2=t 1", "",
     "field type conflict: input field \"v\\\"2\" on measurement \"m\\\"1\" is type boolean, "
     "already exists as type float",
     1, STRIA_CONFLICT},
    {"a line with a fault is not dropped but refused", "m,time=a v=x 1", "", "", 0, STRIA_SYNTAX},
};

static void test_points_that_may_not_be_stored_are_dropped(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(drops); i++) {
        struct parser parser;
        print_message("%s\n", drops[i].name);
        parser_open(&parser);
        for (int warm = 0; warm < 2; warm++) {
            struct sx_buf rows;
            parser_take(&parser, drops[i].text);
            parser_print(&parser, &rows);
            assert_text(&rows, drops[i].rows);
            assert_text(&parser.problems.reason, drops[i].reason);
            assert_int_equal(parser.problems.dropped_count, drops[i].dropped_count);
            assert_int_equal(parser.problems.item_count > 0, drops[i].code != STRIA_OK);
            if (parser.problems.item_count)
                assert_int_equal(parser.problems.items[0].code, drops[i].code);
            sx_buf_deinit(&rows);
        }
        parser_close(&parser);
    }
}

static void test_the_fields_before_a_conflict_are_a_schema_without_rows(void **state)
{
    (void)state;
    struct parser parser;
    parser_open(&parser);
    parser_take(&parser, "m z=1i,v=1,a=2,v=1i,q=3 1");
    assert_int_equal(parser.batch.schema_count, 1);
    assert_int_equal(parser.batch.row_count + parser.batch.run_count, 0);
    const struct sx_batch_schema *schema = &parser.batch.schemas[0];
    assert_bytes(schema->measurement, "m", 1);
    assert_int_equal(schema->column_count, 3);
    assert_bytes(schema->columns[0].name, "a", 1);
    assert_bytes(schema->columns[1].name, "v", 1);
    assert_int_equal(schema->columns[1].type, STRIA_FLOAT);
    assert_bytes(schema->columns[2].name, "z", 1);
    parser_close(&parser);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_points_that_may_not_be_stored_are_dropped),
        cmocka_unit_test(test_the_fields_before_a_conflict_are_a_schema_without_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
