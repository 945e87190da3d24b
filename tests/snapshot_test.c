/* SPDX-License-Identifier: Apache-2.0 */
/* snapshot_test.c -- snapshots: they hold what the store held, whatever becomes of either, and
 * whatever fails or breaks off meanwhile.
 *
 * Threads     One test has a thread that writes. */
#include "real.h"
#include "share_fixture.h"

#include "engine/snapshot.h"
#include "os/sync.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static stria_status try_snapshot(struct share_store *s, const char *path, bool copy,
                                 stria_snapshot_report *report, stria_error *err)
{
    stria_snapshot_options options = {.struct_size = sizeof options, .copy = copy};
    return sx_snapshot_write(s->engine, path, &options, report, err);
}

static stria_snapshot_report snapshot(struct share_store *s, const char *path)
{
    stria_snapshot_report report;
    stria_error err = {0};
    share_must(try_snapshot(s, path, false, &report, &err), &err);
    return report;
}

/* A store with something of everything: segments, rows in the log only, two policies, a delete. */
static void fill(struct share_store *s, struct sx_os *os)
{
    static const struct sx_tag_expr host_b = {.kind = SX_TAG_MATCH,
                                              .op = STRIA_MATCH_EQUAL,
                                              .key = {(const uint8_t *)"host", 4},
                                              .value = {(const uint8_t *)"b", 1}};
    struct sx_command command = {.kind = SX_DELETE_ROWS,
                                 .database = SX_LITERAL("d"),
                                 .selector = {.measurement = SX_LITERAL("cpu"),
                                              .tags = &host_b,
                                              .time_min_ns = INT64_MIN,
                                              .time_max_ns = INT64_MAX}};
    stria_error err = {0};
    share_open(s, os, "db", false);
    share_run(s, "CREATE DATABASE d");
    share_run(s, "CREATE DATABASE e");
    share_write(s, "d", "cpu,host=a v=1 10\ncpu,host=b v=2 10");
    share_compact(s, STRIA_COMPACT_FLUSH);
    share_write(s, "d", "cpu,host=a v=3 20\ncpu,host=b v=4 20");
    share_must(sx_engine_execute(s->engine, &command, &err), &err);
    share_write(s, "d", "cpu,host=b v=5 30");
    share_write(s, "e", "mem s=\"x\" 1");
}

#define FILLED                                                                                     \
    "d.autogen cpu,host=a 10:v=1 20:v=3; cpu,host=b 30:v=5; | e.autogen mem 1:s=\"x\"; | "

static void assert_store_holds(struct sx_os *os, const char *path, bool read_only,
                               const char *expected)
{
    struct share_store s;
    share_open(&s, os, path, read_only);
    share_assert_holds(&s, expected);
    assert_string_equal(s.trouble, "");
    share_close(&s);
}

/* ---- what it holds ---- */

static void test_a_snapshot_is_a_store_that_holds_the_same(void **state)
{
    (void)state;
    struct sx_os *os = sx_os_mem_create(4);
    struct share_store s;
    fill(&s, os);
    stria_snapshot_report report = snapshot(&s, "snap");
    assert_true(report.file_count >= 2);
    assert_int_equal(report.copied_bytes, 0);
    assert_store_holds(os, "snap", true, FILLED);
    assert_store_holds(os, "snap", false, FILLED);
    assert_store_holds(os, "snap", true, FILLED); /* after recovery, too */
    share_assert_holds(&s, FILLED);
    share_close(&s);
    sx_os_mem_destroy(os);
}

static void test_a_snapshot_of_an_empty_store_is_an_empty_store(void **state)
{
    (void)state;
    struct sx_os *os = sx_os_mem_create(4);
    struct share_store s;
    share_open(&s, os, "db", false);
    assert_int_equal(snapshot(&s, "snap").file_count, 0);
    assert_store_holds(os, "snap", true, "");
    assert_store_holds(os, "snap", false, "");
    share_close(&s);
    sx_os_mem_destroy(os);
}

/* Both go on: rows, flushes, merges, a dropped database, so that log files are used again. */
static void change(struct share_store *s, const char *name)
{
    for (int i = 0; i < 12; i++) {
        char line[80];
        (void)snprintf(line, sizeof line, "%s v=%d %d", name, i, i);
        share_write(s, "d", line);
        share_compact(s, i % 4 == 3 ? STRIA_COMPACT_SEAL : STRIA_COMPACT_FLUSH);
    }
    share_run(s, "DROP DATABASE e");
}

static void test_store_and_snapshot_do_not_change_each_other(void **state)
{
    (void)state;
    struct sx_os *os = sx_os_mem_create(4);
    struct share_store s, other;
    fill(&s, os);
    (void)snapshot(&s, "snap");
    (void)snapshot(&s, "spare");
    change(&s, "x");
    assert_store_holds(os, "snap", true, FILLED);
    share_open(&other, os, "snap", false);
    share_assert_holds(&other, FILLED);
    change(&other, "y");
    share_close(&other);
    assert_store_holds(os, "spare", true, FILLED);
    share_close(&s);
    share_open(&s, os, "db", false); /* nothing of the snapshot's in it */
    share_write(&s, "d", "z v=1 1");
    share_assert_holds(&s, "d.autogen cpu,host=a 10:v=1 20:v=3; cpu,host=b 30:v=5; x 0:v=0 1:v=1 "
                           "2:v=2 3:v=3 4:v=4 5:v=5 6:v=6 7:v=7 8:v=8 9:v=9 10:v=10 11:v=11; "
                           "z 1:v=1; | ");
    share_close(&s);
    assert_store_holds(os, "spare", false, FILLED);
    sx_os_mem_destroy(os);
}

static void test_a_snapshot_of_a_snapshot_and_of_a_reader_hold_the_same(void **state)
{
    (void)state;
    struct sx_os *os = sx_os_mem_create(4);
    struct share_store s, reader;
    fill(&s, os);
    (void)snapshot(&s, "one");
    share_open(&reader, os, "db", true);
    stria_snapshot_report report = snapshot(&reader, "two"); /* beside the writer */
    assert_true(report.copied_bytes > 0);                    /* of the log, which is written to */
    assert_true(report.copied_bytes < report.byte_count);
    share_close(&reader);
    change(&s, "x");
    share_close(&s);
    share_open(&reader, os, "one", true);
    (void)snapshot(&reader, "three");
    share_close(&reader);
    assert_store_holds(os, "two", false, FILLED);
    assert_store_holds(os, "three", false, FILLED);
    assert_store_holds(os, "one", false, FILLED);
    sx_os_mem_destroy(os);
}

static void test_only_an_empty_place_is_taken(void **state)
{
    (void)state;
    struct sx_os *os = sx_os_mem_create(4);
    struct share_store s;
    stria_snapshot_report report;
    stria_error err = {0};
    fill(&s, os);
    (void)snapshot(&s, "snap");
    assert_int_equal(try_snapshot(&s, "snap", false, &report, &err), STRIA_EXISTS);
    assert_string_equal(err.text, "snap: is there already and not empty");
    assert_int_equal(try_snapshot(&s, "db", false, &report, &err), STRIA_EXISTS);
    assert_int_equal(try_snapshot(&s, "none/snap", false, &report, &err), STRIA_NOT_FOUND);
    share_must(os->ops->mkdir(os, "empty", &err), &err);
    (void)snapshot(&s, "empty");
    assert_store_holds(os, "snap", true, FILLED);
    assert_store_holds(os, "empty", true, FILLED);
    share_assert_holds(&s, FILLED);
    share_close(&s);
    sx_os_mem_destroy(os);
}

/* ---- what fails ---- */

static void count_links(void *context, const char *line)
{
    if (strncmp(line, "link ", 5) == 0)
        ++*(uint64_t *)context;
}

static void test_where_links_are_not_possible_files_are_copied(void **state)
{
    (void)state;
    struct sx_os *os = sx_os_mem_create(4);
    struct share_store s;
    uint64_t link_count = 0;
    stria_snapshot_report report;
    stria_error err = {0};
    fill(&s, os);
    sx_os_mem_trace(os, count_links, &link_count);
    share_must(try_snapshot(&s, "copied", true, &report, &err), &err);
    sx_os_mem_trace(os, NULL, NULL);
    assert_int_equal(link_count, 0);
    assert_int_equal(report.copied_bytes, report.byte_count);
    share_close(&s);
    assert_store_holds(os, "copied", false, FILLED);
    sx_os_mem_destroy(os);
}

/* Opens the snapshot if it is one: then it must hold everything. */
static bool is_store(struct sx_os *os, const char *path)
{
    struct share_store s = {.os = os, .path = path, .read_only = true};
    stria_error err = {0};
    if (share_try_open(&s, &err))
        return false;
    share_assert_holds(&s, FILLED);
    share_close(&s);
    assert_store_holds(os, path, false, FILLED);
    return true;
}

static void test_every_failing_call_leaves_the_store_well_and_no_half_snapshot(void **state)
{
    (void)state;
    static const int errnos[] = {EIO, ENOSPC, EXDEV};
    for (size_t e = 0; e < SX_COUNT_OF(errnos); e++) {
        bool fired = true;
        for (uint64_t at = 1; fired; at++) {
            struct sx_os *disk = sx_os_mem_create(4);
            struct share_store s;
            stria_snapshot_report report;
            stria_error err = {0};
            fill(&s, disk);
            share_close(&s);
            struct sx_os_fault_options none = {0};
            struct sx_os *os = sx_os_fault_create(disk, &none);
            share_open(&s, os, "db", false);
            uint64_t before = sx_os_fault_calls(os);
            share_close(&s);
            sx_os_fault_destroy(os);
            struct sx_os_fault_options fault = {.fail_at = before + at, .os_errno = errnos[e]};
            os = sx_os_fault_create(disk, &fault);
            share_open(&s, os, "db", false);
            stria_status st = try_snapshot(&s, "snap", false, &report, &err);
            fired = sx_os_fault_fired(os);
            bool whole = is_store(disk, "snap");
            if (whole != !st)
                fail_msg("call %llu (%s): %s, but %s", (unsigned long long)at,
                         sx_os_fault_call_name(os), stria_status_name(st),
                         whole ? "there is a snapshot" : "there is none");
            share_assert_holds(&s, FILLED);
            share_write(&s, "d", "z v=1 1");
            share_close(&s);
            sx_os_fault_destroy(os);
            assert_store_holds(disk, "db", true,
                               "d.autogen cpu,host=a 10:v=1 20:v=3; cpu,host=b 30:v=5; z 1:v=1; "
                               "| e.autogen mem 1:s=\"x\"; | ");
            sx_os_mem_destroy(disk);
        }
    }
}

static void test_every_failing_allocation_leaves_the_store_well(void **state)
{
    (void)state;
    struct sx_os *os = sx_os_mem_create(4);
    struct share_store s;
    fill(&s, os);
    share_close(&s);
    bool fired = true;
    for (int64_t at = 1; fired; at++) {
        struct sx_mem_fault fault = {.countdown = -1};
        struct sx_engine_options options = {.os = os, .path = "db", .fault = &fault};
        stria_snapshot_report report;
        stria_error err = {0};
        char path[20];
        (void)snprintf(path, sizeof path, "snap%u", (unsigned)at);
        s = (struct share_store){.os = os, .path = "db"};
        share_must(sx_engine_open(&options, &s.engine, &err), &err);
        atomic_store(&fault.countdown, at);
        stria_status st = try_snapshot(&s, path, at % 2, &report, &err);
        fired = atomic_load(&fault.fired);
        atomic_store(&fault.countdown, -1);
        if (st)
            assert_int_equal(st, STRIA_NOMEM);
        assert_int_equal(is_store(os, path), !st);
        assert_int_equal(share_file_count(os, path, "") == 0, st != STRIA_OK);
        share_assert_holds(&s, FILLED);
        share_close(&s);
    }
    sx_os_mem_destroy(os);
}

/* ---- what breaks off ---- */

struct crashes {
    struct sx_os *disk;
    uint64_t random;
    unsigned whole, none;
};

static enum sx_crash_fate choose(void *context, uint64_t item, bool is_sector)
{
    struct crashes *c = context;
    (void)item;
    c->random = c->random * 6364136223846793005u + 1442695040888963407u;
    return (enum sx_crash_fate)((c->random >> 33) % (is_sector ? 4 : 2));
}

/* The power goes before each change of the disk. */
static void crash_here(void *context, uint64_t index)
{
    struct crashes *c = context;
    for (int way = 0; way < 3; way++) {
        struct sx_os *after = sx_os_mem_crash(c->disk, way ? choose : NULL, c);
        if (is_store(after, "snap"))
            c->whole++;
        else
            c->none++;
        assert_store_holds(after, "db", false, FILLED);
        sx_os_mem_destroy(after);
    }
    (void)index;
}

static void test_a_power_loss_leaves_a_whole_snapshot_or_none(void **state)
{
    (void)state;
    for (int copy = 0; copy < 2; copy++) {
        struct crashes c = {.disk = sx_os_mem_create(4), .random = 77};
        struct share_store s;
        stria_snapshot_report report;
        stria_error err = {0};
        fill(&s, c.disk);
        sx_os_mem_on_mutation(c.disk, crash_here, &c);
        share_must(try_snapshot(&s, "snap", copy, &report, &err), &err);
        sx_os_mem_on_mutation(c.disk, NULL, NULL);
        assert_true(c.none > 10); /* most of the way it is none */
        struct sx_os *after = sx_os_mem_crash(c.disk, NULL, NULL);
        assert_true(is_store(after, "snap")); /* and after success it is one */
        sx_os_mem_destroy(after);
        share_close(&s);
        sx_os_mem_destroy(c.disk);
    }
}

/* ---- beside a writer ---- */

#define ROW_COUNT 2000

struct writing {
    struct share_store s;
    _Atomic int acknowledged;
};

static void write_rows(void *context)
{
    struct writing *w = context;
    for (int i = 0; i < ROW_COUNT; i++) {
        char line[40];
        bool more;
        stria_error err = {0};
        (void)snprintf(line, sizeof line, "cpu v=%d %d", i, i);
        if (share_try_write(&w->s, "d", line, i % 3 ? STRIA_ASYNC : STRIA_SYNC, &err))
            break;
        atomic_store(&w->acknowledged, i + 1);
        if (i % 50 == 49 && sx_engine_compact(w->s.engine, STRIA_COMPACT_FLUSH, NULL, &err))
            break;
        if (i % 10 == 0 && sx_engine_poll(w->s.engine, &more, &err))
            break;
    }
}

/* How many rows a snapshot has; they must be the first ones. */
static int count_rows(const char *path)
{
    struct share_store s;
    struct sx_mem mem;
    struct sx_buf text;
    stria_error err = {0};
    int count = 0;
    share_open(&s, sx_os_posix(), path, false);
    sx_mem_init(&mem, NULL, "test", 0);
    sx_buf_init(&text, &mem, (size_t)1 << 24);
    share_must(share_put_all(&s, &text, &err), &err);
    const char *at = (const char *)text.ptr + strlen("d.autogen");
    for (at += strncmp(at, " cpu", 4) == 0 ? 4 : 0; *at == ' ' && at[1] != '|'; count++) {
        char wanted[40];
        (void)snprintf(wanted, sizeof wanted, " %d:v=%d", count, count);
        assert_memory_equal(at, wanted, strlen(wanted));
        at += strlen(wanted);
    }
    sx_buf_deinit(&text);
    sx_mem_deinit(&mem);
    share_close(&s);
    return count;
}

static void test_a_snapshot_has_all_rows_acknowledged_before_while_writes_go_on(void **state)
{
    (void)state;
    char folder[300], path[320];
    const char *base = getenv("TMPDIR");
    struct writing w = {.acknowledged = 0};
    struct sx_thread *thread = NULL;
    stria_error err = {0};
    int before[6], count = 0;
    (void)snprintf(folder, sizeof folder, "%s/stria-snapshot-XXXXXX", base ? base : "/tmp");
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/db", folder);
    share_open(&w.s, sx_os_posix(), path, false);
    share_run(&w.s, "CREATE DATABASE d");
    share_must(w.s.os->ops->thread_start(w.s.os, write_rows, &w, &thread, &err), &err);
    for (; count < 6; count++) {
        char snap[320];
        while (atomic_load(&w.acknowledged) < (count + 1) * ROW_COUNT / 8)
            w.s.os->ops->sleep_ns(w.s.os, 1000000);
        (void)snprintf(snap, sizeof snap, "%s/snap%d", folder, count);
        before[count] = atomic_load(&w.acknowledged);
        (void)snapshot(&w.s, snap);
    }
    w.s.os->ops->thread_join(thread);
    assert_int_equal(atomic_load(&w.acknowledged), ROW_COUNT);
    share_close(&w.s);
    for (int i = 0; i < count; i++) {
        char snap[320];
        (void)snprintf(snap, sizeof snap, "%s/snap%d", folder, i);
        assert_true(count_rows(snap) >= before[i]);
    }
    assert_int_equal(count_rows(path), ROW_COUNT);
    real_remove_folder(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_snapshot_is_a_store_that_holds_the_same),
        cmocka_unit_test(test_a_snapshot_of_an_empty_store_is_an_empty_store),
        cmocka_unit_test(test_store_and_snapshot_do_not_change_each_other),
        cmocka_unit_test(test_a_snapshot_of_a_snapshot_and_of_a_reader_hold_the_same),
        cmocka_unit_test(test_only_an_empty_place_is_taken),
        cmocka_unit_test(test_where_links_are_not_possible_files_are_copied),
        cmocka_unit_test(test_every_failing_call_leaves_the_store_well_and_no_half_snapshot),
        cmocka_unit_test(test_every_failing_allocation_leaves_the_store_well),
        cmocka_unit_test(test_a_power_loss_leaves_a_whole_snapshot_or_none),
        cmocka_unit_test(test_a_snapshot_has_all_rows_acknowledged_before_while_writes_go_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
