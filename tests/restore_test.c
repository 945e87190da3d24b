/* SPDX-License-Identifier: Apache-2.0 */
/* restore_test.c -- one database out of a backup: into a store that has others, whole or not at
 * all, whatever fails or breaks off.
 *
 * Limits      STRIA_SWEEP=N: N times as many of the cases, all of them from 5 on. */
#include "share_fixture.h"

#include "engine/backup.h"
#include "script.h"

#include <errno.h>

struct restore_test {
    struct sx_os *disk;
    stria_backup_report report;
    stria_error err;
    unsigned finding_count;
};

#define A_LONG " mem 5:s=\"x\" 86400000000005:s=\"y\"; | "
#define A_HELD(name) name ".autogen cpu,h=1 1:v=9 2:v=2; cpu,h=2 1:i=7,v=3; | " name ".long" A_LONG
#define B_HELD "b.autogen cpu 1:v=100 2:v=200; | "
#define HERE "here.autogen cpu,h=1 1:v=\"text\"; | "

/* Of so many cases one is tried. */
static unsigned pace(void)
{
    uint64_t sweeps = script_number("STRIA_SWEEP", 1);
    return sweeps >= 5 ? 1 : (unsigned)(5 / sweeps);
}

static void note(void *user, const stria_finding *finding)
{
    struct restore_test *t = user;
    (void)finding;
    t->finding_count++;
}

static stria_status restore(struct restore_test *t, struct sx_os *os, const char *path,
                            const char *database, const char *as)
{
    stria_restore_options options = {.struct_size = sizeof options,
                                     .memory_size = (uint64_t)64 << 20,
                                     .database = database,
                                     .as = as,
                                     .on_finding = note,
                                     .user = t};
    t->finding_count = 0;
    return sx_backup_restore(os, "backup", path, &options, &t->report, &t->err);
}

static void must(struct restore_test *t, stria_status st)
{
    share_must(st, &t->err);
}

static void drop_measurement(struct share_store *s, const char *database, const char *measurement)
{
    stria_error err = {0};
    struct sx_command command = {.kind = SX_DROP_MEASUREMENT,
                                 .database = sx_bytes_of(database),
                                 .selector = {.measurement = sx_bytes_of(measurement),
                                              .time_min_ns = INT64_MIN,
                                              .time_max_ns = INT64_MAX}};
    share_must(sx_engine_execute(s->engine, &command, &err), &err);
}

/* A backup of the databases "b" and "a": of "a" rows that were replaced, rows that were deleted,
 * and two policies; in segments, and in the log. And a store "db" with the database "here". */
static void begin(struct restore_test *t)
{
    struct share_store s;
    stria_backup_options options = {.struct_size = sizeof options};
    *t = (struct restore_test){.disk = sx_os_mem_create(11)};
    share_open(&s, t->disk, "source", false);
    share_run(&s, "CREATE DATABASE b");
    share_run(&s, "CREATE DATABASE a");
    share_write(&s, "b", "cpu v=100 1");
    share_write(&s, "a", "cpu,h=1 v=1 1\ncpu,h=1 v=2 2\ncpu,h=2 v=3,i=7i 1\ngone v=1 1");
    share_compact(&s, STRIA_COMPACT_FLUSH);
    share_write(&s, "a", "cpu,h=1 v=9 1");
    share_run(&s, "CREATE RETENTION POLICY long ON a DURATION INF REPLICATION 1 DEFAULT");
    share_write(&s, "a", "mem s=\"x\" 5\nmem s=\"y\" 86400000000005");
    share_run(&s, "ALTER RETENTION POLICY autogen ON a DEFAULT");
    drop_measurement(&s, "a", "gone");
    share_write(&s, "b", "cpu v=200 2");
    share_close(&s);
    must(t, sx_backup_make(t->disk, "source", "backup", &options, &t->report, &t->err));
    share_open(&s, t->disk, "db", false);
    share_run(&s, "CREATE DATABASE here");
    share_write(&s, "here", "cpu,h=1 v=\"text\" 1");
    share_close(&s);
}

static void end(struct restore_test *t)
{
    sx_os_mem_destroy(t->disk);
}

static void assert_store_holds(struct sx_os *os, const char *path, const char *expected)
{
    struct share_store s;
    for (int writer = 0; writer < 2; writer++) {
        share_open(&s, os, path, !writer);
        share_assert_holds(&s, expected);
        assert_string_equal(s.trouble, "");
        share_close(&s);
    }
}

static bool is_there(struct sx_os *os, const char *path)
{
    struct sx_file_info info;
    return os->ops->stat(os, path, &info, NULL) == STRIA_OK;
}

static void test_a_new_store_gets_the_one_database(void **state)
{
    (void)state;
    struct restore_test t;
    struct share_store s;
    begin(&t);
    must(&t, restore(&t, t.disk, "new", "a", NULL));
    assert_int_equal(t.report.finding_count, 0);
    assert_store_holds(t.disk, "new", A_HELD("a"));
    assert_false(is_there(t.disk, "new/restoring"));
    must(&t, restore(&t, t.disk, "new", "b", NULL)); /* and the next */
    share_open(&s, t.disk, "new", false);
    share_assert_holds(&s, A_HELD("a") B_HELD);
    share_write(&s, "a", "cpu,h=1 v=10 1\nlater v=1 1"); /* what is newer wins */
    share_assert_holds(&s, "a.autogen cpu,h=1 1:v=10 2:v=2; cpu,h=2 1:i=7,v=3; later 1:v=1; | "
                           "a.long" A_LONG B_HELD);
    share_compact(&s, STRIA_COMPACT_SEAL);
    share_close(&s);
    assert_store_holds(t.disk, "new",
                       "a.autogen cpu,h=1 1:v=10 2:v=2; cpu,h=2 1:i=7,v=3; later 1:v=1; | "
                       "a.long" A_LONG B_HELD);
    end(&t);
}

static void test_a_store_that_is_there_keeps_what_it_has(void **state)
{
    (void)state;
    struct restore_test t;
    struct share_store s;
    stria_error err = {0};
    begin(&t);
    must(&t, restore(&t, t.disk, "db", "a", "again"));
    assert_store_holds(t.disk, "db", HERE A_HELD("again"));
    must(&t, restore(&t, t.disk, "db", "a", NULL));
    share_open(&s, t.disk, "db", false);
    share_assert_holds(&s, HERE A_HELD("again") A_HELD("a"));
    drop_measurement(&s, "again", "cpu"); /* each is its own */
    share_run(&s, "DROP RETENTION POLICY long ON again");
    share_assert_holds(&s, HERE "again.autogen | " A_HELD("a"));
    stria_status st = share_try_write(&s, "a", "cpu,h=1 i=7i,v=\"text\" 3", STRIA_SYNC, &err);
    assert_int_equal(st, STRIA_OK); /* the row is left out: its field is a float */
    share_assert_holds(&s, HERE "again.autogen | " A_HELD("a"));
    share_close(&s);
    end(&t);
}

static void test_what_is_there_or_not_there_is_refused(void **state)
{
    (void)state;
    struct restore_test t;
    struct share_store s;
    begin(&t);
    assert_int_equal(restore(&t, t.disk, "db", "a", "here"), STRIA_EXISTS);
    assert_string_equal(t.err.text, "db: has a database here already");
    assert_int_equal(restore(&t, t.disk, "db", "c", NULL), STRIA_NOT_FOUND);
    assert_string_equal(t.err.text, "backup: backup 1 has no database c; it has b, a");
    assert_int_equal(restore(&t, t.disk, "new", "a", "x/y"), STRIA_INVALID);
    assert_false(is_there(t.disk, "new"));
    assert_int_equal(restore(&t, t.disk, "backup", "a", NULL), STRIA_INVALID);
    share_open(&s, t.disk, "db", false);
    assert_int_equal(restore(&t, t.disk, "db", "a", NULL), STRIA_LOCKED);
    share_assert_holds(&s, HERE);
    share_close(&s);
    assert_store_holds(t.disk, "db", HERE);
    end(&t);
}

static bool note_last(void *context, const char *name, bool is_directory)
{
    (void)is_directory;
    (void)snprintf(context, 300, "%s", name);
    return true;
}

static void flip(struct sx_os *os, const char *folder)
{
    char name[300] = "", path[SX_PATH_MAX];
    size_t size;
    assert_int_equal(os->ops->list(os, folder, note_last, name, NULL), STRIA_OK);
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    uint8_t *bytes = sx_os_mem_bytes(os, path, &size);
    assert_non_null(bytes);
    bytes[size / 2] ^= 1;
}

static void test_a_damaged_backup_is_refused_before_anything_is_made(void **state)
{
    (void)state;
    struct restore_test t;
    begin(&t);
    flip(t.disk, "backup/log");
    assert_int_equal(restore(&t, t.disk, "new", "a", NULL), STRIA_CORRUPT);
    assert_false(is_there(t.disk, "new"));
    assert_int_equal(restore(&t, t.disk, "db", "a", NULL), STRIA_CORRUPT);
    assert_store_holds(t.disk, "db", HERE);
    end(&t);
}

/* ---- failures ---- */

/* The store is whole, and has the database whole or not. Returns whether it has. */
static bool assert_old_or_new(struct sx_os *disk, const char *path, const char *old,
                              const char *new)
{
    struct share_store s;
    share_open(&s, disk, path, false);
    struct sx_catalog *catalog = sx_engine_catalog(s.engine);
    bool has = sx_catalog_database(catalog, SX_LITERAL("a")) != NULL;
    sx_catalog_release(catalog);
    share_assert_holds(&s, has ? new : old);
    assert_string_equal(s.trouble, "");
    share_close(&s);
    assert_false(is_there(disk, "db/restoring"));
    return has;
}

static void test_every_failing_call_leaves_the_old_store(void **state)
{
    (void)state;
    static const int errnos[] = {EIO, ENOSPC};
    for (size_t e = 0; e < SX_COUNT_OF(errnos); e++) {
        bool fired = true;
        for (uint64_t at = 1 + e; fired; at += pace()) {
            struct restore_test t;
            begin(&t);
            struct sx_os_fault_options fault = {.fail_at = at, .os_errno = errnos[e]};
            struct sx_os *os = sx_os_fault_create(t.disk, &fault);
            stria_status st = restore(&t, os, "db", "a", NULL);
            fired = sx_os_fault_fired(os);
            sx_os_fault_destroy(os);
            bool has = assert_old_or_new(t.disk, "db", HERE, HERE A_HELD("a"));
            assert_true(has || st);
            if (!has)
                must(&t, restore(&t, t.disk, "db", "a", NULL));
            assert_store_holds(t.disk, "db", HERE A_HELD("a"));
            end(&t);
        }
    }
}

static void test_every_failing_call_into_a_new_store_leaves_one_or_none(void **state)
{
    (void)state;
    struct restore_test t;
    bool fired = true;
    begin(&t);
    for (uint64_t at = 1; fired; at += pace()) {
        char path[32];
        struct sx_os_fault_options fault = {.fail_at = at, .os_errno = EIO};
        struct sx_os *os = sx_os_fault_create(t.disk, &fault);
        (void)snprintf(path, sizeof path, "r%u", (unsigned)at);
        stria_status st = restore(&t, os, path, "a", NULL);
        fired = sx_os_fault_fired(os);
        sx_os_fault_destroy(os);
        assert_true(st || assert_old_or_new(t.disk, path, "", A_HELD("a")));
        if (st && is_there(t.disk, path)) /* the one call that failed was to take it away */
            (void)assert_old_or_new(t.disk, path, "", A_HELD("a"));
    }
    end(&t);
}

/* ---- power losses ---- */

struct losses {
    struct sx_os *disk;
    unsigned count, with, without;
};

static void lose_here(void *context, uint64_t index)
{
    struct losses *l = context;
    (void)index;
    if (l->count++ % pace())
        return;
    struct restore_test t = {.disk = sx_os_mem_crash(l->disk, NULL, NULL)};
    assert_non_null(t.disk);
    bool has = assert_old_or_new(t.disk, "db", HERE, HERE A_HELD("a"));
    l->with += has;
    l->without += !has;
    assert_int_equal(restore(&t, t.disk, "db", "a", NULL), has ? STRIA_EXISTS : STRIA_OK);
    assert_store_holds(t.disk, "db", HERE A_HELD("a"));
    sx_os_mem_destroy(t.disk);
}

static void test_a_power_loss_leaves_the_store_with_the_database_or_without(void **state)
{
    (void)state;
    struct restore_test t;
    begin(&t);
    struct losses l = {.disk = t.disk};
    sx_os_mem_on_mutation(t.disk, lose_here, &l);
    must(&t, restore(&t, t.disk, "db", "a", NULL));
    sx_os_mem_on_mutation(t.disk, NULL, NULL);
    assert_true(l.count > 50);
    assert_true(l.with && l.without);
    end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_new_store_gets_the_one_database),
        cmocka_unit_test(test_a_store_that_is_there_keeps_what_it_has),
        cmocka_unit_test(test_what_is_there_or_not_there_is_refused),
        cmocka_unit_test(test_a_damaged_backup_is_refused_before_anything_is_made),
        cmocka_unit_test(test_every_failing_call_leaves_the_old_store),
        cmocka_unit_test(test_every_failing_call_into_a_new_store_leaves_one_or_none),
        cmocka_unit_test(test_a_power_loss_leaves_the_store_with_the_database_or_without),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
