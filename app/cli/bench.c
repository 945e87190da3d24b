/* SPDX-License-Identifier: Apache-2.0 */
/* bench.c -- see bench.h. */
#include "app/cli/bench.h"

#include "app/render/json.h"
#include "base/float_format.h"
#include "base/int_text.h"
#include "os/os.h"

#include <fcntl.h>
#include <math.h>
#include <sys/resource.h>
#include <unistd.h>

#define LINE_SIZE_MAX 4096

static void put_number(struct sx_buf *out, double value)
{
    uint8_t text[SX_FLOAT_PLAIN_TEXT_MAX];
    if (!isfinite(value))
        value = 0;
    sx_buf_put(out, text, sx_float_write_plain(text, round(value * 1000) / 1000));
}

void sx_bench_put(struct sx_cli *cli, const struct sx_bench_figure *figures, size_t count,
                  bool json)
{
    char storage[LINE_SIZE_MAX];
    struct sx_buf text;
    sx_buf_init_fixed(&text, storage, sizeof storage);
    for (size_t i = 0; i < count; i++) {
        sx_buf_put_text(&text, json ? (i ? ", \"" : "{\"") : "");
        sx_buf_put_text(&text, figures[i].name);
        sx_buf_put_text(&text, json ? "\": " : " ");
        put_number(&text, figures[i].value);
        sx_buf_put_text(&text, json ? "" : "\n");
    }
    sx_buf_put_text(&text, json ? "}\n" : "");
    sx_out_put(&cli->out, text.ptr, text.len);
}

struct wanted {
    const char *name;
    double value;
};

static void add_stat(void *user, const stria_stat *stat)
{
    struct wanted *wanted = user;
    if (strcmp(stat->name, wanted->name) == 0)
        wanted->value += stat->value;
}

stria_status sx_bench_execute(stria *db, const char *text, stria_error *err)
{
    stria_cursor *cursor;
    const stria_statement *statement;
    const stria_table *table;
    stria_status st =
        stria_query(db, text, strlen(text), STRIA_QUERY_OPTIONS(.database = ""), &cursor, err);
    if (st)
        return st;
    st = stria_cursor_next_statement(cursor, &statement, err);
    if (!st)
        st = stria_cursor_next_series(cursor, &table, err);
    stria_cursor_close(cursor);
    return st;
}

double sx_bench_stat(stria *db, const char *name)
{
    struct wanted wanted = {.name = name};
    return stria_stats(db, add_stat, &wanted, NULL) ? 0 : wanted.value;
}

static double seconds_of(const struct timeval *t)
{
    return (double)t->tv_sec + (double)t->tv_usec / 1e6;
}

double sx_bench_cpu_s(void)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage))
        return 0;
    return seconds_of(&usage.ru_utime) + seconds_of(&usage.ru_stime);
}

uint64_t sx_bench_memory_max(void)
{
    char bytes[LINE_SIZE_MAX];
    uint64_t kib = 0;
    int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? 0 : read(fd, bytes, sizeof bytes - 1);
    if (fd >= 0)
        (void)close(fd);
    bytes[got > 0 ? got : 0] = 0;
    const char *line = strstr(bytes, "VmHWM:");
    if (!line)
        return 0;
    line += strlen("VmHWM:");
    line += strspn(line, " \t");
    struct sx_bytes text = sx_bytes_of(line);
    return sx_uint_take(&text, &kib) ? 0 : kib * 1024;
}
