/* SPDX-License-Identifier: Apache-2.0 */
/* status_test.c -- every status and type has a name, and other numbers have none. */
#include "base/golden_test.h"
#include "stria.h"

#include <string.h>

static void test_every_status_has_a_name_and_a_text(void **state)
{
    (void)state;
    assert_string_equal(stria_status_name(STRIA_OK), "OK");
    assert_string_equal(stria_status_name(STRIA_NOT_FOUND), "NOT_FOUND");
    for (int i = STRIA_OK; i <= STRIA_INTERNAL; i++) {
        assert_string_not_equal(stria_status_name((stria_status)i), "UNKNOWN");
        assert_string_not_equal(stria_status_text((stria_status)i), "UNKNOWN");
        for (int k = 0; k < i; k++)
            assert_string_not_equal(stria_status_name((stria_status)i),
                                    stria_status_name((stria_status)k));
    }
    assert_string_equal(stria_status_name((stria_status)(STRIA_INTERNAL + 1)), "UNKNOWN");
    assert_string_equal(stria_status_text((stria_status)99), "UNKNOWN");
}

static void test_numbers_that_are_part_of_the_abi_stay(void **state)
{
    (void)state;
    assert_int_equal(STRIA_NOMEM, 1);
    assert_int_equal(STRIA_PARTIAL, 18);
    assert_int_equal(STRIA_INTERNAL, 19);
    assert_int_equal(STRIA_FLOAT, 1);
    assert_int_equal(STRIA_STRING, 5);
}

static void test_types_and_the_version_have_texts(void **state)
{
    (void)state;
    static const char *const names[] = {"float",   "integer", "unsigned",
                                        "boolean", "string",  "time"};
    for (int i = 0; i < 6; i++)
        assert_string_equal(stria_type_name((stria_type)(STRIA_FLOAT + i)), names[i]);
    assert_string_equal(stria_version(), STRIA_VERSION_TEXT);
    assert_non_null(strchr(stria_version(), '.'));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_status_has_a_name_and_a_text),
        cmocka_unit_test(test_numbers_that_are_part_of_the_abi_stay),
        cmocka_unit_test(test_types_and_the_version_have_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
