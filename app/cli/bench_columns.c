/* SPDX-License-Identifier: Apache-2.0 */
/* bench_columns.c -- see bench_columns.h. Line protocol is in bench_lines.c. */
#include "app/cli/bench_columns.h"

#include "app/cli/bench_columns_priv.h"
#include "base/compress.h"
#include "base/error.h"
#include "base/float_parse.h"
#include "base/int_text.h"
#include "base/time_text.h"
#include "codec/column.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define READ_SIZE 262144
#define LINE_SIZE_MAX ((size_t)64 << 20)

/* ---- numbers -------------------------------------------------------------------------------- */

bool sx_bench_push(struct sx_bench_columns *columns, struct sx_bench_numbers *to, uint64_t bits)
{
    if (!SX_GROW(columns->mem, to->values, to->capacity, to->count + 1))
        return false;
    to->values[to->count++] = bits;
    return true;
}

/* ---- CSV and doubles ------------------------------------------------------------------------ */

static bool csv_time(struct sx_bytes text, int64_t *ts_ns)
{
    struct sx_wall_time wall;
    if (sx_int_parse(text, ts_ns) == STRIA_OK)
        return true;
    return sx_time_read(text, &wall) == STRIA_OK && sx_wall_time_ns(&wall, wall.offset_s, ts_ns);
}

/* A line of CSV; the first may be a heading. */
static stria_status csv_line(struct sx_bench_columns *columns, struct sx_bytes line, bool is_first,
                             stria_error *err)
{
    const uint8_t *comma = line.len ? memchr(line.ptr, ',', line.len) : NULL;
    int64_t ts_ns;
    double v;
    if (line.len == 0)
        return STRIA_OK;
    if (!comma)
        return sx_fail(err, STRIA_INVALID, "a line without a comma");
    struct sx_bytes time = sx_bytes_make(line.ptr, (size_t)(comma - line.ptr));
    struct sx_bytes value = sx_bytes_make(comma + 1, line.len - time.len - 1);
    if (!csv_time(time, &ts_ns) || sx_float_parse(value, &v) == STRIA_INVALID)
        return is_first ? STRIA_OK : sx_fail(err, STRIA_INVALID, "a line that is no time,value");
    struct sx_bench_series *series = sx_bench_series_of(columns, SX_LITERAL("csv"));
    struct sx_bench_part *part =
        series ? sx_bench_part_of(columns, series, SX_LITERAL("value"), STRIA_FLOAT) : NULL;
    if (!part || !sx_bench_push(columns, &part->values, sx_bits_of_f64(v)) ||
        !sx_bench_push(columns, &series->times, (uint64_t)ts_ns))
        return sx_mem_refused(columns->mem, line.len, err);
    return STRIA_OK;
}

/* Takes whole doubles off the front of *text. */
static stria_status take_doubles(struct sx_bench_columns *columns, struct sx_bytes *text,
                                 stria_error *err)
{
    struct sx_bench_series *series = sx_bench_series_of(columns, SX_LITERAL("f64"));
    struct sx_bench_part *part =
        series ? sx_bench_part_of(columns, series, SX_LITERAL("value"), STRIA_FLOAT) : NULL;
    struct sx_bytes eight;
    while (part && sx_bytes_take(text, 8, &eight))
        if (!sx_bench_push(columns, &part->values, sx_get_u64(eight.ptr)))
            part = NULL;
    return part ? STRIA_OK : sx_mem_refused(columns->mem, 8, err);
}

/* ---- reading -------------------------------------------------------------------------------- */

enum form { FORM_DOUBLES, FORM_CSV, FORM_LINES };

struct reading {
    struct sx_bench_columns *columns;
    enum form form;
    struct sx_buf text; /* read and not taken */
    uint64_t line;      /* number of the last one taken */
};

static bool ends_with(const char *path, const char *end)
{
    size_t len = strlen(path), end_len = strlen(end);
    return len >= end_len && strcmp(path + len - end_len, end) == 0;
}

static enum form form_of(const char *path)
{
    if (ends_with(path, ".f64") || ends_with(path, ".f64.zst"))
        return FORM_DOUBLES;
    if (ends_with(path, ".csv") || ends_with(path, ".csv.zst"))
        return FORM_CSV;
    return FORM_LINES;
}

static stria_status take_line(struct reading *reading, struct sx_bytes line, stria_error *err)
{
    if (line.len && line.ptr[line.len - 1] == '\r')
        line.len--;
    reading->line++;
    stria_status st = reading->form == FORM_CSV
                          ? csv_line(reading->columns, line, reading->line == 1, err)
                          : sx_bench_line(reading->columns, line, err);
    if (st == STRIA_INVALID)
        sx_error_prefix(err, "line %llu", (unsigned long long)reading->line);
    return st;
}

/* Takes what is whole off the text; `end`: nothing more will come. */
static stria_status take(struct reading *reading, bool end, stria_error *err)
{
    struct sx_bytes text = sx_buf_bytes(&reading->text);
    stria_status st = STRIA_OK;
    if (reading->form == FORM_DOUBLES) {
        st = take_doubles(reading->columns, &text, err);
        if (!st && end && text.len)
            return sx_fail(err, STRIA_INVALID, "%zu bytes behind the last double", text.len);
    }
    while (!st && reading->form != FORM_DOUBLES && text.len) {
        const uint8_t *feed = memchr(text.ptr, '\n', text.len);
        if (!feed && !end)
            break;
        size_t len = feed ? (size_t)(feed - text.ptr) : text.len;
        st = take_line(reading, sx_bytes_make(text.ptr, len), err);
        len += feed != NULL;
        text = sx_bytes_make(text.ptr + len, text.len - len);
    }
    if (reading->text.ptr && text.len && text.ptr != reading->text.ptr)
        memmove(reading->text.ptr, text.ptr, text.len);
    reading->text.len = text.len;
    return st;
}

static bool is_zstd(const uint8_t *bytes, size_t size)
{
    return size >= 4 && sx_get_u32(bytes) == 0xfd2fb528u;
}

/* Reads all of an open file, which is unpacked if it is packed. */
static stria_status read_open(struct reading *reading, int fd, stria_error *err)
{
    static const size_t size = READ_SIZE;
    struct sx_mem *mem = reading->columns->mem;
    struct sx_unzstd *unpacker = NULL;
    stria_status st = STRIA_OK;
    uint8_t *raw = sx_mem_alloc(mem, size);
    if (!raw)
        return sx_mem_refused(mem, size, err);
    for (bool first = true; !st; first = false) {
        ssize_t got = read(fd, raw, size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            st = sx_fail_errno(err, STRIA_IO, errno, "read: %s", strerror(errno));
        if (got <= 0)
            break;
        if (first && is_zstd(raw, (size_t)got))
            st = sx_unzstd_create(mem, &unpacker, err);
        if (!st && unpacker)
            st = sx_unzstd_put(unpacker, sx_bytes_make(raw, (size_t)got), &reading->text, err);
        else if (!st)
            sx_buf_put(&reading->text, raw, (size_t)got);
        if (!st && reading->text.failed)
            st = sx_buf_refused(&reading->text, "line", err);
        if (!st)
            st = take(reading, false, err);
    }
    if (!st && unpacker)
        st = sx_unzstd_end(unpacker, err);
    sx_unzstd_destroy(unpacker);
    sx_mem_free(mem, raw);
    return st ? st : take(reading, true, err);
}

stria_status sx_bench_columns_read(struct sx_bench_columns *columns, struct sx_mem *mem,
                                   const char *path, stria_error *err)
{
    struct reading reading = {.columns = columns, .form = form_of(path)};
    *columns = (struct sx_bench_columns){.mem = mem};
    sx_arena_init(&columns->arena, mem, 65536);
    sx_map_init(&columns->series_map, mem);
    sx_map_init(&columns->field_map, mem);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return sx_fail_errno(err, errno == ENOENT ? STRIA_NOT_FOUND : STRIA_IO, errno, "%s: %s",
                             path, strerror(errno));
    sx_buf_init(&reading.text, mem, LINE_SIZE_MAX);
    stria_status st = read_open(&reading, fd, err);
    (void)close(fd);
    sx_buf_deinit(&reading.text);
    if (!st)
        st = sx_bench_finish(columns, err);
    if (st)
        sx_error_prefix(err, "%s", path);
    return st;
}

void sx_bench_columns_deinit(struct sx_bench_columns *columns)
{
    for (size_t i = 0; i < columns->series_count; i++) {
        struct sx_bench_series *series = &columns->series[i];
        for (size_t k = 0; k < series->part_count; k++)
            sx_mem_free(columns->mem, series->parts[k].values.values);
        sx_mem_free(columns->mem, series->parts);
        sx_mem_free(columns->mem, series->times.values);
    }
    sx_mem_free(columns->mem, columns->series);
    sx_mem_free(columns->mem, columns->fields);
    sx_mem_free(columns->mem, columns->columns);
    sx_mem_free(columns->mem, columns->times);
    sx_map_deinit(&columns->series_map);
    sx_map_deinit(&columns->field_map);
    sx_arena_deinit(&columns->arena);
}
