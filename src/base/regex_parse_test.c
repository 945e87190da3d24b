/* SPDX-License-Identifier: Apache-2.0 */
/* regex_parse_test.c -- which patterns are refused, and with which text: that of Go's
 * regexp/syntax. */
#include "base/regex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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

/* `text` is what Go 1.22 prints behind "error parsing regexp: ". */
static const struct row {
    const char *pattern, *text;
} rows[] = {
    {"(", "missing closing ): `(`"},
    {"a(b(c)", "missing closing ): `a(b(c)`"},
    {")", "unexpected ): `)`"},
    {"a)b", "unexpected ): `a)b`"},
    {"[", "missing closing ]: `[`"},
    {"x[a-", "missing closing ]: `[a-`"},
    {"[]", "missing closing ]: `[]`"},
    {"[z-a]", "invalid character class range: `z-a`"},
    {"[[:foo:]]", "invalid character class range: `[:foo:]`"},
    {"[[:d:]]", "invalid character class range: `[:d:]`"},
    {"[a-\\d]", "invalid escape sequence: `\\d`"},
    {"[\\b]", "invalid escape sequence: `\\b`"},
    {"*", "missing argument to repetition operator: `*`"},
    {" inline */ temp|* x", "missing argument to repetition operator: `*`"},
    {"+?", "missing argument to repetition operator: `+?`"},
    {"(*ACCEPT)", "missing argument to repetition operator: `*`"},
    {"a|*", "missing argument to repetition operator: `*`"},
    {"(?i)*", "missing argument to repetition operator: `*`"},
    {"{2}", "missing argument to repetition operator: `{2}`"},
    {"a**", "invalid nested repetition operator: `**`"},
    {"a++", "invalid nested repetition operator: `++`"},
    {"a*+", "invalid nested repetition operator: `*+`"},
    {"a{2}{3}", "invalid nested repetition operator: `{2}{3}`"},
    {"a???", "invalid nested repetition operator: `???`"},
    {"a{1001}", "invalid repeat count: `{1001}`"},
    {"a{3,2}", "invalid repeat count: `{3,2}`"},
    {"a{99999999999999999999}", "invalid repeat count: `{99999999999999999999}`"},
    {"(a{100}){11}", "invalid repeat count: `{11}`"},
    {"((a{10}){10}){11}", "invalid repeat count: `{11}`"},
    {"\\", "trailing backslash at end of expression: ``"},
    {"a\\", "trailing backslash at end of expression: ``"},
    {"\\1", "invalid escape sequence: `\\1`"},
    {"(a)\\1", "invalid escape sequence: `\\1`"},
    {"\\8", "invalid escape sequence: `\\8`"},
    {"\\C", "invalid escape sequence: `\\C`"},
    {"\\K", "invalid escape sequence: `\\K`"},
    {"\\Z", "invalid escape sequence: `\\Z`"},
    {"\\G", "invalid escape sequence: `\\G`"},
    {"\\R", "invalid escape sequence: `\\R`"},
    {"\\X", "invalid escape sequence: `\\X`"},
    {"\\h", "invalid escape sequence: `\\h`"},
    {"\\g1", "invalid escape sequence: `\\g`"},
    {"\\k<n>", "invalid escape sequence: `\\k`"},
    {"\\E", "invalid escape sequence: `\\E`"},
    {"\\e", "invalid escape sequence: `\\e`"},
    {"\\xg", "invalid escape sequence: `\\xg`"},
    {"\\x4", "invalid escape sequence: `\\x4`"},
    {"\\x{}", "invalid escape sequence: `\\x{}`"},
    {"\\x{110000}", "invalid escape sequence: `\\x{110000`"},
    {"\\x{12", "invalid escape sequence: `\\x{12`"},
    {"\\pX", "invalid character class range: `\\pX`"},
    {"\\p{Foo}", "invalid character class range: `\\p{Foo}`"},
    {"\\p{greek}", "invalid character class range: `\\p{greek}`"},
    {"\\p{Xan}", "invalid character class range: `\\p{Xan}`"},
    {"\\p{L&}", "invalid character class range: `\\p{L&}`"},
    {"\\p{C Cc}", "invalid character class range: `\\p{C Cc}`"},
    {"\\p{Greek", "invalid character class range: `\\p{Greek`"},
    {"\\p", "invalid character class range: `\\p`"},
    {"(?=a)", "invalid or unsupported Perl syntax: `(?=`"},
    {"(?!a)", "invalid or unsupported Perl syntax: `(?!`"},
    {"(?<=a)b", "invalid named capture: `(?<=a)b`"},
    {"(?<!a)b", "invalid named capture: `(?<!a)b`"},
    {"(?>a)", "invalid or unsupported Perl syntax: `(?>`"},
    {"(?#a)", "invalid or unsupported Perl syntax: `(?#`"},
    {"(?|a)", "invalid or unsupported Perl syntax: `(?|`"},
    {"(?R)", "invalid or unsupported Perl syntax: `(?R`"},
    {"(?1)", "invalid or unsupported Perl syntax: `(?1`"},
    {"(?C)", "invalid or unsupported Perl syntax: `(?C`"},
    {"(?x)a", "invalid or unsupported Perl syntax: `(?x`"},
    {"(?i-)a", "invalid or unsupported Perl syntax: `(?i-)`"},
    {"(?-)a", "invalid or unsupported Perl syntax: `(?-)`"},
    {"(?P=n)", "invalid or unsupported Perl syntax: `(?P`"},
    {"(?P>n)", "invalid or unsupported Perl syntax: `(?P`"},
    {"(?", "invalid or unsupported Perl syntax: `(?`"},
    {"(?i", "invalid or unsupported Perl syntax: `(?i`"},
    {"(?P<n", "invalid named capture: `(?P<n`"},
    {"(?P<>a)", "invalid named capture: `(?P<>`"},
    {"(?P<n.m>a)", "invalid named capture: `(?P<n.m>`"},
    {"(?(1)a|b)", "invalid or unsupported Perl syntax: `(?(`"},
    {"a\xff", "invalid UTF-8: `\xff`"},
    {"[\xc3]", "invalid UTF-8: `\xc3]`"},
    {"\\Qa\xff\\Eb", "invalid UTF-8: `\xff`"},
    {"(?P<\xff>a)", "invalid UTF-8: `\xff`"},
    {"\\\xff", "invalid UTF-8: `\xff`"},
};

static void test_what_re2_refuses_is_refused_with_gos_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_regex *regex;
        stria_error err = {0};
        char expected[200] = "error parsing regexp: ";
        print_message("%s\n", rows[i].pattern);
        strcat(expected, rows[i].text);
        assert_int_equal(sx_regex_create(&mem, sx_bytes_of(rows[i].pattern), &regex, &err),
                         STRIA_SYNTAX);
        assert_null(regex);
        assert_string_equal(err.text, expected);
    }
}

static void test_what_re2_takes_is_taken(void **state)
{
    (void)state;
    const char *patterns[] = {
        "",
        "a|",
        "|",
        "()",
        "(|a)*",
        "a{,2}",
        "a{",
        "{",
        "a{x}",
        "a{2,x}",
        "a{00}",
        "x{2,}?",
        "^*",
        "$*",
        "\\b+",
        "(?i)(?s)(?m)(?U)a",
        "(?imsU-imsU:a)",
        "(?:)",
        "(?)",
        "[a-]",
        "[-a]",
        "[]a]",
        "[^]a]",
        "[a-c-e]",
        "[\\d-z]",
        "[[:word]",
        "[[.a.]]",
        "[\\]\\-\\\\]",
        "\\Q[(\\E",
        "\\Qa",
        "\\Q\\E",
        "\\pN",
        "\\PL",
        "\\p{^Greek}",
        "[\\p{Lu}\\P{Nd}]",
        "\\p{Any}",
        "\\x{10FFFF}",
        "\\x7f",
        "\\123",
        "\\0",
        "\\a\\f\\n\\r\\t\\v",
        "\\_\\-\\/\\#\\ ",
        "\\A\\z",
        "(?P<name_1>a)",
        "(?<name>a)",
        "(a{31}){32}",
        "a{0}{",
        "((a{10}){10}){10}",
        "]",
        "}",
        "a-b",
        "\\x{d800}",
        "[\\x{d800}-\\x{dfff}]",
    };
    for (size_t i = 0; i < SX_COUNT_OF(patterns); i++) {
        struct sx_regex *regex;
        stria_error err = {0};
        if (sx_regex_create(&mem, sx_bytes_of(patterns[i]), &regex, &err))
            fail_msg("%s: %s", patterns[i], err.text);
        assert_string_equal((const char *)sx_regex_pattern(regex).ptr, patterns[i]);
        sx_regex_destroy(regex);
    }
}

static void test_groups_nest_to_a_limit(void **state)
{
    (void)state;
    char pattern[2 * SX_REGEX_DEPTH_MAX + 4];
    for (size_t depth = SX_REGEX_DEPTH_MAX - 1; depth <= SX_REGEX_DEPTH_MAX + 1; depth++) {
        struct sx_regex *regex;
        stria_error err = {0};
        memset(pattern, '(', depth);
        pattern[depth] = '.';
        memset(pattern + depth + 1, ')', depth);
        stria_status st =
            sx_regex_create(&mem, sx_bytes_make(pattern, 2 * depth + 1), &regex, &err);
        assert_int_equal(st, depth <= SX_REGEX_DEPTH_MAX ? STRIA_OK : STRIA_SYNTAX);
        if (st)
            assert_non_null(strstr(err.text, "error parsing regexp: expression nests too deeply"));
        sx_regex_destroy(regex);
    }
}

static void test_patterns_that_are_too_long_or_too_large_are_told(void **state)
{
    (void)state;
    struct sx_regex *regex;
    stria_error err = {0};
    char *pattern = malloc(SX_REGEX_SIZE_MAX + 1);
    memset(pattern, 'a', SX_REGEX_SIZE_MAX + 1);
    assert_int_equal(
        sx_regex_create(&mem, sx_bytes_make(pattern, SX_REGEX_SIZE_MAX + 1), &regex, &err),
        STRIA_LIMIT);
    assert_int_equal(sx_regex_create(&mem, sx_bytes_make(pattern, SX_REGEX_SIZE_MAX), &regex, &err),
                     STRIA_OK);
    sx_regex_destroy(regex);
    pattern[0] = '.'; /* no plain text any more */
    assert_int_equal(sx_regex_create(&mem, sx_bytes_make(pattern, SX_REGEX_SIZE_MAX), &regex, &err),
                     STRIA_SYNTAX);
    assert_non_null(strstr(err.text, "error parsing regexp: expression too large: `.aaa"));
    free(pattern);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_re2_refuses_is_refused_with_gos_text),
        cmocka_unit_test(test_what_re2_takes_is_taken),
        cmocka_unit_test(test_groups_nest_to_a_limit),
        cmocka_unit_test(test_patterns_that_are_too_long_or_too_large_are_told),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
