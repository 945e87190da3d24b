/* SPDX-License-Identifier: Apache-2.0 */
/* bench_columns.h -- the columns of a file, for measuring codecs: doubles, CSV or line protocol.
 *
 * Format      NAME.f64: little-endian doubles, no times. NAME.csv: time,value a line; the first may
 *             be a heading; a time is a number, or as base/time_text.h reads it. Anything else:
 *             line protocol, of which the numbers and booleans are taken and the strings left out.
 *             Each may be packed by zstd, whatever its name.
 * Invariants  Columns of one field stand together (`field`), in the order in which it was met; long
 *             series are cut into columns of SX_COLUMN_VALUES_MAX values.
 * Limits      Everything is held in memory.
 * Threads     One owner. */
#ifndef SX_APP_CLI_BENCH_COLUMNS_H
#define SX_APP_CLI_BENCH_COLUMNS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"

/* Values of one field of one series, or its times. */
struct sx_bench_column {
    uint32_t field; /* index of (measurement, name, type); of times: UINT32_MAX */
    stria_type type;
    size_t count;
    const void *values;
};

/* Numbers that grow. */
struct sx_bench_numbers {
    uint64_t *values; /* bits */
    size_t count, capacity;
};

struct sx_bench_field {
    struct sx_bytes name; /* measurement, NUL, field */
    stria_type type;
};

struct sx_bench_part; /* a field of a series */
struct sx_bench_series;

struct sx_bench_columns {
    struct sx_mem *mem;
    struct sx_arena arena;
    struct sx_bench_series *series;
    size_t series_count, series_capacity;
    struct sx_map series_map;
    struct sx_bench_field *fields;
    size_t field_count, field_capacity;
    struct sx_map field_map;
    /* What comes out. */
    struct sx_bench_column *columns;
    size_t column_count, column_capacity;
    struct sx_bench_column *times; /* one for each series' stretch of SX_COLUMN_VALUES_MAX rows */
    size_t time_count, time_capacity;
    uint64_t value_count;
};

/* Reads a file. Returns OK, NOT_FOUND, IO, NOMEM, INVALID (what is wrong, with the line), LIMIT.
 * deinit is due in any case. */
stria_status sx_bench_columns_read(struct sx_bench_columns *columns, struct sx_mem *mem,
                                   const char *path, stria_error *err);
void sx_bench_columns_deinit(struct sx_bench_columns *columns);

#endif
