/* SPDX-License-Identifier: Apache-2.0 */
/* regex_test.c -- what matches, as in Go 1.22; limits of steps and memory. */
#include "base/regex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static struct sx_mem mem;
static struct sx_regex_scratch *scratch;

static int set_up(void **state)
{
    (void)state;
    sx_mem_init(&mem, NULL, "test", 0);
    scratch = sx_regex_scratch_create(&mem);
    return scratch ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    sx_regex_scratch_destroy(scratch);
    sx_mem_deinit(&mem);
    return 0;
}

/* Texts that match, and texts that do not; NULL ends each list. */
static const struct row {
    const char *pattern;
    const char *yes[5], *no[5];
} rows[] = {
    {"host", {"host", "a-host-7"}, {"hos", "", "HOST"}},
    {"web|db", {"my-db-17", "web"}, {"d", "we b"}},
    {"^web[0-9]+$", {"web1", "web1234"}, {"web", "xweb1", "web1\n"}},
    {"^(web01|db02)$", {"web01", "db02"}, {"web0", "db021", ""}},
    {"^.*$", {"", "one line"}, {"two\nlines", "\n"}},
    {"^.+$", {"x", "one line"}, {"", "two\nlines"}},
    {"(?s)^.+$", {"x", "two\nlines", "\n"}, {""}},
    {".", {"x", "\nx"}, {"", "\n", "\n\n"}},
    {"^$", {""}, {"x", "\n"}},
    {"a$", {"a", "ba"}, {"a\n", "ab"}},
    {"(?m)a$", {"a", "a\n", "a\nb"}, {"ab"}},
    {"(?m)^b", {"b", "a\nb"}, {"ab"}},
    {"(?m)^$", {"", "a\n", "\na", "a\n\nb"}, {"a", "a\nb"}},
    {"\\Ab\\z", {"b"}, {"b\n", "a\nb"}},
    {"(?i)mem", {"mem", "some MEM", "mEm"}, {"me m"}},
    {"(?i)k", {"k", "K", "\xe2\x84\xaa"}, {"x"}},
    {"(?i)s\xc3\xa9", {"S\xc3\x89", "\xc5\xbf\xc3\xa9"}, {"se"}},
    {"a(?i)b(?-i)c", {"abc", "aBc"}, {"Abc", "abC"}},
    {"a(?i:b)c", {"abc", "aBc"}, {"aBC"}},
    {"(?i)\\W", {"-", "\xc3\xa9"}, {"s", "k", "\xc5\xbf", "\xe2\x84\xaa"}},
    {"\\W", {"\xc5\xbf", "\xe2\x84\xaa"}, {"s", "_"}},
    {"(?i)[[:lower:]]", {"A", "\xe2\x84\xaa"}, {"1"}},
    {"(?i)[^[:upper:]]", {"1"}, {"a", "A", "\xe2\x84\xaa"}},
    {"(?i)^\\p{Lu}$", {"a", "A"}, {"1"}},
    {"^\\p{Lu}$", {"A", "\xc3\x89"}, {"a", "1"}},
    {"^\\p{Greek}+$",
     {"\xce\xb1\xce\xa9"},
     {"a", "\xce\xb1"
           "a"}},
    {"^[^\\p{L}\\d]$", {"-", " "}, {"a", "1", "\xc3\xa9"}},
    {"^\\pN$", {"1", "\xd9\xa1"}, {"a"}},
    {"^\\s+$", {" \t\n\f\r"}, {"\v", "\xc2\xa0", ""}},
    {"^[[:space:]]$", {"\v", " "}, {"x"}},
    {"^\\v$", {"\v"}, {"\n", "\f"}},
    {"^\\d$", {"5"}, {"\xd9\xa1"}},
    {"^\\w+$", {"aZ_9"}, {"\xc3\xa9", "-"}},
    {"\\bcpu\\b", {"cpu", "a cpu.", "-cpu-"}, {"cpu1", "_cpu"}},
    {"\\Bb", {"ab"}, {"b", "a b"}},
    {"^\\Qa.b*\\E$", {"a.b*"}, {"axb"}},
    {"^[a-]$", {"a", "-"}, {"b"}},
    {"^[]a]$", {"]", "a"}, {"b"}},
    {"^[^]a]$", {"b", "\n"}, {"]", "a"}},
    {"^a{2,3}$", {"aa", "aaa"}, {"a", "aaaa"}},
    {"^a{,2}$", {"a{,2}"}, {"aa"}},
    {"^(ab|a)(bc|c)?$", {"a", "ab", "abc", "abbc"}, {"abcc"}},
    {"^(a*)*b$", {"b", "aab"}, {"aa"}},
    {"(?U)^a+$", {"aaa"}, {"ab"}},
    {"^\\x41\\x{e9}\\101$",
     {"A\xc3\xa9"
      "A"},
     {"AeA"}},
    {"a\\/b", {"a/b"}, {"ab"}},
    {"[\\x{d800}]|x", {"x"}, {"y"}},
    {"^\\P{Any}$|y", {"y"}, {"x", ""}},
    {"^[^\\P{Any}]$", {"y", "\n"}, {""}},
    {"foo\\.bar", {"a foo.bar"}, {"fooxbar"}},
    {"^\xef\xbf\xbd$", {"\xef\xbf\xbd", "\xff", "\xc3"}, {"\xff\xff", "x"}},
    {"^.$", {"\xff", "\xc3\xa9"}, {"\xff\xfe", "\n"}},
    {"^a.c$",
     {"a\xff"
      "c"},
     {"a\xff\xff"
      "c"}},
};

static bool matches(const struct sx_regex *regex, const char *text)
{
    bool yes;
    stria_error err;
    size_t len = strlen(text);
    uint8_t *copy = malloc(len + !len); /* the address sanitiser watches its end */
    memcpy(copy, text, len);
    if (sx_regex_match(regex, scratch, sx_bytes_make(copy, len), &yes, &err))
        fail_msg("%s", err.text);
    free(copy);
    return yes;
}

static void test_texts_match_as_in_go(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_regex *regex;
        stria_error err;
        if (sx_regex_create(&mem, sx_bytes_of(rows[i].pattern), &regex, &err))
            fail_msg("%s", err.text);
        for (size_t j = 0; rows[i].yes[j]; j++)
            if (!matches(regex, rows[i].yes[j]))
                fail_msg("%s does not match '%s'", rows[i].pattern, rows[i].yes[j]);
        for (size_t j = 0; rows[i].no[j]; j++)
            if (matches(regex, rows[i].no[j]))
                fail_msg("%s matches '%s'", rows[i].pattern, rows[i].no[j]);
        sx_regex_destroy(regex);
    }
}

static void test_an_empty_view_without_a_pointer_is_the_empty_text(void **state)
{
    (void)state;
    const char *patterns[] = {"^$", "^.*$", "x|^$", "", "\\B|a"};
    for (size_t i = 0; i < SX_COUNT_OF(patterns); i++) {
        struct sx_regex *regex;
        bool yes;
        assert_int_equal(sx_regex_create(&mem, sx_bytes_of(patterns[i]), &regex, NULL), STRIA_OK);
        assert_int_equal(sx_regex_match(regex, scratch, (struct sx_bytes){0}, &yes, NULL),
                         STRIA_OK);
        assert_true(yes);
        sx_regex_destroy(regex);
    }
    struct sx_regex *regex;
    assert_int_equal(sx_regex_create(&mem, (struct sx_bytes){0}, &regex, NULL), STRIA_OK);
    assert_int_equal(sx_regex_info(regex)->kind, SX_REGEX_ALL);
    sx_regex_destroy(regex);
}

static void test_a_match_that_takes_too_many_steps_is_a_limit(void **state)
{
    (void)state;
    const char *patterns[] = {"(a+)+$", "(a|aa)+$", "(a*)*b", "(.*)(.*)(.*)(.*)(.*)(.*)[^a]"};
    char text[4096];
    memset(text, 'a', sizeof text);
    for (size_t i = 0; i < SX_COUNT_OF(patterns); i++) {
        struct sx_regex *regex;
        stria_error err = {0};
        bool yes;
        assert_int_equal(sx_regex_create(&mem, sx_bytes_of(patterns[i]), &regex, &err), STRIA_OK);
        text[sizeof text - 1] = i < 2 ? 'x' : 'a';
        stria_status st =
            sx_regex_match(regex, scratch, sx_bytes_make(text, sizeof text), &yes, &err);
        print_message("%s: %d\n", patterns[i], st);
        if (st) {
            assert_int_equal(st, STRIA_LIMIT);
            assert_non_null(strstr(err.text, patterns[i]));
        } else {
            assert_false(yes); /* PCRE2 saw at once that it cannot match */
        }
        assert_true(i >= 2 || st == STRIA_LIMIT);
        sx_regex_destroy(regex);
    }
}

static void test_long_texts_do_not_meet_the_limit_by_their_length(void **state)
{
    (void)state;
    enum { SIZE = 1 << 20 };
    const char *patterns[] = {"foo.*bar", "[a-z]+@[a-z]+\\.com", "^.*x$", "o o.*z"};
    char *text = malloc(SIZE);
    for (size_t i = 0; i < SIZE; i++)
        text[i] = "foo "[i % 4];
    for (size_t i = 0; i < SX_COUNT_OF(patterns); i++) {
        struct sx_regex *regex;
        stria_error err = {0};
        bool yes;
        assert_int_equal(sx_regex_create(&mem, sx_bytes_of(patterns[i]), &regex, &err), STRIA_OK);
        if (sx_regex_match(regex, scratch, sx_bytes_make(text, SIZE), &yes, &err))
            fail_msg("%s", err.text);
        assert_false(yes);
        sx_regex_destroy(regex);
    }
    free(text);
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    const char *patterns[] = {"^(a|b)c[0-9]+[[:alpha:]]?(?i)x\\p{Greek}", "^(a|b|[c-e]f?)$", "cpu"};
    for (size_t i = 0; i < SX_COUNT_OF(patterns); i++) {
        struct sx_mem_fault fault = {0};
        size_t before = sx_mem_size(&mem), refusals = 0;
        for (int64_t n = 1; n == 1 || atomic_load(&fault.fired); n++) {
            struct sx_regex *regex;
            stria_error err = {0};
            bool yes;
            fault = (struct sx_mem_fault){.countdown = n};
            mem.fault = &fault;
            stria_status st = sx_regex_create(&mem, sx_bytes_of(patterns[i]), &regex, &err);
            mem.fault = NULL;
            if (st) {
                assert_int_equal(st, STRIA_NOMEM);
                assert_null(regex);
                refusals++;
            } else {
                assert_int_equal(sx_regex_match(regex, scratch, SX_LITERAL("zz"), &yes, &err),
                                 STRIA_OK);
                assert_false(yes);
            }
            sx_regex_destroy(regex);
            assert_int_equal(sx_mem_size(&mem), before);
            assert_true(n < 1000);
        }
        assert_true(refusals >= 3);
    }
}

static void test_refused_memory_of_a_scratch_is_told(void **state)
{
    (void)state;
    struct sx_mem_fault fault = {0};
    for (int64_t n = 1; n == 1 || atomic_load(&fault.fired); n++) {
        fault = (struct sx_mem_fault){.countdown = n};
        mem.fault = &fault;
        struct sx_regex_scratch *other = sx_regex_scratch_create(&mem);
        mem.fault = NULL;
        assert_int_equal(other != NULL, !atomic_load(&fault.fired));
        sx_regex_scratch_destroy(other);
    }
    struct sx_regex *regex;
    bool yes;
    stria_error err = {0};
    assert_int_equal(sx_regex_create(&mem, SX_LITERAL("^a.b"), &regex, NULL), STRIA_OK);
    struct sx_regex_scratch *other = sx_regex_scratch_create(&mem);
    fault = (struct sx_mem_fault){.countdown = 1, .for_ever = true};
    mem.fault = &fault;
    assert_int_equal(sx_regex_match(regex, other,
                                    SX_LITERAL("a\xff"
                                               "b"),
                                    &yes, &err),
                     STRIA_NOMEM);
    mem.fault = NULL;
    assert_int_equal(sx_regex_match(regex, other,
                                    SX_LITERAL("a\xff"
                                               "b"),
                                    &yes, &err),
                     STRIA_OK);
    assert_true(yes);
    sx_regex_scratch_destroy(other);
    sx_regex_destroy(regex);
}

static void test_machine_code_is_charged(void **state)
{
    (void)state;
    struct sx_mem small;
    struct sx_regex *regex;
    bool yes;
    sx_mem_init(&small, NULL, "small", 0);
    assert_int_equal(sx_regex_create(&small, SX_LITERAL("^a.b[0-9]"), &regex, NULL), STRIA_OK);
    size_t whole = sx_mem_size(&small);
    sx_regex_destroy(regex);
    assert_int_equal(sx_mem_size(&small), 0);
    /* With budgets around that size it is made with or without machine code, or refused. */
    for (size_t limit = 1024; limit < 65536 + whole; limit += 256) {
        atomic_store(&small.limit, limit);
        stria_status st = sx_regex_create(&small, SX_LITERAL("^a.b[0-9]"), &regex, NULL);
        assert_true(st == STRIA_OK || st == STRIA_NOMEM);
        if (!st) {
            assert_int_equal(sx_regex_match(regex, scratch, SX_LITERAL("axb7"), &yes, NULL),
                             STRIA_OK);
            assert_true(yes);
        }
        sx_regex_destroy(regex);
        assert_int_equal(sx_mem_size(&small), 0);
    }
    sx_mem_deinit(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_match_as_in_go),
        cmocka_unit_test(test_an_empty_view_without_a_pointer_is_the_empty_text),
        cmocka_unit_test(test_a_match_that_takes_too_many_steps_is_a_limit),
        cmocka_unit_test(test_long_texts_do_not_meet_the_limit_by_their_length),
        cmocka_unit_test(test_every_allocation_may_fail),
        cmocka_unit_test(test_refused_memory_of_a_scratch_is_told),
        cmocka_unit_test(test_machine_code_is_charged),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
