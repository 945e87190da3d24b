/* SPDX-License-Identifier: Apache-2.0 */
/* format_table_test.c -- tables for people: alignment, names and tags above, harmless text. */
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
    struct sx_render_options options = {.format = SX_RENDER_TABLE};
    struct sx_buf out;
    sx_buf_init(&out, &mem, FAKE_OUT_SIZE_MAX);
    assert_int_equal(fake_render(answer, &options, enough, &out, NULL), STRIA_OK);
    assert_string_equal((const char *)out.ptr, wanted);
    sx_buf_deinit(&out);
}

static void test_columns_are_aligned_and_numbers_stand_right(void **state)
{
    (void)state;
    struct fake_source answer = fake_answer_of(fake_statements, SX_COUNT_OF(fake_statements));
    static const size_t sizes[] = {1, 100, 65536};
    for (size_t i = 0; i < SX_COUNT_OF(sizes); i++)
        check(&answer, sizes[i],
              "name: cpu\n"
              "tags: host=a b, zone=\n"
              "time                                f   i                     u  b      s\n"
              "------------------------------  -----  --  --------------------  -----  "
              "-----------\n"
              "2000-01-01T00:00:00Z              1.5  -7                     1  true   "
              "say \"x\", ok\n"
              "2000-01-01T00:00:01.5Z          1e+21      18446744073709551615  false  "
              "a\\nb<\xef\xbf\xbd>\n"
              "1969-12-31T23:59:59.999999999Z   +Inf   0                     0  true   \n"
              "\n"
              "name: cpu\n"
              "tags: host=b, zone=eu\n"
              "time                        f\n"
              "----------------------  -----\n"
              "2000-01-01T00:00:00Z      1.5\n"
              "2000-01-01T00:00:01.5Z  1e+21\n"
              "warning: deprecated use of 'X'\n"
              "\n"
              "error: database not found: x\n");
}

static void test_a_wider_row_that_comes_later_is_pushed_out(void **state)
{
    (void)state;
    stria_bytes strings[65];
    int64_t ints[65];
    for (size_t i = 0; i < SX_COUNT_OF(strings); i++) {
        strings[i] = (stria_bytes)FAKE_TEXT("\xc3\xa4");
        ints[i] = 1;
    }
    strings[64] = (stria_bytes)FAKE_TEXT("wide");
    static const stria_bytes names[] = {FAKE_TEXT("s"), FAKE_TEXT("i")};
    static const stria_type types[] = {STRIA_STRING, STRIA_INT};
    const stria_values columns[] = {{.type = STRIA_STRING, .values = strings},
                                    {.type = STRIA_INT, .values = ints}};
    const struct fake_table table = {
        .table = {.column_names = names, .column_types = types, .column_count = 2},
        .columns = columns,
        .row_count = 65,
        .batch_row_count = 64};
    const struct fake_statement statement = {.tables = &table, .table_count = 1};
    struct fake_source answer = fake_answer_of(&statement, 1);
    struct sx_render_options options = {.format = SX_RENDER_TABLE};
    struct sx_buf out;
    sx_buf_init(&out, &mem, FAKE_OUT_SIZE_MAX);
    assert_int_equal(fake_render(&answer, &options, 1, &out, NULL), STRIA_OK);
    assert_non_null(strstr((const char *)out.ptr, "s  i\n-  -\n\xc3\xa4  1\n"));
    assert_non_null(strstr((const char *)out.ptr, "\xc3\xa4  1\nwide  1\n"));
    sx_buf_deinit(&out);
}

static void test_stored_text_cannot_steer_the_terminal(void **state)
{
    (void)state;
    static const stria_bytes name = FAKE_TEXT("\x1b[2J");
    static const stria_type type = STRIA_STRING;
    /* ESC, BEL, TAB, DEL, CSI as one byte of Latin-1, and a mark that turns the direction. */
    static const unsigned char bytes[] = {0x1b, ']',  '0',  ';',  'x',  0x07, '\t',
                                          0x7f, 0xc2, 0x9b, 0xe2, 0x80, 0xae};
    static const stria_bytes cell = {.ptr = (const char *)bytes, .len = sizeof bytes};
    const stria_values column = {.type = STRIA_STRING, .values = &cell};
    const struct fake_table table = {.table = {.name = FAKE_TEXT("a\rb"),
                                               .column_names = &name,
                                               .column_types = &type,
                                               .column_count = 1},
                                     .columns = &column,
                                     .row_count = 1};
    const struct fake_statement statement = {.tables = &table, .table_count = 1};
    struct fake_source answer = fake_answer_of(&statement, 1);
    check(&answer, 1,
          "name: a\\x0db\n"
          "\\x1b[2J\n"
          "----------------------------\n"
          "\\x1b]0;x\\x07\\t\\x7f\\x9b\\u202e\n");
}

static void test_what_an_answer_lacks_is_told_below_it(void **state)
{
    (void)state;
    const struct fake_statement statement = {.status = STRIA_PARTIAL, .text = "a.seg is damaged"};
    struct fake_source answer = fake_answer_of(&statement, 1);
    check(&answer, 1, "warning: a.seg is damaged\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns_are_aligned_and_numbers_stand_right),
        cmocka_unit_test(test_a_wider_row_that_comes_later_is_pushed_out),
        cmocka_unit_test(test_stored_text_cannot_steer_the_terminal),
        cmocka_unit_test(test_what_an_answer_lacks_is_told_below_it),
    };
    sx_mem_init(&mem, NULL, "test", 0);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    sx_mem_deinit(&mem);
    return failed;
}
