/* SPDX-License-Identifier: Apache-2.0 */
/* settings.h -- every setting of the server, in one table that makes flags, configuration keys,
 * environment names and the help text.
 *
 * Why         A setting that is added is one row and one member: it can be given in each of the
 *             three ways, is checked the same in each, and is in the help.
 * Format      Flag --memory 1G or --memory=1G; environment STRIA_MEMORY=1G; file: memory = 1G, one
 *             a line, # begins a comment. Sizes k M G T (1024), durations 10s 1m30s, lists with
 *             commas (a flag, and a key of the file, may also be repeated).
 * Order       A flag holds over the environment, that over the file, that over the default.
 * Threads     Immutable once read. */
#ifndef SX_APP_SERVER_SETTINGS_H
#define SX_APP_SERVER_SETTINGS_H

#include "base/buf.h"
#include "stria.h"

#define SX_SETTING_TEXT_MAX 4096

enum sx_setting_source {
    SX_SET_DEFAULT,
    SX_SET_FILE,
    SX_SET_ENVIRONMENT,
    SX_SET_FLAG,
};

#define SX_SETTING_COUNT_MAX 64

struct sx_settings {
    char data[SX_SETTING_TEXT_MAX];
    char listen[SX_SETTING_TEXT_MAX]; /* addresses with commas between; "": the default ones */
    char config[SX_SETTING_TEXT_MAX];
    uint64_t memory; /* bytes; 0: a share of what there is */
    uint64_t memtable;
    uint64_t disk_reserve;
    uint64_t retention_size;                             /* of each retention policy; 0: no limit */
    uint64_t series_max, new_series_max, tag_values_max; /* of each database; 0: no limit */
    uint64_t durability;                                 /* 0: sync, 1: async */
    uint64_t seal_entropy;                               /* 0: auto, 1: never */
    uint64_t background_threads;
    uint64_t io_threads;
    uint64_t write_threads;
    uint64_t query_threads;
    uint64_t connections;
    uint64_t header_size;
    uint64_t body_size;
    uint64_t decoded_size;
    int64_t idle_timeout; /* nanoseconds, all of these */
    int64_t slow_timeout;
    int64_t query_timeout;
    int64_t stop_timeout;
    uint64_t query_memory;
    uint64_t query_rows;
    uint64_t log_level;                                   /* a stria_level */
    int64_t test_now;                                     /* 0: the clock */
    enum sx_setting_source sources[SX_SETTING_COUNT_MAX]; /* by row of the table */
};

/* All defaults. */
void sx_settings_init(struct sx_settings *settings);

/* Sets one by name. `where` begins the texts of errors: "--memory", "FILE:3".
 * Returns  OK; NOT_FOUND: an unknown name (the nearest is told); INVALID: a bad value; LIMIT: out
 *          of its range. */
SX_MUST_CHECK stria_status sx_settings_set(struct sx_settings *settings, struct sx_bytes name,
                                           struct sx_bytes value, enum sx_setting_source source,
                                           const char *where, stria_error *err);

/* Reads the lines of a file; `path` is for the texts. Returns as sx_settings_set(), and SYNTAX. */
SX_MUST_CHECK stria_status sx_settings_read(struct sx_settings *settings, struct sx_bytes content,
                                            const char *path, stria_error *err);

/* Reads STRIA_<NAME> of every setting through `get` (getenv). */
SX_MUST_CHECK stria_status sx_settings_environment(struct sx_settings *settings,
                                                   char *(*get)(const char *name),
                                                   stria_error *err);

/* Reads flags; argv[0] is not looked at. *help is set by --help or -h, and reading ends there. */
SX_MUST_CHECK stria_status sx_settings_flags(struct sx_settings *settings, int argc,
                                             char *const *argv, bool *help, stria_error *err);

/* All settings with their units, defaults and meaning. */
void sx_settings_help(struct sx_buf *out);

#endif
