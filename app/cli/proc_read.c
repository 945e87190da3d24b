/* SPDX-License-Identifier: Apache-2.0 */
/* proc_read.c -- see proc_read.h. */
#include "app/cli/proc_read.h"

#include "app/cli/cli.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define TEXT_SIZE_MAX ((size_t)4 << 20)
#define PATH_SIZE 4096
#define DEVICES_MAX 64 /* file systems whose use is told */

void sx_proc_reader_init(struct sx_proc_reader *reader, struct sx_mem *mem)
{
    *reader = (struct sx_proc_reader){.mem = mem};
    sx_buf_init(&reader->stat_before, mem, TEXT_SIZE_MAX);
    sx_buf_init(&reader->text, mem, TEXT_SIZE_MAX);
    sx_buf_init(&reader->more, mem, TEXT_SIZE_MAX);
    if (gethostname(reader->host, sizeof reader->host - 1))
        reader->host[0] = 0;
}

void sx_proc_reader_deinit(struct sx_proc_reader *reader)
{
    sx_buf_deinit(&reader->stat_before);
    sx_buf_deinit(&reader->text);
    sx_buf_deinit(&reader->more);
}

/* The text of a file; empty when it cannot be read. */
static struct sx_bytes read_file(struct sx_buf *text, const char *path)
{
    sx_buf_clear(text);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return (struct sx_bytes){0};
    if (sx_cli_read_all(fd, path, text, NULL))
        sx_buf_clear(text);
    (void)close(fd);
    return sx_buf_bytes(text);
}

static void read_cpu(struct sx_proc_reader *reader, const struct sx_proc *proc)
{
    struct sx_bytes now = read_file(&reader->text, "/proc/stat");
    if (reader->stat_before.len)
        sx_proc_put_cpu(proc, sx_buf_bytes(&reader->stat_before), now);
    sx_buf_clear(&reader->stat_before);
    sx_buf_put_bytes(&reader->stat_before, now);
}

static void read_system(struct sx_proc_reader *reader, const struct sx_proc *proc)
{
    struct sx_bytes loadavg = read_file(&reader->text, "/proc/loadavg");
    struct sx_bytes uptime = read_file(&reader->more, "/proc/uptime");
    sx_proc_put_system(proc, loadavg, uptime, sx_buf_bytes(&reader->stat_before));
}

static bool seen_before(struct sx_bytes *devices, size_t *count, struct sx_bytes device)
{
    for (size_t i = 0; i < *count; i++)
        if (sx_bytes_equal(devices[i], device))
            return true;
    if (*count == DEVICES_MAX)
        return true;
    devices[(*count)++] = device;
    return false;
}

/* Of a device that is mounted in several places, the first. */
static void read_disks(struct sx_proc_reader *reader, const struct sx_proc *proc)
{
    struct sx_bytes mounts = read_file(&reader->text, "/proc/self/mounts");
    struct sx_bytes devices[DEVICES_MAX];
    size_t device_count = 0;
    struct sx_mount mount;
    char path[PATH_SIZE];
    while (sx_proc_take_mount(&mounts, &mount)) {
        struct statvfs info;
        if (seen_before(devices, &device_count, mount.device) ||
            !sx_proc_mount_path(mount.path, path, sizeof path) || statvfs(path, &info) ||
            !info.f_blocks)
            continue;
        const struct sx_disk_usage usage = {
            .total = (uint64_t)info.f_blocks * info.f_frsize,
            .free = (uint64_t)info.f_bfree * info.f_frsize,
            .available = (uint64_t)info.f_bavail * info.f_frsize,
            .inodes_total = info.f_files,
            .inodes_free = info.f_ffree,
        };
        sx_proc_put_disk(proc, &mount, path, &usage);
    }
}

static void read_processes(struct sx_proc_reader *reader, const struct sx_proc *proc)
{
    struct sx_process_counts counts = {0};
    DIR *directory = opendir("/proc");
    const struct dirent *entry;
    if (!directory)
        return;
    while ((entry = readdir(directory))) {
        char path[300];
        if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
            continue;
        (void)snprintf(path, sizeof path, "/proc/%s/stat", entry->d_name);
        sx_proc_count(&counts, read_file(&reader->text, path));
    }
    (void)closedir(directory);
    sx_proc_put_processes(proc, &counts);
}

void sx_proc_read(struct sx_proc_reader *reader, int64_t ts_ns, struct sx_buf *lines)
{
    const struct sx_proc proc = {.text = lines, .host = sx_bytes_of(reader->host), .ts_ns = ts_ns};
    read_cpu(reader, &proc);
    sx_proc_put_mem(&proc, read_file(&reader->text, "/proc/meminfo"));
    sx_proc_put_diskio(&proc, read_file(&reader->text, "/proc/diskstats"));
    sx_proc_put_net(&proc, read_file(&reader->text, "/proc/net/dev"));
    read_system(reader, &proc);
    read_disks(reader, &proc);
    read_processes(reader, &proc);
}
