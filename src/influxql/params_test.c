/* SPDX-License-Identifier: Apache-2.0 */
/* params_test.c -- see params.h; what recorded_test.c does not have. */
#include "influxql/params.h"
#include "influxql/fixture_test.h"

#include <math.h>

#define STRING(text)                                                                               \
    {                                                                                              \
        .string = { text, sizeof(text) - 1 }                                                       \
    }

static void test_every_kind_of_parameter_becomes_its_token(void **state)
{
    static const struct {
        stria_param param;
        enum sx_iql_token token;
        const char *text;
    } rows[] = {
        {{.type = STRIA_FLOAT, .value.f64 = 1e21}, SX_IQL_NUMBER, "1000000000000000000000"},
        {{.type = STRIA_FLOAT, .value.f64 = -2.5}, SX_IQL_NUMBER, "-2.5"},
        {{.type = STRIA_FLOAT, .value.f64 = (double)INFINITY}, SX_IQL_NUMBER, "+Inf"},
        {{.type = STRIA_INT, .value.i64 = INT64_MIN}, SX_IQL_INTEGER, "-9223372036854775808"},
        {{.type = STRIA_UINT, .value.u64 = UINT64_MAX}, SX_IQL_INTEGER, "18446744073709551615"},
        {{.type = STRIA_BOOL, .value.boolean = true}, SX_IQL_TRUE, ""},
        {{.type = STRIA_BOOL, .value.boolean = false}, SX_IQL_FALSE, ""},
        {{.type = STRIA_STRING, .value = STRING("it's")}, SX_IQL_STRING, "it's"},
        {{.type = STRIA_STRING, .kind = STRIA_PARAM_IDENTIFIER, .value = STRING("select")},
         SX_IQL_IDENT,
         "select"},
        {{.type = STRIA_STRING, .kind = STRIA_PARAM_REGEX, .value = STRING("a/b")},
         SX_IQL_REGEX,
         "a/b"},
        {{.type = STRIA_STRING, .kind = STRIA_PARAM_DURATION, .value = STRING("10m")},
         SX_IQL_DURATION_VALUE,
         "10m"},
        {{.type = STRIA_INT, .kind = STRIA_PARAM_DURATION, .value.i64 = 90000000000},
         SX_IQL_DURATION_VALUE,
         "90s"},
        {{.type = STRIA_INT, .kind = STRIA_PARAM_IDENTIFIER, .value.i64 = 1},
         SX_IQL_BOUND_PARAM,
         "identifier must be a string value"},
        {{.type = STRIA_BOOL, .kind = STRIA_PARAM_REGEX},
         SX_IQL_BOUND_PARAM,
         "regex literal must be a string value"},
        {{.type = STRIA_BOOL, .kind = STRIA_PARAM_DURATION},
         SX_IQL_BOUND_PARAM,
         "duration literal must be a string or integer value"},
        {{.type = STRIA_TIME}, SX_IQL_BOUND_PARAM, "unable to bind parameter with type time"},
        {{.type = STRIA_NONE, .value = STRING("no such thing")},
         SX_IQL_BOUND_PARAM,
         "no such thing"},
    };
    struct iql_test *test = *state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_iql_lexeme lexeme = {.token = SX_IQL_BOUND_PARAM, .text = SX_LITERAL("$p")};
        stria_param params[2] = {{.name = "q", .type = STRIA_INT}, rows[i].param};
        params[1].name = "p";
        print_message("%s\n", rows[i].text);
        assert_true(sx_iql_param_bind(&test->arena, params, 2, &lexeme));
        assert_int_equal(lexeme.token, rows[i].token);
        assert_true(sx_bytes_equal(lexeme.text, sx_bytes_of(rows[i].text)));
    }
}

static void test_a_parameter_that_is_not_there_stays_as_it_is(void **state)
{
    struct iql_test *test = *state;
    stria_param param = {.name = "p", .type = STRIA_INT};
    static const char *const texts[] = {"$x", "$", "$P", "$pp"};
    for (size_t i = 0; i < SX_COUNT_OF(texts); i++) {
        struct sx_iql_lexeme lexeme = {.token = SX_IQL_BOUND_PARAM, .text = sx_bytes_of(texts[i])};
        assert_true(sx_iql_param_bind(&test->arena, &param, 1, &lexeme));
        assert_int_equal(lexeme.token, SX_IQL_BOUND_PARAM);
        assert_true(sx_bytes_equal(lexeme.text, sx_bytes_of(texts[i])));
    }
}

static void test_a_parameter_is_never_syntax(void **state)
{
    struct iql_test *test = *state;
    stria_param params[] = {
        {.name = "v", .type = STRIA_STRING, .value = STRING("x' OR 'a' = 'a")},
        {.name = "m",
         .type = STRIA_STRING,
         .kind = STRIA_PARAM_IDENTIFIER,
         .value = STRING("a\"; b")},
        {.name = "n", .type = STRIA_INT, .value.i64 = -3},
    };
    struct sx_iql_parse_options options = {.params = params, .param_count = 3};
    struct sx_iql_query query;
    assert_int_equal(sx_iql_parse(&test->arena,
                                  SX_LITERAL("SELECT v - $n FROM $m WHERE t = $v LIMIT 1"),
                                  &options, &query, &test->err),
                     STRIA_OK);
    assert_int_equal(query.count, 1);
    sx_iql_print_query(&test->text, &query);
    assert_string_equal(
        iql_test_text(test),
        "SELECT v - -3 FROM \"a\\\"; b\" WHERE t = 'x\\' OR \\'a\\' = \\'a' LIMIT 1");
    assert_int_equal(sx_iql_parse(&test->arena, SX_LITERAL("SELECT v FROM m LIMIT $n"), &options,
                                  &query, &test->err),
                     STRIA_SYNTAX);
    assert_string_equal(test->err.text, "LIMIT must be >= 0 at line 1, char 23");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IQL_TEST(test_every_kind_of_parameter_becomes_its_token),
        IQL_TEST(test_a_parameter_that_is_not_there_stays_as_it_is),
        IQL_TEST(test_a_parameter_is_never_syntax),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
