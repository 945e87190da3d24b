/* SPDX-License-Identifier: Apache-2.0 */
/* readers_test.c -- readers beside a writer: what they see, what they keep, what they leave.
 *
 * Why         Here both are in one process on a disk in memory, where every step can be chosen;
 *             readers_process_test.c has real processes under load. */
#include "share_fixture.h"

#include "engine/engine_priv.h"

#include <errno.h>

struct pair {
    struct sx_os *os;
    struct share_store writer, reader;
};

static void begin(struct pair *p)
{
    p->os = sx_os_mem_create(3);
    share_open(&p->writer, p->os, "db", false);
    share_run(&p->writer, "CREATE DATABASE d");
    share_open(&p->reader, p->os, "db", true);
}

static void end(struct pair *p)
{
    if (p->reader.engine)
        share_close(&p->reader);
    if (p->writer.engine)
        share_close(&p->writer);
    sx_os_mem_destroy(p->os);
}

static void pass_ns(struct pair *p, int64_t duration_ns)
{
    p->os->ops->sleep_ns(p->os, duration_ns);
}

static void care(struct pair *p)
{
    bool more = true;
    stria_error err = {0};
    for (unsigned i = 0; i < 5; i++)
        share_must(sx_engine_poll(p->writer.engine, &more, &err), &err);
}

/* DELETE FROM cpu WHERE host = 'b', or DROP MEASUREMENT cpu. */
static void delete_cpu(struct share_store *s, enum sx_command_kind kind)
{
    static const struct sx_tag_expr host_b = {.kind = SX_TAG_MATCH,
                                              .op = STRIA_MATCH_EQUAL,
                                              .key = {(const uint8_t *)"host", 4},
                                              .value = {(const uint8_t *)"b", 1}};
    struct sx_command command = {.kind = kind, .database = SX_LITERAL("d")};
    stria_error err = {0};
    command.selector = (struct sx_selector){.measurement = SX_LITERAL("cpu"),
                                            .tags = kind == SX_DELETE_ROWS ? &host_b : NULL,
                                            .time_min_ns = INT64_MIN,
                                            .time_max_ns = INT64_MAX};
    share_must(sx_engine_execute(s->engine, &command, &err), &err);
}

/* Ends the generation and writes it, as the background does: nothing is unlinked. */
static void flush(struct share_store *s)
{
    stria_error err = {0};
    bool more = true;
    share_must(sx_engine_rotate(s->engine, &err), &err);
    while (more)
        share_must(sx_engine_flush_step(s->engine, &more, &err), &err);
}

#define MINUTE_NS ((int64_t)61000000000)

/* ---- what is seen ---- */

static void test_a_reader_sees_what_is_only_in_the_log_at_once(void **state)
{
    (void)state;
    struct pair p;
    begin(&p);
    share_assert_holds(&p.reader, "d.autogen | ");
    share_write(&p.writer, "d", "cpu,host=a v=1 10");
    share_assert_holds(&p.reader, "d.autogen cpu,host=a 10:v=1; | ");
    share_write(&p.writer, "d", "cpu,host=a v=2 20\nmem,host=b s=\"x\" 5");
    share_assert_holds(&p.reader, "d.autogen cpu,host=a 10:v=1 20:v=2; mem,host=b 5:s=\"x\"; | ");
    stria_error err = {0};
    share_must(share_try_write(&p.writer, "d", "cpu,host=a v=3 20", STRIA_ASYNC, &err), &err);
    share_assert_holds(&p.reader, "d.autogen cpu,host=a 10:v=1 20:v=3; mem,host=b 5:s=\"x\"; | ");
    end(&p);
}

/* Every step is followed by a look, of a reader that was there from the start and of a new one. */
static void test_a_reader_sees_the_writers_state_after_every_kind_of_step(void **state)
{
    (void)state;
    static const struct step {
        const char *name, *lines, *statement;
        int until;                     /* -1: none */
        enum sx_command_kind deletion; /* of cpu; 0: none */
    } steps[] = {
        {"rows", "cpu,host=a v=1 10\ncpu,host=b v=2 10", NULL, -1, 0},
        {"a flush", NULL, NULL, STRIA_COMPACT_FLUSH, 0},
        {"rows after it", "cpu,host=a v=3 20", NULL, -1, 0},
        {"a database", NULL, "CREATE DATABASE e WITH DURATION 0s NAME \"p\"", -1, 0},
        {"rows of it", "", NULL, -1, 0},
        {"a merge", NULL, NULL, STRIA_COMPACT_SEAL, 0},
        {"the same time again", "cpu,host=a v=4 10", NULL, -1, 0},
        {"a delete", NULL, NULL, -1, SX_DELETE_ROWS},
        {"what was deleted, anew", "cpu,host=b v=5 10", NULL, -1, 0},
        {"another flush", NULL, NULL, STRIA_COMPACT_FLUSH, 0},
        {"a merge that applies the delete", NULL, NULL, STRIA_COMPACT_SEAL, 0},
        {"a policy", NULL, "CREATE RETENTION POLICY long ON d DURATION 0s REPLICATION 1", -1, 0},
        {"a dropped database", NULL, "DROP DATABASE e", -1, 0},
        {"a dropped measurement", NULL, NULL, -1, SX_DROP_MEASUREMENT},
        {"the measurement with another type", "cpu,host=c v=\"s\" 10", NULL, -1, 0},
    };
    struct pair p;
    begin(&p);
    for (size_t i = 0; i < SX_COUNT_OF(steps); i++) {
        if (steps[i].lines && !*steps[i].lines)
            share_write(&p.writer, "e", "mem v=1i 1\nmem v=2i 2");
        else if (steps[i].lines)
            share_write(&p.writer, "d", steps[i].lines);
        if (steps[i].statement)
            share_run(&p.writer, steps[i].statement);
        if (steps[i].deletion)
            delete_cpu(&p.writer, steps[i].deletion);
        if (steps[i].until >= 0)
            share_compact(&p.writer, (stria_compact_until)steps[i].until);
        struct share_store fresh;
        share_assert_same(&p.writer, &p.reader);
        share_open(&fresh, p.os, "db", true);
        share_assert_same(&p.writer, &fresh);
        share_close(&fresh);
        if (p.reader.trouble[0])
            fail_msg("%s: %s", steps[i].name, p.reader.trouble);
    }
    end(&p);
}

static void test_a_reader_goes_on_when_the_writer_is_another_one(void **state)
{
    (void)state;
    struct pair p;
    begin(&p);
    share_write(&p.writer, "d", "cpu v=1 1");
    share_assert_same(&p.writer, &p.reader);
    for (int i = 2; i < 6; i++) {
        char line[40];
        share_close(&p.writer);
        share_assert_holds(&p.reader, i == 2   ? "d.autogen cpu 1:v=1; | "
                                      : i == 3 ? "d.autogen cpu 1:v=1 2:v=2; | "
                                      : i == 4 ? "d.autogen cpu 1:v=1 2:v=2 3:v=3; | "
                                               : "d.autogen cpu 1:v=1 2:v=2 3:v=3 4:v=4; | ");
        share_open(&p.writer, p.os, "db", false);
        (void)snprintf(line, sizeof line, "cpu v=%d %d", i, i);
        share_write(&p.writer, "d", line);
        if (i & 1)
            share_compact(&p.writer, STRIA_COMPACT_FLUSH);
        share_assert_same(&p.writer, &p.reader);
    }
    end(&p);
}

/* Small memtables: dozens of flushes and merges, looked at all the time. */
static void test_long_histories_are_followed(void **state)
{
    (void)state;
    struct pair p;
    begin(&p);
    for (int i = 0; i < 400; i++) {
        char lines[200];
        (void)snprintf(lines, sizeof lines, "cpu,host=h%d v=%d %d\nmem v=%di %d", i % 7, i, i, i,
                       i / 2);
        share_write(&p.writer, "d", lines);
        if (i % 5 == 4)
            share_compact(&p.writer, STRIA_COMPACT_FLUSH);
        if (i % 60 == 59)
            share_compact(&p.writer, STRIA_COMPACT_MERGE);
        if (i % 150 == 149)
            share_compact(&p.writer, STRIA_COMPACT_SEAL);
        if (i % 3 == 0)
            share_assert_same(&p.writer, &p.reader);
    }
    assert_string_equal(p.reader.trouble, "");
    end(&p);
}

/* ---- what is kept ---- */

/* A query that is not over yet: a scan that has told its first series. */
static stria_cursor *begin_scan(struct pair *p)
{
    stria_scan_options options = {.struct_size = sizeof options, .database = "d"};
    const stria_statement *statement;
    stria_cursor *cursor = NULL;
    stria_error err = {0};
    share_must(sx_cursor_scan(p->reader.engine, &options, &cursor, &err), &err);
    share_must(sx_cursor_next_statement(cursor, &statement, &err), &err);
    return cursor;
}

static unsigned end_scan(stria_cursor *cursor)
{
    unsigned row_count = 0;
    stria_error err = {0};
    for (;;) {
        const stria_table *table;
        const stria_batch *batch = NULL;
        share_must(sx_cursor_next_series(cursor, &table, &err), &err);
        if (!table)
            break;
        do {
            share_must(sx_cursor_next_batch(cursor, &batch, &err), &err);
            row_count += batch ? (unsigned)batch->row_count : 0;
        } while (batch);
    }
    sx_cursor_close(cursor);
    return row_count;
}

/* Four flushed segments of two rows each. */
static void write_segments(struct pair *p)
{
    for (int i = 0; i < 4; i++) {
        char lines[100];
        (void)snprintf(lines, sizeof lines, "cpu,host=a v=%d %d\ncpu,host=b v=%d %d", i, i, i, i);
        share_write(&p->writer, "d", lines);
        share_compact(&p->writer, STRIA_COMPACT_FLUSH);
    }
    assert_int_equal(share_file_count(p->os, "db/seg", ".seg"), 4);
}

static void test_replaced_segments_stay_while_a_query_of_a_reader_runs(void **state)
{
    (void)state;
    struct pair p;
    begin(&p);
    write_segments(&p);
    stria_cursor *cursor = begin_scan(&p); /* no segment was opened yet */
    share_compact(&p.writer, STRIA_COMPACT_SEAL);
    pass_ns(&p, MINUTE_NS);
    care(&p);
    assert_int_equal(share_file_count(p.os, "db/seg", ".seg"), 5);
    assert_int_equal(end_scan(cursor), 8);
    care(&p);
    assert_int_equal(share_file_count(p.os, "db/seg", ".seg"), 1);
    end(&p);
}

static void test_without_readers_replaced_segments_stay_a_minute(void **state)
{
    (void)state;
    struct pair p;
    begin(&p);
    for (int i = 0; i < 40; i++) {
        char line[40];
        (void)snprintf(line, sizeof line, "cpu v=%d %d", i, i);
        share_write(&p.writer, "d", line);
        flush(&p.writer);
        care(&p); /* merges when it is due */
    }
    unsigned before = share_file_count(p.os, "db/seg", ".seg");
    assert_true(before > 40);
    pass_ns(&p, MINUTE_NS);
    care(&p);
    assert_true(share_file_count(p.os, "db/seg", ".seg") < 40);
    end(&p);
}

static void test_a_reader_without_a_query_keeps_nothing(void **state)
{
    (void)state;
    struct pair p;
    begin(&p);
    write_segments(&p);
    share_assert_same(&p.writer, &p.reader);
    share_compact(&p.writer, STRIA_COMPACT_SEAL);
    assert_int_equal(share_file_count(p.os, "db/seg", ".seg"), 1);
    share_assert_same(&p.writer, &p.reader);
    end(&p);
}

/* As the kernel does it: locks are gone, and nothing else was ever there. */
static void test_a_killed_reader_leaves_no_trace(void **state)
{
    (void)state;
    struct pair p;
    begin(&p);
    write_segments(&p);
    size_t size = 1;
    stria_cursor *cursor = begin_scan(&p);
    assert_non_null(sx_os_mem_bytes(p.os, "db/readers", &size));
    assert_int_equal(size, 0);
    share_compact(&p.writer, STRIA_COMPACT_SEAL);
    assert_int_equal(share_file_count(p.os, "db/seg", ".seg"), 5);
    (void)end_scan(cursor);
    share_close(&p.reader);
    share_compact(&p.writer, STRIA_COMPACT_SEAL);
    assert_int_equal(share_file_count(p.os, "db/seg", ".seg"), 1);
    assert_int_equal(share_file_count(p.os, "db", ""), 5); /* LOCK readers manifest seg wal */
    end(&p);
}

static void test_a_new_writer_keeps_what_a_reader_of_the_last_one_looks_at(void **state)
{
    (void)state;
    struct pair p;
    begin(&p);
    write_segments(&p);
    stria_cursor *cursor = begin_scan(&p);
    share_compact(&p.writer, STRIA_COMPACT_SEAL);
    share_close(&p.writer);
    share_open(&p.writer, p.os, "db", false);
    assert_int_equal(share_file_count(p.os, "db/seg", ".seg"), 5);
    pass_ns(&p, MINUTE_NS);
    care(&p);
    assert_int_equal(share_file_count(p.os, "db/seg", ".seg"), 5);
    assert_int_equal(end_scan(cursor), 8);
    care(&p);
    assert_int_equal(share_file_count(p.os, "db/seg", ".seg"), 1);
    share_assert_same(&p.writer, &p.reader);
    end(&p);
}

static void test_on_a_nearly_full_disk_nothing_is_kept(void **state)
{
    (void)state;
    struct pair p;
    begin(&p);
    write_segments(&p);
    stria_cursor *cursor = begin_scan(&p);
    share_compact(&p.writer, STRIA_COMPACT_SEAL);
    assert_int_equal(share_file_count(p.os, "db/seg", ".seg"), 5);
    sx_os_mem_set_space(p.os, (uint64_t)100 << 20, (uint64_t)1 << 30); /* the reserve is 32 MiB */
    pass_ns(&p, 2000000000);
    care(&p);
    assert_int_equal(share_file_count(p.os, "db/seg", ".seg"), 1);
    sx_cursor_close(cursor);
    share_assert_same(&p.writer, &p.reader);
    end(&p);
}

/* ---- readers that cannot lock ---- */

static void test_a_reader_needs_no_lock_file(void **state)
{
    (void)state;
    struct pair p;
    begin(&p);
    share_write(&p.writer, "d", "cpu v=1 1");
    share_close(&p.writer);
    share_close(&p.reader);
    assert_int_equal(p.os->ops->unlink(p.os, "db/readers", NULL), STRIA_OK);
    assert_int_equal(p.os->ops->unlink(p.os, "db/LOCK", NULL), STRIA_OK);
    share_open(&p.reader, p.os, "db", true);
    share_assert_holds(&p.reader, "d.autogen cpu 1:v=1; | ");
    share_close(&p.reader);
    assert_int_equal(share_file_count(p.os, "db", ""), 3);
    end(&p);
}

static uint64_t mutation_count;

static void count_mutation(void *context, uint64_t index)
{
    (void)context;
    (void)index;
    mutation_count++;
}

static void test_a_reader_changes_nothing_on_disk(void **state)
{
    (void)state;
    struct pair p;
    begin(&p);
    write_segments(&p);
    share_write(&p.writer, "d", "cpu v=1 1");
    mutation_count = 0;
    sx_os_mem_on_mutation(p.os, count_mutation, NULL);
    struct share_store fresh;
    share_open(&fresh, p.os, "db", true);
    share_assert_same(&fresh, &p.reader);
    stria_error err = {0};
    assert_int_equal(share_try_run(&fresh, "CREATE DATABASE x", &err), STRIA_READ_ONLY);
    assert_int_equal(share_try_write(&fresh, "d", "cpu v=1 1", STRIA_SYNC, &err), STRIA_READ_ONLY);
    share_close(&fresh);
    sx_os_mem_on_mutation(p.os, NULL, NULL);
    assert_int_equal(mutation_count, 0);
    end(&p);
}

/* ---- faults ---- */

/* Every call of a reader fails once: it says so, the next look is right again, and nothing stays
 * locked. */
static void test_every_failing_call_of_a_reader_is_told_and_passes(void **state)
{
    (void)state;
    static const int errnos[] = {EIO, ENOLCK, EMFILE};
    for (size_t e = 0; e < SX_COUNT_OF(errnos); e++) {
        for (uint64_t at = 1;; at++) {
            struct pair p;
            stria_error err = {0};
            begin(&p);
            write_segments(&p);
            share_close(&p.reader);
            struct sx_os_fault_options options = {.fail_at = at, .os_errno = errnos[e]};
            struct sx_os *os = sx_os_fault_create(p.os, &options);
            p.reader = (struct share_store){.os = os, .path = "db", .read_only = true};
            if (share_try_open(&p.reader, &err))
                share_must(share_try_open(&p.reader, &err), &err);
            struct sx_mem mem;
            struct sx_buf text;
            sx_mem_init(&mem, NULL, "test", 0);
            sx_buf_init(&text, &mem, 65536);
            (void)share_put_all(&p.reader, &text, &err);
            share_write(&p.writer, "d", "cpu v=7 7");
            share_compact(&p.writer, STRIA_COMPACT_FLUSH);
            share_run(&p.writer, "CREATE DATABASE e");
            share_write(&p.writer, "e", "cpu v=8 8");
            sx_buf_clear(&text);
            (void)share_put_all(&p.reader, &text, &err);
            sx_buf_deinit(&text);
            sx_mem_deinit(&mem);
            bool fired = sx_os_fault_fired(os);
            if (fired)
                share_assert_same(&p.writer, &p.reader);
            share_close(&p.reader);
            share_compact(&p.writer, STRIA_COMPACT_SEAL);
            assert_int_equal(share_file_count(p.os, "db/seg", ".seg"), 2);
            end(&p);
            sx_os_fault_destroy(os);
            if (!fired)
                break;
        }
    }
}

static void test_every_failing_allocation_of_a_reader_is_told_and_passes(void **state)
{
    (void)state;
    struct pair p;
    begin(&p);
    write_segments(&p);
    share_write(&p.writer, "d", "cpu v=7 7");
    share_close(&p.reader);
    for (int64_t at = 1;; at++) {
        struct sx_mem_fault fault = {.countdown = at};
        struct sx_engine_options options = {
            .os = p.os, .path = "db", .read_only = true, .fault = &fault};
        stria_error err = {0};
        stria_status st = sx_engine_open(&options, &p.reader.engine, &err);
        if (st) {
            assert_int_equal(st, STRIA_NOMEM);
            continue;
        }
        share_write(&p.writer, "d", at % 2 ? "cpu v=8 8" : "cpu v=9 8");
        share_compact(&p.writer, STRIA_COMPACT_MERGE);
        if (at % 3 == 0) {
            share_run(&p.writer, "CREATE DATABASE e");
            share_write(&p.writer, "e", "cpu v=8 8");
            share_run(&p.writer, "DROP DATABASE e");
        }
        if (sx_engine_begin_read(p.reader.engine, &err) == STRIA_OK)
            sx_engine_end_read(p.reader.engine);
        bool fired = atomic_load(&fault.fired);
        atomic_store(&fault.countdown, -1);
        share_assert_same(&p.writer, &p.reader);
        share_close(&p.reader);
        if (!fired)
            break;
    }
    end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_reader_sees_what_is_only_in_the_log_at_once),
        cmocka_unit_test(test_a_reader_sees_the_writers_state_after_every_kind_of_step),
        cmocka_unit_test(test_a_reader_goes_on_when_the_writer_is_another_one),
        cmocka_unit_test(test_long_histories_are_followed),
        cmocka_unit_test(test_replaced_segments_stay_while_a_query_of_a_reader_runs),
        cmocka_unit_test(test_without_readers_replaced_segments_stay_a_minute),
        cmocka_unit_test(test_a_reader_without_a_query_keeps_nothing),
        cmocka_unit_test(test_a_killed_reader_leaves_no_trace),
        cmocka_unit_test(test_a_new_writer_keeps_what_a_reader_of_the_last_one_looks_at),
        cmocka_unit_test(test_on_a_nearly_full_disk_nothing_is_kept),
        cmocka_unit_test(test_a_reader_needs_no_lock_file),
        cmocka_unit_test(test_a_reader_changes_nothing_on_disk),
        cmocka_unit_test(test_every_failing_call_of_a_reader_is_told_and_passes),
        cmocka_unit_test(test_every_failing_allocation_of_a_reader_is_told_and_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
