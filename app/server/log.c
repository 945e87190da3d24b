/* SPDX-License-Identifier: Apache-2.0 */
/* log.c -- see log.h. */
#include "app/server/log.h"

#include "base/int_text.h"
#include "base/time_text.h"
#include "os/os.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const level_names[] = {"error", "warn", "info", "debug"};

void sx_log_init(struct sx_log *log, int fd, stria_level level)
{
    log->fd = fd;
    log->level = level;
    atomic_init(&log->error_count, 0);
    atomic_init(&log->warn_count, 0);
}

/* The time to milliseconds, always of the same width. */
static size_t write_time(char *p, int64_t time_ns)
{
    int64_t ms = time_ns / 1000000;
    size_t size = sx_time_write((uint8_t *)p, ms / 1000 * 1000000000);
    p[size - 1] = '.'; /* was Z */
    sx_digits_write((uint8_t *)p + size, (uint64_t)(ms % 1000), 3);
    p[size + 3] = 'Z';
    return size + 4;
}

static void write_line(struct sx_log *log, stria_level level, int64_t time_ns, const char *event,
                       const char *detail)
{
    char line[SX_LOG_LINE_MAX];
    if (level == STRIA_LEVEL_ERROR)
        atomic_fetch_add_explicit(&log->error_count, 1, memory_order_relaxed);
    else if (level == STRIA_LEVEL_WARN)
        atomic_fetch_add_explicit(&log->warn_count, 1, memory_order_relaxed);
    size_t size = write_time(line, time_ns);
    int more = snprintf(line + size, sizeof line - 1 - size, " %s %s%s%s", level_names[level],
                        event, detail[0] ? " " : "", detail);
    size += SX_MIN((size_t)SX_MAX(more, 0), sizeof line - 2 - size);
    for (size_t i = 0; i < size; i++) {
        if ((unsigned char)line[i] < 0x20)
            line[i] = ' ';
    }
    line[size++] = '\n';
    ssize_t written = write(log->fd, line, size); /* a log that cannot be written is lost */
    (void)written;
}

void sx_log(struct sx_log *log, stria_level level, const char *event, const char *format, ...)
{
    if (level > log->level)
        return;
    char detail[SX_LOG_LINE_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(detail, sizeof detail, format, args);
    va_end(args);
    write_line(log, level, sx_os_now_ns(sx_os_posix()), event, detail);
}

void sx_log_event(void *log, const stria_event *event)
{
    struct sx_log *to = log;
    if (event->level <= to->level)
        write_line(to, event->level, event->time_ns, event->name,
                   event->detail ? event->detail : "");
}

const char *sx_log_value(char *out, size_t out_size, const char *value)
{
    if (*value && !strpbrk(value, " \"=\t\r\n\\")) {
        (void)snprintf(out, out_size, "%s", value);
        return out;
    }
    size_t size = 0;
    out[size++] = '"';
    for (; *value && size < out_size - 3; value++) {
        if (*value == '"' || *value == '\\')
            out[size++] = '\\';
        out[size++] = (unsigned char)*value < 0x20 ? ' ' : *value;
    }
    out[size++] = '"';
    out[size] = 0;
    return out;
}
