/* SPDX-License-Identifier: Apache-2.0 */
/* memory_limit_test.c -- a store stays inside the memory it was given: many series, and the worst
 * query.
 *
 * Algorithm   Series that never come again are written through the public header, each with rows in
 *             several batches; BUSY is answered by the steps it asks for. Then everything is asked
 *             for at once. Whatever is refused must be refused with a status and the bytes, and the
 *             figure of most bytes ever charged must not pass the budget.
 *             The process is a child whose data may not grow beyond twice the budget (RLIMIT_DATA;
 *             not under sanitizers, which need more), and VmHWM is compared with it.
 * Scale       STRIA_SWEEP=N: N times as many series; 50 is a million. */
#include "stria.h"
#include "base/sanitizer_test.h"

#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#ifndef MEMORY_SIZE
#define MEMORY_SIZE ((uint64_t)32 << 20)
#endif
#define CODE_SIZE ((uint64_t)3 << 20) /* pages of the library itself, and stacks */
#define SERIES_COUNT 20000
#define BATCH 500
#define LINE_SIZE 200

static char folder[300];

/* A child has nobody who hears cmocka. */
static void must(bool ok, const char *what, const stria_error *err)
{
    if (ok)
        return;
    (void)fprintf(stderr, "%s: %s\n", what, err->text);
    _exit(1);
}

static unsigned series_count(void)
{
    const char *sweep = getenv("STRIA_SWEEP");
    unsigned times = sweep ? (unsigned)strtoul(sweep, NULL, 10) : 1;
    return SERIES_COUNT * (times ? times : 1);
}

static void ask(stria *db, const char *text, stria_status *status, stria_error *err)
{
    stria_cursor *cursor = NULL;
    const stria_statement *statement;
    const stria_table *table;
    stria_status st =
        stria_query(db, text, strlen(text), STRIA_QUERY_OPTIONS(.database = "d"), &cursor, err);
    if (!st)
        st = stria_cursor_next_statement(cursor, &statement, err);
    do {
        table = NULL;
        if (!st)
            st = stria_cursor_next_series(cursor, &table, err);
    } while (!st && table);
    stria_cursor_close(cursor);
    *status = st;
}

/* One batch of lines of series from `first` on. */
static void write_lines(stria *db, unsigned first, unsigned round)
{
    static char text[BATCH * LINE_SIZE];
    size_t len = 0;
    stria_status st = STRIA_BUSY;
    stria_error err = {0};
    bool more = true;
    for (unsigned i = first; i < first + BATCH; i++)
        len += (size_t)snprintf(text + len, sizeof text - len,
                                "cpu,host=host_%u,region=r%u,rack=%u,os=Ubuntu,team=SF,service=%u "
                                "usage=%ui %u\n",
                                i, i % 9, i % 100, i % 20, i % 101, round * 10 + 1);
    for (int tries = 0; st == STRIA_BUSY && tries < 1000; tries++) {
        st = stria_ingest(db, text, len,
                          STRIA_INGEST_OPTIONS(.database = "d", .durability = STRIA_ASYNC), NULL,
                          &err);
        must(stria_poll(db, &more, &err) == STRIA_OK, "poll", &err);
    }
    must(st == STRIA_OK, "write", &err);
}

static void see(void *user, const stria_stat *stat)
{
    if (strcmp(stat->name, "memory_max_bytes") == 0)
        *(double *)user = stat->value;
}

static uint64_t high_water_mark(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)usage.ru_maxrss * 1024;
}

static _Noreturn void be_store(void)
{
    stria *db;
    stria_error err = {0};
    stria_status st;
    double most = 0;
    unsigned count = series_count();
    struct rlimit limit = {.rlim_cur = 2 * MEMORY_SIZE, .rlim_max = 2 * MEMORY_SIZE};
    uint64_t before = high_water_mark();
    if (!SANITIZED)
        must(setrlimit(RLIMIT_DATA, &limit) == 0, "setrlimit", &err);
    must(!stria_open(folder, STRIA_OPTIONS(.memory_size = MEMORY_SIZE), &db, &err), "open", &err);
    ask(db, "CREATE DATABASE d", &st, &err);
    must(!st, "create", &err);
    for (unsigned i = 0; i + BATCH <= count; i += BATCH)
        for (unsigned round = 0; round < 2; round++)
            write_lines(db, i, round);
    static const char *const queries[] = {
        "SELECT * FROM cpu", "SELECT * FROM cpu GROUP BY *", "SHOW SERIES",
        "SELECT max(usage) FROM cpu GROUP BY host, time(1ns)", "SELECT count(usage) FROM cpu"};
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        err = (stria_error){0};
        ask(db, queries[i], &st, &err);
        must(!st || st == STRIA_NOMEM || st == STRIA_LIMIT || st == STRIA_PARTIAL, queries[i],
             &err);
        must(st != STRIA_NOMEM || strpbrk(err.text, "0123456789"), "bytes in the text", &err);
    }
    must(!stria_stats(db, see, &most, &err), "stats", &err);
    must(most > 0 && most <= (double)MEMORY_SIZE * 1.001, "bytes charged", &err);
    must(!stria_close(db, &err), "close", &err);
    uint64_t after = high_water_mark();
    if (!SANITIZED && after - before > MEMORY_SIZE + MEMORY_SIZE / 10 + CODE_SIZE) {
        (void)fprintf(stderr, "%" PRIu64 " bytes of %" PRIu64 "\n", after - before, MEMORY_SIZE);
        _exit(1);
    }
    _exit(0);
}

static void test_many_series_and_the_worst_queries_stay_inside_the_memory(void **state)
{
    (void)state;
    int how = -1;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        be_store();
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how));
    assert_int_equal(WEXITSTATUS(how), 0);
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    return remove(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_series_and_the_worst_queries_stay_inside_the_memory),
    };
    const char *base = getenv("TMPDIR");
    (void)snprintf(folder, sizeof folder, "%s/stria_memory_XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(folder))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    (void)nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    return failed;
}
