/* SPDX-License-Identifier: Apache-2.0 */
/* rollup_test.c -- rollups of a policy, from end to end: they are made, read, repaired when rows
 * come late or go, kept longer than the rows, and neither a crash nor a new start changes them; and
 * answers are the same with them and without.
 *
 * Limits      STRIA_SWEEP=N: N times as many random stores. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "engine/adopt.h"
#include "exec/cursor.h"
#include "os/os_mem.h"
#include "script.h"
#include "small.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MINUTE ((int64_t)60 * 1000000000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define START (20000 * DAY) /* of a day in 2024, before the disk's clock */

static char answer[1 << 21];
static size_t answer_len;

static void must(stria_status st, const stria_error *err)
{
    if (st)
        fail_msg("%d: %s", (int)st, err->text);
}

/* ---- statements as text --------------------------------------------------------------------- */

static void put(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int more = vsnprintf(answer + answer_len, sizeof answer - answer_len, format, arguments);
    va_end(arguments);
    assert_true(more >= 0 && (size_t)more < sizeof answer - answer_len);
    answer_len += (size_t)more;
}

/* Times as minutes from START; floats so that each bit counts. */
static void put_value(const stria_values *column, size_t i)
{
    const stria_bytes *string = column->values;
    int64_t integer;
    if (column->present && !(column->present[i / 64] >> i % 64 & 1))
        return;
    if (column->type == STRIA_STRING) {
        put("%.*s", (int)string[i].len, string[i].ptr);
        return;
    }
    if (column->type == STRIA_BOOL) {
        put("%d", ((const uint8_t *)column->values)[i]);
        return;
    }
    memcpy(&integer, (const int64_t *)column->values + i, sizeof integer);
    if (column->type == STRIA_FLOAT)
        put("%.17g", ((const double *)column->values)[i]);
    else
        put("%" PRId64, column->type == STRIA_TIME ? (integer - START) / MINUTE : integer);
}

static stria_status put_series(stria_cursor *cursor, stria_error *err)
{
    const stria_table *table;
    const stria_batch *batch;
    stria_status st;
    while (!(st = sx_cursor_next_series(cursor, &table, err)) && table) {
        put("%s%.*s", answer_len ? "; " : "", (int)table->name.len, table->name.ptr);
        for (size_t i = 0; i < table->tag_count; i++)
            put(",%.*s", (int)table->tags[i].value.len, table->tags[i].value.ptr);
        put(":");
        while (!(st = sx_cursor_next_batch(cursor, &batch, err)) && batch)
            for (size_t i = 0; i < batch->row_count; i++)
                for (size_t c = 0; c < batch->column_count; c++) {
                    put(c ? "," : " ");
                    put_value(&batch->columns[c], i);
                }
        if (st)
            break;
    }
    return st;
}

static stria_status run(struct small *s, const char *text, stria_error *err)
{
    stria_cursor *cursor = NULL;
    const stria_statement *statement;
    const stria_query_options *options = STRIA_QUERY_OPTIONS(.database = "d");
    answer_len = 0;
    answer[0] = 0;
    stria_status st = sx_cursor_query(s->engine, sx_bytes_of(text), options, &cursor, err);
    while (!st && !(st = sx_cursor_next_statement(cursor, &statement, err)) && statement)
        st = put_series(cursor, err);
    sx_cursor_close(cursor);
    return st;
}

static const char *ask(struct small *s, const char *text)
{
    stria_error err = {0};
    stria_status st = run(s, text, &err);
    if (st)
        fail_msg("%s: %s", text, err.text);
    return answer;
}

static void assert_answer(struct small *s, const char *text, const char *expected)
{
    (void)ask(s, text);
    if (strcmp(answer, expected) != 0)
        fail_msg("%s\n  gives     %s\n  should be %s", text, answer, expected);
}

static void assert_refused(struct small *s, const char *text, const char *expected)
{
    stria_error err = {0};
    assert_int_not_equal(run(s, text, &err), STRIA_OK);
    assert_string_equal(err.text, expected);
}

/* ---- rows ----------------------------------------------------------------------------------- */

/* Writes lines of "series fields minute"; minutes count from START. */
static void write_at(struct small *s, const char *series, const char *fields, int64_t minute)
{
    char line[300];
    (void)snprintf(line, sizeof line, "%s %s %" PRId64, series, fields, START + minute * MINUTE);
    assert_int_equal(small_write(s, line), 0);
}

static void begin(struct small *s, const char *rollups)
{
    char text[100];
    small_begin(s);
    (void)snprintf(text, sizeof text, "ALTER RETENTION POLICY autogen ON d ROLLUP %s", rollups);
    (void)ask(s, text);
}

static void reopen(struct small *s)
{
    stria_error err = {0};
    must(sx_engine_close(s->engine, &err), &err);
    small_open(s);
}

static void crash(struct small *s)
{
    stria_error err = {0};
    struct sx_os *copy = sx_os_mem_crash(s->os, NULL, NULL);
    assert_non_null(copy);
    must(sx_engine_close(s->engine, &err), &err);
    sx_os_mem_destroy(s->os);
    s->os = copy;
    small_open(s);
}

#define V_5M                                                                                       \
    "SELECT v_count, v_sum, v_min, v_max, v_first, v_last, v_first_ns, v_last_ns FROM "            \
    "autogen_5m.m GROUP BY h"

/* ---- making and reading --------------------------------------------------------------------- */

static void test_a_window_is_rolled_up_and_can_be_read(void **state)
{
    (void)state;
    struct small s;
    begin(&s, "5m, 1h DURATION 1000w");
    write_at(&s, "m,h=a", "v=1,i=3i,t=\"x\"", 1);
    write_at(&s, "m,h=a", "v=4,i=-5i", 4);
    write_at(&s, "m,h=a", "v=0.5", 5);
    write_at(&s, "m,h=b", "v=7,b=true", 61);
    small_compact(&s, STRIA_COMPACT_SEAL);
    for (int i = 0; i < 3; i++) {
        assert_answer(&s, V_5M,
                      "m,a: 0,2,5,1,4,1,4,60000000000,240000000000 5,1,0.5,0.5,0.5,0.5,0.5,0,0; "
                      "m,b: 60,1,7,7,7,7,7,60000000000,60000000000");
        assert_answer(&s, "SELECT v_count, v_sum, i_sum, i_min FROM autogen_1h.m GROUP BY h",
                      "m,a: 0,3,5.5,-2,-5; m,b: 60,1,7,,");
        assert_answer(&s, "SHOW FIELD KEYS", "m: b,boolean i,integer t,string v,float");
        assert_int_equal(small_stat(&s, "rollup_windows"), 2);
        assert_int_equal(small_stat(&s, "rollup_windows_stale"), 0);
        assert_true(small_stat(&s, "rollup_bytes") > 0);
        (i ? crash : reopen)(&s);
    }
    small_end(&s);
}

static void test_late_rows_and_deletes_are_repaired(void **state)
{
    (void)state;
    for (int how = 0; how < 3; how++) {
        struct small s;
        begin(&s, "5m");
        for (int day = 0; day < 3; day++)
            write_at(&s, "m,h=a", "v=1", day * 1440 + 1);
        write_at(&s, "m,h=b", "v=2", 1);
        small_compact(&s, STRIA_COMPACT_SEAL);
        write_at(&s, "m,h=a", "v=3", 1442);
        small_compact(&s, STRIA_COMPACT_FLUSH);
        assert_int_equal(small_stat(&s, "rollup_windows_stale"), 1);
        if (how == 1)
            crash(&s);
        small_compact(&s, STRIA_COMPACT_SEAL);
        assert_answer(&s, "SELECT v_sum FROM autogen_5m.m WHERE h = 'a'", "m: 0,1 1440,4 2880,1");
        (void)ask(&s, "DELETE FROM m WHERE h = 'a' AND time < 1728000000000000000 + 1440m");
        /* What is gone is not shown, not even before it is made anew. */
        assert_answer(&s, "SELECT v_sum FROM autogen_5m.m GROUP BY h",
                      "m,a: 1440,4 2880,1; m,b: 0,2");
        if (how == 2)
            crash(&s);
        (void)ask(&s, "DELETE FROM m WHERE h = 'a' AND time >= 1728000000000000000 + 1442m AND "
                      "time < 1728000000000000000 + 1443m");
        assert_answer(&s, "SELECT v_sum FROM autogen_5m.m GROUP BY h", "m,a: 2880,1; m,b: 0,2");
        small_compact(&s, STRIA_COMPACT_SEAL);
        assert_answer(&s, "SELECT v_sum FROM autogen_5m.m GROUP BY h",
                      "m,a: 1440,1 2880,1; m,b: 0,2");
        assert_int_equal(small_stat(&s, "rollup_windows_stale"), 0);
        (void)ask(&s, "DROP MEASUREMENT m");
        assert_answer(&s, "SELECT v_sum FROM autogen_5m.m GROUP BY h", "");
        small_compact(&s, STRIA_COMPACT_SEAL);
        assert_answer(&s, "SELECT v_sum FROM autogen_5m.m GROUP BY h", "");
        small_end(&s);
    }
}

static void test_what_is_made_in_the_background_waits_until_a_window_is_quiet(void **state)
{
    (void)state;
    struct small s;
    begin(&s, "1h");
    write_at(&s, "m,h=a", "v=1", 1);
    small_compact(&s, STRIA_COMPACT_MERGE);
    assert_int_equal(small_stat(&s, "rollup_windows"), 0);
    sx_os_mem_set_now(s.os, START + 400 * DAY);
    s.os->ops->sleep_ns(s.os, MINUTE); /* it does not look all the time */
    small_compact(&s, STRIA_COMPACT_MERGE);
    assert_int_equal(small_stat(&s, "rollup_windows"), 1);
    assert_answer(&s, "SELECT v_sum FROM autogen_1h.m", "m: 0,1");
    small_end(&s);
}

/* ---- answers are the same with them and without
 * ----------------------------------------------- */

static uint64_t random_state;

static uint32_t draw(uint32_t below)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random_state >> 33) % below;
}

/* Two stores get the same; the second has no rollups. */
struct pair {
    struct small with, without;
};

static void pair_write_some(struct pair *p, int count)
{
    static char lines[1 << 16];
    size_t len = 0;
    for (int i = 0; i < count; i++) {
        int64_t ts = START + (int64_t)draw(5 * 1440 * 6) * 10 * 1000000000 + draw(3);
        static const char *const floats[] = {"1e17", "0.1", "-3.25", "7", "0", "1e-9", "-0.3"};
        len += (size_t)snprintf(lines + len, sizeof lines - len, "%s,h=%c,r=%c f=%s",
                                draw(4) ? "m" : "n", 'a' + (int)draw(3), 'x' + (int)draw(2),
                                floats[draw(draw(9) ? 7 : 2)]);
        if (draw(3))
            len += (size_t)snprintf(lines + len, sizeof lines - len, ",i=%di,s=\"t%u\"",
                                    (int)draw(1000) - 500, draw(5));
        if (draw(2))
            len += (size_t)snprintf(lines + len, sizeof lines - len, ",b=%s,g=%u.%u",
                                    draw(2) ? "true" : "false", draw(50), draw(100));
        len += (size_t)snprintf(lines + len, sizeof lines - len, " %" PRId64 "\n", ts);
        if (len > sizeof lines - 200 || i + 1 == count) {
            (void)small_write(&p->with, lines);
            (void)small_write(&p->without, lines);
            len = 0;
        }
    }
}

static void pair_ask(struct pair *p, const char *text)
{
    static char first[sizeof answer];
    (void)snprintf(first, sizeof first, "%s", ask(&p->without, text));
    if (strcmp(first, ask(&p->with, text)) != 0)
        fail_msg("%s\n  rows    %.3000s\n  rollups %.3000s", text, first, answer);
}

static void put_statement(char *out, size_t size)
{
    static const char *const fields[] = {"count(f)",
                                         "sum(i)",
                                         "mean(i)",
                                         "min(f)",
                                         "max(f), min(i)",
                                         "first(f)",
                                         "last(f)",
                                         "first(i), last(i), count(i)",
                                         "mean(f)",
                                         "sum(f)",
                                         "mean(f), max(i), count(g)",
                                         "min(g), max(g), sum(f)",
                                         "derivative(max(i), 1h)",
                                         "mean(i) - min(i)",
                                         "last(g)",
                                         "cumulative_sum(count(f))",
                                         "median(f)",
                                         "count(s)",
                                         "spread(f)",
                                         "first(b)",
                                         "mean(f) + 1, count(b)",
                                         "difference(last(i))",
                                         "max(f)"};
    static const char *const intervals[] = {"5m", "1h", "10m",    "7m",
                                            "1d", "6h", "1h, 5m", "5m, 1m"};
    static const char *const rest[] = {"",
                                       ", h",
                                       ", h fill(none)",
                                       ", r fill(previous)",
                                       " fill(0) ORDER BY time DESC",
                                       ", h fill(none) LIMIT 5",
                                       ", * fill(none)",
                                       " fill(none) ORDER BY time DESC LIMIT 3 OFFSET 1"};
    static const char *const where[] = {"", " AND h = 'a'", " AND r !~ /x/", " AND i > 0",
                                        " AND (h = 'b' OR h = 'c')"};
    uint32_t from = draw(6 * 1440), to = from + draw(6 * 1440);
    if (draw(2))
        from -= from % 60;
    (void)snprintf(
        out, size,
        "SELECT %s FROM %s WHERE time >= %" PRId64 " AND time < %" PRId64 "%s GROUP BY time(%s)%s",
        fields[draw(23)], draw(5) ? "m" : "/m|n/", START + ((int64_t)from - 700) * MINUTE,
        START + to * MINUTE + (draw(3) ? 0 : 1), where[draw(5)], intervals[draw(8)], rest[draw(8)]);
}

static void pair_change(struct pair *p)
{
    static const stria_compact_until until[] = {STRIA_COMPACT_FLUSH, STRIA_COMPACT_MERGE,
                                                STRIA_COMPACT_SEAL, STRIA_COMPACT_RECLAIM};
    char text[200];
    uint32_t what = draw(8), day = draw(5);
    if (what < 4) {
        small_compact(&p->with, until[what]);
    } else if (what == 4) {
        pair_write_some(p, 1 + (int)draw(3));
    } else if (what == 5) {
        (void)snprintf(text, sizeof text,
                       "DELETE FROM m WHERE h = '%c' AND time >= %" PRId64 " AND time < %" PRId64,
                       'a' + (int)draw(3), START + day * DAY + draw(1440) * MINUTE,
                       START + day * DAY + (1440 + draw(1440)) * MINUTE);
        (void)ask(&p->with, text);
        (void)ask(&p->without, text);
    } else if (what == 6) {
        reopen(&p->with);
    }
}

static void test_answers_are_the_same_with_rollups_and_without(void **state)
{
    (void)state;
    uint64_t seed_count = 4 * script_number("STRIA_SWEEP", 1);
    for (uint64_t seed = 0; seed < seed_count; seed++) {
        struct pair p;
        char text[500];
        random_state = seed * 1000003;
        begin(&p.with, seed % 2 ? "5m, 1h" : seed ? "1h" : "5m");
        small_begin(&p.without);
        pair_write_some(&p, 1500);
        small_compact(&p.with, STRIA_COMPACT_SEAL);
        for (int i = 0; i < 300; i++) {
            if (draw(10) == 0)
                pair_change(&p);
            put_statement(text, sizeof text);
            pair_ask(&p, text);
        }
        small_end(&p.with);
        small_end(&p.without);
    }
}

static void test_rollups_answer_when_rows_have_expired(void **state)
{
    (void)state;
    static const char text[] = "SELECT max(v), mean(v) FROM m WHERE time >= 1728000000000000000 "
                               "AND time < 1728000000000000000 + 20d GROUP BY time(1h), h "
                               "fill(none)";
    struct small s;
    begin(&s, "1h");
    sx_os_mem_set_now(s.os, START + 2 * DAY);
    write_at(&s, "m,h=a", "v=1", 1);
    write_at(&s, "m,h=a", "v=4", 2);
    write_at(&s, "m,h=b", "v=9", 65);
    small_compact(&s, STRIA_COMPACT_SEAL);
    (void)ask(&s, "ALTER RETENTION POLICY autogen ON d DURATION 1w");
    sx_os_mem_set_now(s.os, START + 10 * DAY);
    write_at(&s, "m,h=a", "v=5", 10 * 1440);
    small_poll(&s, 20);
    assert_answer(&s, "SELECT v FROM m", "m: 14400,5");
    assert_answer(&s, text, "m,a: 0,4,2.5 14400,5,5; m,b: 60,9,9");
    reopen(&s);
    assert_answer(&s, text, "m,a: 0,4,2.5 14400,5,5; m,b: 60,9,9");
    /* What was deleted is not even there then; nor is the rest of its bucket. */
    (void)ask(&s, "DELETE FROM m WHERE time = 1728000000000000000 + 1m");
    assert_answer(&s, text, "m,a: 14400,5,5; m,b: 60,9,9");
    small_end(&s);
}

/* ---- what may be done to them --------------------------------------------------------------- */

static void test_only_the_store_writes_rollups(void **state)
{
    (void)state;
    struct small s;
    begin(&s, "5m");
    assert_refused(&s, "DROP RETENTION POLICY autogen_5m ON d",
                   "autogen_5m holds rollups: ALTER RETENTION POLICY ... ROLLUP of the policy with "
                   "the rows changes it");
    assert_refused(&s, "ALTER RETENTION POLICY autogen_5m ON d DEFAULT",
                   "autogen_5m holds rollups: ALTER RETENTION POLICY ... ROLLUP of the policy with "
                   "the rows changes it");
    assert_refused(&s, "CREATE RETENTION POLICY p ON d DURATION INF REPLICATION 1 ROLLUP 7m",
                   "rollups are of 5m or 1h at line 1, char 66");
    (void)ask(&s, "CREATE RETENTION POLICY p_1h ON d DURATION INF REPLICATION 1");
    assert_refused(&s, "CREATE RETENTION POLICY p ON d DURATION INF REPLICATION 1 ROLLUP 1h",
                   "retention policy already exists: p_1h, which the rollups would be kept in");
    struct sx_batch batch;
    stria_error err = {0};
    struct sx_write_result result;
    struct sx_write_options options = {0};
    sx_batch_init(&batch, &s.mem);
    assert_int_equal(sx_engine_write(s.engine, 2, &batch, &options, &result, &err), STRIA_INVALID);
    assert_string_equal(err.text, "autogen_5m holds rollups: nobody writes to it but the store "
                                  "itself");
    sx_batch_deinit(&batch);
    small_end(&s);
}

static void test_rollups_come_and_go_with_their_policy(void **state)
{
    (void)state;
    static const char names[] = "SHOW RETENTION POLICIES";
    struct small s;
    begin(&s, "5m DURATION 100w, 1h");
    (void)ask(&s, names);
    assert_non_null(strstr(answer, "autogen_5m,16800h0m0s,"));
    assert_non_null(strstr(answer, "autogen_1h,0s,"));
    (void)ask(&s, "ALTER RETENTION POLICY autogen ON d ROLLUP 5m DURATION 200w");
    (void)ask(&s, names);
    assert_non_null(strstr(answer, "autogen_5m,33600h0m0s,"));
    assert_null(strstr(answer, "autogen_1h"));
    (void)ask(&s, "ALTER RETENTION POLICY autogen ON d ROLLUP NONE");
    (void)ask(&s, names);
    assert_null(strstr(answer, "autogen_"));
    (void)ask(&s, "CREATE RETENTION POLICY p ON d DURATION INF REPLICATION 1 ROLLUP 1h, 5m");
    (void)ask(&s, "CREATE RETENTION POLICY p ON d DURATION INF REPLICATION 1 ROLLUP 1h, 5m");
    (void)ask(&s, names);
    assert_non_null(strstr(answer, "p_5m"));
    (void)ask(&s, "DROP RETENTION POLICY p ON d");
    (void)ask(&s, names);
    assert_null(strstr(answer, "p_"));
    reopen(&s);
    (void)ask(&s, names);
    assert_null(strstr(answer, "_"));
    small_end(&s);
}

/* ---- retention ------------------------------------------------------------------------------ */

static void test_rollups_outlive_their_rows_and_have_an_end_of_their_own(void **state)
{
    (void)state;
    struct small s;
    begin(&s, "5m DURATION 8w, 1h");
    sx_os_mem_set_now(s.os, START + 2 * DAY);
    write_at(&s, "m,h=a", "v=1", 1);
    small_compact(&s, STRIA_COMPACT_SEAL);
    (void)ask(&s, "ALTER RETENTION POLICY autogen ON d DURATION 1w");
    sx_os_mem_set_now(s.os, START + 10 * DAY);
    small_poll(&s, 20);
    assert_answer(&s, "SELECT v FROM m", "");
    assert_answer(&s, "SELECT v_sum FROM autogen_5m.m", "m: 0,1");
    small_compact(&s, STRIA_COMPACT_SEAL);
    assert_answer(&s, "SELECT v_sum FROM autogen_5m.m", "m: 0,1");
    sx_os_mem_set_now(s.os, START + 60 * DAY);
    small_poll(&s, 20);
    reopen(&s);
    assert_answer(&s, "SELECT v_sum FROM autogen_5m.m", "");
    assert_answer(&s, "SELECT v_sum FROM autogen_1h.m", "m: 0,1");
    assert_int_equal(small_stat(&s, "rollup_windows"), 1);
    small_end(&s);
}

static void test_a_database_that_is_restored_keeps_its_rollups(void **state)
{
    (void)state;
    struct small s;
    stria_error err = {0};
    struct sx_engine *target;
    begin(&s, "5m, 1h");
    sx_os_mem_set_now(s.os, START + 2 * DAY);
    write_at(&s, "m,h=a", "v=1", 1);
    write_at(&s, "m,h=a", "v=2", 2);
    small_compact(&s, STRIA_COMPACT_SEAL);
    struct sx_engine_options options = {.os = s.os, .path = "target"};
    must(sx_engine_open(&options, &target, &err), &err);
    struct sx_adoption adoption = {
        .from = s.engine, .database = SX_LITERAL("d"), .as = SX_LITERAL("d")};
    /* ids are others than in the source */
    struct sx_command other = {.kind = SX_CREATE_DATABASE, .database = SX_LITERAL("other")};
    must(sx_engine_execute(target, &other, &err), &err);
    must(sx_engine_adopt(target, &adoption, &err), &err);
    must(sx_engine_close(s.engine, &err), &err);
    must(sx_engine_close(target, &err), &err);
    must(sx_engine_open(&options, &s.engine, &err), &err);
    assert_int_equal(small_stat(&s, "rollup_windows"), 2);
    assert_int_equal(small_stat(&s, "rollup_windows_stale"), 0);
    assert_answer(&s, "SELECT v_sum FROM autogen_5m.m", "m: 0,3");
    char text[100];
    (void)snprintf(text, sizeof text, "DELETE FROM m WHERE time >= %" PRId64, START + 2 * MINUTE);
    (void)ask(&s, text);
    assert_answer(&s, "SELECT v FROM m", "m: 1,1");
    assert_answer(&s, "SELECT v_sum FROM autogen_1h.m", "");
    small_compact(&s, STRIA_COMPACT_SEAL);
    assert_answer(&s, "SELECT v_sum FROM autogen_1h.m", "m: 0,1");
    small_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_window_is_rolled_up_and_can_be_read),
        cmocka_unit_test(test_late_rows_and_deletes_are_repaired),
        cmocka_unit_test(test_what_is_made_in_the_background_waits_until_a_window_is_quiet),
        cmocka_unit_test(test_answers_are_the_same_with_rollups_and_without),
        cmocka_unit_test(test_rollups_answer_when_rows_have_expired),
        cmocka_unit_test(test_only_the_store_writes_rollups),
        cmocka_unit_test(test_rollups_come_and_go_with_their_policy),
        cmocka_unit_test(test_rollups_outlive_their_rows_and_have_an_end_of_their_own),
        cmocka_unit_test(test_a_database_that_is_restored_keeps_its_rollups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
