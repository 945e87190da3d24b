/* SPDX-License-Identifier: Apache-2.0 */
/* backup_test.c -- backups and restores: whole or not there, whatever fails, breaks off or is
 * damaged. */
#include "share_fixture.h"

#include "engine/backup.h"

#include <errno.h>

struct backup_test {
    struct sx_os *disk;
    struct share_store store;
    stria_backup_report report;
    stria_error err;
    unsigned finding_count;
};

static void note(void *user, const stria_finding *finding)
{
    struct backup_test *t = user;
    (void)finding;
    t->finding_count++;
}

static stria_status back_up(struct backup_test *t, struct sx_os *os, const char *folder,
                            const char *from)
{
    stria_backup_options options = {
        .struct_size = sizeof options, .incremental_from = from, .on_finding = note, .user = t};
    t->finding_count = 0;
    return sx_backup_make(os, "db", folder, &options, &t->report, &t->err);
}

static stria_status restore(struct backup_test *t, struct sx_os *os, const char *folder,
                            const char *path, uint64_t number)
{
    stria_restore_options options = {
        .struct_size = sizeof options, .number = number, .on_finding = note, .user = t};
    return sx_backup_restore(os, folder, path, &options, &t->report, &t->err);
}

static void must(struct backup_test *t, stria_status st)
{
    share_must(st, &t->err);
}

/* Open for writing: backups are made beside it. Two segments, and a row in the log. */
static void begin(struct backup_test *t)
{
    *t = (struct backup_test){.disk = sx_os_mem_create(9)};
    share_open(&t->store, t->disk, "db", false);
    share_run(&t->store, "CREATE DATABASE d");
    share_write(&t->store, "d", "cpu v=1 1");
    share_compact(&t->store, STRIA_COMPACT_FLUSH);
    share_write(&t->store, "d", "cpu v=2 2");
    share_compact(&t->store, STRIA_COMPACT_FLUSH);
    share_write(&t->store, "d", "cpu v=3 3");
}

static void end(struct backup_test *t)
{
    if (t->store.engine)
        share_close(&t->store);
    sx_os_mem_destroy(t->disk);
}

#define HELD "d.autogen cpu 1:v=1 2:v=2 3:v=3; | "

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

/* ---- what is in it ---- */

static void test_a_backup_beside_a_writer_is_restored_as_it_was(void **state)
{
    (void)state;
    struct backup_test t;
    begin(&t);
    must(&t, back_up(&t, t.disk, "backup", NULL));
    assert_int_equal(t.report.number, 1);
    assert_int_equal(t.report.file_count, 4); /* state, two segments, a log file */
    assert_true(t.report.copied_bytes > 0);
    assert_int_equal(t.report.kept_bytes, 0);
    share_write(&t.store, "d", "cpu v=4 4");
    must(&t, restore(&t, t.disk, "backup", "again", 0));
    assert_int_equal(t.report.finding_count, 0);
    assert_store_holds(t.disk, "again", HELD);
    share_close(&t.store);
    must(&t, back_up(&t, t.disk, "other", NULL)); /* nobody has it open */
    must(&t, restore(&t, t.disk, "other", "third", 0));
    assert_store_holds(t.disk, "third", "d.autogen cpu 1:v=1 2:v=2 3:v=3 4:v=4; | ");
    end(&t);
}

static void test_the_next_backup_copies_what_is_new_and_both_can_be_restored(void **state)
{
    (void)state;
    struct backup_test t;
    begin(&t);
    must(&t, back_up(&t, t.disk, "backup", NULL));
    uint64_t first_copied = t.report.copied_bytes;
    share_compact(&t.store, STRIA_COMPACT_FLUSH);
    share_write(&t.store, "d", "cpu v=4 4");
    must(&t, back_up(&t, t.disk, "backup", NULL));
    assert_int_equal(t.report.number, 2);
    assert_true(t.report.kept_bytes > 0);
    assert_int_equal(share_file_count(t.disk, "backup/seg", ".seg"), 3);
    share_compact(&t.store, STRIA_COMPACT_SEAL); /* one segment instead of all */
    must(&t, back_up(&t, t.disk, "backup", NULL));
    assert_int_equal(t.report.kept_bytes, 0);
    assert_int_equal(share_file_count(t.disk, "backup/seg", ".seg"), 4);
    must(&t, restore(&t, t.disk, "backup", "one", 1));
    must(&t, restore(&t, t.disk, "backup", "two", 2));
    must(&t, restore(&t, t.disk, "backup", "three", 0));
    assert_int_equal(t.report.number, 3);
    assert_store_holds(t.disk, "one", HELD);
    assert_store_holds(t.disk, "two", "d.autogen cpu 1:v=1 2:v=2 3:v=3 4:v=4; | ");
    assert_store_holds(t.disk, "three", "d.autogen cpu 1:v=1 2:v=2 3:v=3 4:v=4; | ");
    assert_true(first_copied > 0);
    end(&t);
}

static void test_a_backup_takes_what_another_folder_has(void **state)
{
    (void)state;
    struct backup_test t;
    begin(&t);
    must(&t, back_up(&t, t.disk, "full", NULL));
    must(&t, back_up(&t, t.disk, "next", "full"));
    assert_true(t.report.kept_bytes > 0);
    assert_int_equal(share_file_count(t.disk, "next/seg", ".seg"), 2); /* it stands alone */
    must(&t, restore(&t, t.disk, "next", "again", 0));
    assert_store_holds(t.disk, "again", HELD);
    assert_int_equal(back_up(&t, t.disk, "more", "none"), STRIA_NOT_FOUND);
    end(&t);
}

static void test_other_folders_are_left_alone(void **state)
{
    (void)state;
    struct backup_test t;
    struct share_store other;
    begin(&t);
    assert_int_equal(back_up(&t, t.disk, "db", NULL), STRIA_EXISTS);
    must(&t, back_up(&t, t.disk, "backup", NULL));
    assert_int_equal(restore(&t, t.disk, "backup", "db", 0), STRIA_EXISTS);
    assert_int_equal(restore(&t, t.disk, "backup", "backup", 0), STRIA_EXISTS);
    assert_int_equal(restore(&t, t.disk, "none", "x", 0), STRIA_NOT_FOUND);
    assert_int_equal(restore(&t, t.disk, "backup", "x", 9), STRIA_NOT_FOUND);
    share_close(&t.store);
    share_open(&other, t.disk, "db2", false);
    share_close(&other);
    stria_backup_options options = {.struct_size = sizeof options};
    assert_int_equal(sx_backup_make(t.disk, "db2", "backup", &options, &t.report, &t.err),
                     STRIA_CONFLICT);
    assert_store_holds(t.disk, "db", HELD);
    end(&t);
}

/* ---- damage ---- */

static bool note_first(void *context, const char *name, bool is_directory)
{
    (void)is_directory;
    (void)snprintf(context, 300, "%s", name);
    return false;
}

static void first_file(struct sx_os *os, const char *folder, char path[SX_PATH_MAX])
{
    char name[300] = "";
    assert_int_equal(os->ops->list(os, folder, note_first, name, NULL), STRIA_OK);
    assert_true(*name);
    (void)snprintf(path, SX_PATH_MAX, "%s/%s", folder, name);
}

static void flip(struct sx_os *os, const char *folder, size_t offset)
{
    char path[SX_PATH_MAX];
    size_t size;
    first_file(os, folder, path);
    uint8_t *bytes = sx_os_mem_bytes(os, path, &size);
    assert_non_null(bytes);
    bytes[offset % size] ^= 1;
}

static void test_a_damaged_backup_is_refused_before_anything_is_made(void **state)
{
    (void)state;
    static const char *const folders[] = {"backup/seg", "backup/log"};
    for (size_t i = 0; i < SX_COUNT_OF(folders); i++) {
        struct backup_test t;
        bool exists;
        begin(&t);
        must(&t, back_up(&t, t.disk, "backup", NULL));
        flip(t.disk, folders[i], 5000);
        assert_int_equal(restore(&t, t.disk, "backup", "again", 0), STRIA_CORRUPT);
        assert_non_null(strstr(t.err.text, "but the backup was made of"));
        struct sx_file_info info;
        exists = t.disk->ops->stat(t.disk, "again", &info, NULL) == STRIA_OK;
        assert_false(exists);
        end(&t);
    }
}

static void test_damage_of_the_store_is_told_and_the_rest_is_backed_up(void **state)
{
    (void)state;
    struct backup_test t;
    begin(&t);
    flip(t.disk, "db/seg", 70);
    assert_int_equal(back_up(&t, t.disk, "backup", NULL), STRIA_CORRUPT);
    assert_true(t.report.finding_count > 0);
    assert_int_equal(t.finding_count, t.report.finding_count);
    assert_int_equal(restore(&t, t.disk, "backup", "again", 0), STRIA_CORRUPT);
    assert_non_null(strstr(t.err.text, "the store is made, as it was"));
    struct share_store s;
    share_open(&s, t.disk, "again", true);
    share_close(&s);
    end(&t);
}

/* ---- failures ---- */

static void test_every_failing_call_of_a_backup_leaves_the_earlier_one(void **state)
{
    (void)state;
    static const int errnos[] = {EIO, ENOSPC};
    for (size_t e = 0; e < SX_COUNT_OF(errnos); e++) {
        bool fired = true;
        for (uint64_t at = 1; fired; at += 1 + e) {
            struct backup_test t;
            begin(&t);
            must(&t, back_up(&t, t.disk, "backup", NULL));
            share_write(&t.store, "d", "cpu v=4 4");
            struct sx_os_fault_options fault = {.fail_at = at, .os_errno = errnos[e]};
            struct sx_os *os = sx_os_fault_create(t.disk, &fault);
            stria_status st = back_up(&t, os, "backup", NULL);
            fired = sx_os_fault_fired(os);
            sx_os_fault_destroy(os);
            must(&t, restore(&t, t.disk, "backup", "one", 1));
            assert_store_holds(t.disk, "one", HELD);
            must(&t, restore(&t, t.disk, "backup", "newest", 0));
            assert_true(st || t.report.number == 2);
            if (t.report.number == 2)
                assert_store_holds(t.disk, "newest", "d.autogen cpu 1:v=1 2:v=2 3:v=3 4:v=4; | ");
            must(&t, back_up(&t, t.disk, "backup", NULL)); /* and the next one works */
            end(&t);
        }
    }
}

static void test_every_failing_call_of_a_restore_leaves_a_store_or_none(void **state)
{
    (void)state;
    struct backup_test t;
    begin(&t);
    must(&t, back_up(&t, t.disk, "backup", NULL));
    bool fired = true;
    for (uint64_t at = 1; fired; at++) {
        char path[32];
        struct sx_os_fault_options fault = {.fail_at = at, .os_errno = EIO};
        struct sx_os *os = sx_os_fault_create(t.disk, &fault);
        (void)snprintf(path, sizeof path, "r%u", (unsigned)at);
        stria_status st = restore(&t, os, "backup", path, 0);
        fired = sx_os_fault_fired(os);
        struct share_store s = {.os = t.disk, .path = path, .read_only = true};
        bool opens = share_try_open(&s, &t.err) == STRIA_OK;
        if (opens) {
            share_assert_holds(&s, HELD); /* a failure may come when it is made: while verifying */
            share_close(&s);
        }
        assert_true(opens || st);
        sx_os_fault_destroy(os);
    }
    end(&t);
}

/* ---- power losses ---- */

struct losses {
    struct sx_os *disk;
    unsigned count;
};

static void lose_here(void *context, uint64_t index)
{
    struct losses *l = context;
    struct backup_test t = {.disk = sx_os_mem_crash(l->disk, NULL, NULL)};
    (void)index;
    assert_non_null(t.disk);
    must(&t, restore(&t, t.disk, "backup", "one", 1));
    assert_store_holds(t.disk, "one", HELD);
    struct share_store s = {.os = t.disk, .path = "again", .read_only = true};
    if (share_try_open(&s, &t.err) == STRIA_OK) {
        share_assert_holds(&s, HELD);
        share_close(&s);
    }
    sx_os_mem_destroy(t.disk);
    l->count++;
}

static void test_a_power_loss_leaves_earlier_backups_and_no_half_store(void **state)
{
    (void)state;
    struct backup_test t;
    begin(&t);
    must(&t, back_up(&t, t.disk, "backup", NULL));
    share_write(&t.store, "d", "cpu v=4 4");
    share_compact(&t.store, STRIA_COMPACT_FLUSH);
    struct losses l = {.disk = t.disk};
    sx_os_mem_on_mutation(t.disk, lose_here, &l);
    must(&t, back_up(&t, t.disk, "backup", NULL));
    must(&t, restore(&t, t.disk, "backup", "again", 1));
    sx_os_mem_on_mutation(t.disk, NULL, NULL);
    assert_true(l.count > 20);
    end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_backup_beside_a_writer_is_restored_as_it_was),
        cmocka_unit_test(test_the_next_backup_copies_what_is_new_and_both_can_be_restored),
        cmocka_unit_test(test_a_backup_takes_what_another_folder_has),
        cmocka_unit_test(test_other_folders_are_left_alone),
        cmocka_unit_test(test_a_damaged_backup_is_refused_before_anything_is_made),
        cmocka_unit_test(test_damage_of_the_store_is_told_and_the_rest_is_backed_up),
        cmocka_unit_test(test_every_failing_call_of_a_backup_leaves_the_earlier_one),
        cmocka_unit_test(test_every_failing_call_of_a_restore_leaves_a_store_or_none),
        cmocka_unit_test(test_a_power_loss_leaves_earlier_backups_and_no_half_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
