/* SPDX-License-Identifier: Apache-2.0 */
/* line_name_test.c -- tests of line_name.h. */
#include "ingest/line_name.h"

#include "base/attr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct {
    const char *raw, *name, *tag;
} names[] = {
    {"", "", ""},
    {"plain", "plain", "plain"},
    {"a\\ b", "a b", "a b"},
    {"a\\,b\\=c", "a,b=c", "a,b=c"},
    {"a\\\"b", "a\"b", "a\\\"b"},
    {"a\\nb", "a\\nb", "a\\nb"},
    {"a\\\\b", "a\\\\b", "a\\\\b"},
    {"a\\\\,b", "a\\,b", "a\\,b"},
    {"a\\\\\\ b", "a\\\\ b", "a\\\\ b"},
    {"end\\", "end\\", "end\\"},
};

static void assert_is(struct sx_bytes got, const char *want)
{
    assert_int_equal(got.len, strlen(want));
    if (got.len)
        assert_memory_equal(got.ptr, want, got.len);
}

static void test_names_lose_the_escapes_of_delimiters(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(names); i++) {
        struct sx_bytes raw = sx_bytes_of(names[i].raw);
        uint8_t *storage = malloc(raw.len + 1), *scratch = storage;
        assert_non_null(storage);
        assert_is(sx_name_text(raw, &scratch), names[i].name);
        assert_true(scratch <= storage + raw.len);
        scratch = storage;
        assert_is(sx_name_text_of_tag(raw, &scratch), names[i].tag);
        free(storage);
    }
}

static void test_names_without_escapes_are_not_copied(void **state)
{
    (void)state;
    uint8_t storage[8], *scratch = storage;
    struct sx_bytes raw = SX_LITERAL("plain");
    assert_ptr_equal(sx_name_text(raw, &scratch).ptr, raw.ptr);
    assert_ptr_equal(scratch, storage);
}

static const struct {
    const char *text;
    size_t end; /* of the name, which '=' ',' ' ' end */
} ends[] = {
    {"a=b", 1},
    {"a", 1},
    {"", 0},
    {"=", 0},
    {" a", 0},
    {"a\\=b=c", 4},
    {"a\\\\=b=c", 5},
    {"a\\ \\,b c", 6},
    {"\\=x y", 3},
    {"a\\", 2},
    {"a name that is longer, and ends", 1},
    {"a-name-that-is-longer\\,and-ends,here", 31},
};

static void test_names_end_at_the_first_bare_delimiter(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(ends); i++) {
        const uint8_t *p = (const uint8_t *)ends[i].text;
        print_message("'%s'\n", ends[i].text);
        assert_int_equal(sx_name_end(p, p + strlen(ends[i].text), '=', ',', ' ') - p, ends[i].end);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_lose_the_escapes_of_delimiters),
        cmocka_unit_test(test_names_without_escapes_are_not_copied),
        cmocka_unit_test(test_names_end_at_the_first_bare_delimiter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
