/* SPDX-License-Identifier: Apache-2.0 */
/* aggregates_test.c -- aggregates of stored rows, asked twice: as they are, when the store may
 * answer without reading the rows, and with a condition that holds for every row, when it reads
 * them. The answers are the same, bit for bit, whatever was flushed, merged, deleted or late. */
#include "random.h"

#include "stria.h"

#include <ftw.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BEGIN_S 1767225600 /* 2026-01-01 */
#define STEP_S 60
#define HOSTS 3
#define STEPS 4000 /* nearly three days */

static char folder[40];
static stria *db;
static uint64_t seed;

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info;
    (void)kind;
    (void)at;
    return remove(path);
}

static void must(stria_status st, const stria_error *err)
{
    if (st)
        fail_msg("seed %" PRIu64 ": %s: %s", seed, stria_status_name(st), err->text);
}

static void open_store(void)
{
    char path[60];
    stria_error err = {0};
    (void)snprintf(path, sizeof path, "%s/store", folder);
    must(stria_open(path, NULL, &db, &err), &err);
}

/* ---- answers as text ------------------------------------------------------------------------ */

static void put_value(FILE *out, const stria_values *column, size_t i)
{
    if (column->present && !(column->present[i / 64] >> i % 64 & 1))
        (void)fputs("-", out);
    else if (column->type == STRIA_STRING)
        (void)fprintf(out, "%.*s", (int)((const stria_bytes *)column->values)[i].len,
                      ((const stria_bytes *)column->values)[i].ptr);
    else if (column->type == STRIA_BOOL)
        (void)fprintf(out, "%d", ((const uint8_t *)column->values)[i]);
    else /* the bits, so that zeros of either sign differ */
        (void)fprintf(out, "%" PRIx64, ((const uint64_t *)column->values)[i]);
}

static void put_batch(FILE *out, const stria_batch *batch)
{
    for (size_t i = 0; i < batch->row_count; i++)
        for (size_t c = 0; c < batch->column_count; c++) {
            (void)fputc(c ? ',' : ' ', out);
            put_value(out, &batch->columns[c], i);
        }
}

/* The answer to a query; to be freed. */
static char *ask(const char *text)
{
    char *answer = NULL;
    size_t size;
    FILE *out = open_memstream(&answer, &size);
    stria_cursor *cursor = NULL;
    const stria_statement *statement;
    const stria_table *table;
    const stria_batch *batch;
    stria_error err = {0};
    assert_non_null(out);
    must(stria_query(db, text, strlen(text), STRIA_QUERY_OPTIONS(.database = "d"), &cursor, &err),
         &err);
    must(stria_cursor_next_statement(cursor, &statement, &err), &err);
    for (;;) {
        must(stria_cursor_next_series(cursor, &table, &err), &err);
        if (!table)
            break;
        (void)fprintf(out, "%.*s{", (int)table->name.len, table->name.ptr);
        for (size_t i = 0; i < table->tag_count; i++)
            (void)fprintf(out, "%.*s", (int)table->tags[i].value.len, table->tags[i].value.ptr);
        (void)fputs("}", out);
        for (;;) {
            must(stria_cursor_next_batch(cursor, &batch, &err), &err);
            if (!batch)
                break;
            put_batch(out, batch);
        }
    }
    stria_cursor_close(cursor);
    assert_int_equal(fclose(out), 0);
    return answer;
}

/* ---- what is asked -------------------------------------------------------------------------- */

static const char *const fields[] = {"f", "d", "x", "i", "z", "sparse", "b", "s"};
#define NUMBERS 6 /* the first of them */

/* Holds for every row that has a field. */
#define ALWAYS                                                                                     \
    "(f >= 0 OR f < 0 OR x >= 0 OR x < 0 OR d >= 0 OR d < 0 OR i >= 0 OR i < 0 OR z >= 0 OR z < "  \
    "0 OR sparse >= 0 OR "                                                                         \
    "sparse < 0 OR b = true OR b = false OR s =~ /.*/)"

struct question {
    char select[300], range[100], rest[100];
    bool nested;
};

static void make_select(uint64_t *random, struct question *q)
{
    static const char *const calls[] = {"count", "sum",   "mean", "min",
                                        "max",   "first", "last", "spread"};
    size_t len = 0;
    for (uint32_t n = random_once_in(random, 2) ? 1 : 1 + random_below(random, 4), i = 0; i < n;
         i++) {
        uint32_t call = random_below(random, 8);
        bool any = call == 0 || call == 5 || call == 6; /* takes any type */
        const char *field =
            fields[random_below(random, any ? sizeof fields / sizeof *fields : NUMBERS)];
        len += (size_t)snprintf(q->select + len, sizeof q->select - len, "%s%s(%s) AS c%u",
                                i ? ", " : "", calls[call], field, i);
    }
}

static void make_question(uint64_t *random, struct question *q)
{
    static const char *const rests[] = {"",
                                        "GROUP BY host",
                                        "GROUP BY time(1d)",
                                        "GROUP BY time(1h) fill(none)",
                                        "GROUP BY time(1d), host",
                                        "GROUP BY time(7h), host fill(none)",
                                        "GROUP BY time(6h, 90m), host",
                                        "GROUP BY time(7m) fill(none) LIMIT 50",
                                        "GROUP BY time(1w), host",
                                        "GROUP BY time(1d) ORDER BY time DESC",
                                        "GROUP BY time(1d) tz('Europe/Berlin')"};
    int64_t first = 0, last = STEPS;
    make_select(random, q);
    if (!random_once_in(random, 3)) {
        first = random_below(random, STEPS);
        last = first + random_below(random, STEPS);
    }
    (void)snprintf(q->range, sizeof q->range, "time >= %" PRId64 "s AND time < %" PRId64 "s",
                   BEGIN_S + first * STEP_S, BEGIN_S + last * STEP_S);
    (void)snprintf(q->rest, sizeof q->rest, "%s",
                   rests[random_below(random, sizeof rests / sizeof *rests)]);
    q->nested = random_once_in(random, 6);
}

static void put_question(const struct question *q, const char *condition, char *text, size_t size)
{
    if (q->nested)
        (void)snprintf(text, size,
                       "SELECT last(c0), max(c0), count(c0) FROM (SELECT %s FROM m WHERE %s%s "
                       "GROUP BY time(1d), host) GROUP BY time(2d)",
                       q->select, q->range, condition);
    else
        (void)snprintf(text, size, "SELECT %s FROM m WHERE %s%s %s", q->select, q->range, condition,
                       q->rest);
}

static void ask_both_ways(uint64_t *random)
{
    struct question question;
    char text[1200], rows_text[1200];
    make_question(random, &question);
    if (question.nested && strstr(question.select, "(s)"))
        return; /* max() takes no text */
    if (question.nested && strstr(question.select, "(b)"))
        return;
    put_question(&question, "", text, sizeof text);
    put_question(&question, " AND " ALWAYS, rows_text, sizeof rows_text);
    char *totals = ask(text), *rows = ask(rows_text);
    if (strcmp(totals, rows) != 0)
        fail_msg("seed %" PRIu64 ": %s\n%.500s\nbut of the rows\n%.500s", seed, text, totals, rows);
    free(totals);
    free(rows);
}

/* ---- what is stored ------------------------------------------------------------------------- */

static size_t put_row(uint64_t *random, char *line, size_t size, uint32_t host, int64_t step)
{
    static const char *const zeros[] = {"0", "-0", "1", "0"};
    uint32_t kind = random_below(random, 10);
    size_t len = (size_t)snprintf(line, size, "m,host=%u ", host);
    if (kind != 0)
        len +=
            (size_t)snprintf(line + len, size - len, "f=%d,", (int)random_below(random, 200) - 50);
    if (random_below(random, 3000) == 0) /* too large for sums to be exact */
        len += (size_t)snprintf(line + len, size - len, "d=9.1e15,");
    else
        len += (size_t)snprintf(line + len, size - len, "d=%u.%u,", random_below(random, 90),
                                random_below(random, 10));
    /* whole numbers on one day, others on the next */
    len += (size_t)snprintf(line + len, size - len, "x=%u.%u,", random_below(random, 90000),
                            step / 1440 % 2 ? random_below(random, 1000) : 0);
    len += (size_t)snprintf(line + len, size - len, "i=%" PRId64 "i,z=%s,b=%s",
                            (int64_t)random_below(random, 2000) - 1000 + step,
                            host == 2 ? "-0" : zeros[random_below(random, host ? 4 : 1)],
                            kind & 1 ? "true" : "false");
    if (kind == 3)
        len += (size_t)snprintf(line + len, size - len, ",sparse=%ui", random_below(random, 9));
    if (kind > 4)
        len += (size_t)snprintf(line + len, size - len, ",s=\"x%u\"", kind);
    return len +
           (size_t)snprintf(line + len, size - len, " %" PRId64 "\n", BEGIN_S + step * STEP_S);
}

/* Writes rows of steps [first, first + count), some of them left out. */
static void write_rows(uint64_t *random, int64_t first, int64_t count, bool gaps)
{
    static char lines[STEPS * HOSTS * 160];
    size_t len = 0;
    stria_error err = {0};
    for (int64_t step = first; step < first + count; step++)
        for (uint32_t host = 0; host < HOSTS; host++)
            if (!gaps || !random_once_in(random, 4))
                len += put_row(random, lines + len, sizeof lines - len, host, step);
    if (len)
        must(stria_ingest(db, lines, len,
                          &(stria_ingest_options){.struct_size = sizeof(stria_ingest_options),
                                                  .database = "d",
                                                  .precision = STRIA_PRECISION_S},
                          NULL, &err),
             &err);
}

static void change(uint64_t *random)
{
    char text[200];
    stria_error err = {0};
    int64_t first = random_below(random, STEPS), count = 1 + random_below(random, 300);
    switch (random_below(random, 7)) {
    case 0:
        must(stria_compact(db, STRIA_COMPACT_FLUSH, NULL, &err), &err);
        break;
    case 1:
        must(stria_compact(db, STRIA_COMPACT_MERGE, NULL, &err), &err);
        break;
    case 2:
        must(stria_compact(db, STRIA_COMPACT_SEAL, NULL, &err), &err);
        break;
    case 3: /* late */
        write_rows(random, first, count < STEPS - first ? count : STEPS - first, true);
        break;
    case 4:
        (void)snprintf(text, sizeof text,
                       "DELETE FROM m WHERE host = '%u' AND time >= %" PRId64
                       "s AND time < %" PRId64 "s",
                       random_below(random, HOSTS), BEGIN_S + first * STEP_S,
                       BEGIN_S + (first + count) * STEP_S);
        free(ask(text));
        break;
    case 5:
        must(stria_close(db, &err), &err);
        open_store();
        break;
    default:
        break;
    }
}

static void test_aggregates_are_those_of_the_rows(void **state)
{
    (void)state;
    const char *sweep = getenv("STRIA_SWEEP");
    uint64_t seeds = 2 * (sweep ? strtoull(sweep, NULL, 10) : 1);
    for (seed = 1; seed <= seeds; seed++) {
        uint64_t random = seed;
        memcpy(folder, "/tmp/stria-aggregates-XXXXXX", 29);
        assert_non_null(mkdtemp(folder));
        open_store();
        free(ask("CREATE DATABASE d"));
        for (int64_t first = 0; first < STEPS;) { /* in order, in pieces */
            int64_t count = 1 + random_below(&random, STEPS / 3);
            count = count < STEPS - first ? count : STEPS - first;
            write_rows(&random, first, count, random_once_in(&random, 3));
            if (random_once_in(&random, 2))
                change(&random);
            first += count;
        }
        for (unsigned i = 0; i < 8; i++) {
            for (unsigned k = 0; k < 25; k++)
                ask_both_ways(&random);
            change(&random);
        }
        stria_error err = {0};
        must(stria_compact(db, STRIA_COMPACT_SEAL, NULL, &err), &err);
        for (unsigned k = 0; k < 50; k++)
            ask_both_ways(&random);
        must(stria_close(db, &err), &err);
        assert_int_equal(nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_aggregates_are_those_of_the_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
