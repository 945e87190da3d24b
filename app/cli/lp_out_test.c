/* SPDX-License-Identifier: Apache-2.0 */
/* lp_out_test.c -- rows as lines: every type, names with escapes, and what has no form. */
#include "app/cli/lp_out.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define B(text)                                                                                    \
    {                                                                                              \
        ("" text), sizeof(text) - 1                                                                \
    }

struct printed {
    struct sx_mem mem;
    struct sx_lp_out lp;
    struct sx_buf text;
};

static void begin(struct printed *p)
{
    sx_mem_init(&p->mem, NULL, "test", 0);
    sx_lp_out_init(&p->lp, &p->mem);
    sx_buf_init(&p->text, &p->mem, (size_t)1 << 20);
}

static void end(struct printed *p)
{
    sx_buf_deinit(&p->text);
    sx_lp_out_deinit(&p->lp);
    sx_mem_deinit(&p->mem);
}

static void expect_text(struct printed *p, const char *text)
{
    sx_buf_put_u8(&p->text, 0);
    assert_false(p->text.failed);
    assert_string_equal((const char *)p->text.ptr, text);
    sx_buf_clear(&p->text);
}

static void print(struct printed *p, const stria_table *table, const stria_batch *batch)
{
    assert_int_equal(sx_lp_out_table(&p->lp, table, NULL), STRIA_OK);
    assert_int_equal(sx_lp_out_batch(&p->lp, batch, INT64_MIN, INT64_MAX, &p->text, NULL),
                     STRIA_OK);
}

static const stria_bytes all_names[] = {B("time"), B("b"), B("f"), B("i"), B("s"), B("u")};
static const stria_type all_types[] = {STRIA_TIME, STRIA_BOOL,   STRIA_FLOAT,
                                       STRIA_INT,  STRIA_STRING, STRIA_UINT};

static void test_every_type_and_the_absent_ones(void **state)
{
    (void)state;
    static const stria_tag tags[] = {{B("dc"), B("eu west")}, {B("host"), B("a")}};
    const stria_table table = {.name = B("m"),
                               .tags = tags,
                               .tag_count = 2,
                               .column_names = all_names,
                               .column_types = all_types,
                               .column_count = 6};
    static const int64_t times[] = {-5, 1700000000000000000, INT64_MAX - 1};
    static const uint8_t bools[] = {1, 0, 0};
    static const double floats[] = {0.1, -0.0, 1e300};
    static const int64_t ints[] = {INT64_MIN, 0, 7};
    static const stria_bytes strings[] = {B("say \"hi\" \\ there"), {NULL, 0}, B("two\nlines")};
    static const uint64_t uints[] = {UINT64_MAX, 0, 1};
    static const uint64_t first_two = 3, last = 4, none = 0;
    const stria_values columns[] = {
        {STRIA_TIME, times, NULL},     {STRIA_BOOL, bools, &first_two}, {STRIA_FLOAT, floats, NULL},
        {STRIA_INT, ints, &first_two}, {STRIA_STRING, strings, NULL},   {STRIA_UINT, uints, &last},
    };
    stria_values sparse[6];
    struct printed p;
    begin(&p);
    print(&p, &table, &(stria_batch){3, columns, 6});
    expect_text(&p, "m,dc=eu\\ west,host=a b=true,f=0.1,i=-9223372036854775808i,"
                    "s=\"say \\\"hi\\\" \\\\ there\" -5\n"
                    "m,dc=eu\\ west,host=a b=false,f=-0,i=0i,s=\"\" 1700000000000000000\n"
                    "m,dc=eu\\ west,host=a f=1e+300,s=\"two\nlines\",u=1u 9223372036854775806\n");
    assert_int_equal(p.lp.row_count, 3);
    assert_int_equal(p.lp.sample_count, 11);
    assert_int_equal(p.lp.left_out_count, 0);
    memcpy(sparse, columns, sizeof sparse);
    for (size_t i = 1; i < 6; i++)
        sparse[i].present = &none;
    print(&p, &table, &(stria_batch){3, sparse, 6});
    expect_text(&p, "");
    assert_int_equal(p.lp.row_count, 3);
    end(&p);
}

static void test_a_field_with_two_types_makes_two_lines(void **state)
{
    (void)state;
    static const stria_bytes names[] = {B("time"), B("a"), B("v"), B("v"), B("w")};
    static const stria_type types[] = {STRIA_TIME, STRIA_INT, STRIA_FLOAT, STRIA_INT, STRIA_INT};
    const stria_table table = {
        .name = B("m"), .column_names = names, .column_types = types, .column_count = 5};
    static const int64_t times[] = {1, 2}, ints[] = {10, 20};
    static const double floats[] = {1.5, 2.5};
    static const uint64_t first = 1;
    const stria_values columns[] = {{STRIA_TIME, times, NULL},
                                    {STRIA_INT, ints, NULL},
                                    {STRIA_FLOAT, floats, &first},
                                    {STRIA_INT, ints, NULL},
                                    {STRIA_INT, ints, NULL}};
    struct printed p;
    begin(&p);
    print(&p, &table, &(stria_batch){2, columns, 5});
    expect_text(&p, "m a=10i,v=1.5 1\nm v=10i,w=10i 1\nm a=20i,v=20i,w=20i 2\n");
    assert_int_equal(p.lp.row_count, 2);
    assert_int_equal(p.lp.sample_count, 7);
    end(&p);
}

static void test_numbers_that_have_no_form_are_counted(void **state)
{
    (void)state;
    static const stria_bytes names[] = {B("time"), B("f"), B("g")};
    static const stria_type types[] = {STRIA_TIME, STRIA_FLOAT, STRIA_FLOAT};
    const stria_table table = {
        .name = B("m"), .column_names = names, .column_types = types, .column_count = 3};
    static const int64_t times[] = {1, 2, 3};
    const double f[] = {NAN, 1, (double)INFINITY}, g[] = {2, -(double)INFINITY, NAN};
    const stria_values columns[] = {
        {STRIA_TIME, times, NULL}, {STRIA_FLOAT, f, NULL}, {STRIA_FLOAT, g, NULL}};
    struct printed p;
    begin(&p);
    print(&p, &table, &(stria_batch){3, columns, 3});
    expect_text(&p, "m g=2 1\nm f=1 2\n");
    assert_int_equal(p.lp.row_count, 2);
    assert_int_equal(p.lp.sample_count, 2);
    assert_int_equal(p.lp.left_out_count, 4);
    end(&p);
}

static void test_rows_outside_the_times_asked_for_are_not_printed(void **state)
{
    (void)state;
    static const stria_bytes names[] = {B("time"), B("v")};
    static const stria_type types[] = {STRIA_TIME, STRIA_INT};
    const stria_table table = {
        .name = B("m"), .column_names = names, .column_types = types, .column_count = 2};
    static const int64_t times[] = {-1, 0, 1, 2};
    const stria_values columns[] = {{STRIA_TIME, times, NULL}, {STRIA_INT, times, NULL}};
    struct printed p;
    begin(&p);
    assert_int_equal(sx_lp_out_table(&p.lp, &table, NULL), STRIA_OK);
    assert_int_equal(sx_lp_out_batch(&p.lp, &(stria_batch){4, columns, 2}, 0, 1, &p.text, NULL),
                     STRIA_OK);
    expect_text(&p, "m v=0i 0\nm v=1i 1\n");
    end(&p);
}

/* One row v=1 of a series `measurement,tag=value` with a field; NULL: it has no form. */
static const struct name_row {
    stria_bytes measurement, tag, value, field;
    const char *line;
} name_rows[] = {
    {B("a b,c=d"), B("k =,"), B("v =,"), B("f =,"),
     "a\\ b\\,c=d,k\\ \\=\\,=v\\ \\=\\, f\\ \\=\\,=1i 1\n"},
    {B("a\\,b"), B("k"), B("v"), B("f"), "a\\\\,b,k=v f=1i 1\n"},
    {B("a\\=b\\\"c"), B("k"), B("v"), B("f"), "a\\\\=b\\\\\"c,k=v f=1i 1\n"},
    {B("m"), B("k\\\"x"), B("v\\x"), B("f\\\"g"), "m,k\\\"x=v\\x f\\\\\"g=1i 1\n"},
    {B(" m"), B("#k"), B("\tv"), B("#f"), "\\ m,#k=\tv #f=1i 1\n"},
    {B("m"), B("k"), B("caf\xc3\xa9\xff"), B("\"f"), "m,k=caf\xc3\xa9\xff \"f=1i 1\n"},
    {B("m"), B("k"), B("a\\\nb"), B("f"), "m,k=a\\\nb f=1i 1\n"},
    {B("m"), B("k"), B("time"), B("Time"), "m,k=time Time=1i 1\n"},
    {B("m"), B("k"), B(""), B("f"), "m f=1i 1\n"},
    {B(""), B("k"), B("v"), B("f"), NULL},
    {B("#m"), B("k"), B("v"), B("f"), NULL},
    {B("\tm"), B("k"), B("v"), B("f"), NULL},
    {B("\0m"), B("k"), B("v"), B("f"), NULL},
    {B("m\\"), B("k"), B("v"), B("f"), NULL},
    {B("m"), B("k\\"), B("v"), B("f"), NULL},
    {B("m"), B("k"), B("v\\"), B("f"), NULL},
    {B("m"), B("k"), B("v"), B("f\\"), NULL},
    {B("m"), B("k"), B("a\nb"), B("f"), NULL},
    {B("m"), B("k"), B("a\\\\\nb"), B("f"), NULL},
    {B("m"), B("time"), B("v"), B("f"), NULL},
    {B("m"), B("k"), B("v"), B("time"), NULL},
    {B("m"), B("k"), B("v"), B(""), NULL},
    {B("m"), B("k"), B("v"), B("\tf"), NULL},
    {B("m"), B(""), B("v"), B("f"), NULL},
};

static void test_names_are_escaped_or_have_no_form(void **state)
{
    (void)state;
    static const stria_type types[] = {STRIA_TIME, STRIA_INT};
    static const int64_t one = 1;
    const stria_values columns[] = {{STRIA_TIME, &one, NULL}, {STRIA_INT, &one, NULL}};
    struct printed p;
    begin(&p);
    for (size_t i = 0; i < SX_COUNT_OF(name_rows); i++) {
        const struct name_row *row = &name_rows[i];
        const stria_tag tag = {row->tag, row->value};
        const stria_bytes names[] = {B("time"), row->field};
        const stria_table table = {.name = row->measurement,
                                   .tags = &tag,
                                   .tag_count = 1,
                                   .column_names = names,
                                   .column_types = types,
                                   .column_count = 2};
        uint64_t before = p.lp.left_out_count;
        print_message("row %zu\n", i);
        print(&p, &table, &(stria_batch){1, columns, 2});
        expect_text(&p, row->line ? row->line : "");
        assert_int_equal(p.lp.left_out_count - before, row->line ? 0 : 1);
    }
    end(&p);
}

static void test_no_memory_anywhere_is_an_error(void **state)
{
    (void)state;
    static const stria_tag tag = {B("host"), B("a")};
    const stria_table table = {.name = B("m"),
                               .tags = &tag,
                               .tag_count = 1,
                               .column_names = all_names,
                               .column_types = all_types,
                               .column_count = 2};
    static const int64_t time = 1;
    static const uint8_t yes = 1;
    const stria_values columns[] = {{STRIA_TIME, &time, NULL}, {STRIA_BOOL, &yes, NULL}};
    int64_t nth = 0;
    stria_status st;
    do {
        struct printed p;
        struct sx_mem_fault fault = {.countdown = ++nth};
        stria_error err = {0};
        begin(&p);
        p.mem.fault = &fault;
        st = sx_lp_out_table(&p.lp, &table, &err);
        if (!st)
            st = sx_lp_out_batch(&p.lp, &(stria_batch){1, columns, 2}, 0, 1, &p.text, &err);
        assert_int_equal(st, err.code);
        assert_true(st == STRIA_OK || st == STRIA_NOMEM);
        assert_true(st || nth > 4);
        end(&p);
    } while (st);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_type_and_the_absent_ones),
        cmocka_unit_test(test_a_field_with_two_types_makes_two_lines),
        cmocka_unit_test(test_numbers_that_have_no_form_are_counted),
        cmocka_unit_test(test_rows_outside_the_times_asked_for_are_not_printed),
        cmocka_unit_test(test_names_are_escaped_or_have_no_form),
        cmocka_unit_test(test_no_memory_anywhere_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
