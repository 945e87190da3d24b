/* SPDX-License-Identifier: Apache-2.0 */
/* os_test.c -- the contract of os.h, held by every table: the real one in a temporary folder, the
 * disk in memory, and the failing one while nothing fails. What only one of them has is in its own
 * test. */
#include "os/os.h"

#include "os/os_fault.h"
#include "os/os_mem.h"

#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* ---- the tables ----------------------------------------------------------------------------- */

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    return remove(path);
}

static void on_posix(void (*body)(struct sx_os *os))
{
    char folder[] = "/tmp/stria_os_XXXXXX";
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    body(sx_os_posix());
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static void on_mem(void (*body)(struct sx_os *os))
{
    struct sx_os *disk = sx_os_mem_create(1);
    assert_non_null(disk);
    body(disk);
    sx_os_mem_destroy(disk);
}

static void on_fault(void (*body)(struct sx_os *os))
{
    struct sx_os *disk = sx_os_mem_create(1);
    struct sx_os *fault = sx_os_fault_create(disk, &(struct sx_os_fault_options){.fail_at = 0});
    assert_non_null(fault);
    body(fault);
    assert_false(sx_os_fault_fired(fault));
    sx_os_fault_destroy(fault);
    sx_os_mem_destroy(disk);
}

static void on_each(void (*body)(struct sx_os *os))
{
    print_message("the real one\n");
    on_posix(body);
    print_message("the disk in memory\n");
    on_mem(body);
    print_message("the failing one\n");
    on_fault(body);
}

static struct sx_file *open_file(struct sx_os *os, const char *path, unsigned flags)
{
    struct sx_file *file = NULL;
    stria_error err = {0};
    if (sx_os_open(os, path, flags, &file, &err))
        fail_msg("%s", err.text);
    assert_ptr_equal(file->os, os);
    return file;
}

static void write_text(struct sx_os *os, const char *path, const char *text)
{
    struct sx_file *file = open_file(os, path, SX_OPEN_WRITE | SX_OPEN_CREATE);
    assert_int_equal(sx_file_pwrite(file, text, strlen(text), 0, NULL), STRIA_OK);
    sx_file_close(file);
}

static void assert_text(struct sx_file *file, const char *text)
{
    char got[64] = "";
    size_t size = 0;
    assert_int_equal(sx_file_pread(file, got, sizeof got - 1, 0, &size, NULL), STRIA_OK);
    assert_string_equal(got, text);
    assert_int_equal(size, strlen(text));
}

/* ---- files ---------------------------------------------------------------------------------- */

static void check_bytes(struct sx_os *os)
{
    static uint8_t big[70000], got[70010];
    struct sx_file *file = open_file(os, "file", SX_OPEN_WRITE | SX_OPEN_CREATE);
    for (size_t i = 0; i < sizeof big; i++)
        big[i] = (uint8_t)(i * 7 + i / 251);
    const struct sx_iov iov[] = {{big, 4095}, {NULL, 0}, {big + 4095, 2}, {big + 4097, 65903}};
    struct sx_file_info info;
    size_t size = 1;
    assert_int_equal(sx_file_pread(file, got, 10, 0, &size, NULL), STRIA_OK);
    assert_int_equal(size, 0);
    assert_int_equal(sx_file_pwritev(file, iov, SX_COUNT_OF(iov), 5000, NULL), STRIA_OK);
    assert_int_equal(sx_file_info(file, &info, NULL), STRIA_OK);
    assert_int_equal(info.size, 75000);
    assert_int_equal(info.link_count, 1);
    assert_false(info.is_directory);
    assert_int_equal(sx_file_pread(file, got, sizeof got, 4990, &size, NULL), STRIA_OK);
    assert_int_equal(size, sizeof got);
    assert_memory_equal(got, "\0\0\0\0\0\0\0\0\0\0", 10); /* the hole before it */
    assert_memory_equal(got + 10, big, sizeof big);
    assert_int_equal(sx_file_pread(file, got, sizeof got, 74999, &size, NULL), STRIA_OK);
    assert_int_equal(size, 1); /* less only at the end */
    assert_int_equal(sx_file_pread(file, got, sizeof got, 80000, &size, NULL), STRIA_OK);
    assert_int_equal(size, 0);
    assert_int_equal(sx_file_pwrite(file, "xyz", 3, 6000, NULL), STRIA_OK);
    assert_int_equal(sx_file_pwrite(file, NULL, 0, 90000, NULL), STRIA_OK); /* writes nothing */
    assert_int_equal(sx_file_pwritev(file, NULL, 0, 0, NULL), STRIA_OK);
    assert_int_equal(sx_file_info(file, &info, NULL), STRIA_OK);
    assert_int_equal(info.size, 75000);
    assert_int_equal(sx_file_pread(file, got, 5, 5999, &size, NULL), STRIA_OK);
    assert_int_equal(got[0], big[999]);
    assert_memory_equal(got + 1, "xyz", 3);
    assert_int_equal(got[4], big[1003]);
    assert_int_equal(sx_file_sync(file, NULL), STRIA_OK);
    sx_file_close(file);
}

static void test_what_was_written_is_read(void **state)
{
    (void)state;
    on_each(check_bytes);
}

static const struct open_row {
    const char *name;
    const char *path;
    unsigned flags;
    stria_status code;
    int os_errno;
} open_rows[] = {
    {"reads one", "file", SX_OPEN_READ, STRIA_OK, 0},
    {"writes one", "folder/inner", SX_OPEN_WRITE, STRIA_OK, 0},
    {"keeps one that is there", "file", SX_OPEN_WRITE | SX_OPEN_CREATE, STRIA_OK, 0},
    {"makes one", "folder/new", SX_OPEN_WRITE | SX_OPEN_CREATE, STRIA_OK, 0},
    {"makes one alone", "./new", SX_OPEN_WRITE | SX_OPEN_CREATE | SX_OPEN_EXCLUSIVE, STRIA_OK, 0},
    {"not the same again", "new", SX_OPEN_WRITE | SX_OPEN_CREATE | SX_OPEN_EXCLUSIVE, STRIA_EXISTS,
     EEXIST},
    {"not one that is not there", "none", SX_OPEN_WRITE, STRIA_NOT_FOUND, ENOENT},
    {"not in a folder that is not there", "none/x", SX_OPEN_WRITE | SX_OPEN_CREATE, STRIA_NOT_FOUND,
     ENOENT},
    {"not in a file", "file/x", SX_OPEN_WRITE | SX_OPEN_CREATE, STRIA_IO, ENOTDIR},
    {"not a folder to read", "folder", SX_OPEN_READ, STRIA_IO, EISDIR},
    {"not a folder to write", "folder", SX_OPEN_WRITE, STRIA_IO, EISDIR},
    {"not a folder to make", "folder", SX_OPEN_WRITE | SX_OPEN_CREATE, STRIA_IO, EISDIR},
    {"not a folder to make alone", "folder", SX_OPEN_WRITE | SX_OPEN_CREATE | SX_OPEN_EXCLUSIVE,
     STRIA_EXISTS, EEXIST},
};

static void check_open(struct sx_os *os)
{
    assert_int_equal(os->ops->mkdir(os, "folder", NULL), STRIA_OK);
    write_text(os, "file", "text");
    write_text(os, "folder/inner", "text");
    for (size_t i = 0; i < SX_COUNT_OF(open_rows); i++) {
        const struct open_row *row = &open_rows[i];
        char text[200];
        stria_error err = {0};
        struct sx_file *file = (struct sx_file *)&err;
        print_message("  open: %s\n", row->name);
        assert_int_equal(sx_os_open(os, row->path, row->flags, &file, &err), row->code);
        assert_int_equal(err.code, row->code);
        assert_int_equal(err.os_errno, row->os_errno);
        assert_int_equal(file == NULL, row->code != STRIA_OK);
        (void)snprintf(text, sizeof text, "open %s: ", row->path);
        if (row->code)
            assert_memory_equal(err.text, text, strlen(text));
        sx_file_close(file);
    }
    struct sx_file *file = open_file(os, "file", SX_OPEN_READ);
    stria_error err = {0};
    assert_int_equal(sx_file_pwrite(file, "x", 1, 0, &err), STRIA_IO);
    assert_int_equal(err.os_errno, EBADF);
    assert_text(file, "text"); /* CREATE did not cut it */
    sx_file_close(file);
}

static void test_open_does_what_its_flags_say(void **state)
{
    (void)state;
    on_each(check_open);
}

static void check_read(struct sx_os *os)
{
    write_text(os, "file", "0123456789");
    struct sx_file *file = open_file(os, "file", SX_OPEN_READ);
    char got[20];
    stria_error err = {0};
    assert_int_equal(sx_file_read(file, "file", got, 6, 4, &err), STRIA_OK);
    assert_memory_equal(got, "456789", 6);
    assert_int_equal(sx_file_read(file, "file", got, 7, 4, &err), STRIA_CORRUPT);
    assert_string_equal(err.text, "file: ends at 10, 7 bytes wanted at 4");
    assert_int_equal(sx_file_read(file, "file", got, 1, 12, &err), STRIA_CORRUPT);
    sx_file_close(file);
    sx_file_close(NULL);
}

static void test_a_file_that_is_too_short_is_corrupt(void **state)
{
    (void)state;
    on_each(check_read);
}

/* ---- names ---------------------------------------------------------------------------------- */

static uint64_t link_count(struct sx_os *os, const char *path)
{
    struct sx_file_info info = {0};
    return os->ops->stat(os, path, &info, NULL) ? 0 : info.link_count;
}

static void check_links(struct sx_os *os)
{
    stria_error err = {0};
    struct sx_file_info info;
    assert_int_equal(os->ops->mkdir(os, "folder", NULL), STRIA_OK);
    write_text(os, "file", "text");
    assert_int_equal(os->ops->link(os, "file", "folder/second", &err), STRIA_OK);
    assert_int_equal(link_count(os, "file"), 2);
    assert_int_equal(os->ops->link(os, "file", "folder/second", &err), STRIA_EXISTS);
    assert_string_equal(err.text, "link file to folder/second: File exists");
    assert_int_equal(os->ops->link(os, "none", "third", &err), STRIA_NOT_FOUND);
    assert_int_equal(os->ops->link(os, "file", "none/third", &err), STRIA_NOT_FOUND);
    assert_int_equal(os->ops->link(os, "folder", "third", &err), STRIA_IO);
    assert_int_equal(err.os_errno, EPERM);
    write_text(os, "folder/second", "TE");
    struct sx_file *file = open_file(os, "file", SX_OPEN_READ);
    assert_text(file, "TExt"); /* one file, two names */
    assert_int_equal(os->ops->unlink(os, "file", &err), STRIA_OK);
    assert_int_equal(link_count(os, "folder/second"), 1);
    assert_int_equal(os->ops->unlink(os, "folder/second", &err), STRIA_OK);
    assert_int_equal(os->ops->unlink(os, "folder/second", &err), STRIA_NOT_FOUND);
    assert_string_equal(err.text, "unlink folder/second: No such file or directory");
    assert_text(file, "TExt"); /* open files live on */
    assert_int_equal(sx_file_info(file, &info, NULL), STRIA_OK);
    assert_int_equal(info.link_count, 0);
    assert_int_equal(os->ops->unlink(os, "folder", &err), STRIA_IO);
    assert_int_equal(err.os_errno, EISDIR);
    sx_file_close(file);
}

static void test_links_are_names_of_one_file(void **state)
{
    (void)state;
    on_each(check_links);
}

struct names {
    struct sx_os *os;
    int files;
    int folders;
    int stop_after; /* 0: never */
    bool unlinks;
};

static bool count_name(void *context, const char *name, bool is_directory)
{
    struct names *names = context;
    assert_string_not_equal(name, ".");
    assert_string_not_equal(name, "..");
    if (names->unlinks && !is_directory) {
        char path[300];
        (void)snprintf(path, sizeof path, "folder/%s", name);
        assert_int_equal(names->os->ops->unlink(names->os, path, NULL), STRIA_OK);
    }
    *(is_directory ? &names->folders : &names->files) += 1;
    return names->files + names->folders != names->stop_after;
}

static void assert_names(struct sx_os *os, const char *path, int files, int folders)
{
    struct names names = {.os = os};
    assert_int_equal(os->ops->list(os, path, count_name, &names, NULL), STRIA_OK);
    assert_int_equal(names.files, files);
    assert_int_equal(names.folders, folders);
}

static void check_folders(struct sx_os *os)
{
    stria_error err = {0};
    struct sx_file_info info;
    assert_names(os, "", 0, 0);
    assert_int_equal(os->ops->mkdir(os, "folder", &err), STRIA_OK);
    assert_int_equal(os->ops->mkdir(os, "folder/inner", &err), STRIA_OK);
    assert_int_equal(os->ops->mkdir(os, "folder", &err), STRIA_EXISTS);
    assert_string_equal(err.text, "mkdir folder: File exists");
    assert_int_equal(os->ops->mkdir(os, "none/x", &err), STRIA_NOT_FOUND);
    for (int i = 0; i < 20; i++) {
        char path[32];
        (void)snprintf(path, sizeof path, "folder/%d", i * 37 % 20);
        write_text(os, path, "x");
    }
    assert_names(os, ".", 0, 1);
    assert_names(os, "folder/", 20, 1);
    assert_names(os, "./folder//inner", 0, 0);
    struct names few = {.os = os, .stop_after = 3};
    assert_int_equal(os->ops->list(os, "folder", count_name, &few, &err), STRIA_OK);
    assert_int_equal(few.files + few.folders, 3);
    struct names gone = {.os = os, .unlinks = true};
    assert_int_equal(os->ops->list(os, "folder", count_name, &gone, &err), STRIA_OK);
    assert_names(os, "folder", 0, 1);
    write_text(os, "file", "text");
    assert_int_equal(os->ops->list(os, "none", count_name, &gone, &err), STRIA_NOT_FOUND);
    assert_string_equal(err.text, "open directory none: No such file or directory");
    assert_int_equal(os->ops->list(os, "file", count_name, &gone, &err), STRIA_IO);
    assert_int_equal(err.os_errno, ENOTDIR);
    assert_int_equal(os->ops->sync_dir(os, "", &err), STRIA_OK);
    assert_int_equal(os->ops->sync_dir(os, "folder", &err), STRIA_OK);
    assert_int_equal(os->ops->sync_dir(os, "none", &err), STRIA_NOT_FOUND);
    assert_int_equal(os->ops->sync_dir(os, "file", &err), STRIA_IO);
    assert_int_equal(err.os_errno, ENOTDIR);
    assert_int_equal(os->ops->stat(os, "", &info, &err), STRIA_OK);
    assert_true(info.is_directory);
    assert_int_equal(os->ops->stat(os, "file", &info, &err), STRIA_OK);
    assert_false(info.is_directory);
    assert_int_equal(info.size, 4);
    assert_int_equal(os->ops->stat(os, "folder/none", &info, &err), STRIA_NOT_FOUND);
    assert_string_equal(err.text, "stat folder/none: No such file or directory");
}

static void check_removed_folders(struct sx_os *os)
{
    stria_error err = {0};
    struct sx_file_info info;
    assert_int_equal(os->ops->mkdir(os, "folder", NULL), STRIA_OK);
    assert_int_equal(os->ops->mkdir(os, "folder/inner", NULL), STRIA_OK);
    write_text(os, "folder/inner/file", "text");
    assert_int_equal(os->ops->rmdir(os, "folder/inner", &err), STRIA_IO);
    assert_int_equal(err.os_errno, ENOTEMPTY);
    assert_string_equal(err.text, "rmdir folder/inner: Directory not empty");
    assert_int_equal(os->ops->rmdir(os, "folder/inner/file", &err), STRIA_IO);
    assert_int_equal(err.os_errno, ENOTDIR);
    assert_int_equal(os->ops->unlink(os, "folder/inner/file", NULL), STRIA_OK);
    assert_int_equal(os->ops->rmdir(os, "folder/inner", NULL), STRIA_OK);
    assert_int_equal(os->ops->rmdir(os, "folder/inner", &err), STRIA_NOT_FOUND);
    assert_int_equal(os->ops->stat(os, "folder/inner", &info, NULL), STRIA_NOT_FOUND);
    assert_int_equal(os->ops->rmdir(os, "folder", NULL), STRIA_OK);
    assert_names(os, "", 0, 0);
}

static void test_only_empty_folders_are_removed(void **state)
{
    (void)state;
    on_each(check_removed_folders);
}

static void test_folders_list_their_names(void **state)
{
    (void)state;
    on_each(check_folders);
}

/* ---- locks ---------------------------------------------------------------------------------- */

static const struct lock_row {
    const char *name;
    int handle; /* 0 and 1 write, 2 only reads */
    char kind;  /* s, x, or - for unlock */
    uint64_t offset, len;
    stria_status code;
} lock_rows[] = {
    {"shared", 0, 's', 0, 10, STRIA_OK},
    {"shared beside it", 1, 's', 5, 10, STRIA_OK},
    {"shared, by a reader", 2, 's', 0, 100, STRIA_OK},
    {"exclusive against two", 0, 'x', 0, 10, STRIA_LOCKED},
    {"the reader goes", 2, '-', 0, 100, STRIA_OK},
    {"still against one", 0, 'x', 0, 10, STRIA_LOCKED},
    {"exclusive where nobody is", 0, 'x', 0, 5, STRIA_OK},
    {"up to its end it stands", 1, 's', 4, 1, STRIA_LOCKED},
    {"its end is outside", 1, 'x', 15, 5, STRIA_OK},
    {"an own one is replaced", 1, 'x', 15, 85, STRIA_OK},
    {"a hole in it", 1, '-', 40, 20, STRIA_OK},
    {"the hole is free", 0, 'x', 40, 20, STRIA_OK},
    {"before the hole it stands", 0, 's', 39, 1, STRIA_LOCKED},
    {"behind the hole it stands", 0, 's', 60, 1, STRIA_LOCKED},
    {"exclusive becomes shared", 1, 's', 60, 40, STRIA_OK},
    {"so others may share", 0, 's', 99, 1, STRIA_OK},
    {"and the first of it", 2, 's', 60, 1, STRIA_OK},
    {"a reader may not exclude", 2, 'x', 500, 1, STRIA_IO},
    {"no empty range", 0, 's', 500, 0, STRIA_IO},
    {"no range beyond the end of numbers", 0, 's', INT64_MAX, 2, STRIA_IO},
    {"nothing to unlock is fine", 0, '-', 1000, 1, STRIA_OK},
};

static void check_locks(struct sx_os *os)
{
    write_text(os, "file", "text");
    struct sx_file *files[] = {open_file(os, "file", SX_OPEN_WRITE),
                               open_file(os, "file", SX_OPEN_WRITE),
                               open_file(os, "file", SX_OPEN_READ)};
    for (size_t i = 0; i < SX_COUNT_OF(lock_rows); i++) {
        const struct lock_row *row = &lock_rows[i];
        struct sx_file *file = files[row->handle];
        stria_error err = {0};
        print_message("  lock: %s\n", row->name);
        stria_status st = row->kind == '-'
                              ? os->ops->unlock(file, row->offset, row->len, &err)
                              : os->ops->lock(file, row->offset, row->len, row->kind == 'x', &err);
        assert_int_equal(st, row->code);
        assert_int_equal(err.code, row->code);
        assert_int_equal(err.os_errno != 0, row->code != STRIA_OK);
    }
    sx_file_close(files[0]);
    sx_file_close(files[2]);
    assert_int_equal(os->ops->lock(files[1], 0, 1000, true, NULL), STRIA_OK); /* all are gone */
    sx_file_close(files[1]);
}

static void test_locks_stand_between_handles(void **state)
{
    (void)state;
    on_each(check_locks);
}

/* ---- the rest ------------------------------------------------------------------------------- */

static void check_rest(struct sx_os *os)
{
    uint8_t bytes[64] = {0}, none[64] = {0};
    struct sx_space space = {0};
    assert_int_equal(os->ops->random(os, bytes, sizeof bytes, NULL), STRIA_OK);
    assert_memory_not_equal(bytes, none, sizeof bytes);
    assert_int_equal(os->ops->space(os, ".", &space, NULL), STRIA_OK);
    assert_true(space.total_size >= space.free_size && space.free_size > 0);
    assert_int_equal(os->ops->space(os, "none", &space, NULL), STRIA_NOT_FOUND);
    int64_t mono = sx_os_mono_ns(os), now = sx_os_now_ns(os);
    os->ops->sleep_ns(os, 2000000);
    assert_true(sx_os_mono_ns(os) >= mono + 2000000);
    assert_true(sx_os_now_ns(os) > now);
    assert_int_equal(os->ops->process_id(os), os->ops->process_id(os));
    assert_true(os->ops->process_id(os) > 0);
}

static void test_chance_space_and_clocks_work(void **state)
{
    (void)state;
    on_each(check_rest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_written_is_read),
        cmocka_unit_test(test_open_does_what_its_flags_say),
        cmocka_unit_test(test_a_file_that_is_too_short_is_corrupt),
        cmocka_unit_test(test_links_are_names_of_one_file),
        cmocka_unit_test(test_folders_list_their_names),
        cmocka_unit_test(test_only_empty_folders_are_removed),
        cmocka_unit_test(test_locks_stand_between_handles),
        cmocka_unit_test(test_chance_space_and_clocks_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
