/* SPDX-License-Identifier: Apache-2.0 */
/* nearest_test.c -- distances between words, and which mistakes still find their word. */
#include "app/server/nearest.h"

#include "base/attr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_a_swap_counts_once(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        unsigned distance;
    } rows[] = {
        {"", "", 0},
        {"a", "", 1},
        {"", "abc", 3},
        {"memory", "memory", 0},
        {"memroy", "memory", 1},
        {"listen", "silent", 4},
        {"ab", "ba", 1},
        {"abc", "ca", 3},
        {"kitten", "sitting", 3},
        {"data", "date", 1},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_bytes a = sx_bytes_of(rows[i].a), b = sx_bytes_of(rows[i].b);
        print_message("row %s %s\n", rows[i].a, rows[i].b);
        assert_int_equal(sx_edit_distance(a, b), rows[i].distance);
        assert_int_equal(sx_edit_distance(b, a), rows[i].distance);
    }
}

static void test_only_what_is_near_is_named(void **state)
{
    (void)state;
    static const char *const names[] = {"data", "listen", "memory", "write-threads"};
    static const struct {
        const char *text, *nearest; /* NULL: none is near */
    } rows[] = {
        {"memroy", "memory"}, {"mem", NULL},   {"lisen", "listen"},
        {"dat", "data"},      {"xyzzy", NULL}, {"write_thread", "write-threads"},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        const char *got = sx_nearest(sx_bytes_of(rows[i].text), names, SX_COUNT_OF(names));
        if (rows[i].nearest)
            assert_string_equal(got, rows[i].nearest);
        else
            assert_null(got);
    }
    assert_null(sx_nearest(SX_LITERAL("data"), names, 0));
}

static void test_long_words_are_far_from_all(void **state)
{
    (void)state;
    char text[SX_NEAREST_SIZE_MAX + 2];
    memset(text, 'a', sizeof text);
    struct sx_bytes longest = sx_bytes_make(text, SX_NEAREST_SIZE_MAX);
    assert_int_equal(sx_edit_distance(longest, longest), 0);
    assert_int_equal(sx_edit_distance(longest, sx_bytes_make(text, sizeof text)),
                     SX_NEAREST_SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_swap_counts_once),
        cmocka_unit_test(test_only_what_is_near_is_named),
        cmocka_unit_test(test_long_words_are_far_from_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
