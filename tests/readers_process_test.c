/* SPDX-License-Identifier: Apache-2.0 */
/* readers_process_test.c -- real processes: one writes, flushes and merges, four read all the time,
 * and some of those are killed.
 *
 * Algorithm   Row number n is written at time n, one after the other, and counted in shared memory
 *             before it is tried and after it was acknowledged. So whoever reads must find the rows
 *             0 to m-1, each once: at least as many as were acknowledged before, at most as many as
 *             were tried after, and never fewer than the last time.
 * Threads     None; processes. */
#include "real.h"
#include "share_fixture.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROW_COUNT 1500
#define READER_COUNT 4
#define KILL_COUNT 6
#define FAILED 99

static struct shared {
    _Atomic uint64_t tried, acknowledged; /* rows */
    _Atomic uint64_t looks;               /* of all readers */
    _Atomic bool done;
} * shared;

static char folder[300];

/* In a child nobody hears cmocka: what is wrong goes to standard error, and the exit tells. */
static void child_must(bool ok, const char *what, const stria_error *err)
{
    if (ok)
        return;
    (void)fprintf(stderr, "%s: %s\n", what, err && err->code ? err->text : "");
    _exit(FAILED);
}

static _Noreturn void be_writer(void)
{
    struct share_store s = {.os = sx_os_posix(), .path = folder};
    stria_error err = {0};
    bool more;
    child_must(!share_try_open(&s, &err), "open for writing", &err);
    for (uint64_t i = atomic_load(&shared->acknowledged); i < ROW_COUNT; i++) {
        char line[64];
        (void)snprintf(line, sizeof line, "cpu,host=h%u v=%ui %u", (unsigned)(i % 3), (unsigned)i,
                       (unsigned)i);
        atomic_store(&shared->tried, i + 1);
        child_must(!share_try_write(&s, "d", line, i % 4 ? STRIA_ASYNC : STRIA_SYNC, &err), "write",
                   &err);
        atomic_store(&shared->acknowledged, i + 1);
        if (i % 20 == 19)
            child_must(!sx_engine_compact(s.engine, STRIA_COMPACT_FLUSH, NULL, &err), "flush",
                       &err);
        if (i % 170 == 169)
            child_must(!sx_engine_compact(s.engine, STRIA_COMPACT_SEAL, NULL, &err), "seal", &err);
        child_must(!sx_engine_poll(s.engine, &more, &err), "poll", &err);
    }
    child_must(!sx_engine_close(s.engine, &err), "close", &err);
    _exit(0);
}

/* Counts the rows of one look; each must be there once, and none behind a gap. */
static uint64_t look(struct share_store *s, uint8_t *seen)
{
    stria_scan_options options = {.struct_size = sizeof options, .database = "d"};
    const stria_statement *statement;
    stria_cursor *cursor = NULL;
    stria_error err = {0};
    uint64_t count = 0, end = 0;
    memset(seen, 0, ROW_COUNT);
    child_must(!sx_cursor_scan(s->engine, &options, &cursor, &err), "scan", &err);
    child_must(!sx_cursor_next_statement(cursor, &statement, &err), "scan", &err);
    for (;;) {
        const stria_table *table;
        const stria_batch *batch;
        child_must(!sx_cursor_next_series(cursor, &table, &err), "scan", &err);
        if (!table)
            break;
        for (;;) {
            child_must(!sx_cursor_next_batch(cursor, &batch, &err), "scan", &err);
            if (!batch)
                break;
            for (size_t i = 0; i < batch->row_count; i++) {
                uint64_t at = (uint64_t)((const int64_t *)batch->columns[0].values)[i];
                child_must(at < ROW_COUNT && !seen[at], "a row is there twice", NULL);
                seen[at] = 1;
                end = SX_MAX(end, at + 1);
                count++;
            }
        }
    }
    sx_cursor_close(cursor);
    child_must(count == end, "rows are missing before others", NULL);
    return count;
}

static void check_look(struct share_store *s, uint64_t *last, uint8_t *seen)
{
    uint64_t before = atomic_load(&shared->acknowledged);
    uint64_t count = look(s, seen);
    uint64_t after = atomic_load(&shared->tried);
    child_must(count >= before, "acknowledged rows are missing", NULL);
    child_must(count <= after, "there are rows that were never written", NULL);
    child_must(count >= *last, "rows that were seen are gone", NULL);
    *last = count;
    atomic_fetch_add(&shared->looks, 1);
}

/* Every other time with a store that was open before. */
static _Noreturn void be_reader(void)
{
    static uint8_t seen[ROW_COUNT];
    struct share_store kept = {.os = sx_os_posix(), .path = folder, .read_only = true};
    stria_error err = {0};
    uint64_t last = 0;
    child_must(!share_try_open(&kept, &err), "open for reading", &err);
    for (bool done = false; !done;) {
        struct share_store fresh = kept;
        done = atomic_load(&shared->done);
        child_must(!share_try_open(&fresh, &err), "open for reading", &err);
        check_look(&fresh, &last, seen);
        check_look(&kept, &last, seen);
        child_must(!sx_engine_close(fresh.engine, &err), "close", &err);
        child_must(!*kept.trouble && !*fresh.trouble, kept.trouble, NULL);
    }
    child_must(last == ROW_COUNT, "the last look lacks rows", NULL);
    child_must(!sx_engine_close(kept.engine, &err), "close", &err);
    _exit(0);
}

static pid_t start(void (*be)(void))
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        be();
    return pid;
}

static int wait_for(pid_t pid)
{
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void assert_ended_well(pid_t pid)
{
    int status = wait_for(pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* Kills a reader wherever it is, whenever the writer got a bit further, and starts another. */
static void kill_readers(pid_t *readers, pid_t writer)
{
    for (unsigned i = 0; i < KILL_COUNT; i++) {
        uint64_t until = atomic_load(&shared->looks) + 5 + i;
        while (atomic_load(&shared->looks) < until && kill(writer, 0) == 0 &&
               atomic_load(&shared->acknowledged) < ROW_COUNT)
            (void)usleep(1000);
        pid_t *reader = &readers[i % READER_COUNT];
        assert_int_equal(kill(*reader, SIGKILL), 0);
        int status = wait_for(*reader);
        assert_true(WIFSIGNALED(status)); /* not ended by itself, with a fault found */
        *reader = start(be_reader);
    }
}

static void test_readers_beside_a_writer_see_whole_states_and_leave_nothing(void **state)
{
    (void)state;
    struct share_store s;
    pid_t readers[READER_COUNT];
    share_open(&s, sx_os_posix(), folder, false);
    share_run(&s, "CREATE DATABASE d");
    share_close(&s);
    pid_t writer = start(be_writer);
    for (unsigned i = 0; i < READER_COUNT; i++)
        readers[i] = start(be_reader);
    kill_readers(readers, writer);
    assert_ended_well(writer);
    atomic_store(&shared->done, true);
    for (unsigned i = 0; i < READER_COUNT; i++)
        assert_ended_well(readers[i]);
    share_open(&s, sx_os_posix(), folder, false);
    share_compact(&s, STRIA_COMPACT_SEAL); /* whoever was killed keeps nothing */
    char seg[320];
    (void)snprintf(seg, sizeof seg, "%s/seg", folder);
    assert_int_equal(share_file_count(s.os, seg, ".seg"), 1);
    assert_string_equal(s.trouble, "");
    share_close(&s);
    assert_int_equal(share_file_count(s.os, folder, ""), 5); /* LOCK readers manifest seg wal */
}

static int make_folder(void **state)
{
    const char *base = getenv("TMPDIR");
    (void)state;
    (void)snprintf(folder, sizeof folder, "%s/stria-readers-XXXXXX", base ? base : "/tmp");
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return shared == MAP_FAILED || !mkdtemp(folder);
}

static int remove_folder(void **state)
{
    (void)state;
    real_remove_folder(folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_readers_beside_a_writer_see_whole_states_and_leave_nothing),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
