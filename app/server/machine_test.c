/* SPDX-License-Identifier: Apache-2.0 */
/* machine_test.c -- which limit of memory holds, on made-up machines. */
#include "app/server/machine.h"

#include "base/attr.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define GIB (UINT64_C(1) << 30)

static char root[] = "/tmp/stria-machine-XXXXXX";

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info;
    (void)kind;
    (void)at;
    return remove(path);
}

static void clean(void)
{
    (void)nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Writes a file of the machine, and the folders above it. */
static void put(const char *path, const char *text)
{
    char whole[300];
    (void)snprintf(whole, sizeof whole, "%s%s", root, path);
    for (char *slash = whole + strlen(root); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        (void)mkdir(whole, 0700);
        *slash = '/';
    }
    int fd = open(whole, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(close(fd), 0);
}

static const struct row {
    const char *name;
    const char *files[10]; /* path, text, path, text, ... */
    uint64_t memory;
} rows[] = {
    {"no groups", {"/proc/meminfo", "MemTotal:       16777216 kB\nMemFree: 1 kB\n"}, 16 * GIB},
    {"a limit of the process's group",
     {"/proc/meminfo", "MemTotal: 16777216 kB\n", "/proc/self/cgroup", "0::/a/b\n",
      "/sys/fs/cgroup/a/b/memory.max", "2147483648\n", "/sys/fs/cgroup/a/memory.max", "max\n"},
     2 * GIB},
    {"a limit above it",
     {"/proc/meminfo", "MemTotal: 16777216 kB\n", "/proc/self/cgroup", "0::/a/b\n",
      "/sys/fs/cgroup/a/b/memory.max", "max\n", "/sys/fs/cgroup/a/memory.max", "1073741824\n"},
     GIB},
    {"a container, whose group is the root",
     {"/proc/meminfo", "MemTotal: 16777216 kB\n", "/proc/self/cgroup", "0::/\n",
      "/sys/fs/cgroup/memory.max", "3221225472\n"},
     3 * GIB},
    {"version 1",
     {"/proc/meminfo", "MemTotal: 16777216 kB\n", "/proc/self/cgroup", "4:memory:/x\n3:cpu:/x\n",
      "/sys/fs/cgroup/memory/memory.limit_in_bytes", "4294967296\n"},
     4 * GIB},
    {"a limit larger than the machine",
     {"/proc/meminfo", "MemTotal: 1048576 kB\n", "/sys/fs/cgroup/memory/memory.limit_in_bytes",
      "9223372036854771712\n"},
     GIB},
};

static void test_the_least_limit_holds(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        print_message("row %s\n", rows[i].name);
        memcpy(root + strlen(root) - 6, "XXXXXX", 6);
        assert_non_null(mkdtemp(root));
        for (size_t j = 0; rows[i].files[j]; j += 2)
            put(rows[i].files[j], rows[i].files[j + 1]);
        assert_int_equal(sx_machine_memory(root), rows[i].memory);
        clean();
    }
}

static void test_this_machine_has_something(void **state)
{
    (void)state;
    assert_in_range(sx_machine_memory(""), 1 << 20, UINT64_MAX - 1);
    assert_true(sx_machine_processors() >= 1);
    uint64_t files = sx_machine_open_files();
    assert_true(files > 0);
    assert_int_equal(sx_machine_open_files(), files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_least_limit_holds),
        cmocka_unit_test(test_this_machine_has_something),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
