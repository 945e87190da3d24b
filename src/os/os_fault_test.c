/* SPDX-License-Identifier: Apache-2.0 */
/* os_fault_test.c -- which call of a script fails, how, and what it leaves. */
#include "os/os_fault.h"

#include "os/os_mem.h"

#include <errno.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define CALL_COUNT 16

/* What the script's calls gave. */
struct outcome {
    stria_status statuses[CALL_COUNT]; /* in the order of call_names */
    stria_error err;                   /* of the last that failed */
};

static const char *const call_names[CALL_COUNT] = {
    "mkdir", "open", "pwritev",  "pread", "sync", "file_info", "lock",   "unlock",
    "open",  "stat", "sync_dir", "list",  "link", "space",     "unlink", "random"};

static bool no_name(void *context, const char *name, bool is_directory)
{
    (void)context;
    (void)name;
    (void)is_directory;
    return true;
}

/* Every call that can fail but thread_start; "f" must be there, so that a missing handle ends
 * nothing. */
static struct outcome run_script(struct sx_os *os, struct sx_file *file)
{
    struct outcome got = {.err = {.code = STRIA_OK}};
    stria_status *st = got.statuses;
    stria_error *err = &got.err;
    struct sx_file *opened = NULL, *second = NULL;
    struct sx_file_info info;
    struct sx_space space;
    const struct sx_iov iov[] = {{"abc", 3}, {"defgh", 5}};
    uint8_t bytes[8];
    size_t size;
    *st++ = os->ops->mkdir(os, "d", err);
    *st++ = sx_os_open(os, "f", SX_OPEN_READ, &opened, err);
    *st++ = sx_file_pwritev(file, iov, 2, 0, err);
    *st++ = sx_file_pread(file, bytes, 8, 0, &size, err);
    *st++ = sx_file_sync(file, err);
    *st++ = sx_file_info(file, &info, err);
    *st++ = os->ops->lock(file, 0, 1, true, err);
    *st++ = os->ops->unlock(file, 0, 1, err);
    *st++ = sx_os_open(os, "g", SX_OPEN_WRITE | SX_OPEN_CREATE, &second, err);
    *st++ = os->ops->stat(os, "f", &info, err);
    *st++ = os->ops->sync_dir(os, "", err);
    *st++ = os->ops->list(os, "", no_name, NULL, err);
    *st++ = os->ops->link(os, "f", "h", err);
    *st++ = os->ops->space(os, "", &space, err);
    *st++ = os->ops->unlink(os, "f", err);
    *st++ = os->ops->random(os, bytes, sizeof bytes, err);
    assert_int_equal(st - got.statuses, CALL_COUNT);
    sx_file_close(opened);
    sx_file_close(second);
    return got;
}

/* The first of the script that failed, or CALL_COUNT. */
static size_t first_failed(const struct outcome *got, size_t *count)
{
    size_t first = CALL_COUNT;
    *count = 0;
    for (size_t i = CALL_COUNT; i-- > 0;)
        if (got->statuses[i]) {
            first = i;
            ++*count;
        }
    return first;
}

struct setting {
    struct sx_os *disk, *fault;
    struct sx_file *file;
};

/* The faulty table on a disk with "f"; opening it is call 1. */
static struct setting set_up(struct sx_os_fault_options options)
{
    struct setting set = {.disk = sx_os_mem_create(1)};
    options.fail_at += options.fail_at ? 1 : 0;
    set.fault = sx_os_fault_create(set.disk, &options);
    assert_non_null(set.fault);
    assert_int_equal(sx_os_open(set.fault, "f", SX_OPEN_WRITE | SX_OPEN_CREATE, &set.file, NULL),
                     STRIA_OK);
    return set;
}

static void tear_down(struct setting *set)
{
    sx_file_close(set->file);
    sx_os_fault_destroy(set->fault);
    sx_os_mem_destroy(set->disk);
}

static void test_each_call_fails_in_its_turn_and_only_that(void **state)
{
    (void)state;
    for (size_t n = 1; n <= CALL_COUNT + 1; n++) {
        struct setting set = set_up((struct sx_os_fault_options){.fail_at = n, .os_errno = ENOMEM});
        struct outcome got = run_script(set.fault, set.file);
        size_t count, first = first_failed(&got, &count);
        assert_int_equal(first, n - 1);
        assert_int_equal(count, n <= CALL_COUNT);
        assert_int_equal(sx_os_fault_fired(set.fault), n <= CALL_COUNT);
        assert_string_equal(sx_os_fault_call_name(set.fault),
                            n <= CALL_COUNT ? call_names[n - 1] : "");
        assert_int_equal(sx_os_fault_calls(set.fault), CALL_COUNT + 1);
        assert_int_equal(got.err.os_errno, n <= CALL_COUNT ? ENOMEM : 0);
        tear_down(&set);
    }
}

static const struct sense_row {
    const char *name;
    int os_errno;
    uint64_t fail_at;
    stria_status code;
    size_t failed; /* index in call_names */
    const char *text;
} sense_rows[] = {
    {"no space to open", ENOSPC, 2, STRIA_DISK_FULL, 2, "pwritev f at 0: No space left on device"},
    {"no space to read", ENOSPC, 4, STRIA_DISK_FULL, 4, "fdatasync f: No space left on device"},
    {"a quota to make a file", EDQUOT, 6, STRIA_DISK_FULL, 8, "open g: Disk quota exceeded"},
    {"no space to link", ENOSPC, 12, STRIA_DISK_FULL, 12, "link f to h: No space left on device"},
    {"no space to unlink is nonsense", ENOSPC, 14, STRIA_OK, CALL_COUNT, ""},
    {"descriptors to open", EMFILE, 1, STRIA_IO, 1, "open f: Too many open files"},
    {"descriptors to sync a folder", EMFILE, 10, STRIA_IO, 10,
     "fsync directory : Too many open files"},
    {"read-only to read", EROFS, 2, STRIA_READ_ONLY, 2, "pwritev f at 0: Read-only file system"},
    {"read-only to unlink", EROFS, 14, STRIA_READ_ONLY, 14, "unlink f: Read-only file system"},
    {"not allowed to stat", EACCES, 10, STRIA_IO, 9, "stat f: Permission denied"},
    {"no locks", ENOLCK, 1, STRIA_IO, 6, "lock f: No locks available"},
    {"an I/O error to list", EIO, 12, STRIA_IO, 11, "open directory : Input/output error"},
    {"an I/O error of chance is nonsense", EIO, 16, STRIA_OK, CALL_COUNT, ""},
    {"EAGAIN is for threads", EAGAIN, 1, STRIA_OK, CALL_COUNT, ""},
};

static void test_an_errno_waits_for_a_call_it_makes_sense_for(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(sense_rows); i++) {
        const struct sense_row *row = &sense_rows[i];
        print_message("row %s\n", row->name);
        struct setting set = set_up(
            (struct sx_os_fault_options){.fail_at = row->fail_at, .os_errno = row->os_errno});
        struct outcome got = run_script(set.fault, set.file);
        size_t count, first = first_failed(&got, &count);
        assert_int_equal(first, row->failed);
        assert_int_equal(got.err.code, row->code);
        assert_int_equal(got.err.os_errno, row->code ? row->os_errno : 0);
        assert_string_equal(got.err.text, row->text);
        tear_down(&set);
    }
}

static void test_for_ever_means_every_later_call_of_the_kind(void **state)
{
    (void)state;
    struct setting set =
        set_up((struct sx_os_fault_options){.fail_at = 2, .os_errno = EIO, .for_ever = true});
    struct outcome got = run_script(set.fault, set.file);
    for (size_t i = 0; i < CALL_COUNT; i++)
        assert_int_equal(got.statuses[i], strcmp(call_names[i], "open") == 0 ? STRIA_IO : STRIA_OK);
    got = run_script(set.fault, set.file);
    assert_int_equal(got.statuses[1], STRIA_IO);
    tear_down(&set);
}

static void test_a_failing_write_writes_nothing_or_half(void **state)
{
    (void)state;
    static const struct {
        bool partial_write;
        size_t size;
    } rows[] = {{false, 0}, {true, 4}};
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct setting set = set_up((struct sx_os_fault_options){
            .fail_at = 3, .os_errno = EIO, .partial_write = rows[i].partial_write});
        struct outcome got = run_script(set.fault, set.file);
        struct sx_file *file = NULL;
        char bytes[9] = "";
        size_t size = 0;
        assert_int_equal(got.statuses[2], STRIA_IO);
        assert_int_equal(sx_os_open(set.disk, "h", SX_OPEN_READ, &file, NULL), STRIA_OK);
        assert_int_equal(sx_file_pread(file, bytes, 8, 0, &size, NULL), STRIA_OK);
        assert_int_equal(size, rows[i].size);
        assert_string_equal(bytes, rows[i].size ? "abcd" : "");
        sx_file_close(file);
        tear_down(&set);
    }
}

static void test_a_failing_sync_drops_what_was_not_synced(void **state)
{
    (void)state;
    struct setting set = set_up((struct sx_os_fault_options){.fail_at = 2, .os_errno = EIO});
    size_t size = 0;
    assert_int_equal(set.disk->ops->sync_dir(set.disk, "", NULL), STRIA_OK);
    assert_int_equal(sx_file_pwrite(set.file, "abc", 3, 0, NULL), STRIA_OK);
    assert_int_equal(sx_file_sync(set.file, NULL), STRIA_IO);
    assert_int_equal(sx_file_sync(set.file, NULL), STRIA_OK);
    struct sx_os *left = sx_os_mem_crash(set.disk, NULL, NULL);
    const uint8_t *bytes = sx_os_mem_bytes(left, "f", &size);
    assert_int_equal(size, 3);
    assert_memory_equal(bytes, "\0\0\0", 3);
    sx_os_mem_destroy(left);
    tear_down(&set);
}

static void nothing(void *context)
{
    atomic_fetch_add((atomic_int *)context, 1);
}

static void test_threads_start_or_fail(void **state)
{
    (void)state;
    atomic_int count = 0;
    struct sx_os *os = sx_os_fault_create(
        sx_os_posix(), &(struct sx_os_fault_options){.fail_at = 2, .os_errno = EAGAIN});
    struct sx_thread *thread = NULL;
    stria_error err = {0};
    assert_int_equal(os->ops->thread_start(os, nothing, &count, &thread, &err), STRIA_OK);
    os->ops->thread_join(thread);
    assert_int_equal(os->ops->thread_start(os, nothing, &count, &thread, &err), STRIA_IO);
    assert_null(thread);
    assert_string_equal(err.text, "start a thread: Resource temporarily unavailable");
    assert_int_equal(atomic_load(&count), 1);
    sx_os_fault_destroy(os);
    sx_os_fault_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_call_fails_in_its_turn_and_only_that),
        cmocka_unit_test(test_an_errno_waits_for_a_call_it_makes_sense_for),
        cmocka_unit_test(test_for_ever_means_every_later_call_of_the_kind),
        cmocka_unit_test(test_a_failing_write_writes_nothing_or_half),
        cmocka_unit_test(test_a_failing_sync_drops_what_was_not_synced),
        cmocka_unit_test(test_threads_start_or_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
