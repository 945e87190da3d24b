/* SPDX-License-Identifier: Apache-2.0 */
/* tmpfs_test.c -- a real file system of 300 MB, filled and freed again and again: writes are
 * refused before it is full, nothing that was acknowledged is lost, and writes are taken again by
 * themselves once there is room.
 *
 * Algorithm   A child process mounts it in a namespace of its own, so that nothing stays mounted.
 *             Room is made by DROP DATABASE, DELETE, and retention, in turn.
 * Limits      STRIA_SWEEP=N: 2 N times; 20 times from 10 on. Without the right to mount the test
 *             says so and passes. */
#include "real.h"
#include "script.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SIZE "size=300m"
#define REST_US 1500000 /* longer than what is done in the background waits between two looks */
#define TEXT_SIZE 60000
#define ROW_STEP_NS ((int64_t)60 * 1000000000)
#define FIRST_NS ((int64_t)1600000000 * 1000000000)
#define NOT_PERMITTED 77

struct disk {
    stria *db;
    unsigned round;
    const char *path;
    char *line;
};

_Noreturn static void give_up(const char *what, const stria_error *err)
{
    (void)fprintf(stderr, "%s: %s\n", what, err ? err->text : strerror(errno));
    _exit(1);
}

static void must(stria_status st, const char *what, const stria_error *err)
{
    if (st)
        give_up(what, err);
}

static void execute(struct disk *d, const char *text)
{
    stria_error err = {0};
    must(real_execute(d->db, REAL_DATABASE, text, &err), text, &err);
}

/* While a flush or a merge has the last bytes of the disk, the log finds no room for the delete:
 * then it is said, nothing is done, and it can be asked again. */
static void delete_all(struct disk *d)
{
    static const char text[] = "DELETE FROM f WHERE time > 0";
    stria_error err = {0};
    stria_status st;
    while ((st = real_execute(d->db, REAL_DATABASE, text, &err)) == STRIA_DISK_FULL)
        (void)usleep(50000);
    must(st, text, &err);
}

/* Row k: its number, and a text that no codec makes smaller. */
static stria_status write_row(struct disk *d, uint64_t k, stria_error *err)
{
    uint64_t random = (k + 1) * 0x9e3779b97f4a7c15U + d->round;
    int size = snprintf(d->line, 100, "f n=%" PRIu64 "i,s=\"", k);
    for (unsigned i = 0; i < TEXT_SIZE; i++) {
        random = random * 6364136223846793005U + 1442695040888963407U;
        d->line[(unsigned)size + i] = (char)('#' + (random >> 57) % 57); /* neither " nor \ */
    }
    size += TEXT_SIZE;
    size += snprintf(d->line + size, 100, "\" %" PRId64, FIRST_NS + (int64_t)k * ROW_STEP_NS);
    return stria_ingest(d->db, d->line, (size_t)size,
                        STRIA_INGEST_OPTIONS(.database = REAL_DATABASE), NULL, err);
}

/* Whether the disk is what it was a while ago: what was deleted has been given back. */
static bool is_at_rest(const struct disk *d)
{
    struct statvfs before, after;
    if (statvfs(d->path, &before) || usleep(REST_US) || statvfs(d->path, &after))
        give_up(d->path, NULL);
    return before.f_bavail == after.f_bavail;
}

/* Writes until writes are refused and stay refused; returns how many were acknowledged. */
static uint64_t fill(struct disk *d)
{
    stria_error err = {0};
    uint64_t count = 0;
    for (;;) {
        stria_status st = write_row(d, count, &err);
        count += !st;
        if (!st || st == STRIA_BUSY)
            continue;
        if (st != STRIA_DISK_FULL || !strstr(err.text, "the disk is nearly full"))
            give_up("a write is refused for another reason", &err);
        if (is_at_rest(d) && write_row(d, count, &err) == STRIA_DISK_FULL)
            return count;
    }
}

/* All rows are there, in order, and no other. */
static void check_rows(struct disk *d, uint64_t count)
{
    static const char query[] = "SELECT n FROM f";
    const stria_statement *statement;
    const stria_table *table = NULL;
    const stria_batch *batch;
    stria_cursor *cursor;
    stria_error err = {0};
    uint64_t seen = 0;
    must(stria_query(d->db, query, strlen(query), STRIA_QUERY_OPTIONS(.database = REAL_DATABASE),
                     &cursor, &err),
         query, &err);
    must(stria_cursor_next_statement(cursor, &statement, &err), query, &err);
    must(stria_cursor_next_series(cursor, &table, &err), query, &err);
    while (table) {
        must(stria_cursor_next_batch(cursor, &batch, &err), query, &err);
        if (!batch)
            break;
        for (size_t i = 0; i < batch->row_count; i++, seen++)
            if ((uint64_t)((const int64_t *)batch->columns[1].values)[i] != seen)
                give_up("a row is not the one that was written", NULL);
    }
    stria_cursor_close(cursor);
    if (seen != count) {
        (void)fprintf(stderr, "%" PRIu64 " rows of %" PRIu64 " are there\n", seen, count);
        _exit(1);
    }
}

static void make_room(struct disk *d)
{
    switch (d->round % 3) {
    case 0:
        execute(d, "DROP DATABASE " REAL_DATABASE);
        break;
    case 1:
        delete_all(d);
        break;
    default:
        execute(d, "ALTER RETENTION POLICY autogen ON " REAL_DATABASE
                   " DURATION 1h SHARD DURATION 1h");
    }
}

/* Waits until writes are taken again: however long that takes, it must come. */
static void await_room(struct disk *d)
{
    stria_error err = {0};
    stria_status st;
    if (d->round % 3 == 0)
        execute(d, "CREATE DATABASE " REAL_DATABASE);
    if (d->round % 3 == 2)
        execute(d, "ALTER RETENTION POLICY autogen ON " REAL_DATABASE " DURATION INF");
    do {
        st = write_row(d, 0, &err);
        (void)usleep(50000);
    } while (st == STRIA_DISK_FULL || st == STRIA_BUSY);
    must(st, "a write after there was room", &err);
}

/* Retention is looked at once a second: until its segments are gone. */
static void await_retention(struct disk *d)
{
    stria_error err = {0};
    stria_cursor *cursor;
    const stria_statement *statement;
    const stria_table *table = NULL;
    static const char query[] = "SELECT n FROM f LIMIT 1";
    do {
        (void)usleep(50000);
        must(stria_query(d->db, query, strlen(query),
                         STRIA_QUERY_OPTIONS(.database = REAL_DATABASE), &cursor, &err),
             query, &err);
        must(stria_cursor_next_statement(cursor, &statement, &err), query, &err);
        must(stria_cursor_next_series(cursor, &table, &err), query, &err);
        stria_cursor_close(cursor);
    } while (table);
}

static void open_store(struct disk *d, const char *path)
{
    stria_error err = {0};
    must(stria_open(path, STRIA_OPTIONS(.threads = 1, .memory_size = (uint64_t)64 << 20), &d->db,
                    &err),
         path, &err);
}

static void fill_and_free(const char *folder, unsigned rounds)
{
    static char line[TEXT_SIZE + 300];
    char path[100];
    struct disk d = {.line = line, .path = path};
    uint64_t first = 0;
    stria_error err = {0};
    (void)snprintf(path, sizeof path, "%s/store", folder);
    open_store(&d, path);
    execute(&d, "CREATE DATABASE " REAL_DATABASE);
    for (d.round = 0; d.round < rounds; d.round++) {
        uint64_t count = fill(&d);
        check_rows(&d, count);
        (void)fprintf(stderr, "round %u: %" PRIu64 " rows\n", d.round, count);
        first = first ? first : count;
        if (count < first / 4 * 3)
            give_up("room was not given back", NULL);
        if (d.round % 2) {
            must(stria_close(d.db, &err), "closing", &err);
            open_store(&d, path);
            check_rows(&d, count);
        }
        make_room(&d);
        if (d.round % 3 == 2)
            await_retention(&d);
        await_room(&d);
    }
    must(stria_close(d.db, &err), "closing", &err);
}

/* In a namespace of its own, which ends with this process, and the mount with it. */
_Noreturn static void run_child(const char *folder, unsigned rounds)
{
    if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
        mount("tmpfs", folder, "tmpfs", 0, SIZE))
        _exit(errno == EPERM || errno == EACCES || errno == EINVAL ? NOT_PERMITTED : 1);
    fill_and_free(folder, rounds);
    _exit(0);
}

static void test_a_small_file_system_is_filled_and_freed_again_and_again(void **state)
{
    (void)state;
    char folder[64];
    uint64_t sweeps = script_number("STRIA_SWEEP", 1);
    unsigned rounds = sweeps >= 10 ? 20 : (unsigned)(2 * sweeps);
    int status;
    if (geteuid() != 0) {
        print_message("skipped: only root may mount a file system\n");
        return;
    }
    real_make_folder(folder);
    if (mkdir(folder, 0700) && errno != EEXIST)
        fail_msg("%s: %s", folder, strerror(errno));
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        run_child(folder, rounds);
    assert_int_equal(waitpid(child, &status, 0), child);
    real_remove_folder(folder);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == NOT_PERMITTED)
        print_message("skipped: here a file system may not be mounted\n");
    else
        assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_small_file_system_is_filled_and_freed_again_and_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
