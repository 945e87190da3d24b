/* SPDX-License-Identifier: Apache-2.0 */
/* memory_returned_test.c -- the memory of series that are gone comes back: their keys, symbols and
 * postings leave the accountant's figures, and the process.
 *
 * Algorithm   Many series with long tags of their own are written through the public header and
 *             then end, in each of the ways there are; after that the figure of the index is that
 *             of a store without them, and what the heap holds goes back to the system (not under
 *             sanitizers, which keep it). The same again and again does not add up. */
#include "stria.h"
#include "base/sanitizer_test.h"

#include <ftw.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SERIES_COUNT 20000
#define BATCH 500
#define LINE_SIZE 300
#define ROUNDS 2
#define MEMORY_SIZE ((uint64_t)128 << 20)
#define MEMTABLE_SIZE 65536
#define ROWS_PER_GENERATION 4000
#define GENERATIONS 12 /* after eight of them without a row a series leaves memory */

static char folder[300];

static void must(stria_status st, const char *what, const stria_error *err)
{
    if (st)
        fail_msg("%s: %s", what, err->text);
}

struct wanted {
    const char *class;
    double value;
};

static void see(void *user, const stria_stat *stat)
{
    struct wanted *wanted = user;
    if (strcmp(stat->name, "memory_bytes") == 0 && strcmp(stat->label_value, wanted->class) == 0)
        wanted->value = stat->value;
}

static uint64_t charged(stria *db, const char *class)
{
    struct wanted wanted = {.class = class};
    stria_error err = {0};
    must(stria_stats(db, see, &wanted, &err), "stats", &err);
    return (uint64_t)wanted.value;
}

/* Bytes of the process in memory, after what is free has gone back to the system. */
static uint64_t resident(void)
{
    unsigned long pages = 0;
    (void)malloc_trim(0);
    FILE *file = fopen("/proc/self/statm", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%*u %lu", &pages), 1);
    (void)fclose(file);
    return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void run(stria *db, const char *text)
{
    stria_cursor *cursor = NULL;
    const stria_statement *statement;
    const stria_table *table;
    stria_error err = {0};
    must(stria_query(db, text, strlen(text), STRIA_QUERY_OPTIONS(.database = "d"), &cursor, &err),
         text, &err);
    must(stria_cursor_next_statement(cursor, &statement, &err), text, &err);
    must(stria_cursor_next_series(cursor, &table, &err), text, &err);
    stria_cursor_close(cursor);
}

static void work(stria *db)
{
    stria_error err = {0};
    for (bool more = true; more;)
        must(stria_poll(db, &more, &err), "poll", &err);
}

/* Writes; a write that is to come again does after the work it waits for. */
static void send_text(stria *db, const char *text, size_t size)
{
    stria_error err = {0};
    stria_status st = STRIA_BUSY;
    while (st == STRIA_BUSY) {
        st = stria_ingest(db, text, size,
                          STRIA_INGEST_OPTIONS(.database = "d", .durability = STRIA_ASYNC), NULL,
                          &err);
        if (st == STRIA_BUSY)
            work(db);
    }
    must(st, "write", &err);
}

static void write_series(stria *db, unsigned round)
{
    static char text[BATCH * LINE_SIZE];
    for (unsigned i = 0; i < SERIES_COUNT; i += BATCH) {
        size_t size = 0;
        for (unsigned j = i; j < i + BATCH; j++)
            size += (size_t)snprintf(text + size, LINE_SIZE,
                                     "gone,container=%08x-%04x-a-name-that-nobody-else-has-%u,"
                                     "pod=service-%u-of-round-%u-in-a-long-name u=1 %u\n",
                                     j * 2654435761U, round, j, j, round, j + 1);
        send_text(db, text, size);
    }
}

/* ---- the ways they end ---- */

static void drop_measurement(stria *db)
{
    run(db, "DROP MEASUREMENT gone");
}

static void drop_series(stria *db)
{
    run(db, "DROP SERIES FROM gone");
}

static void drop_database(stria *db)
{
    run(db, "DROP DATABASE d");
    run(db, "CREATE DATABASE d");
}

static void expire(stria *db)
{
    run(db, "ALTER RETENTION POLICY autogen ON d DURATION 24h SHARD DURATION 1h");
}

static void nothing(stria *db)
{
    (void)db;
}

static const struct end_row {
    const char *name;
    void (*end)(stria *db);
} rows[] = {
    {"they are not written to any more", nothing},
    {"DROP MEASUREMENT", drop_measurement},
    {"DROP SERIES", drop_series},
    {"DROP DATABASE", drop_database},
    {"their rows expire", expire},
};

/* Time passes: other series are written to and flushed. */
static void go_on(stria *db)
{
    static char text[BATCH * LINE_SIZE];
    int64_t now = (int64_t)time(NULL) * 1000000000;
    for (unsigned i = 0; i < GENERATIONS; i++) {
        size_t size = 0;
        for (unsigned j = 0; j < ROWS_PER_GENERATION; j++)
            size += (size_t)snprintf(text + size, LINE_SIZE, "other u=1 %" PRId64 "\n", now + j);
        send_text(db, text, size);
        work(db);
    }
}

/* Memory is scarce for a moment: what is only kept for the next writes goes. */
static void squeeze(stria *db)
{
    stria_error err = {0};
    must(stria_memory_reserve(db, MEMORY_SIZE / 8 * 5, &err), "reserve", &err);
    run(db, "SHOW DATABASES");
    stria_memory_release(db, MEMORY_SIZE / 8 * 5);
}

static void check_row(const struct end_row *row, stria *db)
{
    uint64_t first_full = 0;
    run(db, "CREATE DATABASE d");
    go_on(db);
    uint64_t empty = charged(db, "index"), resident_empty = resident();
    for (unsigned round = 0; round < ROUNDS; round++) {
        write_series(db, round);
        uint64_t full = charged(db, "index"), resident_full = resident();
        work(db);
        row->end(db);
        go_on(db);
        squeeze(db);
        uint64_t left = charged(db, "index"), resident_left = resident();
        print_message("%s: index %" PRIu64 ", %" PRIu64 ", %" PRIu64 "; resident %" PRIu64
                      ", %" PRIu64 ", %" PRIu64 "\n",
                      row->name, empty, full, left, resident_empty, resident_full, resident_left);
        assert_true(full > empty + (uint64_t)SERIES_COUNT * 100);
        assert_true(left < empty + (full - empty) / 2); /* the others are slots, used again */
        first_full = first_full ? first_full : full;
        assert_true(full < first_full + first_full / 10);
        assert_true(charged(db, "ingest") < SERIES_COUNT * 100);
        if (!SANITIZED)
            assert_true(resident_left < resident_full - (resident_full - resident_empty) / 2);
        run(db, "ALTER RETENTION POLICY autogen ON d DURATION INF");
    }
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    return remove(path);
}

static void test_the_memory_of_series_that_are_gone_comes_back(void **state)
{
    const char *base = getenv("TMPDIR");
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        stria *db;
        stria_error err = {0};
        (void)snprintf(folder, sizeof folder, "%s/stria_returned_XXXXXX", base ? base : "/tmp");
        assert_non_null(mkdtemp(folder));
        must(stria_open(folder,
                        STRIA_OPTIONS(.memory_size = MEMORY_SIZE, .memtable_size = MEMTABLE_SIZE),
                        &db, &err),
             "open", &err);
        check_row(&rows[i], db);
        must(stria_close(db, &err), "close", &err);
        (void)nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_memory_of_series_that_are_gone_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
