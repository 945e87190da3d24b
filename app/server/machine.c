/* SPDX-License-Identifier: Apache-2.0 */
/* machine.c -- see machine.h. */
#include "app/server/machine.h"

#include "app/server/header.h"
#include "base/attr.h"
#include "base/int_text.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define PATH_SIZE 4600

/* The first bytes of a file, NUL-terminated; empty if it cannot be read. */
static size_t read_text(const char *root, const char *path, char *text, size_t size)
{
    char whole[PATH_SIZE];
    int length = snprintf(whole, sizeof whole, "%s%s", root, path);
    text[0] = 0;
    if (length < 0 || (size_t)length >= sizeof whole)
        return 0;
    int fd = open(whole, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t got = read(fd, text, size - 1);
    (void)close(fd);
    text[got > 0 ? got : 0] = 0;
    return got > 0 ? (size_t)got : 0;
}

/* A file that holds one number; UINT64_MAX if it does not ("max"), or is not there. */
static uint64_t read_number(const char *root, const char *path)
{
    char text[64];
    uint64_t number;
    size_t size = read_text(root, path, text, sizeof text);
    if (sx_uint_parse(sx_header_trim(sx_bytes_make(text, size)), &number))
        return UINT64_MAX;
    return number;
}

/* The path behind `front` in a line of /proc/self/cgroup ("0::/path"), NUL-terminated. */
static bool find_group(char *text, const char *front, char **path)
{
    for (char *line = text; line && *line;) {
        char *end = strchr(line, '\n');
        if (end)
            *end++ = 0;
        if (strncmp(line, front, strlen(front)) == 0) {
            *path = line + strlen(front);
            return true;
        }
        line = end;
    }
    return false;
}

static uint64_t group_limit(const char *root)
{
    char text[4096], file[PATH_SIZE], *path;
    uint64_t limit = read_number(root, "/sys/fs/cgroup/memory/memory.limit_in_bytes");
    (void)read_text(root, "/proc/self/cgroup", text, sizeof text);
    if (!find_group(text, "0::", &path))
        return limit;
    for (;;) {
        (void)snprintf(file, sizeof file, "/sys/fs/cgroup%s/memory.max", path);
        uint64_t here = read_number(root, file);
        limit = SX_MIN(limit, here);
        char *slash = strrchr(path, '/');
        if (!slash)
            return limit;
        *slash = 0;
    }
}

static uint64_t machine_size(const char *root)
{
    char text[256];
    struct sx_bytes in = sx_bytes_make(text, read_text(root, "/proc/meminfo", text, sizeof text));
    uint64_t size_k;
    if (!sx_bytes_starts_with(in, SX_LITERAL("MemTotal:")))
        return UINT64_MAX;
    in = sx_header_trim(sx_bytes_make(in.ptr + 9, in.len - 9));
    return sx_uint_take(&in, &size_k) ? UINT64_MAX : size_k * 1024;
}

uint64_t sx_machine_memory(const char *root)
{
    uint64_t machine = machine_size(root), group = group_limit(root);
    return SX_MIN(machine, group);
}

unsigned sx_machine_processors(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
        return (unsigned)CPU_COUNT(&set);
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? (unsigned)count : 1;
}

uint64_t sx_machine_open_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit))
        return 0;
    struct rlimit raised = {.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
    if (limit.rlim_cur < limit.rlim_max && setrlimit(RLIMIT_NOFILE, &raised) == 0)
        limit = raised;
    return limit.rlim_cur;
}
