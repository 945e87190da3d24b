/* SPDX-License-Identifier: Apache-2.0 */
/* embed.c -- a program with its own time-series database: write, ask, scan.
 *
 * Use         cc embed.c -I include -L build/release -lstria -o embed; ./embed DIR
 * Output      Always the same for an empty or new DIR: tests/embed_test.sh compares it. */
#include "stria.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int fail(const char *what, const stria_error *err)
{
    fprintf(stderr, "%s: %s: %s\n", what, stria_status_name(err->code), err->text);
    return 1;
}

/* A statement whose answer has no rows. It is carried out when the cursor comes to it. */
static stria_status execute(stria *db, const char *text, stria_error *err)
{
    stria_cursor *cursor;
    const stria_statement *statement;
    const stria_table *table;
    stria_status st =
        stria_query(db, text, strlen(text), STRIA_QUERY_OPTIONS(.database = "home"), &cursor, err);
    if (st)
        return st;
    while (!(st = stria_cursor_next_statement(cursor, &statement, err)) && statement)
        if ((st = stria_cursor_next_series(cursor, &table, err)))
            break;
    stria_cursor_close(cursor);
    return st;
}

/* ---- writing ---- */

/* Columns on series handles: no text, no parsing. Row i belongs to series[i]. */
static stria_status write_columns(stria *db, stria_error *err)
{
    static const stria_tag cellar[] = {{{"floor", 5}, {"-1", 2}}};
    static const stria_tag attic[] = {{{"floor", 5}, {"3", 1}}};
    static const double temperature[] = {12.5, 21.25, 12.25, 21.5};
    static const int64_t people[] = {0, 2, 0, 3};
    static const uint64_t has_people = 1u << 1 | 1u << 3; /* rows 1 and 3 */
    static const int64_t times[] = {0, 0, 60000000000, 60000000000};
    static const stria_column columns[] = {
        {.name = "temperature", .type = STRIA_FLOAT, .values = temperature},
        {.name = "people", .type = STRIA_INT, .values = people, .present = &has_people},
    };
    stria_series *low = NULL, *high = NULL;
    stria_report report = {0};
    stria_status st =
        stria_series_open(db,
                          STRIA_SERIES_KEY(.database = "home", .measurement = {"room", 4},
                                           .tags = cellar, .tag_count = 1),
                          &low, err);
    if (!st)
        st = stria_series_open(db,
                               STRIA_SERIES_KEY(.database = "home", .measurement = {"room", 4},
                                                .tags = attic, .tag_count = 1),
                               &high, err);
    if (!st) {
        stria_series *const series[] = {low, high, low, high};
        st = stria_write_rows(db,
                              STRIA_ROWS(.row_count = 4, .series = series, .ts_ns = times,
                                         .columns = columns, .column_count = 2),
                              &report, err);
        printf("columns: %" PRIu64 " rows, %" PRIu64 " samples\n", report.row_count,
               report.sample_count);
    }
    stria_report_release(&report);
    stria_series_close(low);
    stria_series_close(high);
    return st;
}

/* Line protocol; its good lines are stored, and the report tells about the others. */
static stria_status write_lines(stria *db, stria_error *err)
{
    static const char lines[] = "room,floor=3 temperature=22,people=1i 120000000000\n"
                                "room,floor=3 temperature=warm 180000000000\n";
    stria_report report = {0};
    stria_status st = stria_ingest(db, lines, sizeof lines - 1,
                                   STRIA_INGEST_OPTIONS(.database = "home"), &report, err);
    printf("lines: %" PRIu64 " rows, %" PRIu64 " rejected\n", report.row_count,
           report.rejected_row_count);
    for (uint32_t i = 0; i < report.problem_count; i++)
        printf("  line %" PRIu64 ": %s\n", report.problems[i].line, report.problems[i].text);
    stria_report_release(&report);
    return st == STRIA_PARTIAL ? STRIA_OK : st; /* expected here */
}

/* ---- reading ---- */

static void print_value(const stria_values *values, size_t row)
{
    if (values->present && !(values->present[row / 64] >> row % 64 & 1)) {
        printf(" -");
        return;
    }
    switch (values->type) {
    case STRIA_TIME:
        printf(" %" PRId64 "s", ((const int64_t *)values->values)[row] / 1000000000);
        break;
    case STRIA_INT:
        printf(" %" PRId64, ((const int64_t *)values->values)[row]);
        break;
    case STRIA_FLOAT:
        printf(" %g", ((const double *)values->values)[row]);
        break;
    case STRIA_STRING: {
        stria_bytes text = ((const stria_bytes *)values->values)[row];
        printf(" %.*s", (int)text.len, text.ptr);
        break;
    }
    default:
        printf(" ?");
    }
}

/* The rows of the tables of a cursor; closes it. */
static stria_status print_answer(stria_cursor *cursor, stria_error *err)
{
    const stria_statement *statement;
    const stria_table *table;
    const stria_batch *batch;
    stria_status st = stria_cursor_next_statement(cursor, &statement, err);
    while (!st && !(st = stria_cursor_next_series(cursor, &table, err)) && table) {
        printf("%.*s", (int)table->name.len, table->name.ptr);
        for (size_t i = 0; i < table->tag_count; i++)
            printf(" %.*s=%.*s", (int)table->tags[i].key.len, table->tags[i].key.ptr,
                   (int)table->tags[i].value.len, table->tags[i].value.ptr);
        printf(":");
        for (size_t i = 0; i < table->column_count; i++)
            printf(" %.*s", (int)table->column_names[i].len, table->column_names[i].ptr);
        printf("\n");
        while (!(st = stria_cursor_next_batch(cursor, &batch, err)) && batch)
            for (size_t row = 0; row < batch->row_count; row++) {
                for (size_t i = 0; i < batch->column_count; i++)
                    print_value(&batch->columns[i], row);
                printf("\n");
            }
    }
    stria_cursor_close(cursor);
    return st;
}

static stria_status ask(stria *db, const char *text, stria_error *err)
{
    stria_cursor *cursor;
    printf("> %s\n", text);
    stria_status st =
        stria_query(db, text, strlen(text), STRIA_QUERY_OPTIONS(.database = "home"), &cursor, err);
    return st ? st : print_answer(cursor, err);
}

/* Rows as they are stored, each column in its type. */
static stria_status scan(stria *db, stria_error *err)
{
    const stria_matcher floor = {{"floor", 5}, STRIA_MATCH_EQUAL, {"3", 1}};
    stria_cursor *cursor;
    printf("> scan floor=3\n");
    stria_status st = stria_scan(
        db, STRIA_SCAN_OPTIONS(.database = "home", .matchers = &floor, .matcher_count = 1), &cursor,
        err);
    return st ? st : print_answer(cursor, err);
}

static void print_stat(void *user, const stria_stat *stat)
{
    (void)user;
    if (strcmp(stat->name, "rows_written_total") == 0 ||
        strcmp(stat->name, "samples_written_total") == 0)
        printf("%s %.0f\n", stat->name, stat->value);
}

static stria_status use(stria *db, stria_error *err)
{
    stria_status st = execute(db, "CREATE DATABASE home", err);
    if (!st)
        st = write_columns(db, err);
    if (!st)
        st = write_lines(db, err);
    if (!st)
        st = ask(db, "SELECT mean(temperature), max(people) FROM room GROUP BY floor", err);
    if (!st)
        st = ask(db, "SELECT temperature FROM room WHERE people > 1", err);
    if (!st)
        st = scan(db, err);
    return st ? st : stria_stats(db, print_stat, NULL, err);
}

int main(int argc, char **argv)
{
    stria *db;
    stria_error err;
    if (argc != 2) {
        fprintf(stderr, "usage: %s DIR\n", argv[0]);
        return 2;
    }
    if (stria_open(argv[1], STRIA_OPTIONS(.threads = 1), &db, &err))
        return fail(argv[1], &err);
    int code = use(db, &err) ? fail("home", &err) : 0;
    if (stria_close(db, &err))
        return fail("close", &err);
    return code;
}
