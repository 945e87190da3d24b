/* SPDX-License-Identifier: Apache-2.0 */
/* parse_test.c -- see parse.h: trees, limits and refused memory. recorded_test.c has the texts of
 * errors and of statements. */
#include "influxql/parse.h"
#include "influxql/fixture_test.h"

static struct sx_bytes bytes(const char *text)
{
    return sx_bytes_of(text);
}

/* Puts parentheses around every operator, so that the shape of a tree shows. */
static void shape(struct iql_test *test, const struct sx_iql_expr *expr)
{
    if (expr->kind != SX_IQL_EXPR_BINARY) {
        sx_iql_print_expr(&test->text, expr);
        return;
    }
    sx_buf_put_u8(&test->text, '[');
    shape(test, expr->u.binary.left);
    sx_buf_printf(&test->text, " %s ", sx_iql_token_name(expr->u.binary.op));
    shape(test, expr->u.binary.right);
    sx_buf_put_u8(&test->text, ']');
}

static void test_operators_bind_as_they_should(void **state)
{
    static const struct {
        const char *text, *shape;
    } rows[] = {
        {"a + b * c", "[a + [b * c]]"},
        {"a * b + c", "[[a * b] + c]"},
        {"a - b - c", "[[a - b] - c]"},
        {"a + b * c - d", "[[a + [b * c]] - d]"},
        {"a OR b AND c", "[a OR [b AND c]]"},
        {"a AND b OR c", "[[a AND b] OR c]"},
        {"a = 1 AND b > 2 + 3 * c OR d", "[[[a = 1] AND [b > [2 + [3 * c]]]] OR d]"},
        {"a = b = c", "[[a = b] = c]"},
        {"a & b | c ^ d", "[[[a & b] | c] ^ d]"},
        {"a * -b", "[a * [-1 * b]]"},
        {"a =~ /x/ AND b", "[[a =~ /x/] AND b]"},
        {"(a + b) * c", "[(a + b) * c]"},
        {"-5 - -5", "[-5 - -5]"},
    };
    struct iql_test *test = *state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        print_message("%s\n", rows[i].text);
        shape(test, iql_test_expr(test, rows[i].text));
        assert_string_equal(iql_test_text(test), rows[i].shape);
    }
}

static void test_literals_have_their_kinds(void **state)
{
    static const struct {
        const char *text;
        enum sx_iql_expr_kind kind;
    } rows[] = {
        {"1", SX_IQL_EXPR_INTEGER},
        {"-9223372036854775808", SX_IQL_EXPR_INTEGER},
        {"9223372036854775808", SX_IQL_EXPR_UNSIGNED},
        {"+18446744073709551615", SX_IQL_EXPR_UNSIGNED},
        {"1.5", SX_IQL_EXPR_NUMBER},
        {"-.5", SX_IQL_EXPR_NUMBER},
        {"1h", SX_IQL_EXPR_DURATION},
        {"'x'", SX_IQL_EXPR_STRING},
        {"true", SX_IQL_EXPR_BOOLEAN},
        {"x", SX_IQL_EXPR_VAR},
        {"\"x\".y", SX_IQL_EXPR_VAR},
        {"*", SX_IQL_EXPR_WILDCARD},
        {"f()", SX_IQL_EXPR_CALL},
        {"F ( )", SX_IQL_EXPR_VAR}, /* and a parenthesis too many */
        {"distinct x", SX_IQL_EXPR_DISTINCT},
        {"distinct(x)", SX_IQL_EXPR_CALL},
    };
    struct iql_test *test = *state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        const struct sx_iql_expr *expr;
        print_message("%s\n", rows[i].text);
        stria_status st =
            sx_iql_parse_expr(&test->arena, bytes(rows[i].text), NULL, &expr, &test->err);
        assert_int_equal(st, strchr(rows[i].text, 'F') ? STRIA_SYNTAX : STRIA_OK);
        assert_int_equal(expr->kind, rows[i].kind);
    }
}

static void test_a_select_has_all_its_parts(void **state)
{
    struct iql_test *test = *state;
    const struct sx_iql_statement *statement = iql_test_statement(
        test, "SELECT mean(v) AS x, 2 INTO d.p.t FROM a.b.c, /r/ WHERE t = 'u' GROUP BY "
              "time(5m), h fill(1.5) ORDER BY time DESC LIMIT 3 OFFSET 4 SLIMIT 5 SOFFSET 6 "
              "tz('Europe/Berlin')");
    assert_int_equal(statement->kind, SX_IQL_STATEMENT_SELECT);
    const struct sx_iql_select *select = statement->u.select;
    assert_int_equal(select->field_count, 2);
    assert_true(sx_bytes_equal(select->fields[0].alias, bytes("x")));
    assert_int_equal(select->fields[1].alias.len, 0);
    assert_true(sx_bytes_equal(select->target->database, bytes("d")));
    assert_true(sx_bytes_equal(select->target->policy, bytes("p")));
    assert_true(sx_bytes_equal(select->target->name, bytes("t")));
    assert_int_equal(select->sources.count, 2);
    assert_true(sx_bytes_equal(select->sources.items[0].database, bytes("a")));
    assert_true(sx_bytes_equal(select->sources.items[1].regex->u.text, bytes("r")));
    assert_int_equal(select->condition->kind, SX_IQL_EXPR_BINARY);
    assert_int_equal(select->dimensions.count, 2);
    assert_int_equal(select->fill, SX_IQL_FILL_NUMBER);
    assert_true(select->fill_value->u.number == 1.5);
    assert_true(select->order.present && select->order.named && select->order.descending);
    assert_int_equal(select->limits.limit, 3);
    assert_int_equal(select->limits.offset, 4);
    assert_int_equal(select->limits.slimit, 5);
    assert_int_equal(select->limits.soffset, 6);
    assert_ptr_equal(select->zone, test->berlin);
    assert_true(sx_bytes_equal(select->zone_name, bytes("Europe/Berlin")));
    assert_false(select->is_raw);
}

static void test_errors_beyond_the_recorded_ones(void **state)
{
    static const struct {
        const char *text, *error;
    } rows[] = {
        {"SELECT v FROM m LIMIT", "found EOF, expected integer at line 1, char 23"},
        {"SELECT v FROM m WHERE t = ''x", "found x, expected ; at line 1, char 29"},
        {"SELECT v FROM m WHERE t = '",
         "found BADSTRING, expected identifier, string, number, bool at line 1, char 26"},
        {"DROP SHARD 18446744073709551616",
         "strconv.ParseUint: parsing \"18446744073709551616\": value out of range at line 1, "
         "char 12"},
        {"CREATE DATABASE d WITH REPLICATION 9223372036854775808",
         "strconv.Atoi: parsing \"9223372036854775808\": value out of range at line 1, char 36"},
        {"SELECT 300000000w FROM m",
         "overflowed duration 300000000w: choose a smaller duration or INF"},
        {"ALTER DATABASE d SET max_series = 1, max_series = 2",
         "found duplicate max_series option at line 1, char 38"},
        {"ALTER DATABASE d SET max_rows = 1",
         "found max_rows, expected max_series, max_new_series, max_tag_values at line 1, char 22"},
        {"ALTER DATABASE d SET max_series = many",
         "found many, expected a count of series or values, 0 for no limit, DEFAULT at line 1, "
         "char 35"},
        {"ALTER DATABASE d SET max_series = 1099511627777",
         "a limit is at most 1099511627776 at line 1, char 35"},
        {"ALTER DATABASE d", "found DATABASE, expected RETENTION at line 1, char 7"},
        {"ALTER RETENTION POLICY p ON d DURATION 300000000w",
         "overflowed duration 300000000w: choose a smaller duration or INF at line 1, char 40"},
        {"SELECT *::x FROM m", "found x, expected field, tag at line 1, char 11"},
        {"SELECT v::1 FROM m",
         "found 1, expected float, integer, string, boolean, field, tag at line 1, char 11"},
        {"SELECT + 'x' FROM m",
         "found x, expected identifier, number, duration, ( at line 1, char 9"},
        {"SELECT (a > 1) + (b OR c) FROM m",
         "invalid operator OR in SELECT clause at line 1, char 8; operator is intended for WHERE "
         "clause"},
        {"SHOW MEASUREMENTS ON 'd'", "found d, expected identifier or * at line 1, char 21"},
        {"SHOW TAG KEYS WITH KEY =~ x", "found x, expected regex at line 1, char 27"},
        {"SHOW FIELD KEY EXACT", "found EOF, expected CARDINALITY at line 1, char 22"},
        {"CREATE CONTINUOUS QUERY q ON d BEGIN SELECT mean(v) INTO x FROM m GROUP BY time(1) END",
         "found ), expected GROUP BY time(...), time dimension must have duration argument at "
         "line 1, char 82"},
        {"SELECT v FROM m WHERE a = $x", "missing parameter: x"},
        {"SELECT v FROM m WHERE a =~ $", "found $, expected regex at line 1, char 28"},
        {"SELECT v\nFROM m\r\nWHERE\t(\xc3\xa4)",
         "found \xc3\xa4, expected identifier, string, number, bool at line 3, char 8"},
    };
    struct iql_test *test = *state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_iql_query query;
        print_message("%s\n", rows[i].text);
        assert_int_equal(iql_test_parse(test, rows[i].text, &query), STRIA_SYNTAX);
        assert_string_equal(test->err.text, rows[i].error);
        assert_int_equal(test->err.code, STRIA_SYNTAX);
    }
}

static void test_a_number_may_be_too_large(void **state)
{
    struct iql_test *test = *state;
    struct sx_iql_query query;
    char text[400] = "SELECT v FROM m WHERE v > ";
    memset(text + 26, '9', 310);
    memcpy(text + 336, ".5", 3);
    assert_int_equal(iql_test_parse(test, text, &query), STRIA_SYNTAX);
    assert_string_equal(test->err.text, "unable to parse number at line 1, char 27");
}

/* `count` times `open`, then `middle`, then as often `close`. */
static void nested(struct sx_buf *text, size_t count, const char *open, const char *middle,
                   const char *close)
{
    sx_buf_clear(text);
    for (size_t i = 0; i < count; i++)
        sx_buf_put_text(text, open);
    sx_buf_put_text(text, middle);
    for (size_t i = 0; i < count; i++)
        sx_buf_put_text(text, close);
}

static void test_nesting_has_a_limit(void **state)
{
    static const struct {
        const char *open, *middle, *close;
        size_t levels; /* that one `open` takes */
    } rows[] = {
        {"(", "a", ")", 1},
        {"-(", "a", ")", 2},
        {"f(", "a", ")", 1},
    };
    struct iql_test *test = *state;
    struct sx_buf text;
    struct sx_iql_query query;
    const struct sx_iql_expr *expr;
    sx_buf_init(&text, &test->mem, 1 << 20);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        size_t most = (SX_IQL_DEPTH_MAX - 1) / rows[i].levels;
        print_message("%s\n", rows[i].open);
        nested(&text, most, rows[i].open, rows[i].middle, rows[i].close);
        assert_int_equal(
            sx_iql_parse_expr(&test->arena, sx_buf_bytes(&text), NULL, &expr, &test->err), 0);
        nested(&text, 100000, rows[i].open, rows[i].middle, rows[i].close);
        assert_int_equal(
            sx_iql_parse_expr(&test->arena, sx_buf_bytes(&text), NULL, &expr, &test->err),
            STRIA_LIMIT);
        assert_memory_equal(test->err.text, "query is nested deeper than 256 levels at line 1, ",
                            50);
    }
    nested(&text, SX_IQL_DEPTH_MAX - 1, "SELECT v FROM (", "SELECT v FROM m", ")");
    assert_int_equal(sx_iql_parse(&test->arena, sx_buf_bytes(&text), NULL, &query, &test->err), 0);
    nested(&text, 10000, "SELECT v FROM (", "SELECT v FROM m", ")");
    assert_int_equal(sx_iql_parse(&test->arena, sx_buf_bytes(&text), NULL, &query, &test->err),
                     STRIA_LIMIT);
    sx_buf_deinit(&text);
}

static void test_text_has_a_limit_and_no_nul(void **state)
{
    struct iql_test *test = *state;
    struct sx_iql_query query;
    struct sx_buf text;
    sx_buf_init(&text, &test->mem, SX_IQL_TEXT_MAX + 1);
    uint8_t *blanks = sx_buf_extend(&text, SX_IQL_TEXT_MAX);
    assert_non_null(blanks);
    memset(blanks, ' ', SX_IQL_TEXT_MAX);
    assert_int_equal(sx_iql_parse(&test->arena, sx_buf_bytes(&text), NULL, &query, &test->err), 0);
    assert_int_equal(query.count, 0);
    sx_buf_put_u8(&text, ' ');
    assert_int_equal(sx_iql_parse(&test->arena, sx_buf_bytes(&text), NULL, &query, &test->err),
                     STRIA_LIMIT);
    sx_buf_deinit(&text);
    assert_int_equal(
        sx_iql_parse(&test->arena, SX_LITERAL("SHOW\nUSERS \0x"), NULL, &query, &test->err),
        STRIA_SYNTAX);
    assert_string_equal(test->err.text, "found a NUL byte at line 2");
    assert_int_equal(sx_iql_parse(&test->arena, sx_bytes_make(NULL, 0), NULL, &query, NULL), 0);
}

static void test_the_query_may_change_once_it_is_parsed(void **state)
{
    struct iql_test *test = *state;
    char text[] = "SELECT abc FROM \"d e\" WHERE t = 'x'";
    const struct sx_iql_statement *statement = iql_test_statement(test, text);
    memset(text, '?', sizeof text - 1);
    sx_iql_print_statement(&test->text, statement);
    assert_string_equal(iql_test_text(test), "SELECT abc FROM \"d e\" WHERE t = 'x'");
}

static void test_refused_memory_is_told(void **state)
{
    static const char *const texts[] = {
        "SELECT mean(v) AS x, -a.b, 1.5, $p INTO d.p.t FROM a.b.c, /r\\/s/, (SELECT w FROM m) "
        "WHERE t = 'u\\n' AND (f(a, b) = 1h OR NOT) GROUP BY time(5m), h fill(1.5) tz('UTC')",
        "SELECT a, b, c, d, e, f, g FROM m; SHOW TAG VALUES WITH KEY IN (a, b, c, d, e)",
        "CREATE CONTINUOUS QUERY q ON d BEGIN SELECT mean(v) INTO x FROM m GROUP BY time(1h) END",
        "CREATE SUBSCRIPTION s ON d.p DESTINATIONS ALL 'a', 'b\\\\'; SHOW MEASUREMENTS WITH "
        "MEASUREMENT =~ /x/; SELECT v FROM a.b.c.d",
    };
    struct iql_test *test = *state;
    stria_param param = {.name = "p", .type = STRIA_FLOAT, .value.f64 = 2};
    struct sx_iql_parse_options options = {.params = &param, .param_count = 1};
    for (size_t i = 0; i < SX_COUNT_OF(texts); i++) {
        for (int64_t n = 1;; n++) {
            struct sx_arena arena;
            struct sx_iql_query query;
            sx_arena_init(&arena, &test->mem, 32);
            atomic_store(&test->fault.fired, false);
            atomic_store(&test->fault.countdown, n);
            stria_status st = sx_iql_parse(&arena, bytes(texts[i]), &options, &query, &test->err);
            sx_arena_deinit(&arena);
            if (!atomic_load(&test->fault.fired)) {
                assert_int_not_equal(st, STRIA_NOMEM);
                break;
            }
            assert_int_equal(st, STRIA_NOMEM);
            assert_int_equal(test->err.code, STRIA_NOMEM);
        }
    }
    atomic_store(&test->fault.countdown, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IQL_TEST(test_operators_bind_as_they_should),
        IQL_TEST(test_literals_have_their_kinds),
        IQL_TEST(test_a_select_has_all_its_parts),
        IQL_TEST(test_errors_beyond_the_recorded_ones),
        IQL_TEST(test_a_number_may_be_too_large),
        IQL_TEST(test_nesting_has_a_limit),
        IQL_TEST(test_text_has_a_limit_and_no_nul),
        IQL_TEST(test_the_query_may_change_once_it_is_parsed),
        IQL_TEST(test_refused_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
