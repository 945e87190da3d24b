/* SPDX-License-Identifier: Apache-2.0 */
/* lexer_test.c -- see lexer.h. */
#include "influxql/lexer.h"
#include "influxql/fixture_test.h"

struct want {
    enum sx_iql_token token;
    const char *text;
    uint32_t line, column;
};

/* Reads all tokens of `text` and compares them; the last must be EOF. */
static void lex(struct iql_test *test, const char *text, const struct want *want, size_t count)
{
    struct sx_iql_lexer lexer;
    print_message("%s\n", text);
    sx_iql_lexer_init(&lexer, &test->arena, sx_bytes_of(text));
    for (size_t i = 0; i < count; i++) {
        struct sx_iql_lexeme got = sx_iql_lexer_next(&lexer);
        assert_string_equal(sx_iql_token_name(got.token), sx_iql_token_name(want[i].token));
        assert_int_equal(got.token, want[i].token);
        assert_int_equal(got.text.len, strlen(want[i].text));
        assert_memory_equal(got.text.ptr, want[i].text, got.text.len);
        assert_int_equal(got.pos.line, want[i].line);
        assert_int_equal(got.pos.column, want[i].column);
    }
    assert_int_equal(sx_iql_lexer_next(&lexer).token, SX_IQL_EOF);
    assert_false(lexer.refused);
    sx_iql_lexer_deinit(&lexer);
}

#define LEX(test, text, ...)                                                                       \
    lex(test, text, (const struct want[]){__VA_ARGS__},                                            \
        sizeof((const struct want[]){__VA_ARGS__}) / sizeof(struct want))

static void test_single_tokens(void **state)
{
    static const struct {
        const char *input;
        enum sx_iql_token token;
        const char *text;
    } rows[] = {
        {"abc", SX_IQL_IDENT, "abc"},
        {"_a1", SX_IQL_IDENT, "_a1"},
        {"Where", SX_IQL_WHERE, ""},
        {"\"a b\"", SX_IQL_IDENT, "a b"},
        {"\"select\"", SX_IQL_IDENT, "select"},
        {"\"a\\\"b\\n\\\\\"", SX_IQL_IDENT, "a\"b\n\\"},
        {"\"\"", SX_IQL_IDENT, ""},
        {"x\"y\"", SX_IQL_IDENT, "y"},
        {"'it''", SX_IQL_STRING, "it"},
        {"1", SX_IQL_INTEGER, "1"},
        {"007", SX_IQL_INTEGER, "007"},
        {"1.5", SX_IQL_NUMBER, "1.5"},
        {".5", SX_IQL_NUMBER, ".5"},
        {"1.", SX_IQL_NUMBER, "1"},
        {"10m", SX_IQL_DURATION_VALUE, "10m"},
        {"1h30m", SX_IQL_DURATION_VALUE, "1h30m"},
        {"5\xc2\xb5", SX_IQL_DURATION_VALUE, "5\xc2\xb5"},
        {"5x9z", SX_IQL_DURATION_VALUE, "5x9z"},
        {"$p", SX_IQL_BOUND_PARAM, "$p"},
        {"$\"my p\"", SX_IQL_BOUND_PARAM, "$my p"},
        {"$", SX_IQL_BOUND_PARAM, "$"},
        {"$select", SX_IQL_BOUND_PARAM, "$select"},
        {"<>", SX_IQL_NEQ, ""},
        {"!=", SX_IQL_NEQ, ""},
        {"!~", SX_IQL_NEQ_REGEX, ""},
        {"=~", SX_IQL_EQ_REGEX, ""},
        {"<=", SX_IQL_LTE, ""},
        {">=", SX_IQL_GTE, ""},
        {"::", SX_IQL_DOUBLE_COLON, ""},
        {":", SX_IQL_COLON, ""},
        {".", SX_IQL_DOT, ""},
        {"/", SX_IQL_DIV, ""},
        {"-- to the end", SX_IQL_COMMENT, ""},
        {"/* a * b **/", SX_IQL_COMMENT, ""},
        {"/* open *", SX_IQL_ILLEGAL, ""},
        {"!", SX_IQL_ILLEGAL, "!"},
        {"{", SX_IQL_ILLEGAL, "{"},
        {"\xc3\xbc", SX_IQL_ILLEGAL, "\xc3\xbc"},
        {"\xff", SX_IQL_ILLEGAL, "\xef\xbf\xbd"},
        {" \t\r\n\r \n", SX_IQL_WS, " \t\n\n \n"},
        {"'open", SX_IQL_BAD_STRING, "open"},
        {"'", SX_IQL_BAD_STRING, ""},
        {"'a\\q'", SX_IQL_BAD_ESCAPE, "\\q"},
        {"'a\\", SX_IQL_BAD_ESCAPE, "\\\xc0\x80"},
        {"\"open", SX_IQL_BAD_STRING, "open"},
        {"'a\xff\xc3\xa4'", SX_IQL_STRING, "a\xef\xbf\xbd\xc3\xa4"},
        {"'\xed\xa0\x80'", SX_IQL_STRING, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    };
    struct iql_test *test = *state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_iql_lexer lexer;
        print_message("%s\n", rows[i].input);
        sx_iql_lexer_init(&lexer, &test->arena, sx_bytes_of(rows[i].input));
        struct sx_iql_lexeme got = sx_iql_lexer_next(&lexer);
        assert_int_equal(got.token, rows[i].token);
        assert_int_equal(got.text.len, strlen(rows[i].text));
        assert_memory_equal(got.text.ptr, rows[i].text, got.text.len);
        assert_false(lexer.refused);
        sx_iql_lexer_deinit(&lexer);
    }
}

static void test_positions_count_characters_and_lines(void **state)
{
    LEX(*state, "a\n \xc3\xbc\r\nb\rc", {SX_IQL_IDENT, "a", 0, 0}, {SX_IQL_WS, "\n ", 0, 1},
        {SX_IQL_ILLEGAL, "\xc3\xbc", 1, 1}, {SX_IQL_WS, "\n", 1, 2}, {SX_IQL_IDENT, "b", 2, 0},
        {SX_IQL_WS, "\n", 2, 1}, {SX_IQL_IDENT, "c", 3, 0});
}

static void test_a_string_stands_at_the_character_before_its_quote(void **state)
{
    LEX(*state, "= 'x'\"y\"", {SX_IQL_EQ, "", 0, 0}, {SX_IQL_WS, " ", 0, 1},
        {SX_IQL_STRING, "x", 0, 1}, {SX_IQL_IDENT, "y", 0, 5});
    LEX(*state, "'x'", {SX_IQL_STRING, "x", 0, 0});
}

static void test_the_end_is_one_character_behind_the_last_once(void **state)
{
    struct iql_test *test = *state;
    struct sx_iql_lexer lexer;
    sx_iql_lexer_init(&lexer, &test->arena, SX_LITERAL("x"));
    assert_int_equal(sx_iql_lexer_next(&lexer).token, SX_IQL_IDENT);
    /* The name was ended by the end, which so was read once already. */
    assert_int_equal(sx_iql_lexer_next(&lexer).pos.column, 2);
    assert_int_equal(sx_iql_lexer_next(&lexer).pos.column, 2);
    sx_iql_lexer_deinit(&lexer);
}

static void test_tokens_that_touch_are_parted(void **state)
{
    LEX(*state, "a.b::float", {SX_IQL_IDENT, "a", 0, 0}, {SX_IQL_DOT, "", 0, 1},
        {SX_IQL_IDENT, "b", 0, 2}, {SX_IQL_DOUBLE_COLON, "", 0, 3}, {SX_IQL_IDENT, "float", 0, 5});
    LEX(*state, "1e3", {SX_IQL_DURATION_VALUE, "1e3", 0, 0});
    LEX(*state, "1.5e3", {SX_IQL_NUMBER, "1.5", 0, 0}, {SX_IQL_IDENT, "e3", 0, 3});
    LEX(*state, "5_0", {SX_IQL_INTEGER, "5", 0, 0}, {SX_IQL_IDENT, "_0", 0, 1});
    LEX(*state, "a--b\nc", {SX_IQL_IDENT, "a", 0, 0}, {SX_IQL_COMMENT, "", 0, 1},
        {SX_IQL_IDENT, "c", 1, 0});
    LEX(*state, "!a", {SX_IQL_ILLEGAL, "!", 0, 0}, {SX_IQL_IDENT, "a", 0, 1});
}

static void test_regexes_end_at_a_slash_without_a_backslash(void **state)
{
    static const struct {
        const char *input;
        enum sx_iql_token token;
        const char *text;
    } rows[] = {
        {"/a.*b/", SX_IQL_REGEX, "a.*b"},         {"//", SX_IQL_REGEX, ""},
        {"/a\\/b\\.c/", SX_IQL_REGEX, "a/b\\.c"}, {"/a\\.b\\/c/", SX_IQL_REGEX, "a\\.b/c"},
        {"/a\\\\/b/", SX_IQL_REGEX, "a\\/b"},     {"/\xff/", SX_IQL_REGEX, "\xef\xbf\xbd"},
        {"/open", SX_IQL_BAD_REGEX, ""},          {"/a\nb/", SX_IQL_BAD_REGEX, ""},
        {"/a\\", SX_IQL_BAD_REGEX, ""},           {"a/", SX_IQL_BAD_REGEX, ""},
    };
    struct iql_test *test = *state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_iql_lexer lexer;
        print_message("%s\n", rows[i].input);
        sx_iql_lexer_init(&lexer, &test->arena, sx_bytes_of(rows[i].input));
        struct sx_iql_lexeme got = sx_iql_lexer_regex(&lexer);
        assert_int_equal(got.token, rows[i].token);
        assert_int_equal(got.text.len, strlen(rows[i].text));
        assert_memory_equal(got.text.ptr, rows[i].text, got.text.len);
        sx_iql_lexer_deinit(&lexer);
    }
}

static void test_refused_memory_shows_in_the_lexer(void **state)
{
    struct iql_test *test = *state;
    struct sx_iql_lexer lexer;
    for (int64_t n = 1;; n++) {
        atomic_store(&test->fault.countdown, n);
        sx_iql_lexer_init(&lexer, &test->arena, SX_LITERAL("'a\\n' $b \r\n 'c\\\\d'"));
        while (sx_iql_lexer_next(&lexer).token != SX_IQL_EOF)
            ;
        bool fired = atomic_load(&test->fault.fired);
        assert_int_equal(lexer.refused, fired);
        sx_iql_lexer_deinit(&lexer);
        sx_arena_deinit(&test->arena);
        sx_arena_init(&test->arena, &test->mem, 256);
        atomic_store(&test->fault.fired, false);
        if (!fired)
            break;
    }
    atomic_store(&test->fault.countdown, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IQL_TEST(test_single_tokens),
        IQL_TEST(test_positions_count_characters_and_lines),
        IQL_TEST(test_a_string_stands_at_the_character_before_its_quote),
        IQL_TEST(test_the_end_is_one_character_behind_the_last_once),
        IQL_TEST(test_tokens_that_touch_are_parted),
        IQL_TEST(test_regexes_end_at_a_slash_without_a_backslash),
        IQL_TEST(test_refused_memory_shows_in_the_lexer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
