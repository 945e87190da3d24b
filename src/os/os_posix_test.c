/* SPDX-License-Identifier: Apache-2.0 */
/* os_posix_test.c -- the real table: what it does with a kernel that works by halves, and what only
 * the real one has (modes, descriptors, processes). The contract all tables share is in
 * os_test.c.
 *
 * Method      This program defines pread, pwritev, fdatasync, fsync and getrandom itself, so that
 *             the library's calls come here first and a test can cut them short, interrupt or fail
 *             them. */
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* What the calls below do to the library; one thread. */
static struct {
    size_t size_max; /* no call moves more bytes than this; 0: any number */
    int interrupts;  /* so many of the next calls end with EINTR */
    int os_errno;    /* all further calls fail with it; 0: none */
    int calls;
    int syncs_of_data;
    int syncs_of_all;
} kernel;

/* Whether the call is to fail; errno is set. */
static bool kernel_refuses(void)
{
    kernel.calls++;
    if (kernel.interrupts > 0) {
        kernel.interrupts--;
        errno = EINTR;
        return true;
    }
    errno = kernel.os_errno;
    return kernel.os_errno != 0;
}

static size_t kernel_cut(size_t size)
{
    return kernel.size_max && size > kernel.size_max ? kernel.size_max : size;
}

ssize_t pread(int fd, void *bytes, size_t size, off_t offset)
{
    if (kernel_refuses())
        return -1;
    return syscall(SYS_pread64, fd, bytes, kernel_cut(size), offset);
}

ssize_t pwritev(int fd, const struct iovec *pieces, int count, off_t offset)
{
    if (kernel_refuses())
        return -1;
    struct iovec cut[SX_IOV_MAX];
    size_t left = kernel.size_max ? kernel.size_max : SIZE_MAX;
    int used = 0;
    for (; used < count && left; used++) {
        cut[used] = pieces[used];
        if (cut[used].iov_len > left)
            cut[used].iov_len = left;
        left -= cut[used].iov_len;
    }
    return syscall(SYS_pwritev, fd, cut, used, (long)offset, 0L);
}

int fdatasync(int fd)
{
    kernel.syncs_of_data++;
    return kernel_refuses() ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int fsync(int fd)
{
    kernel.syncs_of_all++;
    return kernel_refuses() ? -1 : (int)syscall(SYS_fsync, fd);
}

ssize_t getrandom(void *bytes, size_t size, unsigned flags)
{
    if (kernel_refuses())
        return -1;
    return syscall(SYS_getrandom, bytes, kernel_cut(size), flags);
}

static char folder[] = "/tmp/stria_os_posix_XXXXXX";

static int enter_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
    (void)state;
    (void)unlink("file");
    (void)unlink("second");
    (void)unlink("pipe");
    (void)rmdir("folder");
    return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static int fresh_kernel(void **state)
{
    (void)state;
    memset(&kernel, 0, sizeof kernel);
    (void)unlink("file");
    return 0;
}

static struct sx_file *open_file(const char *path, unsigned flags)
{
    stria_error err = {0};
    struct sx_file *file = NULL;
    assert_int_equal(sx_os_open(sx_os_posix(), path, flags, &file, &err), STRIA_OK);
    return file;
}

static const struct cut_row {
    const char *name;
    size_t size_max;
    int interrupts;
} cut_rows[] = {
    {"whole", 0, 0},
    {"one byte at a time", 1, 0},
    {"seven bytes, across the ends of pieces", 7, 0},
    {"exactly one piece", 10, 0},
    {"interrupted three times", 0, 3},
    {"interrupted and short", 3, 5},
};

static void test_short_and_interrupted_writes_are_carried_on(void **state)
{
    (void)state;
    static const char text[] = "0123456789abcdefghijABCDEFGHIJ";
    const struct sx_iov iov[] = {
        {text, 10}, {NULL, 0}, {text + 10, 10}, {text + 20, 3}, {text + 23, 7}};
    for (size_t i = 0; i < SX_COUNT_OF(cut_rows); i++) {
        print_message("row %s\n", cut_rows[i].name);
        fresh_kernel(NULL);
        struct sx_file *file = open_file("file", SX_OPEN_WRITE | SX_OPEN_CREATE);
        kernel.size_max = cut_rows[i].size_max;
        kernel.interrupts = cut_rows[i].interrupts;
        stria_error err = {0};
        assert_int_equal(sx_file_pwritev(file, iov, SX_COUNT_OF(iov), 5, &err), STRIA_OK);
        assert_true(kernel.calls > cut_rows[i].interrupts);
        memset(&kernel, 0, sizeof kernel);
        char got[64];
        size_t size = 0;
        assert_int_equal(sx_file_pread(file, got, sizeof got, 0, &size, &err), STRIA_OK);
        assert_int_equal(size, 35);
        assert_memory_equal(got, "\0\0\0\0\0", 5);
        assert_memory_equal(got + 5, text, 30);
        sx_file_close(file);
    }
}

static void test_short_and_interrupted_reads_are_carried_on(void **state)
{
    (void)state;
    static const char text[] = "0123456789abcdefghijABCDEFGHIJ";
    struct sx_file *file = open_file("file", SX_OPEN_WRITE | SX_OPEN_CREATE);
    stria_error err = {0};
    assert_int_equal(sx_file_pwrite(file, text, 30, 0, &err), STRIA_OK);
    for (size_t i = 0; i < SX_COUNT_OF(cut_rows); i++) {
        print_message("row %s\n", cut_rows[i].name);
        char got[64];
        size_t size = 0;
        kernel.size_max = cut_rows[i].size_max;
        kernel.interrupts = cut_rows[i].interrupts;
        assert_int_equal(sx_file_pread(file, got, sizeof got, 2, &size, &err), STRIA_OK);
        assert_int_equal(size, 28); /* less only at the end of the file */
        assert_memory_equal(got, text + 2, 28);
    }
    sx_file_close(file);
}

static void test_syncs_are_fdatasync_of_files_and_fsync_of_folders(void **state)
{
    (void)state;
    stria_error err = {0};
    struct sx_file *file = open_file("file", SX_OPEN_WRITE | SX_OPEN_CREATE);
    kernel.interrupts = 2;
    assert_int_equal(sx_file_sync(file, &err), STRIA_OK);
    assert_int_equal(kernel.syncs_of_data, 3);
    assert_int_equal(kernel.syncs_of_all, 0);
    kernel.interrupts = 1;
    assert_int_equal(sx_os_posix()->ops->sync_dir(sx_os_posix(), "", &err), STRIA_OK);
    assert_int_equal(kernel.syncs_of_data, 3);
    assert_int_equal(kernel.syncs_of_all, 2);
    sx_file_close(file);
}

static void test_a_failed_sync_is_not_tried_again(void **state)
{
    (void)state;
    stria_error err = {0};
    struct sx_file *file = open_file("file", SX_OPEN_WRITE | SX_OPEN_CREATE);
    kernel.os_errno = EIO;
    assert_int_equal(sx_file_sync(file, &err), STRIA_IO);
    assert_int_equal(kernel.syncs_of_data, 1);
    assert_string_equal(err.text, "fdatasync file: Input/output error");
    sx_file_close(file);
}

static void test_random_bytes_come_whole(void **state)
{
    (void)state;
    struct sx_os *os = sx_os_posix();
    uint8_t first[300] = {0}, second[300] = {0};
    stria_error err = {0};
    kernel.size_max = 7;
    kernel.interrupts = 3;
    assert_int_equal(os->ops->random(os, first, sizeof first, &err), STRIA_OK);
    assert_int_equal(os->ops->random(os, second, sizeof second, &err), STRIA_OK);
    assert_memory_not_equal(first, second, sizeof first);
    assert_memory_not_equal(first + 280, second + 280, 20); /* the end was filled too */
}

static const struct errno_row {
    int os_errno;
    stria_status code;
    const char *text;
} errno_rows[] = {
    {ENOSPC, STRIA_DISK_FULL, "No space left on device"},
    {EDQUOT, STRIA_DISK_FULL, "Disk quota exceeded"},
    {EROFS, STRIA_READ_ONLY, "Read-only file system"},
    {ENOENT, STRIA_NOT_FOUND, "No such file or directory"},
    {EEXIST, STRIA_EXISTS, "File exists"},
    {EIO, STRIA_IO, "Input/output error"},
    {EMFILE, STRIA_IO, "Too many open files"},
    {EFBIG, STRIA_IO, "File too large"},
};

static void test_every_errno_has_its_status_and_names_call_path_and_reason(void **state)
{
    (void)state;
    struct sx_os *os = sx_os_posix();
    struct sx_file *file = open_file("file", SX_OPEN_WRITE | SX_OPEN_CREATE);
    for (size_t i = 0; i < SX_COUNT_OF(errno_rows); i++) {
        const struct errno_row *row = &errno_rows[i];
        char text[200], byte = 0;
        size_t got = 0;
        stria_error err = {0};
        print_message("row %s\n", row->text);
        kernel.os_errno = row->os_errno;
        assert_int_equal(sx_file_pwrite(file, "x", 1, 4096, &err), row->code);
        assert_int_equal(err.code, row->code);
        assert_int_equal(err.os_errno, row->os_errno);
        (void)snprintf(text, sizeof text, "pwritev file at 4096: %s", row->text);
        assert_string_equal(err.text, text);
        assert_int_equal(sx_file_pread(file, &byte, 1, 7, &got, &err), row->code);
        (void)snprintf(text, sizeof text, "pread file at 7: %s", row->text);
        assert_string_equal(err.text, text);
        assert_int_equal(os->ops->sync_dir(os, ".", &err), row->code);
        (void)snprintf(text, sizeof text, "fsync directory .: %s", row->text);
        assert_string_equal(err.text, text);
        assert_int_equal(os->ops->random(os, &byte, 1, &err), row->code);
        assert_int_equal(sx_file_sync(file, NULL), row->code); /* err may be NULL */
    }
    sx_file_close(file);
}

static void test_a_long_path_does_not_push_the_reason_out(void **state)
{
    (void)state;
    char path[SX_PATH_MAX + 100];
    memset(path, 'a', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    struct sx_file *file = NULL;
    stria_error err = {0};
    assert_int_equal(sx_os_open(sx_os_posix(), path, SX_OPEN_READ, &file, &err), STRIA_IO);
    assert_null(file);
    assert_int_equal(err.os_errno, ENAMETOOLONG);
    assert_non_null(strstr(err.text, "aaa...: File name too long"));
}

static void test_modes_are_0640_and_0750_less_the_umask(void **state)
{
    (void)state;
    static const struct {
        mode_t umask, file, folder;
    } rows[] = {{0, 0640, 0750}, {022, 0640, 0750}, {077, 0600, 0700}};
    struct sx_os *os = sx_os_posix();
    mode_t before = umask(0);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct stat info;
        (void)unlink("file");
        (void)rmdir("folder");
        (void)umask(rows[i].umask);
        sx_file_close(open_file("file", SX_OPEN_WRITE | SX_OPEN_CREATE));
        assert_int_equal(os->ops->mkdir(os, "folder", NULL), STRIA_OK);
        assert_int_equal(umask(0), rows[i].umask); /* as it was */
        assert_int_equal(stat("file", &info), 0);
        assert_int_equal(info.st_mode & 07777, rows[i].file);
        assert_int_equal(stat("folder", &info), 0);
        assert_int_equal(info.st_mode & 07777, rows[i].folder);
    }
    (void)umask(before);
}

static void test_no_descriptor_survives_exec(void **state)
{
    (void)state;
    struct sx_file *file = open_file("file", SX_OPEN_WRITE | SX_OPEN_CREATE);
    int found = 0;
    for (int fd = 0; fd < 256; fd++) {
        char link[64], path[PATH_MAX];
        (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t size = readlink(link, path, sizeof path - 1);
        path[size > 0 ? size : 0] = '\0';
        if (!strstr(path, folder))
            continue;
        found++;
        assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    }
    assert_int_equal(found, 1);
    sx_file_close(file);
}

static void test_a_pipe_in_a_files_place_is_refused_without_waiting(void **state)
{
    (void)state;
    struct sx_file *file = NULL;
    stria_error err = {0};
    assert_int_equal(mkfifo("pipe", 0600), 0);
    assert_int_equal(sx_os_open(sx_os_posix(), "pipe", SX_OPEN_READ, &file, &err), STRIA_IO);
    assert_int_equal(err.os_errno, EINVAL);
    assert_null(file);
}

static void test_no_descriptors_left_is_an_error_that_says_so(void **state)
{
    (void)state;
    struct sx_os *os = sx_os_posix();
    struct rlimit before, none;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    stria_error open_err = {0}, sync_err = {0}, list_err = {0};
    struct sx_file *file = NULL;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    stria_status opened = sx_os_open(os, "file", SX_OPEN_WRITE | SX_OPEN_CREATE, &file, &open_err);
    stria_status synced = os->ops->sync_dir(os, "", &sync_err);
    stria_status listed = os->ops->list(os, "", NULL, NULL, &list_err);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(opened, STRIA_IO);
    assert_string_equal(open_err.text, "open file: Too many open files");
    assert_int_equal(synced, STRIA_IO);
    assert_int_equal(sync_err.os_errno, EMFILE);
    assert_int_equal(listed, STRIA_IO);
    assert_int_equal(list_err.os_errno, EMFILE);
}

static void test_a_lock_of_another_process_stands_until_it_dies(void **state)
{
    (void)state;
    struct sx_os *os = sx_os_posix();
    struct sx_file *file = open_file("file", SX_OPEN_WRITE | SX_OPEN_CREATE);
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct sx_file *mine = NULL;
        char told = 'n';
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* should the test fail */
        if (sx_os_open(os, "file", SX_OPEN_WRITE, &mine, NULL) == STRIA_OK &&
            os->ops->lock(mine, 0, 10, true, NULL) == STRIA_OK)
            told = 'y';
        if (write(ready[1], &told, 1) != 1)
            _exit(1);
        for (;;)
            (void)pause();
    }
    char told = 0;
    stria_error err = {0};
    assert_int_equal(read(ready[0], &told, 1), 1);
    assert_int_equal(told, 'y');
    assert_int_equal(os->ops->lock(file, 5, 10, false, &err), STRIA_LOCKED);
    assert_string_equal(err.text, "lock file: held by another handle");
    assert_int_equal(os->ops->lock(file, 10, 10, true, &err), STRIA_OK);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(os->ops->lock(file, 5, 10, true, &err), STRIA_OK);
    (void)close(ready[0]);
    (void)close(ready[1]);
    sx_file_close(file);
}

static void test_a_lock_survives_another_handle_of_the_same_process(void **state)
{
    (void)state;
    struct sx_os *os = sx_os_posix();
    struct sx_file *file = open_file("file", SX_OPEN_WRITE | SX_OPEN_CREATE);
    assert_int_equal(os->ops->lock(file, 0, 1, true, NULL), STRIA_OK);
    struct sx_file *second = open_file("file", SX_OPEN_WRITE);
    assert_int_equal(os->ops->lock(second, 0, 1, true, NULL), STRIA_LOCKED);
    sx_file_close(second); /* a POSIX lock would be gone now */
    struct sx_file *third = open_file("file", SX_OPEN_WRITE);
    assert_int_equal(os->ops->lock(third, 0, 1, true, NULL), STRIA_LOCKED);
    sx_file_close(file);
    assert_int_equal(os->ops->lock(third, 0, 1, true, NULL), STRIA_OK);
    sx_file_close(third);
}

static void test_space_is_what_an_unprivileged_process_may_take(void **state)
{
    (void)state;
    struct sx_os *os = sx_os_posix();
    struct sx_space space = {0};
    assert_int_equal(os->ops->space(os, "", &space, NULL), STRIA_OK);
    assert_true(space.total_size > 0);
    assert_true(space.free_size <= space.total_size);
    stria_error err = {0};
    assert_int_equal(os->ops->space(os, "not/there", &space, &err), STRIA_NOT_FOUND);
    assert_string_equal(err.text, "statvfs not/there: No such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_short_and_interrupted_writes_are_carried_on, fresh_kernel),
        cmocka_unit_test_setup(test_short_and_interrupted_reads_are_carried_on, fresh_kernel),
        cmocka_unit_test_setup(test_syncs_are_fdatasync_of_files_and_fsync_of_folders,
                               fresh_kernel),
        cmocka_unit_test_setup(test_a_failed_sync_is_not_tried_again, fresh_kernel),
        cmocka_unit_test_setup(test_random_bytes_come_whole, fresh_kernel),
        cmocka_unit_test_setup(test_every_errno_has_its_status_and_names_call_path_and_reason,
                               fresh_kernel),
        cmocka_unit_test_setup(test_a_long_path_does_not_push_the_reason_out, fresh_kernel),
        cmocka_unit_test_setup(test_modes_are_0640_and_0750_less_the_umask, fresh_kernel),
        cmocka_unit_test_setup(test_no_descriptor_survives_exec, fresh_kernel),
        cmocka_unit_test_setup(test_a_pipe_in_a_files_place_is_refused_without_waiting,
                               fresh_kernel),
        cmocka_unit_test_setup(test_no_descriptors_left_is_an_error_that_says_so, fresh_kernel),
        cmocka_unit_test_setup(test_a_lock_of_another_process_stands_until_it_dies, fresh_kernel),
        cmocka_unit_test_setup(test_a_lock_survives_another_handle_of_the_same_process,
                               fresh_kernel),
        cmocka_unit_test_setup(test_space_is_what_an_unprivileged_process_may_take, fresh_kernel),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
