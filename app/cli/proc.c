/* SPDX-License-Identifier: Apache-2.0 */
/* proc.c -- see proc.h. */
#include "app/cli/proc.h"

#include "base/float_format.h"
#include "base/float_parse.h"
#include "base/int_text.h"

#define SECTOR_SIZE 512 /* of diskstats, whatever the device's is */

/* ---- reading texts ---- */

/* Takes `len` bytes, which are there, off the front. */
static struct sx_bytes take(struct sx_bytes *text, size_t len)
{
    struct sx_bytes part = {0};
    (void)sx_bytes_take(text, len, &part);
    return part;
}

static struct sx_bytes take_line(struct sx_bytes *text)
{
    const uint8_t *lf = text->len ? memchr(text->ptr, '\n', text->len) : NULL;
    size_t len = lf ? (size_t)(lf - text->ptr) : text->len;
    struct sx_bytes line = take(text, len);
    (void)take(text, lf ? 1 : 0);
    return line;
}

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t';
}

/* The next word of a line; empty at its end. */
static struct sx_bytes take_word(struct sx_bytes *line)
{
    size_t len = 0;
    while (line->len && is_blank(line->ptr[0]))
        (void)take(line, 1);
    while (len < line->len && !is_blank(line->ptr[len]))
        len++;
    return take(line, len);
}

/* Reads numbers off the front of a line, at most `max`; returns how many there were. */
static size_t take_numbers(struct sx_bytes *line, uint64_t *numbers, size_t max)
{
    size_t count = 0;
    while (count < max && sx_uint_parse(take_word(line), &numbers[count]) == STRIA_OK)
        count++;
    return count;
}

/* ---- writing lines ---- */

static void put_escaped(struct sx_buf *out, struct sx_bytes name)
{
    for (size_t i = 0; i < name.len; i++) {
        uint8_t byte = name.ptr[i];
        if (byte == ',' || byte == '=' || byte == ' ')
            sx_buf_put_u8(out, '\\');
        sx_buf_put_u8(out, byte == '\n' ? '?' : byte);
    }
    if (name.len && name.ptr[name.len - 1] == '\\') /* would take the delimiter for escaped */
        sx_buf_put_u8(out, '?');
}

static void put_tag(struct sx_buf *out, const char *key, struct sx_bytes value)
{
    if (!value.len)
        return;
    sx_buf_printf(out, ",%s=", key);
    put_escaped(out, value);
}

static void begin_line(const struct sx_proc *proc, const char *measurement)
{
    sx_buf_put_text(proc->text, measurement);
    put_tag(proc->text, "host", proc->host);
}

static void put_field_name(struct sx_buf *out, bool *first, const char *name)
{
    sx_buf_printf(out, "%c%s=", *first ? ' ' : ',', name);
    *first = false;
}

static void put_int(struct sx_buf *out, bool *first, const char *name, uint64_t v)
{
    uint8_t digits[SX_INT_TEXT_MAX];
    put_field_name(out, first, name);
    sx_buf_put(out, digits, sx_uint_write(digits, SX_MIN(v, (uint64_t)INT64_MAX)));
    sx_buf_put_u8(out, 'i');
}

static void put_float(struct sx_buf *out, bool *first, const char *name, double v)
{
    uint8_t digits[SX_FLOAT_TEXT_MAX];
    put_field_name(out, first, name);
    sx_buf_put(out, digits, sx_float_write_json(digits, v));
}

static void end_line(const struct sx_proc *proc)
{
    uint8_t digits[SX_INT_TEXT_MAX];
    sx_buf_put_u8(proc->text, ' ');
    sx_buf_put(proc->text, digits, sx_int_write(digits, proc->ts_ns));
    sx_buf_put_u8(proc->text, '\n');
}

static double share(uint64_t part, uint64_t whole)
{
    return whole ? 100.0 * (double)part / (double)whole : 0;
}

/* ---- cpu ---- */

enum { USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL, GUEST, GUEST_NICE, TIME_COUNT };

static const char *const time_names[TIME_COUNT] = {
    "usage_user", "usage_nice",    "usage_system", "usage_idle",  "usage_iowait",
    "usage_irq",  "usage_softirq", "usage_steal",  "usage_guest", "usage_guest_nice",
};

/* The times of a processor ("cpu3"; "cpu": of all), in ticks; false: it is not there. Guests' time
 * is also in user's and nice's: it is taken out there. */
static bool find_times(struct sx_bytes stat, struct sx_bytes name, uint64_t *times)
{
    while (stat.len) {
        struct sx_bytes line = take_line(&stat);
        if (!sx_bytes_equal(take_word(&line), name))
            continue;
        memset(times, 0, TIME_COUNT * sizeof *times);
        if (take_numbers(&line, times, TIME_COUNT) <= IDLE)
            return false;
        times[USER] -= SX_MIN(times[USER], times[GUEST]);
        times[NICE] -= SX_MIN(times[NICE], times[GUEST_NICE]);
        return true;
    }
    return false;
}

static void put_processor(const struct sx_proc *proc, struct sx_bytes name, struct sx_bytes before,
                          struct sx_bytes now)
{
    uint64_t old_times[TIME_COUNT], times[TIME_COUNT], total = 0;
    if (!find_times(before, name, old_times) || !find_times(now, name, times))
        return;
    for (size_t i = 0; i < TIME_COUNT; i++) {
        times[i] -= SX_MIN(times[i], old_times[i]); /* some kernels let iowait fall */
        total += times[i];
    }
    if (!total)
        return;
    bool first = true;
    begin_line(proc, "cpu");
    put_tag(proc->text, "cpu", name.len == 3 ? SX_LITERAL("cpu-total") : name);
    for (size_t i = 0; i < TIME_COUNT; i++)
        put_float(proc->text, &first, time_names[i], share(times[i], total));
    end_line(proc);
}

void sx_proc_put_cpu(const struct sx_proc *proc, struct sx_bytes before, struct sx_bytes now)
{
    struct sx_bytes rest = now;
    while (rest.len) {
        struct sx_bytes line = take_line(&rest);
        struct sx_bytes name = take_word(&line);
        if (sx_bytes_starts_with(name, SX_LITERAL("cpu")))
            put_processor(proc, name, before, now);
    }
}

/* ---- mem ---- */

static const struct mem_name {
    const char *kernel, *field;
} mem_names[] = {
    {"MemTotal:", "total"},
    {"MemFree:", "free"},
    {"MemAvailable:", "available"},
    {"Buffers:", "buffered"},
    {"Cached:", "cached"},
    {"SwapCached:", "swap_cached"},
    {"Active:", "active"},
    {"Inactive:", "inactive"},
    {"SwapTotal:", "swap_total"},
    {"SwapFree:", "swap_free"},
    {"Dirty:", "dirty"},
    {"Writeback:", "write_back"},
    {"Mapped:", "mapped"},
    {"Shmem:", "shared"},
    {"Slab:", "slab"},
    {"SReclaimable:", "sreclaimable"},
    {"SUnreclaim:", "sunreclaim"},
    {"PageTables:", "page_tables"},
    {"CommitLimit:", "commit_limit"},
    {"Committed_AS:", "committed_as"},
};

enum { MEM_TOTAL, MEM_FREE, MEM_AVAILABLE, MEM_BUFFERED, MEM_CACHED };

void sx_proc_put_mem(const struct sx_proc *proc, struct sx_bytes meminfo)
{
    uint64_t sizes[SX_COUNT_OF(mem_names)];
    bool known[SX_COUNT_OF(mem_names)] = {false}, first = true;
    while (meminfo.len) {
        struct sx_bytes line = take_line(&meminfo), name = take_word(&line);
        uint64_t kilobytes;
        if (sx_uint_parse(take_word(&line), &kilobytes) || kilobytes > UINT64_MAX / 1024)
            continue;
        for (size_t i = 0; i < SX_COUNT_OF(mem_names); i++)
            if (sx_bytes_equal(name, sx_bytes_of(mem_names[i].kernel))) {
                sizes[i] = kilobytes * 1024;
                known[i] = true;
            }
    }
    if (!known[MEM_TOTAL] || !known[MEM_FREE] || !known[MEM_AVAILABLE])
        return;
    begin_line(proc, "mem");
    for (size_t i = 0; i < SX_COUNT_OF(mem_names); i++)
        if (known[i])
            put_int(proc->text, &first, mem_names[i].field, sizes[i]);
    uint64_t total = sizes[MEM_TOTAL], unused = sizes[MEM_FREE];
    unused += known[MEM_BUFFERED] ? sizes[MEM_BUFFERED] : 0;
    unused += known[MEM_CACHED] ? sizes[MEM_CACHED] : 0;
    uint64_t used = total - SX_MIN(total, unused);
    put_int(proc->text, &first, "used", used);
    put_float(proc->text, &first, "used_percent", share(used, total));
    put_float(proc->text, &first, "available_percent", share(sizes[MEM_AVAILABLE], total));
    end_line(proc);
}

/* ---- diskio and net ---- */

void sx_proc_put_diskio(const struct sx_proc *proc, struct sx_bytes diskstats)
{
    enum {
        READS,
        MERGED_READS,
        READ_SECTORS,
        READ_TIME,
        WRITES,
        MERGED_WRITES,
        WRITE_SECTORS,
        WRITE_TIME,
        IN_PROGRESS,
        IO_TIME,
        WEIGHTED_TIME,
        FIGURE_COUNT
    };
    while (diskstats.len) {
        struct sx_bytes line = take_line(&diskstats);
        uint64_t device[2], v[FIGURE_COUNT];
        if (take_numbers(&line, device, 2) != 2)
            continue;
        struct sx_bytes name = take_word(&line);
        if (take_numbers(&line, v, FIGURE_COUNT) != FIGURE_COUNT || v[READS] + v[WRITES] == 0)
            continue;
        struct sx_buf *out = proc->text;
        bool first = true;
        begin_line(proc, "diskio");
        put_tag(out, "name", name);
        put_int(out, &first, "reads", v[READS]);
        put_int(out, &first, "writes", v[WRITES]);
        put_int(out, &first, "read_bytes", v[READ_SECTORS] * SECTOR_SIZE);
        put_int(out, &first, "write_bytes", v[WRITE_SECTORS] * SECTOR_SIZE);
        put_int(out, &first, "read_time", v[READ_TIME]);
        put_int(out, &first, "write_time", v[WRITE_TIME]);
        put_int(out, &first, "io_time", v[IO_TIME]);
        put_int(out, &first, "weighted_io_time", v[WEIGHTED_TIME]);
        put_int(out, &first, "iops_in_progress", v[IN_PROGRESS]);
        put_int(out, &first, "merged_reads", v[MERGED_READS]);
        put_int(out, &first, "merged_writes", v[MERGED_WRITES]);
        end_line(proc);
    }
}

void sx_proc_put_net(const struct sx_proc *proc, struct sx_bytes net_dev)
{
    static const char *const names[] = {
        "bytes_recv", "packets_recv", "err_in",     "drop_in",      NULL,      NULL,
        NULL,         NULL,           "bytes_sent", "packets_sent", "err_out", "drop_out",
    };
    while (net_dev.len) {
        struct sx_bytes line = take_line(&net_dev);
        const uint8_t *colon = line.len ? memchr(line.ptr, ':', line.len) : NULL;
        uint64_t v[SX_COUNT_OF(names)];
        if (!colon)
            continue;
        struct sx_bytes front = take(&line, (size_t)(colon - line.ptr));
        (void)take(&line, 1);
        struct sx_bytes name = take_word(&front);
        if (take_numbers(&line, v, SX_COUNT_OF(v)) != SX_COUNT_OF(v) ||
            sx_bytes_equal(name, SX_LITERAL("lo")))
            continue;
        bool first = true;
        begin_line(proc, "net");
        put_tag(proc->text, "interface", name);
        for (size_t i = 0; i < SX_COUNT_OF(names); i++)
            if (names[i])
                put_int(proc->text, &first, names[i], v[i]);
        end_line(proc);
    }
}

/* ---- system ---- */

static uint64_t processor_count(struct sx_bytes stat)
{
    uint64_t count = 0;
    while (stat.len) {
        struct sx_bytes line = take_line(&stat);
        count +=
            line.len > 3 && sx_bytes_starts_with(line, SX_LITERAL("cpu")) && !is_blank(line.ptr[3]);
    }
    return count;
}

void sx_proc_put_system(const struct sx_proc *proc, struct sx_bytes loadavg, struct sx_bytes uptime,
                        struct sx_bytes stat)
{
    static const char *const names[] = {"load1", "load5", "load15"};
    double loads[3], up_s;
    for (size_t i = 0; i < 3; i++)
        if (sx_float_parse(take_word(&loadavg), &loads[i]))
            return;
    bool first = true;
    begin_line(proc, "system");
    for (size_t i = 0; i < 3; i++)
        put_float(proc->text, &first, names[i], loads[i]);
    put_int(proc->text, &first, "n_cpus", processor_count(stat));
    if (!sx_float_parse(take_word(&uptime), &up_s) && up_s >= 0 && up_s < 1e15)
        put_int(proc->text, &first, "uptime", (uint64_t)up_s);
    end_line(proc);
}

/* ---- disk ---- */

static bool has_option(struct sx_bytes options, struct sx_bytes wanted)
{
    while (options.len) {
        const uint8_t *comma = memchr(options.ptr, ',', options.len);
        size_t len = comma ? (size_t)(comma - options.ptr) : options.len;
        struct sx_bytes option = take(&options, len);
        (void)take(&options, comma ? 1 : 0);
        if (sx_bytes_equal(option, wanted))
            return true;
    }
    return false;
}

bool sx_proc_take_mount(struct sx_bytes *mounts, struct sx_mount *mount)
{
    while (mounts->len) {
        struct sx_bytes line = take_line(mounts);
        mount->device = take_word(&line);
        mount->path = take_word(&line);
        mount->type = take_word(&line);
        mount->read_only = has_option(take_word(&line), SX_LITERAL("ro"));
        if (sx_bytes_starts_with(mount->device, SX_LITERAL("/dev/"))) {
            (void)take(&mount->device, strlen("/dev/"));
            if (!sx_bytes_starts_with(mount->device, SX_LITERAL("loop")))
                return true;
        } else if (sx_bytes_equal(mount->path, SX_LITERAL("/")) &&
                   !sx_bytes_equal(mount->type, SX_LITERAL("rootfs"))) {
            return true;
        }
    }
    return false;
}

static bool is_octal(const uint8_t *p)
{
    return p[0] >= '0' && p[0] <= '3' && p[1] >= '0' && p[1] <= '7' && p[2] >= '0' && p[2] <= '7';
}

bool sx_proc_mount_path(struct sx_bytes path, char *out, size_t size)
{
    size_t len = 0;
    for (size_t i = 0; i < path.len && len < size; i++) {
        uint8_t byte = path.ptr[i];
        if (byte == '\\' && path.len - i > 3 && is_octal(path.ptr + i + 1)) {
            const uint8_t *p = path.ptr + i + 1;
            byte = (uint8_t)((p[0] - '0') << 6 | (p[1] - '0') << 3 | (p[2] - '0'));
            i += 3;
        }
        out[len++] = (char)byte;
    }
    if (len >= size)
        return false;
    out[len] = 0;
    return true;
}

void sx_proc_put_disk(const struct sx_proc *proc, const struct sx_mount *mount, const char *path,
                      const struct sx_disk_usage *usage)
{
    struct sx_buf *out = proc->text;
    uint64_t used = usage->total - SX_MIN(usage->total, usage->free);
    bool first = true;
    begin_line(proc, "disk");
    put_tag(out, "device", mount->device);
    put_tag(out, "fstype", mount->type);
    put_tag(out, "mode", mount->read_only ? SX_LITERAL("ro") : SX_LITERAL("rw"));
    put_tag(out, "path", sx_bytes_of(path));
    put_int(out, &first, "total", usage->total);
    put_int(out, &first, "free", usage->available);
    put_int(out, &first, "used", used);
    put_float(out, &first, "used_percent", share(used, used + usage->available));
    put_int(out, &first, "inodes_total", usage->inodes_total);
    put_int(out, &first, "inodes_free", usage->inodes_free);
    put_int(out, &first, "inodes_used",
            usage->inodes_total - SX_MIN(usage->inodes_total, usage->inodes_free));
    end_line(proc);
}

/* ---- processes ---- */

void sx_proc_count(struct sx_process_counts *counts, struct sx_bytes stat)
{
    enum { WORDS_BEFORE_THREADS = 16 }; /* between the state and num_threads */
    const uint8_t *paren = stat.len ? memrchr(stat.ptr, ')', stat.len) : NULL;
    if (!paren) /* the process has just ended */
        return;
    struct sx_bytes rest = sx_bytes_make(paren + 1, stat.len - (size_t)(paren + 1 - stat.ptr));
    struct sx_bytes state = take_word(&rest);
    uint64_t threads;
    for (int i = 0; i < WORDS_BEFORE_THREADS; i++)
        (void)take_word(&rest);
    if (!state.len)
        return;
    counts->total++;
    if (sx_uint_parse(take_word(&rest), &threads) == STRIA_OK)
        counts->threads += threads;
    switch (state.ptr[0]) {
    case 'R':
        counts->running++;
        break;
    case 'S':
        counts->sleeping++;
        break;
    case 'D':
        counts->blocked++;
        break;
    case 'Z':
        counts->zombies++;
        break;
    case 'T':
    case 't':
        counts->stopped++;
        break;
    case 'W':
        counts->paging++;
        break;
    case 'X':
        counts->dead++;
        break;
    case 'I':
        counts->idle++;
        break;
    default:
        counts->unknown++;
    }
}

void sx_proc_put_processes(const struct sx_proc *proc, const struct sx_process_counts *counts)
{
    struct sx_buf *out = proc->text;
    bool first = true;
    begin_line(proc, "processes");
    put_int(out, &first, "total", counts->total);
    put_int(out, &first, "total_threads", counts->threads);
    put_int(out, &first, "running", counts->running);
    put_int(out, &first, "sleeping", counts->sleeping);
    put_int(out, &first, "blocked", counts->blocked);
    put_int(out, &first, "zombies", counts->zombies);
    put_int(out, &first, "stopped", counts->stopped);
    put_int(out, &first, "paging", counts->paging);
    put_int(out, &first, "dead", counts->dead);
    put_int(out, &first, "idle", counts->idle);
    put_int(out, &first, "unknown", counts->unknown);
    end_line(proc);
}
