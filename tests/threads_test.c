/* SPDX-License-Identifier: Apache-2.0 */
/* threads_test.c -- a store in a real folder with everything at once: writers, readers, flushes and
 * merges in the background and on demand, deletes, databases that come and go, and a close in the
 * middle of it. Run with ThreadSanitizer by `./dev tsan`.
 *
 * Limits      STRIA_SWEEP=N: N times as many batches. */
#include "real.h"
#include "script.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define BATCHES 250
#define OTHER "e" /* a database that comes and goes */

struct shared {
    stria *db;
    uint64_t batch_count;
    _Atomic unsigned writers_left;
    _Atomic uint64_t written[REAL_WRITERS]; /* batches acknowledged: 0 .. written - 1 */
    _Atomic bool failed;
    pthread_mutex_t mutex;
    char text[400]; /* of the first failure; guarded by mutex */
};

struct part {
    struct shared *shared;
    unsigned number;
};

static void note_failure(struct shared *s, const char *who, const stria_error *err)
{
    (void)pthread_mutex_lock(&s->mutex);
    if (!atomic_load(&s->failed))
        (void)snprintf(s->text, sizeof s->text, "%s: %s", who, err->text);
    atomic_store(&s->failed, true);
    (void)pthread_mutex_unlock(&s->mutex);
}

static bool goes_on(struct shared *s)
{
    return atomic_load(&s->writers_left) && !atomic_load(&s->failed);
}

static void *write_batches(void *argument)
{
    struct part *p = argument;
    struct shared *s = p->shared;
    stria_error err = {0};
    for (uint64_t k = 0; k < s->batch_count && !atomic_load(&s->failed); k++) {
        stria_status st;
        do
            st = real_write(s->db, REAL_DATABASE, p->number, k, k % 5 ? STRIA_ASYNC : STRIA_SYNC,
                            &err);
        while (st == STRIA_BUSY);
        if (st)
            note_failure(s, "write", &err);
        else
            atomic_store(&s->written[p->number], k + 1);
    }
    atomic_fetch_sub(&s->writers_left, 1);
    return NULL;
}

struct count {
    uint64_t rows[REAL_WRITERS];
    uint64_t next[REAL_WRITERS]; /* the first batch that is not looked for */
};

static void count_row(void *context, unsigned writer, uint64_t k, unsigned i)
{
    struct count *count = context;
    (void)i;
    if (writer < REAL_WRITERS && k < count->next[writer])
        count->rows[writer]++;
}

static uint64_t rows_before(uint64_t k)
{
    uint64_t count = 0;
    while (k--)
        count += real_row_count(k);
    return count;
}

/* What was acknowledged before the scan began is all there. */
static void read_once(struct shared *s)
{
    struct count count = {0};
    stria_error err = {0};
    for (unsigned w = 0; w < REAL_WRITERS; w++)
        count.next[w] = atomic_load(&s->written[w]);
    stria_status st = real_scan(s->db, REAL_DATABASE, count_row, &count, &err);
    for (unsigned w = 0; w < REAL_WRITERS && !st; w++)
        if (count.rows[w] != rows_before(count.next[w])) {
            st = STRIA_CORRUPT;
            (void)snprintf(err.text, sizeof err.text,
                           "writer %u: %" PRIu64 " rows of the first %" PRIu64 " batches", w,
                           count.rows[w], count.next[w]);
        }
    if (st)
        note_failure(s, "read", &err);
}

static void *read_often(void *argument)
{
    struct part *p = argument;
    while (goes_on(p->shared))
        read_once(p->shared);
    return NULL;
}

static void *compact_often(void *argument)
{
    struct part *p = argument;
    for (unsigned i = 0; goes_on(p->shared); i++) {
        stria_error err = {0};
        if (stria_compact(p->shared->db, (stria_compact_until)(i % 4), NULL, &err))
            note_failure(p->shared, "compact", &err);
    }
    return NULL;
}

/* A database of its own: made, written to, deleted from, dropped. */
static void *come_and_go(void *argument)
{
    static const char *const deletes[] = {"DELETE FROM m WHERE s = '3'",
                                          "DROP SERIES FROM m WHERE s = '4'", "DROP MEASUREMENT m",
                                          "DELETE WHERE time < 100s"};
    struct part *p = argument;
    struct shared *s = p->shared;
    for (uint64_t i = 0; goes_on(s); i++) {
        stria_error err = {0};
        stria_status st = real_execute(s->db, NULL, "CREATE DATABASE " OTHER, &err);
        for (uint64_t k = 0; k < 20 && !st; k++)
            do
                st = real_write(s->db, OTHER, 0, k, STRIA_ASYNC, &err);
            while (st == STRIA_BUSY);
        if (!st)
            st = real_execute(s->db, OTHER, deletes[i % 4], &err);
        if (!st && i % 2)
            st = real_execute(s->db, NULL, "DROP DATABASE " OTHER, &err);
        if (st)
            note_failure(s, deletes[i % 4], &err);
    }
    return NULL;
}

static stria_status open_store(const char *path, stria **db, stria_error *err)
{
    return stria_open(path,
                      STRIA_OPTIONS(.threads = 3, .memory_size = 256 << 20, .memtable_size = 65536,
                                    .disk_reserve_size = 1 << 20),
                      db, err);
}

static void must(stria_status st, const stria_error *err)
{
    if (st)
        fail_msg("%s: %s", stria_status_name(st), err->text);
}

static void run_all(struct shared *s)
{
    static void *(*const bodies[])(void *) = {write_batches, write_batches, write_batches,
                                              write_batches, read_often,    read_often,
                                              compact_often, come_and_go};
    enum { COUNT = sizeof bodies / sizeof *bodies };
    struct part parts[COUNT];
    pthread_t threads[COUNT];
    for (unsigned i = 0; i < COUNT; i++) {
        parts[i] = (struct part){.shared = s, .number = i};
        assert_int_equal(pthread_create(&threads[i], NULL, bodies[i], &parts[i]), 0);
    }
    for (unsigned i = 0; i < COUNT; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
}

static void test_everything_at_once_ends_in_what_was_written(void **state)
{
    static struct shared s;
    char path[64];
    stria_error err = {0};
    (void)state;
    real_make_folder(path);
    s = (struct shared){.batch_count = BATCHES * script_number("STRIA_SWEEP", 1)};
    atomic_init(&s.writers_left, REAL_WRITERS);
    (void)pthread_mutex_init(&s.mutex, NULL);
    must(open_store(path, &s.db, &err), &err);
    must(real_execute(s.db, NULL, "CREATE DATABASE " REAL_DATABASE, &err), &err);
    run_all(&s);
    if (!s.failed)
        read_once(&s);
    /* Closed while flushes and merges are due, and opened again. */
    must(stria_close(s.db, &err), &err);
    must(open_store(path, &s.db, &err), &err);
    if (!s.failed)
        read_once(&s);
    must(stria_close(s.db, &err), &err);
    if (s.failed)
        fail_msg("%s", s.text);
    stria_verify_report report;
    must(stria_verify(path, STRIA_VERIFY_OPTIONS(.user = NULL), &report, &err), &err);
    (void)pthread_mutex_destroy(&s.mutex);
    real_remove_folder(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything_at_once_ends_in_what_was_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
