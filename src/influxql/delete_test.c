/* SPDX-License-Identifier: Apache-2.0 */
/* delete_test.c -- DELETE, DROP SERIES and DROP MEASUREMENT as commands: what they select, and what
 * is refused in the peer's words. */
#include "influxql/delete.h"

#include "base/regex.h"
#include "influxql/stored_fixture_test.h"

/* cpu and mem in policy p, net in q; cpu has a field v, and a tag that mem has as a field. */
static void fill(struct stored_test *t)
{
    static const struct seg_test_line first[] = {{"cpu,both=x,host=a", 10, "v1=1"},
                                                 {"cpu,host=b", 20, "v1=1"},
                                                 {"mem,host=a", 30, "both5=x"}};
    static const struct seg_test_line second[] = {{"net", 10, "rx2=1"}};
    stored_test_init(t);
    scan_test_segment(&t->policies[0], first, SX_COUNT_OF(first));
    scan_test_segment(&t->policies[1], second, SX_COUNT_OF(second));
    for (size_t i = 0; i < STORED_POLICIES; i++)
        scan_test_view(&t->policies[i]);
}

/* "(host=a & (k~x | true))" */
static void put_tags(struct sx_buf *out, const struct sx_tag_expr *expr)
{
    static const char *const ops[] = {"=", "!=", "~", "!~"};
    switch (expr->kind) {
    case SX_TAG_AND:
    case SX_TAG_OR:
        sx_buf_put_text(out, "(");
        put_tags(out, expr->left);
        sx_buf_put_text(out, expr->kind == SX_TAG_AND ? " & " : " | ");
        put_tags(out, expr->right);
        sx_buf_put_text(out, ")");
        break;
    case SX_TAG_MATCH:
        sx_buf_put_bytes(out, expr->key);
        sx_buf_put_text(out, ops[expr->op]);
        sx_buf_put_bytes(out, expr->value);
        break;
    default:
        sx_buf_put_text(out, expr->kind == SX_TAG_TRUE ? "true" : "false");
        break;
    }
}

static void put_command(struct sx_buf *out, const struct sx_command *command)
{
    static const char *const kinds[] = {[SX_DELETE_ROWS] = "rows",
                                        [SX_DROP_SERIES] = "series",
                                        [SX_DROP_MEASUREMENT] = "measurement"};
    const struct sx_selector *s = &command->selector;
    if (!command->kind) {
        sx_buf_put_text(out, "nothing");
        return;
    }
    sx_buf_printf(out, "%s %.*s.%.*s ", kinds[command->kind], (int)command->database.len,
                  (const char *)command->database.ptr, (int)command->policy.len,
                  (const char *)command->policy.ptr);
    if (s->all_measurements)
        sx_buf_put_text(out, "*");
    else if (s->measurement_regex)
        sx_buf_put_bytes(out, sx_regex_pattern(s->measurement_regex));
    else
        sx_buf_put_bytes(out, s->measurement);
    if (s->time_min_ns != INT64_MIN)
        sx_buf_printf(out, " from %" PRId64, s->time_min_ns);
    if (s->time_max_ns != INT64_MAX)
        sx_buf_printf(out, " to %" PRId64, s->time_max_ns);
    if (s->tags) {
        sx_buf_put_text(out, " where ");
        put_tags(out, s->tags);
    }
}

/* The command, or the error, as text in t->out; allocation `nth` fails, 0: none. */
static stria_status tell(struct stored_test *t, const struct sx_iql_statement *statement,
                         int64_t nth)
{
    struct sx_iql_context context = stored_test_context(t);
    struct sx_iql_command_storage storage;
    struct sx_command command;
    stria_error err = {0};
    assert_int_equal(sx_iql_action_of(statement), SX_IQL_COMMANDS);
    test_mem_arm(&t->memory, nth);
    stria_status st = sx_iql_command(statement, &context, &storage, &command, &err);
    (void)test_mem_fired(&t->memory);
    assert_int_equal(st, err.code);
    sx_buf_clear(&t->out);
    if (st)
        sx_buf_printf(&t->out, "error: %s", err.text);
    else
        put_command(&t->out, &command);
    sx_buf_put_u8(&t->out, 0);
    sx_iql_command_release(&storage);
    return st;
}

static void test_deletes_become_selectors(void **state)
{
    (void)state;
    static const struct {
        const char *statement, *want;
    } rows[] = {
        {"DELETE FROM cpu", "rows d. cpu"},
        {"DELETE FROM q.net", "rows d.q net"},
        {"DELETE FROM /^c/", "rows d. (?:^c)"},
        {"DELETE FROM cpu, /x|net/, \"a.b c\"", "rows d. (?:^cpu$)|(?:x|net)|(?:^a\\x2eb\\x20c$)"},
        {"DELETE FROM p.cpu, q.net",
         "error: stria: deleting from several retention policies at once is not supported"},
        {"DELETE WHERE time < 5", "rows d. * to 4"},
        {"DELETE WHERE time >= 5 AND time <= '1970-01-01T00:00:00.000000007Z'",
         "rows d. * from 5 to 7"},
        {"DELETE WHERE time > now() - 1s", "rows d. * from 999999999000000001"},
        {"DELETE FROM cpu WHERE host = 'a'", "rows d. cpu where host=a"},
        {"DELETE FROM cpu WHERE 'a' != host", "rows d. cpu where host!=a"},
        {"DELETE FROM cpu WHERE host =~ /a|b/ AND (region !~ /x/ OR region = '') AND time > 1",
         "rows d. cpu from 2 where (host~a|b & (region!~x | region=))"},
        {"DELETE FROM cpu WHERE a = 'x' AND b = 'x' AND c = 'x' OR e = 'x'",
         "rows d. cpu where ((a=x & (b=x & c=x)) | e=x)"},
        {"DELETE FROM cpu WHERE a = b", "rows d. cpu where (a!= & b!=)"},
        {"DELETE FROM cpu WHERE a != b", "rows d. cpu where (a!= & b=)"},
        {"DELETE FROM cpu WHERE host::tag = 'a' AND false", "rows d. cpu where false"},
        {"DELETE FROM none", "nothing"},
        {"DELETE FROM q.cpu", "nothing"},
        {"DELETE FROM /none/ WHERE v = 1", "nothing"},
        {"DELETE FROM none.cpu", "error: retention policy not found: none"},
        {"DELETE FROM cpu WHERE _name = 'cpu'",
         "error: stria: _name in the WHERE clause of a delete is not supported"},
        {"DROP SERIES FROM cpu", "series d. cpu"},
        {"DROP SERIES WHERE host = 'a'", "series d. * where host=a"},
        {"DROP SERIES FROM cpu WHERE time > 0",
         "error: DROP SERIES doesn't support time in WHERE clause"},
        {"DROP MEASUREMENT cpu", "measurement d. cpu"},
        {"DROP MEASUREMENT \"none\"", "nothing"},
    };
    struct stored_test t;
    fill(&t);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        (void)tell(&t, stored_test_parse(&t, rows[i].statement), 0);
        if (strcmp((const char *)t.out.ptr, rows[i].want) != 0)
            fail_msg("%s\n  want: %s\n  got:  %s", rows[i].statement, rows[i].want,
                     (const char *)t.out.ptr);
    }
    stored_test_deinit(&t);
}

static void test_conditions_on_fields_are_refused_where_there_are_series(void **state)
{
    (void)state;
    static const char refused[] =
        "error: shard 1: fields not supported in WHERE clause during deletion";
    static const struct {
        const char *statement, *want;
    } rows[] = {
        {"DELETE FROM cpu WHERE v > 1", refused},
        {"DROP SERIES FROM cpu WHERE v = 1", refused},
        {"DELETE FROM cpu WHERE host = 'a' AND v = 1", refused},
        {"DELETE FROM cpu WHERE host = 'a' OR v = 1", refused},
        {"DELETE FROM cpu WHERE host = 5", refused},
        {"DELETE FROM cpu WHERE host::string = 'a'", refused},
        /* No series is left that the field would decide about. */
        {"DELETE FROM cpu WHERE host = 'z' AND v = 1", "rows d. cpu where (host=z & false)"},
        /* A tag here, a field there. */
        {"DELETE FROM cpu WHERE both = 'x'", "rows d. cpu where both=x"},
        {"DELETE FROM mem WHERE both = 'x'", refused},
        {"DELETE WHERE both = 'x'", refused},
    };
    struct stored_test t;
    fill(&t);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        (void)tell(&t, stored_test_parse(&t, rows[i].statement), 0);
        assert_string_equal((const char *)t.out.ptr, rows[i].want);
    }
    stored_test_deinit(&t);
}

static void test_the_database_is_that_of_the_request(void **state)
{
    (void)state;
    struct stored_test t;
    fill(&t);
    t.database = "";
    assert_int_equal(tell(&t, stored_test_parse(&t, "DELETE FROM cpu"), 0), STRIA_NOT_FOUND);
    assert_string_equal((const char *)t.out.ptr, "error: database not found: ");
    t.database = "none";
    assert_int_equal(tell(&t, stored_test_parse(&t, "DROP MEASUREMENT cpu"), 0), STRIA_NOT_FOUND);
    assert_string_equal((const char *)t.out.ptr, "error: database not found: none");
    stored_test_deinit(&t);
}

static void test_long_conditions_do_not_nest_deeply(void **state)
{
    (void)state;
    struct stored_test t;
    struct sx_buf text;
    fill(&t);
    sx_buf_init(&text, &t.memory.mem, 1 << 20);
    sx_buf_put_text(&text, "DELETE FROM cpu WHERE k = '0'");
    for (int i = 1; i < 5000; i++)
        sx_buf_printf(&text, " OR k = '%d'", i);
    sx_buf_put_u8(&text, 0);
    const struct sx_iql_statement *statement = stored_test_parse(&t, (const char *)text.ptr);
    struct sx_iql_context context = stored_test_context(&t);
    struct sx_iql_command_storage storage;
    struct sx_command command;
    assert_int_equal(sx_iql_command(statement, &context, &storage, &command, NULL), STRIA_OK);
    size_t depth = 0;
    for (const struct sx_tag_expr *e = command.selector.tags; e->kind == SX_TAG_OR; e = e->right)
        depth++;
    assert_in_range(depth, 12, 14);
    sx_iql_command_release(&storage);
    sx_buf_deinit(&text);
    stored_test_deinit(&t);
}

static void test_a_lack_of_memory_anywhere_is_an_error(void **state)
{
    (void)state;
    static const char *const statements[] = {
        "DELETE FROM cpu, /x/ WHERE host = 'z' AND v = 1 AND (a = b OR c =~ /d/) AND time > 1",
        "DROP MEASUREMENT cpu",
    };
    struct stored_test t;
    fill(&t);
    for (size_t i = 0; i < SX_COUNT_OF(statements); i++) {
        const struct sx_iql_statement *statement = stored_test_parse(&t, statements[i]);
        for (int64_t nth = 1;; nth++) {
            stria_status st = tell(&t, statement, nth);
            if (!st && !atomic_load(&t.memory.fault.fired))
                break;
            assert_true(!st || st == STRIA_NOMEM);
        }
    }
    stored_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_deletes_become_selectors),
        cmocka_unit_test(test_conditions_on_fields_are_refused_where_there_are_series),
        cmocka_unit_test(test_the_database_is_that_of_the_request),
        cmocka_unit_test(test_long_conditions_do_not_nest_deeply),
        cmocka_unit_test(test_a_lack_of_memory_anywhere_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
