/* SPDX-License-Identifier: Apache-2.0 */
/* recorded_test.c -- the recorded queries of InfluxDB 1.12: each parses or fails with the same
 * words, prints back to itself, and passes the checks or fails them with the same words. */
#include "influxql/check.h"
#include "influxql/parse.h"
#include "influxql/print.h"
#include "influxql/recorded_1_test.h"
#include "influxql/recorded_2_test.h"
#include "influxql/recorded_3_test.h"
#include "influxql/recorded_4_test.h"
#include "influxql/recorded_5_test.h"
#include "influxql/recorded_6_test.h"
#include "influxql/recorded_7_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* When the answers were recorded, for now(): 2031-03-04T05:06:07.123456789Z. */
#define NOW_NS 1930367167123456789

static const struct {
    const struct recorded *rows;
    size_t count;
} tables[] = {
    {recorded_1, SX_COUNT_OF(recorded_1)}, {recorded_2, SX_COUNT_OF(recorded_2)},
    {recorded_3, SX_COUNT_OF(recorded_3)}, {recorded_4, SX_COUNT_OF(recorded_4)},
    {recorded_5, SX_COUNT_OF(recorded_5)}, {recorded_6, SX_COUNT_OF(recorded_6)},
    {recorded_7, SX_COUNT_OF(recorded_7)},
};

struct fixture {
    struct sx_mem mem;
    struct sx_arena arena;
    struct sx_buf text, again;
    size_t failed_count;
};

/* Zones are not what this test is about: the names the recordings know are UTC here. */
static bool find_zone(void *user, struct sx_bytes name, const struct sx_zone **zone)
{
    static const char *const names[] = {
        "Africa/Cairo",     "America/Los_Angeles",
        "America/New_York", "America/Sao_Paulo",
        "Asia/Kolkata",     "Asia/Kathmandu",
        "Asia/Tokyo",       "Australia/Lord_Howe",
        "Europe/Berlin",    "Europe/London",
        "Etc/UTC",          "Local",
        "Asia/Shanghai",    "EST",
        "America/St_Johns",
    };
    (void)user;
    *zone = NULL;
    for (size_t i = 0; i < SX_COUNT_OF(names); i++)
        if (sx_bytes_equal(name, sx_bytes_of(names[i])))
            return true;
    return false;
}

static void miss(struct fixture *f, const struct recorded *row, const char *want, const char *got)
{
    f->failed_count++;
    print_message("%s\n  want: %s\n  got:  %s\n", row->query, want ? want : "no error", got);
}

static stria_status check(struct fixture *f, const struct sx_iql_statement *statement,
                          stria_error *err)
{
    stria_status st = sx_iql_check_statement(statement, err);
    const struct sx_iql_select *select =
        statement->kind == SX_IQL_STATEMENT_SELECT    ? statement->u.select
        : statement->kind == SX_IQL_STATEMENT_EXPLAIN ? statement->u.explain.select
                                                      : NULL;
    if (!st && select) {
        struct sx_iql_checked *checked;
        st = sx_iql_check_select(&f->arena, select, NOW_NS, &checked, err);
        if (!st)
            st = sx_iql_check_offset(&f->mem, checked, err);
    }
    return st ? st : sx_iql_check_named(statement, err);
}

static void check_all(struct fixture *f, const struct recorded *row,
                      const struct sx_iql_query *query)
{
    for (size_t i = 0; i < query->count; i++) {
        stria_error err = {0};
        const char *want = row->error && i == row->statement ? row->error : NULL;
        stria_status st = check(f, query->statements[i], &err);
        if (st ? !want || strcmp(err.text, want) != 0 : want != NULL)
            miss(f, row, want, st ? err.text : "no error");
        if (st)
            return; /* the statements after it are not executed */
    }
}

/* Passwords are not printed. */
static bool prints_back(const struct sx_iql_query *query)
{
    for (size_t i = 0; i < query->count; i++)
        if (query->statements[i]->kind == SX_IQL_STATEMENT_CREATE_USER ||
            query->statements[i]->kind == SX_IQL_STATEMENT_SET_PASSWORD)
            return false;
    return true;
}

static void print_back(struct fixture *f, const struct recorded *row,
                       const struct sx_iql_query *query)
{
    struct sx_iql_parse_options options = {.find_zone = find_zone};
    struct sx_iql_query again;
    stria_error err = {0};
    if (!prints_back(query))
        return;
    sx_buf_clear(&f->text);
    sx_buf_clear(&f->again);
    sx_iql_print_query(&f->text, query);
    if (sx_iql_parse(&f->arena, sx_buf_bytes(&f->text), &options, &again, &err)) {
        miss(f, row, "to parse when printed", err.text);
        return;
    }
    sx_iql_print_query(&f->again, &again);
    assert_false(f->text.failed || f->again.failed);
    if (!sx_bytes_equal(sx_buf_bytes(&f->text), sx_buf_bytes(&f->again)))
        miss(f, row, "to print the same again", "other text");
}

static void run(struct fixture *f, const struct recorded *row)
{
    struct sx_iql_parse_options options = {
        .params = row->params, .param_count = row->param_count, .find_zone = find_zone};
    struct sx_iql_query query;
    stria_error err = {0};
    stria_status st = sx_iql_parse(&f->arena, sx_bytes_of(row->query), &options, &query, &err);
    if (st) {
        if (!row->is_parse_error || strcmp(err.text, row->error) != 0)
            miss(f, row, row->error, err.text);
        else
            assert_int_equal(st, STRIA_SYNTAX);
        return;
    }
    if (row->is_parse_error) {
        miss(f, row, row->error, "no error");
        return;
    }
    print_back(f, row, &query);
    check_all(f, row, &query);
}

static void test_recorded_queries_parse_print_and_fail_as_recorded(void **state)
{
    (void)state;
    struct fixture f = {0};
    sx_mem_init(&f.mem, NULL, "test", 0);
    sx_arena_init(&f.arena, &f.mem, 0);
    sx_buf_init(&f.text, &f.mem, 1 << 20);
    sx_buf_init(&f.again, &f.mem, 1 << 20);
    for (size_t i = 0; i < SX_COUNT_OF(tables); i++)
        for (size_t k = 0; k < tables[i].count; k++) {
            run(&f, &tables[i].rows[k]);
            sx_arena_reset(&f.arena);
        }
    sx_buf_deinit(&f.text);
    sx_buf_deinit(&f.again);
    sx_arena_deinit(&f.arena);
    sx_mem_deinit(&f.mem);
    assert_int_equal(f.failed_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recorded_queries_parse_print_and_fail_as_recorded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
