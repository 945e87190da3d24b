/* SPDX-License-Identifier: Apache-2.0 */
/* kill_test.c -- a process that writes, flushes and merges with threads is killed (SIGKILL), again
 * and again; each time the store must hold, bit for bit and once, every batch whose
 * acknowledgement had left the process, and every other batch wholly or not at all.
 *
 * Limits      STRIA_KILLS: how often (20). STRIA_SEED: when, counted in acknowledgements. */
#include "random.h"
#include "real.h"
#include "script.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define WRITERS 2
#define BATCHES_MAX 200000

/* What goes through the pipe. */
struct ack {
    uint32_t writer;
    uint32_t batch;
};

struct books {
    uint8_t acked[BATCHES_MAX]; /* by batch */
    uint8_t rows[BATCHES_MAX];  /* found */
    uint64_t next;              /* batch */
};

static struct books books[WRITERS];

/* ---- the process that is killed ---- */

struct writer {
    stria *db;
    unsigned number;
    int pipe;
};

static void *write_batches(void *argument)
{
    struct writer *w = argument;
    stria_error err = {0};
    for (uint64_t k = books[w->number].next; k < BATCHES_MAX; k++) {
        struct ack ack = {.writer = w->number, .batch = (uint32_t)k};
        stria_durability durability = k % 3 ? STRIA_SYNC : STRIA_ASYNC;
        stria_status st;
        do
            st = real_write(w->db, REAL_DATABASE, w->number, k, durability, &err);
        while (st == STRIA_BUSY);
        if (st || write(w->pipe, &ack, sizeof ack) != sizeof ack)
            break;
    }
    return NULL;
}

static stria_status open_store(const char *path, stria **db, stria_error *err)
{
    return stria_open(path,
                      STRIA_OPTIONS(.threads = 2, .memory_size = 64 << 20, .memtable_size = 65536,
                                    .disk_reserve_size = 1 << 20),
                      db, err);
}

static void live(const char *path, int pipe)
{
    struct writer writers[WRITERS];
    pthread_t threads[WRITERS];
    stria *db;
    stria_error err = {0};
    if (open_store(path, &db, &err) ||
        real_execute(db, NULL, "CREATE DATABASE " REAL_DATABASE, &err))
        _exit(1);
    for (unsigned i = 0; i < WRITERS; i++) {
        writers[i] = (struct writer){.db = db, .number = i, .pipe = pipe};
        if (pthread_create(&threads[i], NULL, write_batches, &writers[i]))
            _exit(2);
    }
    for (;;)
        if (stria_compact(db, STRIA_COMPACT_SEAL, NULL, &err))
            _exit(3);
}

/* ---- the one that kills ---- */

static void read_acks(int pipe, uint64_t most)
{
    struct ack ack;
    for (uint64_t i = 0; i < most; i++) {
        size_t got = 0;
        while (got < sizeof ack) {
            ssize_t n = read(pipe, (char *)&ack + got, sizeof ack - got);
            if (n <= 0)
                return;
            got += (size_t)n;
        }
        assert_true(ack.writer < WRITERS && ack.batch < BATCHES_MAX);
        books[ack.writer].acked[ack.batch] = 1;
    }
}

static void live_and_die(const char *path, uint64_t ack_count)
{
    int ends[2], status = 0;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)close(ends[0]);
        live(path, ends[1]);
    }
    (void)close(ends[1]);
    read_acks(ends[0], ack_count);
    (void)kill(child, SIGKILL);
    read_acks(ends[0], UINT64_MAX);
    (void)close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status)); /* else it ended by itself, which is a failure */
}

static void count_row(void *context, unsigned writer, uint64_t k, unsigned i)
{
    (void)context;
    (void)i;
    assert_true(writer < WRITERS && k < BATCHES_MAX);
    books[writer].rows[k]++;
}

static void print_finding(void *user, const stria_finding *finding)
{
    (void)user;
    print_error("%s at %" PRIu64 ": %s\n", finding->file, finding->offset, finding->text);
}

/* Returns how many batches are there. */
static uint64_t check(const char *path)
{
    stria *db = NULL;
    stria_error err = {0};
    stria_verify_report report;
    uint64_t count = 0;
    if (stria_verify(path, STRIA_VERIFY_OPTIONS(.on_finding = print_finding), &report, &err))
        fail_msg("verify: %s", err.text);
    if (open_store(path, &db, &err))
        fail_msg("open: %s", err.text);
    for (unsigned w = 0; w < WRITERS; w++)
        memset(books[w].rows, 0, sizeof books[w].rows);
    if (real_scan(db, REAL_DATABASE, count_row, NULL, &err))
        fail_msg("read: %s", err.text);
    for (unsigned w = 0; w < WRITERS; w++)
        for (uint64_t k = 0; k < BATCHES_MAX; k++) {
            unsigned rows = books[w].rows[k];
            if (rows != 0 && rows != real_row_count(k))
                fail_msg("batch %" PRIu64 " of writer %u has %u rows", k, w, rows);
            if (books[w].acked[k] && !rows)
                fail_msg("batch %" PRIu64 " of writer %u was acknowledged and is lost", k, w);
            if (rows) {
                books[w].next = k + 1;
                books[w].acked[k] = 1; /* what was seen once must stay */
                count++;
            }
        }
    assert_int_equal(stria_close(db, &err), STRIA_OK);
    return count;
}

static void test_a_killed_process_loses_nothing_that_it_acknowledged(void **state)
{
    char path[64];
    uint64_t seed = script_number("STRIA_SEED", 1), kills = script_number("STRIA_KILLS", 20);
    uint64_t random = seed, count = 0;
    (void)state;
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    assert_int_equal(sigaction(SIGPIPE, &ignore, NULL), 0);
    real_make_folder(path);
    for (uint64_t i = 0; i < kills; i++) {
        live_and_die(path, 1 + random_below(&random, 300));
        count = check(path);
    }
    print_message("seed %" PRIu64 ": %" PRIu64 " kills, %" PRIu64 " batches\n", seed, kills, count);
    real_remove_folder(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_killed_process_loses_nothing_that_it_acknowledged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
