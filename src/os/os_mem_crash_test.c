/* SPDX-License-Identifier: Apache-2.0 */
/* os_mem_crash_test.c -- what a power loss leaves: each item decided by hand, and random histories
 * against a naive model. */
#include "os/os_mem.h"

#include "base/attr.h"

#include <stdio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SECTOR 512

/* ---- helpers -------------------------------------------------------------------------------- */

/* Answers by a text, a letter an item: lost, Kept, Torn, Garbage; and tells what was asked. */
struct script {
    const char *fates;
    char kinds[64]; /* s: sector, n: name or size */
};

static enum sx_crash_fate answer(void *context, uint64_t item, bool is_sector)
{
    struct script *script = context;
    assert_true(item < strlen(script->fates));
    script->kinds[item] = is_sector ? 's' : 'n';
    switch (script->fates[item]) {
    case 'K':
        return SX_FATE_KEPT;
    case 'T':
        return SX_FATE_TORN;
    case 'G':
        return SX_FATE_GARBAGE;
    default:
        return SX_FATE_LOST;
    }
}

static struct sx_os *crash(struct sx_os *os, const char *kinds, const char *fates)
{
    struct script script = {.fates = fates};
    assert_int_equal(sx_os_mem_pending(os), strlen(kinds));
    struct sx_os *left = sx_os_mem_crash(os, answer, &script);
    assert_non_null(left);
    assert_string_equal(script.kinds, kinds);
    assert_int_equal(sx_os_mem_pending(left), 0);
    return left;
}

static struct sx_file *open_file(struct sx_os *os, const char *path)
{
    struct sx_file *file = NULL;
    assert_int_equal(sx_os_open(os, path, SX_OPEN_WRITE | SX_OPEN_CREATE, &file, NULL), STRIA_OK);
    return file;
}

/* `count` times the byte at `offset`, synced or not. */
static void put(struct sx_os *os, const char *path, uint64_t offset, char byte, size_t count,
                bool synced)
{
    uint8_t bytes[16384];
    assert_true(count <= sizeof bytes);
    memset(bytes, byte, count);
    struct sx_file *file = open_file(os, path);
    assert_int_equal(sx_file_pwrite(file, bytes, count, offset, NULL), STRIA_OK);
    if (synced)
        assert_int_equal(sx_file_sync(file, NULL), STRIA_OK);
    sx_file_close(file);
}

static void sync_dir(struct sx_os *os, const char *path)
{
    assert_int_equal(os->ops->sync_dir(os, path, NULL), STRIA_OK);
}

static bool exists(struct sx_os *os, const char *path)
{
    struct sx_file_info info;
    return os->ops->stat(os, path, &info, NULL) == STRIA_OK;
}

/* Checks a file against runs: "3a 509. 100b" is 3 times a, 509 zeros, 100 times b. */
static void assert_runs(struct sx_os *os, const char *path, const char *runs)
{
    size_t size = 0, at = 0;
    const uint8_t *bytes = sx_os_mem_bytes(os, path, &size);
    assert_non_null(bytes);
    while (*runs) {
        unsigned count;
        char letter;
        int taken;
        assert_int_equal(sscanf(runs, "%u%c%n", &count, &letter, &taken), 2);
        runs += taken + strspn(runs + taken, " ");
        for (size_t end = at + count; at < end; at++) {
            if (at >= size)
                fail_msg("%s ends at %zu", path, size);
            if (letter != '*' && bytes[at] != (letter == '.' ? 0 : (uint8_t)letter))
                fail_msg("%s: byte %zu is %02x, not %c", path, at, bytes[at], letter);
        }
    }
    assert_int_equal(at, size);
}

/* A disk with the durable file "f" of `size` times a. */
static struct sx_os *disk_with_file(size_t size)
{
    struct sx_os *os = sx_os_mem_create(1);
    assert_non_null(os);
    put(os, "f", 0, 'a', size, true);
    sync_dir(os, "");
    return os;
}

/* ---- bytes ---------------------------------------------------------------------------------- */

static const struct byte_row {
    const char *name;
    size_t synced_size; /* of "f", times a */
    uint64_t offset;    /* then b is written there, unsynced */
    size_t size;        /* so many times */
    const char *kinds, *fates, *runs;
} byte_rows[] = {
    {"lost", 1536, 0, 1536, "sss", "LLL", "1536a"},
    {"kept", 1536, 0, 1536, "sss", "KKK", "1536b"},
    {"any subset", 1536, 0, 1536, "sss", "KLK", "512b 512a 512b"},
    {"torn in the middle", 1536, 0, 1536, "sss", "LTL", "512a 256b 768a"},
    {"garbage in the middle", 1536, 0, 1536, "sss", "KGL", "512b 512* 512a"},
    {"only the sectors touched", 8192, 4000, 200, "ss", "LK", "4096a 104b 3992a"},
    {"nothing was written", 100, 0, 0, "", "", "100a"},
    {"growth lost", 100, 100, 1000, "nsss", "LLLL", "100a"},
    {"growth kept", 100, 100, 1000, "nsss", "KKKK", "100a 1000b"},
    {"size kept, bytes lost", 100, 100, 1000, "nsss", "KLLL", "100a 1000."},
    {"size lost, up to a sector that survived", 100, 100, 1000, "nsss", "LLKL", "100a 412. 512b"},
    {"size lost, all sectors survived", 100, 100, 1000, "nsss", "LKKK", "100a 1000b"},
    {"last sector torn: old half is zeros", 100, 100, 1000, "nsss", "KKKT", "100a 1000b"},
    {"last sector garbage ends at the size", 100, 100, 1000, "nsss", "LKKG", "100a 924b 76*"},
    {"a hole stays zeros", 100, 9000, 10, "ns", "LK", "100a 8900. 10b"},
    {"a hole is lost with what made it", 100, 9000, 10, "ns", "LL", "100a"},
    {"a name answer other than kept is lost", 100, 100, 10, "ns", "TL", "100a"},
};

static void test_each_unsynced_sector_meets_its_fate(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(byte_rows); i++) {
        const struct byte_row *row = &byte_rows[i];
        print_message("row %s\n", row->name);
        struct sx_os *os = disk_with_file(row->synced_size);
        put(os, "f", row->offset, 'b', row->size, false);
        struct sx_os *left = crash(os, row->kinds, row->fates);
        assert_runs(left, "f", row->runs);
        sx_os_mem_destroy(left);
        sx_os_mem_destroy(os);
    }
}

static void test_of_several_writes_to_a_sector_the_last_counts(void **state)
{
    (void)state;
    struct sx_os *os = disk_with_file(512);
    put(os, "f", 0, 'b', 512, false);
    put(os, "f", 0, 'c', 100, false);
    struct sx_os *left = crash(os, "s", "K");
    assert_runs(left, "f", "100c 412b");
    sx_os_mem_destroy(left);
    sx_os_mem_destroy(os);
}

static void test_the_same_bytes_written_again_are_at_risk(void **state)
{
    (void)state;
    struct sx_os *os = disk_with_file(512);
    put(os, "f", 0, 'a', 512, false);
    struct sx_os *left = crash(os, "s", "G");
    size_t size = 0;
    const uint8_t *bytes = sx_os_mem_bytes(left, "f", &size);
    uint8_t same[512];
    memset(same, 'a', sizeof same);
    assert_int_equal(size, 512);
    assert_memory_not_equal(bytes, same, sizeof same);
    sx_os_mem_destroy(left);
    sx_os_mem_destroy(os);
}

static void test_zeros_written_ahead_are_at_risk_too(void **state)
{
    (void)state;
    struct sx_os *os = disk_with_file(512);
    put(os, "f", 512, 0, 1024, false);
    struct sx_os *left = crash(os, "nss", "LLK");
    assert_runs(left, "f", "512a 1024.");
    sx_os_mem_destroy(left);
    sx_os_mem_destroy(os);
}

static void test_nothing_lies_behind_the_end_of_a_file(void **state)
{
    (void)state;
    struct sx_os *os = disk_with_file(100);
    put(os, "f", 100, 'b', 50, false);
    struct sx_os *left = crash(os, "ns", "LG");
    put(left, "f", 300, 'c', 1, true); /* what is before it must be zeros, not garbage */
    assert_runs(left, "f", "150* 150. 1c");
    sx_os_mem_destroy(left);
    left = crash(os, "ns", "LL");
    put(left, "f", 300, 'c', 1, true);
    assert_runs(left, "f", "100a 200. 1c");
    sx_os_mem_destroy(left);
    sx_os_mem_destroy(os);
}

/* ---- a failed sync -------------------------------------------------------------------------- */

static void test_what_a_failed_sync_dropped_no_later_sync_saves(void **state)
{
    (void)state;
    struct sx_os *os = disk_with_file(1024);
    struct sx_file *file = open_file(os, "f");
    put(os, "f", 0, 'b', 1024, false);
    assert_true(sx_os_mem_fail_sync(file));
    assert_runs(os, "f", "1024b"); /* still what a reader sees */
    put(os, "f", 512, 'c', 512, false);
    assert_int_equal(sx_file_sync(file, NULL),
                     STRIA_OK); /* and tells nothing of the first sector */
    struct sx_os *lost = crash(os, "s", "L"), *kept = crash(os, "s", "K");
    assert_runs(lost, "f", "512a 512c");
    assert_runs(kept, "f", "512b 512c"); /* it may have reached the disk */
    put(os, "f", 0, 'd', 10, true);      /* written again it is dirty again */
    struct sx_os *again = crash(os, "", "");
    assert_runs(again, "f", "10d 502b 512c");
    sx_os_mem_destroy(again);
    sx_os_mem_destroy(kept);
    sx_os_mem_destroy(lost);
    sx_file_close(file);
    sx_os_mem_destroy(os);
}

static void test_after_a_failed_sync_a_size_may_be_durable_without_its_bytes(void **state)
{
    (void)state;
    struct sx_os *os = disk_with_file(100);
    struct sx_file *file = open_file(os, "f");
    put(os, "f", 100, 'b', 1000, false);
    assert_true(sx_os_mem_fail_sync(file));
    assert_int_equal(sx_file_sync(file, NULL), STRIA_OK);
    struct sx_os *left = crash(os, "sss", "LLL");
    assert_runs(left, "f", "100a 1000.");
    sx_os_mem_destroy(left);
    sx_file_close(file);
    sx_os_mem_destroy(os);
}

/* ---- names ---------------------------------------------------------------------------------- */

static const struct name_row {
    const char *name;
    const char
        *steps; /* +x makes, -x unlinks, xy links x to y, s syncs the folder; synced contents */
    const char *kinds, *fates;
    const char *left; /* the names that are left */
} name_rows[] = {
    {"synced", "+x s", "", "", "x"},
    {"a name that is not synced, lost", "+x", "n", "L", ""},
    {"a name that is not synced, kept", "+x", "n", "K", "x"},
    {"taken away, comes back", "+x s -x", "n", "L", "x"},
    {"taken away", "+x s -x", "n", "K", ""},
    {"taken away for good", "+x s -x s", "", "", ""},
    {"made and taken away, comes back", "+x -x", "nn", "KL", "x"},
    {"made and taken away", "+x -x", "nn", "KK", ""},
    {"the unlink of what never was", "+x -x", "nn", "LK", ""},
    {"out of order", "+x +y", "nn", "LK", "y"},
    {"a second name alone", "+x s xy -x", "nn", "KK", "y"},
    {"both names", "+x s xy -x", "nn", "KL", "xy"},
    {"a moved file may be lost whole", "+x s xy -x", "nn", "LK", ""},
    {"a move that never was", "+x s xy -x", "nn", "LL", "x"},
};

static void take_steps(struct sx_os *os, const char *steps)
{
    for (; *steps; steps += strcspn(steps, " "), steps += strspn(steps, " ")) {
        const char first[] = {steps[0], '\0'}, second[] = {steps[1], '\0'};
        if (*steps == '+')
            put(os, second, 0, *second, 10, true);
        else if (*steps == '-')
            assert_int_equal(os->ops->unlink(os, second, NULL), STRIA_OK);
        else if (*steps == 's')
            sync_dir(os, "");
        else
            assert_int_equal(os->ops->link(os, first, second, NULL), STRIA_OK);
    }
}

static void test_each_unsynced_name_meets_its_fate(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(name_rows); i++) {
        const struct name_row *row = &name_rows[i];
        print_message("row %s\n", row->name);
        struct sx_os *os = sx_os_mem_create(1);
        take_steps(os, row->steps);
        struct sx_os *left = crash(os, row->kinds, row->fates);
        assert_int_equal(exists(left, "x"), strchr(row->left, 'x') != NULL);
        assert_int_equal(exists(left, "y"), strchr(row->left, 'y') != NULL);
        if (*row->left)
            put(left, row->left[0] == 'x' ? "x" : "y", 0, 'z', 5, true);
        struct sx_file_info info;
        if (strlen(row->left) == 2) { /* still one file */
            assert_int_equal(os->ops->stat(left, "y", &info, NULL), STRIA_OK);
            assert_int_equal(info.link_count, 2);
            assert_runs(left, "y", "5z 5x");
        }
        sx_os_mem_destroy(left);
        sx_os_mem_destroy(os);
    }
}

static void test_a_name_can_survive_without_its_bytes(void **state)
{
    (void)state;
    struct sx_os *os = sx_os_mem_create(1);
    put(os, "f", 0, 'a', 600, false);
    sync_dir(os, "");
    struct sx_os *left = crash(os, "nss", "LLL");
    assert_runs(left, "f", "");
    sx_os_mem_destroy(left);
    sx_os_mem_destroy(os);
}

static void test_a_replaced_file_is_the_old_one_the_new_one_or_none(void **state)
{
    (void)state;
    struct sx_os *os = disk_with_file(10);
    assert_int_equal(os->ops->unlink(os, "f", NULL), STRIA_OK);
    put(os, "f", 0, 'b', 20, true);
    static const char *const rows[][2] = {
        {"LL", "10a"}, {"KL", NULL}, {"LK", "20b"}, {"KK", "20b"}};
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_os *left = crash(os, "nn", rows[i][0]);
        assert_int_equal(exists(left, "f"), rows[i][1] != NULL);
        if (rows[i][1])
            assert_runs(left, "f", rows[i][1]);
        sx_os_mem_destroy(left);
    }
    sx_os_mem_destroy(os);
}

static void test_a_lost_folder_takes_what_was_synced_in_it(void **state)
{
    (void)state;
    struct sx_os *os = sx_os_mem_create(1);
    assert_int_equal(os->ops->mkdir(os, "d", NULL), STRIA_OK);
    put(os, "d/f", 0, 'a', 10, true);
    sync_dir(os, "d");
    struct sx_os *lost = crash(os, "n", "L"), *kept = crash(os, "n", "K");
    assert_false(exists(lost, "d"));
    assert_runs(kept, "d/f", "10a");
    sx_os_mem_destroy(lost);
    sx_os_mem_destroy(kept);
    sync_dir(os, "");
    put(os, "d/g", 0, 'b', 10, true);
    lost = crash(os, "n", "L");
    assert_runs(lost, "d/f", "10a");
    assert_false(exists(lost, "d/g"));
    sx_os_mem_destroy(lost);
    sx_os_mem_destroy(os);
}

static void test_items_come_in_order_of_path_and_offset(void **state)
{
    (void)state;
    struct sx_os *os = sx_os_mem_create(1);
    assert_int_equal(os->ops->mkdir(os, "b", NULL), STRIA_OK);
    put(os, "c", 0, 'c', 512, true);
    put(os, "b/x", 0, 'x', 512, true);
    put(os, "a", 0, 'a', 1024, true);
    assert_int_equal(os->ops->link(os, "a", "d", NULL), STRIA_OK);
    sync_dir(os, "");
    sync_dir(os, "b");
    put(os, "c", 0, 'n', 512, false);
    put(os, "b/x", 0, 'n', 512, false);
    put(os, "b/y", 0, 'n', 512, true);
    put(os, "a", 0, 'n', 1024, false);
    /* a: two sectors; b: its change, x; c: a sector; d is a */
    struct sx_os *left = crash(os, "ssnss", "LKLTK");
    assert_runs(left, "a", "512a 512n");
    assert_runs(left, "d", "512a 512n");
    assert_runs(left, "b/x", "256n 256x");
    assert_false(exists(left, "b/y"));
    assert_runs(left, "c", "512n");
    sx_os_mem_destroy(left);
    sx_os_mem_destroy(os);
}

/* ---- disks ---------------------------------------------------------------------------------- */

static void test_a_disk_and_what_a_crash_left_of_it_do_not_disturb_each_other(void **state)
{
    (void)state;
    struct sx_os *os = disk_with_file(10000);
    put(os, "f", 0, 'b', 512, false);
    struct sx_os *first = crash(os, "s", "K"), *second = crash(os, "s", "L");
    put(first, "f", 5000, 'c', 10, true);
    put(second, "f", 5000, 'd', 10, false);
    put(os, "f", 5000, 'e', 10, true);
    struct sx_os *third = crash(second, "s", "T"); /* a crash after a crash */
    assert_runs(os, "f", "512b 4488a 10e 4990a");
    sx_os_mem_destroy(os); /* the first disk may go first */
    assert_runs(first, "f", "512b 4488a 10c 4990a");
    assert_runs(second, "f", "5000a 10d 4990a");
    sx_os_mem_destroy(second);
    assert_int_equal(exists(third, "f"), true);
    sx_os_mem_destroy(first);
    sx_os_mem_destroy(third);
}

static void test_the_same_answers_leave_the_same_bytes(void **state)
{
    (void)state;
    struct sx_os *os = disk_with_file(1024);
    put(os, "f", 0, 'b', 1024, false);
    struct sx_os *left[2] = {crash(os, "ss", "GG"), crash(os, "ss", "GG")};
    uint8_t copy[1024];
    size_t size = 0;
    memcpy(copy, sx_os_mem_bytes(left[0], "f", &size), sizeof copy);
    assert_memory_equal(copy, sx_os_mem_bytes(left[1], "f", &size), sizeof copy);
    assert_memory_not_equal(copy, copy + 512, 512);
    sx_os_mem_destroy(left[0]);
    sx_os_mem_destroy(left[1]);
    sx_os_mem_destroy(os);
}

static void test_a_crash_gives_the_space_of_what_is_lost_back(void **state)
{
    (void)state;
    struct sx_os *os = disk_with_file(4096);
    sx_os_mem_set_space(os, 8192, 16384);
    put(os, "g", 0, 'a', 8192, true);
    struct sx_os *left = crash(os, "n", "L");
    struct sx_space space;
    assert_int_equal(os->ops->space(os, "", &space, NULL), STRIA_OK);
    assert_int_equal(space.free_size, 0);
    assert_int_equal(os->ops->space(left, "", &space, NULL), STRIA_OK);
    assert_int_equal(space.free_size, 8192);
    assert_int_equal(space.total_size, 16384);
    sx_os_mem_destroy(left);
    sx_os_mem_destroy(os);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_unsynced_sector_meets_its_fate),
        cmocka_unit_test(test_of_several_writes_to_a_sector_the_last_counts),
        cmocka_unit_test(test_the_same_bytes_written_again_are_at_risk),
        cmocka_unit_test(test_zeros_written_ahead_are_at_risk_too),
        cmocka_unit_test(test_nothing_lies_behind_the_end_of_a_file),
        cmocka_unit_test(test_what_a_failed_sync_dropped_no_later_sync_saves),
        cmocka_unit_test(test_after_a_failed_sync_a_size_may_be_durable_without_its_bytes),
        cmocka_unit_test(test_each_unsynced_name_meets_its_fate),
        cmocka_unit_test(test_a_name_can_survive_without_its_bytes),
        cmocka_unit_test(test_a_replaced_file_is_the_old_one_the_new_one_or_none),
        cmocka_unit_test(test_a_lost_folder_takes_what_was_synced_in_it),
        cmocka_unit_test(test_items_come_in_order_of_path_and_offset),
        cmocka_unit_test(test_a_disk_and_what_a_crash_left_of_it_do_not_disturb_each_other),
        cmocka_unit_test(test_the_same_answers_leave_the_same_bytes),
        cmocka_unit_test(test_a_crash_gives_the_space_of_what_is_lost_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
