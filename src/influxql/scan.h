/* SPDX-License-Identifier: Apache-2.0 */
/* scan.h -- the stored series that one source of a query reads, and the reading of each.
 *
 * Why         Everything that reads rows (raw columns, aggregates) goes through here: tag
 *             conditions are pushed to the index, time to the reader, only the columns needed are
 *             read, types are settled, and what a condition leaves out is told as bits.
 * Invariants  Series are ordered by the series of the outermost answer they go into, then by that
 *             of this block, then by key. NaN and infinities, which the peer cannot store, are
 *             absent values.
 * Threads     One owner; the block, its groups and vars must live as long. */
#ifndef SX_INFLUXQL_SCAN_H
#define SX_INFLUXQL_SCAN_H

#include "influxql/groups.h"
#include "influxql/rollups.h"
#include "model/vector.h"
#include "scan/series_set.h"
#include "scan/stretch.h"

struct sx_iql_scan_series {
    const struct sx_iql_group *outermost;
    const struct sx_iql_group *group;
    const struct sx_scan_series *series;
    struct sx_iql_program *filter; /* NULL: all rows */
    uint32_t part;                 /* the measurement */
    /* By piece of the part: where it is to be found; NULL: nowhere. */
    const struct sx_scan_series *const *in_pieces;
};

struct sx_iql_scan_part {
    const struct sx_iql_measurement *measurement;
    struct sx_iql_where *where;
    /* Stretches that are read one after the other; without rollups there is one, of all times. */
    const struct sx_iql_piece *pieces;
    struct sx_series_set *sets; /* by piece */
    size_t piece_count;
};

struct sx_iql_scan {
    struct sx_mem *mem;
    struct sx_arena *arena;
    struct sx_request *request;
    struct sx_iql_vars *vars;
    size_t condition_var_count; /* the first of them are those that conditions read */
    struct sx_iql_scan_part *parts;
    size_t part_count;
    struct sx_iql_scan_series *series;
    size_t series_count, series_capacity;
    size_t outermost_tag_count;
    bool descending;
    const struct sx_iql_rollups *rollups; /* NULL: none are used */
};

/* Finds the series of measurements in a range of time. vars gets the names that the condition
 * reads; no others may be in it before all scans of a block are made. rollups: what may be read
 * instead of rows; NULL: nothing.
 * Returns  OK, NOMEM, LIMIT (series), INVALID, what reading the store returns. To be deinitialised
 *          in any case. */
stria_status sx_iql_scan_init(struct sx_iql_scan *scan, struct sx_iql_schema *schema,
                              const struct sx_iql_block *block,
                              const struct sx_iql_block_source *source,
                              struct sx_iql_groups *groups, struct sx_iql_vars *vars,
                              const struct sx_iql_rollups *rollups, int64_t time_min_ns,
                              int64_t time_max_ns, stria_error *err);
void sx_iql_scan_deinit(struct sx_iql_scan *scan);

/* The series that go into a series of the outermost answer: [*first, *first + *count). */
void sx_iql_scan_range(const struct sx_iql_scan *scan, const struct sx_iql_group *outermost,
                       size_t *first, size_t *count);

/* ---- reading -------------------------------------------------------------------------------- */

struct sx_iql_reader;

/* vars: the numbers of the names wanted; those of conditions need not be among them. Copied.
 * Returns OK, NOMEM. */
stria_status sx_iql_reader_create(const struct sx_iql_scan *scan, const uint32_t *vars,
                                  size_t var_count, struct sx_iql_reader **reader,
                                  stria_error *err);
void sx_iql_reader_destroy(struct sx_iql_reader *reader); /* NULL is allowed */

/* Of each series that is opened from now on about so many rows will be read; 0: all. */
void sx_iql_reader_expect(struct sx_iql_reader *reader, uint64_t row_count);

/* Begins series number `index` of the scan. */
stria_status sx_iql_reader_open(struct sx_iql_reader *reader, size_t index, int64_t time_min_ns,
                                int64_t time_max_ns, bool descending, stria_error *err);

/* Whether a name has one value for all rows of the series at hand: it is no field there. */
bool sx_iql_reader_is_constant(const struct sx_iql_reader *reader, uint32_t var);

/* Whether the rows at hand are rollups: their columns are numbered as those of scan->rollups. */
bool sx_iql_reader_has_rollups(const struct sx_iql_reader *reader);

/* The next rows, or NULL; columns are numbered as the scan's vars, those not wanted have type NONE.
 * *selected: the rows for which the condition holds; NULL: all.
 * Returns OK, and what reading the store returns. */
stria_status sx_iql_reader_next(struct sx_iql_reader *reader, const struct sx_rows **rows,
                                const uint64_t **selected, stria_error *err);

/* ---- rows that are added up as they are stored (scan/stretch.h) ---- */

/* Looks at the rows that sx_iql_reader_next would give; *stretch is NULL if they must be read. */
stria_status sx_iql_reader_stretch(struct sx_iql_reader *reader, const struct sx_stretch **stretch,
                                   stria_error *err);

/* The reader that the stretch is of, for its times; and to skip it. */
struct sx_reader *sx_iql_reader_stored(struct sx_iql_reader *reader);

/* As sx_reader_stretch_totals, of a name. */
stria_status sx_iql_reader_totals(struct sx_iql_reader *reader, uint32_t var,
                                  const struct sx_column_ranges *ranges, unsigned want, bool *known,
                                  struct sx_stretch_totals *totals, stria_error *err);

#endif
