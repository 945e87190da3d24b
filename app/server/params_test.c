/* SPDX-License-Identifier: Apache-2.0 */
/* params_test.c -- forms and URLs as Go reads them, and the limits. */
#include "app/server/params.h"

#include "base/attr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

/* The pairs as "name=value;" in order. */
static const struct row {
    const char *name, *form, *pairs;
} rows[] = {
    {"empty", "", ""},
    {"one", "db=home", "db=home;"},
    {"several", "db=home&q=SELECT&db=other", "db=home;q=SELECT;db=other;"},
    {"no value", "a&b=&=c", "a=;b=;=c;"},
    {"empty pairs", "&&a=1&&", "a=1;"},
    {"blanks", "q=a+b%20c", "q=a b c;"},
    {"escapes", "%64b=%2b%26%3D%25", "db=+&=%;"},
    {"both cases of hex", "a=%c3%A4", "a=\xc3\xa4;"},
    {"a second equals", "a=b=c", "a=b=c;"},
    {"a bad escape leaves the pair out", "a=1&b=%zz&c=3", "a=1;c=3;"},
    {"a bad escape in a name", "%=1&c=3", "c=3;"},
    {"a cut escape", "a=%2&b=2", "b=2;"},
    {"a cut escape at the end", "b=2&a=%", "b=2;"},
    {"a semicolon leaves the pair out", "db=db0;q=x&a=1", "a=1;"},
    {"an escaped semicolon does not", "q=a%3bb", "q=a;b;"},
};

static void test_pairs_are_those_of_go(void **state)
{
    (void)state;
    struct sx_mem mem;
    sx_mem_init(&mem, NULL, "test", 0);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        char text[100], got[100] = "";
        struct sx_params params;
        print_message("row %s\n", rows[i].name);
        (void)snprintf(text, sizeof text, "%s", rows[i].form);
        sx_params_init(&params, &mem);
        assert_int_equal(sx_params_add_form(&params, text, strlen(text), NULL), STRIA_OK);
        for (size_t j = 0; j < params.count; j++) {
            size_t size = strlen(got);
            const struct sx_param *param = &params.items[j];
            assert_int_equal(param->value.ptr[param->value.len], 0);
            (void)snprintf(got + size, sizeof got - size, "%.*s=%s;", (int)param->name.len,
                           (const char *)param->name.ptr, (const char *)param->value.ptr);
        }
        assert_string_equal(got, rows[i].pairs);
        sx_params_deinit(&params);
    }
    sx_mem_deinit(&mem);
}

static void test_the_first_of_a_name_counts(void **state)
{
    (void)state;
    char text[] = "db=home&rp=&db=other&q=1";
    struct sx_mem mem;
    struct sx_params params;
    sx_mem_init(&mem, NULL, "test", 0);
    sx_params_init(&params, &mem);
    const struct sx_param file = {
        .name = SX_LITERAL("q"), .value = SX_LITERAL("in a file"), .is_file = true};
    assert_int_equal(sx_params_add(&params, &file, NULL), STRIA_OK);
    assert_int_equal(sx_params_add_form(&params, text, strlen(text), NULL), STRIA_OK);
    assert_string_equal(sx_params_text(&params, "db"), "home");
    assert_string_equal(sx_params_text(&params, "rp"), "");
    assert_string_equal(sx_params_text(&params, "nosuch"), "");
    assert_string_equal(sx_params_text(&params, "q"), "1");
    assert_string_equal(sx_params_file(&params, "q")->value.ptr, "in a file");
    assert_non_null(sx_params_find(&params, "rp"));
    assert_null(sx_params_find(&params, "nosuch"));
    assert_null(sx_params_file(&params, "db"));
    assert_true(sx_params_is(&params, "db", "home"));
    assert_false(sx_params_is(&params, "db", "hom"));
    sx_params_deinit(&params);
    sx_mem_deinit(&mem);
}

static void test_more_pairs_than_the_maximum_are_refused(void **state)
{
    (void)state;
    char text[2 * SX_PARAMS_MAX + 4];
    struct sx_mem mem;
    struct sx_params params;
    sx_mem_init(&mem, NULL, "test", 0);
    for (size_t i = 0; i <= SX_PARAMS_MAX; i++)
        memcpy(text + 2 * i, "a&", 2);
    text[2 * SX_PARAMS_MAX + 2] = 0;
    sx_params_init(&params, &mem);
    assert_int_equal(sx_params_add_form(&params, text, strlen(text), NULL), STRIA_LIMIT);
    assert_int_equal(params.count, SX_PARAMS_MAX);
    sx_params_deinit(&params);
    sx_mem_deinit(&mem);
}

static void test_a_failed_allocation_is_told(void **state)
{
    (void)state;
    char text[] = "a=1";
    struct sx_mem mem;
    struct sx_mem_fault fault = {.countdown = 1};
    struct sx_params params;
    sx_mem_init(&mem, NULL, "test", 0);
    mem.fault = &fault;
    sx_params_init(&params, &mem);
    assert_int_equal(sx_params_add_form(&params, text, strlen(text), NULL), STRIA_NOMEM);
    sx_params_deinit(&params);
    sx_mem_deinit(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs_are_those_of_go),
        cmocka_unit_test(test_the_first_of_a_name_counts),
        cmocka_unit_test(test_more_pairs_than_the_maximum_are_refused),
        cmocka_unit_test(test_a_failed_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
