/* SPDX-License-Identifier: Apache-2.0 */
/* bench_columns_priv.h -- what reading of files and of line protocol share. */
#ifndef SX_APP_CLI_BENCH_COLUMNS_PRIV_H
#define SX_APP_CLI_BENCH_COLUMNS_PRIV_H

#include "app/cli/bench_columns.h"

struct sx_bench_part {
    uint32_t field;
    struct sx_bench_numbers values; /* 8 bytes each, of any type; booleans too */
};

struct sx_bench_series {
    struct sx_bytes key;
    struct sx_bench_numbers times; /* of its rows */
    struct sx_bench_part *parts;
    size_t part_count, part_capacity;
    size_t part_next; /* the one that comes next in a row as those before */
};

bool sx_bench_push(struct sx_bench_columns *columns, struct sx_bench_numbers *to, uint64_t bits);

/* The series of a key (measurement,tags), new or not; NULL: no memory. Until the next call. */
struct sx_bench_series *sx_bench_series_of(struct sx_bench_columns *columns, struct sx_bytes key);

/* The part of a field, new or not; NULL: no memory. Until the next call. */
struct sx_bench_part *sx_bench_part_of(struct sx_bench_columns *columns,
                                       struct sx_bench_series *series, struct sx_bytes name,
                                       stria_type type);

/* Takes a line of line protocol. Returns OK, NOMEM, INVALID. */
stria_status sx_bench_line(struct sx_bench_columns *columns, struct sx_bytes line,
                           stria_error *err);

/* Makes the columns of what was read. Returns OK, NOMEM. */
stria_status sx_bench_finish(struct sx_bench_columns *columns, stria_error *err);

#endif
