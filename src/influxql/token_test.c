/* SPDX-License-Identifier: Apache-2.0 */
/* token_test.c -- see token.h. */
#include "influxql/token.h"
#include "influxql/fixture_test.h"

static void test_keywords_are_found_in_any_case_and_nothing_else_is(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        enum sx_iql_token token;
    } rows[] = {
        {"SELECT", SX_IQL_SELECT},
        {"select", SX_IQL_SELECT},
        {"SeLeCt", SX_IQL_SELECT},
        {"all", SX_IQL_ALL},
        {"WRITE", SX_IQL_WRITE},
        {"and", SX_IQL_AND},
        {"Or", SX_IQL_OR},
        {"true", SX_IQL_TRUE},
        {"FALSE", SX_IQL_FALSE},
        {"time", SX_IQL_IDENT},
        {"fill", SX_IQL_IDENT},
        {"", SX_IQL_IDENT},
        {"selec", SX_IQL_IDENT},
        {"selects", SX_IQL_IDENT},
        {"DURATIONVAL", SX_IQL_IDENT},
        {"EOF", SX_IQL_IDENT},
        {"IDENT", SX_IQL_IDENT},
        {"shards", SX_IQL_SHARDS},
        {"s\xc5\xbf", SX_IQL_IDENT},
        {"SUBSCRIPTIONS", SX_IQL_SUBSCRIPTIONS},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        print_message("%s\n", rows[i].word);
        assert_int_equal(sx_iql_token_lookup(sx_bytes_of(rows[i].word)), rows[i].token);
    }
}

static void test_every_keyword_is_found_by_its_own_name(void **state)
{
    (void)state;
    for (int token = SX_IQL_ALL; token < SX_IQL_TOKEN_COUNT; token++) {
        const char *name = sx_iql_token_name((enum sx_iql_token)token);
        assert_int_equal(sx_iql_token_lookup(sx_bytes_of(name)), token);
    }
}

static void test_names_are_those_of_the_messages(void **state)
{
    (void)state;
    assert_string_equal(sx_iql_token_name(SX_IQL_EOF), "EOF");
    assert_string_equal(sx_iql_token_name(SX_IQL_DURATION_VALUE), "DURATIONVAL");
    assert_string_equal(sx_iql_token_name(SX_IQL_INTEGER), "");
    assert_string_equal(sx_iql_token_name(SX_IQL_EQ_REGEX), "=~");
    assert_string_equal(sx_iql_token_name(SX_IQL_NEQ), "!=");
    assert_string_equal(sx_iql_token_name(SX_IQL_GROUP), "GROUP");
}

static void test_operators_bind_in_five_levels(void **state)
{
    (void)state;
    static const struct {
        enum sx_iql_token token;
        int precedence;
    } rows[] = {
        {SX_IQL_OR, 1},          {SX_IQL_AND, 2},    {SX_IQL_EQ, 3},    {SX_IQL_NEQ_REGEX, 3},
        {SX_IQL_GTE, 3},         {SX_IQL_ADD, 4},    {SX_IQL_SUB, 4},   {SX_IQL_BITWISE_OR, 4},
        {SX_IQL_BITWISE_XOR, 4}, {SX_IQL_MUL, 5},    {SX_IQL_MOD, 5},   {SX_IQL_BITWISE_AND, 5},
        {SX_IQL_LPAREN, 0},      {SX_IQL_SELECT, 0}, {SX_IQL_IDENT, 0},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        assert_int_equal(sx_iql_token_precedence(rows[i].token), rows[i].precedence);
        assert_int_equal(sx_iql_token_is_operator(rows[i].token), rows[i].precedence != 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keywords_are_found_in_any_case_and_nothing_else_is),
        cmocka_unit_test(test_every_keyword_is_found_by_its_own_name),
        cmocka_unit_test(test_names_are_those_of_the_messages),
        cmocka_unit_test(test_operators_bind_in_five_levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
