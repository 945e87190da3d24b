/* SPDX-License-Identifier: Apache-2.0 */
/* series_priv.h -- the insides of series.h: series.c (one series, and which rows), series_merge.c
 * (the rows of several, kept and merged). */
#ifndef SX_INFLUXQL_SERIES_PRIV_H
#define SX_INFLUXQL_SERIES_PRIV_H

#include "influxql/heap.h"
#include "influxql/series.h"
#include "query/column.h"

/* Kept rows of a series. */
struct sx_iql_member {
    const struct sx_iql_group *group;
    size_t first, count;          /* rows */
    size_t at;                    /* those given */
    size_t leader;                /* which series of those at hand is the first of the group */
    const stria_bytes *constants; /* by beside: the value of a tag; ptr NULL: none */
};

/* The series of one group of the block, merged. */
struct sx_iql_run {
    size_t first, count; /* members */
    struct sx_iql_heap heap;
    uint32_t member; /* whose row is next */
    size_t row;
};

struct sx_iql_store {
    struct sx_arena strings;
    struct sx_column ts, value, *beside; /* beside: not those that are constant */
    bool *is_constant;                   /* by beside: no field in this measurement */
    struct sx_iql_member *members;
    size_t member_count, member_capacity;
    struct sx_iql_run *runs;
    size_t run_count, run_capacity;
    uint32_t *heap_items; /* of all runs' heaps, then of that of the runs */
    int64_t *heap_times;  /* of members, then of runs */
    size_t heap_capacity, time_capacity;
    struct sx_iql_heap heap; /* of runs */
    int64_t ts_min_ns, ts_max_ns;
    size_t size; /* bytes of rows, about */
};

struct series_node {
    struct sx_iql_node node; /* first */
    struct sx_iql_level *level;
    const struct sx_iql_scan *scan;
    struct sx_iql_reader *reader;
    uint32_t var;
    int64_t time_min_ns, time_max_ns;
    uint64_t row_max;
    uint64_t *given; /* rows of each group, by leader; NULL: they are not counted */
    size_t given_capacity;
    size_t leader; /* of the series that is read */
    bool descending;
    struct sx_iql_buffer buffer;
    size_t first, count; /* series of the scan */
    bool opened, ended;
    struct sx_iql_points points;
    struct sx_vector *beside;
    uint16_t rows[SX_VECTOR_MAX];
    /* several series: the stretch of time that is kept */
    struct sx_iql_store store;
    int64_t next_ns;
    uint64_t length_ns;
};

/* The rows of a batch that are wanted, as numbers; how many. */
uint32_t sx_iql_series_rows(struct series_node *n, const struct sx_rows *rows,
                            const uint64_t *selected);

void sx_iql_store_init(struct series_node *n);
void sx_iql_store_deinit(struct series_node *n);
/* Begins with the first stretch. False: no memory. */
SX_MUST_CHECK bool sx_iql_store_begin(struct series_node *n);
/* Fills the buffer with the next rows; none: the end. */
stria_status sx_iql_store_next(struct series_node *n, stria_error *err);

#endif
