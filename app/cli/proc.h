/* SPDX-License-Identifier: Apache-2.0 */
/* proc.h -- texts of Linux' /proc -> line protocol about the machine.
 *
 * Why         Real data for a first look, and for watching a machine without another program.
 * Format      Measurements, tags and fields are named as Telegraf's inputs cpu, mem, disk, diskio,
 *             net, system and processes name them, so that dashboards made for those work.
 * Source      proc(5); Documentation/admin-guide/iostats.rst of Linux.
 * Limits      What a text does not have, or has in another form, is left out.
 * Threads     Pure. */
#ifndef SX_APP_CLI_PROC_H
#define SX_APP_CLI_PROC_H

#include "base/buf.h"
#include "base/bytes.h"

/* Where lines are appended, and what all of them have in common. */
struct sx_proc {
    struct sx_buf *text;
    struct sx_bytes host; /* tag host; empty: none */
    int64_t ts_ns;
};

/* cpu: shares of the time between two texts of /proc/stat, of all processors and of each. */
void sx_proc_put_cpu(const struct sx_proc *proc, struct sx_bytes before, struct sx_bytes now);
/* mem: of /proc/meminfo, in bytes. */
void sx_proc_put_mem(const struct sx_proc *proc, struct sx_bytes meminfo);
/* diskio: of /proc/diskstats, devices that were ever used. */
void sx_proc_put_diskio(const struct sx_proc *proc, struct sx_bytes diskstats);
/* net: of /proc/net/dev, without the loopback. */
void sx_proc_put_net(const struct sx_proc *proc, struct sx_bytes net_dev);
/* system: of /proc/loadavg, /proc/uptime; processors are counted in /proc/stat. */
void sx_proc_put_system(const struct sx_proc *proc, struct sx_bytes loadavg, struct sx_bytes uptime,
                        struct sx_bytes stat);

/* A mounted file system. */
struct sx_mount {
    struct sx_bytes device; /* without /dev/ */
    struct sx_bytes path;   /* as written: with escapes such as \040 */
    struct sx_bytes type;
    bool read_only;
};

/* Takes lines off the front of /proc/self/mounts up to the next of a device, or of the root
 * whatever it is (in a container); false: there is none. */
bool sx_proc_take_mount(struct sx_bytes *mounts, struct sx_mount *mount);
/* Writes a mount's path without escapes and with a NUL; false: it does not fit. */
bool sx_proc_mount_path(struct sx_bytes path, char *out, size_t size);

struct sx_disk_usage {
    uint64_t total, free, available; /* bytes */
    uint64_t inodes_total, inodes_free;
};

/* disk: `path` is that of sx_proc_mount_path(). */
void sx_proc_put_disk(const struct sx_proc *proc, const struct sx_mount *mount, const char *path,
                      const struct sx_disk_usage *usage);

struct sx_process_counts {
    uint64_t total, threads;
    uint64_t running, sleeping, blocked, zombies, stopped, paging, dead, idle, unknown;
};

/* Counts a process by the text of its /proc/PID/stat. */
void sx_proc_count(struct sx_process_counts *counts, struct sx_bytes stat);
/* processes */
void sx_proc_put_processes(const struct sx_proc *proc, const struct sx_process_counts *counts);

#endif
