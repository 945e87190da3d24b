/* SPDX-License-Identifier: Apache-2.0 */
/* type_test.c -- names of types, and which of two a mixed field is read as. */
#include "model/type.h"

#include "base/attr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Weaker ones first. */
static const struct row {
    stria_type type;
    const char *name;
} rows[] = {
    {STRIA_NONE, "unknown"},  {STRIA_BOOL, "boolean"}, {STRIA_STRING, "string"},
    {STRIA_UINT, "unsigned"}, {STRIA_INT, "integer"},  {STRIA_FLOAT, "float"},
};

static void test_types_have_the_peers_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++)
        assert_string_equal(sx_type_name(rows[i].type), rows[i].name);
    assert_string_equal(sx_type_name(STRIA_TIME), "time");
    assert_string_equal(sx_type_name((stria_type)99), "unknown");
}

static void test_the_stronger_type_wins_in_any_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++)
        for (size_t j = 0; j < SX_COUNT_OF(rows); j++)
            assert_int_equal(sx_type_stronger(rows[i].type, rows[j].type), rows[SX_MAX(i, j)].type);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types_have_the_peers_names),
        cmocka_unit_test(test_the_stronger_type_wins_in_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
