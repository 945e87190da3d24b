/* SPDX-License-Identifier: Apache-2.0 */
/* settings.c -- see settings.h. */
#include "app/server/settings.h"

#include "app/server/header.h"
#include "app/server/nearest.h"
#include "app/server/settings_value.h"
#include "base/duration_text.h"
#include "base/error.h"
#include "base/int_text.h"
#include "base/time_text.h"

#include <assert.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

enum kind {
    KIND_TEXT,
    KIND_LIST,
    KIND_COUNT,
    KIND_SIZE,
    KIND_DURATION, /* range in nanoseconds */
    KIND_CHOICE,
    KIND_TIME,
};

#define SECOND INT64_C(1000000000)
#define MIB (UINT64_C(1) << 20)

struct row {
    const char *name;
    enum kind kind;
    const char *unit; /* as in the help; the choices of a CHOICE */
    size_t offset;    /* of its member */
    uint64_t min, max;
    const char *value; /* the default */
    const char *help;
};

#define MEMBER(member) offsetof(struct sx_settings, member)

/* clang-format off */
static const struct row rows[] = {
    {"data", KIND_TEXT, "DIR", MEMBER(data), 1, 0, "stria-data",
     "the folder of the store; made if it is not there"},
    {"listen", KIND_LIST, "HOST:PORT", MEMBER(listen), 0, 0, "",
     "addresses to listen on (default 127.0.0.1:8086,[::1]:8086); :8086 is every interface"},
    {"memory", KIND_SIZE, "SIZE", MEMBER(memory), 0, UINT64_C(1) << 50, "0",
     "memory for everything; 0: 60 % of what the machine or its control group has"},
    {"config", KIND_TEXT, "FILE", MEMBER(config), 0, 0, "",
     "a file of settings, one a line: name = value"},
    {"durability", KIND_CHOICE, "sync|async", MEMBER(durability), 0, 0, "sync",
     "when a write is answered: when it is on disk, or up to 100 ms before"},
    {"memtable", KIND_SIZE, "SIZE", MEMBER(memtable), 0, UINT64_C(1) << 50, "0",
     "rows kept in memory before they are written to files; 0: a share of the memory"},
    {"disk-reserve", KIND_SIZE, "SIZE", MEMBER(disk_reserve), 0, UINT64_C(1) << 60, "0",
     "free disk space below which writes are refused; 0: 2 %, 32M to 1G"},
    {"seal-entropy", KIND_CHOICE, "auto|never", MEMBER(seal_entropy), 0, 0, "auto",
     "entropy coding of final files, where it pays: smaller, slower to read"},
    {"retention-size", KIND_SIZE, "SIZE", MEMBER(retention_size), 0, UINT64_C(1) << 60, "0",
     "most bytes of the files of a retention policy: the oldest go beyond it; 0: no limit"},
    {"max-series", KIND_COUNT, "N", MEMBER(series_max), 0, UINT64_C(1) << 40, "0",
     "series of a database in memory; more are rejected; 0: no limit but memory"},
    {"max-new-series", KIND_COUNT, "N", MEMBER(new_series_max), 0, UINT64_C(1) << 40, "0",
     "new series of a database in a minute; more are rejected; 0: no limit"},
    {"max-tag-values", KIND_COUNT, "N", MEMBER(tag_values_max), 0, UINT64_C(1) << 40, "0",
     "values of one tag, of series in memory; more are rejected; 0: no limit"},
    {"background-threads", KIND_COUNT, "N", MEMBER(background_threads), 0, 256, "0",
     "threads that flush, merge and compute; 0: as many as processors"},
    {"io-threads", KIND_COUNT, "N", MEMBER(io_threads), 1, 64, "2",
     "threads that read and write connections, for each address"},
    {"write-threads", KIND_COUNT, "N", MEMBER(write_threads), 1, 256, "16",
     "writes that are carried out at once"},
    {"query-threads", KIND_COUNT, "N", MEMBER(query_threads), 1, 256, "8",
     "queries that are carried out at once"},
    {"connections", KIND_COUNT, "N", MEMBER(connections), 1, 1000000, "1024",
     "open connections for each address; more wait until one closes"},
    {"header-size", KIND_SIZE, "SIZE", MEMBER(header_size), 16384, 16 * MIB, "128k",
     "memory of a connection: its request line and headers must fit into it"},
    {"body-size", KIND_SIZE, "SIZE", MEMBER(body_size), 1024, UINT64_C(1) << 32, "25000000",
     "bytes of a request's body as it comes"},
    {"decoded-size", KIND_SIZE, "SIZE", MEMBER(decoded_size), 1024, UINT64_C(1) << 32, "128M",
     "bytes of a compressed body when it is unpacked"},
    {"idle-timeout", KIND_DURATION, "TIME", MEMBER(idle_timeout), SECOND, 86400 * SECOND, "3m",
     "a connection on which nothing comes or goes for so long is closed"},
    {"slow-timeout", KIND_DURATION, "TIME", MEMBER(slow_timeout), SECOND, 86400 * SECOND, "30s",
     "after so long a request must come with 1k a second on average"},
    {"query-timeout", KIND_DURATION, "TIME", MEMBER(query_timeout), 0, 86400 * SECOND, "0s",
     "a query that runs for so long is ended; 0: never"},
    {"stop-timeout", KIND_DURATION, "TIME", MEMBER(stop_timeout), 0, 3600 * SECOND, "10s",
     "how long requests may go on after SIGTERM"},
    {"query-memory", KIND_SIZE, "SIZE", MEMBER(query_memory), 0, UINT64_C(1) << 50, "0",
     "most memory of one query; 0: a share of the memory"},
    {"query-rows", KIND_COUNT, "N", MEMBER(query_rows), 0, UINT64_MAX, "0",
     "most rows of one answer; 0: any number"},
    {"log-level", KIND_CHOICE, "error|warn|info|debug", MEMBER(log_level), 0, 0, "info",
     "what is logged"},
    {"test-now", KIND_TIME, "RFC3339", MEMBER(test_now), 0, 0, "",
     "for tests: the time that now() is in every request"},
};
/* clang-format on */

static_assert(SX_COUNT_OF(rows) <= SX_SETTING_COUNT_MAX, "a source for each setting");

static void *member_of(struct sx_settings *settings, const struct row *row)
{
    return (char *)settings + row->offset;
}

static stria_status set_text(struct sx_settings *settings, const struct row *row,
                             struct sx_bytes value, bool append, const char *where,
                             stria_error *err)
{
    char *text = member_of(settings, row);
    size_t used = append ? strlen(text) : 0;
    if (value.len < row->min)
        return sx_fail(err, STRIA_INVALID, "%s: %s must not be empty", where, row->name);
    if (value.len && memchr(value.ptr, 0, value.len))
        return sx_fail(err, STRIA_INVALID, "%s: a NUL in %s", where, row->name);
    if (value.len > SX_SETTING_TEXT_MAX - 2 - used)
        return sx_fail(err, STRIA_LIMIT, "%s: more than %d bytes", where, SX_SETTING_TEXT_MAX - 2);
    if (used)
        text[used++] = ',';
    if (value.len)
        memcpy(text + used, value.ptr, value.len);
    text[used + value.len] = 0;
    return STRIA_OK;
}

static void write_limit(const struct row *row, uint64_t limit, char *text, size_t text_size)
{
    char number[SX_DURATION_TEXT_MAX + 1];
    if (row->kind == KIND_SIZE)
        sx_size_write(number, limit);
    else if (row->kind == KIND_DURATION)
        number[sx_duration_write_influx((uint8_t *)number, (int64_t)limit)] = 0;
    else
        (void)snprintf(number, sizeof number, "%" PRIu64, limit);
    (void)snprintf(text, text_size, "%s", number);
}

static stria_status set_number(struct sx_settings *settings, const struct row *row, uint64_t number,
                               const char *where, stria_error *err)
{
    if (number < row->min || number > row->max) {
        char min[SX_DURATION_TEXT_MAX + 1], max[SX_DURATION_TEXT_MAX + 1];
        write_limit(row, row->min, min, sizeof min);
        write_limit(row, row->max, max, sizeof max);
        return sx_fail(err, STRIA_LIMIT, "%s: %s must be from %s to %s", where, row->name, min,
                       max);
    }
    memcpy(member_of(settings, row), &number, sizeof number);
    return STRIA_OK;
}

static stria_status bad_value(const struct row *row, struct sx_bytes value, const char *wanted,
                              const char *where, stria_error *err)
{
    return sx_fail(err, STRIA_INVALID, "%s: \"%.*s\" is no %s for %s", where,
                   (int)SX_MIN(value.len, 200), (const char *)value.ptr, wanted, row->name);
}

static stria_status set_value(struct sx_settings *settings, const struct row *row,
                              struct sx_bytes value, bool append, const char *where,
                              stria_error *err)
{
    uint64_t number = 0;
    int64_t ns = 0;
    int choice;
    switch (row->kind) {
    case KIND_TEXT:
        return set_text(settings, row, value, false, where, err);
    case KIND_LIST:
        return set_text(settings, row, value, append, where, err);
    case KIND_COUNT:
        if (sx_uint_parse(value, &number))
            return bad_value(row, value, "number", where, err);
        return set_number(settings, row, number, where, err);
    case KIND_SIZE:
        if (sx_size_parse(value, &number))
            return bad_value(row, value, "size (1024, 512k, 64M, 2G)", where, err);
        return set_number(settings, row, number, where, err);
    case KIND_DURATION:
        if (!sx_bytes_equal(value, SX_LITERAL("0")) &&
            (sx_duration_parse(value, &ns, NULL) || ns < 0))
            return bad_value(row, value, "duration (500ms, 10s, 1m30s)", where, err);
        return set_number(settings, row, (uint64_t)ns, where, err);
    case KIND_CHOICE:
        choice = sx_choice_parse(value, row->unit);
        if (choice < 0)
            return sx_fail(err, STRIA_INVALID, "%s: %s must be one of %s", where, row->name,
                           row->unit);
        number = (uint64_t)choice;
        memcpy(member_of(settings, row), &number, sizeof number);
        return STRIA_OK;
    case KIND_TIME:
        if (value.len && sx_time_parse(value, &ns))
            return bad_value(row, value, "time (2006-01-02T15:04:05Z)", where, err);
        memcpy(member_of(settings, row), &ns, sizeof ns);
        return STRIA_OK;
    }
    return STRIA_INTERNAL;
}

static const struct row *find_row(struct sx_bytes name)
{
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        if (sx_bytes_equal(name, sx_bytes_of(rows[i].name)))
            return &rows[i];
    }
    return NULL;
}

static stria_status unknown(struct sx_bytes name, const char *where, stria_error *err)
{
    const char *names[SX_COUNT_OF(rows)];
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++)
        names[i] = rows[i].name;
    const char *nearest = sx_nearest(name, names, SX_COUNT_OF(rows));
    int shown = (int)SX_MIN(name.len, 100);
    if (!nearest)
        return sx_fail(err, STRIA_NOT_FOUND, "%s: there is no setting \"%.*s\"", where, shown,
                       (const char *)name.ptr);
    return sx_fail(err, STRIA_NOT_FOUND, "%s: there is no setting \"%.*s\"; the nearest is \"%s\"",
                   where, shown, (const char *)name.ptr, nearest);
}

stria_status sx_settings_set(struct sx_settings *settings, struct sx_bytes name,
                             struct sx_bytes value, enum sx_setting_source source,
                             const char *where, stria_error *err)
{
    const struct row *row = find_row(name);
    if (!row)
        return unknown(name, where, err);
    size_t index = (size_t)(row - rows);
    if (settings->sources[index] > source)
        return STRIA_OK;
    bool append = source != SX_SET_DEFAULT && settings->sources[index] == source;
    stria_status st = set_value(settings, row, value, append, where, err);
    if (!st)
        settings->sources[index] = source;
    return st;
}

void sx_settings_init(struct sx_settings *settings)
{
    memset(settings, 0, sizeof *settings);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        stria_status st =
            set_value(settings, &rows[i], sx_bytes_of(rows[i].value), false, rows[i].name, NULL);
        assert(!st);
        (void)st;
    }
}

stria_status sx_settings_read(struct sx_settings *settings, struct sx_bytes content,
                              const char *path, stria_error *err)
{
    stria_status st = STRIA_OK;
    for (unsigned number = 1; content.len && !st; number++) {
        const uint8_t *feed = memchr(content.ptr, '\n', content.len);
        size_t size = feed ? (size_t)(feed - content.ptr) : content.len;
        struct sx_bytes line = sx_bytes_make(content.ptr, size);
        size += feed != NULL;
        content = sx_bytes_make(content.ptr + size, content.len - size);
        const uint8_t *comment = line.len ? memchr(line.ptr, '#', line.len) : NULL;
        if (comment)
            line.len = (size_t)(comment - line.ptr);
        line = sx_header_trim(line);
        if (!line.len)
            continue;
        const uint8_t *equals = memchr(line.ptr, '=', line.len);
        char where[SX_SETTING_TEXT_MAX + 16];
        (void)snprintf(where, sizeof where, "%s:%u", path, number);
        if (!equals)
            return sx_fail(err, STRIA_SYNTAX, "%s: name = value is wanted", where);
        size_t name_size = (size_t)(equals - line.ptr);
        struct sx_bytes name = sx_header_trim(sx_bytes_make(line.ptr, name_size));
        struct sx_bytes value = sx_header_trim(sx_bytes_make(equals + 1, line.len - name_size - 1));
        st = sx_settings_set(settings, name, value, SX_SET_FILE, where, err);
    }
    return st;
}

stria_status sx_settings_environment(struct sx_settings *settings, char *(*get)(const char *name),
                                     stria_error *err)
{
    stria_status st = STRIA_OK;
    for (size_t i = 0; i < SX_COUNT_OF(rows) && !st; i++) {
        char name[64] = "STRIA_";
        size_t size = strlen(name);
        for (const char *c = rows[i].name; *c && size < sizeof name - 1; c++)
            name[size++] = *c == '-' ? '_' : (char)(*c - 'a' + 'A');
        name[size] = 0;
        const char *value = get(name);
        if (value)
            st = sx_settings_set(settings, sx_bytes_of(rows[i].name), sx_bytes_of(value),
                                 SX_SET_ENVIRONMENT, name, err);
    }
    return st;
}

stria_status sx_settings_flags(struct sx_settings *settings, int argc, char *const *argv,
                               bool *help, stria_error *err)
{
    *help = false;
    for (int i = 1; i < argc; i++) {
        struct sx_bytes flag = sx_bytes_of(argv[i]);
        char where[80];
        (void)snprintf(where, sizeof where, "%.70s", argv[i]);
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            *help = true;
            return STRIA_OK;
        }
        if (!sx_bytes_starts_with(flag, SX_LITERAL("--")))
            return sx_fail(err, STRIA_INVALID, "%s: flags begin with --", where);
        struct sx_bytes name = sx_bytes_make(flag.ptr + 2, flag.len - 2), value;
        const uint8_t *equals = name.len ? memchr(name.ptr, '=', name.len) : NULL;
        if (equals) {
            size_t size = (size_t)(equals - name.ptr);
            value = sx_bytes_make(equals + 1, name.len - size - 1);
            name.len = size;
        } else if (!find_row(name)) {
            return unknown(name, where, err);
        } else if (i + 1 == argc) {
            return sx_fail(err, STRIA_INVALID, "%s: its value is missing", where);
        } else {
            value = sx_bytes_of(argv[++i]);
        }
        stria_status st = sx_settings_set(settings, name, value, SX_SET_FLAG, where, err);
        if (st)
            return st;
    }
    return STRIA_OK;
}

void sx_settings_help(struct sx_buf *out)
{
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        const struct row *row = &rows[i];
        char flag[80];
        (void)snprintf(flag, sizeof flag, "--%s %s", row->name, row->unit);
        sx_buf_printf(out, "  %-36s %s", flag, row->help);
        if (row->value[0] && strcmp(row->value, "0") != 0 && strcmp(row->value, "0s") != 0)
            sx_buf_printf(out, " (default %s)", row->value);
        sx_buf_put_u8(out, '\n');
    }
}
