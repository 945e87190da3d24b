/* SPDX-License-Identifier: Apache-2.0 */
/* walk_test.c -- the order of events, and where each kind of failure shows. */
#include "app/render/walk.h"

#include "app/render/fake_answer_test.h"
#include "base/attr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* The events as letters: S statement, T table, R rows, t and s their ends, ! behind the one that
 * carries a failure, + where another table follows, E the end. */
static void check(const struct fake_source *answer, const char *wanted)
{
    static const char letters[] = {'?', 'S', 'T', 'R', 't', 's', 'E'};
    struct fake_source fake = *answer;
    struct sx_row_source source = fake_source_of(&fake);
    struct sx_walk walk;
    char got[100];
    size_t size = 0;
    sx_walk_init(&walk, &source);
    do {
        enum sx_walk_at at = sx_walk_next(&walk);
        got[size++] = letters[at];
        if (at == SX_AT_ROWS)
            walk.row = walk.batch->row_count;
        if (at == SX_AT_TABLE_END && walk.table_follows)
            got[size++] = '+';
        if ((at == SX_AT_STATEMENT_END || at == SX_AT_END) && walk.status)
            got[size++] = '!';
    } while (walk.at != SX_AT_END && size < sizeof got - 3);
    got[size] = 0;
    assert_string_equal(got, wanted);
    assert_int_equal(sx_walk_next(&walk), SX_AT_END);
}

static void test_events_come_in_the_order_of_the_answer(void **state)
{
    (void)state;
    struct fake_source answer = fake_answer_of(fake_statements, SX_COUNT_OF(fake_statements));
    check(&answer, "STRt+TRtsSsSTtsSs!E");
}

static void test_a_batch_that_breaks_ends_table_and_statement(void **state)
{
    (void)state;
    struct fake_table tables[] = {fake_tables[1], fake_tables[1]};
    tables[0].status = STRIA_IO;
    const struct fake_statement statements[] = {{.tables = tables, .table_count = 2}, {0}};
    struct fake_source answer = fake_answer_of(statements, 2);
    check(&answer, "STRts!SsE");
}

static void test_a_source_that_breaks_ends_the_walk(void **state)
{
    (void)state;
    const struct fake_statement statement = {0};
    struct fake_source answer = fake_answer_of(&statement, 1);
    answer.status = STRIA_CANCELLED;
    check(&answer, "SsE!");
}

static void test_rows_that_were_left_come_again(void **state)
{
    (void)state;
    const struct fake_statement statement = {.tables = fake_tables, .table_count = 1};
    struct fake_source fake = fake_answer_of(&statement, 1);
    struct sx_row_source source = fake_source_of(&fake);
    struct sx_walk walk;
    sx_walk_init(&walk, &source);
    assert_int_equal(sx_walk_next(&walk), SX_AT_STATEMENT);
    assert_int_equal(sx_walk_next(&walk), SX_AT_TABLE);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(sx_walk_next(&walk), SX_AT_ROWS);
        assert_int_equal(walk.row, i);
        assert_int_equal(sx_walk_rows_left(&walk), 3 - i);
        walk.row++;
    }
    assert_int_equal(sx_walk_next(&walk), SX_AT_TABLE_END);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events_come_in_the_order_of_the_answer),
        cmocka_unit_test(test_a_batch_that_breaks_ends_table_and_statement),
        cmocka_unit_test(test_a_source_that_breaks_ends_the_walk),
        cmocka_unit_test(test_rows_that_were_left_come_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
