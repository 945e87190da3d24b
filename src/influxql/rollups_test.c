/* SPDX-License-Identifier: Apache-2.0 */
/* rollups_test.c -- how a range is cut into what rollups speak of and what rows must be read for.
 * tests/rollup_test.c compares answers. */
#include "influxql/rollups.h"

#include "influxql/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MINUTE (SX_ROLLUP_5M_NS / 5)
#define HOUR (60 * MINUTE)

/* Days that have rollups, as text: "0 1 3". */
struct stored {
    const char *by_5m, *by_1h;
};

struct asked {
    int64_t interval, offset; /* minutes; so are those to come */
    int64_t min, max;         /* of the functions */
    int64_t read_min;         /* of what is read, when derivatives look further back */
    bool float_sum;
};

static const struct {
    const char *name;
    struct stored stored;
    struct asked asked;
    const char *pieces;
} cases[] = {
    {"none", {"", ""}, {60, 0, 0, 1440, 0, false}, ""},
    {"whole days by the hour", {"0 1", "0 1"}, {60, 0, 0, 2880, 0, false}, "1h:0-2880 "},
    {"rows where there are none",
     {"", "1"},
     {60, 0, 0, 4320, 0, false},
     "rows:0-1440 1h:1440-2880 rows:2880-4320 "},
    {"5m where there is no 1h",
     {"0 1", "1"},
     {60, 0, 0, 2880, 0, false},
     "5m:0-1440 1h:1440-2880 "},
    {"5m alone for windows of 10 minutes", {"0", "0"}, {10, 0, 0, 1440, 0, false}, "5m:0-1440 "},
    {"5m up to where whole hours begin",
     {"0", "0"},
     {120, 0, 17, 1430, 17, false},
     "rows:17-20 5m:20-60 1h:60-1380 5m:1380-1430 "},
    {"an offset that cuts hours", {"0", "0"}, {60, 5, 0, 1440, 0, false}, "5m:0-1440 "},
    {"sums of floats: the window is the bucket",
     {"0", "0"},
     {60, 0, 0, 1440, 0, true},
     "1h:0-1440 "},
    {"sums of floats by 10 minutes: rows", {"0", "0"}, {10, 0, 0, 1440, 0, true}, ""},
    {"sums of floats by 5 minutes", {"0", "0"}, {5, 0, 3, 1440, 3, true}, "rows:3-5 5m:5-1440 "},
    {"what some functions alone look at: rows",
     {"", "0"},
     {60, 0, 120, 1440, 60, false},
     "rows:60-120 1h:120-1440 "},
    {"too short", {"0", "0"}, {60, 0, 1, 4, 1, false}, ""},
};

static struct sx_view *view_of(struct sx_mem *mem, const struct stored *stored)
{
    const char *const days[] = {stored->by_5m, stored->by_1h};
    struct sx_view *view = sx_view_create(mem, &(struct sx_view_parts){0});
    for (size_t i = 0; i < 2; i++) {
        struct sx_rollup_marks *marks = NULL;
        for (const char *at = days[i]; *at; at += at[1] ? 2 : 1) {
            struct sx_rollup_mark mark = {.window_start = (*at - '0') * SX_DAY_NS, .generation = 1};
            assert_true(sx_rollup_marks_put(&marks, mem, &mark));
        }
        sx_view_add_rollups(view, SX_DAY_NS, i ? SX_ROLLUP_1H_NS : SX_ROLLUP_5M_NS, marks,
                            sx_view_create(mem, &(struct sx_view_parts){0}));
        sx_rollup_marks_release(marks);
    }
    return view;
}

static const char *cut(struct sx_mem *mem, struct sx_view *view, const struct asked *asked,
                       struct sx_view_column *columns, size_t column_count)
{
    static char text[300];
    struct sx_iql_expr var = {.kind = SX_IQL_EXPR_VAR,
                              .u.var = {.name = SX_LITERAL("v"), .type = SX_IQL_TYPE_FLOAT}};
    struct sx_iql_rollup_field field = {.var = &var};
    struct sx_iql_rollups rollups = {.windows = {.interval_ns = asked->interval * MINUTE,
                                                 .offset_ns = asked->offset * MINUTE,
                                                 .time_min_ns = asked->min * MINUTE,
                                                 .time_max_ns = asked->max * MINUTE - 1},
                                     .has_float_sum = asked->float_sum,
                                     .fields = &field,
                                     .field_count = 1};
    struct sx_view_measurement stored = {.columns = columns, .column_count = column_count};
    struct sx_iql_measurement m = {.view = view, .stored = &stored};
    struct sx_iql_piece *pieces;
    struct sx_arena arena;
    stria_error err = {0};
    size_t count;
    sx_arena_init(&arena, mem, 1024);
    assert_int_equal(sx_iql_rollups_cut(&rollups, &m, mem, &arena, asked->read_min * MINUTE,
                                        asked->max * MINUTE - 1, &pieces, &count, &err),
                     STRIA_OK);
    text[0] = 0;
    for (size_t i = 0; i < count; i++)
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "%s:%lld-%lld ",
                       pieces[i].rollup ? sx_rollup_name(pieces[i].rollup->interval_ns) : "rows",
                       (long long)(pieces[i].min_ns / MINUTE),
                       (long long)((pieces[i].max_ns + 1) / MINUTE));
    sx_arena_deinit(&arena);
    return text;
}

static void test_a_range_is_cut_where_rollups_begin_and_end(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_view_column column = {SX_LITERAL("v"), STRIA_FLOAT};
    sx_mem_init(&mem, NULL, "test", 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sx_view *view = view_of(&mem, &cases[i].stored);
        const char *text = cut(&mem, view, &cases[i].asked, &column, 1);
        if (strcmp(text, cases[i].pieces) != 0)
            fail_msg("%s: %s", cases[i].name, text);
        sx_view_release(view);
    }
    sx_mem_deinit(&mem);
}

static void test_a_field_with_another_type_or_two_is_read_of_rows(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_view_column two[] = {{SX_LITERAL("v"), STRIA_FLOAT}, {SX_LITERAL("v"), STRIA_INT}};
    struct sx_view_column other = {SX_LITERAL("v"), STRIA_INT};
    sx_mem_init(&mem, NULL, "test", 0);
    struct sx_view *view = view_of(&mem, &cases[1].stored);
    assert_string_equal(cut(&mem, view, &cases[1].asked, two, 2), "");
    assert_string_equal(cut(&mem, view, &cases[1].asked, &other, 1), "");
    assert_string_equal(cut(&mem, view, &cases[1].asked, two, 0), "");
    sx_view_release(view);
    sx_mem_deinit(&mem);
}

static void test_many_gaps_end_in_one_piece_of_rows(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_view_column column = {SX_LITERAL("v"), STRIA_FLOAT};
    struct sx_rollup_marks *marks = NULL;
    struct asked asked = {60, 0, 0, (int64_t)200 * 1440, 0, false};
    size_t count = 0;
    sx_mem_init(&mem, NULL, "test", 0);
    for (int64_t day = 0; day < 200; day += 2) {
        struct sx_rollup_mark mark = {.window_start = day * SX_DAY_NS, .generation = 1};
        assert_true(sx_rollup_marks_put(&marks, &mem, &mark));
    }
    struct sx_view *view = sx_view_create(&mem, &(struct sx_view_parts){0});
    sx_view_add_rollups(view, SX_DAY_NS, SX_ROLLUP_1H_NS, marks,
                        sx_view_create(&mem, &(struct sx_view_parts){0}));
    struct sx_iql_expr var = {.kind = SX_IQL_EXPR_VAR,
                              .u.var = {.name = SX_LITERAL("v"), .type = SX_IQL_TYPE_FLOAT}};
    struct sx_iql_rollup_field field = {.var = &var};
    struct sx_iql_rollups rollups = {
        .windows = {.interval_ns = HOUR, .time_min_ns = 0, .time_max_ns = asked.max * MINUTE - 1},
        .fields = &field,
        .field_count = 1};
    struct sx_view_measurement stored = {.columns = &column, .column_count = 1};
    struct sx_iql_measurement m = {.view = view, .stored = &stored};
    struct sx_iql_piece *pieces;
    struct sx_arena arena;
    stria_error err = {0};
    sx_arena_init(&arena, &mem, 1024);
    assert_int_equal(sx_iql_rollups_cut(&rollups, &m, &mem, &arena, 0, asked.max * MINUTE - 1,
                                        &pieces, &count, &err),
                     STRIA_OK);
    assert_int_equal(count, SX_IQL_PIECES_MAX);
    assert_null(pieces[count - 1].rollup);
    assert_true(pieces[count - 1].max_ns == asked.max * MINUTE - 1);
    sx_arena_deinit(&arena);
    sx_view_release(view);
    sx_rollup_marks_release(marks);
    sx_mem_deinit(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_range_is_cut_where_rollups_begin_and_end),
        cmocka_unit_test(test_a_field_with_another_type_or_two_is_read_of_rows),
        cmocka_unit_test(test_many_gaps_end_in_one_piece_of_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
