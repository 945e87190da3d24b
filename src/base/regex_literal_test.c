/* SPDX-License-Identifier: Apache-2.0 */
/* regex_literal_test.c -- what is known of a pattern without matching. */
#include "base/regex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct sx_mem mem;

static int set_up(void **state)
{
    (void)state;
    sx_mem_init(&mem, NULL, "test", 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    sx_mem_deinit(&mem);
    return 0;
}

/* `known`: the literals joined by commas, or the prefix. */
static const struct row {
    const char *pattern;
    enum sx_regex_kind kind;
    const char *known;
} rows[] = {
    {"", SX_REGEX_ALL, ""},
    {".*", SX_REGEX_ALL, ""},
    {"^", SX_REGEX_ALL, ""},
    {"$", SX_REGEX_ALL, ""},
    {"^.*", SX_REGEX_ALL, ""},
    {"a*b?", SX_REGEX_ALL, ""},
    {"(a|)", SX_REGEX_ALL, ""},
    {"(?m)^", SX_REGEX_ALL, ""},
    {"a{0}", SX_REGEX_ALL, ""},
    {"^$", SX_REGEX_LITERALS, ""},
    {"^web1$", SX_REGEX_LITERALS, "web1"},
    {"\\Aweb1\\z", SX_REGEX_LITERALS, "web1"},
    {"^(web01|db02)$", SX_REGEX_LITERALS, "db02,web01"},
    {"^(?:b|a|b)$", SX_REGEX_LITERALS, "a,b"},
    {"^a$|^b$", SX_REGEX_LITERALS, "a,b"},
    {"^(a$|b$)", SX_REGEX_LITERALS, "a,b"},
    {"(^a|^b)$", SX_REGEX_LITERALS, "a,b"},
    {"^(we|d)b[1-3]$", SX_REGEX_LITERALS, "db1,db2,db3,web1,web2,web3"},
    {"^web\\.example\\-1$", SX_REGEX_LITERALS, "web.example-1"},
    {"^\\Qa.b*\\E$", SX_REGEX_LITERALS, "a.b*"},
    {"^colou?r$", SX_REGEX_LITERALS, "color,colour"},
    {"^(ab){2}$", SX_REGEX_LITERALS, "abab"},
    {"^\xc3\xa9t\xc3\xa9$", SX_REGEX_LITERALS, "\xc3\xa9t\xc3\xa9"},
    {"^(?i)123$", SX_REGEX_LITERALS, "123"},
    {"^^a$$", SX_REGEX_LITERALS, "a"},
    {"^a", SX_REGEX_GENERAL, "a"},
    {"^web", SX_REGEX_GENERAL, "web"},
    {"^web[0-9]+$", SX_REGEX_GENERAL, "web"},
    {"^web.*", SX_REGEX_GENERAL, "web"},
    {"^(web1|web2).*$", SX_REGEX_GENERAL, "web"},
    {"^ab+", SX_REGEX_GENERAL, "ab"},
    {"^(ab)+c", SX_REGEX_GENERAL, "ab"},
    {"^a{3,}b", SX_REGEX_GENERAL, "aaa"},
    {"^(\xc3\xa9|\xc3\xa8).", SX_REGEX_GENERAL, ""},
    {"^x(\xc3\xa9|\xc3\xa8).", SX_REGEX_GENERAL, "x"},
    {"^ab|^ac", SX_REGEX_GENERAL, "a"},
    {"^ab|c", SX_REGEX_GENERAL, ""},
    {"web", SX_REGEX_GENERAL, ""},
    {"web$", SX_REGEX_GENERAL, ""},
    {"(?i)^web$", SX_REGEX_GENERAL, ""},
    {"^a(?i)b$", SX_REGEX_GENERAL, "a"},
    {"(?m)^web$", SX_REGEX_GENERAL, ""},
    {"^\\bweb$", SX_REGEX_GENERAL, ""},
    {"^.$", SX_REGEX_GENERAL, ""},
    {"^[^a]$", SX_REGEX_GENERAL, ""},
    {"^\\pN$", SX_REGEX_GENERAL, ""},
    {"^[a-z]$", SX_REGEX_GENERAL, ""},
    {"^a\xef\xbf\xbd$", SX_REGEX_GENERAL, "a"}, /* it is also any byte that is not UTF-8 */
};

static void test_kinds_literals_and_prefixes(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_regex *regex;
        stria_error err = {0};
        char known[200] = "";
        print_message("%s\n", rows[i].pattern);
        if (sx_regex_create(&mem, sx_bytes_of(rows[i].pattern), &regex, &err))
            fail_msg("%s", err.text);
        const struct sx_regex_info *info = sx_regex_info(regex);
        assert_int_equal(info->kind, rows[i].kind);
        for (size_t j = 0; j < info->literal_count; j++)
            snprintf(known + strlen(known), sizeof known - strlen(known), "%s%s", j ? "," : "",
                     (const char *)info->literals[j].ptr);
        if (info->kind == SX_REGEX_GENERAL)
            snprintf(known, sizeof known, "%s", (const char *)info->prefix.ptr);
        assert_string_equal(known, rows[i].known);
        sx_regex_destroy(regex);
    }
}

static void test_what_cannot_match_has_no_literals(void **state)
{
    (void)state;
    const char *patterns[] = {"^a^b$", "a$b", "^(a$b|c^)$", "a^"};
    for (size_t i = 0; i < SX_COUNT_OF(patterns); i++) {
        struct sx_regex *regex;
        print_message("%s\n", patterns[i]);
        assert_int_equal(sx_regex_create(&mem, sx_bytes_of(patterns[i]), &regex, NULL), STRIA_OK);
        assert_int_equal(sx_regex_info(regex)->kind, SX_REGEX_LITERALS);
        assert_int_equal(sx_regex_info(regex)->literal_count, 0);
        sx_regex_destroy(regex);
    }
}

/* What a dashboard makes of a variable with many values. */
static void test_thousands_of_alternatives_are_literals(void **state)
{
    (void)state;
    enum { COUNT = 4000 };
    char *pattern = malloc(COUNT * 16), *end = pattern;
    struct sx_regex *regex;
    end += sprintf(end, "^(");
    for (int i = 0; i < COUNT; i++)
        end += sprintf(end, "%shost-%d", i ? "|" : "", (i * 7) % COUNT);
    end += sprintf(end, ")$");
    assert_int_equal(
        sx_regex_create(&mem, sx_bytes_make(pattern, (size_t)(end - pattern)), &regex, NULL),
        STRIA_OK);
    const struct sx_regex_info *info = sx_regex_info(regex);
    assert_int_equal(info->kind, SX_REGEX_LITERALS);
    assert_int_equal(info->literal_count, COUNT);
    for (size_t i = 1; i < info->literal_count; i++)
        assert_true(sx_bytes_compare(info->literals[i - 1], info->literals[i]) < 0);
    sx_regex_destroy(regex);
    free(pattern);
}

/* Sets that would be huge are given up early, and what is known stays right. */
static void test_explosions_are_cut_short(void **state)
{
    (void)state;
    const char *patterns[] = {
        "^x[ab][ab][ab][ab][ab][ab][ab][ab][ab][ab][ab][ab][ab][ab][ab][ab][ab][ab][ab][ab]$",
        "^x((((a|b){10}|c){10}|d){10}|e)$",
        "^x(a?){16}(b?){16}(c?){16}$",
    };
    for (size_t i = 0; i < SX_COUNT_OF(patterns); i++) {
        struct sx_regex *regex;
        print_message("%s\n", patterns[i]);
        assert_int_equal(sx_regex_create(&mem, sx_bytes_of(patterns[i]), &regex, NULL), STRIA_OK);
        assert_int_equal(sx_regex_info(regex)->kind, SX_REGEX_GENERAL);
        assert_string_equal((const char *)sx_regex_info(regex)->prefix.ptr, "x");
        assert_true(sx_mem_size(&mem) < 65536);
        sx_regex_destroy(regex);
    }
    assert_true(atomic_load(&mem.size_max) < (32 << 20));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds_literals_and_prefixes),
        cmocka_unit_test(test_what_cannot_match_has_no_literals),
        cmocka_unit_test(test_thousands_of_alternatives_are_literals),
        cmocka_unit_test(test_explosions_are_cut_short),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
